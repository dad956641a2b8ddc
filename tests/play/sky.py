"""Flights of known course before a camera of known place."""

from math import hypot

import numpy as np
from scipy.stats import binom

from gametape.base.physics import GRAVITY
from gametape.geometry.calibrate import Calibration, Mark, calibrate
from gametape.geometry.stretches import Calibrations
from gametape.sample.scene import Camera
from gametape.sports.courts import courts
from gametape.tables.ball import CALIBRATION

WIDTH, HEIGHT = 1280, 720


def looking(position, aim, focal) -> Camera:
    position, aim = np.array(position, float), np.array(aim, float)
    forward = (aim - position) / np.linalg.norm(aim - position)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    return Camera(position, np.stack([right, np.cross(forward, right), forward]), focal * WIDTH, WIDTH, HEIGHT)


def calibrated(camera: Camera, court: str, names: list[str], random: np.random.Generator, noise: float) -> Calibration:
    """By marks that miss their points by `noise` px."""
    points = courts()[court].points
    marks = [
        Mark(name, *(camera.project(np.array(points[name]))[0] + noise * random.standard_normal(2)), points[name])
        for name in names
    ]
    return calibrate(marks, WIDTH, HEIGHT, courts()[court])


def everywhere(calibration: Calibration) -> Calibrations:
    """The calibration of a whole film."""
    return Calibrations(CALIBRATION.from_rows([{"first_frame": 0} | calibration.row()]))


def fly(place, velocity, seconds, drag, down=0.0, right=0.0, rate=1000):
    """(n, 6) m and m/s at `rate` Hz of a ball under gravity, drag and spin (1/m), by the midpoint rule: written apart
    from what is tested, in plain floats because arrays of three are slow.
    """

    def change(state, step):
        x, y, z, vx, vy, vz = state
        flat, speed = hypot(vx, vy), hypot(vx, vy, vz)
        below = down * speed / flat
        ax = -drag * speed * vx + right * speed**2 * vy / flat + below * vx * vz
        ay = -drag * speed * vy - right * speed**2 * vx / flat + below * vy * vz
        az = -drag * speed * vz - below * flat * flat - GRAVITY
        return x + step * vx, y + step * vy, z + step * vz, vx + step * ax, vy + step * ay, vz + step * az

    state, made = tuple(map(float, (*place, *velocity))), []
    for _ in range(int(seconds * rate) + 1):
        made.append(state)
        middle = change(state, 0.5 / rate)
        there = change(middle, 1 / rate)
        state = tuple(now + after - half for now, after, half in zip(state, there, middle, strict=True))
    return np.array(made)


def often_enough(held: int, tried: int, claimed: float = 0.95) -> bool:
    """Is it credible that a band which claims to hold the truth with a chance of `claimed` held it `held` times of
    `tried`? False where so few would come about by chance once in a thousand times.
    """
    return bool(binom.cdf(held, tried, claimed) >= 0.001)
