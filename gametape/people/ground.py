"""Who is on the playing surface: the colour at the feet tells players from spectators.

Belongs here: which colours a film's surface has, and whether a box is on it. Does not belong here: reading colours from
a picture (`clothes`), pieces of tracks (`tracks`).

Ice, grass, wood and mats have one colour, or a few where lines, circles and zones are painted; most of those who are
surely people stand on it. Spectators have other spectators, seats and boards at their feet. A player whose feet the
boards hide still has the surface behind the upper body. The colours are found anew in each film, so that nothing need
be known of the sport; where no colour is common to most, nobody is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WEIGHTS = np.array([0.6, 1.0, 1.0])
"""What lightness and colour count: a surface is lit unevenly."""
NEAR, ON = 9.0, 17.0
"""Distance within which colours are one, and within which a colour is the surface's, weighted CIELAB."""
EVEN = 9.0
"""What is more uneven around the feet than this is not certainly a surface."""
SURE = 0.5
"""Least confidence of the boxes by which the surface is found."""
FEWEST = 25
"""Fewest such boxes."""
LEAST_SHARE, MOST_SHARE = 0.05, 0.5
"""A colour comes into question where so many of the sure boxes stand on it; the surface holds most of them."""
COLOURS = 6
"""Most colours that come into question."""
BOXES, GO_OVER = 3, 0.4
"""A colour belongs to the surface where this share of the pieces with so many boxes on it have as many on the rest:
players run from zone to zone, spectators stay among the seats. On the two films of docs/benchmarks.md 0.2 to 0.6 give
the same tracks: what tells zones from seats is not measured."""
MOST = 2000
"""Boxes among which colours are looked for."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The colours of a playing surface, (n, 3) weighted CIELAB."""

    colours: np.ndarray

    def holds(self, ground: np.ndarray) -> np.ndarray:
        """(n,) 1 where a box is on the surface, 0 where it is not, NaN where it is not known.

        Args:
            ground: (n, 7) of the boxes, by `clothes.ground`.
        """
        feet, behind = self._off(ground[:, :3]), self._off(ground[:, 4:])
        on = ((feet <= ON) | (behind <= ON)).astype(float)
        on[~np.isfinite(feet)] = np.nan
        return on

    def _off(self, colours: np.ndarray) -> np.ndarray:
        out: np.ndarray = np.linalg.norm((colours * WEIGHTS)[:, None] - self.colours[None], axis=2).min(axis=1)
        return out


def surface_of(ground: np.ndarray, confidence: np.ndarray, piece: np.ndarray) -> Surface | None:
    """Find the surface of a film; None where there is no colour on which most stand.

    Args:
        ground: (n, 7) of boxes of the film, by `clothes.ground`.
        confidence: (n,).
        piece: (n,) whose box it is, as far as somebody was followed without a gap; -1: not followed.
    """
    sure = (confidence >= SURE) & np.isfinite(ground[:, :4]).all(axis=1)
    if sure.sum() < FEWEST:
        return None
    asked = _common(ground[sure & (ground[:, 3] <= EVEN), :3] * WEIGHTS, LEAST_SHARE * float(sure.sum()))
    if not asked:
        return None
    colours = [asked[0]]
    for colour in asked[1:]:
        there, rest = (_pieces(Surface(np.array(one)), ground, piece) for one in ([colour], colours))
        if there and len(there & rest) >= GO_OVER * len(there):
            colours.append(colour)
    surface = Surface(np.array(colours))
    return surface if float(surface.holds(ground[sure]).mean()) >= MOST_SHARE else None


def _common(points: np.ndarray, least: float) -> list[np.ndarray]:
    """Colours near which there are at least so many points, the most common first."""
    found: list[np.ndarray] = []
    scale = max(1.0, len(points) / MOST)
    left = points[np.linspace(0, len(points) - 1, MOST).astype(int)] if scale > 1 else points
    while len(left) and len(found) < COLOURS:
        some = left[:: max(1, len(left) // 300)]
        middle = some[(np.linalg.norm(left[:, None] - some[None], axis=2) <= NEAR).sum(axis=0).argmax()]
        for _ in range(3):
            middle = left[np.linalg.norm(left - middle, axis=1) <= NEAR].mean(axis=0)
        own = np.linalg.norm(left - middle, axis=1) <= NEAR
        if own.sum() * scale < least:
            break
        found.append(middle)
        left = left[~own]
    return found


def _pieces(surface: Surface, ground: np.ndarray, piece: np.ndarray) -> set[int]:
    """The pieces of which some boxes stand on a surface."""
    on = (surface._off(ground[:, :3]) <= NEAR) & (piece >= 0)
    numbers, counts = np.unique(piece[on], return_counts=True)
    return set(numbers[counts >= BOXES].tolist())
