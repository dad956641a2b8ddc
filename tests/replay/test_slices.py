"""A replay cut at its keyframes: the slices' bits, counts and sums, and that nothing is lost by it."""

import struct
from pathlib import Path

import numpy as np
import pytest

from gametape.replay.header import read_header
from gametape.replay.parse import parse
from gametape.replay.slices import slices
from tests.replay.replay_maker import replay, text

NETWORK = bytes(range(7, 107))
REST = b"the rest of the file"


def made(keys: list[tuple[int, int]], count: int | None = 30) -> bytes:
    """A file with keyframes of (frame, bit)."""
    content = struct.pack("<I", 1) + text("arena") + struct.pack("<I", len(keys))
    content += b"".join(struct.pack("<fII", 0.5, *key) for key in keys)
    content += struct.pack("<I", len(NETWORK)) + NETWORK + REST
    return replay({"TeamSize": 3} | ({} if count is None else {"NumFrames": count}), content)


def bits(data: bytes) -> list[int]:
    return [byte >> n & 1 for byte in data for n in range(8)]


def network(part: bytes) -> bytes:
    content = part[16 + struct.unpack_from("<I", part)[0] :]
    at = 4 + 4 + len("arena") + 1
    at += 4 + 12 * struct.unpack_from("<I", content, at)[0]
    assert content[: at + 4] != b"" and content.endswith(REST)
    return content[at + 4 : at + 4 + struct.unpack_from("<I", content, at)[0]]


def test_slices_begin_with_keyframes_and_have_the_frames_between():
    parts = list(slices(made([(0, 0), (9, 101), (10, 240), (19, 403), (20, 555)]), 10))
    headers = [read_header(part) for part in parts]
    assert all(one.content_intact and one.properties["TeamSize"] == 3 for one in headers)
    assert [one.properties["NumFrames"] for one in headers] == [10, 10, 10]
    for part, (begin, end) in zip(parts, [(0, 240), (240, 555), (555, 800)], strict=True):
        assert bits(network(part))[: end - begin] == bits(NETWORK)[begin:end]


@pytest.mark.parametrize(
    "data",
    [made([(0, 0)], None), made([]), made([(3, 9)]), made([(0, 0), (9, 101), (9, 240)]), made([(0, 0), (9, 900)]),
     made([(0, 0), (31, 100)])],
)  # fmt: skip
def test_what_cannot_be_cut_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"keyframes|number of frames"):
        list(slices(data, 1))


def test_a_list_longer_than_the_file_is_not_read():
    data = bytearray(made([(0, 0)]))
    at = bytes(data).index(text("arena")) + len(text("arena"))
    data[at : at + 4] = struct.pack("<I", 2**31)
    with pytest.raises(ValueError, match="list of"):
        list(slices(bytes(data)))


def test_a_game_in_slices_is_the_game(shared: Path) -> None:
    path = shared / "data" / "replays" / "post-eac-ranked-duel-2026-04-28-b.replay"
    import subtr_actor

    from gametape.replay.follower import follow

    data = path.read_bytes()
    assert len(list(slices(data))) >= 6
    whole, course = follow([subtr_actor.parse_replay(data)]), parse(path).course
    assert course and course.players == whole.players and course.pads == whole.pads and course.facts == whole.facts
    assert np.array_equal(course.times, whole.times)
    for name, table in whole.tables.items():
        assert np.array_equal(course.tables[name], table, equal_nan=True), name
