"""Reader: pictures of shirts in, numbers out, or unreadable.

Belongs here: what the network is given and how its answer becomes a number. Does not belong here: which pictures of a
film are looked at (`looks`), and how reads of a track add up (`votes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

from gametape.base.device import Device
from gametape.networks.runtime import session
from gametape.numbers.network import SIDE

FOLDER = Path(__file__).resolve().parents[2] / "models" / "numbers"
GRAPH = FOLDER / "numbers.onnx"
"""The network with its weights."""
READ_AT = 0.4
"""Probability from which the likeliest number is a read."""
SUREST = 3
"""Crops of a shirt, the surest of them, whose probabilities are averaged."""
CANDIDATES, LEAST = 6, 0.02
"""Most candidates that are kept of a picture, and the least probability of one."""
BATCH = {"cpu": 16, "cuda": 256}
"""Pictures in a batch, by kind of device."""
#: All numbers that there are: "0" to "99", and those with a leading nought.
NUMBERS = tuple([str(units) for units in range(10)] + [f"{tens}{units}" for tens in range(10) for units in range(10)])


@dataclass(frozen=True)
class Read:
    """What a picture of a shirt says.

    Attributes:
        number: Digits as they stand on the shirt; None: unreadable.
        confidence: Probability of the likeliest number, 0..1, also where it is no read.
        candidates: Likely numbers, likeliest first, with their probabilities.
        digit_height: Height of the digits as a share of the picture's height.
        middle: Middle of the number in the picture, as shares of its width and height.
    """

    number: str | None
    confidence: float
    candidates: tuple[tuple[str, float], ...]
    digit_height: float
    middle: tuple[float, float]


class Reader:
    """The network that reads numbers, on one device.

    Args:
        device: Where to run; the CPU by default. CUDA takes ONNX Runtime's GPU build, and falls back to the CPU.
        threads: Threads on the CPU; 0 means one per processor.
        graph: File of the network.
    """

    def __init__(self, device: Device | None = None, threads: int = 0, graph: Path = GRAPH) -> None:
        self._session = session(graph, threads, cuda=device is not None and device.kind == "cuda")
        on_cuda = "CUDAExecutionProvider" in self._session.get_providers()
        self._batch = BATCH["cuda" if on_cuda else "cpu"]

    def read(self, crops: Sequence[np.ndarray], looks: int = 1) -> list[Read]:
        """Read crops.

        Args:
            crops: Pictures, each (h, w, 3) uint8 BGR, about square, with a torso in the middle that fills 0.4 to 1.2
                of the height.
            looks: How many crops in a row are of one shirt: the SUREST of them are read together.

        Returns:
            A read for each shirt.
        """
        told: list[Read] = []
        left = iter(crops)
        while batch := list(islice(left, self._batch * looks)):
            pictures = np.stack([small(crop) for crop in batch]).transpose(0, 3, 1, 2).astype(np.float32)
            chances, heights, middles = self._session.run(None, {"pictures": pictures})
            for first in range(0, len(batch), looks):
                part = slice(first, first + looks)
                told.append(_read(_together(chances[part]), heights[part], middles[part]))
        return told


@cache
def open_reader(device: Device | None = None) -> Reader:
    """The reader on a device, opened once per process."""
    return Reader(device)


def small(crop: np.ndarray) -> np.ndarray:
    """A crop as the network takes it, (SIDE, SIDE, 3) uint8. An empty crop is black."""
    import cv2

    if 0 in crop.shape:
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    way = cv2.INTER_AREA if min(crop.shape[:2]) > SIDE else cv2.INTER_LINEAR
    return cv2.resize(crop, (SIDE, SIDE), interpolation=way)


def _together(chances: np.ndarray) -> np.ndarray:
    """Probabilities of one shirt, (110,), from those of its crops, (n, 110)."""
    surest = np.argsort(-chances.max(1), kind="stable")[:SUREST]
    return np.asarray(chances[surest].mean(0))


def _read(chances: np.ndarray, heights: np.ndarray, middles: np.ndarray) -> Read:
    """A read from the probabilities of all NUMBERS; places are told in the first of the crops."""
    order = np.argsort(-chances, kind="stable")[:CANDIDATES]
    likely = tuple((NUMBERS[i], float(chances[i])) for i in order if chances[i] >= LEAST)
    best = NUMBERS[order[0]]
    x, y = middles[0, 2 - len(best) :].mean(0)
    sure = float(chances[order[0]])
    height = max(float(heights[0]), 0.0)
    return Read(best if sure >= READ_AT else None, sure, likely, height, (float(x), float(y)))
