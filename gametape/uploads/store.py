"""Where films are dropped: a local folder or a bucket, read and written the same way.

Belongs here: listing, fetching, adding, finding and removing uploads. Does not belong here: deciding what to do
with them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gametape.base.errors import BadInput, Unavailable
from gametape.base.storage import Bucket, filesystem, fsync, is_local, local_path, reaching
from gametape.film.sidecar import SUFFIXES as SIDECAR_SUFFIXES
from gametape.film.sidecar import Analysis, Sidecar, parse_sidecar
from gametape.uploads.memo import Memo, Remembered
from gametape.uploads.naming import (
    FILM_SUFFIXES,
    blocks_of,
    film_key,
    fingerprint,
    fingerprint_in,
    is_partial,
    printable,
    slug,
    suffix_of,
)

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

LARGEST_SIDECAR = 1 << 20
WHOLE = 0.0  # since then, a file that we wrote ourselves has not changed
LONGEST_NAME = 240  # bytes: file systems take 255, and a number may be added
#: The sidecar's values that change which frames are looked at, and so the costly tables.
WINDOW_FIELDS = frozenset({"trim_start_s", "trim_end_s", "sample_rate_hz", "analyses"})


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
        """The path without its suffix: what a film and its sidecar share."""
        return self.path[: -len(suffix_of(self.path)) or None]

    @property
    def told(self) -> str:
        """The path as it may be shown to people."""
        return printable(self.path)


@dataclass(frozen=True)
class Listing:
    """What lies in the store. `others` are files that are neither film nor sidecar, `problems` what is wrong."""

    films: tuple[Upload, ...]  # in order of arrival
    sidecars: Mapping[str, Upload]  # by the stem they share with their films
    others: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def sidecar_for(self, film: Upload) -> Upload | None:
        return self.sidecars.get(film.stem)


@dataclass(frozen=True)
class FoundSidecar:
    """A film's sidecar and where it lies; `uri` is None when there is none."""

    sidecar: Sidecar
    uri: str | None


@dataclass(frozen=True)
class SidecarState:
    """What decisions need to know of a sidecar. An unreadable one has an `error` and its bytes' own fingerprint."""

    fingerprint: str
    window: str  # over WINDOW_FIELDS alone
    owner: str | None = None
    error: str | None = None
    analysis: Analysis | None = None

    @classmethod
    def of(cls, sidecar: Sidecar) -> SidecarState:
        window = sidecar.model_dump(mode="json", include=set(WINDOW_FIELDS))
        digest = hashlib.sha256(json.dumps(window, sort_keys=True).encode()).hexdigest()[:12]
        return cls(sidecar.fingerprint(), digest, sidecar.owner, analysis=sidecar.analysis)

    @classmethod
    def broken(cls, raw: bytes, error: str) -> SidecarState:
        digest = "bad" + hashlib.sha256(raw).hexdigest()[:12]
        return cls(digest, digest, error=error)

    def to_json(self) -> str:
        return json.dumps(asdict(self))


NO_SIDECAR = SidecarState.of(Sidecar())


@dataclass(frozen=True)
class UploadStore:
    """Films and sidecars below `base_uri`, a local folder or `s3://bucket/prefix`.

    `memo` names the file that remembers fingerprints; None remembers nothing.
    """

    base_uri: str
    memo_file: Path | None = None
    _memo: Memo | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_memo", Memo(self.memo_file) if self.memo_file else None)

    @property
    def is_local(self) -> bool:
        return is_local(self.base_uri)

    @cached_property
    def root(self) -> str:
        """The base without scheme: an absolute folder, or `bucket/prefix`."""
        return str(local_path(self.base_uri)) if self.is_local else self.base_uri.partition("://")[2].rstrip("/")

    @property
    def _fs(self) -> AbstractFileSystem:
        return filesystem(self.base_uri)[0]  # looked up each time: fsspec keeps one a process and minds forks

    # ---- looking ----

    def list(self, beginning: str = "") -> Listing:
        """Everything in the store, however deep; of a bucket, what has a path with this `beginning`, for it is told a
        thousand objects at a time. Raises Unavailable when it cannot be looked at: that is not the same as empty."""
        try:
            files, others, problems = self._scan() if self.is_local else self._find(beginning)
        except Exception as error:
            reason = f"cannot be listed ({type(error).__name__}: {printable(str(error))})"
            raise Unavailable(self.base_uri, reason, "Check that it exists and may be read") from error
        sidecars: dict[str, Upload] = {}
        told_of = (f for f in files if suffix_of(f.path) in SIDECAR_SUFFIXES)
        for file in sorted(told_of, key=lambda f: (SIDECAR_SUFFIXES.index(suffix_of(f.path)), f.path)):
            kept = sidecars.setdefault(file.stem, file)
            if kept is not file:
                problems.append(f"{file.told}: not read, {kept.told} is this film's sidecar; keep one of the two")
        films = sorted((f for f in files if suffix_of(f.path) in FILM_SUFFIXES), key=lambda f: (f.mtime, f.path))
        return Listing(tuple(films), sidecars, tuple(others), tuple(problems))

    def _scan(self) -> tuple[list[Upload], list[str], list[str]]:
        files, others, problems = [], [], []
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                entries = os.scandir(os.path.join(self.root, folder))  # noqa: PTH118 (10,000 Path objects are slow)
            except OSError as error:
                if not folder:
                    raise
                problems.append(f"{printable(folder)}: cannot be read ({error.strerror}); its films are not seen")
                continue
            with entries:
                for entry in entries:
                    if is_partial(entry.name):
                        continue
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_symlink():
                        problems.extend(self._about_link(path))
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(path)
                        if suffix_of(path) in FILM_SUFFIXES:
                            problems.append(f"{printable(path)}: is a folder, not a film; films in it are seen")
                    elif entry.is_file(follow_symlinks=False):
                        if not _of_interest(entry.name):
                            others.append(path)
                            continue
                        try:
                            files.append(self._from_stat(path, entry.stat(follow_symlinks=False)))
                        except FileNotFoundError:
                            continue  # renamed or removed while we looked: the next look sees
        return files, others, problems

    def _about_link(self, path: str) -> Iterable[str]:
        """Links are never followed: what they name inside the store is listed itself, the rest is not ours."""
        target = Path(self.root, path).resolve()
        if not target.is_relative_to(Path(self.root).resolve()):
            yield f"{printable(path)}: links out of the uploads and is not followed; copy the film itself"
        elif not target.exists():
            yield f"{printable(path)}: links to a file that is not there; copy the film itself"

    def _from_stat(self, path: str, stat: os.stat_result) -> Upload:
        # ctime also tells of a copy that set an old mtime early and still writes.
        changed = max(stat.st_mtime, stat.st_ctime)
        stamp = f"{stat.st_size}-{stat.st_mtime_ns}"
        return Upload(f"{self.root}/{path}", path, stat.st_size, stat.st_mtime, stamp, changed)

    def _find(self, beginning: str) -> tuple[list[Upload], list[str], list[str]]:
        files, others, problems = [], [], []
        narrowed = {"prefix": beginning} if beginning else {}
        for found, info in self._fs.find(self.root, detail=True, **narrowed).items():
            path = found.removeprefix(f"{self.root}/")
            if info["type"] != "file" or not path.strip("/"):
                continue
            parts = path.split("/")
            if not {".", ".."}.isdisjoint(parts):  # HTTP clients take these for steps, and ask for another object
                problems.append(f"{printable(path)}: cannot be fetched, its name has a part . or ..; rename it")
                continue
            if any(is_partial(part) for part in parts):
                continue
            if _of_interest(path):
                files.append(self._from_info(path, info))
            elif not path.endswith("/"):
                others.append(path)
        return files, others, problems

    def _from_info(self, path: str, info: Mapping) -> Upload:
        when = info.get("LastModified") or info.get("mtime") or info.get("created")
        mtime = when.timestamp() if hasattr(when, "timestamp") else float(when or 0)
        stamp = f"{info['size']}-{str(info.get('ETag') or mtime).strip(chr(34))}"
        scheme = self.base_uri.partition("://")[0]
        return Upload(f"{scheme}://{self.root}/{path}", path, info["size"], mtime, stamp, mtime, atomic=True)

    def _where(self, path: str) -> str:
        return f"{self.root}/{path}"

    # ---- reading ----

    def fingerprint(self, upload: Upload) -> str:
        """The content's fingerprint. Raises Unavailable when the file cannot be read or changed meanwhile."""
        where, ranges = self._where(upload.path), blocks_of(upload.size)
        with _reading(upload.told):
            if self.is_local:
                with open(where, "rb") as file:  # noqa: PTH123 (the path may hold undecodable bytes)
                    blocks = []
                    for start, stop in ranges:
                        file.seek(start)
                        blocks.append(file.read(stop - start))
                    now = self._from_stat(upload.path, os.fstat(file.fileno()))
                    if now.stamp != upload.stamp:
                        raise Unavailable(upload.told, "is still being written", "It is looked at again by itself")
            else:
                starts, stops = zip(*ranges, strict=True)
                blocks = self._fs.cat_ranges([where] * len(ranges), list(starts), list(stops), on_error="raise")
        return fingerprint(upload.size, blocks)

    def key_of(self, upload: Upload) -> str:
        """The partition key that an upload gets, unless its content came under another name before."""
        return film_key(upload.name, self.fingerprint(upload))

    def sidecar_state(self, sidecar: Upload | None) -> SidecarState:
        """What a sidecar says, for decisions. A bad one has an `error`. Raises Unavailable when it cannot be read."""
        if sidecar is None:
            return NO_SIDECAR
        raw = self._read_sidecar(sidecar)
        try:
            return SidecarState.of(_parse(raw, sidecar))
        except BadInput as error:
            return SidecarState.broken(raw, printable(str(error)))

    def read_sidecar(self, film: Upload) -> FoundSidecar:
        """What was said of a film; an empty sidecar when nothing was.

        Raises BadInput naming the file and the key, Unavailable when it cannot be read.
        """
        found = self.list(film.stem).sidecar_for(film)
        if found is None:
            return FoundSidecar(Sidecar(), None)
        return FoundSidecar(_parse(self._read_sidecar(found), found), printable(found.uri))

    def _read_sidecar(self, sidecar: Upload) -> bytes:
        with _reading(sidecar.told):
            return self._fs.cat_file(self._where(sidecar.path), start=0, end=min(sidecar.size, LARGEST_SIDECAR + 1))

    def locate(self, key: str) -> Upload:
        """The upload that a partition key belongs to, whatever it is called now.

        Where the same film lies there twice it is the first that has a sidecar, else the first. Raises
        Unavailable when no upload has this content.
        """
        if unmoved := self._unmoved(key):
            return unmoved
        found = self._copies(key)
        if not found:
            raise Unavailable(
                key,
                f"its film is no longer in {self.base_uri}",
                f"Upload the same film again, under any name, then: gametape retry {key}",
            )
        return found[0]

    def _copies(self, key: str) -> list[Upload]:
        """All uploads with the key's content, the one that counts first."""
        wanted = fingerprint_in(key)
        if wanted is None:
            raise Unavailable(key, "is not a key of an uploaded film", "Use a key of the partitions `videos`")
        memo = self._memo.load() if self._memo else {}
        learnt: dict[str, Remembered] = {}
        listing = self.list()

        def has_content(film: Upload) -> bool:
            known = memo.get(printable(film.uri))
            if known and known.stamp == film.stamp and known.value:
                return known.value == wanted
            try:
                value = self.fingerprint(film)
            except Unavailable:
                return False
            learnt[printable(film.uri)] = Remembered(film.stamp, time.time(), value)
            return value == wanted

        # What the memo knows costs nothing; of the rest those named like the key are the likeliest.
        name = key[: -len(wanted) - 1]

        def is_likely(film: Upload) -> bool:
            known = memo.get(printable(film.uri))
            return (known.value == wanted) if known and known.stamp == film.stamp else slug(film.name) == name

        found = [film for film in listing.films if is_likely(film) and has_content(film)]
        found = found or [film for film in listing.films if has_content(film)]
        if self._memo:
            self._memo.update(learnt)
        return in_order_of_right(found, listing)

    def _unmoved(self, key: str) -> Upload | None:
        """The film of a bucket that alone was seen to have this content, if it lies there as it was: one question
        instead of a listing."""
        wanted = fingerprint_in(key)
        seen = {uri: one for uri, one in self.remembered().items() if one.value == wanted} if wanted else {}
        if self.is_local or len(seen) != 1:
            return None
        [(uri, before)] = seen.items()
        film = self._look_at(uri.removeprefix(self.base_uri.rstrip("/") + "/"))
        return film if film and film.stamp == before.stamp else None

    def fetch(self, upload: Upload, into: Path) -> Path:
        """The upload as a local file: the file itself when the store is local, else a whole copy in `into`."""
        where = self._where(upload.path)
        if self.is_local:
            if not os.path.exists(where):  # noqa: PTH110
                raise Unavailable(upload.told, "is no longer among the uploads", "Upload it again")
            return Path(where)
        into.mkdir(parents=True, exist_ok=True)
        target = into / f"upload{suffix_of(upload.name)}"
        partial = target.with_name(target.name + ".part")
        with _reading(upload.told):
            self._fs.get_file(where, str(partial))
        if partial.stat().st_size != upload.size:
            raise Unavailable(upload.told, "changed while it was fetched", "It is looked at again by itself")
        partial.replace(target)
        return target

    # ---- writing ----

    def put(self, film: Path, name: str | None = None, *, sidecar: Path | None = None) -> Upload:
        """Add a film, whole or not at all, and its sidecar just before it.

        A film of the same name and content is not written again; one of the same name and other content is never
        overwritten: the new one gets a number. Raises BadInput for a name that no look would take for a film.
        """
        wanted = PurePosixPath((name or film.name).replace("\\", "/")).name
        if is_partial(wanted) or suffix_of(wanted) not in FILM_SUFFIXES:
            told = ", ".join(sorted(FILM_SUFFIXES))
            raise BadInput(wanted, "is not named like a film", f"Name it with one of {told}")
        try:
            with film.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                blocks = [(file.seek(start), file.read(stop - start))[1] for start, stop in blocks_of(size)]
        except OSError as error:
            raise BadInput(str(film), f"cannot be read ({error.strerror})", "Check the path and its rights") from error
        if not size:
            raise BadInput(str(film), "is empty", "Give a film that holds something")
        content = fingerprint(size, blocks)
        if len(wanted.encode()) > LONGEST_NAME:
            raise BadInput(wanted, f"is longer than {LONGEST_NAME} bytes", "Give it a shorter name")
        stem, suffix = wanted[: -len(suffix_of(wanted))], wanted[-len(suffix_of(wanted)) :]
        if self.is_local:
            Path(self.root).mkdir(parents=True, exist_ok=True)
        for number in range(1, 10_000):
            path = f"{stem}-{number}{suffix}" if number > 1 else wanted
            there = self._look_at(path)
            if there and self.fingerprint(there) != content:
                continue
            if sidecar is not None:
                beside = f"{path[: -len(suffix)]}{sidecar.suffix.lower()}"
                self._write(sidecar, beside, replace=True)
                self._note_whole(beside)
            if there:
                return there
            if self._write(film, path):
                return self._note_whole(path, content)
        raise BadInput(wanted, "is the name of thousands of other films", "Choose another name")

    def _note_whole(self, path: str, content: str | None = None) -> Upload | None:
        """Remember of a file that it was written whole: the next look need not wait to see it rest."""
        upload = self._look_at(path)
        if upload is not None:
            self.remember({printable(upload.uri): Remembered(upload.stamp, WHOLE, content)})
        return upload

    def _look_at(self, path: str) -> Upload | None:
        try:
            with reaching(printable(path)):
                if self.is_local:
                    return self._from_stat(path, os.stat(self._where(path)))  # noqa: PTH116
                return self._from_info(path, self._fs.info(self._where(path)))
        except FileNotFoundError:
            return None

    def _write(self, local: Path, path: str, *, replace: bool = False) -> bool:
        """Copy a local file to `path`; False when another file got there first."""
        if not self.is_local:
            Bucket(self.base_uri).put(path, local)
            return True
        with reaching(printable(path)):
            return self._write_locally(local, Path(self._where(path)), replace)

    def _write_locally(self, local: Path, target: Path, replace: bool) -> bool:
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

    def delete(self, key: str) -> list[str]:
        """Remove every upload with the key's content, and sidecars that no other film uses. Returns their URIs."""
        listing = self.list()
        gone = self._copies(key)
        kept = {film.stem for film in listing.films if film not in gone}
        sidecars = [s for stem in {film.stem for film in gone} - kept if (s := listing.sidecars.get(stem))]
        for upload in [*gone, *sidecars]:
            with reaching(upload.told):
                if self.is_local:
                    Path(self._where(upload.path)).unlink(missing_ok=True)
                else:
                    self._fs.rm_file(self._where(upload.path))
        return [upload.uri for upload in [*gone, *sidecars]]

    # ---- remembering ----

    def remembered(self) -> dict[str, Remembered]:
        """What earlier looks saw of this store, by printable URI."""
        start = printable(self.root if self.is_local else self.base_uri.rstrip("/"))
        rows = self._memo.load() if self._memo else {}
        return {uri: row for uri, row in rows.items() if uri.startswith(start)}

    def remember(self, rows: Mapping[str, Remembered], gone: Iterable[str] = ()) -> None:
        if self._memo:
            self._memo.update(rows, gone)


def in_order_of_right(copies: Iterable[Upload], listing: Listing) -> list[Upload]:
    """Uploads with the same content, that of the film first: the first with a sidecar, else the first."""
    return sorted(copies, key=lambda film: listing.sidecar_for(film) is None)


def by_content(films: Iterable[tuple[str, Upload]], listing: Listing) -> dict[str, list[Upload]]:
    """Uploads by fingerprint, in order of arrival of the first copy; each list in order of right."""
    grouped: dict[str, list[Upload]] = defaultdict(list)
    for content, film in films:
        grouped[content].append(film)
    return {content: in_order_of_right(copies, listing) for content, copies in grouped.items()}


def _of_interest(name: str) -> bool:
    suffix = suffix_of(name)
    return suffix in FILM_SUFFIXES or suffix in SIDECAR_SUFFIXES


def _parse(raw: bytes, sidecar: Upload) -> Sidecar:
    fix = "Correct the file and save it again; it is read again by itself"
    if len(raw) > LARGEST_SIDECAR:
        raise BadInput(sidecar.told, f"is larger than {LARGEST_SIDECAR >> 20} MiB, too large for a sidecar", fix)
    try:
        return parse_sidecar(raw, sidecar.told)
    except (ValueError, RecursionError, TypeError) as error:  # YAML dates that are none, endless nesting, odd keys
        raise BadInput(sidecar.told, f"cannot be read: {' '.join(str(error).split())}", fix) from None


@contextmanager
def _reading(told: str) -> Iterator[None]:
    """What goes wrong with reading an upload is Unavailable."""
    try:
        with reaching(told):
            yield
    except FileNotFoundError as error:
        raise Unavailable(told, "is no longer among the uploads", "Upload it again") from error
