"""Known answers of the votes: what is enough, just below and just above; never a number that was not read enough."""

import pytest

from gametape.numbers.votes import narrowed, votes
from gametape.tables.follow import NUMBER_READS


def looks(*told: tuple[int, float, str], digit_px: float = 20.0):
    """Table NUMBER_READS of (track, seconds, candidates), 25 frames a second."""
    rows = [
        {
            "frame": round(t * 25),
            "time_s": t,
            "track": track,
            "confidence": 0.0,
            "candidates": candidates,
            "digit_height_px": digit_px,
            "view": "body",
        }
        for track, t, candidates in told
    ]
    return NUMBER_READS.from_rows(rows)


@pytest.mark.parametrize(
    ("last_s", "reads", "confirmed"), [(0.32, 3, True), (0.28, 3, False), (0.32, 2, False)], ids=str
)
def test_three_reads_over_a_third_of_a_second(last_s, reads, confirmed):
    times = [0.0, 0.16, last_s] if reads == 3 else [0.0, last_s]
    vote = votes(looks(*((7, t, "20:0.95") for t in times)))[7]
    assert (vote.number, vote.confirmed, vote.reads) == ("20", confirmed, reads)


@pytest.mark.parametrize(("last_s", "confirmed"), [(4.0, True), (4.04, False)])
def test_reads_far_apart_may_be_of_two_people(last_s, confirmed):
    told = [(1, 0.0, "20:0.95"), (1, 0.2, "20:0.95"), (1, last_s, "20:0.95")]
    assert votes(looks(*told))[1].confirmed is confirmed


@pytest.mark.parametrize(("reads", "confirmed"), [(3, False), (4, True)])
def test_a_number_of_one_digit_needs_one_read_more(reads, confirmed):
    assert votes(looks(*((1, 0.2 * i, "8:0.95") for i in range(reads))))[1].confirmed is confirmed


@pytest.mark.parametrize("number", ["0", "00", "1", "11"])
@pytest.mark.parametrize(
    ("reads", "digit_px", "roster", "confirmed"),
    [(8, 14.0, (), True), (7, 14.0, (), False), (8, 13.9, (), False), (4, 9.0, ("0", "00", "1", "11", "9"), True)],
)
def test_rings_and_strokes_alone_need_more_reads_of_large_digits(number, reads, digit_px, roster, confirmed):
    """A blurred 20 was read as 0 seven times, with digits 11 px high; the edge of a coat as 1 eleven times, at 10.5 px."""
    told = looks(*((1, 0.2 * i, f"{number}:0.8") for i in range(reads)), digit_px=digit_px)
    assert votes(told, roster)[1].confirmed is confirmed


def test_reads_of_one_frame_count_once():
    told = [(1, 0.0, "20:0.95"), (1, 0.0, "20:0.95"), (1, 0.0, "20:0.95"), (1, 1.0, "20:0.95")]
    assert not votes(looks(*told))[1].confirmed


def test_no_read_of_another_track_counts():
    told = [(1, 0.0, "20:0.95"), (1, 1.0, "20:0.95"), (2, 2.0, "20:0.95")]
    assert not any(vote.confirmed for vote in votes(looks(*told)).values())


@pytest.mark.parametrize(("others", "confirmed"), [(2, True), (3, False)])
def test_twice_the_runner_up(others, confirmed):
    told = [(1, 0.2 * i, "20:0.9") for i in range(5)] + [(1, 5 + i, "26:0.7") for i in range(others)]
    assert votes(looks(*told))[1].confirmed is confirmed


@pytest.mark.parametrize(("reads", "confirmed"), [(4, False), (5, True)])
def test_more_than_twice_the_reads_of_any_other(reads, confirmed):
    """A 34 was read as 31 four times and as 34 twice, less surely."""
    told = [(1, 0.2 * i, "31:0.85") for i in range(reads)] + [(1, 5 + i, "34:0.6") for i in range(2)]
    assert votes(looks(*told))[1].confirmed is confirmed


def test_a_digit_counts_a_third_for_the_number_that_holds_it():
    told = [(1, 0.2 * i, "97:0.9") for i in range(6)] + [(1, 5.0 + i, "9:0.9") for i in range(3)]
    vote = votes(looks(*told))[1]
    assert (vote.number, vote.confirmed) == ("97", True)
    assert vote.weight == pytest.approx(6 * 0.9 + 3 * 0.9 / 3)
    told = [(1, 0.2 * i, "9:0.9") for i in range(9)] + [(1, 5.0, "97:0.9")]
    assert votes(looks(*told))[1].number == "9"


def test_digits_alone_never_make_the_number_that_holds_them():
    told = [(1, 0.2 * i, "9:0.9") for i in range(9)] + [(1, 5.0 + i, "7:0.9") for i in range(9)]
    vote = votes(looks(*told))[1]
    assert vote.number in ("9", "7")
    assert not vote.confirmed


def test_nought_and_double_nought_are_two_players():
    told = [(1, 0.2 * i, "00:0.95 0:0.02") for i in range(5)]
    assert votes(looks(*told))[1].number == "00"
    assert votes(looks(*told), roster=["0"])[1].number is None


def test_looks_that_are_no_reads_speak_for_the_runner_up():
    told = [(1, 0.2 * i, "3:0.7") for i in range(4)] + [(1, 1.0 + 0.2 * i, "8:0.3 3:0.1") for i in range(2)]
    assert votes(looks(*told))[1].confirmed
    told += [(1, 2.0 + 0.2 * i, "8:0.3 3:0.1") for i in range(5)]
    vote = votes(looks(*told))[1]
    assert (vote.number, vote.runner_up, vote.confirmed) == ("3", "8", False)


def test_unsure_looks_are_no_reads():
    vote = votes(looks(*((1, 0.2 * i, "20:0.35 26:0.3") for i in range(20))))[1]
    assert (vote.number, vote.confirmed, vote.looks) == (None, False, 20)


def test_a_roster_makes_an_unsure_look_a_read():
    told = looks(*((1, 0.2 * i, "20:0.25 26:0.60") for i in range(5)))
    assert votes(told)[1].number == "26"
    assert votes(told, roster=["20", "4"])[1].number is None  # 26 may be the other team's: half the doubt stays
    told = looks(*((1, 0.2 * i, "20:0.45 26:0.45") for i in range(5)))
    assert votes(told, roster=["20", "4"])[1].confirmed


@pytest.mark.parametrize(
    ("other", "second", "confirmed"),
    [("26", 0.2, True), ("26", 0.21, False), ("71", 0.3, True), ("71", 0.32, False)],
)
def test_what_a_read_leaves_possible_counts_for_the_runner_up(other, second, confirmed):
    """The more so where the two differ by one digit: a 34 was read as 31 again and again."""
    told = [(1, 0.2 * i, f"20:{first} {other}:{second}") for i, first in enumerate([0.7, 0.6, 0.6, 0.6, 0.6])]
    vote = votes(looks(*told))[1]
    assert (vote.number, vote.runner_up, vote.confirmed) == ("20", other, confirmed)


@pytest.mark.parametrize(
    ("sure", "confirmed"),
    [([0.74] * 3, False), ([0.75] * 3, True), ([0.7, 0.52, 0.52, 0.52], True), ([0.69] * 13, False)],
)
def test_reads_that_agree_are_sure_enough_together_and_one_of_them_alone(sure, confirmed):
    """A 34 was read as 31 three times, with 0.65 on average; an 8 as 0 thirteen times, with at most 0.66."""
    assert votes(looks(*((1, 0.2 * i, f"31:{p}") for i, p in enumerate(sure))))[1].confirmed is confirmed


def test_a_roster_makes_no_number_of_nothing():
    assert narrowed("26:0.90 20:0.05", frozenset({"20"}))[0][1] < 0.2
    assert narrowed("", frozenset({"20"})) == []


def test_a_track_without_a_read():
    vote = votes(looks((3, 0.0, ""), (3, 1.0, "")))[3]
    assert (vote.number, vote.confirmed, vote.looks, vote.frames) == (None, False, 2, ())


@pytest.mark.parametrize(("reads", "other", "confirmed"), [(7, "22", False), (8, "22", True), (4, "31", True)])
def test_a_digit_that_may_be_half_of_the_next_number_needs_more_reads(reads, other, confirmed):
    """A 12 seen from the side was read as 2."""
    told = looks(*((1, 0.2 * i, f"2:0.8 {other}:0.1") for i in range(reads)))
    assert votes(told)[1].confirmed == confirmed
    assert votes(told, roster=["2"])[1].confirmed
