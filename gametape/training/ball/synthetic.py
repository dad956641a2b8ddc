"""Synthetic film to train a ball network on: short gray clips in which the ball's place is known exactly.

Belongs here: what balls, cameras, scenes and codecs do to a picture, drawn at random. Does not belong here: how clips
are made into batches, real film.

A clip is a scene seen by a camera, people and small things that move in it, a ball in flight, then what the lens, the
sensor and the codec make of it. The numbers are those of films shrunk to 512 x 288 at 25 to 60 frames a second: lengths
are px of the clip, times are frames, y points down. Every random number comes from the generator given, so a clip can
be had again. A frame of time t is exposed from t - exposure / 2 to t + exposure / 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

Background = Callable[[np.random.Generator, int, int, int], np.ndarray]
"""(rng, frames, width, height) -> uint8 (frames, height, width)."""


@dataclass(frozen=True)
class SyntheticClip:
    """`gray` uint8 (T, H, W); `xy` float32 (T, 2) the ball's centre averaged over the exposure, px, pixel (i, j)'s
    centre being (i + 0.5, j + 0.5); `visible` bool (T,): it is in the picture, mostly uncovered, and stands out.
    Where it is not visible `xy` may lie outside the picture; it is 0 in a clip without a ball."""

    gray: np.ndarray
    xy: np.ndarray
    visible: np.ndarray


@dataclass(frozen=True)
class Kind:
    """A sort of ball. Pairs are ranges of uniform draws; of `diameter` and `speed`, of logarithmic ones."""

    diameter: tuple[float, float]
    level: tuple[float, float]
    """of 255, before the camera's tone curve"""
    speed: tuple[float, float]
    """px a frame"""
    gravity: tuple[float, float] = (0.05, 0.5)
    """px a frame^2"""
    drag: tuple[float, float] = (0.0, 0.03)
    """share of the speed lost in a frame"""
    elongation: tuple[float, float] = (1.0, 1.1)
    flat: bool = False
    """its long axis is level; else it is the way it flies"""
    panels: float = 0.0
    """how far its pattern's levels are from its mean"""


KINDS = (
    Kind((1.5, 5), (170, 255), (0.5, 35)),  # tennis
    Kind((1.5, 6), (190, 255), (1, 35)),  # table tennis
    Kind((1.8, 5), (150, 255), (0.5, 30), drag=(0.02, 0.15), elongation=(1, 2.2)),  # shuttle
    Kind((1.5, 5), (15, 100), (0.5, 30)),  # cricket, red
    Kind((1.5, 5), (190, 255), (0.5, 30)),  # cricket, white
    Kind((5, 14), (120, 250), (0.3, 14), panels=45),  # volleyball, football, basketball
    Kind((1.5, 5), (5, 70), (0.5, 25), gravity=(0, 0.02), elongation=(1.3, 2.5), flat=True),  # puck
    Kind((1.5, 7), (20, 255), (0.3, 20)),  # any other
)

WITHOUT_BALL = 0.12
"""Share of clips without a ball."""
FAINT = 0.25
"""Share of balls whose level is a little off the scene's, whatever their kind."""
STANDS_OUT = 5.0
"""Least difference a visible ball makes to some pixel, levels, besides what noise and codec hide."""
UNCOVERED = 0.5
"""Least part of a visible ball that nothing is in front of."""
SUBSAMPLES = 3
"""Points along each side of a pixel at which a ball's cover is taken."""
TEXTURES, TEXTURE_PX = 28, 640
GRAIN, GRAIN_SHIFT = 32.0, 64


def clip(
    rng: np.random.Generator, frames: int, size: tuple[int, int], background: Background | None = None
) -> SyntheticClip:
    """A clip of `size` (width, height). `background` gives the scene instead of a drawn one; no ball should be in play
    in it, or it is taught that this is none. Raises ValueError where it is not of the shape and type agreed."""
    return _clip(rng, frames, size, background)


def _clip(
    rng: np.random.Generator,
    frames: int,
    size: tuple[int, int],
    background: Background | None = None,
    with_ball: bool = True,
) -> SyntheticClip:
    """With `with_ball` false, the same clip with the ball left out at the last moment: what truth is held against."""
    width, height = size
    ball = _Flight.thrown(rng, frames, size) if rng.random() >= WITHOUT_BALL else None
    camera = _Camera.held(rng, frames, size, ball)
    if background is None:
        plain = _scene(rng, camera)
    else:
        plain = np.array(background(rng, frames, width, height))
        if plain.shape != (frames, height, width) or plain.dtype != np.uint8:
            raise ValueError(f"the background is {plain.dtype} {plain.shape}, not uint8 {(frames, height, width)}")
        plain = _through(camera, plain)
    people = _people(rng, camera, ball) if background is None or rng.random() < 0.25 else []
    foremost = rng.random(len(people)) < 0.35
    _draw_people(plain, camera, [p for p, first in zip(people, foremost, strict=True) if not first])
    _draw_small(rng, plain, camera)
    recording = _Recording.of(rng, frames)
    spots = [] if ball is None else _spots(rng, ball, camera, plain)

    shown = plain.copy()
    for spot, picture in zip(spots, shown, strict=False):
        spot.light(picture)
    whole = [spot.difference(a, b) for spot, a, b in zip(spots, shown, plain, strict=False)]
    front = [p for p, first in zip(people, foremost, strict=True) if first]
    _draw_people(shown, camera, front)
    _draw_people(plain, camera, front)

    xy, visible = np.zeros((frames, 2), np.float32), np.zeros(frames, bool)
    for t, spot in enumerate(spots):
        xy[t] = spot.centre
        visible[t] = (
            bool(((xy[t] >= 0) & (xy[t] < size)).all())
            and spot.difference(shown[t], plain[t]) >= UNCOVERED * whole[t]
            and spot.difference(shown[t], plain[t], recording) >= STANDS_OUT + recording.hides
        )
    return SyntheticClip(recording.of_pictures(rng, shown if with_ball else plain), xy, visible)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


# --- the ball ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Flight:
    """A ball's way across the scene: flights between contacts."""

    kind: Kind
    contacts: np.ndarray
    """(n,) times; flight 0 goes before the first"""
    begins: np.ndarray
    """(n + 1,) times from which each flight is reckoned"""
    places: np.ndarray
    speeds: np.ndarray
    """(n + 1, 2) then"""
    gravity: float
    drag: float
    ground: float
    """y of the floor beneath"""

    @classmethod
    def thrown(cls, rng: np.random.Generator, frames: int, size: tuple[int, int]) -> _Flight:
        kind = KINDS[rng.integers(len(KINDS))]
        gravity, drag = rng.uniform(*kind.gravity), rng.uniform(*kind.drag) + 1e-6
        contacts = np.sort(rng.uniform(0, frames - 1, rng.choice(3, p=[0.5, 0.4, 0.1])))
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
            ground = here[:-1, 1].max() + _log_uniform(rng, 2, 60)
        return cls(kind, contacts, begins, places + shift, speeds, gravity, drag, float(ground + shift[1]))

    def at(self, times: np.ndarray) -> np.ndarray:
        """Where it is, (n, 2)."""
        flight = np.searchsorted(self.contacts, times, side="right")
        since = (times - self.begins[flight])[:, None]
        return _fly(self.places[flight], self.speeds[flight], since, self.gravity, self.drag)[0]


def _throw(rng: np.random.Generator, kind: Kind) -> np.ndarray:
    angle = rng.uniform(-np.pi, np.pi)
    return _log_uniform(rng, *kind.speed) * np.array([np.cos(angle), np.sin(angle) * rng.uniform(0.3, 1)])


def _fly(
    place: np.ndarray, speed: np.ndarray, time: np.ndarray | float, gravity: float, drag: float
) -> tuple[np.ndarray, np.ndarray]:
    """Place and speed after a time in which the speed decays and gravity pulls."""
    fall = np.array([0.0, gravity])
    return (
        place - speed * np.expm1(-drag * time) / drag + fall * time**2 / 2,
        speed * np.exp(-drag * time) + fall * time,
    )


@dataclass(frozen=True)
class _Spot:
    """What a ball does to one picture: within `box` its light covers `cover` (0..1) of each pixel with `level`."""

    centre: np.ndarray
    box: tuple[slice, slice]
    cover: np.ndarray
    level: np.ndarray | float
    gamma: float

    def light(self, picture: np.ndarray) -> None:
        """Mix ball and scene as light does, not as levels do: a streak of a bright ball stays bright."""
        here = picture[self.box].astype(np.float32) / 255
        light = here**self.gamma * (1 - self.cover) + (np.float32(self.level) / 255) ** self.gamma * self.cover
        picture[self.box] = np.rint(255 * light ** (1 / self.gamma))

    def difference(self, shown: np.ndarray, plain: np.ndarray, recording: _Recording | None = None) -> float:
        """How much the ball makes of it: the sum over its pixels; of finished pictures, the most of any."""
        if not self.cover.size:
            return 0.0
        if recording is None:
            return float(np.abs(shown[self.box].astype(np.int16) - plain[self.box]).sum())
        shown, plain = (recording.developed(p[self.box]).astype(np.int16) for p in (shown, plain))
        return float(np.abs(shown - plain).max())


def _spots(rng: np.random.Generator, ball: _Flight, camera: _Camera, scene: np.ndarray) -> list[_Spot]:
    """The ball in each picture. Its shadow is drawn to the scene at once: it is no part of the ball."""
    kind, size = ball.kind, camera.size
    frames = np.arange(len(scene))
    diameter, growth = _log_uniform(rng, *kind.diameter), rng.normal(0, 0.012)
    across = diameter * np.exp(np.clip(growth * (frames - frames.mean()), -0.4, 0.4)) * camera.zoom(frames)
    elongation, softness, gamma = rng.uniform(*kind.elongation), rng.uniform(0.3, 0.8), rng.uniform(1.0, 2.2)
    shade, turn, spin = rng.uniform(0, 40), *rng.uniform(-1.5, 1.5, 2)
    level, off = rng.uniform(*kind.level), _log_uniform(rng, 12, 70) * rng.choice([-1, 1])
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
            box, cover, _ = _cover(shades[now], times[now], wide * 1.2, 1 / flatness, True, soft, size)
            scene[t][box] = np.rint(scene[t][box] * (1 - shadow * cover))
        box, cover, centre = _cover(places[now], times[now], wide, elongation, kind.flat, softness, size)
        spots.append(_Spot(centre, box, cover, _levels(box, centre, wide, level, kind, shade, turn + spin * t), gamma))
    return spots


def _levels(
    box: tuple[slice, slice], centre: np.ndarray, diameter: float, level: float, kind: Kind, shade: float, turn: float
) -> np.ndarray | float:
    """A ball's levels: of a large one, lit from above and with its pattern."""
    if diameter < 4:
        return float(np.clip(level, 0, 255))
    y, x = np.ogrid[box]
    y, x = (y + 0.5 - centre[1]) / diameter, (x + 0.5 - centre[0]) / diameter
    pattern = kind.panels * np.sin(5 * (x * np.cos(turn) + y * np.sin(turn)) + 3 * turn)
    return np.clip(level + pattern - shade * y, 0, 255).astype(np.float32)


def _cover(
    points: np.ndarray,
    times: np.ndarray,
    diameter: float,
    elongation: float,
    flat: bool,
    softness: float,
    size: tuple[int, int],
) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray]:
    """How much of each pixel an ellipse covers over the exposure, which passes `points` (n, 2) at `times`, in straight
    lines: the box of pixels, their cover (0..1), and the ellipse's mean place.

    The part of the way during which a point is covered is the chord of the ellipse through it that lies on the way:
    in coordinates in which the ellipse is a disc of radius 1, without sampling in time.
    """
    import cv2

    shares = np.diff(times) / (times[-1] - times[0])
    centre = (shares[:, None] * (points[:-1] + points[1:]) / 2).sum(0)
    long, short = diameter / 2 * np.sqrt(elongation), diameter / 2 / np.sqrt(elongation)
    margin = long + 3 * softness + 1
    left, top = np.clip(np.floor(points.min(0) - margin), 0, size).astype(int)
    right, bottom = np.clip(np.ceil(points.max(0) + margin), 0, size).astype(int)
    box = slice(top, bottom), slice(left, right)
    if left >= right or top >= bottom:
        return box, np.zeros((max(bottom - top, 0), max(right - left, 0)), np.float32), centre
    n = SUBSAMPLES if (right - left) * (bottom - top) < 1500 else 2
    y = (np.arange(n * (bottom - top), dtype=np.float32) + 0.5) / n + top
    x = (np.arange(n * (right - left), dtype=np.float32) + 0.5) / n + left
    cover = np.zeros((len(y), len(x)), np.float32)
    for begin, end, share in zip(points[:-1], points[1:], shares, strict=True):
        dx, dy = end - begin
        angle = 0.0 if flat else np.arctan2(dy, dx)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        u = ((x - begin[0]) * cos / long)[None] + ((y - begin[1]) * sin / long)[:, None]
        v = ((y - begin[1]) * cos / short)[:, None] - ((x - begin[0]) * sin / short)[None]
        du, dv = (dx * cos + dy * sin) / long, (dy * cos - dx * sin) / short
        length = float(np.hypot(du, dv))
        if length < 0.05:
            cover += share * ((u - du / 2) ** 2 + (v - dv / 2) ** 2 <= 1)
            continue
        along, aside = (u * (du / length) + v * (dv / length)), (v * (du / length) - u * (dv / length))
        half = np.sqrt(np.maximum(1 - aside * aside, 0))
        chord = np.minimum(along + half, length) - np.maximum(along - half, 0)
        cover += (share / length) * np.maximum(chord, 0)
    cover = cv2.resize(cover, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return box, np.clip(cv2.GaussianBlur(cover, (0, 0), softness), 0, 1), centre


# --- the camera and what it sees --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Camera:
    """How scene px become picture px: about the picture's middle zoomed, then shifted. Either it stands, or is held,
    panned or zoomed; or its pictures were registered and tremble by what is left."""

    size: tuple[int, int]
    exposure: float
    pan: np.ndarray
    """(2,) px a frame"""
    pull: np.ndarray
    """(2,) px a frame^2"""
    shake: np.ndarray
    """(3, 4): amplitudes x and y in px, radians a frame, phase, of three swings"""
    growth: float
    """log of the zoom in a frame"""
    tremble: np.ndarray
    """(frames, 2) px, each frame its own"""

    @classmethod
    def held(cls, rng: np.random.Generator, frames: int, size: tuple[int, int], ball: _Flight | None) -> _Camera:
        pan, pull, shake = np.zeros(2), np.zeros(2), np.zeros((3, 4))
        growth, tremble = 0.0, np.zeros((frames, 2))
        how = rng.choice(["stands", "registered", "panned", "hand"], p=[0.45, 0.25, 0.15, 0.15])
        if how == "registered":
            tremble = rng.normal(0, _log_uniform(rng, 0.05, 0.7), (frames, 2))
        elif how == "panned":
            pan = _log_uniform(rng, 0.2, 12) * np.array([rng.choice([-1, 1]), rng.normal(0, 0.25)])
            if ball is not None and rng.random() < 0.4:  # it follows the ball
                pan = -ball.speeds[0] * rng.uniform(0.5, 1)
            pull = pan * rng.normal(0, 0.05)
            growth = rng.normal(0, 0.006)
        elif how == "hand":
            amplitude = _log_uniform(rng, 0.3, 4)
            shake[:, :2] = rng.normal(0, amplitude, (3, 2)) / np.array([1, 2, 4])[:, None]
            shake[:, 2] = rng.uniform(0.1, 0.5) * np.array([1, 2.3, 5])
            shake[:, 3] = rng.uniform(0, 2 * np.pi, 3)
            growth = rng.normal(0, 0.003)
        return cls(size, rng.uniform(0.1, 1), pan, pull, shake, growth, tremble)

    @property
    def stands(self) -> bool:
        return not (self.pan.any() or self.shake.any() or self.growth or self.tremble.any())

    def zoom(self, times: np.ndarray) -> np.ndarray:
        return np.exp(self.growth * (times - len(self.tremble) / 2))

    def shift(self, times: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """(n, 2) at `times` (n,), while pictures `frames` (n,) are exposed."""
        shift = self.tremble[frames]
        if self.stands:
            return shift
        since = (times - len(self.tremble) / 2)[:, None]
        swing = np.sin(times[:, None] * self.shake[:, 2] + self.shake[:, 3]) @ self.shake[:, :2]
        return shift + self.pan * since + self.pull * since**2 / 2 + swing

    def moved(self, places: np.ndarray, times: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """Where scene places (n, 2) are in the picture."""
        middle = np.array(self.size) / 2
        return (places - middle) * self.zoom(times)[:, None] + middle + self.shift(times, frames)

    def matrices(self, times: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """The same as (n, 3, 3)."""
        matrices = np.repeat(np.eye(3)[None], len(times), 0)
        matrices[:, [0, 1], [0, 1]] = self.zoom(times)[:, None]
        matrices[:, :2, 2] = self.moved(np.zeros((len(times), 2)), times, frames)
        return matrices


def _warp(picture: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`matrix` (3, 3) takes a place in `picture` to its place in the picture made."""
    import cv2

    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # to OpenCV, a pixel's centre has whole coordinates
    matrix = (np.linalg.inv(half) @ matrix @ half)[:2]
    return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def _through(camera: _Camera, pictures: np.ndarray) -> np.ndarray:
    """Pictures of a scene as the camera, moving, would see them."""
    if camera.stands:
        return pictures
    frames = np.arange(len(pictures))
    matrices = camera.matrices(frames, frames)
    return np.stack([_warp(p, matrix, camera.size) for p, matrix in zip(pictures, matrices, strict=True)])


def _scene(rng: np.random.Generator, camera: _Camera) -> np.ndarray:
    """A drawn scene in each picture, blurred where the camera moves fast."""
    import cv2

    texture = textures()[rng.integers(TEXTURES)]
    scale, turn = _log_uniform(rng, 0.5, 1.6), rng.normal(0, 0.06)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    mirror = rng.choice([-1, 1])
    turned = np.array([[cos * mirror, -sin], [sin * mirror, cos]])
    middle = np.array(camera.size) / 2
    at = np.eye(3)
    at[:2, :2], at[:2, 2] = turned, middle - turned @ rng.uniform(0.2, 0.8, 2) * TEXTURE_PX
    gain = rng.uniform(0.5, 1.2)
    levels = np.clip((np.arange(256) - 110) * gain + rng.uniform(50, 170), 0, 255).astype(np.uint8)
    texture = cv2.LUT(texture, levels)
    if camera.stands:
        return np.repeat(_warp(texture, at, camera.size)[None], len(camera.tremble), 0)
    frames, half = np.arange(len(camera.tremble)), camera.exposure / 2
    smear = np.abs(camera.shift(frames + half, frames) - camera.shift(frames - half, frames)).max()
    looks = int(np.clip(smear, 1, 4))
    times = np.add.outer(frames, camera.exposure * (np.arange(looks) + 0.5 - looks / 2) / looks).ravel()
    seen = [_warp(texture, matrix @ at, camera.size) for matrix in camera.matrices(times, np.repeat(frames, looks))]
    return np.stack([_mean(seen[t : t + looks]) for t in range(0, len(seen), looks)])


def _mean(pictures: Sequence[np.ndarray]) -> np.ndarray:
    import cv2

    mean = pictures[0]
    for n, picture in enumerate(pictures[1:], start=1):
        mean = cv2.addWeighted(picture, 1 / (n + 1), mean, n / (n + 1), 0)
    return mean


@cache
def textures() -> np.ndarray:
    """Scenes to look at parts of, the same in each process: uint8 (TEXTURES, TEXTURE_PX, TEXTURE_PX)."""
    rng = np.random.default_rng(20240607)
    makers = (_clouds, _court, _court, _stadium, _stadium, _grass, _hall)
    return np.stack([makers[i % len(makers)](rng) for i in range(TEXTURES)])


def _noise(rng: np.random.Generator, roughness: float) -> np.ndarray:
    """Noise of all sizes, mean 0, about 1 in deviation; the finer the fainter, by `roughness` (0..1) an octave."""
    import cv2

    total, weight = np.zeros((TEXTURE_PX, TEXTURE_PX), np.float32), 1.0
    for cells in (4, 8, 16, 32, 64, 128, 256, 640):
        grid = rng.standard_normal((cells, cells), np.float32)
        total += weight * cv2.resize(grid, (TEXTURE_PX, TEXTURE_PX), interpolation=cv2.INTER_CUBIC)
        weight *= roughness
    return total / total.std()


def _levels_of(picture: np.ndarray) -> np.ndarray:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _clouds(rng: np.random.Generator) -> np.ndarray:
    slope = np.linspace(-1, 1, TEXTURE_PX, dtype=np.float32)[:, None] * rng.uniform(-60, 60)
    return _levels_of(rng.uniform(70, 160) + slope + rng.uniform(10, 40) * _noise(rng, rng.uniform(0.4, 0.85)))


def _grass(rng: np.random.Generator) -> np.ndarray:
    """A mown pitch with a worn strip, trees and sky above."""
    import cv2

    y = np.arange(TEXTURE_PX, dtype=np.float32)[:, None]
    stripes = rng.uniform(0, 12) * np.sign(np.sin(y / rng.uniform(8, 30)))
    picture = rng.uniform(80, 130) + stripes + rng.uniform(4, 14) * _noise(rng, rng.uniform(0.7, 0.95))
    strip = np.zeros_like(picture)
    cv2.fillConvexPoly(strip, np.array([[250, 200], [390, 200], [520, 640], [120, 640]]), 1.0)
    picture += cv2.GaussianBlur(strip, (0, 0), 8) * rng.uniform(10, 60)
    horizon = int(rng.uniform(60, 220))
    trees = 55 + 30 * _noise(rng, 0.8)
    edge = (horizon - 40 + 25 * _noise(rng, 0.6)[0]).clip(5, horizon)
    picture = np.where(y < horizon, trees, picture)
    return _levels_of(np.where(y < edge[None], rng.uniform(170, 240) - y * 0.1, picture))


def _lines(rng: np.random.Generator, picture: np.ndarray, level: float) -> None:
    """A court's lines in perspective, on float pixels."""
    import cv2

    far, near = rng.uniform(60, 200), rng.uniform(260, 420)
    top, bottom = rng.uniform(60, 250), rng.uniform(420, 630)
    middle, lean = TEXTURE_PX / 2, rng.normal(0, 60)
    depth = np.array([0, 0.12, 0.3, 0.5, 0.72, 0.9, 1.0]) ** rng.uniform(1.2, 1.8)

    def place(across: float, along: float) -> tuple[int, int]:
        half = far + (near - far) * along
        return int(16 * (middle + lean * (1 - along) + half * across)), int(16 * (top + (bottom - top) * along))

    ends = [(place(-1, d), place(1, d)) for d in depth[rng.random(7) < 0.7]]
    ends += [(place(a, 0), place(a, 1)) for a in (-1, -0.8, 0, 0.8, 1) if rng.random() < 0.8]
    for a, b in ends:
        cv2.line(picture, a, b, level, int(rng.integers(1, 4)), cv2.LINE_AA, 4)
    if rng.random() < 0.6:  # a net: its tape, its mesh
        y, half = int(top + (bottom - top) * depth[3]), int(far + (near - far) * depth[3])
        x0, x1 = int(middle - half * 1.1), int(middle + half * 1.1)
        picture[y - 25 : y, x0:x1] = picture[y - 25 : y, x0:x1] * 0.8 + 10
        picture[y - 25 : y : 4, x0:x1] -= 15
        picture[y - 25 : y, x0:x1:4] -= 15
        cv2.line(picture, (x0, y - 26), (x1, y - 26), level, 2, cv2.LINE_AA)


def _court(rng: np.random.Generator) -> np.ndarray:
    import cv2

    ground = rng.uniform(50, 170)
    picture = np.full((TEXTURE_PX, TEXTURE_PX), ground, np.float32) + rng.uniform(1, 10) * _noise(rng, 0.75)
    inner = np.array([[180, 130], [460, 130], [620, 600], [20, 600]]) + rng.integers(-30, 30, (4, 2))
    mask = np.zeros_like(picture)
    cv2.fillConvexPoly(mask, inner, 1.0, cv2.LINE_AA)
    picture += mask * rng.uniform(-40, 40)
    _lines(rng, picture, float(rng.choice([20.0, 200.0, 235.0, 250.0])))
    return _levels_of(picture)


def _stadium(rng: np.random.Generator) -> np.ndarray:
    """Spectators, boards with letters, and the edge of a court."""
    import cv2

    picture = np.full((TEXTURE_PX, TEXTURE_PX), rng.uniform(15, 70), np.float32)
    lit = rng.uniform(20, 160)
    for _ in range(2600):
        x, y, r = rng.uniform(0, TEXTURE_PX), rng.uniform(0, 360), rng.uniform(2, 5)
        cv2.ellipse(
            picture, ((x, y), (r * 1.6, r * 2.2), 0.0), float(rng.uniform(10, 10 + lit) * (0.4 + 0.6 * y / 360)), -1
        )
        cv2.circle(picture, (int(x), int(y - r * 1.4)), max(1, int(r * 0.5)), float(rng.uniform(20, 40 + lit)), -1)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 2))
    y = 360
    for _ in range(int(rng.integers(1, 4))):
        tall, ground = int(rng.integers(25, 60)), rng.uniform(10, 200)
        board = np.full((tall, TEXTURE_PX), round(ground), np.uint8)
        x = int(rng.integers(-60, 20))
        while x < TEXTURE_PX:
            word = "".join(rng.choice(list("ABEHIKLMNORSTVXYZ"), rng.integers(3, 9)))
            level = 250.0 if ground < 120 else 10.0
            cv2.putText(board, word, (x, tall - 9), cv2.FONT_HERSHEY_DUPLEX, tall / 50, level, 2, cv2.LINE_AA)
            x += int(len(word) * tall / 50 * 22 + rng.integers(15, 80))
        picture[y : y + tall] = board
        y += tall + int(rng.integers(0, 6))
    floor = np.full((TEXTURE_PX - y, TEXTURE_PX), rng.uniform(50, 150), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        a, b = rng.integers(0, floor.shape[0], 2)
        cv2.line(floor, (0, int(a)), (TEXTURE_PX, int(b)), 230.0, 2, cv2.LINE_AA)
    picture[y:] = floor
    return _levels_of(picture + rng.uniform(0, 4) * _noise(rng, 0.8))


def _hall(rng: np.random.Generator) -> np.ndarray:
    """A sports hall: windows, lamps, wall bars, a floor with many lines and reflections."""
    import cv2

    picture = np.full((TEXTURE_PX, TEXTURE_PX), rng.uniform(80, 150), np.float32)
    wall = int(rng.uniform(250, 380))
    for x in range(int(rng.integers(0, 60)), TEXTURE_PX, int(rng.integers(60, 140))):
        w, h, y = rng.integers(20, 50), rng.integers(40, 110), rng.integers(40, 110)
        picture[y : y + h, x : x + w] = rng.uniform(190, 255)
        picture[y : y + h : 12, x : x + w] -= 60
    for _ in range(int(rng.integers(0, 12))):
        x, y = rng.integers(0, TEXTURE_PX), rng.integers(0, 60)
        cv2.ellipse(picture, ((float(x), float(y)), (rng.uniform(4, 30), rng.uniform(3, 8)), 0.0), 255.0, -1)
    picture[wall - 60 : wall] -= rng.uniform(20, 60)
    picture[wall - 60 : wall : 7] += rng.uniform(0, 40)
    floor = rng.uniform(110, 180) + 25 * _noise(rng, 0.4)[wall:] * np.linspace(1, 0.2, TEXTURE_PX - wall)[:, None]
    picture[wall:] = floor
    _lines(rng, picture, float(rng.choice([30.0, 60.0, 230.0])))
    for _ in range(int(rng.integers(0, 3))):
        x = int(rng.integers(0, TEXTURE_PX))
        cv2.line(picture, (x, 0), (x + int(rng.normal(0, 40)), TEXTURE_PX), float(rng.choice([20, 230])), 3)
    return _levels_of(picture + rng.uniform(0, 5) * _noise(rng, 0.8))


# --- what else moves --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Person:
    """A figure of capsules, its limbs swinging. `joints` rows: parent row (-1: the hips), length as a share of the
    height, angle from straight down, swing, radians a frame, phase, radii at both ends, level."""

    hips: np.ndarray
    walk: np.ndarray
    height: float
    joints: np.ndarray
    racket: bool

    def ends(self, times: np.ndarray) -> np.ndarray:
        """Both ends of each part in scene px, (parts, 2, n, 2), hindmost first."""
        ends = np.empty((len(self.joints), 2, len(times), 2))
        hips = self.hips + self.walk * times[:, None]
        for row, (parent, length, angle, swing, rate, phase) in enumerate(self.joints[:, :6]):
            angles = angle + swing * np.sin(rate * times + phase)
            ends[row, 0] = hips if parent < 0 else ends[int(parent), 1]
            ends[row, 1] = ends[row, 0] + length * self.height * np.stack([np.sin(angles), np.cos(angles)], 1)
        return ends

    def fastest(self) -> float:
        """About the speed of its fastest part, px a frame."""
        return float((self.joints[:, 1] * self.joints[:, 3] * self.joints[:, 4]).max() * self.height)


def _people(rng: np.random.Generator, camera: _Camera, ball: _Flight | None) -> list[_Person]:
    people = []
    for _ in range(rng.choice(5, p=[0.25, 0.3, 0.2, 0.15, 0.1])):
        height = _log_uniform(rng, 18, 130)
        place = rng.uniform(0, 1, 2) * camera.size
        if ball is not None and rng.random() < 0.4:  # who plays it is near it
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
        people.append(_Person(place, walk, height, np.array(joints), racket))
    return people


def _draw_people(pictures: np.ndarray, camera: _Camera, people: Sequence[_Person]) -> None:
    """Draw them on each picture, blurred as far as their limbs swing while it is exposed."""
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
            picture[:] = _mean(drawn)


def _outline(
    person: _Person, moments: np.ndarray, camera: _Camera, blur: int
) -> tuple[np.ndarray, list[list[list[int]]]]:
    """At each moment, in eighths of a pixel for OpenCV: corners of each part (n, parts, 4, 2), and the disc at its end
    [n][part] = x, y, radius."""
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


def _draw_small(rng: np.random.Generator, pictures: np.ndarray, camera: _Camera) -> None:
    """What is small like a ball and is none: balls that lie about, leaves and insects, flashes, figures that change."""
    import cv2

    frames, size = np.arange(len(pictures)), camera.size
    still, drifting = rng.choice(3, p=[0.6, 0.3, 0.1]), rng.choice(3, p=[0.85, 0.1, 0.05])
    for n in range(still + drifting):  # lies about, or drifts to and fro
        place, across, level = (
            rng.uniform(0, 1, 2) * size,
            _log_uniform(rng, 1.5, 8 if n < still else 3),
            rng.uniform(0, 255),
        )
        wander = 0.0 if n < still else _log_uniform(rng, 0.2, 2)
        way = place + np.cumsum(rng.normal(0, wander, (len(frames), 2)), 0)
        for picture, at in zip(pictures, camera.moved(way, frames, frames), strict=True):
            _dab(picture, at, across, level)
    for _ in range(rng.poisson(0.4)):  # seen once
        t = rng.integers(len(frames))
        _dab(pictures[t], rng.uniform(0, 1, 2) * size, _log_uniform(rng, 1.5, 5), rng.uniform(180, 255))
    if rng.random() < 0.12:  # drawn on the picture, whatever the camera does
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
    box, cover, _ = _cover(points, np.array([0.0, 1.0]), diameter, 1.0, True, 0.5, (width, height))
    picture[box] = np.rint(picture[box] * (1 - cover) + level * cover)


# --- the recording ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Recording:
    """What lens, sensor and codec make of the light."""

    levels: np.ndarray
    """(256,) uint8: the tone curve"""
    softness: float
    """deviation of the blur, px; 0: none"""
    sharpening: float
    """share of what a blur takes away that is added instead, as broadcasters do"""
    noise: float
    """deviation, levels"""
    flicker: np.ndarray
    """(frames,) levels that lamps add to each picture"""
    quality: int | None
    """of JPEG; None: not compressed"""
    still: int
    """blocks of 8 x 8 that change by less, in levels, stay as they were, as in coded film"""

    @classmethod
    def of(cls, rng: np.random.Generator, frames: int) -> _Recording:
        black, white = rng.choice([0, 16, 30]) + rng.uniform(0, 8), rng.uniform(170, 255)
        curve = np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.3))
        soft, sharp = rng.random(2)
        compressed = rng.random() < 0.45
        return cls(
            levels=np.rint(black + (white - black) * curve).astype(np.uint8),
            softness=rng.uniform(0.3, 0.9) if soft < 0.6 else 0.0,
            sharpening=rng.uniform(0.2, 1.2) if sharp < 0.25 else 0.0,
            noise=_log_uniform(rng, 0.5, 7) if rng.random() < 0.6 else 0.0,
            flicker=rng.uniform(1, 8) * np.sin(rng.uniform(0, 3) * np.arange(frames)) * (rng.random() < 0.1),
            quality=int(rng.integers(20, 85)) if compressed else None,
            still=int(rng.integers(2, 7)) if rng.random() < 0.3 else 0,
        )

    @property
    def hides(self) -> float:
        """About the difference, in levels, that is lost in noise and codec."""
        return self.noise + self.still + (0 if self.quality is None else (100 - self.quality) / 10)

    def developed(self, picture: np.ndarray) -> np.ndarray:
        """The picture but for noise and codec."""
        import cv2

        picture = cv2.LUT(picture, self.levels)
        if self.softness:
            picture = cv2.GaussianBlur(picture, (0, 0), self.softness)
        if self.sharpening:
            blurred = cv2.GaussianBlur(picture, (0, 0), 1.0)
            picture = cv2.addWeighted(picture, 1 + self.sharpening, blurred, -self.sharpening, 0)
        return picture

    def of_pictures(self, rng: np.random.Generator, pictures: np.ndarray) -> np.ndarray:
        """The finished clip."""
        import cv2

        finished, still = np.empty_like(pictures), self.still
        height, width = pictures.shape[1:]
        for t, picture in enumerate(pictures):
            picture = self.developed(picture)
            y, x = rng.integers(0, GRAIN_SHIFT, 2)
            if self.noise or self.flicker[t]:
                grain, share = _grain(height, width)[y : y + height, x : x + width], self.noise / GRAIN
                picture = cv2.addWeighted(picture, 1, grain, share, self.flicker[t] - 128 * share)
            if self.quality is not None:
                coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self.quality])[1]
                picture = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
            if still and t:
                change = cv2.dilate(cv2.absdiff(picture, finished[t - 1]), np.ones((8, 8), np.uint8), anchor=(0, 0))
                changed = np.repeat(np.repeat(change[::8, ::8] >= still, 8, 0), 8, 1)[:height, :width]
                picture = np.where(changed, picture, finished[t - 1])
            finished[t] = picture
        return finished


@cache
def _grain(height: int, width: int) -> np.ndarray:
    """Noise about 128 of deviation GRAIN, larger than a picture by GRAIN_SHIFT: making it anew would cost the most."""
    noise = np.random.default_rng(7).normal(128, GRAIN, (height + GRAIN_SHIFT, width + GRAIN_SHIFT))
    return np.clip(np.rint(noise), 0, 255).astype(np.uint8)
