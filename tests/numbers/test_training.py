"""Rendered shirts say what they show; training runs; and the exported network tells the same as the trained one."""

from dataclasses import replace

import numpy as np
import pytest

from gametape.numbers.network import CELLS, SIDE
from gametape.numbers.reader import NUMBERS, Reader


@pytest.fixture(scope="module")
def samples():
    from gametape.training.numbers.samples import Samples

    return Samples()


def test_all_numbers_are_told_apart():
    assert len(NUMBERS) == len(set(NUMBERS)) == 110
    assert {"0", "00", "7", "07", "99"} <= set(NUMBERS)


@pytest.mark.parametrize("number", ["00", "6", "97"])
def test_a_rendered_shirt_holds_its_number(samples, number):
    random = np.random.default_rng(3)
    made = [s for _ in range(12) for s in samples.some(random, "number", number)]
    readable = [s for s in made if s.number]
    assert len(readable) > len(made) / 2
    for sample in readable:
        assert sample.number == number
        assert sample.picture.shape == (SIDE, SIDE, 3)
        tens, units = sample.cells
        assert (tens >= 0) is (len(number) == 2)
        if tens >= 0:
            assert tens % CELLS <= units % CELLS + 1  # rarely does a shirt hang upside down
        assert 0.05 < sample.height < 0.9


@pytest.mark.parametrize("kind", ["none", "letters", "stripes", "empty"])
def test_a_shirt_without_a_number_is_unreadable(samples, kind):
    random = np.random.default_rng(4)
    assert {s.number for _ in range(10) for s in samples.some(random, kind)} == {""}


def test_numbers_turned_away_or_covered_are_unreadable(samples):
    random = np.random.default_rng(5)
    told = [s.number for _ in range(40) for s in samples.some(random, "hidden")]
    assert sum(not number for number in told) > len(told) / 3


def test_a_half_hidden_digit_makes_the_number_unreadable():
    from gametape.training.numbers.bodies import Scene
    from gametape.training.numbers.samples import HIDDEN, READABLE, _readable
    from gametape.training.numbers.shirts import shirt

    worn = shirt(np.random.default_rng(6), number="17")

    def readable(tens, units):
        scene = Scene(np.zeros(1), np.zeros(1), np.array([tens, units]), np.ones(2), 20.0)
        return _readable(worn, scene)

    assert readable(1.0, HIDDEN - 0.01) is False
    assert readable(1.0, (HIDDEN + READABLE) / 2) is None
    assert readable(READABLE, 1.0) is True


def test_two_steps_of_training_and_the_same_from_the_export(tmp_path, monkeypatch):
    import torch

    from gametape.training.fit import Asked
    from gametape.training.numbers import export, train

    monkeypatch.setattr(train, "BATCH", 4)
    asked = Asked(tmp_path / "a.pt", minutes=1, greatest=train.STEPSIZE, workers=0)
    train.train(asked, steps=2)
    state = torch.load(tmp_path / "a.pt", weights_only=True)
    assert state["state"]["step"] == 2
    train.train(replace(asked, resume=True), steps=3)
    assert torch.load(tmp_path / "a.pt", weights_only=True)["state"]["step"] == 3

    network = export.build()
    network.load_state_dict(state["mean"])
    network.eval()
    factors = export.calibrate(network, batches=1)
    assert len(factors) == 3
    export.write(network, tmp_path / "weights.npz", tmp_path / "numbers.onnx")
    pictures = np.random.default_rng(1).integers(0, 255, (5, SIDE, SIDE, 3)).astype(np.uint8)
    with torch.inference_mode():
        chances, heights, middles = export.telling(network)(torch.from_numpy(pictures.transpose(0, 3, 1, 2)).float())
    reads = Reader(threads=1, graph=tmp_path / "numbers.onnx").read(list(pictures))
    for read, row, height, middle in zip(reads, chances, heights, middles, strict=True):
        best = int(row.argmax())
        assert read.confidence == pytest.approx(float(row[best]), abs=1e-4)
        assert read.digit_height == pytest.approx(max(float(height), 0), abs=1e-4)
        x, y = middle[2 - len(NUMBERS[best]) :].mean(0).tolist()
        assert read.middle == pytest.approx((x, y), abs=1e-4)
    assert float(chances.sum(1).max()) <= 1 + 1e-5
    assert (tmp_path / "numbers.onnx").stat().st_size < 3e6
