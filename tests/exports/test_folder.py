"""An export appears whole or not at all, where it was asked for, and takes nothing of the user's with it."""

import json
import sys

import pytest
from typer.testing import CliRunner

from gametape.base.errors import BadInput, GametapeError, Unavailable
from gametape.base.settings import settings
from gametape.exports import FORMATS, export
from gametape.film.sidecar import Sidecar
from orchestration.cli import app
from orchestration.cli.export import Format
from tests.exports.small import VIDEO, even, lake_of, walking

TIMES = even(4)


@pytest.fixture
def lake(tmp_path):
    return lake_of(tmp_path / "lake", TIMES, {0: walking(range(4), TIMES)}, file_name="../../../etc/passwd\n.mp4")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_the_command_lines_formats_are_those_there_are():
    assert [one.value for one in Format] == list(FORMATS)


def test_an_unknown_format_names_the_known_ones(lake, out):
    with pytest.raises(BadInput, match="trc, mot, c3d, csv, trajectory, pose-analysis, strokes, results"):
        export(lake, VIDEO, "fbx", out)


@pytest.mark.parametrize("key", ["../match", "/etc", "a/b", "..", "Match", "match.mp4", ""])
def test_a_key_cannot_lead_out_of_the_folder(lake, out, key):
    with pytest.raises(BadInput, match="no partition key"):
        export(lake, key, "csv", out)
    assert not out.exists()


def test_an_uploads_name_never_becomes_a_path(lake, out):
    for format in ("trc", "csv", "pose-analysis"):
        export(lake, VIDEO, format, out)
    made = [path for path in out.parent.rglob("*") if path.is_file() and not path.is_relative_to(out.parent / "lake")]
    assert made and all(path.is_relative_to(out) and path.name.startswith((VIDEO, "export.json")) for path in made)


@pytest.mark.parametrize(
    ("format", "table"), [("trajectory", "ball_trajectory"), ("results", "metrics"), ("mot", "joint_angles")]
)
def test_a_table_that_is_not_made_yet_is_named(tmp_path, out, format, table):
    with pytest.raises(Unavailable, match=f"{table} of {VIDEO}.*Materialize {table}"):
        export(lake_of(tmp_path / "lake", TIMES), VIDEO, format, out)
    assert not list(out.glob("*")) and not list(out.glob(".*"))


def test_csv_with_neither_ball_nor_poses(tmp_path, out):
    with pytest.raises(Unavailable, match="neither a ball nor poses"):
        export(lake_of(tmp_path / "lake", TIMES), VIDEO, "csv", out)


@pytest.mark.parametrize("format", ["trc", "mot", "pose-analysis"])
@pytest.mark.parametrize(
    ("said", "why"), [(Sidecar(), "nobody was found"), (Sidecar(analyses=("ball",)), "asks for no pose analysis")]
)
def test_a_film_without_poses_says_why(tmp_path, out, format, said, why):
    with pytest.raises(BadInput, match=why):
        export(lake_of(tmp_path / "lake", TIMES, {}, said=said), VIDEO, format, out)


def test_poses_too_unsure_for_a_marker_are_no_empty_export(tmp_path, out):
    faint = {0: {f: {"nose": (10, 10, 0.2)} for f in range(4)}}
    lake = lake_of(tmp_path / "lake", TIMES, faint)
    for format in ("trc", "mot"):
        with pytest.raises(BadInput, match="nothing is surely seen"):
            export(lake, VIDEO, format, out)
    assert len(export(lake, VIDEO, "csv", out).files) == 1


def test_a_failure_half_way_leaves_the_former_export_as_it_was(lake, out, monkeypatch):
    before = {path.name: path.read_bytes() for path in export(lake, VIDEO, "trc", out).folder.iterdir()}

    def breaks(film, folder):
        yield from FORMATS_WAS(film, folder)
        raise OSError("disk full")

    FORMATS_WAS = FORMATS["trc"]
    monkeypatch.setitem(FORMATS, "trc", breaks)
    with pytest.raises(Unavailable, match="disk full"):
        export(lake, VIDEO, "trc", out)
    assert {path.name: path.read_bytes() for path in (out / f"{VIDEO}-trc").iterdir()} == before
    assert [path.name for path in out.iterdir()] == [f"{VIDEO}-trc"]


def test_a_person_who_is_gone_leaves_no_file_behind(tmp_path, lake, out):
    both = lake_of(tmp_path / "lake", TIMES, {0: walking(range(4), TIMES), 1: walking(range(4), TIMES, x=90)})
    assert len(export(both, VIDEO, "trc", out).files) == 2
    alone = lake_of(tmp_path / "lake", TIMES, {1: walking(range(4), TIMES, x=90)})
    folder = export(alone, VIDEO, "trc", out).folder
    assert sorted(path.name for path in folder.iterdir()) == ["export.json", f"{VIDEO}_track1.trc"]


@pytest.mark.parametrize("listed", [None, '{"files": []}', "[]", "not json", '{"files": 3}'])
def test_a_folder_with_files_of_the_users_is_never_replaced(lake, out, listed):
    theirs = out / f"{VIDEO}-trc"
    theirs.mkdir(parents=True)
    (theirs / "thesis.txt").write_text("years of work")
    if listed:
        (theirs / "export.json").write_text(listed)
    with pytest.raises(BadInput, match="already holds"):
        export(lake, VIDEO, "trc", out)
    assert (theirs / "thesis.txt").read_text() == "years of work"


def test_other_files_beside_the_export_stay(lake, out):
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    export(lake, VIDEO, "trc", out)
    assert (out / "notes.txt").read_text() == "mine"


def test_out_that_is_a_file_is_told(lake, out):
    out.write_text("a file")
    with pytest.raises(GametapeError, match="out"):
        export(lake, VIDEO, "trc", out)
    assert out.read_text() == "a file"


@pytest.fixture
def cli(tmp_path, monkeypatch, lake):
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GAMETAPE_LAKE", str(tmp_path / "lake"))
    settings.cache_clear()
    yield lambda *args: CliRunner().invoke(app, ["export", *map(str, args)])
    settings.cache_clear()


def test_the_command_takes_the_start_of_a_name_and_prints_what_it_wrote(cli, out):
    result = cli("match", "--format", "trc", "--out", out)
    assert result.exit_code == 0, result.output
    assert f"{VIDEO}_track0.trc" in result.stdout and "y up" in result.stderr
    assert json.loads((out / f"{VIDEO}-trc" / "export.json").read_text())["files"]


def test_the_command_refuses_what_it_does_not_know(cli, out):
    assert cli("match", "--format", "fbx", "--out", out).exit_code == 2
    missing = cli("nothing", "--format", "trc", "--out", out)
    assert isinstance(missing.exception, BadInput) and VIDEO in str(missing.exception)
    assert not out.exists()


def test_an_export_needs_the_lake_alone():
    """Neither Dagster nor an estimator is loaded for it, nor ezc3d for the other formats."""
    import subprocess

    code = "import gametape.exports, sys; print([m for m in ('dagster', 'torch', 'cv2', 'mediapipe', 'pandas', 'ezc3d') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
