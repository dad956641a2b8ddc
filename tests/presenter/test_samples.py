"""Samples at a steady rate by true times, and what is measured, interpolated or lost."""

import json

import numpy as np
import pyarrow as pa
import pytest

from gametape.film.sidecar import Sidecar
from gametape.presenter.checks import found_is_sound, track_is_sound
from gametape.presenter.samples import presenter_track, sampled_frames
from gametape.presenter.summary import presences, presenter_summary
from gametape.presenter.zones import THIRDS, Zone, heat_map, zone_of, zone_seconds, zones_of
from gametape.tables.presenter import PRESENTER_FOUND, PRESENTER_TRACK
from tests.presenter.rows import found_rows


def track(rows: list[dict], frames: int, *, most_gap: int = 5, rate: float = 10, fps: float = 10) -> pa.Table:
    return presenter_track(
        PRESENTER_FOUND.from_rows(rows),
        np.arange(frames) / fps,
        np.zeros(frames, int),
        range(frames),
        rate=rate,
        most_gap=most_gap,
        zones=THIRDS,
        width=1000,
        height=500,
    )


@pytest.mark.parametrize(("fps", "step"), [(10, 1), (30, 3), (60, 6), (5, 1)])
def test_samples_come_ten_times_a_second_at_most(fps, step):
    assert sampled_frames(np.arange(60) / fps, range(60), 10).tolist() == list(range(0, 60, step))


def test_samples_follow_true_times_of_an_uneven_film():
    times = np.sort(np.random.default_rng(3).uniform(0, 10, 400))
    there = times[sampled_frames(times, range(400), 10)]
    assert len(there) == pytest.approx(100, abs=3)
    assert np.abs(there - np.round((there - times[0]) * 10) / 10 - times[0]).max() < 0.076


def test_no_sample_stands_where_the_film_has_no_frames():
    times = np.concatenate([np.arange(10) / 10, 5 + np.arange(10) / 10])
    assert sampled_frames(times, range(20), 10).tolist() == list(range(20))


@pytest.mark.parametrize(("missing", "quality"), [(5, "interpolated"), (6, "lost")])
def test_gaps_of_up_to_five_samples_are_filled(missing, quality):
    rows = [row for row in found_rows(20) if not 5 <= row["frame"] < 5 + missing]
    made = track(rows, 20)
    assert made["quality"].to_pylist()[5 : 5 + missing] == [quality] * missing
    assert set(made["presence"].to_pylist()) == {1}  # nobody was seen to leave
    assert track(rows, 20, most_gap=missing)["quality"].to_pylist().count("lost") == 0


def test_a_filled_place_lies_on_the_line_by_time():
    rows = [row | {"x": 100.0 + row["frame"] * 10} for row in found_rows(10) if row["frame"] not in (3, 4)]
    made = track(rows, 10).to_pylist()
    assert [row["x"] for row in made[2:6]] == pytest.approx([120, 130, 140, 150])
    assert made[3]["place"] == "line" and made[3]["confidence"] is None and made[3]["track"] is None


def test_ends_and_changes_of_person_are_not_filled():
    first, second = found_rows(3, start=2), found_rows(3, start=7, presence=2, person=2, stretch=2)
    quality = track(first + second, 12)["quality"].to_pylist()
    assert quality == ["lost"] * 2 + ["measured"] * 3 + ["lost"] * 2 + ["measured"] * 3 + ["lost"] * 2


def test_a_lost_sample_has_no_place():
    made = track(found_rows(3), 10).to_pylist()
    assert all(made[5][name] is None for name in ("x", "y", "x1", "presence", "person", "zone", "track"))


def test_zones_are_thirds_or_the_sidecars():
    assert [zone_of(x, 0.5, THIRDS) for x in (0.1, 0.5, 0.9)] == ["left", "middle", "right"]
    board = zones_of({"board": ((0.6, 0.1), (0.9, 0.1), (0.9, 0.4))})
    assert board == (Zone("board", ((0.6, 0.1), (0.9, 0.1), (0.9, 0.4))),)
    assert zone_of(0.85, 0.2, board) == "board"
    assert zone_of(0.65, 0.35, board) is None  # beside the triangle, in its box


def test_time_in_zones_is_true_time_without_what_is_lost():
    times, there = np.array([0, 0.1, 0.2, 0.9]), np.array([True, True, False, True])
    found = zone_seconds(times, there, ["left", "right", "left", None], 0.1)
    assert found == pytest.approx({"left": 0.1, "right": 0.1, "": 0.1})


def test_the_heat_map_sums_to_one_and_holds_the_edges():
    cells = np.array(heat_map(np.array([[0, 0], [1000, 500], [999, 499]]), 1000, 500))
    assert cells.sum() == pytest.approx(1, abs=1e-4)
    assert cells[0, 0] == pytest.approx(1 / 3, abs=1e-4) and cells[-1, -1] == pytest.approx(2 / 3, abs=1e-4)


def failed(checks) -> set[str]:
    return {one.check for one in checks if not one.passed}


def test_checks_pass_what_is_sound():
    assert not failed(found_is_sound(PRESENTER_FOUND.from_rows(found_rows(20))))
    assert not failed(track_is_sound(track(found_rows(20), 20), 5))
    assert not failed(found_is_sound(PRESENTER_FOUND.empty()))


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ({"x": 900.0, "x1": 850.0, "x2": 950.0}, "nobody_jumps"),  # another person joined
        ({"person": 2}, "one_person_a_presence"),
        ({"time_s": 0.2}, "times_rise"),
        ({"frame": 9}, "one_place_a_frame"),
    ],
)
def test_checks_fail_on_real_faults(fault, check):
    rows = found_rows(20)
    rows[10] |= fault
    assert check in failed(found_is_sound(PRESENTER_FOUND.from_rows(rows)))


@pytest.mark.parametrize(("step", "jumps"), [(60, False), (90, True)])
def test_a_jump_is_faster_than_anybody_runs(step, jumps):
    """Boxes of 100 px: 35 px of shaking and 400 px a second, at ten a second 75 px."""
    rows = found_rows(2)
    rows[1] |= {"x": rows[0]["x"] + step}
    assert ("nobody_jumps" in failed(found_is_sound(PRESENTER_FOUND.from_rows(rows)))) is jumps


@pytest.mark.parametrize(
    ("fault", "check"), [({"x": None}, "places_where_not_lost"), ({"quality": "lost"}, "places_where_not_lost")]
)
def test_a_place_without_sight_fails(fault, check):
    rows = track(found_rows(10), 10).to_pylist()
    rows[4] |= fault
    assert check in failed(track_is_sound(PRESENTER_TRACK.from_rows(rows), 5))


def test_too_long_a_filled_gap_fails():
    rows = [row for row in found_rows(20) if not 5 <= row["frame"] < 10]
    assert "short_gaps_filled" in failed(track_is_sound(track(rows, 20), 4))


@pytest.mark.parametrize(
    ("seconds", "fps", "rate"), [(60, 5, 10), (600, 1, 10), (60, 25, 60), (60, 25, 10), (60, 24, 10), (60, 30, 10)]
)
def test_a_film_of_any_rate_is_covered_as_long_as_it_is(seconds, fps, rate):
    """Fewer pictures a second than samples are asked for: each lasts until the next one."""
    rows = [row | {"time_s": row["frame"] / fps} for row in found_rows(seconds * fps)]
    made = track(rows, seconds * fps, rate=rate, fps=fps)
    found, said = PRESENTER_FOUND.from_rows(rows), Sidecar(mode="presenter", presenter={"process_fps": rate})
    (presence,) = presences(found, made, said, 500).to_pylist()
    assert presence["jitter_heights"] == 0.0
    frames = pa.table({"time_s": np.arange(seconds * fps) / fps, "shot": np.zeros(seconds * fps, int)})
    size = {"width": 1000, "height": 500}
    told = presenter_summary(made, presences(found, made, said, 500), said, frames, **size, detector=None, reason=None)
    assert sum(json.loads(told["zone_seconds"][0].as_py()).values()) == pytest.approx(seconds, abs=0.15)


def test_short_gaps_of_a_film_with_few_pictures_are_filled():
    rows = [row | {"time_s": row["frame"] / 4} for row in found_rows(20) if not 5 <= row["frame"] < 10]
    assert track(rows, 20, fps=4)["quality"].to_pylist()[5:10] == ["interpolated"] * 5


@pytest.mark.parametrize(
    ("players", "people", "name"),
    [
        ([{"name": "Dr X"}], 1, "Dr X"),
        ([{"name": "Dr X"}], 2, None),
        ([{"name": "Dr X"}, {"name": "Dr Y"}], 1, None),
    ],
)
def test_the_only_one_in_front_has_the_only_name(players, people, name):
    rows = [
        row for k in range(people) for row in found_rows(20, start=40 * k, presence=k + 1, person=k + 1, stretch=k + 1)
    ]
    made = presences(PRESENTER_FOUND.from_rows(rows), track(rows, 100), Sidecar(players=players), 500).to_pylist()
    assert [one["name"] for one in made] == [name] * people


@pytest.mark.parametrize(("place", "name"), [(0, "Dr X"), (1, None)])
def test_a_sidecar_that_has_fewer_players_now_gives_no_name(place, name):
    rows = [row | {"player": place} for row in found_rows(20)]
    said = Sidecar(players=[{"name": "Dr X", "clicks": [{"t": 1, "x": 0.5, "y": 0.5}]}])
    assert presences(PRESENTER_FOUND.from_rows(rows), track(rows, 20), said, 500)["name"].to_pylist() == [name]
