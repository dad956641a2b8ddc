"""Finds the stretches of a film that are missing.

Belongs here: gaps in the frames' times that damage or the file's own claims explain. Does not belong here: detecting
damage (clock.py, source.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason
from gametape.media.clock import Damage

#: A step between two frames longer than this many usual steps may hide missing frames.
_WIDE_STEP = 1.6
#: Damage within this many seconds of a wide step explains it.
_NEAR_S = 1.0
#: A film that ends this much earlier than the file claims, in seconds, is reported as incomplete.
_SHORT_S = 1.0
_DAMAGED = Reason("no_picture_decodes")


@dataclass(frozen=True)
class Gap:
    """A stretch of the film that is missing, in seconds of the film."""

    start_s: float
    end_s: float
    reason: Reason

    @property
    def message(self) -> Reason:
        """That it is missing, and why."""
        return Reason("part_missing", start=self.start_s, end=self.end_s, reason=self.reason)


def find_gaps(
    times: np.ndarray, damage: Damage, *, step_s: float, read_to_s: float, claimed_end_s: float | None
) -> tuple[Gap, ...]:
    """Find the stretches that are missing, in the order of time.

    Args:
        times: (n,) seconds of the frames that decode.
        damage: Where reading or decoding failed.
        step_s: Frame interval to assume for a film of one frame.
        read_to_s: Time up to which packets were read.
        claimed_end_s: Where the file says that its picture ends; None where that cannot be known.
    """
    steps = np.diff(times)
    step = float(np.median(steps)) if len(steps) else step_s
    wide = steps > _WIDE_STEP * step
    gaps = {}
    for first, last in damage.spans:
        near = wide & (times[:-1] <= last + _NEAR_S) & (times[1:] >= first - _NEAR_S)
        for i in np.flatnonzero(near):
            gaps[i] = Gap(float(times[i] + step), float(times[i + 1]), _DAMAGED)
    missing = [gap for _, gap in sorted(gaps.items())]
    end = float(times[-1] + step)
    damaged_to = max((last for _, last in damage.spans), default=0.0)
    if claimed_end_s is not None and claimed_end_s - max(end, read_to_s) > _SHORT_S:
        missing.append(Gap(end, claimed_end_s, Reason("pictures_end_before")))
    elif damaged_to > end:
        missing.append(Gap(end, damaged_to, _DAMAGED))
    return tuple(missing)
