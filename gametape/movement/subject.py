"""The person who is measured, by the table of people, and the rows of each person in other tables.

Belongs here: reading them. Does not belong here: the choice (gametape.pose.subject_selection).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.following import only_wanted
from gametape.film.in_sight import why_not_in_sight
from gametape.film.player import measured_place, measured_player
from gametape.film.sidecar import Player, Sidecar

if TYPE_CHECKING:
    import pyarrow as pa

MIN_PERSON_S = 0.5


@dataclass(frozen=True)
class Subject:
    """The chosen track, or None with the reason. `margin` is 0..1: how much better than the next best (1: a
    click, or nobody else). `player` is what the sidecar says of the person; `looked`: were people looked for?
    """

    track: int | None
    margin: float
    reason: str
    player: Player
    looked: bool = True

    @property
    def is_found(self) -> bool:
        """Whether the person was found by number or click in the whole film, rather than chosen by a rule."""
        return self.track is not None and "chosen_as_followed(" in self.reason  # alone, or the first of several


def subject_of(people: pa.Table, sidecar: Sidecar, identity: pa.Table | None = None) -> Subject:
    """The subject of `people` (contract PEOPLE).

    Args:
        people: Table PEOPLE.
        sidecar: The film's.
        identity: Table PLAYER_IDENTITY: why a wanted player was never in sight. None: that is not told.
    """
    player = measured_player(sidecar)
    if "pose" not in sidecar.analyses:
        return Subject(None, 0.0, Reason("pose_not_wanted"), player, looked=False)
    if not people.num_rows:
        unseen = Reason("followed_not_seen") if only_wanted(sidecar) else Reason("nobody_found")
        if only_wanted(sidecar) and identity is not None:
            unseen = why_not_in_sight(identity, measured_place(sidecar)) or unseen
        return Subject(None, 0.0, unseen, player)
    chosen = people["track"].to_numpy()[people["subject"].to_numpy(zero_copy_only=False)]
    track, reason = (int(chosen[0]) if len(chosen) else None), people["choice"][0].as_py()
    return Subject(track, people["margin"][0].as_py() or 0.0, reason, player)


def bystanders(people: pa.Table) -> set[int]:
    """The tracks of those who are known not to play (contract PEOPLE): officials, coaches, spectators."""
    return _told_of(people, plays=False)


def playing(people: pa.Table) -> set[int]:
    """The tracks of those who are known to play (contract PEOPLE)."""
    return _told_of(people, plays=True)


def _told_of(people: pa.Table, *, plays: bool) -> set[int]:
    pairs = zip(people["track"].to_pylist(), people["plays"].to_pylist(), strict=True)
    return {track for track, told in pairs if told is plays}


def known_players(people: pa.Table, sidecar: Sidecar) -> dict[int, Player]:
    """What the sidecar says of each track of `people` (contract PEOPLE) that is a player whom it describes."""
    if not people.num_rows:
        return {}
    pairs = zip(people["track"].to_pylist(), people["player"].to_pylist(), strict=True)
    return {track: sidecar.players[place] for track, place in dict(pairs).items() if place is not None}


def rows_by_track(table: pa.Table) -> dict[int, np.ndarray]:
    """The rows of each track of a table, by frame; the tracks ascending."""
    if not table.num_rows:
        return {}
    tracks = table["track"].to_numpy()
    order = np.lexsort((table["frame"].to_numpy(), tracks))
    numbers, first = np.unique(tracks[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(order, first[1:]), strict=True))


def lasting(poses: pa.Table, searched_s: float) -> dict[int, np.ndarray]:
    """The rows of each track that lasts MIN_PERSON_S or more; where people were searched for in less than twice that,
    half of the time: a second of slow motion may be an eighth of one.

    Args:
        poses: Table POSE_KEYPOINTS.
        searched_s: From the first frame in which people were searched for to the last, s.
    """
    times, least = poses["time_s"].to_numpy(), min(MIN_PERSON_S, searched_s / 2)
    return {track: rows for track, rows in rows_by_track(poses).items() if times[rows[-1]] - times[rows[0]] >= least}
