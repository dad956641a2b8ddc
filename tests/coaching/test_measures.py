"""Everything is measured once: the table of measures holds the evidence, and whoever needs it reads it there."""

from dataclasses import replace

import numpy as np
import pytest

from gametape.coaching import find, metric_frames, metrics_of
from gametape.coaching.measures import body_of, measured_with_evidence
from gametape.film.sidecar import Player, Sidecar
from gametape.lake import sql
from gametape.lake.store import Lake
from gametape.movement import motion
from gametape.movement.coaching_measures import coaching_measures
from gametape.sports.load import rules_for
from tests.coaching.test_metrics import empty
from tests.movement.stickman import Figure, burst, dip, film

BATTING = Sidecar(sport="cricket", mode="batting", players=(Player(handedness="right"),), camera={"view": "side"})
RULES = rules_for("cricket", "batting")
FAULTY = Figure(
    seconds=6, hip_shift=lambda t: 0.3 + 0 * t, left_knee=lambda t: dip(2.0, 100)(t) + dip(4.0, 110)(t) - 175,
    right_wrist=lambda t: burst(2.0, 4.0)(t) + burst(4.0, -4.0)(t),
)  # fmt: skip


def test_the_table_holds_the_evidence_as_it_was_measured():
    shot = film(FAULTY)
    read = measured_with_evidence(shot.measures(BATTING), "track:0")
    body = body_of(shot.poses, shot.angles, BATTING, RULES.strokes, 0)
    assert set(read) >= {"balance_drift", "front_knee_brace"}
    for measured in (m for m in coaching_measures(body) if m.has_evidence):
        kept = read[measured.metric]
        assert (kept.value, kept.n, kept.seen, kept.joints) == (
            measured.value, measured.n, measured.seen, measured.joints,
        )  # fmt: skip
        assert kept.actions == measured.actions
        assert (kept.curve is None) == (measured.curve is None)
        if measured.curve:
            np.testing.assert_array_equal(kept.curve.value, measured.curve.value)
            np.testing.assert_array_equal(kept.curve.time_s, measured.curve.time_s)


def test_nobody_measures_the_body_again(monkeypatch: pytest.MonkeyPatch):
    shot = film(FAULTY)
    measures = shot.measures(BATTING)
    monkeypatch.setattr(motion.Motion, "__init__", lambda *_: pytest.fail("the body is measured again"))
    limits, where = RULES.limits, {"poses": shot.poses, "ball": shot.ball, "view": "side"}
    metrics = metrics_of(measures, limits)
    assert find(metrics, measures, **where, limits=limits, texts=RULES.texts).num_rows
    assert metric_frames(measures, frames=shot.frames, limits=limits).num_rows


def test_evidence_is_a_query_away(tmp_path):
    shot = film(replace(FAULTY, hip_shift=lambda t: 0 * t))
    lake = Lake(str(tmp_path))
    lake.write_table("measures", "v", shot.measures(BATTING))
    knee = "from measures where metric = 'front_knee_brace'"
    worst = sql.query(f"select unnest(action_worst_s) as at_s, unnest(action_value) as deg {knee}", lake.base_uri)
    assert worst["at_s"].to_pylist() == pytest.approx([2.0, 4.0], abs=0.03)
    assert worst["deg"].to_pylist() == pytest.approx([100, 110], abs=2)
    (least,) = sql.query(f"select list_min(list_filter(curve, lambda x: not isnan(x))) as deg {knee}", lake.base_uri)[
        "deg"
    ]
    assert least.as_py() == pytest.approx(100, abs=2)


def test_what_the_mode_does_not_use_is_measured_and_no_metric():
    measures = empty().measures(BATTING)
    batting = set(metrics_of(measures, RULES.limits)["metric"].to_pylist())
    every = set(measures["metric"].to_pylist())
    assert "bowling_length" in every - batting and "shot_speed" in batting
