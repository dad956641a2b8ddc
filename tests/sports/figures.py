"""A golfer and a runner whose motion is known exactly: keypoints in heights as functions of time."""

from dataclasses import dataclass

import numpy as np

SHANK, THIGH, TRUNK, ANKLE = 0.2455, 0.2455, 0.288, 0.039
Points = dict[str, np.ndarray]


def smooth_step(t: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 to 1 from start to end with the least jerk."""
    s = np.clip((t - start) / (end - start), 0, 1)
    return s**3 * (10 - 15 * s + 6 * s**2)


def at(t: np.ndarray, x: object, y: object) -> np.ndarray:
    return np.column_stack(np.broadcast_arrays(np.asarray(x, float) + 0 * t, np.asarray(y, float) + 0 * t))


def with_head(p: Points, t: np.ndarray, nose: np.ndarray, ahead: float = 0.0) -> Points:
    p["nose"] = nose
    for name, x in (("left_eye", 0.01), ("right_eye", -0.01), ("left_ear", 0.03), ("right_ear", -0.03)):
        p[name] = nose + at(t, x - ahead, -0.01)
    return p


@dataclass(frozen=True)
class Golfer:
    """Seen face-on. Swings begin at `addresses` (s); the hands go round the shoulders from 0 to `top` degrees and back
    through to the finish. `early`: the downswing reaches the ball at a given share of its way.
    """

    addresses: tuple[float, ...] = (1.0,)
    backswing: float = 0.75
    downswing: float = 0.25
    top: float = 170.0
    shoulder_turn: float = 88.0
    hip_turn: float = 45.0
    lead_elbow: float = 160.0
    sway: float = 0.06
    left_handed: bool = False

    @property
    def seconds(self) -> float:
        return self.addresses[-1] + self.backswing + self.downswing + 3.5

    def turned(self, t: np.ndarray) -> np.ndarray:
        """0 at address, 1 at the top, 0 at impact, -1 at the finish. From the top on it is one smooth move: faster through
        the ball than anywhere.
        """
        share = np.zeros_like(t)
        for start in self.addresses:
            top, impact = start + self.backswing, start + self.backswing + self.downswing
            back = smooth_step(t, start, top)
            length = 2 * self.downswing
            through = 2 * smooth_step(t, top, top + length)
            finish = impact + 1.0
            share += np.where(t < top, back, 1 - through) + np.where(t > finish, smooth_step(t, finish, finish + 2), 0)
        return share

    def points(self, t: np.ndarray) -> Points:
        share, p = self.turned(t), {}
        backward = np.clip(share, 0, 1)
        side = -1.0 if self.left_handed else 1.0  # the hands go to the player's own right, the picture's left
        for name, sign in (("left", 1), ("right", -1)):
            p[f"{name}_ankle"] = at(t, sign * 0.12, -ANKLE)
            p[f"{name}_knee"] = at(t, sign * 0.11, -ANKLE - SHANK)
        hip = at(t, 0, -ANKLE - SHANK - THIGH)
        chest = hip + at(t, 0, -TRUNK)
        for line, half, most, middle in (
            ("hip", 0.06, self.hip_turn, hip),
            ("shoulder", 0.12, self.shoulder_turn, chest),
        ):
            across = half * np.cos(np.radians(most) * backward)
            for name, sign in (("left", 1), ("right", -1)):
                p[f"{name}_{line}"] = middle + at(t, sign * across, 0)
        angle = np.radians(self.top) * share
        hands = chest + at(t, -side * 0.36 * np.sin(angle), 0.36 * np.cos(angle))
        for name, sign in (("left", 1), ("right", -1)):
            p[f"{name}_wrist"] = hands + at(t, sign * 0.01, 0)
            lead = name == ("right" if self.left_handed else "left")
            bend = 180 - (180 - self.lead_elbow) * backward if lead else 150 + 0 * t
            p[f"{name}_elbow"] = elbow(p[f"{name}_shoulder"], p[f"{name}_wrist"], bend)
        away = self.sway * side * backward
        return with_head(p, t, chest + at(t, -away, -0.11))


def elbow(shoulder: np.ndarray, wrist: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """The place of an elbow of that angle between both, halfway."""
    along = wrist - shoulder
    off = np.hypot(*along.T) / 2 / np.tan(np.radians(degrees) / 2)
    aside = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    return (shoulder + wrist) / 2 + aside * off[:, None]


@dataclass(frozen=True)
class Runner:
    """Seen from the side, running to the picture's right (`way` 1) or left (-1). Each foot is on the ground for `contact`
    seconds of each stride; the right foot lands `shift` of a stride after the left.
    """

    cadence: float = 170.0  # steps a minute
    contact: float = 0.24
    speed: float = 1.9  # heights/s
    lean: float = 8.0
    lift: float = 0.25  # of the ankle in its swing
    shift: float = 0.5
    way: int = 1
    right_contact: float | None = None
    seconds: float = 3.0
    feet: bool = True
    on_the_spot: bool = False

    @property
    def stride(self) -> float:
        return 120 / self.cadence

    def points(self, t: np.ndarray) -> Points:
        p, x = {}, self.speed * (t - self.seconds / 2)
        seen = 0 * x if self.on_the_spot else x
        hip_height = ANKLE + 0.97 * (SHANK + THIGH) + 0.012 * np.cos(2 * np.pi * t * self.cadence / 60)
        hip = at(t, seen, -hip_height)
        lean = np.radians(self.lean)
        chest = hip + at(t, np.sin(lean) * TRUNK, -np.cos(lean) * TRUNK)
        for side, phase, half in (("left", 0.0, 0.01), ("right", self.shift, -0.01)):
            stance = self.contact if side == "left" or self.right_contact is None else self.right_contact
            fraction = ((t / self.stride - phase) % 1) * self.stride
            swing = np.clip((fraction - stance) / (self.stride - stance), 0, 1)
            on_ground = fraction < stance
            reach = self.speed * stance / 2
            back = self.speed * (fraction - stance / 2)  # the ground goes back under the hips
            ahead = -reach * np.cos(np.pi * swing)
            aside = np.where(on_ground, -back, ahead)
            rise = np.where(on_ground, 0, np.sin(np.pi * swing) ** 1.0)
            heel_off = np.clip((fraction / stance - 0.6) / 0.4, 0, 1)
            heel = np.where(on_ground, 0.05 * heel_off**2, 0.05 * (1 - swing) ** 2 + self.lift * rise)
            toe = np.where(on_ground, 0, self.lift * rise)
            ankle = at(
                t,
                seen + aside,
                -(ANKLE + np.where(on_ground, 0.035 * heel_off**2, 0.035 * (1 - swing) ** 2 + self.lift * rise)),
            )
            p[f"{side}_ankle"] = ankle
            p[f"{side}_hip"] = hip + at(t, half, 0)
            p[f"{side}_knee"] = knee(p[f"{side}_hip"], ankle)
            if self.feet:
                p[f"{side}_heel"] = at(t, seen + aside - 0.03, -heel)
                p[f"{side}_toe"] = at(t, seen + aside + 0.1, -toe)
            p[f"{side}_shoulder"] = chest + at(t, half, 0)
            p[f"{side}_elbow"] = p[f"{side}_shoulder"] + at(t, -0.05, 0.16)
            p[f"{side}_wrist"] = p[f"{side}_elbow"] + at(t, 0.13, 0.02)
        p = with_head(p, t, chest + at(t, 0.03, -0.11), ahead=0.04)
        return p if self.way == 1 else {name: one * [-1, 1] for name, one in p.items()}


def knee(hip: np.ndarray, ankle: np.ndarray) -> np.ndarray:
    """The place of a knee that is bent forwards, by the lengths of thigh and shank."""
    along = ankle - hip
    far = np.minimum(np.hypot(*along.T), THIGH + SHANK - 1e-6)
    unit = along / np.hypot(*along.T)[:, None]
    off = np.sqrt(np.maximum(THIGH**2 - (far / 2) ** 2, 0))
    forward = np.column_stack([unit[:, 1], -unit[:, 0]])
    return hip + unit * (far / 2)[:, None] + forward * off[:, None]
