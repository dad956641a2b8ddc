"""Checks on the tables of the camera, of people's boxes and of their tracks.

Belongs here: pure functions from a table to check results. Does not belong here: Dagster's asset checks (assets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult
from gametape.people.joining import FASTEST

if TYPE_CHECKING:
    import pyarrow as pa

_STEADY = 0.5
"""Least share of frames into which the camera's movement is known."""
_OUTSIDE = 2.0
"""A box may lie so many px outside the picture."""
_LEAP = 3.0
"""Nobody moves by so many heights from frame to frame beyond what a person runs: a swap or a missed cut does."""
_LEAPS = 0.01
"""Share of steps that may be such leaps: the camera's own movement is in them."""


def camera_is_known(camera: pa.Table) -> list[CheckResult]:
    """Check that shots count up and that the movement is known into most frames."""
    shots = camera["shot"].to_numpy()
    begins = camera["cut"].to_numpy(zero_copy_only=False)
    steps = np.diff(shots)
    in_order = bool(((steps == 0) | (steps == 1)).all() and (steps.astype(bool) == begins[1:]).all())
    inside = ~np.append(True, steps > 0)[: len(shots)]
    known = np.isfinite(camera["quality"].to_numpy(zero_copy_only=False).astype(float))
    share = float(known[inside].mean()) if inside.any() else 1.0
    return [
        CheckResult("shots_in_order", in_order, "each cut begins the next shot"),
        CheckResult(
            "camera_motion_known",
            share >= _STEADY,
            f"the camera's movement is known into {share:.0%} of the frames",
            is_error=False,
            facts={"known": share},
        ),
    ]


def boxes_are_sound(boxes: pa.Table, width: int, height: int) -> list[CheckResult]:
    """Check that boxes lie in the picture, have a size, and confidences of 0..1."""
    x1, y1, x2, y2 = (boxes[name].to_numpy().astype(float) for name in ("x1", "y1", "x2", "y2"))
    inside = (x1 >= -_OUTSIDE) & (y1 >= -_OUTSIDE) & (x2 <= width + _OUTSIDE) & (y2 <= height + _OUTSIDE)
    confidence = boxes["confidence"].to_numpy()
    return [
        CheckResult(
            "boxes_inside_the_picture",
            bool((inside & (x2 > x1) & (y2 > y1)).all()),
            f"boxes have a size and lie within {width}x{height}",
        ),
        CheckResult(
            "box_confidence_in_range", bool(((confidence >= 0) & (confidence <= 1)).all()), "confidences lie in 0..1"
        ),
    ]


def tracks_are_sound(tracks: pa.Table) -> list[CheckResult]:
    """Check that nobody is in two places at once, that a track has one team, and that few leap."""
    frames, track = tracks["frame"].to_numpy().astype(np.int64), tracks["track"].to_numpy().astype(np.int64)
    pairs = frames * (int(track.max(initial=0)) + 1) + track
    teams = {(one, team) for one, team in zip(track.tolist(), tracks["team"].to_pylist(), strict=True)}
    leaps = _leaps(tracks, frames, track)
    return [
        CheckResult("one_place_at_a_time", len(np.unique(pairs)) == len(pairs), "a track has one box in a frame"),
        CheckResult("one_team_a_track", len(teams) == len(np.unique(track)), "a track is of one team throughout"),
        CheckResult(
            "nobody_leaps",
            leaps <= _LEAPS,
            f"{leaps:.1%} of the steps are longer than a person runs",
            is_error=False,
            facts={"leaps": leaps},
        ),
    ]


def _leaps(tracks: pa.Table, frames: np.ndarray, track: np.ndarray) -> float:
    """Share of the steps of tracks that are longer than anybody runs, by _LEAP heights."""
    order = np.lexsort((frames, track))
    x1, y1, x2, y2 = (tracks[name].to_numpy().astype(float)[order] for name in ("x1", "y1", "x2", "y2"))
    time_s = tracks["time_s"].to_numpy()[order]
    same = np.diff(track[order]) == 0
    if not same.any():
        return 0.0
    tall = np.maximum(y2 - y1, 1)[:-1]
    gone = np.hypot(np.diff((x1 + x2) / 2), np.diff((y1 + y2) / 2)) / tall
    return float((gone[same] > FASTEST * np.diff(time_s)[same] + _LEAP).mean())
