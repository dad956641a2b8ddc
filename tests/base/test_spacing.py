"""Moments: what is found by halving is what is found by looking at all."""

from math import inf

import numpy as np
import pytest

from gametape.base.spacing import nearest, spaced


@pytest.mark.parametrize("seed", range(5))
def test_as_if_each_were_held_against_all(seed: int):
    rng = np.random.default_rng(seed)
    moments = rng.uniform(0, 20, 200).round(2).tolist()  # some lie exactly so far apart, or on each other
    kept: list[float] = []
    for one in moments:
        if all(abs(one - other) >= 0.25 for other in kept):
            kept.append(one)
    assert [moments[at] for at in spaced(moments, 0.25)] == kept
    for to in rng.uniform(-1, 21, 50):
        assert nearest(sorted(kept), to) == min(abs(one - to) for one in kept)


def test_none_is_nearest_to_nothing():
    assert nearest([], 1.0) == inf
    assert spaced([], 1.0) == []
