"""Reading and writing files in a folder and in a bucket alike.

Belongs here: opening the file system behind a URI, making a file or folder appear whole or not at all, distinguishing
an unreachable store from a missing file. Does not belong here: what is stored there and under which names.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeGuard

from gametape.base.errors import Away, Unavailable

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_PART_BYTES = 16 << 20  # ten parts of a large file are in memory at once
_LOCK = ".lock"
#: A temporary file this old was left by a writer that died.
STALE_SECONDS = 24 * 3600


def is_local(uri: str) -> bool:
    return "://" not in uri or uri.startswith("file://")


def filesystem(uri: str) -> tuple[AbstractFileSystem, str]:
    """The file system behind `uri` and the path on it.

    Listings are never cached: fsspec shares one object a process, and a cached listing hides what others add.
    S3 is configured by the usual AWS variables (AWS_ENDPOINT_URL for a compatible store).
    """
    import fsspec

    if is_local(uri):
        return fsspec.filesystem("file"), local_path(uri).as_posix()
    options = {}
    if uri.startswith("s3://"):
        # Passed explicitly, although botocore reads them too, so that another address gives another file system object.
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        # A store that accepts the connection and never answers is given up before a sensor's minute is over. s3fs
        # itself tries five times, so botocore need not retry as well.
        patience = {"connect_timeout": 5, "read_timeout": 10, "retries": {"total_max_attempts": 1}}
        options = {"endpoint_url": endpoint, "use_listings_cache": False, "config_kwargs": patience}
    return fsspec.url_to_fs(uri.rstrip("/"), **options)


def local_path(uri: str) -> Path:
    """The folder or file a local `uri` names, absolute."""
    return Path(uri.removeprefix("file://")).expanduser().absolute()


@contextmanager
def reaching(uri: str) -> Iterator[None]:
    """Turn what fsspec and botocore raise when a store refuses or cannot be reached into Unavailable.

    FileNotFoundError passes: whether a missing file is an error is for the caller to decide.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        is_client = type(error).__module__.partition(".")[0] in ("botocore", "aiobotocore", "aiohttp")
        if not is_client and not isinstance(error, OSError):
            raise
        is_away = _is_weather(error) if is_client else _is_errno_of_weather(error)
        what = "cannot be reached" if is_client else "cannot be used"
        raise (Away if is_away else Unavailable)(uri, f"{what}: {_first_line(error)}", _REMEDY) from error


#: What a store that is busy or away answers, s3fs's translations of S3's answers among them.
_WEATHER = {
    errno.EIO, errno.EBUSY, errno.EAGAIN, errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED,
    errno.EPIPE, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ESTALE,
}  # fmt: skip


def _is_errno_of_weather(error: Exception) -> bool:
    return isinstance(error, (ConnectionError, TimeoutError)) or getattr(error, "errno", None) in _WEATHER


def _is_weather(error: Exception) -> bool:
    """Does an error of an S3 client mean that the store did not answer, or could not just now?"""
    from aiohttp import ClientError as NoAnswer
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or status == 429
    return isinstance(error, (NoAnswer, exceptions.HTTPClientError, exceptions.ConnectionError))


_REMEDY = "Check the address, the credentials and the free space, then run again"


def is_full(error: BaseException) -> TypeGuard[OSError]:
    """Is the error that a disk or a quota is full?"""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _first_line(error: BaseException) -> str:
    if isinstance(error, shutil.Error):  # of many files: (from, to, why) each
        return str(error.args[0][0][2]).partition(": ")[0]
    if is_full(error):
        return os.strerror(error.errno or 0)
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


class Disk:
    """A store in a local folder. Names are relative, with `/` between the parts; the caller has checked them."""

    def __init__(self, uri: str) -> None:
        self.root = local_path(uri)
        self._staging = _Staging(self.root / ".staging")

    def uri(self, name: str) -> str:
        return str(self.root / name)

    def is_file(self, name: str) -> bool:
        return (self.root / name).is_file()

    def open(self, name: str) -> IO[bytes]:
        return (self.root / name).open("rb")

    def children(self, name: str) -> list[str]:
        """Names of the files and folders directly in `name`, sorted; none when it is not there."""
        try:
            return sorted(path.name for path in (self.root / name).iterdir())
        except FileNotFoundError:
            return []

    def folders(self, name: str, file: str) -> list[str]:
        """Names of the folders in `name` that hold `file`: a writer that died can leave one without."""
        return [folder for folder in self.children(name) if (self.root / name / folder / file).is_file()]

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A local path to write to; the file appears as `name` when the block succeeds, and not at all otherwise."""
        with reaching(self.uri(name)), self._staging.place() as made:
            yield made
            publish(made, self.root / name)

    def put(self, name: str, local: Path) -> None:
        """Copy a file in."""
        with reaching(self.uri(name)), self._staging.place() as made:
            shutil.copyfile(local, made)
            with self._locked():
                publish(made, self.root / name)

    def put_folder(self, name: str, local: Path, last: str) -> None:
        """Replace in the folder `name` everything that `local` has, all or nothing; other files there stay.

        `last` is for stores that cannot do so.
        """
        target = self.root / name
        with reaching(self.uri(name)), self._staging.place() as made:
            shutil.copytree(local, made)
            for path in made.rglob("*"):
                fsync(path)
            with self._locked():
                for kept in target.iterdir() if target.is_dir() else ():
                    if not (made / kept.name).exists():
                        _link(kept, made / kept.name)
                exchange(made, target)

    def get(self, name: str, into: Path) -> Path:
        """Where the file lies: nothing is copied. Raises FileNotFoundError."""
        path = self.root / name
        if not path.is_file():
            raise FileNotFoundError(path)
        return path

    def get_folder(self, name: str, into: Path) -> Path:
        """Where the folder lies: nothing is copied."""
        return self.root / name

    def delete(self, name: str) -> None:
        """Remove a file or folder in one step; nothing happens when it is not there."""
        if not (self.root / name).exists():
            return
        with reaching(self.uri(name)), self._staging.place() as aside, self._locked(), suppress(FileNotFoundError):
            (self.root / name).rename(aside)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time: a file put while a folder is swapped would land in the folder that is removed."""
        with (self._staging.folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Bucket:
    """A store under a prefix of an object store. An object appears whole or not at all; a folder does not."""

    def __init__(self, uri: str) -> None:
        self._uri = uri.rstrip("/")

    @property
    def fs(self) -> AbstractFileSystem:
        return filesystem(self._uri)[0]  # looked up each time: fsspec has one a process and is safe across forks

    def uri(self, name: str) -> str:
        return f"{self._uri}/{name}"

    def is_file(self, name: str) -> bool:
        with reaching(self.uri(name)):
            return self.fs.isfile(self.uri(name))

    def open(self, name: str) -> IO[bytes]:
        with reaching(self.uri(name)):
            return self.fs.open(self.uri(name), "rb")

    def children(self, name: str) -> list[str]:
        with reaching(self.uri(name)):
            try:
                found = self.fs.ls(self.uri(name), detail=False)
            except FileNotFoundError:
                return []
        return sorted({path.rstrip("/").rpartition("/")[2] for path in found} - {""})

    def folders(self, name: str, file: str) -> list[str]:
        return self.children(name)  # a bucket has no empty folders, and a request for each file would take minutes

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="gametape-") as folder:
            made = Path(folder) / "made"
            yield made
            self.put(name, made)

    def put(self, name: str, local: Path) -> None:
        local.stat()  # FileNotFoundError here is the caller's; below it would be the bucket's
        options = {"chunksize": _PART_BYTES} if self._uri.startswith("s3://") else {}
        try:
            with reaching(self.uri(name)):
                self.fs.put_file(str(local), self.uri(name), **options)
        except FileNotFoundError as error:
            raise Unavailable(self.uri(name), _first_line(error), _REMEDY) from error

    def put_folder(self, name: str, local: Path, last: str) -> None:
        """As on a disk, but file by file.

        `last`, the page that refers to the others, is uploaded after them, so that a new page never lacks its data.
        Then old files that the new folder does not have are removed.
        """
        files = sorted(path.relative_to(local).as_posix() for path in local.rglob("*") if path.is_file())
        for file in sorted(files, key=lambda file: file == last):
            self.put(f"{name}/{file}", local / file)
        for folder in {file.partition("/")[0] for file in files if "/" in file}:
            with reaching(self.uri(name)):
                base = self.fs._strip_protocol(self.uri(name))
                there = self.fs.find(f"{base}/{folder}")
                if gone := [path for path in there if path.removeprefix(f"{base}/") not in files]:
                    self.fs.rm(gone)

    def get(self, name: str, into: Path) -> Path:
        """Download into the folder `into`, whole or not at all. Raises FileNotFoundError."""
        target = into / name.rpartition("/")[2]
        into.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
        try:
            with reaching(self.uri(name)):
                self.fs.get_file(self.uri(name), str(partial))
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return target

    def get_folder(self, name: str, into: Path) -> Path:
        """Download all that is below `name` into the folder `into`, each file whole; returns `into`."""
        with reaching(self.uri(name)):
            base = self.fs._strip_protocol(self.uri(name))
            files = [path.removeprefix(f"{base}/") for path in self.fs.find(base)]
        for file in files:
            self.get(f"{name}/{file}", (into / file).parent)
        return into

    def delete(self, name: str) -> None:
        with reaching(self.uri(name)), suppress(FileNotFoundError):
            self.fs.rm(self.uri(name), recursive=True)


Store = Disk | Bucket


def open_store(uri: str) -> Store:
    return Disk(uri) if is_local(uri) else Bucket(uri)


class _Staging:
    """A hidden folder in which local files and folders are made whole before they appear under their names.

    It is inside the store, so that a rename moves them; what a killed writer left there is removed once old.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def place(self) -> Iterator[Path]:
        """A new path for a file or folder; what is still there afterwards is removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sweep()
        path = self.folder / uuid.uuid4().hex
        try:
            yield path
        finally:
            remove(path)

    def sweep(self, older_than_s: float = STALE_SECONDS) -> None:
        """Remove what is older than any live writer's files could be."""
        with suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                if path.name == _LOCK:
                    continue
                with suppress(FileNotFoundError):
                    if path.lstat().st_mtime < time.time() - older_than_s:
                        remove(path)


def publish(made: Path, target: Path) -> None:
    """Move the finished file `made` to its name, durably: readers see the old file or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fsync(made)
    made.replace(target)
    fsync(target.parent)


def exchange(made: Path, target: Path) -> None:
    """Swap the folder `target` with `made` (on the same disk) in one step.

    Linux does so (renameat2); elsewhere two renames leave a moment in which `target` is not there.
    """
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        made.rename(target)
    elif not _rename_exchange(made, target):
        aside = made.with_name(f"{made.name}.old")
        target.rename(aside)
        made.rename(target)
        aside.rename(made)
    fsync(target.parent)


def _rename_exchange(one: Path, other: Path) -> bool:
    at_cwd, exchange_flag = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of <linux/fs.h>
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    return renameat2(at_cwd, os.fsencode(one), at_cwd, os.fsencode(other), exchange_flag) == 0


def remove(path: Path) -> None:
    """Remove a file or a folder; neither is an error when it is gone already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _link(there: Path, here: Path) -> None:
    """Make the file or folder `there` available as `here`: by a hard link where possible, else a copy."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    if there.is_dir():
        shutil.copytree(there, here, copy_function=link)
    else:
        link(str(there), str(here))


def fsync(path: Path) -> None:
    """Flush the file's bytes, or the folder's entries, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
