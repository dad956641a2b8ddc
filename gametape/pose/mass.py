"""The body's centre of mass in the picture.

Belongs here: segments, their masses and the centre. Does not belong here: what its motion means (coaching).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class _Segment(NamedTuple):
    """A body segment: its share of the body's mass, and its centre as a fraction of the way between two joints."""

    mass: float
    centre: float
    first: str
    second: str


# Men, by de Leva 1996, Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters, J. Biomechanics 29, table 4,
# the rows between joint centres (trunk MIDS-MIDH, hand WJC-MET3, foot HEEL-TTIP), figures as in the copy of that table
# in github.com/BMClab/BMC, data/BSPmale_ZdeLeva.txt. The head's centre is taken to be between the ears.
_TRUNK = _Segment(0.4346, 0.4310, "shoulder", "hip")
_HEAD_MASS = 0.0694
_LIMBS = (
    _Segment(0.0271, 0.5772, "shoulder", "elbow"),
    _Segment(0.0162, 0.4574, "elbow", "wrist"),
    _Segment(0.0061, 0.7900, "wrist", "index"),
    _Segment(0.1416, 0.4095, "hip", "knee"),
    _Segment(0.0433, 0.4395, "knee", "ankle"),
    _Segment(0.0137, 0.4415, "heel", "toe"),
)
#: Least share of the body's mass that must be seen: both forearms and hands may be missing, nothing more. Without them
#: the centre moves by about 2 % of the body's height at most.
LEAST_MASS = 0.95
#: Joints that the centre of mass needs, on both sides.
MASS_JOINTS = ("ear", "shoulder", "elbow", "wrist", "index", "hip", "knee", "ankle", "heel", "toe")


def centre_of_mass(point: dict[str, np.ndarray]) -> np.ndarray:
    """Compute the centre of mass.

    Args:
        point: Each of MASS_JOINTS as `left_…` and `right_…`, (n, 2) px, NaN where it is not seen.

    Returns:
        (n, 2) px, NaN where less than LEAST_MASS of the body is seen.
    """

    def mid(joint: str) -> np.ndarray:
        return (point[f"left_{joint}"] + point[f"right_{joint}"]) / 2

    parts = [(_HEAD_MASS, mid("ear")), (_TRUNK.mass, _between(mid(_TRUNK.first), mid(_TRUNK.second), _TRUNK.centre))]
    for limb in _LIMBS:
        for side in ("left", "right"):
            ends = point[f"{side}_{limb.first}"], point[f"{side}_{limb.second}"]
            parts.append((limb.mass, _between(*ends, limb.centre)))
    places = np.stack([place for _, place in parts])
    masses = np.array([mass for mass, _ in parts])[:, None] * np.isfinite(places).all(axis=2)
    seen = masses.sum(axis=0)
    centre = (masses[..., None] * np.nan_to_num(places)).sum(axis=0) / np.maximum(seen, 1e-9)[:, None]
    return np.where((seen >= LEAST_MASS)[:, None], centre, np.nan)


def _between(first: np.ndarray, second: np.ndarray, part: float) -> np.ndarray:
    return first + part * (second - first)
