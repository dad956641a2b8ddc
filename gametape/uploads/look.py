"""One look at the uploads: which films are complete, what is in them, what was said of them.

Belongs here: telling a finished upload from one that is still being written, with bounded work a look. Does not
belong here: deciding which films need work (`decide`).
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from gametape.base.errors import Unavailable
from gametape.uploads.memo import Remembered
from gametape.uploads.naming import printable
from gametape.uploads.store import NO_SIDECAR, Listing, SidecarState, Upload, UploadStore, by_content

#: A file older than this by every clock is complete though nobody saw it before.
LONG_AGO_SECONDS = 600.0
EMPTY = "is empty (0 bytes); upload it again"


@dataclass(frozen=True)
class Film:
    """A complete upload, its content's fingerprint and its sidecar. `copies` are other uploads of the same bytes."""

    upload: Upload
    fingerprint: str
    sidecar: SidecarState
    copies: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class Look:
    """What a look at the uploads showed. The texts name files and are meant for people."""

    films: tuple[Film, ...]  # in order of arrival
    waiting: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # files that are neither film nor sidecar


def look(
    store: UploadStore, *, settle_seconds: float, now: float | None = None, read_seconds: float = 20.0,
    clock: Callable[[], float] = time.monotonic,
) -> Look:  # fmt: skip
    """Look at the store, reading new files for at most about `read_seconds`; the rest waits for the next look.

    A file is complete when its size and time were the same in an earlier look at least `settle_seconds` ago, or
    when it has not changed for long: neither a clock that runs wrong nor a copy that keeps an old time is trusted
    alone. Raises Unavailable when the store cannot be listed.
    """
    now = time.time() if now is None else now
    until = clock() + read_seconds
    listing = store.list()
    memory = store.remembered()
    eye = _Eye(store, memory, {}, now, settle_seconds)
    waiting: list[str] = []
    problems = list(listing.problems)
    complete: list[tuple[str, Upload]] = []
    sidecars: dict[str, SidecarState] = {}
    unread = 0
    for film in listing.films:
        sidecar = listing.sidecar_for(film)
        # Both are looked at, always: their time of rest runs while they wait for each other.
        if not all([eye.is_complete(film), sidecar is None or eye.is_complete(sidecar)]):
            waiting.append(f"{film.told}: still being written")
        elif film.size == 0:
            problems.append(f"{film.told}: {EMPTY}")
        elif not eye.knows(film, sidecar) and clock() > until:
            unread += 1
        else:
            try:
                content, sidecars[film.uri] = eye.fingerprint(film), eye.sidecar(sidecar)
                complete.append((content, film))
            except Unavailable as error:
                problems.append(str(error))
    if unread:
        waiting.append(f"{unread} films: not read yet, there are many; the next look goes on")
    there = {printable(u.uri) for u in (*listing.films, *listing.sidecars.values())}
    # An empty listing may be an unmounted disk: forget nothing because of it.
    store.remember(eye.news, gone=[uri for uri in memory if uri not in there] if there else ())
    films = tuple(
        Film(first, content, sidecars[first.uri], tuple(copies))
        for content, (first, *copies) in by_content(complete, listing).items()
    )
    problems += [film.sidecar.error for film in films if film.sidecar.error]
    problems += _unused_sidecars(films, listing)
    waiting += _lonely_sidecars(listing)
    return Look(films, tuple(waiting), tuple(problems), tuple(map(printable, listing.others)))


def _unused_sidecars(films: tuple[Film, ...], listing: Listing) -> list[str]:
    return [
        f"{sidecar.told}: not used, the same film was uploaded as {film.upload.told} with a sidecar of its own"
        for film in films
        for copy in film.copies
        if (sidecar := listing.sidecar_for(copy)) and copy.stem != film.upload.stem
    ]


def _lonely_sidecars(listing: Listing) -> list[str]:
    stems = {film.stem for film in listing.films}
    return [f"{file.told}: no film has this name" for stem, file in listing.sidecars.items() if stem not in stems]


@dataclass
class _Eye:
    """Looks at files through what is remembered of them; `news` is what is to be remembered now."""

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
        elif seen.since > self.now:  # our own clock was put back
            self._note(file, seen._replace(since=self.now))
        return (
            file.atomic
            or not self.settle_seconds
            or self.now - file.changed >= max(LONG_AGO_SECONDS, self.settle_seconds)
        )

    def knows(self, *files: Upload | None) -> bool:
        """Are these files' contents remembered?"""
        return all(file is None or ((seen := self._seen(file)) and seen.value) for file in files)

    def fingerprint(self, film: Upload) -> str:
        return self._content(film, lambda: self.store.fingerprint(film))

    def sidecar(self, sidecar: Upload | None) -> SidecarState:
        if sidecar is None:
            return NO_SIDECAR
        return SidecarState(**json.loads(self._content(sidecar, lambda: self.store.sidecar_state(sidecar).to_json())))

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
