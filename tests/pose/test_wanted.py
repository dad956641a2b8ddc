"""Poses of the followed players alone: looked for in their boxes, and nobody else's."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
import pytest

from gametape.base.settings import Settings
from gametape.film.in_sight import in_sight
from gametape.film.player import measured_place, player_names
from gametape.film.sidecar import Sidecar
from gametape.media.film import Frame
from gametape.movement.persons import persons_of
from gametape.movement.subject import subject_of
from gametape.pose import estimate_wanted, followed_people, repaired
from gametape.pose.person import Person
from gametape.tables.coaching import STROKES
from gametape.tables.film import FRAMES
from gametape.tables.follow import PLAYER_IDENTITY
from tests.pose.bodies import box, standing
from tests.pose.test_pipeline import Clockwork, PaperFilm, use  # noqa: F401

BLANK = {"keyframe": True, "shot": 0, "sharpness": 1.0, "luma": 100.0, "repeats_previous": False}
HOCKEY = Sidecar(sport="ice hockey", players=[{"name": "Ana"}, {"name": "Kim", "number": "20"}, {"number": "7"}])


class InBoxes(Clockwork):
    """Sees a body in each box that it is given, but not in boxes at the left edge."""

    def people_in(
        self, frames: Iterable[Frame], places: Mapping[int, Mapping[int, np.ndarray]]
    ) -> Iterator[tuple[Frame, dict[int, Person]]]:
        for frame in frames:
            self.looked_at.append(frame.index)
            found = {}
            for number, (x1, *_) in places[frame.index].items():
                body = standing(x1, 200, 0.8)
                if x1 > 0:
                    found[number] = Person(box(body), np.column_stack([body, np.full(len(body), 0.9)]), 0.9)
            yield frame, found


def identity(seen: Mapping[int, Mapping[int, float]], frames: int) -> pa.Table:
    """Players in sight at some frames with their left edges, px of the source; else they are searched."""
    rows = []
    for place, at in seen.items():
        for frame in range(frames):
            who = HOCKEY.players[place]
            row = {"player": place, "name": who.name, "number": who.number, "frame": frame, "time_s": frame / 25}
            if (x := at.get(frame)) is not None:
                row |= {"state": "locked", "track": 1, "piece": 1, "x1": x, "y1": 100.0, "x2": x + 60, "y2": 250.0}
            first = {"why": "no_number_legible"} if frame == 0 and x is None else {}
            rows.append({"state": "searching", **first, **row})
    return PLAYER_IDENTITY.from_rows(rows)


def test_only_frames_and_boxes_of_the_followed_are_looked_at(use):  # noqa: F811
    estimator = use(InBoxes())
    at = identity({1: dict.fromkeys(range(3, 7), 200.0), 2: {5: 400.0}}, 12)
    table = estimate_wanted(PaperFilm(12), at, settings=Settings())
    assert estimator.looked_at == [3, 4, 5, 6]
    assert list(zip(table["frame"].to_pylist(), table["person"].to_pylist(), strict=True)) == [
        (3, 1), (4, 1), (5, 1), (5, 2), (6, 1)
    ]  # fmt: skip
    # the box is given in px of the film's half-sized pictures, and the joints come back in the source's
    assert np.allclose([row["x1"] for row in table.to_pylist() if row["person"] == 1], table["x1"][0].as_py())
    assert 150 < table["x1"][0].as_py() < 250
    assert estimate_wanted(PaperFilm(12), at, start=1, step=2, settings=Settings())["frame"].to_pylist() == [3, 5, 5]


def test_nobody_in_sight_is_no_look(use):  # noqa: F811
    estimator = use(InBoxes())
    assert estimate_wanted(PaperFilm(9), identity({1: {}}, 9), settings=Settings()).num_rows == 0
    assert not estimator.looked_at


def test_the_first_who_is_followed_is_the_subject_by_name(use):  # noqa: F811
    use(InBoxes())
    at = identity({1: dict.fromkeys(range(20), 200.0), 2: dict.fromkeys(range(20), 400.0)}, 20)
    poses = estimate_wanted(PaperFilm(20), at, settings=Settings())
    people = followed_people(poses, at, HOCKEY, range(20))
    assert measured_place(HOCKEY) == 1 and player_names(HOCKEY) == ("Kim",)
    subject = subject_of(people, HOCKEY)
    assert subject.track == 2 and subject.player.name == "Kim" and subject.reason.startswith("chosen_as_followed")
    assert {row["track"] for row in people.to_pylist() if row["subject"]} == {2}
    first, other = persons_of(people, STROKES.empty(), HOCKEY)
    assert (first.is_player, first.name, other.player.number) == (True, "Kim", "7")
    frames = FRAMES.from_rows([{**BLANK, "frame": n, "time_s": n / 25, "shown_s": n / 25} for n in range(20)])
    assert set(repaired(poses, people, frames)["track"].to_pylist()) == {2, 3}


@pytest.mark.parametrize("seen", [{}, {2: {3: 200.0}}])
def test_a_followed_player_who_is_not_seen_is_nobody_else(use, seen):  # noqa: F811
    use(InBoxes())
    at = identity({1: {}, **seen}, 9)
    people = followed_people(estimate_wanted(PaperFilm(9), at, settings=Settings()), at, HOCKEY, range(9))
    subject = subject_of(people, HOCKEY, at)
    assert subject.track is None and subject.player.name == "Kim"
    assert subject.reason == "no_number_legible", "the remedy is a click, not a better film"


def test_a_followed_player_in_sight_without_a_pose_was_not_seen_well_enough(use):  # noqa: F811
    use(InBoxes())
    for seen in ({}, {2: {3: 200.0}}):
        at = identity({1: {2: 0.0}, **seen}, 9)
        people = followed_people(estimate_wanted(PaperFilm(9), at, settings=Settings()), at, HOCKEY, range(9))
        assert subject_of(people, HOCKEY, at).reason == "followed_not_seen"


def test_frames_in_sight_are_counted_where_poses_are_looked_for(use):  # noqa: F811
    """Players are told in every frame, poses in each second one: perfectly seen was "300 of 600 frames"."""
    use(InBoxes())
    at = identity({1: dict.fromkeys(range(4, 16), 200.0)}, 20)
    poses = estimate_wanted(PaperFilm(20), at, step=2, settings=Settings())
    people = followed_people(poses, at, HOCKEY, range(0, 20, 2))
    assert subject_of(people, HOCKEY).reason == "chosen_as_followed(track=2, seen=6, of=6)"
    assert in_sight(at, range(0, 20, 2)).num_rows == 6 and in_sight(at).num_rows == 12
