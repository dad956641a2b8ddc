"""Simulated rallies with a shuttlecock: no bounces, heavy drag, shots from soft ones at the net to smashes.

Belongs here: the flights, who meets them where, the cameras behind a court. Does not belong here: other play
(`simulated`, `simulated_contacts`).

A shuttle loses half its speed in three metres, so that a path by itself bends and slows as if it had been hit. Shots
are drawn wide about those of singles and doubles; lengths in metres, x along the court with the net at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

import numpy as np

from gametape.base.physics import GRAVITY
from gametape.training.events.simulated import Seen

HZ = 200
"""Steps of the simulation per second."""
NET, HALF, WIDE = 1.53, 6.7, 3.05
"""Height of the net, half the court's length and width, m."""
Path = list[tuple[float, float, float]]

SHOTS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "smash": ((38, 90), (-16, -2)),
    "drop": ((11, 26), (-8, 14)),
    "clear": ((28, 60), (12, 50)),
    "drive": ((20, 48), (-3, 14)),
    "block": ((6, 15), (5, 45)),
    "net": ((3.5, 8), (45, 85)),
    "lift": ((20, 42), (38, 75)),
    "soft start": ((7, 13), (8, 35)),
    "lofted start": ((28, 45), (48, 75)),
}
"""Speed, m/s, and elevation, degrees, of each shot, from and to."""
HIGH, MIDDLE, LOW = ("smash", "drop", "clear"), ("drive", "block", "lift", "drop"), ("net", "lift", "lift", "block")
"""Shots from above the head, about the body, and below the net's cord."""


@dataclass
class _Flight:
    """A flight: places at each step until the ground, and the step at which it passes the net."""

    path: Path
    over: int


def rally(random: np.random.Generator) -> Seen:
    """A rally through a camera behind the court, or any other."""
    metres, events = play(random)
    places = _behind(metres, random)
    return Seen(np.arange(len(places)) / HZ, places, tuple(events), from_the_first=False)


def play(random: np.random.Generator) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """A rally: held, served, hit to and fro, and let fall. Path (n, 3), m, and the hits."""
    drag = float(random.uniform(0.19, 0.25))
    side = float(random.choice([-1, 1]))
    high = random.random() < 0.4
    place = (side * random.uniform(2.0, 4.5), random.uniform(-2.5, 2.5), random.uniform(0.8, 1.2))
    path: Path = _held(place, random.uniform(0, 1.5), random)
    if high:
        path += _dropped(place, random.uniform(0.05, 0.35))
    events: list[tuple[str, float]] = []
    shots: tuple[str, ...] = ("lofted start",) if high else ("soft start",)
    place = path[-1] if path else place
    to_the_ground: Path = []
    for after in reversed(range(int(random.integers(1, 14)))):
        flight = _sent(place, shots, drag, random)
        if flight is None:
            break
        events.append(("hit", len(path) / HZ))
        met = _met(flight, random)
        if met is None or after == 0 or random.random() < 0.08:
            to_the_ground = flight.path
            break
        path += flight.path[:met]
        place, to_the_ground = flight.path[met], flight.path[met:]
        shots = HIGH if place[2] > 1.9 else MIDDLE if place[2] > 0.9 else LOW
    path += to_the_ground
    path += _lies(path[-1] if path else place, random)
    return np.array(path), events


def _sent(
    place: tuple[float, float, float], shots: tuple[str, ...], drag: float, random: np.random.Generator
) -> _Flight | None:
    """A flight over the net into the court beyond, or now and then into the net; None where none was found."""
    side = 1.0 if place[0] > 0 else -1.0
    for attempt in range(25):
        (slow, fast), (down, up) = SHOTS[shots[int(random.integers(len(shots)))]]
        speed, rise = random.uniform(slow, fast), radians(random.uniform(down, up))
        aim = (random.uniform(-WIDE, WIDE) - place[1]) / max(1.0, abs(place[0]) + random.uniform(1, HALF))
        flat = speed * cos(rise) / sqrt(1 + aim * aim)
        flight = _flown(place, (-side * flat, flat * aim, speed * sin(rise)), drag, side)
        x, y, _ = flight.path[-1]
        good = flight.over > 0 and -side * x > 0.3 and abs(x) < HALF + 0.6 and abs(y) < WIDE + 0.6
        if good or (attempt == 0 and random.random() < 0.03 and flight.over == 0 and len(flight.path) > 20):
            return flight
    return None


def _flown(
    place: tuple[float, float, float], velocity: tuple[float, float, float], drag: float, side: float
) -> _Flight:
    """To the ground, or to the net and down."""
    x, y, z = place
    u, v, w = velocity
    path: Path = []
    over, netted = 0, False
    for step in range(6 * HZ):
        path.append((x, y, z))
        pull = drag * sqrt(u * u + v * v + w * w) / HZ
        u, v, w = u - pull * u, v - pull * v, w - pull * w - GRAVITY / HZ
        ahead = x + u / HZ
        if not over and not netted and ahead * side <= 0:
            if z < NET:
                u, v, netted = -0.05 * u, 0.0, True
                ahead = x
            else:
                over = step + 1
        x, y, z = ahead, y + v / HZ, z + w / HZ
        if z <= 0.0:
            break
    return _Flight(path, over)


def _met(flight: _Flight, random: np.random.Generator) -> int | None:
    """The step at which the other side meets it: high, about the body, or low; None where it is not met."""
    if not flight.over:
        return None
    last = len(flight.path) - 1
    first = min(last, flight.over + int(0.03 * HZ))
    heights = [z for _, _, z in flight.path]
    way = random.random()
    lofted = max(heights) > 3.5
    high, middle = (0.85, 0.95) if lofted else (0.25, 0.6)
    wanted = (1.9, 3.0) if way < high else (0.9, 1.9) if way < middle else (0.08, 0.9)
    fit = [i for i in range(first, last) if wanted[0] <= heights[i] <= wanted[1] and i * 1.0 / HZ > 0.12]
    fit = fit or [i for i in range(first, last) if 0.08 <= heights[i] <= 3.0 and i * 1.0 / HZ > 0.12]
    return fit[int(len(fit) * random.random() ** 1.5)] if fit else None


def _held(place: tuple[float, float, float], seconds: float, random: np.random.Generator) -> Path:
    count = int(seconds * HZ)
    sway, pace, turn = random.uniform(0, 0.06, 3), random.uniform(0.5, 4, 3), random.uniform(0, 6.3, 3)
    after = np.arange(count)[::-1, None] / HZ
    return [tuple(row) for row in (np.array(place) + sway * (np.sin(pace * after + turn) - np.sin(turn))).tolist()]


def _dropped(place: tuple[float, float, float], seconds: float) -> Path:
    return [(place[0], place[1], place[2] - GRAVITY * (i / HZ) ** 2 / 2) for i in range(1, int(seconds * HZ) + 1)]


def _lies(place: tuple[float, float, float], random: np.random.Generator) -> Path:
    """It comes to rest, tumbling a little, or at once; from the hand it falls to the ground first."""
    x, y, z = place
    falls_s = sqrt(2 * z / GRAVITY) if z > 0.05 else 0.0
    slide = random.normal(0, 0.8, 2)
    hop = random.uniform(0, 1.6)
    path: Path = []
    for i in range(int((falls_s + random.uniform(0.1, 1.2)) * HZ)):
        t = i / HZ
        slow = 0.15 * (1 - np.exp(-t / 0.15))
        up = hop * t - GRAVITY * t * t / 2
        path.append(
            (x + slide[0] * slow, y + slide[1] * slow, max(0.0, up) if z <= 0.05 else max(0.0, z - GRAVITY * t * t / 2))
        )
    return path


def _behind(metres: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(n, 2) places in units of the picture, y down, NaN outside it: mostly by a camera high behind one end."""
    end = random.choice([-1, 1])
    if random.random() < 0.8:
        back, high, off = random.uniform(4, 22), random.uniform(2.0, 11), random.normal(0, 0.5)
        eye = np.array([end * (HALF + back), off, high])
    else:
        bearing, far = random.uniform(0, 2 * np.pi), random.uniform(10, 25)
        eye = np.array([far * np.cos(bearing), far * np.sin(bearing), random.uniform(1.5, 8)])
    look = np.array([random.normal(0, 0.6), random.normal(0, 0.4), random.uniform(0.3, 2.2)])
    forward = (look - eye) / np.linalg.norm(look - eye)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    seen = (metres - eye) @ np.stack([right, np.cross(forward, right), forward]).T
    corners = np.array([[x, y, 0.0] for x in (-HALF, HALF) for y in (-WIDE, WIDE)])
    court = (corners - eye) @ np.stack([right, np.cross(forward, right), forward]).T
    span = np.ptp(court[:, :2] / court[:, 2:], axis=0)
    wide, tall = 4 / 3, 3 / 4  # of the picture in its units, 16:9
    zoom = min(wide / span[0], tall / span[1]) * random.uniform(0.55, 0.95)
    places = seen[:, :2] / np.maximum(seen[:, 2:], 0.5) * zoom
    outside = (np.abs(places) > [wide / 2, tall / 2]).any(axis=1)
    return np.where(outside[:, None], np.nan, places)
