"""Repairs each person's joints over time.

Belongs here: the order of the steps, the table. Does not belong here: how sides are corrected (sides.py), bodies turned
over are told (flips.py) or a path is smoothed (smooth.py), who is who (people.py).

For each track, frames in which the person was missed for a moment are added; bodies taken upside down for a moment are
dropped; exchanged left and right are corrected; for each joint, outliers are dropped, short gaps filled and jitter
smoothed. What was not seen is marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.person import BOX, XYC, boxes_of, keypoints_of
from gametape.pose.repair.flips import turned_over
from gametape.pose.repair.sides import correct, exchanged, names_of
from gametape.pose.repair.smooth import GAP_S, LEAST_SAMPLES, cutoff_used, outliers, smoothed
from gametape.tables.pose import KEYPOINTS, POSE_KEYPOINTS

if TYPE_CHECKING:
    import pyarrow as pa

#: Cut-off for trunk, head, hips and knees, Hz. It is above the 6 Hz of gait (Winter, Biomechanics and Motor Control of
#: Human Movement, 4th ed., 2.4.4), since players move faster than walkers, and since measures of movement are
#: low-passed again at 6 to 10 Hz.
CUTOFF_HZ = 10.0
#: Cut-off for arms and feet as a multiple of that: a lower one would round off their faster motion at impacts.
QUICK = 1.5
_QUICK_PARTS = ("elbow", "wrist", "index", "thumb", "ankle", "heel", "toe")
#: Least confidence of the samples from which a joint's path is smoothed and its gaps are filled.
_SURE = 0.5
#: A sample nearer than this to its neighbours' median is no outlier, in the body's heights.
_OUTLIER = 0.03


def repaired(estimates: pa.Table, people: pa.Table, frames: pa.Table, cutoff_hz: float = CUTOFF_HZ) -> pa.Table:
    """Repair the joints of everybody over time.

    Args:
        estimates: Table POSE_ESTIMATES.
        people: Table PEOPLE.
        frames: Table FRAMES, for the times and for repeats.
        cutoff_hz: Cut-off of the low-pass, Hz; 0 for no smoothing.

    Returns:
        Table POSE_KEYPOINTS, ordered by frame and track.
    """
    import pyarrow as pa

    keys = ["frame", "person"]
    joined = people.select([*keys, "track"]).join(estimates, keys, join_type="inner")
    joined = joined.sort_by([("track", "ascending"), ("frame", "ascending")]).combine_chunks()
    if not joined.num_rows:
        return POSE_KEYPOINTS.from_rows([])
    tracks, times = joined["track"].to_numpy(), frames["time_s"].to_numpy()
    repeats = frames["repeats_previous"].to_numpy(zero_copy_only=False)
    parts = []
    for rows in np.split(np.arange(len(tracks)), np.flatnonzero(np.diff(tracks)) + 1):
        parts.append(_one(joined.slice(rows[0], len(rows)), times, repeats, cutoff_hz))
    return pa.concat_tables(parts).sort_by([("frame", "ascending"), ("track", "ascending")]).combine_chunks()


def _one(rows: pa.Table, film_times: np.ndarray, film_repeats: np.ndarray, cutoff_hz: float) -> pa.Table:
    """Repair one track, whose rows are in the order of time.

    A row whose picture is that of the row before is no sample of its own: at its time the body is on the way to the
    next picture. Only where the film stands still for long does it keep the pose.
    """
    import pyarrow as pa

    seen = rows["frame"].to_numpy()
    boxes, joints = boxes_of(rows), keypoints_of(rows)
    joints[turned_over(film_times[seen], joints)] = np.nan
    height = float(np.nanmedian(boxes[:, 3] - boxes[:, 1]))
    swapped = exchanged(film_times[seen], joints, height)
    frames = _with_missed(seen, film_times)
    times, at = film_times[frames], np.searchsorted(frames, seen)
    there = np.zeros(len(frames), bool)
    there[at] = True
    path = np.full((len(frames), *joints.shape[1:]), np.nan)
    path[at] = correct(joints, swapped)
    kept = path[between := at[_between_pictures(film_times, film_repeats, seen)]].copy()
    path[between] = np.nan
    filled = np.zeros(path.shape[:2], bool)
    for joint, name in enumerate(KEYPOINTS):
        cutoff = cutoff_hz * (QUICK if name.split("_")[-1] in _QUICK_PARTS else 1.0)
        path[:, joint], filled[:, joint] = _repaired_joint(times, path[:, joint], cutoff, _OUTLIER * height)
    unknown = np.isnan(path[between])
    path[between] = np.where(unknown, kept, path[between])
    filled[between] = False  # the picture was looked at
    marks = np.full(len(frames), None, object)
    marks[at] = names_of(swapped)
    is_smoothed = cutoff_hz and len(seen) >= LEAST_SAMPLES
    used = [cutoff_used(times, hz) if is_smoothed else None for hz in (cutoff_hz, QUICK * cutoff_hz)]
    sure = rows["confidence"].to_numpy()
    columns = {
        "frame": pa.array(frames, pa.int32()),
        "time_s": pa.array(times),
        "track": pa.array(np.full(len(frames), rows["track"][0].as_py()), pa.int32()),
        **{name: pa.array(np.interp(times, times[at], boxes[:, i]), pa.float32()) for i, name in enumerate(BOX)},
        "confidence": pa.array(_lower_neighbour(sure, there), pa.float32()),
        **{name: _nullable(path.reshape(len(frames), -1)[:, i]) for i, name in enumerate(XYC)},
        "estimator": pa.array([rows["estimator"][0].as_py()] * len(frames), pa.string()),
        "state": pa.array(np.where(there, "estimated", "interpolated")),
        "filled": pa.array([", ".join(np.array(KEYPOINTS)[row]) or None for row in filled], pa.string()),
        "swapped": pa.array(marks, pa.string()),
        **{name: pa.array([hz] * len(frames), pa.float32()) for name, hz in zip(_CUTOFFS, used, strict=True)},
    }
    return POSE_KEYPOINTS.cast(pa.table(columns))


_CUTOFFS = ("cutoff_hz", "quick_cutoff_hz")


def _with_missed(seen: np.ndarray, film_times: np.ndarray) -> np.ndarray:
    """Add the frames in which the person was missed for no longer than GAP_S, in the track's own step.

    A person who is looked at only from time to time was not missed.
    """
    if len(seen) < 3:
        return seen
    steps = np.diff(seen)
    step = int(np.median(steps))
    between = [
        np.arange(a + step, b, step)
        for a, b in zip(seen[:-1][steps > step], seen[1:][steps > step], strict=True)
        if film_times[b] - film_times[a] <= GAP_S + 1e-6
    ]
    return np.unique(np.concatenate([seen, *between])).astype(seen.dtype)


def _between_pictures(film_times: np.ndarray, film_repeats: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Which of the rows in the frames `seen` show a picture once more that stands for no longer than GAP_S."""
    picture = np.maximum.accumulate(np.where(film_repeats, 0, np.arange(len(film_times))))[seen]
    fresh = np.flatnonzero(np.diff(picture, prepend=-1) > 0)
    after = np.searchsorted(fresh, np.arange(len(seen)), side="right")
    last, following = fresh[after - 1], np.append(fresh, len(seen) - 1)[after]
    short = film_times[seen[following]] - film_times[seen[last]] <= GAP_S + 1e-6
    return np.flatnonzero((last < np.arange(len(seen))) & short)


def _repaired_joint(
    times: np.ndarray, joint: np.ndarray, cutoff_hz: float, floor: float
) -> tuple[np.ndarray, np.ndarray]:
    """Repair the path of one joint.

    Only confident samples are smoothed and fill gaps; where the joint stays uncertain for long, it is left as the
    estimator guessed it.

    Args:
        times: (n,) seconds.
        joint: (n, 3) x, y in px and confidence.
        cutoff_hz: Cut-off of the low-pass, Hz.
        floor: Samples nearer than this to their neighbours' median are no outliers, px.

    Returns:
        The joint (n, 3), and (n,) which samples are filled in.
    """
    sure = np.isfinite(joint).all(axis=1) & (joint[:, 2] >= _SURE)
    path = np.where(sure[:, None], joint[:, :2], np.nan)
    jumped = outliers(times, path, floor)
    path[jumped] = np.nan
    sure &= ~jumped
    smooth, filled = smoothed(times, path, cutoff_hz)
    known = sure | filled
    out = np.where(jumped[:, None], np.nan, joint)
    out[known, :2] = smooth[known]
    out[:, 2] = np.where(filled, _lower_neighbour(joint[sure, 2], sure), out[:, 2])
    return out, filled


def _lower_neighbour(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Values at all n samples, given where `known`: between two of them, the lower one."""
    out = np.full(len(known), np.nan)
    if len(values):
        before = np.clip(np.cumsum(known) - 1, 0, len(values) - 1)
        after = np.clip(np.cumsum(known) - known, 0, len(values) - 1)
        out = np.minimum(values[before], values[after])
    return out


def _nullable(values: np.ndarray) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.float32(), mask=np.isnan(values))
