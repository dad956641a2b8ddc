"""The player's motion: forehands against the wall, animated from key positions and timed to the ball.

Belongs here: when and how the player moves. Does not belong here: anatomy (skeleton.py), the ball's flight
(ball_physics.py).

A stroke is a table of key positions around the instant of contact. The keys of all strokes make one curve per channel.
It is interpolated without overshoot (PCHIP), so that a planted foot stays planted, and smoothed over 22 ms, so that
speeds are continuous. The body is posed from the channels by inverse kinematics, so lengths are exact at any instant.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametape.sample.skeleton import BALL_OF_FOOT, HIP_HEIGHT, TOE, Pose, assemble, turn, unit

#: Rate at which channels are smoothed, Hz.
_RATE = 240.0
#: Standard deviation of the smoothing, seconds.
_SMOOTHING = 0.022

# Key positions of a right-hander's forehand.
# Time from contact (s); pelvis: x, y from the player's base (m), height as a fraction of standing, yaw (degrees);
# chest: yaw, forward lean, side bend (degrees).
_TRUNK = np.array([
    [ -0.8,       0,     0, 0.915,    -8,     -10,    15,     0],  # ready
    [-0.54,   -0.05, -0.02, 0.905,   -42,     -62,    10,     0],  # turned
    [-0.32,   -0.09, -0.03, 0.885,   -60,     -98,     8,     4],  # racket back
    [-0.15,   -0.02, -0.02, 0.865,   -40,     -88,    10,     7],  # racket low
    [-0.06,    0.08, -0.01, 0.875,   -20,     -52,    10,     6],  # leading in
    [    0,    0.12,     0, 0.895,    -8,     -27,    10,     4],  # contact
    [ 0.07,    0.15,     0,  0.91,     1,      -5,     9,     2],  # extended
    [ 0.17,    0.17,  0.01,  0.92,     8,      16,     8,     0],  # over
    [ 0.31,    0.16,  0.01,  0.92,    13,      32,     8,    -2],  # wrapped
    [  0.5,    0.08,     0,  0.92,     6,      11,    12,     0],  # coming back
])  # fmt: skip
# In the chest's frame: right wrist from the right shoulder, left wrist from the left shoulder (m), direction in which
# the right elbow points.
_ARMS = np.array([
    [ 0.42,  0.08, -0.27,    0.47, -0.06, -0.22,    -0.3,  -0.6,  -0.8],  # ready
    [  0.3, -0.06, -0.16,    0.46,     0, -0.12,    -0.3,  -0.8,  -0.5],  # turned
    [-0.06, -0.42, -0.12,    0.24,  0.48, -0.06,    -0.5,  -0.4,  -0.7],  # racket back
    [    0,  -0.4,  -0.4,    0.28,  0.46,  -0.1,    -0.7,  -0.2,  -0.6],  # racket low
    [ 0.22, -0.36, -0.38,     0.4,  0.26, -0.16,    -0.7,  -0.2,  -0.6],  # leading in
    [  0.4, -0.22,  -0.3,    0.47,  0.04, -0.18,    -0.6,  -0.4,  -0.6],  # contact
    [  0.5, -0.02, -0.15,    0.47,  0.02, -0.24,    -0.3,  -0.7,  -0.6],  # extended
    [ 0.45,  0.18,  0.03,     0.44,  0.02, -0.30,     0.2,  -0.8,  -0.5],  # over
    [ 0.27,  0.34,  0.06,    0.42,  0.02, -0.32,     0.6,  -0.6,  -0.5],  # wrapped
    [  0.4,  0.18, -0.16,    0.45, -0.04, -0.26,     0.1,  -0.7,  -0.7],  # coming back
])  # fmt: skip
# In the chest's frame: direction of the racket from handle to tip, normal of its strings.
_RACKET = np.array([
    [ 0.55,  0.45,   0.7,     0.2,   0.9,  -0.3],  # ready
    [ 0.12,  0.15,  0.98,     0.7,   0.7,     0],  # turned
    [ -0.3, -0.45,  0.85,     0.9,  -0.3,   0.1],  # racket back
    [ -0.2, -0.93,  -0.3,     0.9,     0,  -0.4],  # racket low
    [    0, -0.96, -0.28,       1,     0,  -0.1],  # leading in
    [ 0.42, -0.88,  -0.2,     0.9,   0.4,     0],  # contact
    [ 0.85,  -0.5,  0.08,     0.5,   0.9,     0],  # extended
    [ 0.75,   0.4,   0.5,    -0.3,   0.7,  -0.6],  # over
    [ -0.1,  0.75,  0.62,    -0.8,   0.2,  -0.5],  # wrapped
    [ 0.35,   0.6,  0.72,       0,   0.9,  -0.5],  # coming back
])  # fmt: skip
_STROKE = np.hstack([_TRUNK, _ARMS, _RACKET])
_COLUMNS = {
    "pelvis": slice(1, 4), "pelvis_yaw": slice(4, 5), "chest": slice(5, 8), "right_hand": slice(8, 11),
    "left_hand": slice(11, 14), "right_elbow": slice(14, 17), "axis": slice(17, 20), "face": slice(20, 23),
}  # fmt: skip

# Balls of the feet: time, x, y from the base (m), height (m), yaw, heel's rise (degrees). The right foot turns
# out, the left steps in; the right heel rises into contact; both go back to ready, where the next base is.
_RIGHT_FOOT = np.array([
    [-0.72,  .06,-.25, .000, -12,  0],
    [-0.63,  .00,-.19, .045, -45, 12],
    [-0.53, -.12,-.13, .000, -72,  0],
    [-0.10, -.12,-.13, .000, -72,  0],
    [ 0.12, -.10,-.13, .000, -34, 44],
    [ 0.32, -.08,-.13, .000, -20, 50],
])  # fmt: skip
_LEFT_FOOT = np.array([
    [-0.50,  .06, .27, .000,  12,  0],
    [-0.36,  .30, .18, .070,  -8, -6],
    [-0.22,  .48, .07, .000, -34,  0],
    [ 0.46,  .48, .07, .000, -34,  0],
])  # fmt: skip
_BACK_TO_READY = {"right": (0.32, 0.54), "left": (0.46, 0.68)}


@dataclass(frozen=True)
class Stroke:
    """One forehand.

    Attributes:
        time_s: Time of contact, seconds.
        base: Where the player stands, x and y in metres.
        raise_m: How much higher the contact is than usual, metres.
    """

    time_s: float
    base: tuple[float, float]
    raise_m: float


class Motion:
    """The player through a series of strokes, at any instant between the first and the last."""

    def __init__(self, strokes: list[Stroke]) -> None:
        self.strokes = strokes
        self._start, self._stop = strokes[0].time_s - 0.9, strokes[-1].time_s + 0.9
        keys = np.concatenate([_stroke_keys(stroke) for stroke in strokes])
        self._channels = self._smooth(keys)
        self._feet = {
            side: self._smooth(np.concatenate([_foot_keys(strokes, i, side) for i in range(len(strokes))]))
            for side in ("right", "left")
        }
        self._gaze: Callable[[np.ndarray], np.ndarray] | None = None

    def _smooth(self, keys: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        from scipy.interpolate import CubicSpline, PchipInterpolator
        from scipy.ndimage import gaussian_filter1d

        times = np.arange(self._start, self._stop, 1 / _RATE)
        held = PchipInterpolator(keys[:, 0], keys[:, 1:])(np.clip(times, keys[0, 0], keys[-1, 0]))
        return CubicSpline(times, gaussian_filter1d(held, _SMOOTHING * _RATE, axis=0, mode="nearest"))

    def look_at(self, times: np.ndarray, points: np.ndarray) -> None:
        """Let the head follow points, as far and as fast as a neck can.

        Args:
            times: (n,) seconds.
            points: (n, 3) metres.
        """
        from scipy.interpolate import CubicSpline
        from scipy.ndimage import gaussian_filter1d

        head = self.pose(times).origin[:, 2]
        way = unit(points - head)
        angles = np.degrees(np.stack([np.arctan2(way[:, 1], way[:, 0]), -np.arcsin(way[:, 2])], axis=1))
        chest_yaw = self._channel("chest", times)[:, 0]
        angles[:, 0] = np.clip(angles[:, 0], chest_yaw - 75, chest_yaw + 75)
        angles[:, 1] = np.clip(angles[:, 1], -15, 28)
        rate = 1 / np.median(np.diff(times))
        self._gaze = CubicSpline(times, gaussian_filter1d(angles, 0.07 * rate, axis=0, mode="nearest"))

    def _channel(self, name: str, times: np.ndarray) -> np.ndarray:
        columns = _COLUMNS[name]
        return self._channels(times)[:, columns.start - 1 : columns.stop - 1]

    def pose(self, times: np.ndarray) -> Pose:
        """The skeleton at `times` (n,) seconds."""
        times = np.atleast_1d(times)
        channel = {name: self._channel(name, times) for name in _COLUMNS}
        pelvis = channel["pelvis"] * [1, 1, HIP_HEIGHT]
        chest_yaw, lean, side_bend = channel["chest"].T
        gaze = self._gaze(times) if self._gaze else np.stack([chest_yaw, np.zeros_like(times)], axis=1)
        feet, feet_turn = {}, {}
        for side in ("right", "left"):
            foot = self._feet[side](times)
            feet[side], feet_turn[side] = foot[:, :3], turn(foot[:, 3], foot[:, 4])
            # A shoe does not bend: as its heel rises, it rolls onto its tip.
            feet[side][:, 2] += np.maximum(TOE[2] - BALL_OF_FOOT[2] - (feet_turn[side] @ (TOE - BALL_OF_FOOT))[:, 2], 0)
        return assemble(
            pelvis=pelvis,
            pelvis_turn=turn(channel["pelvis_yaw"][:, 0], lean * 0.45, side_bend * 0.3),
            chest_turn=turn(chest_yaw, lean, side_bend),
            head_turn=turn(gaze[:, 0], gaze[:, 1]),
            hands={side: channel[f"{side}_hand"] for side in ("right", "left")},
            elbows={"right": channel["right_elbow"], "left": np.tile([-0.2, 0.35, -0.9], (len(times), 1))},
            feet=feet,
            feet_turn=feet_turn,
            racket_axis=channel["axis"],
            racket_face=channel["face"],
        )

    def contacts(self, ball_radius: float) -> np.ndarray:
        """The ball's centre when it meets the strings, (strokes, 3) metres."""
        pose = self.pose(np.array([stroke.time_s for stroke in self.strokes]))
        face = pose.racket_normal()
        return pose.sweet_spot() + ball_radius * face * np.sign(face[:, :1])


def _stroke_keys(stroke: Stroke) -> np.ndarray:
    keys = _STROKE.copy()
    keys[:, 0] += stroke.time_s
    keys[:, 1:3] += stroke.base
    # The hand is higher for a higher ball: most at contact, not at all in the ready position.
    keys[:, 10] += stroke.raise_m * np.exp(-((_STROKE[:, 0] / 0.15) ** 2))
    return keys


def _foot_keys(strokes: list[Stroke], index: int, side: str) -> np.ndarray:
    table = _RIGHT_FOOT if side == "right" else _LEFT_FOOT
    stroke, following = strokes[index], strokes[min(index + 1, len(strokes) - 1)]
    keys = table + np.array([stroke.time_s, *stroke.base, 0, 0, 0])
    start, stop = (stroke.time_s + t for t in _BACK_TO_READY[side])
    ready = table[0, 1:] + np.array([*following.base, 0, 0, 0])
    passing = (keys[-1, 1:] + ready) / 2
    passing[2] = 0.06
    return np.vstack([keys, [(start + stop) / 2, *passing], [stop, *ready]])
