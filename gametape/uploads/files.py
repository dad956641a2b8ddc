"""The files of the upload folder or bucket: listed, read and written the same way in both.

Belongs here: one file at a time, and the list of them all. Does not belong here: which kind of upload a file is of
and what belongs together (`store`).
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from gametape.base.errors import Unavailable
from gametape.base.storage import Bucket, filesystem, fsync, is_local, local_path, reaching
from gametape.uploads.naming import blocks_of, composed, is_partial, printable, without_suffix

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the store. `stamp` changes when its content may have; `changed` is its newest time (Unix)."""

    uri: str
    path: str  # below the store's base, with /
    size: int
    mtime: float
    stamp: str
    changed: float
    atomic: bool = False  # never seen half written (an object of a bucket)

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The path without its suffix, its letters composed: what an upload and its sidecar share."""
        return composed(without_suffix(self.path))

    @property
    def label(self) -> str:
        """The path in printable characters, for messages."""
        return printable(self.path)


class Files(NamedTuple):
    """What lies in a store: files of interest, paths of others, and problems in words."""

    found: list[Upload]
    others: list[str]
    problems: list[str]


@dataclass(frozen=True)
class UploadFiles:
    """The files below `base_uri`, a local folder or `s3://bucket/prefix`."""

    base_uri: str

    @property
    def is_local(self) -> bool:
        return is_local(self.base_uri)

    @cached_property
    def root(self) -> str:
        """The base without scheme: an absolute folder, or `bucket/prefix`."""
        return str(local_path(self.base_uri)) if self.is_local else self.base_uri.partition("://")[2].rstrip("/")

    @property
    def fs(self) -> AbstractFileSystem:
        return filesystem(self.base_uri)[0]  # looked up each time: fsspec has one a process and is safe across forks

    def list(self, is_of_interest: Callable[[str], bool], beginning: str = "") -> Files:
        """Every file, however deep, but hidden and half-written ones.

        Args:
            is_of_interest: Of a file's name: is it an upload or a sidecar?
            beginning: Of a bucket, only paths that begin so: a listing is answered in pages of a thousand.

        Raises:
            Unavailable: The store cannot be listed. That is not the same as empty.
        """
        try:
            return self._scan(is_of_interest) if self.is_local else self._find(is_of_interest, beginning)
        except Exception as error:
            reason = f"cannot be listed ({type(error).__name__}: {printable(str(error))})"
            raise Unavailable(self.base_uri, reason, "Check that it exists and may be read") from error

    def _scan(self, is_of_interest: Callable[[str], bool]) -> Files:
        files = Files([], [], [])
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                entries = os.scandir(os.path.join(self.root, folder))  # noqa: PTH118 (10,000 Path objects are slow)
            except OSError as error:
                if not folder:
                    raise
                files.problems.append(f"{printable(folder)}: cannot be read ({error.strerror}); its files are not seen")
                continue
            with entries:
                for entry in entries:
                    if is_partial(entry.name):
                        continue
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_symlink():
                        files.problems.extend(self._link_problems(path))
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(path)
                        if is_of_interest(entry.name):
                            files.problems.append(f"{printable(path)}: is a folder, not a file; files in it are seen")
                    elif entry.is_file(follow_symlinks=False):
                        if not is_of_interest(entry.name):
                            files.others.append(path)
                            continue
                        try:
                            files.found.append(self._from_stat(path, entry.stat(follow_symlinks=False)))
                        except FileNotFoundError:
                            continue  # renamed or removed meanwhile: the next look sees it
                    elif is_of_interest(entry.name):
                        files.problems.append(
                            f"{printable(path)}: is a pipe or a device, not a file; copy the file itself"
                        )
        return files

    def _link_problems(self, path: str) -> Iterable[str]:
        """Links are never followed: a target inside the store is listed itself, one outside is not ours."""
        try:
            target = Path(self.root, path).resolve(strict=False)
        except (OSError, RuntimeError):  # the second is how Python up to 3.12 tells of a loop
            yield f"{printable(path)}: links to itself; remove the link, or copy the file it was meant for"
            return
        if not target.is_relative_to(Path(self.root).resolve()):
            yield f"{printable(path)}: links out of the uploads and is not followed; copy the file itself"
        elif not target.exists():
            yield f"{printable(path)}: links to a file that is not there; copy the file itself"

    def _find(self, is_of_interest: Callable[[str], bool], beginning: str) -> Files:
        files = Files([], [], [])
        narrowed = {"prefix": beginning} if beginning else {}
        for found, info in self.fs.find(self.root, detail=True, **narrowed).items():
            path = found.removeprefix(f"{self.root}/")
            if info["type"] != "file" or not path.strip("/"):
                continue
            parts = path.split("/")
            if not {".", ".."}.isdisjoint(parts):  # HTTP clients resolve these, and ask for another object
                files.problems.append(f"{printable(path)}: cannot be fetched, its name has a part . or ..; rename it")
                continue
            if any(is_partial(part) for part in parts):
                continue
            if is_of_interest(parts[-1]):
                files.found.append(self._from_info(path, info))
            elif not path.endswith("/"):
                files.others.append(path)
        return files

    def stat(self, path: str) -> Upload | None:
        """The file at `path`; None when there is none."""
        try:
            with reaching(printable(path)):
                if self.is_local:
                    return self._from_stat(path, os.stat(self._where(path)))  # noqa: PTH116
                return self._from_info(path, self.fs.info(self._where(path)))
        except FileNotFoundError:
            return None

    def blocks(self, upload: Upload) -> list[bytes]:
        """The parts of a file that its fingerprint is made of.

        Raises:
            Unavailable: The file cannot be read or is being written.
        """
        where, ranges = self._where(upload.path), blocks_of(upload.size)
        with _reading(upload.label):
            if not self.is_local:
                starts, stops = zip(*ranges, strict=True)
                return self.fs.cat_ranges([where] * len(ranges), list(starts), list(stops), on_error="raise")
            with open(where, "rb") as file:  # noqa: PTH123 (the path may hold undecodable bytes)
                blocks = []
                for start, stop in ranges:
                    file.seek(start)
                    blocks.append(file.read(stop - start))
                now = self._from_stat(upload.path, os.fstat(file.fileno()))
                if now.stamp != upload.stamp:
                    raise Unavailable(upload.label, "is still being written", "It is looked at again by itself")
                return blocks

    def read(self, upload: Upload, most: int) -> bytes:
        """The file's first bytes, `most` at most."""
        with _reading(upload.label):
            return self.fs.cat_file(self._where(upload.path), start=0, end=min(upload.size, most))

    def fetch(self, upload: Upload, into: Path, suffix: str) -> Path:
        """The upload as a local file: the file itself when the store is local, else a whole copy in `into`.

        The copy's name ends in `suffix`.
        """
        where = self._where(upload.path)
        if self.is_local:
            if not os.path.exists(where):  # noqa: PTH110
                raise Unavailable(upload.label, "is no longer among the uploads", "Upload it again")
            return Path(where)
        into.mkdir(parents=True, exist_ok=True)
        target = into / f"upload{suffix}"
        partial = target.with_name(target.name + ".part")
        with _reading(upload.label):
            self.fs.get_file(where, str(partial))
        if partial.stat().st_size != upload.size:
            raise Unavailable(upload.label, "changed while it was fetched", "It is looked at again by itself")
        partial.replace(target)
        return target

    @contextmanager
    def open(self, upload: Upload) -> Iterator[IO[bytes]]:
        """The file, open for reading wherever one likes: of an object only what is read is fetched."""
        with _reading(upload.label), self.fs.open(self._where(upload.path), "rb") as file:
            yield file

    def rename(self, upload: Upload, path: str) -> None:
        """Give the file another path; one that is there is replaced."""
        with reaching(upload.label):
            if self.is_local:
                Path(self._where(upload.path)).replace(self._where(path))
            else:
                self.fs.mv(self._where(upload.path), self._where(path))

    def write(self, local: Path, path: str, *, replace: bool = False) -> bool:
        """Copy a local file to `path`, whole or not at all; False when another file got there first."""
        if not self.is_local:
            Bucket(self.base_uri).put(path, local)
            return True
        with reaching(printable(path)):
            return _copy(local, Path(self._where(path)), replace)

    def remove(self, upload: Upload) -> None:
        with reaching(upload.label):
            if self.is_local:
                Path(self._where(upload.path)).unlink(missing_ok=True)
            else:
                self.fs.rm_file(self._where(upload.path))

    def _where(self, path: str) -> str:
        return f"{self.root}/{path}"

    def _from_stat(self, path: str, stat: os.stat_result) -> Upload:
        # ctime shows a copy that was given an old mtime early and is still being written.
        changed = max(stat.st_mtime, stat.st_ctime)
        stamp = f"{stat.st_size}-{stat.st_mtime_ns}"
        return Upload(self._where(path), path, stat.st_size, stat.st_mtime, stamp, changed)

    def _from_info(self, path: str, info: Mapping) -> Upload:
        when = info.get("LastModified") or info.get("mtime") or info.get("created")
        mtime = when.timestamp() if hasattr(when, "timestamp") else float(when or 0)
        stamp = f"{info['size']}-{str(info.get('ETag') or mtime).strip(chr(34))}"
        scheme = self.base_uri.partition("://")[0]
        return Upload(f"{scheme}://{self._where(path)}", path, info["size"], mtime, stamp, mtime, atomic=True)


def _copy(local: Path, target: Path, replace: bool) -> bool:
    partial = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        shutil.copyfile(local, partial)
        fsync(partial)
        if replace:
            partial.replace(target)
            return True
        try:
            os.link(partial, target)  # unlike a rename it never replaces
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if target.exists():
                return False
            partial.rename(target)
        return True
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _reading(label: str) -> Iterator[None]:
    """Turns every error of reading an upload into Unavailable."""
    try:
        with reaching(label):
            yield
    except FileNotFoundError as error:
        raise Unavailable(label, "is no longer among the uploads", "Upload it again") from error
