"""What follows from a look at the uploads: which films get a run, and of which assets.

Belongs here: the decision, as a pure function of a look and of what the orchestrator has on record. Does not
belong here: reading either.

Nothing is remembered between two decisions. A film is in hand when its last request was for the sidecar it has now,
or when its report was made with that sidecar; "its partition exists" proves nothing, for a crash may come between
adding the partition and asking for the run.

A first look (`analysis: quick`) is a film's very first run and never a second one. Once it has ended, however it
ended, the full analysis is asked for; only a person who canceled it is taken at their word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from gametape.film.sidecar import Analysis
from gametape.uploads.look import Film, Look
from gametape.uploads.naming import film_key, fingerprint_in
from gametape.uploads.store import NO_SIDECAR, SidecarState

_NAMES_TOLD = 10
_QUICK: Analysis = "quick"


@dataclass(frozen=True)
class LastRequest:
    """The last run asked for on a key: the how-manyth it was, the sidecar it was asked for, and if for a first look."""

    number: int
    sidecar: str
    window: str
    quick: bool = False


class Records(Protocol):
    """What the orchestrator has on record. Every method answers for many films at once."""

    def keys(self) -> Collection[str]:
        """The partitions there are, oldest first."""

    def requests(self) -> Mapping[str, LastRequest]:
        """The last request of each key that has one."""

    def reported_with(self, keys: Collection[str]) -> Mapping[str, str]:
        """The sidecar (fingerprint) that a key's report and sidecar records both come from, where they agree. The
        report of a first look does not count."""

    def busy(self) -> Collection[str]:
        """The keys that have a run which has not ended."""

    def canceled(self, keys: Collection[str]) -> Collection[str]:
        """Those of the keys whose newest run was canceled."""

    def to_compute(self, key: str, sidecar: str, same_window: Collection[str]) -> frozenset[str] | None:
        """The assets that a key needs made so that its report has the sidecar; None for all of them.

        `same_window` are the sidecars (fingerprints) that look at the same frames as this one.
        """


@dataclass(frozen=True)
class Request:
    """A run to ask for. `assets` None means all.

    `quick` asks for a first look; `after_first_look` for the full analysis that follows one.
    """

    key: str
    film: Film
    number: int
    assets: frozenset[str] | None = None
    quick: bool = False
    after_first_look: bool = False

    @property
    def run_key(self) -> str:
        """Names this request: the same until its run exists, then never again.

        The number lets a sidecar that goes from A to B and back to A be asked for a second time.
        """
        asked = f"{self.key}:{self.number}:{self.film.sidecar.fingerprint}:{self.film.sidecar.window}"
        return f"{asked}:{_QUICK}" if self.quick else asked


def parse_run_key(run_key: str) -> tuple[str, LastRequest] | None:
    """A run key's parts; None for one that we did not make."""
    key, *rest = run_key.split(":")
    quick = rest[3:] == [_QUICK]
    if len(rest) != 3 + quick or not rest[0].isdigit():
        return None
    return key, LastRequest(int(rest[0]), rest[1], rest[2], quick)


@dataclass(frozen=True)
class Decision:
    """What to do now, and what to tell. `more` films are left for later, the bound being reached."""

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
        quick = [r.film.upload.told for r in self.requests if r.quick]
        full = [r.film.upload.told for r in self.requests if r.after_first_look]
        others = [r for r in self.requests if not (r.quick or r.after_first_look)]
        fresh = [r.film.upload.told for r in others if r.assets is None]
        again = [f"{r.film.upload.told} ({', '.join(sorted(r.assets))})" for r in others if r.assets]
        parts = [f"{self.in_hand} film{'' if self.in_hand == 1 else 's'} in hand"]
        parts += [f"{_count(quick, 'film')} for a first look: {_some(quick)}"] if quick else []
        parts += [f"{_count(full, 'film')} to process in full after a first look: {_some(full)}"] if full else []
        parts += [f"{_count(fresh, 'film')} to process: {_some(fresh)}"] if fresh else []
        parts += [f"{_count(again, 'film')} with a changed sidecar: {_some(again)}"] if again else []
        parts += [f"{self.more} more wait for the next look"] if self.more else []
        parts += [f"{len(self.waiting)} waiting: {_some(self.waiting)}"] if self.waiting else []
        parts += [f"{_count(self.problems, 'problem')}: {_some(self.problems)}"] if self.problems else []
        parts += [f"{_count(self.others, 'file')} not named like a film: {_some(self.others)}"] if self.others else []
        return "; ".join(parts) + "."


def decide(seen: Look, records: Records, *, most: int, analysis: Analysis = "full") -> Decision:
    """Which films get a run: those without one, those of which there is only a first look and those whose sidecar
    changed, by arrival, `most` at once. `analysis` is for films whose sidecar says nothing of it."""
    existing = records.keys()
    by_fingerprint: dict[str, str] = {}
    for key in existing:
        by_fingerprint.setdefault(fingerprint_in(key) or key, key)
    known = set(existing)
    last = records.requests()

    open_films: list[tuple[str, Film]] = []
    looked_at: set[str] = set()  # a first look is all that was asked for
    for film in seen.films:
        # The same bytes under another name are the film we have, under the key that it has.
        key = by_fingerprint.get(film.fingerprint) or film_key(film.upload.name, film.fingerprint)
        asked = last.get(key)
        if key in known and asked and asked.sidecar == film.sidecar.fingerprint:
            if not asked.quick:
                continue
            looked_at.add(key)
        open_films.append((key, film))

    waiting = list(seen.waiting)
    requests: list[Request] = []
    more = 0
    if open_films:
        reported = records.reported_with([key for key, _ in open_films if key in known])
        busy, stopped = records.busy(), records.canceled(looked_at) if looked_at else ()
        sidecars = {asked.sidecar: asked.window for asked in last.values()}
        sidecars[NO_SIDECAR.fingerprint] = NO_SIDECAR.window
        for key, film in open_films:
            if reported.get(key) == film.sidecar.fingerprint or key in stopped:
                continue
            if key in busy:
                waiting.append(f"{film.upload.told}: a run of it has not ended")
            elif len(requests) == most:
                more += 1
            else:
                before = last.get(key)
                wanted = _assets(key, film.sidecar, sidecars, records) if key in known else None
                # Nothing is there and nothing was asked for: a film seen for the first time.
                quick = not before and wanted is None and (film.sidecar.analysis or analysis) == _QUICK
                number, deepens = (before.number + 1, before.quick) if before else (1, False)
                requests.append(Request(key, film, number, wanted, quick, deepens))
    asked_now = {request.key for request in requests}
    return Decision(
        requests=tuple(requests),
        new_keys=tuple(request.key for request in requests if request.key not in known),
        in_hand=len(seen.films) - len(asked_now) - more,
        more=more,
        waiting=tuple(waiting),
        problems=seen.problems,
        others=seen.others,
    )


def _assets(key: str, sidecar: SidecarState, windows: Mapping[str, str], records: Records) -> frozenset[str] | None:
    same = {fingerprint for fingerprint, window in windows.items() if window == sidecar.window}
    return records.to_compute(key, sidecar.fingerprint, same)


def _count(things: Collection, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _some(names: Collection[str]) -> str:
    told = "; ".join(list(names)[:_NAMES_TOLD])
    return told + (f"; and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else "")
