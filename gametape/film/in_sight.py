"""When a wanted player is in sight, and why never, by the table PLAYER_IDENTITY.

Belongs here: reading that table where poses, measures and reports need it. Does not belong here: making it
(`gametape.follow`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason

if TYPE_CHECKING:
    import pyarrow as pa


def in_sight(identity: pa.Table, frames: range | None = None) -> pa.Table:
    """The rows of a table PLAYER_IDENTITY in which the player is in sight; only of some frames, where they are given.

    Players are told in more frames than poses are looked for: a count of both is one of `frames`.
    """
    import pyarrow as pa

    seen = identity.filter(identity["x1"].is_valid())
    if frames is None:
        return seen
    return seen.filter(pa.array(np.isin(seen["frame"].to_numpy(), np.asarray(frames))))


def why_not_in_sight(identity: pa.Table, place: int | None) -> Reason | None:
    """Why a player was never in sight, by the table PLAYER_IDENTITY; None for one who was, or was not looked for."""
    rows = [row for row in identity.select(["player", "x1", "why"]).to_pylist() if row["player"] == place]
    if not rows or any(row["x1"] is not None for row in rows):
        return None
    return Reason.parse(rows[0]["why"] or "not_yet_seen")
