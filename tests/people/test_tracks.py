"""Following: known players on known paths, with boxes as a finder gives them."""

import numpy as np
import pytest

from gametape.people.tracks import track
from gametape.tables.people import CAMERA_MOTION, CLOTHES_COLUMNS, PERSON_BOXES

RED, WHITE, GREY = (45.0, 60, 40, 30, 50, 30), (93.0, 0, 0, 90, 0, 0), (40.0, 0, 0, 15, 0, 0)
FPS, STEP = 30.0, 2


def filmed(looks: int, *, pan: float = 0.0, cut: int | None = None):
    """The camera's table: it moves things by `pan` px to the left from look to look."""
    rows, shot = [], 0
    for look in range(looks):
        begins = look == cut
        shot += begins
        row = {"frame": look * STEP, "time_s": look * STEP / FPS, "shot": shot, "cut": begins}
        if look and not begins:
            row |= {"quality": 0.8, "m11": 1.0, "m12": 0.0, "m13": -pan, "m21": 0.0, "m22": 1.0, "m23": 0.0}
        rows.append(row)
    return CAMERA_MOTION.from_rows(rows)


def seen(look: int, x: float, y: float, colour, *, tall: float = 60.0, confidence: float = 0.6):
    box = {"x1": x - tall / 5, "y1": y - tall, "x2": x + tall / 5, "y2": y}
    row = {"frame": look * STEP, "time_s": look * STEP / FPS, "confidence": confidence, "source": "network"} | box
    return row | dict(zip(CLOTHES_COLUMNS, colour, strict=True))


def followed(rows, looks: int, **camera):
    boxes = PERSON_BOXES.from_rows(sorted(rows, key=lambda row: row["frame"]))
    times = np.arange(looks * STEP) / FPS
    return track(boxes, filmed(looks, **camera), times, (1280, 720)).to_pandas()


def standing(looks):
    """Two of each side, so that the two colours are known."""
    rows = []
    for look in range(looks):
        rows += [seen(look, 900 + 60 * n, 650, colour) for n, colour in enumerate((RED, RED, WHITE, WHITE))]
    return rows


def test_a_person_is_one_track_with_a_row_for_every_frame_in_between():
    table = followed([seen(look, 100 + 8 * look, 300, RED) for look in range(30)], 30)
    assert table["track"].unique().tolist() == [1]
    assert table["frame"].tolist() == list(range(59))
    assert table["interpolated"].tolist() == [frame % 2 == 1 for frame in range(59)]
    assert table["x1"][1] == pytest.approx(100 - 12 + 4)


def test_the_cameras_pan_is_no_movement_of_the_person():
    """Without compensation 70 px from look to look are farther than enlarged boxes reach."""
    rows = [seen(look, 1250 - 40 * look, 300, RED) for look in range(30)]
    assert followed(rows, 30, pan=40.0)["track"].nunique() == 1
    jumps = [seen(look, 1250 - 40 * look, 300, RED) for look in range(30)]
    assert followed(jumps, 30, pan=0.0)["track"].nunique() != 1


def test_a_cut_ends_every_track():
    table = followed([seen(look, 300, 300, RED) for look in range(30)], 30, cut=15)
    first, second = table[table["frame"] < 30], table[table["frame"] >= 30]
    assert set(first["track"]).isdisjoint(second["track"])


def test_two_who_cross_keep_their_colours():
    rows = standing(40)
    for look in range(40):
        if not 18 <= look <= 21:  # they hide each other
            rows.append(seen(look, 200 + 10 * look, 300, RED))
        rows.append(seen(look, 590 - 10 * look, 300, WHITE))
    table = followed(rows, 40)
    for start, colour in ((188, "red"), (578, "white")):
        first = table[(table["frame"] == 0) & ((table["x1"] - start).abs() < 1)]["track"].item()
        own = table[table["track"] == first].set_index("frame")["x1"]
        assert own[78] == pytest.approx(188 + 390 if colour == "red" else 578 - 390, abs=1)
    assert table.groupby("track")["team"].nunique(dropna=False).max() == 1


def test_low_scores_continue_a_track_and_begin_none():
    weak = [seen(look, 300, 300, RED, confidence=0.6 if look < 12 else 0.25) for look in range(20)]
    assert followed(weak, 20)["frame"].max() == 38
    assert followed([seen(look, 300, 300, RED, confidence=0.25) for look in range(20)], 20).empty


@pytest.mark.parametrize(("hidden", "tracks"), [(20, 1), (85, 1), (94, 2)])
def test_pieces_are_joined_over_a_gap_that_a_person_explains(hidden, tracks):
    """94 looks are more than 6 s: longer than place and colour say who it is."""
    looks = 130
    rows = [seen(look, 300 + 2 * look, 300, RED) for look in range(looks) if not 20 <= look < 20 + hidden]
    assert followed(rows, looks)["track"].nunique() == tracks


def test_nobody_runs_faster_than_people_do():
    """600 px in 0.93 s are 10.7 heights a second; 6.5 are possible."""
    rows = [seen(look, 100 if look < 20 else 700, 300, RED) for look in range(54) if not 20 <= look < 34]
    assert followed(rows, 54)["track"].nunique() == 2


def test_a_box_that_is_too_large_is_exchanged_for_one_that_fits():
    """A network's surest box may hold half the ice; the right one is there too, less sure."""
    rows = []
    for look in range(30):
        large = 14 <= look < 18
        rows.append(seen(look, 100 + 8 * look, 300, RED, tall=100 if large else 60, confidence=0.6))
        if large:
            rows.append(seen(look, 100 + 8 * look, 300, RED, confidence=0.3))
    table = followed(rows, 30)
    assert table["track"].nunique() == 1
    assert (table["y2"] - table["y1"]).max() == pytest.approx(60)
    without = followed([row for row in rows if row["confidence"] > 0.5], 30)  # where none fits, it is let go
    assert (without["y2"] - without["y1"]).max() == pytest.approx(60) and without["interpolated"].sum() > 29


@pytest.mark.parametrize(("known", "tracks"), [(True, 1), (False, 2)])
def test_nobody_is_followed_over_an_unknown_movement_of_the_camera_to_another_place(known, tracks):
    """The picture is thrown by 30 px in one look: known, that is the camera; else it may be anybody."""
    from gametape.tables.people import MOVE

    rows = [seen(look, 300 if look < 15 else 330, 300, RED) for look in range(30)]
    camera = filmed(30).to_pylist()
    camera[15] |= {"m13": 30.0} if known else {"quality": None, **dict.fromkeys(MOVE)}
    boxes, times = PERSON_BOXES.from_rows(rows), np.arange(60) / FPS
    assert track(boxes, CAMERA_MOTION.from_rows(camera), times, (1280, 720)).to_pandas()["track"].nunique() == tracks


@pytest.mark.parametrize("hidden", [2, 4])
def test_two_of_one_side_who_cross_keep_their_ways(hidden):
    """They hide each other for a third of a second, and look alike: only how they run tells who is who."""
    rows = []
    for look in range(41):
        if abs(look - 20) > hidden:
            rows.append(seen(look, 400 + 9 * (look - 20), 300, RED, tall=62))
        rows.append(seen(look, 400 - 9 * (look - 20), 304, RED, tall=58))
    table = followed(rows, 41)
    for first in table[table["frame"] == 0]["track"]:
        own = table[(table["track"] == first) & ~table["interpolated"]]
        tall = (own["y2"] - own["y1"]).round(3)
        assert tall.nunique() == 1, f"track {first} is two people: {sorted(set(tall))}"


def test_a_track_is_cut_where_a_referee_takes_it_over():
    """Players of both sides, and a referee in the white side's shirt with black trousers, who runs on in the way of a
    white one who stops."""
    grey = (WHITE[0] - 22, *WHITE[1:3], 15.0, *WHITE[4:])
    rows = standing(40) + [seen(look, 900, 500, grey) for look in range(40)]
    for look in range(40):
        rows.append(seen(look, 300 + 6 * look, 300, WHITE if look < 28 else grey))
    table = followed(rows, 40)
    running = table[(table["y2"] == 300) & ~table["interpolated"]]
    before, after = (set(part["track"]) for part in (running[running["frame"] < 54], running[running["frame"] > 57]))
    assert before and after and not before & after
    assert set(running[running["frame"] > 57]["team"]) == {"referee"}


def test_nothing_is_claimed_at_an_end_where_somebody_else_is_in_front():
    """A track that began on a white player, who then ran in front of a red one, was the red one's from the start."""
    rows = standing(30)
    for look in range(30):
        rows.append(seen(look, 300 + 6 * look, 300, WHITE if look < 3 else RED))
        if 3 <= look < 6:
            rows.append(seen(look, 304 + 6 * look, 302, WHITE, confidence=0.3))  # covers it
    table = followed(rows, 30)
    own = table[(table["x1"] - (300 + 3 * table["frame"] - 12)).abs() < 1]
    (red,) = own[own["frame"] == 40]["track"]
    assert 12 <= table[table["track"] == red]["frame"].min() <= 16


def test_who_is_too_small_for_a_colour_is_not_hidden():
    """Boxes were taken for hidden by their px of the source, colours are read in a smaller picture."""
    rows, unknown = standing(30), (None,) * len(CLOTHES_COLUMNS)
    rows += [seen(look, 300 + 6 * look, 300, RED if look > 8 else unknown, tall=20) for look in range(30)]
    table = followed(rows, 30)
    (own,) = table[(table["y2"] == 300) & (table["frame"] == 40)]["track"]
    assert table[table["track"] == own]["frame"].min() == 0


@pytest.mark.parametrize("step", [2, 8])
def test_a_film_that_is_looked_at_three_times_a_second_has_tracks(step):
    """`sample_rate_hz: 3`: the looks lie farther apart than anybody may be unseen, and nobody was there."""
    looks = 40 // step
    rows = [
        seen(look, 300 + 5 * look, 300, RED) | {"frame": look * step, "time_s": look * step / 25}
        for look in range(looks)
    ]
    camera = [
        row | {"frame": look * step, "time_s": look * step / 25} for look, row in enumerate(filmed(looks).to_pylist())
    ]
    table = track(PERSON_BOXES.from_rows(rows), CAMERA_MOTION.from_rows(camera), np.arange(40) / 25, (1280, 720))
    assert set(table["track"].to_pylist()) == {1} and table.num_rows == (looks - 1) * step + 1


def test_graphics_that_stay_while_the_camera_moves_are_nobody():
    logo = [seen(look, 100, 700, GREY) for look in range(40)]
    assert followed(logo, 40, pan=12.0).empty
    assert not followed(logo, 40, pan=0.0).empty


def test_no_boxes_are_no_tracks():
    assert followed([], 10).empty


def test_a_hidden_player_is_not_continued_by_another_side_s():
    """Red stops behind white, who runs on over the place where red would be."""
    rows = standing(30)
    for look in range(30):
        if look < 12:
            rows.append(seen(look, 300 + 6 * look, 300, RED))
        if look >= 12:
            rows.append(seen(look, 300 + 6 * look + 8, 302, WHITE))
    table = followed(rows, 30)
    crossing = table[(table["y2"] < 310) & (table["y2"] > 290)]
    (first, gone), (come, last) = crossing.groupby("track")["frame"].agg(["min", "max"]).to_numpy().tolist()
    assert (first, gone, last) == (0, 22, 58)
    assert come in (24, 26)


def test_the_library_still_asks_for_likeness_where_colours_are_told():
    """The name is private: renamed, boxes would be followed without colours, and nothing would say so."""
    from gametape.people.association import Follower
    from gametape.people.teams import Sides

    follower, asked = Follower(Sides(None), frame_rate=15), []
    follower._alike = lambda tracklets, boxes: asked.append(len(boxes)) or np.ones((len(tracklets), len(boxes)))
    import supervision

    box = np.array([[100, 100, 120, 160]], np.float32)
    for _ in range(2):
        follower.update(supervision.Detections(xyxy=box, confidence=np.ones(1, np.float32)), np.full((1, 6), np.nan))
    assert 1 in asked
