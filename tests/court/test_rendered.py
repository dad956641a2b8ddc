"""The drawn courts that searches are measured on are where they are said to be."""

import numpy as np
import pytest

from gametape.sports.courts import court_of
from tests.court.rendered import WIDTHS, bent, judged, random_view, render, straightened, strips


def test_paint_lies_where_the_truth_says():
    rng = np.random.default_rng(1)
    view = random_view(rng, court_of("tennis"), "high")
    picture = render(view, rng, people=0).max(axis=2).astype(float)
    brighter = []
    for strip in strips(view.court):
        across = strip[3] - strip[0]
        share = np.linspace(0.1, 0.9, 9)[:, None]
        for at in strip[0] + across / 2 + share * (strip[1] - strip[0]):
            on, beside, past = (view.seen(np.array([*place, 0.0])) for place in (at, at - 4 * across, at + 4 * across))
            if np.linalg.norm(beside - past) > 20 and _inside(view, on, beside, past):
                on, beside, past = (picture[int(y), int(x)] for x, y in (on, beside, past))
                brighter.append(on > max(beside, past) + 15)
    assert len(brighter) >= 20
    assert np.mean(brighter) > 0.85  # the net covers some


def _inside(view, *places):
    return all(0 <= x < view.width and 0 <= y < view.height for x, y in places)


@pytest.mark.parametrize("radial", [-0.12, 0.0, 0.03])
def test_a_bent_picture_is_straightened(radial):
    rng = np.random.default_rng(3)
    view = random_view(rng, court_of("badminton"), "high")
    pixels = rng.uniform(0, [view.width, view.height], (50, 2))
    flat = straightened(pixels, view.width, view.height, radial)
    assert bent(flat, view.width, view.height, radial) == pytest.approx(pixels, abs=0.05)


@pytest.mark.parametrize("name", WIDTHS)
def test_a_court_is_judged_by_where_it_is(name):
    view = random_view(np.random.default_rng(1), court_of(name), "high")
    assert judged(view, view.ground, view.radial, view.focal_px).right
    assert judged(view, view.ground, view.radial, view.focal_px).most_px < 1e-6
    assert judged(view, view.ground, view.radial, 1.1 * view.focal_px).focal_off == pytest.approx(0.1)
    shift = np.array([[1, 0, 0.016 * view.width], [0, 1, 0], [0, 0, 1]])
    assert not judged(view, shift @ view.ground, view.radial, None).right
    mirrored = view.ground @ np.diag([-1.0, 1, 1])
    assert not judged(view, mirrored, view.radial, None).right
    turned = view.ground @ np.diag([-1.0, -1, 1])
    assert not judged(view, turned, view.radial, None).right
