"""Coverage, gaps, way and jitter: known answers, payload v1's own and what is meant."""

import numpy as np
import pytest

from gametape.presenter.figures import (
    INTERPOLATED,
    LEAST_WAY,
    LOST,
    MEASURED,
    Samples,
    figures,
    gaps,
    v1_figures,
)

NAN = (np.nan, np.nan)


def samples(*rows, step=0.1, stretch=None) -> Samples:
    """Samples of (quality, place) every `step` seconds."""
    quality = np.array([kind for kind, _ in rows], dtype=object)
    places = np.array([place for _, place in rows], float).reshape(-1, 2)
    of = np.ones(len(rows), int) if stretch is None else np.array(stretch)
    return Samples(np.arange(len(rows)) * step, quality, places, of)


def v1(times, *rows):
    return v1_figures(
        np.array(times, float),
        np.array([kind for kind, _ in rows], dtype=object),
        np.array([place for _, place in rows], float),
    )


# The two examples that an existing program of this kind was run on, with interpolation off and on.
TWO = [(MEASURED, (0.0, 0.0)), (LOST, NAN), (MEASURED, (0.3, 0.4))]
SIX = [(LOST, NAN), (MEASURED, (0.1, 0.1)), (LOST, NAN), (MEASURED, (0.2, 0.1)), (LOST, NAN), (LOST, NAN)]


@pytest.mark.parametrize(
    ("rows", "filled", "expected"),
    [
        (TWO, {}, (2 / 3, 1, 100, 0.5, 0)),
        (TWO, {1: (0.15, 0.2)}, (1, 0, 0, 0.5, 0)),
        (SIX, {}, (1 / 3, 3, 100, 0.1, 0)),
        (SIX, {2: (0.15, 0.1)}, (1 / 2, 2, 100, 0.1, 0)),
    ],
)
def test_figures_of_payload_v1_are_its_own(rows, filled, expected):
    rows = [(INTERPOLATED, filled[k]) if k in filled else row for k, row in enumerate(rows)]
    found = v1(100 * np.arange(len(rows)), *rows)
    assert (found.coverage, found.gapCount, found.longestGapMs, found.distance, found.jitter) == pytest.approx(expected)


def test_figures_of_payload_v1_without_points_are_zero():
    assert v1([]).coverage == v1([]).distance == 0
    one = v1([0], (MEASURED, (0.5, 0.5)))
    assert (one.coverage, one.distance, one.jitter) == (1, 0, 0)


def test_a_gap_at_the_end_lasts_until_the_last_sample_ends():
    """Payload v1 says 100 ms of the same: it takes the last sample to last no time at all."""
    track = samples(*[(kind, (p[0] * 1000, p[1] * 500)) for kind, p in SIX])
    assert np.allclose(gaps(track, 0.1), [(0.0, 0.1), (0.2, 0.3), (0.4, 0.6)])
    found = figures(track, 500, 0.1)
    assert (found.gaps, found.coverage, found.longest_gap_s) == (3, pytest.approx(1 / 3), pytest.approx(0.2))


def test_a_gap_is_measured_in_true_time():
    track = Samples(
        np.array([0, 0.1, 0.5]), np.array([MEASURED, LOST, MEASURED], object), np.zeros((3, 2)), np.ones(3, int)
    )
    assert figures(track, 100, 0.1).longest_gap_s == pytest.approx(0.4)


def test_way_is_the_same_across_and_down():
    """Fractions of width and height would call the one 0.06 and the other 0.1 of a 16:9 picture."""
    across = figures(samples((MEASURED, (0, 0)), (MEASURED, (100, 0))), 1000, 0.1)
    down = figures(samples((MEASURED, (0, 0)), (MEASURED, (0, 100))), 1000, 0.1)
    assert across.distance_px == down.distance_px == 100
    assert across.distance_heights == down.distance_heights == 0.1


def test_way_over_a_gap_counts_only_where_it_is_bridged():
    rows = [(MEASURED, (0, 0)), (MEASURED, (30, 40)), (LOST, NAN), (MEASURED, (330, 440)), (MEASURED, (330, 540))]
    found = figures(samples(*rows), 1000, 0.1)
    assert (found.distance_px, found.distance_bridged_px) == (150, 650)


def test_no_way_leads_from_one_person_to_the_next():
    rows = [(MEASURED, (0, 0)), (MEASURED, (0, 50)), (MEASURED, (800, 0)), (MEASURED, (800, 50))]
    found = figures(samples(*rows, stretch=[1, 1, 2, 2]), 1000, 0.1)
    assert (found.distance_px, found.distance_bridged_px) == (100, 100)


@pytest.mark.parametrize(("step_px", "way"), [(0.9 * LEAST_WAY * 1000, 0.0), (1.1 * LEAST_WAY * 1000, 11.0)])
def test_steps_below_the_least_way_are_a_place_that_shakes(step_px, way):
    assert figures(samples((MEASURED, (0, 0)), (MEASURED, (step_px, 0))), 1000, 0.1).distance_px == pytest.approx(way)


def test_an_hour_of_standing_is_no_way():
    random = np.random.default_rng(1)
    rows = [(MEASURED, place) for place in random.normal(500, 1.5, (2000, 2))]
    assert figures(samples(*rows), 1000, 0.1).distance_heights < 0.1


def test_slow_walking_counts_though_each_step_is_small():
    rows = [(MEASURED, (3.0 * k, 0)) for k in range(101)]
    assert figures(samples(*rows), 1000, 0.1).distance_px == pytest.approx(300, abs=10)


def test_jitter_is_what_shakes_not_how_somebody_walks():
    """Who now walks and now stands has v1's jitter, with places that are exact."""
    walk = np.concatenate([np.arange(50) * 10.0, np.full(50, 490.0)])
    exact = figures(samples(*[(MEASURED, (x, 0)) for x in walk]), 1000, 0.1)
    assert exact.jitter_heights == 0
    assert v1(100 * np.arange(100), *[(MEASURED, (x / 1000, 0)) for x in walk]).jitter > 0.004
    shaking = figures(samples(*[(MEASURED, (x, 4.0 * (k % 2))) for k, x in enumerate(walk)]), 1000, 0.1)
    assert shaking.jitter_heights == pytest.approx(0.004)


def test_what_cannot_be_measured_is_null():
    none = figures(samples(), 1000, 0.1)
    assert (none.coverage, none.distance_px, none.jitter_heights, none.gaps) == (None, None, None, 0)
    one = figures(samples((MEASURED, (1, 1)), (LOST, NAN)), 1000, 0.1)
    assert (one.coverage, one.distance_px, one.distance_bridged_px) == (0.5, None, None)
