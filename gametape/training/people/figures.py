"""Flat figures of players: a skeleton in a random posture, with limbs, a shirt, a number and gear drawn on it.

Belongs here: one figure. Does not belong here: where figures stand and before what (`scenes`).

They are cheap (about 1 ms) and as different from each other as can be: a network that saw only neat ones would miss the
crouching, the stretched and the half-turned. Lengths are shares of the body's height (Winter 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SOFT = 2
"""Pixels drawn for each pixel along a side, so that edges are soft."""
ROUND = 0.7
"""Share of figures that are darker at their outlines, as round bodies are; the others are flat."""
SKIN = np.array([[60, 80, 120], [90, 120, 170], [140, 170, 215], [160, 190, 230], [40, 55, 85]], float)
"""Skins, BGR."""


@dataclass(frozen=True)
class Kit:
    """What a team wears; colours are BGR."""

    shirt: tuple[float, ...]
    trim: tuple[float, ...]
    shorts: tuple[float, ...]
    socks: tuple[float, ...]
    helmet: tuple[float, ...] | None
    sleeves: bool
    padded: bool
    stick: bool
    striped: bool
    keeper: bool = False
    bars: bool = False


@dataclass(frozen=True, eq=False)
class Figure:
    """A drawn person: (h, w, 3) uint8 BGR, (h, w) uint8 opacity, and the body's box (4,) in it, without the stick."""

    picture: np.ndarray
    opacity: np.ndarray
    box: np.ndarray


def colour(random: np.random.Generator) -> tuple[float, ...]:
    """A colour as shirts have them: white and dark ones often, else a strong one."""
    kind = random.random()
    if kind < 0.25:
        level = random.uniform(190, 250)
        return tuple(np.clip(level + random.normal(0, 5, 3), 0, 255))
    if kind < 0.4:
        return tuple(random.uniform(10, 70) + random.uniform(0, 25, 3))
    strong = random.permutation([random.uniform(120, 240), random.uniform(10, 160), random.uniform(0, 60)])
    return tuple(strong.astype(float))


def kit(random: np.random.Generator, gear: bool) -> Kit:
    """A team's clothes; `gear`: helmets, pads and sticks as on ice."""
    shirt, shorts = colour(random), colour(random)
    return Kit(
        shirt=shirt,
        trim=colour(random),
        shorts=shorts if random.random() < 0.6 else shirt,
        socks=colour(random) if random.random() < 0.5 else shirt,
        helmet=colour(random) if gear else None,
        sleeves=bool(gear or random.random() < 0.6),
        padded=gear,
        stick=bool(gear and random.random() < 0.9),
        striped=bool(random.random() < 0.4),
        keeper=bool(gear and random.random() < 0.12),
        bars=bool(random.random() < 0.08),
    )


def rendered(random: np.random.Generator, height: float) -> Figure:
    """A figure as the rendered team film has them, in any colours."""
    from gametape.sample.team.figure import Wear, draw

    def paint() -> tuple[int, int, int]:
        b, g, r = (int(v) for v in colour(random))
        return b, g, r

    shirt = paint()
    wears = Wear(
        shirt, paint(), paint(), shirt if random.random() < 0.6 else paint(), paint(), bool(random.random() < 0.1)
    )  # fmt: skip
    number = str(random.integers(100)) if random.random() < 0.9 else None
    facing, speed = float(random.uniform(0, 2 * np.pi)), float(random.uniform(0, 7))
    way, phase, lit = float(random.uniform(0, 9)), float(random.uniform(0, 6)), float(random.uniform(0.3, 1))
    one = draw(height, facing, speed, way, wears, number, phase, lit)
    return Figure(one.picture, one.opacity, one.box)


def figure(random: np.random.Generator, height: float, wears: Kit) -> Figure:
    """Draw a figure whose standing body would be `height` px tall."""
    import cv2

    tall = SOFT * height
    side = int(2.2 * tall) + 8
    joints, front = _posture(random, wears, tall)
    middle = np.array([side / 2, side / 2])
    at = {name: tuple(np.round((xy + middle) * 8).astype(int)) for name, xy in joints.items()}
    picture = np.zeros((side, side, 3), np.uint8)
    body, gear = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    skin = SKIN[random.integers(len(SKIN))] * random.uniform(0.8, 1.1)
    bulk = (1.35 if wears.padded else 1.0) * random.uniform(0.85, 1.2)

    def line(a: str, b: str, width: float, paint: tuple[float, ...] | np.ndarray, dim: float = 1.0) -> None:
        thick = max(1, round(width * tall))
        shade = tuple(float(v) for v in np.clip(np.asarray(paint) * dim, 0, 255))
        cv2.line(picture, at[a], at[b], shade, thick, cv2.LINE_AA, 3)
        cv2.line(body, at[a], at[b], 255, thick, cv2.LINE_8, 3)

    def arm(hand: str, dim: float) -> None:
        line(f"shoulder_{hand}", f"elbow_{hand}", 0.055 * bulk, wears.shirt, dim)
        line(f"elbow_{hand}", f"wrist_{hand}", 0.045 * bulk, wears.shirt if wears.sleeves else skin, dim)
        line(
            f"wrist_{hand}",
            f"hand_{hand}",
            0.06 * bulk if wears.padded else 0.04,
            wears.trim if wears.padded else skin,
            dim,
        )

    def leg(foot: str, dim: float) -> None:
        line(f"hip_{foot}", f"knee_{foot}", 0.085 * bulk, wears.shorts, dim)
        if wears.keeper:  # a goalkeeper's pads reach over the knee
            line(f"knee_{foot}", f"ankle_{foot}", random.uniform(0.13, 0.2), wears.trim, dim)
            line(f"ankle_{foot}", f"toe_{foot}", 0.1, wears.trim, dim)
            return
        line(
            f"knee_{foot}",
            f"ankle_{foot}",
            0.06 * bulk,
            wears.socks if wears.padded or random.random() < 0.7 else skin,
            dim,
        )
        line(f"ankle_{foot}", f"toe_{foot}", 0.045, (25, 25, 25) if wears.padded else wears.trim, dim)

    near, far = ("l", "r") if front else ("r", "l")
    arm(far, 0.75)
    leg(far, 0.75)
    torso = np.array([at[f"shoulder_{near}"], at[f"shoulder_{far}"], at[f"hip_{far}"], at[f"hip_{near}"]], np.int32)
    shirt = tuple(float(v) for v in wears.shirt)
    for canvas, paint in ((picture, shirt), (body, 255)):
        cv2.fillPoly(canvas, [torso], paint, cv2.LINE_8, 3)
        cv2.polylines(canvas, [torso], True, paint, max(1, round(0.07 * bulk * tall)), cv2.LINE_8, 3)
    if wears.bars:  # a referee's shirt
        bars = np.zeros_like(body)
        cv2.fillPoly(bars, [torso], 255, cv2.LINE_8, 3)
        bars[:, (np.arange(side) // max(1, round(0.025 * tall))) % 2 == 0] = 0
        picture[bars > 0] = wears.trim
    if wears.striped:
        line(f"hip_{near}", f"hip_{far}", 0.03, wears.trim)
    if random.random() < 0.7:
        _number(random, picture, joints, middle, tall, wears)
    leg(near, 1.0)
    head = np.round((joints["head"] + middle) * 8).astype(int)
    size = int(0.068 * tall * random.uniform(0.9, 1.15) * (1.15 if wears.helmet else 1.0) * 8)
    hair = wears.helmet if wears.helmet else tuple(random.uniform(5, 80, 3)) if random.random() < 0.8 else tuple(skin)
    for canvas, paint, face in ((picture, tuple(map(float, hair)), tuple(map(float, skin))), (body, 255, 255)):
        cv2.circle(canvas, head, size, paint, -1, cv2.LINE_8, 3)
        if random.random() < 0.6:
            cv2.circle(
                canvas,
                head + np.array([int((0.35 if front else -0.35) * size), size // 4]),
                int(0.62 * size),
                face,
                -1,
                cv2.LINE_8,
                3,
            )
    arm(near, 1.0)
    if wears.stick:
        dark = tuple(random.uniform(20, 120, 3))
        for canvas, paint in ((picture, dark), (gear, 255)):
            cv2.line(canvas, at["hand_l"], at["stick"], paint, max(1, round(0.014 * tall)), cv2.LINE_AA, 3)
            cv2.line(canvas, at["stick"], at["blade"], paint, max(1, round(0.022 * tall)), cv2.LINE_AA, 3)
    return _finish(random, picture, body, gear, tall)


def _posture(random: np.random.Generator, wears: Kit, tall: float) -> tuple[dict[str, np.ndarray], bool]:
    """Joints around the hips, px, and whether the left side is near."""
    way = random.choice([-1.0, 1.0])
    turned = random.uniform(0.25, 1.0)  # how much of the shoulders' breadth is seen
    stance = random.choice(5, p=[0.15, 0.3, 0.4, 0.1, 0.05] if wears.padded else [0.35, 0.4, 0.05, 0.15, 0.05])
    lean = np.radians(
        [
            random.normal(2, 6),
            random.normal(14, 10),
            random.normal(38, 16),
            random.normal(50, 18),
            random.normal(0, 15),
        ][stance]
    )
    thigh = np.radians([
        random.normal(3, 8, 2), [random.uniform(20, 75), random.uniform(-45, 10)],
        [random.uniform(25, 80), random.uniform(-50, 40)], random.uniform(30, 95, 2), random.uniform(-50, 90, 2),
    ][stance])  # fmt: skip
    knee = np.radians([
        random.uniform(0, 15, 2), [random.uniform(10, 90), random.uniform(5, 100)],
        [random.uniform(40, 100), random.uniform(10, 70)], random.uniform(50, 120, 2), random.uniform(0, 120, 2),
    ][stance])  # fmt: skip
    if random.random() < 0.5:
        thigh, knee = thigh[::-1], knee[::-1]
    broad = (0.125 if wears.padded else 0.105) * turned
    up = np.array([way * np.sin(lean), -np.cos(lean)])
    across = np.array([np.cos(lean), way * np.sin(lean)])
    joints = {"neck": 0.29 * up}
    joints["head"] = joints["neck"] + 0.1 * (up + random.normal(0, 0.15, 2) + [0, -0.15])
    spread = random.uniform(0, 0.35) * turned
    for place, side in enumerate("lr"):
        sign = 1.0 if side == "l" else -1.0
        joints[f"shoulder_{side}"] = joints["neck"] - 0.02 * up + sign * broad * across
        joints[f"hip_{side}"] = sign * 0.06 * turned * across
        t = thigh[place] * way * np.sqrt(1 - 0.7 * turned**2) + sign * spread * random.uniform(0.5, 1.5)
        s = t - knee[place] * way * np.sqrt(1 - 0.6 * turned**2)
        foreshort = 1 - 0.5 * turned * abs(np.sin(thigh[place]))
        joints[f"knee_{side}"] = joints[f"hip_{side}"] + 0.245 * foreshort * np.array([np.sin(t), np.cos(t)])
        joints[f"ankle_{side}"] = joints[f"knee_{side}"] + 0.235 * np.array([np.sin(s), np.cos(s)])
        joints[f"toe_{side}"] = joints[f"ankle_{side}"] + np.array([way * 0.06 * random.uniform(0.2, 1.3), 0.03])
        a = random.uniform(-60, 110) if stance else random.normal(5, 25)
        a = np.radians(a) * way + sign * random.uniform(0, 0.5) * turned
        f = a + way * np.radians(random.uniform(0, 110))
        joints[f"elbow_{side}"] = joints[f"shoulder_{side}"] + 0.165 * np.array([np.sin(a), np.cos(a)])
        joints[f"wrist_{side}"] = joints[f"elbow_{side}"] + 0.14 * np.array([np.sin(f), np.cos(f)])
        joints[f"hand_{side}"] = joints[f"wrist_{side}"] + 0.05 * np.array([np.sin(f), np.cos(f)])
    reach = np.radians(random.uniform(10, 75))
    joints["stick"] = joints["hand_l"] + random.uniform(0.4, 0.75) * np.array([way * np.sin(reach), np.cos(reach)])
    joints["blade"] = joints["stick"] + np.array([way * 0.14, 0.02])
    if random.random() < 0.03:  # somebody lies
        fallen = np.radians(random.uniform(50, 110)) * random.choice([-1, 1])
        turn = np.array([[np.cos(fallen), -np.sin(fallen)], [np.sin(fallen), np.cos(fallen)]])
        joints = {name: turn @ xy for name, xy in joints.items()}
    return {name: xy * tall for name, xy in joints.items()}, way > 0


def _number(
    random: np.random.Generator,
    picture: np.ndarray,
    joints: dict[str, np.ndarray],
    middle: np.ndarray,
    tall: float,
    wears: Kit,
) -> None:
    import cv2

    text = str(random.integers(100))
    scale = 0.15 * tall / 22
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 1)
    at = 0.55 * joints["neck"] + middle + np.array([-wide / 2, high / 2])
    cv2.putText(
        picture,
        text,
        tuple(at.astype(int)),
        cv2.FONT_HERSHEY_DUPLEX,
        scale,
        tuple(map(float, wears.trim)),
        max(1, round(0.02 * tall)),
    )


def _finish(
    random: np.random.Generator, picture: np.ndarray, body: np.ndarray, gear: np.ndarray, tall: float
) -> Figure:
    """Light from above and from a side, folds, and the size that was asked for."""
    import cv2

    from gametape.sample.team.light import shaded

    ys, xs = np.nonzero(np.maximum(body, gear))
    x0, x1, y0, y1 = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    opacity = np.maximum(body, gear)[y0:y1, x0:x1]
    shaded(picture[y0:y1, x0:x1], opacity, tall, random.uniform(0, 1) if random.random() < ROUND else 0.0)
    part = picture[y0:y1, x0:x1].astype(np.float32)
    light = (
        1
        + random.uniform(-0.25, 0.25) * np.linspace(-1, 1, x1 - x0)[None]
        + random.uniform(-0.2, 0.1) * np.linspace(-1, 1, y1 - y0)[:, None]
    )
    folds = cv2.resize(
        random.normal(0, 1, (7, 5)).astype(np.float32), (x1 - x0, y1 - y0), interpolation=cv2.INTER_CUBIC
    )
    part *= (light + 0.1 * folds)[..., None]
    size = max(2, round((x1 - x0) / SOFT)), max(2, round((y1 - y0) / SOFT))
    small = cv2.resize(np.clip(part, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(opacity, size, interpolation=cv2.INTER_AREA)
    # Where the edge is half of nothing, its colour is too.
    full = np.clip(small.astype(np.float32) * 255 / np.maximum(soft, 1)[..., None], 0, 255).astype(np.uint8)
    by, bx = np.nonzero(body[y0:y1, x0:x1])
    box = np.array([bx.min(), by.min(), bx.max() + 1, by.max() + 1], float) / SOFT
    return Figure(full, soft, box)
