"""Courts that can lie on each other's lines are known by their lines, and the better of two is told or none."""

import numpy as np
import pytest

from gametape.court import rivals
from gametape.court.check import Look
from gametape.court.model import model_of
from gametape.sports.courts import court_of


def ways(rival, own):
    model = model_of(court_of(own))
    return rivals.laid_on(model_of(court_of(rival)), model, np.linalg.norm(model.ends[:, 1] - model.ends[:, 0], axis=1))


def test_a_court_of_nearly_the_same_measures_is_laid_straight_on_the_other():
    plain = min(ways("badminton", "pickleball"), key=lambda way: np.abs(way - np.eye(3)).max())
    assert np.abs(plain - np.eye(3)).max() < 0.02


def test_a_court_is_laid_on_part_of_anothers_lines_nearly_to_one_scale():
    found = ways("badminton", "pickleball")
    scales = np.linalg.svd(found[:, :2, :2], compute_uv=False)
    assert (np.log(scales[:, 0] / scales[:, 1]) < rivals.NOT_SQUARE).all()
    long_service_as_base = (6.706 - 0.05) / (5.94 - 0.04)
    assert np.abs(np.abs(found[:, 1, 1]) - long_service_as_base).min() < 0.03


@pytest.mark.parametrize(("off", "shared"), [(0.99, True), (1.01, False)])
def test_lines_farther_apart_than_a_fit_takes_up_are_not_shared(off, shared):
    half, mine = 10.0, np.array([-10.0, 0, 10])
    theirs = np.array([-10.0, off * rivals.OFF * half, 10])
    found = rivals._family(theirs, mine, np.array([0.25, 0.5, 0.25]), half)
    assert ((1.0, 0.0) in found) is shared


def seen(length, share):
    return Look(np.array([float(length)]), np.array([share]), np.array([np.nan]))


@pytest.mark.parametrize(
    ("theirs", "rms", "verdict"),
    [
        (seen(890, 1.0), 0.1, "own"),
        (seen(910, 1.0), 1.0, "either"),
        (seen(1000, 1.0), 0.69, "rival"),
        (seen(1000, 1.0), 0.71, "either"),
        (seen(1000, 1.0), 1.45, "own"),
        (seen(1120, 1.0), 2.0, "rival"),
        (seen(2000, 0.7), 0.1, "own"),  # 1400 px on paint, 600 that ought to be and are not
    ],
)
def test_the_court_that_explains_more_is_there_else_the_one_that_lies_nearer(theirs, rms, verdict):
    assert rivals.there(seen(1000, 1.0), 1.0, theirs, rms) == verdict
