"""What a table is: its key column, its columns, and how rows are cast to them.

Everything that writes a table casts to its contract (`Table.cast`), so that a wrong column is an error where it is
made, not where it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class KeyColumn:
    """What the tables of one partition set are keyed by.

    Args:
        name: Column that holds the partition key, e.g. `video`. It also names the folders of the lake's tables.
        files: Folder of the lake for other files of a key, e.g. `films` for a video's film and report.
    """

    name: str
    files: str


VIDEO = KeyColumn("video", "films")
PLAYER = KeyColumn("player", "players")
REPLAY = KeyColumn("replay", "replays")


@dataclass(frozen=True)
class Column:
    """One column. `type`: string, bool, int32, int64, float32, float64, or float64[], a list."""

    name: str
    type: str
    description: str
    nullable: bool = True


@dataclass(frozen=True)
class Table:
    """One table of the lake.

    Args:
        name: The table's name, which is also the name of the asset that makes it.
        row: What a row is, in words.
        columns: All columns but the key column, which is added when the table is stored.
        key: The key column.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: KeyColumn = VIDEO

    def __post_init__(self) -> None:
        if self.key.name in self.names:
            raise ValueError(f"table {self.name}: {self.key.name} is its key column, added when it is stored")

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def schema(self) -> pa.Schema:
        """The table as an Arrow schema, descriptions in the fields' metadata."""
        return self._schema

    @cached_property
    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        return pa.schema(
            pa.field(c.name, arrow_type(c.type), c.nullable, {"description": c.description}) for c in self.columns
        )

    def cast(self, table: pa.Table) -> pa.Table:
        """`table` with exactly this contract's columns, order and types.

        Raises:
            ValueError: Columns are missing or unknown, or there are nulls where none may be.
        """
        missing, unknown = set(self.names) - set(table.column_names), set(table.column_names) - set(self.names)
        if missing or unknown:
            raise ValueError(f"table {self.name}: missing columns {sorted(missing)}, unknown {sorted(unknown)}")
        cast = table.select(self.names).cast(self.schema())
        for column in self.columns:
            if not column.nullable and cast[column.name].null_count:
                raise ValueError(f"table {self.name}: nulls in {column.name}")
        return cast

    def empty(self) -> pa.Table:
        """The table without rows."""
        return self.schema().empty_table()

    def from_rows(self, rows: list[dict[str, Any]]) -> pa.Table:
        """A table from dicts; a key that a row leaves out is null.

        Raises:
            ValueError: A row has a key that is no column.
        """
        import pyarrow as pa

        unknown = {key for row in rows for key in row} - set(self.names)
        if unknown:
            raise ValueError(f"table {self.name}: unknown columns {sorted(unknown)}")
        return self.cast(pa.Table.from_pylist(rows, schema=self.schema()))


def arrow_type(name: str) -> pa.DataType:
    """The Arrow type of a column's type."""
    import pyarrow as pa

    return pa.list_(pa.type_for_alias(name.removesuffix("[]"))) if name.endswith("[]") else pa.type_for_alias(name)


def columns(*specs: str) -> tuple[Column, ...]:
    """Columns from `"name type! description"`; `!` marks a column that is never null.

    >>> columns("frame int32! 0-based index")[0].nullable
    False
    """
    parsed = []
    for spec in specs:
        name, kind, description = spec.split(maxsplit=2)
        parsed.append(Column(name, kind.rstrip("!"), description, nullable=not kind.endswith("!")))
    return tuple(parsed)


#: Columns of every table with a row a frame.
FRAME = (
    "frame int32! 0-based index in source order",
    "time_s float64! when the picture was taken, seconds from the film's start",
)

#: Columns of a box in the picture.
BOX = tuple(f"{c} float32 box {d}, px" for c, d in (("x1", "left"), ("y1", "top"), ("x2", "right"), ("y2", "bottom")))
