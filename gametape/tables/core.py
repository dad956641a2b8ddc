"""What a table is: its columns, and how rows are cast to them.

Everything that writes a table casts to its contract (`Table.cast`), so that a wrong column is an error where it is
made, not where it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """One column. `type` is an Arrow type's name: string, bool, int32, int64, float32, float64."""

    name: str
    type: str
    description: str
    nullable: bool = True


@dataclass(frozen=True)
class Table:
    """One table of the lake. Every row also carries `video`, the partition key, added when it is stored."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def schema(self) -> pa.Schema:
        """The table as an Arrow schema, descriptions in the fields' metadata."""
        import pyarrow as pa

        return pa.schema(
            pa.field(c.name, pa.type_for_alias(c.type), c.nullable, {"description": c.description})
            for c in self.columns
        )

    def cast(self, table: pa.Table) -> pa.Table:
        """`table` with exactly this contract's columns, order and types.

        Raises ValueError that names missing or unknown columns, or nulls where none may be.
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

    def from_rows(self, rows: list[dict]) -> pa.Table:
        """A table from dicts; a key that a row leaves out is null."""
        import pyarrow as pa

        unknown = {key for row in rows for key in row} - set(self.names)
        if unknown:
            raise ValueError(f"table {self.name}: unknown columns {sorted(unknown)}")
        return self.cast(pa.Table.from_pylist(rows, schema=self.schema()))


def columns(*specs: str) -> tuple[Column, ...]:
    """`"name type! description"`; `!` marks a column that is never null."""
    made = []
    for spec in specs:
        name, kind, description = spec.split(maxsplit=2)
        made.append(Column(name, kind.rstrip("!"), description, nullable=not kind.endswith("!")))
    return tuple(made)


FRAME = ("frame int32! 0-based index in source order", "time_s float64! presentation time, seconds")


BOX = tuple(f"{c} float32 box {d}, px" for c, d in (("x1", "left"), ("y1", "top"), ("x2", "right"), ("y2", "bottom")))
