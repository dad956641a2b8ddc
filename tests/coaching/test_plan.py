"""The week is made of the film's own findings, in the words of its sport, and never of another film's."""

import json

import pytest

from gametape.coaching import week_plan
from gametape.film.sidecar import Sidecar
from gametape.sports.load import rules_for
from gametape.sports.rules import DAYS
from gametape.tables.coaching import FINDINGS

BATTING, BOWLING = (Sidecar(sport="cricket", mode=mode) for mode in ("batting", "bowling"))


def found(*codes: str, sidecar: Sidecar = BATTING, severity: str = "medium", **changes):
    """Findings as `find` words them, the gravest first."""
    rules, rows = rules_for(sidecar.sport, sidecar.mode), []
    for code in codes:
        topic, advice = rules.texts.topics[code]
        rows.append(
            {
                "code": code, "title": topic.title, "severity": severity, "subject": "track:0", "role": "player",
                "metric": rules.limits.rules[code].metric, "value": 1.0, "threshold": 0.5, "unit": "x", "confidence": 0.8,
                "confidence_reason": "", "sure": True, "why": advice.why, "cues": "[]", "drills": json.dumps(advice.drills),
                "evidence": "[]", **changes,
            }
        )  # fmt: skip
    return FINDINGS.from_rows(rows)


def steps(table) -> list[dict]:
    return [one for day in table["activities"].to_pylist() for one in json.loads(day)]


def test_a_week_has_seven_days_that_add_up():
    week = week_plan(found("HEAD_MOVEMENT", "BALANCE_DRIFT"), BATTING)
    assert week["day"].to_pylist() == list(DAYS)
    for day in week.to_pylist():
        assert day["minutes"] == sum(one["minutes"] for one in json.loads(day["activities"])) > 0


def test_drills_are_the_findings_own_and_the_gravest_comes_first_and_most():
    codes = ("KNEE_COLLAPSE", "HEAD_MOVEMENT", "BALANCE_DRIFT", "ELBOW_DROP")
    findings = found(*codes)
    drills = {row["code"]: json.loads(row["drills"]) for row in findings.to_pylist()}
    told = [one for one in steps(week_plan(findings, BATTING)) if one["code"]]
    assert all(one["what"] in drills[one["code"]] for one in told)
    assert [one["what"] for one in told[:2]] == drills["KNEE_COLLAPSE"][:2], "a drill is not repeated before the others"
    counts = [sum(one["code"] == code for one in told) for code in codes[:3]]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[2] > 0


@pytest.mark.parametrize("codes", [("HEAD_MOVEMENT",), ("HEAD_MOVEMENT", "BALANCE_DRIFT")])
def test_fewer_findings_leave_no_step_empty(codes):
    week = week_plan(found(*codes), BATTING)
    assert {one["code"] for one in steps(week) if one["code"]} == set(codes)
    assert len([one for one in steps(week) if one["code"]]) == 8


def test_a_film_plans_the_same_whatever_was_planned_before_it():
    """A plan that was written into its template would tell the next player to do this one's drills."""
    mine, other = found("HEAD_MOVEMENT"), found("KNEE_COLLAPSE", sidecar=BOWLING, severity="high")
    template = rules_for("cricket", "batting").texts.week.model_dump_json()
    first = week_plan(mine, BATTING)
    assert not first.equals(week_plan(other, BOWLING))
    assert week_plan(mine, BATTING).equals(first)
    assert rules_for("cricket", "batting").texts.week.model_dump_json() == template


def test_the_templates_cannot_be_changed():
    step = rules_for(None, None).texts.week.work[0].steps[0]
    with pytest.raises(ValueError, match="frozen"):
        step.minutes = 90


def test_without_findings_the_week_maintains():
    assert week_plan(found(), Sidecar()).num_rows == 0, "nobody knows what a player of no sport keeps up"
    week = week_plan(found(), BATTING)
    assert week.num_rows == 7 and not any(one["code"] for one in steps(week))
    assert any("Strength" in day for day in week["focus"].to_pylist())


def test_each_sport_and_mode_practises_in_its_own_words():
    places = [("cricket", m) for m in ("batting", "bowling", "wicketkeeping", "fielding")]
    places += [("tennis", None), ("tennis", "serve"), ("table tennis", None), ("golf", None)]
    weeks = [str(week_plan(found(), Sidecar(sport=sport, mode=mode)).to_pydict()) for sport, mode in places]
    assert len(set(weeks)) == len(places)
    assert "Nets" in weeks[0] and "Nets" not in weeks[1]


def test_a_severe_knee_takes_the_pace_out_of_the_whole_week():
    for severity, stopped in (("high", 3), ("medium", 0)):
        findings = found("HEAD_MOVEMENT", "KNEE_COLLAPSE", sidecar=BOWLING, severity=severity)
        week = week_plan(findings, BOWLING)
        told = [one["what"] for one in steps(week)]
        saturday = dict(zip(week["day"].to_pylist(), week["minutes"].to_pylist(), strict=True))["Saturday"]
        assert saturday == (40 if stopped else 65)
        assert sum("Leave out fast bowling" in what for what in told) == stopped
        assert any("full run" in what for what in told) == (not stopped)


def test_a_film_that_shows_too_little_changes_the_filming_not_the_training():
    findings = found("POSE_VISIBILITY_LOW", severity="high", subject="film")
    week = week_plan(findings, BATTING)
    assert week["focus"].to_pylist()[0] == week_plan(found(), BATTING)["focus"].to_pylist()[0]
    assert [one["code"] for one in json.loads(week["activities"].to_pylist()[-1])] == [None, "POSE_VISIBILITY_LOW"]
    assert not any(one["code"] for day in week["activities"].to_pylist()[:-1] for one in json.loads(day))


def test_words_from_elsewhere_stay_words():
    evil = "</script>{0}{day} % {{ x }} \u202e\u0000"
    week = week_plan(found("HEAD_MOVEMENT", title=evil, drills=json.dumps([evil])), BATTING)
    assert evil in week["focus"].to_pylist()[0] and evil in [one["what"] for one in steps(week)]
