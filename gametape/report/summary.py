"""The first paragraph of a report: what a coach would say of the film in a few sentences.

Belongs here: choosing what comes first, and the sentences. Does not belong here: measuring; the sections' own words,
which are quoted.
"""

from __future__ import annotations

from collections.abc import Sequence

from gametape.report.event_list import EventList
from gametape.report.finding_cards import FindingCard
from gametape.report.history import Comparison
from gametape.report.rallies_and_shots import RalliesAndShots
from gametape.report.repetition_list import PersonsRepetitions
from gametape.report.stroke_cards import StrokeCards
from gametape.report.words import Words

MOST_NAMED = 3


def summary(
    *,
    followed: Sequence[str] = (),
    strokes: StrokeCards,
    movement: str,
    repetitions: Sequence[PersonsRepetitions] = (),
    play: RalliesAndShots,
    events: EventList,
    no_ball: str | None,
    no_people: str | None,
    no_limits: str | None,
    not_judged: str | None,
    cards: Sequence[FindingCard],
    comparison: Comparison | None,
    say: Words,
) -> tuple[str, ...]:
    """Sentences: what was played, what to work on, what changed, what is not known.

    Args:
        followed: what is said of whom the film is about; then nothing is said of movements that were not looked for.
        repetitions: what each repeats, the player first.
        movement: who moved how, used where there is nothing more telling.
        no_ball, no_people, no_limits: why these are missing, None where they are not.
        not_judged: why there are no findings, None where nothing is past its limit.
    """
    again = [" ".join(filter(None, (f"{one.who}:" if one.who else "", one.summary))) for one in repetitions[:1]]
    sentences, played = (
        [strokes.summary, play.rallies_summary, *again],
        [card for card in cards if not card.about_filming],
    )
    if not (any(sentences) or played or followed):
        sentences = [movement]
    if play.in_metres:  # the rallies have said how many shots there were
        key = "summary.speed_of" if play.player else "summary.speed"
        key += "_one" if play.of_one else ""
        median = say(key, who=play.player, middle=play.median_speed)
        sentences.append(median if play.rallies else play.shots_summary)
    if not play.rallies and events.summary:
        sentences.append(say("summary.events", events=events.summary))
    # Of a film about somebody the poses are of whoever is nearest to the camera: how that one is filmed is no advice.
    sentences += _work_on([card for card in cards if not (followed and card.about_filming)], say)
    if not played and not no_people and not followed:
        if no_limits:
            sentences.append(say("summary.no_limits", reason=no_limits))
        elif not_judged:
            sentences.append(say("summary.not_judged", reason=not_judged))
        elif not cards:
            sentences.append(say("summary.nothing_past"))
    sentences += _changes(comparison, say)
    if no_people and not followed:
        sentences.append(say("summary.no_people", reason=no_people))
    if no_ball and not followed:
        sentences.append(say("summary.no_ball", reason=no_ball))
    return tuple(filter(None, (*followed, *sentences)))


def _work_on(cards: Sequence[FindingCard], say: Words) -> list[str]:
    """The first findings about the player, and those about the filming."""
    sentences = []
    about_player = [card for card in cards if not card.about_filming and card.severity != "hint"]
    hints = [card.title for card in cards if not card.about_filming and card.severity == "hint"]
    about_filming = [card for card in cards if card.about_filming]
    if about_player:
        card = about_player[0]
        at = say("summary.seen_at", at=say.clock(card.evidence[0].worst_s, 2)) if card.evidence else ""
        key = "summary.first_low" if card.severity == "low" else "summary.first"
        sentences.append(say(key, title=card.title, measured=card.measured, limit=card.limit) + at + ".")
        if others := [card.title for card in about_player[1 : 1 + MOST_NAMED]]:
            sentences.append(say("summary.then", titles="; ".join(others)))
    if hints:
        sentences.append(say("summary.hints", titles="; ".join(hints[:MOST_NAMED])))
    if about_filming:
        sentences.append(say("summary.film", titles="; ".join(card.title for card in about_filming)))
    return sentences


def _changes(comparison: Comparison | None, say: Words) -> list[str]:
    if comparison is None:
        return []
    sentences = []
    for state in ("better", "worse"):
        labels = [one.label for one in comparison.compared if one.state == state][:MOST_NAMED]
        if labels:
            sentences.append(say(f"summary.{state}", labels=say.listed(labels)))
    return sentences or [say("summary.unchanged")]
