"""How accurate the poses are that users get, on real film with a reference."""

from pathlib import Path

import pytest

from gametape.base.settings import Settings
from gametape.evaluation.pose import evaluate_pose


@pytest.mark.slow
def test_users_get_accurate_poses(shared: Path, chosen: Settings):
    """Against a calibrated multi-camera reconstruction of the same film."""
    film = shared / "data/pose/balancing"
    scores = evaluate_pose(film / "cam01.mp4", film / "reference_cam01.npz", chosen)
    assert scores["frames"] == 100
    assert scores["pck_0_1"] > 0.96 and scores["pck_0_2"] >= 0.97
    assert scores["knee_median_deg"] <= 10 and scores["elbow_median_deg"] <= 10
    assert scores["cpu_ms_per_frame"] < 60  # 17 on a quiet machine; a guard against doing the work twice
