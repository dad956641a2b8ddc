"""Joins the pieces of one player where only two play.

Belongs here: what follows from how many play. Does not belong here: linking by motion, pose and clothes, which holds
for anybody (linking.py); who plays (roles.py).

A player who is lost behind the table, or while crouching, is found again as somebody new: neither motion nor clothes
say for sure that it is the same person. But where two play, and the other one is in sight meanwhile, it can be nobody
else; what is known of place, size and shirt must only not speak against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gametape.pose.subject_selection import SHIRT, Track

#: Two pieces of one player are there at once for no more than this, seconds: at its end a piece may be mistaken.
_AT_ONCE_S = 0.25
#: How far from where a player was lost the player may be found, heights: at once, and more for each second between.
#: Measured: players go at 1.2 heights/s at most over a third of a second.
_APART, _APART_PER_S = 0.8, 1.5
#: Greatest ratio of the heights of two pieces: of who crouches behind a table only head and arms are seen.
_TALLER = 4.0
#: Greatest difference of shirts, CIELAB: twice that at which two are taken to be dressed alike.
_SHIRTS = 2 * SHIRT


def of_two(tracks: Sequence[Track], plays: Mapping[int, bool | None], shots: Mapping[int, int]) -> dict[int, int]:
    """Find the pieces that continue a player.

    Args:
        tracks: All tracks of the film.
        plays: Whether each one's person plays, by number; None where that is not known.
        shots: The shot that each track is in, by number.

    Returns:
        By track, the earlier track that it continues; empty where more than two play at some time.
    """
    players = sorted((t for t in tracks if plays.get(t.number) is not False), key=lambda t: (t.times[0], t.number))
    if _most_at_once([t for t in players if plays.get(t.number)]) > 2:
        return {}
    same: dict[int, int] = {}
    for shot in dict.fromkeys(shots[t.number] for t in players):
        people: list[list[Track]] = []  # the pieces of each player
        for track in (t for t in players if shots[t.number] == shot):
            there = [pieces for pieces in people if any(_at_once(piece, track) > _AT_ONCE_S for piece in pieces)]
            free = [(away, n) for n, pieces in enumerate(people) if (away := _away(pieces[-1], track)) is not None]
            free = [(away, n) for away, n in free if not any(people[n] is one for one in there)]
            if free and (there or len(people) == 2 or len(free) == len(people) == 1):
                pieces = people[min(free)[1]]
                same[track.number] = pieces[0].number
                pieces.append(track)
            elif plays.get(track.number):
                people.append([track])
    return same


def _away(earlier: Track, later: Track) -> float | None:
    """Heights between where a piece ends and another begins; None where they cannot be one person's."""
    gap = max(0.0, float(later.times[0] - earlier.times[-1]))
    sizes = [float(np.nanmedian(t.boxes[:, 3] - t.boxes[:, 1])) for t in (earlier, later)]
    if not np.isfinite(sizes).all() or max(sizes) > _TALLER * min(sizes):
        return None
    if np.hypot.reduce(np.nan_to_num(earlier.shirt - later.shirt)) > _SHIRTS:
        return None
    ends = earlier.boxes[-1], later.boxes[0]
    # A player of whom less is seen has the head in the same place.
    tops = [np.array([(box[0] + box[2]) / 2, box[1]]) for box in ends]
    away = float(np.hypot(*(tops[0] - tops[1]))) / max(sizes)
    return away if away <= _APART + _APART_PER_S * gap else None


def _at_once(one: Track, other: Track) -> float:
    """Seconds during which both are there."""
    return float(min(one.times[-1], other.times[-1]) - max(one.times[0], other.times[0]))


def _most_at_once(tracks: Sequence[Track]) -> int:
    """Most of them that are there at once for longer than by mistake."""
    ends = [(t.times[0] + _AT_ONCE_S, 1) for t in tracks] + [(t.times[-1], -1) for t in tracks]
    return int(max(np.cumsum([step for _, step in sorted(ends)]), default=0))
