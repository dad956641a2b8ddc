"""Which arm leads before a contact.

Belongs here: how far each arm is to the side of the body, in the picture. Does not belong here: what it says of the
stroke (`view`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.strokes.phases import Near

LEADS_S = 0.2
"""Which arm leads is taken until contact from so many seconds before."""
LEAST_SEEN = 0.5
"""Least share of that time in which shoulders and elbow must be seen."""


@dataclass(frozen=True)
class Lead:
    """How far each arm is to the right of the other shoulder in the picture, body heights; None where not seen."""

    left: float | None
    right: float | None


def lead_of(near: Near, contact_s: float) -> Lead:
    """The arms of a person before a contact."""
    first, last = np.searchsorted(near.grid, [contact_s - LEADS_S, contact_s], side="right")

    def across(joint: str) -> np.ndarray:
        return (near.position(joint)[:, 0] / near.height)[first:last]

    arms: dict[str, float | None] = {}
    for side, other in (("left", "right"), ("right", "left")):
        # Other shoulder to own shoulder, and on to the elbow.
        lead = across(f"{side}_elbow") - across(f"{other}_shoulder")
        known = np.isfinite(lead)
        arms[side] = float(lead[known].mean()) if len(lead) and known.mean() >= LEAST_SEEN else None
    return Lead(**arms)
