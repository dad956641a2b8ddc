"""Checks on the table of frames.

Belongs here: pure functions from a table to check results. Does not belong here: Dagster's asset checks (assets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult
from gametape.film.picture import picture_state

if TYPE_CHECKING:
    import pyarrow as pa

#: Largest difference between claimed and decoded frame counts that passes, as a fraction (and at least 2 frames).
_COUNT_TOLERANCE = 0.02
#: Largest difference between the claimed and the measured frame rate that passes, as a fraction.
_RATE_TOLERANCE = 0.05
_SEEN = {
    None: "the picture is neither black nor too dark, and it moves (median luma {luma:.0f} of 255)",
    "black": "the picture is black (median luma {luma:.0f} of 255): nothing can be seen in it",
    "dark": "the picture is so dark that next to nothing can be seen in it (median luma {luma:.0f} of 255)",
    "still": "the picture stands still: the film shows one picture over and over",
}


def frames_add_up(frames: pa.Table, claimed_frames: int | None, claimed_fps: float | None) -> list[CheckResult]:
    """Check that something is seen, that frames are numbered without a gap, that times rise and that claims hold.

    Args:
        frames: Table FRAMES.
        claimed_frames: Frame count from the container's header; None skips that comparison.
        claimed_fps: Frame rate from the container's header; None skips that comparison.
    """
    numbers, taken, times = (frames[name].to_numpy() for name in ("frame", "time_s", "shown_s"))
    rises = all((np.diff(clock) > 0).all() for clock in (taken, times))
    ordered = bool((numbers == np.arange(len(numbers))).all() and rises)
    span = float(times[-1] - times[0]) if len(times) > 1 else 0.0
    fps = (len(times) - 1) / span if span else None
    problems = []
    if claimed_frames and abs(claimed_frames - len(times)) > max(2, _COUNT_TOLERANCE * claimed_frames):
        problems.append(f"the container claims {claimed_frames} frames, {len(times)} decode")
    if fps and claimed_fps and abs(fps - claimed_fps) > _RATE_TOLERANCE * claimed_fps:
        problems.append(f"the container claims {claimed_fps:.3g} fps, the frame times give {fps:.3g}")
    message = "; ".join(problems) or f"{len(times)} frames in {span:.2f} s"
    state = picture_state(frames)
    seen = _SEEN[state.fault].format(luma=state.luma)
    return [
        CheckResult("frames_in_order", ordered, "frames are numbered 0, 1, 2, … and their times rise"),
        CheckResult("frames_match_the_clock", not problems, message, is_error=False, facts={"fps": fps or 0.0}),
        CheckResult("picture_can_be_seen", state.fault is None, seen, is_error=False, facts={"luma": state.luma}),
    ]
