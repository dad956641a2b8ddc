"""Checks of the tables of a wanted player: what would be a fault in gametape, whatever the film.

Belongs here: what must hold by the rules. Does not belong here: how well a player is found (`gametape.evaluation`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def evidence_is_sound(table: pa.Table) -> list[CheckResult]:
    """No piece is two players, and each piece is told once for a player."""
    rows = [row for row in table.to_pylist() if row["verdict"] in ("his", "perhaps", "not_his")]
    owners = Counter(row["piece"] for row in rows if row["verdict"] == "his")
    twice = [piece for piece, count in owners.items() if count > 1]
    told = Counter((row["player"], row["piece"]) for row in rows)
    again = [key for key, count in told.items() if count > 1]
    return [
        CheckResult(
            "no_two_players_are_one",
            not twice,
            f"Pieces that are two players: {twice[:5]}" if twice else "No piece of a track is two players",
        ),
        CheckResult(
            "what_is_told_is_told_once",
            not again,
            f"Player and piece more than once: {again[:5]}" if again else "Each piece is weighed once for a player",
        ),
    ]


def identity_is_sound(table: pa.Table) -> list[CheckResult]:
    """One state for a player and frame; somebody in sight by something; changes of state with a reason."""
    rows = table.to_pylist()
    double = [key for key, count in Counter((row["player"], row["frame"]) for row in rows).items() if count > 1]
    odd = [
        row["frame"]
        for row in rows
        if (row["state"] in ("confirmed", "locked")) != (row["x1"] is not None and row["evidence"] is not None)
    ]
    silent: list[int] = []
    before: dict[int, str] = {}
    for row in rows:
        if before.get(row["player"], row["state"]) != row["state"] and row["why"] is None:
            silent.append(row["frame"])
        before[row["player"]] = row["state"]
    return [
        CheckResult(
            "one_state_a_player_and_frame",
            not double,
            f"More than one state: {double[:5]}" if double else "One state for each player and frame",
        ),
        CheckResult(
            "in_sight_says_by_what",
            not odd,
            f"State, box and evidence do not fit in frames {odd[:5]}" if odd else "Who is in sight is so by evidence",
        ),
        CheckResult(
            "states_change_with_a_reason",
            not silent,
            f"No reason for the change in frames {silent[:5]}" if silent else "Each change of state has its reason",
        ),
    ]


def shifts_are_sound(table: pa.Table, least_s: float) -> list[CheckResult]:
    """Shifts follow one another, clips do not overlap; none is too short, or longer in sight than on."""
    rows, wrong = table.to_pylist(), []
    for row, after in zip(rows, [*rows[1:], None][: len(rows)], strict=True):
        if not row["clip_start_s"] <= row["start_s"] <= row["end_s"] <= row["clip_end_s"]:
            wrong.append(row["shift"])
        follows = after and after["player"] == row["player"]
        if follows and (after["start_s"] < row["end_s"] or after["clip_start_s"] < row["clip_end_s"]):
            wrong.append(row["shift"])
    short = [row["shift"] for row in rows if row["ice_s"] < least_s - 1e-6 or row["view_s"] > row["ice_s"] + 1e-6]
    return [
        CheckResult(
            "shifts_in_order",
            not wrong,
            f"Out of order: shifts {wrong[:5]}" if wrong else "Shifts and clips follow one another",
        ),
        CheckResult(
            "shifts_are_long_enough",
            not short,
            f"Too short, or longer in sight than on: shifts {short[:5]}"
            if short
            else "No shift is shorter than asked for",
        ),
    ]
