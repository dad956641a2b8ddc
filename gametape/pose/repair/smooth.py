"""The path of one point: outliers dropped, short gaps filled, jitter smoothed without lag.

Belongs here: the mathematics of one path over true times. Does not belong here: bodies, tables.

The low-pass is a cubic smoothing spline: the path f that minimises ∫(y - f)² + λ∫f''². On even samples its gain is
1 / (1 + λ(2πν)⁴), that of a second order Butterworth filter run forwards and backwards, with zero phase; but it needs
neither even samples nor padding at the ends. λ = (√2 - 1) / (2πν)⁴ puts -3 dB at the cut-off ν for both runs together.
"""

from __future__ import annotations

import numpy as np

#: Gaps up to this long are filled, seconds.
GAP_S = 0.2
#: Hampel's window each way: seconds, and at least so many samples.
_REACH_S, _LEAST_REACH = 0.06, 3
#: Standard deviations from the median from which a sample is an outlier.
_DEVIATIONS = 3.0
#: A cut-off is at most this fraction of the sampling rate, which is below the Nyquist frequency.
_MOST_OF_RATE = 0.4
#: Fewest samples of a run that is smoothed.
LEAST_SAMPLES = 5


def runs(times: np.ndarray, known: np.ndarray) -> list[np.ndarray]:
    """Indices of the known samples, in runs without a gap longer than GAP_S.

    >>> [run.tolist() for run in runs(np.array([0.0, 0.1, 0.2, 0.9]), np.array([True, False, True, True]))]
    [[0, 2], [3]]
    """
    index = np.flatnonzero(known)
    if not len(index):
        return []
    return np.split(index, np.flatnonzero(np.diff(times[index]) > GAP_S + 1e-6) + 1)


def outliers(times: np.ndarray, path: np.ndarray, floor: float) -> np.ndarray:
    """Find samples far from the median of those around them (Hampel's identifier).

    Args:
        times: (n,) seconds.
        path: (n, 2) px, NaN where unknown.
        floor: Samples nearer to the median than this are no outliers, px.

    Returns:
        (n,) bool.
    """
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
    """Lower a cut-off, Hz, to what samples at these times (n,) allow."""
    return min(cutoff_hz, _MOST_OF_RATE / float(np.median(np.diff(times)))) if len(times) > 1 else cutoff_hz


def smoothed(times: np.ndarray, path: np.ndarray, cutoff_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Low-pass a path and fill its gaps up to GAP_S.

    Runs between longer gaps are smoothed separately. Runs of fewer than LEAST_SAMPLES, and all at a cut-off of 0, stay
    as they are, with their gaps filled along straight lines.

    Args:
        times: (n,) seconds.
        path: (n, 2) px, NaN where unknown.
        cutoff_hz: Cut-off at -3 dB, Hz; 0 for no smoothing.

    Returns:
        The path (n, 2), and (n,) which samples are filled in.
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
            # Each sample counts for the time around it, so that the sum over uneven samples is the integral.
            weight = np.gradient(at)
            lam = (np.sqrt(2) - 1) / (2 * np.pi * cutoff_used(at, cutoff_hz)) ** 4
            origin = path[run].mean(axis=0)
            spline = make_smoothing_spline(at - at[0], path[run] - origin, w=weight, lam=lam)
            out[inside] = spline(times[inside] - at[0]) + origin
        filled[gaps] = True
    return out, filled
