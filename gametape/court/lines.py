"""Painted lines in a picture: points on the middle of bright strips, to a part of a pixel, and straight lines of them.

Belongs here: what can be told without knowing the court. Does not belong here: which line is which (`candidates`).

A point lies on the ridge of brightness across its direction (Steger 1998, An unbiased detector of curvilinear
structures); edges, which are no ridge at any width, give none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SCALES = (1.0, 2.0, 4.0)
"""Widths of the smoothing, px: strips of about twice that width answer most."""
WEAKEST = 3.0
"""Least answer of a strip, levels of 255; a strip answers with half its contrast."""
BLOB = 0.5
"""Largest curvature along a strip, as a share of that across it."""
OFF_PIXEL = 0.6
"""A ridge passes within this of the middle of its pixel, px."""
ANGLE_STEP = np.radians(1.0)
RHO_STEP = 2.0
NEAR = 2.5
"""Points within this of a line belong to it, px."""
ALIKE = np.radians(8.0)
"""Points whose direction differs by less from a line's may belong to it."""
BIN = 4.0
"""Steps along a line in which points are counted, px."""
SHORTEST = 28.0
"""Least length of a line's covered part, px."""
MOST_LINES = 70
"""Lines that are looked for at most."""


@dataclass(frozen=True, eq=False)
class Ridges:
    """Points on the middles of bright strips.

    Attributes:
        at: (n, 2) px from the picture's left and upper edge: a pixel's middle is at its number and a half.
        normal: (n, 2) unit vectors across the strip.
        strength: (n,) levels.
    """

    at: np.ndarray
    normal: np.ndarray
    strength: np.ndarray


@dataclass(frozen=True, eq=False)
class Lines:
    """Straight lines, the longest first.

    Attributes:
        line: (m, 3) homogeneous, unit normal first.
        ends: (m, 2, 2) px, where the line's main part begins and ends.
        covered: (m,) px of it that have points.
        points: of each line, the indices of its ridge points within the main part.
    """

    line: np.ndarray
    ends: np.ndarray
    covered: np.ndarray
    points: list[np.ndarray]

    @property
    def middle(self) -> np.ndarray:
        """(m, 2) px."""
        return self.ends.mean(axis=1)

    def __len__(self) -> int:
        return len(self.line)


def paint(picture: np.ndarray) -> np.ndarray:
    """(h, w) float32 brightness in which white stands out from any colour, of a picture (h, w, 3) uint8."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return 0.5 * (grey + picture.min(axis=2))


def ridges(brightness: np.ndarray, scales: tuple[float, ...] = SCALES) -> Ridges:
    """The ridge points of a picture's brightness (h, w)."""
    import cv2

    height, width = brightness.shape
    best = np.zeros((height, width), np.float32)
    kept: list[tuple[np.ndarray, ...]] = []
    for scale in scales:
        smooth = cv2.GaussianBlur(brightness, (0, 0), scale)
        bend = cv2.Laplacian(smooth, cv2.CV_32F, ksize=1)
        ys, xs = np.nonzero(bend[2:-2, 2:-2] < -WEAKEST / scale**2)
        ys, xs = ys + 2, xs + 2
        here, west, east = smooth[ys, xs], smooth[ys, xs - 1], smooth[ys, xs + 1]
        north, south = smooth[ys - 1, xs], smooth[ys + 1, xs]
        dx, dy, dxx, dyy = (east - west) / 2, (south - north) / 2, east - 2 * here + west, south - 2 * here + north
        dxy = (
            smooth[ys + 1, xs + 1] - smooth[ys + 1, xs - 1] - smooth[ys - 1, xs + 1] + smooth[ys - 1, xs - 1]
        ) / 4  # fmt: skip
        mean, half = (dxx + dyy) / 2, np.hypot((dxx - dyy) / 2, dxy)
        across, along = mean - half, mean + half
        angle = 0.5 * np.arctan2(2 * dxy, dxx - dyy) + np.pi / 2  # of the direction in which it bends down most
        nx, ny = np.cos(angle), np.sin(angle)
        off = -(dx * nx + dy * ny) / across
        strength = -across * scale**2
        good = (
            (strength > WEAKEST)
            & (np.abs(along) < BLOB * np.abs(across))
            & (np.abs(off * nx) < OFF_PIXEL)
            & (np.abs(off * ny) < OFF_PIXEL)
        )
        kept.append((xs[good], ys[good], off[good], nx[good], ny[good], strength[good]))
        np.maximum.at(best, (ys[good], xs[good]), strength[good])
    around = cv2.dilate(best, np.ones((3, 3), np.uint8))
    joined = [np.concatenate(each) for each in zip(*kept, strict=True)]
    xs, ys, off, nx, ny, strength = joined
    most = strength >= 0.999 * around[ys, xs]  # of the widths at a place, the one that answers most
    most |= strength >= 0.999 * best[ys, xs]
    xs, ys, off, nx, ny, strength = (each[most] for each in joined)
    return Ridges(
        np.column_stack([xs + 0.5 + off * nx, ys + 0.5 + off * ny]).astype(float),
        np.column_stack([nx, ny]).astype(float),
        strength,
    )


def straight(found: Ridges, most: int = MOST_LINES) -> Lines:
    """The straight lines of ridge points, by votes of each point for the line in its direction."""
    import cv2

    if not len(found.at):
        return Lines(np.zeros((0, 3)), np.zeros((0, 2, 2)), np.zeros(0), [])
    normal = np.where(found.normal[:, :1] < 0, -1, 1) * found.normal
    angle = np.arctan2(normal[:, 1], normal[:, 0])  # -90..90 degrees
    by_angle = np.argsort(angle, kind="stable")
    angle, normal = angle[by_angle], normal[by_angle]
    found = Ridges(found.at[by_angle], normal, found.strength[by_angle])
    rho = np.sum(found.at * normal, axis=1)
    low = rho.min() - 4 * RHO_STEP
    angles, rhos = round(np.pi / ANGLE_STEP), int((rho.max() - low) / RHO_STEP) + 8
    free = np.ones(len(angle), bool)

    def cells(which: np.ndarray) -> np.ndarray:
        row = np.clip(((angle[which] + np.pi / 2) / ANGLE_STEP).astype(int), 0, angles - 1)
        return row * rhos + ((rho[which] - low) / RHO_STEP).astype(int)

    votes = np.bincount(cells(free), minlength=angles * rhos).astype(np.float32).reshape(angles, rhos)
    lines: list[np.ndarray] = []
    ends: list[np.ndarray] = []
    covered: list[float] = []
    members: list[np.ndarray] = []
    dry = 0
    while len(lines) < most and dry < 40:
        smooth = cv2.GaussianBlur(votes, (5, 5), 1.2)
        peak = int(np.argmax(smooth))
        if smooth.flat[peak] * 8 < SHORTEST / 4:
            break
        row, column = divmod(peak, rhos)
        turn = (row + 0.5) * ANGLE_STEP - np.pi / 2
        line = np.array([np.cos(turn), np.sin(turn), -(low + (column + 0.5) * RHO_STEP)])
        fitted = _fitted(line, found, angle, free)
        if fitted is None or fitted[3] < SHORTEST:
            dry += 1
            votes[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = 0
            continue
        dry = 0
        lines.append(fitted[0])
        ends.append(fitted[1])
        covered.append(fitted[3])
        gone = fitted[2]
        members.append(np.sort(by_angle[gone]))
        free[gone] = False
        votes = votes - np.bincount(cells(gone), minlength=angles * rhos).astype(np.float32).reshape(angles, rhos)
        np.maximum(votes, 0, out=votes)
    order = np.argsort(-np.array(covered)) if covered else np.zeros(0, int)
    return Lines(
        np.array(lines).reshape(-1, 3)[order],
        np.array(ends).reshape(-1, 2, 2)[order],
        np.array(covered)[order],
        [members[one] for one in order],
    )


def _members(line: np.ndarray, found: Ridges, angle: np.ndarray, free: np.ndarray, near: float) -> np.ndarray:
    """Free points within `near` px of a line that run alike; `angle`: (n,) their normals' angles, ascending."""
    turn = np.arctan2(line[1], line[0])
    edges = np.searchsorted(angle, turn + np.pi * np.arange(-1, 2)[:, None] + [-ALIKE, ALIKE])  # a line has no sense
    kept = [low + np.flatnonzero(free[low:high] & _near(found.at[low:high], line, near)) for low, high in edges]
    return np.concatenate(kept)


def _near(at: np.ndarray, line: np.ndarray, near: float) -> np.ndarray:
    return np.abs(at @ line[:2] + line[2]) < near


def _fitted(
    line: np.ndarray, found: Ridges, angle: np.ndarray, free: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float] | None:
    """The line through the points near `line`: (3,) line, (2, 2) ends, its points, covered px; None for too few."""
    for near in (2 * RHO_STEP, NEAR, NEAR):
        which = _members(line, found, angle, free, near)
        if len(which) < SHORTEST / 2:
            return None
        along = np.array([-line[1], line[0]])
        part = _main_part(found.at[which] @ along)
        if part is None:
            return None
        which = which[part]
        line = _through(found.at[which])
    along = np.array([-line[1], line[0]])
    places = found.at[which] @ along
    foot = -line[2] * line[:2]
    ends = foot + np.outer([places.min(), places.max()], along)
    bins = (places / BIN).astype(int)
    covered = np.count_nonzero(np.bincount(bins - bins.min())) * BIN
    return line, ends, which, covered


def _through(at: np.ndarray) -> np.ndarray:
    """The line (3,) nearest to points (n, 2)."""
    middle = at.mean(axis=0)
    off = at - middle
    _, axes = np.linalg.eigh(off.T @ off)
    return np.append(axes[:, 0], -axes[:, 0] @ middle)


def _main_part(places: np.ndarray) -> np.ndarray | None:
    """Which points lie in the stretch along a line that is covered most: bins with points less twice those without."""
    bins = ((places - places.min()) / BIN).astype(int)
    worth = np.where(np.bincount(bins) > 0, 1.0, -1.0)
    total = np.cumsum(worth)
    lowest = np.minimum.accumulate(np.append(0, total[:-1]))
    stop = int(np.argmax(total - lowest))
    start = int(np.argmin(np.append(0, total[:stop]))) if stop else 0
    part = (bins >= start) & (bins <= stop)
    return part if part.sum() > 3 else None
