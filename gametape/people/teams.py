"""Which side each person plays for, by the colour of what is worn.

Belongs here: the two colours of a film, and how near a person is to each. Does not belong here: reading colours from a
picture (`clothes`), numbers.

Colours are points of CIELAB, so that red, whose hue goes round, is no border, and white on ice is as far from black as
anything. The sides are the two most frequent colours that differ. Whoever wears neither is a referee, or a goalkeeper
in a shirt of his own: a colour alone does not tell these apart. A referee in grey with black trousers is near a side in
white, and still a group of his own: hardly anybody is in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gametape.base.reason import Reason

WEIGHTS = np.array([0.55, 1.0, 1.0, 0.25, 0.45, 0.45])
"""What lightness and colour of shirt and trousers count: light changes more than colour, and trousers less than
shirts."""
NEAR = 12.0
"""Distance at which colours are alike: the spread of one shirt in shade and light."""
APART = 24.0
"""Least distance of the two sides' colours."""
OTHER = 26.0
"""Whoever is further than this from both sides is of neither."""
CLEARLY = 0.7
"""A side is told where its colour is nearer than this share of the distance to the other."""
LEAST_SHARE = 0.12
"""Least share of the people whom a side has."""
VALLEY = 0.85
"""Two groups are two sides where half-way between them there is at most this share of what is at the smaller one. Of
one kit with a wide spread, and of an even mixture of two, 0.7 to 0.9 make two sides in none of 40 crowds drawn by
chance."""
OTHERS, OTHERS_SHARE, OF_A_SIDE = 3, 0.025, 0.45
"""Most colours of people of neither side, and the least share of the people that one has: one referee of eleven is
seen less than they are. What is more than this share of those near a side is the side itself, in another light."""
BETWEEN = 0.5
"""Others are a group of their own where half-way to the nearer side there is at most this share of what is in them."""
SEEN = 4
"""Fewest boxes whose colour counts."""


@dataclass(frozen=True, eq=False)
class Sides:
    """The two sides' colours.

    Attributes:
        colours: (2, 6) weighted CIELAB, the more frequent first; None where there are no two.
        others: (n, 6) the same of people of neither side, such as referees, as far as they are many boxes' colour.
    """

    colours: np.ndarray | None
    others: np.ndarray = field(default_factory=lambda: np.empty((0, 6)))

    def distances(self, colours: np.ndarray) -> np.ndarray:
        """(n, 2) distance of colours (n, 6) from each side; NaN where a colour is not known."""
        if self.colours is None:
            return np.full((len(colours), 2), np.nan)
        return _apart(colours * WEIGHTS, self.colours)

    def lean(self, colours: np.ndarray) -> np.ndarray:
        """(n,) which side colours (n, 6) are nearer to, from -1, clearly the first, to 1, clearly the second.

        It is 0 in between, where they are of neither, and where they are not known.
        """
        off = self.distances(colours)
        near, both = off.min(axis=1), off.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            lean = np.clip(2 * (off[:, 0] - off[:, 1]) / both, -1, 1)
            lean[~(near <= OTHER)] = 0.0
        return np.nan_to_num(lean)

    def of(self, colours: np.ndarray) -> np.ndarray:
        """The side of each colour (n, 6): 0 or 1, 2 of neither, -1 not clear."""
        off = self.distances(colours)
        out = np.full(len(off), -1)
        with np.errstate(invalid="ignore"):
            near, far = off.min(axis=1), off.max(axis=1)
            clear = (near <= OTHER) & (near < CLEARLY * far)
            neither = near > OTHER
            if len(self.others):
                other = _apart(colours * WEIGHTS, self.others).min(axis=1)
                clear &= near < other
                neither |= other < CLEARLY * near
        out[neither] = 2
        clear &= ~neither
        out[clear] = off[clear].argmin(axis=1)
        return out

    def told(self, colours: np.ndarray) -> np.ndarray:
        """(n,) whose each colour (n, 6) is: 0 or 1, 2 of people of neither side who are known; -1 not clear."""
        out = self.of(colours)
        if not len(self.others):
            return np.where(out == 2, -1, out)
        near = self.distances(colours).min(axis=1)
        out[(out == 2) & ~(_apart(colours * WEIGHTS, self.others).min(axis=1) < near)] = -1
        return out


def sides_of(colours: np.ndarray, weights: np.ndarray) -> Sides:
    """Find the two sides' colours.

    Args:
        colours: (n, 6) CIELAB of shirt and trousers of n people; NaN where not known.
        weights: (n,) how often each was seen.
    """
    known = np.isfinite(colours).all(axis=1) & (weights > 0)
    points, weight = colours[known] * WEIGHTS, weights[known].astype(float)
    if len(points) < 2:
        return Sides(None)
    if len(points) > 1500:  # the densest colours are as well known from fewer
        chosen = np.argsort(-weight, kind="stable")[:1500]
        points, weight = points[chosen], weight[chosen]
    apart = _apart(points, points)
    density = (np.exp(-0.5 * (apart / NEAR) ** 2) * weight).sum(axis=1)
    first = int(density.argmax())
    other = np.where(apart[first] >= APART, density, -1.0)
    second = int(other.argmax())
    if other[second] > 0 and (found := _two(points, weight, points[[first, second]])) is not None:
        return Sides(found, _others(points, weight, found))
    # Shirts of few pixels are mixed with what is beside them: between two colours there are many, and the most frequent
    # one may be of neither side. Then the two ends are looked at.
    found = _two(points, weight, _ends(points, weight))
    if found is None or not _parted(points, weight, found):
        return Sides(None)
    return Sides(found, _others(points, weight, found))


def _others(points: np.ndarray, weight: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """(n, 6) the colours of groups of people beside the two sides: a valley parts them from the nearer side."""
    found: list[np.ndarray] = []
    off = _apart(points, middles)
    left = off.min(axis=1) >= NEAR
    while left.any() and len(found) < OTHERS:
        there = points[left]
        density = (np.exp(-0.5 * (_apart(there, there) / NEAR) ** 2) * weight[left]).sum(axis=1)
        middle = there[int(density.argmax())]
        to = np.linalg.norm(points - middle, axis=1)
        own = (to <= 1.5 * NEAR) & (to < off.min(axis=1))
        left &= to > 1.5 * NEAR
        if weight[own].sum() < OTHERS_SHARE * weight.sum():
            break
        middle = _median(points[own], weight[own])
        apart = np.linalg.norm(middles - middle, axis=1)
        nearer = int(apart.argmin())
        beside = weight[off.argmin(axis=1) == nearer].sum()
        if (
            apart.min() >= NEAR
            and weight[own].sum() <= OF_A_SIDE * beside
            and _parted(points, weight, np.stack([middles[nearer], middle]), BETWEEN, NEAR)
        ):
            found.append(middle)
    return np.array(found).reshape(-1, 6)


def _two(points: np.ndarray, weight: np.ndarray, middles: np.ndarray) -> np.ndarray | None:
    """The middles (2, 6) of two groups that begin with these, the larger first; None where they are no two sides."""
    for _ in range(5):
        off = _apart(points, middles)
        members = [(off.argmin(axis=1) == side) & (off[:, side] <= OTHER) for side in (0, 1)]
        if not all(one.any() for one in members):
            return None
        middles = np.stack([_median(points[one], weight[one]) for one in members])
    shares = [weight[one].sum() / weight.sum() for one in members]
    if min(shares) < LEAST_SHARE or np.linalg.norm(middles[0] - middles[1]) < APART * 0.75:
        return None
    return middles if shares[0] >= shares[1] else middles[::-1].copy()


def _ends(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(2, 6) where the points end along the direction in which they differ most."""
    off = (points - np.average(points, axis=0, weights=weight)) * np.sqrt(weight)[:, None]
    along = points @ np.linalg.svd(off, full_matrices=False)[2][0]
    order = np.argsort(along)
    share = np.cumsum(weight[order]) / weight.sum()
    ends = [points[order[: np.searchsorted(share, 0.25) + 1]], points[order[np.searchsorted(share, 0.75) :]]]
    return np.stack([np.median(one, axis=0) for one in ends])


def _parted(
    points: np.ndarray, weight: np.ndarray, middles: np.ndarray, valley: float = VALLEY, beside: float = OTHER
) -> bool:
    """Whether fewer points lie half-way between two middles than at them."""
    way = middles[1] - middles[0]
    along = (points - middles[0]) @ way / (way @ way)
    near = np.linalg.norm(points - middles[0] - along[:, None] * way, axis=1) <= beside
    first, between, second = (weight[near & (np.abs(along - at) <= 1 / 6)].sum() for at in (0.0, 0.5, 1.0))
    return bool(between <= valley * min(first, second))


def team_of(colours: np.ndarray, sides: Sides) -> tuple[str | None, Reason, float | None]:
    """The team of a person seen in boxes of these colours (n, 6): its name, why, and how clear it is, 0..1."""
    known = colours[np.isfinite(colours).all(axis=1)]
    if sides.colours is None:
        return None, Reason("no_two_colours"), None
    if len(known) < SEEN:
        return None, Reason("colour_hardly_seen", n=len(known), needed=SEEN), None
    colour = np.median(known, axis=0)[None]
    side, off = int(sides.of(colour)[0]), sides.distances(colour)[0]
    if side < 0:
        return None, Reason("between_two_colours"), None
    if side == 2:
        return "referee", Reason("neither_colour"), _clear_of_both(off, colour, sides)
    return "ab"[side], Reason("shirt_colour"), float(np.clip(1 - off[side] / max(off[1 - side], 1e-6), 0, 1))


def _clear_of_both(off: np.ndarray, colour: np.ndarray, sides: Sides) -> float:
    """How clearly a colour (1, 6) is of neither side, 0..1: it is far from both, or much nearer to another."""
    far = off.min() / OTHER - 1
    near = 1 - _apart(colour * WEIGHTS, sides.others).min() / max(off.min(), 1e-6) if len(sides.others) else 0.0
    return float(np.clip(max(far, near), 0, 1))


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    out: np.ndarray = np.linalg.norm(one[:, None] - other[None], axis=2)
    return out


def _median(points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted median of each column."""
    out = []
    for column in points.T:
        order = np.argsort(column)
        share = np.cumsum(weights[order])
        out.append(column[order][np.searchsorted(share, share[-1] / 2)])
    return np.array(out)
