"""The lake: every table as Parquet, one folder a table, in it one a partition key; SQL over all of it.

store: where tables and files lie and how they are written whole. sql: how tables are queried. warehouse: the summary
that goes to a database. The tables' columns are in `gametape.tables`.

    gametape.lake.connect().sql("select * from metrics where metric = 'ball_speed'").df()
    gametape.lake.read("metrics").to_pandas()
"""

from typing import Any

_HOMES = {
    "Lake": "store",
    "Written": "store",
    "connect": "sql",
    "query": "sql",
    "read": "sql",
    "Warehouse": "warehouse",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    # Loaded on first use: importing the package needs neither pyarrow nor fsspec nor a database.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
