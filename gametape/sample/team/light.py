"""Light of the team film: bodies are round, they darken the ice beneath them, and a lens is never quite sharp.

Belongs here: what light and a lens do to what is drawn. Does not belong here: figures and the hall themselves.

On film white players stand out from white ice: the light comes from above, so a shirt gets less of it than the ice
(measured on a hockey broadcast: 160 levels of 208), and least where it turns away, at its outline.
"""

from __future__ import annotations

import numpy as np

ROUND = 0.05
"""So far in from its outline a body turns, share of its height."""
EDGE, TURNED, ABOVE = 0.55, 0.27, 0.12
"""Light of the ice's at an outline, what is more where a body faces the camera, and where it faces upwards."""
SHADOW, FLAT = 0.22, 0.35
"""Share of the light that is missing under somebody, and how flat the shadow is."""
SHARPENED = 0.5
"""What a camera adds at edges, of the difference to what is around."""


def shaded(picture: np.ndarray, body: np.ndarray, tall: float, strength: float = 1.0) -> None:
    """Darken a figure as if it were round and lit from above, and clear what is around it.

    Args:
        picture: (h, w, 3) uint8, changed.
        body: (h, w) uint8, 255 where the figure is.
        tall: Its height, px.
        strength: 0: as flat as it was, 1: as on film.
    """
    import cv2

    framed = cv2.copyMakeBorder(body, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inside = np.minimum(cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1] / (ROUND * tall), 1.0)
    towards = np.sqrt(1 - (1 - inside) ** 2)
    # Towards the inside it is farther from the outline: where that is downwards, the body faces up.
    up = cv2.Sobel(cv2.blur(inside, (3, 3)), cv2.CV_32F, 0, 1, ksize=3, scale=ROUND * tall / 8)
    light = EDGE + TURNED * towards + ABOVE * (0.5 + 0.5 * np.clip(up, -1, 1))
    lit = np.where(body > 0, 255 * (1 - strength + strength * light), 0).astype(np.uint8)
    cv2.multiply(picture, cv2.merge([lit] * 3), dst=picture, scale=1 / 255)


def shadows(canvas: np.ndarray, feet: np.ndarray, tall: np.ndarray) -> None:
    """Darken the ground under people.

    Args:
        canvas: (h, w, 3) uint8, changed.
        feet: (n, 2) px.
        tall: (n,) heights, px.
    """
    import cv2

    coarse = 4
    small = np.zeros((canvas.shape[0] // coarse + 1, canvas.shape[1] // coarse + 1), np.uint8)
    for (x, y), height in zip(feet / coarse, tall / coarse, strict=True):
        wide = 0.3 * height
        at = int((x + 0.08 * height) * 8), int(y * 8)
        cv2.ellipse(small, at, (int(wide * 8), int(FLAT * wide * 8)), 0, 0, 360, 255, -1, cv2.LINE_8, 3)
    soft = cv2.GaussianBlur(small, (0, 0), max(1.0, 0.06 * float(np.mean(tall)) / coarse)) if len(tall) else small
    light = (255 - SHADOW * soft).astype(np.uint8)
    full = cv2.resize(light, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_LINEAR)
    cv2.multiply(canvas, cv2.merge([full[: canvas.shape[0], : canvas.shape[1]]] * 3), dst=canvas, scale=1 / 255)


def through_a_lens(canvas: np.ndarray) -> np.ndarray:
    """A picture (h, w, 3) uint8 as a camera gives it: a little soft, its edges sharpened."""
    import cv2

    soft = cv2.GaussianBlur(canvas, (5, 5), 0.8)
    around = cv2.blur(soft, (5, 5))
    out: np.ndarray = cv2.addWeighted(soft, 1 + SHARPENED, around, -SHARPENED, 0)
    return out
