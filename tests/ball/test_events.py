"""Events on trajectories whose truth is known, on the sample film, and on labelled points."""

import json

import numpy as np
import pyarrow as pa
import pytest

from gametape.ball.events import find_events
from gametape.ball.events.find import STILL, comes_to_rest
from gametape.ball.events.network import CHUNK, KINDS, WEIGHTS, log_odds, weights
from gametape.ball.events.signal import STEP_S, channels, stretches
from gametape.base.errors import BadInput
from gametape.evaluation.events import Count, count, evaluate_events, read_points
from gametape.sports.courts import ball_bounces
from gametape.tables.ball import BALL_EVENTS, BALL_TRAJECTORY
from gametape.training.events import simulated_shuttle

GRAVITY = 1500.0  # px/s^2 of a 1280 x 720 picture


def trajectory(times, places, seen=None) -> pa.Table:
    """A `BALL_TRAJECTORY` of places (n, 2) px, seen where not NaN."""
    places = np.asarray(places, float)
    known = np.isfinite(places).all(axis=1) & (True if seen is None else seen)
    rows = [
        {
            "frame": i,
            "time_s": float(t),
            "state": "detected",
            "x": p[0],
            "y": p[1],
            "confidence": 1.0,
            "tracker": "made",
        }
        if ok
        else {"frame": i, "time_s": float(t), "state": "absent", "tracker": "made"}
        for i, (t, p, ok) in enumerate(zip(times, places.tolist(), known.tolist(), strict=True))
    ]
    return BALL_TRAJECTORY.from_rows(rows)


def rally(times, width=1280, height=720, strokes=5):
    """Seen from the side: hit, bounce, hit to and fro. Returns places px and the events as (kind, time).

    Between two hits 0.95 s pass; the ball bounces 0.6 s after a hit and keeps 0.75 of its speed down.
    """
    ground, racket = 0.86, 0.66  # shares of the height
    unit = np.sqrt(width * height / (1280 * 720))
    gravity, air, back = GRAVITY * unit, 0.6, 0.35
    rise = (ground - racket) * height
    places, events = np.full((len(times), 2), np.nan), []
    left, right = 0.12 * width, 0.88 * width
    for stroke in range(strokes):
        begin = 0.2 + stroke * (air + back)
        start, stop = (left, right) if stroke % 2 == 0 else (right, left)
        across = (stop - start) / (air + 0.7 * back)
        events += [("hit", begin), ("bounce", begin + air)]
        t = np.asarray(times) - begin
        first, second = (t >= 0) & (t < air), (t >= air) & (t < air + back)
        places[first, 0] = start + across * t[first]
        places[first, 1] = racket * height + (rise / air - gravity * air / 2) * t[first] + gravity * t[first] ** 2 / 2
        after = t[second] - air
        up = 0.75 * (rise / air + gravity * air / 2)
        places[second, 0] = start + across * (air + 0.7 * after)
        places[second, 1] = ground * height - up * after + gravity * after**2 / 2
    return places, events


def test_an_event_is_at_the_frame_that_first_shows_its_picture():
    times = np.arange(0, 2.5, 1 / 60)
    taken = np.floor(np.arange(len(times)) / 4) / 15
    table = trajectory(times, rally(taken)[0])
    table = table.set_column(table.column_names.index("taken_s"), table.schema.field("taken_s"), [taken])
    told = find_events(table, width=1280, height=720, bounces=True)
    assert told.num_rows and all(frame % 4 == 0 for frame in told["frame"].to_pylist())


def found(table, least=0.0):
    return [
        (kind, time)
        for kind, time, sure in zip(
            table["kind"].to_pylist(), table["time_s"].to_pylist(), table["confidence"].to_pylist(), strict=True
        )
        if sure >= least
    ]


def assert_tells(table, events, within=0.05, inner=True):
    """Every event inside the trajectory is told, of its kind and nothing else; the first hit and the end, where
    nothing is seen before or after, may be missing.
    """
    told = found(table)
    for kind, moment in events[1:] if inner else events:
        near = [k for k, t in told if abs(t - moment) <= within]
        assert near == [kind], (kind, moment, told)
    assert len(told) <= len(events)


def clock(fps, seconds=5.0):
    return np.arange(round(fps * seconds)) / fps


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
def test_a_rally_is_told_at_every_frame_rate(fps):
    times = clock(fps)
    places, events = rally(times)
    table = find_events(trajectory(times, places), width=1280, height=720, bounces=True)
    assert table.schema.equals(BALL_EVENTS.schema())
    assert_tells(table, events)
    frames = table["frame"].to_numpy()
    assert (np.abs(times[frames] - table["time_s"].to_numpy()) <= 0.51 / fps).all()


@pytest.mark.parametrize(("width", "height"), [(606, 1080), (480, 270), (2560, 1600)])
def test_resolution_and_aspect_do_not_matter(width, height):
    times = clock(30)
    places, events = rally(times, width, height)
    assert_tells(find_events(trajectory(times, places), width=width, height=height, bounces=True), events)


def test_a_variable_frame_rate_does_not_matter():
    steps = np.random.default_rng(3).choice([1 / 60, 1 / 30, 1 / 25], 180)
    times = np.cumsum(steps)
    places, events = rally(times)
    assert_tells(find_events(trajectory(times, places), width=1280, height=720, bounces=True), events)


def test_gaps_hide_little_and_a_late_start_is_no_harm():
    times = clock(50)
    places, events = rally(times)
    random = np.random.default_rng(5)
    seen = (random.random(len(times)) > 0.2) & (times > 1.0)
    for _, moment in events[::2]:  # the racket hides the ball
        seen &= np.abs(times - moment) > 0.03
    table = find_events(trajectory(times, places, seen), width=1280, height=720, bounces=True)
    assert_tells(table, [event for event in events if event[1] > 1.1], within=0.08)


def test_speeds_and_turns_are_those_of_the_flight():
    times = clock(50)
    places, events = rally(times)
    table = find_events(trajectory(times, places), width=1280, height=720, bounces=True).to_pylist()
    moment = events[3][1]
    bounce = min(table, key=lambda row: abs(row["time_s"] - moment))
    step = 1e-3
    before = np.diff(rally(np.array([moment - 2 * step, moment - step]))[0], axis=0)[0] / step
    after = np.diff(rally(np.array([moment + step, moment + 2 * step]))[0], axis=0)[0] / step
    assert bounce["speed_before"] == pytest.approx(np.hypot(*before), rel=0.08)
    assert bounce["speed_after"] == pytest.approx(np.hypot(*after), rel=0.08)
    cosine = before @ after / np.hypot(*before) / np.hypot(*after)
    assert bounce["angle_change"] == pytest.approx(np.degrees(np.arccos(cosine)), abs=8)
    assert (bounce["x"], bounce["y"]) == pytest.approx(rally(np.array([moment]))[0][0], abs=25)


def test_flights_before_and_after_are_the_trajectorys():
    times = clock(50)
    places, events = rally(times)
    table = trajectory(times, places)
    flight = np.searchsorted([moment for _, moment in events], times, side="right")
    column = pa.array(flight, pa.int32(), mask=~np.isfinite(places[:, 0]))
    table = table.set_column(table.column_names.index("flight"), table.schema.field("flight"), column)
    for row in find_events(table, width=1280, height=720, bounces=True).to_pylist():
        number = int(np.argmin([abs(row["time_s"] - moment) for _, moment in events]))
        assert row["flight_before"] in (number, None)
        assert row["flight_after"] == number + 1


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_told_of_a_roll_a_throw_a_rest_and_noise(seed):
    times, random = clock(30, 4), np.random.default_rng(seed)
    roll = np.stack([100 + 60 * times, 500 + 8 * times], 1) + random.normal(0, 0.5, (len(times), 2))
    throw = np.stack([100 + 250 * times, 600 - 450 * times + 110 * times**2], 1) + random.normal(
        0, 0.5, (len(times), 2)
    )
    rest = np.full((len(times), 2), 300.0) + random.normal(0, 1, (len(times), 2))
    for places in (roll, throw, rest):
        assert find_events(trajectory(times, places), width=1280, height=720, bounces=True).num_rows == 0


def test_tables_with_nothing_in_them_give_no_events():
    for count_ in (0, 1, 40):
        table = trajectory(np.arange(count_) / 30, np.full((count_, 2), np.nan).reshape(-1, 2))
        events = find_events(table, width=1280, height=720, bounces=True)
        assert events.num_rows == 0
        assert events.schema.equals(BALL_EVENTS.schema())


@pytest.mark.parametrize("sport", ["badminton", "volleyball", "beach volleyball"])
def test_no_bounce_is_invented_where_the_sport_has_none(sport):
    times = clock(30)
    places, _ = rally(times)
    assert "bounce" in find_events(trajectory(times, places), width=1280, height=720, bounces=True)["kind"].to_pylist()
    kinds = find_events(trajectory(times, places), width=1280, height=720, bounces=ball_bounces(sport))[
        "kind"
    ].to_pylist()
    assert kinds and set(kinds) == {"hit"}


def test_the_same_trajectory_gives_the_same_events():
    times = clock(30)
    table = trajectory(times, rally(times)[0])
    assert find_events(table, width=1280, height=720, bounces=True).equals(
        find_events(table, width=1280, height=720, bounces=True)
    )


def test_what_the_tracker_filled_in_is_not_looked_at():
    times = clock(30)
    table = trajectory(times, rally(times)[0])
    filled = pa.array(["interpolated"] * len(times))
    table = table.set_column(table.column_names.index("state"), table.schema.field("state"), filled)
    assert find_events(table, width=1280, height=720, bounces=True).num_rows == 0


def test_chunk_seams_do_not_show(monkeypatch):
    times = clock(50, 12)
    places = rally(times, strokes=12)[0] / 960
    known = np.isfinite(places[:, 0])
    rows = channels(stretches(times[known], places[known])[0])
    whole = log_odds(rows, weights())
    assert rows.shape[1] < CHUNK and len(whole) == len(KINDS)
    monkeypatch.setattr("gametape.ball.events.network.CHUNK", 100)
    assert log_odds(rows, weights()) == pytest.approx(whole, abs=1e-3)


def shuttle_rallies(count: int, seed: int):
    """Times, places px of 1280 x 720 and hits of simulated rallies through cameras behind a court, 30 pictures a second."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        one = simulated_shuttle.rally(random)
        times = np.arange(0, one.times[-1], 1 / 30)
        places = one.places[np.round(times * simulated_shuttle.HZ).astype(int)] * 960 + [640, 360]
        seen = np.isfinite(places[:, 0])
        first, last = times[seen][[0, -1]]
        yield times, places, [at for kind, at in one.events if first <= at <= last - 0.05]


def test_hits_of_a_shuttle_are_told_though_it_slows_down_and_bends_by_itself(monkeypatch):
    """The network of play with bounces misses more of them and tells more wrongly.

    The rallies are of the simulation that the network learned from, in an earlier form: how well it does on films is in
    docs/benchmarks.md.
    """

    def counts():
        whole = Count()
        for times, places, hits in shuttle_rallies(12, seed=2):
            events = find_events(trajectory(times, places), width=1280, height=720, bounces=False)
            told = [round(30 * row["time_s"]) for row in events.to_pylist()]
            whole += count(told, [round(30 * at) for at in hits], 3)
        return whole

    own = counts()
    assert own.figures()["f1"] > 0.9
    monkeypatch.setattr("gametape.ball.events.network.WITHOUT_BOUNCES", WEIGHTS)
    other = counts()
    assert other.missed >= 2 * own.missed and other.wrong > own.wrong
    assert other.figures()["f1"] < own.figures()["f1"] - 0.1


def landed(moves: float, seen: slice = slice(None)):
    """Sights of a shuttle that falls for a second, meets the ground at 1.0 and moves so far later, units of the picture."""
    times = np.arange(0, 60) / 30
    down = np.column_stack([0.3 + 0 * times, 0.1 + 0.4 * np.minimum(times, 1.0)])
    down[:, 0] += moves * np.clip((times - 1.2) / 0.3, 0, 1)
    return times[seen], down[seen]


@pytest.mark.parametrize(("moves", "rests"), [(0.0, True), (STILL * 0.9, True), (STILL * 1.2, False), (0.1, False)])
def test_a_ball_that_lies_after_a_moment_was_not_hit_there(moves, rests):
    assert comes_to_rest(1.0, *landed(moves)) == rests


@pytest.mark.parametrize(
    ("later_s", "rests"),
    [
        ((0.2, 0.45), False),
        ((0.2, 0.3, 0.45), True),
        ((0.25, 0.3, 0.39), False),  # 0.14 s of 0.3
        ((0.25, 0.3, 0.41), True),
    ],
)
def test_a_ball_lies_where_it_is_seen_often_and_long_enough(later_s, rests):
    times = 1.0 + np.array(later_s)
    assert comes_to_rest(1.0, times, np.full((len(times), 2), 0.3)) == rests


@pytest.mark.parametrize(("moved_s", "rests"), [(0.19, True), (0.21, False), (0.49, False), (0.51, True)])
def test_a_ball_lies_that_moves_only_before_and_after_the_time_that_is_looked_at(moved_s, rests):
    times = 1.0 + np.arange(0, 0.8, 0.005) + 0.0025
    places = np.column_stack([np.where(times < 1 + moved_s, 0.3, 0.4), np.full(len(times), 0.5)])
    assert comes_to_rest(1.0, times, places) == rests


def test_a_ball_that_is_lost_after_a_moment_may_have_been_hit():
    assert comes_to_rest(1.0, *landed(0.0, slice(0, 38))) is False
    assert comes_to_rest(0.5, *landed(0.0)) is False, "it falls"


def test_a_long_pause_is_never_told_across():
    times = np.concatenate([clock(30, 1), 5 + clock(30, 1)])
    places = np.stack([300 * (times % 5), 200 + 0 * times], 1)
    first, second = stretches(times, places)
    assert len(first.times) == len(second.times) == 30
    assert first.clock()[-1] <= 1 and np.diff(second.clock()) == pytest.approx(STEP_S)


def test_nothing_is_told_at_a_cut():
    times = clock(30, 4)
    places = np.stack([200 + 150 * (times % 2), 500 - 90 * (times % 2)], 1)
    shots = (times >= 2).astype(int)
    assert find_events(trajectory(times, places), width=1280, height=720, bounces=True, shots=shots).num_rows == 0


def test_matching_is_one_to_one_and_as_good_as_can_be():
    assert count([10], [10, 12]) == Count(1, 0, 1)
    assert count([8, 12], [10, 15]) == Count(2, 0, 0)
    assert count([10, 11], [10]) == Count(1, 1, 0)
    assert count([16], [10]) == Count(0, 1, 1)
    assert Count(1, 1, 0).figures() == {"precision": 0.5, "recall": 1.0, "f1": 0.6667}
    assert Count().figures() == {"precision": None, "recall": None, "f1": None}


def labelled(tmp_path, **changes):
    import pyarrow.parquet as pq

    times = clock(50)
    places, events = rally(times, 1920, 1080)
    action = np.full(len(times), "air", object)
    for kind, moment in events:
        action[round(moment * 50)] = kind
    known = np.isfinite(places[:, 0])
    columns = {
        "point": [1] * len(times),
        "frame": 1000 + np.arange(len(times)),
        "x": pa.array(places[:, 0], mask=~known),
        "y": pa.array(places[:, 1], mask=~known),
        "visible": known,
        "action": action.tolist(),
    } | changes
    path = tmp_path / "points.parquet"
    pq.write_table(pa.table({name: value for name, value in columns.items() if value is not None}), path)
    return path, len(times)


def test_the_figures_of_labelled_points_are_those_of_places_alone(tmp_path):
    from typer.testing import CliRunner

    from orchestration.cli import app

    path, length = labelled(tmp_path)
    said = CliRunner().invoke(app, ["eval", "events", str(path)])
    assert said.exit_code == 0, said.output
    figures = json.loads(said.stdout)
    assert figures["hit"]["f1"] > 0.8 and figures["bounce"]["f1"] == 1
    assert figures["tolerance_frames"] == 5 and figures["fps"] == 50
    assert figures["events"]["labelled"] == {"hit": 5, "bounce": 5}
    path, _ = labelled(tmp_path, action=["air"] * length)
    blind = evaluate_events(path)
    assert blind["events"]["found"] == figures["events"]["found"], "labels must not help"
    assert blind["hit"]["recall"] is None and blind["hit"]["precision"] == 0


def test_labels_that_are_wrong_are_refused_with_the_reason(tmp_path):
    path, length = labelled(tmp_path, visible=None)
    with pytest.raises(BadInput, match="visible"):
        read_points(path)
    path, _ = labelled(tmp_path, action=["smash"] * length)
    with pytest.raises(BadInput, match="smash"):
        read_points(path)
    path, _ = labelled(tmp_path, frame=[7] * length)
    with pytest.raises(BadInput, match="do not increase"):
        read_points(path)
    path.write_bytes(b"no parquet")
    with pytest.raises(BadInput, match="cannot be read"):
        read_points(path)


def test_labels_finer_than_pixels_are_taken_to_whole_ones(tmp_path):
    # In the labelled match only events have places between pixels: a network could read the labels off them.
    path, _ = labelled(tmp_path)
    places = read_points(path)[0].places
    assert np.array_equal(places[np.isfinite(places)] % 1, np.zeros(np.isfinite(places).sum()))


def test_real_points_are_told_as_well_as_the_card_says(shared, tmp_path):
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    points = pq.read_table(shared / "data" / "tennis_events" / "points.parquet")
    some = pc.unique(points["point"])[::4]  # all of the match takes four times as long
    pq.write_table(points.filter(pc.is_in(points["point"], some)), tmp_path / "points.parquet")
    figures = evaluate_events(tmp_path / "points.parquet")
    assert figures["points"] == len(some) == 53
    # The shipped networks have seen these points: this guards the way, the card tells the held-out accuracy.
    assert figures["hit"]["f1"] > 0.85 and figures["bounce"]["f1"] > 0.85


def test_no_bounce_comes_from_real_badminton(shared):
    from gametape.evaluation.ball import read_labels

    hits = 0
    for path in sorted((shared / "data" / "badminton").glob("*.csv"))[:10]:
        labels = read_labels(path)
        places = np.where(labels.visible[:, None], labels.places * (1280, 720), np.nan)
        table = trajectory(np.arange(len(places)) / 30, places)
        kinds = find_events(table, width=1280, height=720, bounces=False)["kind"].to_pylist()
        assert set(kinds) <= {"hit"}
        hits += len(kinds)
    assert hits > 50


def assert_tells_the_sample(table, truth):
    """Every hit, bounce and impact within two frames, of its kind, and nothing else. The film's very ends are left
    out: of what is there only one side is seen.
    """
    told = list(zip(table["kind"].to_pylist(), table["frame"].to_pylist(), strict=True))
    for event in truth.events:
        if 6 <= event.frame < len(truth) - 6:
            assert [kind for kind, frame in told if abs(frame - event.frame) <= 2] == [event.kind], (event, told)
    for kind, frame in told:
        if 6 <= frame < len(truth) - 6:
            assert any(abs(frame - event.frame) <= 2 for event in truth.events), (kind, frame)


@pytest.mark.parametrize("fps", [25, 30, 60])
def test_the_samples_true_trajectory_tells_every_event(fps):
    from gametape.sample.renderer import Renderer

    truth = Renderer(seconds=6.0, size=(1280, 720), fps=fps, seed=11).truth
    assert {event.kind for event in truth.events} == {"hit", "bounce", "impact"}
    table = trajectory(truth.time_s, truth.ball, truth.ball_visible)
    assert_tells_the_sample(find_events(table, width=1280, height=720, bounces=True), truth)


@pytest.mark.slow
def test_what_is_tracked_in_the_sample_film_tells_every_event(tmp_path):
    from gametape.ball import track
    from gametape.media.film import Film
    from gametape.media.ingest import ingest
    from gametape.sample import load_truth, render

    sample = render(tmp_path / "sample", seconds=4.0, size=(1280, 720), fps=30, seed=7)
    ingested = ingest(sample.film, tmp_path)
    film = Film.of(tmp_path / "film.mp4", ingested.frames, ingested.width, ingested.height)
    events = find_events(track(film), width=film.width, height=film.height, bounces=True)
    assert_tells_the_sample(events, load_truth(sample.truth))
