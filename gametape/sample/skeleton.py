"""The player's skeleton: segment lengths, bones and the inverse kinematics that poses them.

Belongs here: anatomy and geometry of the pose. Does not belong here: when the player does what (animation.py), how the
player looks (figure.py).

World: metres, x towards the wall, y away from the camera, z up. The player at rest stands at the origin, faces
+x and lets the arms hang; there every bone's frame is the identity (x front, y left, z up), so a bone's rotation
is also the rotation from rest. All functions take any number of instants at once as leading axes.

Segment lengths are fractions of stature after Drillis & Contini (1966), Body Segment Parameters, New York
University technical report 1166.03, as reprinted in Winter, Biomechanics and Motor Control of Human Movement,
fig. 4.1. The table gives breadths over the outside of the body; joint centres lie further in.
"""

from dataclasses import dataclass

import numpy as np

#: The player's height, metres; all lengths below are in metres.
HEIGHT_M = 1.82

UPPER_ARM, FOREARM, HAND = 0.186 * HEIGHT_M, 0.146 * HEIGHT_M, 0.108 * HEIGHT_M
THIGH, SHANK, ANKLE_HEIGHT = 0.245 * HEIGHT_M, 0.246 * HEIGHT_M, 0.039 * HEIGHT_M
FOOT_LENGTH = 0.152 * HEIGHT_M
HIP_HEIGHT, SHOULDER_HEIGHT = 0.530 * HEIGHT_M, 0.818 * HEIGHT_M
HALF_SHOULDERS = 0.104 * HEIGHT_M  # half of biacromial 0.259, less 2.5 cm a side to the centre of the joint
HALF_HIPS = 0.055 * HEIGHT_M  # hip joint centres, well inside the hips' breadth of 0.191

#: The joint on which the chest turns on the pelvis, and the head on the chest.
LUMBAR = np.array([0.0, 0.0, HIP_HEIGHT + 0.06 * HEIGHT_M])
NECK = np.array([-0.005, 0.0, 0.838 * HEIGHT_M])
#: From the wrist to the middle of the fist.
GRIP = 0.075
#: Length of the racket (27 in), and from the middle of the fist to the middle of the strings.
RACKET_LENGTH, SWEET_SPOT = 0.685, 0.50

BONES = (
    "pelvis", "chest", "head", "racket",
    "right_upper_arm", "right_forearm", "right_hand", "left_upper_arm", "left_forearm", "left_hand",
    "right_thigh", "right_shank", "right_foot", "left_thigh", "left_shank", "left_foot",
)  # fmt: skip

#: Sides of the body with the sign of their y.
SIDES = (("right", -1.0), ("left", 1.0))


def _rest_origins() -> dict[str, np.ndarray]:
    origins = {"pelvis": np.array([0.0, 0.0, HIP_HEIGHT]), "chest": LUMBAR, "head": NECK}
    for side, sign in SIDES:
        shoulder = np.array([0.0, sign * HALF_SHOULDERS, SHOULDER_HEIGHT])
        hip = np.array([0.0, sign * HALF_HIPS, HIP_HEIGHT])
        down = np.array([0.0, 0.0, -1.0])
        origins |= {
            f"{side}_upper_arm": shoulder,
            f"{side}_forearm": shoulder + down * UPPER_ARM,
            f"{side}_hand": shoulder + down * (UPPER_ARM + FOREARM),
            f"{side}_thigh": hip,
            f"{side}_shank": hip + down * THIGH,
            f"{side}_foot": hip + down * (THIGH + SHANK),
        }
    origins["racket"] = origins["right_hand"] + np.array([0.0, 0.0, -GRIP])
    return origins


#: Origin of each bone at rest.
REST = _rest_origins()
BALL_OF_FOOT = np.array([0.068 * HEIGHT_M, 0.0, -ANKLE_HEIGHT])  # from the ankle, on the sole
HEEL = np.array([-0.032 * HEIGHT_M, 0.0, -0.75 * ANKLE_HEIGHT])
TOE = np.array([0.098 * HEIGHT_M, 0.0, -0.75 * ANKLE_HEIGHT])

#: The bone that each keypoint moves with, and its place at rest.
KEYPOINT_SITES: dict[str, tuple[str, np.ndarray]] = {
    "nose": ("head", np.array([0.112, 0.0, 0.917 * HEIGHT_M])),
    "left_eye": ("head", np.array([0.083, 0.032, 0.936 * HEIGHT_M])),
    "right_eye": ("head", np.array([0.083, -0.032, 0.936 * HEIGHT_M])),
    "left_ear": ("head", np.array([-0.004, 0.077, 0.926 * HEIGHT_M])),
    "right_ear": ("head", np.array([-0.004, -0.077, 0.926 * HEIGHT_M])),
}
for _side, _sign in SIDES:
    KEYPOINT_SITES |= {
        f"{_side}_{joint}": (f"{_side}_{bone}", REST[f"{_side}_{bone}"])
        for joint, bone in (
            ("shoulder", "upper_arm"), ("elbow", "forearm"), ("wrist", "hand"),
            ("hip", "thigh"), ("knee", "shank"), ("ankle", "foot"),
        )
    } | {
        f"{_side}_heel": (f"{_side}_foot", REST[f"{_side}_foot"] + HEEL),
        f"{_side}_toe": (f"{_side}_foot", REST[f"{_side}_foot"] + TOE),
    }  # fmt: skip


@dataclass(frozen=True)
class Pose:
    """The bones at n instants.

    Attributes:
        rotation: (n, bones, 3, 3) from rest to world.
        origin: (n, bones, 3) metres.
    """

    rotation: np.ndarray
    origin: np.ndarray

    def __getitem__(self, instants: int | slice) -> "Pose":
        picked = slice(instants, instants + 1) if isinstance(instants, int) else instants
        return Pose(self.rotation[picked], self.origin[picked])

    def place(self, bone: str, rest_point: np.ndarray) -> np.ndarray:
        """Place in the world, (n, 3), of a point that is fixed to a bone and given at rest (3,)."""
        index = BONES.index(bone)
        return self.origin[:, index] + self.rotation[:, index] @ (rest_point - REST[bone])

    def keypoints(self, names: tuple[str, ...]) -> np.ndarray:
        """Places of keypoints in the world, (n, names, 3)."""
        return np.stack([self.place(*KEYPOINT_SITES[name]) for name in names], axis=1)

    def sweet_spot(self) -> np.ndarray:
        """Middle of the racket's strings in the world, (n, 3)."""
        return self.place("racket", REST["racket"] + np.array([0.0, 0.0, SWEET_SPOT]))

    def racket_normal(self) -> np.ndarray:
        """Unit normal of the strings, (n, 3)."""
        return self.rotation[:, BONES.index("racket"), :, 0]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (…, 3) scaled to length 1."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def turn(yaw: np.ndarray, pitch: np.ndarray | float = 0.0, roll: np.ndarray | float = 0.0) -> np.ndarray:
    """Rotation matrices (n, 3, 3) from angles in degrees.

    Args:
        yaw: (n,) about z, to the left positive; applied last.
        pitch: About y, forward positive; applied second.
        roll: About x, right side down positive; applied first.
    """
    from scipy.spatial.transform import Rotation

    angles = np.stack(np.broadcast_arrays(yaw, pitch, roll), axis=-1)
    return Rotation.from_euler("ZYX", angles, degrees=True).as_matrix()


def frame(up: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Rotation matrices (n, 3, 3) whose z is `up` and whose y is as near to `left` as that allows, both (n, 3)."""
    up = unit(up)
    front = unit(np.cross(left, up))
    return np.stack([front, np.cross(up, front), up], axis=-1)


def bend(
    root: np.ndarray, target: np.ndarray, first: float, second: float, pole: np.ndarray, fold: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Solve two-bone inverse kinematics by the law of cosines.

    A target out of reach is approached as far as a nearly straight limb goes, so lengths never change.

    Args:
        root: (n, 3) where the limb starts.
        target: (n, 3) where its end should be.
        first: Length of the first bone.
        second: Length of the second bone.
        pole: (n, 3) direction in which the middle joint points.
        fold: +1 where the joint points to the front (knee), -1 where to the back (elbow).

    Returns:
        The middle joint (n, 3), the end (n, 3), and the rotations of both bones (n, 3, 3).
    """
    reach = target - root
    distance = np.linalg.norm(reach, axis=-1, keepdims=True)
    along = reach / distance
    distance = np.clip(distance, abs(first - second) * 1.05, (first + second) * 0.996)
    out = unit(pole - np.sum(pole * along, axis=-1, keepdims=True) * along)
    shadow = (first**2 - second**2 + distance**2) / (2 * distance)
    middle = root + shadow * along + np.sqrt(np.maximum(first**2 - shadow**2, 0.0)) * out
    end = root + distance * along
    hinge = fold * np.cross(out, along)
    return middle, end, frame(root - middle, hinge), frame(middle - end, hinge)


def assemble(
    *,
    pelvis: np.ndarray,
    pelvis_turn: np.ndarray,
    chest_turn: np.ndarray,
    head_turn: np.ndarray,
    hands: dict[str, np.ndarray],
    elbows: dict[str, np.ndarray],
    feet: dict[str, np.ndarray],
    feet_turn: dict[str, np.ndarray],
    racket_axis: np.ndarray,
    racket_face: np.ndarray,
) -> Pose:
    """Pose the whole skeleton at n instants.

    Args:
        pelvis: (n, 3) the middle of the hips.
        pelvis_turn: (n, 3, 3) rotation.
        chest_turn: (n, 3, 3) rotation.
        head_turn: (n, 3, 3) rotation.
        hands: By side, (n, 3) target of the wrist from the shoulder, in the chest's frame.
        elbows: By side, (n, 3) direction in which the elbow points, in the chest's frame.
        feet: By side, (n, 3) the ball of the foot on the ground.
        feet_turn: By side, (n, 3, 3) rotation.
        racket_axis: (n, 3) from handle to tip, in the chest's frame; of any length.
        racket_face: (n, 3) normal of the strings, in the chest's frame; need not be square to the axis.
    """
    origin, rotation = {"pelvis": pelvis}, {"pelvis": pelvis_turn, "chest": chest_turn, "head": head_turn}
    origin["chest"] = pelvis + pelvis_turn @ (LUMBAR - REST["pelvis"])
    origin["head"] = origin["chest"] + chest_turn @ (NECK - LUMBAR)

    def in_world(vectors: np.ndarray) -> np.ndarray:
        return np.einsum("nij,nj->ni", chest_turn, vectors)

    for side, _ in SIDES:
        shoulder = origin["chest"] + chest_turn @ (REST[f"{side}_upper_arm"] - LUMBAR)
        elbow, wrist, upper, lower = bend(
            shoulder, shoulder + in_world(hands[side]), UPPER_ARM, FOREARM, in_world(elbows[side]), -1.0
        )
        origin |= {f"{side}_upper_arm": shoulder, f"{side}_forearm": elbow, f"{side}_hand": wrist}
        rotation |= {f"{side}_upper_arm": upper, f"{side}_forearm": lower, f"{side}_hand": lower}

        hip = pelvis + pelvis_turn @ (REST[f"{side}_thigh"] - REST["pelvis"])
        ankle = feet[side] - feet_turn[side] @ BALL_OF_FOOT
        knees = unit(feet_turn[side][:, :, 0] * [1, 1, 0]) + 0.6 * pelvis_turn[:, :, 0]
        knee, ankle, upper, lower = bend(hip, ankle, THIGH, SHANK, knees, 1.0)
        origin |= {f"{side}_thigh": hip, f"{side}_shank": knee, f"{side}_foot": ankle}
        rotation |= {f"{side}_thigh": upper, f"{side}_shank": lower, f"{side}_foot": feet_turn[side]}

    axis, face = unit(in_world(racket_axis)), in_world(racket_face)
    rotation["racket"] = frame(axis, np.cross(axis, face))
    forearm = rotation["right_forearm"][:, :, 2]
    rotation["right_hand"] = frame(forearm, np.cross(forearm, axis))
    origin["racket"] = origin["right_hand"] - GRIP * forearm
    return Pose(
        np.stack([rotation[bone] for bone in BONES], axis=1), np.stack([origin[bone] for bone in BONES], axis=1)
    )
