"""The samples that the network of people is trained on."""

import numpy as np

from gametape.training.people.figures import figure, kit, rendered
from gametape.training.people.grounds import _behind as behind
from gametape.training.people.scenes import SIZE, Scenes
from gametape.training.people.stands import dots, rows_of_people


def test_a_sample_s_boxes_lie_in_its_picture():
    scenes, random = Scenes(None), np.random.default_rng(1)
    samples = [scenes.sample(random) for _ in range(12)]
    for sample in samples:
        assert sample.picture.shape == (SIZE[1], SIZE[0], 3)
        assert sample.ignored.shape == (SIZE[1], SIZE[0])
        x1, y1, x2, y2 = sample.boxes.T
        assert ((x1 >= 0) & (x1 < x2) & (x2 <= SIZE[0]) & (y1 >= 0) & (y1 < y2) & (y2 <= SIZE[1])).all()
    assert sum(len(sample.boxes) for sample in samples) > 12


class Nobody(np.random.Generator):
    """Draws as many people as are asked for, none, and all else by chance."""

    def poisson(self, *_: object) -> int:
        return 0


def test_who_is_in_a_stand_is_nobody(monkeypatch):
    """A stand is a ground: its people have no boxes, and are not left out of the count either."""
    monkeypatch.setattr("gametape.training.people.scenes.RENDERED", 0.0)
    random, scenes, seen = Nobody(np.random.PCG64(2)), Scenes(None), []
    monkeypatch.setattr(
        "gametape.training.people.grounds._behind", lambda *given: (seen.append(given[3]), behind(*given))
    )
    for _ in range(6):
        sample = scenes.sample(random)
        assert not len(sample.boxes) and not sample.ignored.any()
    assert seen and all(crowds is scenes._stands for crowds in seen)


def test_stands_are_full_of_colours():
    random = np.random.default_rng(2)
    for stand in (dots(random), rows_of_people(random, lambda: figure(random, 60, kit(random, False)))):
        assert stand.dtype == np.uint8
        assert len(np.unique(stand.reshape(-1, 3), axis=0)) > 20


def test_the_box_of_a_rendered_player_leaves_out_the_stick():
    """Its opacity, which has the stick, reaches beyond the body's box in at least some postures."""
    random = np.random.default_rng(3)
    wider = 0
    for _ in range(12):
        one = rendered(random, 60.0)
        assert 0 <= one.box[0] < one.box[2] <= one.picture.shape[1] + 1
        wider += one.opacity.shape[1] > (one.box[2] - one.box[0]) * 1.1
    assert wider >= 4
