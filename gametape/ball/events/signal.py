"""From a trajectory to the network's input, which knows neither pixels nor frame rate.

Belongs here: stretches of a trajectory, their even clock, the channels. Does not belong here: classifying steps
(`network`), choosing events (`find`).

Places are in units of the picture, the square root of its area. Velocities are divided by the usual speed of the second
around, so that resolution, zoom and distance of the camera do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STEP_S = 0.02
"""Step of the even clock, s."""
PAUSE_S = 1.0
"""A ball that is not seen for longer than this, s, begins a new stretch; there is no event across the pause."""
FEWEST = 5
"""Least number of sightings of a stretch."""
AROUND_S = 0.5
"""Standard deviation of the Gaussian weights of the usual speed around a step, s."""
SLOWEST = 0.06
"""Least usual speed, units of the picture per second: the place of a ball at rest is noisy."""
PLAY_S = 2.0
"""Standard deviation of the Gaussian weights of the place, extent and speed of play around a step, s."""
DRIFT_S = 0.3
"""Standard deviation of the Gaussian weights of the mean place that a place is compared with, s."""
LONGEST_GAP_S = 0.4
"""Gaps longer than this look alike, s."""
SMALLEST = 0.01
"""Least extent of play, units of the picture."""
CHANNELS = ("vx", "vy", "dx", "dy", "px", "py", "speed", "pace", "gap", "nearest", "seen")


@dataclass(frozen=True)
class Stretch:
    """n sightings of the ball without a long pause.

    Attributes:
        times: (n,) seconds, ascending.
        places: (n, 2) in units of the picture.
    """

    times: np.ndarray
    places: np.ndarray

    def clock(self) -> np.ndarray:
        """(steps,) even seconds from the first sighting to the last."""
        count = int((self.times[-1] - self.times[0]) / STEP_S + 1e-6) + 1
        return self.times[0] + STEP_S * np.arange(count)


def stretches(times: np.ndarray, places: np.ndarray, shots: np.ndarray | None = None) -> list[Stretch]:
    """Cut sightings into stretches at pauses and cuts; those that are too short are left out.

    Args:
        times: (n,) seconds, ascending.
        places: (n, 2) in units of the picture.
        shots: (n,) shot number of each sighting.
    """
    cut = np.diff(times) > PAUSE_S
    if shots is not None:
        cut |= np.diff(shots) != 0
    cuts = np.flatnonzero(cut) + 1
    pieces = zip(np.split(times, cuts), np.split(places, cuts), strict=True)
    return [Stretch(t, p) for t, p in pieces if len(t) >= FEWEST]


def channels(stretch: Stretch) -> np.ndarray:
    """The network's input: `CHANNELS` at each step of a stretch's clock, (channels, steps) float32."""
    clock, times = stretch.clock(), stretch.times
    place = np.stack([np.interp(clock, times, axis) for axis in stretch.places.T])
    velocity = np.diff(place, axis=1, append=place[:, -1:]) / STEP_S
    velocity[:, -1:] = velocity[:, -2:-1]
    after = np.clip(np.searchsorted(times, clock + 1e-9), 1, len(times) - 1)
    gap = times[after] - times[after - 1]
    nearest = np.minimum(np.abs(times[after] - clock), np.abs(clock - times[after - 1]))
    energy = (velocity**2).sum(axis=0)[None]
    usual, in_play = (np.sqrt(_smooth(energy, around)[0]).clip(SLOWEST) for around in (AROUND_S, PLAY_S))
    centre = _smooth(place, PLAY_S)
    extent = np.sqrt(_smooth((place - centre) ** 2, PLAY_S)).clip(SMALLEST)
    drift = (place - _smooth(place, DRIFT_S)) / usual / DRIFT_S
    speed = np.hypot(*velocity)
    rows = [
        *np.clip(velocity / usual, -4, 4),
        *np.clip(drift, -4, 4),
        *np.clip((place - centre) / extent, -4, 4),
        np.log((speed + 0.1 * usual) / usual),
        np.log(usual / in_play),
        np.minimum(gap, LONGEST_GAP_S) / LONGEST_GAP_S,
        np.minimum(nearest, 0.1) / 0.1,
        np.ones_like(speed),
    ]
    return np.stack(rows).astype(np.float32)


def _smooth(rows: np.ndarray, sigma_s: float) -> np.ndarray:
    """Gaussian means along each row; near the ends, of the steps that exist."""
    reach = int(3 * sigma_s / STEP_S)
    weights = np.exp(-((np.arange(-reach, reach + 1) * STEP_S / sigma_s) ** 2) / 2)
    count = rows.shape[1]

    def mean(row: np.ndarray) -> np.ndarray:
        return np.convolve(row, weights)[reach : reach + count]

    weight = mean(np.ones(count))
    return np.stack([mean(row) / weight for row in rows])
