"""The hall: ice with lines, boards with advertisements, and rows of spectators, each a picture on a plane.

Belongs here: painting them once, and how they look from a camera. Does not belong here: players.
"""

from __future__ import annotations

import numpy as np

from gametape.sample.team.play import LENGTH, WIDTH
from gametape.sample.team.view import View

SCALE = 24
"""Pixels of a painted metre."""
MARGIN = 2.0
"""Metres painted around the ice."""
RED, BLUE, WHITE = (40, 40, 190), (170, 70, 30), (232, 229, 225)


class Hall:
    """The painted planes."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng((seed, 2))
        self._ice, self._boards, self._seats = self._paint_ice(), self._paint_boards(), self._paint_seats()

    def seen(self, view: View, size: tuple[int, int]) -> np.ndarray:
        """The empty hall, (h, w, 3) uint8 BGR."""
        import cv2

        canvas = np.full((size[1], size[0], 3), (60, 50, 45), np.uint8)
        x, y = LENGTH / 2 + MARGIN, WIDTH / 2
        planes = (
            (self._seats, np.array([-x - 10, y + 1.5, 9.0]), np.array([1.0, 0, 0]), np.array([0, -0.5, -1.0]) / 1.118),
            (self._ice, np.array([-x, -y - MARGIN, 0]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])),
            (self._boards, np.array([-x, y, 1.2]), np.array([1.0, 0, 0]), np.array([0, 0, -1.0])),
        )
        for painted, origin, across, down in planes:
            matrix = view.plane(origin, across / SCALE, down / SCALE)
            cv2.warpPerspective(
                painted, matrix, size, dst=canvas, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
            )
        return canvas

    def _paint_ice(self) -> np.ndarray:
        import cv2

        width, height = int((LENGTH + 2 * MARGIN) * SCALE), int((WIDTH + MARGIN) * SCALE)
        ice = np.full((height, width, 3), WHITE, np.float32)
        marks = cv2.resize(
            self._random.normal(0, 1, (90, 160)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        ice += 2.5 * marks[..., None]
        # Lamps above, and their images in the ice: brighter and darker places of some metres.
        lamps = cv2.resize(
            self._random.normal(0, 1, (4, 8)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        ice += 5.0 * lamps[..., None]
        out = np.clip(ice, 0, 255).astype(np.uint8)

        def px(x: float, y: float) -> tuple[int, int]:
            return int((x + LENGTH / 2 + MARGIN) * SCALE), int((y + WIDTH / 2 + MARGIN) * SCALE)

        for x, paint, thick in ((0.0, RED, 7), (-7.0, BLUE, 7), (7.0, BLUE, 7), (-17.5, RED, 2), (17.5, RED, 2)):
            cv2.line(out, px(x, -WIDTH / 2), px(x, WIDTH / 2), paint, thick, cv2.LINE_AA)
        for x, y, paint in ((0, 0, BLUE), (-12, 5, RED), (-12, -5, RED), (12, 5, RED), (12, -5, RED)):
            cv2.circle(out, px(x, y), int(3 * SCALE), paint, 2, cv2.LINE_AA)
            cv2.circle(out, px(x, y), 6, paint, -1, cv2.LINE_AA)
        for x, word in ((-4.5, "GAMETAPE"), (9.0, "HALL 2"), (-18, "BANK")):
            stamp = np.zeros((60, 45 * len(word), 3), np.uint8)
            cv2.putText(stamp, word, (4, 48), cv2.FONT_HERSHEY_DUPLEX, 1.7, (255, 255, 255), 4, cv2.LINE_AA)
            left, far = px(x, -1.2)  # rows of the ice go away from the cameras
            part = out[far : far + 60, left : left + stamp.shape[1]]
            ink = stamp[::-1][: part.shape[0], : part.shape[1]].astype(np.float32) / 255 * 0.55
            part[:] = (part * (1 - ink) + np.array((190, 130, 90)) * ink).astype(np.uint8)
        for _ in range(500):  # traces of skates
            at = self._random.uniform([0, 0], [width, height])
            to = at + self._random.normal(0, 25, 2)
            cv2.line(out, tuple(at.astype(int)), tuple(to.astype(int)), (222, 218, 212), 1, cv2.LINE_AA)
        return out

    def _paint_boards(self) -> np.ndarray:
        import cv2

        width, height = int((LENGTH + 2 * MARGIN) * SCALE), int(1.2 * SCALE)
        boards = np.full((height, width, 3), (245, 245, 245), np.uint8)
        boards[-4:] = (30, 200, 230)
        x = 0
        while x < width:
            wide = int(self._random.integers(60, 150))
            cv2.rectangle(
                boards, (x, 2), (x + wide, height - 6), tuple(map(float, self._random.uniform(0, 255, 3))), -1
            )
            word = "".join(self._random.choice(list("ABCDEFGHIKLMNOPRSTU"), 5))
            cv2.putText(
                boards, word, (x + 6, height - 10), cv2.FONT_HERSHEY_DUPLEX, 0.6, (255, 255, 255), 1, cv2.LINE_AA
            )
            x += wide + int(self._random.integers(4, 20))
        return boards

    def _paint_seats(self) -> np.ndarray:
        import cv2

        width, height = int((LENGTH + 2 * MARGIN + 20) * SCALE), int(9 * SCALE)
        seats = np.full((height, width, 3), (70, 55, 50), np.uint8)
        for row in range(8, height, 17):
            for x in range(0, width, 13):
                if self._random.random() < 0.6:
                    at = x + int(self._random.integers(4)), row + int(self._random.integers(3))
                    cv2.ellipse(
                        seats,
                        (at[0], at[1] + 7),
                        (5, 6),
                        0,
                        0,
                        360,
                        tuple(map(float, self._random.uniform(0, 190, 3))),
                        -1,
                    )
                    cv2.circle(
                        seats, at, 3, tuple(map(float, self._random.uniform([60, 90, 120], [150, 180, 220]))), -1
                    )
        return seats
