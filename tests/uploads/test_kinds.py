"""Two kinds of upload share a folder, and neither sees the other's files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gametape.base.errors import BadInput
from gametape.tables.core import KeyColumn
from gametape.uploads import FILM_SIDECAR, KINDS, VIDEOS, UploadKind, UploadStore, kind_for, look
from gametape.uploads.kinds import register


@pytest.fixture(params=["without sidecars", "with sidecars"])
def sheets(request: pytest.FixtureRequest) -> Iterator[UploadKind]:
    sidecar = FILM_SIDECAR if request.param == "with sidecars" else None
    kind = UploadKind("sheets", KeyColumn("sheet", "sheets"), "sheet", frozenset({".sheet"}), sidecar, "sheet:")
    register(kind)
    yield kind
    del KINDS["sheets"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    for name in ("match.mp4", "game.sheet"):
        (folder / name).write_bytes(b"the same bytes")
    (folder / "match.yaml").write_text("title: Final")
    (folder / "notes.doc").write_bytes(b"neither")
    return folder


def test_each_kind_sees_its_own_uploads_and_remembers_them_apart(sheets: UploadKind, folder: Path, tmp_path: Path):
    memo = tmp_path / "memo.sqlite"
    stores = {kind.name: UploadStore(str(folder), memo, kind) for kind in (VIDEOS, sheets)}
    seen = {name: look(store, settle_seconds=0) for name, store in stores.items()}
    assert {name: [one.upload.path for one in found.ready] for name, found in seen.items()} == {
        "videos": ["match.mp4"],
        "sheets": ["game.sheet"],
    }
    assert all(found.others == ("notes.doc",) and not found.problems + found.waiting for found in seen.values())
    assert {name: len(store.remembered()) for name, store in stores.items()} == {"videos": 2, "sheets": 1}


def test_the_same_bytes_as_another_kind_have_another_key(sheets: UploadKind, folder: Path):
    [film], [sheet] = (look(UploadStore(str(folder), None, kind), settle_seconds=0).ready for kind in (VIDEOS, sheets))
    assert film.fingerprint != sheet.fingerprint


def test_a_sidecar_belongs_to_the_upload_beside_it(sheets: UploadKind, folder: Path):
    (folder / "game.yaml").write_text("title: Ranked")
    films, games = (look(UploadStore(str(folder), None, kind), settle_seconds=0) for kind in (VIDEOS, sheets))
    [game] = games.ready
    if sheets.sidecar:
        assert not films.waiting and game.sidecar != sheets.no_sidecar
    else:
        assert (
            films.waiting == ("game.yaml: not used: no film has this name; name it like its film, or delete it",)
            and game.sidecar == sheets.no_sidecar
        )


def test_an_upload_goes_by_its_suffix(sheets: UploadKind, folder: Path, tmp_path: Path):
    assert kind_for("Game 1.SHEET") is sheets and kind_for("a.mp4") is VIDEOS and kind_for("a.doc") is None
    store = UploadStore(str(folder), None, sheets)
    with pytest.raises(BadInput, match="is not named like a sheet"):
        store.put(folder / "match.mp4")
    (tmp_path / "new.sheet").write_bytes(b"other bytes")
    key = store.key_of(store.put(tmp_path / "new.sheet"))
    assert key.startswith("new-") and store.locate(key).path == "new.sheet"
    store.delete(key)
    assert [upload.path for upload in store.list().uploads] == ["game.sheet"]


def test_two_kinds_cannot_take_the_same_files(sheets: UploadKind):
    with pytest.raises(ValueError, match="takes the same files"):
        register(UploadKind("clips", KeyColumn("clip", "clips"), "clip", frozenset({".mp4"})))
