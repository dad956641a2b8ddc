"""The rendered team film and the figures that are measured on it."""

import numpy as np
import pytest

from gametape.evaluation.tracks import tracking_figures
from gametape.sample.soundtrack import RATE
from gametape.sample.team import PersonTruth, load_team_truth, render_team
from gametape.sample.team.play import FASTEST, STEP_S, paths
from gametape.sample.team.sound import heard
from gametape.tables.people import PERSON_TRACKS


def truth(frames: int = 20, **changed):
    base = {"side": "a", "number": "1", "y1": 10.0, "y2": 90.0, "visible": 1.0, "digit_px": 0.0} | changed
    return [
        PersonTruth(frame=frame, person=person, x1=100.0 * person, x2=100.0 * person + 40, **base)
        for frame in range(frames)
        for person in (1, 2)
    ]


def tracks(rows, of):
    return PERSON_TRACKS.from_rows(
        [
            {"frame": row.frame, "time_s": row.frame / 25, "track": of(row), "tracklet": of(row), "x1": row.x1,
             "y1": row.y1, "x2": row.x2, "y2": row.y2, "confidence": 0.9, "interpolated": False}
            for row in rows
        ]
    )  # fmt: skip


def test_what_is_right_throughout_is_1():
    figures = tracking_figures(truth(), tracks(truth(), lambda row: row.person), np.zeros(20, int))
    assert (figures["hota"], figures["idf1"]) == (pytest.approx(1), pytest.approx(1))


def test_two_who_are_exchanged_half_way_are_half_right():
    swapped = tracks(truth(), lambda row: row.person if row.frame < 10 else 3 - row.person)
    figures = tracking_figures(truth(), swapped, np.zeros(20, int))
    assert figures["idf1"] == pytest.approx(0.5)
    assert figures["deta"] == pytest.approx(1)
    assert figures["assa"] == pytest.approx(1 / 3)  # of 30 boxes of a person or its track, 10 are of both


def test_a_person_is_another_after_a_cut():
    cut = np.repeat([0, 1], 10)
    two = tracks(truth(), lambda row: row.person + 10 * (row.frame >= 10))
    assert tracking_figures(truth(), two, cut)["idf1"] == pytest.approx(1)
    assert tracking_figures(truth(), two, np.zeros(20, int))["idf1"] == pytest.approx(0.5)


@pytest.mark.parametrize(("visible", "counts"), [(0.24, False), (0.26, True)])
def test_who_is_hidden_counts_neither_way(visible, counts):
    hidden = [row if row.person == 1 else PersonTruth(**(vars(row) | {"visible": visible})) for row in truth()]
    found = tracks([row for row in truth() if row.person == 1], lambda row: row.person)
    both = tracks(truth(), lambda row: row.person)
    shots = np.zeros(20, int)
    assert (tracking_figures(hidden, found, shots)["idf1"] == pytest.approx(1)) == (not counts)
    assert tracking_figures(hidden, both, shots)["idf1"] == pytest.approx(1)


def test_nobody_is_faster_than_a_skater_or_on_the_ice_twice():
    moves = paths(12.0, 6.0, seed=1)
    speed = np.linalg.norm(np.diff(moves.xy, axis=0), axis=2) / STEP_S
    assert speed.max() <= FASTEST + 1e-6
    wanted = next(one for one in moves.players if one.number == "17")
    assert [wanted.is_on(t) for t in (3.0, 9.0)] == [True, False]


def test_the_film_and_its_truth_agree(tmp_path):
    made = render_team(tmp_path, seconds=0.4, size=(480, 270), fps=10)
    rows = load_team_truth(made.truth)
    assert {row.frame for row in rows} == {0, 1, 2, 3}
    assert {"a", "b"} <= {row.side for row in rows} <= {"a", "b", "referee"}
    assert all(0 <= row.x1 < row.x2 <= 480 and 0 <= row.y1 < row.y2 <= 270 and 0 <= row.visible <= 1 for row in rows)
    import av

    with av.open(str(made.film)) as film:
        assert sum(1 for _ in film.decode(video=0)) == 4
        assert film.streams.audio[0].rate == RATE


def test_larger_people_are_drawn_by_a_nearer_camera(tmp_path):
    def tall(zoom):
        made = render_team(tmp_path / str(zoom), seconds=1.0, size=(480, 270), fps=4, zoom=zoom, shift_s=6.0)
        assert "gap_s: 3}" in made.sidecar.read_text()
        whole = [row for row in load_team_truth(made.truth) if row.x1 > 0 < row.y1 and row.x2 < 480 and row.y2 < 270]
        return {(row.frame, row.person): row.y2 - row.y1 for row in whole}

    small, large = tall(1.0), tall(1.6)
    ratios = [large[key] / small[key] for key in large.keys() & small.keys()]
    assert len(ratios) >= 3
    assert np.median(ratios) == pytest.approx(1.6, rel=0.1)


def test_a_whistle_ends_each_shift_and_knocks_are_irregular():
    sounds = heard(20.0, 6.0, seed=3)
    assert [one.time_s for one in sounds if one.kind == "whistle"] == [6.0, 12.0, 18.0]
    assert {one.kind for one in sounds} == {"whistle", "stick", "boards"}
    between = np.diff([one.time_s for one in sounds])
    assert between.min() > 0.29
    assert np.std(between) > 0.2  # a film moved by one of them is not like itself
