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
from gametape.replay.pads import BIG, SMALL, Pickup

SUPERSONIC, SLOW = 2200.0, 1410.0
"""Speeds, uu/s: supersonic from, slow below (the fastest that a car drives without boost)."""
TOP_SPEED = 2300.0
GROUND, HIGH = 20.0, 840.0
"""Heights of a car's centre, uu: on the ground up to, in high air above."""
ROUNDING = 1e-3
"""Old places are whole uu that come as hundredths: 20 must not become 20.000001."""
THIRD = 5140.0 / 3
"""Distance of the thirds' borders from the middle, uu."""
TELEPORT = 500.0
"""A longer step between two states is a new kickoff, not a way travelled, uu."""
KICKOFF_S = 3.0
"""Countdown of a kickoff: ballchasing.com's rates are a minute without these, s."""
EMPTY = 0.5
"""Less boost than this is none, more than 100 without it a full tank."""
LEAST_RISE = 0.5
"""The record tells boost in steps of 0.4: a smaller rise is rounding."""
TOLD_WITHIN = 10
"""Frames within which of a pick-up the tank is told."""


FRESH_S = 1.0
"""A team-mate of whom nothing is told for longer is not there to be first or last, s of play."""


@dataclass(frozen=True)
class Scene:
    """What a player's statistics are counted against.

    Attributes:
        clock: (frames,) seconds of play.
        ball: (frames, 6) the ball's state.
        holder: (frames,) team that touched the ball last, before the kickoff too, -1: nobody yet.
        mates: Motions of the team's other players.
        live_s: Seconds of play without the countdowns, while the player was in the game.
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
    ground, high = _time(weights, height <= GROUND + ROUNDING), _time(weights, height > HIGH)
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


def powerslides(course: Course, player: int, motion: Motion, clock: np.ndarray) -> dict[str, float | int | None]:
    """Powerslides: the handbrake is on, and the car on the ground. A new car begins without it."""
    table = course.tables["handbrake"]
    table = table[table[:, 1] == player]
    count = len(clock)
    told = np.full(count, -1)
    told[motion.starts] = 0
    told[table[:, 0].astype(np.int64)] = table[:, 2]
    last = np.maximum.accumulate(np.where(told >= 0, np.arange(count), -1))
    on = (last >= 0) & (told[np.maximum(last, 0)] == 1)
    index = motion.at_every_frame(count)
    low = motion.states[:, 2] <= GROUND + ROUNDING
    slides = on & (index >= 0) & low[np.maximum(index, 0)] if len(low) else np.zeros(count, bool)
    number = int((np.diff(slides.astype(int), prepend=0) == 1).sum())
    total = float(np.diff(clock, prepend=clock[:1])[slides].sum())
    return {
        "movement_time_powerslide": total,
        "movement_count_powerslide": number,
        "movement_avg_powerslide_duration": total / number if number else 0.0,
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
    own = motion.states[:, :3]
    mates = np.stack([_fresh(mate, scene.clock)[motion.frames] for mate in scene.mates])
    there = np.isfinite(mates[:, :, 0])
    apart = np.linalg.norm(mates - own, axis=2)
    ball = scene.ball[motion.frames, :3]
    y, others = own[:, 1] * side, mates[:, :, 1] * side
    away, balls = np.linalg.norm(own - ball, axis=1), np.linalg.norm(mates - ball, axis=2)
    weights = np.where(there.any(axis=0), motion.weights, 0.0)
    times = {
        "most_back": _time(weights, y < np.where(there, others, np.inf).min(axis=0)),
        "most_forward": _time(weights, y > np.where(there, others, -np.inf).max(axis=0)),
        "closest_to_ball": _time(weights, away < np.where(there, balls, np.inf).min(axis=0)),
        "farthest_from_ball": _time(weights, away > np.where(there, balls, -np.inf).max(axis=0)),
    }
    found: dict[str, float | None] = {"avg_distance_to_mates": _mean(apart[there])}
    found |= {f"time_{name}": value for name, value in times.items()}
    return found | {f"percent_{name}": _percent(value, scene.live_s) for name, value in times.items()}


def boost(motion: Motion, pickups: list[Pickup], scene: Scene, side: int) -> dict[str, Any]:
    """Boost collected, held and used.

    Ballchasing.com counts what the record tells of the tank, which is told when boost stops burning and when a pad is
    taken: it was collected where what is told rises, used where it falls, within the life of a car. So a small pad that
    is taken while boost burns may not count at all; the events of pick-ups have every one.
    """
    steps, told, clock, lives = motion.told_steps, motion.told, scene.clock[motion.told_frames], motion.told_lives
    minutes = scene.live_s / 60
    used = float(-steps[steps < 0].sum())
    # What is told holds for the time until it is told again in the same car, where the tank is empty or full ...
    after = np.append(np.where(np.diff(lives) == 0, np.diff(clock), 0.0), 0.0)[: len(told)]
    empty, full = _time(after, told < EMPTY), _time(after, told > 100 - EMPTY)
    # ... and for that since it was told before, or since the car came to be, where it is a quarter.
    born = np.where(lives > 0, scene.clock[motion.starts[np.maximum(lives - 1, 0)]], 0.0) if len(told) else clock
    before = clock - np.where(np.diff(lives, prepend=-1) != 0, born, np.append(0.0, clock)[: len(told)])
    edges = (("0_25", 0, 25), ("25_50", 25, 50), ("50_75", 50, 75), ("75_100", 75, 101))
    held = {name: _time(before, (told >= low) & (told < high)) for name, low, high in edges}
    total = sum(held.values())
    collected = _collected(motion, pickups, side)
    found = (
        {
            "bpm": used / minutes if minutes else None,
            "bcpm": collected["amount_collected"] / minutes if minutes else None,
            "avg_amount": _mean(told),
            "amount_used_while_supersonic": _used_fast(motion, len(scene.clock)),
            "time_zero_boost": empty,
            "percent_zero_boost": _percent(empty, scene.live_s),
            "time_full_boost": full,
            "percent_full_boost": _percent(full, scene.live_s),
        }
        | collected
        | {f"time_boost_{name}": value for name, value in held.items()}
        | {f"percent_boost_{name}": _percent(value, total) for name, value in held.items()}
    )
    return {f"boost_{name}": value for name, value in found.items()}


def _collected(motion: Motion, pickups: list[Pickup], side: int) -> dict[str, Any]:
    """Amounts and counts of what was collected."""
    kinds = [f"{kind}{size}" for kind in ("collected", "stolen") for size in ("", "_big", "_small")]
    amounts, counts = dict.fromkeys(kinds, 0.0), dict.fromkeys([kind for kind in kinds if "_" in kind], 0)
    overfill = {"overfill": 0.0, "overfill_stolen": 0.0}
    taken = np.array([one.frame for one in pickups], np.int64)
    for frame, step, now in zip(motion.told_frames, motion.told_steps, motion.told, strict=True):
        if step < LEAST_RISE:
            continue
        at = int(abs(taken - frame).argmin()) if len(taken) else -1
        pad = pickups[at] if at >= 0 and abs(taken[at] - frame) <= TOLD_WITHIN else None
        big = pad.big if pad and pad.big is not None else step > SMALL + LEAST_RISE
        stolen = is_stolen(pad, side) if pad and pad.big is not None else _beyond(motion, frame, side)
        missed = (BIG if big else SMALL) - step if now > 100 - EMPTY else 0.0
        size = "_big" if big else "_small"
        for kind in ("collected", "stolen") if stolen else ("collected",):
            amounts[kind] += step
            amounts[kind + size] += step
            counts[kind + size] += 1
        overfill["overfill"] += max(missed, 0.0)
        overfill["overfill_stolen"] += max(missed, 0.0) * stolen
    return {f"amount_{kind}": value for kind, value in (amounts | overfill).items()} | {
        f"count_{kind}": value for kind, value in counts.items()
    }


def _beyond(motion: Motion, frame: int, side: int) -> bool:
    """Was the car in the opponents' half?"""
    at = int(np.searchsorted(motion.frames, frame, side="right")) - 1
    return at >= 0 and bool(motion.states[at, 1] * side > 0)


def _used_fast(motion: Motion, count: int) -> float:
    """Boost used where the car drives at supersonic speed on the ground as the tank is told to have fallen.

    What is used in the air does not count: there it turns the car, too.
    """
    if not len(motion.frames):
        return 0.0
    at = motion.at_every_frame(count)[motion.told_frames]
    here = np.maximum(at, 0)
    low = motion.states[here, 2] <= GROUND + ROUNDING
    fast = (at >= 0) & (motion.speed[here] >= SUPERSONIC) & low
    return float(np.maximum(-motion.told_steps, 0.0)[fast].sum())


def is_stolen(pickup: Pickup, side: int) -> bool:
    """Does the pad lie in the opponents' half?"""
    return bool(pickup.place[1] * side > 0)


def _fresh(motion: Motion, clock: np.ndarray) -> np.ndarray:
    """(frames, 3) place in every frame, NaN where there is no car, or nothing was told of it for `FRESH_S`."""
    index = motion.at_every_frame(len(clock))
    at = np.maximum(index, 0)
    places = np.full((len(clock), 3), np.nan)
    if len(motion.frames):
        here = (index >= 0) & (clock - clock[motion.frames[at]] <= FRESH_S)
        places[here] = motion.states[at[here], :3]
    return places


def _time(weights: np.ndarray, where: np.ndarray) -> float:
    return float(weights[where].sum())


def _percent(part: float, whole: float) -> float | None:
    return part / whole * 100 if whole > 0 else None


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
