"""The kinds of upload: how the files of one are recognised, described and called.

Belongs here: what differs from kind to kind. Does not belong here: what is computed of an upload (`assets`), the
partition sets (`resources.partitions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gametape.tables.core import REPLAY, VIDEO, KeyColumn
from gametape.uploads.naming import slug, suffix_of, upload_key
from gametape.uploads.sidecars import FILM_SIDECAR, NONE, SidecarFormat, SidecarState


@dataclass(frozen=True)
class UploadKind:
    """A kind of upload, and so a partition set whose partitions are uploads.

    Args:
        name: Name of the partition set, e.g. `videos`.
        key: Key column of its tables.
        noun: What one is called, e.g. `film`; also the key's beginning where the file's name has no letter for it.
        suffixes: Lower-case suffixes of its files, with the dot; more than one dot is possible. No two kinds share one.
        sidecar: How the file beside an upload is read; None where there is none.
        zipped: Are its files taken out of zip files that lie among the uploads?
        salt: Goes into the content's fingerprint, so that the same bytes as another kind have another key.
    """

    name: str
    key: KeyColumn
    noun: str
    suffixes: frozenset[str]
    sidecar: SidecarFormat | None = None
    salt: str = ""
    zipped: bool = False

    def suffix_of(self, name: str) -> str:
        """The suffix that makes a file of this name such an upload, in lower case; empty where none does."""
        if (short := suffix_of(name)) in self.suffixes:
            return short
        lower = name.lower().rstrip()
        return next((long for long in self._long if lower.endswith(long) and len(lower) > len(long)), "")

    @cached_property
    def _long(self) -> tuple[str, ...]:
        """Its suffixes with more than one dot."""
        return tuple(suffix for suffix in self.suffixes if suffix.count(".") > 1)

    def takes(self, name: str) -> bool:
        """Is this the name of such an upload?"""
        return bool(self.suffix_of(name))

    def slug_of(self, name: str) -> str:
        """What the key of an upload of this name begins with."""
        return slug(name, self.noun, self.suffix_of(name))

    def key_of(self, name: str, fingerprint: str) -> str:
        """The partition key of an upload of this name and content."""
        return upload_key(name, fingerprint, self.noun, self.suffix_of(name))

    @property
    def no_sidecar(self) -> SidecarState:
        """The state of an upload without a sidecar."""
        return self.sidecar.state(self.sidecar.empty) if self.sidecar else NONE

    def count(self, number: int) -> str:
        """`1 film`, `2 films`."""
        return f"{number} {self.noun}{'' if number == 1 else 's'}"


VIDEOS = UploadKind(
    name="videos",
    key=VIDEO,
    noun="film",
    suffixes=frozenset({
        ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".vob", ".ts", ".mts", ".m2ts",
        ".m2t", ".mod", ".tod", ".dv", ".dav", ".divx", ".wmv", ".asf", ".flv", ".f4v", ".3gp", ".3g2", ".mxf",
        ".ogv", ".ogm", ".insv", ".gif",  # not .h264 and the like: bare pictures without times
    }),
    sidecar=FILM_SIDECAR,
)  # fmt: skip

REPLAYS = UploadKind(
    name="replays",
    key=REPLAY,
    noun="replay",
    suffixes=frozenset({".replay", ".ballchasing.json"}),
    salt="replay:",
    zipped=True,
)

#: Every kind of upload, by name.
KINDS: dict[str, UploadKind] = {}


def register(kind: UploadKind) -> None:
    """Make a kind known.

    Raises:
        ValueError: Another kind has its name, or takes files of the same suffix.
    """
    for other in KINDS.values():
        if other != kind and (other.name == kind.name or other.suffixes & kind.suffixes):
            raise ValueError(f"{kind.name}: {other.name} has the same name or takes the same files")
    KINDS[kind.name] = kind


register(VIDEOS)
register(REPLAYS)


def kind_for(name: str) -> UploadKind | None:
    """The kind that takes files of this name.

    >>> kind_for("Match 1.MP4").noun
    'film'
    """
    return next((kind for kind in KINDS.values() if kind.takes(name)), None)
