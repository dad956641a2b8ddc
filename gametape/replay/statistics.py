"""The statistics of a player in a game, by ballchasing.com's definitions as far as they are known.

Belongs here: counting over a car's states. Does not belong here: the states (`gametape.replay.motion`), the names and
meanings (`gametape.tables.replay_statistics`).

What agrees with its answers, and how well, stands in docs/benchmarks.md and is measured by `gametape eval replays`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametape.replay.course import Course
from gametape.replay.motion import Motion
from gametape.replay.pads import Pickup

SUPERSONIC, SLOW = 2200.0, 1410.0
"""Speeds, uu/s: supersonic from, slow below (the fastest that a car drives without boost)."""
TOP_SPEED = 2300.0
GROUND, HIGH = 20.0, 840.0
"""Heights of a car's centre, uu: on the ground up to, in high air above."""
THIRD = 5140.0 / 3
"""Distance of the thirds' borders from the middle, uu."""
TELEPORT = 500.0
"""A longer step between two states is a new kickoff, not a way travelled, uu."""
KICKOFF_S = 3.0
"""Countdown of a kickoff: ballchasing.com's rates are a minute without these, s."""
SAMPLE_S = 0.1


@dataclass(frozen=True)
class Scene:
    """What a player's statistics are counted against.

    Attributes:
        clock: (frames,) seconds of play.
        ball: (frames, 6) the ball's state.
        holder: (frames,) team that touched the ball last, -1: nobody yet.
        mates: Motions of the team's other players.
        live_s: Seconds of play without the countdowns.
    """

    clock: np.ndarray
    ball: np.ndarray
    holder: np.ndarray
    mates: list[Motion]
    live_s: float


def movement(motion: Motion) -> dict[str, float | None]:
    """Speeds, heights and the way travelled, without powerslides."""
    weights, speed, height = motion.weights, motion.speed, motion.states[:, 2]
    steps = np.linalg.norm(np.diff(motion.states[:, :3], axis=0), axis=1)
    total = float(weights.sum())
    supersonic, slow = _time(weights, speed >= SUPERSONIC), _time(weights, speed < SLOW)
    # Places before 2017 are whole uu kept as hundredths of 100: 20 must not become 20.000001.
    ground, high = _time(weights, height <= GROUND + 1e-3), _time(weights, height > HIGH)
    mean = float(speed.mean()) if len(speed) else None
    return {
        "movement_avg_speed": mean,
        "movement_total_distance": float(steps[steps < TELEPORT].sum()),
        "movement_time_supersonic_speed": supersonic,
        "movement_time_boost_speed": total - supersonic - slow,
        "movement_time_slow_speed": slow,
        "movement_time_ground": ground,
        "movement_time_low_air": total - ground - high,
        "movement_time_high_air": high,
        "movement_avg_speed_percentage": None if mean is None else mean / TOP_SPEED * 100,
        "movement_percent_slow_speed": _percent(slow, total),
        "movement_percent_boost_speed": _percent(total - supersonic - slow, total),
        "movement_percent_supersonic_speed": _percent(supersonic, total),
        "movement_percent_ground": _percent(ground, total),
        "movement_percent_low_air": _percent(total - ground - high, total),
        "movement_percent_high_air": _percent(high, total),
    }


def powerslides(course: Course, player: int, clock: np.ndarray) -> dict[str, float | int | None]:
    """Powerslides, from when the handbrake is told to be on until it is told to be off."""
    table = course.tables["handbrake"]
    table = table[table[:, 1] == player]
    count, total, since = 0, 0.0, None
    for frame, _, on in table:
        if on and since is None:
            since, count = int(frame), count + 1
        elif not on and since is not None:
            total, since = total + float(clock[int(frame)] - clock[since]), None
    return {
        "movement_time_powerslide": total,
        "movement_count_powerslide": count,
        "movement_avg_powerslide_duration": total / count if count else 0.0,
    }


def positioning(motion: Motion, scene: Scene, side: int) -> dict[str, float | None]:
    """Where the player was on the pitch, and how far from the ball and the team-mates.

    Args:
        motion: The player's.
        scene: The rest.
        side: 1 for blue, -1 for orange: y times this grows towards the opponents' goal.
    """
    weights, ball = motion.weights, scene.ball[motion.frames]
    y, ball_y = motion.states[:, 1] * side, ball[:, 1] * side
    total = float(weights.sum())
    away = np.linalg.norm(motion.states[:, :3] - ball[:, :3], axis=1)
    holder = scene.holder[motion.frames]
    own = 0 if side == 1 else 1
    found: dict[str, float | None] = {
        "avg_distance_to_ball": _mean(away),
        "avg_distance_to_ball_possession": _mean(away[holder == own]),
        "avg_distance_to_ball_no_possession": _mean(away[holder == 1 - own]),
    }
    times = {
        "defensive_third": _time(weights, y < -THIRD),
        "neutral_third": _time(weights, abs(y) <= THIRD),
        "offensive_third": _time(weights, y > THIRD),
        "defensive_half": _time(weights, y < 0),
        "offensive_half": _time(weights, y >= 0),
        "behind_ball": _time(weights, y < ball_y),
        "infront_ball": _time(weights, y >= ball_y),
    }
    found |= {f"time_{name}": value for name, value in times.items()}
    found |= {f"percent_{name}": _percent(value, total) for name, value in times.items()}
    found |= _among_mates(motion, scene, side)
    return {f"positioning_{name}": value for name, value in found.items()}


def _among_mates(motion: Motion, scene: Scene, side: int) -> dict[str, float | None]:
    """Times as the first and the last of the team, and the mean distance to the others; null for one alone."""
    names = ("most_back", "most_forward", "closest_to_ball", "farthest_from_ball")
    if not scene.mates:
        return dict.fromkeys(["avg_distance_to_mates", *(f"{k}_{n}" for n in names for k in ("time", "percent"))])
    count = len(scene.clock)
    own = _places(motion, count)
    mates = np.stack([_places(mate, count) for mate in scene.mates])
    here = np.isfinite(own[:, 0]) & np.isfinite(mates[:, :, 0]).any(axis=0)
    steps = np.diff(scene.clock, prepend=scene.clock[:1])
    away = np.linalg.norm(mates - own, axis=2)
    apart = np.nanmean(away[:, here], axis=0) if here.any() else np.array([])
    y, others = own[:, 1] * side, mates[:, :, 1] * side
    ball = np.linalg.norm(own - scene.ball[:, :3], axis=1)
    balls = np.linalg.norm(mates - scene.ball[None, :, :3], axis=2)
    low, high = np.where(np.isfinite(others), others, np.inf), np.where(np.isfinite(others), others, -np.inf)
    near, far = np.where(np.isfinite(balls), balls, np.inf), np.where(np.isfinite(balls), balls, -np.inf)
    times = {
        "most_back": float(steps[here & (y < low.min(axis=0))].sum()),
        "most_forward": float(steps[here & (y > high.max(axis=0))].sum()),
        "closest_to_ball": float(steps[here & (ball < near.min(axis=0))].sum()),
        "farthest_from_ball": float(steps[here & (ball > far.max(axis=0))].sum()),
    }
    found: dict[str, float | None] = {"avg_distance_to_mates": _mean(apart)}
    found |= {f"time_{name}": value for name, value in times.items()}
    return found | {f"percent_{name}": _percent(value, scene.live_s) for name, value in times.items()}


def boost(motion: Motion, pickups: list[Pickup], scene: Scene, side: int) -> dict[str, Any]:
    """Boost taken, held and used."""
    tank = motion.tank[motion.frames]
    weights = motion.weights
    taken: dict[str, float] = dict.fromkeys(
        ("collected", "stolen", "collected_big", "stolen_big", "collected_small", "stolen_small"), 0.0
    )
    counts = dict.fromkeys(("collected_big", "stolen_big", "collected_small", "stolen_small"), 0)
    overfill = stolen_overfill = 0.0
    for one in pickups:
        if one.big is None or not np.isfinite(one.added):
            continue
        size = "big" if one.big else "small"
        stolen = is_stolen(one, side)
        for kind in ("collected", "stolen") if stolen else ("collected",):
            taken[kind] += one.added
            taken[f"{kind}_{size}"] += one.added
            counts[f"{kind}_{size}"] += 1
        overfill += one.overfill
        stolen_overfill += one.overfill * stolen
    steps = np.diff(motion.tank, prepend=motion.tank[:1])
    burnt = np.where(motion.boosting | np.roll(motion.boosting, 1), np.maximum(-steps, 0.0), 0.0)
    index = motion.at_every_frame(len(scene.clock))
    fast = (index >= 0) & (motion.speed[np.maximum(index, 0)] >= SUPERSONIC) if len(index) and len(motion.frames) else 0
    minutes = scene.live_s / 60
    zero, full = _time(weights, tank < 0.5), _time(weights, tank > 99.5)
    edges = (("0_25", 0, 25), ("25_50", 25, 50), ("50_75", 50, 75), ("75_100", 75, 101))
    held = {name: _time(weights, (tank >= low) & (tank < high)) for name, low, high in edges}
    total = sum(held.values())
    return (
        {
            "boost_bpm": float(np.nansum(burnt)) / minutes if minutes else None,
            "boost_bcpm": taken["collected"] / minutes if minutes else None,
            "boost_avg_amount": _mean(tank[np.isfinite(tank)]),
            "boost_amount_overfill": overfill,
            "boost_amount_overfill_stolen": stolen_overfill,
            "boost_amount_used_while_supersonic": float(np.nansum(burnt * fast)),
            "boost_time_zero_boost": zero,
            "boost_percent_zero_boost": _percent(zero, scene.live_s),
            "boost_time_full_boost": full,
            "boost_percent_full_boost": _percent(full, scene.live_s),
        }
        | {f"boost_amount_{name}": value for name, value in taken.items()}
        | {f"boost_count_{name}": value for name, value in counts.items()}
        | {f"boost_time_boost_{name}": value for name, value in held.items()}
        | {f"boost_percent_boost_{name}": _percent(value, total) for name, value in held.items()}
    )


def is_stolen(pickup: Pickup, side: int) -> bool:
    """Does the pad lie in the opponents' half?"""
    return bool(pickup.place[1] * side > 0)


def _places(motion: Motion, count: int) -> np.ndarray:
    """(count, 3) place in every frame, NaN without a car."""
    index = motion.at_every_frame(count)
    places = np.full((count, 3), np.nan)
    places[index >= 0] = motion.states[index[index >= 0], :3]
    return places


def _time(weights: np.ndarray, where: np.ndarray) -> float:
    return float(weights[where].sum())


def _percent(part: float, whole: float) -> float | None:
    return part / whole * 100 if whole > 0 else None


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
