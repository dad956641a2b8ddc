"""In which sizes a picture is looked at."""

import numpy as np

from gametape.media.film import Frame
from gametape.people.find import BLOCK, TALL_ENOUGH, NetworkFinder, sizes_for
from gametape.people.network.maps import targets
from gametape.people.network.model import MAPS, SHRINK, UNIT


class Told:
    """A network that finds somebody of a height in px of the whole picture, and remembers the widths it was asked."""

    def __init__(self, tall: float) -> None:
        self.tall, self.asked = tall, []

    def maps(self, pictures):
        for picture in pictures:
            _, height, width = picture.shape
            self.asked.append(width)
            maps = np.full((MAPS, height // SHRINK, width // SHRINK), -9.0, np.float32)
            maps[0] = 0.0
            maps[0, height // SHRINK // 2, width // SHRINK // 2] = 0.9
            maps[1:] = np.log(self.tall / 2 * height / 720 / UNIT)
            yield maps


def looked(tall: float, looks: int, cuts=()) -> list[int]:
    network = Told(tall)
    empty = np.zeros((720, 1280, 3), np.uint8)
    frames = (Frame(look, look / 15, empty) for look in range(looks))
    found = list(NetworkFinder(network, (1280, 720)).people(frames, frozenset(cuts)))
    assert [frame.index for frame, _ in found] == list(range(looks))
    assert all(len(one.boxes) for _, one in found)
    return network.asked


def fits(size: int) -> float:
    """A height, px of 720, that is just tall enough in one of the sizes."""
    return TALL_ENOUGH * 720 / sizes_for(1280, 720)[size][1] + 1


def test_every_size_is_tried_at_a_cut_and_the_next_ones_each_second():
    widths = [width for width, _ in sizes_for(1280, 720)]
    block = [widths[2]] * (BLOCK - 1)
    assert looked(fits(2), 2 * BLOCK) == widths + block + widths[1:4] + block
    assert looked(fits(2), 2 * BLOCK, cuts=(0, BLOCK)) == widths + block + widths + block


def test_a_size_is_chosen_that_shows_people_tall_enough():
    for size, (width, _) in enumerate(sizes_for(1280, 720)):
        assert looked(fits(size), 3)[-1] == width


def test_who_is_seen_counts_though_somebody_half_hidden_is_behind():
    ignored = np.zeros((64, 64), bool)
    ignored[8:56, 8:56] = True
    box = np.array([[20, 12, 44, 52.0]])
    heat, _, counts = targets(box, ignored)
    assert counts[heat > 0.4].min() == 1
    assert counts[heat < 0.01].min() == 0
