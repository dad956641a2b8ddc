"""Which frames show the picture of the frame before once more, told from how much each picture changes.

Belongs here: the measure of a change and the rule. Does not belong here: when the pictures were taken
(gametape.film.clock), cuts (cuts.py).

A film of 25 pictures a second that is stored as 30 shows every fifth one twice, and encoding it again makes the two
differ a little. Such a pair stands out from its neighbours: between two pictures in which something moves there is one
that all but stands still. Where nothing moves at all there is nothing to stand out from, and a still scene is no
repeat; a picture that stays the same to the level for `FREEZE_S` is.
"""

from __future__ import annotations

import numpy as np

#: Side of the cells in which a change is measured, px of a picture of 320 px width.
CELL = 4
#: Changes of a cell are counted in these parts of a level, and up to 255 of them.
PARTS = 8
#: Neighbours in which movement is looked for, on either side of a frame.
REACH = 5
#: A frame repeats the one before where it changes by less than this share of what its neighbours do on both sides,
CONTRAST = 0.12
#: while they change by at least so many levels. Root mean squares over the picture.
LEAST_AROUND = 0.3
#: The shares where the shot has other repeats: of those that count, and of all at most. People pause for a frame, but
#: seldom time and again; encoding once more at a low quality refines a picture that stands still.
CONTRAST_OF_OTHERS, CONTRAST_AMONG_OTHERS = 0.3, 0.45
#: The others tell how much encoding changes a repeat in this film: all may change by so many times their median share.
TIMES_THE_OTHERS = 5
#: Where a small ball alone moves: the share, the most and the least around of the cell that changes most, levels.
CONTRAST_OF_ONE, MOST_OF_ONE, LEAST_AROUND_ONE = 0.2, 2.0, 4.0
#: A shot has other repeats where so many of its frames count, and at least this share of them. At its first and last
#: frames, which have few neighbours or none on one side, these are needed too.
LEAST_OTHERS, LEAST_SHARE = 3, 0.04
#: A picture in which no pixel differs by more than this many levels is the same: codecs disturb it so far.
SAME_LEVELS = 1
#: The same picture for so long is no still scene but a film that stands still; s.
FREEZE_S = 0.5


def change_of(before: np.ndarray, after: np.ndarray) -> tuple[float, float, int]:
    """Measure how much a picture differs from the one before.

    Args:
        before: (h, w) uint8, luma of about 320 px width.
        after: (h, w) uint8.

    Returns:
        Levels by which the pixels change (root mean square), by which the cell changes that changes most, and the
        pixel that does.
    """
    import cv2

    change = cv2.absdiff(before, after)
    cells = (max(1, change.shape[1] // CELL), max(1, change.shape[0] // CELL))
    small = cv2.resize(cv2.convertScaleAbs(change, alpha=PARTS), cells, interpolation=cv2.INTER_AREA)
    rms = cv2.norm(change, cv2.NORM_L2) / change.size**0.5
    return rms, float(small.max()) / PARTS, int(cv2.norm(change, cv2.NORM_INF))


def find_repeats(changes: np.ndarray, shots: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Find the frames that repeat the picture before.

    Args:
        changes: (n, 3) what `change_of` gives for each frame; anything for the first.
        shots: (n,) number of the shot of each frame; the first frame of a shot repeats none.
        times: (n,) seconds at which the frames are shown.

    Returns:
        (n,) bool.
    """
    fresh = np.diff(shots, prepend=shots[:1] - 1) != 0
    rms, one, pixel = np.where(fresh[:, None], np.nan, changes).T
    before, after, at_an_end = _around(rms, shots)
    around = np.fmin(before, after)
    share = rms / np.where(around >= LEAST_AROUND, around, np.nan)
    # Near an end of its shot a frame has few neighbours on one side, all repeats perhaps: then the other side tells.
    fuller = np.where(at_an_end, np.fmax(before, after), np.nan)
    share_at_end = rms / np.where(fuller >= LEAST_AROUND, fuller, np.nan)
    around_one = np.fmin(*_around(one, shots)[:2])
    alone = (around_one >= LEAST_AROUND_ONE) & (one <= MOST_OF_ONE) & (one < CONTRAST_OF_ONE * around_one)
    full = np.isfinite(before) & np.isfinite(after)
    found = full & ((share < CONTRAST) | alone)
    others = full & (alone | (share < CONTRAST_OF_OTHERS))
    for shot in np.unique(shots):
        mine = shots == shot
        if np.count_nonzero(others & mine) >= max(LEAST_OTHERS, LEAST_SHARE * np.count_nonzero(mine)):
            known = share[others & mine & np.isfinite(share)]
            usual = float(np.median(known)) if len(known) else 0.0
            most = min(CONTRAST_AMONG_OTHERS, max(CONTRAST, TIMES_THE_OTHERS * usual))
            found |= mine & full & (share < most) | mine & (share_at_end < min(most, CONTRAST_OF_OTHERS))
    same = pixel <= SAME_LEVELS
    for run in np.split(np.arange(len(same)), np.flatnonzero(np.diff(same)) + 1):
        if len(run) and same[run[0]] and times[run[-1]] - times[max(0, run[0] - 1)] >= FREEZE_S:
            found[run] = True
    return found & ~fresh


def _around(values: np.ndarray, shots: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The greatest values of the neighbours in the same shot.

    Returns:
        (n,) within REACH frames before, NaN where there is none; (n,) the same after; (n,) bool, are there fewer than
        REACH frames on one side?
    """
    sides = []
    for direction in (1, -1):
        ahead, shot = values[::direction], shots[::direction]
        greatest = np.full(len(values), np.nan)
        for by in range(1, min(REACH, len(values) - 1) + 1):
            near = np.where(shot[by:] == shot[:-by], ahead[:-by], np.nan)
            greatest[by:] = np.fmax(greatest[by:], near)
        sides.append(greatest[::direction])
    number = np.arange(len(values))
    first, last = np.searchsorted(shots, shots), np.searchsorted(shots, shots, side="right") - 1
    return sides[0], sides[1], (number - first <= REACH) | (last - number < REACH)
