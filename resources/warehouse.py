"""The summary warehouse as Dagster sees it."""

import dagster as dg

from gametape.lake.warehouse import Warehouse
from gametape.settings import settings


class WarehouseResource(dg.ConfigurableResource):
    """Gives the `gametape.lake` warehouse."""

    url: str

    def store(self) -> Warehouse:
        return Warehouse(self.url)


def warehouse_from_settings() -> WarehouseResource:
    return WarehouseResource(url=settings().warehouse)
