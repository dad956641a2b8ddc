"""A player of known height is as tall before a calibrated camera, and where that cannot be known it is said."""

import numpy as np
import pyarrow as pa
import pytest

from gametape.film.sidecar import Player, parse_sidecar
from gametape.geometry.stretches import calibration_table
from gametape.movement.motion import Motion
from gametape.movement.stature import size_measures
from gametape.pose import joint_angles
from gametape.sample.files import sidecar_text
from gametape.sample.scene import side_camera
from gametape.sports.courts import court_of
from gametape.tables.ball import CALIBRATION
from tests.movement.stickman import Camera, Figure, film, points_of

SIZE = (1280, 720)
TALL_M = 1.75
SIDECAR = parse_sidecar(sidecar_text(side_camera(*SIZE)).encode(), "rally.yaml")


@pytest.fixture(scope="module")
def standing() -> Motion:
    """Somebody who walks slowly along the wall, a step a second, seen by the sample film's camera."""
    times = np.arange(90) / 30
    figure = Figure(stance=0.0)
    heights = points_of(figure, times)
    poses = film(figure, camera=Camera(fps=30)).poses
    columns = {name: poses[name] for name in poses.column_names}
    for name, place in heights.items():
        across = 0.02 * times + place[:, 0]  # heights, along the picture
        world = np.column_stack([TALL_M * across, np.zeros(90), -TALL_M * place[:, 1]])
        pixels, _ = side_camera(*SIZE).project(world)
        columns |= {f"{name}_x": pa.array(pixels[:, 0]), f"{name}_y": pa.array(pixels[:, 1])}
    poses = pa.table(columns).cast(poses.schema)
    return Motion(poses, joint_angles(poses), 0)


def measured(motion: Motion, player: Player, calibration: pa.Table) -> dict:
    return {one.metric: one for one in size_measures(motion, player, calibration)}


def test_a_calibrated_camera_tells_how_tall_a_standing_player_is(standing: Motion):
    told = measured(standing, Player(), calibration_table(SIDECAR, *SIZE))
    metres = told["body_height_metric"]
    assert metres.value == pytest.approx(TALL_M, rel=0.02)
    assert abs(metres.value - TALL_M) < metres.error < 0.08 * TALL_M
    assert told["picture_scale"].value == pytest.approx(told["body_height"].value / metres.value)
    assert 0.03 * told["body_height"].value <= told["body_height"].error < 0.05 * told["body_height"].value


def test_who_plays_at_a_table_stands_on_the_floor_below_it(standing: Motion):
    """The court of table tennis is the table's surface, on which a player was 1.38 m tall."""
    court = court_of("table tennis")
    lines = ["sport: table tennis", "camera:", "  motion: fixed", "  calibration:"]
    for name, (x, y, height) in court.points.items():
        (at,), _ = side_camera(*SIZE).project(np.array([[0.5 + y, -x, 0.76 + height]]))
        lines.append(f"    - {{at: {name}, x: {at[0]:.3f}, y: {at[1]:.3f}}}")
    sidecar = parse_sidecar("\n".join(lines).encode(), "table.yaml")
    told = measured(standing, Player(), calibration_table(sidecar, *SIZE))["body_height_metric"]
    assert told.value == pytest.approx(TALL_M, rel=0.03)


def test_what_the_sidecar_tells_counts_more(standing: Motion):
    told = measured(standing, Player(height_m=1.9), calibration_table(SIDECAR, *SIZE))["body_height_metric"]
    assert (told.value, told.error, told.method) == (1.9, 0.01, "the sidecar tells it")


def test_no_metres_without_a_camera_in_space(standing: Motion):
    for calibration in (CALIBRATION.from_rows([]), calibration_table(parse_sidecar(b"{}", "x.json"), *SIZE)):
        told = measured(standing, Player(), calibration)
        for metric in ("body_height_metric", "picture_scale"):
            assert told[metric].value is None and "calibrat" in told[metric].reason
        assert told["body_height"].value


def test_a_calibrated_film_of_nobody_tells_no_height(standing: Motion):
    nobody = film(Figure(stance=0.0), camera=Camera(fps=30)).poses.slice(0, 0)
    told = measured(Motion(nobody, joint_angles(nobody), 0), Player(), calibration_table(SIDECAR, *SIZE))
    assert told["body_height_metric"].value is None and told["body_height_metric"].reason.startswith("standing_foot")


def test_a_foot_counts_only_where_the_film_is_calibrated(standing: Motion):
    whole = calibration_table(SIDECAR, *SIZE).to_pylist()[0]
    frames = standing.frames
    middle = int(np.median(frames))
    nothing = {"solved": "none", "reason": "camera_pans", "width": SIZE[0], "height": SIZE[1], "marks": "[]"}
    halves = CALIBRATION.from_rows(
        [whole | {"stop": middle}, {"first_frame": middle, "stop": 10_000, "mark_count": 0} | nothing]
    )
    half, all_of_it = (
        measured(standing, Player(), table)["body_height_metric"]
        for table in (halves, calibration_table(SIDECAR, *SIZE))
    )
    assert half.value == pytest.approx(TALL_M, abs=0.1) and 0.3 * all_of_it.n < half.n < 0.7 * all_of_it.n
    twice = CALIBRATION.from_rows([whole | {"stop": middle}, whole | {"first_frame": middle}])
    assert measured(standing, Player(), twice)["body_height_metric"].value == pytest.approx(all_of_it.value)
