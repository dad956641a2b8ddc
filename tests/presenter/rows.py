"""Rows of the presenter's tables, and people as the estimator would find them, for the tests."""

from __future__ import annotations

import numpy as np

from gametape.pose.person import COCO, KEYPOINT
from gametape.presenter.stays import LOW, Seen


def found_rows(count: int, *, start: int = 0, presence: int = 1, person: int = 1, stretch: int = 1) -> list[dict]:
    """Rows of PRESENTER_FOUND: somebody of 100 px who stands at (500, 300), ten times a second."""
    return [
        {
            "frame": start + k,
            "time_s": (start + k) / 10,
            "presence": presence,
            "person": person,
            "stretch": stretch,
            "track": person,
            "x1": 470.0,
            "y1": 250.0,
            "x2": 530.0,
            "y2": 350.0,
            "confidence": 0.9,
            "x": 500.0,
            "y": 300.0,
            "place": "trunk",
            "again": False,
            "evidence": "stands_in_front(legs=1, seconds=2)",
            "others": 0,
        }
        for k in range(count)
    ]


def crowd(*people: dict, size: tuple[int, int] = (960, 540), shots: int = 1, frames: int = 400) -> Seen:
    """People who are seen at 10 frames a second.

    Args:
        people: Of each: `at` (frames), `x` (middle, px or by frame), `top`, `tall`; and, where not those of somebody who
            stands and looks at the camera: `wide`, `knees`, `ankles`, `faces`, `clothes`, `clicked`, `track`.
        size: Of the picture, px.
        shots: The film has so many of equal length.
        frames: Of the film.
    """
    rows = []
    for number, one in enumerate(people, 1):
        for k, frame in enumerate(one["at"]):
            x = one["x"][k] if np.ndim(one["x"]) else one["x"]
            wide = one.get("wide", 0.4 * one["tall"])
            box = (x - wide / 2, one["top"], x + wide / 2, min(one["top"] + one["tall"], size[1]))
            rows.append((frame, one.get("track", number), box, one))
    rows.sort(key=lambda row: row[:2])
    boxes = np.array([row[2] for row in rows], float).reshape(-1, 4)

    def flag(name: str, otherwise: bool) -> np.ndarray:
        return np.array([row[3].get(name, otherwise) for row in rows], bool)

    cut = boxes[:, 3] >= LOW * size[1]
    at = np.array([row[0] for row in rows], int)
    return Seen(
        frames=at,
        times=at / 10,
        tracks=np.array([row[1] for row in rows], int),
        boxes=boxes,
        shown=boxes,
        confidence=np.full(len(rows), 0.9),
        trunks=(boxes[:, :2] + boxes[:, 2:]) / 2,
        shoulders=(boxes[:, :2] + boxes[:, 2:]) / 2,
        clothes=np.array([row[3].get("clothes", (40, 50, 30, 20, 0, 0)) for row in rows], float).reshape(-1, 6),
        knees=flag("knees", True),
        ankles=flag("ankles", True) & ~cut,
        faces=flag("faces", True),
        shots=at * shots // frames,
        clicked=np.array([row[3].get("clicked", -1) for row in rows], int),
        width=size[0],
        height=size[1],
    )


def joints_at(seen: dict[str, tuple[float, float]]) -> np.ndarray:
    """(1, 25, 3) joints: those named at their places, seen surely; others not at all."""
    joints = np.full((1, len(KEYPOINT), 3), np.nan)
    for name, place in seen.items():
        joints[0, KEYPOINT[name]] = (*place, 1.0)
    assert COCO == 17
    return joints
