"""Shifts: gaps by the sport's rule, zones, periods and cuts; the length counts before the rolls; ends at the last evidence."""

import numpy as np
import pyarrow as pa
import pytest

from gametape.film.following_keys import Following, Period, Zones
from gametape.film.sidecar import Sidecar
from gametape.film.window import stops_early
from gametape.follow.checks import shifts_are_sound
from gametape.follow.links import Camera
from gametape.follow.rules import FollowRules, follow_rules, in_film_time
from gametape.follow.shifts import STAYS_S, cut_times, shifts
from gametape.sports.shifts import time_on
from gametape.tables.follow import PLAYER_IDENTITY
from gametape.tables.people import CAMERA_MOTION
from tests.follow.made import FPS, HIGH, WIDE, Made, Person, read, wanted


def in_sight(*spans, seconds=100.0, player=0, at=(500.0, 200.0), sure=0.9):
    """Table PLAYER_IDENTITY of a player who is in sight in the spans, s; with the place of the feet in each."""
    rows = []
    for frame in range(round(seconds * FPS)):
        t = frame / FPS
        row = {"player": player, "name": "Ana", "number": "5", "frame": frame, "time_s": t, "state": "searching"}
        for start, end, *place in spans:
            if start - 1e-9 <= t <= end + 1e-9:
                x, y = place[0] if place else at
                row |= {"state": "locked", "x1": x - 10, "y1": y - 80, "x2": x + 10, "y2": y, "confidence": sure}
        rows.append(row)
    return PLAYER_IDENTITY.from_rows(rows)


def made(identity, rules=None, cuts=(), **more):
    rules = rules or FollowRules()
    given = {"width": WIDE, "height": HIGH, "begins_s": 0.0, "ends_s": 100.0, **more}
    return shifts(identity, rules, cuts, **given).to_pylist()


def whole(rows):
    return [(round(row["start_s"], 3), round(row["end_s"], 3)) for row in rows]


def with_(**settings):
    keys = {"gap_s", "short_s", "long_s", "zones", "periods"}
    told = {name: value for name, value in settings.items() if name not in keys}
    return FollowRules(following=Following(**told), **{k: v for k, v in settings.items() if k in keys})


def test_the_length_counts_before_the_rolls():
    """The spec's example done right: its two tenths of a second are no shift, however long the rolls are."""
    rows = made(
        in_sight((10, 14), (16, 18), (60, 60.2)), with_(gap_s=1, min_shift_s=1.2, pre_roll_s=0.5, post_roll_s=2)
    )
    assert whole(rows) == [(10.0, 14.0), (16.0, 18.0)]
    assert [(row["clip_start_s"], row["clip_end_s"]) for row in rows] == [(9.5, 15.5), (15.5, 20.0)]


@pytest.mark.parametrize(("cut", "ends"), [(14.9, 14.9), (15.9, 15.9), (16.1, 16.0), (14.0, 16.0)])
def test_a_roll_ends_at_a_cut(cut, ends):
    """Behind a cut there is another picture: a close-up of somebody else is no part of a player's clip."""
    rules = with_(gap_s=1, pre_roll_s=2, post_roll_s=2)
    (row,) = made(in_sight((10, 14)), rules, cuts=[9.0, cut])
    assert (row["clip_start_s"], row["clip_end_s"]) == (9.0, ends)
    (row,) = made(in_sight((10, 14)), rules, cuts=[7.9, 10.0])
    assert (row["clip_start_s"], row["clip_end_s"]) == (10.0, 16.0)


@pytest.mark.parametrize(
    ("changes", "begins"), [([161], 6.44), ([162], 6.48), ([], 6.44), ([160], 6.44), ([163], 6.44)]
)
def test_a_shot_begins_at_its_first_frame_and_not_at_the_look_behind_it(changes, begins):
    """In every second frame somebody is looked for: a clip that went on to that look would flash the other view."""
    looks = np.arange(0, 240, 2)
    motion = pa.table({"frame": looks, "cut": looks == 162})
    shot = np.searchsorted(changes, np.arange(240), side="right")
    frames = pa.table({"time_s": np.arange(240) / 25, "shot": shot})
    assert cut_times(motion, frames) == [pytest.approx(begins)]


@pytest.mark.parametrize(("seconds", "kept"), [(1.2, 1), (1.1, 0)])
def test_the_shortest_shift(seconds, kept):
    assert len(made(in_sight((10, 10 + seconds)), with_(min_shift_s=1.2))) == kept


@pytest.mark.parametrize(("spans", "merged"), [
    ([(0, 5), (6, 12), (20.6, 30)], [(0, 12), (20.6, 30)]),
    ([(0, 5), (6, 10), (11, 15)], [(0, 15)]),  # what was put together goes on being so
])  # fmt: skip
def test_gaps_are_bridged(spans, merged):
    assert whole(made(in_sight(*spans), with_(gap_s=1.5))) == merged


@pytest.mark.parametrize(("gap", "pieces"), [(20.0, 1), (20.1, 2)])
def test_the_longest_gap(gap, pieces):
    rows = made(in_sight((0, 10), (10 + gap, 50)), with_(gap_s=20))
    assert len(rows) == pieces
    if pieces == 1:
        (row,) = rows
        assert (row["pieces"], row["ice_s"], row["longest_gap_s"]) == (2, 50.0, pytest.approx(20.0))
        assert row["view_s"] == pytest.approx(30.0)


@pytest.mark.parametrize(("gap", "pieces"), [(3.0, 1), (3.1, 2)])
def test_over_a_cut_the_gap_is_short(gap, pieces):
    assert len(made(in_sight((0, 10), (10 + gap, 50)), with_(cut_gap_s=3), cuts=[11.0])) == pieces
    assert len(made(in_sight((0, 10), (10 + gap, 50)), with_(cut_gap_s=3), cuts=[9.0, 60.0])) == 1


def test_a_shift_ends_with_the_last_evidence_and_says_why():
    lost, cut, end = (
        made(in_sight((0, 10)))[0],
        made(in_sight((0, 10)), cuts=[10.1])[0],
        made(in_sight((90, 100)))[0],
    )
    assert [row["end_reason"] for row in (lost, cut, end)] == ["lost", "cut", "film_end"]
    assert lost["end_s"] == 10.0 and lost["last_frame"] == 100


BENCH = ((0.0, 0.8), (1.0, 0.8), (1.0, 1.0), (0.0, 1.0))
RINK = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.7), (0.0, 0.7))
ON, OFF = (500.0, 200.0), (500.0, 450.0)


@pytest.mark.parametrize(("zones", "reason"), [
    (Zones(bench=BENCH), "bench"), (Zones(penalty=BENCH), "penalty"), (Zones(rink=RINK), "outside"),
])  # fmt: skip
def test_who_goes_into_a_zone_is_off(zones, reason):
    sight = in_sight((0, 10, ON), (10.1, 14, OFF), (14.1, 20, ON))
    rows = made(sight, with_(zones=zones))
    assert whole(rows) == [(0.0, 10.0), (14.1, 20.0)]
    assert [row["end_reason"] for row in rows] == [reason, "lost"]
    assert whole(made(sight, with_(zones=zones), still=False)) == [(0.0, 20.0)]


@pytest.mark.parametrize(("seconds", "pieces"), [(STAYS_S - 0.1, 1), (STAYS_S, 2)])
def test_who_only_passes_a_zone_is_on(seconds, pieces):
    sight = in_sight((0, 10, ON), (10.1, 10.1 + seconds, OFF), (10.2 + seconds, 20, ON))
    assert len(made(sight, with_(zones=Zones(bench=BENCH)))) == pieces


def test_no_shift_goes_from_one_period_to_the_next():
    periods = (Period(start_s=0, end_s=20), Period(start_s=30, end_s=60))
    rows = made(in_sight((10, 40)), with_(periods=periods))
    assert whole(rows) == [(10.0, 20.0), (30.0, 40.0)] and [row["period"] for row in rows] == [1, 2]
    assert [row["end_reason"] for row in rows] == ["period_end", "lost"]
    touching = (Period(start_s=0, end_s=20), Period(start_s=20, end_s=60))
    assert [row["period"] for row in made(in_sight((10, 40)), with_(periods=touching))] == [1, 2]


@pytest.mark.parametrize(
    ("seconds", "code"), [(4.9, "shift_too_short"), (5.0, None), (50.0, None), (50.1, "shift_too_long")]
)
def test_an_unusual_length_is_questioned_and_kept(seconds, code):
    (row,) = made(in_sight((0, seconds)), with_(short_s=5, long_s=50))
    assert (row["questioned"] or "none").split("(")[0] == (code or "none")


@pytest.mark.parametrize(("sure", "told"), [(0.69, True), (0.71, False)])
def test_an_unsure_one_is_questioned(sure, told):
    (row,) = made(in_sight((0, 20), sure=sure))
    assert bool(row["questioned"]) == told and row["confidence"] == pytest.approx(sure)


def test_clips_stay_in_the_film():
    rows = made(in_sight((0.5, 10), (50, 99)), with_(gap_s=5, pre_roll_s=3, post_roll_s=3))
    assert (rows[0]["clip_start_s"], rows[1]["clip_end_s"]) == (0.0, 100.0)


def test_of_nobody_there_are_no_shifts():
    assert made(PLAYER_IDENTITY.empty()) == []


# -- what bridges no gap, and how often was looked ----------------------------------------------------------------


@pytest.mark.parametrize("unseen", [0.1, 0.5, 5.0, 19.9])
def test_time_on_the_bench_is_no_ice_time_however_long_unseen_before(unseen):
    """One shift of 50 s was told, with the bench in it, where half a second lay between the ice and the bench."""
    sight = in_sight((0, 20, ON), (20 + unseen, 33 + unseen, OFF), (33.5 + unseen, 60, ON))
    rows = made(sight, with_(zones=Zones(bench=BENCH), gap_s=20))
    assert whole(rows) == [(0.0, 20.0), (pytest.approx(33.5 + unseen, abs=0.1), 60.0)]
    assert [row["end_reason"] for row in rows] == ["bench", "lost"]


@pytest.mark.parametrize(("unseen", "reason"), [(20.0, "bench"), (20.1, "lost")])
def test_the_bench_ends_what_the_gap_would_have_bridged(unseen, reason):
    sight = in_sight((0, 20, ON), (20 + unseen, 60, OFF))
    (row,) = made(sight, with_(zones=Zones(bench=BENCH), gap_s=20))
    assert (row["end_s"], row["end_reason"]) == (20.0, reason)


def test_who_is_seen_between_two_periods_is_off():
    periods = (Period(start_s=0, end_s=20), Period(start_s=30, end_s=60))
    rows = made(in_sight((0, 18), (25, 27), (31, 40)), with_(periods=periods, gap_s=20))
    assert [(row["end_s"], row["end_reason"]) for row in rows] == [(18.0, "period_end"), (40.0, "lost")]


@pytest.mark.parametrize(("again", "reason"), [(30, "period_end"), (30.1, "lost")])
def test_a_period_ends_no_shift_of_who_was_long_lost(again, reason):
    periods = (Period(start_s=0, end_s=25), Period(start_s=25, end_s=60))
    rows = made(in_sight((0, 10), (again, 40)), with_(periods=periods, gap_s=20))
    assert rows[0]["end_reason"] == reason


def thinned(identity, every):
    """The looks of fewer frames."""
    return identity.take([row for row in range(0, identity.num_rows, every)])


@pytest.mark.parametrize("every", [1, 3, 4, 10])
def test_time_in_sight_is_measured_however_seldom_is_looked(every):
    """At 3 looks a second each was a piece of its own, and nobody was ever in view."""
    (row,) = made(thinned(in_sight((0, 20), seconds=40), every))
    assert (row["pieces"], row["view_s"]) == (1, row["ice_s"]) and row["ice_s"] == pytest.approx(20, abs=every / FPS)


@pytest.mark.parametrize(("missed", "pieces"), [(1.4, 1), (1.6, 2)])
def test_one_and_a_half_steps_are_a_look_that_was_late(missed, pieces):
    """Looks a second apart, and once a little more."""
    at = [*range(10), *(9 + missed + step for step in range(10))]
    rows = [{"player": 0, "name": None, "number": "5", "frame": frame, "time_s": float(t), "state": "locked",
             "x1": 0.0, "y1": 0.0, "x2": 9.0, "y2": 9.0, "confidence": 0.9} for frame, t in enumerate(at)]  # fmt: skip
    (row,) = made(PLAYER_IDENTITY.from_rows(rows))
    assert row["pieces"] == pieces


@pytest.mark.parametrize(("ends_s", "reason"), [(20.14, "film_end"), (20.16, "window_end"), (600.0, "window_end")])
def test_where_the_analysis_ends_the_film_may_go_on(ends_s, reason):
    """The last look is at 19.9 s: a quarter of a second behind it is the end still."""
    (row,) = made(in_sight((5, 20), seconds=20), ends_s=ends_s)
    assert row["end_reason"] == reason


def test_a_first_look_that_reads_no_further_is_not_the_films_end():
    (row,) = made(in_sight((5, 20), seconds=20), ends_s=20.0, goes_on=True)
    assert row["end_reason"] == "window_end"
    (seldom,) = made(thinned(in_sight((5, 20), seconds=20), 10), ends_s=20.0)
    assert seldom["end_reason"] == "film_end"


@pytest.mark.parametrize(
    ("begins", "seconds", "early"), [(0, 29.8, False), (0, 30.0, True), (40, 69.8, False), (40, 70, True)]
)
def test_a_first_look_stops_early_where_the_film_is_longer(begins, seconds, early):
    frames = Made([], seconds=seconds).frames
    assert stops_early(Sidecar(trim_start_s=begins or None), frames) == early


# -- whether the camera stands ------------------------------------------------------------------------------------


def test_a_camera_stands_where_one_view_is_known_not_to_move():
    """Two views that each stand were one: the bench of the one was used in the other."""
    still = Made([], seconds=10)
    assert Camera(still.motion).stands(WIDE) and Camera(None).stands(WIDE)
    assert not Camera(Made([], seconds=10, cuts=(5.0,)).motion).stands(WIDE)


@pytest.mark.parametrize(("pan", "stands"), [(2.0, True), (2.1, False)])
def test_a_camera_stands_that_moves_by_a_fiftieth_of_the_picture(pan, stands):
    assert Camera(Made([], seconds=10.1, pan=pan).motion).stands(WIDE) == stands


def test_a_movement_that_is_not_known_is_not_taken_for_none():
    rows = Made([], seconds=10).motion.to_pylist()
    rows[50] |= dict.fromkeys(("m11", "m12", "m13", "m21", "m22", "m23"))
    assert not Camera(CAMERA_MOTION.from_rows(rows)).stands(WIDE)


# -- rules --------------------------------------------------------------------------------------------------------


def test_the_sports_rules_hold_unless_the_sidecar_says_otherwise():
    hockey = follow_rules(Sidecar(sport="ice hockey"))
    assert (hockey.gap_s, hockey.short_s, hockey.long_s) == (20, 5, 180)
    said = Sidecar.model_validate({"sport": "ice hockey", "follow": {"gap_s": 7, "preset": "tactical", "lost_s": 4}})
    rules = follow_rules(said)
    assert (rules.gap_s, rules.following.lost_s, rules.following.join_s) == (7, 4, 2.5)
    assert follow_rules(Sidecar()).long_s is None
    assert (time_on("ice hockey"), time_on("ice hockey", "de"), time_on(None)) == (
        "Time on ice",
        "Eiszeit",
        "Time in play",
    )


def test_periods_are_said_in_the_files_time():
    film = Made([Person(0, 3)], seconds=10)
    slow = film.frames.set_column(
        film.frames.column_names.index("shown_s"), "shown_s", [[8 * t for t in film.times.tolist()]]
    )
    (period,) = in_film_time((Period(start_s=16, end_s=40),), slow)
    assert (period.start_s, period.end_s) == (2.0, 5.0)


def test_a_film_whose_player_is_named_goes_from_tracks_to_shifts():
    film = Made([Person(2, 9, read("5", 3, 5)), Person(0, 20, read("9", 1, 9), x=600)])
    (row,) = film.shifts(wanted("5", periods=[{"start_s": 0, "end_s": 6}, {"start_s": 6, "end_s": 20}]))[:1]
    assert (row["start_s"], row["end_s"], row["end_reason"]) == (2.0, 6.0, "period_end")


def test_a_film_without_shifts_is_sound():
    assert all(check.passed for check in shifts_are_sound(PLAYER_IDENTITY.empty(), 1.0))
