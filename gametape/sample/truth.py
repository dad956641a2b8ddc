"""Ground truth of the sample film: its types and its JSON file.

Belongs here: the truth's format, and angles and pixels from joints. Does not belong here: how it comes about
(renderer.py).

Pixel (i, j) has its centre at (i + 0.5, j + 0.5).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gametape.base.errors import BadInput
from gametape.tables.pose import COCO_KEYPOINTS, JOINT_ANGLES

#: The keypoints whose place is known.
JOINTS = (*COCO_KEYPOINTS, "left_heel", "right_heel", "left_toe", "right_toe")

# Three joints of each interior angle, its apex in the middle.
_CORNERS = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("hip", "shoulder", "elbow"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "toe"),
}


@dataclass(frozen=True)
class Event:
    """A contact of the ball.

    Attributes:
        kind: hit (racket), impact (wall) or bounce (ground).
        time_s: Seconds; it may lie between two frames.
        frame: Frame nearest in time.
        x: The ball's centre at `time_s`, px.
        y: The ball's centre at `time_s`, px.
        metres: The ball's centre at `time_s`: x, y, height.
    """

    kind: str
    time_s: float
    frame: int
    x: float
    y: float
    metres: tuple[float, float, float]


@dataclass(frozen=True, eq=False)  # arrays cannot be compared as one value
class Truth:
    """Ground truth of n frames.

    Attributes:
        fps: Frame rate.
        width: Pixels of the picture.
        height: Pixels of the picture.
        seed: The film's seed.
        camera: (3, 4) from homogeneous metres to homogeneous px.
        time_s: (n,) seconds, the middle of each exposure.
        ball: (n, 2) the ball's centre, px.
        ball_m: (n, 3) the ball's centre, metres.
        ball_velocity: (n, 2) px/s.
        ball_radius: (n,) px.
        ball_visible: (n,) the centre is in the picture and at most half of the ball is hidden.
        joints: (n, JOINTS, 2) px.
        joints_m: (n, JOINTS, 3) metres.
        joint_visible: (n, JOINTS).
        racket_m: (n, 3) the middle of the strings, metres.
        events: The ball's contacts.
    """

    fps: float
    width: int
    height: int
    seed: int
    camera: np.ndarray
    time_s: np.ndarray
    ball: np.ndarray
    ball_m: np.ndarray
    ball_velocity: np.ndarray
    ball_radius: np.ndarray
    ball_visible: np.ndarray
    joints: np.ndarray
    joints_m: np.ndarray
    joint_visible: np.ndarray
    racket_m: np.ndarray
    events: tuple[Event, ...]

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def angles(self) -> np.ndarray:
        """(n, JOINT_ANGLES) interior angles in the picture, degrees."""
        return interior_angles(self.joints)

    @property
    def angles_3d(self) -> np.ndarray:
        """(n, JOINT_ANGLES) interior angles in space, degrees."""
        return interior_angles(self.joints_m)


def interior_angles(joints: np.ndarray) -> np.ndarray:
    """Interior angles (n, JOINT_ANGLES) in degrees, 180 is straight, of joints (n, JOINTS, 2 or 3)."""

    def angle(name: str) -> np.ndarray:
        side, joint = name.split("_")
        first, apex, last = (joints[:, JOINTS.index(f"{side}_{corner}")] for corner in _CORNERS[joint])
        one, two = first - apex, last - apex
        cosine = np.sum(one * two, axis=-1) / (np.linalg.norm(one, axis=-1) * np.linalg.norm(two, axis=-1))
        return np.degrees(np.arccos(np.clip(cosine, -1, 1)))

    return np.stack([angle(name) for name in JOINT_ANGLES], axis=1)


def project(camera: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Project points (…, 3) in metres to pixels (…, 2) by a 3x4 matrix."""
    seen = points @ camera[:, :3].T + camera[:, 3]
    return seen[..., :2] / seen[..., 2:]


def to_json(truth: Truth) -> str:
    """Write the truth as JSON: one object per frame, everything named, px to 3 decimals and metres to 5."""
    angles, angles_3d = truth.angles, truth.angles_3d

    def rounded(values: Iterable[float], digits: int) -> list[float]:
        return [round(float(value), digits) for value in values]

    frames = [
        {
            "time_s": round(float(truth.time_s[i]), 6),
            "ball": {
                "x": round(float(truth.ball[i, 0]), 3),
                "y": round(float(truth.ball[i, 1]), 3),
                "vx": round(float(truth.ball_velocity[i, 0]), 2),
                "vy": round(float(truth.ball_velocity[i, 1]), 2),
                "radius": round(float(truth.ball_radius[i]), 3),
                "visible": bool(truth.ball_visible[i]),
                "metres": rounded(truth.ball_m[i], 5),
            },
            "racket": {"metres": rounded(truth.racket_m[i], 5)},
            "joints": {
                name: {
                    "x": round(float(truth.joints[i, j, 0]), 3),
                    "y": round(float(truth.joints[i, j, 1]), 3),
                    "visible": bool(truth.joint_visible[i, j]),
                    "metres": rounded(truth.joints_m[i, j], 5),
                }
                for j, name in enumerate(JOINTS)
            },
            "angles": dict(zip(JOINT_ANGLES, rounded(angles[i], 2), strict=True)),
            "angles_3d": dict(zip(JOINT_ANGLES, rounded(angles_3d[i], 2), strict=True)),
        }
        for i in range(len(truth))
    ]
    head = {
        "format": "gametape sample truth 1",
        "fps": truth.fps,
        "width": truth.width,
        "height": truth.height,
        "seed": truth.seed,
        "camera": [[float(value) for value in row] for row in truth.camera],
        "events": [
            {
                "kind": event.kind,
                "time_s": round(event.time_s, 6),
                "frame": event.frame,
                "x": round(event.x, 3),
                "y": round(event.y, 3),
                "metres": rounded(event.metres, 5),
            }
            for event in truth.events
        ],
    }
    return json.dumps({**head, "frames": frames}, separators=(",", ":"))


def load_truth(path: Path) -> Truth:
    """Read `rally.truth.json`. Raises BadInput where the file is no such truth."""
    try:
        data = json.loads(Path(path).read_text("utf-8"))
        frames = data["frames"]
        balls = [frame["ball"] for frame in frames]
        joints = [[frame["joints"][name] for name in JOINTS] for frame in frames]
        return Truth(
            fps=data["fps"],
            width=data["width"],
            height=data["height"],
            seed=data["seed"],
            camera=np.array(data["camera"]),
            time_s=np.array([frame["time_s"] for frame in frames]),
            ball=np.array([[ball["x"], ball["y"]] for ball in balls]),
            ball_m=np.array([ball["metres"] for ball in balls]),
            ball_velocity=np.array([[ball["vx"], ball["vy"]] for ball in balls]),
            ball_radius=np.array([ball["radius"] for ball in balls]),
            ball_visible=np.array([ball["visible"] for ball in balls]),
            joints=np.array([[[joint["x"], joint["y"]] for joint in row] for row in joints]),
            joints_m=np.array([[joint["metres"] for joint in row] for row in joints]),
            joint_visible=np.array([[joint["visible"] for joint in row] for row in joints]),
            racket_m=np.array([frame["racket"]["metres"] for frame in frames]),
            events=tuple(Event(**event | {"metres": tuple(event["metres"])}) for event in data["events"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"is not a sample film's truth: {error!r}"
        raise BadInput(str(path), reason, "Make the sample film again") from error
