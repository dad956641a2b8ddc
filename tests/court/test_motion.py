"""Cameras whose movement is known: from when to when they stand is told, and so is how far they are off."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest

from gametape.court import motion
from gametape.court.motion import STILL, median_picture, same_view, still_picture, stretches
from gametape.media.film import Frame
from gametape.training.ball.synthetic.scenes import textures

WIDTH, HEIGHT, FPS = 640, 360, 20
LIMIT = 2 * STILL * WIDTH
"""How far apart two pictures of one stretch may be, px."""


@cache
def large(scene):
    import cv2

    return cv2.resize(textures()[scene], (1000, 1000), interpolation=cv2.INTER_CUBIC)


@dataclass
class Drawn:
    """A picture of a film in memory that is made when it is asked for."""

    film: "Seen"
    index: int

    def image(self, *, pixel_format="rgb24", size=None):
        assert size in (None, (WIDTH, HEIGHT))
        return self.film._drawn(self.index, pixel_format)


@dataclass
class Seen:
    """A film in memory: a wall as a camera sees it that is shifted by `across` px in each frame."""

    across: np.ndarray
    scene: int = 3
    keyframes: list[int] = field(default_factory=lambda: [0])
    width: int = 3 * WIDTH
    height: int = 3 * HEIGHT
    proxy_width: int = WIDTH
    proxy_height: int = HEIGHT
    asked: int = 0

    def __len__(self):
        return len(self.across)

    @property
    def times(self):
        return np.arange(len(self)) / FPS

    def pictures(self, numbers, *, pixel_format="rgb24", size=None):
        for number in numbers:
            self.asked += 1
            yield Frame(number, number / FPS, self._drawn(number, pixel_format))

    def glimpses(self, numbers):
        for number in numbers:
            self.asked += 1
            yield Drawn(self, number)

    def frame(self, number, *, pixel_format="rgb24"):
        return next(self.pictures([number], pixel_format=pixel_format))

    def _drawn(self, number, pixel_format):
        import cv2

        wall = large(self.scene)
        matrix = np.array([[1, 0, self.across[number] - 150], [0, 1, -300]], float)
        picture = cv2.warpAffine(wall, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
        rng = np.random.default_rng(number)
        picture = np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
        at = 40 + number * 7 % 500
        cv2.rectangle(picture, (at, 150), (at + 50, 300), 255 * (number % 2), -1)  # who moves about
        return picture if pixel_format == "gray" else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)


def look(film, shots=None, **span):
    return stretches(film, np.zeros(len(film), int) if shots is None else shots, **span)


def spans(found):
    return [(one.first_frame, one.stop, one.motion) for one in found]


@pytest.mark.parametrize("scene", {"stadium": 3, "hall": 6, "court": 1}.values())
def test_a_camera_that_stands_is_one_stretch(scene):
    film = Seen(np.zeros(100), scene)
    (one,) = look(film)
    assert spans([one]) == [(0, 100, "fixed")]
    # A hall has few corners: its noise is more.
    assert one.stands and 0 <= one.shift_px < (2 if scene == 6 else 0.8) and 0 <= one.view < 100


@pytest.mark.parametrize(("drift", "standing"), [(0.8 * LIMIT, True), (1.5 * LIMIT, False)])
def test_a_slow_drift_adds_up(drift, standing):
    found = look(Seen(np.linspace(0, drift, 200)))
    assert (len(found) == 1) is standing
    if standing:
        assert found[0].shift_px == pytest.approx(3 * drift / 2, rel=0.2)  # in px of the source, from the middle view
        assert abs(found[0].view - 100) < 25


def test_a_camera_that_is_moved_stands_before_and_after():
    before, between, after = look(Seen(np.r_[np.zeros(80), np.linspace(0, 60, 20), np.full(100, 60)]))
    assert [one.motion for one in (before, between, after)] == ["moved", "panning", "moved"]
    assert before.first_frame == 0 and 70 <= before.stop <= 83
    assert 97 <= after.first_frame <= 107 and after.stop == 200
    assert (between.first_frame, between.stop) == (before.stop, after.first_frame)
    assert before.shift_px < 0.3 and after.shift_px < 0.3


def test_a_pan_stands_nowhere():
    (one,) = look(Seen(np.linspace(0, 120, 200)))
    assert spans([one]) == [(0, 200, "panning")] and not one.stands
    assert one.shift_px == pytest.approx(3 * 60, rel=0.1) and abs(one.view - 100) <= 5


def test_no_stretch_goes_across_a_cut():
    film = Seen(np.r_[np.zeros(100), np.full(90, 100.0)])
    assert spans(look(film, np.repeat([0, 1], [100, 90]))) == [(0, 100, "fixed"), (100, 190, "fixed")]
    assert spans(look(film, np.repeat([0, 1], [100, 90]), start=30, stop=150)) == [
        (30, 100, "fixed"),
        (100, 150, "fixed"),
    ]


def test_where_the_pictures_show_nothing_the_camera_is_not_said_to_stand():
    film = Seen(np.where(np.arange(100) % 2, 0, 300.0))
    assert all(not one.stands for one in look(film))


def test_short_shots_are_looked_at_too():
    assert spans(look(Seen(np.zeros(1)))) == [(0, 1, "fixed")]
    assert spans(look(Seen(np.zeros(5)))) == [(0, 5, "fixed")]
    assert look(Seen(np.zeros(5)), start=5) == []


@pytest.mark.parametrize(("apart", "alone"), [(25, True), (40, False)])
def test_of_a_long_film_keyframes_do_where_they_are_dense(apart, alone, monkeypatch):
    monkeypatch.setattr(motion, "WHOLE", 150)
    film = Seen(np.zeros(151), keyframes=list(range(0, 151, apart)))
    assert spans(look(film)) == [(0, 151, "fixed")]
    assert (film.asked == len(film.keyframes)) is alone


def test_the_background_is_without_those_who_move():
    film = Seen(np.zeros(100))
    (one,) = look(film)
    empty = np.median([frame.image for frame in film.pictures(range(1, 100, 3), pixel_format="bgr24")], axis=0)
    assert np.abs(still_picture(film, one) - empty).mean() < 1.5


def test_pictures_that_were_read_for_the_camera_are_not_read_again():
    film = Seen(np.zeros(100))  # 5 s: 20 looks
    kept = motion.Kept()
    (one,) = look(film, kept=kept)
    read = film.asked
    kept_one = still_picture(film, one, kept)
    assert film.asked == read
    assert np.abs(kept_one.astype(float) - still_picture(film, one)).mean() < 1.5 and film.asked > read


@pytest.mark.parametrize(("most", "reads"), [(16, True), (32, False)])
def test_what_is_kept_is_bounded_and_spread_over_the_film(most, reads):
    film = Seen(np.zeros(100))
    kept = motion.Kept(most)
    (one,) = look(film, kept=kept)
    assert len(kept.pictures) <= most and len(set(np.diff(list(kept.pictures)).tolist())) <= 2
    asked = film.asked
    still_picture(film, one, kept)
    assert (film.asked > asked) is reads  # ten that were kept are one too few


def test_where_the_camera_moves_the_background_is_one_picture():
    film = Seen(np.linspace(0, 120, 200))
    (one,) = look(film)
    assert np.array_equal(still_picture(film, one), film.frame(one.view, pixel_format="bgr24").image)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 9, 14, 21])
def test_the_median_is_numpys(n):
    pictures = list(np.random.default_rng(n).integers(0, 255, (n, 6, 7, 3)).astype(np.uint8))
    odd = pictures if n % 2 else pictures[:-1]
    assert np.array_equal(median_picture(pictures), np.median(odd, axis=0))


def test_a_view_is_known_again_after_a_cut():
    one, again, other = (
        next(Seen(np.full(9, across)).pictures([number], pixel_format="bgr24")).image
        for across, number in ((0.0, 1), (0.3 * LIMIT, 6), (1.5 * LIMIT, 1))
    )
    assert same_view(one, again)
    assert not same_view(one, other)
    assert not same_view(one, other[:-1])
