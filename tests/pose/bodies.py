"""Bodies for tests: one keypoint layout in pixels, and rows of poses made of them."""

import numpy as np
import pyarrow as pa

from gametape.film.sidecar import Sidecar
from gametape.pose.clothes import COLUMNS
from gametape.pose.linking import Links
from gametape.pose.people import with_subject
from gametape.tables.pose import KEYPOINTS, PEOPLE, POSE_ESTIMATES, POSE_KEYPOINTS

STANDING = {
    "nose": (0, -90), "left_eye": (3, -93), "right_eye": (-3, -93), "left_ear": (7, -90), "right_ear": (-7, -90),
    "left_shoulder": (20, -70), "right_shoulder": (-20, -70), "left_elbow": (26, -40), "right_elbow": (-26, -40),
    "left_wrist": (28, -12), "right_wrist": (-28, -12), "left_hip": (12, -10), "right_hip": (-12, -10),
    "left_knee": (12, 40), "right_knee": (-12, 40), "left_ankle": (12, 85), "right_ankle": (-12, 85),
    "left_heel": (10, 90), "right_heel": (-10, 90), "left_toe": (20, 92), "right_toe": (-20, 92),
    "left_index": (28, -4), "right_index": (-28, -4), "left_thumb": (25, -6), "right_thumb": (-25, -6),
}  # fmt: skip


def standing(x: float, y: float, scale: float = 1.0) -> np.ndarray:
    """(25, 2): somebody who stands facing the camera, the middle of the body at x, y."""
    return np.array([STANDING[name] for name in KEYPOINTS], float) * scale + (x, y)


def box(keypoints: np.ndarray) -> np.ndarray:
    return np.concatenate([keypoints.min(axis=0), keypoints.max(axis=0)])


def poses(*people: dict[str, tuple[float, float]], sure: float = 0.9) -> pa.Table:
    """A row a person, each given as the pixels of some joints; the rest is null."""
    rows = []
    for frame, joints in enumerate(people):
        row = {"frame": frame, "time_s": frame / 25, "track": 0, "confidence": sure, "estimator": "test"}
        row["state"] = "estimated"
        for name, (x, y) in joints.items():
            row |= {f"{name}_x": x, f"{name}_y": y, f"{name}_c": sure}
        rows.append(row)
    return POSE_KEYPOINTS.from_rows(rows)


def estimates_of(rows: pa.Table) -> pa.Table:
    """Rows of POSE_KEYPOINTS as the estimator gives them: without tracks, in bare skin."""
    frames = rows["frame"].to_numpy()
    order = np.argsort(frames, kind="stable")
    numbers = np.empty(len(frames), np.int32)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(frames[order])) + 1]) if len(frames) else np.zeros(0, int)
    lengths = np.diff(np.append(starts, len(frames)))
    numbers[order] = np.concatenate([np.arange(n) for n in lengths]) if len(frames) else np.zeros(0, int)
    columns = {name: rows[name] for name in POSE_ESTIMATES.names if name in rows.column_names}
    bare = {name: pa.nulls(len(frames), pa.float32()) for name in COLUMNS}
    return POSE_ESTIMATES.cast(pa.table(columns | bare | {"person": numbers}))


def people_of(rows: pa.Table, sidecar: Sidecar, *, looked_at: int, width: int, height: int) -> pa.Table:
    """The people of rows of POSE_KEYPOINTS whose tracks are known."""
    if not rows.num_rows:
        return PEOPLE.from_rows([])
    links = Links(rows["track"].to_numpy(), {})
    return with_subject(estimates_of(rows), links, sidecar, looked_at=looked_at, width=width, height=height)
