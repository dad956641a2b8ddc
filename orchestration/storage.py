"""Where Dagster keeps its records: SQLite in DAGSTER_HOME, or Postgres when GAMETAPE_POSTGRES_URL is set.

One dagster.yaml serves both: an unset `env:` value there would keep the instance from loading.
"""

import os
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import settings
from gametape.lake.warehouse import normalise_url

CONNECT_SECONDS = 5


class EnvStorage(DagsterStorage, ConfigurableClass):
    """Chooses the storage when the instance loads. Never instantiated itself."""

    @classmethod
    def config_type(cls) -> dict:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: dict) -> Self:
        if url := postgres_url():
            from dagster_postgres.storage import DagsterPostgresStorage

            return DagsterPostgresStorage(url.render_as_string(hide_password=False), inst_data=inst_data)
        home = Path(os.environ.get("DAGSTER_HOME") or settings().dagster_home)
        return DagsterSqliteStorage.from_local(str(home), inst_data=inst_data)


def postgres_url() -> sa.URL | None:
    """Where the records are, with the driver named; None for SQLite. Raises BadInput when it is no Postgres URL."""
    if not settings().postgres_url:
        return None
    url = sa.make_url(normalise_url(settings().postgres_url))
    if url.get_backend_name() != "postgresql":
        remedy = "Give postgresql://user:password@host/database, or unset it: the records are then in SQLite"
        raise BadInput("GAMETAPE_POSTGRES_URL", f"is of {url.get_backend_name()}, not Postgres", remedy)
    return url


def require_records() -> None:
    """Raise Unavailable when Postgres holds the records and does not answer.

    Dagster itself would try for a quarter of a minute, write a page of warnings and end in a trace.
    """
    url = postgres_url()
    if url is None:
        return
    engine = sa.create_engine(url, connect_args={"connect_timeout": CONNECT_SECONDS}, poolclass=sa.NullPool)
    try:
        engine.connect().close()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
        told = (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
        shown = url.set(query={}).render_as_string(hide_password=True)
        remedy = "Check GAMETAPE_POSTGRES_URL and that the database is up"
        raise Unavailable(shown, told.rstrip("."), remedy) from None  # the cause may print the URL
