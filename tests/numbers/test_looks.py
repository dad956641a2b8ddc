"""Which pictures of a track are read, how many, and what stands still in the picture is no number."""

import numpy as np
import pytest

from gametape.numbers.looks import LEAST_BOX_PX, LEAST_DIGIT_PX, LEGIBLE, MOST, SAYS, SPAN_S, reads
from tests.numbers.shown import Shown, Told, tracks

NOISE = np.random.default_rng(1).integers(0, 255, (480, 640, 3)).astype(np.uint8)


def noise(frame: int) -> np.ndarray:
    """Another part of one picture for each frame."""
    y, x = np.random.default_rng(frame).integers(0, 240, 2)
    return NOISE[y : y + 240, x : x + 320].copy()


def walking(track: int, frames, x=100.0, high=100.0, speed=0.0):
    return [(track, f, (x + speed * f, 60.0, x + speed * f + 40, 60.0 + high)) for f in frames]


def test_a_track_is_read_once_a_span():
    reader = Told(confidence=LEGIBLE - 0.01)
    table = reads(Shown(noise, 101), tracks(*walking(1, range(101))), reader=reader)
    times = table["time_s"].to_numpy()
    assert len(times) == reader.shirts == pytest.approx(4.0 / SPAN_S, abs=2)
    assert np.diff(times).max() < 2 * SPAN_S + 1e-6


def test_a_legible_number_has_three_reads_in_half_a_second():
    reader = Told(confidence=LEGIBLE + 0.01)
    rows = [row for track in range(1, 25) for row in walking(track, range(13), x=8.0 * track)]
    table = reads(Shown(noise, 13), tracks(*rows), reader=reader)
    assert min(table["track"].to_pylist().count(track) for track in range(1, 25)) >= 3


def test_many_people_cost_no_more_than_the_most_reads_a_second():
    reader = Told(confidence=LEGIBLE - 0.01)
    rows = [row for track in range(1, 25) for row in walking(track, range(101), x=8.0 * track)]
    reads(Shown(noise, 101), tracks(*rows), reader=reader)
    assert reader.shirts <= 4.04 * MOST + 2 * 24


@pytest.mark.parametrize(("confidence", "fewer"), [(LEGIBLE + 0.01, False), (LEGIBLE - 0.01, True)])
def test_who_is_legible_is_read_more_often_than_who_is_not(confidence, fewer):
    reader = Told(confidence=confidence)
    rows = [row for track in range(1, 17) for row in walking(track, range(101), x=8.0 * track)]
    reads(Shown(noise, 101), tracks(*rows), reader=reader)
    assert (reader.shirts < 16 * 4.0 / (2 * SPAN_S)) is fewer


def test_the_sharpest_picture_of_a_span_is_read():
    def draw(frame):
        return noise(frame) if frame == 3 else np.full((240, 320, 3), 90, np.uint8)

    table = reads(Shown(draw, 5), tracks(*walking(1, range(5))), reader=Told())
    assert table["frame"].to_pylist() == [3]


@pytest.mark.parametrize(("confidence", "closer"), [(SAYS - 0.01, 0), (SAYS, 1)])
def test_who_seems_to_have_a_number_is_looked_at_closer(confidence, closer):
    reader = Told(confidence=confidence)
    reads(Shown(noise, 3), tracks(*walking(1, range(3))), reader=reader)
    assert (reader.shirts, reader.closer) == (1, closer)


@pytest.mark.parametrize(("high", "looked"), [(LEAST_BOX_PX - 1, 0), (LEAST_BOX_PX, 1)])
def test_people_too_small_to_be_read_are_not_looked_at(high, looked):
    table = reads(Shown(noise, 3), tracks(*walking(1, range(3), high=high)), reader=Told())
    assert table.num_rows == looked


def test_boxes_that_were_only_interpolated_are_not_looked_at():
    rows = [(1, f, (100.0, 60.0, 140.0, 160.0), True) for f in range(5)]
    assert reads(Shown(noise, 5), tracks(*rows), reader=Told()).num_rows == 0


@pytest.mark.parametrize(("above", "number"), [(0.98, None), (1.02, "20")])
def test_digits_too_small_are_no_read(above, number):
    window_px = round(1.15 * 0.34 * 100)
    reader = Told(digit_height=above * LEAST_DIGIT_PX / window_px)
    table = reads(Shown(noise, 3), tracks(*walking(1, range(3))), reader=reader)
    assert table["number"].to_pylist() == [number]
    assert (table["candidates"].to_pylist() == [""]) is (number is None)


def test_what_stands_still_while_the_person_moves_is_a_graphic():
    """Somebody walks behind a score that is in every picture; where he is elsewhere, it is still there."""
    score = np.random.default_rng(1).integers(0, 2, (40, 40)).astype(np.uint8).repeat(2, 0).repeat(2, 1)[:60, :60] * 255

    def draw(frame):
        picture = noise(frame) // 8
        picture[62:122, 130:190] = score[..., None]
        return picture

    rows = walking(1, range(0, 80), x=0.0, speed=3.0)
    table = reads(Shown(draw, 80), tracks(*rows), reader=Told())
    at_score = [row for row in table.to_pylist() if 136 <= (row["x1"] + row["x2"]) / 2 <= 184]
    assert at_score
    assert all(row["view"] == "graphic" and row["number"] is None and not row["candidates"] for row in at_score)
    away = [row for row in table.to_pylist() if (row["x1"] + row["x2"]) / 2 < 90]
    assert away
    assert all(row["number"] == "20" for row in away)


def test_somebody_who_stands_still_all_the_time_is_no_graphic():
    still = noise(0)
    table = reads(Shown(lambda frame: still, 60), tracks(*walking(1, range(60))), reader=Told())
    assert set(table["number"].to_pylist()) == {"20"}


def test_no_tracks_no_reads():
    assert reads(Shown(noise, 3), tracks(), reader=Told()).num_rows == 0
