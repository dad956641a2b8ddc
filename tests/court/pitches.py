"""Cricket pitches drawn as a camera sees them whose place is known exactly: grass, earth, creases, stumps, people.

A picture is what a median over time gives: who stood is there (umpire, batter), who ran is not.
"""

from __future__ import annotations

import cv2
import numpy as np

from gametape.sports.courts import court_of
from tests.court.rendered import View, _mask, _over, straightened

PITCH = court_of("cricket")
PAINT = 0.05
BACK, POPPING, SIDE, TALL = 10.06, 8.84, 1.32, 0.7112


def random_pitch(rng: np.random.Generator, *, low: bool = False) -> View:
    """A camera behind the bowler or behind the batter, from the nets to the boundary."""
    for _ in range(1000):
        width, height = ((1280, 720), (1280, 720), (1152, 720), (720, 1280))[rng.integers(4)]
        back = float(np.exp(rng.uniform(np.log(8), np.log(75))))
        up = 1.2 if low else float(rng.uniform(0.07, 0.3) * (back + 10))
        place = np.array([rng.normal(0, 0.03) * back, -BACK - back, up])
        aim = np.array([rng.normal(0, 0.3), rng.uniform(-6, 4), 0.4])
        ahead = (aim - place) / np.linalg.norm(aim - place)
        right = np.cross(ahead, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        down = np.cross(ahead, right)
        turn = rng.normal(0, np.radians(0.8))
        right, down = np.cos(turn) * right + np.sin(turn) * down, np.cos(turn) * down - np.sin(turn) * right
        outer = np.stack([right, down, ahead])
        outer = np.column_stack([outer, -outer @ place])
        seen = np.array([-2.0, -11.3, 0, 1]), np.array([2.0, -11.3, 0, 1])
        a, b = (outer @ at for at in seen)
        focal = rng.uniform(0.25, 0.75) * width / abs(b[0] / b[2] - a[0] / a[2])
        inner = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
        view = View(PITCH, "pitch", width, height, float(focal), 0.0, inner @ outer, place)
        need = view.seen(np.array([[-1.9, -11.4, 0], [1.9, -11.4, 0], [0, BACK, 0], [0, BACK, 1.2]]))
        foot, top = view.seen(np.array([[0, BACK, 0], [0, BACK, TALL]]))
        inside = (need > 4).all() and (need < [width - 4, height - 4]).all()
        if inside and foot[1] - top[1] > 26 and 0.6 < focal / max(width, height) < 9:
            return view
    raise AssertionError("no view of a pitch")


def render_pitch(view: View, rng: np.random.Generator, *, stumps: bool = True, creases: bool = True) -> np.ndarray:
    """Draw what a camera sees, (height, width, 3) uint8 BGR."""
    picture = _grass(view, rng)
    if creases:
        strength = rng.uniform(0.6, 0.95)
        picture = _over(picture, _mask(view, _paint(rng)) * _worn(view, rng), rng.uniform(205, 250, 3), strength)
    kind = rng.integers(3)
    colours = [(225, 230, 235), (60, 70, 200), (30, 30, 30)]
    for end in (1, -1):
        if end < 0:
            picture = _person(view, picture, rng, np.array([rng.normal(0, 0.5), -BACK - 2, 0]))
        for x in (-0.0953, 0.0, 0.0953) if stumps else ():
            half = 0.018
            stick = np.array([[x - half, end * BACK, 0], [x + half, end * BACK, 0],
                              [x + half, end * BACK, TALL], [x - half, end * BACK, TALL]])  # fmt: skip
            picture = _over(picture, _mask(view, [stick]), np.array(colours[kind], float), 0.95)
        if end > 0 and rng.random() < 0.7:
            aside = rng.choice([-1, 1]) * rng.uniform(0.35, 0.7)
            picture = _person(view, picture, rng, np.array([aside, POPPING, 0]))
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.35, 0.8))
    picture += rng.normal(0, rng.uniform(0.5, 2.5), picture.shape)
    made = np.clip(picture, 0, 255).astype(np.uint8)
    quality = int(rng.integers(60, 95))
    return cv2.imdecode(cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def _paint(rng: np.random.Generator) -> list[np.ndarray]:
    """The creases' paint, (4, 3) m each; often lines for wides too, which no rule of the court knows."""
    level = rng.uniform(1.83, 2.2)
    long = rng.uniform(1.22, 1.6)
    boxes = []
    for end in (-1, 1):
        boxes += [
            (-SIDE, SIDE, end * (BACK - PAINT), end * BACK),
            (-level, level, end * (POPPING - PAINT), end * POPPING),
        ]
        boxes += [(s * SIDE, s * (SIDE + PAINT), end * POPPING, end * (BACK + long)) for s in (-1, 1)]
    if rng.random() < 0.5:
        boxes += [(s * 0.89, s * 0.92, end * POPPING, end * BACK) for s in (-1, 1) for end in (-1, 1)]
    return [np.array([[a, c, 0], [a, d, 0], [b, d, 0], [b, c, 0]]) for a, b, c, d in boxes]


def _worn(view: View, rng: np.random.Generator) -> np.ndarray:
    made = cv2.resize(rng.uniform(0.55, 1.05, (18, 32)).astype(np.float32), (view.width, view.height))
    return np.clip(made, 0, 1)


def _grass(view: View, rng: np.random.Generator) -> np.ndarray:
    x, y = np.meshgrid(np.arange(view.width) + 0.5, np.arange(view.height) + 0.5)
    rays = straightened(np.stack([x, y], -1), view.width, view.height, 0.0)
    rays = np.concatenate([rays, np.ones_like(rays[..., :1])], -1) @ np.linalg.inv(view.matrix[:, :3]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        far = -view.place[2] / rays[..., 2]
    at = view.place[:2] + far[..., None] * rays[..., :2]
    picture = np.full((view.height, view.width, 3), rng.uniform(40, 150, 3))
    field = (far > 0) & (np.linalg.norm(at, axis=-1) < 70)
    mown = 6 * np.sign(np.sin(at[..., 0] / rng.uniform(1, 3)))
    picture[field] = np.array([60, 120, 80]) + rng.uniform(-20, 20) + mown[field, None]
    earth = np.array([120, 150, 165]) + rng.uniform(-35, 30)
    blur = rng.uniform(0.1, 0.4)
    strip = np.clip((1.6 - np.abs(at[..., 0])) / blur, 0, 1) * np.clip((12 - np.abs(at[..., 1])) / 0.5, 0, 1) * field
    picture = picture * (1 - strip[..., None]) + strip[..., None] * earth
    for size, much in ((4, 5), (2, 4), (1, 4)):
        small = rng.normal(0, much, (view.height // size + 1, view.width // (2 * size) + 1)).astype(np.float32)
        picture += cv2.resize(small, (view.width, view.height))[..., None] * field[..., None]
    return picture


def _person(view: View, picture: np.ndarray, rng: np.random.Generator, at: np.ndarray) -> np.ndarray:
    foot, head = view.seen(np.array([at, at + np.array([0, 0, 1.75])]))
    if not np.isfinite(foot).all() or not np.isfinite(head).all():
        return picture
    tall = float(np.linalg.norm(foot - head))
    canvas = np.zeros(picture.shape[:2], np.uint8)
    middle = tuple(np.round((foot + head) / 2).astype(int).tolist())
    cv2.ellipse(canvas, middle, (max(1, int(0.13 * tall)), max(1, int(tall / 2))), 0, 0, 360, 255, -1, cv2.LINE_AA)
    return _over(picture, canvas / 255.0, rng.uniform(20, 230, 3), 1.0)
