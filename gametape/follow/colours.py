"""Colours of shirts, CIELAB: what two have in common in another light, and the colour that a sidecar names.

Belongs here: colours as numbers. Does not belong here: whose colour it is (`weigh`).
"""

from __future__ import annotations

import numpy as np

#: What a difference of lightness and of saturation counts, beside one of hue: light and shade change them.
_LIGHT, _CHROMA = 0.5, 0.6

#: From linear sRGB to XYZ.
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)

Lab = tuple[float, float, float]


def lab_of(colour: str) -> Lab:
    """CIELAB (D65) of `#rrggbb`.

    >>> [round(v) for v in lab_of("#ffffff")], [round(v) for v in lab_of("#c8102e")]
    ([100, 0, 0], [43, 66, 36])
    """
    rgb = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = _TO_XYZ @ linear / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def distance(one: Lab, other: Lab) -> float:
    """How different two shirts are, about CIELAB's ΔE; hue counts most, lightness least, and hue has no seam at red.

    >>> distance((40, 60, 30), (25, 45, 22)) < 15 < 30 < distance((40, 60, 30), (40, -40, 30))
    True
    >>> distance((40, 60, -2), (40, 60, 2)) < 5
    True
    """
    (l1, a1, b1), (l2, a2, b2) = one, other
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    hue = max((a1 - a2) ** 2 + (b1 - b2) ** 2 - (c1 - c2) ** 2, 0.0)
    return float(np.sqrt((_LIGHT * (l1 - l2)) ** 2 + (_CHROMA * (c1 - c2)) ** 2 + hue))


def middle(colours: np.ndarray) -> Lab | None:
    """The median colour of (n, 3) rows, those that are NaN left out; None where none is known."""
    known = colours[np.isfinite(colours).all(axis=1)]
    return tuple(float(v) for v in np.median(known, axis=0)) if len(known) else None  # type: ignore[return-value]
