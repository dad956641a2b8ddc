"""Two kinds of upload share a folder, and neither sees the other's files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gametape.base.errors import BadInput
from gametape.tables.core import KeyColumn
from gametape.uploads import FILM_SIDECAR, KINDS, VIDEOS, UploadKind, UploadStore, kind_for, look
from gametape.uploads.kinds import register


@pytest.fixture(params=["without sidecars", "with sidecars"])
def replays(request: pytest.FixtureRequest) -> Iterator[UploadKind]:
    sidecar = FILM_SIDECAR if request.param == "with sidecars" else None
    kind = UploadKind("replays", KeyColumn("replay", "replays"), "replay", frozenset({".replay"}), sidecar, "replay:")
    register(kind)
    yield kind
    del KINDS["replays"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    for name in ("match.mp4", "game.replay"):
        (folder / name).write_bytes(b"the same bytes")
    (folder / "match.yaml").write_text("title: Final")
    (folder / "notes.zip").write_bytes(b"neither")
    return folder


def test_each_kind_sees_its_own_uploads_and_remembers_them_apart(replays: UploadKind, folder: Path, tmp_path: Path):
    memo = tmp_path / "memo.sqlite"
    stores = {kind.name: UploadStore(str(folder), memo, kind) for kind in (VIDEOS, replays)}
    seen = {name: look(store, settle_seconds=0) for name, store in stores.items()}
    assert {name: [one.upload.path for one in found.ready] for name, found in seen.items()} == {
        "videos": ["match.mp4"],
        "replays": ["game.replay"],
    }
    assert all(found.others == ("notes.zip",) and not found.problems + found.waiting for found in seen.values())
    assert {name: len(store.remembered()) for name, store in stores.items()} == {"videos": 2, "replays": 1}


def test_the_same_bytes_as_another_kind_have_another_key(replays: UploadKind, folder: Path):
    [film], [replay] = (
        look(UploadStore(str(folder), None, kind), settle_seconds=0).ready for kind in (VIDEOS, replays)
    )
    assert film.fingerprint != replay.fingerprint


def test_a_sidecar_belongs_to_the_upload_beside_it(replays: UploadKind, folder: Path):
    (folder / "game.yaml").write_text("title: Ranked")
    films, games = (look(UploadStore(str(folder), None, kind), settle_seconds=0) for kind in (VIDEOS, replays))
    [game] = games.ready
    if replays.sidecar:
        assert not films.waiting and game.sidecar != replays.no_sidecar
    else:
        assert (
            films.waiting == ("game.yaml: not used: no film has this name; name it like its film, or delete it",)
            and game.sidecar == replays.no_sidecar
        )


def test_an_upload_goes_by_its_suffix(replays: UploadKind, folder: Path, tmp_path: Path):
    assert kind_for("Game 1.REPLAY") is replays and kind_for("a.mp4") is VIDEOS and kind_for("a.zip") is None
    store = UploadStore(str(folder), None, replays)
    with pytest.raises(BadInput, match="is not named like a replay"):
        store.put(folder / "match.mp4")
    (tmp_path / "new.replay").write_bytes(b"other bytes")
    key = store.key_of(store.put(tmp_path / "new.replay"))
    assert key.startswith("new-") and store.locate(key).path == "new.replay"
    store.delete(key)
    assert [upload.path for upload in store.list().uploads] == ["game.replay"]


def test_two_kinds_cannot_take_the_same_files(replays: UploadKind):
    with pytest.raises(ValueError, match="takes the same files"):
        register(UploadKind("clips", KeyColumn("clip", "clips"), "clip", frozenset({".mp4"})))
