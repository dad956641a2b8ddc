"""Files among the uploads that nothing is made of, each with what to do about it.

Belongs here: the reason, in words. Does not belong here: looking (`store`), showing (the command line).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gametape.uploads.archives import fault_of
from gametape.uploads.files import Upload
from gametape.uploads.kinds import KINDS, UploadKind
from gametape.uploads.naming import composed, printable, suffix_of
from gametape.uploads.store import Listing, UploadStore


class Unused(NamedTuple):
    """A file and why it is not used; `label` is its path in printable characters."""

    label: str
    message: str


def lonely_sidecars(listing: Listing, kind: UploadKind) -> list[Unused]:
    """Sidecars that describe no upload of the kind."""
    stems = {upload.stem for upload in listing.uploads}
    lonely = (file for stem, file in listing.sidecars.items() if stem not in stems)
    return [Unused(file.label, _why(file, listing.uploads, kind.noun)) for file in lonely]


def _why(sidecar: Upload, uploads: Iterable[Upload], noun: str) -> str:
    """Which upload it may be meant for: one of the same name in another case, or with its suffix left on."""
    wanted = sidecar.stem.casefold()
    for upload in uploads:
        if wanted in (upload.stem.casefold(), composed(upload.path).casefold()):
            right = f"{printable(upload.stem)}{suffix_of(sidecar.name)}"
            return f"not used: {upload.label} looks for {right}; rename it so"
    return f"not used: no {noun} has this name; name it like its {noun}, or delete it"


def waiting_archives(store: UploadStore, listing: Listing) -> list[Unused]:
    """Archives that are not unpacked yet, and those that cannot be."""
    faults = {archive: fault_of(store, archive) for archive in listing.archives}
    return [
        Unused(archive.label, f"not used: {fault}" if fault else "not used yet: the sensor takes out what it holds")
        for archive, fault in faults.items()
    ]


def unpacked_archives(listing: Listing) -> list[Unused]:
    """Archives whose files are among the uploads."""
    return [
        Unused(printable(path), "not used any more: what it held is among the uploads; delete it")
        for path in listing.unpacked
    ]


def unknown_files(listing: Listing) -> list[Unused]:
    """Files that are neither upload nor sidecar of any kind."""
    nouns = " or ".join(kind.noun for kind in KINDS.values())
    return [
        Unused(
            printable(path),
            f"not used: {suffix_of(path) or 'a name without a suffix'} is no {nouns}'s suffix that is known; "
            "convert the file (mp4 is safe), or delete it",
        )
        for path in listing.others
    ]
