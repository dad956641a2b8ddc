"""The sidecar of an upload: the small file beside it in which the uploader describes it.

Belongs here: which files are sidecars, reading one safely, what decisions need to know of it. Does not belong here: the
model of a film's sidecar (`gametape.film.sidecar`), finding the file (`store`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from gametape.base.errors import BadInput
from gametape.film.following import that_somebody_is_wanted
from gametape.film.sidecar import SUFFIXES, Analysis, Sidecar, parse_sidecar, readable_part

__all__ = ["FILM_SIDECAR", "LARGEST_BYTES", "NONE", "SUFFIXES", "FoundSidecar", "SidecarFormat", "SidecarState"]

#: Larger files are refused, not parsed.
LARGEST_BYTES = 1 << 20
_FIX = "Correct the file and save it again; it is read again by itself"


class SidecarModel(Protocol):
    """A parsed sidecar. Attributes `owner` and `analysis` are used where there are any."""

    def fingerprint(self) -> str:
        """A digest of the values: equal for two files that say the same."""

    @property
    def model_dump(self) -> Callable[..., dict[str, Any]]:
        """Pydantic's, which gives the values."""

    @classmethod
    def model_validate(cls, values: Any) -> Any:
        """Pydantic's, which takes the values."""


@dataclass(frozen=True)
class SidecarState:
    """What decisions need to know of a sidecar.

    Args:
        fingerprint: Digest of its values; of its bytes where it cannot be read.
        window: Digest of the values that decide which part of the upload is analysed; of its bytes where it cannot be
            read.
        owner: Whom to notify.
        error: Why it cannot be read.
        analysis: `quick` asks for a first look before the full analysis.
    """

    fingerprint: str
    window: str
    owner: str | None = None
    error: str | None = None
    analysis: Analysis | None = None

    @classmethod
    def unreadable(cls, raw: bytes, error: str) -> SidecarState:
        """Of a file that cannot be parsed; another content is another state."""
        digest = "bad" + hashlib.sha256(raw).hexdigest()[:12]
        return cls(digest, digest, error=error)

    def to_json(self) -> str:
        return json.dumps(asdict(self))


#: The state of an upload whose kind has no sidecar.
NONE = SidecarState("none", "none")


@dataclass(frozen=True)
class FoundSidecar:
    """An upload's sidecar and where it lies; `uri` is None when there is no file, `fault` what is wrong with it."""

    sidecar: Any
    uri: str | None
    fault: str | None = None


@dataclass(frozen=True)
class SidecarFormat:
    """How the sidecars of one kind of upload are read.

    Args:
        parse: Reads a file's bytes, given its name for messages. Raises BadInput.
        empty: The sidecar of an upload without a file.
        window_fields: Values that decide which part of the upload is analysed and how fast it runs, and so the costly
            tables; with dots, of keys in keys.
        parse_part: Reads what a file says of some keys, whatever is wrong with the others.
        told_by: Further keys that decide it, of which only what `told` makes of them counts.
        told: Keys of a sidecar that stand for these.
    """

    parse: Callable[[bytes, str], SidecarModel]
    empty: SidecarModel
    window_fields: frozenset[str] = frozenset()
    parse_part: Callable[[bytes, str, frozenset[str]], SidecarModel] | None = None
    told_by: frozenset[str] = frozenset()
    told: Callable[[Any], dict[str, Any]] = lambda _: {}

    def state(self, sidecar: SidecarModel) -> SidecarState:
        """What decisions need to know of `sidecar`."""
        window = self.window_of(sidecar).model_dump(mode="json", exclude_defaults=True)
        digest = hashlib.sha256(json.dumps(window, sort_keys=True).encode()).hexdigest()[:12]
        owner, analysis = getattr(sidecar, "owner", None), getattr(sidecar, "analysis", None)
        return SidecarState(sidecar.fingerprint(), digest, owner, analysis=analysis)

    def window_of(self, sidecar: SidecarModel) -> SidecarModel:
        """What `sidecar` says of the `window_fields`, and nothing else but what `told` makes of it."""
        values = sidecar.model_dump(exclude_defaults=True)
        kept: dict[str, Any] = self.told(sidecar)
        for field in self.window_fields:
            *outer, key = field.split(".")
            found, into = values, kept
            for one in outer:
                found, into = found.get(one, {}), into.setdefault(one, {})
            if key in found:
                into[key] = found[key]
        return type(sidecar).model_validate(kept)

    def readable_window(self, raw: bytes, name: str) -> SidecarModel:
        """What a faulty file says of the `window_fields`."""
        if len(raw) > LARGEST_BYTES or not self.parse_part:
            return self.empty
        try:
            return self.window_of(self.parse_part(raw, name, self.window_fields | self.told_by))
        except (ValueError, RecursionError, TypeError):  # as in `read`
            return self.empty

    def read(self, raw: bytes, name: str) -> SidecarModel:
        """The sidecar in a file's bytes.

        Raises:
            BadInput: Its message names the file and, where one is wrong, the key.
        """
        if len(raw) > LARGEST_BYTES:
            raise BadInput(name, f"is larger than {LARGEST_BYTES >> 20} MiB, too large for a sidecar", _FIX)
        try:
            return self.parse(raw, name)
        except (ValueError, RecursionError, TypeError) as error:  # impossible YAML dates, endless nesting, odd keys
            raise BadInput(name, f"cannot be read: {' '.join(str(error).split())}", _FIX) from None


FILM_SIDECAR = SidecarFormat(
    parse_sidecar,
    Sidecar(),
    # A film of a presenter has no ball, and as many poses as samples are asked for.
    frozenset(
        {"trim_start_s", "trim_end_s", "capture_fps", "sample_rate_hz", "analyses", "mode", "presenter.process_fps"}
    ),
    readable_part,
    # Where somebody is wanted, poses are of nobody else.
    frozenset({"sport", "players"}),
    that_somebody_is_wanted,
)
