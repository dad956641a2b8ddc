"""The cameras of the team film: one high at the side that follows the play, one like it from elsewhere, one close.

Belongs here: where cameras stand, where they look, projection. Does not belong here: what is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.sample.team.play import Paths


@dataclass(frozen=True, eq=False)
class View:
    """A camera at one moment: (3, 4) from homogeneous metres to px, and where it stands, metres."""

    matrix: np.ndarray
    stands: np.ndarray

    def pixels(self, metres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, 2) px and (n,) depth of places (n, 3)."""
        seen = np.column_stack([metres, np.ones(len(metres))]) @ self.matrix.T
        return seen[:, :2] / np.maximum(seen[:, 2:], 1e-6), seen[:, 2]

    def plane(self, origin: np.ndarray, across: np.ndarray, down: np.ndarray) -> np.ndarray:
        """(3, 3) from metres on a plane, along two directions from an origin, to px."""
        spanned = np.stack([np.append(across, 0), np.append(down, 0), np.append(origin, 1)], axis=1)
        out: np.ndarray = self.matrix @ spanned
        return out


@dataclass(frozen=True)
class Shot:
    """From when to when a camera is on: seconds; its name: main, other or close."""

    begin: float
    end: float
    camera: str


def shots(seconds: float, cuts: bool) -> list[Shot]:
    """The order of cameras: mostly the main one; every 20 s a like view from elsewhere, or a close one, for 4 s."""
    if not cuts:
        return [Shot(0.0, seconds, "main")]
    out, t, turn = [], 0.0, 0
    while t < seconds:
        end = min(seconds, t + 16.0)
        out.append(Shot(t, end, "main"))
        if end < seconds:
            out.append(Shot(end, min(seconds, end + 4.0), ("other", "close")[turn % 2]))
        t, turn = end + 4.0, turn + 1
    return out


def views(paths: Paths, times: np.ndarray, size: tuple[int, int], order: list[Shot], zoom: float = 1.0) -> list[View]:
    """The camera at each of the times; people are drawn `zoom` times larger."""
    return [
        _view(paths, float(t), size, zoom, next(s for s in order if s.begin <= t < s.end or s is order[-1]))
        for t in times
    ]


def _view(paths: Paths, t: float, size: tuple[int, int], nearer: float, shot: Shot) -> View:
    lag = 0.35  # an operator is late
    window = slice(paths.at(t - lag - 0.4), paths.at(t - lag + 0.4) + 1)
    play = paths.play[window].mean(axis=0)
    if shot.camera == "main":
        stands, zoom = np.array([0.0, -24.0, 11.0]), 1.8 + 0.12 * np.sin(t * 0.5)
        target = np.array([0.85 * play[0], 0.35 * play[1] - 1.0, 0.9])
    elif shot.camera == "other":
        stands, zoom = np.array([9.0, -24.0, 10.0]), 1.8
        target = np.array([0.8 * play[0] + 1.0, 0.3 * play[1], 0.9])
    else:
        who = 5 + int(shot.begin) % 3
        near = paths.xy[slice(paths.at(t - 0.3), paths.at(t + 0.3) + 1), who].mean(axis=0)
        stands, zoom = np.array([-3.0, -22.0, 6.0]), 4.5
        target = np.array([near[0], near[1], 1.0])
    shake = 0.02 * np.sin(t * np.array([3.1, 4.3, 2.7]))
    return look_at(stands, target + shake, nearer * zoom * size[0] / 1.45, size)


def look_at(stands: np.ndarray, target: np.ndarray, focal: float, size: tuple[int, int]) -> View:
    """A camera that stands at a place and looks at another; `focal` in px."""
    ahead = target - stands
    ahead = ahead / np.linalg.norm(ahead)
    right = np.cross(ahead, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(ahead, right)
    turn = np.stack([right, down, ahead])
    inner = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])
    return View(inner @ np.column_stack([turn, -turn @ stands]), stands)
