"""Each view is searched once, nothing is searched that nobody asked for, and what is found is in the film's own pixels."""

import json
from itertools import pairwise

import numpy as np
import pytest

from gametape.base.reason import Reason
from gametape.court import search as module
from gametape.court.checks import stretches_are_sound
from gametape.court.found import FoundCourt, NotFound
from gametape.court.motion import Stretch
from gametape.court.search import CourtSearch, court_marks
from gametape.film.sidecar import Sidecar
from gametape.geometry.calibrate import Mark
from gametape.sports.courts import courts
from resources.film_rules import rules_of

TENNIS = courts()["tennis"]
VIEWS = {0: 20, 100: None, 150: 90, 300: 20}
"""Grey level of what the camera sees from a frame on; None: it pans."""


class Film:
    """400 frames of 1280 x 720, whose proxy is half as large."""

    width, height = 1280, 720

    def __len__(self):
        return 400


def asked(**details) -> CourtSearch:
    return CourtSearch.model_validate_json(rules_of("court_search", Sidecar.model_validate(details))[0])


@pytest.fixture
def looks(monkeypatch):
    """What was done: `motion` and each searched (view, court). Tennis is found in the view of level 20 alone."""
    done = []

    def stretches(film, shots, start, stop, kept):
        done.append("motion")
        edges = [*VIEWS, len(film)]
        return [Stretch(a, b, "panning" if VIEWS[a] is None else "fixed", 1.5, a) for a, b in pairwise(edges)]

    def still(film, stretch, kept):
        return np.full((360, 640, 3), VIEWS.get(stretch.first_frame) or 20, np.uint8)

    def find(picture, court):
        done.append((int(picture[0, 0, 0]), court.name))
        if picture[0, 0, 0] != 20 or court.name != "tennis":
            return NotFound(court, Reason("too_few_lines", n=2))
        ground = np.array([[20.0, 0, 320], [0, -10, 180], [0, 0, 1]])
        marks = (Mark("near_service_t", 320.25, 244.0, TENNIS.points["near_service_t"]),)
        return FoundCourt(court, 640, 360, ground, marks, fit_px=0.4, share_of_lines=0.9, radial=-0.02, focal_px=700.0)

    def propose(picture):
        return [find(picture, court) for court in courts().values()]

    same = lambda one, other: one.shape == other.shape and one[0, 0, 0] == other[0, 0, 0]  # noqa: E731
    for name, fake in {
        "stretches": stretches, "still_picture": still, "find_court": find, "propose": propose, "same_view": same
    }.items():  # fmt: skip
        monkeypatch.setattr(module, name, fake)
    return done


def rows(search, shots=None, **more):
    table = court_marks(Film(), np.zeros(400, int) if shots is None else shots, search, **more)
    assert stretches_are_sound(table)[0].passed
    return table.to_pylist()


def test_a_view_is_searched_once_and_found_in_the_films_own_pixels(looks):
    told = rows(asked(sport="tennis"))
    assert looks == ["motion", (90, "tennis"), (20, "tennis")]  # the longest first; 20 comes twice
    assert [row["found"] for row in told] == [True, False, False, True]
    assert [row["reason"] for row in told] == [
        None, "camera_pans", "court_not_found(reason=too_few_lines(n=2))", None,
    ]  # fmt: skip
    first = told[0]
    assert json.loads(first["marks"]) == [["near_service_t", 640.5, 488.0]]
    assert (first["fit_px"], first["focal_px"], first["radial"], first["court"]) == (0.8, 1400.0, -0.02, "tennis")
    at = np.array(json.loads(first["homography"])) @ [1.0, 2.0, 1.0]
    assert (at[:2] / at[2]).tolist() == pytest.approx([2 * (20 + 320), 2 * (180 - 20)])
    assert not first["proposed"] and first["motion"] == "fixed" and first["shift_px"] == 1.5


def test_a_told_camera_is_not_measured(looks):
    shots = np.repeat([0, 1], [300, 100])
    told = rows(asked(sport="tennis", camera={"motion": "fixed"}), shots)
    assert "motion" not in looks and [(row["first_frame"], row["stop"]) for row in told] == [(0, 300), (300, 400)]
    looks.clear()
    (row,) = rows(asked(sport="tennis", camera={"motion": "moving"}), start=30, stop=90)
    assert looks == [] and row["reason"] == "camera_moves" and (row["first_frame"], row["stop"]) == (30, 90)


@pytest.mark.parametrize(
    ("details", "why"),
    [
        ({"sport": "golf"}, "no_court_of_sport"),
        ({"sport": "kabaddi"}, "no_court_of_sport"),
        ({"sport": "tennis", "camera": {"find_court": False}}, "court_not_wanted"),
    ],
)
def test_no_picture_is_read_where_nothing_is_to_be_found_out(looks, details, why):
    (row,) = rows(asked(**details))
    assert looks == [] and row["reason"] == why and not row["found"] and row["motion"] is None


def test_marks_ask_only_what_the_camera_does(looks):
    points = [{"at": "near_service_t", "x": 1, "y": 2}]
    told = rows(asked(sport="tennis", camera={"calibration": points}))
    assert looks == ["motion"] and {row["reason"] for row in told} == {"court_is_marked"}
    looks.clear()
    (row,) = rows(asked(sport="tennis", camera={"calibration": points, "motion": "fixed"}))
    assert looks == [] and row["motion"] == "fixed"


def test_without_a_sport_the_court_is_proposed(looks, monkeypatch):
    told = rows(asked())
    assert [row["reason"] for row in told] == ["sport_not_told", "camera_pans", "no_court_in_sight", "sport_not_told"]
    assert len(looks) == 1 + len(courts()), "one view, the longest"
    monkeypatch.setitem(VIEWS, 150, 20)
    told = rows(asked())
    assert [row["proposed"] for row in told] == [False, False, True, False] and told[2]["court"] == "tennis"
    one = [one for one in module.propose(np.full((4, 4, 3), 20, np.uint8)) if isinstance(one, FoundCourt)]
    monkeypatch.setattr(module, "propose", lambda picture: one * 2)
    assert rows(asked())[2]["reason"] == "courts_alike(courts=[tennis, tennis])"


def test_lines_that_fit_two_courts_are_no_empty_picture(looks, monkeypatch):
    either = NotFound(TENNIS, Reason("courts_alike", courts=["badminton", "tennis"]))
    nothing = NotFound(TENNIS, Reason("court_lines_fit_none"))
    monkeypatch.setattr(module, "propose", lambda picture: [nothing, either, nothing])
    assert rows(asked())[2]["reason"] == "courts_alike(courts=[badminton, tennis])"
    monkeypatch.setattr(module, "propose", lambda picture: [nothing])
    assert rows(asked())[2]["reason"] == "no_court_in_sight"


@pytest.mark.parametrize(("found", "searched"), [([], 4), ([1], 6), ([8, 9], 4)])
def test_a_film_of_many_views_is_searched_for_so_long(looks, monkeypatch, found, searched):
    views = {10 * number: 100 + number for number in range(39)} | {390: None}
    monkeypatch.setattr(module, "stretches", lambda *args: [
        Stretch(at, at + 10, "fixed" if level else "panning", 1.5, at) for at, level in views.items()
    ])  # fmt: skip
    monkeypatch.setattr(module, "still_picture", lambda film, one, kept: np.full((36, 64, 3), views[one.first_frame]))
    true = module.find_court

    def find(picture, court):
        level = int(picture[0, 0, 0])
        return true(np.full((36, 64, 3), 20 if level - 100 in found else level), court)

    monkeypatch.setattr(module, "find_court", find)
    monkeypatch.setattr(module, "_small", lambda picture: picture)
    told = rows(asked(sport="tennis"))
    assert len([one for one in looks if isinstance(one, tuple)]) == searched
    assert [row["reason"] for row in told[searched:-1]] == [
        f"court_not_in_views(n={searched - sum(row['found'] for row in told)})"
    ] * (39 - searched)
