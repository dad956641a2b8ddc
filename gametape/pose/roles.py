"""Tells who plays from who officiates, waits or watches.

Belongs here: the evidence, and how many play at once. Does not belong here: which of the players is measured
(subject_selection.py), which strokes they play (gametape.strokes).

Players go about and are at the ball where it is hit; umpires, coaches and spectators stay where they are, however large
they are in the picture. What tells them apart is measured in the person's own heights, so that it does not depend on
the camera. Without a sport it is not known how many play, and nobody is told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.pose.person import KEYPOINT
from gametape.pose.subject_selection import Track

if TYPE_CHECKING:
    import pyarrow as pa

#: Time over which somebody's motion is measured, seconds: jitter of joints is little against it.
STEP_S = 0.3
#: Shortest track that says how its person moves, seconds.
LEAST_S = 0.6
#: Who never moves faster than this stays in place, heights/s. Measured in seven films of table tennis, badminton and
#: tennis: officials at most 0.10, players at least 0.25.
STILL = 0.16
#: Share of the steps that are slower than what counts as somebody's motion.
USUAL = 80
#: Speed from which more motion counts no more, heights/s.
LIVELY = 0.4
#: A person hits the ball within this distance of a wrist, heights; where no wrist is seen, of an arm's length about the
#: shoulders. Measured: players at most 0.45, the next nearest 0.4 to 3, seated umpires 2.
AT_HAND = 0.6
#: Length from shoulder to wrist, heights.
ARM = 0.33
#: A pose tells where the hands are within this many seconds.
NEAR_S = 0.2
#: From this length a track counts in full, seconds.
LONG_S = 3.0
#: Who bowls or throws sweeps a hand so far about the trunk, heights, within this many seconds of the release, s.
#: Measured in three films: bowlers 0.6 and 1.0, batters who wait 0.16 and 0.22.
SWEEPS, SWEEPS_S = 0.4, 0.15
#: Seconds within which a ball that was let go is played, at the latest: by another than who let it go.
PLAYED_S = 3.0
#: Events of the ball that are somebody's.
AT_PEOPLE = ("hit", "release")
#: Weight of all hits against moving about throughout.
HITS = 2.0
#: Fewest hits that tell, by being without any, that somebody does not play.
TELLING = 4
#: Without hits, a further person plays who has at least this share of the least sure player's standing.
AS_SURE = 0.6
#: Share of a track's time during which as many others play, from which it is nobody else's who plays.
CROWDED = 0.5
_TRUNK = [KEYPOINT[f"{side}_{part}"] for part in ("shoulder", "hip") for side in ("left", "right")]
_SHOULDERS, _WRISTS = ([KEYPOINT[f"{side}_{part}"] for side in ("left", "right")] for part in ("shoulder", "wrist"))


@dataclass(frozen=True)
class Role:
    """Whether a person plays; None where that is not known. `reason`: by what it is told, or why not."""

    plays: bool | None
    reason: Reason


@dataclass(frozen=True)
class Hits:
    """The n hits of the ball, and its releases by a hand.

    Attributes:
        times: (n,) seconds, ascending.
        places: (n, 2) px.
        kinds: Of each, `hit` or `release`; all are hits by default.
        owners: The track that each is of, None where it is nobody's; None altogether: by who is nearest.
    """

    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    places: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    kinds: tuple[str, ...] = ()
    owners: tuple[int | None, ...] | None = None

    @classmethod
    def of(cls, events: pa.Table | None, *, seen_to_come: bool = False) -> Hits:
        """The hits and releases of a table BALL_EVENTS.

        With `seen_to_come` without the hits at which the ball is first seen: it may have come from farther away.
        """
        if events is None:
            return cls()
        at_people = [event for event in events.to_pylist() if event["kind"] in AT_PEOPLE]
        if seen_to_come:
            at_people = [e for e in at_people if e["kind"] != "hit" or e["speed_before"] is not None]
        rows = sorted((e["time_s"], e["x"], e["y"], e["kind"]) for e in at_people)
        found = np.array([row[:3] for row in rows], float).reshape(-1, 3)
        return cls(found[:, 0], found[:, 1:], tuple(row[3] for row in rows))

    def of_kinds(self, *wanted: str) -> Hits:
        """Those of some kinds."""
        kinds = np.array(self.kinds or ("hit",) * len(self.times), object)
        mine = np.isin(kinds.astype(str), wanted)
        owners = None if self.owners is None else tuple(np.array(self.owners, object)[mine])
        return Hits(self.times[mine], self.places[mine], tuple(kinds[mine]), owners)

    def during(self, track: Track) -> int:
        """How many of them there are from a track's first row to its last."""
        first, last = np.searchsorted(self.times, [track.times[0] - NEAR_S, track.times[-1] + NEAR_S])
        return int(last - first)


NO_HITS = Hits()
"""Of a film without a ball."""


def owned(
    tracks: Sequence[Track], hits: Hits, ball: np.ndarray | None = None, reaches_s: tuple[float, float] | None = None
) -> Hits:
    """The hits with whose each is, where a ball is let go by one and played by another.

    Along a pitch who lets the ball go and who plays it stand one before the other in the picture: of the two contacts
    only one is the same person's, the one that is nearer. A ball that nobody is seen to hit was played by whom it came
    to, told by the sightings when it must have reached somebody.

    Args:
        tracks: All tracks of the film.
        hits: Hits and releases.
        ball: (m, 3) seconds and px of the ball's sightings, by time.
        reaches_s: Seconds from a release after which the ball reaches who is to play it, at the soonest and the latest.
    """
    kinds = list(hits.kinds or ("hit",) * len(hits.times))
    away = [
        {
            track.number: near
            for track in tracks
            if (near := _away(track, moment, place)) <= AT_HAND and (kind != "release" or _sweeps(track, moment))
        }
        for moment, place, kind in zip(hits.times, hits.places, kinds, strict=True)
    ]
    owners = [min(one, key=one.__getitem__, default=None) for one in away]
    times, places = hits.times.tolist(), hits.places.tolist()
    for at in reversed(range(len(owners))):
        if kinds[at] != "release":
            continue
        then = at + 1 if at + 1 < len(owners) and kinds[at + 1] == "hit" else None
        then = None if then is None or times[then] - times[at] > PLAYED_S else then
        if then is not None and owners[then] is not None and owners[then] == owners[at]:
            owners[at], owners[then] = _of_two(away[at], away[then])
        if then is not None and owners[then] is not None:
            continue
        until = np.inf if then is None else times[then]
        came = _came_to(tracks, ball, times[at], until, reaches_s, owners[at])
        if came is not None and then is not None:
            owners[then] = came[0]
        elif came is not None:
            who, moment, place = came
            times.insert(at + 1, moment)
            places.insert(at + 1, place)
            kinds.insert(at + 1, "hit")
            owners.insert(at + 1, who)
    return replace(
        hits, times=np.array(times), places=np.array(places).reshape(-1, 2), kinds=tuple(kinds), owners=tuple(owners)
    )


def _sweeps(track: Track, moment: float) -> bool:
    """Does a hand sweep about the trunk as one that throws? True where the hands are not seen."""
    near = np.abs(track.times - moment) <= SWEEPS_S
    places = track.joints[near][:, _WRISTS] - _middle(track)[near][:, None]
    spans = [own[np.isfinite(own).all(axis=1)] for own in places.transpose(1, 0, 2)]
    far = [np.hypot(*(own[:, None] - own).T).max() for own in spans if len(own) >= 2]
    return not far or bool(max(far) >= SWEEPS * _tall(track))


def _of_two(first: dict[int, float], then: dict[int, float]) -> tuple[int | None, int | None]:
    """The likeliest owners of two contacts that are not one person's; nobody is as far as a hand can be."""
    one: list[tuple[int | None, float]] = [(None, AT_HAND), *first.items()]
    other: list[tuple[int | None, float]] = [(None, AT_HAND), *then.items()]
    pairs = [(a[1] ** 2 + b[1] ** 2, a[0], b[0]) for a in one for b in other if a[0] is None or a[0] != b[0]]
    _, sent, met = min(pairs, key=lambda pair: pair[0])
    return sent, met


def _came_to(
    tracks: Sequence[Track],
    ball: np.ndarray | None,
    sent_s: float,
    until: float,
    reaches_s: tuple[float, float] | None,
    sender: int | None,
) -> tuple[int, float, list[float]] | None:
    """To whom a ball came that was let go, and when and where it was last near; None where that is not seen."""
    if ball is None or reaches_s is None:
        return None
    first, last = np.searchsorted(ball[:, 0], [sent_s + reaches_s[0], min(until, sent_s + reaches_s[1])])
    near = []
    for moment, *place in ball[first:last].tolist():
        away = {track.number: _away(track, moment, np.array(place)) for track in tracks if track.number != sender}
        who = min(away, key=away.__getitem__, default=None)
        if who is not None and away[who] <= AT_HAND:
            near.append((who, moment, place))
    if not near:
        return None
    (who, _), *_ = Counter(who for who, *_ in near).most_common(1)
    return next(one for one in reversed(near) if one[0] == who)


def at_contact(tracks: Sequence[Track], hits: Hits, kinds: Iterable[str]) -> int | None:
    """The track at the ball in most of its contacts of a kind, of the first of `kinds` at which anybody is seen."""
    for kind in kinds:
        own = _own_hits(tracks, hits.of_kinds(kind))
        best = max(own, key=lambda number: (own[number], -number), default=None)
        if best is not None and own[best]:
            return best
    return None


def roles(
    tracks: Sequence[Track], hits: Hits, players: tuple[int, int] | None, *, by_contact: bool = False
) -> dict[int, Role]:
    """Tell who plays.

    Args:
        tracks: All tracks of the film.
        hits: Hits of the ball.
        players: How many play at once in the sport, least and most; None where that is not known.
        by_contact: Do those alone play who are at the ball, as far as anybody is seen there? Others go about too, and
            who plays may stand.

    Returns:
        The role of each track, by its number.
    """
    if players is None:
        return {track.number: Role(None, Reason("players_of_sport_not_known")) for track in tracks}
    own = _own_hits(tracks, hits)
    at_ball = [number for number, mine in own.items() if mine]
    contacts = by_contact and bool(at_ball)
    found: dict[int, Role] = {}
    standing: dict[int, float] = {}
    tallest = max((_tall(track) for track in tracks), default=1.0)
    for track in tracks:
        speed, mine, of = going(track), own[track.number], hits.during(track)
        if speed is None and not mine:
            found[track.number] = Role(None, Reason("seen_too_shortly", needed=LEAST_S))
        elif speed is not None and speed < STILL and not mine and not by_contact:
            found[track.number] = Role(False, Reason("stays_in_place", speed=speed, needed=STILL))
        else:
            lively = min(1.0, (speed or 0.0) / LIVELY) * min(1.0, float(np.ptp(track.times)) / LONG_S)
            standing[track.number] = lively * float(np.sqrt(_tall(track) / tallest)) + HITS * mine / (1 + of)
    if contacts:
        away = {number: Role(False, Reason("others_at_the_ball")) for number in standing if not own[number]}
        found |= away
        standing = {number: much for number, much in standing.items() if number not in away}
    seen = {track.number: track for track in tracks}
    playing: list[Track] = []
    for number in sorted(standing, key=lambda one: (-standing[one], one)):
        track, mine, of = seen[number], own[number], hits.during(seen[number])
        others = [standing[one.number] for one in playing if _shared(track, one)]
        further = bool(mine) if of >= TELLING else standing[number] >= AS_SURE * min(others, default=0.0)
        room = players[1] if further else players[0]
        if _at_once(track, playing) < room:
            playing.append(track)
            found[number] = Role(True, Reason("at_the_ball", hits=mine, of=of) if mine else Reason("goes_about"))
        else:
            found[number] = Role(False, Reason("others_play", n=room))
    return found


def going(track: Track) -> float | None:
    """How fast the person moves when moving, heights/s; None of a track too short to tell."""
    if np.ptp(track.times) < LEAST_S:
        return None
    places = _middle(track)
    later = np.searchsorted(track.times, track.times + STEP_S - 1e-6)
    rows = np.flatnonzero(later < len(track.times))
    if not len(rows):
        return None
    step = track.times[later[rows]] - track.times[rows]
    speeds = np.hypot(*(places[later[rows]] - places[rows]).T) / step / _tall(track)
    speeds = speeds[np.isfinite(speeds)]
    return float(np.percentile(speeds, USUAL)) if len(speeds) else None


def _own_hits(tracks: Iterable[Track], hits: Hits) -> dict[int, int]:
    """How many hits are each track's: it is the nearest, and within reach."""
    own = {track.number: 0 for track in tracks}
    if hits.owners is not None:
        return own | {n: k for n, k in Counter(hits.owners).items() if n is not None}
    for moment, place in zip(hits.times, hits.places, strict=True):
        away = {track.number: _away(track, moment, place) for track in tracks}
        nearest = min(away, key=lambda one: away[one], default=None)
        if nearest is not None and away[nearest] <= AT_HAND:
            own[nearest] += 1
    return own


def _away(track: Track, moment: float, place: np.ndarray) -> float:
    """Distance of a place from the nearer hand, heights; infinite where the person is not seen about then."""
    row = int(np.argmin(np.abs(track.times - moment)))
    if abs(track.times[row] - moment) > NEAR_S:
        return np.inf
    for joints, reach in ((_WRISTS, 0.0), (_SHOULDERS, ARM)):
        apart = np.hypot(*(track.joints[row, joints] - place).T)
        if np.isfinite(apart).any():
            return float(np.nanmin(apart)) / _tall(track) - reach
    return np.inf


def _at_once(track: Track, playing: Iterable[Track]) -> int:
    """How many of those who play are there during much of a track's time."""
    spans = [span for one in playing if (span := _shared(track, one))]
    moments = np.linspace(track.times[0], track.times[-1], 50)
    count = np.sum([(start <= moments) & (moments <= end) for start, end in spans], axis=0)
    return int(np.percentile(count, 100 * CROWDED)) if spans else 0


def _shared(track: Track, other: Track) -> tuple[float, float] | None:
    """From when to when both are there, seconds."""
    start, end = max(track.times[0], other.times[0]), min(track.times[-1], other.times[-1])
    return (float(start), float(end)) if end > start else None


def _middle(track: Track) -> np.ndarray:
    """Middle of the trunk, else of the box, (n, 2) px."""
    trunk = track.joints[:, _TRUNK].mean(axis=1) if track.joints.shape[1] > max(_TRUNK) else np.nan
    return np.where(np.isfinite(trunk), trunk, (track.boxes[:, :2] + track.boxes[:, 2:]) / 2)


def _tall(track: Track) -> float:
    """Median height of the box, px."""
    tall = track.boxes[:, 3] - track.boxes[:, 1]
    return float(max(np.nanmedian(tall), 1.0)) if np.isfinite(tall).any() else 1.0
