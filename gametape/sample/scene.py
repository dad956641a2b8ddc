"""The scene: camera, sun, and the practice court with its wall, net, fence and trees.

Belongs here: everything that does not move, drawn once by casting a few rays per pixel. Does not belong here: the
player and the ball. Lengths are metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametape.sample.ball_physics import WALL_X
from gametape.sample.colour import mix, smooth_step
from gametape.sample.skeleton import unit

#: Direction towards the sun: shadows fall away from the camera.
SUN = unit(np.array([-0.50, -0.62, 0.80]))
SUN_LIGHT = np.array([1.00, 0.95, 0.86]) * 1.35
SKY_LIGHT = np.array([0.40, 0.47, 0.58]) * 0.80

WALL_Y, WALL_TOP = (-3.0, 8.0), 2.7
NET_Y, NET_X, NET_TOP = 9.0, (-9.0, 4.8), 0.98
FENCE_Y, FENCE_TOP = 17.0, 2.3

MARKS = (
    (1.9, -0.5, 0.0), (5.2, -0.5, 0.0), (5.2, 3.6, 0.0), (1.9, 3.6, 0.0), (3.9, 5.2, 0.0), (-2.15, 6.0, 0.0),
    (WALL_X, WALL_Y[1], 0.0), (WALL_X, WALL_Y[1], WALL_TOP),
)  # fmt: skip
"""Corners of lines and of the wall that a coach could mark; all are in the picture."""

# Axes of the plane square to the sun's rays, as a picture seen from the sun (x right, y down).
SUN_RIGHT = unit(np.cross(np.array([0.0, 0.0, 1.0]), SUN))
SUN_DOWN = np.cross(-SUN, SUN_RIGHT)


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        position: (3,) metres.
        turn: (3, 3) rows are the picture's right, its down and the viewing direction.
        focal: Focal length, px.
        width: Pixels of the picture.
        height: Pixels of the picture.
    """

    position: np.ndarray
    turn: np.ndarray
    focal: float
    width: int
    height: int

    @property
    def matrix(self) -> np.ndarray:
        """The 3x4 matrix from homogeneous metres to homogeneous pixels."""
        inner = np.array([[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1]])
        return inner @ np.column_stack([self.turn, -self.turn @ self.position])

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (…, 2) and depth (…) in metres of points (…, 3)."""
        seen = (points - self.position) @ self.turn.T
        depth = seen[..., 2]
        return seen[..., :2] / depth[..., None] * self.focal + [self.width / 2, self.height / 2], depth

    def rays(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Directions (…, 3) of the rays through pixels, not of unit length."""
        across, down = (x - self.width / 2) / self.focal, (y - self.height / 2) / self.focal
        return across[..., None] * self.turn[0] + down[..., None] * self.turn[1] + self.turn[2]


def side_camera(width: int, height: int) -> Camera:
    """The fixed camera on the player's right, the wall at the right edge of the picture."""
    return camera_at((-0.35, -6.0, 1.50), (1.97, 0.0, 0.99), width, height)


def camera_around(degrees: float, width: int, height: int) -> Camera:
    """A fixed camera 6.2 m from the player at this angle from the wall's direction: at 180 it is behind the player."""
    turn = np.radians(degrees)
    return camera_at((0.3 + 6.2 * np.cos(turn), 6.2 * np.sin(turn), 1.50), (0.3, 0.0, 0.95), width, height)


def camera_at(position: Sequence[float], aim: Sequence[float], width: int, height: int) -> Camera:
    """A level camera at `position` that looks at `aim`, both (3,) metres."""
    eye = np.array(position)
    forward = unit(np.array(aim) - eye)
    right = unit(np.cross(forward, [0.0, 0.0, 1.0]))
    return Camera(eye, np.stack([right, np.cross(forward, right), forward]), 0.845 * width, width, height)


@dataclass(frozen=True)
class Backdrop:
    """The empty court.

    Attributes:
        picture: (h, w, 3) float32, 0..255 as displayed.
        place: (h, w, 3) float32, the point that each pixel shows, metres; NaN for the sky and what is too far away
            for a shadow.
    """

    picture: np.ndarray
    place: np.ndarray


def display(light: np.ndarray) -> np.ndarray:
    """Convert linear light to displayed values 0..255: highlights are compressed, then gamma is applied."""
    tamed = np.where(light > 0.8, 0.8 + 0.35 * np.tanh((light - 0.8) / 0.35), light)
    return 255 * np.clip(tamed, 0, 1) ** (1 / 2.2)


def paint(camera: Camera, seed: int) -> Backdrop:
    """Draw the empty court: one ray per pixel, eight more where neighbours differ."""
    columns, rows = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    painter = _Painter(seed)
    light, place = painter.look(camera.position, camera.rays(columns, rows))
    step = np.zeros(light.shape[:2])
    for axis in (0, 1):
        change = np.abs(np.diff(np.sqrt(light.mean(axis=2)), axis=axis))
        step += np.pad(change, [(0, int(axis == 0)), (0, int(axis == 1))])
        step += np.pad(change, [(int(axis == 0), 0), (int(axis == 1), 0)])
    edge = step > 0.045
    around = (np.arange(8) + 0.5) / 8 - 0.5
    finer = sum(
        painter.look(camera.position, camera.rays(columns[edge] + dx, rows[edge] + dy))[0]
        for dx, dy in zip(around, around[[3, 6, 1, 4, 7, 2, 5, 0]], strict=True)
    )
    light[edge] = finer / 8
    return Backdrop(display(light).astype(np.float32), place.astype(np.float32))


class _Painter:
    def __init__(self, seed: int) -> None:
        tile = np.random.default_rng([seed, 1]).random((256, 256), dtype=np.float32)
        self._tile = np.pad(tile, (0, 1), mode="wrap")

    def _noise(self, u: np.ndarray, v: np.ndarray, octaves: int = 4) -> np.ndarray:
        """Value noise, 0..1; its coarsest cells are one unit of u and v wide."""
        import cv2

        # OpenCV's remap takes less than 32768 rows, so lists of points are folded.
        shape, count = u.shape, u.size
        fold = (-count) % 1024
        u, v = (np.pad(np.broadcast_to(c, shape).ravel(), (0, fold)).reshape(-1, 1024) for c in (u, v))
        total, share = np.zeros(u.shape, np.float32), 0.0
        for octave in range(octaves):
            scale, weight = 2.0**octave, 0.55**octave
            at_u, at_v = (((c * scale + 37.0 * octave) % 256.0).astype(np.float32) for c in (u, v))
            total += weight * cv2.remap(self._tile, at_u, at_v, cv2.INTER_LINEAR)
            share += weight
        return (total / share).ravel()[:count].reshape(shape)

    def look(self, eye: np.ndarray, ray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Linear light (h, w, 3) and place (h, w, 3) along rays."""
        light = self._far(eye, ray)
        place = np.full(ray.shape, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            ground = -eye[2] / ray[..., 2]
            on_ground = (ground > 0) & (eye[1] + ground * ray[..., 1] < FENCE_Y)
            point = eye + ground[..., None] * ray
            light[on_ground] = self._ground(point[on_ground])
            place[on_ground] = point[on_ground]

            net = (NET_Y - eye[1]) / ray[..., 1]
            net[net <= 0] = np.nan  # behind the camera
            point = eye + net[..., None] * ray
            self._net(light, point)

            wall = (WALL_X - eye[0]) / ray[..., 0]
            point = eye + wall[..., None] * ray
            seen = (
                (wall > 0) & (point[..., 1] > WALL_Y[0]) & (point[..., 1] < WALL_Y[1])
                & (point[..., 2] > 0) & (point[..., 2] < WALL_TOP)
            )  # fmt: skip
            light[seen] = self._wall(point[seen])
            place[seen] = point[seen]
        return light, place

    def _ground(self, point: np.ndarray) -> np.ndarray:
        x, y, _ = point.T
        grain = self._noise(x * 90, y * 90, 2)
        stain = self._noise(x * 0.9 + 5, y * 0.9, 4)
        worn = self._noise(x * 3 + 11, y * 0.8 + 3, 3)
        court = mix(np.array([0.026, 0.095, 0.215]), np.array([0.042, 0.130, 0.260]), stain)
        around = mix(np.array([0.036, 0.105, 0.062]), np.array([0.052, 0.135, 0.078]), stain)

        def between(value: np.ndarray, low: float, high: float) -> np.ndarray:
            return ((value > low) & (value < high)).astype(float)

        practice = between(x, -3.4, 5.2) * between(y, -4.6, 3.6)
        beyond = between(x, -8.2, 3.9) * between(y, 5.2, 30.0)
        colour = mix(around, court, np.maximum(practice, beyond))
        line = np.zeros_like(x)
        for axis, at, low, high in (
            (0, -3.4, -4.6, 3.6), (0, 5.2, -4.6, 3.6), (1, 3.6, -3.4, 5.2), (1, -4.6, -3.4, 5.2),
            (0, 1.9, -4.6, 3.6), (1, -0.5, 1.9, 5.2),
            (0, -8.2, 5.2, 30), (0, 3.9, 5.2, 30), (1, 5.2, -8.2, 3.9), (0, -2.15, 6.0, 12.0),
        ):  # fmt: skip
            along, across = (y, x) if axis == 0 else (x, y)
            line = np.maximum(line, between(across, at - 0.03, at + 0.03) * between(along, low - 0.03, high + 0.03))
        colour = mix(colour, np.array([0.80, 0.81, 0.80]), line * (0.78 + 0.2 * worn))
        colour = colour * (0.86 + 0.28 * grain + 0.16 * (stain - 0.5))[:, None]
        # Scuffs where feet turn, and a faint crack.
        scuff = np.exp(-((x / 1.6) ** 2) - (y / 1.3) ** 2) * smooth_step(worn, 0.48, 0.66)
        colour = mix(colour, colour * 1.25 + 0.010, 0.6 * scuff)
        crack = np.abs(y - 1.9 - 0.5 * self._noise(x * 0.7, x * 0.11, 3)) < 0.008
        colour = mix(colour, colour * 0.55, crack.astype(float) * 0.8)
        sky_blocked = 0.55 * np.exp(-np.abs(WALL_X - x) / 0.45) * (x < WALL_X) * (y > WALL_Y[0]) * (y < WALL_Y[1])
        behind = (x > WALL_X) & (y < WALL_Y[1] + (x - WALL_X) * SUN[1] / SUN[0])
        sun = np.where(behind & (x - WALL_X < -WALL_TOP * SUN[0] / SUN[2]), 0.0, SUN[2])
        return colour * (sun[:, None] * SUN_LIGHT + (1 - sky_blocked)[:, None] * SKY_LIGHT)

    def _wall(self, point: np.ndarray) -> np.ndarray:
        _, y, z = point.T
        grain, patch = self._noise(y * 40, z * 40, 3), self._noise(y * 0.8, z * 0.8 + 7, 4)
        drip = self._noise(y * 5, z * 0.35, 3)
        colour = np.broadcast_to(np.array([0.042, 0.115, 0.078]), point.shape) * (0.82 + 0.36 * patch)[:, None]
        colour = mix(colour, np.array([0.24, 0.23, 0.21]), 0.55 * ((z > WALL_TOP - 0.12) | (z < 0.10)))
        panels = (np.abs((y + 0.4) % 1.2 - 0.6) > 0.588) | (np.abs(z - 1.35) < 0.008)
        colour = mix(colour, colour * 0.45, panels.astype(float))
        stripe = np.abs(z - 0.94) < 0.03
        box = np.abs(np.maximum(np.abs(y + 0.75), np.abs(z - 1.62)) - 0.40) < 0.02
        colour = mix(colour, np.array([0.74, 0.74, 0.72]), (stripe | box) * (0.75 + 0.25 * grain))
        # Marks that balls left.
        marks = self._noise(y * 14 + 3, z * 14, 2) * np.exp(-(((z - 1.4) / 0.9) ** 2) - ((y + 0.6) / 1.8) ** 2)
        colour = mix(colour, colour * 1.2 + 0.02, smooth_step(marks, 0.50, 0.80) * 0.6)
        colour = colour * (0.90 + 0.20 * grain + 0.16 * (drip - 0.5))[:, None]
        low = 0.35 * np.exp(-z / 0.4)
        return colour * (-SUN[0] * SUN_LIGHT + (1 - low)[:, None] * SKY_LIGHT * 0.75)

    def _net(self, light: np.ndarray, point: np.ndarray) -> None:
        x, z = point[..., 0], point[..., 2]
        sag = NET_TOP - 0.07 * (1 - ((x - np.mean(NET_X)) / 6.9) ** 2)
        across = (x > NET_X[0]) & (x < NET_X[1]) & (z > 0.02)
        mesh = across & (z < sag - 0.06)
        light[mesh] = light[mesh] * 0.62 + 0.004
        tape = across & (z >= sag - 0.06) & (z < sag)
        light[tape] = 0.72
        post = (np.minimum(np.abs(x - NET_X[0]), np.abs(x - NET_X[1])) < 0.045) & (z > 0) & (z < NET_TOP + 0.05)
        light[post] = [0.05, 0.09, 0.07]
        strap = (np.abs(x - np.mean(NET_X)) < 0.025) & (z > 0) & (z < sag)
        light[strap] = 0.68

    def _far(self, eye: np.ndarray, ray: np.ndarray) -> np.ndarray:
        """Light of sky, trees and the fence, each painted on a distant plane."""
        bearing = np.arctan2(ray[..., 0], ray[..., 1])
        rise = ray[..., 2] / np.hypot(ray[..., 0], ray[..., 1])
        height = np.clip(rise / 0.45, 0, 1)
        light = mix(np.array([0.56, 0.70, 0.86]), np.array([0.13, 0.32, 0.66]), height**0.7)
        cloud = self._noise(bearing * 3.2, rise * 11 + 2, 6)
        light = mix(
            light, np.array([0.93, 0.94, 0.96]), 0.85 * smooth_step(cloud, 0.50, 0.68) * smooth_step(rise, 0.02, 0.12)
        )
        for distance, tone, seed in ((0.62, 1.25, 0.0), (1.0, 1.0, 40.0)):
            crown = 0.055 + 0.085 * self._noise(bearing * 5.5 + seed, bearing * 0 + seed, 2) * distance
            crown = crown + 0.05 * (self._noise(bearing * 40 + seed, rise * 40, 5) - 0.5) + 0.045 * (1 - distance)
            leaf = self._noise(bearing * 110 + seed, rise * 110, 3)
            lit = self._noise(bearing * 22 + seed, rise * 28, 3)
            bright = smooth_step(0.5 * leaf + 0.5 * lit, 0.30, 0.72)
            green = mix(np.array([0.008, 0.022, 0.008]), np.array([0.085, 0.140, 0.035]), bright)
            haze = mix(green * tone, np.array([0.40, 0.50, 0.56]), np.full_like(rise, 0.32 * (1 - distance) / 0.38))
            tree = rise < crown
            light[tree] = haze[tree]

        reach = (FENCE_Y - eye[1]) / ray[..., 1]
        point = eye + reach[..., None] * ray
        x, z = point[..., 0], point[..., 2]
        screen = (reach > 0) & (z < FENCE_TOP)
        fold = 0.80 + 0.25 * self._noise(x * 1.3, z * 0.5, 3) + 0.06 * np.sin(x * 9)
        cloth = np.array([0.030, 0.085, 0.058]) * fold[..., None] * (1 - 0.25 * (np.abs(z - 1.15) < 0.02))[..., None]
        light[screen] = cloth[screen]
        wire = (reach > 0) & (z >= FENCE_TOP) & (z < 3.6)
        light[wire] = light[wire] * 0.80 + 0.02
        post = (reach > 0) & (np.abs(x % 3.0 - 1.5) < 0.05) & (z < 3.6)
        rail = (reach > 0) & (np.abs(z - 3.6) < 0.035)
        light[post | rail] = [0.055, 0.075, 0.070]
        return light
