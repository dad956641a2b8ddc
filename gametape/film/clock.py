"""How long a film's frames and the film itself last, from the times its frames are shown at.

Belongs here: the interval between frames, the film's end and duration. Does not belong here: reading the times
(gametape.media), which frames an analysis looks at (window.py).

A container states no end for its last frame. It is taken to last as long as the median interval between frames: one
long gap in a film of variable frame rate changes the mean interval, and not the median.
"""

from __future__ import annotations

import numpy as np


def frame_interval(times: np.ndarray) -> float | None:
    """The median seconds from one frame to the next.

    Args:
        times: (n,) seconds at which the frames are shown, ascending.

    Returns:
        Seconds, or None below two frames.

    >>> frame_interval(np.array([0.0, 0.1, 0.2, 0.5]))
    0.1
    """
    return float(np.median(np.diff(times))) if len(times) > 1 else None


def film_end(times: np.ndarray) -> float:
    """When the last frame stops being shown, in seconds; a single frame ends as it begins, no frame at 0."""
    return float(times[-1]) + (frame_interval(times) or 0.0) if len(times) else 0.0


def film_duration(times: np.ndarray) -> float | None:
    """Seconds from the first frame's time to the end of the last one; None below two frames.

    The view `video_facts` (gametape.lake.sql) computes the same in SQL.

    >>> round(film_duration(np.array([5.0, 5.1, 5.2, 5.5])), 3)
    0.6
    """
    interval = frame_interval(times)
    return float(times[-1] - times[0]) + interval if interval is not None else None
