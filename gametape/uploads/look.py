"""One look at the uploads: which are complete, what is in them, what their sidecars say.

Belongs here: telling a finished upload from one that is still being written, with bounded work a look. Does not
belong here: deciding which uploads need work (`decide`).
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from gametape.base.errors import Unavailable
from gametape.uploads.archives import fault_of
from gametape.uploads.files import Upload
from gametape.uploads.kinds import UploadKind
from gametape.uploads.memo import Remembered
from gametape.uploads.naming import printable
from gametape.uploads.sidecars import SidecarState
from gametape.uploads.store import Listing, UploadStore, by_content
from gametape.uploads.unused import lonely_sidecars

#: A file older than this by every clock is complete though no earlier look saw it.
LONG_AGO_SECONDS = 600.0
#: The message about an upload without content.
EMPTY = "is empty (0 bytes); upload it again"


@dataclass(frozen=True)
class ReadyUpload:
    """A complete upload, its content's fingerprint and its sidecar. `copies` are other uploads of the same bytes."""

    upload: Upload
    fingerprint: str
    sidecar: SidecarState
    copies: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class Look:
    """What a look at the uploads of one kind showed.

    Args:
        kind: The kind of upload.
        ready: Complete uploads in order of arrival.
        waiting, problems: Messages for people, each about one file.
        others: Names of files that are neither upload nor sidecar of any kind.
        archives: Complete zip files that can be unpacked.
    """

    kind: UploadKind
    ready: tuple[ReadyUpload, ...]
    waiting: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    archives: tuple[Upload, ...] = ()


def look(
    store: UploadStore, *, settle_seconds: float, now: float | None = None, read_seconds: float = 20.0,
    clock: Callable[[], float] = time.monotonic,
) -> Look:  # fmt: skip
    """Look at the store, reading new files for at most about `read_seconds`; the rest waits for the next look.

    A file is complete when its size and time were the same in an earlier look at least `settle_seconds` ago, or
    when it has not changed for long: neither a clock that runs wrong nor a copy that keeps an old time is trusted
    alone.

    Raises:
        Unavailable: The store cannot be listed.
    """
    now = time.time() if now is None else now
    until = clock() + read_seconds
    listing = store.list()
    memory = store.remembered()
    observer = _Observer(store, memory, {}, now, settle_seconds)
    waiting: list[str] = []
    problems = list(listing.problems)
    complete: list[tuple[str, Upload]] = []
    sidecars: dict[str, SidecarState] = {}
    unread = 0
    for upload in listing.uploads:
        sidecar = listing.sidecar_for(upload)
        # Both are looked at, always: their time of rest runs while they wait for each other.
        if not all([observer.is_complete(upload), sidecar is None or observer.is_complete(sidecar)]):
            waiting.append(f"{upload.label}: still being written")
        elif upload.size == 0:
            problems.append(f"{upload.label}: {EMPTY}")
        elif not observer.knows(upload, sidecar) and clock() > until:
            unread += 1
        else:
            try:
                content, sidecars[upload.uri] = observer.fingerprint(upload), observer.sidecar(sidecar)
                complete.append((content, upload))
            except Unavailable as error:
                problems.append(str(error))
    if unread:
        waiting.append(f"{store.kind.count(unread)}: not read yet, there are many; the next look goes on")
    archives: list[Upload] = []
    for archive in listing.archives:
        if not observer.is_complete(archive):
            waiting.append(f"{archive.label}: still being written")
        elif observer.knows(archive) or clock() <= until:
            try:
                fault = observer.fault(archive)
            except Unavailable as error:
                fault = error.reason
            if fault:
                problems.append(f"{archive.label}: {fault}")
            else:
                archives.append(archive)
    present = {printable(u.uri) for u in (*listing.uploads, *listing.sidecars.values(), *listing.archives)}
    # An empty listing may be an unmounted disk: forget nothing because of it.
    store.remember(observer.news, gone=[uri for uri in memory if uri not in present] if present else ())
    ready = tuple(
        ReadyUpload(first, content, sidecars[first.uri], tuple(copies))
        for content, (first, *copies) in by_content(complete, listing).items()
    )
    problems += [one.sidecar.error for one in ready if one.sidecar.error]
    problems += _unused_sidecars(ready, listing, store.kind)
    waiting += [f"{file.label}: {file.message}" for file in lonely_sidecars(listing, store.kind)]
    return Look(
        store.kind, ready, tuple(waiting), tuple(problems), tuple(map(printable, listing.others)), tuple(archives)
    )


def _unused_sidecars(ready: tuple[ReadyUpload, ...], listing: Listing, kind: UploadKind) -> list[str]:
    return [
        f"{sidecar.label}: not used, the same {kind.noun} was uploaded as {one.upload.label} with a sidecar of its own"
        for one in ready
        for copy in one.copies
        if (sidecar := listing.sidecar_for(copy)) and copy.stem != one.upload.stem
    ]


@dataclass
class _Observer:
    """Looks at files with what is remembered of them; `news` is what is to be remembered now."""

    store: UploadStore
    memory: dict[str, Remembered]
    news: dict[str, Remembered]
    now: float
    settle_seconds: float

    def is_complete(self, file: Upload) -> bool:
        seen = self._seen(file)
        if seen is None:
            self._note(file, Remembered(file.stamp, self.now))
        elif self.now - seen.since >= self.settle_seconds:
            return True
        elif seen.since > self.now:  # our own clock was set back
            self._note(file, seen._replace(since=self.now))
        return (
            file.atomic
            or not self.settle_seconds
            or self.now - file.changed >= max(LONG_AGO_SECONDS, self.settle_seconds)
        )

    def knows(self, *files: Upload | None) -> bool:
        """Are these files' contents remembered?"""
        return all(file is None or ((seen := self._seen(file)) and seen.value) for file in files)

    def fingerprint(self, upload: Upload) -> str:
        return self._content(upload, lambda: self.store.fingerprint(upload))

    def sidecar(self, sidecar: Upload | None) -> SidecarState:
        if sidecar is None:
            return self.store.kind.no_sidecar
        return SidecarState(**json.loads(self._content(sidecar, lambda: self.store.sidecar_state(sidecar).to_json())))

    def fault(self, archive: Upload) -> str:
        """Why an archive cannot be unpacked; empty where it can."""
        return self._content(archive, lambda: f"archive {fault_of(self.store, archive) or ''}").removeprefix("archive ")

    def _content(self, file: Upload, read: Callable[[], str]) -> str:
        seen = self._seen(file)
        if seen and seen.value:
            return seen.value
        value = read()
        self._note(file, Remembered(file.stamp, seen.since if seen else self.now, value))
        return value

    def _seen(self, file: Upload) -> Remembered | None:
        uri = printable(file.uri)
        seen = self.news.get(uri) or self.memory.get(uri)
        return seen if seen and seen.stamp == file.stamp else None

    def _note(self, file: Upload, what: Remembered) -> None:
        self.news[printable(file.uri)] = what
