"""Each check fails on the fault it is there for, and passes without it."""

import json

import numpy as np
import pyarrow as pa
import pytest

from gametape.ball.checks import ball_is_sound, events_are_sound
from gametape.coaching.checks import findings_have_evidence, values_or_reasons
from gametape.media.checks import frames_add_up
from gametape.play.checks import flights_are_sound, rallies_are_sound
from gametape.strokes.checks import strokes_are_sound
from gametape.strokes.form import MEASURES
from gametape.tables.ball import BALL_EVENTS, BALL_FLIGHTS, BALL_TRAJECTORY, RALLIES
from gametape.tables.coaching import FINDINGS, METRICS, STROKES
from gametape.tables.film import FRAMES


def frames(times):
    n = len(times)
    return FRAMES.cast(
        pa.table(
            {
                "frame": np.arange(n),
                "time_s": times,
                "shown_s": times,
                "source_pts": np.arange(n),
                "keyframe": [True] * n,
                "shot": [0] * n,
                "sharpness": [1.0] * n,
                "luma": [99.0] * n,
                "repeats_previous": [False] * n,
            }
        )
    )


def passed(verdicts):
    return {v.check: v.passed for v in verdicts}


def test_frames_that_agree_with_the_clock_pass():
    assert all(passed(frames_add_up(frames(np.arange(30) / 30), 30, 30.0)).values())


def test_a_header_that_lies_is_told():
    verdicts = frames_add_up(frames(np.arange(164) / 30), 296, 30.0)
    assert not passed(verdicts)["frames_match_the_clock"] and "164 decode" in verdicts[1].message


def test_times_that_go_back_are_a_fault():
    assert not passed(frames_add_up(frames(np.array([0.0, 0.2, 0.1])), None, None))["frames_in_order"]


def ball(**columns):
    rows = [
        {
            "frame": 0,
            "time_s": 0.0,
            "state": "detected",
            "x": 5.0,
            "y": 5.0,
            "confidence": 0.9,
            "tracker": "t",
        }
        | columns
    ]
    return BALL_TRAJECTORY.from_rows(rows)


def test_a_ball_outside_the_picture_is_a_fault():
    assert passed(ball_is_sound(ball(), 10, 10, 1))["ball_inside_the_picture"]
    assert not passed(ball_is_sound(ball(x=11.0), 10, 10, 1))["ball_inside_the_picture"]


def test_a_detected_ball_without_a_place_is_a_fault():
    for x in (None, float("nan")):
        assert not passed(ball_is_sound(ball(x=x), 10, 10, 1))["ball_has_a_place_when_seen"]


def test_a_ball_never_seen_is_worth_a_warning():
    verdict = ball_is_sound(ball(state="absent", x=None, y=None), 10, 10, 100)[-1]
    assert not verdict.passed and not verdict.is_error


def test_a_metric_with_neither_value_nor_reason_is_a_fault():
    row = {"subject": "ball", "metric": "speed", "unit": "px/s", "n": 0, "method": "m"}
    assert passed(values_or_reasons(METRICS.from_rows([row | {"reason": "no ball"}, row | {"value": 1.0}])))[
        "value_or_reason"
    ]
    for wrong in ({}, {"value": 1.0, "reason": "both"}, {"value": float("nan")}):
        assert not passed(values_or_reasons(METRICS.from_rows([row | wrong])))["value_or_reason"]


def test_a_finding_without_evidence_is_a_fault():
    row = {
        "code": "HEAD_MOVEMENT", "title": "t", "severity": "low", "subject": "track:0", "metric": "m", "value": 1.0,
        "threshold": 2.0, "unit": "u", "confidence": 0.5, "confidence_reason": "r", "why": "w", "cues": "[]", "drills": "[]",
    }  # fmt: skip
    assert not passed(findings_have_evidence(FINDINGS.from_rows([row | {"evidence": "[]"}])))["evidence_given"]
    assert passed(findings_have_evidence(FINDINGS.from_rows([row | {"evidence": '[{"start_s": 1}]'}])))[
        "evidence_given"
    ]


@pytest.mark.parametrize(("seen", "passes"), [(4, False), (5, True)])
def test_a_ball_seen_in_less_than_5_percent_of_the_frames_is_worth_a_warning(seen, passes):
    rows = [
        {"frame": n, "time_s": n / 30, "state": "detected", "x": 5.0, "y": 5.0, "confidence": 0.9, "tracker": "t"}
        for n in range(seen)
    ]
    verdict = ball_is_sound(BALL_TRAJECTORY.from_rows(rows), 10, 10, 100)[-1]
    assert verdict.passed == passes and verdict.facts["coverage"] == seen / 100


def events(*rows):
    kept = ("frame", "time_s", "confidence")
    return BALL_EVENTS.from_rows(
        [dict(zip(kept, row, strict=True)) | {"kind": "hit", "x": 1.0, "y": 1.0} for row in rows]
    )


def test_events_outside_the_film_out_of_order_or_surer_than_sure_are_faults():
    film = np.arange(90) / 30
    assert all(passed(events_are_sound(events((3, 0.1, 0.5), (60, 2.0, 1.0)), film)).values())
    assert all(passed(events_are_sound(events(), film)).values())
    assert not passed(events_are_sound(events((90, 3.2, 0.5)), film))["events_inside_the_film"]
    assert not passed(events_are_sound(events((60, 2.0, 0.5), (3, 0.1, 0.5)), film))["events_in_order"]
    assert not passed(events_are_sound(events((3, 0.1, 0.5), (3, 0.12, 0.5)), film))["events_in_order"]
    assert not passed(events_are_sound(events((3, 0.1, 0.5), (4, 0.1, 0.5)), film))["events_in_order"]
    assert not passed(events_are_sound(events((3, 0.1, 1.5)), film))["event_confidence_in_range"]


def test_rallies_follow_each_other_and_have_a_shot():
    def sound(*spans, shots=1):
        rows = [
            {"rally": n, "start_frame": 0, "end_frame": 9, "start_s": start, "end_s": end, "duration_s": end - start}
            | {"shots": shots, "bounces": 1, "impacts": 0, "flights": 2, "ended": "lost"}
            | {"seen_share": 1.0, "confidence": 0.9}
            for n, (start, end) in enumerate(spans)
        ]
        return passed(rallies_are_sound(RALLIES.from_rows(rows)))["rallies_in_order"]

    assert sound((1.0, 2.0), (2.0, 3.0)) and sound((1.0, 2.0), (1.5, 3.0), (4.0, 5.0)) is False
    assert not sound((1.0, 2.0), (2.0, 4.0), (3.0, 5.0))
    assert not sound((2.0, 2.0)) and not sound((1.0, 2.0), shots=0)


def test_strokes_lie_in_the_film_in_order_with_a_reason_for_each_null():
    film = np.arange(90) / 30
    unknown = json.dumps(dict.fromkeys(MEASURES, "not_seen"))

    def sound(*contacts, **more):
        rows = [
            {"stroke": n, "track": 0, "kind": "swing", "kind_reason": "r", "confidence": 0.5, "confidence_reason": "r"}
            | {"hand_reason": "r", "contact_source": "wrist", "contact_frame": 0, "contact_s": at, "unknown": unknown}
            | more
            for n, at in enumerate(contacts)
        ]
        return passed(strokes_are_sound(STROKES.from_rows(rows), film))

    assert all(sound(0.5, 2.5).values()) and all(sound().values())
    for wrong in ((0.5, 3.1), (-0.1, 2.0), (2.0, 1.0)):
        assert not sound(*wrong)["strokes_inside_the_film"]
    assert not sound(1.0, end_s=0.9)["phases_in_order"] and sound(1.0, end_s=1.1)["phases_in_order"]
    assert not sound(1.0, trunk_lean=4.0)["measure_or_reason"] and not sound(1.0, unknown="{}")["measure_or_reason"]


def flights_sound(*told):
    """The verdict on flights that follow each other, nothing known of them but what is told."""
    unknown = {"began": "hit", "ended": "bounce", "seen": 9, "spin": "unknown"}
    unknown |= {"speed_reason": "r", "swing_reason": "r"}
    rows = [
        {"flight": n, "start_frame": 9 * n, "end_frame": 9 * n + 8, "start_s": 0.3 * n, "end_s": 0.3 * n + 0.3}
        | unknown
        | more
        for n, more in enumerate(told)
    ]
    return passed(flights_are_sound(BALL_FLIGHTS.from_rows(rows)))["flights_in_order"]


@pytest.mark.parametrize("name", ["speed_start_mps", "start_height_m", "swing_deg"])
def test_what_is_told_of_a_flight_outside_its_band_is_a_fault(name):
    for low, value, high, sound in ((-1.0, 0.5, 2.0, True), (1.0, 0.5, 2.0, False), (-1.0, 0.5, 0.4, False)):
        told = {f"{name}_low": low, name: value, f"{name}_high": high}
        assert flights_sound({}, told) == sound, told


def test_a_flights_value_needs_a_band_of_its_own():
    value, band = {"swing_deg": 2.0}, {"swing_deg_low": 1.0, "swing_deg_high": 3.0}
    assert flights_sound(value | band, {})
    assert not flights_sound(value, band), "the band is another flight's"


@pytest.mark.parametrize(("name", "reason"), [("speed_start_mps", "speed_reason"), ("swing_deg", "swing_reason")])
def test_a_flight_of_which_something_is_not_known_says_why(name, reason):
    known = {f"{name}_low": 1.0, name: 2.0, f"{name}_high": 3.0}
    assert flights_sound({}, known | {reason: None})
    assert not flights_sound(known, {reason: None}), "neither a value nor why not"
