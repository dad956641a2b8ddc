"""The table of where the presenter was found: who it is, and a second look where nobody was seen.

Belongs here: from people to rows. Does not belong here: samples and figures (samples.py, figures.py), which look at no
picture.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.presenter.again import Found, Known, look_again
from gametape.presenter.choose import Chosen, Presence, choose
from gametape.presenter.stays import Seen, places_of, seen_people, stays
from gametape.tables.presenter import PRESENTER_FOUND

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.base.settings import Settings
    from gametape.media.film import Film

#: A second look goes so far beyond the first and last sighting of a presence, seconds.
_BEYOND_S = 60.0


def presenter_found(
    people: pa.Table,
    estimates: pa.Table,
    frames: pa.Table,
    looked: Sequence[int],
    *,
    width: int,
    height: int,
    clicked: Collection[int] = (),
    film: Film | None = None,
    settings: Settings | None = None,
) -> pa.Table:
    """Where the presenter is in each frame in which one was seen.

    Args:
        people: Table PEOPLE.
        estimates: Table POSE_ESTIMATES.
        frames: Table FRAMES.
        looked: Frames in which people were looked for, ascending.
        width: Of the picture, px.
        height: Of the picture, px.
        clicked: Places in the sidecar's players that are clicked.
        film: The film, for a second look where nobody was seen; None: no second look.
        settings: Estimator and weights of the second look.

    Returns:
        Table PRESENTER_FOUND, ordered by frame.
    """
    shots, times = frames["shot"].to_numpy(), frames["time_s"].to_numpy()
    seen = seen_people(people, estimates, shots, width, height, clicked)
    chosen = choose(seen, stays(seen))
    stretches = [(presence, rows) for presence in chosen.presences for rows in _stretches(seen, presence)]
    again: list[list[Found]] = [[] for _ in stretches]
    if film is not None and settings is not None:
        known = [_known(seen, rows, times, len(shots)) for _, rows in stretches]
        again = look_again(film, _apart(known), np.asarray(looked), settings)
    made = []
    for number, ((presence, rows), more) in enumerate(zip(stretches, again, strict=True), 1):
        about = _about(presence) | {"stretch": number}
        places, kinds = places_of(
            np.array([*seen.trunks[rows], *(one.trunk for one in more)]),
            np.array([*seen.shoulders[rows], *(one.shoulders for one in more)]),
            np.array([*seen.boxes[rows], *(one.box for one in more)]),
        )
        found = [*(_row(seen, row) for row in rows), *(_again(one, times) for one in more)]
        made += [
            about | one | {"x": float(place[0]), "y": float(place[1]), "place": kind}
            for one, place, kind in zip(found, places, kinds, strict=True)
        ]
    return PRESENTER_FOUND.from_rows(sorted(made, key=lambda row: row["frame"]))


def why_nobody(
    people: pa.Table,
    estimates: pa.Table,
    frames: pa.Table,
    *,
    width: int,
    height: int,
    clicked: Collection[int] = (),
) -> Reason | None:
    """Why nobody was followed; None where somebody was. Arguments as for `presenter_found`."""
    seen = seen_people(people, estimates, frames["shot"].to_numpy(), width, height, clicked)
    return choose(seen, stays(seen)).reason


def _stretches(seen: Seen, presence: Presence) -> list[np.ndarray]:
    """Rows of a presence in one view each: places in another view do not compare."""
    out = [presence.stays[0].rows]
    for stay in presence.stays[1:]:
        if seen.shots[out[-1][-1]] == seen.shots[stay.rows[0]]:
            out[-1] = np.concatenate([out[-1], stay.rows])
        else:
            out.append(stay.rows)
    return out


def _known(seen: Seen, rows: np.ndarray, times: np.ndarray, count: int) -> Known:
    start, end = seen.times[rows[0]] - _BEYOND_S, seen.times[rows[-1]] + _BEYOND_S
    first, stop = np.searchsorted(times, start, "left"), np.searchsorted(times, end, "right")
    return Known(seen.frames[rows], seen.boxes[rows], seen.clothes[rows], int(first), min(int(stop), count))


def _apart(known: list[Known]) -> list[Known]:
    """The same, none of which reaches into the next one's frames."""
    out = list(known)
    for k in range(1, len(out)):
        before, after = out[k - 1], out[k]
        end, start = int(before.frames[-1]), int(after.frames[0])
        middle = (end + start + 1) // 2
        out[k - 1] = Known(before.frames, before.boxes, before.clothes, before.first, min(before.stop, middle))
        out[k] = Known(after.frames, after.boxes, after.clothes, max(after.first, middle), after.stop)
    return out


def _about(presence: Presence) -> dict:
    return {
        "presence": presence.number,
        "person": presence.person,
        "may_be": presence.may_be,
        "player": presence.player,
        "evidence": presence.evidence,
        "others": presence.others,
        "others_reason": presence.others_reason,
    }


def _row(seen: Seen, row: int) -> dict:
    return {
        "frame": int(seen.frames[row]),
        "time_s": float(seen.times[row]),
        "track": int(seen.tracks[row]),
        **_box(seen.shown[row]),
        "confidence": float(seen.confidence[row]),
        "again": False,
    }


def _again(one: Found, times: np.ndarray) -> dict:
    return {
        "frame": one.frame,
        "time_s": float(times[one.frame]),
        **_box(one.shown),
        "confidence": one.confidence,
        "again": True,
    }


def _box(box: np.ndarray) -> dict:
    return dict(zip(("x1", "y1", "x2", "y2"), map(float, box), strict=True))


__all__ = ["Chosen", "presenter_found", "why_nobody"]
