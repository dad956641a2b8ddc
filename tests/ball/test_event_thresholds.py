"""Each limit of the ball's events, just below and just above it; and the channels that the network was trained on."""

import numpy as np
import pytest

from gametape.ball.events import find, signal
from gametape.ball.events.signal import CHANNELS, Stretch, channels, stretches
from tests.play.made import trajectory

STEP = 0.02


def chances(steps=60, **spots):
    """(4, steps) chances of air, hit, bounce and impact; `hit={20: 0.9}` is a chance at a step, smeared over the two
    beside it so that the smoothing of three steps leaves the peak in place.
    """
    made = np.zeros((4, steps))
    for name, at in spots.items():
        for step, chance in at.items():
            made[("air", "hit", "bounce", "impact").index(name), step - 1 : step + 2] = chance
    return made


def peaks(**spots):
    made = chances(**spots)
    return find.peaks(STEP * np.arange(made.shape[1]), made)


@pytest.mark.parametrize(("steps", "found"), [(5, 1), (7, 2)])
def test_candidates_of_one_kind_are_012_seconds_apart(steps, found):
    assert len(peaks(hit={20: 0.9, 20 + steps: 0.5})) == found


def test_candidates_of_two_kinds_may_be_as_near_as_they_like():
    told = peaks(hit={20: 0.9}, bounce={22: 0.5})
    assert [(one.kind, one.leads) for one in told] == [("hit", True), ("bounce", True)]


def test_another_reading_of_a_contact_does_not_lead():
    told = peaks(hit={20: 0.5}, bounce={20: 0.4})
    assert sorted((one.kind, one.leads) for one in told) == [("bounce", False), ("hit", True)]


@pytest.mark.parametrize(("chance", "found"), [(0.049, 0), (0.051, 1)])
def test_peaks_lower_than_005_are_not_looked_at(chance, found):
    assert len(peaks(hit={20: chance})) == found


def test_an_events_time_is_the_mean_of_its_chances_squared():
    made = np.zeros((4, 40))
    made[1, 19:22] = 0.3, 0.9, 0.5
    smooth = np.convolve(made[1], [0.25, 0.5, 0.25], "same")[16:25]
    (one,) = find.peaks(STEP * np.arange(40), made)
    assert one.time == pytest.approx((smooth**2 * STEP * np.arange(16, 25)).sum() / (smooth**2).sum())
    assert one.strength == pytest.approx(np.log(smooth.max() / (1 - smooth.max())))


@pytest.mark.parametrize(("confidence", "found"), [(0.44, 0), (0.46, 1)])
def test_what_is_less_likely_than_045_is_no_event(monkeypatch, confidence, found):
    odds = float(np.log(confidence / (1 - confidence)))
    monkeypatch.setattr(find, "event_candidates", lambda *_: [[find.EventCandidate("bounce", 0.5, (odds - 1) / 2)]])
    monkeypatch.setattr(find, "read_platt_scaling", lambda _: find.PlattScaling({"bounce": 2.0}, {"bounce": 1.0}))
    times = np.arange(30) / 30
    table = find.find_events(
        trajectory(times, np.column_stack([100 * times, 50 * times])), width=1280, height=720, bounces=True
    )
    assert table.num_rows == found
    if found:
        assert table["confidence"][0].as_py() == pytest.approx(confidence)


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(("away", "within"), [(0.019, False), (0.021, True), (0.149, True), (0.151, False)])
def test_velocities_beside_an_event_are_taken_from_002_to_015_seconds_off(side, away, within):
    assert (len(find._beside(1.0, np.array([1.0 + side * away]), side)) == 1) == within
    assert len(find._beside(1.0, np.array([1.0 - side * away]), side)) == 0


@pytest.mark.parametrize(("looks", "curved"), [(4, False), (5, True)])
def test_a_velocity_beside_an_event_is_that_of_a_parabola_from_five_looks_on(looks, curved):
    from gametape.ball.sightings import Sightings

    times = 1 + 0.02 + 0.02 * np.arange(1, looks + 1)
    places = np.column_stack([500 * (times - 1) ** 2, 30 * (times - 1)])
    told = find._velocity(1.0, Sightings(np.arange(looks), times, places), 1)
    assert told[1] == pytest.approx(30) and (abs(told[0]) < 1e-6) == curved
    assert find._velocity(1.0, Sightings(np.arange(1), times[:1], places[:1]), 1) is None


def served(hidden, faster, kind="hit", then=9.0):
    """Where the event of a ball is that goes at 100 px/s, is out of sight for so long, and is so many times faster."""
    from gametape.ball.sightings import Sightings

    times = np.concatenate([1 - 0.02 * np.arange(8)[::-1], 1 + hidden + 0.02 * np.arange(8)])
    x = np.where(times <= 1, 100 * (times - 1), 100 * faster * (times - 1 - hidden))
    seen = Sightings(np.arange(16), times, np.column_stack([x, 0 * x]))
    return find._served(find.EventCandidate(kind, 1.03, 2.0), seen, then).time


@pytest.mark.parametrize("hidden", [find.HIDDEN_S - 0.001, find.HIDDEN_S + 0.001])
@pytest.mark.parametrize("faster", [find.FASTER - 0.01, find.FASTER + 0.01])
def test_a_served_ball_that_was_out_of_sight_is_hit_where_it_is_seen_again(hidden, faster):
    late = hidden > find.HIDDEN_S and faster > find.FASTER
    assert served(hidden, faster) == pytest.approx(1 + hidden if late else 1.03)
    assert served(0.2, 9.0, kind="bounce") == served(0.2, 9.0, then=1.2) == 1.03


def test_only_the_first_hit_of_a_sport_that_serves_over_a_table_is_put_there(monkeypatch):
    from gametape.sports.courts import ball_contacts

    times = np.concatenate([0.02 * np.arange(20), 0.58 + 0.02 * np.arange(70)])
    x = np.where(times < 0.5, 100 * times, 900 * (times - 0.5))
    path = trajectory(times, np.column_stack([x, 0 * x]))
    hits = [find.EventCandidate("hit", at, 3.0, followed_s=1.0) for at in (0.45, 1.5)]
    monkeypatch.setattr(find, "event_candidates", lambda *_: [hits])

    def told(sport):
        table = find.find_events(path, width=1280, height=720, bounces=True, contacts=ball_contacts(sport))
        return table["time_s"].to_pylist()

    assert told("table tennis") == [pytest.approx(0.58), pytest.approx(1.5)]
    assert told("tennis")[0] == pytest.approx(0.45)


def test_of_events_in_one_frame_the_surest_is_kept():
    rows = [{"frame": f, "confidence": c} for f, c in ((3, 0.6), (3, 0.8), (3, 0.7), (1, 0.5))]
    assert find._one_a_frame(rows) == [rows[3], rows[1]]


# What the network looks at.


@pytest.mark.parametrize(("pause", "pieces"), [(0.99, 1), (1.01, 2)])
def test_what_is_not_seen_for_a_second_parts_stretches(pause, pieces):
    times = np.concatenate([np.arange(6) / 30, 5 / 30 + pause + np.arange(6) / 30])
    assert len(stretches(times, np.zeros((12, 2)))) == pieces


@pytest.mark.parametrize(("looks", "pieces"), [(4, 0), (5, 1)])
def test_five_sightings_make_a_stretch(looks, pieces):
    assert len(stretches(np.arange(looks) / 30, np.zeros((looks, 2)))) == pieces


def mean_around(values, sigma_s):
    """Means with Gaussian weights within three standard deviations, step by step."""
    steps = np.arange(len(values))
    made = []
    for at in steps:
        near = np.abs(steps - at) <= int(3 * sigma_s / STEP)
        weights = np.exp(-(((steps[near] - at) * STEP / sigma_s) ** 2) / 2)
        made.append((weights * values[near]).sum() / weights.sum())
    return np.array(made)


@pytest.mark.parametrize("speed", [1.0, 0.05, 0.004, 0.0])
def test_channels_are_what_the_network_was_trained_on(speed):
    """Written apart from what is tested: on balls that fly, crawl, tremble and lie."""
    random = np.random.default_rng(0)
    times = np.sort(np.concatenate([np.arange(0, 2, 0.04), [2.3, 2.75, 2.8, 2.9]]))
    places = speed * (np.column_stack([times, np.abs(times - 1)]) + random.normal(0, 0.02, (len(times), 2)))
    made = dict(zip(CHANNELS, channels(Stretch(times, places)), strict=True))

    clock = np.arange(0, 2.9 + 1e-6, STEP)
    place = np.array([np.interp(clock, times, axis) for axis in places.T])
    velocity = np.array([np.append(np.diff(axis), np.diff(axis)[-1]) / STEP for axis in place])
    velocity[:, -1] = velocity[:, -2]
    energy = velocity[0] ** 2 + velocity[1] ** 2
    raw = np.append(energy[:-1], energy[-1])
    usual = np.maximum(np.sqrt(mean_around(raw, 0.5)), 0.06)
    in_play = np.maximum(np.sqrt(mean_around(raw, 2.0)), 0.06)
    total = np.sqrt(energy)
    wanted = {
        "speed": np.log((total + 0.1 * usual) / usual),
        "pace": np.log(usual / in_play),
        "seen": np.ones(len(clock)),
    }
    for axis, v, x in zip("xy", velocity, place, strict=True):
        centre = mean_around(x, 2.0)
        extent = np.maximum(np.sqrt(mean_around((x - centre) ** 2, 2.0)), 0.01)
        wanted[f"v{axis}"] = np.clip(v / usual, -4, 4)
        wanted[f"d{axis}"] = np.clip((x - mean_around(x, 0.3)) / usual / 0.3, -4, 4)
        wanted[f"p{axis}"] = np.clip((x - centre) / extent, -4, 4)
    after = np.array([min(np.flatnonzero(times > t + 1e-9), default=len(times) - 1) for t in clock])
    after = np.maximum(after, 1)
    gap = times[after] - times[after - 1]
    near = np.minimum(np.abs(times[after] - clock), np.abs(clock - times[after - 1]))
    wanted |= {"gap": np.minimum(gap, 0.4) / 0.4, "nearest": np.minimum(near, 0.1) / 0.1}
    assert set(wanted) == set(CHANNELS)
    for name, values in wanted.items():
        assert made[name] == pytest.approx(values, abs=1e-5), name
    assert signal.STEP_S == STEP
