"""Rocket League replays: a game's tables, from its file or from ballchasing.com's answer about it.

Belongs here: one asset for each table. Does not belong here: reading a game (`gametape.replay`), judging a player over
games (`assets.gamers`).

A game is read once a run: its five tables come of one parse. What its header says is kept where the game's course
cannot be read; the tables of the course then fail with the reason and what to do about it.
"""

import json
import shutil
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow as pa

from assets.common import Owner, publish, table_asset, told
from assets.versions import PARSER, page_choice, parser_choice
from gametape.base.errors import BadInput
from gametape.base.settings import settings
from gametape.base.slug import words
from gametape.tables.core import Table
from gametape.tables.replay_report import REPLAY_REPORT
from gametape.uploads import REPLAYS as KIND
from gametape.uploads import Upload, UploadStore
from resources import gamers
from resources.graph import label_tags
from resources.lake import LakeResource, WorkFolder
from resources.partitions import REPLAYS
from resources.replays import other_readings
from resources.uploads import UploadStoreResource

if TYPE_CHECKING:
    from gametape.replay.game import Replay
    from gametape.replay.page import PageFiles

#: `table_asset` for a table that is read from a replay.
replay_asset = partial(
    table_asset, REPLAYS, group="replays", owner=Owner.INGEST, kinds={"python"}, choice=parser_choice()
)


@replay_asset()
def replay_matches(
    context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder
) -> dg.MaterializeResult:
    """The game: who won, where and when it was played, which patch recorded it, and what of it is known."""
    game = _game(context, uploads, work)
    match = game.match
    return publish(
        game.matches,
        door=match["door"],
        score=f"{match['blue_goals']} : {match['orange_goals']}",
        playlist=match["playlist"] or "-",
        build=match["build"] or "-",
        parser=match["parser"],
    )


@replay_asset(checks=["goals_add_up", "doors_agree"], deps=["replay_matches"])
def replay_players(
    context: dg.AssetExecutionContext, uploads: UploadStoreResource, lake: LakeResource, work: WorkFolder
) -> dg.MaterializeResult:
    """Each player of the game with all statistics, by ballchasing.com's names."""
    from gametape.replay.checks import doors_agree, goals_add_up

    game = _game(context, uploads, work)
    others = other_readings(lake.base_uri, context.partition_key, game.match, game.players.to_pylist())
    result = publish(
        game.players,
        checks=[goals_add_up(game.matches, game.players), doors_agree(game.players, game.door, others)],
        players=game.players.num_rows,
    )
    who = {words(identity) for identity in game.players["identity"].to_pylist() if identity}
    return result._replace(tags=label_tags(sorted(who)))


@replay_asset(checks=["frames_in_order"], deps=["replay_matches"])
def replay_ball_trajectory(
    context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder
) -> dg.MaterializeResult:
    """Where the ball was in each frame, in unreal units, at the frame's true time."""
    from gametape.replay.checks import frames_in_order

    game = _course(context, uploads, work)
    return publish(game.ball, checks=[frames_in_order(game.ball)])


@replay_asset(deps=["replay_matches"])
def replay_player_frames(
    context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder
) -> dg.MaterializeResult:
    """Where each car was in each frame, how fast, and with how much boost."""
    return publish(_course(context, uploads, work).player_frames)


@replay_asset(checks=["goals_are_events"], deps=["replay_matches"])
def replay_events(
    context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder
) -> dg.MaterializeResult:
    """Goals, shots, saves, demolitions, touches, kickoffs, pick-ups, possession and aerials, each with its time."""
    from gametape.replay.checks import goals_are_events

    game = _course(context, uploads, work)
    kinds = game.events["kind"].to_pylist()
    return publish(
        game.events,
        checks=[goals_are_events(game)],
        events=dg.MetadataValue.json({kind: kinds.count(kind) for kind in sorted(set(kinds))}),
    )


@table_asset(REPLAYS, group="replays", owner=Owner.COACHING, kinds={"numpy"})
def replay_measures(
    replay_players: pa.Table, replay_ball_trajectory: pa.Table, replay_player_frames: pa.Table, replay_events: pa.Table
) -> dg.MaterializeResult:
    """Measures of each player by our own definitions: cover, rotation, aerials and what boost was used for."""
    from gametape.replay.judgement.own_measures import measure_game

    return publish(measure_game(replay_players, replay_ball_trajectory, replay_player_frames, replay_events))


@table_asset(
    REPLAYS, group="replays", owner=Owner.COACHING, kinds={"html"}, choice=page_choice(settings()),
    files=("report.html", "report.pdf", "results.json"),
)  # fmt: skip
def replay_report(
    context: dg.AssetExecutionContext,
    replay_matches: pa.Table,
    replay_players: pa.Table,
    replay_ball_trajectory: pa.Table,
    replay_player_frames: pa.Table,
    replay_events: pa.Table,
    replay_measures: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """The page of the game: the field that plays, heat maps, boost and speed, and everybody's statistics."""
    from gametape.replay.page import PAGE_FILE, GameInput, build_game_page

    key = context.partition_key
    faces = gamers.faces(replay_players.to_pylist(), lake.base_uri, settings(), PAGE_FILE)
    page = build_game_page(
        GameInput(
            replay=key,
            match=replay_matches,
            players=replay_players,
            ball=replay_ball_trajectory,
            frames=replay_player_frames,
            events=replay_events,
            measures=replay_measures,
            me=faces.me,
            player_links=faces.links,
            language=settings().language,
            versions={"gametape": context.assets_def.code_versions_by_key[context.asset_key] or ""},
        )
    )
    return publish_page(REPLAY_REPORT, page, key, lake, work.of(key, "replay_report"))


def publish_page(table: Table, page: "PageFiles", key: str, lake: LakeResource, folder: Path) -> dg.MaterializeResult:
    """Store a page's files in the key's folder of the lake; the result of the asset that `table` is of."""
    from gametape.replay.page import PAGE_FILE, PDF_FILE, RESULTS_FILE

    out = folder / "page"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name, content in page.files.items():
        (out / name).write_bytes(content)
    lake.store().put_folder(key, out, PAGE_FILE, of=table.key)
    row = {
        "page": PAGE_FILE,
        "bytes": page.bytes,
        "headline": json.dumps(page.headline),
        "pdf": PDF_FILE,
        "results": RESULTS_FILE,
    }
    return publish(
        table.from_rows([row]),
        page=dg.MetadataValue.path(lake.store().file_uri(key, PAGE_FILE, of=table.key)),
        kilobytes=round(page.bytes / 1e3, 1),
        headline=dg.MetadataValue.json(page.headline),
    )


def _course(context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder) -> "Replay":
    """The game, whose course is known if its file is a replay.

    Raises:
        BadInput: The parser does not know the patch that recorded it.
    """
    game = _game(context, uploads, work)
    match = game.match
    if game.door == "file" and not game.has_course:
        label = uploads.store(KIND).locate(context.partition_key).label
        why = told(match["network_reason"] or "the game's course is missing")
        tried = f"{why}; build {match['build'] or 'not told'}, net version {match['net_version']}, {match['parser']}"
        remedy = (
            "What its header says is in replay_matches and replay_players. Upgrade the parser "
            f"(.venv/bin/pip install -U {PARSER}), then: gametape retry {context.partition_key}"
        )
        raise BadInput(label, tried, remedy)
    return game


def _game(context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder) -> "Replay":
    """The game of the partition."""
    store = uploads.store(KIND)
    upload = store.locate(context.partition_key)
    return _read(store, upload, work, context.partition_key)


@lru_cache(maxsize=1)  # a run is one process: the next asset of the same game has it
def _read(store: UploadStore, upload: Upload, work: WorkFolder, key: str) -> "Replay":
    from gametape.replay.read import read_game

    try:
        return read_game(store.fetch(upload, work.path(key, "upload")))
    except BadInput as error:  # a copy of it has another name
        raise BadInput(upload.label, error.reason, error.remedy) from error
    finally:
        work.clear(key, "upload")
