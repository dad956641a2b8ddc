"""Work of a later step, begun beside an earlier one: taken, failed, paused, ended."""

import time
from threading import Event, current_thread

import dagster as dg
import pyarrow as pa
import pytest

from resources import beside
from resources import dagster_internals as internals
from resources.device import go_first

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


def test_work_stands_still_for_others_between_two_steps_and_ends_though_they_are_first(monkeypatch):
    """Nobody pauses it where its run waits for the next slot of the pool: it asks by itself."""
    monkeypatch.setattr(beside, "ASK_SECONDS", 0.01)
    others, first, at, asked = [False], Event(), [0], Event()

    def others_first():
        if others[0]:
            asked.set()
        return others[0]

    def work(go_on, progress):
        while True:
            time.sleep(0.01)
            go_on()
            at[0] += 1
            first.set()

    beside.begin(*NAME, work, others_first)
    assert first.wait(10)
    others[0] = True
    assert asked.wait(10)
    stood = at[0]
    time.sleep(0.1)
    assert at[0] == stood, "it works beside a run of higher priority"
    others[0] = False
    first.clear()
    assert first.wait(10), "it goes on when the other is done"
    others[0] = True
    beside.end_all("run")


def test_others_go_first_where_the_run_holds_no_slot():
    with dg.DagsterInstance.ephemeral() as instance:
        internals.set_pool_limit(instance, "gpu", 1)
        first = lambda: go_first(instance, "mine", 0)  # noqa: E731
        assert not first()
        assert internals.claim_slot(instance, "gpu", "mine", "ball", 0)
        assert not internals.claim_slot(instance, "gpu", "look", "ball", 1)
        assert not first(), "the step that holds the slot gives way itself"
        internals.free_slot(instance, "mine", "ball")
        assert first(), "the next one waits"
        assert internals.claim_slot(instance, "gpu", "look", "ball", 1)
        assert first(), "and works"
        internals.set_pool_limit(instance, "gpu", 2)
        assert not first(), "there is room for both"
        internals.set_pool_limit(instance, "gpu", 1)
        internals.free_slot(instance, "look", "ball")
        assert internals.claim_slot(instance, "gpu", "equal", "ball", 0)
        assert not first(), "who is no more urgent is not waited for"


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
