"""People cut out of real film with what is behind them known, to be put in front of other things.

Belongs here: two ways to tell a person from the ground without a network: a camera that stands (the median of its
pictures is the ground) and a ground of one colour (grass, stone, ice). Does not belong here: putting people together
(`scenes`), the network.

No weights but MediaPipe's (Apache-2.0) had a part in it: its poses say which of the things that move is a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DIFFERS = 22.0
"""Levels by which a pixel of a person differs from the ground behind."""
FILL = (0.22, 0.85)
"""Share of a person's box that the person fills."""
AGREES = 0.55
"""Least IoU of what differs from the ground with the box of the pose."""
SHAPE = (1.0, 4.5)
"""Height over width of a lone person on a plain ground."""
MARGIN = 0.12
"""Of the pose's box, that is looked at around it."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """A person without the ground: (h, w, 3) uint8 BGR and (h, w) uint8 opacity, tight around the person."""

    picture: np.ndarray
    opacity: np.ndarray


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two boxes (4,)."""
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    both = float(np.prod(np.maximum(high - low, 0)))
    return both / (float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])) - both + 1e-9)


def difference(picture: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """(H, W) float32: by how many levels a picture differs from the ground, blurred a little."""
    import cv2

    return cv2.GaussianBlur(cv2.absdiff(picture, ground), (0, 0), 0.8).max(axis=2).astype(np.float32)


def before_ground(picture: np.ndarray, ground: np.ndarray, box: np.ndarray) -> Cutout | None:
    """Cut the person of a pose's box (4,) out of a picture of a camera that stands; None where it is not clear."""
    height, width = picture.shape[:2]
    margin = MARGIN * float(max(box[2] - box[0], box[3] - box[1])) + 2
    left, top = np.maximum(np.floor(box[:2] - margin), 0).astype(int)
    right, bottom = np.minimum(np.ceil(box[2:] + margin), (width, height)).astype(int)
    if right - left < 8 or bottom - top < 12:
        return None
    part = picture[top:bottom, left:right]
    made = _largest(difference(part, ground[top:bottom, left:right]) > DIFFERS)
    if made is None:
        return None
    mask, found = made
    whole = found + np.array([left, top, left, top])
    return cut(part, mask, found) if iou(whole, np.asarray(box, float)) >= AGREES else None


def cut(picture: np.ndarray, mask: np.ndarray, box: np.ndarray) -> Cutout | None:
    """The cut-out of a mask (h, w) bool within its box; None where it is not filled as by a person."""
    import cv2

    left, top, right, bottom = box.astype(int)
    part = mask[top:bottom, left:right]
    if not FILL[0] <= part.mean() <= FILL[1]:
        return None
    soft = cv2.GaussianBlur(part.astype(np.uint8) * 255, (0, 0), 0.7)
    return Cutout(picture[top:bottom, left:right].copy(), soft)


def _largest(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The largest piece of a mask, closed, and its box (4,)."""
    import cv2

    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    if count < 2:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    x, y, w, h = stats[best, :4]
    return labels == best, np.array([x, y, x + w, y + h], float)


# -- a ground of one colour ---------------------------------------------------------------------------------------


def on_plain_ground(
    picture: np.ndarray, *, tall: tuple[float, float], light: float = 0.5, differs: float = 15.0
) -> tuple[np.ndarray, np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """People on a ground of one colour, such as grass or stone.

    Args:
        picture: (H, W, 3) uint8 BGR.
        tall: Least and greatest height of a person, px.
        light: How much lightness counts beside colour; on grass shadows are no people.
        differs: Distance in CIELAB at which a pixel is not the ground.

    Returns:
        Boxes (n, 4) of people; (H, W) bool, where it is not known whether there are people; and of each box its mask
        (h, w) with the box, for `cut`.
    """
    import cv2

    lab = cv2.cvtColor(cv2.GaussianBlur(picture, (3, 3), 0), cv2.COLOR_BGR2LAB).astype(np.float32)
    lower = lab[picture.shape[0] // 3 :].reshape(-1, 3)[::37]
    bins = (lower / (32, 8, 8)).astype(int)
    _, which, counts = np.unique(bins, axis=0, return_inverse=True, return_counts=True)
    colour = np.median(lower[which.ravel() == counts.argmax()], axis=0)
    # The ground is lit unevenly: it is compared with itself nearby.
    near = lab - colour
    off = np.sqrt((near[..., 1:] ** 2).sum(axis=2) + (light * near[..., 0] * (np.abs(near[..., 0]) > 8)) ** 2)
    ground = off < differs
    field = cv2.morphologyEx(ground.astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(field)
    if count < 2:
        return np.empty((0, 4)), np.ones(ground.shape, bool), []
    main = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    size = int(tall[1]) | 1
    area = cv2.morphologyEx(main, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)).astype(bool)
    things = (~ground & area).astype(np.uint8)
    solid = cv2.morphologyEx(things, cv2.MORPH_OPEN, np.ones((4, 3), np.uint8))  # lines are thin
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    boxes, masks, unknown = [], [], np.zeros(ground.shape, bool)
    for number in range(1, count):
        x, y, w, h, filled = stats[number]
        if filled < 12:
            continue
        x0, y0, x1, y1 = max(0, x - 2), max(0, y - 3), min(ground.shape[1], x + w + 2), min(ground.shape[0], y + h + 3)
        part = (labels[y0:y1, x0:x1] == number) | (things[y0:y1, x0:x1].astype(bool) & (labels[y0:y1, x0:x1] == 0))
        alone = tall[0] <= h <= tall[1] and SHAPE[0] <= h / w <= SHAPE[1] and filled / (w * h) >= FILL[0]
        edge = x <= 1 or y <= 1 or x + w >= ground.shape[1] - 1
        if alone and not edge and area[y0:y1, x0:x1].mean() > 0.9:
            boxes.append((x, y, x + w, y + h))
            masks.append((part, np.array([x0, y0, x1, y1], float)))
        elif h > tall[0] / 2:
            unknown[y0:y1, x0:x1] = True
    return np.array(boxes, float).reshape(-1, 4), unknown, masks
