"""Each threshold of a body's measures, just below and just above."""

from types import SimpleNamespace

import numpy as np
import pytest

from gametape.base.reason import Reason
from gametape.film.sidecar import Camera, Player, Sidecar
from gametape.movement import body as of_body
from gametape.movement.body import Body, Dominance
from gametape.movement.curves import central_range, highest, inside, part, peak_time, without_edges
from gametape.movement.turns import LEAST_BREADTH, SHOULDER_BREADTH, fastest_turn, seen_end_on
from gametape.sports.load import stroke_rules_for

GRID = np.arange(0, 4, 1 / 120)
NOBODY_KNOWN = Player()
MOVING = Sidecar(camera=Camera(motion="moving"))


def body(sidecar: Sidecar = MOVING, player: Player = NOBODY_KNOWN, one_handed: bool = False, **points: tuple) -> Body:
    """A body 1 px tall whose points stand at the given x, or go from there to another by half of the film."""
    paths = {name: np.column_stack([np.where(GRID < 2, at[0], at[-1]), 0 * GRID]) for name, at in points.items()}
    motion = SimpleNamespace(
        grid=GRID,
        height=np.ones(len(GRID)),
        rate=30.0,
        position=lambda point, *_: paths.get(point, np.zeros((len(GRID), 2))),
    )
    rules = stroke_rules_for("cricket", None).actions.model_copy(update={"one_handed": one_handed})
    return Body(motion, sidecar, player, rules)


def with_hands(one: Body, left: float, right: float) -> Body:
    """The same with these speeds of the wrists, and one action."""
    one.__dict__["wrist_speed"] = {"left": np.full(len(GRID), left), "right": np.full(len(GRID), right)}
    one.__dict__["actions"] = (2.0,)
    return one


@pytest.mark.parametrize(
    ("left", "right", "side"),
    [(2.0, 2.28, None), (2.0, 2.32, "right"), (2.28, 2.0, None), (2.32, 2.0, "left")],
)
def test_a_hand_plays_from_a_ratio_of_1_15(left, right, side):
    found = with_hands(body(), left, right).dominance
    assert found.side == side and found.ratio == pytest.approx(right / left)
    assert (found.reason is None) == (side is not None)


def test_a_still_hand_gives_no_more_than_a_bounded_ratio():
    assert with_hands(body(), 0.0, 1.0).dominance.ratio == pytest.approx(1.0 / 0.05)


@pytest.mark.parametrize(("jump", "peak"), [(11.9, 11.9), (12.1, 3.0)])
def test_a_wrist_faster_than_12_heights_a_second_is_a_keypoint_that_jumped(jump, peak):
    one = body()
    swing = np.where(abs(GRID - 1) < 0.2, 3.0, 0.0) + np.where(abs(GRID - 3) < 0.02, jump, 0.0)
    paths = {"right_wrist": np.column_stack([swing, 0 * GRID])}
    one.motion.velocity = lambda point, _hz: paths.get(point, np.zeros((len(GRID), 2)))
    one.motion.confidence_on_grid = lambda _point: np.ones(len(GRID))
    assert np.nanmax(one.hand_speed) == pytest.approx(peak)
    around = np.interp(2.95, GRID, one.wrist_speed["right"])
    assert np.isfinite(around) == (jump < 12), "what is beside the jump is not believed either"


@pytest.mark.parametrize(
    ("ratio", "one_handed", "side"), [(1.29, True, None), (1.31, True, "left"), (1.31, False, None)]
)
def test_the_playing_hand_tells_the_front_leg_from_a_ratio_of_1_3_where_one_hand_plays(ratio, one_handed, side):
    assert with_hands(body(one_handed=one_handed), 1.0, ratio).front_leg(2.0)[0] == side


@pytest.mark.parametrize(
    ("travel", "lead", "side"),
    [(0.24, 0.1, None), (0.26, 0.1, "left"), (-0.26, 0.1, "right"), (0.26, -0.1, "right"), (0.26, 0.049, None), (0.26, 0.051, "left")],
)  # fmt: skip
def test_the_way_the_player_travels_tells_the_front_leg_of_a_fixed_camera(travel, lead, side):
    points = {"mid_hip": (0, travel), "left_ankle": (lead,), "right_ankle": (0,)}
    assert with_hands(body(Sidecar(), **points), 1, 1).front_leg(2.1)[0] == side
    assert with_hands(body(MOVING, **points), 1, 1).front_leg(2.1)[0] is None, "a moving camera shows no travel"


@pytest.mark.parametrize(("facing", "side"), [(0.019, None), (0.021, "left"), (-0.021, "right")])
def test_the_nose_tells_the_front_leg_from_two_hundredths(facing, side):
    one = body(nose=(facing,), left_ankle=(0.1,))
    assert with_hands(one, 1, 1).front_leg(2.0)[0] == side


def test_the_sidecars_hand_tells_the_front_leg():
    for hand, leg in (("right", "left"), ("left", "right")):
        assert with_hands(body(player=Player(handedness=hand)), 1, 1).front_leg(2.0)[0] == leg


@pytest.mark.parametrize(("nose", "ears", "point"), [(100, 120, "nose"), (100, 121, "mid_ear")])
def test_the_ears_stand_for_the_head_where_they_are_seen_a_fifth_more_often(nose, ears, point):
    one = body()
    one.motion.usable = lambda points: np.arange(200) < {"nose": nose, "mid_ear": ears}[points[0]]
    assert one.head_point == point


@pytest.mark.parametrize(("rate", "fast"), [(19.9, False), (20.0, True)])
def test_speeds_need_twenty_poses_a_second(rate, fast):
    one = body()
    one.motion.rate = rate
    assert (one.too_slow is None) == fast


def bumps(*at: tuple[float, float]) -> np.ndarray:
    """Peaks of 0.02 s at (second, height)."""
    return sum(height * np.exp(-(((GRID - when) / 0.02) ** 2)) for when, height in at)


MOTION = SimpleNamespace(grid=GRID)


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (bumps((2, 301.0)), None),
        (bumps((2, 299.0)), "turn_too_slow"),
        (bumps((2, 400), (2.2, 315)), None),
        (bumps((2, 400), (2.2, 325)), "turn_fast_twice"),
        (bumps((2, 400), (2.05, 399)), None),
        (bumps((2, 400), (2.10, 399)), "turn_fast_twice"),
        (bumps((1.5, 400)), "turn_fastest_outside"),
        (np.where(GRID < 1.5 + 0.19, np.nan, bumps((2, 400))), None),
        (np.where(GRID < 1.5 + 0.22, np.nan, bumps((2, 400))), "turn_not_seen"),
    ],
)
def test_a_turn_has_one_moment_that_stands_out(turn, reason):
    at, why = fastest_turn(MOTION, turn, (1.5, 2.5), 300.0)
    assert (why and why.code) == reason
    assert (at is None) == (reason is not None)


@pytest.mark.parametrize(("share", "seen"), [(0.99, False), (1.01, True)])
def test_shoulders_are_seen_from_a_quarter_of_their_breadth(share, seen):
    one = body(left_shoulder=(share * LEAST_BREADTH * SHOULDER_BREADTH,)).motion
    assert (seen_end_on(one, (1, 3)) is None) == seen


def test_parts_of_time_include_their_ends():
    times = np.array([0.0, 1.0, 2.0, 3.0])
    assert part(times, (1.0, 2.0)) == slice(1, 3)
    assert inside(times, [(0.0, 0.5), (2.0, 9.0)]).tolist() == [True, False, True, True]


def test_a_peak_lies_between_the_samples():
    at = 2.003
    assert peak_time(GRID, -((GRID - at) ** 2), 240) == pytest.approx(at, abs=1e-6)
    assert peak_time(GRID, -((GRID - 0.0) ** 2), 0) == 0.0 and peak_time(GRID, GRID, len(GRID) - 1) == GRID[-1]


def test_edges_of_what_is_known_are_left_out():
    values = np.where((GRID >= 1) & (GRID <= 2), 1.0, np.nan)
    known = GRID[np.isfinite(without_edges(values, of_body.EDGE_S))]
    assert known[[0, -1]] == pytest.approx([1.05, 1.95], abs=1 / 120)
    assert without_edges(values[:0], 0.05).size == 0


def test_summaries_of_values():
    assert central_range(np.arange(101.0)) == pytest.approx(90) and highest(np.array([np.nan, 2.0, 1.0])) == 2.0
    assert highest(np.array([np.nan])) is None


def test_hands_that_both_hold_the_bat_tell_no_playing_hand_however_fast_one_is():
    one = with_hands(body(), 3.0, 1.0)
    assert one.dominance.side == "left"
    one = with_hands(body(), 3.0, 1.0)
    one.rules = stroke_rules_for("cricket", "batting").actions
    assert one.dominance.side is None and one.dominance.reason == "both_hands_hold"
    told = with_hands(body(player=Player(handedness="right")), 3.0, 1.0)
    told.rules = one.rules
    assert told.dominance.side == "right"


@pytest.mark.parametrize("side", ["left", None])
def test_the_strokes_tell_the_playing_hand_of_every_measure_and_the_sidecar_overrules_them(side):
    told = Dominance(side, None, "by all strokes", reason=None if side else Reason("no_stroke_shows_the_hand"))
    one, known = with_hands(body(), 1.0, 3.0), with_hands(body(player=Player(handedness="right")), 1.0, 3.0)
    one.by_strokes = known.by_strokes = told
    assert one.dominance.side == side and one.dominance.reason == told.reason
    assert one.dominance.ratio == pytest.approx(3.0)
    assert known.dominance.side == "right"
