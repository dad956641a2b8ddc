"""Work of a later step, begun in a thread while an earlier step of the same run computes, so that no core is idle.

Belongs here: the thread, its pauses and its end. Does not belong here: which step begins what (`assets`), the work.

The steps of a run are executed one after the other in one process, and a core is idle wherever a step cannot use all of
them. What is begun here is what the later step would compute: the same function of the same inputs with the same
chunks. That step takes the table, or computes it where there is none, so lineage and staleness know nothing of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

import dagster as dg
import pyarrow as pa

from gametape.base.work import Progress

#: Work of a step: given a function that it calls for each picture, and a `Progress`; returns the table.
Work = Callable[[Callable[[], None], Progress], pa.Table]
#: Seconds between two reports while a step waits for what was begun.
POLL_SECONDS = 1.0
#: Seconds between two questions whether others go first.
ASK_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Ended(Exception):
    """The work is not wanted any more."""


class Begun:
    """Work in a thread of its own.

    Args:
        work: What is done. It is given a function that it calls for each picture, which waits while the work is paused
            and raises `Ended` when it is to end, and a `Progress`.
        others_first: Asked every `ASK_SECONDS`: as long as it is so the work stands still. The steps' own pauses
            (`all_paused`) do not reach where the run waits for its next slot.
    """

    def __init__(self, work: Work, others_first: Callable[[], bool] = lambda: False) -> None:
        self._others_first, self._asked = others_first, time.monotonic()
        self._may_go, self._over, self._done = Event(), Event(), Event()
        self._may_go.set()
        self._table: pa.Table | None = None
        self._seen: tuple[int, int | None] | None = None
        self._thread = Thread(target=self._run, args=(work,), name="beside")
        self._thread.start()

    def _run(self, work: Work) -> None:
        try:
            self._table = work(self._go_on, self._progress)
        except Ended:
            pass
        except Exception:  # the step that it belongs to meets it again, and tells it in its own name
            _log.debug("work that was begun early failed", exc_info=True)
        finally:
            self._done.set()

    def _go_on(self) -> None:
        if time.monotonic() - self._asked >= ASK_SECONDS:
            while self._others_first() and not self._over.wait(ASK_SECONDS):
                pass
            self._asked = time.monotonic()
        self._may_go.wait()
        if self._over.is_set():
            raise Ended

    def _progress(self, done: int, total: int | None) -> None:
        self._seen = done, total

    def pause(self) -> None:
        """Stand still from the next picture on."""
        self._may_go.clear()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._may_go.set()

    def table(self, progress: Progress) -> pa.Table | None:
        """Wait for the result; None where the work failed. `progress` is called now and then."""
        while not self._done.wait(POLL_SECONDS):
            if self._seen:
                progress(*self._seen)
        self._thread.join()
        return self._table

    def end(self) -> None:
        """End the work at its next picture, and wait until it has ended."""
        self._over.set()
        self._may_go.set()
        self._thread.join()


#: What was begun and not taken yet: by run, asset and version of its inputs.
_begun: dict[tuple[str, str, str], Begun] = {}
_lock = Lock()


def is_planned(context: dg.AssetExecutionContext, asset: str) -> bool:
    """Is a step of this asset part of the run?"""
    return asset in context.get_step_execution_context().execution_plan.step_keys_to_execute


def begin(run_id: str, asset: str, version: str, work: Work, others_first: Callable[[], bool] = lambda: False) -> None:
    """Begin the work of a step of this run, unless that was done before; `others_first` as in `Begun`."""
    with _lock:
        if (run_id, asset, version) not in _begun:
            _begun[run_id, asset, version] = Begun(work, others_first)


@contextmanager
def taken(run_id: str, asset: str, version: str) -> Iterator[Begun | None]:
    """What was begun for the step; it has ended when the block ends, however that ends. None where nothing was."""
    begun = _begun.get((run_id, asset, version))
    try:
        yield begun
    finally:
        if begun:
            begun.end()
            with _lock:
                _begun.pop((run_id, asset, version), None)


@contextmanager
def all_paused() -> Iterator[None]:
    """All that was begun in this process stands still meanwhile."""
    with _lock:
        everything = list(_begun.values())
    for one in everything:
        one.pause()
    try:
        yield
    finally:
        for one in everything:
            one.resume()


def end_all(run_id: str) -> None:
    """End what was begun in this run and not taken."""
    with _lock:
        left = [key for key in _begun if key[0] == run_id]
        ended = [_begun.pop(key) for key in left]
    for one in ended:
        one.end()
