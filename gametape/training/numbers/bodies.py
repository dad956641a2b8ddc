"""Bodies: a shirt bent around somebody who turns, leans and moves his arms, before other things and behind others.

Belongs here: geometry, folds, arms, heads, backgrounds, what is in the way. Does not belong here: cloth (`shirts`),
camera (`recording`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametape.training.numbers.glyphs import STYLES, word
from gametape.training.numbers.shirts import HIGH, ROUND, WIDE, Shirt, any_colour, other_colour

K = 84
"""Side of the rendered picture, px."""
AROUND = 20
"""What is looked at around the picture to tell how much of a number lies outside it, px."""
SKINS = ((60, 80, 120), (90, 120, 170), (130, 160, 210), (40, 50, 70), (170, 190, 225))

Random = np.random.Generator


@dataclass
class Scene:
    """A rendered picture.

    Attributes:
        picture: (K, K, 3) float32 BGR.
        digits: (K, K, 2) float32 0..1, tens and units where they are visible.
        shown: (2,) share of tens and units that is visible; 0 where there is none.
        turned: (2,) cosine of the angle from which they are seen.
        digit_px: Height of the digits in the picture.
    """

    picture: np.ndarray
    digits: np.ndarray
    shown: np.ndarray
    turned: np.ndarray
    digit_px: float


class Bodies:
    """Draws scenes; remembers the last ones, whose people stand beside the next."""

    def __init__(self) -> None:
        self.others: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=12)
        y, x = np.mgrid[:K, :K].astype(np.float32)
        self.grid = x, y
        y, x = np.mgrid[-AROUND : K + AROUND : 2, -AROUND : K + AROUND : 2].astype(np.float32)
        self.wide_grid = x, y

    def scene(self, random: Random, shirt: Shirt, *, hidden: bool = False) -> Scene:
        """Somebody in a shirt; `hidden`: turned away, cut off or covered so far that the number is not whole."""
        import cv2

        picture = background(random)
        if self.others and random.random() < 0.25:
            self._beside(random, picture, None)
        pose = _Pose(random, hidden)
        _legs(random, picture, pose, shirt)
        arms_before = random.random() < 0.5
        if not arms_before:
            _arms(random, picture, None, pose, shirt)
        x, y, inside = pose.cloth(*self.grid)
        worn = cv2.remap(shirt.cloth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        worn *= _shade(random, pose, self.grid)[..., None]
        alpha = cv2.blur(inside.astype(np.float32), (2, 2))
        digits = cv2.remap(shirt.digits, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        digits = digits.astype(np.float32) / 255 * inside[..., None]
        picture += alpha[..., None] * (worn - picture)
        _head(random, picture, digits, pose)
        if arms_before:
            _arms(random, picture, digits, pose, shirt)
        self.others.append((picture.copy(), alpha))
        if random.random() < (0.6 if hidden else 0.12):
            _in_the_way(random, picture, digits, pose)
        if len(self.others) > 1 and random.random() < (0.35 if hidden else 0.12):
            self._beside(random, picture, digits)
        return self._told(shirt, pose, picture, digits)

    def _beside(self, random: Random, picture: np.ndarray, digits: np.ndarray | None) -> None:
        other, alpha = self.others[int(random.integers(len(self.others) - (digits is not None)))]
        side = random.choice([-1, 1]) * random.uniform(0.45, 1.0) * K
        move: Any = np.array([[1, 0, side], [0, 1, random.normal(0, 0.2) * K]], np.float32)
        import cv2

        moved = cv2.warpAffine(other, move, (K, K))
        over = cv2.warpAffine(alpha, move, (K, K))[..., None]
        picture += over * (moved - picture)
        if digits is not None:
            digits *= 1 - over

    def _told(self, shirt: Shirt, pose: _Pose, picture: np.ndarray, digits: np.ndarray) -> Scene:
        import cv2

        shown, turned = np.zeros(2), np.zeros(2)
        if shirt.number:
            x, y, inside = pose.cloth(*self.wide_grid)
            whole = cv2.remap(shirt.digits, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
            whole = (whole.astype(np.float32) / 255 * inside[..., None]).sum((0, 1)) * 4
            for place, (left, _, right, _) in enumerate(shirt.boxes):
                if not np.isnan(left):
                    angles = (np.linspace(left, right, 9) / WIDE - 0.5) * ROUND - pose.yaw
                    turned[place] = max(0.0, float(np.cos(np.radians(angles.mean()))))
                    front = float((np.abs(angles) < 80).mean())
                    shown[place] = front * min(1.0, float(digits[..., place].sum()) / max(whole[place], 1.0))
        tall = float(np.nanmax(shirt.boxes[:, 3] - shirt.boxes[:, 1])) if shirt.number else HIGH * 0.35
        return Scene(picture, digits, shown, turned, tall / HIGH * pose.tall)


class _Pose:
    """Where the torso is in the picture, how it is turned, and the folds of its cloth."""

    def __init__(self, random: Random, hidden: bool) -> None:
        self.tall = K * float(np.clip(random.normal(0.85, 0.15), 0.45, 1.3))
        self.yaw = random.normal(0, 16) if random.random() < 0.7 else random.uniform(-62, 62)
        if hidden and random.random() < 0.5:
            self.yaw = random.choice([-1, 1]) * random.uniform(55, 115)
        side_on = abs(np.sin(np.radians(self.yaw)))
        width = random.uniform(0.68, 1.12) * (1 - 0.4 * side_on)
        self.tall *= random.uniform(0.7, 1.0) if random.random() < 0.3 else 1.0  # bent towards the camera
        self.half = 0.5 * width * K * 0.8 * random.uniform(0.85, 1.15) * (self.tall / (0.8 * K)) ** 0.8
        turn = random.normal(0, 8) if random.random() < 0.8 else random.uniform(-45, 45)
        if random.random() < 0.2:  # leaning and turning go together: a skater, a runner
            turn = random.choice([-1, 1]) * self.yaw * random.uniform(0.2, 0.8)
        self.turn = np.radians(turn)
        self.shear = random.normal(0, 0.14)
        off = random.normal(0, 0.09, 2)
        if hidden and random.random() < 0.4:
            off = random.uniform(-0.6, 0.6, 2)
        self.centre = K / 2 + off * K + (0, random.uniform(-0.06, 0.06) * K)
        self.flat = random.uniform(0.0, 0.75)
        self.neck, self.slope = random.uniform(0.25, 0.55), random.uniform(0.06, 0.22)
        self.waist = random.uniform(0.72, 1.08)
        self.fold = random.normal(0, 1, (2, 5, 5)).astype(np.float32) * random.uniform(0.2, 1.8)
        self.wave = (random.uniform(0, 1.3), random.uniform(0.08, 0.5), random.uniform(0, np.pi), random.uniform(0, 6))

    def to_picture(self, across: float, down: float) -> tuple[float, float]:
        """Px of a point of the body: `across` in half widths from its middle, `down` in its height from the neck."""
        x, y = across * self.half, (down - 0.5) * self.tall
        x += self.shear * y
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return float(self.centre[0] + cos * x - sin * y), float(self.centre[1] + sin * x + cos * y)

    def of_body(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The inverse of `to_picture`."""
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        dx, dy = x - self.centre[0], y - self.centre[1]
        across, down = cos * dx + sin * dy, -sin * dx + cos * dy
        return ((across - self.shear * down) / self.half).astype(np.float32), (down / self.tall + 0.5).astype(
            np.float32
        )

    def cloth(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Px of the cloth at px of the picture, and whether the torso is there."""
        import cv2

        across, down = self.of_body(x, y)
        limit = np.clip(self.neck + (1 - self.neck) * down / self.slope, 0, 1)
        limit *= 1 + (self.waist - 1) * np.clip(down, 0, 1)
        u = np.clip(across / np.maximum(limit, 0.05), -1, 1)
        angle = np.degrees(self.flat * u * np.pi / 2 + (1 - self.flat) * np.arcsin(u)) + self.yaw
        shape = (x.shape[1], x.shape[0])
        fold = [cv2.resize(part, shape, interpolation=cv2.INTER_CUBIC) for part in self.fold]
        height, often, turn, phase = self.wave
        wave = height * np.sin(often * (np.cos(turn) * x + np.sin(turn) * y) + phase)
        cloth_x = (angle / ROUND + 0.5) * WIDE + fold[0] + wave * 0.7
        cloth_y = down * HIGH + fold[1] + wave
        inside = (np.abs(across) < limit) & (down > 0) & (down < 1.02)
        return cloth_x.astype(np.float32), cloth_y.astype(np.float32), inside


def _shade(random: Random, pose: _Pose, grid: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Light and shadow of folds and of the body's roundness, (K, K)."""
    import cv2

    cells = int(random.integers(3, 9))
    soft = cv2.resize(random.normal(0, 1, (cells, cells)).astype(np.float32), (K, K), interpolation=cv2.INTER_CUBIC)
    shade = 1 + soft * random.uniform(0.02, 0.16)
    across, _ = pose.of_body(*grid)
    lit = random.uniform(-0.35, 0.35)
    shade *= 1 + lit * np.clip(across, -1, 1) - random.uniform(0, 0.3) * np.clip(across, -1, 1) ** 2
    if random.random() < 0.6:  # creases
        turn, often = random.uniform(0, np.pi), random.uniform(0.1, 0.6)
        crease = np.sin(often * (np.cos(turn) * grid[0] + np.sin(turn) * grid[1]) + 2.5 * soft)
        shade *= 1 - random.uniform(0.05, 0.4) * np.maximum(crease, 0) ** 4
    return np.clip(shade, 0.25, 1.8).astype(np.float32)


def background(random: Random) -> np.ndarray:
    """Ice, grass, a floor with lines, a crowd, or boards with advertisements; (K, K, 3) float32."""
    import cv2

    kind = random.random()
    picture = np.empty((K, K, 3), np.float32)
    picture[:] = any_colour(random)
    if kind < 0.3:
        picture[:] = np.array([235, 230, 225]) * random.uniform(0.7, 1.05)
    elif kind < 0.5:
        picture[:] = np.array(random.choice([[60, 130, 70], [90, 150, 200], [110, 90, 60], [60, 90, 170]], axis=0))
    elif kind < 0.7:
        cells = int(random.integers(6, 28))
        picture[:] = cv2.resize(random.uniform(0, 230, (cells, cells, 3)).astype(np.float32), (K, K)) * random.uniform(
            0.3, 1
        )
    cells = int(random.integers(2, 20))
    noise = cv2.resize(random.normal(0, 1, (cells, cells)).astype(np.float32), (K, K))
    picture += noise[..., None] * random.uniform(0, 18)
    for _ in range(random.integers(0, 4)):
        a, b = random.integers(-10, K + 10, (2, 2)).tolist()
        cv2.line(picture, a, b, any_colour(random).tolist(), int(random.integers(1, 9)), cv2.LINE_AA)
    if random.random() < 0.3:
        y = int(random.integers(-20, K))
        board = any_colour(random)
        cv2.rectangle(picture, (0, y), (K, y + int(random.integers(10, 60))), board.tolist(), -1)
        lettered(random, picture, y + 3, random.uniform(8, 40), other_colour(random, board))
    return picture


def lettered(random: Random, picture: np.ndarray, top: float, tall: float, ink: np.ndarray) -> None:
    """Letters and digits of a board, cut off where the picture ends."""
    import cv2

    text = "".join(random.choice(list("ABCDEFGHIJKLMNOPRSTUVZ0123456789"), 6))
    drawn = word(int(random.integers(STYLES)), text)
    shape = (max(2, round(drawn.shape[1] * tall / drawn.shape[0])), max(2, round(tall)))
    row = cv2.resize(drawn, shape, interpolation=cv2.INTER_AREA)
    move: Any = np.array([[1, 0, random.uniform(-shape[0], K)], [0, 1, top]], np.float32)
    over = cv2.warpAffine(row, move, (K, K))[..., None]
    picture += over * (ink - picture)


def _legs(random: Random, picture: np.ndarray, pose: _Pose, shirt: Shirt) -> None:
    import cv2

    colour = random.choice([shirt.colour, shirt.second, any_colour(random)], axis=0)
    corners = [
        (-0.95 * pose.waist, 0.93),
        (0.95 * pose.waist, 0.93),
        (random.uniform(0.6, 1.4), 1.9),
        (-random.uniform(0.6, 1.4), 1.9),
    ]
    points = np.array([pose.to_picture(*c) for c in corners])
    cv2.fillPoly(picture, [np.round(points).astype(np.int32)], colour.tolist(), cv2.LINE_AA)
    if random.random() < 0.2:  # a belt, a hem
        a, b = pose.to_picture(-1, 1.0), pose.to_picture(1, 1.0)
        cv2.line(picture, _px(a), _px(b), any_colour(random).tolist(), int(random.integers(1, 5)), cv2.LINE_AA)


def _px(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0]), round(point[1])


def _head(random: Random, picture: np.ndarray, digits: np.ndarray, pose: _Pose) -> None:
    import cv2

    size = random.uniform(0.1, 0.2) * pose.tall
    middle = _px(pose.to_picture(random.normal(0, 0.12), random.uniform(-0.22, 0.0)))
    skin = np.array(SKINS[int(random.integers(len(SKINS)))])
    colour = skin if random.random() < 0.3 else any_colour(random) * random.uniform(0.2, 1)
    axes = (max(2, round(size * 0.8)), max(2, round(size)))
    turn = float(np.degrees(pose.turn))
    if random.random() < 0.5:
        neck = pose.to_picture(0, 0.04)
        cv2.line(picture, middle, _px(neck), skin.tolist(), max(2, round(size * 0.9)), cv2.LINE_AA)
    cv2.ellipse(picture, middle, axes, turn, 0, 360, colour.tolist(), -1, cv2.LINE_AA)
    for place in range(2):
        layer = np.ascontiguousarray(digits[..., place])
        cv2.ellipse(layer, middle, axes, turn, 0, 360, 0.0, -1)
        digits[..., place] = layer
    if random.random() < 0.1:  # long hair
        end = pose.to_picture(random.normal(0, 0.15), random.uniform(0.1, 0.4))
        _line(picture, digits, middle, _px(end), colour, max(2, round(size * random.uniform(0.3, 0.9))))


def _line(picture: np.ndarray, digits: np.ndarray | None, a: Any, b: Any, colour: np.ndarray, thick: int) -> None:
    import cv2

    cv2.line(picture, a, b, colour.tolist(), thick, cv2.LINE_AA)
    if digits is not None:
        for place in range(2):
            layer = np.ascontiguousarray(digits[..., place])
            cv2.line(layer, a, b, 0.0, thick)
            digits[..., place] = layer


def _arms(random: Random, picture: np.ndarray, digits: np.ndarray | None, pose: _Pose, shirt: Shirt) -> None:
    """Upper arms and forearms from the shoulders, sleeved or bare."""
    skin = np.array(SKINS[int(random.integers(len(SKINS)))])
    shaded = random.uniform(0.6, 1.1)
    sleeve = (shirt.colour if random.random() < 0.7 else shirt.second) * shaded
    bare = random.random() < 0.3
    for side in (-1, 1):
        if random.random() < 0.12:
            continue
        thick = max(2, round(pose.half * random.uniform(0.25, 0.5)))
        shoulder = (side * 0.92, pose.slope + 0.06)
        elbow = (side * random.uniform(0.85, 1.9), random.uniform(-0.1, 0.75))
        hand = (elbow[0] + random.normal(0, 0.5), elbow[1] + random.normal(0.15, 0.35))
        a, b, c = (_px(pose.to_picture(*p)) for p in (shoulder, elbow, hand))
        _line(picture, digits, b, c, skin if random.random() < 0.6 else sleeve, max(2, int(thick * 0.7)))
        _line(picture, digits, a, b, skin if bare else sleeve, thick)


def _in_the_way(random: Random, picture: np.ndarray, digits: np.ndarray, pose: _Pose) -> None:
    """Sticks, arms of others, posts, a referee's sleeve across the shirt."""
    for _ in range(random.integers(1, 3)):
        a = _px(pose.to_picture(random.uniform(-1.4, 1.4), random.uniform(-0.2, 1.2)))
        b = _px(pose.to_picture(random.uniform(-1.4, 1.4), random.uniform(-0.2, 1.2)))
        thick = int(random.integers(1, 4)) if random.random() < 0.5 else int(random.integers(4, 26))
        _line(picture, digits, a, b, any_colour(random), thick)
