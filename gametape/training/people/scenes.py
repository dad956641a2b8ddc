"""Pictures with people in them and their boxes: the samples that the network is trained on.

Belongs here: where people stand, who hides whom, the camera's blur and the codec's noise. Does not belong here: single
figures (`figures`), empty scenes (`grounds`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gametape.training.people.figures import Figure, figure, kit, rendered
from gametape.training.people.grounds import Halls, before, drawn, real
from gametape.training.people.stands import dots, rows_of_people

SIZE = (256, 160)
"""Width and height of a sample, px."""
TALL = (11.0, 135.0)
"""Height of people, px."""
SEEN = (0.25, 0.45)
"""Share of a person's pixels from which it is a person; with less than the first, it does not count either way."""
FRESH = 1
"""Figures drawn anew for each sample, of `KEPT` that are used again in other sizes."""
KEPT = 400
RENDERED = 0.22
"""Share of figures and of grounds drawn as the team film's."""
STANDS = 60
"""Pictures of drawn stands that are kept, one made anew for every `STAND_EVERY` samples."""
STAND_EVERY = 20


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture (h, w, 3) uint8 RGB, its people's boxes (n, 4), and what does not count, (h, w) bool."""

    picture: np.ndarray
    boxes: np.ndarray
    ignored: np.ndarray


@dataclass(eq=False)
class Scenes:
    """Makes samples.

    Args:
        folder: Of people cut out and empty scenes, by `collect`; None: everything is drawn.
    """

    folder: Path | None
    _figures: list[Figure] = field(default_factory=list)
    _stands: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        import cv2

        files = sorted((self.folder / "people").glob("*.png")) if self.folder else []
        by_film: dict[str, list[Figure]] = {}
        for file in files:
            both = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
            box = np.array([0, 0, both.shape[1], both.shape[0]], float)
            by_film.setdefault(file.stem.rsplit("-", 1)[0], []).append(Figure(both[..., :3], both[..., 3], box))
        self._people = list(by_film.values())
        weights = np.array([min(len(one), 150) for one in self._people], float)
        self._weights = weights / weights.sum() if len(weights) else weights
        found = {f: cv2.imread(str(f)) for f in sorted((self.folder / "scenes").glob("*.jpg"))} if self.folder else {}
        # Of a camera that moves only what is above the ground is empty: people were painted out as far as
        # they were seen.
        alone = [file.stem.rsplit("-", 1)[0] for file in found]
        self._scenes = [one for file, one in found.items() if alone.count(file.stem.rsplit("-", 1)[0]) == 1]
        self._crowds = [scene[: scene.shape[0] // 5] for scene in found.values()]
        self._halls = Halls()

    def sample(self, random: np.random.Generator) -> Sample:
        """Make one sample."""
        width, height = SIZE
        self._restock(random)
        which = random.random()
        if which < RENDERED:
            canvas, begin = self._halls.seen(random, SIZE)
        elif self._scenes and which < RENDERED + 0.25:
            canvas, begin = real(random, SIZE, self._scenes).copy(), random.uniform(0, 0.5) * height
        else:
            crowd = self._crowds if self._crowds and random.random() < 0.35 else self._stands
            canvas, begin = drawn(random, SIZE, crowd)
        canvas = np.clip(canvas * random.uniform(0.7, 1.2) + random.uniform(-15, 15), 0, 255).astype(np.uint8)
        base = float(np.exp(random.uniform(np.log(TALL[0]), np.log(TALL[1]))))
        many = int(min(random.poisson(6.0 if base < 60 else 3.0), 18, 1 + 4 * (135 / base)))
        gear = random.random() < 0.45
        owner = np.full((height, width), -1, np.int16)
        feet = np.sort(random.uniform(max(begin, 0.05 * height), 1.15 * height, many))
        group = random.uniform(0, width) if random.random() < 0.4 else None
        slope = random.uniform(0, 1.2)
        placed: list[tuple[np.ndarray, int]] = []
        for number, y in enumerate(feet):
            tall = np.clip(base * (1 + slope * (y - 0.6 * height) / height) * random.uniform(0.85, 1.15), TALL[0], 160)
            one = self._one(random, gear)
            scale = tall / max(1.0, 0.92 * (one.box[3] - one.box[1])) * (1.0 if one.box[3] - one.box[1] > 0 else 1)
            x = (
                random.normal(group, 1.3 * tall)
                if group is not None and random.random() < 0.7
                else random.uniform(-0.05, 1.05) * width
            )
            box = self._paste(random, canvas, owner, number, one, scale, x, y)
            if box is not None:
                placed.append(box)
        before(random, canvas)
        boxes, ignored = _visible(placed, owner)
        return Sample(_filmed(random, canvas)[..., ::-1], boxes, ignored)

    def _restock(self, random: np.random.Generator) -> None:
        """Draw some figures and stands anew."""
        gear = random.random() < 0.5
        for _ in range(FRESH if len(self._figures) >= 30 else 30):
            tall = float(random.choice([40, 70, 120]))
            like_film = random.random() < RENDERED
            self._figures.append(rendered(random, tall) if like_film else figure(random, tall, kit(random, gear)))
        del self._figures[: max(0, len(self._figures) - KEPT)]
        for _ in range(8 if not self._stands else int(random.random() < 1 / STAND_EVERY)):
            one = rows_of_people(random, lambda: self._one(random, False)) if random.random() < 0.6 else dots(random)
            self._stands.append(one)
        del self._stands[: max(0, len(self._stands) - STANDS)]

    def _one(self, random: np.random.Generator, gear: bool) -> Figure:
        if self._people and random.random() < (0.35 if gear else 0.7):
            film = self._people[random.choice(len(self._people), p=self._weights)]
            return film[random.integers(len(film))]
        fresh = self._figures[-FRESH:] if random.random() < 0.25 else self._figures
        return fresh[random.integers(len(fresh))]

    def _paste(
        self,
        random: np.random.Generator,
        canvas: np.ndarray,
        owner: np.ndarray,
        number: int,
        one: Figure,
        scale: float,
        x: float,
        y: float,
    ) -> tuple[np.ndarray, int] | None:
        """Draw a person with its feet at (x, y); returns the box and the number of its pixels, outside ones too."""
        import cv2

        wide, high = round(one.picture.shape[1] * scale), round(one.picture.shape[0] * scale)
        if wide < 3 or high < 6 or wide > 2 * canvas.shape[1]:
            return None
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture, opacity, box = (
            cv2.resize(one.picture, (wide, high), interpolation=how),
            cv2.resize(one.opacity, (wide, high), interpolation=how),
            one.box * scale,
        )
        if random.random() < 0.5:
            picture, opacity, box = (
                picture[:, ::-1],
                opacity[:, ::-1],
                np.array([wide - box[2], box[1], wide - box[0], box[3]]),
            )
        picture = picture.astype(np.float32) * random.uniform(0.75, 1.2)
        if random.random() < 0.35:
            picture = picture * random.uniform(0.8, 1.2, 3).astype(np.float32)
        alpha = opacity.astype(np.float32) / 255
        if random.random() < 0.25:  # it moves
            length = max(1, int(random.uniform(0.02, 0.12) * high))
            picture = cv2.blur(picture * alpha[..., None], (length, 1))
            alpha = cv2.blur(alpha, (length, 1))
            picture = picture / np.maximum(alpha, 1e-3)[..., None]
        left, top = int(x - (box[0] + box[2]) / 2), int(y - box[3])
        if random.random() < 0.5:  # a shadow, or its reflection on ice
            _shade(random, canvas, left + (box[0] + box[2]) / 2, y, box[2] - box[0], picture, alpha)
        x0, y0, x1, y1 = max(0, left), max(0, top), min(canvas.shape[1], left + wide), min(canvas.shape[0], top + high)
        if x1 - x0 < 2 or y1 - y0 < 2:
            return None
        a = alpha[y0 - top : y1 - top, x0 - left : x1 - left, None]
        part = canvas[y0:y1, x0:x1]
        part[:] = np.clip(
            part * (1 - a) + np.clip(picture[y0 - top : y1 - top, x0 - left : x1 - left], 0, 255) * a, 0, 255
        )
        inside = np.zeros(alpha.shape, bool)
        b = np.round(box).astype(int)
        inside[max(0, b[1]) : b[3], max(0, b[0]) : b[2]] = True
        solid = (alpha > 0.5) & inside
        owner[y0:y1, x0:x1][solid[y0 - top : y1 - top, x0 - left : x1 - left]] = number
        return np.array([*(box + np.array([left, top, left, top])), number]), int(solid.sum())


def _shade(
    random: np.random.Generator,
    canvas: np.ndarray,
    x: float,
    y: float,
    wide: float,
    picture: np.ndarray,
    alpha: np.ndarray,
) -> None:
    import cv2

    high = min(picture.shape[0], canvas.shape[0] - int(y))
    if random.random() < 0.5 and high > 3 and int(y) >= 0:
        left = int(x - picture.shape[1] / 2)
        x0, x1 = max(0, left), min(canvas.shape[1], left + picture.shape[1])
        if x1 - x0 > 2:
            weak = random.uniform(0.05, 0.25)
            a = weak * alpha[::-1][:high, x0 - left : x1 - left, None]
            part = canvas[int(y) : int(y) + high, x0:x1]
            part[:] = np.clip(part * (1 - a) + np.clip(picture[::-1][:high, x0 - left : x1 - left], 0, 255) * a, 0, 255)
        return
    reach = int(random.uniform(0.3, 1.2) * wide) + 1
    x, y = int(x + random.uniform(-0.6, 0.6) * wide), int(y)
    x0, y0, x1, y1 = (
        max(0, x - reach - 3),
        max(0, y - reach),
        min(canvas.shape[1], x + reach + 3),
        min(canvas.shape[0], y + reach),
    )
    if x1 - x0 < 3 or y1 - y0 < 3:
        return
    part = canvas[y0:y1, x0:x1]
    shadow = np.zeros(part.shape[:2], np.uint8)
    cv2.ellipse(shadow, (x - x0, y - y0), (reach, max(1, int(0.18 * wide))), random.uniform(-20, 20), 0, 360, 255, -1)
    soft = cv2.blur(shadow, (5, 3)).astype(np.float32) / 255 * random.uniform(0.1, 0.5)
    part[:] = (part * (1 - soft[..., None])).astype(np.uint8)


def _visible(placed: list[tuple[np.ndarray, int]], owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of those who are seen well enough, within the picture, and where others are."""
    height, width = owner.shape
    boxes, ignored = [], np.zeros(owner.shape, bool)
    counts = np.bincount(owner[owner >= 0].ravel(), minlength=64)
    for box, pixels in placed:
        inside = np.clip(box[:4], 0, [width, height, width, height])
        share = counts[int(box[4])] / max(1, pixels)
        small = (inside[3] - inside[1]) < 8 or (inside[2] - inside[0]) < 3
        if share >= SEEN[1] and not small:
            boxes.append(inside)
        elif share >= SEEN[0] and not small:
            # Half hidden: finding it is no fault, and neither is missing it.
            x0, y0, x1, y1 = inside.astype(int)
            ignored[y0:y1, x0:x1] = True
    return np.array(boxes).reshape(-1, 4), ignored


def _filmed(random: np.random.Generator, canvas: np.ndarray) -> np.ndarray:
    """What a camera and a codec make of it."""
    import cv2

    if random.random() < 0.25:
        length = int(random.integers(2, 8))
        canvas = cv2.blur(canvas, (length, 1) if random.random() < 0.85 else (1, length))
    if random.random() < 0.45:
        canvas = cv2.GaussianBlur(canvas, (0, 0), random.uniform(0.4, 1.3))
    if random.random() < 0.3:
        shrink = random.uniform(0.45, 0.9)
        small = cv2.resize(canvas, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        canvas = cv2.resize(small, (canvas.shape[1], canvas.shape[0]), interpolation=cv2.INTER_LINEAR)
    if random.random() < 0.08:
        canvas = np.repeat(cv2.cvtColor(canvas, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)
    tone = random.uniform(0.8, 1.2, 3) if random.random() < 0.4 else 1.0
    grain = random.normal(0, random.uniform(0, 7), canvas.shape[:2]).astype(np.float32)[..., None]
    canvas = np.clip(canvas * tone + grain, 0, 255).astype(np.uint8)
    if random.random() < 0.7:
        coded = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(20, 90))])[1]
        canvas = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return canvas
