"""What no ball can do: speeds of flights that contradict each other, or all that is known of the sport.

Belongs here: refusing speeds that were fitted but cannot be true. Does not belong here: the fit (`flight_fit`), the
limits (the sports' ball.yaml).

Each flight is fitted by itself, so two of them may contradict each other at the bounce between them: no bounce makes a
ball faster than its spin allows. And where most flights are faster than any ball of the sport ever was, it is not the
ball but the film's clock that is wrong: in slow motion the ball falls slowly, as one that is far away and fast.
"""

from __future__ import annotations

from itertools import pairwise

from gametape.base.reason import Reason
from gametape.sports.courts import Ball

WRONG_CLOCK_SHARE = 0.5
"""Where at least this share of the measured flights is impossibly fast, the clock is wrong."""
MEASURED = ("speed_start_mps", "speed_end_mps", "speed_mean_mps", "apex_m", "start_x_m", "start_height_m", "swing_deg")
"""What a fit in space gives, each with the ends of its band."""
OF_THE_FIT = ("speed_method", "path", "spin_confidence", "spin_g", "spin_g_error")
FASTEST_AT = ("speed_start_mps", "speed_mean_mps")


def refuse_impossible(rows: list[dict], ball: Ball | None) -> list[dict]:
    """Take out speeds that cannot be true, with the reason.

    Args:
        rows: Rows of BALL_FLIGHTS in order of time.
        ball: What flies; None: not known, and nothing is refused.

    Returns:
        The rows, those refused without what the fit in space gave.
    """
    if ball is None:
        return rows
    rows = _too_fast(rows, ball)
    return _faster_after_a_bounce(rows, ball)


def _too_fast(rows: list[dict], ball: Ball) -> list[dict]:
    if ball.fastest is None:
        return rows
    measured = [row for row in rows if row.get("speed_mean_mps") is not None]
    lows = [_fastest(row) for row in measured]
    beyond = [low for low in lows if low > ball.fastest]
    if not beyond:
        return rows
    if len(beyond) >= WRONG_CLOCK_SHARE * len(measured):
        why = Reason("clock_not_true", mps=max(beyond), fastest=ball.fastest)
        return [refused(row, why) if row.get("speed_mean_mps") is not None else row for row in rows]
    return [
        refused(row, Reason("faster_than_any", mps=_fastest(row), fastest=ball.fastest))
        if row.get("speed_mean_mps") is not None and _fastest(row) > ball.fastest
        else row
        for row in rows
    ]


def _fastest(row: dict) -> float:
    """At least so fast it is somewhere, m/s."""
    return max(row[f"{name}_low"] for name in FASTEST_AT if row.get(f"{name}_low") is not None)


def _faster_after_a_bounce(rows: list[dict], ball: Ball) -> list[dict]:
    """Of two speeds that contradict each other the surer one stays, and neither where the bands leave no true pair."""
    if ball.after_bounce is None:
        return rows
    rows = list(rows)
    for at, (one, other) in enumerate(pairwise(rows)):
        before, after = one.get("speed_end_mps"), other.get("speed_start_mps")
        if one["ended"] != "bounce" or one["end_s"] != other["start_s"] or before is None or after is None:
            continue
        if after <= ball.after_bounce * before:
            continue
        why = Reason("faster_after_bounce", before=before, after=after)
        impossible = other["speed_start_mps_low"] > ball.after_bounce * one["speed_end_mps_high"]
        unsure = (_width(one, "speed_end_mps"), _width(other, "speed_start_mps"))
        if impossible or unsure[0] >= unsure[1]:
            rows[at] = refused(one, why)
        if impossible or unsure[0] < unsure[1]:
            rows[at + 1] = refused(other, why)
    return rows


def _width(row: dict, name: str) -> float:
    """The width of a band, in its value."""
    return float((row[f"{name}_high"] - row[f"{name}_low"]) / row[name])


def refused(row: dict, why: Reason) -> dict:
    """A row without what its fit in space gave; where it bounced stays, for that is by the picture and the ground."""
    gone = {*OF_THE_FIT, *MEASURED, *(f"{name}_{end}" for name in MEASURED for end in ("low", "high"))}
    kept = {name: value for name, value in row.items() if name not in gone}
    return kept | {"speed_reason": why, "spin": "unknown", "spin_reason": why, "swing_reason": why}
