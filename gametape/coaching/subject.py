"""Who is measured, as the table of people says, and in which frames people were looked for.

Belongs here: reading them. Does not belong here: the choice (gametape.pose.subject).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gametape.sidecar import Player, Sidecar, player_of

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Subject:
    """The chosen track, or None with the reason. `margin` is 0..1: how much better than the next best (1: a
    click, or nobody else). `player` is what the sidecar says of the person; `looked`: were people looked for?"""

    track: int | None
    margin: float
    reason: str
    player: Player
    looked: bool = True


def subject_of(people: pa.Table, sidecar: Sidecar) -> Subject:
    """The subject of `people` (contract PEOPLE)."""
    player = player_of(sidecar)
    if "pose" not in sidecar.analyses:
        return Subject(None, 0.0, "the sidecar asks for no pose analysis", player, looked=False)
    if not people.num_rows:
        return Subject(None, 0.0, "nobody was found in the film", player)
    chosen = people["track"].to_numpy()[people["subject"].to_numpy(zero_copy_only=False)]
    track, reason = (int(chosen[0]) if len(chosen) else None), people["choice"][0].as_py()
    return Subject(track, people["margin"][0].as_py() or 0.0, reason, player)
