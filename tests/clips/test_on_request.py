"""`gametape clip`, and the exports of clips and of the overlay film."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gametape.base.errors import BadInput
from gametape.clips.on_request import _spans, clip_of_file, clips_of_stored
from gametape.clips.stored import make_stored
from gametape.exports import export
from gametape.film.clip_wish import ClipWish
from gametape.film.sidecar import Sidecar
from gametape.lake.store import Lake
from gametape.media.probe import probe
from gametape.tables import TABLES
from orchestration.cli import app
from tests.clips.films import film_with_beeps, seen
from tests.clips.test_reel_and_make import TWO, WHO, film, maker_of, spans_of

__all__ = ["film"]
VIDEO = "match-0123456789ab"


@pytest.fixture(scope="module")
def lake(film, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake with a film that follows Ana, who has two shifts; nobody strikes."""
    folder = tmp_path_factory.mktemp("lake")
    lake, cut_film = Lake(str(folder / "lake")), film[0]
    facts = probe(cut_film.path, "match.mov")
    source = {"source_uri": "x", "file_name": "match.mov", "uploaded_at": "", **asdict(facts)}
    sidecar = Sidecar.model_validate({"players": [{"name": "Ana", "number": "97"}]})
    said = {"fingerprint": "x", "content": sidecar.model_dump_json(exclude_defaults=True)}
    box = {"x1": 20.0, "y1": 20.0, "x2": 35.0, "y2": 60.0, "confidence": 0.9}
    looks = [{"frame": f, "time_s": f / 25, "track": 1} | box for f in range(0, 200, 5)]
    rows = {
        "source_video": [source],
        "sidecar": [said],
        "shifts": TWO,
        "player_identity": [WHO | {"state": "locked", "piece": 1, "evidence": "number"} | look for look in looks],
        "person_tracks": [{"tracklet": 1, "interpolated": False} | look for look in looks],
    }
    for name in ("findings", "strokes", "rallies", "player_evidence"):
        lake.write_table(name, VIDEO, TABLES[name].empty())
    for name, listed in rows.items():
        lake.write_table(name, VIDEO, TABLES[name].from_rows(listed))
    lake.write_table("frames", VIDEO, film[1])
    lake.put_file(VIDEO, "film.mp4", cut_film.path)
    maker = maker_of(film, spans_of(film[1], TWO), folder / "work")
    lake.write_table("clips", VIDEO, make_stored(lake, VIDEO, maker, "match.mov", "Match"))
    return lake


def test_a_span_is_one_file(lake: Lake, tmp_path: Path):
    wish = ClipWish(from_s=2.0, to_s=2.48, caption=False)
    (path,) = clips_of_stored(lake, VIDEO, wish, tmp_path, "en")
    assert path.name == f"{VIDEO}-span-00m02s.mp4" and seen(path)[0] == list(range(50, 62))
    assert list(tmp_path.iterdir()) == [path], "nothing else is left"


def test_all_of_a_kind_are_a_folder_with_their_lists(lake: Lake, tmp_path: Path):
    for _ in range(2):  # the second replaces the first
        paths = clips_of_stored(lake, VIDEO, ClipWish(kind="shift"), tmp_path, "en")
    names = {path.name for path in paths}
    assert {"97-shift-01-00m01s.mp4", "97-shift-02-00m04s.mp4", "97-reel.mp4", "clips.edl"} <= names
    assert [path.name for path in tmp_path.iterdir()] == [f"{VIDEO}-shift-clips"]
    (tmp_path / f"{VIDEO}-shift-clips" / "clips.json").unlink()
    with pytest.raises(BadInput, match="no clips"):
        clips_of_stored(lake, VIDEO, ClipWish(kind="shift"), tmp_path, "en")


def test_a_kind_that_the_film_has_not_is_said_in_words(lake: Lake, tmp_path: Path):
    with pytest.raises(BadInput, match="nothing of the kind rally"):
        clips_of_stored(lake, VIDEO, ClipWish(kind="rally"), tmp_path, "en")
    with pytest.raises(BadInput):
        clips_of_stored(lake, VIDEO, ClipWish(from_s=100, to_s=101), tmp_path, "en")
    assert list(tmp_path.iterdir()) == []


def test_the_film_with_everything_drawn_in_is_not_made_for_a_clip_of_something_else(film):
    sidecar = Sidecar.model_validate({"players": [{"number": "97"}], "follow": {"overlay": True, "ring_s": 1.5}})
    tables = {"frames": film[1], "shifts": TABLES["shifts"].from_rows(TWO)}
    spans = _spans(sidecar, ClipWish(kind="shift"), lambda name: tables.get(name, TABLES[name].empty())).to_pylist()
    assert {row["kind"] for row in spans} == {"shift"} and {row["ring_s"] for row in spans} == {1.5}


def test_a_file_that_nobody_analysed_is_cut_too(tmp_path: Path):
    path = film_with_beeps(tmp_path / "raw.mov", seconds=2.0)
    said = CliRunner().invoke(app, ["clip", str(path), "--from", "0.4", "--to", "1", "--out", str(tmp_path / "out")])
    made = tmp_path / "out" / "raw-span-00m00s.mp4"
    assert said.exit_code == 0 and str(made) in said.output.replace("\n", "")
    assert seen(made)[0] == list(range(10, 25))
    with pytest.raises(BadInput):
        clip_of_file(tmp_path / "nothing.mov", 0, 1, tmp_path)


def test_a_moment_is_cut_out_of_a_film_that_is_not_analysed(tmp_path: Path):
    film = film_with_beeps(tmp_path / "raw.mov", codec="libx264", seconds=2.0, rate=48_000)
    ask = ["clip", str(film), "--at", "1.0", "--after", "0.4", "--out", str(tmp_path / "out")]
    said = CliRunner().invoke(app, ask)  # five seconds before, of which the film has one
    made = tmp_path / "out" / "raw-span-00m00s.mp4"
    assert said.exit_code == 0 and seen(made)[0] == list(range(35))
    refused = CliRunner().invoke(app, ["clip", str(film), "--kind", "shift"])
    assert "no shift of it is known" in str(refused.exception)


@pytest.mark.parametrize("wrong", [[], ["--from", "1"], ["--at", "1", "--to", "2"], ["--kind", "rally", "--at", "1"]])
def test_a_request_that_says_no_time_is_refused(wrong: list[str]):
    said = CliRunner().invoke(app, ["clip", "match", *wrong])
    assert isinstance(said.exception, BadInput)


def test_the_clips_are_exported_with_their_lists(lake: Lake, tmp_path: Path):
    made = export(lake, VIDEO, "clips", tmp_path)
    names = [file.name for file in made.files]
    assert names[:2] == ["97-shift-01-00m01s.mp4", "97-shift-02-00m04s.mp4"] and "clips.otio" in names
    assert {path.name for path in made.folder.iterdir()} == {*names, "export.json"}


def test_the_overlay_film_has_every_picture_and_a_timeline(lake: Lake, tmp_path: Path):
    made = export(lake, VIDEO, "overlay", tmp_path)
    _, times, _ = seen(made.folder / "overlay.mp4")
    assert np.allclose(times, np.arange(200) / 25, atol=2e-4), "at the film's true rate"
    (player,) = json.loads((made.folder / "timeline.json").read_text())["players"]
    assert (player["number"], len(player["shifts"]), player["states"][0]["to"]) == ("97", 2, "locked")


@pytest.mark.browser
def test_a_reel_plays_and_seeks_in_a_browser(lake: Lake, chromium, tmp_path: Path):
    from io import BytesIO

    from PIL import Image

    from tests.film_maker import read_index

    path = lake.get_file(VIDEO, "clips/97-reel.mp4", tmp_path)
    (tmp_path / "page.html").write_text(f'<body style="margin:0"><video src="{path.as_uri()}" muted></video>')
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    there = "document.querySelector('video')"
    page.wait_for_function(f"{there}.readyState >= 2")
    assert page.evaluate(f"{there}.duration") == pytest.approx(5.48, abs=0.03)
    for place in (136, 60, 49, 50, 90):  # 49 is the last picture of the first clip
        page.evaluate(f"{there}.currentTime = {(place + 0.5) / 25}")
        page.wait_for_function(f"!{there}.seeking && {there}.readyState >= 2")
        page.wait_for_timeout(150)
        image = np.asarray(Image.open(BytesIO(page.locator("video").screenshot())).convert("RGB"))
        assert read_index(image[:90, :160]) == (20 + place if place < 50 else 110 + place - 50)
    page.evaluate(f"{there}.currentTime = 1.8; {there}.play()")
    page.wait_for_function(f"{there}.currentTime > 2.4")
    page.close()
