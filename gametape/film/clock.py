"""When a film's pictures were taken, and how long its frames and the film itself last.

Belongs here: the film's two clocks; the interval between frames, the film's end and duration. Does not belong here:
reading the times of a file and finding repeats (gametape.media), which frames an analysis looks at (window.py).

A film has two clocks. `time_s` of the table FRAMES, and of every other table, is when a picture was *taken*, in real
seconds: all speeds, durations and moments are measured in it. `shown_s` is where it is *in the file*: only the reading
of frames, the report's player and the sidecar's own times (trim, clicks) use it. The two differ in slow motion, and
where a film of 25 pictures a second is stored as 30 by showing every fifth one twice.

A container states no end for its last frame. It is taken to last as long as the median interval between frames: one
long gap in a film of variable frame rate changes the mean interval, and not the median.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Click, Sidecar

#: A picture's time is that of the line through so many pictures on either side, as many at the ends of a shot.
EVEN_REACH = 12
#: So many of those must be shown again: a single one is a picture that the camera missed, whose gap is real.
LEAST_REPEATS = 3
#: The pictures must lie this near the line, in frames: else they were not taken evenly.
MOST_UNEVEN = 2.25
#: A film plays at the rate at which it was taken where the two are within this factor of each other.
SAME_RATES = 1.25
#: Least part of a frame between two pictures.
_LEAST_STEP = 0.05


def taken_times(shown: np.ndarray, repeats: np.ndarray, shots: np.ndarray | None = None) -> np.ndarray:
    """When the picture of each frame was taken, where some are shown twice to fill a frame rate.

    A film of 25 pictures a second that is stored as 30 shows every fifth one twice. They then follow each other by one
    or two thirtieths of a second although they were taken evenly, every 25th: the line through the times of the
    pictures around is nearer the truth. Measured on ball places labelled by eye, as their distance from a parabola:
    10.7 px by the file's times, 1.4 px by these (18 pictures in 30 frames); 2.8 and 1.0 px (25 in 30).

    Args:
        shown: (n,) seconds at which the frames are shown, ascending.
        repeats: (n,) bool, does the frame show the picture of the frame before?
        shots: (n,) number of each frame's shot; one shot by default.

    Returns:
        (n,) seconds, ascending, on the file's own time scale. A frame that repeats a picture lies between that picture
        and the next one: it is no picture of its own, and whoever measures movement leaves it out.

    >>> shown, repeats = np.arange(31) / 30, np.arange(31) % 6 == 5
    >>> steps = np.diff(taken_times(shown, repeats)[~repeats])
    >>> bool(np.allclose(steps, 1 / 25, atol=0.002))
    True
    """
    shown = np.asarray(shown, np.float64)
    looks = np.flatnonzero(~np.asarray(repeats, bool))
    interval = frame_interval(shown)
    if interval is None or len(looks) in (0, len(shown)):
        return shown.copy()
    own = shown[looks]
    taken = own.copy()
    of = np.zeros(len(looks)) if shots is None else np.asarray(shots)[looks]
    for begin, end in zip(*_runs(of), strict=True):
        taken[begin:end] = _even(own[begin:end], np.diff(looks[begin:end]), interval)
    taken += max(0.0, own[0] - taken[0])  # the film begins when its first frame is shown
    least = _LEAST_STEP * interval * np.arange(len(taken))
    taken = np.maximum.accumulate(taken - least) + least
    out = np.interp(shown, own, taken)
    out[looks[-1] + 1 :] = taken[-1] + (shown[looks[-1] + 1 :] - own[-1])
    return out


def slow_motion(capture_fps: float | None, shown: np.ndarray) -> float:
    """How many times slower than it happened a film plays; below 1 for time lapse.

    Args:
        capture_fps: Pictures a second as the camera took them; None: not known.
        shown: (n,) seconds at which the file shows the frames.

    Returns:
        1 where nobody says, and where the two rates are the same but for pictures that a phone leaves out in the dark.

    >>> slow_motion(240, np.arange(60) / 30), slow_motion(30, np.arange(60) / 24), slow_motion(None, np.arange(60) / 30)
    (8.0, 1.0, 1.0)
    """
    interval = frame_interval(shown)
    if not capture_fps or not interval:
        return 1.0
    return _factor(capture_fps * interval)


def in_real_time(frames: pa.Table, capture_fps: float | None) -> tuple[pa.Table, float]:
    """The table FRAMES with the times at which the pictures of slow motion were taken, and how slow (`slow_motion`)."""
    import pyarrow as pa

    slow = slow_motion(capture_fps, frames["shown_s"].to_numpy())
    at = frames.column_names.index("time_s")
    return frames.set_column(at, frames.schema.field(at), pa.array(frames["time_s"].to_numpy() / slow)), slow


def plays_slower(times: np.ndarray, shown: np.ndarray) -> float:
    """How many times slower than it happened a film plays, by its two clocks; 1 where they run alike.

    Args:
        times: (n,) `time_s` of the frames.
        shown: (n,) `shown_s` of the frames.
    """
    lasted = float(times[-1] - times[0]) if len(times) > 1 else 0.0
    return _factor(float(shown[-1] - shown[0]) / lasted) if lasted > 0 else 1.0


def _factor(slower: float) -> float:
    """Free of rounding; 1 where the rates are the same."""
    slower = float(f"{slower:.6g}")
    return 1.0 if 1 / SAME_RATES <= slower <= SAME_RATES else slower


def when_taken(sidecar: Sidecar, times: np.ndarray, shown: np.ndarray) -> Sidecar:
    """The sidecar with its clicks at the times at which the pictures were taken; the uploader saw them in the file.

    Args:
        sidecar: The film's sidecar.
        times: (n,) `time_s` of the frames.
        shown: (n,) `shown_s` of the frames.
    """

    def moved(click: Click) -> Click:
        return click.model_copy(update={"t": float(np.interp(click.t, shown, times))})

    players = (one.model_copy(update={"clicks": tuple(map(moved, one.clicks))}) for one in sidecar.players)
    return sidecar.model_copy(update={"players": tuple(players)})


def _runs(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First index, and one past the last, of each run of equal values."""
    borders = np.flatnonzero(np.diff(values)) + 1
    return np.concatenate([[0], borders]), np.append(borders, len(values))


def _even(times: np.ndarray, skips: np.ndarray, interval: float) -> np.ndarray:
    """(n,) times of pictures on the lines through those around them; as they are where none goes through.

    `skips` (n - 1,) are the frames from a picture to the next, more than one where it is shown again.
    """
    even = times.copy()
    for i in range(len(times)):
        first = max(0, min(i - EVEN_REACH, len(times) - 2 * EVEN_REACH - 1))
        last = min(len(times), first + 2 * EVEN_REACH + 1)
        if np.count_nonzero(skips[first : last - 1] > 1) < LEAST_REPEATS:
            continue
        at = np.arange(first, last) - i
        slope, here = np.polyfit(at, times[first:last], 1)
        if np.abs(times[first:last] - here - slope * at).max() <= MOST_UNEVEN * interval:
            even[i] = here
    return even


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
