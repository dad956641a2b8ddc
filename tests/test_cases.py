"""Inputs that once failed, `../shared/cases`: each is held by a test, the small ones here."""

from pathlib import Path

from gametape.film.sidecar import parse_sidecar
from gametape.media.ingest import ingest
from gametape.uploads import VIDEOS

HERE = Path(__file__).parent
HELD_BY = {
    "android_slowmo.mp4": "media/test_capture.py",
    "black.mp4": "film/test_picture.py",
    "capital_sport.yaml": "test_cases.py",
    "clip.gif": "test_cases.py",
    "passes_by.mp4": "pose/test_search.py",
    "passes_by_control.mp4": "pose/test_search.py",
    "still_sample.mp4": "pose/test_repeats.py",
    "turned_midway.mkv": "media/test_ingest.py",
}


def test_each_case_is_held_by_a_test(shared: Path):
    assert {file.name for file in (shared / "cases").iterdir()} == {*HELD_BY, "README.md"}
    assert [case for case, where in HELD_BY.items() if case not in (HERE / where).read_text("utf-8")] == []


def test_a_sport_is_taken_in_any_case(shared: Path):
    raw = (shared / "cases" / "capital_sport.yaml").read_bytes()
    assert b"sport: Tennis" in raw and parse_sidecar(raw, "capital_sport.yaml").sport == "tennis"


def test_an_animated_picture_is_a_film(shared: Path, tmp_path: Path):
    film = shared / "cases" / "clip.gif"
    assert VIDEOS.takes(film.name)
    frames = ingest(film, tmp_path).frames
    assert frames.num_rows == 10 and frames["time_s"][9].as_py() == 0.9
