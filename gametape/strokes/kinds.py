"""What stroke it is, how sure, and what tells it.

Belongs here: the kinds and their signs in the picture. Does not belong here: which kinds a sport has
(thresholds.yaml). What the view does not show is a `swing`, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.coaching.rules import StrokeRules
from gametape.strokes.moments import ABOVE_HEAD, Near, Phases, Swing

FRONTAL = 0.05  # heights between left and right joints in the picture, from which left and right of the body are known
UNSURE = 0.12  # heights aside the body at which a side is as likely wrong as right
FACING_S = (-0.8, 0.1)
TOSS_S = (-2.0, -0.15)
TOSS_HEIGHT = 0.05
AFTER_S = 0.08


@dataclass(frozen=True)
class Kind:
    """A kind with its confidence (None: swing) and what tells it."""

    name: str
    confidence: float | None
    reason: str


def kind_of(near: Near, swing: Swing, contact_s: float, when: Phases, hand: str | None, rules: StrokeRules) -> Kind:
    """The kind of a swing; `hand` is the player's playing hand, None if it is not clear."""
    wanted = rules.overhead if swing.overhead else rules.level
    where = "above the head" if swing.overhead else "below the head"
    if wanted is None:
        return Kind("swing", None, f"the hand is {where} at contact: {rules.unnamed}")
    if wanted == "sided":
        return _sided(near, swing, contact_s, when, hand)
    margin = _beyond(abs(_above(near, swing, contact_s) - ABOVE_HEAD), 0.05)
    toss = _toss(near, swing, contact_s) if rules.toss and swing.overhead else None
    if toss is not None and toss >= TOSS_HEIGHT:
        told = "hit above the head after the other hand went up for the toss"
        return Kind("serve", margin * _beyond(toss, 0.05), told)
    return Kind(wanted, margin, f"the hand is {where} at contact")


def _above(near: Near, swing: Swing, contact_s: float) -> float:
    above = near.above_nose(swing.side)
    known = np.isfinite(above)
    return float(np.interp(contact_s, near.grid[known], above[known])) if known.any() else 0.0


def _toss(near: Near, swing: Swing, contact_s: float) -> float | None:
    """Heights by which the other hand came above the nose before contact; None if it was not seen."""
    other = "left" if swing.side == "right" else "right"
    first, last = np.searchsorted(near.grid, [contact_s + TOSS_S[0], contact_s + TOSS_S[1]])
    above = near.above_nose(other)[first:last]
    return float(np.nanmax(above)) if np.isfinite(above).any() else None


def _sided(near: Near, swing: Swing, contact_s: float, when: Phases, hand: str | None) -> Kind:
    """Forehand: the hand begins its swing on its own side of the body and goes across; backhand: the other way.

    The body's left and right are those of its hips and shoulders in the picture before contact, so that it holds
    from before and from behind, and also where an estimator takes one for the other: then hand and side change both.
    """
    if hand is None:
        return Kind("swing", None, "which hand plays is not clear, so neither is its side")
    if when.load_s is None:
        return Kind("swing", None, "the hand is out of sight before contact")
    grid = near.grid
    first, last = np.searchsorted(grid, [contact_s + FACING_S[0], contact_s + FACING_S[1]])
    across = [
        (near.position(f"right_{j}") - near.position(f"left_{j}"))[first:last, 0] / near.height[first:last]
        for j in ("hip", "shoulder")
    ]
    wide = np.concatenate(across)
    if not np.isfinite(wide).any():
        return Kind("swing", None, "hips and shoulders are out of sight before contact")
    facing = float(np.nanmedian(wide))
    if abs(facing) < FRONTAL:
        return Kind("swing", None, "the body is seen from its side, where forehand and backhand look alike")
    own = np.sign(facing) * (1 if hand == "right" else -1)
    aside = own * (near.wrist(hand)[:, 0] - near.position("mid_hip")[:, 0]) / near.height
    known = np.isfinite(aside)
    begin, after = np.interp([when.load_s, contact_s + AFTER_S], grid[known], aside[known])
    lean = begin + (begin - after)
    name = "forehand" if lean > 0 else "backhand"
    told = (
        f"the {hand} hand swings from {abs(begin):.2f} heights on {'its own' if begin > 0 else 'the other'} side "
        f"to {abs(after):.2f} on {'its own' if after > 0 else 'the other'}"
    )
    return Kind(name, _beyond(abs(lean), UNSURE) * _beyond(abs(facing), FRONTAL / 2), told)


def _beyond(distance: float, noise: float) -> float:
    """0..1: how sure a distance so far beyond a limit is, 0.5 at the noise."""
    return distance / (distance + noise)
