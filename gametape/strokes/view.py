"""Forehand and backhand where play goes across the picture, so that players are filmed from the side.

Belongs here: whether it does, and what the arm that leads (`arms`) says of the stroke. Does not belong here: sides of
the body, which tell the kind where play goes along the view (`kinds`).

From the side, what is left and right of the body in the picture is before and behind it. A backhand is begun with the
shoulder and elbow of the playing arm in front, a forehand with both drawn back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from gametape.base.reason import Reason
from gametape.sports.rules import SIDES, SWING
from gametape.strokes.arms import Lead
from gametape.strokes.hits import Hit
from gametape.strokes.kinds import ALIKE, TOLD, UNSIDED, Kind, Sided
from gametape.strokes.owners import IN_PLAY_S, Claim
from gametape.strokes.phases import Near

ACROSS = 3.0
"""Play goes across the picture where the players are so many times farther apart across it than up and down, in the
median of a film: at most 1.4 in thirteen films from the end, from 5.0 in three from the side and aslant."""
LEADS = 0.06
"""Body heights by which an arm that leads is in front, shoulder and elbow together: in a backhand 0.12 to 0.30 in films
from the side and aslant, in a forehand -0.24 to 0."""
NOISE = 0.06
"""Distance from there, body heights, at which forehand and backhand are as likely mistaken as not."""


def stands_at(near: Near, moment: float) -> tuple[float, float]:
    """Where a person's hips are at a moment, px, between where they were seen; NaN where they never were."""
    places = near.position("mid_hip")
    known = np.isfinite(places[:, 0])
    if not known.any():
        return np.nan, np.nan
    x, y = (float(np.interp(moment, near.grid[known], axis)) for axis in places[known].T)
    return x, y


def fronts(hits: Sequence[Hit], owned: Mapping[int, Claim]) -> dict[int, float]:
    """To which side of the picture players look, where play goes across it.

    Args:
        hits: All hits, in order of time.
        owned: The owner of each hit that is somebody's, by number of the hit.

    Returns:
        1.0 for the right side and -1.0 for the left one, by track; empty where play does not go across the picture.
    """
    ways, steep = defaultdict(list), []
    for at, then in zip(range(len(hits)), range(1, len(hits)), strict=False):
        one, other = owned.get(at), owned.get(then)
        if hits[then].time_s - hits[at].time_s > IN_PLAY_S or one is None or other is None or one.track == other.track:
            continue
        way = np.subtract(other.stands, one.stands)
        if np.isfinite(way).all():
            steep.append(abs(way[0]) / max(abs(way[1]), 1.0))
            ways[one.track].append(way[0])
            ways[other.track].append(-way[0])
    if not steep or np.median(steep) < ACROSS:
        return {}
    return {track: float(np.sign(np.sum(own))) for track, own in ways.items()}


def kind_from_side(kind: Kind | Sided, lead: Lead | None, front: float | None, right: float) -> Kind | Sided:
    """Forehand or backhand by the arm that leads, where play goes across the picture.

    Args:
        kind: The kind by the sides of the body. What is no question of sides stays.
        lead: The arms before contact; None where the person is not seen.
        front: To which side of the picture the person looks; None where play does not go across it.
        right: How likely the player is right-handed.
    """
    if front is None or not (isinstance(kind, Sided) or kind.reason in UNSIDED):
        return kind
    hand = "right" if right >= 0.5 else "left"
    shown = {"left": lead.left, "right": lead.right} if lead else {}
    ahead = shown.get(hand)
    if ahead is None:
        return Kind(SWING, None, ALIKE)
    beyond = front * ahead - LEADS
    sure = 0.5 + 0.5 * abs(beyond) / (abs(beyond) + NOISE)
    other = shown.get("left" if hand == "right" else "right")
    # With the other hand it is the kind that the other arm shows; where that is not seen, nothing is known.
    share = max(right, 1 - right)
    if other is None:
        same = 0.5
    else:
        far = front * other - LEADS
        likely = 0.5 + 0.5 * abs(far) / (abs(far) + NOISE)
        same = likely if (far > 0) == (beyond > 0) else 1 - likely
    sure = share * sure + (1 - share) * same
    if sure < TOLD:
        return Kind(SWING, None, ALIKE)
    return Kind(SIDES[beyond > 0], sure, Reason("arm_leads", hand=hand, ahead=front * ahead, needed=LEADS))
