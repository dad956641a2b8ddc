"""Courts drawn as a camera sees them whose place is known exactly: surfaces, painted strips, net, boards, people.

A picture is what `gametape.court.motion.still_picture` gives: players who moved are gone, who stood is there. The strips
lie as the rules say: lines count to the area that they bound, so a court's measure runs to their outer edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gametape.sports.courts import Court, court_of

WIDTHS = {"tennis": 0.05, "badminton": 0.04, "volleyball": 0.05, "table tennis": 0.02, "pickleball": 0.0508}
"""Width of a painted line, m."""
CENTRE_WIDTHS = {"table tennis": 0.003}
SURFACES = {
    "tennis": [((140, 90, 60), (90, 130, 70)), ((60, 90, 170), (70, 100, 180)), ((110, 120, 60), (110, 110, 105)),
               ((120, 70, 90), (130, 170, 140)), ((70, 130, 80), (60, 110, 70)), ((70, 70, 190), (60, 120, 70))],
    "badminton": [((110, 150, 60), (100, 100, 40)), ((120, 160, 90), (150, 100, 70)), ((70, 130, 60), (60, 60, 60)),
                  ((160, 110, 50), (80, 80, 80)), ((90, 150, 190), (90, 150, 190))],
    "volleyball": [((80, 130, 220), (150, 110, 60)), ((60, 110, 210), (90, 140, 80)), ((90, 150, 190), (90, 150, 190)),
                   ((150, 120, 60), (120, 150, 190))],
    "pickleball": [((150, 110, 50), (90, 130, 70)), ((90, 120, 60), (60, 70, 150)), ((120, 120, 110), (110, 110, 100))],
    "table tennis": [((120, 60, 40), (60, 50, 140)), ((90, 80, 30), (70, 70, 70)), ((60, 60, 60), (60, 55, 50)),
                     ((110, 50, 30), (130, 140, 150))],
}  # fmt: skip
"""BGR of the court and of what surrounds it."""
NETS = {"tennis": 1.0, "badminton": 1.55, "volleyball": 2.4, "table tennis": 0.1525, "pickleball": 0.9}
"""Height of the net, m; of volleyball's and badminton's only the upper part hangs."""
HANGS = {"badminton": 0.79, "volleyball": 1.4}
TABLE_M = 0.76
KINDS = ("behind", "high", "low", "side", "corner", "portrait")


@dataclass(frozen=True, eq=False)
class View:
    """A camera. `ground` (3, 3) takes court metres to px without distortion; `matrix` (3, 4) the same of space."""

    court: Court
    kind: str
    width: int
    height: int
    focal_px: float
    radial: float
    matrix: np.ndarray
    place: np.ndarray

    @property
    def ground(self) -> np.ndarray:
        return self.matrix[:, [0, 1, 3]]

    def seen(self, places: np.ndarray) -> np.ndarray:
        """Places (…, 3) m in the picture as it is, px; NaN behind the camera."""
        at = places @ self.matrix[:, :3].T + self.matrix[:, 3]
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = np.where(at[..., 2:] > 0.05, at[..., :2] / at[..., 2:], np.nan)
        return bent(flat, self.width, self.height, self.radial)

    def points(self) -> dict[str, np.ndarray]:
        """The court's named points on the ground that lie in the picture, px."""
        found = {}
        for name, place in self.court.points.items():
            at = self.seen(np.array(place))
            if not place[2] and (at > 0).all() and at[0] < self.width and at[1] < self.height:
                found[name] = at
        return found


def bent(flat: np.ndarray, width: int, height: int, radial: float) -> np.ndarray:
    middle, unit = np.array([width, height]) / 2, np.hypot(width, height) / 2
    off = (flat - middle) / unit
    r2 = np.sum(off**2, axis=-1, keepdims=True)
    r2 = np.where(1 + 3 * radial * r2 > 0.2, r2, np.nan)  # beyond, the model folds back
    return middle + unit * off * (1 + radial * r2)


def straightened(pixels: np.ndarray, width: int, height: int, radial: float) -> np.ndarray:
    middle, unit = np.array([width, height]) / 2, np.hypot(width, height) / 2
    seen = (pixels - middle) / unit
    off = seen
    for _ in range(12 if radial else 0):
        off = seen / (1 + radial * np.sum(off**2, axis=-1, keepdims=True))
    return middle + unit * off


def random_view(rng: np.random.Generator, court: Court, kind: str) -> View:
    """A camera of a kind that has most of the court in sight."""
    half = np.array([max(abs(p[0]) for p in court.points.values() if not p[2]),
                     max(abs(p[1]) for p in court.points.values())])  # fmt: skip
    size = (404, 720) if kind == "portrait" else (1280, 720)
    for _ in range(1000):
        place = _place(rng, kind, half)
        aim = np.array([rng.normal(0, 0.12) * half[0], rng.normal(-0.1, 0.15) * half[1], 0.0])
        turn = rng.normal(0, np.radians(1.0))
        radial = float(rng.choice([0.0, 0.0, rng.uniform(-0.12, -0.02), rng.uniform(0.01, 0.03)]))
        view = _framed(rng, court, kind, size, place, aim, turn, radial)
        if view is not None:
            return view
    raise AssertionError(f"no {kind} view of {court.name}")


def _place(rng: np.random.Generator, kind: str, half: np.ndarray) -> np.ndarray:
    x, y = half
    span = np.hypot(x, y)
    if kind == "behind":
        return np.array([rng.normal(0, 0.15) * x, -y - rng.uniform(0.5, 1.5) * y, rng.uniform(0.35, 0.8) * y])
    if kind == "high":
        return np.array([rng.normal(0, 0.3) * x, -y - rng.uniform(0.6, 3.0) * y, rng.uniform(0.8, 1.8) * y])
    if kind == "low":
        return np.array([rng.normal(0, 0.4) * x, -y - rng.uniform(0.3, 0.7) * y, rng.uniform(0.14, 0.3) * y])
    if kind == "side":
        side = rng.choice([-1, 1]) * (x + rng.uniform(0.6, 1.6) * y)
        return np.array([side, rng.uniform(-0.35, -0.02) * y, rng.uniform(0.3, 0.9) * y])
    if kind == "corner":
        side = rng.choice([-1, 1]) * (x + rng.uniform(0.2, 0.8) * span)
        return np.array([side, -y - rng.uniform(0.1, 0.6) * span, rng.uniform(0.3, 0.8) * y])
    return np.array([rng.normal(0, 0.3) * x, -y - rng.uniform(0.5, 1.0) * y, rng.uniform(0.3, 0.8) * y])


def _framed(rng, court, kind, size, place, aim, turn, radial) -> View | None:
    width, height = size
    ahead = (aim - place) / np.linalg.norm(aim - place)
    right = np.cross(ahead, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(ahead, right)
    right, down = np.cos(turn) * right + np.sin(turn) * down, np.cos(turn) * down - np.sin(turn) * right
    outer = np.stack([right, down, ahead])
    outer = np.column_stack([outer, -outer @ place])
    corners = np.array([[sx * court_half, sy * court_len, 0.0] for sx in (-1, 1) for sy in (-1, 1)
                        for court_half, court_len in [_half(court)]])  # fmt: skip
    at = corners @ outer[:, :3].T + outer[:, 3]
    if (at[:, 2] < 0.3).any():
        return None
    flat = at[:, :2] / at[:, 2:]
    fills = rng.uniform(0.62, 1.05) if kind != "low" else rng.uniform(0.8, 1.3)
    focal = fills * min(width / np.ptp(flat[:, 0]), height / np.ptp(flat[:, 1]))
    if not 0.5 * max(size) < focal < 4.5 * max(size):
        return None
    inner = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    view = View(court, kind, width, height, float(focal), radial, inner @ outer, place)
    seen = np.nan_to_num(view.seen(corners), nan=-1)
    inside = ((seen > 2) & (seen < np.array(size) - 2)).all(axis=1)
    return view if inside.sum() >= (2 if kind == "low" else 3) else None


def _half(court: Court) -> tuple[float, float]:
    flat = np.array([p[:2] for p in court.points.values() if not p[2]])
    return float(np.abs(flat[:, 0]).max()), float(np.abs([y for line in court.lines for _, y in line]).max())


def strips(court: Court) -> list[np.ndarray]:
    """The painted lines, each (4, 2) m: from the measured line inwards, those in the middle about it."""
    found = []
    for line in court.lines:
        for a, b in zip(np.array(line)[:-1], np.array(line)[1:], strict=True):
            middle = a[0] == b[0] == 0 or a[1] == b[1] == 0
            width = CENTRE_WIDTHS.get(court.name, WIDTHS[court.name]) if middle else WIDTHS[court.name]
            across = np.array([1.0, 0.0]) if a[0] == b[0] else np.array([0.0, 1.0])
            inwards = -np.sign(a @ across) * across
            low, high = (-across / 2, across / 2) if middle else (0 * across, inwards)
            found.append(np.array([a + width * low, b + width * low, b + width * high, a + width * high]))
    return found


def render(
    view: View,
    rng: np.random.Generator,
    *,
    people: int = 2,
    others: str | None = None,
    lines: list[tuple[list[np.ndarray], np.ndarray]] | None = None,
    net: bool = True,
) -> np.ndarray:
    """Draw what a camera sees, (height, width, 3) uint8 BGR.

    `others`: a court whose lines are on the same floor. `lines`: what is painted in place of the court's own lines, (4,
    2) m upright rectangles and their colour.
    """
    court = view.court
    size = (view.height, view.width)
    inside, around = SURFACES[court.name][rng.integers(len(SURFACES[court.name]))]
    picture = _ground(view, rng, np.array(inside, float), np.array(around, float))
    if others:
        picture = _over(picture, _painted(view, _others(court_of(others), rng)), _other_colour(rng), 0.8)
    worn = cv2.resize(rng.uniform(0.75, 1.0, (9, 16)).astype(np.float32), size[::-1], interpolation=cv2.INTER_CUBIC)
    for painted, colour in [(strips(court), rng.uniform(215, 250, 3))] if lines is None else lines:
        paint = _painted(view, [np.column_stack([strip, np.zeros(4)]) for strip in painted])
        picture = _over(picture, paint * np.clip(worn, 0, 1), colour, 0.95)
    if net:
        picture = _net(view, picture, rng)
    for _ in range(people):
        picture = _person(view, picture, rng)
    light = np.linspace(*rng.uniform(0.85, 1.1, 2), view.width)[None, :, None]
    picture = cv2.GaussianBlur(picture * light, (0, 0), rng.uniform(0.35, 0.8))
    picture += rng.normal(0, rng.uniform(0.5, 3.0), picture.shape)
    made = np.clip(picture, 0, 255).astype(np.uint8)
    quality = int(rng.integers(60, 95))
    return cv2.imdecode(cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def _ground(view: View, rng: np.random.Generator, inside: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Floor, court, boards and what is behind them."""
    x, y = np.meshgrid(np.arange(view.width) + 0.5, np.arange(view.height) + 0.5)
    rays = straightened(np.stack([x, y], -1), view.width, view.height, view.radial)
    rays = np.concatenate([rays, np.ones_like(rays[..., :1])], -1) @ np.linalg.inv(view.matrix[:, :3]).T
    floor = -TABLE_M if view.court.name == "table tennis" else 0.0
    picture = _behind(view, rng)
    half = np.array(_half(view.court))
    margin = half * (0.0 if floor else rng.uniform(0.05, 0.4))
    wall = half[1] * rng.uniform(1.5, 2.2)
    grain = cv2.resize(rng.normal(0, 1, (180, 320)).astype(np.float32), (view.width, view.height))
    for level, colour, limits in ((floor, around, None), (0.0, inside, half + margin)):
        with np.errstate(divide="ignore", invalid="ignore"):
            far = (level - view.place[2]) / rays[..., 2]
        at = view.place[:2] + far[..., None] * rays[..., :2]
        reach = far > 0
        on = reach & (np.abs(at[..., 1]) < wall) if limits is None else reach & (np.abs(at) < limits).all(-1)
        picture[on] = colour + 3 * grain[on, None]
        if floor and limits is not None:
            picture = _table_side(view, picture)
    return picture


def _table_side(view: View, picture: np.ndarray) -> np.ndarray:
    x, y = _half(view.court)
    for (ax, ay), (bx, by) in (((-x, -y), (x, -y)), ((-x, -y), (-x, y)), ((x, -y), (x, y))):
        outwards = np.array([ay - by, bx - ax])
        outwards = outwards * np.sign(outwards @ np.array([ax + bx, ay + by]))
        if (view.place[:2] - np.array([ax, ay])) @ outwards > 0:
            side = np.array([[ax, ay, 0], [bx, by, 0], [bx, by, -0.06], [ax, ay, -0.06]])
            picture = _over(picture, _mask(view, [side]), np.array([40.0, 35, 30]), 1.0)
    return picture


def _behind(view: View, rng: np.random.Generator) -> np.ndarray:
    """Boards and spectators: patches of all sizes."""
    picture = np.full((view.height, view.width, 3), rng.uniform(20, 90, 3)).astype(np.uint8)
    for _ in range(60):
        at = rng.integers(0, [view.width, view.height])
        w, h = rng.integers(4, 160), rng.integers(4, 40)
        cv2.rectangle(
            picture, tuple(at.tolist()), (int(at[0] + w), int(at[1] + h)), rng.uniform(0, 255, 3).tolist(), -1
        )
    for _ in range(12):
        at = rng.integers(0, [view.width, view.height]).tolist()
        cv2.putText(picture, "SPONSOR", at, cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.5, 1.5), (240, 240, 240), 2)
    return picture.astype(float)


def _others(court: Court, rng: np.random.Generator) -> list[np.ndarray]:
    """Lines of another court on the same floor, turned or beside it."""
    turned = np.array([[0, 1], [-1, 0]]) if rng.random() < 0.5 else np.eye(2)
    shift = rng.normal(0, 2, 2)
    return [np.column_stack([strip @ turned.T + shift, np.zeros(4)]) for strip in strips(court)]


def _other_colour(rng: np.random.Generator) -> np.ndarray:
    return np.array([[40, 40, 200], [200, 80, 40], [40, 200, 220], [30, 30, 30]][rng.integers(4)], float)


def _mask(view: View, quads: list[np.ndarray]) -> np.ndarray:
    """Share (0..1) of each pixel that flat pieces (4, 3) m cover."""
    fine = 4
    mask = np.zeros((view.height * fine, view.width * fine), np.uint8)
    for a, b, c, d in quads:
        n = max(2, int(np.linalg.norm(b - a) / 0.15) if np.linalg.norm(view.place) > 5 else 40)
        share = np.linspace(0, 1, n + 1)[:, None]
        near, far = view.seen(a + share * (b - a)), view.seen(d + share * (c - d))
        for i in range(n):
            piece = np.array([near[i], near[i + 1], far[i + 1], far[i]])
            if np.isfinite(piece).all() and np.abs(piece).max() < 4 * view.width:
                cv2.fillPoly(mask, [np.round(piece * fine * 256 - 128).astype(np.int32)], 255, shift=8)
    return cv2.resize(mask, (view.width, view.height), interpolation=cv2.INTER_AREA) / 255.0


def _painted(view: View, quads: list[np.ndarray]) -> np.ndarray:
    """The same of upright rectangles on the ground, exactly: 5 x 5 places of each pixel are looked up on the ground."""
    rough = cv2.dilate((_mask(view, quads) > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
    y, x = np.nonzero(rough)
    part = (np.arange(5) + 0.5) / 5
    at = np.stack(np.meshgrid(part, part), -1).reshape(-1, 1, 2) + np.stack([x, y], -1)
    flat = straightened(at, view.width, view.height, view.radial)
    ground = np.concatenate([flat, np.ones_like(flat[..., :1])], -1) @ np.linalg.inv(view.ground).T
    ahead = ground[..., 2] * np.sign(view.ground[2, 2]) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        place = ground[..., :2] / ground[..., 2:]
    on = np.zeros(place.shape[:2], bool)
    for quad in quads:
        on |= ((place >= quad[:, :2].min(0)) & (place <= quad[:, :2].max(0))).all(-1)
    mask = np.zeros((view.height, view.width))
    mask[y, x] = (on & ahead).mean(0)
    return mask


def _over(picture: np.ndarray, mask: np.ndarray, colour: np.ndarray, strength: float) -> np.ndarray:
    alpha = (strength * mask)[..., None]
    return picture * (1 - alpha) + alpha * np.asarray(colour, float)


def _net(view: View, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    court = view.court
    half, top = court.net or _half(court)[0], NETS[court.name]
    low = HANGS.get(court.name, 0.0)
    mesh = np.array([[-half, 0, low], [half, 0, low], [half, 0, top], [-half, 0, top]])
    picture = _over(picture, _mask(view, [mesh]), rng.uniform(10, 50, 3), rng.uniform(0.15, 0.45))
    band = top - min(0.05, top / 10)
    tape = np.array([[-half, 0, band], [half, 0, band], [half, 0, top], [-half, 0, top]])
    picture = _over(picture, _mask(view, [tape]), np.array([235.0, 235, 235]), 0.95)
    for side in (-half, half):
        thick = 0.03 if top > 0.5 else 0.008
        post = np.array([[side - thick, 0, 0], [side - thick, 0, top], [side + thick, 0, top], [side + thick, 0, 0]])
        picture = _over(picture, _mask(view, [post]), rng.uniform(20, 90, 3), 1.0)
    return picture


def _person(view: View, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Somebody who stood all the time, on or beside the court."""
    half = np.array(_half(view.court))
    floor = -TABLE_M if view.court.name == "table tennis" else 0.0
    reach = 1.15 if not floor else 1.6
    at = rng.uniform(-1, 1, 2) * half * reach
    if floor:  # players move: who stands all the time are umpires and coaches behind the table
        at = (half + rng.uniform(1.5, 3.0, 2)) * np.where(view.place[:2] > 0, -1, 1)
    foot, head = (view.seen(np.array([*at, z])) for z in (floor, floor + 1.75))
    if not (np.isfinite(foot).all() and np.isfinite(head).all()):
        return picture
    tall = np.linalg.norm(foot - head)
    canvas = np.zeros(picture.shape[:2], np.uint8)
    middle = tuple(np.round((foot + head) / 2).astype(int).tolist())
    axes = (max(1, int(0.14 * tall)), max(1, int(tall / 2)))
    if max(map(abs, middle)) > 5000 or axes[1] > 2000:
        return picture
    cv2.ellipse(canvas, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    return _over(picture, canvas / 255.0, rng.uniform(20, 230, 3), 1.0)


WRONG_PX = 0.015
"""A court whose places in sight are further off than this, in longer sides of the picture, is another court."""


EITHER_END = 0.85
"""Both ends are nearly as near to the camera, by the ratio of their depths: either may be called the near one."""


@dataclass(frozen=True)
class Verdict:
    """How a found court compares with the true one: px off at places of the court in sight, and the focal length."""

    right: bool
    median_px: float
    most_px: float
    focal_off: float | None


def judged(view: View, ground: np.ndarray, radial: float | None, focal_px: float | None) -> Verdict:
    """Compare a found court with the true one."""
    half = np.array(_half(view.court))
    grid = np.stack(np.meshgrid(*(np.linspace(-h, h, 15) for h in half)), -1).reshape(-1, 2)
    true = view.seen(np.column_stack([grid, np.zeros(len(grid))]))
    inside = np.isfinite(true).all(1) & (true > 0).all(1) & (true < [view.width, view.height]).all(1)

    def off(places: np.ndarray) -> np.ndarray:
        at = np.column_stack([places, np.ones(len(places))]) @ ground.T
        seen = bent(at[:, :2] / at[:, 2:], view.width, view.height, radial or 0.0)
        return np.nan_to_num(np.linalg.norm(seen - true, axis=1), nan=np.inf)[inside]

    error = off(grid)
    near, far = (view.ground[2] @ [0, y, 1] for y in (-half[1], half[1]))
    if near > EITHER_END * far:
        error = min(error, off(-grid), key=np.max)
    right = bool(error.max() <= WRONG_PX * max(view.width, view.height))
    focal = None if focal_px is None else abs(focal_px / view.focal_px - 1)
    return Verdict(right, float(np.median(error)), float(error.max()), focal)
