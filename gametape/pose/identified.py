"""Tracks of posed people who are players found by number or click: by the table of who is where.

Belongs here: which tracks are a wanted player's where everybody has poses. Does not belong here: who the player is
(`gametape.follow`), poses of the wanted alone (wanted.py).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.in_sight import in_sight, why_not_in_sight
from gametape.pose.linking import rows_by
from gametape.pose.person import LEAST_OVERLAP, boxes_of, overlap
from gametape.pose.subject_selection import Choice

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_SHARE = 0.5
"""A track is a player's where it lies on the player in so much of the frames in which both are in sight."""


def identified(identity: pa.Table, estimates: pa.Table, tracks: np.ndarray, frames: range) -> dict[int, Choice]:
    """The tracks of each wanted player, by place in the sidecar's `players`.

    Args:
        identity: Table PLAYER_IDENTITY.
        estimates: Table POSE_ESTIMATES.
        tracks: (n,) track of each of its rows.
        frames: Those in which people were looked for.

    Returns:
        A choice for each player who was looked for; without tracks, and with the reason, where none is the player's.
    """
    seen, rows_in = in_sight(identity, frames), rows_by(estimates["frame"].to_numpy())
    at, player = seen["frame"].to_numpy(), seen["player"].to_numpy()
    there, boxes = boxes_of(seen) if seen.num_rows else np.empty((0, 4)), boxes_of(estimates)
    found = {}
    for place in sorted(set(identity["player"].to_pylist())):
        votes: Counter[int] = Counter()
        present: Counter[int] = Counter()
        for row in np.flatnonzero(player == place).tolist():
            rows = rows_in.get(int(at[row]), np.empty(0, int))
            if not len(rows):
                continue
            present.update(tracks[rows].tolist())
            on = np.nan_to_num(overlap(there[row][None], boxes[rows])[0])
            if on.max() >= LEAST_OVERLAP:
                votes[int(tracks[rows[on.argmax()]])] += 1
        found[place] = _choice(votes, present, estimates["frame"].to_numpy(), tracks, int((player == place).sum()))
        if not found[place].tracks:
            why = why_not_in_sight(identity, place) or Reason("followed_not_seen")
            found[place] = Choice((), None, (Reason("named_not_followed", number=place + 1, reason=why),))
    return found


def _choice(votes: Counter[int], present: Counter[int], frames: np.ndarray, tracks: np.ndarray, of: int) -> Choice:
    """The tracks that are mostly the player's; of two that are there at once, the one that is longer."""
    kept: list[int] = []
    for track, count in sorted(votes.items(), key=lambda pair: (-pair[1], pair[0])):
        mine = frames[tracks == track]
        if count >= LEAST_SHARE * present[track] and not any(
            len(np.intersect1d(mine, frames[tracks == other])) for other in kept
        ):
            kept.append(track)
    if not kept:
        return Choice((), None, ())
    kept.sort(key=lambda track: frames[tracks == track][0])
    seen = sum(votes[track] for track in kept)
    return Choice(tuple(kept), 1.0, (Reason("chosen_as_followed", track=kept[0], seen=seen, of=of),))
