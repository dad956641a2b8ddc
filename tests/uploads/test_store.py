"""The upload store, on a local folder and in a bucket alike, and what only a folder can do wrong."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from gametape.base.errors import BadInput, Unavailable
from gametape.film.sidecar import Sidecar
from gametape.uploads import FILM_SIDECAR, UploadStore, look
from gametape.uploads.files import UploadFiles
from gametape.uploads.naming import BLOCK, BLOCKS
from gametape.uploads.unused import lonely_sidecars


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> UploadStore:
    memo = tmp_path / "memo.sqlite"
    if request.param == "s3":
        return UploadStore(request.getfixturevalue("s3_uri"), memo)
    (tmp_path / "uploads").mkdir()
    return UploadStore(str(tmp_path / "uploads"), memo)


@pytest.fixture
def local(tmp_path: Path) -> tuple[UploadStore, Path]:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return UploadStore(str(folder), tmp_path / "memo.sqlite"), folder


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / "mine" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    return write


def names(store: UploadStore) -> list[str]:
    return [film.path for film in store.list().uploads]


def test_a_film_and_its_sidecar_come_back_as_they_were_put(store: UploadStore, file, tmp_path: Path):
    content = os.urandom(BLOCK * BLOCKS + 1000)
    put = store.put(file("match.mp4", content), sidecar=file("told.yaml", b"title: Final"))
    [film] = store.list().uploads
    assert (film.path, film.size, film.uri) == ("match.mp4", len(content), put.uri)
    assert store.read_sidecar(film).sidecar.title == "Final"
    assert store.fetch(film, tmp_path / "into").read_bytes() == content
    assert store.locate(store.key_of(film)) == film


def test_the_fingerprint_is_the_same_wherever_the_film_lies(local, s3_uri: str, file):
    film = file("match.mp4", os.urandom(1_000_000))
    here, there = local[0], UploadStore(s3_uri)
    assert here.fingerprint(here.put(film)) == there.fingerprint(there.put(film))


def test_a_film_of_the_same_name_is_never_overwritten(store: UploadStore, file):
    first, again = store.put(file("m.mp4", b"one")), store.put(file("m.mp4", b"one"))
    other = store.put(file("m.mp4", b"two"), sidecar=file("m.yaml", b"title: Two"))
    assert first.uri == again.uri and other.path == "m-2.mp4"
    assert sorted(names(store)) == ["m-2.mp4", "m.mp4"]
    assert store.read_sidecar(first).uri is None and store.read_sidecar(other).sidecar.title == "Two"


@pytest.mark.parametrize("name", ["match.zip", "match", ".mp4", "match.mp4.part", ""])
def test_a_name_that_no_look_would_see_is_refused(store: UploadStore, file, name: str):
    with pytest.raises(BadInput):
        store.put(file("x", b"film"), name or None)


def test_a_name_too_long_for_a_disk_is_refused_at_the_door(store: UploadStore, file):
    with pytest.raises(BadInput, match="shorter name"):
        store.put(file("x", b"film"), "x" * 250 + ".mp4")


def test_a_name_cannot_lead_out_of_the_store(store: UploadStore, file):
    assert store.put(file("m.mp4", b"film"), "../../out.mp4").path == "out.mp4"


def test_a_film_is_found_by_its_key_under_any_name_and_without_the_memo(store: UploadStore, file, tmp_path: Path):
    key = store.key_of(store.put(file("a.mp4", b"one")))
    store.delete(key)
    for name, content in [("x.mp4", b"two"), ("y.mp4", b"one")]:
        store.put(file(name, content))
    assert store.locate(key).path == "y.mp4"
    (tmp_path / "memo.sqlite").unlink()
    assert store.locate(key).path == "y.mp4"
    with pytest.raises(Unavailable, match="no longer in"):
        store.locate("a-000000000000")
    with pytest.raises(Unavailable, match="not a key"):
        store.locate("../etc")


def test_of_two_copies_the_one_with_a_sidecar_counts(store: UploadStore, file):
    key = store.key_of(store.put(file("match.mp4", b"one")))
    assert store.locate(key).path == "match.mp4"
    sub = store.put(file("copy.mp4", b"one"), "match copy.mp4", sidecar=file("copy.yaml", b"title: B"))
    look(store, settle_seconds=0)  # the memo knows both now
    assert store.locate(key) == sub


def test_delete_removes_every_copy_and_spares_the_rest(store: UploadStore, file):
    key = store.key_of(store.put(file("a.mp4", b"one"), sidecar=file("a.yaml", b"title: A")))
    store.put(file("a.mov", b"two"))  # shares the sidecar
    assert len(store.delete(key)) == 1
    assert names(store) == ["a.mov"] and store.list().sidecars
    assert len(store.delete(store.key_of(store.list().uploads[0]))) == 2
    assert not names(store) and not store.list().sidecars


def test_folders_are_looked_into_and_other_files_are_not_films(store: UploadStore, file):
    for name in ("m.mp4", "notes.txt", "m.yaml", "n.MOV"):
        content = name.encode()
        if store.is_local:
            path = Path(store.files.root, "cup", "day 1", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            (path.parent / ".hidden.mp4").write_bytes(content)
        else:
            store.files.fs.pipe_file(f"{store.files.root}/cup/day 1/{name}", content)
            store.files.fs.pipe_file(f"{store.files.root}/cup/.trash/{name}", content)
    listing = store.list()
    assert sorted(film.path for film in listing.uploads) == ["cup/day 1/m.mp4", "cup/day 1/n.MOV"]
    assert listing.sidecar_for(next(f for f in listing.uploads if f.name == "m.mp4")).name == "m.yaml"
    assert listing.others == ("cup/day 1/notes.txt",)


def test_a_bucket_is_looked_at_anew_each_time(s3_uri: str, file):
    """A cached listing in a process that lives for weeks would never show a new film."""
    looking, adding = UploadStore(s3_uri), UploadStore(s3_uri)
    assert names(looking) == []
    adding.put(file("a.mp4", b"one"))
    assert names(looking) == ["a.mp4"]
    adding.files.fs.pipe_file(f"{adding.files.root}/b.mp4", b"two")
    assert len(names(looking)) == 2


@pytest.mark.parametrize("uri", ["gone", "s3"])
def test_a_store_that_is_not_there_is_not_an_empty_one(uri: str, tmp_path: Path, s3_uri: str):
    missing = UploadStore(str(tmp_path / "gone") if uri == "gone" else s3_uri.replace("test-", "none-"))
    with pytest.raises(Unavailable, match="cannot be listed"):
        missing.list()


def test_the_window_is_of_the_keys_that_decide_on_pictures_alone(store: UploadStore, file):
    store.put(file("m.mp4", b"film"), sidecar=file("m.yaml", b"title: A\ntrim_end_s: 9\npresenter: {process_fps: 5}"))
    [film] = store.list().uploads
    found = store.read_window(film)
    assert found.sidecar == Sidecar.model_validate({"trim_end_s": 9, "presenter": {"process_fps": 5}})
    assert not found.fault and found.uri == store.read_sidecar(film).uri


@pytest.mark.parametrize(
    ("presenter", "same"),
    [("{zones: {desk: [[0, 0], [1, 0], [1, 1]]}}", True), ("{max_gap_samples: 3}", True), ("{process_fps: 5}", False)],
)
def test_only_how_often_a_presenter_is_looked_for_makes_pictures_be_looked_at_again(presenter: str, same: bool):
    before, after = (
        FILM_SIDECAR.state(FILM_SIDECAR.read(f"mode: presenter\npresenter: {one}".encode(), "m.yaml"))
        for one in ("{}", presenter)
    )
    assert (before.window == after.window) == same and before.fingerprint != after.fingerprint


def test_two_sidecars_are_told(local):
    store, folder = local
    (folder / "m.mp4").write_bytes(b"film")
    (folder / "m.yaml").write_text("title: Y")
    (folder / "m.json").write_text('{"title": "J"}')
    listing = store.list()
    assert "m.json: not read, m.yaml is this film's sidecar" in listing.problems[0]
    assert store.read_sidecar(listing.uploads[0]).sidecar.title == "Y"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"titel: Final", "unknown key 'titel'"),
        (b"title: [", "not valid YAML"),
        ("title: é".encode("latin-1"), "not UTF-8"),
        (b"notes: 2024-99-99", "cannot be read|must be in|valid"),
        (b"[" * 20_000, "cannot be read|not valid"),
        (b"- a\n- b", "must hold keys and values"),
        (b"title: " + b"x" * (1 << 20), "too large"),
    ],
)
def test_a_bad_sidecar_is_told_in_one_line_and_never_breaks_a_look(local, raw: bytes, told: str):
    store, folder = local
    (folder / "m.mp4").write_bytes(b"film")
    (folder / "m.yaml").write_bytes(raw)
    listing = store.list()
    state = store.sidecar_state(listing.sidecar_for(listing.uploads[0]))
    assert state.fingerprint.startswith("bad") and "\n" not in state.error
    with pytest.raises(BadInput, match=told):
        store.read_sidecar(listing.uploads[0])


def test_an_entry_that_is_no_file_is_one_line_and_hides_nothing(local, tmp_path: Path):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "m.mp4").write_bytes(b"film")
    (folder / "itself").symlink_to("itself")
    (folder / "ping").symlink_to("pong")
    (folder / "pong").symlink_to("ping")
    os.mkfifo(folder / "pipe.mp4")
    os.mkfifo(folder / "pipe.log")
    files = UploadFiles(str(folder)).list(lambda name: name.endswith(".mp4"))
    assert [upload.path for upload in files.found] == ["m.mp4"]
    told = sorted(files.problems)
    assert [line.split(":")[0] for line in told] == ["itself", "ping", "pipe.mp4", "pong"]
    assert all("links to itself" in line for line in told if "pipe" not in line) and "pipe or a device" in told[2]


def test_links_are_not_followed_and_those_that_lead_out_are_told(local, tmp_path: Path):
    store, folder = local
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    (folder / "m.mp4").write_bytes(b"film")
    (folder / "out.mp4").symlink_to(tmp_path / "secret.mp4")
    (folder / "folder").symlink_to(tmp_path / "elsewhere")
    (folder / "in.mp4").symlink_to(folder / "m.mp4")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.mp4").symlink_to(folder / "nothing.mp4")
    listing = store.list()
    assert [film.path for film in listing.uploads] == ["m.mp4"]
    told = sorted(listing.problems)
    assert [line.split(":")[0] for line in told] == ["dangling.mp4", "folder", "out.mp4"]
    assert "links out of the uploads" in told[1] and "not there" in told[0]


def test_a_folder_that_may_not_be_read_is_told_and_the_others_are_seen(local, monkeypatch: pytest.MonkeyPatch):
    store, folder = local
    (folder / "m.mp4").write_bytes(b"film")
    (folder / "closed").mkdir()
    scandir = os.scandir

    def refuse(path: str):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = store.list()
    assert [film.path for film in listing.uploads] == ["m.mp4"]
    assert listing.problems == ("closed: cannot be read (Permission denied); its files are not seen",)


def test_a_name_of_undecodable_bytes_is_a_film_like_others(local, tmp_path: Path):
    store, folder = local
    with open(os.path.join(os.fsencode(folder), b"m\xff.mp4"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(b"film")
    with open(os.path.join(os.fsencode(folder), b"m\xff.yaml"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(b"title: Odd")
    [film] = store.list().uploads
    key = store.key_of(film)
    assert store.locate(key) == film and store.locate(key) == film  # also from the memo
    assert store.read_sidecar(film).sidecar.title == "Odd"
    assert store.fetch(film, tmp_path).read_bytes() == b"film"


def test_a_copy_that_breaks_leaves_nothing_behind(local, file, monkeypatch: pytest.MonkeyPatch):
    store, folder = local

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(Unavailable, match="No space"):
        store.put(file("m.mp4", b"film"))
    assert list(folder.iterdir()) == []


def test_a_film_that_changes_while_it_is_read_has_no_fingerprint(local):
    store, folder = local
    (folder / "m.mp4").write_bytes(b"film")
    [film] = store.list().uploads
    (folder / "m.mp4").write_bytes(b"more film")
    with pytest.raises(Unavailable, match="still being written"):
        store.fingerprint(film)
    (folder / "m.mp4").unlink()
    with pytest.raises(Unavailable, match="no longer"):
        store.fingerprint(film)
    with pytest.raises(Unavailable, match="no longer"):
        store.fetch(film, folder)


find = UploadFiles._find


def test_a_bucket_of_thousands_is_not_listed_to_find_a_film_that_was_seen(
    s3_uri: str, file, tmp_path: Path, monkeypatch
):
    """Each run asked four times, and a thousand films a request are seconds of waiting each."""
    store = UploadStore(s3_uri, tmp_path / "memo.sqlite")
    film, other = store.put(file("match.mp4", b"one" * 9)), store.put(file("match 2.mp4", b"two" * 9))
    look(store, settle_seconds=0)
    key = store.key_of(film)
    listed = []
    monkeypatch.setattr(UploadFiles, "_find", lambda self, of, start: listed.append(start) or find(self, of, start))
    assert store.locate(key) == film and listed == []
    assert store.read_sidecar(film).uri is None and listed == ["match"]
    store.put(file("match.yaml.mp4", b"three" * 9))  # begins alike, and is another's
    store.delete(key)
    with pytest.raises(Unavailable):
        store.locate(key)
    assert store.locate(store.key_of(other)) == other


# ---- a sidecar that is there ----


def put_again(store: UploadStore, file, before: bytes, more: bytes, name: str = "m.yaml") -> bytes:
    """What lies beside a film that had the sidecar `before` after it was put with the sidecar `more`."""
    film = store.put(file("m.mp4", b"one"), sidecar=file(name, before))
    store.put(file("m.mp4", b"one"), sidecar=file("more.yaml", more))
    return store.files.read(store.list().sidecar_for(film), 1000)


@pytest.mark.parametrize(
    ("before", "more", "after"),
    [
        (b"title: Final\n", b"sport: tennis", b"title: Final\nsport: tennis\n"),
        (b"# mine\ntitle: Final", b"sport: tennis", b"# mine\ntitle: Final\nsport: tennis\n"),
        (b"title: Final  # mine\n", b"title: Final", b"title: Final  # mine\n"),
        (b"", b"sport: tennis", b"sport: tennis\n"),
        (b"{title: Final}", b"sport: tennis", b"title: Final\nsport: tennis\n"),
        (b"players: [{name: Ana}]", b"players: [{height_m: 1.7}]", b"players:\n- name: Ana\n  height_m: 1.7\n"),
        (b"camera: {motion: fixed}", b"camera: {view: side}", b"camera:\n  view: side\n  motion: fixed\n"),
    ],
)
def test_what_a_sidecar_lacks_is_added(store: UploadStore, file, before: bytes, more: bytes, after: bytes):
    kept = put_again(store, file, before, more)
    assert yaml.safe_load(kept) == yaml.safe_load(after)
    assert (b"#" in kept) == (b"#" in before)


def test_a_sidecar_in_json_stays_json(store: UploadStore, file):
    assert json.loads(put_again(store, file, b'{"title": "Final"}', b"sport: tennis", "m.json")) == {
        "title": "Final",
        "sport": "tennis",
    }


@pytest.mark.parametrize(
    ("before", "more", "told"),
    [
        (b"title: Final", b"title: Cup", 'm.yaml: says title: "Final", not "Cup"'),
        (b"players: [{name: Ana}]", b"players: [{name: Ben}]", 'says players.name: "Ana", not "Ben"'),
        (b"players: [{name: Ana}, {name: Ben}]", b"players: [{name: Ana}]", "says players: "),
        (b"camera: {view: side}", b"camera: {view: front}", 'says camera.view: "side", not "front"'),
        (b"# mine\nplayers: [{name: Ana}]", b"players: [{height_m: 1.7}]", "has comments"),
        (b"titel: Final", b"sport: tennis", "unknown key 'titel'"),
    ],
)
def test_what_a_sidecar_says_is_never_replaced(store: UploadStore, file, before: bytes, more: bytes, told: str):
    with pytest.raises(BadInput, match=re.escape(told)):
        put_again(store, file, before, more)
    assert store.files.read(next(iter(store.list().sidecars.values())), 1000) == before


# ---- names ----


def test_a_sidecar_is_found_however_its_letters_are_composed(store: UploadStore, file):
    film = store.put(file("caf\u00e9.mp4", b"one"))
    store.files.write(file("x.yaml", b"title: Final"), "cafe\u0301.yaml")
    assert store.read_sidecar(film).sidecar.title == "Final"
    assert len(store.delete(store.key_of(film))) == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Match.yaml", "match.mp4 looks for match.yaml"),
        ("match.mp4.yaml", "match.mp4 looks for match.yaml"),
        ("MATCH.MP4.json", "match.mp4 looks for match.json"),
        ("other.yaml", "no film has this name"),
    ],
)
def test_a_sidecar_without_a_film_is_told_what_to_be_called(store: UploadStore, file, name: str, told: str):
    store.put(file("match.mp4", b"one"))
    store.files.write(file("x.yaml", b"title: Final"), name)
    [unused] = lonely_sidecars(store.list(), store.kind)
    assert unused.label == name and told in unused.message


def test_a_space_after_the_suffix_is_no_part_of_it(store: UploadStore, file):
    store.files.write(file("x.mp4", b"one"), "match.mp4 ")
    store.files.write(file("x.yaml", b"title: Final"), "match.yaml")
    [film] = store.list().uploads
    assert store.read_sidecar(film).sidecar.title == "Final"
