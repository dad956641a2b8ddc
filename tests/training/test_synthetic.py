"""The truth of synthetic film is where its ball's light is."""

import numpy as np
import pytest

from gametape.training.ball.synthetic import ball, clip, compose
from gametape.training.ball.synthetic.compose import make_clip
from gametape.training.ball.synthetic.recording import Recording

SIZE = 160, 120


def clips(count, frames=5, first=0, **options):
    return [clip(np.random.default_rng(first + seed), frames, SIZE, **options) for seed in range(count)]


def test_the_truth_is_the_centroid_of_the_balls_light(monkeypatch):
    """With an even ball over even ground, nobody about, before noise and codec: nothing else shifts the light."""
    clean = Recording(np.arange(256, dtype=np.uint8), 0.0, 0.0, 0.0, np.zeros(5), None, 0)
    monkeypatch.setattr(Recording, "of", lambda rng, frames: clean)
    monkeypatch.setattr(ball, "_levels", lambda box, centre, diameter, level, *pattern: level)
    monkeypatch.setattr(compose, "random_people", lambda rng, camera, ball: [])
    off = []
    for made, without in pairs(150, background=plain_ground):
        for t in np.flatnonzero(made.visible):
            light = np.abs(made.gray[t].astype(float) - without.gray[t])
            if light[[0, 1, -2, -1]].any() or light[:, [0, 1, -2, -1]].any():
                continue  # cut by the border
            ys, xs = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
            centroid = np.array([(light * xs).sum(), (light * ys).sum()]) / light.sum()
            off.append(np.hypot(*(centroid - made.xy[t])))
    assert len(off) > 200
    assert np.median(off) < 0.1
    assert np.quantile(off, 0.98) < 0.3


def pairs(count, **options):
    """Clips with their balls and the same without."""
    for seed in range(count):
        yield tuple(
            make_clip(np.random.default_rng(seed), 5, SIZE, with_ball=shown, **options) for shown in (True, False)
        )


def plain_ground(rng, frames, width, height):
    return np.full((frames, height, width), 90, np.uint8)


def test_the_ball_is_all_that_taking_it_away_changes():
    for made, without in pairs(80):
        assert np.array_equal(made.xy, without.xy)
        changed = (made.gray != without.gray).any((1, 2))
        assert changed[made.visible].all()
        assert made.xy.any() or not changed.any()


def test_what_is_outside_the_picture_is_not_visible():
    for made in clips(60):
        inside = ((made.xy >= 0) & (made.xy < SIZE)).all(1)
        assert not made.visible[~inside].any()


def test_most_clips_show_a_ball_and_some_have_none():
    made = clips(200)
    assert 0.05 < np.mean([not c.xy.any() for c in made]) < 0.25
    assert 0.4 < np.mean([c.visible.mean() for c in made]) < 0.9


def test_some_balls_are_long_streaks_that_can_be_seen(monkeypatch):
    lengths = []
    light = ball.Spot.light

    def measured(self, picture):
        lengths.append(max(self.cover.shape, default=0))
        light(self, picture)

    monkeypatch.setattr(ball.Spot, "light", measured)
    clips(120)
    assert 0.03 < np.mean(np.array(lengths) > 40) < 0.3


def test_the_generator_alone_decides():
    first, again, other = (clip(np.random.default_rng(s), 9, SIZE) for s in (3, 3, 4))
    assert np.array_equal(first.gray, again.gray)
    assert np.array_equal(first.xy, again.xy)
    assert not np.array_equal(first.gray, other.gray)


@pytest.mark.parametrize("size", [(160, 160), (512, 288), (203, 361), (800, 1200)])
def test_any_size(size):
    made = clip(np.random.default_rng(0), 3, size)
    assert made.gray.shape == (3, size[1], size[0])
    assert made.gray.dtype == np.uint8
    assert made.xy.shape == (3, 2)
    assert made.xy.dtype == np.float32
    assert made.visible.dtype == bool


def test_pictures_given_are_the_scene_and_are_left_alone():
    film = np.random.default_rng(1).integers(0, 255, (5, SIZE[1], SIZE[0])).astype(np.uint8)
    kept = film.copy()
    clips(10, background=lambda rng, frames, width, height: film)
    assert np.array_equal(film, kept)
    with pytest.raises(ValueError, match="background"):
        clip(np.random.default_rng(0), 5, SIZE, lambda rng, frames, width, height: film[:3])


def test_balls_of_many_sizes_and_both_contrasts_are_seen():
    """Spread over the sports: a network trained on bright balls alone misses the others."""
    lighter, areas = [], []
    for made, without in pairs(100, background=plain_ground):
        if made.visible[1]:
            change = made.gray[1].astype(int) - without.gray[1]
            lighter.append(change.flat[np.abs(change).argmax()] > 0)
            areas.append((np.abs(change) > np.abs(change).max() / 2).sum())
    assert 0.4 < np.mean(lighter) < 0.95
    assert np.quantile(areas, 0.2) < 10
    assert np.quantile(areas, 0.9) > 40
