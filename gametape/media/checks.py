"""Checks on the frames that would catch a real fault, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def frames_add_up(frames: pa.Table, claimed_frames: int | None, claimed_fps: float | None) -> list[CheckResult]:
    """Frames are numbered without a hole, their times rise, and they agree with what the container claims."""
    numbers, times = frames["frame"].to_numpy(), frames["time_s"].to_numpy()
    ordered = bool((numbers == np.arange(len(numbers))).all() and (np.diff(times) > 0).all())
    verdicts = [CheckResult("frames_in_order", ordered, "frames are 0, 1, 2, … and their times rise")]
    span = float(times[-1] - times[0]) if len(times) > 1 else 0.0
    fps = (len(times) - 1) / span if span else None
    problems = []
    if claimed_frames and abs(claimed_frames - len(times)) > max(2, 0.02 * claimed_frames):
        problems.append(f"the container claims {claimed_frames} frames, {len(times)} decode")
    if fps and claimed_fps and abs(fps - claimed_fps) > 0.05 * claimed_fps:
        problems.append(f"the container claims {claimed_fps:.3g} fps, the clock says {fps:.3g}")
    told = "; ".join(problems) or f"{len(times)} frames in {span:.2f} s"
    verdicts.append(CheckResult("frames_match_the_clock", not problems, told, is_error=False, facts={"fps": fps or 0.0}))
    return verdicts
