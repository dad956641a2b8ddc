"""A look takes finished uploads and leaves those that are still being written, whatever the clocks say."""

import os
from pathlib import Path

import pytest

from gametape.base.errors import Unavailable
from gametape.uploads import Look, UploadStore, look
from gametape.uploads.look import LONG_AGO_SECONDS

SETTLE = 10.0


class Watch:
    """Looks at a folder at times that the test chooses; files are written at time `now` of a clock of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "uploads"
        self.folder.mkdir()
        self.memo = folder / "memo.sqlite"
        # ctime cannot be set: the tests count from it.
        self.start = self.folder.stat().st_ctime

    def write(self, name: str, content: bytes | str, mtime: float | None = None) -> None:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        when = self.start if mtime is None else mtime
        os.utime(path, (when, when))

    def look(self, at: float, **more) -> Look:
        return look(UploadStore(str(self.folder), self.memo), settle_seconds=SETTLE, now=self.start + at, **more)

    def seen(self, at: float) -> list[str]:
        return [film.upload.path for film in self.look(at).ready]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def test_a_film_is_complete_when_two_looks_agree(watch: Watch):
    watch.write("m.mp4", "film")
    assert watch.seen(0) == [] and watch.seen(SETTLE - 1) == []
    assert watch.seen(SETTLE) == ["m.mp4"] and watch.seen(SETTLE + 1) == ["m.mp4"]


def test_what_waits_is_told(watch: Watch):
    watch.write("m.mp4", "film")
    assert watch.look(0).waiting == ("m.mp4: still being written",)


def test_a_growing_copy_that_keeps_an_old_time_is_not_complete(watch: Watch):
    """`cp -p` and shares set the time of the original, long ago, while bytes still come."""
    for second in range(0, 60, 5):
        watch.write("m.mp4", "x" * (second + 1), mtime=watch.start - 1e6)
        assert watch.seen(second) == []
    assert watch.seen(56) == [] and watch.seen(55 + SETTLE) == ["m.mp4"]


def test_a_time_in_the_future_does_not_hold_a_film_back(watch: Watch):
    watch.write("m.mp4", "film", mtime=watch.start + 1e6)
    assert watch.seen(0) == [] and watch.seen(SETTLE) == ["m.mp4"]


def test_our_clock_put_back_does_not_hold_a_film_back_for_long(watch: Watch):
    watch.write("m.mp4", "film")
    assert watch.seen(0) == []
    assert watch.seen(-5000) == []
    assert watch.seen(-5000 + SETTLE) == ["m.mp4"]


def test_a_film_of_long_ago_needs_no_second_look(watch: Watch):
    """Without a memo, on a disk that cannot be written, films must still come through."""
    watch.write("m.mp4", "film")
    watch.memo = None
    assert watch.seen(LONG_AGO_SECONDS - 1) == [] and watch.seen(LONG_AGO_SECONDS + 60) == ["m.mp4"]


@pytest.mark.parametrize("damage", ["garbage", "a folder"])
def test_a_damaged_memo_does_no_harm(watch: Watch, damage: str):
    watch.write("m.mp4", "film")
    watch.seen(0)
    watch.memo.unlink()
    watch.memo.mkdir() if damage == "a folder" else watch.memo.write_bytes(b"garbage" * 1000)
    assert watch.seen(LONG_AGO_SECONDS + 60) == ["m.mp4"]


def test_a_film_waits_for_its_sidecar_to_be_written(watch: Watch):
    watch.write("m.mp4", "film")
    watch.seen(0)
    watch.write("m.yaml", "title: A")
    assert watch.seen(SETTLE) == []
    [film] = watch.look(2 * SETTLE).ready
    watch.write("m.yaml", "title: B", mtime=watch.start + 1)
    assert watch.seen(2 * SETTLE + 1) == []
    [again] = watch.look(3 * SETTLE + 1).ready
    assert film.fingerprint == again.fingerprint and film.sidecar.fingerprint != again.sidecar.fingerprint


def test_an_empty_file_is_a_problem_once_it_is_not_being_written(watch: Watch):
    watch.write("a.mp4", "")
    watch.write("b.mp4", "film")
    assert watch.look(0).problems == ()
    seen = watch.look(SETTLE)
    assert seen.problems == ("a.mp4: is empty (0 bytes); upload it again",)
    assert [film.upload.path for film in seen.ready] == ["b.mp4"]


def test_a_film_that_cannot_be_read_is_told_and_the_others_go_on(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    watch.write("a.mp4", "film a")
    watch.write("b.mp4", "film b")
    real = UploadStore.fingerprint

    def refuse(store: UploadStore, upload) -> str:
        if upload.path == "a.mp4":
            raise Unavailable("a.mp4", "cannot be read (Permission denied)", "Check its rights and the store")
        return real(store, upload)

    monkeypatch.setattr(UploadStore, "fingerprint", refuse)
    watch.look(0)
    seen = watch.look(SETTLE)
    assert [film.upload.path for film in seen.ready] == ["b.mp4"]
    assert "a.mp4: cannot be read (Permission denied)" in seen.problems[0]
    monkeypatch.undo()
    assert watch.seen(SETTLE + 1) == ["a.mp4", "b.mp4"]


def test_films_come_in_the_order_in_which_they_arrived(watch: Watch):
    for number, name in enumerate(["z.mp4", "a.mp4", "m.mp4"]):
        watch.write(name, name, mtime=watch.start + number)
    watch.write("b.mp4", "b", mtime=watch.start)
    watch.look(0)
    assert watch.seen(SETTLE) == ["b.mp4", "z.mp4", "a.mp4", "m.mp4"]


def test_many_new_films_are_read_over_several_looks(watch: Watch):
    for number in range(10):
        watch.write(f"{number}.mp4", str(number), mtime=watch.start + number)
    watch.look(0)
    ticks = iter(range(1000))
    seen = watch.look(SETTLE, read_seconds=3, clock=lambda: next(ticks))
    assert 0 < len(seen.ready) < 10
    assert seen.waiting == (f"{10 - len(seen.ready)} films: not read yet, there are many; the next look goes on",)
    ticks = iter(range(1000))
    assert len(watch.look(SETTLE + 1, read_seconds=3, clock=lambda: next(ticks)).ready) > len(seen.ready)


def test_nothing_is_read_twice(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    watch.write("m.mp4", "film")
    watch.write("m.yaml", "title: A")
    watch.look(0)
    assert watch.seen(SETTLE) == ["m.mp4"]
    monkeypatch.setattr(UploadStore, "fingerprint", None)
    monkeypatch.setattr(UploadStore, "sidecar_state", None)
    assert watch.seen(SETTLE + 1) == ["m.mp4"]


def test_an_empty_folder_does_not_empty_the_memo(watch: Watch):
    """It may be a disk that is not mounted."""
    watch.write("m.mp4", "film")
    watch.look(0), watch.look(SETTLE)
    watch.folder.rename(watch.folder.with_name("away"))
    watch.folder.mkdir()
    assert watch.seen(SETTLE + 1) == []
    watch.folder.rmdir()
    watch.folder.with_name("away").rename(watch.folder)
    assert watch.seen(SETTLE + 2) == ["m.mp4"]


def test_the_memo_forgets_films_that_are_gone(watch: Watch):
    watch.write("a.mp4", "film a")
    watch.write("b.mp4", "film b")
    watch.look(0), watch.look(SETTLE)
    (watch.folder / "a.mp4").unlink()
    watch.look(SETTLE + 1)
    assert [Path(uri).name for uri in UploadStore(str(watch.folder), watch.memo).remembered()] == ["b.mp4"]


def test_the_sidecar_of_a_copy_that_is_not_used_is_told(watch: Watch):
    watch.write("a.mp4", "film")
    watch.write("b.mp4", "film", mtime=watch.start + 1)
    watch.write("a.yaml", "title: A")
    watch.write("b.yaml", "title: B")
    watch.look(0)
    seen = watch.look(SETTLE)
    [film] = seen.ready
    assert film.upload.path == "a.mp4" and [copy.path for copy in film.copies] == ["b.mp4"]
    assert seen.problems == ("b.yaml: not used, the same film was uploaded as a.mp4 with a sidecar of its own",)


def test_objects_of_a_bucket_are_whole_at_once(s3_uri: str, tmp_path: Path):
    store = UploadStore(s3_uri, tmp_path / "memo.sqlite")
    (tmp_path / "m.mp4").write_bytes(b"film")
    store.put(tmp_path / "m.mp4")
    assert [film.upload.path for film in look(store, settle_seconds=SETTLE).ready] == ["m.mp4"]


def test_a_film_put_whole_is_taken_at_the_first_look(watch: Watch, tmp_path: Path):
    """`gametape upload` never shows half a film: waiting for it to rest would be ten seconds for nothing."""
    film, said = tmp_path / "rally.mp4", tmp_path / "said.yaml"
    film.write_bytes(b"film" * 100)
    said.write_text("sport: tennis\n")
    UploadStore(str(watch.folder), watch.memo).put(film, sidecar=said)
    assert watch.seen(0.1) == ["rally.mp4"]
    with (watch.folder / "rally.mp4").open("ab") as file:  # from then on it is a file like any other
        file.write(b"more")
    assert watch.seen(0.2) == []


def test_a_film_that_was_copied_there_and_is_put_again_still_has_to_rest(watch: Watch, tmp_path: Path):
    film = tmp_path / "rally.mp4"
    film.write_bytes(b"film" * 100)
    watch.write("rally.mp4", film.read_bytes())
    UploadStore(str(watch.folder), watch.memo).put(film)
    assert watch.seen(0.1) == [] and watch.seen(SETTLE + 0.2) == ["rally.mp4"]
