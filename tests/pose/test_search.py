"""Who enters is found: where something moves, while nobody is known in nearly every frame, and looking back."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from gametape.base.settings import Settings
from gametape.media.film import Frame
from gametape.pose import estimate
from gametape.pose.blazepose import estimator, search
from gametape.pose.blazepose import follower as following
from gametape.pose.blazepose.estimator import BlazePose
from gametape.pose.blazepose.landmarker import Bundle
from gametape.pose.blazepose.motion import THIN, cells, changed, moved, movers, thinned
from gametape.pose.blazepose.search import Lost, Search
from gametape.pose.blazepose.windows import around
from gametape.pose.person import Person
from tests.pose.bodies import STANDING, standing
from tests.pose.conftest import ingested

HEIGHT, WIDTH = 360, 640
TALL = max(y for _, y in STANDING.values()) - min(y for _, y in STANDING.values())


def picture(*boxes: tuple[int, int, int, int], gray: int = 60) -> np.ndarray:
    """Somebody is a white box, of any height over 40 px; a gray one is a thing."""
    made = np.full((HEIGHT, WIDTH, 3), gray, np.uint8)
    for left, top, right, bottom in boxes:
        made[max(top, 0) : bottom, max(left, 0) : right] = 250
    return made


class Eye:
    """In the landmarker's place: sees white boxes, from memory also those too small in what it is given.

    Its detector sees a box of at least a quarter of the height of what it is given, like the real one.
    """

    looks: ClassVar[list[tuple[bool, tuple[int, ...]]]] = []

    def __init__(self, _: Bundle, people: int, *, video: bool = False, mirrored: bool = False) -> None:
        self.video, self.remembers = video, False

    def close(self) -> None: ...

    def forget(self) -> None:
        self.remembers = False

    def look(self, picture: np.ndarray, square: tuple[int, int, int, int]) -> list[Person]:
        import cv2

        Eye.looks.append((self.video, square))
        left, top, right, bottom = square
        part = (picture[top:bottom, left:right, 1] > 200).astype(np.uint8)
        least = 20 if self.remembers else max(40, 0.25 * (bottom - top))
        people = []
        for x, y, w, h, _ in cv2.connectedComponentsWithStats(part)[2][1:]:
            if h >= least:
                joints = standing(left + x + w / 2, 0, h / TALL)
                joints[:, 1] += top + y - joints[:, 1].min()
                box = np.array([left + x, top + y, left + x + w, top + y + h], float)
                people.append(Person(box, np.column_stack([joints, np.full(len(joints), 0.9)]), 0.9))
        self.remembers = self.video and bool(people)
        return people


@pytest.fixture
def eye(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Eye]]:
    Eye.looks = []
    for module in (search, following):
        monkeypatch.setattr(module, "Landmarker", Eye)
    monkeypatch.setattr(estimator.Bundle, "of", lambda path: Bundle(path, b""))
    yield Eye


def seen_in(pictures: list[np.ndarray], fps: float = 30, most: int = 2) -> list[list[Person]]:
    made = BlazePose(Path("none.task"), most, threads=1)
    try:
        return [people for _, people in made.people(Frame(i, i / fps, p) for i, p in enumerate(pictures))]
    finally:
        made.close()


def crossing(number: int, height: int = 170, step: int = 26) -> tuple[int, int, int, int]:
    left = -50 + step * number
    return left, 120, left + 60, 120 + height


def test_who_crosses_in_less_than_a_second_is_found_from_the_first_frame_to_the_last(eye: type[Eye]):
    """Searched once a second, nobody was found; and frames before the first sighting are looked at again."""
    empty = [picture()] * 3
    seen = seen_in([*empty, *(picture(crossing(n)) for n in range(2, 24)), *[picture()] * 30])
    assert [len(people) for people in seen] == [0] * 3 + [1] * 22 + [0] * 30
    assert all(abs(people[0].box[0] - max(crossing(n)[0], 0)) < 1 for n, people in enumerate(seen[3:25], start=2))


def test_nobody_is_sought_in_every_second_frame_where_something_moves(eye: type[Eye]):
    """A thing moves that is no person: the whole picture and the square around it are searched, 15 times a second."""
    things = [picture() for _ in range(31)]
    for n, thing in enumerate(things):
        thing[150:200, 10 + 15 * n : 60 + 15 * n] = 140
    assert not any(seen_in(things))
    whole = [square for _, square in eye.looks if square == (0, 0, WIDTH, HEIGHT)]
    assert len(whole) == 16
    assert not any(video for video, _ in eye.looks)


def test_where_nothing_moves_the_grid_is_searched_once_a_second_as_ever(eye: type[Eye]):
    assert not any(seen_in([picture()] * 61))
    squares = len(search.grid(picture()))
    assert len(eye.looks) == 3 * squares


def test_a_cut_is_searched_at_once(eye: type[Eye]):
    """Somebody far away, whom the look at the whole picture misses, is there from the cut on."""
    before, after = picture(gray=200 - 20), picture((300, 100, 330, 160))
    seen = seen_in([before] * 20 + [after] * 20)
    assert [len(people) for people in seen] == [0] * 20 + [1] * 20


def test_who_comes_beside_somebody_known_is_found_from_the_first_frame(eye: type[Eye]):
    """The square is where something moves, not where the grid happens to be; then the frames before are looked at."""
    first = (60, 100, 120, 280)
    seen = seen_in([picture(first)] * 10 + [picture(first, (600 - 8 * n, 80, 640 - 8 * n, 200)) for n in range(30)])
    assert [len(people) for people in seen] == [1] * 10 + [2] * 30


def test_looking_back_stops_where_somebody_is_seen_already(eye: type[Eye]):
    """Nobody has two rows in one frame."""
    gone = (
        [picture(crossing(n)) for n in range(6, 12)] + [picture()] * 7 + [picture(crossing(n)) for n in range(13, 20)]
    )
    assert max(len(people) for people in seen_in(gone)) == 1


def test_who_moves_takes_the_place_of_what_stands(eye: type[Eye]):
    """One is followed at most: of a figure on a poster and a smaller player, the player, as soon as the player moves."""
    poster = (60, 60, 140, 300)
    player = [400 + 6 * abs(n % 20 - 10) * (n >= 45) for n in range(120)]
    seen = seen_in([picture(poster, (x, 150, x + 40, 290)) for x in player], most=1)
    assert all(people[0].box[0] == 60 for people in seen[:30])
    assert all(people[-1].box[0] >= 400 for people in seen[75:])


def test_of_two_in_the_first_picture_who_moves_is_followed(eye: type[Eye]):
    there = [picture((60, 60, 140, 300), (400 + 4 * n, 150, 440 + 4 * n, 290)) for n in range(30)]
    assert all(people[0].box[0] >= 400 for people in seen_in(there, most=1))


def test_who_stands_does_not_take_the_place_of_what_stands(eye: type[Eye]):
    there = [picture((60, 60, 140, 300), (400, 150, 440, 290))] * 90
    assert all(people[0].box[0] == 60 for people in seen_in(there, most=1))


# Motion.


def test_moving_boxes_are_told_largest_first():
    before = picture()
    now = picture((100, 100, 180, 260), (400, 200, 440, 280))
    found = movers(cells(moved(thinned(before), thinned(now), [])), now.shape)
    assert len(found) == 2
    for box, right in zip(found, ((100, 100, 180, 260), (400, 200, 440, 280)), strict=True):
        np.testing.assert_allclose(box, right, atol=12)  # a cell is 10 px


@pytest.mark.parametrize(("height", "told"), [(24, 0), (45, 1)])
def test_what_is_too_low_for_a_person_is_no_mover(height: int, told: int):
    """A tenth of the picture's height, 36 px: a ball is lower."""
    changes = moved(thinned(picture()), thinned(picture((300, 100, 340, 100 + height))), [])
    assert len(movers(cells(changes), (HEIGHT, WIDTH))) == told


@pytest.mark.parametrize(("share", "told"), [(0.45, 1), (0.55, 0)])
def test_where_most_of_the_picture_moves_it_is_the_camera(share: float, told: int):
    changes = moved(thinned(picture()), thinned(picture((0, 0, round(share * WIDTH), HEIGHT))), [])
    assert len(movers(cells(changes), (HEIGHT, WIDTH))) == told


def test_the_known_are_no_motion():
    known = np.array([100.0, 100, 180, 260])
    changes = moved(thinned(picture()), thinned(picture((100, 100, 180, 260))), [known])
    assert changes.shape == (HEIGHT // THIN, WIDTH // THIN) and not changes.any()


def test_the_share_of_a_box_that_changes():
    before, now = Frame(0, 0.0, picture()), Frame(1, 0.1, picture((100, 100, 140, 180)))
    assert changed(before, now, np.array([100.0, 100, 180, 180])) == pytest.approx(0.5)
    assert changed(before, now, np.array([300.0, 100, 380, 180])) == 0
    assert changed(before, now, np.array([-20.0, -20, -10, -10])) == 1


def test_where_something_moved_for_nothing_the_grid_has_its_turn(eye: type[Eye]):
    """A flag that waves beside a player must not keep the search to itself."""
    found = Search(Bundle(Path(), b""), 2, 2)
    known = [np.array([60.0, 100, 120, 280])]
    for n in range(8):
        flag = picture()
        flag[40:120, 500:560] = 90 + 60 * (n % 2)
        found.through([Frame(n, n * 0.2, flag)], known)
    squares = [square for _, square in eye.looks]
    at_flag = [s for s in squares if s not in search.grid(flag)]
    assert 1 <= len(at_flag) <= 2 and len(squares) == 8


def test_where_somebody_was_lost_is_searched_every_second_time(eye: type[Eye]):
    """Two who stand are known, and the third, who moved, was lost behind one of them: for two seconds, in each block."""
    found = Search(Bundle(Path(), b""), 2, 2)
    known = [np.array([60.0, 100, 120, 280]), np.array([560.0, 100, 620, 280])]
    lost = Lost(np.array([300.0, 150, 330, 210]), -0.05)
    there = (310, 160, 340, 220)
    for n in range(16):
        number, new = found.through([Frame(n, n * 0.2, picture(there if n > 7 else (0, 0, 0, 0)))], known, [lost])
        if new:
            break
    assert (number, n) == (0, 8) and new[0].moves  # though nothing has moved there since
    squares = [square for _, square in eye.looks]
    at_place = [s for s in squares[:8] if s == around(lost.box, 3.0, picture())]
    assert len(at_place) == 4


@pytest.mark.parametrize(("ago", "told"), [(1.9, 1), (2.1, 0)])
def test_who_was_lost_long_ago_or_is_known_again_is_not_searched(eye: type[Eye], ago: float, told: int):
    known = [np.array([60.0, 100, 120, 280]), np.array([560.0, 100, 620, 280])]
    for box, expected in ((np.array([300.0, 150, 330, 210]), told), (known[0], 0)):
        eye.looks.clear()
        Search(Bundle(Path(), b""), 2, 2).through([Frame(0, ago, picture())], known, [Lost(box, 0.0)])
        assert len([1 for _, square in eye.looks if square == around(box, 3.0, picture())]) == expected


@pytest.mark.parametrize(("step", "told"), [(6, True), (0, False)])
def test_who_moved_and_is_missed_is_searched_where_last_seen(
    eye: type[Eye], monkeypatch: pytest.MonkeyPatch, step: int, told: bool
):
    asked = []
    through = Search.through
    monkeypatch.setattr(Search, "through", lambda *given: asked.append(list(given[3])) or through(*given))
    there = [picture((20, 60, 80, 300), (300 + step * n, 100, 340 + step * n, 250)) for n in range(30)]
    seen_in([*there, *[picture((20, 60, 80, 300))] * 30], most=3)
    assert not any(asked[:5]) and any(asked) == told
    if told:
        assert {round(one.box[0]) for lost in asked for one in lost} == {300 + step * 29}
        assert any(asked[9:])  # dismissed by now: 0.5 s later


# A real film.


@pytest.mark.parametrize(("name", "there"), [("passes_by.mp4", range(3, 27)), ("passes_by_control.mp4", range(24))])
def test_a_walker_who_crosses_is_found_though_the_film_begins_empty(
    shared: Path, landmarker: Path, tmp_path: Path, name: str, there: range
):
    """`passes_by.mp4`: found in 0 of 57 frames once; `passes_by_control.mp4` is the same without the empty ones."""
    chosen = Settings(home=tmp_path / "home", pose_model=str(landmarker), device="cpu")
    film = ingested(shared / "cases" / name, tmp_path)
    frames = set(estimate(film, settings=chosen)["frame"].to_pylist())
    assert len(frames) >= 22 and frames <= set(there)
