"""Long work in chunks with checkpoints: a worker that dies resumes where it was, and memory is bounded.

Belongs here: cutting a span of frames into chunks, keeping each chunk's table until all are done, reading ahead, giving
memory back. Does not belong here: what is computed, where final tables are stored.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING, TypeVar

from gametape.base.storage import open_store

if TYPE_CHECKING:
    import pyarrow as pa

#: Frames of a chunk.
CHUNK_FRAMES = 600
#: Items that `ahead` takes before they are asked for.
AHEAD = 4
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h

T = TypeVar("T")

Progress = Callable[[int, int | None], None]
"""Called with the number of frames done and of all frames; None where that is not known."""


def ignore_progress(done: int, total: int | None) -> None:
    """Report no progress."""


class Checkpoints:
    """Tables of the chunks of one piece of work; each is written whole or not at all.

    Args:
        folder: They are kept in `folder/<key>`; without a folder nothing is kept.
        key: Must change when inputs or code do.
    """

    def __init__(self, folder: Path | None = None, key: str = "") -> None:
        self._folder = folder / key if folder else None

    def get(self, chunk: int) -> pa.Table | None:
        """Read a chunk's table; None where it is yet to be computed."""
        import pyarrow.parquet as pq

        path = self._path(chunk)
        return pq.read_table(path) if path and path.exists() else None

    def put(self, chunk: int, table: pa.Table) -> None:
        """Keep a chunk's table."""
        import pyarrow.parquet as pq

        if path := self._path(chunk):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.part")
            pq.write_table(table, partial)
            partial.replace(path)

    def clear(self) -> None:
        """Delete all chunks, once the whole table has been stored."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, chunk: int) -> Path | None:
        return self._folder / f"chunk_{chunk:06d}.parquet" if self._folder else None


class StoredCheckpoints(Checkpoints):
    """Checkpoints in a store that other machines see, too: a shared folder or a bucket.

    Args:
        uri: They are kept in `uri/<key>`.
        key: Must change when inputs or code do.
    """

    def __init__(self, uri: str, key: str) -> None:
        super().__init__()
        self._store, self._key = open_store(uri), key

    def get(self, chunk: int) -> pa.Table | None:
        """Read a chunk's table; None where it is yet to be computed."""
        import pyarrow.parquet as pq

        name = self._name(chunk)
        if not self._store.is_file(name):
            return None
        with self._store.open(name) as file:
            return pq.read_table(file)

    def put(self, chunk: int, table: pa.Table) -> None:
        """Keep a chunk's table."""
        import pyarrow.parquet as pq

        with self._store.writing(self._name(chunk)) as path:
            pq.write_table(table, path)

    def clear(self) -> None:
        """Delete all chunks, once the whole table has been stored."""
        self._store.delete(self._key)

    def _name(self, chunk: int) -> str:
        return f"{self._key}/chunk_{chunk:06d}.parquet"


def spans(start: int, stop: int, chunk: int = CHUNK_FRAMES) -> Iterator[tuple[int, int, int]]:
    """Cut the frames start..stop into chunks; yields (number, first frame, one past the last frame).

    Numbers and borders depend on `chunk` alone, so that a resumed run finds the chunks of the run that died.

    >>> list(spans(5, 25, chunk=10))
    [(0, 5, 10), (1, 10, 20), (2, 20, 25)]
    """
    for number in range(start // chunk, -(-stop // chunk)):
        yield number, max(start, number * chunk), min(stop, (number + 1) * chunk)


def in_chunks(
    start: int,
    stop: int,
    compute: Callable[[int, int], pa.Table],
    checkpoints: Checkpoints,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """Compute a table chunk by chunk; a chunk is computed once, however often the work is restarted.

    Args:
        start: First frame.
        stop: One past the last frame, greater than `start`.
        compute: Takes a chunk's first frame and one past its last, returns its rows.
        checkpoints: Where the chunks are kept.
        progress: Called after each chunk.

    Returns:
        The chunks' rows in order.
    """
    import pyarrow as pa

    tables = []
    for number, first, last in spans(start, stop):
        table = checkpoints.get(number)
        if table is None:
            table = compute(first, last)
            checkpoints.put(number, table)
        tables.append(table)
        progress(last - start, stop - start)
    return pa.concat_tables(tables)


def ahead(items: Iterable[T], depth: int = AHEAD) -> Iterator[T]:
    """Yield items in order while a thread of its own takes up to `depth` more in advance.

    An error in taking an item is raised in the item's place. When the consumer ends early, the thread ends too and
    `items` is closed if it can be.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    taken: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
    room, over = Semaphore(depth), Event()

    def take() -> None:
        try:
            for item in items:
                room.acquire()
                if over.is_set():
                    break
                taken.put((item, None))
            end: BaseException = StopIteration()
        except BaseException as error:  # the consumer raises it
            end = error
        if close := getattr(items, "close", None):
            close()
        taken.put((None, end))

    thread = Thread(target=take, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            answer = taken.get()
            if answer[1] is not None:
                if isinstance(answer[1], StopIteration):
                    return
                raise answer[1]
            room.release()
            yield answer[0]
            del answer
    finally:
        over.set()
        room.release()
        thread.join()


def give_pictures_back() -> None:
    """Let glibc return the memory of pictures to the system; without glibc nothing happens.

    By default each thread keeps a heap of its own. Pictures then lie among small objects in those heaps, which cannot
    shrink any more: poses of one person at 720p grew from 0.6 to 1.7 GB within minutes.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)  # larger blocks are mapped, and freed at once
