"""Long work: in chunks with checkpoints, so that a worker that dies resumes where it was, and in bounded memory.

Belongs here: cutting a span of frames into chunks, keeping each chunk's table until all are done, reading ahead, giving
memory back. Does not belong here: what is computed, where final tables lie.
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

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_FRAMES = 600
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h
AHEAD = 4

T = TypeVar("T")

Progress = Callable[[int, int | None], None]
"""Called with (done, total) in frames; total None: not known."""


def ignore_progress(done: int, total: int | None) -> None:
    """A Progress that nobody watches."""


class Checkpoints:
    """Chunk tables of one piece of work, in `folder/<key>`; `key` must change when inputs or code do.

    Without a folder nothing is kept. Chunks appear whole or not at all.
    """

    def __init__(self, folder: Path | None = None, key: str = "") -> None:
        self._folder = folder / key if folder else None

    def get(self, chunk: int) -> pa.Table | None:
        """The chunk's table, or None when it has yet to be computed."""
        import pyarrow.parquet as pq

        path = self._path(chunk)
        return pq.read_table(path) if path and path.exists() else None

    def put(self, chunk: int, table: pa.Table) -> None:
        import pyarrow.parquet as pq

        if path := self._path(chunk):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.part")
            pq.write_table(table, partial)
            partial.replace(path)

    def clear(self) -> None:
        """Forget every chunk, when the whole has been stored."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, chunk: int) -> Path | None:
        return self._folder / f"chunk_{chunk:06d}.parquet" if self._folder else None


def spans(start: int, stop: int, chunk: int = CHUNK_FRAMES) -> Iterator[tuple[int, int, int]]:
    """(number, first, one past last) of each chunk. Numbers and borders depend on `chunk` alone, so that a
    resumed run finds the chunks of the one that died."""
    for number in range(start // chunk, -(-stop // chunk)):
        yield number, max(start, number * chunk), min(stop, (number + 1) * chunk)


def in_chunks(
    start: int,
    stop: int,
    compute: Callable[[int, int], pa.Table],
    checkpoints: Checkpoints,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """Concatenate `compute(first, stop)` over the chunks of start..stop, each computed once however often the
    work is begun again. `stop` must be greater than `start`."""
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
    """The items, in order, taken on a thread of their own up to `depth` before they are asked for.

    What taking one raises is raised in its place. When the consumer ends early, so does the thread, and `items` is
    closed where it can be.
    """
    taken: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
    room, over = Semaphore(depth), Event()

    def take() -> None:
        try:
            for item in items:
                room.acquire()
                if over.is_set():
                    break
                taken.put((item, None))
            end: BaseException = StopIteration()
        except BaseException as error:  # whatever it is, it is the consumer's
            end = error
        if close := getattr(items, "close", None):
            close()
        taken.put((None, end))

    thread = Thread(target=take, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, end = taken.get()
            if isinstance(end, StopIteration):
                return
            if end is not None:
                raise end
            room.release()
            yield item
            del item
    finally:
        over.set()
        room.release()
        thread.join()


def give_pictures_back() -> None:
    """Let glibc give back what pictures took. By default each thread keeps a heap of its own, and after the first
    picture is freed the next ones lie among small things in those heaps, which can then not shrink: 0.6 GB of poses
    became 1.7 within minutes (one person, 720p). Elsewhere than on glibc nothing happens."""
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)  # bytes: larger ones are the system's, freed at once
