"""Games of ballchasing.com: looking for them and importing them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gametape.base.errors import BadInput

if TYPE_CHECKING:
    from gametape.replay.ballchasing.client import Client, Query
    from gametape.replay.ballchasing.importing import Imported
    from gametape.replay.identity import Person

app = typer.Typer(help="Games of ballchasing.com.", no_args_is_help=True)

#: Games that are imported of a player or group where neither a number nor a date is given.
MOST = 200

_Player = Annotated[
    str | None, typer.Option(help="Whose: platform:id, or somebody of the players file (GAMETAPE_PLAYERS).")
]
_Group = Annotated[str | None, typer.Option(help="Id of a group, with all groups within it.")]
_Playlist = Annotated[str | None, typer.Option(help="As ballchasing.com calls it, e.g. ranked-doubles.")]
_Season = Annotated[str | None, typer.Option(help="As ballchasing.com calls it, e.g. f21.")]
_Since = Annotated[str | None, typer.Option(help="Played on this day or later: 2026-01-31, or a time with its zone.")]
_Until = Annotated[str | None, typer.Option(help="Played before this day or time.")]


@app.command("import")
def import_(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of games, or addresses of their pages.")] = None,
    player: _Player = None,
    group: _Group = None,
    playlist: _Playlist = None,
    season: _Season = None,
    since: _Since = None,
    until: _Until = None,
    count: Annotated[
        int | None, typer.Option(min=1, help=f"Most games, the newest first. Default: {MOST}, or all --since.")
    ] = None,
) -> None:
    """Import games by id, of a player or of a group. Broken off, it goes on where it was when it is said again."""
    from gametape.replay.ballchasing.client import Query, game_id
    from gametape.replay.ballchasing.importing import import_games
    from resources.uploads import uploads_from_settings

    if sum((bool(ids), player is not None, group is not None)) != 1:
        raise BadInput("gametape replays import", "takes ids, or --player, or --group", "Give one of the three")
    query = Query(playlist=playlist, season=season, since=_moment(since), until=_moment(until))
    wanted = [game_id(text) for text in ids or []]
    if wanted and (query != Query() or count):
        raise BadInput("gametape replays import", "takes no other options beside ids", "Leave them out")
    client = _client()
    client.greet()
    most = count or (None if since else MOST)
    found: Iterable[str] = wanted or _found(client, player, group, query, most)
    result = import_games(client, found, uploads_from_settings().store().files, _told)
    _report(result)
    sys.exit(not result.complete)


@app.command()
def search(
    player: _Player = None,
    name: Annotated[str | None, typer.Option(help="Name of a player, who may be anybody of that name.")] = None,
    group: _Group = None,
    playlist: _Playlist = None,
    season: _Season = None,
    since: _Since = None,
    until: _Until = None,
    count: Annotated[int, typer.Option(min=1, help="Most games, the newest first.")] = 20,
) -> None:
    """Look for games. Their ids come first, for `gametape replays import`."""
    from dataclasses import replace

    from gametape.replay.ballchasing.client import Query

    client = _client()
    query = Query(name=name, playlist=playlist, season=season, group=group, since=_moment(since), until=_moment(until))
    if player is not None:
        query = replace(query, players=_person(player).spelt)
    if query == Query():
        raise BadInput("gametape replays search", "was not told what to look for", "Give --player, --name or others")
    found = 0
    for game in client.games(query, count):
        teams = [", ".join(one.name or "?" for one in team.players) or "-" for team in (game.blue, game.orange)]
        score = f"{game.blue.goals}:{game.orange.goals}"
        print("  ".join((game.id, game.date, game.playlist_id or "-", score, " - ".join(teams))))
        found += 1
    if not found:
        print("no such game", file=sys.stderr)
    sys.exit(not found)


def _client() -> Client:
    from gametape.base.settings import settings
    from gametape.replay.ballchasing.client import Client

    house = settings()
    return Client(house.ballchasing_token.get_secret_value(), house.ballchasing_url, tell=_aside)


def _aside(line: str) -> None:
    print(f"gametape: {line}", file=sys.stderr)


def _person(text: str) -> Person:
    from gametape.base.settings import settings
    from gametape.replay.people import load_people

    return load_people(settings().players_file).find(text)


def _found(client: Client, player: str | None, group: str | None, query: Query, most: int | None) -> Iterator[str]:
    from gametape.replay.ballchasing.importing import group_games, player_games

    if player is not None:
        return player_games(client, _person(player), query, most)
    assert group is not None
    return group_games(client, group, query, most)


def _moment(text: str | None) -> str | None:
    """A day or a time as the API takes it; a day begins at midnight UTC."""
    if text is None:
        return None
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(text, "is no day and no time", "Write 2026-01-31 or 2026-01-31T18:00:00+01:00") from None
    if moment.tzinfo is None:
        raise BadInput(text, "has no zone", "Add it, e.g. Z for UTC or +01:00")
    return moment.isoformat()


def _told(own: str, what: str) -> None:
    print(f"{own}  {what}")


def _report(result: Imported) -> None:
    counts = f"{len(result.written)} imported, {len(result.there)} were there"
    if result.refused:
        counts += f", {len(result.refused)} not to be had"
    if result.later:
        counts += f", {len(result.later)} later: say the same again"
    print(counts)
    for error in [*result.refused.values(), *result.later.values()]:
        _aside(str(error))
