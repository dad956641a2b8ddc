"""What follows from a look at the uploads: which of them get a run, and of which assets.

Belongs here: the decision, as a pure function of a look and of what the orchestrator has on record. Does not
belong here: reading either.

Nothing is remembered between two decisions. An upload is in hand when its last request was for the sidecar it has now,
or when there is none and its results were made with that sidecar; "its partition exists" proves nothing, for a
crash may come between adding the partition and asking for the run. A sidecar that was changed and changed back is
requested too if the request between came to nothing: its film's state is that of its last request.

A first look (`analysis: quick`) is an upload's very first run and never a second one. Once it has ended, however it
ended, the full analysis is requested; only when a person canceled it, is it not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from gametape.film.sidecar import Analysis
from gametape.uploads.kinds import UploadKind
from gametape.uploads.look import Look, ReadyUpload
from gametape.uploads.naming import fingerprint_in
from gametape.uploads.sidecars import SidecarState

_MOST_NAMES = 10
_QUICK: Analysis = "quick"


@dataclass(frozen=True)
class LastRequest:
    """The last run requested for a key.

    Args:
        number: How many were requested, this one included.
        sidecar: The sidecar it was requested for, see `SidecarState`.
        quick: Was it for a first look?
    """

    number: int
    sidecar: str
    quick: bool = False


@dataclass(frozen=True)
class Reported:
    """The sidecar that a key's results were made with.

    Args:
        sidecar, window: As in `SidecarState`; they may be of two states of the file, which is read for each apart. No
            window: there is no record of it.
    """

    sidecar: str
    window: str | None = None

    def is_of(self, state: SidecarState) -> bool:
        """Is all of it of this state?"""
        return self.sidecar == state.fingerprint and self.window in (None, state.window)


class Records(Protocol):
    """What the orchestrator has on record. Every method answers for many uploads at once."""

    def keys(self) -> Collection[str]:
        """The partitions there are, oldest first."""

    def requests(self) -> Mapping[str, LastRequest]:
        """The last request of each key that has one."""

    def reported_with(self, keys: Collection[str]) -> Mapping[str, Reported]:
        """The sidecar that a key's results were made with, where there are any. Those of a first look do not count."""

    def busy(self) -> Collection[str]:
        """The keys that have a run which has not ended."""

    def canceled(self, keys: Collection[str]) -> Collection[str]:
        """Those of the keys whose newest run was canceled."""

    def unsuccessful(self, keys: Collection[str]) -> Collection[str]:
        """Those of the keys whose newest run failed or was canceled."""

    def to_compute(self, key: str, sidecar: SidecarState) -> frozenset[str] | None:
        """The assets of a key to make, so that its results are of this sidecar; None for all of them."""


@dataclass(frozen=True)
class Request:
    """A run to request.

    Args:
        key: The upload's partition key.
        ready: The upload.
        number: How many were requested for the key, this one included.
        assets: What to make; None for everything.
        quick: It is for a first look.
        after_first_look: It is for the full analysis that follows one.
    """

    key: str
    ready: ReadyUpload
    number: int
    assets: frozenset[str] | None = None
    quick: bool = False
    after_first_look: bool = False

    @property
    def run_key(self) -> str:
        """Names this request: the same until its run exists, then never again.

        The number lets a sidecar that goes from A to B and back to A be requested for a second time.
        """
        parts = (self.key, str(self.number), self.ready.sidecar.fingerprint, self.ready.sidecar.window)
        return ":".join([*parts, _QUICK] if self.quick else parts)


def parse_run_key(run_key: str) -> tuple[str, LastRequest] | None:
    """A run key's parts; None for one that is not of a `Request`."""
    key, *rest = run_key.split(":")
    quick = rest[3:] == [_QUICK]
    if len(rest) != 3 + quick or not rest[0].isdigit():
        return None
    return key, LastRequest(int(rest[0]), rest[1], quick)


@dataclass(frozen=True)
class Decision:
    """What to do now, and what to report. `more` uploads are left for later, the limit being reached."""

    kind: UploadKind
    requests: tuple[Request, ...]
    new_keys: tuple[str, ...]
    in_hand: int
    more: int
    waiting: tuple[str, ...]
    problems: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One paragraph for people: counts, and names of what is new, waiting or wrong."""
        quick = [r.ready.upload.label for r in self.requests if r.quick]
        full = [r.ready.upload.label for r in self.requests if r.after_first_look]
        others = [r for r in self.requests if not (r.quick or r.after_first_look)]
        new = [r.ready.upload.label for r in others if r.assets is None]
        again = [f"{r.ready.upload.label} ({', '.join(sorted(r.assets))})" for r in others if r.assets]
        count, noun = self.kind.count, self.kind.noun
        parts = [f"{count(self.in_hand)} in hand"]
        parts += [f"{count(len(quick))} for a first look: {_some(quick)}"] if quick else []
        parts += [f"{count(len(full))} to process in full after a first look: {_some(full)}"] if full else []
        parts += [f"{count(len(new))} to process: {_some(new)}"] if new else []
        parts += [f"{count(len(again))} with a changed sidecar: {_some(again)}"] if again else []
        parts += [f"{self.more} more wait for the next look"] if self.more else []
        parts += [f"{len(self.waiting)} waiting: {_some(self.waiting)}"] if self.waiting else []
        parts += [f"{_count(self.problems, 'problem')}: {_some(self.problems)}"] if self.problems else []
        parts += [f"{_count(self.others, 'file')} not named like a {noun}: {_some(self.others)}"] if self.others else []
        return "; ".join(parts) + "."


def decide(seen: Look, records: Records, *, most: int, analysis: Analysis = "full") -> Decision:
    """Which uploads get a run: those without one, those with only a first look and those whose sidecar changed.

    Args:
        seen: A look at the uploads; they are taken in order of arrival.
        records: What the orchestrator has on record.
        most: Most requests at once.
        analysis: For uploads whose sidecar does not choose.
    """
    kind = seen.kind
    existing = records.keys()
    by_fingerprint: dict[str, str] = {}
    for key in existing:
        by_fingerprint.setdefault(fingerprint_in(key) or key, key)
    known = set(existing)
    last = records.requests()

    undecided: list[tuple[str, ReadyUpload]] = []
    only_first_look: set[str] = set()
    for ready in seen.ready:
        # The same bytes under another name are the upload we have, under its key.
        key = by_fingerprint.get(ready.fingerprint) or kind.key_of(ready.upload.name, ready.fingerprint)
        requested = last.get(key)
        if key in known and requested and requested.sidecar == ready.sidecar.fingerprint:
            if not requested.quick:
                continue
            only_first_look.add(key)
        undecided.append((key, ready))

    waiting = list(seen.waiting)
    requests: list[Request] = []
    more = 0
    if undecided:
        reported = records.reported_with([key for key, _ in undecided if key in known])
        busy, stopped = records.busy(), records.canceled(only_first_look) if only_first_look else ()
        for key, ready in undecided:
            now, before = ready.sidecar.fingerprint, last.get(key)
            is_changed_back = before is not None and before.sidecar != now and bool(records.unsuccessful([key]))
            is_reported = key in reported and reported[key].is_of(ready.sidecar)
            if key in stopped or (is_reported and not is_changed_back):
                continue
            if key in busy:
                waiting.append(f"{ready.upload.label}: a run of it has not ended")
            elif len(requests) == most:
                more += 1
            else:
                wanted = records.to_compute(key, ready.sidecar) if key in known else None
                # Nothing was made and nothing was requested: it is seen for the first time.
                quick = not before and wanted is None and (ready.sidecar.analysis or analysis) == _QUICK
                number, after_first_look = (before.number + 1, before.quick) if before else (1, False)
                requests.append(Request(key, ready, number, wanted, quick, after_first_look))
    requested_now = {request.key for request in requests}
    return Decision(
        kind=kind,
        requests=tuple(requests),
        new_keys=tuple(request.key for request in requests if request.key not in known),
        in_hand=len(seen.ready) - len(requested_now) - more,
        more=more,
        waiting=tuple(waiting),
        problems=seen.problems,
        others=seen.others,
    )


def _count(items: Collection, noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _some(names: Collection[str]) -> str:
    shown = "; ".join(list(names)[:_MOST_NAMES])
    return shown + (f"; and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")
