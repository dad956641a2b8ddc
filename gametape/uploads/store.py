"""Where uploads of one kind lie: a local folder or a bucket, which other kinds may share.

Belongs here: which file is an upload and which its sidecar; adding, finding and removing them. Does not belong here:
reading and writing a single file (`files`), deciding what to do with an upload (`decide`).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from gametape.base.errors import BadInput, Unavailable
from gametape.uploads import sidecars
from gametape.uploads.additions import with_additions
from gametape.uploads.files import Upload, UploadFiles
from gametape.uploads.kinds import KINDS, VIDEOS, UploadKind, kind_for
from gametape.uploads.memo import Memo, Remembered
from gametape.uploads.naming import (
    ARCHIVE,
    UNPACKED,
    blocks_of,
    common_beginning,
    composed,
    fingerprint,
    fingerprint_in,
    is_partial,
    printable,
    suffix_of,
    without_suffix,
)
from gametape.uploads.sidecars import FoundSidecar, SidecarState

#: "Unchanged since", for a file that we wrote whole ourselves.
WHOLE = 0.0
#: Bytes of a file's name: file systems take 255, and a number may be added.
LONGEST_NAME = 240


@dataclass(frozen=True)
class Listing:
    """What lies in the store.

    Args:
        uploads: In order of arrival.
        sidecars: By the stem they share with their uploads.
        others: Paths of files that are neither upload nor sidecar of any kind.
        problems: What is wrong, in words.
        archives: Zip files whose content may be such uploads, of a kind that is taken out of them.
        unpacked: Paths of archives that this was done with.
    """

    uploads: tuple[Upload, ...]
    sidecars: Mapping[str, Upload]
    others: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    archives: tuple[Upload, ...] = ()
    unpacked: tuple[str, ...] = ()

    def sidecar_for(self, upload: Upload) -> Upload | None:
        return self.sidecars.get(upload.stem)


@dataclass(frozen=True)
class UploadStore:
    """Uploads of one kind and their sidecars below `base_uri`, a local folder or `s3://bucket/prefix`.

    `memo_file` is the file in which fingerprints are remembered; None remembers nothing.
    """

    base_uri: str
    memo_file: Path | None = None
    kind: UploadKind = VIDEOS
    files: UploadFiles = field(init=False, repr=False)
    _memo: Memo | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", UploadFiles(self.base_uri))
        object.__setattr__(self, "_memo", Memo(self.memo_file, self.kind.name) if self.memo_file else None)

    @property
    def is_local(self) -> bool:
        return self.files.is_local

    # ---- looking ----

    def list(self, beginning: str = "") -> Listing:
        """Every upload of the kind, however deep; of a bucket, only paths with this `beginning`.

        Raises:
            Unavailable: The store cannot be listed. That is not the same as empty.
        """
        found, others, problems = self.files.list(_is_of_interest, beginning)
        beside: dict[str, Upload] = {}
        candidates = [file for file in found if _is_sidecar(file.path)] if self.kind.sidecar else []
        strangers = {file.stem for file in found if _has_sidecars(file.path)}
        strangers -= {file.stem for file in found if self.kind.takes(file.path)}
        for file in sorted(candidates, key=lambda f: (sidecars.SUFFIXES.index(suffix_of(f.path)), f.path)):
            if file.stem in strangers:  # it describes an upload of another kind
                continue
            first = beside.setdefault(file.stem, file)
            if first is not file:
                problems.append(
                    f"{file.label}: not read, {first.label} is this {self.kind.noun}'s sidecar; keep one of the two"
                )
        uploads = sorted((file for file in found if self.kind.takes(file.path)), key=lambda f: (f.mtime, f.path))
        archives = [file for file in found if self.kind.zipped and suffix_of(file.path) == ARCHIVE]
        unpacked = [path for path in others if path.endswith(ARCHIVE + UNPACKED)]
        others = [path for path in others if path not in unpacked]
        return Listing(tuple(uploads), beside, tuple(others), tuple(problems), tuple(archives), tuple(unpacked))

    # ---- reading ----

    def fingerprint(self, upload: Upload) -> str:
        """The content's fingerprint.

        Raises:
            Unavailable: The file cannot be read or changed meanwhile.
        """
        return fingerprint(upload.size, self.files.blocks(upload), self.kind.salt)

    def key_of(self, upload: Upload) -> str:
        """The partition key that an upload gets, unless its content came under another name before."""
        return self.kind.key_of(upload.name, self.fingerprint(upload))

    def sidecar_state(self, sidecar: Upload | None) -> SidecarState:
        """What decisions need to know of a sidecar; an unreadable one has an `error`.

        Raises:
            Unavailable: The store cannot be read.
        """
        if sidecar is None or not self.kind.sidecar:
            return self.kind.no_sidecar
        raw = self.files.read(sidecar, sidecars.LARGEST_BYTES + 1)
        try:
            return self.kind.sidecar.state(self.kind.sidecar.read(raw, sidecar.label))
        except BadInput as error:
            return SidecarState.unreadable(raw, printable(str(error)))

    def read_sidecar(self, upload: Upload) -> FoundSidecar:
        """An upload's sidecar; an empty one where there is no file.

        Raises:
            BadInput: The sidecar is wrong; the message names the file and the key.
            Unavailable: The store cannot be read.
        """
        if not self.kind.sidecar:
            return FoundSidecar(None, None)
        if not (found := self._raw_sidecar(upload)):
            return FoundSidecar(self.kind.sidecar.empty, None)
        file, raw = found
        return FoundSidecar(self.kind.sidecar.read(raw, file.label), printable(file.uri))

    def read_window(self, upload: Upload) -> FoundSidecar:
        """Which part of an upload its sidecar asks for, and nothing else of it: one that is wrong has a `fault`.

        Raises:
            Unavailable: The store cannot be read.
        """
        if not (kind := self.kind.sidecar):
            return FoundSidecar(None, None)
        if not (found := self._raw_sidecar(upload)):
            return FoundSidecar(kind.empty, None)
        file, raw = found
        try:
            return FoundSidecar(kind.window_of(kind.read(raw, file.label)), printable(file.uri))
        except BadInput as error:
            return FoundSidecar(kind.readable_window(raw, file.label), printable(file.uri), printable(str(error)))

    def _raw_sidecar(self, upload: Upload) -> tuple[Upload, bytes] | None:
        """An upload's sidecar and its bytes, one more than are read at most; None where there is none."""
        file = self.list(common_beginning(without_suffix(upload.path))).sidecar_for(upload)
        return (file, self.files.read(file, sidecars.LARGEST_BYTES + 1)) if file else None

    def fetch(self, upload: Upload, into: Path) -> Path:
        """The upload as a local file: the file itself when the store is local, else a whole copy in `into`."""
        return self.files.fetch(upload, into, self.kind.suffix_of(upload.name))

    def locate(self, key: str) -> Upload:
        """The upload that a partition key belongs to, whatever it is called now.

        Where the same content lies there twice it is the first that has a sidecar, else the first.

        Raises:
            Unavailable: No upload has this content.
        """
        if unmoved := self._unmoved(key):
            return unmoved
        found = self._copies(key)
        if not found:
            noun = self.kind.noun
            raise Unavailable(
                key,
                f"its {noun} is no longer in {self.base_uri}",
                f"Upload the same {noun} again, under any name, then: gametape retry {key}",
            )
        return found[0]

    def _copies(self, key: str) -> list[Upload]:
        """All uploads with the key's content, the one that counts first."""
        wanted = fingerprint_in(key)
        if wanted is None:
            remedy = f"Use a key of the partitions `{self.kind.name}`"
            raise Unavailable(key, f"is not a key of an uploaded {self.kind.noun}", remedy)
        memo = self._memo.load() if self._memo else {}
        learnt: dict[str, Remembered] = {}
        listing = self.list()

        def has_content(upload: Upload) -> bool:
            known = memo.get(printable(upload.uri))
            if known and known.stamp == upload.stamp and known.value:
                return known.value == wanted
            try:
                value = self.fingerprint(upload)
            except Unavailable:
                return False
            learnt[printable(upload.uri)] = Remembered(upload.stamp, time.time(), value)
            return value == wanted

        # What the memo knows costs nothing; of the rest, those named like the key are the likeliest.
        name = key[: -len(wanted) - 1]

        def is_likely(upload: Upload) -> bool:
            known = memo.get(printable(upload.uri))
            if known and known.stamp == upload.stamp:
                return known.value == wanted
            return self.kind.slug_of(upload.name) == name

        found = [upload for upload in listing.uploads if is_likely(upload) and has_content(upload)]
        found = found or [upload for upload in listing.uploads if has_content(upload)]
        if self._memo:
            self._memo.update(learnt)
        return by_precedence(found, listing)

    def _unmoved(self, key: str) -> Upload | None:
        """The only upload of a bucket that was seen to have this content, if it lies there unchanged.

        One request instead of a listing.
        """
        wanted = fingerprint_in(key)
        seen = {uri: one for uri, one in self.remembered().items() if one.value == wanted} if wanted else {}
        if self.is_local or len(seen) != 1:
            return None
        [(uri, before)] = seen.items()
        upload = self.files.stat(uri.removeprefix(self.base_uri.rstrip("/") + "/"))
        return upload if upload and upload.stamp == before.stamp else None

    # ---- writing ----

    def put(self, local: Path, name: str | None = None, *, sidecar: Path | None = None) -> Upload:
        """Add an upload, whole or not at all, and its sidecar just before it.

        One of the same name and content is not written again; one of the same name and other content is never
        overwritten: the new one gets a number. A sidecar that lies there gets what it lacks of the new one.

        Raises:
            BadInput: The file is empty, cannot be read, or no look would take its name for such an upload; or the
                sidecar that lies there says something else than the new one.
        """
        wanted = PurePosixPath((name or local.name).replace("\\", "/")).name.rstrip()
        noun = self.kind.noun
        if is_partial(wanted) or not self.kind.takes(wanted):
            suffixes = ", ".join(sorted(self.kind.suffixes))
            raise BadInput(wanted, f"is not named like a {noun}", f"Name it with one of {suffixes}")
        try:
            with local.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                blocks = [(file.seek(start), file.read(stop - start))[1] for start, stop in blocks_of(size)]
        except OSError as error:
            raise BadInput(str(local), f"cannot be read ({error.strerror})", "Check the path and its rights") from error
        if not size:
            raise BadInput(str(local), "is empty", f"Give a {noun} that holds something")
        content = fingerprint(size, blocks, self.kind.salt)
        if len(wanted.encode()) > LONGEST_NAME:
            raise BadInput(wanted, f"is longer than {LONGEST_NAME} bytes", "Give it a shorter name")
        length = len(self.kind.suffix_of(wanted))
        stem, suffix = wanted[:-length], wanted[-length:]
        if self.is_local:
            Path(self.files.root).mkdir(parents=True, exist_ok=True)
        for number in range(1, 10_000):
            path = f"{stem}-{number}{suffix}" if number > 1 else wanted
            existing = self.files.stat(path)
            if existing and self.fingerprint(existing) != content:
                continue
            if sidecar is not None:
                self._describe(path[: -len(suffix)], sidecar)
            if existing:
                return existing
            if self.files.write(local, path):
                return self._remember_whole(path, content)
        raise BadInput(wanted, f"is the name of thousands of other {noun}s", "Choose another name")

    def _describe(self, stem: str, sidecar: Path) -> None:
        """Put a sidecar beside the upload with this stem, or add what it says to the one that is there."""
        there = self.list(common_beginning(stem)).sidecars.get(composed(stem))
        if there is None:
            self._write_sidecar(sidecar, f"{stem}{sidecar.suffix.lower()}")
            return
        assert self.kind.sidecar, "only a kind with sidecars is described"
        before = self.files.read(there, sidecars.LARGEST_BYTES + 1)
        after = with_additions(self.kind.sidecar, before, there.label, sidecar.read_bytes(), sidecar.name)
        if after != before:
            with tempfile.TemporaryDirectory() as folder:
                made = Path(folder) / "sidecar"
                made.write_bytes(after)
                self._write_sidecar(made, there.path)

    def _write_sidecar(self, made: Path, path: str) -> None:
        self.files.write(made, path, replace=True)
        self._remember_whole(path)

    def _remember_whole(self, path: str, content: str | None = None) -> Upload | None:
        """Remember that a file was written whole: the next look need not wait until it has settled."""
        upload = self.files.stat(path)
        if upload is not None:
            self.remember({printable(upload.uri): Remembered(upload.stamp, WHOLE, content)})
        return upload

    def delete(self, key: str) -> list[str]:
        """Remove every upload with the key's content, and sidecars that no other upload uses. Returns their URIs."""
        listing = self.list()
        gone = self._copies(key)
        kept = {upload.stem for upload in listing.uploads if upload not in gone}
        beside = [s for stem in {upload.stem for upload in gone} - kept if (s := listing.sidecars.get(stem))]
        for upload in [*gone, *beside]:
            self.files.remove(upload)
        return [upload.uri for upload in [*gone, *beside]]

    # ---- remembering ----

    def remembered(self) -> dict[str, Remembered]:
        """What earlier looks saw of this store, by printable URI."""
        start = printable(self.files.root if self.is_local else self.base_uri.rstrip("/"))
        rows = self._memo.load() if self._memo else {}
        return {uri: row for uri, row in rows.items() if uri.startswith(start)}

    def remember(self, rows: Mapping[str, Remembered], gone: Iterable[str] = ()) -> None:
        if self._memo:
            self._memo.update(rows, gone)


def by_precedence(copies: Iterable[Upload], listing: Listing) -> list[Upload]:
    """Uploads with the same content, the one that counts first: the first with a sidecar, else the first."""
    return sorted(copies, key=lambda upload: listing.sidecar_for(upload) is None)


def by_content(uploads: Iterable[tuple[str, Upload]], listing: Listing) -> dict[str, list[Upload]]:
    """Uploads by fingerprint, in order of arrival of the first copy; in each list the one that counts first."""
    grouped: dict[str, list[Upload]] = defaultdict(list)
    for content, upload in uploads:
        grouped[content].append(upload)
    return {content: by_precedence(copies, listing) for content, copies in grouped.items()}


def _is_sidecar(path: str) -> bool:
    return suffix_of(path) in sidecars.SUFFIXES and kind_for(path) is None


def _has_sidecars(path: str) -> bool:
    """Is it an upload of a kind that has sidecars?"""
    kind = kind_for(path)
    return kind is not None and kind.sidecar is not None


def _is_of_interest(name: str) -> bool:
    return _is_sidecar(name) or kind_for(name) is not None or _is_archive(name)


def _is_archive(name: str) -> bool:
    """Is it an archive of which some kind's uploads are taken out?"""
    return suffix_of(name) == ARCHIVE and any(kind.zipped for kind in KINDS.values())
