"""The trained reader on rendered shirts of known numbers, and on pictures without one."""

from collections import Counter

import cv2
import numpy as np
import pytest

from gametape.numbers.reader import GRAPH, READ_AT, Reader
from gametape.training.numbers.glyphs import word
from gametape.training.numbers.samples import Samples

EACH = 30


@pytest.fixture(scope="module")
def reader():
    return Reader(threads=1)


@pytest.fixture(scope="module")
def samples():
    return Samples(hard=0.2)


def rendered(samples, seed, kind, number=None):
    random = np.random.default_rng((seed, 77))
    made = []
    while len(made) < EACH:
        made += [s for s in samples.some(random, kind, number)[:1] if bool(s.number) is (kind == "number")]
    return made


@pytest.mark.parametrize("number", ["00", "0", "6", "9", "68", "89", "1", "7", "17", "71"])
def test_rendered_numbers_are_read(reader, samples, number):
    reads = reader.read([s.picture for s in rendered(samples, int(number) + 3, "number", number)])
    right = sum(read.number == number for read in reads)
    wrong = Counter(read.number for read in reads if read.number not in (None, number))
    assert right >= 0.4 * EACH
    assert right >= 3 * max(wrong.values(), default=0)  # a vote asks for twice as much


def test_nothing_is_read_where_there_is_no_number(reader, samples):
    made = [
        s for seed, kind in enumerate(["none", "letters", "stripes", "empty"]) for s in rendered(samples, seed, kind)
    ]
    false = [read.number for read in reader.read([s.picture for s in made]) if read.number]
    assert len(false) <= 0.01 * len(made)


@pytest.mark.parametrize("noise", ["black", "white", "noise", "ice"])
def test_nothing_is_read_in_empty_pictures(reader, noise):
    random = np.random.default_rng(1)
    picture = {
        "black": np.zeros((90, 70, 3)), "white": np.full((90, 70, 3), 255), "noise": random.integers(0, 255, (90, 70, 3)),
        "ice": 225 + random.normal(0, 4, (90, 70, 3)),
    }[noise]  # fmt: skip
    assert reader.read([picture.astype(np.uint8)])[0].number is None


@pytest.mark.parametrize("number", ["17", "20", "97"])
@pytest.mark.parametrize("digit_px", [14, 40])
def test_a_bold_outlined_number(reader, number, digit_px):
    """White digits with a black rim on red, in five heavy styles: what text readers fail at."""
    told = []
    for style in (1, 2, 7, 15, 34):
        drawn = (word(style, number, 0.2) * 255).astype(np.uint8)
        high = 44
        drawn = cv2.resize(drawn, (round(drawn.shape[1] * high / drawn.shape[0]), high), interpolation=cv2.INTER_AREA)
        mask = np.zeros((110, 110), np.uint8)
        x, y = 55 - drawn.shape[1] // 2, 30
        mask[y : y + high, x : x + drawn.shape[1]] = drawn
        picture = np.full((110, 110, 3), (225, 230, 232), np.uint8)
        picture[8:, 12:98] = (40, 35, 190)
        rim = cv2.dilate(mask, np.ones((5, 5), np.uint8))[..., None] / 255
        picture = picture * (1 - rim)
        picture = picture + (mask[..., None] / 255) * (240 - picture)
        side = round(110 * digit_px / high)
        told.append(cv2.resize(picture.astype(np.uint8), (side, side), interpolation=cv2.INTER_AREA))
    reads = [read.number for read in reader.read(told)]
    assert reads.count(number) >= 3


def test_looks_at_one_shirt_are_read_together(reader, samples):
    clear, empty = rendered(samples, 5, "number", "20")[:8], rendered(samples, 5, "none")[:8]
    alone = reader.read([s.picture for s in clear])
    both = reader.read([p for a, b in zip(clear, empty, strict=True) for p in (a.picture, b.picture)], looks=2)
    assert len(both) == len(clear)
    for one, two in zip(alone, both, strict=True):
        if one.number and one.confidence > READ_AT:
            assert two.confidence < one.confidence  # the other look denies it


def test_no_pictures_no_reads(reader):
    assert reader.read([]) == []


def test_a_crop_outside_the_picture_is_unreadable(reader):
    assert reader.read([np.zeros((0, 10, 3), np.uint8)])[0].number is None


def test_the_weights_are_small():
    assert GRAPH.stat().st_size <= 3_000_000
