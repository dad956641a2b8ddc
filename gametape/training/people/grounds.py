"""What is behind people: drawn ice, grass, floors and boards, or a part of a real scene without people.

Belongs here: empty pictures. Does not belong here: people (`figures`, `cutouts`), spectators (`stands`), putting all
together (`scenes`).
"""

from __future__ import annotations

import numpy as np

#: Colours of grounds, BGR: ice, grass, wood, hard courts, clay, stone.
GROUNDS = np.array([
    [235, 232, 228], [225, 225, 215], [245, 240, 235], [60, 140, 70], [40, 120, 90], [70, 110, 60], [120, 170, 215],
    [90, 140, 190], [150, 190, 225], [150, 90, 50], [110, 120, 40], [70, 90, 170], [190, 190, 190], [110, 110, 115],
], float)  # fmt: skip
WORDS = ("SPORT", "bank", "2026", "CLUB", "energy", "TV", "arena", "7:04", "HOME", "A", "NET", "ice cream", "48", "1st")


def noise(random: np.random.Generator, size: tuple[int, int], cells: int) -> np.ndarray:
    """Smooth noise, (h, w) float32 of standard deviation 1 before smoothing; `size`: width and height."""
    import cv2

    small = random.normal(0, 1, (cells, max(2, cells * size[0] // size[1]))).astype(np.float32)
    return cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)


def drawn(random: np.random.Generator, size: tuple[int, int], crowds: list[np.ndarray]) -> tuple[np.ndarray, float]:
    """A drawn ground with lines, boards and perhaps a crowd; and the row, px, at which the ground begins."""
    import cv2

    width, height = size
    base = _colour(random)
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = base
    picture *= (
        1 + random.uniform(0, 0.1) * noise(random, size, 3) + random.uniform(0, 0.05) * noise(random, size, 24)
    )[..., None]
    if random.random() < 0.3:  # mown stripes, boards of wood
        across = np.sin(np.linspace(0, random.uniform(10, 90), width) + random.uniform(0, 6))
        picture *= (1 + random.uniform(0.02, 0.08) * np.sign(across))[None, :, None]
    canvas = np.clip(picture, 0, 255).astype(np.uint8)
    begin = random.uniform(-0.4, 0.6) * height

    def point() -> tuple[int, int]:
        return int(random.uniform(-0.2, 1.2) * width), int(random.uniform(max(begin, 0) / height, 1.2) * height)

    if random.random() < 0.3:  # a court on a floor of another colour
        corners = random.uniform([-0.2, max(begin, 0) / height], [1.2, 1.2], (4, 2)) * [width, height]
        cv2.fillConvexPoly(canvas, cv2.convexHull(corners.astype(np.int32)), tuple(map(float, _colour(random))))
    for _ in range(random.integers(0, 7)):
        paint = tuple(
            map(
                float,
                random.choice([[250, 250, 250], [40, 40, 200], [180, 60, 30], [20, 20, 20], [30, 200, 230]])
                * random.uniform(0.7, 1),
            )
        )
        thick, what = round(float(np.exp(random.uniform(0, np.log(16))))), random.random()
        if what < 0.5:
            cv2.line(canvas, point(), point(), paint, thick, cv2.LINE_AA)
        elif what < 0.75:
            axes = int(random.uniform(10, 140)), int(random.uniform(5, 60))
            cv2.ellipse(canvas, point(), axes, 0, 0, 360, paint, thick, cv2.LINE_AA)
        elif what < 0.85:
            cv2.ellipse(canvas, point(), (int(random.uniform(2, 8)), int(random.uniform(1, 4))), 0, 0, 360, paint, -1)
        else:
            text(random, canvas, point())
    canvas = cv2.GaussianBlur(canvas, (0, 0), random.uniform(0.4, 1.2))
    if begin > 2:
        _behind(random, canvas, int(begin), crowds)
    return canvas, begin


def _colour(random: np.random.Generator) -> np.ndarray:
    """Of a ground, (3,) BGR: as most are, or any, as mats and painted floors are."""
    import cv2

    if random.random() < 0.75:
        return GROUNDS[random.integers(len(GROUNDS))] * random.uniform(0.75, 1.05) + random.normal(0, 8, 3)
    paint = np.array([[[random.integers(180), random.integers(60, 230), random.integers(70, 240)]]], np.uint8)
    return cv2.cvtColor(paint, cv2.COLOR_HSV2BGR)[0, 0].astype(float)


def text(random: np.random.Generator, canvas: np.ndarray, at: tuple[int, int]) -> None:
    """Write a word of an advertisement or of the broadcast's graphics."""
    import cv2

    paint = tuple(map(float, random.uniform(0, 255, 3)))
    cv2.putText(
        canvas,
        str(random.choice(WORDS)),
        at,
        int(random.integers(0, 5)),
        random.uniform(0.3, 2.2),
        paint,
        int(random.integers(1, 5)),
        cv2.LINE_AA,
    )


def _behind(random: np.random.Generator, canvas: np.ndarray, begin: int, crowds: list[np.ndarray]) -> None:
    """Boards, and a crowd or a wall above them."""
    import cv2

    width = canvas.shape[1]
    top = canvas[:begin]
    if crowds and random.random() < 0.8:
        crowd = crowds[random.integers(len(crowds))]
        zoom = random.uniform(0.6, 2.0)
        need_w, need_h = max(2, int(width / zoom)), max(2, int(begin / zoom))
        crowd = (
            crowd
            if crowd.shape[1] > need_w and crowd.shape[0] > need_h
            else cv2.resize(crowd, (need_w + 2, need_h + 2))
        )
        x, y = random.integers(crowd.shape[1] - need_w), random.integers(crowd.shape[0] - need_h)
        top[:] = cv2.resize(crowd[y : y + need_h, x : x + need_w], (width, begin))
    else:
        top[:] = np.clip(random.uniform(20, 220) + random.normal(0, 12, 3), 0, 255)
        top[:] = np.clip(top * (1 + 0.1 * noise(random, (width, begin), 4))[..., None], 0, 255).astype(np.uint8)
    if random.random() < 0.75:
        _boards(random, canvas[max(0, begin - int(random.uniform(4, 48))) : begin])


def _boards(random: np.random.Generator, band: np.ndarray) -> None:
    """Advertisements on boards, each on a colour of its own or all on one."""
    import cv2

    high, width = band.shape[:2]
    band[:] = np.clip(random.uniform(0, 255, 3) if random.random() < 0.6 else (235, 235, 235), 0, 255)
    own, x = random.random() < 0.5, int(random.integers(60))
    while x < width:
        wide = int(random.integers(30, 130))
        if own:
            cv2.rectangle(band, (x, 1), (x + wide, high - 2), tuple(map(float, random.uniform(0, 255, 3))), -1)
        text(random, band, (x + 3, max(3, high - 4)))
        x += wide + int(random.integers(2, 20))
    band[:2] = random.uniform(0, 255, 3)
    if random.random() < 0.5:
        band[-max(1, high // 6) :] = random.uniform(0, 255, 3)


def real(random: np.random.Generator, size: tuple[int, int], scenes: list[np.ndarray]) -> np.ndarray:
    """A part of a scene without people, enlarged or shrunk, in another light."""
    import cv2

    scene = scenes[random.integers(len(scenes))]
    height, width = scene.shape[:2]
    share = random.uniform(0.3, 1.0)
    w, h = int(width * share), int(min(height, width * share * size[1] / size[0]))
    x, y = random.integers(width - w + 1), random.integers(height - h + 1)
    picture = cv2.resize(scene[y : y + h, x : x + w], size, interpolation=cv2.INTER_AREA)
    return picture[:, ::-1] if random.random() < 0.5 else picture


def before(random: np.random.Generator, canvas: np.ndarray) -> None:
    """Things in front of people, drawn into the picture: posts, a net, the broadcast's graphics."""
    import cv2

    height, width = canvas.shape[:2]
    if random.random() < 0.12:
        for x in range(int(random.integers(width)), width, int(random.integers(50, 200))):
            level = tuple(map(float, np.full(3, random.uniform(20, 220))))
            cv2.line(
                canvas,
                (x, int(random.uniform(0, height))),
                (x + int(random.normal(0, 6)), height),
                level,
                int(random.integers(1, 6)),
                cv2.LINE_AA,
            )
    if random.random() < 0.1:  # a goal's or a court's net
        x, y, w, h = random.uniform([0, 0, 20, 10], [width * 0.8, height * 0.8, 110, 60]).astype(int)
        part = canvas[y : y + h, x : x + w]
        grid = part.copy()
        grid[:: random.integers(2, 5)] = 230
        grid[:, :: random.integers(2, 5)] = 230
        part[:] = (0.65 * part + 0.35 * grid).astype(np.uint8)
        frame = (40.0, 30.0, 200.0) if random.random() < 0.6 else (240.0, 240.0, 240.0)
        cv2.polylines(
            canvas,
            [np.array([[x, y + h], [x, y], [x + w, y], [x + w, y + h]], np.int32)],
            False,
            frame,
            int(random.integers(1, 4)),
        )
    if random.random() < 0.2:
        x, y = (
            int(random.uniform(0, width * 0.8)),
            int(random.choice([random.uniform(0, 30), random.uniform(height - 40, height)])),
        )
        cv2.rectangle(
            canvas,
            (x, y),
            (x + int(random.integers(20, 130)), y + int(random.integers(8, 30))),
            tuple(map(float, random.uniform(0, 255, 3))),
            -1,
        )
        text(random, canvas, (x + 2, y + 12))


class Halls:
    """Grounds of the rendered team film's halls, seen from anywhere; their colours are exchanged.

    Args:
        first: Seed of the first hall; those that are measured on have smaller ones.
        kept: Halls painted.
    """

    def __init__(self, first: int = 1000, kept: int = 6) -> None:
        from gametape.sample.team.hall import Hall

        self._halls = [Hall(first + number) for number in range(kept)]

    def seen(self, random: np.random.Generator, size: tuple[int, int]) -> tuple[np.ndarray, float]:
        """An empty hall, and the row, px, at which the ground begins in the picture's middle."""
        from gametape.sample.team.play import LENGTH, WIDTH
        from gametape.sample.team.view import look_at

        stands = random.uniform([-15, -38, 5], [15, -20, 16])
        target = np.append(random.uniform([-LENGTH / 2, -WIDTH / 2], [LENGTH / 2, WIDTH / 2 + 4]), random.uniform(0, 3))
        view = look_at(stands, target, float(np.exp(random.uniform(np.log(1.2), np.log(5)))) * size[0] / 1.45, size)
        canvas = self._halls[random.integers(len(self._halls))].seen(view, size)
        far, _ = view.pixels(np.array([[target[0], WIDTH / 2, 0.0]]))
        order = random.permutation(3)
        return np.ascontiguousarray(canvas[..., order]), float(np.clip(far[0, 1], -0.4 * size[1], 0.8 * size[1]))
