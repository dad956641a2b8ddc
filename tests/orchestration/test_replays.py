"""Replays go the films' way, by the same sensor, job, state and commands, from upload to deletion."""

import json
import re
import webbrowser
import zipfile
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pyarrow.compute as pc
import pytest

from gametape.base.notify import Notice
from gametape.base.settings import settings
from gametape.lake.store import Lake
from gametape.replay import read
from gametape.replay.training.exercises import exercises
from gametape.replay.training.sessions import Session, log_session
from gametape.tables.replays import REPLAY_MATCHES, REPLAY_PLAYERS
from orchestration import definitions
from orchestration.instance import open_instance
from orchestration.partitions.state import asset_graph
from resources import gamers
from resources.dagster_internals import PARTITION_NAME_TAG
from resources.partitions import REPLAYS
from resources.run_events import events_of
from sensors import notices
from tests.orchestration.test_cli import home
from tests.orchestration.test_second_kind import Location
from tests.replay.made_games import ME, World, make
from tests.replay_house import game_file, read_made

__all__ = ["home"]
COURSE = {"replay_ball_trajectory", "replay_player_frames", "replay_events"}


@pytest.fixture
def bucket(home: Path, s3_uri: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Uploads and lake in a bucket; its URI."""
    monkeypatch.setenv("GAMETAPE_UPLOADS", f"{s3_uri}/uploads")
    monkeypatch.setenv("GAMETAPE_LAKE", f"{s3_uri}/lake")
    settings.cache_clear()
    return s3_uri


@pytest.fixture
def location(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Location]:
    monkeypatch.setattr(read, "read_game", read_made)
    monkeypatch.setattr(definitions, "defs", definitions.build_defs())  # with this home's stores
    asset_graph.cache_clear()
    with open_instance() as opened:
        yield Location(opened, definitions.defs)
    asset_graph.cache_clear()


def states(gametape) -> dict[str, dict]:
    return {state["key"]: state for state in json.loads(gametape("status", "--json").out)}


def checks(location: Location, key: str, asset: str) -> dict[str, tuple[bool, str]]:
    """The last results of an asset's checks for a partition: passed, and in words."""
    [run] = location.instance.get_runs(dg.RunsFilter(tags={PARTITION_NAME_TAG: key}))
    events = events_of(location.instance, run.run_id, {dg.DagsterEventType.ASSET_CHECK_EVALUATION})
    found = [event.asset_check_evaluation_data for event in events]
    return {one.check_name: (one.passed, one.description) for one in found if one.asset_key == dg.AssetKey(asset)}


def links(page: Path, inside: str = "") -> set[Path]:
    """The pages that links of a page lead to, those behind some text."""
    found = re.findall(inside + r'<a [^>]*href="([^"#]+/report\.html)[^"]*"', page.read_text())
    return {(page.parent / one).resolve() for one in found}


def test_a_replay_goes_all_the_way(location: Location, gametape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    game_file(tmp_path / "Cup 1.replay", guid="A")
    key = gametape("upload", tmp_path / "Cup 1.replay").out.split()[0]
    assert key.startswith("cup-1-") and states(gametape)["Cup 1.replay"]["state"] == "waiting"
    assert not location.tick("new_uploads").run_requests, "it is no film"
    [request] = location.work("new_replays")
    assert request.partition_key == key and request.tags["gametape/upload"] == "Cup 1.replay"
    assert not location.work("new_replays")
    assert states(gametape)[key]["state"] == "ready"

    said = gametape("sql", "select replay, count(*) as n from replay_player_frames group by replay", "--format", "json")
    assert json.loads(said.out) == [{"replay": key, "n": 120}]
    assert checks(location, key, "replay_players")["doors_agree"][0]
    assert checks(location, key, "replay_events") == {"goals_are_events": (True, "2 and 1 goals seen of 2 and 1")}

    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    gametape("open", "cup")
    page = Path(opened[0].removeprefix("file://"))
    assert page.parent == Path(settings().lake_uri) / "replays" / key and "ana" in page.read_text()

    assert gametape("delete", "cup", "--yes").code == 0
    assert not page.exists()
    assert location.instance.get_dynamic_partitions("replays") == [] and location.instance.get_runs_count() == 0
    assert not any(Lake(settings().lake_uri).keys(asset) for asset in asset_graph(REPLAYS).assets)
    assert not states(gametape)


def test_a_patch_that_the_parser_does_not_know_is_told_and_retried(
    location: Location, gametape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    game_file(tmp_path / "new.replay", unknown_patch=True)
    key = gametape("upload", tmp_path / "new.replay").out.split()[0]
    location.work("new_replays")
    state = states(gametape)[key]
    assert state["state"] == "failed" and state["asset"] in COURSE
    assert "new.replay" in state["error"] and "build made" in state["error"] and "made 1" in state["error"]
    assert f"gametape retry {key}" in state["error"] and "Traceback" not in state["error"]
    said = gametape("sql", "select name, core_goals from replay_players order by player limit 1", "--format", "json")
    assert json.loads(said.out) == [{"name": "ana", "core_goals": 1}]
    assert not location.work("new_replays"), "it is not asked for again and again"

    # The newer parser is another version of the code.
    graph = asset_graph(REPLAYS)
    for asset in graph.assets:
        monkeypatch.setitem(graph.code_versions, asset, "newer")
    assert set(states(gametape)[key]["stale"]) == {"replay_matches", "replay_players"}
    assert set(states(gametape)[key]["missing"]) >= COURSE


def test_retry_cancel_stale_and_backfill_of_replays(
    location: Location, gametape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keys = [gametape("upload", game_file(tmp_path / f"{n}.replay", guid=f"G{n}")).out.split()[0] for n in range(2)]
    location.work("new_replays")
    queued = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])

    # Another parser: the tables that it reads are stale, and made again by sensor or by hand.
    graph = asset_graph(REPLAYS)
    monkeypatch.setitem(graph.code_versions, "replay_events", "newer")
    for key in keys:
        state = states(gametape)[key]
        assert state["state"] == "stale" and state["stale"][0] == "replay_events"
    assert "will make replay_events" in gametape("retry", keys[0]).out
    [run] = location.instance.get_runs(queued)
    assert run.job_name == "process_replay" and run.tags[PARTITION_NAME_TAG] == keys[0]
    assert "replay_report" in {asset.to_user_string() for asset in run.asset_selection or ()}
    assert "replay_ball_trajectory" not in {asset.to_user_string() for asset in run.asset_selection or ()}

    # A canceled run leaves what is there, and is not begun again by itself.
    assert "works on it" in gametape("delete", keys[0], "--yes").error
    assert run.run_id[:8] in gametape("cancel", keys[0]).out
    assert states(gametape)[keys[0]]["state"] == "canceled" and states(gametape)[keys[1]]["state"] == "stale"
    assert not location.tick("new_replays").run_requests
    said = gametape("sql", "select count(*) as n from replay_events", "--format", "json").out
    assert json.loads(said) == [{"n": 6}]

    # A backfill of one asset for all replays, as the UI starts it.
    job = location.definitions.resolve_implicit_global_asset_job_def()
    for key in keys:
        done = job.get_subset(asset_selection={dg.AssetKey("replay_events")}).execute_in_process(
            instance=location.instance, partition_key=key, tags={"dagster/backfill": "all"}
        )
        assert done.success
    [*done] = location.instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": "all"}))
    assert sorted(run.tags[PARTITION_NAME_TAG] for run in done) == sorted(keys)
    assert {run.status for run in done} == {dg.DagsterRunStatus.SUCCESS}
    said = gametape(
        "sql", "select replay, count(*) as n from replay_events group by all order by 1", "--format", "json"
    )
    assert json.loads(said.out) == [{"replay": key, "n": 3} for key in sorted(keys)]
    assert states(gametape)[keys[0]]["state"] != "canceled", "what was made since counts"


def test_a_failed_and_a_useless_replay_are_told_as_replays(
    location: Location, gametape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told: list[Notice] = []
    monkeypatch.setattr(notices, "post", lambda url, notice: told.append(notice))
    gametape("upload", game_file(tmp_path / "new.replay", unknown_patch=True))
    (Path(settings().uploads_uri) / "empty.replay").touch()
    location.work("new_replays")
    sensor = notices.build_notice_sensor(house=settings().model_copy(update={"notify_url": "http://chat"}))
    resources = {"uploads": location.definitions.resources["uploads"]}
    with dg.build_sensor_context(location.instance, definitions=location.definitions, resources=resources) as context:
        sensor(context)
    told.sort(key=lambda notice: notice.event)
    assert [(one.event, one.kind, one.name) for one in told] == [
        ("failed", "replay", "new.replay"), ("rejected", "replay", "empty.replay"),
    ]  # fmt: skip
    assert "film" not in b"".join(one.body() for one in told).decode()


def test_replays_in_a_bucket(bucket: str, location: Location, gametape, tmp_path: Path):
    import boto3

    def stored(below: str) -> list[str]:
        name, _, prefix = bucket.removeprefix("s3://").partition("/")
        found = boto3.client("s3").list_objects_v2(Bucket=name, Prefix=f"{prefix}/{below}").get("Contents", [])
        return sorted(one["Key"].removeprefix(f"{prefix}/{below}") for one in found)

    keys = [gametape("upload", game_file(tmp_path / f"{n}.replay", guid=f"B{n}")).out.split()[0] for n in range(2)]
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as made:
        made.write(game_file(tmp_path / "3.ballchasing.json", guid="B0"), "season/3.ballchasing.json")
    gametape("upload", tmp_path / "more.zip")
    assert len(location.work("new_replays")) == 3 and not location.work("new_replays")
    assert {state["state"] for state in states(gametape).values()} == {"ready"}, states(gametape)
    said = gametape(
        "sql", "select count(distinct replay) as n, count(*) as rows from replay_players", "--format", "json"
    )
    assert json.loads(said.out) == [{"n": 3, "rows": 12}]
    assert checks(location, keys[0], "replay_players")["doors_agree"][0]
    assert f"{keys[0]}/report.html" in stored("lake/replays/") and "0.replay" in stored("uploads/")
    assert not Path(settings().home, "lake").exists(), "nothing but what is at work lies here"

    assert gametape("delete", keys[0], "--yes").code == 0
    assert "0.replay" not in stored("uploads/") and not [key for key in stored("lake/") if keys[0] in key]


def test_both_doors_of_a_game_are_held_against_each_other(location: Location, gametape, tmp_path: Path):
    first = game_file(tmp_path / "a.replay", guid="A")
    second = game_file(tmp_path / "b.ballchasing.json", guid="A")
    third = game_file(tmp_path / "c.ballchasing.json", guid="A", saves=2, distance=200000.0)
    other = game_file(tmp_path / "d.ballchasing.json", guid="B", saves=3)
    made = {}
    for file in (first, second, third, other):
        made[file.name] = gametape("upload", file).out.split()[0]
    location.work("new_replays")
    assert {state["state"] for state in states(gametape).values()} == {"ready"}
    told = {name: checks(location, key, "replay_players")["doors_agree"] for name, key in made.items()}
    assert told["a.replay"] == (True, "the game is known by one door: file")
    assert told["b.ballchasing.json"][0] and told["b.ballchasing.json"][1].startswith("16 of 16 core values are equal")
    passed, words = told["c.ballchasing.json"]
    assert not passed and "ana: core_saves 2 and 1" in words
    assert "far apart: movement_total_distance 33%" in words
    assert told["d.ballchasing.json"] == (True, "the game is known by one door: api")


def test_a_zip_a_folder_and_a_bad_file(location: Location, gametape, tmp_path: Path):
    for name in ("1", "2", "3"):
        game_file(tmp_path / f"{name}.replay", guid=name)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as made:
        for name in ("1", "2"):
            made.write(tmp_path / f"{name}.replay", f"season/{name}.replay")
    said = gametape("upload", tmp_path / "all.zip")
    assert [line.split()[1] for line in said.out.splitlines()] == ["1.replay", "2.replay"], said
    uploads = Path(settings().uploads_uri)
    # Dropped, not given to the command.
    (uploads / "more.zip").write_bytes((tmp_path / "all.zip").read_bytes())
    with zipfile.ZipFile(uploads / "again.zip", "w") as made:
        made.write(tmp_path / "3.replay", "3.replay")
    (uploads / "broken.replay").write_text("no replay")
    (uploads / "broken.zip").write_text("no zip")
    waiting = states(gametape)
    assert waiting["again.zip"]["state"] == "unused" and "takes out" in waiting["again.zip"]["message"]
    assert "is no zip file" in waiting["broken.zip"]["message"]
    assert len(location.work("new_replays")) == 3
    assert [request.partition_key[:2] for request in location.work("new_replays")] == ["3-"]
    now = states(gametape)
    [failed] = [state for state in now.values() if state["state"] == "failed"]
    assert failed["asset"] == "replay_matches" and "broken.replay: is no replay" in failed["error"]
    assert sum(state["state"] == "ready" for state in now.values()) == 3
    assert "delete it" in now["more.zip.unpacked"]["message"]
    assert "deleted more.zip.unpacked" in gametape("delete", "more.zip.unpacked", "--yes").out


def test_a_player_of_the_players_file_is_compared_over_games(
    location: Location, gametape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for n in range(2):
        gametape("upload", game_file(tmp_path / f"{n}.replay", guid=f"A{n}"))
    gametape("upload", game_file(tmp_path / "2.ballchasing.json", guid="A1"))
    location.work("new_replays")
    assert not location.tick("players_of_replays").run_requests, "nobody was in ten games"
    settings().players_file.write_text('players: {anna: {name: Anna, ids: ["steam:76561198000000000"]}}')
    [request] = location.work("players_of_replays")
    assert request.partition_key == "anna"
    assert not location.work("players_of_replays")
    [state] = json.loads(gametape("status", "--of", "gamers", "--json").out)
    assert (state["key"], state["state"]) == ("anna", "ready"), state
    said = gametape("sql", "select player, kind, games, wins from replay_findings", "--format", "json").out
    assert json.loads(said) == [{"player": "anna", "kind": "not_enough", "games": 2, "wins": 2}]
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    gametape("open", "anna")
    page = Path(opened[0].removeprefix("file://"))
    assert "anna" in page.read_text()
    # The pages of a player and of the games lead to each other; a game of hers is about her.
    gametape(
        "upload", game_file(tmp_path / "3.replay", guid="A2", identities=[None, None, None, "steam:76561198000000000"])
    )
    location.work("new_replays")
    gametape("open", "3")
    game = Path(opened[1].removeprefix("file://"))
    assert links(game) == links(game, r'mine">.{1,99}?') == {page.resolve()}
    assert len(links(page)) == 2 and all(one.is_file() for one in links(page))
    [request] = location.work("players_of_replays")
    assert request.partition_key == "anna" and game.resolve() in links(page)
    assert '#player=steam-76561198000000000"' in page.read_text()

    # A session that is logged is another state of the player, and of nobody else.
    for who, asked in (("Bo", []), ("Anna", ["anna"])):
        assert gametape("training", "log", "pad-paths", "--player", who, "--attempts", 20, "--successes", 5).code == 0
        assert [one.partition_key for one in location.work("players_of_replays")] == asked, who
    assert not location.work("players_of_replays")

    # Whoever is not in the file has a page from some number of games on.
    monkeypatch.setattr(gamers, "LEAST_GAMES", 4)
    assert set(gamers.games_by_gamer(location.instance, settings())) == {"anna"}
    monkeypatch.setattr(gamers, "LEAST_GAMES", 3)
    assert len(gamers.games_by_gamer(location.instance, settings())) == 4

    # Without games there is nobody to be compared.
    for key in location.instance.get_dynamic_partitions("replays"):
        gametape("delete", key, "--yes")
    location.work("players_of_replays")
    assert location.instance.get_dynamic_partitions("gamers") == ["anna"]


def test_a_session_is_somebodys_by_key_name_or_id(home: Path):
    house = settings()
    house.home.mkdir(parents=True, exist_ok=True)
    text = 'players: {anna: {name: Änne, ids: ["steam:76561198000000000"], names: [AnnaPlays]}}'
    house.players_file.write_text(text)
    mine = ["anna", "Anna", "Änne", "AnnaPlays", "steam:76561198000000000"]
    others = ["Bo", "annaplays", "steam:76561198000000001", "steam-76561198000000001"]
    for n, player in enumerate([*mine, *others]):
        log_session(house.home, Session(started_at=f"2026-01-0{n + 1}T00:00:00Z", player=player, exercise="shadow"))
    found = gamers.sessions_by_gamer(house, gamers.people(house))
    assert {key: [one.player for one in own] for key, own in found.items()} == {
        "anna": mine, "bo": ["Bo"], "annaplays": ["annaplays"], "steam-76561198000000001": others[2:],
    }  # fmt: skip


def test_a_planted_weakness_becomes_a_plan(location: Location, gametape, monkeypatch: pytest.MonkeyPatch):
    """The player's tank is empty more often than the others', and that is what loses the games. Told in German."""
    monkeypatch.setenv("GAMETAPE_LANGUAGE", "de")
    settings.cache_clear()
    empty = "boost_percent_zero_boost"
    world = World(games=60, mine={empty: 1.5}, wins={empty: -3.0})
    lake = Lake(settings().lake_uri)
    for contract, table in zip((REPLAY_MATCHES, REPLAY_PLAYERS), make(world, 1), strict=True):
        keys = table["replay"]
        for key in keys.unique().to_pylist():
            lake.write_table(contract.name, key, table.filter(pc.equal(keys, key)).drop_columns("replay"))
    settings().players_file.write_text(f'players: {{me: {{name: Mine, ids: ["{ME}"]}}}}')
    for successes in (5, 8):
        gametape("training", "log", "pad-paths", "--player", "Mine", "--attempts", 20, "--successes", successes)
    location.instance.add_dynamic_partitions("gamers", ["me"])
    job = location.definitions.resolve_job_def("process_gamer")
    assert job.execute_in_process(instance=location.instance, partition_key="me").success
    asked = "select * from replay_plan order by priority, place"
    plan = json.loads(gametape("sql", asked, "--format", "json").out)
    first = plan[0]
    assert (first["player"], first["stat"], first["priority"], first["place"]) == ("me", "zero_boost", 1, 1)
    assert first["exercise"] == "pad-paths" and first["preference"] == 1.0 and first["level"] is None
    assert (first["sessions"], first["best"]) == (2, 0.4)
    assert len({one["priority"] for one in plan}) <= 2 and all(one["title"] and one["how"] for one in plan)
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    gametape("open", "me")
    page = Path(opened[0].removeprefix("file://")).read_text()
    assert first["title"] == exercises()["pad-paths"].title["de"] and first["how"] in page
    for words in ("Was zu üben ist", first["title"], "2-mal geübt. Am besten: 40", "Bezug 100", "Vorliebe 100"):
        assert words in page, words
    assert not re.search(r"\bSuccess\b|\bof the parts\b|\bNot trained\b", page)
    assert re.search(r"durch Zufall: 0,0[1-9]", page), "what chance does once in 5000 cases is not called never"


def test_options_of_films_are_refused_for_replays(gametape, home, tmp_path: Path):
    game_file(tmp_path / "a.replay")
    assert "is a replay, which takes no options" in gametape("upload", tmp_path / "a.replay", "--sport", "tennis").error
