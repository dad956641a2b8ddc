"""Chooses the presenter among everybody's stays, and tells how often somebody came to the front.

Belongs here: the rules of who stands in front, and why others do not. Does not belong here: what a stay is (stays.py).

Neither size nor confidence tells: heads of an audience near the camera are larger than who speaks, and found as surely.
What tells is posture (legs seen, not cut by the picture's lower edge, turned to the camera), how long, and where the
first one who was chosen stands: others who stand in front later have the head about as high and are about as tall in
the picture. A click decides before all rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from gametape.base.reason import Reason, several
from gametape.presenter.stays import Seen, Stay, difference

#: Fewest rows, and shortest time in seconds, of a stay that counts.
_ROWS, _SHORTEST_S = 5, 1.0
#: Time in seconds for which somebody must be in front alone to be more than a passer-by.
_OWN_S = 1.5
#: A box that ends below this share of the height, without legs, may be of somebody who sits before the camera.
_NEAR_EDGE = 0.9
#: Weight of a row: feet seen; legs, with room below; the same near the lower edge, to the camera or from it; no legs
#: seen, with room below, to the camera or from it; no legs near the lower edge, likewise.
_FEET, _LEGS = 1.0, 0.9
_NEAR_LEGS_FACES, _NEAR_LEGS_TURNED = 0.7, 0.15
_ABOVE_FACES, _ABOVE_TURNED = 0.8, 0.4
_NEAR_FACES, _NEAR_TURNED = 0.4, 0.05
#: Factor on somebody near the lower edge while another stands behind with room below.
_BEFORE_OTHERS = 0.3
#: Least mean weight of a presenter's stay, of one who is alone, and of one who surely stands.
_IN_FRONT, _IN_FRONT_ALONE, _STANDS = 0.3, 0.12, 0.8
#: The band: greatest difference of the heads' heights over the tall of who was chosen first; greatest ratio of talls.
_HEADS, _TALLER = 0.5, 1.8
#: On a screen: ends above this share of who stands before it, from the head; and is at least so tall as that.
_HANGS, _AS_TALL = 0.6, 0.4
#: Clothes that are the same person's, CIELAB, and how colourful they must be to tell: many wear black, grey or white.
_SAME_CLOTHES, _COLOURFUL = 10.0, 18.0
#: Greatest ratio of the heights of one person's stays.
_SAME_TALL = 1.3
#: Out of sight for less than this, seconds, somebody has not left, unless by the picture's side.
_AWAY_S = 10.0
#: A box within this share of the width from a side touches it.
_SIDE = 0.02


@dataclass(frozen=True)
class Presence:
    """Somebody in front, from coming to leaving.

    Attributes:
        number: From 1, in order of time.
        person: Number of the person, from 1.
        may_be: An earlier person of whom nothing says that it is another one; None where there is none.
        stays: Its stays, in order of time.
        player: Place in the sidecar's players, where a click says so; else None.
        evidence: Why this is the presenter.
        others: Others who were seen for a tenth of its time, and why they were not taken.
    """

    number: int
    person: int
    may_be: int | None
    stays: tuple[Stay, ...]
    player: int | None
    evidence: Reason
    others: int
    others_reason: Reason | None

    @property
    def start_s(self) -> float:
        """Time of its first sighting."""
        return self.stays[0].start_s

    @property
    def end_s(self) -> float:
        """Time of its last sighting."""
        return self.stays[-1].end_s


@dataclass(frozen=True)
class Chosen:
    """Who was in front, in order of time, and why nobody was, if so."""

    presences: tuple[Presence, ...]
    reason: Reason | None


def choose(seen: Seen, everybody: Sequence[Stay]) -> Chosen:
    """Choose who is in front over the whole film.

    Args:
        seen: Everybody's rows.
        everybody: The stays of them.
    """
    clicked = [stay for stay in everybody if (seen.clicked[stay.rows] >= 0).any()]
    long = [stay for stay in everybody if _is_long(stay)]
    refused: dict[int, Reason] = {}
    if clicked:
        first = sorted(clicked, key=lambda one: one.start_s)
        taken = _without_overlap([*first, *sorted(_same_as(clicked, long), key=lambda one: one.start_s)])
    else:
        taken = _by_rules(long, refused)
    if not taken:
        if not everybody:
            return Chosen((), Reason("nobody_found"))
        return Chosen((), Reason("presenter_only_audience") if long else Reason("presenter_only_moments"))
    return Chosen(tuple(_presences(taken, everybody, refused)), None)


def weight(seen: Seen) -> np.ndarray:
    """(n,) how much each row looks like somebody in front, 0..1."""
    near = _near_edge(seen)

    def by(faces: float, turned: float) -> np.ndarray:
        return np.where(seen.faces, faces, turned)

    return np.select(
        [seen.ankles & ~seen.cut_low, seen.knees & ~near, seen.knees, ~near],
        [_FEET, _LEGS, by(_NEAR_LEGS_FACES, _NEAR_LEGS_TURNED), by(_ABOVE_FACES, _ABOVE_TURNED)],
        by(_NEAR_FACES, _NEAR_TURNED),
    )


def _near_edge(seen: Seen) -> np.ndarray:
    return seen.boxes[:, 3] >= _NEAR_EDGE * seen.height


def same_person(one: Stay, other: Stay) -> bool | None:
    """Do clothes and height say that two stays are one person's? None where they say nothing."""
    apart = difference(one.clothes, other.clothes)
    ratio = max(one.tall, other.tall) / max(min(one.tall, other.tall), 1.0)
    if np.isfinite(apart) and apart > 2 * _SAME_CLOTHES:
        return False
    if not np.isfinite(apart) or apart > _SAME_CLOTHES or ratio > _SAME_TALL:
        return None
    return True if _colourful(one) and _colourful(other) else None


def _by_rules(long: Sequence[Stay], refused: dict[int, Reason]) -> list[Stay]:
    """The presenter's stays; why others are none is added to `refused`, by the stay's id."""
    if not long:
        return []
    weights = weight(long[0].seen)
    value = {id(stay): float(weights[stay.rows].mean()) for stay in long}
    low = _near_edge(long[0].seen)
    stand = [stay for stay in long if value[id(stay)] >= _STANDS and stay.share(low) < 0.5]
    for stay in long:
        if stay.share(low) >= 0.5 and any(_shared_s(stay, one) >= _SHORTEST_S for one in stand):
            value[id(stay)] *= _BEFORE_OTHERS
    score = {id(stay): value[id(stay)] * (stay.end_s - stay.start_s) for stay in long}
    standing = []
    for stay in long:
        alone = not any(_shared_s(stay, other) >= _SHORTEST_S for other in long if other is not stay)
        if value[id(stay)] < (_IN_FRONT_ALONE if alone else _IN_FRONT):
            refused[id(stay)] = Reason("sits_before_camera")
        elif any(_on_screen(stay, other) for other in stand):
            refused[id(stay)] = Reason("on_a_screen")
        else:
            standing.append(stay)
    if not standing:
        return []
    first = max(standing, key=lambda stay: (_total(stay, standing, score), score[id(stay)], -stay.start_s))
    taken: list[Stay] = [first]
    for stay in sorted(standing, key=lambda one: -score[id(one)]):
        if stay is first:
            continue
        if not _in_band(stay, first):
            refused[id(stay)] = Reason("not_in_front")
        elif (free := _free(stay, taken)) is None:
            refused[id(stay)] = Reason("stayed_less")
        else:
            taken.append(free)
    return sorted(taken, key=lambda one: one.start_s)


def _total(stay: Stay, standing: Sequence[Stay], score: dict[int, float]) -> float:
    """Score of all stays of the same person."""
    return sum(score[id(one)] for one in standing if one is stay or same_person(one, stay))


def _in_band(stay: Stay, first: Stay) -> bool:
    """Is the head about as high as that of who was chosen, and the body about as tall? Of another view nobody knows."""
    mine, theirs = ({int(s) for s in one.seen.shots[one.rows]} for one in (stay, first))
    if not mine & theirs and stay.seen.shots.max(initial=0) > 0:
        return True
    heads = [float(np.median(one.seen.boxes[one.rows, 1])) for one in (stay, first)]
    ratio = max(stay.tall, first.tall) / max(min(stay.tall, first.tall), 1.0)
    return abs(heads[0] - heads[1]) <= _HEADS * first.tall and ratio <= _TALLER


def _on_screen(stay: Stay, other: Stay) -> bool:
    """Does a picture on the wall show this one: it ends above the hips of somebody who stands there, as tall nearly?"""
    if stay is other:
        return False
    frames = stay.seen.frames[stay.rows], other.seen.frames[other.rows]
    shared, mine, theirs = np.intersect1d(*frames, return_indices=True)
    if len(shared) < _ROWS:
        return False
    one, two = stay.seen.boxes[stay.rows[mine]], other.seen.boxes[other.rows[theirs]]
    tall = two[:, 3] - two[:, 1]
    hangs = (one[:, 3] < two[:, 1] + _HANGS * tall) & (one[:, 3] - one[:, 1] > _AS_TALL * tall)
    return float(hangs.mean()) > 0.5


def _free(stay: Stay, taken: Sequence[Stay]) -> Stay | None:
    """What of a stay is no time of those who were taken; None where it is too short."""
    times, free = stay.times, np.ones(len(stay.rows), bool)
    for one in taken:
        free &= (times < one.start_s) | (times > one.end_s)
    if not free.any():
        return None
    left = replace(stay, rows=stay.rows[free])
    if len(left.rows) < _ROWS or left.end_s - left.start_s < _OWN_S:
        return None
    # A middle that is taken leaves two ends; the longer one is somebody's own.
    covered = [any(a < one.start_s and one.end_s < b for one in taken) for a, b in pairwise(left.times)]
    parts = np.split(left.rows, np.flatnonzero(np.array(covered, bool)) + 1)
    longest = max(parts, key=lambda rows: stay.seen.times[rows[-1]] - stay.seen.times[rows[0]])
    kept = replace(stay, rows=longest)
    return kept if len(longest) >= _ROWS and kept.end_s - kept.start_s >= _OWN_S else None


def _without_overlap(stays: Sequence[Stay]) -> list[Stay]:
    taken: list[Stay] = []
    for stay in stays:
        if (free := _free(stay, taken) if taken else stay) is not None:
            taken.append(free)
    return sorted(taken, key=lambda one: one.start_s)


def _same_as(clicked: Sequence[Stay], long: Sequence[Stay]) -> list[Stay]:
    """The other stays of those who were clicked."""
    return [one for one in long if all(one is not c for c in clicked) and any(same_person(one, c) for c in clicked)]


def _is_long(stay: Stay) -> bool:
    return len(stay.rows) >= _ROWS and stay.end_s - stay.start_s >= _SHORTEST_S


def _shared_s(one: Stay, other: Stay) -> float:
    return min(one.end_s, other.end_s) - max(one.start_s, other.start_s)


def _colourful(stay: Stay) -> bool:
    """Does torso or leg have a colour that few wear?"""
    chroma = np.hypot(stay.clothes[:, [1, 4]], stay.clothes[:, [2, 5]])
    known = np.isfinite(chroma)
    return any(float(np.median(chroma[known[:, k], k])) >= _COLOURFUL for k in range(2) if known[:, k].any())


def _left_by_side(before: Stay, after: Stay) -> bool:
    """Did one leave, or the other come, by a side of the picture?"""
    ends = before.seen.boxes[before.rows[-1]], after.seen.boxes[after.rows[0]]
    margin = _SIDE * before.seen.width
    return any(box[0] <= margin or box[2] >= before.seen.width - margin for box in ends)


def _presences(taken: Sequence[Stay], everybody: Sequence[Stay], refused: dict[int, Reason]) -> list[Presence]:
    groups: list[list[Stay]] = []
    for stay in taken:
        before = groups[-1][-1] if groups else None
        if before is not None and _continues(before, stay):
            groups[-1].append(stay)
        else:
            groups.append([stay])
    people: list[list[Stay]] = []
    out = []
    for number, group in enumerate(groups, 1):
        place = next((int(p) for one in group for p in one.seen.clicked[one.rows] if p >= 0), None)
        person, may_be = _who(group, people, place)
        if person > len(people):
            people.append([])
        people[person - 1] += group
        there = [one for one in everybody if _is_other(one, group)]
        why = list(dict.fromkeys(refused[id(one)] for one in there if id(one) in refused))
        reason = several(why) if why else Reason("seen_for_moments") if there else None
        out.append(Presence(number, person, may_be, tuple(group), place, _evidence(group, place), len(there), reason))
    return out


def _continues(before: Stay, after: Stay) -> bool:
    """Is the second stay the same presence: not away for long, not by a side, nothing against its being one person?"""
    if after.start_s - before.end_s > _AWAY_S:
        return False
    cut = before.seen.shots[before.rows[-1]] != after.seen.shots[after.rows[0]]
    told = same_person(before, after)
    if cut:  # another view: only clothes tell
        return told is True
    return told is not False and not _left_by_side(before, after) and _near(before, after)


def _near(before: Stay, after: Stay) -> bool:
    """Could one who went out of sight have come there?"""
    ends = before.seen.boxes[before.rows[-1]], after.seen.boxes[after.rows[0]]
    tall = max(before.tall, after.tall)
    away = abs((ends[0][0] + ends[0][2] - ends[1][0] - ends[1][2]) / 2)
    return away <= tall * (0.5 + 1.0 * (after.start_s - before.end_s))


def _who(group: Sequence[Stay], people: Sequence[Sequence[Stay]], place: int | None) -> tuple[int, int | None]:
    """The number of the person, and of an earlier one who it may be as well."""
    may_be = None
    for number, theirs in enumerate(people, 1):
        places = {int(p) for one in theirs for p in one.seen.clicked[one.rows] if p >= 0}
        if place is not None and place in places:
            return number, None
        if place is not None and places:
            continue
        told = [same_person(a, b) for a in group for b in theirs]
        if any(told) and False not in told:
            return number, None
        if False not in told and any(_alike(a, b) for a in group for b in theirs):
            may_be = number
    return len(people) + 1, may_be


def _alike(one: Stay, other: Stay) -> bool:
    """Nothing but dull clothes is against it."""
    apart = difference(one.clothes, other.clothes)
    return bool(apart <= _SAME_CLOTHES) and max(one.tall, other.tall) <= _SAME_TALL * min(one.tall, other.tall)


def _is_other(stay: Stay, group: Sequence[Stay]) -> bool:
    start, end = group[0].start_s, group[-1].end_s
    mine = {int(row) for one in group for row in one.rows}
    shared = min(end, stay.end_s) - max(start, stay.start_s)
    return not mine & set(stay.rows.tolist()) and shared >= 0.1 * (end - start)


def _evidence(group: Sequence[Stay], place: int | None) -> Reason:
    if place is not None:
        return Reason("clicked")
    rows = np.concatenate([one.rows for one in group])
    seen = group[0].seen
    legs, faces = float((seen.knees | seen.ankles)[rows].mean()), float(seen.faces[rows].mean())
    seconds = sum(one.end_s - one.start_s for one in group)
    if legs >= 0.5:
        return Reason("stands_in_front", legs=legs, seconds=seconds)
    if not float(seen.cut_low[rows].mean()) > 0.5:
        return Reason("stands_behind_something", seconds=seconds)
    return Reason("only_one_facing", seconds=seconds) if faces >= 0.5 else Reason("only_one_there", seconds=seconds)
