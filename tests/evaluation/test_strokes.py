"""The comparison of strokes with labels: known answers, labels that are wrong, and a whole film through the command."""

import json

import pytest
from typer.testing import CliRunner

from gametape.base.errors import BadInput
from gametape.evaluation.strokes import Found, Label, compare, matched, read_labels, read_strokes
from gametape.sample import load_truth, render
from gametape.tables.coaching import STROKES
from gametape.tables.pose import PEOPLE
from orchestration.cli import app


def found(contact_s: float, player: str = "near", kind: str | None = "forehand", sure: float = 0.8) -> Found:
    return Found(contact_s, player, kind, sure, 0.6 if kind else None)


def label(contact_s: float, player: str = "near", kind: str | None = "forehand") -> Label:
    return Label(contact_s, player, kind)


def test_the_figures_of_a_known_film():
    mine = [found(1.0), found(2.1, kind="backhand"), found(3.0, kind=None), found(5.0, "far"), found(9.0, "far")]
    theirs = [label(1.0), label(2.0), label(3.1), label(5.2, "far", None), label(7.0, "far")]
    figures = compare(mine, theirs)
    assert figures["recall"] == 0.8 and figures["precision"] == 0.8
    # Of the three with a kind by eye two are told, and one of these is right.
    assert figures["kind_told"] == 0.6667 and figures["kind_right"] == 0.5
    assert figures["contact_error_median_s"] == 0.1 and figures["contact_error_p90_s"] == pytest.approx(0.17)
    assert figures["confidence"] == 0.8 and figures["kind_confidence"] == 0.6
    near, far = figures["players"]["near"], figures["players"]["far"]
    assert (near["recall"], near["precision"], far["recall"], far["precision"]) == (1.0, 1.0, 0.5, 0.5)
    assert far["kind_told"] is None and far["kind_right"] is None


def test_nothing_found_and_nothing_labelled_are_null():
    assert compare([], [label(1.0)])["precision"] is None and compare([found(1.0)], [])["recall"] is None


def test_a_stroke_counts_for_one_label_and_for_its_player_alone():
    assert len(matched([found(1.0)], [label(0.9), label(1.1)])) == 1
    assert compare([found(1.0, "far")], [label(1.0)])["right"] == 0


def test_the_tolerance_is_a_border():
    assert len(matched([found(1.25)], [label(1.0)], 0.25)) == 1
    assert matched([found(1.26)], [label(1.0)], 0.25) == []


def test_of_all_ways_to_pair_the_one_with_most_pairs_counts():
    """Nearest first would pair 1.2 with 1.21 and leave two unpaired."""
    pairs = matched([found(1.0), found(1.2)], [label(1.21), label(1.42)], 0.25)
    assert [(one.contact_s, other.contact_s) for one, other in pairs] == [(1.0, 1.21), (1.2, 1.42)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "lacks the columns"),
        ("contact,player,kind\n1,near,forehand\n", "contact_s"),
        ("contact_s,player,kind\nsoon,near,forehand\n", "line 2: 'soon'"),
        ("contact_s,player,kind\n1,near,\n-1,near,\n", "line 3"),
        ("contact_s,player,kind\nnan,near,\n", "line 2"),
        ("contact_s,player,kind\n1,Smith,forehand\n", "no player"),
        ("contact_s,player,kind\n1,near,\n2,left,\n", "left, near"),
    ],
)
def test_wrong_labels_are_refused_with_the_reason(tmp_path, text, reason):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=reason):
        read_labels(path)
    with pytest.raises(BadInput, match="no labels"):
        read_labels(tmp_path / "none.csv")


def test_labels_are_read_in_order_of_time(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("contact_s,player,kind,note\n2, far ,unknown,x\n1,near,serve,\n3,near,\n")
    assert read_labels(path) == [label(1.0, kind="serve"), label(2.0, "far", None), label(3.0, kind=None)]


def stroke(track: int, contact_s: float) -> dict:
    reason = {"kind_reason": "r", "confidence_reason": "r", "hand_reason": "r", "unknown": "{}"}
    frames = {"contact_frame": 0, "contact_source": "ball", "stroke": 0}
    return {"track": track, "kind": "swing", "confidence": 0.5, "contact_s": contact_s, **reason, **frames}


def test_near_and_far_left_and_right_are_told_by_the_place():
    boxes = {1: (100, 600, 200, 900), 2: (500, 200, 540, 330), 3: (700, 500, 760, 700)}
    who = PEOPLE.from_rows(
        [{
            "frame": frame, "time_s": frame / 10, "person": track, "track": track, "confidence": 0.9, "subject": False,
            "choice": "c", **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True)),
        }
        for track, box in boxes.items()
        for frame in range(3)]
    )  # fmt: skip
    strokes = STROKES.from_rows([stroke(1, 0.0), stroke(2, 0.1), stroke(3, 0.2)])

    def players(*named: tuple[float, str]) -> list[str]:
        labels = [label(*one) for one in named]
        return [one.player for one in read_strokes(strokes, who, labels, 0.04)]

    assert players((0.0, "near"), (0.1, "far"), (0.2, "near")) == ["near", "far", "near"]
    assert players((0.0, "left"), (0.2, "right"), (0.1, "right")) == ["left", "right", "right"]
    # The border is where the labels have it, though the umpire at 900 px is nearer than both.
    assert players((0.2, "near"), (0.1, "far")) == ["near", "far", "near"]
    assert players((0.0, "near"), (0.2, "far")) == ["near", "far", "far"]
    assert players((0.0, "near")) == ["near"] * 3  # a player who is alone in the labels answers for everybody
    assert players((0.0, "1"), (0.1, "2")) == ["1", "2", "3"]
    assert all(one.kind is None for one in read_strokes(strokes, who, [label(0.0, "1")], 0.04))


def test_a_film_is_measured_like_an_upload(tmp_path):
    """The sample film with its own truth as labels, through the command."""
    made = render(tmp_path, seconds=2, size=(320, 180), fps=30, seed=3)
    contacts = [one.time_s for one in load_truth(made.truth).events if one.kind == "hit"]
    labels = tmp_path / "labels.csv"
    labels.write_text("contact_s,player,kind\n" + "".join(f"{second},near,\n" for second in contacts))
    result = CliRunner().invoke(app, ["eval", "strokes", str(made.film), str(labels), "--sport", "tennis"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["labelled"] == len(contacts) > 0
    assert figures["recall"] == 1 and figures["contact_error_p90_s"] < 0.04
