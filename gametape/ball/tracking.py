"""Film in, `BALL_TRAJECTORY` out.

Belongs here: the order of the steps and the table's rows. Does not belong here: any of the steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.association import MotionModel, best_tracks, recurrence
from gametape.ball.camera import steadied
from gametape.ball.candidates import LooksAgain, moves_of
from gametape.ball.frame_difference import PICTURE_AREA, MotionCandidates
from gametape.ball.judge import isolated, objection
from gametape.ball.lost import areas, unseen
from gametape.ball.trajectory import SmoothTrack, confidence, smooth_track
from gametape.base.work import Checkpoints, Progress, ignore_progress, in_chunks
from gametape.tables.ball import BALL_TRAJECTORY

GAP_S = 0.2
"""Longest gap that is filled, and longest time for which a repeated picture still shows where the ball is; s."""
LEAST_CONFIDENCE = 0.3
"""Places less likely to be the ball than this are left out."""

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.ball.candidates import CandidateSource
    from gametape.media.film import Film


def track(
    film: Film,
    *,
    start: int = 0,
    stop: int | None = None,
    shots: np.ndarray | None = None,
    source: CandidateSource | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """Track the ball through a film.

    Args:
        film: The film.
        start: First frame to look at.
        stop: Frame after the last to look at; all to the end by default.
        shots: (n,) shot number of each frame of the film; no track crosses a cut.
        source: Finder of candidates; frame differences by default.
        checkpoints: Where the candidates of finished chunks are kept.
        progress: Called with the frames done and all.

    Returns:
        A `BALL_TRAJECTORY`, one row for each frame of the film; the ball is absent outside start..stop.
    """
    stop = len(film) if stop is None else min(stop, len(film))
    shots = np.zeros(len(film), np.int32) if shots is None else np.asarray(shots)
    source = source or MotionCandidates()
    rows = _Rows(film, f"{source.name} {source.version}")
    if start < stop:
        candidates = in_chunks(
            start,
            stop,
            lambda first, last: source.candidates(film, first, last, shots),
            checkpoints or Checkpoints(),
            progress,
        )
        _follow(rows, start, candidates, shots, source.model)
        # Of a film that shows no ball at all nothing more is asked: what moves in it is somebody or something else.
        if isinstance(source, LooksAgain) and np.isfinite(rows.place).any():
            rows = _looked_again(rows, film, source, start, candidates, shots)
    return rows.table()


def _looked_again(
    rows: _Rows, film: Film, source: LooksAgain, start: int, candidates: pa.Table, shots: np.ndarray
) -> _Rows:
    """The rows of the same film with what is found by looking at colours, and again where the ball is lost."""

    def followed() -> _Rows:
        new = _Rows(film, rows.tracker)
        _follow(new, start, candidates, shots, source.model)
        return new

    part = slice(start, start + len(candidates))
    nowhere = unseen(rows.place[part], rows.times[part], shots[part])
    if nowhere:
        spans = [(start + begin, start + end) for begin, end in nowhere]
        first, candidates = candidates, source.in_colour(film, candidates, spans, shots, rows.place)
        rows = rows if candidates is first else followed()
    lost = areas(rows.place, rows.times, film.repeats, shots, (film.width, film.height))
    lost = [one for one in lost if part.start <= one.end < part.stop]
    if lost:
        candidates = source.again(film, candidates, lost, shots)
        rows = followed()
    return rows


def _follow(rows: _Rows, start: int, candidates: pa.Table, shots: np.ndarray, model: MotionModel) -> None:
    """Enter the tracks among the candidates of the frames from `start` on."""
    cuts = np.flatnonzero(np.diff(shots[start : start + len(candidates)])) + 1
    for first, last in pairwise([0, *cuts.tolist(), len(candidates)]):
        _track_shot(rows, start + first, candidates.slice(first, last - first), model)


class _Rows:
    """The trajectory's columns as they fill; at first the ball is absent everywhere."""

    def __init__(self, film: Film, tracker: str) -> None:
        n = len(film)
        self.taken = np.full(n, np.nan)
        self.times, self.tracker = np.asarray(film.times, np.float64), tracker
        self.picture = film.width, film.height
        self.unit = np.sqrt(film.width * film.height / PICTURE_AREA)  # source px per px of the trackers' picture
        self.state = np.full(n, "absent", object)
        self.flight = np.full(n, -1, np.int32)
        self.place, self.velocity = np.full((n, 2), np.nan), np.full((n, 2), np.nan)
        self.confidence, self.size = np.full(n, np.nan), np.full(n, np.nan)
        self.flights = 0

    def write(self, frames: np.ndarray, flights: SmoothTrack, detected: np.ndarray, steady: np.ndarray) -> None:
        """Enter a segment; `steady` (n, 3, 3) takes places in its n frames to the steadied picture of `flights`."""
        self.state[frames] = np.where(detected, "detected", "interpolated")
        back = np.linalg.inv(steady)
        self.place[frames] = _moved(back, flights.places * self.unit)
        self.velocity[frames] = np.einsum("nij,nj->ni", back[:, :2, :2], flights.velocities * self.unit)
        self.flight[frames] = self.flights + flights.numbers
        self.flights += int(flights.numbers.max()) + 1

    def measure(self, frames: np.ndarray, confidence: np.ndarray, size: np.ndarray) -> None:
        self.confidence[frames], self.size[frames] = confidence, size

    def table(self) -> pa.Table:
        import pyarrow as pa

        def known(values: np.ndarray) -> pa.Array:
            return pa.array(values, pa.float32(), mask=~np.isfinite(values))

        n = len(self.times)
        (x, y), (vx, vy), half = self.place.T, self.velocity.T, self.size / 2
        return BALL_TRAJECTORY.cast(
            pa.table(
                {
                    "frame": np.arange(n, dtype=np.int32),
                    "time_s": self.times,
                    "taken_s": pa.array(self.taken, mask=np.isnan(self.taken)),
                    "state": pa.array(self.state, pa.string()),
                    "x": known(x),
                    "y": known(y),
                    "confidence": known(self.confidence),
                    "x1": known(x - half),
                    "y1": known(y - half),
                    "x2": known(x + half),
                    "y2": known(y + half),
                    "vx": known(vx),
                    "vy": known(vy),
                    "speed": known(np.hypot(vx, vy)),
                    "flight": pa.array(self.flight, pa.int32(), mask=self.flight < 0),
                    "tracker": pa.array([self.tracker] * n, pa.string()),
                }
            )
        )


def _moved(matrices: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Places (n, 2), each transformed by its own matrix (n, 3, 3)."""
    return np.einsum("nij,nj->ni", matrices[:, :2, :2], places) + matrices[:, :2, 2]


def _track_shot(rows: _Rows, first: int, candidates: pa.Table, model: MotionModel) -> None:
    """Find the tracks among one shot's candidates and enter them into the rows from frame `first` on.

    Tracks are sought in the steadied picture, as if the camera had stood still: a ball flies on while the camera turns.
    """
    flat = {
        name: candidates[name].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        for name in ("x", "y", "score", "size")
    }
    repeats = candidates["repeats"].to_numpy()
    looks = np.flatnonzero(~repeats)  # a repeated picture adds nothing and has no candidates
    counts = np.diff(candidates["x"].combine_chunks().offsets.to_numpy())[looks]
    shown = rows.times[first : first + len(repeats)]
    times = shown[looks]
    moves = moves_of(candidates)
    steady = steadied(moves, rows.picture)
    seen_at = np.stack([flat["x"], flat["y"]], 1).astype(np.float64)
    xy = _moved(steady[np.repeat(looks, counts)], seen_at) / rows.unit
    score = np.clip(flat["score"].astype(np.float64), 1e-4, 1 - 1e-3)
    log_odds = np.log(score / (1 - score))
    if model.flicker:
        again = recurrence(times, counts, xy)
        if not all(move is None or move.stands for move in moves):  # overlays move with the camera
            again = np.maximum(again, recurrence(times, counts, seen_at / rows.unit))
        log_odds -= model.flicker * np.maximum(again - model.chance, 0)
    look_of = np.cumsum(~repeats) - 1  # the look whose picture a frame shows; -1: one before the first
    rows.taken[first : first + len(repeats)] = np.append(times, np.nan)[look_of]
    for ball in _balls(times, counts, xy, log_odds, model):
        frames = np.flatnonzero((look_of >= ball.looks[0]) & (look_of <= ball.looks[-1]))
        since = shown[frames] - shown[looks[look_of[frames]]]
        detected = np.isin(look_of[frames], ball.looks)
        known = ~detected | (since <= GAP_S)
        frames, since, detected = frames[known], since[known], detected[known]
        # A repeated picture shows the ball where it was; a ball that is hidden flies on.
        at = times[look_of[frames]] + np.where(detected, 0, since)
        flights = smooth_track(times[ball.looks], xy[ball.candidates], at)
        rows.write(first + frames, flights, detected, steady[frames])
        measured = np.searchsorted(ball.looks, look_of[frames[detected]])
        rows.measure(first + frames[detected], ball.confidence[measured], flat["size"][ball.candidates][measured])


@dataclass(frozen=True, eq=False)
class _Segment:
    """A part of a track without a gap: its n looks, the candidate chosen of each, and the confidence in it."""

    looks: np.ndarray
    candidates: np.ndarray
    confidence: np.ndarray


def _balls(
    times: np.ndarray, counts: np.ndarray, xy: np.ndarray, log_odds: np.ndarray, model: MotionModel
) -> list[_Segment]:
    """The segments that show a ball, in order of time."""
    found = _segments(times, log_odds, *best_tracks(times, counts, xy, log_odds, model))
    balls = [one for one in found if not objection(times[one.looks], xy[one.candidates], one.confidence, model.sure)]
    sure = [np.median(one.confidence) >= model.sure for one in balls]
    alone = isolated([times[one.looks[[0, -1]]] for one in balls], times, model.glimpse_s, sure)
    return [one for one, on_its_own in zip(balls, alone, strict=True) if not on_its_own]


def _segments(times: np.ndarray, log_odds: np.ndarray, chosen: np.ndarray, track_of: np.ndarray) -> Iterator[_Segment]:
    """The tracks of `best_tracks` where they are likely enough, cut at long gaps."""
    for number in range(track_of.max(initial=-1) + 1):
        seen = np.flatnonzero(track_of == number)
        sure = confidence(times[seen], log_odds[chosen[seen]])
        seen, sure = seen[sure >= LEAST_CONFIDENCE], sure[sure >= LEAST_CONFIDENCE]
        gaps = np.flatnonzero(np.diff(times[seen]) > GAP_S) + 1
        for looks, its_sure in zip(np.split(seen, gaps), np.split(sure, gaps), strict=True):
            if len(looks):
                yield _Segment(looks, chosen[looks], its_sure)
