"""From what the estimator saw to each person's motion.

Belongs here: the order of the steps, the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.lake.contracts import POSE_KEYPOINTS

if TYPE_CHECKING:
    import pyarrow as pa


def repaired(estimates: pa.Table, people: pa.Table) -> pa.Table:
    """Everybody in `people` (contract PEOPLE) with the joints of `estimates` (contract POSE_ESTIMATES), by contract
    POSE_KEYPOINTS, ordered by frame and track."""
    keys = ["frame", "person"]
    joined = people.select([*keys, "track"]).join(estimates, keys, join_type="inner")
    table = POSE_KEYPOINTS.cast(joined.select(POSE_KEYPOINTS.names))
    return table.sort_by([("frame", "ascending"), ("track", "ascending")]).combine_chunks()
