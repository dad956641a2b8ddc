"""The ball of a synthetic clip: its kind, its flight, and what it does to each picture.

Belongs here: ball and shadow. Does not belong here: what covers the ball (movers.py), the camera (camera.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.training.ball.synthetic.camera import Camera
from gametape.training.ball.synthetic.draw import ellipse_cover, log_uniform
from gametape.training.ball.synthetic.recording import Recording

#: Share of balls whose level is close to the scene's, whatever their kind.
FAINT = 0.25


@dataclass(frozen=True)
class Kind:
    """A kind of ball; pairs are ranges of uniform draws, and of log-uniform ones for `diameter` and `speed`.

    Attributes:
        diameter: px.
        level: 0..255, before the camera's tone curve.
        speed: px per frame.
        gravity: px per frame².
        drag: Share of speed lost per frame.
        elongation: Longer over shorter axis.
        flat: The longer axis is level; otherwise it points the way the ball flies.
        panels: How far the levels of its pattern are from the mean.
        exposure: Frames; how long the camera of such a film exposes.
        contacts: Most bounces and hits in a clip.
        weight: How often it is drawn, besides the others.
    """

    diameter: tuple[float, float]
    level: tuple[float, float]
    speed: tuple[float, float]
    gravity: tuple[float, float] = (0.05, 0.5)
    drag: tuple[float, float] = (0.0, 0.03)
    elongation: tuple[float, float] = (1.0, 1.1)
    flat: bool = False
    panels: float = 0.0
    exposure: tuple[float, float] = (0.1, 1.0)
    contacts: int = 2
    weight: float = 1.0


#: All kinds of ball.
KINDS = (
    Kind((1.5, 5), (170, 255), (0.5, 35)),  # tennis
    Kind((1.5, 6), (190, 255), (1, 35)),  # table tennis
    Kind((1.8, 5), (150, 255), (0.5, 30), drag=(0.02, 0.15), elongation=(1, 2.2)),  # shuttle
    Kind((1.5, 5), (15, 100), (0.5, 30)),  # cricket, red
    Kind((1.5, 5), (190, 255), (0.5, 30)),  # cricket, white
    Kind((5, 14), (120, 250), (0.3, 14), panels=45),  # volleyball, football, basketball
    Kind((1.5, 5), (5, 70), (0.5, 25), gravity=(0, 0.02), elongation=(1.3, 2.5), flat=True),  # puck
    Kind((1.5, 7), (20, 255), (0.3, 20)),  # any other
    # Table tennis from near by lamp light: streaks of up to 100 px, and slow flights between them.
    Kind((2.5, 9), (140, 255), (15, 110), (0.1, 1.5), (0.0, 0.05), exposure=(0.5, 1), contacts=4, weight=4),
    Kind((2, 8), (20, 255), (10, 60), exposure=(0.4, 1), contacts=3, weight=1.5),  # any other from near
)


@dataclass(frozen=True)
class Flight:
    """A ball's path across the scene, as flights between contacts.

    Attributes:
        kind: Kind of ball.
        contacts: (n,) times; flight 0 is before the first.
        begins: (n + 1,) times from which each flight is computed.
        places: (n + 1, 2) place at that time, px.
        speeds: (n + 1, 2) velocity at that time, px per frame.
        gravity: px per frame².
        drag: Share of speed lost per frame.
        ground: y of the floor below, px.
    """

    kind: Kind
    contacts: np.ndarray
    begins: np.ndarray
    places: np.ndarray
    speeds: np.ndarray
    gravity: float
    drag: float
    ground: float

    @classmethod
    def thrown(cls, rng: np.random.Generator, frames: int, size: tuple[int, int]) -> Flight:
        """Draw a flight that is in the picture at some time."""
        weights = np.array([kind.weight for kind in KINDS])
        kind = KINDS[rng.choice(len(KINDS), p=weights / weights.sum())]
        gravity, drag = rng.uniform(*kind.gravity), rng.uniform(*kind.drag) + 1e-6
        contacts = np.sort(rng.uniform(0, frames - 1, rng.binomial(kind.contacts, 0.3)))
        begins = np.concatenate([[-1.0], contacts])
        places, speeds, ground = np.zeros((len(begins), 2)), np.zeros((len(begins), 2)), None
        speeds[0] = _throw(rng, kind)
        for i in range(1, len(begins)):
            places[i], speed = _fly(places[i - 1], speeds[i - 1], begins[i] - begins[i - 1], gravity, drag)
            if speed[1] > 0.5 and ground is None and rng.random() < 0.6:
                ground = places[i, 1]
                speeds[i] = speed * (rng.uniform(0.6, 0.95), -rng.uniform(0.5, 0.9))
            else:
                speeds[i] = _throw(rng, kind)
        flight = cls(kind, contacts, begins, places, speeds, gravity, drag, 0.0)
        here = flight.at(np.append(np.arange(frames), rng.uniform(0, frames - 1)))
        shift = rng.uniform((0.05, 0.05), (0.95, 0.95)) * size - here[-1]
        if ground is None:
            ground = here[:-1, 1].max() + log_uniform(rng, 2, 60)
        return cls(kind, contacts, begins, places + shift, speeds, gravity, drag, float(ground + shift[1]))

    def at(self, times: np.ndarray) -> np.ndarray:
        """Place at `times` (n,), (n, 2) px."""
        flight = np.searchsorted(self.contacts, times, side="right")
        since = (times - self.begins[flight])[:, None]
        return _fly(self.places[flight], self.speeds[flight], since, self.gravity, self.drag)[0]


def _throw(rng: np.random.Generator, kind: Kind) -> np.ndarray:
    angle = rng.uniform(-np.pi, np.pi)
    return log_uniform(rng, *kind.speed) * np.array([np.cos(angle), np.sin(angle) * rng.uniform(0.3, 1)])


def _fly(
    place: np.ndarray, speed: np.ndarray, time: np.ndarray | float, gravity: float, drag: float
) -> tuple[np.ndarray, np.ndarray]:
    """Place and velocity after a time with drag and gravity."""
    fall = np.array([0.0, gravity])
    return (
        place - speed * np.expm1(-drag * time) / drag + fall * time**2 / 2,
        speed * np.exp(-drag * time) + fall * time,
    )


@dataclass(frozen=True)
class Spot:
    """What a ball does to one picture: within `box` it covers the share `cover` of each pixel with light of `level`."""

    centre: np.ndarray
    box: tuple[slice, slice]
    cover: np.ndarray
    level: np.ndarray | float
    gamma: float

    def light(self, picture: np.ndarray) -> None:
        """Draw the ball in place; light is mixed, not levels, so that a streak of a bright ball stays bright."""
        here = picture[self.box].astype(np.float32) / 255
        light = here**self.gamma * (1 - self.cover) + (np.float32(self.level) / 255) ** self.gamma * self.cover
        picture[self.box] = np.rint(255 * light ** (1 / self.gamma))

    def difference(self, shown: np.ndarray, plain: np.ndarray, recording: Recording | None = None) -> float:
        """Difference that the ball makes: the sum over its pixels, or the greatest of any in recorded pictures."""
        if not self.cover.size:
            return 0.0
        if recording is None:
            return float(np.abs(shown[self.box].astype(np.int16) - plain[self.box]).sum())
        shown, plain = (recording.developed(p[self.box]).astype(np.int16) for p in (shown, plain))
        return float(np.abs(shown - plain).max())


def spots_of(rng: np.random.Generator, ball: Flight, camera: Camera, scene: np.ndarray) -> list[Spot]:
    """The ball in each picture; its shadow is drawn on the scene at once, since it is no part of the ball."""
    kind, size = ball.kind, camera.size
    frames = np.arange(len(scene))
    diameter, growth = log_uniform(rng, *kind.diameter), rng.normal(0, 0.012)
    across = diameter * np.exp(np.clip(growth * (frames - frames.mean()), -0.4, 0.4)) * camera.zoom(frames)
    elongation, softness, gamma = rng.uniform(*kind.elongation), rng.uniform(0.3, 0.8), rng.uniform(1.0, 2.2)
    shade, turn, spin = rng.uniform(0, 40), *rng.uniform(-1.5, 1.5, 2)
    level, off = rng.uniform(*kind.level), log_uniform(rng, 12, 70) * rng.choice([-1, 1])
    middle = frames[len(frames) // 2 :][:1]
    x, y = np.clip(camera.moved(ball.at(middle), middle, middle)[0], 0, np.array(size) - 1).astype(int)
    if rng.random() < FAINT:
        level = float(scene[middle[0], y, x]) + off
    shadow = rng.uniform(0.1, 0.45) if rng.random() < 0.3 else 0.0
    slant, flatness = rng.normal(0, 0.6), rng.uniform(0.25, 0.5)

    edges = [
        np.concatenate([[t - half], ball.contacts[np.abs(ball.contacts - t) < half], [t + half]])
        for t, half in zip(frames, np.full(len(frames), camera.exposure / 2), strict=True)
    ]
    times, of = np.concatenate(edges), np.repeat(frames, [len(e) for e in edges])
    ways = ball.at(times)
    places = camera.moved(ways, times, of)
    height = np.maximum(ball.ground - ways[:, 1], 0)
    shades = camera.moved(np.stack([ways[:, 0] + slant * height, np.full(len(ways), ball.ground)], 1), times, of)
    spots = []
    for t, wide in zip(frames, across, strict=True):
        now = of == t
        if shadow:
            soft = 0.7 + wide / 4
            box, cover, _ = ellipse_cover(shades[now], times[now], wide * 1.2, 1 / flatness, True, soft, size)
            scene[t][box] = np.rint(scene[t][box] * (1 - shadow * cover))
        box, cover, centre = ellipse_cover(places[now], times[now], wide, elongation, kind.flat, softness, size)
        spots.append(Spot(centre, box, cover, _levels(box, centre, wide, level, kind, shade, turn + spin * t), gamma))
    return spots


def _levels(
    box: tuple[slice, slice], centre: np.ndarray, diameter: float, level: float, kind: Kind, shade: float, turn: float
) -> np.ndarray | float:
    """A ball's levels; a large one is lit from above and has a pattern."""
    if diameter < 4:
        return float(np.clip(level, 0, 255))
    y, x = np.ogrid[box]
    y, x = (y + 0.5 - centre[1]) / diameter, (x + 0.5 - centre[0]) / diameter
    pattern = kind.panels * np.sin(5 * (x * np.cos(turn) + y * np.sin(turn)) + 3 * turn)
    return np.clip(level + pattern - shade * y, 0, 255).astype(np.float32)
