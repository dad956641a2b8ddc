"""Shifts: spans on the ice or court, made of the times in sight by rules that are stated.

Belongs here: zones, gaps that are bridged, ends and their reasons, what is questioned. Does not belong here:
who the player is (`weigh`), films of shifts (`gametape.clips`).

The order counts: pieces are put together by their gaps, what is too short is left out, and only then a clip gets its
pre-roll and post-roll. A shift ends with the last evidence; no time is added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.following_keys import Period, Zones
from gametape.film.keys import Polygon, within
from gametape.follow.rules import FollowRules
from gametape.tables.follow import SHIFTS

if TYPE_CHECKING:
    import pyarrow as pa

#: Who is in a zone for less, seconds, only passes it.
STAYS_S = 0.5
#: A point so far outside a zone is in it still, px.
ZONE_MARGIN_PX = 2.0
#: Two looks at most so far apart, seconds, or so many usual steps of looks, are one stretch in sight: one was missed.
_MISSED_S, _MISSED_STEPS = 0.25, 1.5
#: A shift of less confidence is questioned.
UNSURE = 0.7


@dataclass(frozen=True)
class Stretch:
    """A time in sight and on the ice, without a gap. `end_reason`: why it ended, as far as a zone or period tells."""

    start: float
    end: float
    first_frame: int
    last_frame: int
    period: int
    sure: float
    end_reason: str | None = None

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


def shifts(
    identity: pa.Table,
    rules: FollowRules,
    cuts: Sequence[float] = (),
    *,
    width: int,
    height: int,
    begins_s: float,
    ends_s: float,
    still: bool = True,
    goes_on: bool = False,
) -> pa.Table:
    """Table SHIFTS.

    Args:
        identity: Table PLAYER_IDENTITY.
        rules: The film's rules; the periods in seconds of the film, as the frames' times are.
        cuts: Times of the first frames of shots, seconds.
        width: Of the upright picture, px.
        height: Likewise.
        begins_s: Time of the film's first frame.
        ends_s: When the film's last picture ends.
        still: Whether the camera stands: zones of the picture hold only then.
        goes_on: Whether the film goes on behind `ends_s`, as in a first look.
    """
    zones = rules.zones if still else Zones()
    rows: list[dict] = []
    for _, group in groupby(identity.to_pylist(), key=lambda row: row["player"]):
        looks = list(group)
        missed = _missed(looks)
        spans = _stretches(looks, rules, cuts, zones, missed, width, height)
        whole = [
            one
            for one in _merged(spans, rules, cuts)
            if one[-1].end - one[0].start >= rules.following.min_shift_s - 1e-6
        ]
        looked_to_end = not goes_on and ends_s - looks[-1]["time_s"] <= missed + 1e-6
        last = "film_end" if looked_to_end else "window_end"
        own = [_row(looks, number, parts, rules, cuts, last) for number, parts in enumerate(whole, 1)]
        _roll(own, rules, cuts, begins_s, ends_s)
        rows += own
    return SHIFTS.from_rows(rows)


def cut_times(motion: pa.Table, frames: pa.Table) -> list[float]:
    """Times of the first frames of shots, seconds.

    People are looked for in every second frame or so: which frame between two looks begins the shot is known from the
    small pictures (`shot` of FRAMES), where they show the cut. Otherwise it is the first that can be.

    Args:
        motion: Table CAMERA_MOTION.
        frames: Table FRAMES.
    """
    looks, cut = motion["frame"].to_numpy(), motion["cut"].to_pylist()
    times, changes = frames["time_s"].to_numpy(), np.flatnonzero(np.diff(frames["shot"].to_numpy())) + 1
    found = []
    for at in np.flatnonzero(cut):
        before = looks[at - 1] if at else looks[at] - 1
        begins = changes[(changes > before) & (changes <= looks[at])]
        found.append(float(times[begins[0] if len(begins) else before + 1]))
    return found


def zones_unused(rules: FollowRules, still: bool) -> Reason | None:
    """Why the film's zones are not used; None where they are, or there are none."""
    return None if still or rules.zones == Zones() else Reason("zones_need_a_still_camera")


# -- from looks to stretches --------------------------------------------------------------------------------------


def _missed(looks: Sequence[dict]) -> float:
    """How far apart two looks of one stretch are at most, seconds."""
    steps = np.diff([look["time_s"] for look in looks])
    return max(_MISSED_S, _MISSED_STEPS * float(np.median(steps)) if len(steps) else 0.0)


def _stretches(
    looks: Sequence[dict],
    rules: FollowRules,
    cuts: Sequence[float],
    zones: Zones,
    missed: float,
    width: int,
    height: int,
) -> list[Stretch]:
    """The times in sight, on the ice and within a period.

    Who is next seen off the ice was not on it all the time: however long he was out of sight before, nothing bridges
    that.
    """
    seen = [look for look in looks if look["x1"] is not None]
    where = _settled(seen, [_zone(look, zones, width, height) for look in seen])
    parts: list[Stretch] = []
    for look, zone in zip(seen, where, strict=True):
        at, frame = look["time_s"], look["frame"]
        period = _period(at, rules.periods)
        last = parts[-1] if parts else None
        is_open = last is not None and last.end_reason is None and _bridged(last.end, at, rules, cuts)
        if zone is not None or period is None:
            if last and is_open:
                parts[-1] = replace(last, end_reason=zone or "period_end")
            continue
        if last and last.end_reason is None and last.period == period and at - last.end <= missed + 1e-6:
            share = (last.sure * (last.end - last.start) + look["confidence"] * (at - last.end)) / max(
                at - last.start, 1e-9
            )
            parts[-1] = replace(last, end=at, last_frame=frame, sure=share)
        else:
            if last and is_open and last.period != period:
                parts[-1] = replace(last, end_reason="period_end")
            parts.append(Stretch(at, at, frame, frame, period, look["confidence"]))
    return parts


def _settled(seen: Sequence[dict], where: Sequence[str | None]) -> list[str | None]:
    """The zones of the looks, without those that are only passed."""
    settled: list[str | None] = []
    at = 0
    for zone, run in groupby(where):
        long = len(list(run))
        stays = seen[at + long - 1]["time_s"] - seen[at]["time_s"] >= STAYS_S
        settled += [zone if stays or not settled else settled[-1]] * long
        at += long
    return settled


def _zone(look: dict, zones: Zones, width: int, height: int) -> str | None:
    """The zone in which somebody is off, by the middle of the box's lower edge; None: on."""
    foot = ((look["x1"] + look["x2"]) / 2, look["y2"])
    for name in ("penalty", "bench"):
        polygon = getattr(zones, name)
        if polygon and inside(foot, polygon, width, height, ZONE_MARGIN_PX):
            return name
    if zones.rink and not inside(foot, zones.rink, width, height, ZONE_MARGIN_PX):
        return "outside"
    return None


def inside(point: tuple[float, float], polygon: Polygon, width: int, height: int, margin: float = 0.0) -> bool:
    """Whether a point, px, is in a polygon of fractions of the picture, or at most `margin` px outside.

    >>> square = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    >>> [inside((x, 50), square, 100, 100, 2) for x in (10, 50, 51.9, 52.1)]
    [True, True, True, False]
    """
    corners = np.array(polygon) * (width, height)
    x, y = point
    nearest = np.inf
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = np.array([x2 - x1, y2 - y1])
        share = np.clip(((x - x1) * along[0] + (y - y1) * along[1]) / max(float(along @ along), 1e-9), 0, 1)
        nearest = min(nearest, float(np.hypot(x1 + share * along[0] - x, y1 + share * along[1] - y)))
    return nearest <= margin or within(point, map(tuple, corners))


def _period(at: float, periods: Sequence[Period]) -> int | None:
    """The number of the period, from 1; None: between two."""
    if not periods:
        return 1
    return next((number for number, one in enumerate(periods, 1) if one.start_s <= at <= one.end_s), None)


# -- from stretches to shifts -------------------------------------------------------------------------------------


def _merged(stretches: Sequence[Stretch], rules: FollowRules, cuts: Sequence[float]) -> list[list[Stretch]]:
    """The stretches of each shift."""
    found: list[list[Stretch]] = []
    for one in stretches:
        last = found[-1][-1] if found else None
        if (
            last
            and last.end_reason is None
            and last.period == one.period
            and _bridged(last.end, one.start, rules, cuts)
        ):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _bridged(end: float, start: float, rules: FollowRules, cuts: Sequence[float]) -> bool:
    """Whether somebody who is out of sight from `end` to `start` is on all the time."""
    most = min(rules.gap_s, rules.following.cut_gap_s) if _cut_between(end, start, cuts) else rules.gap_s
    return start - end <= most + 1e-6


def _cut_between(end: float, start: float, cuts: Sequence[float]) -> bool:
    return any(end < cut <= start for cut in cuts)


def _roll(own: Sequence[dict], rules: FollowRules, cuts: Sequence[float], begins_s: float, ends_s: float) -> None:
    """Give a player's shifts the spans of their clips: within the film, and no second in two of them.

    A roll ends at a cut: what is behind it is another picture, often a close-up of somebody else.
    """
    for row in own:
        begins = max((cut for cut in cuts if cut <= row["start_s"] + 1e-6), default=begins_s)
        ends = min((cut for cut in cuts if cut > row["end_s"] + 1e-6), default=ends_s)
        row["clip_start_s"] = max(row["start_s"] - rules.following.pre_roll_s, begins, begins_s)
        row["clip_end_s"] = min(row["end_s"] + rules.following.post_roll_s, ends, ends_s)
    for before, after in pairwise(own):
        if before["clip_end_s"] > after["clip_start_s"]:
            middle = (before["end_s"] + after["start_s"]) / 2
            before["clip_end_s"] = min(before["clip_end_s"], max(middle, after["start_s"] - rules.following.pre_roll_s))
            after["clip_start_s"] = before["clip_end_s"]


def _row(
    looks: Sequence[dict],
    number: int,
    parts: Sequence[Stretch],
    rules: FollowRules,
    cuts: Sequence[float],
    at_end: str,
) -> dict:
    start, end = parts[0].start, parts[-1].end
    seen = sum(part.seconds for part in parts)
    sure = sum(part.sure * part.seconds for part in parts) / seen if seen else parts[0].sure
    gaps = [after.start - before.end for before, after in pairwise(parts)]
    return {
        **{name: looks[0][name] for name in ("player", "name", "number")},
        "shift": number,
        "period": parts[0].period,
        "start_s": start,
        "end_s": end,
        "first_frame": parts[0].first_frame,
        "last_frame": parts[-1].last_frame,
        "view_s": seen,
        "ice_s": end - start,
        "pieces": len(parts),
        "longest_gap_s": max(gaps, default=0.0),
        "end_reason": parts[-1].end_reason or _end_reason(looks, parts[-1], cuts, at_end),
        "questioned": _questioned(end - start, sure, rules),
        "confidence": sure,
    }


def _end_reason(looks: Sequence[dict], last: Stretch, cuts: Sequence[float], at_end: str) -> str:
    """Why a stretch ended that no zone and no period ended; `at_end`: at the last look."""
    after = next((look for look in looks if look["time_s"] > last.end), None)
    if after is None:
        return at_end
    if _cut_between(last.end, after["time_s"], cuts):
        return "cut"
    return "lost"


def _questioned(seconds: float, sure: float, rules: FollowRules) -> Reason | None:
    if seconds < rules.short_s:
        return Reason("shift_too_short", seconds=round(seconds, 1), least=rules.short_s)
    if rules.long_s is not None and seconds > rules.long_s:
        return Reason("shift_too_long", seconds=round(seconds, 1), most=rules.long_s)
    return Reason("shift_unsure", sure=round(sure, 2)) if sure < UNSURE else None
