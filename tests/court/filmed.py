"""A film of a ball over a drawn court or pitch: the camera, the ball's course and its contacts are known exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from gametape.sports.courts import court_of
from tests.court.pitches import random_pitch, render_pitch
from tests.court.rendered import View, random_view, render
from tests.play.sky import fly

FPS = 30
RATE = 1000
BALL_BGR = (70.0, 240.0, 225.0)
RISES = 0.42
"""Seconds from a bounce to the hit that follows it."""
SHUTTER = 0.25
"""Share of a frame's time during which the shutter is open."""


@dataclass(frozen=True, eq=False)
class Filmed:
    """A film's camera; the ball's `course` (n, 6), m and m/s, RATE times a second; contacts (kind, s)."""

    view: View
    course: np.ndarray
    contacts: tuple[tuple[str, float], ...]

    def fastest(self, start: float, end: float) -> float:
        """m/s between two moments."""
        part = self.course[int(start * RATE) : int(end * RATE), 3:]
        return float(np.linalg.norm(part, axis=1).max())


def film_a_rally(path: Path, sport: str = "tennis", *, kind: str = "high", seed: int = 1, shots: int = 4) -> Filmed:
    """Write a film of a rally: each shot bounces once in the other half and is hit back. Nobody is in sight."""
    rng, court = np.random.default_rng(seed), court_of(sport)
    view = random_view(rng, court, kind)
    still = render(view, rng, people=0)
    course, contacts = _rally(rng, court, shots)
    _write(path, view, still, course, rng)
    return Filmed(view, course, contacts)


def film_a_delivery(path: Path, *, seed: int = 3, speed: float = 31.0) -> Filmed:
    """Write a film of a ball that is bowled, bounces once and reaches the bat, from behind the bowler; nobody moves."""
    rng = np.random.default_rng(seed)
    view = random_pitch(rng)
    still = render_pitch(view, rng)
    hand, bat = np.array([-0.6, -9.0, 2.1]), 8.6
    held = np.tile([500.0, *hand[1:], 0, 0, 0], (int(0.4 * RATE), 1))  # out of sight until it is let go
    bowled = _shot(hand, np.array([0.1, 4.0, 0]), speed, view.court)
    last = bowled[-1]
    hop = fly(last[:3], last[3:] * [0.8, 0.8, -0.65], 0.5, view.court.ball.drag[0])[1:]
    hop = hop[: int(np.argmax(hop[:, 1] > bat))]
    away = fly(hop[-1, :3], [12.0, -20.0, 9.0], 0.7, view.court.ball.drag[0])[1:]
    released, bounced = len(held) / RATE, (len(held) + len(bowled)) / RATE
    course = np.concatenate([held, bowled, hop, away])
    _write(path, view, still, course, rng)
    contacts = (("release", released), ("bounce", bounced), ("hit", bounced + len(hop) / RATE))
    return Filmed(view, course, contacts)


def _rally(rng: np.random.Generator, court, shots: int) -> tuple[np.ndarray, tuple[tuple[str, float], ...]]:
    place, parts, contacts, now = np.array([-1.0, -court.extent[1] + 0.4, 1.0]), [], [], 0.2
    parts.append(np.tile([*place, 0, 0, 0], (int(now * RATE), 1)))
    for number in range(shots):
        way = 1 if number % 2 == 0 else -1
        target = np.array([rng.uniform(-2.5, 2.5), way * rng.uniform(0.55, 0.7) * court.extent[1]])
        path = _shot(place, target, rng.uniform(22, 28), court)
        contacts.append(("hit", now))
        now += len(path) / RATE
        contacts.append(("bounce", now))
        last = path[-1]
        hop = fly(last[:3], last[3:] * [0.7, 0.7, -0.78], RISES, court.ball.drag[0])[1:]
        parts += [path, hop]
        now += len(hop) / RATE
        place = hop[-1, :3]
    contacts.append(("hit", now))
    return np.concatenate(parts), tuple(contacts)


def _shot(place: np.ndarray, target: np.ndarray, speed: float, court) -> np.ndarray:
    """The flight from a place to a target on the ground, at a speed along the court, to where it lands."""
    across = speed * (target[0] - place[0]) / abs(target[1] - place[1])
    low, high = -6.0, 14.0
    for _ in range(24):
        up = (low + high) / 2
        path = fly(place, [across, np.sign(target[1] - place[1]) * speed, up], 3.0, court.ball.drag[0])
        path = path[: int(np.argmax(path[:, 2] < court.ball.radius_m)) + 1]
        if abs(path[-1, 1] - place[1]) < abs(target[1] - place[1]):
            low = up
        else:
            high = up
    return path


def _write(path: Path, view: View, still: np.ndarray, course: np.ndarray, rng: np.random.Generator) -> None:
    import av

    noise = rng.normal(0, 1.5, (4, *still.shape[:2], 1)).astype(np.float32)
    noisy = [np.clip(still + one, 0, 255).astype(np.uint8) for one in noise]
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = view.width, view.height, "yuv420p"
        for number in range(int(len(course) / RATE * FPS)):
            open_s = number / FPS + SHUTTER / FPS * (np.arange(8) + 0.5) / 8
            picture = _with_ball(noisy[number % 4].copy(), view, course[(open_s * RATE).astype(int), :3])
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _with_ball(picture: np.ndarray, view: View, places: np.ndarray) -> np.ndarray:
    """The ball at its places (k, 3) while the shutter is open, each of them for one k-th of the time."""
    seen = view.seen(places)
    depths = places @ view.matrix[2, :3] + view.matrix[2, 3]
    sizes = view.focal_px * view.court.ball.radius_m / depths
    left, top = np.floor(seen.min(axis=0) - sizes.max() - 2).astype(int)
    right, bottom = np.ceil(seen.max(axis=0) + sizes.max() + 2).astype(int)
    if left < 0 or top < 0 or right > view.width or bottom > view.height:
        return picture
    covered = np.zeros((bottom - top, right - left), np.float32)
    for at, size in zip(seen - (left, top), sizes, strict=True):
        mask = np.zeros(covered.shape, np.uint8)
        middle = tuple((at * 256).round().astype(int).tolist())
        cv2.circle(mask, middle, round(float(size) * 256), 255, -1, cv2.LINE_AA, shift=8)
        covered += mask / (255.0 * len(places))
    part, share = picture[top:bottom, left:right], covered[..., None]
    part[:] = (part * (1 - share) + share * np.array(BALL_BGR)).astype(np.uint8)
    return picture
