"""Who is measured, as the table of people says, and in which frames people were looked for.

Belongs here: reading them. Does not belong here: the choice (gametape.pose.subject).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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


def analysed_frames(poses: pa.Table, frames: pa.Table, sidecar: Sidecar) -> np.ndarray:
    """Frame numbers where people were looked for: within the sidecar's trim, in the step the poses show.

    The step is the greatest that all pose rows fit; a step over 0.2 s is taken for sparse detections instead.
    """
    index, times = frames["frame"].to_numpy(), frames["time_s"].to_numpy()
    if sidecar.trim_start_s is not None:
        index, times = index[times >= sidecar.trim_start_s], times[times >= sidecar.trim_start_s]
    if sidecar.trim_end_s is not None:
        index, times = index[times < sidecar.trim_end_s], times[times < sidecar.trim_end_s]
    if len(index) < 2:
        return index
    interval = float(np.median(np.diff(times)))
    seen = np.unique(poses["frame"].to_numpy())
    step = int(np.gcd.reduce(np.diff(seen))) if len(seen) > 1 else 1
    asked = 1 / sidecar.sample_rate_hz if sidecar.sample_rate_hz else 0.2
    if step * interval > asked + interval:
        step = 1 if not sidecar.sample_rate_hz else max(1, round(asked / interval))
    phase = int(seen[0] - index[0]) % step if len(seen) else 0
    return index[phase::step]
