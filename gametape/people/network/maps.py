"""What the network's maps say: boxes of people, each person once.

Belongs here: the maps' meaning, for training and inference. Does not belong here: running the network.
"""

from __future__ import annotations

import numpy as np

from gametape.people.network.model import SHRINK, UNIT

SAME = 0.6
"""Two boxes that overlap by more than this (IoU) are one person."""
HELD = 0.8
"""A box of which a surer one holds more than this is a part of that person, or the same once more."""
MOST = 150
"""Most people of one picture."""


def boxes_of(maps: np.ndarray, least: float, same: float = SAME) -> np.ndarray:
    """People in the maps of one picture.

    Args:
        maps: (MAPS, h, w) float32: probabilities of a middle, and logarithms of the four distances.
        least: Least probability.
        same: Greatest IoU of two different people.

    Returns:
        (n, 5) float32: box in px of the picture, and its probability; the surest first.
    """
    import cv2

    chance = maps[0]
    highest = cv2.dilate(chance, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((chance >= highest) & (chance >= least))
    if not len(rows):
        return np.empty((0, 5), np.float32)
    order = np.argsort(-chance[rows, columns], kind="stable")[: 2 * MOST]
    rows, columns = rows[order], columns[order]
    sides = UNIT * np.exp(np.clip(maps[1:, rows, columns].T, -4, 4.5))
    x, y = (columns + 0.5) * SHRINK, (rows + 0.5) * SHRINK
    found = np.stack(
        [x - sides[:, 0], y - sides[:, 1], x + sides[:, 2], y + sides[:, 3], chance[rows, columns]], axis=1
    )
    return found[different(found[:, :4], same)[:MOST]].astype(np.float32)


def different(boxes: np.ndarray, same: float = SAME) -> np.ndarray:
    """Which of the boxes (n, 4), the best first, are of different people: (m,) their places, ascending."""
    kept: list[int] = []
    area = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6), axis=1)
    for place in range(len(boxes)):
        if kept:
            low, high = np.maximum(boxes[kept, :2], boxes[place, :2]), np.minimum(boxes[kept, 2:], boxes[place, 2:])
            both = np.prod(np.maximum(high - low, 0), axis=1)
            union, smaller = area[kept] + area[place] - both, np.minimum(area[kept], area[place])
            if (both / union).max() > same or (both / smaller).max() > HELD:
                continue
        kept.append(place)
    return np.array(kept, int)


def targets(boxes: np.ndarray, ignored: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the maps are to be.

    Args:
        boxes: (n, 4) people, px.
        ignored: (h, w) bool, px where neither answer is wrong.

    Returns:
        (h/4, w/4) Gaussians around the middles, highest 1; (4, h/4, w/4) distances in px, 0 where none is told; and
        (h/4, w/4) weight of each pixel's middle.
    """
    height, width = (side // SHRINK for side in ignored.shape)
    heat, sides = np.zeros((height, width), np.float32), np.zeros((4, height, width), np.float32)
    counts = 1 - ignored.reshape(height, SHRINK, width, SHRINK).mean(axis=(1, 3), dtype=np.float32)
    x, y = (np.arange(width) + 0.5) * SHRINK, (np.arange(height) + 0.5) * SHRINK
    for box in boxes[np.argsort(-np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))] if len(boxes) else boxes:
        middle, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        spread = np.maximum(size * 0.11, SHRINK * 0.6)
        across = np.exp(-((x - middle[0]) ** 2) / (2 * spread[0] ** 2))
        down = np.exp(-((y - middle[1]) ** 2) / (2 * spread[1] ** 2))
        blob = down[:, None] * across[None]
        row, column = (int(np.clip(v / SHRINK, 0, n - 1)) for v, n in ((middle[1], height), (middle[0], width)))
        blob[row, column] = 1.0
        near = blob > 0.4
        heat = np.maximum(heat, blob).astype(np.float32)
        counts[near] = 1.0  # who is seen counts though somebody half hidden is behind
        for place, value in enumerate(
            (
                x[None] - box[0] + 0 * y[:, None],
                y[:, None] - box[1] + 0 * x[None],
                box[2] - x[None] + 0 * y[:, None],
                box[3] - y[:, None] + 0 * x[None],
            )
        ):
            sides[place][near] = np.maximum(value[near], 1.0)
    return heat, sides, counts
