"""From the tables of people to who is in front: what a click says, and what a name without one does not."""

import numpy as np
import pyarrow as pa
import pytest

from gametape.presenter.found import presenter_found, why_nobody
from gametape.tables.pose import PEOPLE, POSE_ESTIMATES

COUNT, SIZE = 200, {"width": 960, "height": 540}
STANDS = {"x1": 560.0, "y1": 220.0, "x2": 640.0, "y2": 400.0}
HEAD = {"x1": 225.0, "y1": 340.0, "x2": 375.0, "y2": 540.0}
#: Of the one who stands and faces the camera.
JOINTS = {
    "left_shoulder": (620, 260), "right_shoulder": (580, 260), "left_hip": (615, 310), "right_hip": (585, 310),
    "left_knee": (612, 350), "right_knee": (588, 350), "left_ankle": (612, 390), "right_ankle": (588, 390),
}  # fmt: skip
BACK = {"left_shoulder": (250, 480), "right_shoulder": (350, 480)}


def tables(*, stands: bool = True) -> tuple[pa.Table, pa.Table, pa.Table]:
    """PEOPLE, POSE_ESTIMATES and FRAMES of 20 s: a large head of the audience, who is the sidecar's only player."""
    who, poses = [], []
    for frame in range(COUNT):
        now = {"frame": frame, "time_s": frame / 10, "confidence": 0.9}
        for person, (box, joints) in enumerate([(HEAD, BACK), (STANDS, JOINTS)][: 2 if stands else 1]):
            one = now | box | {"person": person}
            flags = {"track": person + 1, "subject": person == 0, "choice": "", "player": None if person else 0}
            seen = {f"{j}_{axis}": float(v) for j, at in joints.items() for axis, v in zip("xy", at, strict=True)}
            sure = {f"{joint}_c": 0.9 for joint in joints}
            who.append(one | flags)
            poses.append(one | seen | sure | {"estimator": "made"})
    frames = pa.table({"time_s": np.arange(COUNT) / 10, "shot": np.zeros(COUNT, int)})
    return PEOPLE.from_rows(who), POSE_ESTIMATES.from_rows(poses), frames


@pytest.mark.parametrize(
    ("clicked", "x", "evidence"), [((), 600, "stands_in_front(legs=1, seconds=19.9)"), ((0,), 300, "clicked")]
)
def test_only_a_click_overrides_the_rules(clicked, x, evidence):
    """The sidecar's only player is told among people without a click too: as the largest, longest and most central."""
    row = presenter_found(*tables(), range(COUNT), **SIZE, clicked=clicked).to_pylist()[50]
    assert (row["x1"] + row["x2"]) / 2 == x
    assert row["evidence"] == evidence and row["player"] == (0 if clicked else None)


def test_a_name_alone_makes_nobody_of_the_audience_the_presenter():
    assert why_nobody(*tables(stands=False), **SIZE) == "presenter_only_audience"
    assert why_nobody(*tables(stands=False), **SIZE, clicked=(0,)) is None
