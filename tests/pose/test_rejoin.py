"""Where two play, the pieces of one player are one track, and nobody else's are."""

import numpy as np
import pytest

from gametape.film.sidecar import Sidecar
from gametape.pose import people
from gametape.pose.rejoin import of_two
from tests.pose.test_people import BLUE, GREY, HEIGHT, RED, WIDTH, Walker, estimates, tracks_of
from tests.pose.test_roles import person, stays, to_and_fro

NEAR, FAR = to_and_fro(500, 500), to_and_fro(700, 200, 30)
ONE_SHOT = dict.fromkeys(range(10), 0)


def pieces(start=2.4, at=FAR, **more):
    """The far player until 1.8 s, and somebody from `start` on."""
    return [
        person(1, NEAR), person(2, FAR, scale=0.5, seconds=(0, 1.8)),
        person(3, at, **{"scale": 0.5, "seconds": (start, 4)} | more),
    ]  # fmt: skip


def test_who_is_found_again_while_the_other_plays_is_the_same_player():
    assert of_two(pieces(), {1: True, 2: True, 3: True}, ONE_SHOT) == {3: 2}
    assert of_two(pieces(), {1: True, 2: True, 3: None}, ONE_SHOT) == {3: 2}  # a glimpse of him too
    assert of_two(pieces(), {1: True, 2: True, 3: False}, ONE_SHOT) == {}


@pytest.mark.parametrize(("away", "expected"), [(0.9, {3: 2}), (1.1, {})])
def test_only_as_far_as_a_player_can_have_gone(away, expected):
    """0.8 heights and 1.5 more for each second that he was lost."""
    lost = pieces()[1]
    start = len(lost.times) / 25 + 0.6
    tall, box = float(np.median(np.ptp(lost.boxes[:, 1::2], axis=1))), lost.boxes[-1]
    shift = away * (0.8 + 1.5 * (start - lost.times[-1])) * tall
    at = person(3, stays(0, 0), scale=0.5, seconds=(start, 4), shake=0).boxes[0]
    place = stays((box[0] + box[2] - at[0] - at[2]) / 2 + shift, box[1] - at[1])
    after = person(3, place, scale=0.5, seconds=(start, 4), shake=0)
    two = [person(1, NEAR), pieces()[1], after]
    assert of_two(two, {1: True, 2: True, 3: True}, ONE_SHOT) == expected


def test_nobody_is_joined_who_is_there_at_once_or_in_another_shot_or_in_doubles():
    plays = {1: True, 2: True, 3: True}
    assert of_two(pieces(start=1.0), plays, ONE_SHOT) == {}
    assert of_two(pieces(), plays, {1: 0, 2: 0, 3: 1}) == {}
    doubles = [*pieces(), person(4, to_and_fro(300, 500))]
    assert of_two(doubles, plays | {4: True}, ONE_SHOT) == {}


def test_a_player_lost_and_found_again_in_the_same_place_is_one_track():
    """Both are dressed alike, so that clothes say nothing; the far one is out of sight for two seconds."""
    away = lambda t: not 1.5 < t < 3.5  # noqa: E731
    seen, frames, who = estimates(Walker(NEAR, GREY), Walker(FAR, GREY, 1.0, seen=away), fps=25, seconds=6)
    more = {"looked_at": frames.num_rows, "width": WIDTH, "height": HEIGHT}
    alone = people(seen, frames, Sidecar(), **more)
    assert len(tracks_of(alone, seen, who)[1]) == 2  # of a sport in which it is not known how many play
    near, far = tracks_of(people(seen, frames, Sidecar(), players=(2, 4), **more), seen, who)
    assert len(near) == len(far) == 1 and near != far


def test_somebody_in_another_shirt_is_somebody_else():
    seen, frames, who = estimates(
        Walker(NEAR, GREY), Walker(FAR, RED, 1.0, seen=lambda t: t < 1.5), Walker(FAR, BLUE, 1.0, seen=lambda t: t > 3.5),
        fps=25, seconds=6,
    )  # fmt: skip
    table = people(seen, frames, Sidecar(), players=(2, 4), looked_at=frames.num_rows, width=WIDTH, height=HEIGHT)
    assert len({number for mine in tracks_of(table, seen, who) for number in mine}) == 3
