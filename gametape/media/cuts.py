"""Where one shot ends and another begins, by how much small pictures change.

Belongs here: the change between two pictures, the rule for cuts. Does not belong here: repeats (repeats.py), what the
pictures show.

When the exposure or the white balance jumps, every pixel changes but nothing in the picture does: each level of the one
picture becomes one level of the other. So what a tone curve explains is no change, where it explains nearly all.
"""

from __future__ import annotations

import numpy as np

#: A cut is compared with this many frames on either side.
_CUT_REACH = 3
#: Cut to another camera: least change in levels, and least multiple of the largest change around it.
_OTHER_CAMERA = (8.0, 2.5)
#: Cut within the view of one fixed camera: the same two limits.
_SAME_CAMERA = (1.2, 6.0)
#: Levels of a picture that the tone curve is known at.
_KNOTS = 16
#: A tone curve explains a change where it leaves less than this share of it, and of the picture's own contrast.
_LEFT = 0.35
#: Share of the change that a tone curve leaves by itself: highlights are clipped, and encoders are coarse.
_CLIPPED = 0.1


def change_between(before: np.ndarray, after: np.ndarray) -> float:
    """How much the second picture shows that the first does not, in levels of 255.

    Args:
        before: (channels, H, W) of 0..255.
        after: The same shape.

    Returns:
        Mean absolute difference; where a tone curve for each channel explains nearly all of it, what is left.

    >>> scene = np.linspace(30, 200, 576).reshape(1, 18, 32)
    >>> change_between(scene, np.minimum(1.4 * scene, 250)) < 1.2 < change_between(scene, scene[:, :, ::-1])
    True
    """
    plain = float(np.abs(np.subtract(after, before, dtype=np.float32)).mean())
    if plain < _SAME_CAMERA[0]:
        return plain
    pairs = [(a.ravel().astype(np.float32), b.ravel().astype(np.float32)) for a, b in zip(before, after, strict=True)]
    left = float(np.mean([np.abs(b - _toned(a, b)).mean() for a, b in pairs]))
    contrast = float(np.mean([np.abs(b - np.median(b)).mean() for _, b in pairs]))
    return max(0.0, left - _CLIPPED * plain) if left < _LEFT * min(plain, contrast) else plain


def _toned(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The pixels of one picture through the tone curve that comes nearest to the other, both (n,)."""
    order = np.argsort(before, kind="stable")
    parts = order[: len(order) // _KNOTS * _KNOTS].reshape(_KNOTS, -1)
    levels, tones = np.median(before[parts], axis=1), np.median(after[parts], axis=1)
    return np.interp(before, levels, np.maximum.accumulate(tones))


def cuts(change: np.ndarray) -> np.ndarray:
    """Find where shots begin.

    A cut stands out from the three frames on either side; a flash (two changes in a row) and a pan (many) do not.
    Measured: cuts between cameras 13.7 and more, within a shot 6.9 and less; where rallies of one fixed camera are
    joined 1.9 and more, against neighbours of 0.25 and less. Dissolves are not found.

    Args:
        change: (n,) change of each frame from the one before, by `change_between` over 32x18 px of Y, U and V; 0 for
            the first.

    Returns:
        (n,) bool, True where a new shot begins.

    >>> cuts(np.array([0.0, 0.1, 20.0, 0.1, 0.1])).tolist()
    [False, False, True, False, False]
    """
    padded = np.pad(change, _CUT_REACH)
    window = np.lib.stride_tricks.sliding_window_view(padded, 2 * _CUT_REACH + 1)
    around = np.delete(window, _CUT_REACH, axis=1).max(axis=1)
    other_camera, same_camera = (
        (change >= least) & (change >= times * around) for least, times in (_OTHER_CAMERA, _SAME_CAMERA)
    )
    return other_camera | same_camera
