"""Zips of replays are unpacked once, within bounds, and a bad one is told and harms nothing."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from gametape.base.errors import BadInput
from gametape.uploads import REPLAYS, VIDEOS, UploadStore, archives, look
from gametape.uploads.archives import fault_of, unpack, unpack_all
from gametape.uploads.naming import slug
from gametape.uploads.unused import unpacked_archives, waiting_archives


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> UploadStore:
    if request.param == "bucket":
        return UploadStore(f"{request.getfixturevalue('s3_uri')}/uploads", tmp_path / "memo.sqlite", REPLAYS)
    (tmp_path / "uploads").mkdir()
    return UploadStore(str(tmp_path / "uploads"), tmp_path / "memo.sqlite", REPLAYS)


def drop(store: UploadStore, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "dropped").write_bytes(content)
    store.files.write(tmp_path / "dropped", name)


def names(store: UploadStore) -> list[str]:
    return sorted(upload.path for upload in store.list().uploads)


def test_what_is_in_a_zip_is_put_beside_it_once(store: UploadStore, tmp_path: Path):
    content = {
        "one.replay": b"1",
        "cup/../../two.replay": b"2",
        "C:\\games\\3.ballchasing.json": b"3",
        "notes.txt": b"-",
        "__MACOSX/one.replay": b"-",
        "cup/.hidden.replay": b"-",
        "match.mp4": b"a film is not taken out",
    }
    drop(store, tmp_path, "season.zip", zipped(**content))
    seen = look(store, settle_seconds=0)
    assert len(seen.archives) == 1 and not seen.ready and not seen.problems + seen.others
    assert [file.message[:12] for file in waiting_archives(store, store.list())] == ["not used yet"]
    assert unpack_all(store, seen.archives) == ()
    assert names(store) == ["3.ballchasing.json", "one.replay", "two.replay"]
    again = look(store, settle_seconds=0)
    assert not again.archives and len(again.ready) == 3 and not again.others
    [used] = unpacked_archives(store.list())
    assert used.label == "season.zip.unpacked" and "delete it" in used.message
    assert not look(UploadStore(store.base_uri, None, VIDEOS), settle_seconds=0).others
    # A replay that is deleted does not come back.
    store.delete(store.key_of(store.list().uploads[0]))
    assert unpack_all(store, look(store, settle_seconds=0).archives) == () and len(names(store)) == 2


def test_a_zip_that_takes_long_goes_on_at_the_next_look(store: UploadStore, tmp_path: Path):
    drop(store, tmp_path, "a.zip", zipped(**{f"{n}.replay": bytes([n]) for n in range(1, 6)}))
    turns = iter([True, True, False])
    [archive] = look(store, settle_seconds=0).archives
    assert unpack(store, archive, go_on=lambda: next(turns)) is None and len(names(store)) == 2
    [archive] = look(store, settle_seconds=0).archives
    assert unpack(store, archive) == [] and len(names(store)) == 5


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no zip at all", "is no zip file"),
        (zipped(**{"a.replay": b"1"})[:-30], "is no zip file"),
        (zipped(**{"a.txt": b"1"}), "holds no replay"),
        (
            zipped(**{"a.replay": b"1"}).replace(
                b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
            ),
            "is encrypted",
        ),
    ],
    ids=["text", "cut off", "no replay in it", "encrypted"],
)
def test_a_zip_that_cannot_be_unpacked_is_told(tmp_path: Path, content: bytes, why: str):
    (tmp_path / "bad.zip").write_bytes(content)
    store = UploadStore(str(tmp_path), None, REPLAYS)
    seen = look(store, settle_seconds=0)
    assert not seen.archives and [problem for problem in seen.problems if f"bad.zip: {why}" in problem]
    assert [file.message for file in waiting_archives(store, store.list()) if why in file.message]
    with pytest.raises(BadInput, match=why):
        unpack(store, store.list().archives[0])
    assert (tmp_path / "bad.zip").exists()


def test_a_bomb_and_a_damaged_file_are_left_out_and_the_rest_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "LARGEST_MEMBER", 1 << 20)
    raw = bytearray(
        zipped(
            **{
                "bomb.replay": b"\0" * (1 << 20) + b"1",
                "fits.replay": b"\0" * (1 << 20),
                "bad.replay": bytes(range(256)) * 9,
            }
        )
    )
    at = raw.index(b"bad.replay") + len("bad.replay")
    raw[at + 3] ^= 0xFF
    # It claims to be small.
    claimed = struct.pack("<L", (1 << 20) + 1)
    assert claimed in raw
    (tmp_path / "a.zip").write_bytes(raw)
    store = UploadStore(str(tmp_path), None, REPLAYS)
    problems = unpack(store, store.list().archives[0])
    assert names(store) == ["fits.replay"] and len(problems) == 2
    assert "bomb.replay in it is larger than 1 MiB" in problems[0] and "bad.replay in it is damaged" in problems[1]


def test_a_zip_is_bounded_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.zip").write_bytes(zipped(**{f"{n}.replay": b"12345" for n in range(4)}))
    store = UploadStore(str(tmp_path), None, REPLAYS)
    [archive] = store.list().archives
    monkeypatch.setattr(archives, "MOST_MEMBERS", 4)
    monkeypatch.setattr(archives, "LARGEST_TOTAL", 20)
    assert fault_of(store, archive) is None
    monkeypatch.setattr(archives, "LARGEST_TOTAL", 19)
    assert "holds more than" in fault_of(store, archive)
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    assert "holds 4 files" in fault_of(store, archive)


@pytest.mark.parametrize(
    ("name", "suffix", "key"),
    [
        ("0-a1.ballchasing.json", ".ballchasing.json", "0-a1"),
        ("Cup/My Game.BALLCHASING.JSON ", ".ballchasing.json", "my-game"),
        ("a.Replay", ".replay", "a"),
        (".ballchasing.json", "", "replay"),
        ("game.json", "", "game"),
    ],
)
def test_a_suffix_may_have_two_dots(name: str, suffix: str, key: str):
    assert REPLAYS.suffix_of(name) == suffix and REPLAYS.takes(name) == bool(suffix)
    assert REPLAYS.slug_of(name) == key or not suffix
    assert slug("a.b.json", "x", ".b.json") == "a"


def test_an_answer_is_no_sidecar_and_keeps_its_suffix(tmp_path: Path):
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "a.mp4").write_bytes(b"film")
    (uploads / "a.ballchasing.json").write_text("{}")
    (uploads / "a.json").write_text("{}")
    films, replays = (look(UploadStore(str(uploads), None, kind), settle_seconds=0) for kind in (VIDEOS, REPLAYS))
    assert not films.waiting + films.problems + replays.waiting + replays.problems + replays.others
    assert [one.upload.path for one in replays.ready] == ["a.ballchasing.json"]
    (tmp_path / "a.ballchasing.json").write_text('{"another": 1}')
    store = UploadStore(str(uploads), None, REPLAYS)
    assert store.put(tmp_path / "a.ballchasing.json").path == "a-2.ballchasing.json"
