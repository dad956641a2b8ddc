"""Work in chunks gives the same table however often it was begun, and computes no chunk twice."""

import threading
import time

import pyarrow as pa
import pytest

from gametape.base.work import CHUNK_FRAMES, Checkpoints, StoredCheckpoints, ahead, in_chunks, spans


def test_chunks_cover_the_span_once():
    for start, stop in [
        (0, 1),
        (0, CHUNK_FRAMES),
        (7, 3 * CHUNK_FRAMES + 5),
        (CHUNK_FRAMES, CHUNK_FRAMES + 1),
    ]:
        covered = [frame for _, first, last in spans(start, stop) for frame in range(first, last)]
        assert covered == list(range(start, stop))


def test_a_worker_that_dies_resumes_at_the_chunk_it_was_in(tmp_path):
    computed = []

    def compute(first, last, dies_at=None):
        if first == dies_at:
            raise KeyboardInterrupt
        computed.append(first)
        return pa.table({"frame": range(first, last)})

    stop = 4 * CHUNK_FRAMES
    with pytest.raises(KeyboardInterrupt):
        in_chunks(0, stop, lambda a, b: compute(a, b, dies_at=2 * CHUNK_FRAMES), Checkpoints(tmp_path, "k"))
    table = in_chunks(0, stop, compute, Checkpoints(tmp_path, "k"))
    assert table["frame"].to_pylist() == list(range(stop))
    assert computed == [0, CHUNK_FRAMES, 2 * CHUNK_FRAMES, 3 * CHUNK_FRAMES]


def test_chunks_of_other_inputs_are_not_taken(tmp_path):
    for key, value in (("a", 1), ("b", 2)):
        table = in_chunks(
            0,
            3,
            lambda first, last, v=value: pa.table({"v": [v] * (last - first)}),
            Checkpoints(tmp_path, key),
        )
        assert table["v"].to_pylist() == [value] * 3


def test_reading_ahead_keeps_order_and_is_bounded():
    taken = []

    def items():
        for i in range(50):
            taken.append(i)
            yield i

    reading, got = ahead(items(), 3), []
    for item in reading:
        got.append(item)
        time.sleep(0.001)
        assert len(taken) <= len(got) + 3 + 1  # the one in hand
    assert got == list(range(50))
    assert list(ahead([])) == []


def test_what_goes_wrong_ahead_is_raised_in_its_place():
    def items():
        yield 1
        yield 2
        raise ValueError("the film ends here")

    reading = ahead(items())
    assert [next(reading), next(reading)] == [1, 2]
    with pytest.raises(ValueError, match="ends here"):
        next(reading)


def test_a_consumer_that_leaves_stops_the_reading_and_closes_the_film():
    closed, threads = [], threading.active_count()

    def items():
        try:
            while True:
                yield 0
        finally:
            closed.append(True)

    reading = ahead(items(), 2)
    next(reading)
    assert threading.active_count() == threads + 1
    reading.close()
    assert closed and threading.active_count() == threads


@pytest.mark.parametrize("where", ["folder", "bucket"])
def test_another_machine_resumes_from_chunks_in_a_store(where: str, tmp_path, request: pytest.FixtureRequest):
    """Each worker has checkpoints of its own: what they share is the store."""
    uri = f"{request.getfixturevalue('s3_uri')}/work" if where == "bucket" else str(tmp_path / "work")
    computed = []

    def compute(first: int, last: int) -> pa.Table:
        computed.append(first)
        return pa.table({"frame": range(first, last)})

    in_chunks(0, 2 * CHUNK_FRAMES, compute, StoredCheckpoints(uri, "k"))
    table = in_chunks(0, 3 * CHUNK_FRAMES, compute, StoredCheckpoints(uri, "k"))
    assert table["frame"].to_pylist() == list(range(3 * CHUNK_FRAMES))
    assert computed == [0, CHUNK_FRAMES, 2 * CHUNK_FRAMES]
    assert StoredCheckpoints(uri, "other").get(0) is None
