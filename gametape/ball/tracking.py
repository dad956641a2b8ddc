"""Film in, ball trajectory out.

Belongs here: the order of the steps, and the table's rows. Does not belong here: any of the steps.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.motion import PICTURE_AREA, MotionCandidates
from gametape.ball.path import MotionModel, best_tracks, recurrence
from gametape.ball.trajectory import confidence, even_times, fly
from gametape.lake.contracts import BALL_TRAJECTORY
from gametape.work import Checkpoints, Progress, ignore_progress, in_chunks

SOURCES: dict[str, type[CandidateSource]] = {"motion": MotionCandidates}
"""What `Settings.ball` may name."""
GAP_S = 0.2
"""Gaps are filled, and the ball in a repeated picture is where it was, for so long; then nothing is known."""
LEAST_CONFIDENCE = 0.3
"""What is less likely the ball is left out."""
FEWEST = 3
"""Looks that make a track."""
STILL_PX = 6.0
"""What moves less over a whole track is no ball in play, px of the trackers' picture."""

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
    """The ball in each frame of the film, as `BALL_TRAJECTORY`; absent outside start..stop.

    `shots`: cut id of each frame of the film; no track crosses a cut. `source` finds the candidates.
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
        cuts = np.flatnonzero(np.diff(shots[start:stop])) + 1
        for first, last in pairwise([0, *cuts.tolist(), stop - start]):
            _track_shot(rows, start + first, candidates.slice(first, last - first))
    return rows.table()


class _Rows:
    """The trajectory's columns while they fill; nobody has seen a ball yet."""

    def __init__(self, film: Film, tracker: str) -> None:
        n = len(film)
        self.times, self.tracker = np.asarray(film.times, np.float64), tracker
        self.unit = np.sqrt(film.width * film.height / PICTURE_AREA)  # source px per px of the trackers' picture
        self.state = np.full(n, "absent", object)
        self.flight = np.full(n, -1, np.int32)
        self.place, self.velocity = np.full((n, 2), np.nan), np.full((n, 2), np.nan)
        self.confidence, self.size = np.full(n, np.nan), np.full(n, np.nan)
        self.flights = 0

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
                    "speed_mps": pa.nulls(n, pa.float32()),
                    "flight": pa.array(self.flight, pa.int32(), mask=self.flight < 0),
                    "tracker": pa.array([self.tracker] * n, pa.string()),
                }
            )
        )


def _track_shot(rows: _Rows, first: int, candidates: pa.Table) -> None:
    """Find the tracks among one shot's candidates and write them to the rows from frame `first` on."""
    flat = {
        name: candidates[name].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        for name in ("x", "y", "score", "size")
    }
    repeats = candidates["repeats"].to_numpy()
    lengths = np.diff(candidates["x"].combine_chunks().offsets.to_numpy())
    looks = np.flatnonzero(~repeats)
    xy = np.stack([flat["x"], flat["y"]], 1).astype(np.float64) / rows.unit
    score = np.clip(flat["score"].astype(np.float64), 1e-4, 1 - 1e-3)
    log_odds = np.log(score / (1 - score))
    times = even_times(rows.times[first : first + len(repeats)], repeats)
    model = MotionModel()
    log_odds -= model.flicker * np.maximum(recurrence(times, lengths[looks], xy) - model.chance, 0)
    chosen, track_of = best_tracks(times, lengths[looks], xy, log_odds, model)

    ends = np.append(looks[1:], len(repeats))
    for number in range(track_of.max(initial=-1) + 1):
        on_track = np.flatnonzero(track_of == number)  # looks
        sure = confidence(times[on_track], log_odds[chosen[on_track]])
        on_track, sure = on_track[sure >= LEAST_CONFIDENCE], sure[sure >= LEAST_CONFIDENCE]
        for piece in np.split(np.arange(len(on_track)), np.flatnonzero(np.diff(times[on_track]) > GAP_S) + 1):
            seen, picked = on_track[piece], chosen[on_track[piece]]
            if len(seen) < FEWEST or np.ptp(xy[picked], axis=0).max() < STILL_PX:
                continue
            span = np.arange(seen[0], seen[-1] + 1)
            flights = fly(times[seen], xy[picked], times[span])
            measured = dict(zip(seen, zip(sure[piece], flat["size"][picked], strict=True), strict=True))
            for i, look in enumerate(span):
                frames = first + np.arange(looks[look], ends[look])  # the look's own frame and its repeats
                frames = frames[rows.times[frames] - rows.times[frames[0]] <= GAP_S]
                rows.state[frames] = "detected" if look in measured else "interpolated"
                rows.place[frames] = flights.places[i] * rows.unit
                rows.velocity[frames] = flights.velocities[i] * rows.unit
                rows.flight[frames] = rows.flights + flights.numbers[i]
                rows.confidence[frames], rows.size[frames] = measured.get(look, (np.nan, np.nan))
            rows.flights += int(flights.numbers[-1]) + 1
