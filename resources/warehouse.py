"""The summary warehouse as Dagster sees it."""

import dagster as dg

from gametape.base.settings import settings
from gametape.lake.warehouse import Warehouse


class WarehouseResource(dg.ConfigurableResource):
    """Gives the `gametape.lake` warehouse."""

    url: str

    def store(self) -> Warehouse:
        return Warehouse(self.url)


def warehouse_from_settings() -> WarehouseResource:
    """A URL that was set is read where the work is done: the UI shows a resource's values, and it has a password."""
    is_set = bool(settings().warehouse_url)
    return WarehouseResource(url=dg.EnvVar("GAMETAPE_WAREHOUSE_URL") if is_set else settings().warehouse)
