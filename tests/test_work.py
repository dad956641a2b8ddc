"""Work in chunks gives the same table however often it was begun, and computes no chunk twice."""

import pyarrow as pa
import pytest

from gametape.work import CHUNK_FRAMES, Checkpoints, in_chunks, spans


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
