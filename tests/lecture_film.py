"""A rendered lecture: somebody before a screen whose slides change, and heads of the audience in front, with the truth.

The figure is the sample film's; the audience are larger figures near the camera, seen from behind and cut by the lower
edge. What a scene asks for (leaving, turning round, sitting, a helper who crosses, a speaker in a video on the slide,
dimmed lights) is a field of `Lecture`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from gametape.sample import figure, scene
from gametape.sample.mesh import Mesh
from gametape.sample.raster import rasterise
from gametape.sample.skeleton import BONES, HIP_HEIGHT, Pose, assemble, turn
from tests.film_maker import make_film

#: Where people stand, metres: across, and away from the camera, which is 1.6 m above the floor.
STAGE_Y, CAMERA_Z = 0.0, 1.6
#: The screen's corners on the wall behind: x from, to; height from, to.
SCREEN = (-2.6, 1.2, 1.25, 3.1)
WALL_Y = 1.6
_GAIT_HZ, _STEP_M = 0.9, 0.34
_SUN = np.array([-0.3, -0.75, 0.6])

Keys = tuple[tuple[float, float], ...]
"""Values at times: (seconds, value), joined by straight lines."""


@dataclass(frozen=True)
class Actor:
    """Somebody in the hall.

    Attributes:
        x: Metres from the hall's middle, by time; NaN while away.
        facing: Degrees by time: 0 looks at the audience, 180 at the screen, 90 to the picture's right.
        points: Is an arm stretched towards the screen, by time, 0..1.
        y: Metres behind the front of the stage.
        shirt: Colour of the shirt in linear light.
        sits: Seated, behind a table.
    """

    x: Keys
    facing: Keys = ((0, 0.0),)
    points: Keys = ((0, 0.0),)
    y: float = STAGE_Y
    shirt: tuple[float, float, float] = (0.56, 0.035, 0.035)
    sits: bool = False


@dataclass(frozen=True)
class Lecture:
    """A scene.

    Attributes:
        actors: Who is on the stage; the first is the presenter.
        audience: Number of heads in front.
        light: Of the hall, 1 is full.
        slides: Seconds at which the slide changes.
        video: A speaker in a video fills the slide, moving.
        distance: Metres from the camera to the stage.
    """

    actors: tuple[Actor, ...]
    seconds: float = 6.0
    fps: float = 10.0
    size: tuple[int, int] = (960, 540)
    audience: int = 5
    light: float = 1.0
    slides: tuple[float, ...] = ()
    video: bool = False
    distance: float = 8.0
    seed: int = 0


@dataclass(frozen=True)
class LectureTruth:
    """What is true in each of n frames.

    Attributes:
        boxes: (n, actors, 4) px of what is seen of each actor, NaN where hidden or away.
        audience: (heads, 4) px of the audience.
    """

    boxes: np.ndarray
    audience: np.ndarray


def at(keys: Keys, time_s: float) -> float:
    """The value at a time."""
    times, values = np.array(keys, float).T
    return float(np.interp(time_s, times, values))


def render(lecture: Lecture, path: Path) -> LectureTruth:
    """Write the film; the truth of its frames."""
    hall, truth = _Hall(lecture), []
    random = np.random.default_rng(lecture.seed)

    def draw(number: int, width: int, height: int) -> np.ndarray:
        picture, boxes = hall.picture(number / lecture.fps)
        truth.append(boxes)
        return np.clip(picture + random.normal(0, 2.0, (height, width, 1)), 0, 255).astype(np.uint8)

    frames = round(lecture.seconds * lecture.fps)
    make_film(path, frames=frames, size=lecture.size, fps=Fraction(lecture.fps), draw=draw)
    return LectureTruth(np.array(truth), hall.heads)


def write_labels(truth: LectureTruth, path: Path, every: int = 5) -> None:
    """The presenter's boxes as a CSV in the form of the footage's labels."""
    lines = ["frame,visible,x1,y1,x2,y2,number_legible"]
    for frame in range(0, len(truth.boxes), every):
        box = truth.boxes[frame, 0]
        seen = bool(np.isfinite(box).all())
        lines.append(f"{frame},{int(seen)},{','.join(f'{v:.1f}' for v in box) if seen else ',,,'},")
    path.write_text("\n".join(lines) + "\n")


class _Hall:
    def __init__(self, lecture: Lecture) -> None:
        self.lecture = lecture
        width, height = lecture.size
        self.camera = scene.camera_at((0.0, -lecture.distance, CAMERA_Z), (0.0, 0.0, 1.35), width, height)
        self.room = _room(self.camera) * lecture.light
        heads = _audience(lecture)
        drawn = [_drawn(self.camera, mesh, pose) for mesh, pose in heads]
        self.sway = np.random.default_rng(lecture.seed + 1).uniform(0, 6.28, len(drawn))
        self.sprites = [one for one in drawn if one is not None]
        self.heads = np.array([box_of(mask) for _, mask in self.sprites]).reshape(-1, 4)

    def picture(self, time_s: float) -> tuple[np.ndarray, np.ndarray]:
        picture = self.room.copy()
        self._slide(picture, time_s)
        boxes, masks = [], []
        order = sorted(range(len(self.lecture.actors)), key=lambda n: -self.lecture.actors[n].y)
        for number in order:
            actor = self.lecture.actors[number]
            drawn = None
            if np.isfinite(at(actor.x, time_s)):
                drawn = _drawn(self.camera, _clad(actor.shirt), _posed(actor, time_s))
            mask = np.zeros(picture.shape[:2], bool)
            if drawn is not None:
                colour, mask = drawn
                picture[mask] = colour[mask] * (0.35 + 0.65 * self.lecture.light)
                for other in masks:
                    other[1][mask] = False
            masks.append((number, mask))
            if actor.sits:
                self._table(picture, at(actor.x, time_s), mask)
        for (colour, mask), phase in zip(self.sprites, self.sway, strict=True):
            shift = round(4 * np.sin(0.9 * time_s + phase))
            moved = np.roll(mask, shift, axis=1)
            picture[moved] = np.roll(colour, shift, axis=1)[moved] * (0.25 + 0.5 * self.lecture.light)
            for _, other in masks:
                other[moved] = False
        by_number = dict(masks)
        boxes = [box_of(by_number[number]) for number in range(len(self.lecture.actors))]
        return picture, np.array(boxes)

    def _table(self, picture: np.ndarray, x: float, mask: np.ndarray) -> None:
        corners, _ = self.camera.project(np.array([[x - 0.9, -0.55, 0.78], [x + 0.9, -0.55, 0.02]]))
        (left, top), (right, bottom) = np.round(corners).astype(int)
        area = np.s_[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        picture[area] = np.array([96, 66, 42]) * self.lecture.light
        mask[area] = False

    def _slide(self, picture: np.ndarray, time_s: float) -> None:
        import cv2

        corners, _ = self.camera.project(np.array([[SCREEN[0], WALL_Y, SCREEN[3]], [SCREEN[1], WALL_Y, SCREEN[2]]]))
        (left, top), (right, bottom) = np.round(corners).astype(int)
        left, top = max(left, 0), max(top, 0)
        wide, tall = right - left, bottom - top
        number = sum(time_s >= change for change in self.lecture.slides)
        if self.lecture.video:
            slide = cv2.resize(_speaker(int(time_s * 10)), (wide, tall))
        else:
            slide = np.full((tall, wide, 3), (238, 238, 232), np.float32)
            random = np.random.default_rng(number + 17)
            cv2.rectangle(slide, (0, 0), (wide, tall // 7), random.uniform(40, 160, 3).tolist(), -1)
            for line in range(5):
                y = int(tall * (0.28 + 0.13 * line))
                cv2.line(
                    slide, (wide // 12, y), (wide // 12 + int(wide * random.uniform(0.2, 0.5)), y), (70, 70, 80), 5
                )
            x, y = int(wide * 0.6), int(tall * 0.25)
            cv2.rectangle(slide, (x, y), (int(wide * 0.95), int(tall * 0.9)), random.uniform(60, 220, 3).tolist(), -1)
        picture[top:bottom, left:right] = slide


def box_of(mask: np.ndarray) -> np.ndarray:
    """(4,) px around what is True; NaN of nothing."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.full(4, np.nan)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], float)


def _room(camera: scene.Camera) -> np.ndarray:
    """The empty hall, 0..255: a wall with panels, a floor with boards, a lectern's shade."""
    columns, rows = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    ray = camera.rays(columns, rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = -camera.position[2] / ray[..., 2]
        on_floor = (floor > 0) & (camera.position[1] + floor * ray[..., 1] < WALL_Y)
        wall = (WALL_Y - camera.position[1]) / ray[..., 1]
    x = camera.position[0] + wall * ray[..., 0]
    picture = np.empty((*on_floor.shape, 3))
    picture[:] = np.array([172, 158, 140])
    picture[np.abs(x % 1.3 - 0.65) < 0.02] *= 0.8
    along = camera.position[0] + floor * ray[..., 0]
    boards = np.array([116, 84, 58]) * (1 + 0.12 * np.sin(9 * along))[..., None]
    picture[on_floor] = boards[on_floor]
    return picture


@cache
def _clad(shirt: tuple[float, float, float]) -> Mesh:
    """The figure without its racket, in a shirt of this colour and long trousers."""
    mesh = figure.player()
    racket = BONES.index("racket")
    kept = (mesh.bones[mesh.triangles] != racket).all(axis=(1, 2)) & ~mesh.sheer
    colours = mesh.colours.copy()
    trunk = np.isin(mesh.bones[:, 0], [BONES.index("pelvis"), BONES.index("chest")])
    panels = trunk & (np.abs(colours - figure.TRIM).max(axis=1) < 0.1)
    red = panels | ((colours[:, 0] > 0.3) & (colours[:, 1] < 0.12))
    colours[red] = np.array(shirt) * (0.9 + 0.2 * np.random.default_rng(1).random((int(red.sum()), 1)))
    legs = np.isin(mesh.bones[:, 0], [BONES.index(f"{s}_{p}") for s in ("left", "right") for p in ("thigh", "shank")])
    colours[legs] = figure.SHORTS * 1.6
    return replace(mesh, triangles=mesh.triangles[kept], sheer=mesh.sheer[kept], colours=colours)


def _posed(actor: Actor, time_s: float) -> Pose:
    x, ahead = at(actor.x, time_s), at(actor.x, time_s + 0.1)
    speed = 0.0 if not np.isfinite(ahead) else (ahead - x) / 0.1
    yaw = at(actor.facing, time_s) - 90.0
    phase = 2 * np.pi * (x / (2 * _STEP_M)) if abs(speed) > 0.15 else 0.0
    swing = 0.22 * np.sin(phase) if abs(speed) > 0.15 else 0.0
    if abs(speed) > 0.15:
        yaw = 0.0 if speed > 0 else 180.0
    return posed(x, actor.y, yaw, swing, at(actor.points, time_s), 0.55 if actor.sits else 1.0, time_s)


def posed(
    x: float, y: float, yaw: float, swing: float = 0.0, point: float = 0.0, tall: float = 1.0, time_s: float = 0.0
) -> Pose:
    """Somebody at (x, y) who looks along `yaw` degrees: a step apart by `swing` metres, an arm raised by `point`."""
    one = np.ones(1)
    body = turn(yaw * one)
    front, left = body[0, :, 0], body[0, :, 1]
    breath = 0.01 * np.sin(2.1 * time_s)
    pelvis = np.array([[x, y, HIP_HEIGHT * tall - abs(swing) * 0.12]])
    feet = {
        side: (np.array([x, y, 0.0]) + sign * 0.11 * left + (sign * swing + 0.05 + (0.25 if tall < 1 else 0)) * front)[
            None
        ]
        for side, sign in (("right", -1.0), ("left", 1.0))
    }
    hang, gesture = np.array([0.06, 0.05, -0.52]), np.array([0.26, 0.12, -0.28 + breath * 4])
    low = 0.5 + 0.5 * np.sin(1.3 * time_s)
    rest = hang + (gesture - hang) * low
    hands = {
        "left": (rest * [1, 1, 1])[None],
        "right": ((1 - point) * (rest * [1, -1, 1]) + point * np.array([0.1, -0.52, 0.12]))[None],
    }
    elbows = {"right": np.array([[-0.4, -0.5, -0.7]]), "left": np.array([[-0.4, 0.5, -0.7]])}
    return assemble(
        pelvis=pelvis, pelvis_turn=body, chest_turn=turn(yaw * one, 4.0 * one, 0 * one),
        head_turn=turn((yaw + 12 * np.sin(0.7 * time_s)) * one, 3 * one),
        hands=hands, elbows=elbows, feet=feet, feet_turn={"right": body, "left": body},
        racket_axis=np.array([[1.0, 0, 0]]), racket_face=np.array([[0, 0, 1.0]]),
    )  # fmt: skip


def _audience(lecture: Lecture) -> list[tuple[Mesh, Pose]]:
    """Seated people between camera and stage, who look at the screen."""
    random = np.random.default_rng(lecture.seed + 5)
    shirts = [(0.1, 0.12, 0.2), (0.3, 0.3, 0.32), (0.05, 0.2, 0.12), (0.4, 0.32, 0.2), (0.2, 0.08, 0.25)]
    heads = []
    for number in range(lecture.audience):
        row = number % 2
        y = -lecture.distance + 2.6 + 0.9 * row
        reach = (y + lecture.distance) * 0.52
        x = reach * (2 * (number + 0.5) / lecture.audience - 1) + random.uniform(-0.1, 0.1)
        pose = posed(x, y, 90.0 + random.uniform(-25, 25), tall=0.42 + random.uniform(-0.03, 0.05))
        heads.append((_clad(shirts[number % len(shirts)]), pose))
    return sorted(heads, key=lambda one: -one[1].origin[0, 0, 1])


def _drawn(camera: scene.Camera, mesh: Mesh, pose: Pose) -> tuple[np.ndarray, np.ndarray] | None:
    """A figure as the camera sees it: (h, w, 3) 0..255 and its mask; None out of the picture."""
    points, normals = mesh.posed(pose)
    place, depth = camera.project(points)
    if (depth < 0.3).any() or (place[:, 0] < 0).all() or (place[:, 0] > camera.width).all():
        return None
    lit = np.clip(normals @ (_SUN / np.linalg.norm(_SUN)), 0, 1)[:, None] * 0.9 + 0.45 + 0.15 * normals[:, 2:]
    colours = scene.display(mesh.colours * lit).astype(np.float32)
    triangles = mesh.triangles
    seen = rasterise(place[triangles], 1 / depth[triangles], camera.width, camera.height)
    picture = np.zeros((camera.height * camera.width, 3), np.float32)
    picture[seen.pixel] = np.einsum("nkc,nk->nc", colours[triangles[seen.triangle]], seen.weights)
    mask = (seen.nearness > 0).reshape(camera.height, camera.width)
    return picture.reshape(camera.height, camera.width, 3), mask


@cache
def _speaker(number: int) -> np.ndarray:
    """A frame of a video of a speaker, (360, 640, 3) 0..255: larger than the presenter before it."""
    camera = scene.camera_at((0.0, -3.0, 1.5), (0.0, 0.0, 1.15), 640, 360)
    picture = np.empty((360, 640, 3), np.float32)
    picture[:] = (60, 84, 120)
    time_s = number / 10
    x = 0.35 * np.sin(0.6 * time_s)
    drawn = _drawn(camera, _clad((0.55, 0.5, 0.1)), posed(x, 0.0, -90 + 20 * np.sin(time_s), 0.0, 0.0, 1.0, time_s * 2))
    if drawn is not None:
        picture[drawn[1]] = drawn[0][drawn[1]]
    return picture
