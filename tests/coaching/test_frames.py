"""What a metric sums up can be seen frame by frame: the same value, its score, and where it is past the limit."""

import numpy as np
import pytest

from gametape.coaching import metric_frames, metrics_of
from gametape.film.sidecar import Sidecar
from gametape.lake import sql
from gametape.lake.store import Lake
from gametape.sports.load import limits_for
from tests.coaching.test_metrics import empty
from tests.movement.stickman import Camera, Figure, burst, dip, film

BATTING = Sidecar(sport="cricket", mode="batting", players=({"handedness": "right"},))


def by_frame(shot, sidecar=BATTING):
    measures = shot.measures(sidecar)
    limits = limits_for(sidecar.sport, sidecar.mode)
    metrics, table = metrics_of(measures, limits), metric_frames(measures, frames=shot.frames, limits=limits)
    return {row["metric"]: row for row in metrics.to_pylist()}, table


@pytest.mark.parametrize("fps", [25.0, 30.0, 50.0, 60.0])
def test_the_frames_are_those_the_metric_sums_up(fps):
    shifted = Figure(seconds=4, hip_shift=lambda t: 0.05 + 0.0 * t)
    metrics, table = by_frame(film(shifted, camera=Camera(fps=fps)))
    drift = [row for row in table.to_pylist() if row["metric"] == "balance_drift"]
    assert len(drift) == pytest.approx(4 * fps, abs=2)
    assert np.mean([row["value"] for row in drift]) == pytest.approx(metrics["balance_drift"]["value"], rel=0.02)
    assert drift[0]["score"] == pytest.approx(0.75, abs=0.02) and not any(row["bad"] for row in drift)
    assert [row["time_s"] for row in drift] == pytest.approx([row["frame"] / fps for row in drift])


def test_bad_spans_and_worst_frames_are_a_query_away(tmp_path):
    """A knee that gives way about the action: 175 degrees and 100 at 2.0 s."""
    shot = film(Figure(seconds=4, right_wrist=burst(2.0, 4.0), left_knee=dip(2.0, 100, width=0.05)))
    metrics, table = by_frame(shot)
    lake = Lake(str(tmp_path))
    lake.write_table("metric_frames", "v", table)
    worst = "from metric_frames where metric = 'front_knee_brace' order by score limit 1"
    (frame,) = sql.query(worst, lake.base_uri).to_pylist()
    assert frame["frame"] == 60 and frame["bad"]
    assert frame["value"] == pytest.approx(metrics["front_knee_brace"]["value"], abs=2)
    (span,) = sql.query("from metric_spans where metric = 'front_knee_brace'", lake.base_uri).to_pylist()
    # 175 - 75 exp(-t^2 / 2w^2) is under the limit of 130 for |t| < 0.0505 s: 1.5 frames.
    assert (span["start_frame"], span["end_frame"], span["frames"]) == (59, 61, 3)
    assert span["worst_score"] == pytest.approx(frame["score"])


def test_a_metric_without_a_limit_is_neither_good_nor_bad():
    _, table = by_frame(film(Figure(seconds=4)), Sidecar())
    elbows = [row for row in table.to_pylist() if row["metric"] == "elbow_drop"]
    assert elbows and {(row["bad"], row["score"]) for row in elbows} == {(None, None)}


def test_nobody_has_no_frames():
    _, table = by_frame(empty())
    assert table.num_rows == 0
