"""The lake: every table as Parquet, one folder a table, one a video; SQL over all of it.

contracts: the tables' columns. store: where they lie and how they are written whole. sql: how they are asked.
warehouse: the summary that goes to a database.

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
    # Loaded when asked for: the contracts alone open without pyarrow, fsspec or a database.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
