"""Find a sport's court in one picture without players.

Belongs here: the order of the search. Does not belong here: its steps (lines, candidates, refinement, checks).
"""

from __future__ import annotations

import numpy as np

from gametape.base.reason import Reason
from gametape.court.found import FoundCourt, NotFound
from gametape.sports.courts import Court, courts


def find_court(picture: np.ndarray, court: Court) -> FoundCourt | NotFound:
    """Find a court.

    Args:
        picture: (h, w, 3) uint8 BGR, upright, square pixels, the players removed (median over time).
        court: The court to look for.

    Returns:
        The court; or why it is not found, which is also said where two views of it fit alike.
    """
    return NotFound(court, Reason("court_not_looked_for"))


def propose(picture: np.ndarray) -> list[FoundCourt]:
    """The courts that a picture of an unknown sport shows, the surest first; none where two fit alike."""
    found = [find_court(picture, court) for court in courts().values()]
    sure = [one for one in found if isinstance(one, FoundCourt)]
    return sorted(sure, key=lambda one: -one.share_of_lines)
