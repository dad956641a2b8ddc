"""Zip files among the uploads: what is in one is put beside it, once.

Belongs here: reading a stranger's zip with bounds, and taking uploads out of it. Does not belong here: when that is
done (the upload sensor, `gametape upload`).

A zip that was unpacked is renamed, not removed: nothing that somebody dropped is lost, and a replay that is deleted
later does not come back. Its files are put as if they had been dropped one by one, so that a process that dies on the
way leaves nothing half done: the next one goes on.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gametape.base.errors import BadInput, GametapeError
from gametape.uploads.files import Upload
from gametape.uploads.kinds import UploadKind
from gametape.uploads.naming import UNPACKED, is_partial, printable
from gametape.uploads.store import UploadStore

#: A file in a zip is no larger; a replay has some MB.
LARGEST_MEMBER = 64 << 20
#: All that is taken out of one zip.
LARGEST_TOTAL = 8 << 30
#: A zip has no more entries.
MOST_MEMBERS = 20_000
_BLOCK = 1 << 20
#: What Python's reader raises for zips that are damaged, or encrypted or packed in a way that it does not know
#: (RuntimeError and what derives from it).
_FAULTS = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OverflowError)


def fault_of(store: UploadStore, archive: Upload) -> str | None:
    """Why a zip cannot be unpacked, in words; None where it can.

    Raises:
        Unavailable: It cannot be read now.
    """
    try:
        with _opened(store, archive) as opened:
            _members(opened, store.kind, archive.label)
    except BadInput as error:
        return f"{error.reason}. {error.remedy}"
    return None


def unpack(store: UploadStore, archive: Upload, *, go_on: Callable[[], bool] = lambda: True) -> list[str] | None:
    """Put what is in a zip among the uploads, and rename the zip. Returns problems in words, one a file.

    Args:
        store: Where it lies; only uploads of the store's kind are taken out.
        archive: The zip.
        go_on: Asked before each file; False leaves the rest for the next time, and the answer is None.

    Raises:
        BadInput: It is no zip, is damaged or holds no such upload.
        Unavailable: The store cannot be reached.
    """
    with _opened(store, archive) as opened:
        problems = put_members(store, opened, archive.label, go_on)
    if problems is not None:
        store.files.rename(archive, archive.path + UNPACKED)
    return problems


def put_members(
    store: UploadStore, opened: zipfile.ZipFile, label: str, go_on: Callable[[], bool] = lambda: True
) -> list[str] | None:
    """Put the uploads in an open zip into the store; see `unpack`."""
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for member in _members(opened, store.kind, label):
            if not go_on():
                return None
            try:
                store.put(_extract(opened, member, Path(folder)), member.filename)
            except BadInput as error:
                problems.append(f"{label}: {printable(member.filename)} in it {error.reason}")
    return problems


def extracted(local: Path, kind: UploadKind, folder: Path) -> Iterator[tuple[Path, str]]:
    """Each upload of a kind in a local zip, as a file in `folder` that is there until the next one, and its name.

    Raises:
        BadInput: The zip cannot be unpacked, or one of its files.
    """
    try:
        file = local.open("rb")
    except OSError as error:
        raise BadInput(str(local), f"cannot be read ({error.strerror})", "Check the path and its rights") from error
    with file, open_zip(file, str(local)) as opened:
        for member in _members(opened, kind, str(local)):
            yield _extract(opened, member, folder), member.filename


@contextmanager
def _opened(store: UploadStore, archive: Upload) -> Iterator[zipfile.ZipFile]:
    with store.files.open(archive) as file, open_zip(file, archive.label) as opened:
        yield opened


@contextmanager
def open_zip(file: IO[bytes], label: str) -> Iterator[zipfile.ZipFile]:
    """An open file as a zip.

    Raises:
        BadInput: It is none.
    """
    try:
        opened = zipfile.ZipFile(file)
    except _FAULTS as error:
        raise BadInput(label, f"is no zip file, or a damaged one ({error})", "Make it anew") from error
    with opened:
        yield opened


def _members(opened: zipfile.ZipFile, kind: UploadKind, label: str) -> list[zipfile.ZipInfo]:
    """The uploads in a zip, by what it says of itself.

    Raises:
        BadInput: There is none, or it is beyond the bounds.
    """
    entries = opened.infolist()
    if len(entries) > MOST_MEMBERS:
        raise BadInput(label, f"holds {len(entries)} files, more than {MOST_MEMBERS}", "Make several of it")

    def is_one(entry: zipfile.ZipInfo) -> bool:
        *folders, name = entry.filename.replace("\\", "/").split("/")
        return kind.takes(name) and not is_partial(name) and "__MACOSX" not in folders

    found = [entry for entry in entries if not entry.is_dir() and is_one(entry)]
    if not found:
        raise BadInput(label, f"holds no {kind.noun}", f"Put {kind.noun}s into it, or delete it")
    if any(entry.flag_bits & 1 for entry in found):
        raise BadInput(label, "is encrypted", "Unpack it yourself, or make it without a password")
    if sum(min(entry.file_size, LARGEST_MEMBER) for entry in found) > LARGEST_TOTAL:
        raise BadInput(label, f"holds more than {LARGEST_TOTAL >> 30} GiB", "Make several of it")
    return found


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """One file of a zip, under a name of ours; what the zip says of its size is not believed.

    Raises:
        BadInput: It is damaged or too large.
    """
    local, left = folder / "member", LARGEST_MEMBER
    try:
        with opened.open(member) as source, local.open("wb") as target:
            while block := source.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    raise BadInput(member.filename, f"is larger than {LARGEST_MEMBER >> 20} MiB", "Give another file")
                target.write(block)
    except _FAULTS as error:
        raise BadInput(member.filename, f"is damaged ({error})", "Make the zip anew") from error
    return local


def unpack_all(
    store: UploadStore, archives: tuple[Upload, ...], *, go_on: Callable[[], bool] = lambda: True
) -> tuple[str, ...]:
    """Unpack zips one after another, for as long as `go_on` says so. Returns problems in words."""
    problems: list[str] = []
    for archive in archives:
        try:
            found = unpack(store, archive, go_on=go_on)
        except GametapeError as error:
            found = [str(error)]
        if found is None:
            break
        problems += found
    return tuple(problems)
