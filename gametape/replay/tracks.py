"""The tables with a row a frame: the ball's way and the players' ways.

Belongs here: columns from states. Does not belong here: the states (`gametape.replay.motion`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.replay.course import Course
from gametape.replay.goals import LINE_UU
from gametape.replay.motion import LONGEST_GAP_S
from gametape.replay.players import Measured
from gametape.replay.turns import angles
from gametape.tables.core import BOX
from gametape.tables.replays import REPLAY_BALL_TRAJECTORY, REPLAY_PLAYER_FRAMES

if TYPE_CHECKING:
    import pyarrow as pa


def ball_table(course: Course, measured: Measured, parser: str) -> pa.Table:
    """The table `replay_ball_trajectory`."""
    count, times = len(course.times), course.times
    told, ball = measured.ball_told, measured.ball
    absent = ~ball_there(course, told) | ~np.isfinite(ball[:, 0])
    state = np.where(absent, "absent", np.where(told, "detected", "interpolated"))
    seconds = _latest(count, course.tables["clock"])
    flight = _flights(course, measured)
    columns: dict[str, Any] = {
        "frame": np.arange(count),
        "time_s": times,
        "taken_s": times,
        "state": state,
        "confidence": _null(np.where(told, 1.0, np.nan), absent),
        **{text.split()[0]: np.full(count, np.nan) for text in BOX},
        **{name: _null(ball[:, n], absent) for n, name in enumerate(("x", "y", "z", "vx", "vy", "vz"))},
        "speed": _null(np.linalg.norm(ball[:, 3:], axis=1), absent),
        "flight": _null(flight.astype(float), absent),
        "tracker": np.full(count, parser),
        "in_play": played(times),
        "seconds_remaining": seconds,
    }
    return _table(REPLAY_BALL_TRAJECTORY, columns)


def player_table(course: Course, measured: Measured) -> pa.Table:
    """The table `replay_player_frames`: every frame in which a car is there."""
    import pyarrow as pa

    parts = []
    count, running = len(course.times), played(course.times)
    for number, motion in enumerate(measured.motions):
        index = motion.at_every_frame(count)
        frames = np.flatnonzero(index >= 0)
        at = index[frames]
        states = motion.states[at]
        # A state counts until the last one of the same car: after that nobody says that the car is still there.
        last_of_life = motion.frames[np.searchsorted(motion.lives, motion.lives, side="right") - 1]
        counts = frames <= last_of_life[at] if len(frames) else np.zeros(0, bool)
        yaw, pitch, roll = angles(motion.turns[at])
        columns = {
            "frame": frames,
            "time_s": course.times[frames],
            "player": np.full(len(frames), number),
            **{name: states[:, n] for n, name in enumerate(("x_uu", "y_uu", "z_uu", "vx_uu_s", "vy_uu_s", "vz_uu_s"))},
            "speed_uu_s": motion.speed[at],
            "yaw_rad": yaw,
            "pitch_rad": pitch,
            "roll_rad": roll,
            "boost": motion.tank[frames],
            "boosting": motion.boosting[frames],
            "in_play": running[frames] & counts,
        }
        parts.append(_table(REPLAY_PLAYER_FRAMES, columns))
    return pa.concat_tables(parts).combine_chunks() if parts else REPLAY_PLAYER_FRAMES.empty()


def played(times: np.ndarray) -> np.ndarray:
    """(frames,) bool: does the clock of play run up to this frame?"""
    gaps = np.diff(times, prepend=times[:1])
    return gaps <= LONGEST_GAP_S


def ball_there(course: Course, told: np.ndarray) -> np.ndarray:
    """(frames,) bool: is there a ball? It goes with a goal and is there again with another ball's first state."""
    there = np.ones(len(told), bool)
    ball = course.tables["ball"]
    # Where it went into the goal it is told again, asleep, until there is another.
    told = told.copy()
    told[ball[(ball[:, 7] == 1) & (abs(ball[:, 2]) > LINE_UU)][:, 0].astype(np.int64)] = False
    hidden = [*course.tables["explosions"][:, 0], *course.tables["ball_gone"][:, 0]]
    for frame in sorted(int(one) for one in hidden):
        back = np.flatnonzero(told[frame + 1 :])
        there[frame + 1 : frame + 1 + back[0] if len(back) else len(told)] = False
    return there


def _flights(course: Course, measured: Measured) -> np.ndarray:
    """Number of the flight in each frame: another one from each touch and each kickoff on."""
    kickoffs = course.tables["first_hits"][course.column("first_hits", "hit") == 0][:, 0]
    marks = np.zeros(len(course.times), np.int64)
    marks[[touch.frame for touch in measured.touches] + kickoffs.astype(np.int64).tolist()] = 1
    return np.cumsum(marks)


def _latest(count: int, table: np.ndarray) -> np.ndarray:
    """The last value told at each frame, NaN before the first."""
    values = np.full(count, np.nan)
    values[table[:, 0].astype(np.int64)] = table[:, 1]
    last = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(count), -1))
    return np.where(last >= 0, values[last], np.nan)


def _null(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.where(where, np.nan, values)


def _table(contract: Any, columns: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    arrays = {}
    for field in contract.schema():
        values = columns[field.name]
        numeric = isinstance(values, np.ndarray) and values.dtype.kind == "f"
        array = pa.array(values, mask=np.isnan(values)) if numeric else pa.array(values)
        arrays[field.name] = array.cast(field.type)
    return contract.cast(pa.table(arrays))
