"""The rules by which a film's players are followed: the sidecar's settings and zones, the sport's shifts.

Belongs here: putting them together. Does not belong here: what the sidecar may say (`gametape.film.following_keys`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from gametape.base.reason import Reason
from gametape.film.following import wanted_places
from gametape.film.following_keys import Following, Period, Zones, following
from gametape.film.sidecar import Sidecar
from gametape.sports.shifts import shift_rules_of

if TYPE_CHECKING:
    import pyarrow as pa


class FollowRules(BaseModel):
    """Every value that counts when a player is followed.

    Attributes:
        following: The sidecar's settings, with the preset's for what it does not say.
        gap_s: Longest time out of sight within a shift, seconds.
        short_s: A shorter shift is questioned, seconds.
        long_s: A longer one is, seconds; None: none is too long.
        zones: Polygons in fractions of the picture.
        periods: Stretches of play, in order; none: the whole film is one.
        sources: Where the sport's figures come from.
    """

    model_config = ConfigDict(frozen=True)

    following: Following = Following()
    gap_s: float = 20.0
    short_s: float = 5.0
    long_s: float | None = None
    zones: Zones = Zones()
    periods: tuple[Period, ...] = ()
    sources: dict[str, str] = {}


def why_nobody(follows: pa.Table, sidecar: Sidecar) -> Reason | None:
    """Why nobody is looked for in a film; None where somebody is.

    Args:
        follows: Table FOLLOWS.
        sidecar: The film's.
    """
    reason = json.loads(follows["rules"][0].as_py())["reason"]
    if reason:
        return Reason.parse(reason)
    if not wanted_places(sidecar):
        return Reason("nobody_wanted")
    return None if "pose" in sidecar.analyses else Reason("people_not_analysed")


def in_film_time(periods: Sequence[Period], frames: pa.Table) -> tuple[Period, ...]:
    """Periods as the file plays, in the seconds at which pictures were taken: another clock in slow motion.

    Args:
        periods: In seconds of the file.
        frames: Table FRAMES.
    """
    import numpy as np

    shown, taken = (frames[name].to_numpy() for name in ("shown_s", "time_s"))

    def at(seconds: float) -> float:
        beyond = seconds - float(np.clip(seconds, shown[0], shown[-1]))
        return float(np.interp(seconds, shown, taken)) + beyond

    return tuple(Period(start_s=max(at(one.start_s), 0.0), end_s=at(one.end_s)) for one in periods)


def follow_rules(sidecar: Sidecar) -> FollowRules:
    """The rules of a film."""
    settings, sport = following(sidecar.follow), shift_rules_of(sidecar.sport)
    return FollowRules(
        following=settings,
        gap_s=sport.gap_s if settings.gap_s is None else settings.gap_s,
        short_s=sport.short_s,
        long_s=sport.long_s,
        zones=sidecar.zones,
        periods=sidecar.periods,
        sources=sport.sources,
    )
