"""`gametape verify`: the wiring on a user's film, an answer of its own, and nothing left behind."""

import itertools
import json
import sqlite3

import pytest
from typer.testing import CliRunner

from gametape.base.errors import Unavailable
from gametape.base.settings import Settings
from orchestration import verify as module
from orchestration.cli import app
from orchestration.verify import NOT_VERIFIED, VERIFIED, state_of, verify
from tests.film_maker import claims, make_film


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """The seed's own example: one second of a small picture; it must not be refused."""
    folder = tmp_path_factory.mktemp("film")
    film = make_film(folder / "match.mp4")
    film.with_suffix(".yaml").write_text("sport: ice hockey\nplayers: [{number: 20, jersey_color: '#c8102e'}]\n")
    return film


def files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")}


def test_a_film_whose_way_is_free_is_verified_and_leaves_nothing(film, tmp_path):
    house = Settings(home=tmp_path / "house")
    steps = list(verify(film, house))
    assert state_of(steps) == VERIFIED, steps
    told = {step.name: step.told for step in steps}
    assert "1 wanted" in told["sidecar"] and "read back, by SQL too" in told["lake"]
    assert files(tmp_path) == set()


def test_a_house_that_is_in_use_is_as_it_was(film, tmp_path):
    house = Settings(home=tmp_path)
    (tmp_path / "lake").mkdir()
    sqlite3.connect(tmp_path / "warehouse.db").close()
    assert state_of(list(verify(film, house))) == VERIFIED
    assert {one.name for one in files(tmp_path)} - {"warehouse.db-wal", "warehouse.db-shm"} == {"lake", "warehouse.db"}
    with sqlite3.connect(tmp_path / "warehouse.db") as database:
        assert database.execute("select count(*) from videos").fetchone() == (0,)


@pytest.mark.parametrize(("name", "text", "step"), [
    ("match.mp4", b"no film", "film"), ("gone.mp4", None, "film"), ("match.yaml", b"sprot: golf", "sidecar"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_follows(film, tmp_path, name, text, step):
    mine = tmp_path / "match.mp4"
    mine.write_bytes(film.read_bytes())
    if text:
        (tmp_path / name).write_bytes(text)
    steps = list(verify(tmp_path / name if name.endswith("mp4") else mine, Settings(home=tmp_path / "house")))
    assert state_of(steps) == NOT_VERIFIED
    assert steps[-1].name == step and not steps[-1].good and steps[-1].remedy
    assert not (tmp_path / "house").exists()


@pytest.mark.parametrize(("players", "told"), [
    ("[{number: 20, jersey_color: '#c8102e'}]", "1 wanted: #20 (shirt #c8102e, no click)"),
    ("[{number: 7}, {name: Kim, clicks: [{t: 0.5, x: 0.3, y: 0.5}]}]",
     "2 wanted: #7 (no jersey_color: learned from the film, no click); Kim (1 click, no number: followed from the"),
    ("[{number: 100, name: Kim}]", "#100 Kim (numbers of three digits are not read: give clicks, no click)"),
    ("[{name: Kim}]", "nobody is wanted: give a player a number or a click"),
])  # fmt: skip
def test_who_is_followed_and_by_what_is_told(film, tmp_path, players, told):
    mine = tmp_path / "match.mp4"
    mine.write_bytes(film.read_bytes())
    mine.with_suffix(".yaml").write_text(f"sport: ice hockey\nplayers: {players}\n")
    steps = itertools.islice(verify(mine, Settings(home=tmp_path / "house")), 2)
    assert told in {step.name: step.told for step in steps}["sidecar"]


@pytest.mark.parametrize(("t", "warned"), [(0.99, False), (1.01, True), (500, True)])
def test_a_click_behind_the_end_that_the_film_claims_is_a_warning(film, tmp_path, t, warned):
    mine = tmp_path / "match.mp4"
    mine.write_bytes(film.read_bytes())
    mine.with_suffix(".yaml").write_text(f"players: [{{number: 20, clicks: [{{t: {t}, x: 0.3, y: 0.5}}]}}]\n")
    *_, step = itertools.islice(verify(mine, Settings(home=tmp_path / "house")), 2)
    assert (step.name, step.good) == ("sidecar", True), "a file may claim to be shorter than it is"
    assert ("'players.0.clicks.0': t is" in step.told and "the film ends at 1.00 s" in step.told) == warned


def test_the_limits_of_a_film_hold_here_too(tmp_path):
    mine = make_film(tmp_path / "long.mkv", frames=30, size=(160, 90))
    size = mine.stat().st_size

    def last(**limits) -> module.Step:
        return list(verify(mine, Settings(home=tmp_path / "house", **limits)))[-1]

    assert last(max_film_bytes=size).name == "warehouse"
    for limits, step, setting in (
        ({"max_film_bytes": size - 1}, "film", "GAMETAPE_MAX_FILM_BYTES"),
        ({"max_film_hours": 0.5 / 3600}, "pictures", "GAMETAPE_MAX_FILM_HOURS"),
    ):
        told = last(**limits)
        assert (told.name, told.good) == (step, False) and setting in told.remedy


def test_a_length_above_the_limit_that_is_only_claimed_is_a_warning(tmp_path):
    mine = claims(make_film(tmp_path / "long.mkv", frames=30, size=(160, 90)), 26 * 3600)
    steps = list(verify(mine, Settings(home=tmp_path / "house")))
    assert state_of(steps) == VERIFIED and "by its own word it lasts 26.0 h" in steps[0].told
    assert "by its own word" not in next(verify(mine, Settings(home=tmp_path / "house", max_film_hours=26.1))).told


def test_a_lake_that_cannot_be_written_is_told(film, tmp_path):
    (tmp_path / "lake").write_text("a file is where the lake should be")
    steps = list(verify(film, Settings(home=tmp_path)))
    assert steps[-1].name == "lake" and state_of(steps) == NOT_VERIFIED and not (tmp_path / "warehouse.db").exists()


def test_a_fault_on_the_way_takes_away_what_was_written(film, tmp_path, monkeypatch):
    def fails(*_):
        raise Unavailable("SQL", "is not there", "Try again")

    monkeypatch.setattr("gametape.lake.sql.query", fails)
    assert state_of(list(verify(film, Settings(home=tmp_path / "house")))) == NOT_VERIFIED
    assert files(tmp_path) == set()


def test_the_command_says_verified_and_never_done(film, tmp_path, monkeypatch):
    monkeypatch.setattr("gametape.base.settings.settings", lambda: Settings(home=tmp_path / "house"))
    plain = CliRunner().invoke(app, ["verify", str(film)])
    assert plain.exit_code == 0 and plain.output.splitlines()[-1] == "verified: match.mp4"
    assert "done" not in plain.output
    bad = CliRunner().invoke(app, ["verify", str(tmp_path / "gone.mp4"), "--json"])
    assert bad.exit_code == 1 and json.loads(bad.output)["state"] == NOT_VERIFIED


def test_no_step_is_left_out_of_the_answer():
    assert state_of([module.Step("film", True, "")]) == NOT_VERIFIED
