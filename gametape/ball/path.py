"""Which candidates are the ball: the best set of tracks through a shot's candidates.

Belongs here: the motion model and the search. Does not belong here: finding candidates (`motion`), what a track
means (`trajectory`).

The search is exact but for one cut: each candidate remembers the `WAYS` best ways of arriving at it, each with
its velocity, so that a change of velocity can be priced. Tracks start, end and may be missing for a moment, each
at a price; where no track is worth its price there is no ball. Lengths are in pixels of a picture of
`motion.PICTURE_AREA`, times in seconds, so that frame rate and resolution do not matter.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

WAYS = 4
RECUR_S, PASSING_S, SAME_PLACE = 1.0, 0.2, 3.0
"""Candidates within so many px, at least and at most so long before or after, are in the same place again."""


@dataclass(frozen=True)
class MotionModel:
    """How balls move. Prices are in natural logarithms of odds: what the candidates' likelihood must outweigh."""

    prior: float = 3.0
    """Added to each candidate's log odds: near where the ball is expected, a candidate is likelier the ball."""
    start: float = 7.0
    """Price of a new track."""
    miss: float = 1.0
    """Price of a look without a candidate on the track."""
    turn: float = 3.0
    """The most that a change of velocity costs: a hit or a bounce."""
    flicker: float = 8.0
    """Price of a candidate whose place has one in every look around (`recurrence`), which frame differences need and a
    network that knows a scoreboard when it sees one does not,"""
    chance: float = 0.1
    """once this share of the looks, which a ball among players meets, is taken off."""
    reach_s: float = 0.2
    """A track may be missing for so long."""
    fastest: float = 1500.0
    """px/s"""
    blur: float = 1.0
    """Standard deviation of a candidate's place, px."""
    pull: float = 1500.0
    """Standard deviation of the acceleration in flight (gravity, drag, perspective), px/s^2."""
    sure: float = 0.0
    """How sure of a ball the finder is somewhere in each stretch of sight (0..1). Frame differences know no balls,"""
    glimpse_s: float = 0.0
    """and see them by snatches: what is seen for less than so long, and nothing around, may be a ball (`judge`)."""


def recurrence(times: np.ndarray, counts: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """For each candidate, the share (0..1) of the looks of the seconds around that have one in the same place.

    Scoreboards, flags and cursors change where they are, time and again; a ball comes by and is gone. The looks
    nearest in time do not count.
    """
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    share = np.zeros(len(xy))
    for look, time in enumerate(times):
        here = slice(first[look], first[look + 1])
        if not counts[look]:
            continue
        left, before, after, right = np.searchsorted(
            times, time + np.array([-RECUR_S, -PASSING_S, PASSING_S, RECUR_S]), side="right"
        )
        looks = np.concatenate([np.arange(left, before), np.arange(after, right)])
        if not len(looks):
            continue
        others = np.concatenate([np.arange(first[left], first[before]), np.arange(first[after], first[right])])
        apart = np.abs(xy[here][:, None] - xy[others][None]).max(2)
        of = np.repeat(np.arange(len(looks)), counts[looks])
        again = np.zeros((counts[look], len(looks)), bool)
        near = np.argwhere(apart < SAME_PLACE)
        again[near[:, 0], of[near[:, 1]]] = True
        share[here] = again.mean(1)
    return share


KNOWING = MotionModel(flicker=0.0, sure=0.9, glimpse_s=0.25)
"""For candidates of a network that has learnt what a ball looks like. In 40 labelled clips it is somewhere surer than
0.94 of each stretch of a ball; in five films without one less sure than 0.88 of all but a glimpse of 0.13 s."""


@dataclass(frozen=True)
class _Arrivals:
    """The candidates of one look and the best ways of arriving at each."""

    look: int
    first: int  # row of the first candidate
    time: float
    xy: np.ndarray  # (k, 2)
    score: np.ndarray  # (k, WAYS) of the best tracks up to here, the candidate's own worth included
    velocity: np.ndarray  # (k, WAYS, 2) px/s
    step: np.ndarray  # (k, WAYS) seconds from the candidate before; 0: the track starts here


def best_tracks(
    times: np.ndarray, counts: np.ndarray, xy: np.ndarray, log_odds: np.ndarray, model: MotionModel
) -> tuple[np.ndarray, np.ndarray]:
    """The chosen candidate of each look (its row, -1: no ball) and the number of its track from 0 (-1 likewise).

    `times` (n,): seconds of the looks. `counts` (n,): candidates of each. `xy` (m, 2) and `log_odds` (m,): of all
    candidates, look by look.
    """
    n = len(times)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    # Way w of candidate c is state c * WAYS + w; -1 stands for none.
    before = np.full((first[-1], WAYS), -1, np.int32)
    # Best score, and state it ends in, of tracks that have all ended before each look.
    closed, closing = np.zeros(n + 1), np.full(n + 1, -1, np.int64)
    recent: deque[_Arrivals] = deque()

    for look in range(n):
        closed[look + 1], closing[look + 1] = closed[look], closing[look]
        while recent and times[look] - recent[0].time > model.reach_s:
            recent.popleft()
        if not counts[look]:
            continue
        here = slice(first[look], first[look + 1])
        worth = log_odds[here] + model.prior
        arrived = _arrive(look, here.start, times[look], xy[here], worth, closed[look], recent, before, model)
        recent.append(arrived)
        top = int(arrived.score.argmax())
        if arrived.score.flat[top] > closed[look + 1]:
            closed[look + 1], closing[look + 1] = arrived.score.flat[top], here.start * WAYS + top

    look_of = np.repeat(np.arange(n), counts)
    chosen, track = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    look, tracks = n, 0
    while (state := int(closing[look])) >= 0:
        while state >= 0:
            candidate = state // WAYS
            look = look_of[candidate]
            chosen[look], track[look] = candidate, tracks
            state = int(before.flat[state])
        tracks += 1
    return chosen, np.where(track < 0, -1, tracks - 1 - track)


def _arrive(
    look: int,
    first: int,
    time: float,
    xy: np.ndarray,
    worth: np.ndarray,
    closed: float,
    recent: deque[_Arrivals],
    before: np.ndarray,
    model: MotionModel,
) -> _Arrivals:
    """The best ways to each candidate of a look: from candidates of recent looks, and as the start of a track.

    Writes the states they come from to `before`.
    """
    k = len(xy)
    score, velocity, step = np.full((k, WAYS), -np.inf), np.zeros((k, WAYS, 2)), np.zeros((k, WAYS))
    if recent:
        score_of, way, source, moves, gaps = _links(look, time, xy, recent, model)
        ways = min(WAYS - 1, len(score_of))
        rows, columns = np.argpartition(-score_of, ways - 1, axis=0)[:ways], np.arange(k)
        score[:, :ways] = score_of[rows, columns].T + worth[:, None]
        velocity[:, :ways] = (moves[rows, columns] / gaps[rows][..., None]).transpose(1, 0, 2)
        step[:, :ways] = gaps[rows].T
        before[first : first + k, :ways] = (source[rows] * WAYS + way[rows, columns]).T
    score[:, -1] = closed - model.start + worth
    return _Arrivals(look, first, time, xy, score, velocity, step)


def _links(
    look: int, time: float, xy: np.ndarray, recent: deque[_Arrivals], model: MotionModel
) -> tuple[np.ndarray, ...]:
    """For each pair of a recent candidate and one of this look: the best score of a track through both, less the
    latter's worth, and the way it came to the former; then each recent candidate's row, moves and time gaps."""
    counts = [len(a.xy) for a in recent]
    gaps = np.repeat([time - a.time for a in recent], counts)
    missed = np.repeat([look - a.look - 1 for a in recent], counts)
    source = np.concatenate([np.arange(a.first, a.first + len(a.xy)) for a in recent])
    score, velocity, step, places = (
        np.concatenate([getattr(a, name) for a in recent]) for name in ("score", "velocity", "step", "xy")
    )
    moves = xy[None] - places[:, None]  # (sources, k, 2)
    gap = gaps[:, None]
    # Where constant velocity would have led is known as well as the two places it rests on and the pull allow.
    ratio = np.divide(gap, step, out=np.zeros_like(step), where=step > 0)
    spread = model.blur**2 * (1 + (1 + ratio) ** 2 + ratio**2) + (model.pull * gap * (gap + step) / 2) ** 2
    off = moves[:, None] - (velocity * gap[..., None])[:, :, None]  # (sources, ways, k, 2)
    squared = np.einsum("swkd,swkd->swk", off, off) / spread[..., None]
    price = np.where(step[..., None] > 0, model.turn * squared / (squared + 2 * model.turn), 0.0)
    total = score[..., None] - price
    way = total.argmax(1)
    total = np.take_along_axis(total, way[:, None], 1)[:, 0] - model.miss * missed[:, None]
    total[np.hypot(moves[..., 0], moves[..., 1]) > model.fastest * gap + 4 * model.blur] = -np.inf
    return total, way, source, moves, gaps
