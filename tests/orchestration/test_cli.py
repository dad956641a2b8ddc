"""The command line as a user meets it: what it says, what it leaves, and that a mistake is told in one line."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
import typer
import yaml

from gametape.base.settings import settings
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from gametape.tables.coaching import REPORT
from orchestration import doctor
from orchestration.cli import app
from orchestration.instance import open_instance
from resources.graph import Graph
from resources.partitions import PLAYERS
from resources.uploads import uploads_from_settings
from tests.command import Gametape
from tests.film_house import House, film_bytes
from tests.lake.rows import frames, metrics


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, in which uploads are complete at once."""
    for name in [name for name in os.environ if name.startswith("GAMETAPE_") or name == "DAGSTER_HOME"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("GAMETAPE_SETTLE_SECONDS", "0")
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


@pytest.fixture
def house(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose films are processed here and now, by small assets with the real names and versions."""
    with open_instance() as instance:
        house = House(instance, uploads_from_settings(), settings())
        monkeypatch.setattr("orchestration.partitions.state.asset_graph", lambda of: Graph.of(house.definitions, of))
        yield house


@pytest.fixture
def film(tmp_path: Path) -> Callable[[str], Path]:
    def write(name: str) -> Path:
        path = tmp_path / "mine" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(film_bytes(name))
        return path

    return write


# ---- a home ----


def test_a_new_home_is_told_once(home: Path, gametape: Gametape):
    """A mistyped one looks like a house that has lost its films."""
    first = gametape("status")
    assert f"this is a new home: {home}" in first.err and first.code == 0
    assert not gametape("status").err


@pytest.mark.parametrize("nothing", ["", "  "])
def test_nothing_is_no_beginning_of_a_key(house: House, gametape: Gametape, film: Callable[[str], Path], nothing: str):
    assert gametape("upload", film("only.mp4")).code == 0
    for command in ("delete", "retry", "cancel"):
        assert "is no film" in gametape(command, nothing).error
    assert gametape("status").out.count("only")


# ---- help ----


def commands(group: object, name: str = "gametape") -> Iterator[tuple[str, object]]:
    for child, command in group.commands.items():
        yield f"{name} {child}", command
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {child}")


def test_each_command_and_each_of_its_parameters_says_what_it_is():
    told = dict(commands(typer.main.get_command(app)))
    assert len(told) >= 14
    for name, command in told.items():
        assert command.help, name
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name}"


def test_help_loads_neither_dagster_nor_any_craft():
    code = "import sys, orchestration.cli; print({'dagster', 'pyarrow', 'numpy', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---- upload ----


def test_what_the_options_say_lies_beside_the_film(house: House, gametape: Gametape, film):
    said = gametape("upload", film("Match 1.mp4"), "--sport", "tennis", "--title", "Final: «Ā»", "--player", "Ana")
    assert said.code == 0 and said.out.startswith("match-1-"), said
    folder = Path(settings().uploads_uri)
    assert sorted(path.name for path in folder.iterdir()) == ["Match 1.mp4", "Match 1.yaml"]
    kept = yaml.safe_load((folder / "Match 1.yaml").read_text())
    assert kept == {"title": "Final: «Ā»", "sport": "tennis", "players": [{"name": "Ana"}]}


def test_a_bad_option_is_told_by_its_name_and_nothing_goes_up(house: House, gametape: Gametape, film):
    said = gametape("upload", film("match.mp4"), "--sport", "Te!")
    assert "'sport'" in said.error and "file" not in said.error
    assert not list(Path(settings().uploads_uri).iterdir())


def test_of_two_files_the_good_one_goes_up(house: House, gametape: Gametape, film):
    said = gametape("upload", film("notes.zip"), film("match.mp4"))
    assert "notes.zip" in said.error and said.out.startswith("match-")
    assert [path.name for path in Path(settings().uploads_uri).iterdir()] == ["match.mp4"]


def test_every_option_has_its_place_in_the_sidecar(house: House, gametape: Gametape, film):
    said = gametape(
        "upload", film("m.mp4"), "--sport", "Tennis", "--player", "Ana", "--number", "7", "--handedness", "left",
        "--height", "1.7", "--view", "side",
    )  # fmt: skip
    assert said.code == 0, said
    assert yaml.safe_load((Path(settings().uploads_uri) / "m.yaml").read_text()) == {
        "sport": "tennis",
        "camera": {"view": "side"},
        "players": [{"name": "Ana", "number": "7", "height_m": 1.7, "handedness": "left"}],
    }


def test_a_click_and_a_number_are_enough_to_have_a_player_followed(house: House, gametape: Gametape, film):
    ask = ("upload", film("m.mp4"), "--number", "20", "--jersey-color", "#c8102e")
    assert "is not three numbers" in gametape(*ask, "--click", "12.4,0.3").error
    assert "clicks.0.x" in gametape(*ask, "--click", "12.4,300,0.5").error
    assert gametape(*ask, "--click", "12.4,0.3,0.55", "--click", "20,0.5,0.5").code == 0
    (player,) = yaml.safe_load((Path(settings().uploads_uri) / "m.yaml").read_text())["players"]
    assert player == {
        "number": "20", "jersey_color": "#c8102e",
        "clicks": [{"t": 12.4, "x": 0.3, "y": 0.55}, {"t": 20.0, "x": 0.5, "y": 0.5}],
    }  # fmt: skip


def test_a_sidecar_goes_up_with_its_film_and_options_join_it(house: House, gametape: Gametape, film):
    path = film("m.mp4")
    path.with_suffix(".yaml").write_text("# mine\ntitle: Final\n")
    assert gametape("upload", path).code == 0
    kept = Path(settings().uploads_uri) / "m.yaml"
    assert kept.read_text() == "# mine\ntitle: Final\n"
    assert gametape("upload", path, "--sport", "tennis").code == 0
    assert kept.read_text() == "# mine\ntitle: Final\nsport: tennis\n"
    assert 'says title: "Final"' in gametape("upload", path, "--title", "Cup").error
    assert kept.read_text() == "# mine\ntitle: Final\nsport: tennis\n"


def test_the_films_of_a_folder_go_up(house: House, gametape: Gametape, film, tmp_path: Path):
    folder = film("a.mp4").parent
    (folder / "deep").mkdir()
    (folder / "deep" / "b.mov").write_bytes(film_bytes("b"))
    (folder / "notes.txt").write_text("none")
    said = gametape("upload", folder, "--sport", "tennis")
    assert [line.split()[1] for line in said.out.splitlines()] == ["a.mp4", "b.mov"]
    (tmp_path / "empty").mkdir()
    assert "empty: is a folder without films" in gametape("upload", tmp_path / "empty").error


# ---- status ----


def test_what_nothing_is_made_of_is_listed_with_what_to_do_and_can_be_deleted(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"))
    folder = Path(settings().uploads_uri)
    for name in ("Match.yaml", "notes.txt"):
        (folder / name).write_text("title: Final")
    (folder / "empty.mp4").touch()
    listed = {one["key"]: one for one in json.loads(gametape("status", "--json").out)}
    assert {key: one["state"] for key, one in listed.items()} == {
        "match.mp4": "waiting", "empty.mp4": "waiting", "Match.yaml": "unused", "notes.txt": "unused",
    }  # fmt: skip
    assert "rename it" in listed["Match.yaml"]["message"] and ".txt" in listed["notes.txt"]["message"]
    assert "is empty" in listed["empty.mp4"]["message"]
    assert "notes.txt" in gametape("status").out
    for name in ("Match.yaml", "notes.txt", "empty.mp4"):
        assert gametape("delete", name, "--yes").code == 0
    assert [path.name for path in folder.iterdir()] == ["match.mp4"]
    assert "nothing.txt" in gametape("delete", "nothing.txt", "--yes").error


def test_where_there_is_no_film_the_next_step_is_told(house: House, gametape: Gametape):
    assert gametape("status").out == "no uploads; add one: gametape upload FILE\n"
    assert json.loads(gametape("status", "--json").out) == []


def test_an_upload_waits_under_the_key_that_upload_printed(house: House, gametape: Gametape, film):
    key = gametape("upload", film("match.mp4")).out.split()[0]
    [listed] = json.loads(gametape("status", "--json").out)
    assert (listed["key"], listed["state"]) == ("match.mp4", "waiting")
    one = json.loads(gametape("status", key[:8], "--json").out)
    assert (one["key"], one["state"]) == (key, "waiting")


def test_a_film_is_told_in_words_and_for_programs(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"))
    house.fail = ("metrics",)
    [request] = house.process()
    [state] = json.loads(gametape("status", "--json").out)
    assert state["key"] == request.partition_key and state["state"] == "failed" and state["asset"] == "metrics"
    assert "failed" in (line := gametape("status").out) and "metrics cannot be made" in line


def test_an_unknown_film_is_answered_with_those_there_are(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"), film("final.mp4"))
    keys = {request.partition_key for request in house.process()}
    said = gametape("status", "nothing").error
    assert "nothing" in said and all(key in said for key in keys)


def test_a_start_that_fits_two_films_is_refused(house: House, gametape: Gametape, film):
    gametape("upload", film("match-a.mp4"), film("match-b.mp4"))
    house.process()
    assert "the start of 2 films" in gametape("delete", "match", "--yes").error
    assert gametape("status", "match-a").code == 0


def test_another_partition_set_is_listed_when_it_is_asked_for(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"))
    house.process()
    house.instance.add_dynamic_partitions(PLAYERS.name, ["ana-0123456789ab", "match-point-0123456789ab"])
    assert [s["key"].split("-")[0] for s in json.loads(gametape("status", "--json").out)] == ["match"]
    players = json.loads(gametape("status", "--of", "players", "--json").out)
    assert [s["key"] for s in players] == ["ana-0123456789ab", "match-point-0123456789ab"]
    assert json.loads(gametape("status", "ana", "--json").out)["key"] == "ana-0123456789ab"
    assert gametape("status", "match", "--json").code == 0, "an upload comes before a player of the same beginning"
    assert "There are: videos, replays, gamers, players" in gametape("status", "--of", "nothing").error


# ---- retry, cancel ----


def test_what_is_fresh_is_not_retried(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"))
    house.process()
    assert "everything is fresh" in gametape("retry", "match").out


def test_a_film_at_work_is_not_retried_and_not_deleted(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"))
    result = house.tick()
    house.add_partitions(result)
    house.create_run(result.run_requests[0], dg.DagsterRunStatus.STARTED)
    assert "gametape cancel" in gametape("retry", "match").error
    assert "gametape cancel" in gametape("delete", "match", "--yes").error
    assert len(list(Path(settings().uploads_uri).iterdir())) == 1


def test_an_upload_without_a_run_has_nothing_to_retry_or_cancel(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"))
    assert "waits for the upload sensor" in gametape("retry", "match").error
    assert "no run to stop" in gametape("cancel", "match").out


def test_a_run_whose_worker_is_gone_can_be_canceled(house: House, gametape: Gametape, film):
    """No daemon runs here, and nobody else would ever end it."""
    gametape("upload", film("match.mp4"))
    result = house.tick()
    house.add_partitions(result)
    run = house.create_run(result.run_requests[0], dg.DagsterRunStatus.STARTED)
    assert run[:8] in gametape("cancel", "match").out
    assert json.loads(gametape("status", "match", "--json").out)["state"] == "canceled"
    assert "no run to stop" in gametape("cancel", "match").out


# ---- delete ----


@dataclass(frozen=True)
class Traces:
    """What there is of a film."""

    uploads: list[str]
    tables: list[str]
    files: bool
    rows: int
    partitions: list[str]
    runs: int
    logs: list[Path]


def traces(house: House, key: str) -> Traces:
    lake, warehouse = Lake(settings().lake_uri), Warehouse(settings().warehouse)
    rows = warehouse.read("select count(*) as n from metrics where video = :key", key=key)[0]["n"]
    return Traces(
        sorted(path.name for path in Path(settings().uploads_uri).iterdir()),
        [table for table in ("frames", "metrics", "report") if lake.has_table(table, key)],
        lake.has_file(key, "report.html"),
        rows,
        list(house.instance.get_dynamic_partitions("videos")),
        house.instance.get_runs_count(),
        [path for path in (settings().dagster_home / "storage").rglob("*") if path.is_file()],
    )


def process_and_store(house: House) -> str:
    """Process the upload, and put into lake and warehouse what real assets would."""
    [request] = house.process()
    key, lake = request.partition_key, Lake(settings().lake_uri)
    lake.write_table("frames", key, frames(3))
    lake.write_table("metrics", key, metrics(1.0))
    lake.write_table("report", key, REPORT.from_rows([{"page": "report.html", "bytes": 1, "headline": "{}"}]))
    page = settings().home / "page.html"
    page.write_text("<html>")
    lake.put_file(key, "report.html", page)
    Warehouse(settings().warehouse).replace("metrics", key, metrics(1.0))
    (settings().home / "work" / key / "frames").mkdir(parents=True)
    return key


def test_delete_asks_and_leaves_nothing_and_the_same_film_is_made_again(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"), "--title", "Final")
    key = process_and_store(house)
    before = traces(house, key)
    assert before.files and before.rows and before.runs and len(before.tables) == 3 and before.logs

    refused = gametape("delete", "match", stdin="n\n")
    assert refused.code == 1 and key in refused.out + refused.err
    assert traces(house, key) == before

    assert gametape("delete", "match", stdin="y\n").code == 0
    assert traces(house, key) == Traces([], [], False, 0, [], 0, [])
    assert not list((settings().home / "work").iterdir())
    assert gametape("status").out.startswith("no uploads")

    gametape("upload", film("match.mp4"))
    [request] = house.process()
    assert request.partition_key == key and request.asset_selection is None
    [state] = json.loads(gametape("status", "--json").out)
    assert (state["key"], state["state"]) == (key, "ready")


def test_an_upload_that_nobody_took_yet_can_be_deleted(house: House, gametape: Gametape, film):
    key = gametape("upload", film("match.mp4")).out.split()[0]
    assert gametape("delete", key, "--yes").code == 0
    assert not list(Path(settings().uploads_uri).iterdir())


def test_while_the_uploads_are_away_nothing_is_deleted(house: House, gametape: Gametape, film):
    """It was said to be gone, all else was deleted, and with the uploads the film came back."""
    gametape("upload", film("match.mp4"))
    key = process_and_store(house)
    folder = Path(settings().uploads_uri)
    folder.rename(folder.with_name("unmounted"))
    assert "cannot be listed" in gametape("delete", key, "--yes").error
    folder.with_name("unmounted").rename(folder)
    assert len(traces(house, key).tables) == 3 and traces(house, key).partitions == [key]


def test_a_film_whose_upload_is_gone_can_be_deleted(house: House, gametape: Gametape, film):
    gametape("upload", film("match.mp4"))
    key = process_and_store(house)
    (Path(settings().uploads_uri) / "match.mp4").unlink()
    assert gametape("delete", key, "--yes").code == 0
    assert traces(house, key) == Traces([], [], False, 0, [], 0, [])


# ---- open, sql ----


def test_open_shows_the_page_or_says_that_there_is_none(house: House, gametape: Gametape, film, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    gametape("upload", film("match.mp4"))
    assert "has no report yet" in gametape("open", "match").error and not opened
    key = process_and_store(house)
    path = Path(gametape("open", key).out.strip())
    assert path.read_text() == "<html>" and opened == [path.as_uri()]


def test_open_downloads_the_page_from_a_bucket_with_what_it_needs(
    home: Path, s3_uri: str, gametape: Gametape, film, monkeypatch
):
    monkeypatch.setenv("GAMETAPE_LAKE", f"{s3_uri}/lake")
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    settings.cache_clear()
    with open_instance() as instance:
        house = House(instance, uploads_from_settings(), settings())
        gametape("upload", film("match.mp4"))
        key = process_and_store(house)
    page = home / "built"
    (page / "report_data").mkdir(parents=True)
    (page / "report.html").write_text("<html>new")
    (page / "report_data" / "ball.js").write_text("ball")
    Lake(settings().lake_uri).put_folder(key, page)
    path = Path(gametape("open", key).out.strip())
    assert path.read_text() == "<html>new" and (path.parent / "report_data" / "ball.js").read_text() == "ball"


def test_sql_prints_for_people_and_for_programs(house: House, gametape: Gametape):
    Lake(settings().lake_uri).write_table("metrics", "a", metrics(1.5, None))
    query = "select video, value from metrics order by value"
    assert gametape("sql", query, "--format", "csv").out == "video,value\na,1.5\na,\n"
    assert json.loads(gametape("sql", "-", "--format", "json", stdin=query).out)[0] == {"video": "a", "value": 1.5}
    assert "1.5" in (table := gametape("sql", query).out) and "2 rows" in table
    assert "metrics" in gametape("sql", "show tables").out


@pytest.mark.parametrize(
    "query", ["selec 1", "select * from nothing", "select nothing from metrics", "select 1; select 2"]
)
def test_a_bad_query_is_told_in_a_line(house: House, gametape: Gametape, query: str):
    said = gametape("sql", query).error
    assert "ball_trajectory" in said or "one query at a time" in said


# ---- doctor ----


@pytest.fixture
def healthy(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with weights: fetching them is tested elsewhere."""
    monkeypatch.setattr("gametape.pose.default_weights", lambda chosen: "weights.task")
    return home


def test_the_doctor_finds_nothing_wrong_with_a_healthy_house(healthy: Path, gametape: Gametape):
    said = gametape("doctor")
    assert said.code == 0 and "FIX" not in said.out, said.out
    assert not list((healthy / "uploads").iterdir()) and not list((healthy / "lake").iterdir())


def test_the_doctor_asks_the_code_server_of_a_house_that_runs(home: Path, monkeypatch: pytest.MonkeyPatch):
    from orchestration import services

    assert list(doctor._code_server()) == [], "no house runs"
    services.dagster_home().mkdir(parents=True, exist_ok=True)
    with services.own_the_home("a test"):
        assert list(doctor._code_server()) == [], "it is just starting"
        (services.dagster_home() / services.CODE_SERVER).write_text(str(home / "nobody"))
        (silent,) = doctor._code_server()
        assert silent.good is False and "does not answer" in silent.message and silent.remedy
        monkeypatch.setattr(services, "code_server_answers", lambda socket: socket == str(home / "nobody"))
        assert [one.good for one in doctor._code_server()] == [True]


@pytest.fixture
def silence() -> Iterator[int]:
    """Port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_doctor_names_each_thing_that_is_broken_and_does_not_wait(
    healthy: Path, silence: int, gametape: Gametape, monkeypatch: pytest.MonkeyPatch
):
    healthy.mkdir()
    (healthy / "file").write_text("in the way")
    for name, value in {
        "GAMETAPE_UPLOADS": str(healthy / "file" / "uploads"),
        "GAMETAPE_LAKE": "s3://films/lake",
        "GAMETAPE_WAREHOUSE_URL": "postgres//user:hunter2@host/db",
        "GAMETAPE_POSTGRES_URL": "postgresql://user:hunter2@127.0.0.1:1/db",
        "GAMETAPE_DEVICE": "cuda:99",
        "GAMETAPE_UPLOAD": "typo",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silence}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    assert doctor.PATIENCE_SECONDS <= 15
    monkeypatch.setattr(doctor, "PATIENCE_SECONDS", 2)
    started = time.monotonic()
    said = gametape("doctor")
    assert time.monotonic() - started < 30  # the rest is loading torch on a busy machine
    wrong = {line.split()[1].rstrip(":") for line in said.out.splitlines() if line.startswith("FIX")}
    assert said.code == 1 and wrong == {"uploads", "lake", "warehouse", "dagster", "device"}, said.out
    assert "GAMETAPE_UPLOAD is no setting" in said.out and "Is GAMETAPE_UPLOADS meant?" in said.out
    assert "no answer in" in said.out and "Connection refused" in said.out
    assert "hunter2" not in said.out + said.err and "Traceback" not in said.err


# ---- mistakes ----


def test_a_bucket_that_is_not_there_is_told_and_not_made(
    healthy: Path, s3_uri: str, gametape: Gametape, film, monkeypatch: pytest.MonkeyPatch
):
    import boto3

    missing = s3_uri.removesuffix("/house") + "-typo"
    monkeypatch.setenv("GAMETAPE_UPLOADS", f"{missing}/uploads")
    monkeypatch.setenv("GAMETAPE_LAKE", f"{missing}/lake")
    settings.cache_clear()
    assert missing in gametape("upload", film("match.mp4")).error
    assert "cannot be listed" in gametape("status").err
    said = gametape("doctor")
    assert said.code == 1 and said.out.count("FIX") == 2 and missing in said.out, said
    assert missing.removeprefix("s3://") not in [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GAMETAPE_GPU_SLOTS", "0", "GAMETAPE_GPU_SLOTS=0"),
        ("GAMETAPE_POSE", "magic", "GAMETAPE_POSE=magic"),
        ("GAMETAPE_HOME", "/tmp/why?", "its path has a ?"),
        ("GAMETAPE_HOME", "/tmp/50%25", "choose a folder without"),
        ("DAGSTER_HOME", "/tmp/why?", "its path has a ?"),
        ("GAMETAPE_POSTGRES_URL", "postgresql://user:hunter2@127.0.0.1:1/db", "Connection refused"),
        ("GAMETAPE_POSTGRES_URL", "mysql://user:hunter2@host/db", "not Postgres"),
        ("GAMETAPE_POSTGRES_URL", "user:hunter2@host", "cannot be understood"),
    ],
)
def test_a_bad_setting_is_told_in_a_line_without_its_password(
    home: Path, gametape: Gametape, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
):
    monkeypatch.setenv(name, value)
    settings.cache_clear()
    said = gametape("status").error
    assert told in said and "hunter2" not in said


@pytest.mark.parametrize("name", ["GAMETAPE_HOME", "GAMETAPE_UPLOADS", "DAGSTER_HOME"])
def test_a_folder_that_cannot_be_made_is_told_in_a_line(
    home: Path, gametape: Gametape, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(name, str(tmp_path / "file" / "folder"))
    settings.cache_clear()
    said = gametape("status").error
    assert "cannot be made" in said and name in said
