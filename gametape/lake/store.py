"""Where the lake's tables and films lie, and how they get there whole.

    <base>/tables/<table>/video=<key>/data.parquet
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
from gametape.tables.core import Table

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
    """The tables and films under `base_uri`, a folder or `s3://bucket/prefix`.

    Every method raises Unavailable when the store cannot be used and BadInput for a key that could leave it.
    """

    def __init__(self, base_uri: str) -> None:
        self.base_uri = base_uri.rstrip("/") or "/"
        self._store = open_store(self.base_uri)

    def __repr__(self) -> str:
        return f"Lake({self.base_uri!r})"

    def write_table(self, table: str, video: str, data: pa.Table) -> Written:
        """Replace the rows of `video` in `table`.

        Raises ValueError where `data` breaks the table's contract.
        """
        import pyarrow.parquet as pq

        contract, name = _contract(table), self._table(table, video)
        stored = _stored(contract, video, contract.cast(data))
        with self._store.writing(name) as path:
            pq.write_table(stored, path, row_group_size=ROW_GROUP, compression="zstd", **_encodings(contract))
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = path.stat().st_size
        return Written(self._store.uri(name), stored.num_rows, size, digest)

    def read_table(self, table: str, video: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of `video`, without the column `video`; only `columns` where given.

        A column that the file's writer did not know yet is null. Raises Unavailable when there is no such table,
        or when the file was written by a contract that lacked a column which is never null.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        contract, name = _contract(table), self._table(table, video)
        wanted = contract.names if columns is None else list(columns)
        if unknown := set(wanted) - set(contract.names):
            raise ValueError(f"table {table} has no columns {sorted(unknown)}")
        again = f"Materialize {table} for {video}, then run again"
        try:
            with (
                reaching(self._store.uri(name)),
                self._store.open(name) as file,
                pq.ParquetFile(file, pre_buffer=True) as parquet,
            ):
                known = set(parquet.schema_arrow.names)
                read = parquet.read(columns=[column for column in wanted if column in known])
        except FileNotFoundError:
            raise Unavailable(f"{table} of {video}", f"is not in the lake {self.base_uri}", again) from None
        except pa.ArrowInvalid as error:
            raise GametapeError(self._store.uri(name), f"is not a whole Parquet file ({error})", again) from error

        schema = pa.schema([contract.schema().field(column) for column in wanted])
        if lost := [f.name for f in schema if f.name not in known and not f.nullable]:
            reason = f"was written by an older version of gametape, without {', '.join(lost)}"
            raise Unavailable(f"{table} of {video}", reason, again)
        filled = [read[f.name] if f.name in known else pa.nulls(read.num_rows, f.type) for f in schema]
        return pa.table(filled, [f.name for f in schema]).cast(schema)

    def has_table(self, table: str, video: str) -> bool:
        return self._store.is_file(self._table(table, video))

    def videos(self, table: str) -> list[str]:
        """Keys of the videos that have `table`, sorted."""
        _contract(table)
        folders = self._store.folders(f"tables/{table}", "data.parquet")
        keys = (folder.removeprefix("video=") for folder in folders if folder.startswith("video="))
        return [key for key in keys if KEY.fullmatch(key)]

    def put_file(self, video: str, name: str, local: Path) -> str:
        """Keep the file `local` as `name` (e.g. `film.mp4`) of a film; where it lies then."""
        self._store.put(path := self._film(video, name), local)
        return self._store.uri(path)

    def put_folder(self, video: str, local: Path, entry: str = "report.html") -> str:
        """Put all that `local` holds into the film's folder, each file and sub-folder in place of the former.

        Other files of the film stay. On a disk all of it appears at once; on S3 `entry`, the page that names the
        others, goes up last. Returns where `entry` lies.
        """
        for path in local.rglob("*"):
            _file_name(path.relative_to(local).as_posix())
        if not (local / entry).is_file():
            raise BadInput(str(local), f"has no {entry}", "Build the folder again")
        self._store.put_folder(self._film(video), local, entry)
        return self._store.uri(self._film(video, entry))

    def get_file(self, video: str, name: str, into: Path) -> Path:
        """A local path of a film's file: where it lies, or on S3 a download in the folder `into`."""
        try:
            return self._store.get(self._film(video, name), into)
        except FileNotFoundError:
            remedy = f"Materialize what makes it for {video}, then run again"
            raise Unavailable(f"{name} of {video}", f"is not in the lake {self.base_uri}", remedy) from None

    def get_folder(self, video: str, into: Path) -> Path:
        """A local folder with all of a film's files: where they lie, or on S3 a download in the folder `into`."""
        return self._store.get_folder(self._film(video), into)

    def has_file(self, video: str, name: str) -> bool:
        return self._store.is_file(self._film(video, name))

    def file_uri(self, video: str, name: str) -> str:
        """Where a film's file lies or would lie: a path, or `s3://…`."""
        return self._store.uri(self._film(video, name))

    def table_uri(self, table: str, video: str) -> str:
        """Where a video's rows lie or would lie."""
        return self._store.uri(self._table(table, video))

    def delete_video(self, video: str) -> None:
        """Remove every table and file of `video`; doing so again changes nothing."""
        _key(video)
        # Also from tables that gametape knew once and knows no more.
        for table in self._store.children("tables"):
            self._store.delete(f"tables/{table}/video={video}")
        self._store.delete(self._film(video))

    def _table(self, table: str, video: str) -> str:
        return f"tables/{_contract(table).name}/video={_key(video)}/data.parquet"

    def _film(self, video: str, name: str | None = None) -> str:
        return f"films/{_key(video)}" + (f"/{_file_name(name)}" if name is not None else "")


def _contract(table: str) -> Table:
    try:
        return TABLES[table]
    except KeyError:
        raise ValueError(f"no table {table!r}; there are {', '.join(TABLES)}") from None


def _key(video: str) -> str:
    if not KEY.fullmatch(video):
        remedy = "Use the key that the upload was given"
        raise BadInput(repr(video), f"is no video key (these match {KEY.pattern})", remedy)
    return video


def _file_name(name: str) -> str:
    if not all(FILE.fullmatch(part) for part in name.split("/")) or str(PurePosixPath(name)) != name:
        raise BadInput(repr(name), f"is no name of a film's file (its parts match {FILE.pattern})", "Rename it")
    return name


def _stored(contract: Table, video: str, data: pa.Table) -> pa.Table:
    """`data` as it goes to the file: `video` first, what the contract says in the metadata, one chunk."""
    import pyarrow as pa

    # A dictionary, as Arrow and pandas make of the folder's `video=…`: a whole table's folder opens in one line.
    key = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), data.num_rows), pa.array([video]))
    field = pa.field("video", key.type, False, {"description": "key of the video"})
    schema = pa.schema([field, *contract.schema()], {"gametape.table": contract.name, "gametape.row": contract.row})
    # One chunk: how a table was put together would show in the file's pages, and change its hash.
    return pa.table([key, *data.combine_chunks().columns], schema=schema)


def _encodings(contract: Table) -> dict:
    """Measured coordinates hardly repeat: their bytes, split by significance, pack better than a dictionary."""
    floats = {"float32", "float64"}
    split = [column.name for column in contract.columns if column.type in floats]
    return {
        "use_dictionary": ["video", *(c.name for c in contract.columns if c.type not in floats)],
        "use_byte_stream_split": split or False,
    }
