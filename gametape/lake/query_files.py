"""The files that DuckDB reads when the lake is queried.

Belongs here: listing, opening and keeping them. Does not belong here: views and queries (`sql`).
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from threading import Lock
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

from gametape.base.storage import filesystem, reaching

SEED = "seed/no-key/data.parquet"
"""The file without rows that every view has."""
_WHOLE_BYTES = 8 << 20
_KEPT_BYTES = 128 << 20


class LakeFiles(AbstractFileSystem):
    """The file system that DuckDB reads through; it cannot write.

    It holds an object store's lake as `lake://lake/…`, and the seed of the views: a table without rows, which makes a
    pattern without files valid.
    """

    protocol = "lake"
    root_marker = ""
    cachable = False

    def __init__(self, base_uri: str | None, *, once: bool) -> None:
        super().__init__()
        self._base = base_uri
        self._once = once
        self._globbed: dict[str, list[str]] = {}
        self._listed: dict[str, dict[str, Any]] = {}
        self._kept: dict[tuple, bytes] = {}
        self._keeping = Lock()
        seed = io.BytesIO()
        pq.write_table(pa.table({"key": pa.array([], pa.string())}), seed)
        self._seed = seed.getvalue()

    def glob(self, path: str, **_: object) -> list[str]:
        """Paths that match; one listing a thousand files, where fsspec's own would list every folder."""
        pattern = self._strip_protocol(path)
        if "*" not in pattern:
            return [pattern]
        if self._base is None or not pattern.startswith("lake/"):
            return []
        if self._once and pattern in self._globbed:
            return self._globbed[pattern]
        fs, root = filesystem(self._base)
        folder = pattern.removeprefix("lake/").partition("*")[0].rpartition("/")[0]
        with reaching(self._base):
            try:
                found = fs.find(f"{root}/{folder}", detail=True)
            except FileNotFoundError:
                return []
        listed = {f"lake{name.removeprefix(root)}": info for name, info in found.items()}
        matching = {name: info for name, info in listed.items() if fnmatchcase(name, pattern)}
        self._listed.update(matching)
        self._globbed[pattern] = sorted(matching)
        return self._globbed[pattern]

    def info(self, path: str, **_: object) -> dict[str, Any]:
        """Size and what else the store tells, as the last listing had it."""
        name = self._strip_protocol(path)
        if name == SEED:
            return {"name": name, "size": len(self._seed), "type": "file"}
        if name not in self._listed:
            fs, place = self._place(name)
            self._listed[name] = fs.info(place)
        return {**self._listed[name], "name": name}

    def modified(self, path: str) -> datetime:
        """When it was written, where the store tells."""
        return self.info(path).get("LastModified") or datetime.fromtimestamp(0, UTC)

    def open(self, path: str, mode: str = "rb", **_: object) -> IO[bytes]:
        """Open for reading.

        Raises:
            PermissionError: It is to be written.
        """
        if mode != "rb":
            raise PermissionError("the lake is read-only here")
        name = self._strip_protocol(path)
        if name == SEED:
            return io.BytesIO(self._seed)
        fs, place = self._place(name)
        info = self.info(path)
        if info["size"] > _WHOLE_BYTES:
            return fs.open(place, "rb")
        # Whole: one request instead of one a column. Kept, since DuckDB opens a file more than once, until a
        # listing shows another.
        version = (name, info.get("ETag"), info.get("LastModified"))
        body = self._kept.get(version)
        if body is None:
            body = fs.cat_file(place)
            self._keep(version, body)
        return io.BytesIO(body)

    def _keep(self, version: tuple, body: bytes) -> None:
        with self._keeping:
            self._kept[version] = body
            while sum(map(len, self._kept.values())) > _KEPT_BYTES:
                del self._kept[next(iter(self._kept))]

    def _place(self, name: str) -> tuple[AbstractFileSystem, str]:
        if self._base is None or not name.startswith("lake/"):
            raise FileNotFoundError(name)
        fs, root = filesystem(self._base)
        return fs, f"{root}/{name.removeprefix('lake/')}"
