"""The first paragraph: what a coach would say of the film in a breath.

Belongs here: choosing what comes first and putting it into sentences. Does not belong here: measuring, the sections'
own words (strokes.py, play.py, story.py), which it quotes.
"""

from __future__ import annotations

from collections.abc import Sequence

from gametape.report.events import Happening
from gametape.report.history import Comparison
from gametape.report.play import Play
from gametape.report.story import Card
from gametape.report.strokes import Strokes
from gametape.report.words import Words

MOST_NAMED = 3


def summary(
    *,
    strokes: Strokes,
    followed: str,
    play: Play,
    events: Happening,
    no_ball: str | None,
    no_people: str | None,
    no_limits: str | None,
    cards: Sequence[Card],
    then: Comparison | None,
    say: Words,
) -> tuple[str, ...]:
    """Sentences: what was played, what to work on, what changed, what nothing can be said of. `followed`: who moved
    how, told where there is nothing more telling."""
    told = [strokes.told, play.rallies_told]
    if not (any(told) or cards):
        told = [followed]
    if play.in_metres:  # how many shots there were the rallies say
        told.append(say("summary.speed", middle=play.middle) if play.rallies else play.shots_told)
    if not play.rallies and events.told:
        told.append(say("summary.events", told=events.told))
    told += _work_on(cards, say)
    if not cards and not no_people:
        told.append(say("summary.no_limits", reason=no_limits) if no_limits else say("summary.nothing_past"))
    told += _changed(then, say)
    if no_people:
        told.append(say("summary.no_people", reason=no_people))
    if no_ball:
        told.append(say("summary.no_ball", reason=no_ball))
    return tuple(sentence for sentence in told if sentence)


def _work_on(cards: Sequence[Card], say: Words) -> list[str]:
    """The first finding of a player, and the first of the filming itself."""
    told = []
    of_player = [card for card in cards if not card.of_filming]
    of_film = [card for card in cards if card.of_filming]
    if of_player:
        card = of_player[0]
        at = say("summary.seen_at", at=say.clock(card.evidence[0].worst_s, 1)) if card.evidence else ""
        key = "summary.first_low" if card.severity == "low" else "summary.first"
        told.append(say(key, title=card.title, measured=card.measured, limit=card.limit) + at + ".")
        if others := [card.title for card in of_player[1 : 1 + MOST_NAMED]]:
            told.append(say("summary.then", titles="; ".join(others)))
    if of_film:
        told.append(say("summary.film", titles="; ".join(card.title for card in of_film)))
    return told


def _changed(then: Comparison | None, say: Words) -> list[str]:
    if then is None:
        return []
    told = []
    for state in ("better", "worse"):
        labels = [one.label for one in then.compared if one.state == state][:MOST_NAMED]
        if labels:
            told.append(say(f"summary.{state}", labels=say.listed(labels)))
    return told or [say("summary.unchanged")]
