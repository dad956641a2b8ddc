"""Data association: which candidates of a shot are the ball.

Belongs here: the motion model and the search for tracks. Does not belong here: finding candidates (`frame_difference`,
`network`), smoothing a track (`trajectory`).

Dynamic programming over the candidates of a shot (the Viterbi algorithm). It is exact but for one cut: each candidate
remembers only the `WAYS` best tracks that arrive at it, each with its velocity, so that a change of velocity has a
price. To start a track, to miss a look and to turn cost something too; where no track is worth its price there is no
ball. Lengths are px of a picture of `frame_difference.PICTURE_AREA` pixels, times are seconds, so frame rate and
resolution do not matter.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

WAYS = 4
"""Best tracks that are remembered for each candidate."""
RECUR_S = 1.0
"""A place recurs when another look within this many seconds has a candidate there."""
PASSING_S = 0.2
"""Looks nearer than this do not count: a slow ball is still in its place."""
SAME_PLACE = 3.0
"""Two candidates are in the same place when neither coordinate differs by this many px."""


@dataclass(frozen=True)
class MotionModel:
    """How balls move, and what departures cost.

    Prices are natural logarithms of odds: the likelihood of a track's candidates must outweigh them.
    """

    prior: float = 3.0
    """Added to the log odds of every candidate: on a track, a candidate is more likely the ball than anywhere."""
    start: float = 7.0
    """Price of a new track."""
    miss: float = 1.0
    """Price of a look in which the track has no candidate."""
    turn: float = 3.0
    """Largest price of a change of velocity, so that hits and bounces do not end a track."""
    flicker: float = 8.0
    """Price of a candidate in a place where every look around has one (see `recurrence`)."""
    chance: float = 0.1
    """Share of looks with a candidate in the same place that costs nothing: a ball among players meets as many."""
    reach_s: float = 0.2
    """Longest time, s, for which a track may have no candidate."""
    fastest: float = 1500.0
    """Highest speed of a ball, px/s."""
    blur: float = 1.0
    """Standard deviation of a candidate's place, px."""
    pull: float = 1500.0
    """Standard deviation of the acceleration in flight (gravity, drag, perspective), px/s^2."""
    sure: float = 0.0
    """Confidence (0..1) that the finder reaches somewhere in every segment that shows a ball; 0 for one that does not
    know what a ball looks like."""
    glimpse_s: float = 0.0
    """A segment shorter than this, with no other around it, is no ball (see `judge.isolated`); s."""


def recurrence(times: np.ndarray, counts: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """How often the place of each candidate has one in other looks.

    Scoreboards, flags and cursors change again and again in one place; a ball passes once.

    Args:
        times: (n,) seconds of the looks.
        counts: (n,) number of candidates of each look.
        xy: (m, 2) px, the candidates of all looks in order.

    Returns:
        (m,) shares (0..1) of the looks between `PASSING_S` and `RECUR_S` away that have a candidate in the same place.
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


KNOWING = MotionModel(flicker=0.0, sure=0.9, glimpse_s=0.25, fastest=2000.0)
"""The model for candidates of a network that has learnt what a ball looks like. Near a table a ball crosses most of the
picture in a fifth of a second; what is no ball is told by its confidence, so its speed need not tell. In 40 labelled
clips the confidence exceeds 0.94 somewhere in every segment that shows a ball; in five films without a ball it stays
below 0.88 everywhere but in one segment of 0.13 s, and reaches 0.91 at a foot in another, for 0.07 s before its end."""


@dataclass(frozen=True)
class _Arrivals:
    """The k candidates of one look and the best tracks that arrive at each."""

    look: int
    first: int  # row of the first candidate
    time: float
    xy: np.ndarray  # (k, 2)
    score: np.ndarray  # (k, WAYS) of the best tracks up to and including the candidate
    velocity: np.ndarray  # (k, WAYS, 2) px/s
    step: np.ndarray  # (k, WAYS) seconds since the track's previous candidate; 0: the track starts here


def best_tracks(
    times: np.ndarray, counts: np.ndarray, xy: np.ndarray, log_odds: np.ndarray, model: MotionModel
) -> tuple[np.ndarray, np.ndarray]:
    """Find the set of tracks with the highest score; at most one candidate of a look is the ball.

    Args:
        times: (n,) seconds of the looks, ascending.
        counts: (n,) number of candidates of each look.
        xy: (m, 2) px, the candidates of all looks in order.
        log_odds: (m,) log odds that each of them is the ball.
        model: What departures from smooth motion cost.

    Returns:
        (n,) row of the chosen candidate of each look, -1 where there is no ball; and (n,) number of its track, counted
        from 0, -1 likewise.

    Example:
        >>> times, counts = np.arange(4) / 30, np.array([1, 2, 1, 1])
        >>> xy = np.array([[0, 0], [200, 90], [5, 0], [10, 0], [15, 0]], float)
        >>> chosen, track = best_tracks(times, counts, xy, np.full(5, 2.0), MotionModel())
        >>> chosen.tolist(), track.tolist()
        ([0, 2, 3, 4], [0, 0, 0, 0])
    """
    n = len(times)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    # State c * WAYS + w is the w-th best track that arrives at candidate c; -1 stands for none.
    before = np.full((first[-1], WAYS), -1, np.int32)
    # Best score of tracks that have all ended before each look, and the state that the last of them ends in.
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
    """The best tracks to each candidate of a look: on from candidates of recent looks, or starting here.

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
    """Scores of all pairs of a recent candidate (s of them) and a candidate of this look (k).

    Returns:
        (s, k) best score of a track through both, without the latter's own worth; (s, k) which of the former's `WAYS`
        tracks that is; (s,) the former's row; (s, k, 2) px and (s,) seconds from one to the other.
    """
    counts = [len(a.xy) for a in recent]
    gaps = np.repeat([time - a.time for a in recent], counts)
    missed = np.repeat([look - a.look - 1 for a in recent], counts)
    source = np.concatenate([np.arange(a.first, a.first + len(a.xy)) for a in recent])
    score, velocity, step, places = (
        np.concatenate([getattr(a, name) for a in recent]) for name in ("score", "velocity", "step", "xy")
    )
    moves = xy[None] - places[:, None]  # (sources, k, 2)
    gap = gaps[:, None]
    # The extrapolated place is as uncertain as the two places it rests on, plus the acceleration in between.
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
