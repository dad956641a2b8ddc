"""What a game's page says and draws.

Belongs here: calling each part once, the headline and the facts. Does not belong here: the parts (lobby.py, moments.py
and their neighbours), layout (templates/), putting files together (build.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gametape.replay.page.arena import Arena, arena_for
from gametape.replay.page.cards import cards_of
from gametape.replay.page.frames import column, packed_frames
from gametape.replay.page.heat_maps import heat_maps
from gametape.replay.page.inputs import GameInput
from gametape.replay.page.lobby import lobby
from gametape.replay.page.moments import GameClock, goals_of, kickoffs_of, moments_of, score_line
from gametape.replay.page.people import TEAMS, Person, people_of
from gametape.replay.page.words import page_words
from gametape.report.words import Words

MOMENT_BUTTONS = ("goal", "shot", "save", "demo")
"""Kinds that are listed as buttons; the timeline shows more."""


def game_content(data: GameInput) -> dict[str, Any]:
    """What the template and the PDF are rendered from, by name; `data` is what the script draws from.

    Raises:
        ValueError: there is not one row of the match.
    """
    if data.match.num_rows != 1:
        raise ValueError(f"{data.replay}: {data.match.num_rows} rows of its match in the place of 1")
    say, match = page_words(data.language), data.match.to_pylist()[0]
    people = people_of(
        data.players, say, _recorder(data.players, match) if data.me is None else data.me, data.player_links
    )
    clock, arena = GameClock(data.ball), _arena(data)
    moments = moments_of(data.events, people, say)
    kickoffs = kickoffs_of(data.events, data.ball, data.frames, people, clock, say)
    cards = cards_of(data.measures, data.findings, people, say)
    teams = {team: match[f"{team}_name"] or say(f"team.{team}") for team in TEAMS}
    has_course = data.ball.num_rows > 0
    named = [(one.number, one.name, one.team) for one in people]
    return {
        "t": say,
        "language": say.language,
        "replay": data.replay,
        "teams": teams,
        "title": say(
            "game.title",
            blue=teams["blue"],
            orange=teams["orange"],
            blue_goals=match["blue_goals"],
            orange_goals=match["orange_goals"],
        ),
        "subtitle": _subtitle(match, say),
        "people": people,
        "chosen": next((one.place for one in people if one.chosen), 0),
        "figures": _figures(match, people, teams, say),
        "story": _story(match, people, teams, say),
        "no_course": None if has_course else say.reason(match["network_reason"] or "not_told"),
        "only_header": not has_course and match["door"] == "file",
        "stats_missing": _stats_missing(people, say),
        "arena": arena,
        "maps": heat_maps(data.ball, data.frames, named, say("heat.ball"), arena),
        "goals": goals_of(data.events, people, clock, say),
        "moments": [one for one in moments if one.kind in MOMENT_BUTTONS],
        "kickoffs": kickoffs,
        "kickoff_summary": _kickoff_summary(kickoffs, say),
        "cards": cards,
        "lobby": lobby(people, say),
        "facts": _facts(data, match, say),
        "versions": sorted(data.versions.items()),
        "data": {
            "start": float(column(data.ball, "time_s").min()) if has_course else 0.0,
            "end": float(column(data.ball, "time_s").max()) if has_course else 0.0,
            "players": [{"name": p.name, "team": TEAMS.index(p.team), "mark": p.mark, "key": p.key} for p in people],
            "chosen": next((one.place for one in people if one.chosen), 0),
            "about": next((one.place for one in people if one.chosen), -1),
            "frames": packed_frames(data.ball, _placed(data.frames, people), len(people)),
            "field": {
                "extent": arena.extent,
                "lines": arena.lines,
                "circle": arena.circle,
                "big": arena.big,
                "small": arena.small,
            },
            "moments": [one.for_page() for one in moments],
            "score": score_line(data.events),
            "clock": clock.changes(),
            "evidence": [one.evidence(number) for number, one in enumerate(cards) if one.moments_s],
            "words": say.section("replay_script"),
            "marks": {"decimal": say("number.decimal"), "thousands": say("number.thousands")},
        },
    }


def _recorder(players: Any, match: Mapping[str, Any]) -> int | None:
    """The number of the only player with the recorder's name."""
    named = [row["player"] for row in players.to_pylist() if match["recorder"] and row["name"] == match["recorder"]]
    return named[0] if len(named) == 1 else None


def _arena(data: GameInput) -> Arena:
    """The field by where things were; few frames outside (a car shot into a goal's net) do not make another arena."""
    if not data.ball.num_rows:
        return arena_for(0, 0)
    across = np.concatenate([column(data.ball, "x"), column(data.frames, "x_uu")])
    along = np.concatenate([column(data.ball, "y"), column(data.frames, "y_uu")])
    reach = [float(np.nanquantile(np.abs(one), 0.999)) if np.isfinite(one).any() else 0.0 for one in (across, along)]
    return arena_for(*reach)


def _placed(frames: Any, people: Sequence[Person]) -> Any:
    """The frames with each player's place in the page's list in the place of his number."""
    import pyarrow as pa

    if all(one.number == one.place for one in people):
        return frames
    places = {one.number: one.place for one in people}
    column_at = frames.column_names.index("player")
    moved = pa.array([places.get(number, -1) for number in frames["player"].to_pylist()], pa.int32())
    return frames.set_column(column_at, "player", moved)


def _subtitle(match: Mapping[str, Any], say: Words) -> list[str]:
    size = match["team_size"]
    return [
        *([say.get(f"playlist.{match['playlist']}", match["playlist"])] if match["playlist"] else []),
        *([say("game.size", n=size)] if size else []),
        *([match["map_name"] or match["map_code"]] if match["map_name"] or match["map_code"] else []),
        *([day(match["played_at"])] if match["played_at"] else []),
    ]


def day(text: str) -> str:
    """2026-03-10T18:55:52Z → 2026-03-10 18:55, as it was recorded."""
    return text[:16].replace("T", " ")


def _figures(
    match: Mapping[str, Any], people: Sequence[Person], teams: Mapping[str, str], say: Words
) -> list[tuple[str, str, str]]:
    """Label, text and note of the figures at the head; a dash and the reason where one is not known."""
    unknown = say.reason(match["network_reason"]) if match["network_reason"] else ""
    order = say("game.of_blue", team=teams["blue"])
    time, over = match["duration_s"], match["overtime_s"]
    figures = [
        (say("game.score"), f"{match['blue_goals']} : {match['orange_goals']}", order),
        (
            say("game.duration"),
            "–" if time is None else say.clock(time),
            unknown if time is None else say("game.overtime", time=say.clock(over)) if over else "",
        ),
        (say("game.shots"), _pair(people, "core_shots", say), order),
    ]
    for label, first, second in (
        ("possession", "blue_possession_s", "orange_possession_s"),
        ("side", "ball_in_orange_side_s", "ball_in_blue_side_s"),
    ):
        share = _share(match[first], match[second])
        note = unknown if share is None else order if label == "possession" else ""
        text = "–" if share is None else say.share(share)
        if share is not None and label == "possession":
            text = f"{say.digits(f'{100 * share:.0f}')} : {say.digits(f'{100 - round(100 * share):.0f}')}"
        figures.append((say(f"game.{label}"), text, note))
    return figures


def _share(first: float | None, second: float | None) -> float | None:
    return first / (first + second) if first is not None and second is not None and first + second > 0 else None


def _total(people: Sequence[Person], team: str, stat: str) -> int | None:
    values = [one.row[stat] for one in people if one.team == team]
    return None if not values or any(value is None for value in values) else sum(values)


def _pair(people: Sequence[Person], stat: str, say: Words) -> str:
    totals = [_total(people, team, stat) for team in TEAMS]
    return " : ".join("–" if total is None else say.digits(str(total)) for total in totals)


def _story(match: Mapping[str, Any], people: Sequence[Person], teams: Mapping[str, str], say: Words) -> list[str]:
    """The first paragraph's sentences."""
    ahead = sorted((match["blue_goals"], match["orange_goals"]), reverse=True)
    story = []
    if match["duration_s"] is not None:
        places = {"goals": f"{ahead[0]}:{ahead[1]}", "time": say.clock(match["duration_s"])}
        if match["winner"]:
            key = "story.won_overtime" if match["overtime"] else "story.won"
            story.append(say(key, team=teams[match["winner"]], **places))
        else:
            story.append(say("story.level", **places))
    scorers = sorted(((one.row["core_goals"] or 0, one.name) for one in people), key=lambda one: -one[0])
    named = [say("story.scorer", name=name, n=n) for n, name in scorers if n]
    if named:
        story.append(say("story.scorers", names=say.listed(named)))
    saves = [_total(people, team, "core_saves") for team in TEAMS]
    shots = [_total(people, team, "core_shots") for team in TEAMS]
    if None not in (*saves, *shots):
        story.append(say("story.shots", blue=shots[0], orange=shots[1], blue_saves=saves[0], orange_saves=saves[1]))
    share = _share(match["blue_possession_s"], match["orange_possession_s"])
    if share is not None:
        more = "blue" if share >= 0.5 else "orange"
        story.append(say("story.possession", team=teams[more], share=say.share(max(share, 1 - share))))
    return story


def _stats_missing(people: Sequence[Person], say: Words) -> list[str]:
    """Why statistics are not known, each reason once with whose they are."""
    reasons: dict[str, list[str]] = {}
    for one in people:
        if one.row["stats_reason"]:
            reasons.setdefault(one.row["stats_reason"], []).append(one.name)
    return [f"{say.listed(names)}: {say.reason(reason)}" for reason, names in reasons.items()]


def _kickoff_summary(kickoffs: Sequence[Any], say: Words) -> str:
    first = Counter(one.first_team for one in kickoffs)
    counts = {"blue": first["blue"], "orange": first["orange"], "nobody": first[""]}
    if not kickoffs:
        return ""
    if not counts["nobody"]:
        return say("kickoffs.summary_all", n=len(kickoffs), blue=counts["blue"], orange=counts["orange"])
    return say("kickoffs.summary", n=len(kickoffs), **counts)


def _facts(data: GameInput, match: Mapping[str, Any], say: Words) -> list[tuple[str, str]]:
    """Name and value of what is known about the game and how it was read."""
    ranks = [match["min_rank_tier"], match["max_rank_tier"]]
    known = {
        "played": day(match["played_at"]) if match["played_at"] else None,
        "map": " · ".join(filter(None, (match["map_name"], match["map_code"]))),
        "playlist": say.get(f"playlist.{match['playlist']}", match["playlist"]) if match["playlist"] else None,
        "kind": match["match_type"],
        "server": " · ".join(filter(None, (match["server"], match["region"]))),
        "recorder": match["recorder"],
        "build": match["build"],
        "replay_id": match["replay_id"],
        "guid": match["match_guid"],
        "parser": f"{match['parser']}, {say('game.door_' + match['door'])}",
    }
    facts = [(say(f"game.{name}"), str(value)) for name, value in known.items() if value]
    if None not in ranks:
        low, high = (say(f"rank.{tier}") for tier in ranks)
        facts.insert(2, (say("game.ranks"), say("game.ranked", low=low, high=high)))
    return facts
