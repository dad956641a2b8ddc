"""Where the lake's tables and files lie, and how they are written whole.

    <base>/tables/<table>/<key column>=<key>/data.parquet
    <base>/films/<key>/{film.mp4, poster.jpg, report.html, report_data/…}

Belongs here: names, Parquet settings, writing and reading one partition. Does not belong here: what columns mean
(contracts), asking over many partitions (sql), the steps that make a file atomic (gametape.base.storage).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gametape.base.errors import BadInput, GametapeError, Unavailable
from gametape.base.storage import open_store, reaching
from gametape.tables import TABLES
from gametape.tables.core import VIDEO, KeyColumn, Table

if TYPE_CHECKING:
    import pyarrow as pa

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,80}")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
ROW_GROUP = 65_536


@dataclass(frozen=True)
class Written:
    """What was written. The same rows give the same `sha256`, so it serves as their version."""

    uri: str
    rows: int
    bytes: int
    sha256: str


class Lake:
    """The tables and other files under `base_uri`, a folder or `s3://bucket/prefix`.

    A table is stored by key, a Parquet file each; which column the key is, the table's contract says. Other files
    lie in a folder a key; `of` says which partition set the key belongs to.

    Raises:
        Unavailable: The store cannot be used (any method).
        BadInput: A key could lead out of the store (any method).
    """

    def __init__(self, base_uri: str) -> None:
        self.base_uri = base_uri.rstrip("/") or "/"
        self._store = open_store(self.base_uri)

    def __repr__(self) -> str:
        return f"Lake({self.base_uri!r})"

    def write_table(self, table: str, key: str, data: pa.Table) -> Written:
        """Replace the rows of `key` in `table`.

        Raises:
            ValueError: `data` breaks the table's contract.
        """
        import pyarrow.parquet as pq

        contract, name = _contract(table), self._table(table, key)
        stored = _stored(contract, key, contract.cast(data))
        with self._store.writing(name) as path:
            pq.write_table(stored, path, row_group_size=ROW_GROUP, compression="zstd", **_encodings(contract))
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = path.stat().st_size
        return Written(self._store.uri(name), stored.num_rows, size, digest)

    def read_table(self, table: str, key: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of `key`, without the key column; only `columns` where given.

        A column that the file's writer did not know yet is null.

        Raises:
            Unavailable: There is no such table, or an older contract wrote it without a column that is never null.
            GametapeError: The file is damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        contract, name = _contract(table), self._table(table, key)
        wanted = contract.names if columns is None else list(columns)
        if unknown := set(wanted) - set(contract.names):
            raise ValueError(f"table {table} has no columns {sorted(unknown)}")
        again = f"Materialize {table} for {key}, then run again"
        try:
            with (
                reaching(self._store.uri(name)),
                self._store.open(name) as file,
                pq.ParquetFile(file, pre_buffer=True) as parquet,
            ):
                known = set(parquet.schema_arrow.names)
                read = parquet.read(columns=[column for column in wanted if column in known])
        except FileNotFoundError:
            raise Unavailable(f"{table} of {key}", f"is not in the lake {self.base_uri}", again) from None
        except pa.ArrowInvalid as error:
            raise GametapeError(self._store.uri(name), f"is not a whole Parquet file ({error})", again) from error

        schema = pa.schema([contract.schema().field(column) for column in wanted])
        if lost := [f.name for f in schema if f.name not in known and not f.nullable]:
            reason = f"was written by an older version of gametape, without {', '.join(lost)}"
            raise Unavailable(f"{table} of {key}", reason, again)
        filled = [read[f.name] if f.name in known else pa.nulls(read.num_rows, f.type) for f in schema]
        return pa.table(filled, [f.name for f in schema]).cast(schema)

    def has_table(self, table: str, key: str) -> bool:
        return self._store.is_file(self._table(table, key))

    def keys(self, table: str) -> list[str]:
        """The keys that have `table`, sorted."""
        start = f"{_contract(table).key.name}="
        folders = self._store.folders(f"tables/{table}", "data.parquet")
        keys = (folder.removeprefix(start) for folder in folders if folder.startswith(start))
        return [key for key in keys if KEY.fullmatch(key)]

    def put_file(self, key: str, name: str, local: Path, *, of: KeyColumn = VIDEO) -> str:
        """Store the file `local` as `name` of a key; returns its URI."""
        self._store.put(path := self._file(of, key, name), local)
        return self._store.uri(path)

    def put_folder(self, key: str, local: Path, entry: str = "report.html", *, of: KeyColumn = VIDEO) -> str:
        """Store everything in `local` in the key's folder; each file and sub-folder replaces the one of its name.

        Other files of the key stay. On a disk everything appears at once; on S3 `entry`, the page that refers to the
        others, is uploaded last. Returns the URI of `entry`.
        """
        for path in local.rglob("*"):
            _file_name(path.relative_to(local).as_posix())
        if not (local / entry).is_file():
            raise BadInput(str(local), f"has no {entry}", "Build the folder again")
        self._store.put_folder(self._file(of, key), local, entry)
        return self._store.uri(self._file(of, key, entry))

    def get_file(self, key: str, name: str, into: Path, *, of: KeyColumn = VIDEO) -> Path:
        """Local path of a key's file: where it lies, or on S3 a download in the folder `into`.

        Raises:
            Unavailable: There is no such file.
        """
        try:
            return self._store.get(self._file(of, key, name), into)
        except FileNotFoundError:
            remedy = f"Materialize what makes it for {key}, then run again"
            raise Unavailable(f"{name} of {key}", f"is not in the lake {self.base_uri}", remedy) from None

    def get_folder(self, key: str, into: Path, *, of: KeyColumn = VIDEO) -> Path:
        """Local folder with all files of a key: where they lie, or on S3 a download in the folder `into`."""
        return self._store.get_folder(self._file(of, key), into)

    def has_file(self, key: str, name: str, *, of: KeyColumn = VIDEO) -> bool:
        return self._store.is_file(self._file(of, key, name))

    def file_uri(self, key: str, name: str, *, of: KeyColumn = VIDEO) -> str:
        """Where a key's file lies or would lie: a path, or `s3://…`."""
        return self._store.uri(self._file(of, key, name))

    def table_uri(self, table: str, key: str) -> str:
        """Where a key's rows lie or would lie."""
        return self._store.uri(self._table(table, key))

    def delete(self, key: str, *, of: KeyColumn = VIDEO) -> None:
        """Remove every table and file of `key`; doing so again changes nothing."""
        _key(key)
        # Every folder there is: also tables of older versions of gametape.
        for table in self._store.children("tables"):
            self._store.delete(f"tables/{table}/{of.name}={key}")
        self._store.delete(self._file(of, key))

    def _table(self, table: str, key: str) -> str:
        contract = _contract(table)
        return f"tables/{contract.name}/{contract.key.name}={_key(key)}/data.parquet"

    def _file(self, of: KeyColumn, key: str, name: str | None = None) -> str:
        return f"{of.files}/{_key(key)}" + (f"/{_file_name(name)}" if name is not None else "")


def _contract(table: str) -> Table:
    try:
        return TABLES[table]
    except KeyError:
        raise ValueError(f"no table {table!r}; there are {', '.join(TABLES)}") from None


def _key(key: str) -> str:
    if not KEY.fullmatch(key):
        remedy = "Use the key that `gametape status` shows"
        raise BadInput(repr(key), f"is no partition key (these match {KEY.pattern})", remedy)
    return key


def _file_name(name: str) -> str:
    if not all(FILE.fullmatch(part) for part in name.split("/")) or str(PurePosixPath(name)) != name:
        raise BadInput(repr(name), f"is no name of a file in the lake (its parts match {FILE.pattern})", "Rename it")
    return name


def _stored(contract: Table, key: str, data: pa.Table) -> pa.Table:
    """`data` as it is written: the key column first, the contract's texts in the metadata, one chunk."""
    import pyarrow as pa

    # A dictionary, which is what Arrow and pandas infer from the folder's `video=…`: both open a whole table's folder.
    keys = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), data.num_rows), pa.array([key]))
    field = pa.field(contract.key.name, keys.type, False, {"description": f"key of the {contract.key.name}"})
    schema = pa.schema([field, *contract.schema()], {"gametape.table": contract.name, "gametape.row": contract.row})
    # One chunk: how a table was put together would show in the file's pages, and change its hash.
    return pa.table([keys, *data.combine_chunks().columns], schema=schema)


def _encodings(contract: Table) -> dict:
    """Measured coordinates hardly repeat: their bytes, split by significance, pack better than a dictionary."""
    floats = {"float32", "float64"}
    split = [column.name for column in contract.columns if column.type in floats]
    return {
        "use_dictionary": [contract.key.name, *(c.name for c in contract.columns if c.type not in floats)],
        "use_byte_stream_split": split or False,
    }
