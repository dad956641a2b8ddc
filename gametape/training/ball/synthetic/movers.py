"""What else moves in a synthetic clip: people, and small things that are like a ball and are none.

Belongs here: figures, leaves, flashes, score displays. Does not belong here: the ball (ball.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametape.training.ball.synthetic.ball import Flight
from gametape.training.ball.synthetic.camera import Camera
from gametape.training.ball.synthetic.draw import ellipse_cover, log_uniform, mean_of


@dataclass(frozen=True)
class Person:
    """A figure of capsules with swinging limbs.

    Attributes:
        hips: (2,) place at time 0, px.
        walk: (2,) px per frame.
        height: px.
        joints: A row for each part: row of its parent (-1 for the hips), length as a share of the height, angle from
            straight down, swing, radians per frame, phase, radii at both ends, level.
        racket: The last part is a racket's head.
    """

    hips: np.ndarray
    walk: np.ndarray
    height: float
    joints: np.ndarray
    racket: bool

    def ends(self, times: np.ndarray) -> np.ndarray:
        """Both ends of each part at `times` (n,), (parts, 2, n, 2) scene px; parts at the back come first."""
        ends = np.empty((len(self.joints), 2, len(times), 2))
        hips = self.hips + self.walk * times[:, None]
        for row, (parent, length, angle, swing, rate, phase) in enumerate(self.joints[:, :6]):
            angles = angle + swing * np.sin(rate * times + phase)
            ends[row, 0] = hips if parent < 0 else ends[int(parent), 1]
            ends[row, 1] = ends[row, 0] + length * self.height * np.stack([np.sin(angles), np.cos(angles)], 1)
        return ends

    def fastest(self) -> float:
        """Approximate speed of the fastest part, px per frame."""
        return float((self.joints[:, 1] * self.joints[:, 3] * self.joints[:, 4]).max() * self.height)


def random_people(rng: np.random.Generator, camera: Camera, ball: Flight | None) -> list[Person]:
    """Draw people at random, some of them near the ball."""
    people = []
    for _ in range(rng.choice(5, p=[0.25, 0.3, 0.2, 0.15, 0.1])):
        height = log_uniform(rng, 18, 130)
        place = rng.uniform(0, 1, 2) * camera.size
        if ball is not None and rng.random() < 0.4:  # a player is near the ball
            near = ball.at(np.array([rng.uniform(0, len(camera.tremble) - 1)]))[0]
            place = near + rng.normal(0, 0.4, 2) * height
        skin, shirt, trousers = rng.uniform(40, 220), rng.uniform(5, 255), rng.uniform(5, 255)
        lean, rate = rng.normal(0, 0.2), rng.uniform(0.1, 0.35)
        phase = rng.uniform(0, 2 * np.pi, 6)
        quick = rng.uniform(0.2, 1.1, 2)
        arms = rng.uniform(-2.8, 2.8, 4)
        stride = rng.uniform(0.1, 0.7)
        racket = bool(rng.random() < 0.5)
        joints = [
            (-1, 0.25, stride * 0.3, stride, rate, phase[0], 0.055, 0.04, trousers),
            (0, 0.25, 0, stride, rate, phase[0] + 0.7, 0.04, 0.025, skin),
            (-1, 0.25, -stride * 0.3, -stride, rate, phase[0], 0.055, 0.04, trousers),
            (2, 0.25, 0, -stride, rate, phase[0] + 0.7, 0.04, 0.025, skin),
            (-1, 0.3, np.pi + lean, 0.05, rate, phase[1], 0.07, 0.085, shirt),
            (4, 0.13, np.pi + lean, 0.1, rate, phase[2], 0.035, 0.055, skin),
            (4, 0.17, arms[0], 0.5, quick[0], phase[3], 0.035, 0.028, shirt),
            (6, 0.16, arms[1], 0.9, quick[0], phase[4], 0.025, 0.018, skin),
            (4, 0.17, arms[2], 0.5, quick[1] / 2, phase[5], 0.035, 0.028, shirt),
            (8, 0.16, arms[3], 0.7, quick[1] / 2, phase[5], 0.025, 0.018, skin),
        ]
        if racket:
            level = rng.uniform(30, 250)
            joints += [
                (7, 0.18, arms[1], 1.1, quick[0], phase[4], 0.008, 0.008, level),
                (10, 0.14, arms[1], 1.1, quick[0], phase[4], 0.05, 0.06, level),
            ]
        walk = rng.normal(0, 0.012, 2) * height * (1, 0.3)
        people.append(Person(place, walk, height, np.array(joints), racket))
    return people


def draw_people(pictures: np.ndarray, camera: Camera, people: Sequence[Person]) -> None:
    """Draw people on each picture in place, blurred as far as their limbs swing during the exposure."""
    import cv2

    if not people:
        return
    blur = int(np.clip(camera.exposure * max(p.fastest() for p in people) / 3, 1, 3))
    parts = np.arange(blur) + 0.5 - blur / 2
    moments = (np.arange(len(pictures))[:, None] + camera.exposure * parts / blur).ravel()
    outlines = [_outline(person, moments, camera, blur) for person in people]
    for t, picture in enumerate(pictures):
        drawn = [picture.copy() for _ in range(blur - 1)] + [picture]
        for n, canvas in enumerate(drawn, start=t * blur):
            for person, (corners, discs) in zip(people, outlines, strict=True):
                for row, level in enumerate(person.joints[:, -1].tolist()):
                    x, y, radius = discs[n][row]
                    if person.racket and row == len(person.joints) - 1:
                        cv2.circle(canvas, (x, y), radius, level, 1, cv2.LINE_AA, 3)
                        continue
                    cv2.fillConvexPoly(canvas, corners[n, row], level, cv2.LINE_AA, 3)
                    if radius > 8:
                        cv2.circle(canvas, (x, y), radius, level, -1, cv2.LINE_AA, 3)
        if blur > 1:
            picture[:] = mean_of(drawn)


def _outline(
    person: Person, moments: np.ndarray, camera: Camera, blur: int
) -> tuple[np.ndarray, list[list[list[int]]]]:
    """Outline of a person at n moments, in eighths of a pixel as OpenCV takes them.

    Returns:
        Corners of each part (n, parts, 4, 2), and the disc at its end as [n][part] = x, y, radius.
    """
    zooms = camera.zoom(moments)
    shifts = camera.moved(np.zeros((len(moments), 2)), moments, np.arange(len(moments)) // blur)
    ends = person.ends(moments) * zooms[:, None] + shifts - 0.5
    way = ends[:, 1] - ends[:, 0]
    aside = np.stack([-way[..., 1], way[..., 0]], -1) / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-6)
    radii = person.joints[:, 6:8, None] * person.height * zooms
    first, last = (aside * radii[:, i, :, None] for i in (0, 1))
    corners = np.stack([ends[:, 0] + first, ends[:, 0] - first, ends[:, 1] - last, ends[:, 1] + last], 2)
    discs = np.concatenate([ends[:, 1], np.maximum(radii[:, 1], 0.5)[..., None]], -1)
    eighths = np.rint(corners.transpose(1, 0, 2, 3) * 8).astype(np.int32)
    return np.ascontiguousarray(eighths), np.rint(discs.transpose(1, 0, 2) * 8).astype(int).tolist()


def draw_small_things(rng: np.random.Generator, pictures: np.ndarray, camera: Camera) -> None:
    """Draw, in place, what is small like a ball and is none: balls that lie about, leaves, flashes, a score display."""
    import cv2

    frames, size = np.arange(len(pictures)), camera.size
    still, drifting = rng.choice(3, p=[0.6, 0.3, 0.1]), rng.choice(3, p=[0.85, 0.1, 0.05])
    for n in range(still + drifting):  # lies about, or drifts
        place, across, level = (
            rng.uniform(0, 1, 2) * size,
            log_uniform(rng, 1.5, 8 if n < still else 3),
            rng.uniform(0, 255),
        )
        wander = 0.0 if n < still else log_uniform(rng, 0.2, 2)
        way = place + np.cumsum(rng.normal(0, wander, (len(frames), 2)), 0)
        for picture, at in zip(pictures, camera.moved(way, frames, frames), strict=True):
            _dab(picture, at, across, level)
    for _ in range(rng.poisson(0.4)):  # seen once
        t = rng.integers(len(frames))
        _dab(pictures[t], rng.uniform(0, 1, 2) * size, log_uniform(rng, 1.5, 5), rng.uniform(180, 255))
    if rng.random() < 0.12:  # a score display, which does not move with the camera
        x, y = (rng.uniform(0, 0.8, 2) * size).astype(int)
        tall, change, figures = int(rng.integers(8, 18)), rng.integers(len(frames)), rng.integers(10, 99, 2)
        ground, ink = (20, 240) if rng.random() < 0.6 else (235, 20)
        for t, picture in enumerate(pictures):
            cv2.rectangle(picture, (x, y), (x + 3 * tall, y + tall), ground, -1)
            text, at = str(figures[int(t >= change)]), (x + 2, y + tall - 3)
            cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, tall / 28, ink, 1, cv2.LINE_AA)


def _dab(picture: np.ndarray, place: np.ndarray, diameter: float, level: float) -> None:
    points = np.stack([place, place])
    height, width = picture.shape
    box, cover, _ = ellipse_cover(points, np.array([0.0, 1.0]), diameter, 1.0, True, 0.5, (width, height))
    picture[box] = np.rint(picture[box] * (1 - cover) + level * cover)
