"""What a player's page says: games in a row, weaknesses, plan, measures beside others, development.

Belongs here: calling each part, the headline and the first paragraph. Does not belong here: judging
(gametape.replay.judgement), ranking exercises (gametape.replay.training), layout (templates/, player_pdf.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from gametape.replay.page.development import trends
from gametape.replay.page.game import day
from gametape.replay.page.inputs import PlayerInput
from gametape.replay.page.judged import finding_cards, metric_groups, plan_steps
from gametape.replay.page.words import page_words
from gametape.report.words import Words

SHOWN_GAMES, FIRST_GAMES = 50, 10
"""Games in the table, the latest, and how many are not folded away; the row of squares has all up to MOST_SQUARES."""
MOST_SQUARES = 120
SURE = 1.96
"""Standard deviations of 95 %."""
COUNTED = ("core_goals", "core_assists", "core_saves", "core_shots", "core_score")


def player_content(data: PlayerInput) -> dict[str, Any]:
    """What the template and the PDF are rendered from, by name.

    Raises:
        ValueError: there is no game, or the player has two rows in one.
    """
    say, games = page_words(data.language), games_of(data)
    if not games:
        raise ValueError(f"{data.player}: there is no game")
    name = games[-1]["name"] or data.player
    shown = [_game(one, data, say) for one in games]
    findings = finding_cards(data.findings, say)
    steps = plan_steps(data.plan, say)
    won = sum(one["won"] is True for one in games)
    lost = sum(one["won"] is False for one in games)
    kinds = Counter(_kind(one, say) for one in games)
    return {
        "t": say,
        "language": say.language,
        "player": data.player,
        "title": name,
        "subtitle": [kind for kind, _ in kinds.most_common(3)],
        "story": _story(games, won, lost, findings, say),
        "figures": _figures(games, won, lost, say),
        "findings": findings,
        "plan": steps,
        "groups": metric_groups(data.metrics, say),
        "games": list(reversed(shown[-SHOWN_GAMES:])),
        "first_games": FIRST_GAMES,
        "squares": shown[-MOST_SQUARES:],
        "games_left_out": max(0, len(shown) - SHOWN_GAMES),
        "games_count": len(shown),
        "trends": trends(games, say),
        "versions": sorted(data.versions.items()),
        "results": [{key: one[key] for key in ("replay", "played_at", "playlist", "won", *COUNTED)} for one in games],
        "headline": {
            "title": name,
            "games": len(games),
            "won": won,
            "lost": lost,
            "weaknesses": sum(one.kind == "weakness" for one in findings),
            "exercises": sum(len(one.steps) for one in steps),
        },
    }


def games_of(data: PlayerInput) -> list[dict[str, Any]]:
    """The player's row of each game beside the game's own, oldest first; of unknown date first.

    Raises:
        ValueError: the player has two rows in a game.
    """
    matches = {row["replay"]: row for row in data.matches.to_pylist()}
    rows = [row for row in data.players.to_pylist() if row["replay"] in matches]
    if len(rows) != len({row["replay"] for row in rows}):
        raise ValueError(f"{data.player}: two rows in one game, so some are not the player's own")
    games = [{**matches[row["replay"]], **row} for row in rows]
    return sorted(games, key=lambda one: (one["played_at"] or "", one["replay"]))


def likely(part: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson).

    >>> [round(end, 2) for end in likely(6, 10)]
    [0.31, 0.83]
    """
    share, z = part / of, SURE
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def _kind(game: dict[str, Any], say: Words) -> str:
    if game["playlist"]:
        return say.get(f"playlist.{game['playlist']}", game["playlist"])
    return say("game.size", n=game["team_size"]) if game["team_size"] else say("player_page.unknown_kind")


def _game(game: dict[str, Any], data: PlayerInput, say: Words) -> dict[str, Any]:
    """A game as the table and the row of squares show it."""
    own, other = ("blue", "orange") if game["team"] == "blue" else ("orange", "blue")
    state = {True: "won", False: "lost", None: "level"}[game["won"]]
    score = f"{game[f'{own}_goals']}:{game[f'{other}_goals']}"
    when = day(game["played_at"]) if game["played_at"] else "–"
    return {
        "replay": game["replay"],
        "link": data.game_links.get(game["replay"], ""),
        "when": when,
        "kind": _kind(game, say),
        "state": state,
        "label": say(f"player_page.{state}"),
        "letter": say(f"player_page.{state}_letter"),
        "score": score,
        "title": f"{when}: {say(f'player_page.{state}')} {score}",
        "counts": [say.number(None if game[stat] is None else float(game[stat])) for stat in COUNTED],
    }


def _figures(games: Sequence[dict], won: int, lost: int, say: Words) -> list[tuple[str, str, str]]:
    days = [day(one["played_at"])[:10] for one in games if one["played_at"]]
    span = " – ".join(dict.fromkeys((days[0], days[-1]))) if days else ""
    figures = [(say("player_page.games"), say.digits(f"{len(games):,}"), span)]
    if won + lost:
        low, high = likely(won, won + lost)
        note = say("player_page.likely", low=say.share(low), high=say.share(high))
        figures.append((say("player_page.win_share"), say.share(won / (won + lost)), note))
    for stat in ("core_goals", "core_saves", "core_score"):
        known = [one[stat] for one in games if one[stat] is not None]
        text = say.number(sum(known) / len(known), most_places=2) if known else "–"
        figures.append((say("player_page.a_game", what=say(f"stat.{stat}")), text, ""))
    return figures


def _story(games: Sequence[dict], won: int, lost: int, findings: Sequence[Any], say: Words) -> list[str]:
    story = [say("player_page.record", n=len(games), won=won, lost=lost)]
    first = [one for one in findings if one.kind == "weakness"]
    if first:
        story.append(say("player_page.first", what=say.listed([one.short for one in first[:2]])))
    elif findings:
        story.append(say("player_page.nothing_first"))
    return story
