"""The metrics table: film, ball and subject; nulls with reasons, never inventions."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from gametape.base.reason import Reason
from gametape.coaching import subject_track
from gametape.film.sidecar import Camera as CameraSide
from gametape.film.sidecar import Click, Player, Sidecar
from gametape.sports.load import limits_for
from gametape.tables.ball import BALL_FLIGHTS, BALL_TRAJECTORY, RALLIES
from gametape.tables.coaching import METRICS
from gametape.tables.film import FRAMES
from gametape.tables.pose import JOINT_ANGLES_TABLE, POSE_KEYPOINTS
from tests.movement.stickman import Camera, Figure, Shot, burst, film, frames_at


def ball_table(
    x: np.ndarray, y: np.ndarray, state: list[str], fps: float, flight: np.ndarray, **more: object
) -> pa.Table:
    n = len(x)
    gone = np.array(state) == "absent"
    vx, vy = np.gradient(x) * fps, np.gradient(y) * fps
    columns = {name: pa.nulls(n, BALL_TRAJECTORY.schema().field(name).type) for name in BALL_TRAJECTORY.names}
    columns |= {
        "frame": np.arange(n, dtype=np.int32),
        "time_s": np.arange(n) / fps,
        "state": state,
        "tracker": ["test"] * n,
        "flight": pa.array(flight, pa.int32(), mask=gone),
    }
    for name, values in (("x", x), ("y", y), ("vx", vx), ("vy", vy), ("speed", np.hypot(vx, vy))):
        columns[name] = pa.array(values, pa.float32(), mask=gone)
    for name, values in more.items():
        columns[name] = pa.array(values, pa.float32(), mask=gone)
    return BALL_TRAJECTORY.cast(pa.table(columns))


def empty() -> Shot:
    return Shot(POSE_KEYPOINTS.from_rows([]), JOINT_ANGLES_TABLE.from_rows([]), FRAMES.from_rows([]), 1280, 720)


NOTHING_SAID = Sidecar()


def rows_of(shot: Shot, sidecar: Sidecar = NOTHING_SAID) -> dict[tuple[str, str], dict]:
    table = shot.metrics(sidecar)
    return {(row["subject"], row["metric"]): row for row in table.to_pylist()}


def with_ball(table: pa.Table, fps: float = 30) -> Shot:
    base = empty()
    return Shot(base.poses, base.angles, frames_at(np.arange(table.num_rows) / fps), 1280, 720, table)


def test_without_a_sport_a_few_sights_are_not_taken_for_a_ball():
    n = 200
    ball = ball_table(10.0 * np.arange(n), np.zeros(n), ["detected"] * 5 + ["absent"] * (n - 5), 30, np.zeros(n))
    assert rows_of(with_ball(ball))["ball", "ball_coverage"]["reason"].startswith("ball_seldom_seen(")
    assert rows_of(with_ball(ball), Sidecar(sport="tennis"))["ball", "ball_coverage"]["value"] == pytest.approx(0.025)


@pytest.mark.parametrize("fps", [25, 30, 60])
def test_ball_speed_is_per_second_and_not_per_frame(fps):
    n = 2 * fps
    x = 600.0 * np.arange(n) / fps
    table = ball_table(x, np.zeros(n), ["detected"] * n, fps, np.zeros(n))
    rows = rows_of(with_ball(table, fps))
    assert rows["ball", "ball_speed_median"]["value"] == pytest.approx(600)
    assert rows["ball", "ball_path"]["value"] == pytest.approx(x[-1])


def test_a_hand_that_moves_like_a_ball_is_not_told_as_one():
    """A tracker that goes by motion alone finds a "ball" in a film of one man on a beam: his hand."""
    shot = film(Figure(seconds=2.0))
    n = shot.frames.num_rows
    wrist = [shot.poses[f"right_wrist_{axis}"].to_numpy().astype(float) for axis in "xy"]
    for x, y, is_ball in ((*wrist, False), (wrist[0] + 400 + 20 * np.arange(n), wrist[1], True)):
        table = ball_table(x, y, ["detected"] * n, 30, np.zeros(n))
        rows = rows_of(Shot(shot.poses, shot.angles, shot.frames, shot.width, shot.height, table))
        assert rows["ball", "ball_near_body"]["value"] == (0 if is_ball else 1)
        assert (rows["ball", "ball_coverage"]["value"] is not None) == is_ball
        assert (rows["ball", "ball_speed_max"]["value"] is not None) == is_ball
        assert is_ball or rows["ball", "ball_speed_max"]["reason"].startswith("ball_is_a_limb(")


def test_a_mark_that_drifts_with_the_camera_is_not_a_ball():
    """The bowling film had a ball on the shirt and one on the pitch, at 0.2 heights/s. A ball that is let go falls."""
    shot = film(Figure(seconds=2.0))
    n = shot.frames.num_rows
    for step, is_ball in ((2.0, False), (30.0, True)):
        table = ball_table(400 + step * np.arange(n), np.full(n, 9.0), ["detected"] * n, 30, np.zeros(n))
        rows = rows_of(Shot(shot.poses, shot.angles, shot.frames, shot.width, shot.height, table))
        for metric in ("ball_coverage", "ball_speed_max"):
            row = rows["ball", metric]
            assert (row["value"] is not None) == is_ball and (is_ball or row["reason"].startswith("ball_is_a_mark("))


def test_ball_coverage_gaps_and_flights():
    state = ["detected"] * 10 + ["interpolated"] * 5 + ["detected"] * 5 + ["absent"] * 20 + ["detected"] * 20
    flight = np.repeat([0, 0, 1], [20, 20, 20])
    table = ball_table(10.0 * np.arange(60), np.zeros(60), state, 30, flight)
    rows = rows_of(with_ball(table))
    assert rows["ball", "ball_coverage"]["value"] == pytest.approx(35 / 60)
    assert rows["ball", "ball_interpolated"]["value"] == pytest.approx(5 / 60)
    assert rows["ball", "ball_flights"]["value"] == 2
    assert rows["ball", "ball_longest_gap"]["value"] == pytest.approx(21 / 30)  # sight to sight
    assert rows["ball", "ball_path"]["value"] == pytest.approx(38 * 10)  # nothing across the gap


def test_shots_and_rallies_are_told_and_what_is_not_in_metres_says_why():
    n = 300
    ball = ball_table(10.0 * np.arange(n), np.zeros(n), ["detected"] * n, 30, np.zeros(n))
    struck = {"start_frame": 0, "end_frame": 9, "end_s": 9.0, "ended": "lost", "seen": 9, "spin": "unknown"}
    flights = [
        struck | {"flight": 0, "start_s": 1.0, "began": "hit", "speed_start": 900.0, "speed_start_mps": 20.0},
        struck | {"flight": 1, "start_s": 2.0, "began": "hit", "speed_start": 700.0, "speed_reason": "too few"},
        struck | {"flight": 2, "start_s": 3.0, "began": "bounce", "speed_start": 5000.0, "speed_start_mps": 90.0},
    ]
    play = {
        "start_frame": 0,
        "end_frame": 9,
        "flights": 4,
        "bounces": 1,
        "impacts": 0,
        "ended": "lost",
        "seen_share": 1,
    }
    rallies = [
        play | {"rally": i, "start_s": i * 4.0, "end_s": i * 4 + d, "duration_s": d, "shots": s, "confidence": 0.9}
        for i, (d, s) in enumerate([(2.0, 3), (3.0, 6)])
    ]
    shot = replace(with_ball(ball), flights=BALL_FLIGHTS.from_rows(flights), rallies=RALLIES.from_rows(rallies))
    rows = rows_of(shot)
    value = {name: row["value"] for (who, name), row in rows.items() if who == "ball"}
    assert value["shot_speed_max"] == 900 and value["shot_speed_median"] == 800  # a bounce is no shot
    assert value["shot_speed_max_metric"] == 20 and rows["ball", "shot_speed_max_metric"]["n"] == 1
    assert value["rallies"] == 2 and value["shots_per_rally"] == 4.5 and value["longest_rally"] == 3
    assert value["dead_time"] == pytest.approx(1 - 5 / (299 / 30))
    bare = replace(shot, flights=BALL_FLIGHTS.from_rows([flights[1]]), rallies=RALLIES.from_rows([]))
    blind = rows_of(bare, Sidecar(sport="tennis"))
    assert blind["ball", "shot_speed_max_metric"]["reason"] == "too few"
    assert blind["ball", "rallies"]["value"] == 0 and blind["ball", "dead_time"]["reason"] == "no_rally_seen"


def test_one_wild_ball_speed_is_not_the_maximum():
    n = 300
    speed = np.full(n, 500.0)
    speed[100] = 90_000.0
    rows = rows_of(with_ball(ball_table(np.zeros(n), np.zeros(n), ["detected"] * n, 30, np.zeros(n), speed=speed)))
    assert rows["ball", "ball_speed_max"]["value"] == pytest.approx(500)


def test_the_ball_is_only_missed_where_it_was_looked_for():
    state = ["absent"] * 30 + ["detected"] * 30 + ["absent"] * 30
    table = ball_table(np.zeros(90), np.zeros(90), state, 30, np.zeros(90))
    rows = rows_of(with_ball(table), Sidecar(trim_start_s=1.0, trim_end_s=1.99))
    assert rows["ball", "ball_coverage"]["value"] == 1.0
    assert rows["ball", "ball_coverage"]["n"] == 30


def test_film_facts_of_a_variable_frame_rate():
    shot = film(Figure(seconds=4), camera=Camera(fps=30, jitter=0.5))
    rows = rows_of(shot)
    assert rows["film", "frames"]["value"] == 120
    assert rows["film", "fps"]["value"] == pytest.approx(30, rel=0.02)
    assert rows["film", "fps"]["spread"] > 1
    assert rows["film", "duration"]["value"] == pytest.approx(4.0, abs=0.03)


@pytest.mark.parametrize("frames", [0, 1, 2, 4])
def test_almost_nothing_gives_nulls_with_reasons_and_no_exception(frames):
    whole = film(Figure(seconds=1))
    shot = Shot(whole.poses[:frames], whole.angles[:frames], whole.frames[:frames], 1280, 720)
    table = shot.metrics(Sidecar(sport="cricket", mode="batting"))
    METRICS.cast(table)
    for row in table.to_pylist():
        assert (row["value"] is None) == bool(row["reason"]), row
        assert row["value"] is None or np.isfinite(row["value"]), row
    by_name = {r["metric"]: r for r in table.to_pylist()}
    for metric in ("head_stability", "balance_drift", "front_knee_brace", "elbow_drop", "left_knee_range"):
        assert by_name[metric]["value"] is None and by_name[metric]["score"] is None
    side = Sidecar(sport="cricket", mode="batting")
    said = shot.findings(side)
    assert {code.split("_", 1)[1] for code in said["code"].to_pylist()} <= {"VISIBILITY_LOW"}


def test_every_metric_has_its_row_whether_or_not_anyone_was_seen():
    seen = film(Figure(right_wrist=burst(1.5, 4))).metrics()
    unseen = empty().metrics()
    assert set(seen["metric"].to_pylist()) == set(unseen["metric"].to_pylist())


@pytest.mark.parametrize(("luma", "dark"), [(0.0, True), (3.9, True), (4.1, False), (90.0, False)])
def test_in_a_black_film_nobody_is_out_of_sight(luma: float, dark: bool):
    """`cases/black.mp4` had a coverage of 0 and a reason, and was told to be filmed from elsewhere."""
    whole = film(Figure())
    frames = whole.frames.set_column(
        whole.frames.column_names.index("luma"), "luma", pa.array([luma] * whole.frames.num_rows, pa.float32())
    )
    shot = Shot(empty().poses, empty().angles, frames, 1280, 720)
    rows = rows_of(shot)
    assert all((row["value"] is None) == (row["reason"] is not None) for row in rows.values())
    reasons = {name: Reason.parse(row["reason"]).code for (_, name), row in rows.items() if row["reason"]}
    expected = "too_dark" if dark else "nobody_found"
    assert reasons["head_stability"] == reasons["joint_visibility"] == expected
    assert rows["film", "people"]["value"] == (None if dark else 0)
    assert rows["film", "pose_coverage"]["value"] == (None if dark else 0)


def test_a_quarter_of_a_second_of_slow_motion_has_people():
    """`cases/android_slowmo.mp4` listed two people and counted none: no film of 0.25 s shows anybody for 0.5 s."""
    assert rows_of(film(Figure(seconds=0.25)))["film", "people"]["value"] == 1
    glimpse = Figure(track=1, seconds=0.25, centre=0.3)
    assert rows_of(film(Figure(), glimpse))["film", "people"]["value"] == 1


@pytest.mark.parametrize(("pictures", "still"), [(8, True), (9, True), (14, False), (90, False)])
def test_of_a_film_that_stands_still_no_movement_is_measured(pictures: int, still: bool):
    """`cases/still_sample.mp4` had a head as still as a head can be. Angles and heights are those of the picture."""
    shot = film(Figure(seconds=3))
    count = shot.frames.num_rows
    assert count == 90
    again = pa.array(np.arange(count) % max(1, round(count / pictures)) != 0)
    frames = shot.frames.set_column(shot.frames.column_names.index("repeats_previous"), "repeats_previous", again)
    rows = rows_of(Shot(shot.poses, shot.angles, frames, 1280, 720))
    for metric in ("head_stability", "peak_wrist_speed", "elbow_drop"):
        row = rows["track:0", metric]
        assert (row["reason"] or "").startswith("film_stands_still(") is still, metric
        assert (row["value"] is None) == (row["reason"] is not None)
    assert rows["track:0", "left_knee_median"]["value"] is not None


def test_what_was_not_asked_for_is_not_called_missing():
    shot = film(Figure())
    rows = rows_of(Shot(empty().poses, empty().angles, shot.frames, 1280, 720), Sidecar(analyses=("ball",)))
    assert rows["film", "pose_coverage"]["value"] is None
    assert rows["film", "people"]["value"] is None
    rows = rows_of(shot, Sidecar(analyses=("pose",)))
    assert rows["ball", "ball_coverage"]["value"] is None
    assert rows["ball", "ball_coverage"]["reason"] == "ball_not_wanted"


def test_the_spec_anchors_hold_where_the_definition_was_right():
    scales = limits_for("cricket", "batting").scales
    assert scales["front_knee_brace"].score(130) == pytest.approx(0.5)
    assert scales["balance_drift"].score(0.1) == pytest.approx(0.5)
    assert scales["elbow_drop"].score(0.075) == pytest.approx(0.5)
    # 0.2 shoulder widths (0.25 heights) a sample at 10 samples a second
    assert scales["head_stability"].score(0.2 * 0.25 * 10) == pytest.approx(1 / 3)
    assert scales["front_knee_brace"].score(60) == 0.0
    assert scales["head_stability"].score(-1) == 1.0


# -- who is measured ------------------------------------------------------------------------------------------

BATTER = Figure(track=3, seconds=4, centre=-0.05, right_wrist=burst(2.0, 4.0))


def test_the_player_is_measured_and_not_a_passer_by():
    passer = Figure(track=1, seconds=0.8, start=1.0, centre=0.1, size=1.3, travel=lambda t: t)
    watcher = Figure(track=2, seconds=4, centre=0.4, size=0.8)
    table = film(watcher, passer, BATTER).metrics()
    assert subject_track(table) == 3
    others = {r["metric"] for r in table.to_pylist() if r["subject"] in ("track:1", "track:2")}
    assert others == {"pose_coverage"}


def test_a_click_beats_the_rule():
    other = Figure(track=2, seconds=4, centre=0.35, size=0.5)
    clicked = Sidecar(players=(Player(clicks=(Click(t=1.0, x=0.85, y=0.6),)),))
    table = film(BATTER, other).metrics(clicked)
    assert subject_track(table) == 2


def test_a_click_on_nobody_measures_nobody():
    clicked = Sidecar(players=(Player(clicks=(Click(t=1.0, x=0.02, y=0.02),)),))
    rows = rows_of(film(BATTER), clicked)
    assert rows["film", "head_stability"]["value"] is None
    assert rows["film", "head_stability"]["reason"] == Reason("nobody_at_the_clicks", times="1 s")


def test_a_close_call_is_told():
    twins = (Figure(track=0, seconds=3, centre=-0.2), Figure(track=1, seconds=3, centre=0.2))
    assert rows_of(film(*twins))["film", "subject_margin"]["value"] < 0.1
    assert film(*twins).tables()["people"]["choice"][0].as_py().endswith("close_call(track=1)])")


def test_the_subject_does_not_depend_on_track_numbers_or_row_order():
    watcher = Figure(track=9, seconds=4, centre=0.4, size=0.8)
    shot = film(BATTER, watcher)
    shuffled = Shot(
        shot.poses.take(np.random.default_rng(0).permutation(shot.poses.num_rows)), shot.angles, shot.frames, 1280, 720
    )
    assert subject_track(shuffled.metrics()) == 3


def test_another_person_taking_over_lowers_coverage_and_is_never_taken_for_the_subject():
    first = Figure(track=0, seconds=2.5, hip_shift=lambda t: 0.0 * t + 0.03)
    then = Figure(track=1, seconds=1.5, start=2.5, hip_shift=lambda t: 0.0 * t + 0.15)
    rows = rows_of(film(first, then))
    assert rows["track:0", "pose_coverage"]["value"] == pytest.approx(2.5 / 4, abs=0.02)
    assert rows["track:0", "balance_drift"]["value"] == pytest.approx(0.03, abs=0.003)
    assert rows["film", "people"]["value"] == 2


@pytest.mark.parametrize("step", [1, 2, 3])
def test_coverage_counts_analysed_frames_alone(step):
    shot = film(Figure(seconds=3), camera=Camera(fps=60))
    every = shot.poses.filter(pa.array(shot.poses["frame"].to_numpy() % step == 0))
    rows = rows_of(Shot(every, shot.angles, shot.frames, 1280, 720), Sidecar(sample_rate_hz=60 / step))
    assert rows["track:0", "pose_coverage"]["value"] == pytest.approx(1.0, abs=0.02)


def test_handedness_of_another_player_is_not_used():
    two = Sidecar(
        camera=CameraSide(motion="fixed"),
        players=(Player(name="a", handedness="left"), Player(name="b", handedness="right")),
    )
    row = rows_of(film(Figure(right_wrist=burst(1.5, 4), left_wrist=burst(1.5, 4))), two)["track:0", "dominant_wrist"]
    assert row["value"] is None
