"""A metric has one name in a report, wherever it stands there."""

import pyarrow as pa
import pytest

from gametape import tables
from gametape.coaching.progress import judge
from gametape.coaching.stroke_measures import FORMS
from gametape.report.finding_cards import finding_cards
from gametape.report.head_to_head import head_to_heads
from gametape.report.history import History, comparison, progress_lines
from gametape.report.metric_tables import metric_tables
from gametape.report.plan_and_goals import goal_outcomes
from gametape.report.words import words
from tests.report import made_film as made

HEIGHT = {"metric": "stroke_contact_height", "unit": "heights"}


def measured(*kinds: str) -> pa.Table:
    """The metric of track 0 and on, over strokes of one kind each."""
    row = {**HEIGHT, "value": 0.8, "n": 4}
    methods = [f"median over the strokes ({kind}): height of the hand" for kind in kinds]
    rows = [
        row | {"subject": f"track:{track}", **made.whose(f"track:{track}"), "method": method}
        for track, method in enumerate(methods)
    ]
    return tables.METRICS.from_rows(rows)


def films(*kinds: str) -> History:
    row = {
        "player": "Ana",
        "sport": "cricket",
        "mode": "bowling",
        **HEIGHT,
        "reason": None,
        "repeats": 9,
        "n": len(kinds),
    }
    open_ = {"habit_error": 0.01, "confidence": 0.9, "slope": None, "slope_error": None}
    rows = [
        row
        | open_
        | {
            "film": at,
            "films": len(kinds),
            "video": f"v{at}",
            "uploaded_at": f"2026-01-0{at}T10:00:00",
            "value": 0.7 + 0.1 * at,
        }
        | {"previous": 0.7 + 0.1 * (at - 1) if at > 1 else None, "delta": 0.1 if at > 1 else None}
        | {"method": f"median over the strokes ({kind}): height of the hand"}
        for at, kind in enumerate(kinds, 1)
    ]
    progress = pa.Table.from_pylist(rows)
    return History(progress, progress, made.empty(tables.FINDINGS))


@pytest.mark.parametrize(("language", "name"), [("en", "Release height"), ("de", "Höhe beim Loslassen")])
def test_a_deliverys_number_has_one_name_in_the_whole_report(language, name):
    say, metrics = words(language), measured("delivery", "delivery")
    labels = made.MetricLabels(metrics, say)
    found = {
        "code": "LOW_RELEASE",
        "title": "",
        "severity": "low",
        "confidence": 1.0,
        "confidence_reason": "",
        "sure": True,
    }
    found |= {
        "subject": "track:0",
        "role": "player",
        "value": 0.8,
        "threshold": 0.9,
        "why": "",
        "cues": "[]",
        "drills": "[]",
    }
    (card,) = finding_cards(tables.FINDINGS.from_rows([{**HEIGHT, **found, "evidence": "[]"}]), {}, say, labels)
    goal = {
        **HEIGHT,
        "subject": "track:0",
        "bound": "at_least",
        "target": 0.9,
        "actual": 0.8,
        "met": False,
        "delta": -0.1,
    }
    (outcome,) = goal_outcomes(tables.GOAL_OUTCOMES.from_rows([goal]), {}, say, labels)
    row = {**HEIGHT, "subject": "track:0", "role": "player", "other_subject": "track:1", "other_role": "opponent"}
    row |= {"value": 0.8, "other_value": 0.9, "n": 4, "other_n": 4, "difference": -0.1, "state": "worse", "reason": "x"}
    (beside,) = head_to_heads(tables.HEAD_TO_HEAD.from_rows([row]), {}, say, labels)
    known = films("delivery", "delivery")
    (then,) = comparison(known, say).compared
    _, (line,) = progress_lines(judge(known.progress), known.progress, say)
    shown, _ = metric_tables(metrics, {}, [], 0.0, say, {})
    assert {card.metric, outcome.label, beside.duels[0].label.partition(",")[0], then.label, line[0]} == {name}
    assert name in str(shown)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_strokes_card_and_the_tables_call_a_deliverys_measures_alike(language):
    """The card's names are shorter, and no other: each of their words begins one of the table's, in order."""
    say, metrics = words(language), {one.column: one.metric for one in FORMS if not one.scatter}
    short = say.section("form_delivery")
    assert len(short) == 4
    for column, name in short.items():
        rest = iter(say(f"metric_delivery.{metrics[column]}").split())
        assert all(any(long.startswith(word) for long in rest) for word in name.split()), (column, name)


def test_of_strokes_unlike_in_kind_a_metric_has_its_general_name():
    labels = made.labels(measured("delivery", "forehand"))
    assert labels("stroke_contact_height", "track:0") == "Release height"
    assert labels("stroke_contact_height", "track:1") == "Contact height"
    assert labels("stroke_contact_height", "track:0", "track:1") == "Contact height"
    assert labels("stroke_contact_height", None) == labels("stroke_contact_height", "track:9") == "Contact height"
    _, (line,) = progress_lines(
        judge(films("delivery", "forehand").progress), films("delivery", "forehand").progress, words()
    )
    assert line[0] == "Contact height", "as the newest film calls it"
