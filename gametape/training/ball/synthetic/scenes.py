"""Drawn scenes for synthetic clips: clouds, courts, stadiums, grass and halls.

Belongs here: still pictures and how a camera sees them. Does not belong here: anything that moves (movers.py).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from gametape.training.ball.synthetic.camera import Camera, warp
from gametape.training.ball.synthetic.draw import log_uniform, mean_of

#: Number of drawn scenes, and the side of each, px.
TEXTURES, TEXTURE_PX = 28, 640


def scene_of(rng: np.random.Generator, camera: Camera) -> np.ndarray:
    """Draw a scene for each picture, blurred where the camera moves fast, (frames, H, W) uint8."""
    import cv2

    texture = textures()[rng.integers(TEXTURES)]
    scale, turn = log_uniform(rng, 0.5, 1.6), rng.normal(0, 0.06)
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
        return np.repeat(warp(texture, at, camera.size)[None], len(camera.tremble), 0)
    frames, half = np.arange(len(camera.tremble)), camera.exposure / 2
    smear = np.abs(camera.shift(frames + half, frames) - camera.shift(frames - half, frames)).max()
    looks = int(np.clip(smear, 1, 4))
    times = np.add.outer(frames, camera.exposure * (np.arange(looks) + 0.5 - looks / 2) / looks).ravel()
    seen = [warp(texture, matrix @ at, camera.size) for matrix in camera.matrices(times, np.repeat(frames, looks))]
    return np.stack([mean_of(seen[t : t + looks]) for t in range(0, len(seen), looks)])


@cache
def textures() -> np.ndarray:
    """All drawn scenes, the same in each process: (TEXTURES, TEXTURE_PX, TEXTURE_PX) uint8."""
    rng = np.random.default_rng(20240607)
    makers = (_clouds, _court, _court, _stadium, _stadium, _grass, _hall)
    return np.stack([makers[i % len(makers)](rng) for i in range(TEXTURES)])


def _noise(rng: np.random.Generator, roughness: float) -> np.ndarray:
    """Noise of all sizes with mean 0 and deviation 1; each finer octave is fainter by `roughness` (0..1)."""
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
    """A mown pitch with a worn strip, with trees and sky above."""
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
    """Draw a court's lines in perspective on float pixels, in place."""
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
