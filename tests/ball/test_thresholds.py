"""Each limit of the ball's path, trajectory and judgement, just below and just above it, on places made by hand."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from gametape.ball import track
from gametape.ball.association import KNOWING, MotionModel, best_tracks, recurrence
from gametape.ball.candidates import to_table
from gametape.ball.judge import bend, isolated, objection
from gametape.ball.trajectory import _read, confidence, contacts, smooth_track
from tests.ball.rendered import steady

NOT_KNOWING = MotionModel()

BELIEVED = [True] * 9
"""Of segments of which the finder is sure."""


def straight(times, speed=200.0):
    return np.column_stack([speed * times, np.full_like(times, 50.0)])


def kinked(times, before, after, at=0.5):
    """Horizontal places that move at `before` px/s until `at` and at `after` px/s from there."""
    t = times - at
    return np.column_stack([np.where(t < 0, before, after) * t, np.zeros_like(t)])


def spread_of_a_kink(times, at):
    """Standard error, px/s, of a change of velocity at a look, from places that are off by 0.7 px, where accelerations
    in flight are known to 300 px/s^2: by the textbook formula of regularised least squares.
    """
    t = times[np.abs(times - at) <= 0.17 + 1e-9] - at
    shape = np.stack([np.ones_like(t), t, t**2, np.maximum(t, 0)], axis=1)
    prior = np.diag([0, 0, (0.7 / 150) ** 2, 0])
    gain = np.linalg.inv(shape.T @ shape + prior) @ shape.T
    return 0.7 * np.linalg.norm(gain[3])


# Contacts of a trajectory.


@pytest.mark.parametrize(("change", "found"), [(58, 0), (62, 1)])
def test_a_contact_changes_the_velocity_by_60_px_a_second(change, found):
    times = np.arange(0, 1.001, 0.01)
    assert contacts(times, kinked(times, -change / 2, change / 2)).tolist() == [50] * found


@pytest.mark.parametrize(("after", "found"), [(208, 0), (192, 1)])
def test_a_contact_changes_the_velocity_by_half_of_the_faster_one(after, found):
    times = np.arange(0, 1.001, 0.01)
    assert contacts(times, kinked(times, 400, after)).tolist() == [50] * found
    assert contacts(times, kinked(times, after, 400)).tolist() == [50] * found


@pytest.mark.parametrize(("errors", "found"), [(2.9, 0), (3.1, 1)])
def test_a_contact_stands_out_by_three_standard_errors(errors, found):
    times = np.arange(0, 1.001, 0.05)
    change = errors * spread_of_a_kink(times, 0.5)
    assert change > 62  # so that it is not the least change of velocity that decides
    assert len(contacts(times, kinked(times, -change / 2, change / 2))) == found


@pytest.mark.parametrize(("apart", "found"), [(0.16, 0.17), (0.18, 0.18)])
def test_two_contacts_are_at_least_017_seconds_apart(apart, found):
    """Of two that are nearer the sharper is kept, and the other where its kink is still seen far enough away."""
    times = np.arange(0, 1.5001, 0.01)
    one, other = kinked(times, -300, 300, 0.6)[:, 0], kinked(times, -300, 300, 0.6 + apart)[:, 0]
    turns = contacts(times, np.column_stack([one, other]))
    assert np.diff(times[turns]) == pytest.approx([found])


@pytest.mark.parametrize(("pull", "found"), [(900, 0), (9000, 1)])
def test_a_steady_acceleration_is_no_contact(pull, found):
    """How strong a curve passes for smooth follows from the accelerations that are thought likely."""
    times = np.arange(0, 0.401, 0.05)
    places = np.column_stack([np.zeros_like(times), pull / 2 * (times - 0.2) ** 2])
    assert min(1, len(contacts(times, places))) == found


# Places and velocities of a trajectory.


def test_velocity_in_a_gap_that_a_contact_ends_is_way_over_time():
    """Before the gap the ball flies on a parabola; in it, straight on to the contact."""
    times = np.concatenate([np.arange(0, 0.501, 0.05), np.arange(0.65, 1.2, 0.05)])
    before, after = np.minimum(times, 0.65), np.maximum(times - 0.65, 0)
    places = np.column_stack([300 * before - 300 * after, 200 * before**2])
    assert times[contacts(times, places)].tolist() == [0.65]
    told = smooth_track(times, places, np.array([0.3, 0.55, 0.6]))
    rise = 200 * (0.65**2 - 0.5**2)
    assert told.velocities == pytest.approx(np.array([[300, 120], [300, rise / 0.15], [300, rise / 0.15]]))
    assert told.places == pytest.approx(np.array([[90, 18], [165, 50 + rise / 3], [180, 50 + rise * 2 / 3]]))


@pytest.mark.parametrize(("away", "counts"), [(0.124, True), (0.126, False)])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_fit_takes_looks_within_an_eighth_of_a_second(away, counts, side):
    times = np.sort(np.append(np.arange(-0.09, 0.091, 0.03), side * away))
    places = straight(times)
    places[np.argmax(np.abs(times))] += 5.0
    _, velocity = _read(times, places, 0.0)
    assert (abs(velocity[0] - 200) > 1) == counts


def test_a_fit_takes_three_looks_however_far_they_are():
    times = np.array([-0.4, 0.0, 0.4])
    place, velocity = _read(times, straight(times), 0.1)
    assert velocity == pytest.approx([200, 0]) and place == pytest.approx([20, 50])


@pytest.mark.parametrize(("looks", "curved"), [(3, False), (4, True)])
def test_a_parabola_needs_four_looks(looks, curved):
    times = np.linspace(-0.1, 0.1, looks)
    places = np.column_stack([1000 * times**2, np.zeros_like(times)])
    assert (abs(_read(times, places, 0.01)[0][0] - 1000 * 0.01**2) < 1e-6) == curved


@pytest.mark.parametrize("off", [2.8, 3.0])
def test_a_smoothed_place_lies_within_15_px_of_the_measured_one(off):
    times = np.array([-0.1, -0.05, 0.0, 0.05, 0.1])
    places = np.zeros((5, 2))
    places[2, 1] = off
    share = 1 - 17 / 35  # of the middle's error a parabola through five even looks takes 17/35
    place, _ = _read(times, places, 0.0)
    assert off - place[1] == pytest.approx(min(share * off, 1.5)) and 1.4 < share * off < 1.6


@pytest.mark.parametrize(("away", "counts"), [(0.29, True), (0.31, False)])
def test_confidence_rests_on_looks_within_03_seconds(away, counts):
    times, odds = np.array([0.0, away]), np.array([1.0, -3.0])
    alone = 1 / (1 + np.exp(-(0.36 + 1.07 + 2)))
    assert (confidence(times, odds)[0] < alone - 0.1) == counts


def test_confidence_is_logistic_in_the_own_odds_and_those_around():
    sure = confidence(np.array([0.0, 0.1]), np.array([-2.0, -1.0]))
    wanted = [0.36 * -2 + 1.07 * -1.5 + 2, 0.36 * -1 + 1.07 * -1.5 + 2]
    assert np.log(sure / (1 - sure)) == pytest.approx(wanted)


# The path through candidates.


def chosen(odds, times=None, x=None, model=NOT_KNOWING):
    """How many looks of one track are chosen; NaN odds: a look without a candidate. Standing still unless `x`."""
    odds = np.asarray(odds, float)
    times = np.arange(len(odds)) / 30 if times is None else np.asarray(times, float)
    there = np.isfinite(odds)
    xy = np.zeros((there.sum(), 2))
    if x is not None:
        xy[:, 0] = np.asarray(x, float)[there]
    picked, tracks = best_tracks(times, there.astype(int), xy, odds[there], model)
    return int((picked >= 0).sum()), int(tracks.max()) + 1


@pytest.mark.parametrize(("odds", "found"), [([3.9], 0), ([4.1], 1), ([0.4, 0.4], 0), ([0.6, 0.6], 2)])
def test_a_track_is_worth_more_than_its_start(odds, found):
    """Each look is worth its log odds and a prior of 3, and a track costs 7."""
    assert chosen(odds)[0] == found


@pytest.mark.parametrize(("odds", "found"), [(0.9, 0), (1.1, 2)])
def test_a_look_without_a_candidate_costs_one(odds, found):
    assert chosen([odds, np.nan, odds])[0] == found


@pytest.mark.parametrize(("away", "tracks"), [(0.19, 1), (0.21, 2)])
def test_a_track_may_be_missing_for_02_seconds(away, tracks):
    assert chosen([6, 6], times=[0, away])[1] == tracks


@pytest.mark.parametrize(("moved", "tracks"), [(153, 1), (155, 2)])
def test_no_ball_is_faster_than_1500_px_a_second(moved, tracks):
    """And 4 px, of which each place may be off."""
    assert chosen([9, 9], times=[0, 0.1], x=[0, moved])[1] == tracks


@pytest.mark.parametrize(("gap", "spread"), [(0.1, 6 + 225), (0.001, 6)])
@pytest.mark.parametrize(("more", "found"), [(-0.02, 0), (0.02, 3)])
def test_a_place_off_the_way_costs_what_blur_and_pull_do_not_explain(gap, spread, more, found):
    """One standard deviation off constant velocity costs 3 * 1 / (1 + 6): `spread` px^2 of it are the blur of three
    places (1 px each: 1 + 4 + 1) and an acceleration of 1500 px/s^2 over two steps.
    """
    worth = (7 + 3 / 7) / 3 + more
    assert chosen([worth - 3] * 3, times=[0, gap, 2 * gap], x=[0, 0, np.sqrt(spread)])[0] == found


@pytest.mark.parametrize(("more", "found"), [(-0.05, 0), (0.05, 6)])
def test_a_turn_costs_three_at_most(more, found):
    worth = (7 + 3) / 6 + more
    x = [0, 30, 60, 30, 0, -30]
    assert chosen([worth - 3] * 6, times=np.arange(6) / 50, x=x)[0] == found


@pytest.mark.parametrize(
    ("away", "apart", "share"),
    [(0.19, 0, 0), (0.21, 0, 1), (0.99, 0, 1), (1.01, 0, 0), (0.5, 2.9, 1), (0.5, 3.1, 0)],
)
def test_a_place_recurs_within_a_second_but_not_while_a_ball_passes(away, apart, share):
    again = recurrence(np.array([0.0, away]), np.array([1, 1]), np.array([[0.0, 0.0], [0.0, apart]]))
    assert again.tolist() == [share, share]


def test_what_a_network_knows_is_not_asked_of_frame_differences():
    assert (KNOWING.flicker, KNOWING.sure, KNOWING.glimpse_s) == (0.0, 0.9, 0.25)
    assert (NOT_KNOWING.sure, NOT_KNOWING.glimpse_s) == (0.0, 0.0)


# From candidates to the table.


class Blinking:
    """A candidate that creeps at `speed` px/s with a chance given as log odds."""

    name, version = "made", "1"

    def __init__(self, odds, speed=2.0, model=NOT_KNOWING, seen=lambda t: True, repeats=lambda t: False):
        self.odds, self.speed, self.model, self.seen, self.repeats = odds, speed, model, seen, repeats

    def candidates(self, film, start, stop, shots=None):
        times = film.times[start:stop]
        repeats = np.array([self.repeats(t) for t in times])
        there = np.array([self.seen(t) for t in times]) & ~repeats
        measures = {name: np.full(there.sum(), np.nan) for name in ("size", "elongation", "orientation")}
        measures |= {"x": 100 + self.speed * times[there], "y": np.full(there.sum(), 90.0)}
        measures["score"] = np.full(there.sum(), 1 / (1 + np.exp(-self.odds)))
        return to_table(np.arange(start, stop), repeats, there.astype(int), measures)


def states(source, seconds=4.0):
    return np.array(tracked(source, seconds)["state"].to_pylist())


def tracked(source, seconds):
    times = steady(30, seconds)

    class Film(SimpleNamespace):
        def __len__(self):
            return len(times)

    return track(Film(times=times, repeats=np.zeros(len(times), bool), width=512, height=288), source=source)


@pytest.mark.parametrize(("odds", "found"), [(5.0, False), (5.4, True)])
def test_what_recurs_costs_eight_beyond_a_tenth_of_the_looks(odds, found):
    """All of 0.9 shares times 8 is taken off; what is left makes a confidence of 0.3 at -1.99."""
    seen = states(Blinking(odds))
    assert (seen[45:75] == "detected").all() == found and (seen[45:75] == "absent").all() != found


@pytest.mark.parametrize(("odds", "found"), [(-2.1, False), (-1.85, True)])
def test_what_is_less_likely_than_03_is_left_out(odds, found):
    seen = states(Blinking(odds, speed=100.0, model=MotionModel(flicker=0.0)), 1.5)
    assert (seen == "detected").all() == found


def test_a_candidate_is_never_surer_than_0999():
    table = tracked(Blinking(60.0, 100.0, KNOWING), 1.0)
    doubt = 1 - np.array(table["confidence"].to_pylist())
    odds = np.log(0.999 / 0.001)
    assert doubt == pytest.approx(1 / (1 + np.exp((0.36 + 1.07) * odds + 2)), rel=0.05)


def test_flights_are_numbered_through_the_film():
    """Two segments with a gap between them, each with a turn."""

    class Turning(Blinking):
        def candidates(self, film, start, stop, shots=None):
            made = super().candidates(film, start, stop, shots)
            times = film.times[start:stop]
            x = 100 + 150 * np.abs((times % 1.5) - 0.6)
            lists = [[at] if there else [] for at, there in zip(x, (self.seen(t) for t in times), strict=True)]
            return made.set_column(
                made.column_names.index("x"), made.schema.field("x"), pa.array(lists, pa.list_(pa.float32()))
            )

    table = tracked(Turning(6.0, model=KNOWING, seen=lambda t: t < 1.2 or t > 1.6), 2.7)
    numbers = [one for one in table["flight"].to_pylist() if one is not None]
    assert numbers == sorted(numbers) and set(numbers) == {0, 1, 2, 3}


@pytest.mark.parametrize(("hidden", "state"), [(5, "interpolated"), (6, "absent")])
def test_a_gap_of_02_seconds_is_filled_and_a_longer_one_is_not(hidden, state):
    """Of 30 frames a second, 5 hidden frames lie between looks 0.2 s apart, 6 between looks 0.233 s apart."""
    begin, end = 0.5, 0.5 + hidden / 30
    seen = states(Blinking(6.0, 100.0, KNOWING, lambda t: not begin - 1e-6 < t < end - 1e-6), 1.5)
    assert set(seen[15 : 15 + hidden]) == {state} and set(np.delete(seen, range(15, 15 + hidden))) == {"detected"}


def test_a_repeated_picture_shows_the_ball_for_02_seconds():
    seen = states(Blinking(6.0, 100.0, KNOWING, repeats=lambda t: 0.5 < t < 0.99), 1.5)
    shown = 15 + np.flatnonzero(seen[16:30] == "absent")[0]
    assert shown / 30 == pytest.approx(0.5 + 0.2, abs=1e-6)


# Whether it is a ball.


def verdict(times, places, sure=1.0):
    return objection(np.asarray(times, float), np.asarray(places, float), np.full(len(times), sure), 0.9)


@pytest.mark.parametrize(("looks", "told"), [(2, "brief"), (3, None)])
def test_three_looks_make_a_stretch(looks, told):
    times = np.arange(looks) / 30
    assert verdict(times, straight(times, 600)) == told


@pytest.mark.parametrize(("way", "told"), [(5.9, "still"), (6.1, None)])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_ball_in_play_moves_by_6_px(way, told, axis):
    times = np.linspace(0, 0.4, 13)
    places = np.zeros((13, 2))
    places[:, axis] = way * times / 0.4
    assert verdict(times, places) == told


@pytest.mark.parametrize(("sure", "told"), [(0.89, "unsure"), (0.9, None)])
def test_a_finder_that_knows_balls_is_sure_of_one_somewhere(sure, told):
    times = np.linspace(0, 0.4, 13)
    assert verdict(times, straight(times, 600), sure) == told


def swerving(times, swerve, speed=130.0):
    """Flies across at an even speed and swerves upwards, as no ball falls, by `swerve` px off the chord's middle."""
    t = times - times.mean()
    return np.column_stack([speed * t, -4 * swerve * (t / np.ptp(times)) ** 2])


@pytest.mark.parametrize(("swerve", "told"), [(5.9, None), (6.1, "drift")])
def test_a_slow_flight_that_bends_by_6_px_is_no_balls(swerve, told):
    times = np.linspace(0, 1, 61)
    assert bend(times, swerving(times, swerve)) == pytest.approx(swerve, abs=0.01)
    assert verdict(times, swerving(times, swerve)) == told


@pytest.mark.parametrize(("lasts", "told"), [(0.49, None), (0.51, "drift")])
def test_half_a_second_is_needed_to_tell(lasts, told):
    times = np.linspace(0, lasts, 31)
    assert verdict(times, swerving(times, 7.0)) == told


@pytest.mark.parametrize(("speed", "told"), [(148, "drift"), (152, None)])
def test_what_is_as_fast_as_150_px_a_second_was_thrown(speed, told):
    """Its greatest speed over a tenth of a second, of which a swerve of 7 px makes 25 px/s upwards at the ends."""
    times = np.linspace(0, 1, 61)
    assert verdict(times, swerving(times, 7.0, np.sqrt(speed**2 - 25.2**2))) == told


@pytest.mark.parametrize(("half", "told"), [(1.4, None), (1.6, "drift")])
def test_two_ways_that_bend_by_a_quarter_of_it_are_no_straight_ones(half, told):
    """A touch at half time, too gentle for a contact, between two ways that swerve by `half` px each."""
    times = np.linspace(0, 1, 61)
    t = times - 0.5
    places = np.column_stack([130 * t, -32 * half / 2 * t**2 - 20 * np.abs(t)])
    assert bend(times[:31], places[:31]) == pytest.approx(half, abs=0.05) and bend(times, places) > 6
    assert verdict(times, places) == told


@pytest.mark.parametrize(("speed", "slows", "bent"), [(20, 40, 0), (20, 48, 1), (10, 28, 1)])
def test_friction_slows_a_ball_by_twice_its_speed_a_second(speed, slows, bent):
    """An acceleration of 8 px/s^2 that it does not explain bends a second of flight by 1 px."""
    times = np.linspace(0, 1, 61)
    t = times - 0.5
    assert bend(times, np.column_stack([speed * t - slows / 2 * t**2, 0 * t])) == pytest.approx(bent, abs=0.01)


@pytest.mark.parametrize(("gap", "alone"), [(0.99, False), (1.01, True)])
def test_a_glimpse_with_nothing_for_a_second_around_is_alone(gap, alone):
    looks = np.arange(0, 12, 0.01)
    assert isolated([(1.0, 4.0), (4.0 + gap, 4.2 + gap), (6.0 + gap, 8.0)], looks, 0.25, BELIEVED)[1] == alone
    assert isolated([(1.0, 4.0), (6.0, 6.2), (6.2 + gap, 8.0)], looks, 0.25, BELIEVED)[1] == alone


@pytest.mark.parametrize(("lasts", "alone"), [(0.24, True), (0.25, False)])
def test_a_glimpse_is_shorter_than_told(lasts, alone):
    assert isolated([(5.0, 5.0 + lasts)], np.arange(0, 12, 0.01), 0.25, BELIEVED) == [alone]


@pytest.mark.parametrize(("left", "alone"), [(0.124, False), (0.126, True)])
def test_what_ends_within_an_eighth_of_a_second_of_a_cut_may_go_on(left, alone):
    looks = np.linspace(0, 5, 501)
    assert (
        isolated([(4.8 - left, 5 - left)], looks, 0.25, BELIEVED)
        == isolated([(left, 0.2 + left)], looks, 0.25, BELIEVED)
        == [alone]
    )


@pytest.mark.parametrize(("seconds", "alone"), [(0.99, False), (1.01, True)])
def test_a_shot_shorter_than_a_second_tells_of_no_glimpse(seconds, alone):
    looks = np.linspace(0, seconds, 101)
    assert isolated([(0.4, 0.6)], looks, 0.25, BELIEVED) == [alone]
