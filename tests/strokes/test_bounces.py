"""On which side of a net the ball bounced, and when it has missed the table."""

import numpy as np
import pytest

from gametape.movement.court_side import BESIDE_M, FROM_NET_M, off_the_table, side_of_net, sides_of_people
from gametape.strokes.bounces import bounced_on, still_played
from gametape.strokes.hits import Hit
from gametape.strokes.kinds import NOT_SEEN, Kind, by_contact
from gametape.strokes.owners import IN_PLAY_S, NOBODY, Claim, owners
from gametape.tables.ball import BALL_EVENTS, CALIBRATION
from gametape.tables.pose import PEOPLE
from tests.play.sky import calibrated, looking

COURT = looking((0, -24, 8), (0, 2, 0), 1.6)
TABLE = looking((0, -5, 2), (0, 1, 0), 1.6)
CORNERS = {
    "tennis": [f"{end}_{side}_doubles_corner" for end in ("near", "far") for side in ("left", "right")],
    "table_tennis": [f"{end}_{side}_corner" for end in ("near", "far") for side in ("left", "right")],
}


def calibration(camera, court):
    made = calibrated(camera, court.replace("_", " "), CORNERS[court], np.random.default_rng(1), 0.0)
    return CALIBRATION.from_rows([{"first_frame": 0} | made.row()])


def bounce_and_hit(camera, place, gap=0.5):
    x, y = camera.project(np.array([*place, 0.0]))[0]
    common = {"confidence": 0.9, "x": float(x), "y": float(y)}
    rows = [{"frame": 30, "time_s": 1.0, "kind": "bounce"}, {"frame": 60, "time_s": 1.0 + gap, "kind": "hit"}]
    return BALL_EVENTS.from_rows([row | common for row in rows]), [Hit(60, 1.0 + gap, np.zeros(2), 0.9)]


@pytest.mark.parametrize(
    ("along", "side"), [(-1.1, -1), (1.1, 1), (-0.9, None), (0.9, None)], ids=["near", "far", "at the net", "beyond it"]
)
def test_a_bounce_is_on_one_side_of_the_net(along, side):
    events, hits = bounce_and_hit(COURT, (2.0, along * FROM_NET_M))
    known = calibration(COURT, "tennis")
    assert bounced_on(hits, events, known) == ({} if side is None else {0: side})
    assert bounced_on(hits, events, CALIBRATION.from_rows([])) == {}
    late, hits = bounce_and_hit(COURT, (2.0, along * FROM_NET_M), gap=IN_PLAY_S + 0.1)
    assert bounced_on(hits, late, known) == {}, "that was another rally"


@pytest.mark.parametrize(("beside", "played"), [(0.9, True), (1.1, False)])
def test_a_ball_that_missed_the_table_is_not_played_but_picked_up(beside, played):
    known = calibration(TABLE, "table_tennis")
    events, hits = bounce_and_hit(TABLE, (0.0, 1.37 + beside * BESIDE_M))
    assert len(still_played(hits, events, known)) == played
    out, hits = bounce_and_hit(COURT, (0.0, 14.0))
    assert still_played(hits, out, calibration(COURT, "tennis")), "a ball that is out may be played on"
    assert not off_the_table(CALIBRATION.from_rows([]), 1, 0.0, 0.0)


def test_people_are_on_the_side_of_the_net_where_their_feet_are():
    rows = []
    for track, (x, y) in {1: (2.0, -11.0), 2: (-3.0, -2.0), 3: (1.0, 11.0), 4: (6.0, 0.1)}.items():
        feet, head = (COURT.project(np.array([x, y, z]))[0] for z in (0.0, 1.8))
        box = {"x1": feet[0] - 10, "x2": feet[0] + 10, "y1": head[1], "y2": feet[1]}
        blank = {"person": track, "confidence": 0.9, "subject": False, "choice": "", "plays_reason": ""}
        rows += [blank | box | {"frame": f, "time_s": f / 30, "track": track} for f in range(3)]
    people = PEOPLE.from_rows(rows)
    assert sides_of_people(people, calibration(COURT, "tennis")) == {1: -1, 2: -1, 3: 1}
    assert sides_of_people(people, CALIBRATION.from_rows([])) == {}
    assert side_of_net(CALIBRATION.from_rows([]), 0, 1.0, 1.0) is None


def test_a_hit_is_not_of_whoever_stands_before_the_hitter_on_the_other_side():
    """A partner at the net covers the opponent beyond it: nearer in the picture, but the ball bounced over there."""
    hits = [Hit(1, 1.0, np.zeros(2), 0.9)]
    near = Claim(1, 0.2, Kind("swing", None, NOT_SEEN), swing=True, wrong_side=True)
    assert owners(hits, {0: [near]}, True) == {}, "nobody who is followed"
    far = Claim(2, 0.6, Kind("swing", None, NOT_SEEN))
    assert owners(hits, {0: [near, far]}, True)[0].track == 2
    assert near.cost > NOBODY > far.cost


def test_who_let_the_ball_go_does_not_play_it():
    hits = [Hit(1, 1.0, np.zeros(2), 0.9, "release"), Hit(2, 1.6, np.zeros(2), 0.9)]
    bowler, batter = (Claim(track, away, Kind("swing", None, NOT_SEEN)) for track, away in ((1, 0.1), (2, 0.9)))
    held = owners(hits, {0: [bowler], 1: [bowler, batter]}, False)
    assert {at: claim.track for at, claim in held.items()} == {0: 1, 1: 2}
    later = [hits[0], Hit(2, 1.0 + IN_PLAY_S + 0.1, np.zeros(2), 0.9)]
    assert owners(later, {0: [bowler], 1: [bowler, batter]}, False)[1].track == 1, "another ball"


def test_what_is_let_go_is_another_stroke_than_what_is_hit():
    names = {"hit": "shot", "release": "delivery"}
    unnamed = Kind("swing", None, NOT_SEEN)
    assert by_contact(unnamed, "hit", 0.8, names) == Kind("shot", 0.8, "ball_hit")
    assert by_contact(Kind("shot", 0.9, NOT_SEEN), "release", 0.7, names) == Kind("delivery", 0.7, "ball_let_go")
    assert by_contact(Kind("shot", 0.9, NOT_SEEN), "hit", 0.7, names).confidence == 0.9
