"""Where Dagster keeps its records: SQLite in DAGSTER_HOME, or Postgres when GAMETAPE_POSTGRES_URL is set.

One dagster.yaml serves both: an unset `env:` value there would keep the instance from loading.
"""

import os
from pathlib import Path
from typing import Self

from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from gametape.lake.warehouse import normalise_url
from gametape.settings import settings


class EnvStorage(DagsterStorage, ConfigurableClass):
    """Chooses the storage when the instance loads. Never instantiated itself."""

    @classmethod
    def config_type(cls) -> dict:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: dict) -> Self:
        if url := settings().postgres_url:
            from dagster_postgres.storage import DagsterPostgresStorage

            return DagsterPostgresStorage(normalise_url(url), inst_data=inst_data)
        home = Path(os.environ.get("DAGSTER_HOME") or settings().dagster_home)
        return DagsterSqliteStorage.from_local(str(home), inst_data=inst_data)
