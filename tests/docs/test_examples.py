"""The documentation's examples run: Python, SQL and YAML as printed, commands as far as their parsing."""

import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml

from gametape.base.settings import Settings, settings
from gametape.exports.film_tables import FilmTables
from gametape.film.sidecar import Sidecar, parse_sidecar
from gametape.geometry.stretches import calibration_table
from gametape.lake.sql import connect
from gametape.lake.store import Lake
from gametape.tables import TABLES
from orchestration.cli import app
from tests.docs.pages import PROJECT, blocks, read

SIDECARS = [
    (label, text)
    for label, text in blocks("yaml")
    if label.split()[0] in ("README.md", "own-film.md", "calibration.md")
]
FILM = "match-0123456789ab"
BLANK = {
    "string": "[]", "int32": 1, "int64": 2, "float32": 0.5, "float64": 1.0, "float64[]": [1.0], "bool": True,
}  # fmt: skip
ROWS = {
    "ball_trajectory": [{"state": "detected"}],
    "ball_flights": [{"began": "hit"}],
    "sidecar": [{"sport": "tennis", "player": "Ana"}],
    "replay_players": [{"team": "blue", "positioning_percent_behind_ball": 60.0}, {"team": "orange", "won": False}],
    "replay_events": [{"kind": "goal"}],
    "shifts": [{"player": 0, "end_s": 3.0}, {"player": 1, "end_s": 3.0}],
    "player_evidence": [{"verdict": "perhaps"}],
    "head_to_head": [{"state": "better"}],
    "metrics": [
        {"metric": "balance_drift", "subject": "track:1", "role": "player", "name": "Ana"},
        {"value": None, "reason": "no_ball(3)", "subject": "ball", "role": None, "name": None},
    ],
}


@pytest.fixture
def made_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with one film, a row or two in each table."""
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path))
    settings.cache_clear()
    lake = Lake(settings().lake_uri)
    for name, table in TABLES.items():
        row = {column.name: BLANK[column.type] for column in table.columns}
        lake.write_table(name, FILM, table.from_rows([row | more for more in ROWS.get(name, [{}])]))
    yield lake
    settings.cache_clear()


def of(examples: list[tuple[str, str]]):
    return pytest.mark.parametrize("text", [text for _, text in examples], ids=[label for label, _ in examples])


@of(blocks("sql"))
def test_sql_answers(text: str, made_lake: Lake):
    assert connect(made_lake.base_uri).sql(text).fetchall()


@of(blocks("python"))
def test_python_runs(text: str, made_lake: Lake, tmp_path: Path):
    names: dict = {}
    exec(compile(text, "example", "exec"), names)
    if "write_rallies" in names:
        (made,) = names["write_rallies"](FilmTables(made_lake, FILM), tmp_path)
        assert '"shots": 1' in read(tmp_path / made.name)


@of(SIDECARS)
def test_sidecars_are_accepted(text: str):
    keys = yaml.safe_load(text) or {}  # one example is a comment alone
    assert parse_sidecar(text.encode(), "match.yaml").model_fields_set == set(keys)


def test_the_marked_court_solves_to_the_camera_that_the_page_describes():
    """The marks were computed from a camera at (0.6, -22.5, 6.5) m, then moved by up to a pixel."""
    (text,) = [text for label, text in blocks("yaml") if label == "calibration.md 1"]
    (row,) = calibration_table(parse_sidecar(text.encode(), "match.yaml"), 1280, 720).to_pylist()
    assert row["solved"] == "camera", row["reason"]
    assert row["reprojection_px"] < 1
    assert row["camera_y_m"] == pytest.approx(-22.5, abs=0.3)
    assert row["camera_z_m"] == pytest.approx(6.5, abs=0.1)
    assert row["ground_error_m"] == pytest.approx(0.11, abs=0.01)


def test_the_longest_sidecar_of_the_docs_uses_most_keys():
    longest = max(
        (parse_sidecar(text.encode(), "match.yaml") for _, text in SIDECARS), key=lambda s: len(s.model_fields_set)
    )
    assert len(longest.model_fields_set) >= len(Sidecar.model_fields) - 2


def commands() -> list[tuple[str, str]]:
    found = []
    for label, text in blocks("console"):
        joined = text.replace("\\\n", " ")
        found += [(f"{label} {line[2:40]}", line[2:]) for line in joined.splitlines() if line.startswith("$ ")]
    return found


@of(commands())
def test_commands_parse(text: str):
    words = shlex.split(text, comments=True)
    program = Path(words[0]).name
    if program == "gametape":
        parse(words[1:])
    elif program == "make":
        assert [name for name in words[1:] if "=" not in name], text
        targets = set(re.findall(r"^([a-z-]+):", read(PROJECT / "Makefile"), re.MULTILINE))
        assert {name for name in words[1:] if "=" not in name} <= targets
    elif program == "export":
        known = {f"GAMETAPE_{name.upper()}" for name in Settings.model_fields}
        assert {pair.partition("=")[0] for pair in words[1:]} <= known
    elif program == "python" and words[1:3] == ["-m", "pytest"]:
        assert all((PROJECT / word.partition("::")[0]).exists() for word in words[3:] if not word.startswith("-"))
    else:
        assert program in ("git", "pip", "pre-commit", "python"), f"no test knows how to look at: {text}"


def parse(words: list[str]) -> None:
    """Let the command line read the words, without doing anything. Raises typer's UsageError."""
    command, context = typer.main.get_command(app), None
    while hasattr(command, "commands"):
        assert words[0] in command.commands, words[0]
        context = typer.Context(command, info_name="gametape", parent=context)
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, list(words), parent=context)
