"""Work of a later step, begun beside an earlier one: taken, failed, paused, ended."""

from threading import Event, current_thread

import dagster as dg
import pyarrow as pa
import pytest

from resources import beside

TABLE = pa.table({"frame": [1]})
NAME = ("run", "poses", "1")


@pytest.fixture(autouse=True)
def nothing_is_left():
    yield
    assert not beside._begun


def ignore(done, total):
    pass


def test_what_was_begun_is_taken_once_and_by_whom_it_belongs_to():
    begun_in = []

    def work(go_on, progress):
        begun_in.append(current_thread().name)
        return TABLE

    beside.begin(*NAME, work)
    beside.begin(*NAME, work)  # a step that is retried begins nothing anew
    for other in (("other", "poses", "1"), ("run", "boxes", "1"), ("run", "poses", "2")):
        with beside.taken(*other) as begun:
            assert begun is None
    with beside.taken(*NAME) as begun:
        assert begun.table(ignore) is TABLE
    with beside.taken(*NAME) as begun:
        assert begun is None
    assert begun_in == ["beside"]


def test_work_that_fails_has_no_table_so_its_step_computes_it():
    def work(go_on, progress):
        raise OSError("the store is away")

    beside.begin(*NAME, work)
    with beside.taken(*NAME) as begun:
        assert begun.table(ignore) is None


def test_progress_is_told_while_a_step_waits(monkeypatch):
    monkeypatch.setattr(beside, "POLL_SECONDS", 0.01)
    told = Event()

    def work(go_on, progress):
        progress(600, 900)
        told.wait(10)
        return TABLE

    said = []
    beside.begin(*NAME, work)
    with beside.taken(*NAME) as begun:
        assert begun.table(lambda *frames: (said.append(frames), told.set())) is TABLE
    assert said[0] == (600, 900)


def test_paused_work_stands_still_and_goes_on():
    at, picture, looked = [0], Event(), Event()

    def work(go_on, progress):
        while at[0] < 2:
            picture.wait(10)
            picture.clear()
            go_on()
            at[0] += 1
            looked.set()
        return TABLE

    beside.begin(*NAME, work)
    with beside.taken(*NAME) as begun:
        with beside.all_paused():
            picture.set()
            assert not looked.wait(0.2), "it went on though it was paused"
        assert looked.wait(10)
        picture.set()
        assert begun.table(ignore) is TABLE


def test_what_nobody_takes_ends_at_its_next_picture_with_its_run():
    seen, ends = Event(), []

    def work(go_on, progress):
        try:
            while True:
                go_on()
                seen.set()
        finally:
            ends.append(True)

    beside.begin(*NAME, work)
    assert seen.wait(10)
    beside.end_all("another run")
    assert not ends
    beside.end_all("run")
    assert ends == [True]


def test_a_step_that_is_interrupted_while_it_waits_ends_the_work(monkeypatch):
    monkeypatch.setattr(beside, "POLL_SECONDS", 0.01)

    def work(go_on, progress):
        progress(1, 2)
        while True:
            go_on()

    def interrupted(done, total):
        raise KeyboardInterrupt

    beside.begin(*NAME, work)
    with pytest.raises(KeyboardInterrupt), beside.taken(*NAME) as begun:
        begun.table(interrupted)


def test_only_what_a_run_is_to_make_is_planned():
    said = {}

    @dg.asset
    def ball(context: dg.AssetExecutionContext) -> None:
        said["poses"] = beside.is_planned(context, "poses")

    @dg.asset
    def poses() -> None: ...

    for selection, planned in (([ball], False), ([ball, poses], True)):
        assert dg.materialize([ball, poses], selection=selection).success
        assert said["poses"] is planned
