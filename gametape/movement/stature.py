"""How tall the player is: in the picture, and in metres, as the sidecar gives it or a calibrated picture shows it.

Belongs here: the size of the body with its errors. Does not belong here: the height along the limbs (motion.py), what
a picture's calibration is (gametape.geometry).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.sidecar import Player
from gametape.geometry.calibrate import Calibration
from gametape.geometry.stretches import Calibrations, calibrated_court
from gametape.movement.measure import Measure
from gametape.movement.motion import ANKLE, SHOULDER, Motion
from gametape.movement.summaries import MIN_SAMPLES

if TYPE_CHECKING:
    import pyarrow as pa

PROPORTIONS = 0.03
"""Standard error of one body's proportions against the average, of its height. Assumed."""
GIVEN_M = 0.01
"""Standard error of a height that the sidecar gives, m. Assumed."""
ANKLE_M = 0.07
"""Height of an ankle above the ground, m: 0.039 of 1.8 m."""
STANDS = 0.2
"""Heights a second below which a foot stands."""
BY_CAMERA = "by the calibrated camera"
"""In the method of a height that the calibration tells, and of what rests on it."""
MOST_ERROR = 0.1
"""Standard error, of the height, above which the height is not known."""


@dataclass(frozen=True)
class _Stature:
    """Metres with their standard error, from `n` samples; or why not."""

    method: str
    metres: float | None = None
    error: float | None = None
    n: int = 0
    reason: str | None = None


def size_measures(motion: Motion, player: Player, calibration: pa.Table) -> Iterable[Measure]:
    """Body height in px and m, and the scale that they make; errors are standard errors. `calibration` is a table by
    contract CALIBRATION, or one without rows.
    """
    px = motion.body_height_px
    unseen = None if px else Reason("trunk_seldom_seen")
    spread = float(np.nanstd(motion.height)) if px else None
    error = float(np.hypot(PROPORTIONS * px, _of_mean(motion, spread))) if px else None
    stature = _stature(motion, player, calibration)
    seen = {"n": int(motion.usable(("mid_shoulder", "mid_hip")).sum()), "start_s": motion.start, "end_s": motion.end}
    yield Measure(
        "body_height",
        "px",
        f"standing height from {motion.size_method}, at the proportions of Drillis and Contini",
        px,
        spread=spread,
        error=error,
        reason=unseen,
        **seen,
    )
    yield Measure(
        "body_height_metric",
        "m",
        stature.method,
        stature.metres,
        stature.n,
        start_s=motion.start,
        end_s=motion.end,
        error=stature.error,
        reason=stature.reason,
    )
    scale = px / stature.metres if px and stature.metres else None
    yield Measure(
        "picture_scale",
        "px/m",
        f"body height in px over the player's height in m: {stature.method}",
        scale,
        error=scale * float(np.hypot(error / px, stature.error / stature.metres)) if scale else None,
        reason=unseen or stature.reason,
        **seen,
    )


def _stature(motion: Motion, player: Player, calibration: pa.Table) -> _Stature:
    if player.height_m:
        return _Stature("the sidecar tells it", player.height_m, GIVEN_M, 1)
    method = f"shoulders to ankles along the limbs, {BY_CAMERA} where a foot stands, at the proportions of Drillis and "
    method += "Contini; median"
    calibrations = Calibrations(calibration)
    solved = [(span, known) for span in calibrations.spans if (known := span.calibration) and known.camera is not None]
    if not solved:
        unsolved = (
            next((span.reason for span in calibrations.spans if span.solved), None) or calibrated_court(calibration)[1]
        )
        return _Stature(method, reason=Reason("height_not_given_nor_seen", reason=Reason.parse(unsolved)))
    frames, feet, lengths = _standing(motion)
    parts: list[tuple[Calibration, np.ndarray, np.ndarray]] = []
    for span, known in solved:
        here = (frames >= span.first) & (frames < span.stop)
        if here.any():
            parts.append((known, known.straight(feet[here]), lengths[here]))
    seen = sum(len(part[1]) for part in parts)
    if seen < MIN_SAMPLES:
        return _Stature(method, n=seen, reason=Reason("standing_foot_seldom_seen", n=seen, needed=MIN_SAMPLES))
    court, share = calibrated_court(calibration)[0], SHOULDER - ANKLE
    ankle = ANKLE_M - (court.below if court else 0.0)  # nobody stands on a table
    tall = np.concatenate([_upright(one.camera, one.place(px, ankle), ankle, long) for one, px, long in parts]) / share
    tall = tall[np.isfinite(tall)]
    metres = float(np.median(tall)) if len(tall) else np.nan
    calibrated, px, long = max(parts, key=lambda part: len(part[1]))
    usual, draws = np.median(px, axis=0), calibrated.camera_draws
    places = calibrated.drawn(np.tile(usual, (len(draws), 1)), ankle)
    drawn = _upright(draws, places, ankle, np.median(long)) / share
    if not np.isfinite(metres) or not np.isfinite(drawn).all():
        return _Stature(method, n=seen, reason=Reason("feet_beyond_horizon"))
    errors = (PROPORTIONS * metres, float(np.std(drawn)), _of_mean(motion, float(np.std(tall))))
    error = float(np.linalg.norm(errors))
    if error > MOST_ERROR * metres:
        why = Reason("height_too_unsure", error=error, most=MOST_ERROR)
        return _Stature(method, n=len(tall), reason=why)
    return _Stature(method, metres, error, len(tall))


def _standing(motion: Motion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the lower ankle stands: the frames (n,), px of the ankle (n, 2), and px (n,) from shoulders to ankles."""
    ankles = np.stack([motion.position(f"{side}_ankle") for side in ("left", "right")])
    speeds = np.stack([np.hypot(*motion.velocity(f"{side}_ankle").T) for side in ("left", "right")])
    lower = np.argmax(np.nan_to_num(ankles[..., 1], nan=-np.inf), axis=0)
    at = np.arange(len(motion.grid))
    foot, speed = ankles[lower, at], speeds[lower, at]
    known = np.isfinite(motion.height) & np.isfinite(ankles).all(axis=(0, 2)) & (speed < STANDS * motion.height)
    frames = np.interp(motion.grid, motion.times, motion.frames) if len(motion.times) else np.empty(0)
    return frames[known], foot[known], motion.height[known] * (SHOULDER - ANKLE)


def _upright(camera: np.ndarray, places: np.ndarray, ankle: float, px: np.ndarray) -> np.ndarray:
    """Metres (n,) of what stands upright on an ankle at `places` (n, 2), `ankle` m above the surface, and is `px` (n,)
    long in the picture of `camera` (…, 3, 4).
    """
    ankles = np.column_stack([places, np.full(len(places), ankle), np.ones(len(places))])
    foot = np.einsum("...ij,...j->...i", camera, ankles)
    up = camera[..., :, 2]
    # The picture of a point h above is (foot + h up), divided by its depth.
    across = np.linalg.norm(up[..., :2] * foot[..., 2:] - foot[..., :2] * up[..., 2:], axis=-1)
    depth = foot[..., 2]
    return px * depth**2 / (across - px * depth * up[..., 2])


def _of_mean(motion: Motion, spread: float) -> float:
    """The standard error of a mean over the motion, a second of which counts as one sample."""
    return spread / np.sqrt(max(1.0, motion.end - motion.start))
