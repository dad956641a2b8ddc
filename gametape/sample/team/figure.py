"""A player of the team film: a figure that skates, with its number where a shirt has it.

Belongs here: joints by the way gone and the direction, limbs, clothes, the number. Does not belong here: where players
are, light (`light`).

Lengths are shares of the body's height (Winter 2009). A player who moves away shows his back, and a large number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.sample.team.light import shaded

SOFT = 2
"""Pixels drawn for each along a side, so that edges are soft."""
STRIDE_M = 2.4
"""Metres of two pushes."""
LEGIBLE = 0.55
"""A number is seen from the front or the back, within this cosine."""


@dataclass(frozen=True)
class Wear:
    """Colours (BGR) of shirt, number, trousers (gloves too), socks, helmet.

    `striped`: The shirt is a referee's: its colour lies between that of its stripes and white.
    """

    shirt: tuple[int, int, int]
    number: tuple[int, int, int]
    shorts: tuple[int, int, int]
    socks: tuple[int, int, int]
    helmet: tuple[int, int, int]
    striped: bool = False


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure: (h, w, 3) uint8 and (h, w) opacity, where its feet's middle is in it, and the body's box (4,) in it.

    `number_px`: height of the number's digits as they are drawn, px; 0 where none is turned to the camera.
    """

    picture: np.ndarray
    opacity: np.ndarray
    feet: np.ndarray
    box: np.ndarray
    number_px: float


def draw(
    height: float, facing: float, speed: float, way: float, wear: Wear, number: str | None, phase: float,
    lit: float = 1.0,
) -> Drawn:  # fmt: skip
    """Draw a figure.

    Args:
        height: Of the standing body, px.
        facing: Direction of movement: 0 away from the camera, pi/2 to the right, pi towards it.
        speed: m/s.
        way: Metres gone.
        wear: The clothes.
        number: On the shirt; None: no number.
        phase: Of this player's legs, so that they do not all push at once.
        lit: How round the body looks, 0 (flat) to 1.
    """
    import cv2

    tall = SOFT * height
    side = int(1.9 * tall) + 8
    joints = _joints(facing, speed, way, phase)
    middle = np.array([side / 2, side * 0.5])
    at = {name: tuple(np.round((xy * tall + middle) * 8).astype(int)) for name, xy in joints.items()}
    picture, body, stick = (
        np.zeros((side, side, 3), np.uint8),
        np.zeros((side, side), np.uint8),
        np.zeros((side, side), np.uint8),
    )

    def line(a: str, b: str, width: float, paint: tuple[int, int, int], dim: float = 1.0) -> None:
        thick = max(1, round(width * tall))
        cv2.line(picture, at[a], at[b], tuple(v * dim for v in paint), thick, cv2.LINE_8, 3)
        cv2.line(body, at[a], at[b], 255, thick, cv2.LINE_8, 3)

    def arm(side: str, dim: float) -> None:
        line(f"shoulder_{side}", f"elbow_{side}", 0.08, wear.shirt, dim)
        line(f"elbow_{side}", f"hand_{side}", 0.065, wear.shirt, dim)
        line(f"hand_{side}", f"hand_{side}", 0.075, wear.shorts, dim)  # gloves

    def hockey_stick() -> None:
        for canvas, paint in ((picture, (60, 90, 120)), (stick, 255)):
            cv2.line(canvas, at["hand_l"], at["blade"], paint, max(1, round(0.014 * tall)), cv2.LINE_8, 3)
            cv2.line(canvas, at["blade"], at["tip"], paint, max(1, round(0.025 * tall)), cv2.LINE_8, 3)

    near = "r" if np.sin(facing) < 0 else "l"
    far = "l" if near == "r" else "r"
    from_behind = np.cos(facing) > 0  # hands and stick are before the body then, and it hides them
    if from_behind:
        hockey_stick()
        arm(near, 0.94)
    arm(far, 0.8)
    _leg(line, far, wear, 0.8)
    torso = np.array([at["shoulder_l"], at["shoulder_r"], at["hip_r"], at["hip_l"]], np.int32)
    for canvas, paint in ((picture, wear.shirt), (body, 255)):
        cv2.fillPoly(canvas, [torso], paint, cv2.LINE_8, 3)
        cv2.polylines(canvas, [torso], True, paint, max(1, round(0.1 * tall)), cv2.LINE_8, 3)
    if wear.striped:
        _stripes(picture, joints, tall, middle)
    cv2.line(picture, at["hip_l"], at["hip_r"], wear.number, max(1, round(0.03 * tall)), cv2.LINE_8, 3)
    _leg(line, near, wear, 1.0)
    digits = 0.0
    if number is not None and abs(np.cos(facing)) >= LEGIBLE:
        digits = _number(picture, body, joints, tall, middle, facing, wear, number)
    _head(picture, body, at, facing, tall, wear)
    if not from_behind:
        arm(near, 0.94)
        hockey_stick()
    whole = body | stick
    left, top, wide, high = cv2.boundingRect(whole)
    x0, x1, y0, y1 = left, left + wide, top, top + high
    picture, whole = picture[y0:y1, x0:x1], whole[y0:y1, x0:x1]
    shaded(picture, whole, tall, lit)
    size = max(2, round((x1 - x0) / SOFT)), max(2, round((y1 - y0) / SOFT))
    soft = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    full = np.clip(small * 255 / np.maximum(soft, 1)[..., None], 0, 255).astype(np.uint8)
    left, top, wide, high = cv2.boundingRect(body)
    box = (np.array([left, top, left + wide, top + high]) - [x0, y0, x0, y0]) / SOFT
    feet = (joints["feet"] * tall + middle - [x0, y0]) / SOFT
    return Drawn(full, soft, feet, box, digits / SOFT)


def _head(
    picture: np.ndarray, body: np.ndarray, at: dict[str, tuple[int, ...]], facing: float, tall: float, wear: Wear
) -> None:
    """A helmet with a dark rim, and with a visor before the face where that is seen."""
    import cv2

    head, dark = np.array(at["head"]), tuple(0.25 * v for v in wear.helmet)

    def spot(right: float, down: float, radius: float, paint: tuple[float, ...]) -> None:
        centre = head + (np.array([right, down]) * tall * 8).astype(int)
        cv2.circle(picture, tuple(map(int, centre)), int(radius * tall * 8), paint, -1, cv2.LINE_8, 3)

    cv2.circle(body, at["head"], int(0.075 * tall * 8), 255, -1, cv2.LINE_8, 3)
    spot(0, 0, 0.075, dark)
    spot(0, -0.012, 0.064, wear.helmet)
    side = float(np.sin(facing))
    if np.cos(facing) < 0.3:
        spot(side * 0.03, 0.018, 0.044, (130, 160, 205))
        spot(side * 0.035, 0.0, 0.02, (60, 55, 50))
    else:  # the holes of a helmet's back
        spot(-0.02 + side * 0.02, -0.02, 0.011, dark)
        spot(0.02 + side * 0.02, -0.02, 0.011, dark)


def _stripes(picture: np.ndarray, joints: dict[str, np.ndarray], tall: float, middle: np.ndarray) -> None:
    """A referee's stripes, dark ones and light ones, down the shirt."""
    import cv2

    for number in range(7):
        share, paint = (number + 0.5) / 7, (35, 35, 35) if number % 2 else (215, 215, 215)
        top, low = (
            ((1 - share) * joints[f"{part}_l"] + share * joints[f"{part}_r"]) * tall + middle
            for part in ("shoulder", "hip")
        )
        wide = np.linalg.norm(joints["shoulder_l"] - joints["shoulder_r"]) * tall / 7
        begin, end = ((round(float(one[0]) * 8), round(float(one[1]) * 8)) for one in (top, low))
        cv2.line(picture, begin, end, paint, max(1, round(float(wide))), cv2.LINE_8, 3)


def _leg(line: object, side: str, wear: Wear, dim: float) -> None:
    assert callable(line)
    line(f"hip_{side}", f"knee_{side}", 0.115, wear.shorts, dim)
    line(f"knee_{side}", f"ankle_{side}", 0.085, wear.socks, dim)
    line(f"knee_{side}", f"knee_{side}", 0.1, wear.shorts, dim)
    line(f"ankle_{side}", f"toe_{side}", 0.05, (30, 30, 30), dim)


def _joints(facing: float, speed: float, way: float, phase: float) -> dict[str, np.ndarray]:
    """Joints around the hips, shares of the height, y down; the body's left is at its left."""
    c, s = np.cos(facing), np.sin(facing)

    def seen(ahead: float, left: float, up: float) -> np.ndarray:
        """What a camera sees of a direction of the body; what goes away from it is a little higher."""
        return np.array([ahead * s - left * c, -up - 0.3 * (ahead * c + left * s)])

    push = 2 * np.pi * way / STRIDE_M + phase
    swing, lean = min(1.0, speed / 4), min(0.75, 0.12 + speed * 0.09)
    neck = seen(0.29 * np.sin(lean), 0, 0.29 * np.cos(lean))
    joints = {"neck": neck, "head": neck + seen(0.07 * np.sin(lean) + 0.02, 0, 0.1)}
    lowest = 0.0
    for side, sign in (("l", 1.0), ("r", -1.0)):
        joints[f"shoulder_{side}"] = neck + seen(0, 0.12 * sign, -0.015)
        joints[f"hip_{side}"] = seen(0, 0.07 * sign, 0)
        forward = swing * 0.6 * np.sin(push + (0 if sign > 0 else np.pi))
        thigh = 0.25 + 0.35 * swing + forward
        shin = thigh - 0.3 - 0.75 * swing - 0.4 * max(0.0, forward)
        spread = sign * (0.05 + 0.1 * swing * max(0.0, -forward))
        joints[f"knee_{side}"] = joints[f"hip_{side}"] + seen(0.245 * np.sin(thigh), spread, -0.245 * np.cos(thigh))
        joints[f"ankle_{side}"] = joints[f"knee_{side}"] + seen(0.235 * np.sin(shin), spread, -0.235 * np.cos(shin))
        joints[f"toe_{side}"] = joints[f"ankle_{side}"] + seen(0.07, 0, -0.02)
        lowest = max(lowest, joints[f"toe_{side}"][1])
        arm = 0.5 - 0.4 * swing * np.sin(push + (0 if sign > 0 else np.pi))
        joints[f"elbow_{side}"] = joints[f"shoulder_{side}"] + seen(
            0.15 * np.sin(arm), 0.06 * sign, -0.15 * np.cos(arm)
        )
        joints[f"hand_{side}"] = joints[f"elbow_{side}"] + seen(0.13, -0.03 * sign, -0.08)
    joints["feet"] = np.array([0.0, lowest])
    joints["blade"] = np.array([joints["hand_l"][0] + 0.35 * s + 0.2 * c, lowest])
    joints["tip"] = joints["blade"] + seen(0.12, -0.05, 0)
    return joints


def _number(
    picture: np.ndarray,
    body: np.ndarray,
    joints: dict[str, np.ndarray],
    tall: float,
    middle: np.ndarray,
    facing: float,
    wear: Wear,
    number: str,
) -> float:
    """Paint the number on the shirt; returns the digits' height, px."""
    import cv2

    back = np.cos(facing) > 0
    share = 0.95 if back else 0.6
    # From behind the left shoulder is at the left.
    left, right = (joints[f"shoulder_{side}"] for side in (("l", "r") if back else ("r", "l")))
    low_left, low_right = (joints[f"hip_{side}"] for side in (("l", "r") if back else ("r", "l")))
    corners = np.stack([left, right, low_right, low_left]) * tall + middle
    centre = corners.mean(axis=0) - [0, 0.015 * tall]
    down = (corners[2:].mean(axis=0) - corners[:2].mean(axis=0)) * share / 2
    across = (
        (corners[[1, 2]].mean(axis=0) - corners[[0, 3]].mean(axis=0))
        * (0.62 if len(number) == 2 else 0.33)
        * (1.15 if back else 0.75)
    )
    if abs(across[0]) < 2:
        return 0.0
    stamp = np.zeros((72, 44 * len(number) + 12), np.uint8)
    cv2.putText(stamp, number, (6, 62), cv2.FONT_HERSHEY_DUPLEX, 2.3, 255, 9, cv2.LINE_AA)
    source = np.array([[0, 0], [stamp.shape[1], 0], [0, stamp.shape[0]]], np.float32)
    target = np.array([centre - across - down, centre + across - down, centre - across + down], np.float32)
    warped = cv2.warpAffine(stamp, cv2.getAffineTransform(source, target), picture.shape[1::-1], flags=cv2.INTER_AREA)
    a = (warped * (body > 0)).astype(np.float32)[..., None] / 255
    picture[:] = (picture * (1 - a) + np.array(wear.number, np.float32) * a).astype(np.uint8)
    return float(2 * np.linalg.norm(down) * 0.75)
