"""Keys are safe whatever a file is called, and say which content they are of."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gametape.uploads.naming import (
    BLOCK,
    BLOCKS,
    blocks_of,
    fingerprint,
    fingerprint_in,
    is_partial,
    printable,
    slug,
    upload_key,
)

SAFE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,80}$")
CONTENT = "0123456789ab"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Match 1 (final).MP4", "match-1-final"),
        ("../../etc/passwd.mp4", "passwd"),
        ("..\\..\\evil.mov", "evil"),
        ("<script>alert('x')</script>.mp4", "script"),
        ('a"b`c$(d).mp4', "a-b-c-d"),
        ("Élan_Ünïque.mkv", "elan-unique"),
        ("матч.mp4", "film"),
        ("🎾🎾.mp4", "film"),
        ("!!!.mp4", "film"),
        ("", "film"),
        ("...", "film"),
        ("x" * 250 + ".mp4", "x" * 60),
        ("a|b,c...d\ne.mp4", "a-b-c-d-e"),
    ],
)
def test_hostile_names_give_safe_keys(name: str, expected: str):
    assert slug(name, "film") == expected
    assert SAFE.fullmatch(upload_key(name, CONTENT, "film"))


@given(st.text(max_size=300), st.from_regex(r"[0-9a-f]{12}", fullmatch=True))
def test_every_key_is_safe_and_gives_its_fingerprint_back(name: str, content: str):
    key = upload_key(name, content, "film")
    assert SAFE.fullmatch(key) and ".." not in key
    assert fingerprint_in(key) == content


@pytest.mark.parametrize("key", ["", "match", "match-0123", "0123456789ab", "Match-0123456789ab", "a-0123456789aB"])
def test_a_key_of_somebody_else_has_no_fingerprint(key: str):
    assert fingerprint_in(key) is None


@given(st.integers(min_value=0, max_value=10**13))
def test_a_fingerprint_reads_a_bounded_part_with_head_and_tail(size: int):
    ranges = blocks_of(size)
    assert sum(stop - start for start, stop in ranges) <= BLOCK * BLOCKS
    assert ranges[0][0] == 0 and ranges[-1][1] == size
    assert all(0 <= start <= stop <= size for start, stop in ranges)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))


@pytest.mark.parametrize("at", [0, BLOCK - 1, 500_000, 999_999])
def test_another_byte_where_it_looks_is_another_film(at: int):
    content = bytearray(1_000_000)

    def of(data: bytes) -> str:
        return fingerprint(len(data), [data[start:stop] for start, stop in blocks_of(len(data))])

    before = of(bytes(content))
    content[at] = 1
    assert of(bytes(content)) != before
    assert of(bytes(content) + b"\0") not in (before, of(bytes(content)))  # the size counts too


@given(st.text())
def test_printable_text_is_one_clean_line(text: str):
    shown = printable(text)
    assert shown.isprintable() and shown.encode().decode() == shown
    assert printable(shown) == shown


def test_undecodable_bytes_are_escaped():
    assert printable(b"a\xff\n".decode("utf-8", "surrogateescape")) == "a\\udcff\\n"


@pytest.mark.parametrize(
    "name", [".hidden.mp4", "._match.mp4", "m.mp4.part", "m.mp4.crdownload", "m.TMP", "m.mp4~", "~$m.mp4"]
)
def test_half_written_names_are_known(name: str):
    assert is_partial(name)
    assert not is_partial("match.mp4")
