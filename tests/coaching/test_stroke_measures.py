"""What is said of all strokes together is what each of them shows, and only of the kinds that it is asked of."""

import json

import pytest

from gametape.base.reason import Reason
from gametape.coaching.checks import values_or_reasons
from gametape.coaching.stroke_measures import stroke_measures
from gametape.film.sidecar import Sidecar
from gametape.sports.load import stroke_rules_for
from gametape.tables.coaching import STROKES
from tests.coaching.test_findings import said
from tests.movement.stickman import SIDE_ON, Camera, Figure, burst, film

SERVE = stroke_rules_for("tennis", "serve")
MEASURES = STROKES.names[STROKES.names.index("peak_wrist_speed") : -1]


def table(*strokes: dict):
    blank = {c.name: {"string": "x", "int32": 0, "float32": 0.9, "float64": 0.0}[c.type] for c in STROKES.columns}
    rows = []
    for at, one in enumerate(strokes):
        row = {**blank, "track": 3, "stroke": at, "kind": "serve", "contact_s": 2.0 * at} | one
        reasons = {name: f"no {name}" for name in MEASURES if row[name] is None}
        rows.append({**row, "unknown": json.dumps(reasons), "load_s": row["contact_s"] - 0.5, "end_s": None})
    return STROKES.from_rows(rows)


def measured(strokes, rules=SERVE, track=3, reason=None):
    return {m.metric: m for m in stroke_measures(strokes, track, rules, reason)}


def test_the_median_of_the_asked_kind_alone():
    elbows = (150.0, 160.0, 176.0)
    strokes = table(*({"elbow_at_contact": e} for e in elbows), {"kind": "forehand", "elbow_at_contact": 90.0})
    found = measured(strokes)
    assert found["stroke_elbow"].value == 160.0 and found["stroke_elbow"].n == 3
    assert found["strokes"].value == 4 and found["serves"].value == 3 and found["forehands"].value == 1
    assert [i.worst_s for i in found["stroke_elbow"].actions] == [0.0, 2.0, 4.0]


def test_strokes_of_others_and_unsure_ones_are_not_counted():
    found = measured(table({"track": 4}, {"confidence": 0.3}, {}))
    assert found["strokes"].value == 1


def test_a_measure_that_no_stroke_shows_has_the_strokes_own_reason():
    found = measured(table({"knee_in_load": None}, {"knee_in_load": None}))
    assert found["stroke_knee"].value is None and found["stroke_knee"].reason == "no knee_in_load"
    assert measured(table())["stroke_knee"].reason == "no_stroke_of_the_kinds(kinds=[serve])"


def test_two_strokes_have_no_scatter():
    few, enough = table({}, {}), table(*({"contact_height": h} for h in (1.0, 1.2, 1.0, 1.2)))
    assert measured(few)["stroke_contact_scatter"].reason == Reason("strokes_too_few", n=2, needed=4)
    assert measured(enough)["stroke_contact_scatter"].value == pytest.approx(0.1)


def test_nobody_measured_nothing_counted():
    found = measured(table({}), reason="nobody was found")
    assert all(m.value is None and m.reason == "nobody was found" for m in found.values())


def test_too_few_poses_a_second_do_not_count_no_strokes():
    shot = film(Figure(seconds=4, right_wrist=burst(2.0, 4.0)), camera=Camera(fps=12))
    made = shot.metrics(Sidecar(sport="tennis"))
    row = next(r for r in made.to_pylist() if r["metric"] == "strokes")
    assert row["value"] is None and row["reason"].startswith("poses_too_seldom(")
    assert all(v.passed for v in values_or_reasons(made))


def test_a_stroke_finding_shows_the_strokes():
    """Straight legs in a ground stroke, seen from the side."""
    from gametape.film.sidecar import Camera as CameraSide
    from gametape.film.sidecar import Player

    side = Sidecar(
        sport="tennis", camera=CameraSide(view="side"), players=(Player(handedness="right"),), analyses=("pose",)
    )

    def strikes(*moments):
        return lambda t: sum((-1) ** i * burst(at, 4.0)(t) for i, at in enumerate(moments))

    figure = Figure(seconds=8, right_wrist=strikes(1.5, 3.5, 5.5), stance=SIDE_ON)
    shot = film(figure, camera=Camera(fps=60))
    found = said(shot, side)["STIFF_LEGS"]
    assert found["severity"] == "high" and found["value"] == pytest.approx(175, abs=1)
    spans = json.loads(found["evidence"])
    assert [round(s["worst_s"], 1) for s in spans] == [1.5, 3.5, 5.5]
    assert all(s["start_s"] <= s["worst_s"] <= s["end_s"] for s in spans)
