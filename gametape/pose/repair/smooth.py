"""One point's path: outliers dropped, short gaps filled, trembling taken out without lag.

Belongs here: the mathematics of one path over true times. Does not belong here: bodies, tables.

The low-pass is a cubic smoothing spline: the path f that makes ∫(y - f)² + λ∫f''² least. On even samples its gain is
1 / (1 + λ(2πν)⁴), that of a second order Butterworth filter run forwards and backwards, without phase; but it needs
no even samples, and no padding at the ends. λ = (√2 - 1) / (2πν)⁴ puts -3 dB at the cut-off ν, both runs together.
"""

from __future__ import annotations

import numpy as np

GAP_S = 0.2
"""Gaps up to this long are filled; over longer ones nothing is known."""
_REACH_S, _LEAST_REACH = 0.06, 3  # of Hampel's window each way, in seconds and in samples
_DEVIATIONS = 3.0
_MOST_OF_RATE = 0.4  # a cut-off is at most this part of the sampling rate, below the Nyquist frequency
LEAST_SAMPLES = 5  # of a run that is smoothed


def runs(times: np.ndarray, known: np.ndarray) -> list[np.ndarray]:
    """Indices of the known samples, in stretches without a gap longer than GAP_S."""
    index = np.flatnonzero(known)
    if not len(index):
        return []
    return np.split(index, np.flatnonzero(np.diff(times[index]) > GAP_S + 1e-6) + 1)


def outliers(times: np.ndarray, path: np.ndarray, floor: float) -> np.ndarray:
    """(n,) bool: samples of `path` (n, 2), NaN where unknown, far from the median of those around them (Hampel's
    identifier: 3 standard deviations, told by the median absolute deviation), and farther than `floor`."""
    far = np.zeros(len(path), bool)
    for run in runs(times, np.isfinite(path).all(axis=1)):
        step = np.median(np.diff(times[run])) if len(run) > 1 else 0.0
        reach = max(_LEAST_REACH, round(_REACH_S / step)) if step > 0 else _LEAST_REACH
        if len(run) < 2 * reach + 1:
            continue
        padded = np.pad(path[run], ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
        around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
        median = np.median(around, axis=-1)
        spread = 1.4826 * np.median(np.abs(around - median[..., None]), axis=-1)
        far[run] = (np.abs(path[run] - median) > np.maximum(_DEVIATIONS * spread, floor)).any(axis=1)
    return far


def cutoff_used(times: np.ndarray, cutoff_hz: float) -> float:
    """The cut-off that samples at these times allow."""
    return min(cutoff_hz, _MOST_OF_RATE / float(np.median(np.diff(times)))) if len(times) > 1 else cutoff_hz


def smoothed(times: np.ndarray, path: np.ndarray, cutoff_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """`path` (n, 2), NaN where unknown, low-passed at `cutoff_hz`, its gaps up to GAP_S filled, and (n,) bool: filled.

    Runs between longer gaps are smoothed each by itself; those of fewer than five samples, and all at a cut-off of 0,
    stay as they are, their gaps filled along straight lines.
    """
    from scipy.interpolate import make_smoothing_spline

    out, filled = path.copy(), np.zeros(len(path), bool)
    known = np.isfinite(path).all(axis=1)
    for run in runs(times, known):
        inside = np.arange(run[0], run[-1] + 1)
        gaps = inside[~known[inside]]
        at = times[run]
        if len(run) < LEAST_SAMPLES or not cutoff_hz:
            if len(gaps):
                out[gaps] = np.column_stack([np.interp(times[gaps], at, path[run, axis]) for axis in (0, 1)])
        else:
            # Each sample stands for the time around it: the sum over uneven samples is the integral.
            weight = np.gradient(at)
            lam = (np.sqrt(2) - 1) / (2 * np.pi * cutoff_used(at, cutoff_hz)) ** 4
            origin = path[run].mean(axis=0)
            spline = make_smoothing_spline(at - at[0], path[run] - origin, w=weight, lam=lam)
            out[inside] = spline(times[inside] - at[0]) + origin
        filled[gaps] = True
    return out, filled
