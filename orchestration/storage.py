"""Where Dagster keeps its records: SQLite in DAGSTER_HOME, or Postgres when GAMETAPE_POSTGRES_URL is set.

One dagster.yaml serves both: an unset `env:` value there would keep the instance from loading.
"""

import os
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import settings
from gametape.lake.warehouse import normalise_url
from resources.dagster_internals import (
    ConfigurableClass,
    ConfigurableClassData,
    DagsterStorage,
    postgres_storage,
    sqlite_storage,
)

CONNECT_SECONDS = 5


class EnvStorage(DagsterStorage, ConfigurableClass):
    """Chooses the storage when the instance loads. Never instantiated itself."""

    @classmethod
    def config_type(cls) -> dict:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: dict) -> Self:
        if url := postgres_url():
            return postgres_storage(url.render_as_string(hide_password=False), inst_data)
        home = Path(os.environ.get("DAGSTER_HOME") or settings().dagster_home)
        return sqlite_storage(str(home), inst_data)


def postgres_url() -> sa.URL | None:
    """The records' database, with the driver named; None for SQLite.

    Raises:
        BadInput: The setting is no Postgres URL.
    """
    if not settings().postgres_url:
        return None
    url = sa.make_url(normalise_url(settings().postgres_url))
    if url.get_backend_name() != "postgresql":
        remedy = "Give postgresql://user:password@host/database, or unset it: the records are then in SQLite"
        raise BadInput("GAMETAPE_POSTGRES_URL", f"is of {url.get_backend_name()}, not Postgres", remedy)
    return url


def require_records() -> None:
    """Check that the records can be read. Dagster itself would try for 15 s, warn for a page and end in a trace.

    Raises:
        Unavailable: The records are in Postgres, and it does not answer.
    """
    url = postgres_url()
    if url is None:
        return
    engine = sa.create_engine(url, connect_args={"connect_timeout": CONNECT_SECONDS}, poolclass=sa.NullPool)
    try:
        engine.connect().close()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
        reason = (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
        shown = url.set(query={}).render_as_string(hide_password=True)
        remedy = "Check GAMETAPE_POSTGRES_URL and that the database is up"
        raise Unavailable(shown, reason.rstrip("."), remedy) from None  # the cause may print the URL
