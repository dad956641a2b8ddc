"""What of the game is worth a look: the project's own measures of each player, with the moments that lowered them.

Belongs here: choosing and wording them. Does not belong here: measuring and judging them (gametape.replay.judgement).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gametape.replay.page.people import Person
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

BEFORE_S, AFTER_S = 2.0, 1.0
"""What is shown of a moment: so much before and after it."""


@dataclass(frozen=True)
class Card:
    """A measure of a player with its moments, the gravest first.

    Attributes:
        weak: is it a weakness of this player over his games?
        value: ready to be shown; empty where it is not known.
        reason: why it is not known; empty where it is.
        moments_s: when it went wrong, s.
    """

    place: int
    who: str
    team: str
    measure: str
    title: str
    explained: str
    value: str
    n: str
    reason: str
    weak: bool
    moments_s: tuple[float, ...]

    @property
    def severity(self) -> str:
        """The colour's name: a weakness over many games weighs more than moments of one game."""
        return "medium" if self.weak else "low"

    def evidence(self, number: int) -> dict[str, Any]:
        """As the script reads it; `number` is the card's own."""
        spans = [[round(max(at - BEFORE_S, 0), 2), round(at + AFTER_S, 2), round(at, 2)] for at in self.moments_s]
        severity = self.severity
        return {"card": number, "title": self.title, "severity": severity, "player": self.place, "spans": spans}


def cards_of(measures: pa.Table | None, findings: pa.Table | None, people: Sequence[Person], say: Words) -> list[Card]:
    """The measures of every player: the chosen one's first, of each those that are a weakness first.

    Args:
        measures: replay_measures of the game.
        findings: replay_findings of the chosen player.
        people: the players.
        say: the page's words.
    """
    if measures is None:
        return []
    weak = {row["stat"] for row in findings.to_pylist() if row["kind"] == "weakness"} if findings is not None else set()
    by_number = {one.number: one for one in people}
    found = []
    for row in measures.to_pylist():
        who = by_number.get(row["player"])
        if who is None:
            continue
        name, value = row["measure"], row["value"]
        found.append(
            Card(
                place=who.place,
                who=who.name,
                team=who.team,
                measure=name,
                title=say.get(f"measure.{name}", say.metric(name)),
                explained=say.get(f"measure_how.{name}", ""),
                value="" if value is None else say.share(value),
                n=say(f"measure_n.{name}", n=int(row["n"])) if f"measure_n.{name}" in say else "",
                reason="" if value is not None else say.reason(row["reason"] or "not_told"),
                weak=who.chosen and any(stat == name or stat.endswith(f"_{name}") for stat in weak),
                moments_s=tuple(row["moments_s"] or ()),
            )
        )
    chosen = {one.place for one in people if one.chosen}
    return sorted(found, key=lambda one: (one.place not in chosen, one.place, not one.weak))
