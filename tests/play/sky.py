"""Flights of known course before a camera of known place."""

import numpy as np

from gametape.geometry.calibrate import Calibration, Mark, calibrate
from gametape.play.ballistics import GRAVITY
from gametape.sample.scene import Camera
from gametape.sports.courts import courts

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


def fly(place, velocity, seconds, drag, down=0.0, right=0.0, rate=1000):
    """(n, 6) m and m/s at `rate` Hz of a ball under gravity, drag and spin (1/m), by the midpoint rule: written apart
    from what is tested."""

    def change(state):
        vx, vy, vz = state[3:]
        flat, speed = np.hypot(vx, vy), np.sqrt(vx * vx + vy * vy + vz * vz)
        beside = np.array([vy, -vx, 0]) / flat
        below = np.array([vx * vz, vy * vz, -flat * flat]) / (flat * speed)
        pull = -drag * speed * state[3:] + speed**2 * (right * beside + down * below) - [0, 0, GRAVITY]
        return np.concatenate([state[3:], pull])

    state, made = np.array([*place, *velocity], float), []
    for _ in range(int(seconds * rate) + 1):
        made.append(state)
        state = state + change(state + change(state) / (2 * rate)) / rate
    return np.array(made)
