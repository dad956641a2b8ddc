"""Tells who plays from who officiates, waits or watches.

Belongs here: the evidence, and how many play at once. Does not belong here: which of the players is measured
(subject_selection.py), which strokes they play (gametape.strokes).

Players go about and are at the ball where it is hit; umpires, coaches and spectators stay where they are, however large
they are in the picture. What tells them apart is measured in the person's own heights, so that it does not depend on
the camera. Without a sport it is not known how many play, and nobody is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
    """

    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    places: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    kinds: tuple[str, ...] = ()

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
        return Hits(self.times[mine], self.places[mine], tuple(kinds[mine]))

    def during(self, track: Track) -> int:
        """How many of them there are from a track's first row to its last."""
        first, last = np.searchsorted(self.times, [track.times[0] - NEAR_S, track.times[-1] + NEAR_S])
        return int(last - first)


NO_HITS = Hits()
"""Of a film without a ball."""


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
    at_ball = [number for number, mine in own.items() if mine]
    if by_contact and at_ball:
        away = {number: Role(False, Reason("others_play", n=len(at_ball))) for number in standing if not own[number]}
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
