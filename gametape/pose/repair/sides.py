"""Left for right: an estimator that takes a back for a front, or one leg for the other, put right over time.

Belongs here: finding and undoing exchanged sides of one person. Does not belong here: anything else that is mended.

Whether sides are exchanged is a hidden state of each part of the body in each frame. Its cheapest sequence over the
whole track is found at once (Viterbi): a joint should go on as it moved, so that legs which pass each other are not
taken for legs that turn back; parts should hang together; a part should seldom be unlike the part it hangs on; and
the estimator is right more often than not; and the trunk faces as the feet do, where they tell. So a swap that comes
and goes is undone whichever way it is, and of two that last the one against the feet or else the rarer one.
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

# In body heights: what a state costs that many heights of joints' jumps would cost.
_SWITCH = 0.03  # of a part, from one frame to the next
# Of a limb without the trunk, where both its sides are at one place, as when legs pass each other; of the trunk with or
# without limbs, where that is so of all: somebody seen from the side.
_PASSING, _SIDEWAYS = 0.4, 1.2
_APART = 0.12  # of both sides' joints, from which a jump from one to the other is seen
_DOUBT_PER_S = 0.06  # of a part that is not as the estimator says
_UNLIKE_PER_S = 0.3  # of a part that is not as the one it hangs on
_MOST_JUMP = 0.25  # of a joint: further is no more unlikely
_STRETCH = 2.0  # of a bone beyond its length
# Of a trunk that faces another way than the feet. Of the foot that stands, toes lie lower in the picture than the heel
# by this part of the trunk: 0.06 to 0.16 (medians of 26 people seen from the front, 0.8 of them), -0.09 to 0.05 (26
# from behind), more alike for a camera near the ground. The bounds lean to behind: backs are taken for fronts twice as
# often, and then the feet follow by half, which is why they count for so little.
_AGAINST_FEET_PER_S = 0.6
_TOES_BACK, _TOES_FRONT, _TOES_SPAN = 0.06, 0.15, 0.08
_FACING = 0.15  # of the trunk's length: shoulders and hips less wide are seen from the side
_LOST_S = 0.15  # after so long unseen, half of what a jump tells is gone
_LEAST_CONFIDENCE = 0.3


def _states() -> np.ndarray:
    """(states, parts) bool, which parts are exchanged: the trunk or not, and of each limb nothing, its end or all of it
    unlike the trunk."""
    limb = ((0, 0), (0, 1), (1, 1))
    return np.array([[t, *(t ^ x for x in (*arm, *leg))] for t in (0, 1) for arm in limb for leg in limb], bool)


_SIDES = ("left", "right")
_STATES = _states()
_COUNT = len(_STATES)


def _choices() -> np.ndarray:
    """(states ** 3, parts * 5): for each three states in a row, which of each part's four ways to change they are, and
    whether the part changes into the last one unlike the trunk; the trunk, whether it changes at all."""
    change = _STATES[:, None] ^ _STATES[None]
    ways = 2 * change[:, :, None].astype(int) + change[None]  # (before, now, next, parts)
    alone = change ^ change[..., :1]
    alone[..., 0] = change[..., 0]
    alone = np.broadcast_to(alone, ways.shape)
    return np.concatenate([np.eye(4)[ways], alone[..., None]], axis=-1).reshape(_COUNT**3, -1).astype(np.float32)


_CHOICES = _choices()
_BLOCK = 256  # frames whose costs are in memory at once, 6 MB


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
    """(n, parts) bool: where left and right of a part of PARTS are exchanged.

    `times` (n,) s, rising; `joints` (n, 25, 3) x, y px and confidence, NaN where unknown; `height` of the person, px.
    """
    count = len(times)
    if count < 3 or not height > 0:
        return np.zeros((count, len(PARTS)), bool)
    at = np.where((joints[:, :, 2] >= _LEAST_CONFIDENCE)[..., None], joints[:, :, :2], np.nan) / height
    steps = np.diff(times)
    own = np.concatenate([[np.median(steps)], np.minimum(steps, 2 * np.median(steps))])
    state, moves = _state_costs(at, own), _move_costs(at, steps)
    # The state is that of two frames, for how a joint moved is known from two.
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


def undo(joints: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The joints with left and right changed back where `parts` (n, parts) says so."""
    mended = joints.copy()
    for pair in _PAIRS:
        rows = parts[:, pair.part]
        mended[rows, pair.left], mended[rows, pair.right] = joints[rows, pair.right], joints[rows, pair.left]
    return mended


def told(parts: np.ndarray) -> list[str | None]:
    """What was changed in each row: `all`, names of parts, or None."""
    names = np.array(PARTS)
    return [None if not row.any() else "all" if row.all() else ", ".join(names[row]) for row in parts]


def _move_costs(at: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """(n - 2, parts * 5): what it costs that a part changes sides or not (second bit) into the second of three frames
    in a row and (first bit) into the third: how far its joints jump, and how far from where they were going. Last, what
    it costs that the part does so unlike the trunk."""
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
        costs[:, pair.part, :4] += np.nan_to_num(np.column_stack(ways))  # a joint that is unknown is so all four ways
    costs /= (1 + np.maximum(steps[1:], steps[:-1]) / _LOST_S)[:, None, None]
    costs[:, :, [1, 3]] += _SWITCH
    costs[:, :, 4] = _passing_costs(at)[1:]
    return costs.reshape(len(costs), -1).astype(np.float32)


def _passing_costs(at: np.ndarray) -> np.ndarray:
    """(n - 1, parts): what it costs between two frames that a limb changes sides without the trunk, and, first, that
    the trunk does."""
    apart = np.zeros((len(PARTS), 2, len(at)))  # sum and number
    for pair in _PAIRS:
        distance = np.linalg.norm(at[:, pair.left] - at[:, pair.right], axis=1)
        apart[pair.part] += np.nan_to_num(distance), np.isfinite(distance)
    apart[0] = apart.sum(axis=0)
    mean = apart[:, 0] / np.maximum(apart[:, 1], 1)
    unseen = np.clip(1 - np.minimum(mean[:, 1:], mean[:, :-1]) / _APART, 0, 1)
    return np.concatenate([_SIDEWAYS * unseen[:1], _PASSING * unseen[1:]]).T


def _state_costs(at: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """(n, states): what each state costs by itself in each frame."""
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
        full = np.nanquantile(straight, 0.9)  # foreshortening only ever shortens
        over = {pair: np.nan_to_num(np.maximum(values - full, 0)) for pair, values in length.items()}
        across = _STRETCH * (over["left", "right"] + over["right", "left"]) + _UNLIKE_PER_S * steps
        along = _STRETCH * (over["left", "left"] + over["right", "right"])
        costs = costs + np.where(unlike[None], across[:, None], along[:, None])
    facing = _AGAINST_FEET_PER_S * steps * _told_by_feet(at)  # positive: the trunk faces as the feet do
    costs += np.where(_STATES[None, :, PARTS.index("trunk")], facing[:, None], -facing[:, None]).clip(0)
    return costs


def _told_by_feet(at: np.ndarray) -> np.ndarray:
    """(n,) -1..1: how surely the feet say that the trunk's sides are right (positive) or exchanged; 0 where they do not
    tell, or the trunk is seen from the side."""

    def mid(joint: str) -> np.ndarray:
        return (at[:, KEYPOINT[f"left_{joint}"]] + at[:, KEYPOINT[f"right_{joint}"]]) / 2

    def width(joint: str) -> np.ndarray:
        return (at[:, KEYPOINT[f"left_{joint}"]] - at[:, KEYPOINT[f"right_{joint}"]])[:, 0]

    trunk = np.linalg.norm(mid("shoulder") - mid("hip"), axis=1)
    trunk[~(trunk > 0)] = np.nan
    # Of the foot that stands: one that is lifted hangs its toes, whichever way it faces.
    lower = np.minimum(*((at[:, KEYPOINT[f"{a}_toe"]] - at[:, KEYPOINT[f"{a}_heel"]])[:, 1] for a in _SIDES)) / trunk
    front = ((lower - _TOES_FRONT) / _TOES_SPAN).clip(0, 1) - ((_TOES_BACK - lower) / _TOES_SPAN).clip(0, 1)
    wide = (width("shoulder") + width("hip")) / 2 / trunk
    return np.nan_to_num(front * np.sign(wide) * (np.abs(wide) / _FACING - 1).clip(0, 1))
