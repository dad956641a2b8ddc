"""Pictures of the moments that findings rest on, for paper.

Belongs here: which moment, and its picture with the player's skeleton. Does not belong here: how a skeleton is drawn
(gametape.pose), the page's overlay.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from gametape.report.story import Card

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

MOST_STILLS = 3
WIDTH = 480  # px, what draw_skeleton gives at most
NEAR_S = 0.1
"""A pose this near the moment is taken for it."""


@dataclass(frozen=True)
class Still:
    """A frame as JPEG."""

    time_s: float
    jpeg: bytes


def stills(film: Film, poses: pa.Table, cards: list[Card]) -> dict[int, Still]:
    """By the card's place: the worst moment of the first evidence of each of the first few cards that have any."""
    shown = [place for place, card in enumerate(cards) if card.evidence][:MOST_STILLS]
    return {place: _still(film, poses, cards[place]) for place in shown if len(film)}


def _still(film: Film, poses: pa.Table, card: Card) -> Still:
    import pyarrow.compute as pc

    from gametape.pose import draw_skeleton

    moment = card.evidence[0].worst_s
    kind, _, track = card.subject.partition(":")
    if kind == "track" and track:
        mine = poses.filter(pc.equal(poses["track"], int(track)))
        away = np.abs(mine["time_s"].to_numpy() - moment)
        if len(away) and away.min() <= NEAR_S:
            at = int(np.argmin(away))
            return Still(mine["time_s"][at].as_py(), draw_skeleton(film, mine.slice(at, 1)))
    frame = int(np.argmin(np.abs(film.times - moment)))
    return Still(float(film.times[frame]), _bare(film, frame))


def _bare(film: Film, frame: int) -> bytes:
    from PIL import Image

    width = min(WIDTH, film.proxy_width)
    size = (width, max(2, round(width * film.proxy_height / film.proxy_width)))
    written = BytesIO()
    Image.fromarray(film.frame(frame, pixel_format="rgb24", size=size).image).save(written, "JPEG", quality=75)
    return written.getvalue()
