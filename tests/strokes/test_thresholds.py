"""Each limit of strokes, just below and just above it, on hands that move as told."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gametape.ball.sightings import IN_FLIGHT
from gametape.base.reason import Reason
from gametape.film.sidecar import Camera, Player, Sidecar
from gametape.movement.body import CLEAR_DOMINANCE
from gametape.sports.rules import Kind as SportKind
from gametape.strokes import find
from gametape.strokes import phases as phase
from gametape.strokes.form import _ahead, _bent, _separation, form_of
from gametape.strokes.handedness import (
    CLEAR_ODDS,
    MOST_ARE_RIGHT,
    PlayingHand,
    hand_at_hits,
    odds_at_hit,
    playing_hand,
)
from gametape.strokes.hits import DENSE_S, ONE_CURVE, BallSightings, Hit, flies_on, met, reaches_away
from gametape.strokes.kinds import (
    ARM_UP_S,
    BEGINS_S,
    FIRST_UNSEEN,
    TOLD,
    Kind,
    Sided,
    in_rally,
    kind_by_ball,
    kind_of,
    settled,
)
from gametape.strokes.merging import Description, Proposal, merge
from gametape.strokes.openings import puts_in_play, unseen_serves
from gametape.strokes.owners import FAR_AWAY, IN_PLAY_S, NOBODY, NOBODY_ELSE, TWICE, Claim, owners, turn_of
from gametape.strokes.phases import ABOVE_HEAD, Phases, Striker, Swing, phases, swings

HZ = 120
GRID = np.arange(0, 8, 1 / HZ)
STEP = 1.5 / HZ
AT = 4.0
SWING = Swing("right", AT, 10.0, AT, False)


def along(*knots):
    """A quantity on the grid, straight between (seconds, value)."""
    return np.interp(GRID, *zip(*knots, strict=True))


class Person:
    """Stands for `Near` and for what a `Striker` is asked: quantities on the grid by name, 0 where none is given; body
    heights, with a height of one.
    """

    def __init__(self, speed=None, points=None, above=None, angles=None, widths=None, full=(0.2, 0.12)):
        self.grid, self.height, self.part = GRID, np.ones(len(GRID)), slice(0, len(GRID))
        self.speed, self.points, self.above = speed, points or {}, above or {}
        self.angles, self.widths = angles or {}, widths or {}
        self.striker = SimpleNamespace(
            full_width=dict(zip(("shoulder", "hip"), full, strict=True)), motion=SimpleNamespace(rate=25.0)
        )

    def hand_speed(self, side):
        return self.speed[side] if isinstance(self.speed, dict) else self.speed

    def position(self, name, cutoff=None):
        x, y = self.points.get(name, (0.0, 0.0))
        return np.column_stack(np.broadcast_arrays(x + 0 * GRID, y + 0 * GRID))

    def wrist(self, side):
        return self.position(f"{side}_wrist")

    @property
    def head(self):
        return self.position("nose")

    def above_nose(self, side):
        return self.above.get(side, -1.0) + 0 * GRID

    def angle(self, name):
        return self.angles.get(name, 180.0) + 0 * GRID

    def width(self, line):
        return self.widths.get(line, 0.0) + 0 * GRID


# Phases.


def told(*knots):
    return phases(Person(along(*knots)), SWING, AT)


def test_a_stroke_ends_where_the_hand_is_below_30_percent_of_its_top_speed():
    when = told((AT - 0.8, 0), (AT, 10), (AT + 1, 0))
    assert when.end_s == pytest.approx(AT + 0.7, abs=STEP)
    assert when.swing_s == pytest.approx(AT - 0.4, abs=STEP)  # and begins at half of it


@pytest.mark.parametrize(("lasts", "known"), [(0.97, True), (1.02, False)])
def test_a_follow_through_lasts_a_second_at_most(lasts, known):
    when = told((3, 0), (AT, 10), (AT + 0.05, 4), (AT + lasts, 4), (AT + lasts + 0.01, 0))
    assert (when.end_s is not None) == known


@pytest.mark.parametrize(("slow", "known"), [(3.1, True), (2.9, False)])
def test_a_hand_that_is_slow_at_contact_already_has_no_follow_through(slow, known):
    when = phases(Person(along((3, 0), (AT - 0.1, 10), (AT, slow), (AT + 1, slow - 1))), SWING, AT)
    assert (when.end_s is not None) == known


@pytest.mark.parametrize(("before", "begins"), [(0.13, AT - 0.145), (0.17, 3.6)])
def test_the_speed_of_contact_is_that_of_the_015_seconds_before(before, begins):
    """A spike of 10 on a hand that rises evenly to 4: half of the spike is passed at its foot, half of 4 where it was 2."""
    spike = (AT - before - 0.015, 4), (AT - before, 10), (AT - before + 0.015, 4)
    assert told((3.4, 0), (3.8, 4), *spike, (AT + 1, 4)).swing_s == pytest.approx(begins, abs=2 * STEP)


@pytest.mark.parametrize(("before", "known"), [(0.48, True), (0.52, False)])
def test_a_swing_begins_within_half_a_second(before, known):
    when = told((3, 0), (AT - before - 0.01, 0), (AT - before, 6), (AT, 10), (AT + 0.1, 0))
    assert (when.swing_s is not None) == known


@pytest.mark.parametrize(("before", "slowest"), [(0.48, True), (0.52, False)])
def test_the_load_is_the_slowest_moment_of_the_half_second_before_the_swing(before, slowest):
    half = AT - 0.05
    dip = half - before
    when = told((2, 3), (dip - 0.01, 3), (dip, 1), (dip + 0.01, 3), (AT - 0.1, 3), (half, 5), (AT, 10), (AT + 0.1, 0))
    assert (when.load_s == pytest.approx(dip, abs=STEP)) == slowest


@pytest.mark.parametrize(("rest", "begins"), [(0.13, False), (0.18, True)])
@pytest.mark.parametrize(("slow", "rests"), [(1.4, True), (1.6, False)])
def test_preparation_begins_after_a_rest_of_015_seconds_below_15_percent(rest, begins, slow, rests):
    load, woke = 3.7, 3.4
    when = told(
        (2, 3), (woke - rest - 0.02, 3), (woke - rest, slow), (woke, slow), (woke + 0.02, 3), (load - 0.01, 3), (load, 0.5),
        (load + 0.01, 3), (AT - 0.2, 3), (AT - 0.1, 5), (AT, 10), (AT + 0.1, 0),
    )  # fmt: skip
    assert when.load_s == pytest.approx(load, abs=STEP)
    assert (when.start_s == pytest.approx(woke, abs=0.03)) == (begins and rests)
    if not (begins and rests):
        assert when.start_s == pytest.approx(load - 1.0, abs=2 * STEP)  # the longest preparation


def test_a_swing_may_begin_with_the_film():
    """Its second picture is the last one in which the hand is slow."""
    begun = phases(Person(np.where(GRID < STEP, 1.0, 10.0)), Swing("right", 0.2, 10.0, 0.2, False), 0.2)
    assert begun.swing_s == pytest.approx(1 / HZ)


# Swings.


def striker(**speeds):
    motion = SimpleNamespace(grid=GRID, height=np.ones(len(GRID)), rate=50.0, times=GRID, body_height_px=500.0)
    body = SimpleNamespace(motion=motion, wrist_speed={"left": 0 * GRID, "right": 0 * GRID} | speeds)
    made = Striker(body)
    made.near = lambda moment: Person(made.hand_speed, above={"right": -1.0, "left": -1.0})
    return made


RULES = SimpleNamespace(
    actions=SimpleNamespace(two_handed=False, apart_s=0.8),
    min_speed=2.0, share_of_peak=0.3, apart_s=0.5, reach=0.3, needs_ball=False, min_confidence=0.2, level="sided",
    overhead="overhead", unnamed="kind_not_named", toss="serve", kinds={},
    alternate=False, opening=None, lowest=False, two_handed=False,
)  # fmt: skip


def bells(*peaks, width=0.03):
    return sum(high * np.exp(-0.5 * ((GRID - at) / width) ** 2) for at, high in peaks)


@pytest.mark.parametrize(("apart", "found"), [(0.18, 1), (0.22, 2)])
def test_peaks_within_02_seconds_are_one_swing(apart, found):
    assert len(swings(striker(right=bells((3, 8), (3 + apart, 6))), "right", RULES)) == found


@pytest.mark.parametrize(("speed", "found"), [(1.9, 0), (2.1, 1)])
def test_a_swing_is_as_fast_as_the_rules_demand(speed, found):
    assert len(swings(striker(right=bells((3, speed))), "right", RULES)) == found


@pytest.mark.parametrize(("second", "found"), [(2.9, 1), (3.1, 2)])
def test_a_swing_is_as_fast_as_the_share_of_the_fastest_that_the_rules_demand(second, found):
    assert len(swings(striker(right=bells((2, 10), (5, second))), "right", RULES)) == found


def swung(above, speed):
    person = Person(speed, above={"right": above}, points={"right_wrist": (0.0, -above)})
    return phase._swing(person, "right", int(np.argmax(speed)), False)


@pytest.mark.parametrize(("height", "overhead"), [(0.04, False), (0.06, True)])
def test_a_hand_005_heights_above_the_nose_plays_overhead(height, overhead):
    made = swung(along((3.7, -1), (3.9, height), (4.1, -1)), along((3, 5), (AT, 10), (5, 5)))
    assert made.overhead == overhead
    assert made.contact_s == pytest.approx(3.9 if overhead else AT, abs=STEP)


@pytest.mark.parametrize(("at", "overhead"), [(-0.26, False), (-0.24, True), (0.04, True), (0.07, False)])
def test_it_is_highest_from_025_seconds_before_its_fastest_moment_to_005_after(at, overhead):
    bump = along((AT + at - 0.012, -1), (AT + at, 0.5), (AT + at + 0.012, -1))
    assert swung(bump, along((3, 9), (AT, 10), (5, 9))).overhead == overhead


@pytest.mark.parametrize(("slow", "overhead"), [(3.4, False), (3.6, True)])
def test_a_hand_that_is_highest_below_35_percent_of_its_speed_is_drawn_back(slow, overhead):
    above = along((3.8, -1), (3.81, 0.5), (3.83, 0.5), (3.84, -1))
    assert swung(above, along((3.5, slow), (3.9, slow), (AT, 10), (5, 0))).overhead == overhead


@pytest.mark.parametrize(("at", "met"), [(-0.06, False), (-0.04, True), (0.14, True), (0.16, False)])
def test_a_hand_that_meets_the_ball_where_it_is_lowest_does_so_about_its_fastest_moment(at, met):
    dip = along((AT + at - 0.01, 0), (AT + at, 1), (AT + at + 0.01, 0))  # y grows downwards
    person = Person(along((3, 0), (AT, 10), (5, 0)), points={"right_wrist": (0.0, dip)})
    made = phase._swing(person, "right", int(np.searchsorted(GRID, AT)), True)
    assert (made.contact_s == pytest.approx(AT + at, abs=STEP)) == met and not made.overhead
    assert made.peak_s == pytest.approx(AT, abs=STEP)


# Kinds.


def kind(person, ball=None, hand="right", overhead=False, rules=RULES, load_s=AT - 0.4):
    made = kind_of(person, Swing("right", AT, 10, AT, overhead), AT, Phases(load_s=load_s), ball, rules)
    return settled(made, {"right": 1.0, "left": 0.0, None: 0.5}[hand])


def facing(wide, wrist=None, **points):
    """Right joints `wide` heights to the picture's right of left ones; the hip in the middle of the picture."""
    joints = {
        f"{side}_{joint}": (sign * wide / 2, 0.0)
        for joint in ("hip", "shoulder")
        for side, sign in (("right", 1), ("left", -1))
    }
    return Person(
        points=joints | {"right_wrist": (0.0 * GRID if wrist is None else wrist, 0.5), "nose": (0.0, -0.4)} | points
    )


@pytest.mark.parametrize(("wide", "known"), [(0.049, False), (0.051, True)])
def test_left_and_right_are_005_heights_apart_where_the_side_is_known(wide, known):
    unseen = dict.fromkeys(("left_shoulder", "right_shoulder"), (np.nan, 0.0))
    assert (kind(facing(wide, along((3.5, 0.4), (4.2, -0.3)), **unseen)).confidence is not None) == known


@pytest.mark.parametrize(("mostly", "known"), [(0.119, False), (0.121, True)])
@pytest.mark.parametrize("way", [1, -1])
def test_of_who_mostly_shows_shoulders_narrower_than_012_heights_the_side_is_not_known(mostly, known, way):
    """Before contact they are wider, or narrower: that is a turn, and no view."""
    turned = way * np.where(np.abs(GRID - AT) < 0.5, 0.3 if mostly < 0.12 else 0.06, mostly) / 2
    person = facing(
        way * 0.1, along((3.5, 0.4), (4.2, -0.3)), left_shoulder=(-turned, 0.0), right_shoulder=(turned, 0.0)
    )
    made = kind(person)
    assert (made.confidence is not None) == known
    assert known or made.reason == "sides_look_alike"


def test_confidence_in_a_side_is_a_half_at_012_heights():
    wrist = along((3.6, 0.06), (AT, 0.06), (AT + 0.08, 0.06))  # begins at 0.06, is there after: 0.06 + 0 + 0.06
    made = kind(facing(10.0, wrist))
    assert made.name == "forehand" and made.confidence == pytest.approx(0.5 + 0.25 * 10 / 10.025, abs=0.005)
    assert kind(facing(10.0, -wrist)).name == "backhand"


def test_where_a_hand_goes_is_taken_008_seconds_after_contact():
    wrist = along((3.5, 0.1), (AT + 0.07, 0.1), (AT + 0.09, -0.3))
    expected = 0.1 + (0.1 + 0.1) + 0.1  # begin, begin less after (-0.1 half way), met
    sure = 0.5 + 0.5 * expected / (expected + 0.12) * 10 / 10.025
    assert kind(facing(10.0, wrist)).confidence == pytest.approx(sure, abs=0.02)


@pytest.mark.parametrize(("at", "counts"), [(-0.85, False), (-0.75, True), (0.05, True), (0.15, False)])
def test_the_body_faces_as_within_08_seconds_before_contact_and_01_after(at, counts):
    """It is seen there alone; all around it is out of sight, but for later, when it faces the other way."""
    wide = np.where(np.abs(GRID - AT - at) < 0.04, 0.2, np.where(GRID > 6, -0.2, np.nan))
    points = {f"right_{joint}": (wide, 0.0) for joint in ("hip", "shoulder")}
    made = kind(Person(points=points | {"right_wrist": (0.3, 0.5), "nose": (0.0, -0.4)}))
    assert (made.name == "forehand") == counts


@pytest.mark.parametrize(("height", "named"), [(0.34, "forehand"), (0.36, "overhead")])
def test_a_ball_035_heights_above_the_head_is_hit_overhead(height, named):
    person = facing(0.2, along((3.5, 0.4), (4.2, -0.3)))
    made = kind(person, ball=np.array([0.3, -0.4 - height]))
    assert made.name == named
    if named == "overhead":
        assert made.confidence == pytest.approx(0.5 + 0.5 * 0.01 / (0.01 + 0.05), abs=1e-6)


@pytest.mark.parametrize(("height", "named"), [(0.04, "forehand"), (0.06, "swing")])
def test_a_ball_alone_above_the_head_has_no_side_where_a_hand_may_be_up(height, named):
    for hands in ({"left": ABOVE_HEAD + 0.01}, {"left": np.nan, "right": np.nan}):
        person = facing(0.2)
        person.above = hands
        assert settled(kind_by_ball(person, AT, np.array([0.3, -0.4 - height]), RULES), 1.0).name == named


@pytest.mark.parametrize(("up", "when", "named"), [(-0.01, 0.0, "forehand"), (0.01, 0.0, "swing"), (0.01, ARM_UP_S - 0.02, "swing"), (0.01, ARM_UP_S + 0.02, "forehand")])  # fmt: skip
def test_a_ball_a_little_above_the_head_is_met_beside_the_body_where_no_hand_is_up(up, when, named):
    """The hand is up for a moment, as near to contact as `when` s."""
    person = facing(0.2)
    person.above = {"left": np.nan, "right": np.where(np.abs(GRID - AT - when) < 0.01, ABOVE_HEAD + up, -1.0)}
    assert settled(kind_by_ball(person, AT, np.array([0.3, -0.4 - 0.2]), RULES), 1.0).name == named


def test_the_higher_a_ball_is_above_the_head_the_less_sure_its_side():
    low, high, highest = (
        settled(kind_by_ball(facing(0.4), AT, np.array([0.5, -0.4 - up]), RULES), 1.0) for up in (0.04, 0.1, 0.34)
    )
    assert low.confidence > high.confidence > 0.5 and highest.name == "swing", "it may as well be overhead"
    assert (high.confidence - 0.5) / (low.confidence - 0.5) == pytest.approx(0.25 / (0.25 + 0.05), abs=1e-6)


@pytest.mark.parametrize(
    ("at", "high", "named"),
    [(-1.95, 0.2, "serve"), (-2.05, 0.2, "overhead"), (-0.2, 0.2, "serve"), (-0.1, 0.2, "overhead"), (-1, 0.04, "overhead"), (-1, 0.06, "serve")],
)  # fmt: skip
def test_a_toss_is_above_the_nose_from_2_to_015_seconds_before_contact(at, high, named):
    toss = along((AT + at - 0.02, -1), (AT + at, high), (AT + at + 0.02, -1))
    made = kind(Person(above={"right": 0.3, "left": toss}), overhead=True)
    assert made.name == named
    margin, tossed = 0.5 + 0.5 * 0.25 / 0.3, 0.5 + 0.5 * high / (high + 0.05)
    assert made.confidence == pytest.approx(margin * tossed if named == "serve" else margin, abs=0.06)


# Form.


def wound(shoulder, hip=0.0, at=3.6, **how):
    """Shoulders and hips turn so many degrees out of the picture plane at a moment, and back."""

    def seen(most, full):
        return full * np.cos(np.radians(along((at - 0.3, 0), (at, most), (at + 0.3, 0))))

    person = Person(widths={"shoulder": seen(shoulder, 0.2), "hip": seen(hip, 0.12)}, **how)
    return _separation(person, Phases(start_s=2.5), AT)


@pytest.mark.parametrize(("turned", "hip", "known"), [(39, 30, False), (41, 30, True), (24, 0, False), (26, 0, True)])
def test_separation_is_10_degrees_and_the_shoulders_turn_by_25(turned, hip, known):
    apart, _, at = wound(turned, hip)
    assert (apart is not None) == known
    if known:
        assert apart == pytest.approx(turned - hip, abs=1) and at == pytest.approx(3.6, abs=STEP)


@pytest.mark.parametrize(("full", "known"), [((0.139, 0.12), False), ((0.141, 0.12), True), ((0.2, 0.069), False), ((0.2, 0.071), True)])  # fmt: skip
def test_a_body_never_seen_from_the_front_shows_no_turn(full, known):
    """Its shoulders are seen 0.14 heights wide at most, or its hips 0.07."""
    person = Person(widths={"shoulder": full[0] * along((3.5, 1), (3.6, 0.5), (3.7, 1)), "hip": full[1]}, full=full)
    assert (_separation(person, Phases(start_s=2.5), AT)[0] is not None) == known


@pytest.mark.parametrize(("before", "seen"), [(0.78, True), (0.9, False)])
def test_separation_is_looked_for_08_seconds_before_contact(before, seen):
    apart = wound(50, at=AT - before)[0]
    assert (apart == pytest.approx(50, abs=2.5)) == seen


@pytest.mark.parametrize(("unknown", "told"), [(0.25, False), (0.15, True)])
def test_the_turn_is_known_in_four_fifths_of_the_load(unknown, told):
    width = 0.2 * np.cos(np.radians(along((3.3, 0), (3.6, 50), (3.9, 0))))
    width[(GRID > 3.25) & (3.25 + 0.8 * unknown > GRID)] = np.nan
    person = Person(widths={"shoulder": width, "hip": 0.12})
    assert (_separation(person, Phases(start_s=2.5), AT)[0] is not None) == told


@pytest.mark.parametrize(("hips", "known"), [(0.07, True), (0.073, False)])
def test_a_knee_is_known_where_the_legs_turn_by_less_than_45_degrees_out_of_the_picture(hips, known):
    """Of hips 0.1 heights wide from the front: sin of the turn 0.714 at a cosine of 0.7."""
    person = Person(
        widths={"hip": hips}, angles={"right_knee": along((3.5, 170), (3.7, 130), (AT, 170))}, full=(0.2, 0.08)
    )
    degrees, _ = _bent(person, Phases(start_s=3.0), AT)
    assert (degrees is not None) == known
    if known:
        assert degrees == pytest.approx(130, abs=1)


@pytest.mark.parametrize(("unknown", "known"), [(0.25, False), (0.15, True)])
def test_a_knee_is_known_in_four_fifths_of_the_load(unknown, known):
    knee = along((3.5, 170), (3.7, 130), (AT, 170))
    knee[(GRID >= 3) & (3 + unknown > GRID)] = np.nan
    person = Person(angles={"left_knee": knee, "right_knee": knee})
    assert (_bent(person, Phases(start_s=3.0), AT)[0] is not None) == known


@pytest.mark.parametrize(("view", "above_head", "share", "known"), [("front", True, 0.59, False), ("front", True, 0.61, True), ("front", False, 0.9, False), ("side", False, 0.3, True)])  # fmt: skip
def test_ahead_and_behind_are_known_where_the_swing_crosses_the_picture(view, above_head, share, known):
    """An overhead hand of whose speed 60 % cross it, or a camera at the side."""
    hip = (3.0, 1.0)
    wrist = hip + np.column_stack([share * (GRID - 3.8), np.sqrt(1 - share**2) * (GRID - 3.8)])
    ahead, _ = _ahead(Person(points={"mid_hip": hip}), wrist, above_head, AT, Sidecar(camera=Camera(view=view)))
    assert (ahead is not None) == known
    if known:
        assert ahead == pytest.approx(share * 0.2, abs=0.01)


# Hits, hands, merging.


def hit(at=AT, place=(0.0, 0.0), confidence=0.8):
    return Hit(round(at * 30), at, np.array(place), confidence)


def person_at(wrist, shoulder=(np.nan, np.nan)):
    places = {"left_wrist": wrist, "right_wrist": wrist, "mid_shoulder": shoulder}
    position = lambda point, cutoff=None: np.tile(np.array(places[point], float), (len(GRID), 1))  # noqa: E731
    return SimpleNamespace(motion=SimpleNamespace(grid=GRID, position=position, height=np.ones(len(GRID)), track=0))


def test_reaches_are_from_the_wrist_or_an_arms_length_from_the_shoulders():
    seen, hidden = person_at((1.0, 0.0)), person_at((np.nan, np.nan), (1.0, 0.0))
    assert reaches_away(seen, "right", AT, np.zeros(2), 0.5) == pytest.approx(2)
    assert reaches_away(hidden, "right", AT, np.zeros(2), 0.5) == pytest.approx(1 / (0.33 + 0.5))
    assert reaches_away(seen, "right", 9.0, np.zeros(2), 0.5) == np.inf
    assert reaches_away(person_at((np.nan, np.nan)), "right", AT, np.zeros(2), 0.5) == np.inf


def unhit(reaches, off=0.0, speed=600.0, count=3, size=500.0):
    """Why a ball is not hit that is seen `count` times, so many reaches from the hand, so many seconds late."""
    person = person_at((0.0, 0.0))
    person.size_px = size
    times = AT + off + 0.001 * np.arange(count)
    places = np.tile([0.3 * reaches, 0.0], (count, 1))
    return find._unhit(person, SWING, BallSightings(times, places, np.full(count, speed)), 0.3)


@pytest.mark.parametrize(("reaches", "off", "count", "elsewhere"), [(1.15, 0, 3, False), (1.25, 0, 3, True), (9, 0.097, 3, True), (9, 0.101, 3, False), (9, 0, 1, False)])  # fmt: skip
def test_a_ball_is_elsewhere_from_12_reaches_on_within_01_seconds_seen_twice(reaches, off, count, elsewhere):
    assert unhit(reaches, off, count=count) == ("ball_elsewhere" if elsewhere else None)


@pytest.mark.parametrize(("speed", "off", "plays"), [(499.0, 0.0, False), (501.0, 0.0, True)])
def test_a_ball_in_flight_is_as_fast_as_a_body_height_a_second(speed, off, plays):
    assert (unhit(9, off, speed) is not None) == plays


def test_a_ball_that_flew_06_seconds_ago_is_in_play_though_it_is_slow_now():
    person = person_at((0.0, 0.0))
    person.size_px = 500.0
    for before, plays in ((0.59, True), (0.61, False)):
        times = np.array([AT - before, AT - 0.01, AT])
        seen = BallSightings(times, np.full((3, 2), 3.0), np.array([600.0, 20.0, 20.0]))
        assert (find._unhit(person, SWING, seen, 0.3) is not None) == plays


def parabola(gap=0.02, bend=0.0, count=21):
    """A ball on a parabola through the second AT; `bend` heights/s are added to its speed there."""
    t = gap * np.arange(count)
    t -= t.mean()
    return AT + t, np.column_stack([2 * t, 4.9 * t**2 - t + bend * np.maximum(t, 0)])


def test_a_ball_on_one_parabola_flies_on_and_one_that_turns_is_hit():
    for bend, on in ((0.0, True), (5.0, False)):
        times, places = parabola(bend=bend)
        assert flies_on(times, places, times[0], times[-1]) == on


@pytest.mark.parametrize(("share", "on"), [(0.98, True), (1.02, False)])
def test_a_ball_on_one_curve_leaves_it_by_0016_heights_at_most(share, on):
    times, places = parabola()
    noise = np.random.default_rng(1).normal(size=places.shape)
    shape = (times - times.mean())[:, None] ** np.arange(3)
    noise -= shape @ np.linalg.lstsq(shape, noise, rcond=None)[0]
    noise *= share * ONE_CURVE / np.sqrt((noise**2).sum(axis=1).mean())
    assert flies_on(times, places + noise, times[0], times[-1]) == on


@pytest.mark.parametrize(("gap", "on"), [(DENSE_S - 0.001, True), (DENSE_S + 0.001, False)])
def test_a_hit_may_hide_where_the_ball_is_not_seen_for_008_seconds(gap, on):
    times = AT + np.concatenate([0.02 * np.arange(-8, 1), gap + 0.02 * np.arange(8)])
    places = np.column_stack([2 * (times - AT), (times - AT) ** 2])
    assert flies_on(times, places, times[0], times[-1]) == on


def test_confidence_in_a_hand_is_the_least_of_what_is_known_of_it():
    times = np.arange(0, 8, 1 / 50)
    for usable, recognised, speed, expected in ((1.0, 0.9, 3.0, 0.18), (1.0, 0.1, 8.0, 0.1), (0.5, 0.9, 8.0, 0.26)):
        seen = np.abs(times - AT) <= 0.25 * usable
        person = SimpleNamespace(
            motion=SimpleNamespace(times=times, rate=50.0), size_px=20.0,
            hand_seen={"right": (seen, np.full(len(times), recognised))},
        )  # fmt: skip
        rules = SimpleNamespace(min_speed=2.0)
        expected = 1 / (1 + 90 / 20) if speed == 3.0 else expected
        sure, _ = find._hand_confidence(person, Swing("right", AT, speed, AT, False), rules)
        if usable == 0.5:
            expected = min(seen.sum() / 25, 6 / (6 + 90 / 20))
        assert sure == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("late", "agree"), [(0.19, True), (0.21, False)])
def test_a_hit_and_a_swing_within_02_seconds_are_one_stroke(monkeypatch, late, agree):
    monkeypatch.setattr(find, "_hand_confidence", lambda *_: (0.5, "fast"))
    monkeypatch.setattr(find, "_unhit", lambda *_: None)
    person = person_at((0.0, 0.0))
    made = find._proposal(person, SWING, [hit(AT + late)], None, RULES, lambda *given: given)
    assert (0 in made.hits) == agree
    rules = SimpleNamespace(**vars(RULES) | {"apart_s": 0.01})
    nobody = Description(Phases(), None, None)
    alone = Proposal(0, SWING, 0.5, "fast", None, {}, {None: nobody})
    found = list(merge([alone], [hit(AT + late)], {0: Claim(1, 0.0, None)}, rules))
    assert len(found) == (1 if agree else 2)


def proposal(confidence=0.5, doubt=None, away=None, at=AT, track=0):
    swing, nothing = Swing("right", at, 5, at, False), Description(Phases(), None, None)
    hits = {} if away is None else {0: away}
    return Proposal(track, swing, confidence, "fast", doubt, hits, {None: nothing, 0: nothing})


def merged(*proposals, hits=(), owned=None, **rules):
    return list(merge(proposals, list(hits), owned or {}, SimpleNamespace(**vars(RULES) | rules)))


def test_confidences_of_hand_and_ball_are_joined_or_doubted():
    mine = {0: Claim(0, 1.0, None)}
    (both,) = merged(proposal(away=1.0), hits=[hit()], owned=mine)
    assert both.confidence == pytest.approx(1 - 0.5 * (1 - 0.8 * 0.7)) and both.source == "both"
    (near,) = merged(proposal(away=0.0), hits=[hit()], owned=mine)
    assert near.confidence == pytest.approx(1 - 0.5 * 0.2)
    (doubted,) = merged(proposal(0.9, doubt=Reason("ball_elsewhere")))
    assert doubted.confidence == pytest.approx(0.3 * 0.9) and doubted.source == "wrist"
    (ball,) = merged(hits=[hit()], owned={0: Claim(3, 0.5, None)})
    assert ball.confidence == pytest.approx(0.8 * 0.85) and (ball.source, ball.track) == ("ball", 3)
    assert merged(proposal(), needs_ball=True) == []


def test_who_swings_when_another_hits_does_not_hit_too():
    """The far player swings back while the near one hits; only where the hit is his is it his stroke."""
    theirs = {0: Claim(1, 0.2, None)}
    assert [one.track for one in merged(proposal(away=0.1), hits=[hit()], owned=theirs)] == [1]
    assert [one.track for one in merged(proposal(away=0.1), hits=[hit()], owned={0: Claim(0, 0.1, None)})] == [0]


def test_the_ball_tells_when_though_the_hand_is_surer_of_its_backswing():
    """A swing back at 0.95 beside a hit at 0.5, nearer than two strokes can be."""
    back = proposal(0.95, at=AT - 0.45)
    found = merged(back, hits=[hit(confidence=0.5)], owned={0: Claim(0, 0.1, None)}, apart_s=0.7)
    assert [(one.source, one.contact_s) for one in found] == [("ball", AT)]


@pytest.mark.parametrize(("apart", "found"), [(0.24, 1), (0.26, 2)])
def test_two_hits_of_a_player_are_half_as_far_apart_as_two_swings(apart, found):
    two = [hit(), hit(AT + apart)]
    assert len(merged(hits=two, owned={at: Claim(0, 0.1, None) for at in (0, 1)}, apart_s=0.5)) == found


def turns(*moments_and_tracks):
    return [(float(moment), track) for moment, track in moments_and_tracks]


@pytest.mark.parametrize(
    ("around", "turn"),
    [
        ([(3, 1), (5, 1)], True),  # the other one hit before and after
        ([(5, 1)], True),  # nobody before: he serves
        ([(3, 0), (5, 1)], False),  # he hit himself before
        ([(3, 1), (5, 0)], False),
        ([(3, 1), (5, 2)], False),  # two others take turns without him
        ([(3, 1)], False),  # the rally is over
        ([], None),
        ([(4 - IN_PLAY_S + 0.01, 1), (5, 1)], True),
        ([(4 + IN_PLAY_S + 0.01, 1)], None),
        ([(4 + IN_PLAY_S - 0.01, 1)], True),
        ([(4 - IN_PLAY_S - 0.01, 0), (5, 1)], True),
    ],
)
def test_whose_turn_it_is(around, turn):
    assert turn_of(0, 4.0, turns(*around)) is turn


def test_a_swing_out_of_turn_is_doubted_where_players_take_turns():
    hits = [hit(3.0), hit(5.0)]
    others = {0: Claim(1, 0.1, None), 1: Claim(2, 0.1, None)}
    (doubted,) = [one for one in merged(proposal(0.9), hits=hits, owned=others, alternate=True) if one.track == 0]
    assert doubted.confidence == pytest.approx(0.27) and "not_his_turn" in doubted.reason
    (free,) = [one for one in merged(proposal(0.9), hits=hits, owned=others) if one.track == 0]
    assert free.confidence == 0.9
    against_one = {0: Claim(1, 0.1, None), 1: Claim(1, 0.1, None)}
    (alone,) = [one for one in merged(proposal(0.9), hits=hits, owned=against_one, alternate=True) if one.track == 0]
    assert alone.confidence == 0.9


def two_flights(turn=1.0, speed=600.0, rate=60, after=-1.0):
    """A ball that flies at `speed` px/s and falls, and from second `turn` on at `after` times that."""
    times = np.arange(0.5, 1.5, 1 / rate)
    since = times - turn
    across = np.where(since < 0, speed * since, after * speed * since)
    return BallSightings(times, np.column_stack([across, 500 * since**2]), np.full(len(times), speed))


@pytest.mark.parametrize(("late", "told"), [(0.11, 1.0), (-0.11, 1.0), (0.02, 1.0), (0.0, 1.0), (0.14, 1.02)])
def test_a_hit_is_where_the_flights_before_and_after_it_meet(late, told):
    """As far as 0.12 s away."""
    (moved,) = met([hit(1.0 + late)], [1.0 + late], two_flights())
    assert moved.time_s == pytest.approx(told, abs=0.011)
    assert moved.place == pytest.approx([-600 * abs(moved.time_s - 1), 500 * (moved.time_s - 1) ** 2], abs=12)


@pytest.mark.parametrize(
    ("flights", "events"),
    [
        (two_flights(after=1.0), ()),  # it flies on: nothing says where else it was hit
        (two_flights(rate=14), ()),  # seen too seldom
        (two_flights(turn=0.9), (0.95,)),  # a bounce is in between: what turned there is another contact
        (two_flights(speed=3.0), ()),  # a turn within the error of a sighting
    ],
)
def test_a_hit_stays_where_it_was_told_unless_the_flights_are_clear(flights, events):
    (kept,) = met([hit(1.05)], sorted([1.05, *events]), flights)
    assert kept.time_s == 1.05 and (kept.place == 0).all()


def test_hits_that_change_places_stay_in_order_of_time():
    assert [one.time_s for one in met([hit(1.0), hit(1.1)], [1.0, 1.1], two_flights(turn=5.0))] == [1.0, 1.1]


def swings_told(*proposals, between=(), owned=None):
    """Confidence of track 0's strokes by the hand alone, in order; two take turns after them, from second 20 on."""
    hits = [*between, hit(20.0), hit(21.0)]
    turns = {len(between): Claim(0, 0.1, None), len(between) + 1: Claim(1, 0.1, None)} | (owned or {})
    found = merged(*proposals, hits=hits, owned=turns, alternate=True)
    return [round(one.confidence, 2) for one in sorted(found, key=lambda one: one.contact_s) if one.source == "wrist"]


def test_of_two_swings_with_no_contact_between_the_surer_is_the_stroke():
    """A racket that is raised to receive, then the return: nobody hits twice in a row."""
    raised, returned = proposal(0.8, at=8.0), proposal(0.9, at=8.0 + IN_PLAY_S - 0.1)
    assert swings_told(raised, returned) == [0.24, 0.9]
    assert swings_told(proposal(0.8, at=8.0), proposal(0.9, at=8.1 + IN_PLAY_S)) == [0.8, 0.9]  # of two rallies
    assert swings_told(raised, returned, proposal(0.85, at=9.0, track=1)) == [0.8, 0.85, 0.9]
    # What the ball belies is less sure.
    assert swings_told(raised, proposal(0.9, at=9.0, doubt=Reason("ball_flies_on"))) == [0.8]  # the other: 0.08


@pytest.mark.parametrize(("frame", "owned", "first"), [(3, False, 0.8), (None, False, 0.24), (None, True, 0.8)])
def test_a_serve_that_is_nobodys_does_not_come_between_two_swings(frame, owned, first):
    between = [replace(hit(9.0), frame=frame)]
    told = swings_told(
        proposal(0.8, at=8.0), proposal(0.9, at=10.0), between=between, owned={0: Claim(1, 0.1, None)} if owned else {}
    )
    assert told[0] == first


def owner(*claims, alternate=True, gap=1.0, in_sight=None):
    """Whose each hit is, by the reaches of each person from it: one dict a hit, `gap` seconds apart."""
    hits = [hit(1 + gap * at) for at in range(len(claims))]
    made = {at: [Claim(track, away, None, swing=True) for track, away in own.items()] for at, own in enumerate(claims)}
    held = owners(hits, made, alternate, in_sight)
    return [held[at].track if at in held else None for at in range(len(claims))]


def test_a_hit_is_of_the_nearest_and_of_nobody_from_afar():
    assert owner({0: 0.2, 1: 0.3}) == [0]
    far = np.sqrt(NOBODY / 4)
    assert owner({0: far - 0.01}) == [0] and owner({0: far + 0.01}) == [None]


def test_players_take_turns_where_the_sport_has_it_and_both_are_seen():
    """Track 0 is a little nearer to the middle hit too."""
    rally = {0: 0.2, 1: 0.9}, {0: 0.5, 1: 0.7}, {0: 0.2, 1: 0.9}
    assert owner(*rally) == [0, 1, 0] and owner(*rally, alternate=False) == [0, 0, 0]
    # Against a wall, or fed by somebody who is not seen, one player hits each ball.
    assert owner({0: 0.2}, {0: 0.2}, {0: 0.2}) == [0, 0, 0]


def test_the_hits_of_an_opponent_who_is_not_followed_are_not_the_other_players():
    """Track 1 is seen in the last exchange alone."""
    unseen = {0: 0.3}, {0: 0.9}, {0: 0.3}, {0: 0.9}, {0: 0.3}, {1: 0.2}
    assert owner(*unseen) == [0, None, 0, None, 0, 1]
    # A hit that was not found between two of his costs less than one by nobody so near to his hand.
    assert TWICE < NOBODY and owner({0: 0.1}, {1: 0.1}, {1: 0.1}, {0: 0.1}) == [0, 1, 1, 0]


def test_a_hit_out_of_reach_is_a_players_where_both_who_play_are_in_sight():
    far = {0: 0.2}, {1: 0.2}, {0: FAR_AWAY}
    seen = {at: {0, 1} for at in range(3)}
    assert owner(*far) == [0, 1, None]
    assert owner(*far, in_sight=seen) == [0, 1, 0]
    assert owner(*far, in_sight=seen, alternate=False) == [0, 1, None]
    assert owner(*far, in_sight=seen | {2: {0, 5}}) == [0, 1, None]  # the other one may have hit it
    assert owner({0: 0.2}, {1: 1.01}, {0: 1.4}, in_sight=seen) == [0, 1, None]  # one player alone is at the ball
    assert owner(far[0], far[1], {0: np.sqrt(NOBODY_ELSE / 4) + 0.01}, in_sight=seen) == [0, 1, None]


def test_after_three_seconds_the_ball_is_played_anew():
    again = {0: 0.9}, {0: 0.9}, {1: 0.1}
    assert owner(*again, gap=IN_PLAY_S - 0.1)[:2].count(0) == 1
    assert owner(*again, gap=IN_PLAY_S + 0.1)[:2] == [0, 0]


@pytest.mark.parametrize(("confidence", "found"), [(0.19, 0), (0.21, 1)])
def test_a_stroke_is_as_certain_as_the_rules_demand(confidence, found):
    assert len(merged(proposal(confidence))) == found


@pytest.mark.parametrize(("apart", "found"), [(0.49, 1), (0.51, 2)])
def test_strokes_of_a_person_are_as_far_apart_as_the_rules_demand(apart, found):
    assert len(merged(proposal(0.5), proposal(0.6, at=AT + apart))) == found
    assert len(merged(proposal(0.5), proposal(0.6, at=AT + apart, track=1))) == 2


# Sides, the hand at hits, the order of play.


def test_a_side_is_named_from_60_percent_on():
    told, wide = Reason("hand_below_head"), (Reason("a"), Reason("b"))
    assert settled(Kind("overhead", 0.5, told), 0.0) == Kind("overhead", 0.5, told)
    assert settled(Sided(TOLD + 0.01, wide), 1.0) == Kind("forehand", TOLD + 0.01, "a")
    assert settled(Sided(TOLD + 0.01, wide), 0.0).name == "backhand"
    assert settled(Sided(TOLD + 0.01, wide), 0.0).reason == "b"
    assert settled(Sided(TOLD - 0.01, wide), 1.0) == Kind("swing", None, "ball_met_before_the_body")
    assert settled(Sided(0.9, wide), 0.5) == Kind("swing", None, "playing_hand_not_clear")
    assert settled(Sided(0.9, wide), 0.8).confidence == pytest.approx(0.8 * 0.9 + 0.2 * 0.1)


BOTH = SimpleNamespace(**vars(RULES) | {"two_handed": True})


@pytest.mark.parametrize(("apart", "lasts", "both"), [(0.119, 1, True), (0.121, 1, False), (0.05, 0.06, True), (0.05, 0.03, False)])  # fmt: skip
def test_both_hands_at_the_racket_make_a_backhand_whichever_hand_plays(apart, lasts, both):
    """Of a ball on the right it would else be a right-hander's forehand; the hands are together until `lasts` s after."""
    other = 0.3 + np.where((GRID > AT - 0.2) & (AT + lasts > GRID), apart, 0.5)
    person = facing(0.4, 0.3 + 0 * GRID, left_wrist=(other, 0.5))
    place = np.array([0.35, 0.5])
    made = kind(person, ball=place, rules=BOTH, hand=None)
    assert made.name == ("backhand" if both else "swing")
    assert not both or (made.confidence == pytest.approx(0.9) and "both_hands_at_racket" in made.reason)
    assert kind(person, ball=place, hand="right").name == "forehand"  # a sport that plays with one hand
    alone = settled(kind_by_ball(person, AT, place, BOTH), 0.5)
    assert alone.name == made.name


@pytest.mark.parametrize(
    ("hand", "ball", "named"),
    [
        (0.3, None, "overhead"),  # by the swing alone
        (0.3, -0.01, "forehand"),  # the ball is below the head: the hand was above it before or after
        (0.3, 0.01, "overhead"),
        (-0.3, 0.34, "forehand"),
        (-0.3, 0.36, "overhead"),
    ],
)
def test_what_is_hit_overhead_is_told_at_the_ball(hand, ball, named):
    person = facing(0.4, along((3.5, 0.4), (4.2, -0.3)))
    person.above = {"right": hand}
    place = None if ball is None else np.array([0.3, -0.4 - ball])
    assert kind(person, ball=place, overhead=True).name == named


def test_a_hand_drawn_back_above_the_head_is_no_overhead_where_the_ball_is_hit_low():
    person = facing(0.4, along((3.5, 0.4), (4.2, -0.3)))
    person.above = {"right": along((AT - 0.2, 0.3), (AT - 0.1, -0.5))}
    assert kind(person, ball=np.array([0.3, 0.5]), overhead=True).name == "forehand"


@pytest.mark.parametrize(("low", "known"), [(-0.01, False), (0.01, True)])
def test_a_hand_below_the_head_shows_no_height_of_a_ball_hit_above_it(low, known):
    person = Person(0 * GRID + 5, above={"right": low}, points={"left_ankle": (0, 1.0), "right_ankle": (0, 1.0)})
    person.striker.full_width = {"shoulder": np.nan, "hip": np.nan}
    form = form_of(person, SWING, AT, Phases(), True, None, Sidecar())
    assert ("contact_height" in form.known) == ("elbow_at_contact" in form.known) == known
    if not known:
        assert {form.unknown[name] for name in ("contact_height", "elbow_at_contact", "contact_ahead")} == {
            "hand_not_at_ball"
        }


def formed(person, contact_s=AT, when=None, height_m=None, sport=None):
    person.striker.full_width = {"shoulder": np.nan, "hip": np.nan}
    return form_of(person, SWING, contact_s, when or Phases(), False, height_m, Sidecar(sport=sport))


@pytest.mark.parametrize(
    ("sport", "tall", "height", "known"),
    [
        ("table tennis", None, 0.190, False),  # 0.46 m of 2.0 m, less the ankles' 0.039
        ("table tennis", None, 0.192, True),
        ("table tennis", 1.6, 0.248, False),  # 0.46 m of 1.6 m
        ("table tennis", 1.6, 0.249, True),
        ("tennis", None, 0.0, True),  # over a floor a hand may be anywhere
        (None, None, 0.0, True),
    ],
)
def test_a_hand_far_below_the_table_did_not_meet_the_ball(sport, tall, height, known):
    ankles = {"left_ankle": (0, 1.0), "right_ankle": (0, 1.0)}
    person = Person(0 * GRID + 5, points={"right_wrist": (0.0, 1.0 - height), **ankles})
    form = formed(person, height_m=tall, sport=sport)
    assert ("contact_height" in form.known) == ("elbow_at_contact" in form.known) == known
    if not known:
        reasons = {form.unknown[name].code for name in ("contact_height", "elbow_at_contact", "contact_ahead")}
        assert reasons == {"hand_below_the_ball"}


@pytest.mark.parametrize(
    ("lasts", "known"),
    [
        (0.041, True),
        (0.039, False),  # over before the next of 25 looks a second
    ],
)
def test_what_is_left_of_a_hand_that_was_fast_before_contact_is_no_follow_through(lasts, known):
    form = formed(Person(0 * GRID + 10), when=Phases(end_s=AT + lasts))
    assert ("follow_through_s" in form.known) == known
    assert known or form.unknown["follow_through_s"] == "hand_slow_before_contact"


OPENED = SimpleNamespace(**vars(RULES) | {"opening": "serve", "kinds": {"serve": SportKind(), "overhead": SportKind(above_head=True)}})  # fmt: skip
FORE = Kind("forehand", 0.8, Reason("hand_below_head"))
OVERHEAD = Kind("overhead", 0.8, Reason("hand_above_head"))


def test_what_puts_the_ball_in_play_is_a_serve_and_nothing_else_is():
    assert in_rally(FORE, RULES, True, False, 5.0) is FORE
    assert in_rally(FORE, OPENED, True, False, 5.0).name == "serve"
    assert in_rally(OVERHEAD, OPENED, True, False, 5.0) is OVERHEAD  # this sport serves low
    assert in_rally(FORE, OPENED, False, False, 5.0) is FORE
    tossed = Kind("serve", 0.8, Reason("hit_after_a_toss"))
    assert in_rally(tossed, OPENED, False, False, 5.0) is tossed
    assert in_rally(tossed, OPENED, False, True, 5.0) == Kind("overhead", 0.8, "hand_above_head")


@pytest.mark.parametrize(("since", "told"), [(BEGINS_S - 0.01, False), (BEGINS_S + 0.01, True)])
def test_where_the_ball_is_not_seen_before_the_first_stroke_is_a_serve_unless_the_film_begins_there(since, told):
    made = in_rally(FORE, OPENED, None, False, since)
    assert made == Kind(
        *(("serve", FIRST_UNSEEN, "ball_not_seen_before") if told else ("swing", None, "film_begins_at_stroke"))
    )
    assert in_rally(OVERHEAD, OPENED, None, False, since) is OVERHEAD
    assert in_rally(FORE, RULES, None, False, since) is FORE


def before_contact(*places, gap=0.1, speed=2.0):
    """A ball that is seen at places, body heights, up to 0.15 s before AT; and whether AT puts it in play."""
    times = AT - 0.15 - gap * np.arange(len(places))[::-1]
    seen = BallSightings(times, np.array(places, float).reshape(-1, 2), np.full(len(places), speed))
    return lambda tossed=False, contacts=(AT,): puts_in_play(AT, np.zeros(2), contacts, seen, 1.0, tossed)


@pytest.mark.parametrize(
    ("place", "low", "tossed"),
    [
        ((0, -1.19), True, True), ((0, -1.21), False, False), ((0.44, 0), True, True), ((0.46, 0), False, True),
        ((0, 0.29), True, True), ((0, 0.31), False, True),
    ],
)  # fmt: skip
def test_a_ball_that_is_put_in_play_was_at_the_players_before(place, low, tossed):
    asked = before_contact(place, (0, 0), (0, 0))
    assert asked() is low and asked(tossed=True) is tossed
    assert before_contact((0, 0), (0, 0))() is None  # seen twice is not enough


@pytest.mark.parametrize(("speed", "first"), [(IN_FLIGHT - 0.01, None), (IN_FLIGHT + 0.01, False)])
def test_what_is_far_away_and_does_not_fly_is_no_ball_that_comes(speed, first):
    assert before_contact((2, 0), (2, 0), (2, 0), speed=speed)() is first
    assert before_contact((0, 0), (0, 0), (0, 0), speed=0.0)() is True  # near, it may be held


@pytest.mark.parametrize(("before", "first"), [(IN_PLAY_S - 0.1, False), (IN_PLAY_S + 0.1, True), (0.25, True)])
def test_a_contact_three_seconds_before_and_more_than_03_is_of_the_same_rally(before, first):
    asked = before_contact((0, 0), (0, 0), (0, 0))
    assert asked(contacts=(AT - before, AT)) is first


def held_then_flies(held=0.5, speed=3.0, flies=0.6, drift=0.0, begins=0.0):
    """A ball that is held (moving at `drift` heights/s) and then flies until it is hit: its unseen serve."""
    t = np.arange(begins, begins + held + flies, 1 / 30)
    x = np.where(t < begins + held, drift * (t - begins), drift * held + speed * (t - begins - held))
    seen = BallSightings(t, np.column_stack([x, 0 * t]), np.abs(np.gradient(x, t)))
    return [one.time_s for one in unseen_serves([hit(begins + held + flies)], seen, 0.0, 1.0)]


def test_a_serve_too_soft_for_an_event_is_where_the_ball_leaves_the_hand():
    assert held_then_flies() == [pytest.approx(0.53, abs=0.035)]  # 0.15 heights on at 3 heights/s
    assert held_then_flies(speed=1.5, flies=1.0) == [pytest.approx(0.6, abs=0.04)]
    assert held_then_flies(held=0.0) == []  # the film begins while it flies
    assert held_then_flies(held=0.0, begins=0.35) == [pytest.approx(0.35)]  # it was held out of sight
    assert held_then_flies(held=0.0, begins=0.25) == []
    assert held_then_flies(flies=0.1, speed=9) == [] and len(held_then_flies(flies=0.25, speed=9)) == 1
    assert held_then_flies(flies=1.6) == [] and len(held_then_flies(flies=1.4)) == 1
    assert held_then_flies(drift=0.4) != [] and held_then_flies(drift=0.6) == []  # a ball that moves is not held
    assert held_then_flies(speed=0.8) == []  # nor far from where it was


def test_only_the_first_hit_of_a_rally_has_an_unseen_serve():
    t = np.arange(0, 2.0, 1 / 30)
    x = np.where(t < 0.5, 0.0, 3 * (t - 0.5))
    seen = BallSightings(t, np.column_stack([x, 0 * t]), np.full(len(t), 3.0))
    assert unseen_serves([hit(0.5), hit(1.1)], seen, 0.0, 1.0) == []
    assert len(unseen_serves([hit(1.1), hit(1.9)], seen, 0.0, 1.0)) == 1


def at_hit(left, right):
    """Log odds of the right hand by the hands' distances from a hit."""
    person = Person(points={"left_wrist": (left, 0.0), "right_wrist": (right, 0.0)})
    return odds_at_hit(SimpleNamespace(near=lambda moment: person), hit())


def test_the_hand_at_the_ball_plays_and_one_far_from_it_does_not():
    assert at_hit(0.3, 0.3) == 0 and at_hit(np.nan, np.nan) == 0
    assert at_hit(np.nan, 0.4) == pytest.approx(1) and at_hit(0.4, np.nan) == pytest.approx(-1)
    assert at_hit(0.8, np.nan) == pytest.approx(1.5)  # the other one hit it
    assert at_hit(0.9, 0.3) == pytest.approx(1.5) and at_hit(0.4, 0.2) == pytest.approx(np.log(2))


def test_hits_tell_the_hand_with_what_is_known_of_most_players():
    unknown = PlayingHand(None, Reason("other_wrist_not_seen"))
    prior = 1 / (1 + np.exp(-MOST_ARE_RIGHT))
    assert hand_at_hits(unknown, []).right == pytest.approx(prior)
    assert hand_at_hits(unknown, [CLEAR_ODDS - 0.01]).side is None
    assert hand_at_hits(unknown, [CLEAR_ODDS + 0.01]).side == "right"
    left = hand_at_hits(unknown, [-1.5, -1.5, 0.0])
    assert left.side == "left" and left.right == pytest.approx(1 / (1 + np.exp(3 - MOST_ARE_RIGHT)))
    assert left.reason.startswith("hits_at_one_hand(n=2")
    given = PlayingHand("left", Reason("handedness_given"))
    assert hand_at_hits(given, [1.5, 1.5]).side == "left" and hand_at_hits(given, [1.5]).right == 0
    fast = PlayingHand("left", Reason("by_speed"), odds=-3.0)
    assert hand_at_hits(fast, []).right == pytest.approx(1 / (1 + np.exp(4 - MOST_ARE_RIGHT)))
    assert hand_at_hits(fast, [0.5]).right == pytest.approx(1 / (1 + np.exp(0.5 - MOST_ARE_RIGHT)))


def of_hands(*pairs, hits=(), wrists=None):
    """The playing hand of strokes a second apart with top speeds (left, right)."""
    left, right = (bells(*((1 + number, pair[at]) for number, pair in enumerate(pairs))) for at in (0, 1))
    person = striker(left=left, right=right)
    places = wrists or {"left": (0.0, 0.0), "right": (0.0, 0.0)}
    person.motion.position = lambda point, cutoff=None: np.tile(
        np.array(places.get(point.split("_")[0], (np.nan, np.nan)), float), (len(GRID), 1)
    )
    near = Person({"left": left, "right": right}, points={f"{side}_wrist": place for side, place in places.items()})
    person.near = lambda moment: near
    return playing_hand(person, Player(), RULES, list(hits)).side


@pytest.mark.parametrize(("ratio", "strokes", "side"), [(1.49, 2, None), (1.51, 2, "right"), (CLEAR_DOMINANCE - 0.01, 3, None), (CLEAR_DOMINANCE + 0.01, 3, "right")])  # fmt: skip
def test_a_hand_leads_clearly_and_more_so_in_few_strokes(ratio, strokes, side):
    assert of_hands(*[(5.0, 5.0 * ratio)] * strokes) == side
    mirrored = {"right": "left", None: None}[side]
    assert of_hands(*[(5.0 * ratio, 5.0)] * strokes) == mirrored


def test_fast_strokes_count_by_the_square_of_their_speed():
    """64 times log(8/3.5) against twice 16 times log 2; by the speed alone they would be as good as even."""
    assert of_hands((3.5, 8), (4, 2), (4, 2)) == "right"


def test_a_stroke_with_a_hit_counts_four_times():
    strokes = (3.5, 8), (8, 4), (8, 4)
    assert of_hands(*strokes) == "left"
    assert of_hands(*strokes, hits=[hit(1.0)]) == "right"


def test_nearness_to_the_ball_counts_like_speed_and_no_wrist_is_nearer_than_01():
    hits = [hit(1.0)]
    assert of_hands((5, 5), hits=hits, wrists={"left": (0.14, 0), "right": (0.0, 0)}) is None  # 0.14 over 0.1
    assert of_hands((5, 5), hits=hits, wrists={"left": (0.16, 0), "right": (0.0, 0)}) == "right"
    assert of_hands((5, 5), hits=hits, wrists={"left": (0.05, 0), "right": (0.4, 0)}) == "left"
