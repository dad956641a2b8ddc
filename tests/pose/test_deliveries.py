"""Who lets a ball go and who plays it: two people, who stand one before the other where the camera looks along a pitch."""

import numpy as np
import pytest

from gametape.pose.roles import SWEEPS, Hits, owned
from tests.pose.test_roles import TALL, WRIST, person, stays

PITCH, AWAY = np.array([600.0, 400.0]), np.array([1000.0, 400.0])
REACHES_S = (0.4, 1.0)


def bowling(at, moment, reach=1.0, number=1):
    """Somebody whose right hand sweeps by `reach` heights at `moment` and is back soon after."""
    body = person(number, stays(*at), shake=0)
    tall = np.median(body.boxes[:, 3] - body.boxes[:, 1])
    moved = np.sign(body.times - moment) * (np.abs(body.times - moment) < 0.3) * reach * tall / 2
    body.joints[:, RIGHT_WRIST, 0] += moved
    return body


RIGHT_WRIST = int(
    np.argmin(np.hypot(*(person(1, stays(300, 400), shake=0).joints[0] - [300 + WRIST[0], 400 + WRIST[1]]).T))
)


def delivery(*contacts) -> Hits:
    kinds, times, places = zip(*contacts, strict=True)
    return Hits(np.array(times), np.array(places, float), kinds)


def test_of_two_contacts_beside_one_person_the_nearer_one_is_his():
    """The bowler is not followed; his hand is before the batter in the picture."""
    batter = bowling(PITCH, 1.0, number=2)  # taps the bat just then
    let_go = PITCH + WRIST + [-0.4 * TALL, 0]
    both = delivery(("release", 1.0, let_go), ("hit", 1.6, PITCH + WRIST))
    assert owned([batter], both.of_kinds("release")).owners == (2,)
    assert owned([batter], both).owners == (None, 2)
    assert owned([batter, bowling(PITCH - [0.4 * TALL, 0], 1.0)], both).owners == (1, 2)


@pytest.mark.parametrize(("sweep", "expected"), [(0.9 * SWEEPS, None), (1.1 * SWEEPS, 1)])
def test_who_lets_a_ball_go_sweeps_the_hand(sweep, expected):
    body = bowling(PITCH, 1.0, sweep)
    assert owned([body], delivery(("release", 1.0, PITCH + WRIST))).owners == (expected,)


def test_a_ball_that_nobody_is_seen_to_hit_was_played_by_whom_it_came_to():
    bowler, batter = bowling(AWAY, 1.0), person(2, stays(*PITCH), shake=0)
    times = np.arange(1.0, 1.7, 0.04)
    flight = np.column_stack([times, np.linspace(AWAY - 20, PITCH, len(times))])
    lost = delivery(("release", 1.0, AWAY + WRIST))
    found = owned([bowler, batter], lost, flight, REACHES_S)
    assert found.owners == (1, 2) and found.kinds == ("release", "hit") and found.times[1] == times[-1]
    astray = delivery(("release", 1.0, AWAY + WRIST), ("hit", 1.75, PITCH * 2))
    assert owned([bowler, batter], astray, flight, REACHES_S).owners == (1, 2)
    assert owned([bowler, batter], lost, flight[times < 1.3], REACHES_S).owners == (1,)
