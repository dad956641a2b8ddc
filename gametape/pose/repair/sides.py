"""Corrects left and right where an estimator mistakes a back for a front, or one leg for the other.

Belongs here: finding and correcting exchanged sides of one person. Does not belong here: any other repair.

Whether the sides of a part of the body are exchanged is a hidden state in each frame. The cheapest sequence of states
over the whole track is found by the Viterbi algorithm. A joint should move on as it moved, so that legs which pass each
other are not taken for legs that turn back; parts should stay connected; a part should seldom differ from the one that
it hangs on; the estimator is right more often than not; and the trunk faces the way of the feet where that is seen. So
a swap that comes and goes is corrected in either direction; of two that last, the one against the feet, else the rarer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.pose.person import KEYPOINT

_PARTS = {
    "trunk": ("shoulder", "hip", "eye", "ear"),
    "elbows": ("elbow",),
    "hands": ("wrist", "index", "thumb"),
    "knees": ("knee",),
    "feet": ("ankle", "heel", "toe"),
}
PARTS = tuple(_PARTS)
_HANGS = {"elbows": ("trunk", "shoulder", "elbow"), "hands": ("elbows", "elbow", "wrist"),
          "knees": ("trunk", "hip", "knee"), "feet": ("knees", "knee", "ankle")}  # fmt: skip

# Costs are in body heights: as much as joints that jump so far.
#: A part that changes its state from one frame to the next.
_SWITCH = 0.03
#: A limb that changes without the trunk while both its sides are at one place, as when legs pass each other; and a
#: trunk that changes while that holds for all, as in a person seen from the side.
_PASSING, _SIDEWAYS = 0.4, 1.2
#: Distance of both sides' joints from which a jump from one to the other is visible.
_APART = 0.12
#: A part that differs from what the estimator says, per second.
_DOUBT_PER_S = 0.06
#: A part that differs from the one that it hangs on, per second.
_UNLIKE_PER_S = 0.3
#: Greatest jump of a joint that counts: a longer one is no less likely.
_MOST_JUMP = 0.25
#: Factor on the length of a bone beyond its usual length.
_STRETCH = 2.0
#: A trunk that faces another way than the feet, per second. It is small, since where a back is taken for a front, half
#: of the feet follow.
_AGAINST_FEET_PER_S = 0.6
#: How much lower in the picture than the heel the toes of the standing foot are, in the trunk's lengths: certainly from
#: behind, certainly from the front, and the span in which certainty grows. Measured: 0.06 to 0.16 from the front
#: (medians of 26 people, 80 % of them), -0.09 to 0.05 from behind (26 people), closer together for a camera near the
#: ground. The bounds lean to behind, since backs are taken for fronts twice as often.
_TOES_BACK, _TOES_FRONT, _TOES_SPAN = 0.06, 0.15, 0.08
#: Shoulders and hips narrower than this, in the trunk's lengths, are seen from the side.
_FACING = 0.15
#: After this long unseen, seconds, a jump counts half.
_LOST_S = 0.15
#: Joints of less confidence do not count.
_LEAST_CONFIDENCE = 0.3


def _states() -> np.ndarray:
    """All states (states, parts), True where a part is exchanged.

    The trunk is exchanged or not; of each limb, nothing, its end or all of it differs from the trunk.
    """
    limb = ((0, 0), (0, 1), (1, 1))
    return np.array([[t, *(t ^ x for x in (*arm, *leg))] for t in (0, 1) for arm in limb for leg in limb], bool)


_SIDES = ("left", "right")
_STATES = _states()
_COUNT = len(_STATES)


def _choices() -> np.ndarray:
    """Which costs of `_move_costs` each three consecutive states pay, (states ** 3, parts * 5).

    Of each part, which of the four ways to change it takes, and whether it changes into the last state without the
    trunk (for the trunk: whether it changes at all).
    """
    change = _STATES[:, None] ^ _STATES[None]
    ways = 2 * change[:, :, None].astype(int) + change[None]  # (before, now, next, parts)
    alone = change ^ change[..., :1]
    alone[..., 0] = change[..., 0]
    alone = np.broadcast_to(alone, ways.shape)
    return np.concatenate([np.eye(4)[ways], alone[..., None]], axis=-1).reshape(_COUNT**3, -1).astype(np.float32)


_CHOICES = _choices()
#: Frames whose costs are in memory at once, 6 MB.
_BLOCK = 256


@dataclass(frozen=True)
class _Pair:
    part: int
    left: int
    right: int


_PAIRS = [
    _Pair(number, KEYPOINT[f"left_{joint}"], KEYPOINT[f"right_{joint}"])
    for number, joints in enumerate(_PARTS.values())
    for joint in joints
]


def exchanged(times: np.ndarray, joints: np.ndarray, height: float) -> np.ndarray:
    """Find where left and right are exchanged.

    Args:
        times: (n,) seconds, rising.
        joints: (n, 25, 3) x, y in px and confidence, NaN where unknown.
        height: The person's height, px.

    Returns:
        (n, parts) bool, for each of PARTS.
    """
    count = len(times)
    if count < 3 or not height > 0:
        return np.zeros((count, len(PARTS)), bool)
    at = np.where((joints[:, :, 2] >= _LEAST_CONFIDENCE)[..., None], joints[:, :, :2], np.nan) / height
    steps = np.diff(times)
    own = np.concatenate([[np.median(steps)], np.minimum(steps, 2 * np.median(steps))])
    state, moves = _state_costs(at, own), _move_costs(at, steps)
    # A state is that of two frames, since how a joint moved is known from two.
    cost = state[0][:, None] + state[1][None] + _SWITCH * (_STATES[:, None] ^ _STATES[None]).sum(axis=2)
    came_from = np.empty((count, _COUNT, _COUNT), np.int8)
    for start in range(0, len(moves), _BLOCK):
        block = moves[start : start + _BLOCK] @ _CHOICES.T
        for frame, costs in enumerate(block.reshape(-1, _COUNT, _COUNT, _COUNT), start + 2):
            through = cost[:, :, None] + costs
            came_from[frame] = through.argmin(axis=0)
            cost = through.min(axis=0) + state[frame][None]
    path = np.empty(count, int)
    path[-2], path[-1] = np.unravel_index(cost.argmin(), cost.shape)
    for frame in range(count - 1, 1, -1):
        path[frame - 2] = came_from[frame, path[frame - 1], path[frame]]
    return _STATES[path]


def correct(joints: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Change left and right back where `parts` (n, parts) is True."""
    corrected = joints.copy()
    for pair in _PAIRS:
        rows = parts[:, pair.part]
        corrected[rows, pair.left], corrected[rows, pair.right] = joints[rows, pair.right], joints[rows, pair.left]
    return corrected


def names_of(parts: np.ndarray) -> list[str | None]:
    """What was changed in each row: `all`, the names of parts, or None."""
    names = np.array(PARTS)
    return [None if not row.any() else "all" if row.all() else ", ".join(names[row]) for row in parts]


def _move_costs(at: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Costs of motion over each three consecutive frames, (n - 2, parts * 5).

    Four costs of each part, by whether it changes sides into the second frame (second bit) and into the third (first
    bit): how far its joints jump, and how far they end from where they were going. The fifth is the cost of changing
    without the trunk.
    """
    costs = np.zeros((len(steps) - 1, len(PARTS), 5))
    later = (steps[1:] / np.maximum(steps[:-1], 1e-6)).clip(0, 3)[:, None]
    for pair in _PAIRS:
        sides = at[:, pair.left], at[:, pair.right]
        ways = []
        for way in range(4):
            first, second = way >> 1, (way >> 1) ^ (way & 1)
            jump = 0.0
            for side in (0, 1):
                before, now, then = sides[side][:-2], sides[side ^ first][1:-1], sides[side ^ second][2:]
                moved = then - now
                jump = jump + np.minimum(np.linalg.norm(moved, axis=1), _MOST_JUMP) / 2
                jump = jump + np.minimum(np.linalg.norm(moved - later * (now - before), axis=1), _MOST_JUMP) / 2
            ways.append(jump)
        costs[:, pair.part, :4] += np.nan_to_num(np.column_stack(ways))  # an unknown joint costs nothing in any way
    costs /= (1 + np.maximum(steps[1:], steps[:-1]) / _LOST_S)[:, None, None]
    costs[:, :, [1, 3]] += _SWITCH
    costs[:, :, 4] = _passing_costs(at)[1:]
    return costs.reshape(len(costs), -1).astype(np.float32)


def _passing_costs(at: np.ndarray) -> np.ndarray:
    """Cost between two frames of a trunk that changes sides, and of limbs that do without it, (n - 1, parts)."""
    apart = np.zeros((len(PARTS), 2, len(at)))  # sum and number
    for pair in _PAIRS:
        distance = np.linalg.norm(at[:, pair.left] - at[:, pair.right], axis=1)
        apart[pair.part] += np.nan_to_num(distance), np.isfinite(distance)
    apart[0] = apart.sum(axis=0)
    mean = apart[:, 0] / np.maximum(apart[:, 1], 1)
    unseen = np.clip(1 - np.minimum(mean[:, 1:], mean[:, :-1]) / _APART, 0, 1)
    return np.concatenate([_SIDEWAYS * unseen[:1], _PASSING * unseen[1:]]).T


def _state_costs(at: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Cost of each state in each frame by itself, (n, states)."""
    costs = steps[:, None] * _DOUBT_PER_S * _STATES.sum(axis=1)[None]
    for part, (parent, upper, lower) in _HANGS.items():
        unlike = _STATES[:, PARTS.index(part)] ^ _STATES[:, PARTS.index(parent)]
        length = {
            (a, b): np.linalg.norm(at[:, KEYPOINT[f"{a}_{upper}"]] - at[:, KEYPOINT[f"{b}_{lower}"]], axis=1)
            for a in ("left", "right")
            for b in ("left", "right")
        }
        straight = np.concatenate([length["left", "left"], length["right", "right"]])
        if not np.isfinite(straight).any():
            continue
        full = np.nanquantile(straight, 0.9)  # near the greatest: foreshortening only shortens
        over = {pair: np.nan_to_num(np.maximum(values - full, 0)) for pair, values in length.items()}
        across = _STRETCH * (over["left", "right"] + over["right", "left"]) + _UNLIKE_PER_S * steps
        along = _STRETCH * (over["left", "left"] + over["right", "right"])
        costs = costs + np.where(unlike[None], across[:, None], along[:, None])
    facing = _AGAINST_FEET_PER_S * steps * _agreement_with_feet(at)
    costs += np.where(_STATES[None, :, PARTS.index("trunk")], facing[:, None], -facing[:, None]).clip(0)
    return costs


def _agreement_with_feet(at: np.ndarray) -> np.ndarray:
    """How certainly the trunk faces the way of the feet (n,): 1 the same way, -1 the other way, 0 not seen."""

    def mid(joint: str) -> np.ndarray:
        return (at[:, KEYPOINT[f"left_{joint}"]] + at[:, KEYPOINT[f"right_{joint}"]]) / 2

    def width(joint: str) -> np.ndarray:
        return (at[:, KEYPOINT[f"left_{joint}"]] - at[:, KEYPOINT[f"right_{joint}"]])[:, 0]

    trunk = np.linalg.norm(mid("shoulder") - mid("hip"), axis=1)
    trunk[~(trunk > 0)] = np.nan
    # Of the standing foot: the toes of a lifted foot hang down whichever way it faces.
    lower = np.minimum(*((at[:, KEYPOINT[f"{a}_toe"]] - at[:, KEYPOINT[f"{a}_heel"]])[:, 1] for a in _SIDES)) / trunk
    front = ((lower - _TOES_FRONT) / _TOES_SPAN).clip(0, 1) - ((_TOES_BACK - lower) / _TOES_SPAN).clip(0, 1)
    wide = (width("shoulder") + width("hip")) / 2 / trunk
    return np.nan_to_num(front * np.sign(wide) * (np.abs(wide) / _FACING - 1).clip(0, 1))
