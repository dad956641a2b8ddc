"""Each threshold of metrics and findings, just below and just above."""

import numpy as np
import pytest

from gametape.coaching.findings import _longest, _stretches, _watchable, _worst
from gametape.coaching.spans import Evidence
from gametape.film.sidecar import Sidecar
from tests.coaching.test_metrics import ball_table, rows_of, with_ball
from tests.coaching.test_stroke_measures import measured, table
from tests.movement.stickman import Figure, Shot, film

TENNIS = Sidecar(sport="tennis")


@pytest.fixture(scope="module")
def standing() -> Shot:
    return film(Figure(seconds=4))


def metric(shot: Shot, ball, name: str, sidecar: Sidecar = TENNIS) -> dict:
    whole = Shot(shot.poses, shot.angles, shot.frames, shot.width, shot.height, ball)
    return rows_of(whole, sidecar)["ball", name]


def at_the_nose(shot: Shot, share: float, away: float = 0.0):
    """A ball that moves fast, at the nose in a share of the frames, so many px beside it."""
    n = shot.frames.num_rows
    x, y = (shot.poses[f"nose_{axis}"].to_numpy().astype(float) for axis in "xy")
    far = np.arange(n) >= round(share * n)
    x = np.where(far, 5000.0 + 60 * np.arange(n), x + away)
    return ball_table(x, y, ["detected"] * n, 30, np.zeros(n), speed=np.full(n, 5000.0))


@pytest.mark.parametrize(("share", "is_ball"), [(0.5, True), (0.51, False)])
def test_what_is_at_the_body_in_more_than_half_of_its_frames_is_a_limb(standing, share, is_ball):
    assert (metric(standing, at_the_nose(standing, share), "ball_coverage")["value"] is not None) == is_ball


@pytest.mark.parametrize(("heights", "near"), [(0.14, 1.0), (0.16, 0.0)])
def test_the_body_reaches_fifteen_hundredths_of_a_height(standing, heights, near):
    poses = standing.poses
    tall = float(np.median(poses["y2"].to_numpy() - poses["y1"].to_numpy()))
    # Away from the nose and from everything else: above the head.
    n = standing.frames.num_rows
    x, y = (poses[f"nose_{axis}"].to_numpy().astype(float) for axis in "xy")
    ball = ball_table(x, y - heights * tall, ["detected"] * n, 30, np.zeros(n))
    assert metric(standing, ball, "ball_near_body")["value"] == near


@pytest.mark.parametrize(("speed", "is_ball"), [(0.99, False), (1.01, True)])
def test_what_is_never_faster_than_a_height_a_second_is_a_mark(standing, speed, is_ball):
    poses, n = standing.poses, standing.frames.num_rows
    tall = float(np.median(poses["y2"].to_numpy() - poses["y1"].to_numpy()))
    x = 5000 + speed * tall * np.arange(n) / 30
    ball = ball_table(x, np.zeros(n), ["detected"] * n, 30, np.zeros(n))
    assert (metric(standing, ball, "ball_coverage")["value"] is not None) == is_ball


@pytest.mark.parametrize(("seen", "is_ball"), [(9, False), (10, True)])
def test_without_a_sport_a_ball_is_seen_in_a_twentieth_of_the_frames(seen, is_ball):
    n = 200
    state = ["detected"] * seen + ["absent"] * (n - seen)
    ball = with_ball(ball_table(10.0 * np.arange(n), np.zeros(n), state, 30, np.zeros(n)))
    assert (rows_of(ball, Sidecar())["ball", "ball_coverage"]["value"] is not None) == is_ball
    assert rows_of(ball, TENNIS)["ball", "ball_coverage"]["value"] == pytest.approx(seen / n)


@pytest.mark.parametrize(("detections", "known"), [(9, False), (10, True)])
def test_ten_detections_beside_people_tell_how_near_the_ball_is(standing, detections, known):
    n = standing.frames.num_rows
    state = ["detected"] * detections + ["absent"] * (n - detections)
    ball = ball_table(5000 + 60.0 * np.arange(n), np.zeros(n), state, 30, np.zeros(n))
    assert (metric(standing, ball, "ball_near_body")["value"] is not None) == known


@pytest.mark.parametrize(("confidence", "counted"), [(0.49, 0), (0.5, 1)])
def test_a_stroke_counts_from_a_confidence_of_a_half(confidence, counted):
    assert measured(table({"confidence": confidence}))["strokes"].value == counted


@pytest.mark.parametrize(("strokes", "known"), [(3, False), (4, True)])
def test_four_strokes_have_a_scatter(strokes, known):
    found = measured(table(*({"contact_height": 1.0 + 0.1 * at} for at in range(strokes))))
    assert (found["stroke_contact_scatter"].value is not None) == known


@pytest.mark.parametrize(("gap_s", "stretches"), [(0.29, 1), (0.31, 2)])
def test_stretches_up_to_three_tenths_of_a_second_apart_are_one(gap_s, stretches):
    times = np.array([0.0, 0.1, 0.1 + gap_s, 0.2 + gap_s])
    found = _stretches(times, np.array([1.0, 2.0, 1.0, 1.0]))
    assert len(found) == stretches and found[0][0] == 2.0 and found[0][1].worst_s == 0.1
    assert _stretches(times, np.zeros(4)) == [], "at the limit is not past it"


def test_the_three_worst_stretches_are_shown_in_the_films_order():
    spans = [(depth, Evidence(at, at + 1.0, at)) for at, depth in ((0.0, 2.0), (2.0, 1.0), (4.0, 3.0), (6.0, 4.0))]
    assert [span.start_s for span in _worst(spans)] == [0.0, 4.0, 6.0]
    gaps = _longest([(0.0, 2.0), (3.0, 4.0), (5.0, 8.0), (9.0, 13.0)])
    assert [(gap.start_s, gap.end_s, gap.worst_s) for gap in gaps] == [(0, 2, 1), (5, 8, 6.5), (9, 13, 11)]


@pytest.mark.parametrize(("lasts", "shown"), [(0.0, 0.1), (0.09, 0.1), (0.11, 0.11)])
def test_a_stretch_is_shown_for_a_tenth_of_a_second_at_least(lasts, shown):
    span = _watchable(Evidence(1.0, 1.0 + lasts, 1.0))
    assert span.end_s - span.start_s == pytest.approx(shown) and span.worst_s == 1.0
    assert (span.start_s + span.end_s) / 2 == pytest.approx(1.0 + lasts / 2)
    assert _watchable(Evidence(0.0, 0.0, 0.0)).start_s == 0.0, "not before the film"
