"""Whatever the file: an error that says what is wrong with it, and a parent that lives."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from gametape.base.errors import BadInput
from gametape.replay import parse as parsing
from gametape.replay.header import MOST_BYTES, checksum
from gametape.replay.read import read_game, read_replay
from tests.replay.replay_maker import GAME, replay


def wrong(path: Path, raw: bytes) -> str:
    path.write_bytes(raw)
    with pytest.raises(BadInput) as error:
        read_replay(path)
    assert error.value.subject == str(path) and error.value.remedy
    return error.value.reason


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.replay", bytes(10_000_000))
    return file.getvalue()


def test_sum_is_the_games_own(shared: Path):
    raw = next((shared / "data" / "replays").glob("*.replay")).read_bytes()
    size, stated = struct.unpack_from("<II", raw)
    assert checksum(raw[8 : 8 + size]) == stated


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "it is empty (0 bytes)"),
        (b"Dear diary, today we won.\n" * 9, "no replay"),
        (bomb(), "a zip file"),
        (struct.pack("<II", 2**31, 0) + bytes(64), "a header of 2147483648 bytes"),
        (replay(GAME)[:60], "cut off in its header"),
        (replay(GAME, b"x" * 64)[:-9], "55 of 64 bytes of the game"),
        (replay(GAME, b"x" * 64)[:-1] + b"y", "bytes were changed"),
        (replay(GAME, kind="TAGame.Screenshot"), "not of a game"),
    ],
)
def test_bad_bytes_are_told_by_what_is_wrong_with_them(tmp_path: Path, raw: bytes, told: str):
    assert told in wrong(tmp_path / "a.replay", raw)


def test_flipped_byte_in_the_header_is_found(tmp_path: Path):
    raw = bytearray(replay(GAME))
    raw[40] ^= 1
    assert "does not have the sum" in wrong(tmp_path / "a.replay", bytes(raw))


def test_nesting_and_long_lists_end(tmp_path: Path):
    deep: list = []
    for _ in range(40):
        deep = [{"Goals": deep}]
    assert "nested too deeply" in wrong(tmp_path / "a.replay", replay({"Goals": deep}))


def test_larger_than_any_replay_is_not_read(tmp_path: Path):
    path = tmp_path / "a.replay"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)  # sparse
    with pytest.raises(BadInput, match="more than any replay"):
        read_replay(path)


def test_published_bad_files_are_errors(shared: Path):
    paths = sorted((shared / "data" / "replays" / "bad").glob("*.replay"))
    assert len(paths) == 7
    for path in paths:
        with pytest.raises(BadInput):
            read_replay(path)


def test_unknown_patch_keeps_what_the_header_says(tmp_path: Path):
    path = tmp_path / "a.replay"
    path.write_bytes(replay(GAME, b"a format of the year 2031"))
    game = read_replay(path)
    match = game.match
    assert match["network_reason"].startswith('replay_patch_unknown(build="990101.1.1"')
    assert (match["blue_goals"], match["orange_goals"], match["winner"]) == (0, 2, "orange")
    assert match["played_at"] == "2031-02-03T04:05:06" and match["duration_s"] is None
    ben, ana = game.players.to_pylist()
    assert (ana["core_goals"], ana["core_shooting_percentage"], ana["core_mvp"], ana["won"]) == (2, 50.0, True, True)
    assert (ben["core_goals_against"], ben["core_shots_against"], ben["core_saves"]) == (2, 4, 1)
    assert ben["boost_bpm"] is None and ben["stats_reason"] == match["network_reason"]
    assert not game.has_course and game.events.num_rows == 0


@pytest.mark.parametrize(
    "code",
    ["import os; os.abort()", "bytearray(3 * 2**30)", "import sys; sys.exit(3)"],
    ids=["crash", "memory", "exit"],
)
def test_child_that_dies_leaves_the_parent_and_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str):
    (tmp_path / "subtr_actor.py").write_text(f"def parse_replay(data):\n    {code}\n")
    monkeypatch.setattr(
        parsing, "_environment", lambda: {**os.environ, "PYTHONPATH": f"{tmp_path}:{Path(parsing.__file__).parents[2]}"}
    )
    path = tmp_path / "a.replay"
    path.write_bytes(replay(GAME))
    parsed = parsing.parse(path)
    assert parsed.course is None and parsed.reason is not None and parsed.reason.code == "replay_patch_unknown"


def test_other_names_are_no_games(tmp_path: Path):
    with pytest.raises(BadInput, match="no replay by its name"):
        read_game(tmp_path / "a.mp4")
