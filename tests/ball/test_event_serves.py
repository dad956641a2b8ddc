"""The bounces of a serve over a table, just inside and just outside each limit."""

import pytest

from gametape.ball.events.sent import EventCandidate
from gametape.ball.events.sequence import LINKED_S
from gametape.ball.events.serves import EXPECTED, with_bounces
from gametape.sports.courts import ball_contacts

TABLE = ball_contacts("table tennis")
THRESHOLD = -0.2
HIT, RETURN = EventCandidate("hit", 1.0, 2.0), EventCandidate("hit", 1.5, 2.0)


def bounces(*course, possible=(), last=-9.0):
    """Seconds and log odds of the bounces of a course of play, given candidates (seconds, odds) beside it."""
    free = [EventCandidate("bounce", at, odds) for at, odds in possible]
    made = with_bounces(
        [(one, 5.0) for one in course], [(one, one.strength) for one in (*course, *free)], TABLE, last, THRESHOLD
    )
    assert [one.time for one, _ in made] == sorted(one.time for one, _ in made)
    return [(one.time, odds) for one, odds in made if one.kind == "bounce"]


def bounce(at):
    return EventCandidate("bounce", at, 2.0)


@pytest.mark.parametrize("off", [-0.01, 0.01])
def test_a_serve_has_two_bounces_though_one_alone_is_unlikely(off):
    odds = THRESHOLD - EXPECTED + off
    told = bounces(HIT, bounce(1.1), RETURN, possible=[(1.4, odds)])
    assert told == ([(1.1, 5.0), (1.4, pytest.approx(THRESHOLD + off))] if off > 0 else [(1.1, 5.0)])
    assert len(bounces(HIT, RETURN, possible=[(1.1, 0.0), (1.4, odds)])) == (2 if off > 0 else 1)


def test_of_more_candidates_the_likeliest_are_taken():
    told = bounces(HIT, RETURN, possible=[(1.1, -1.0), (1.25, -2.0), (1.4, -0.5)])
    assert [at for at, _ in told] == [1.1, 1.4]
    assert [at for at, _ in bounces(HIT, bounce(1.1), bounce(1.3), RETURN, possible=[(1.45, 1.0)])] == [1.1, 1.3]


@pytest.mark.parametrize(("at", "taken"), [(1.01, False), (1.03, True), (1.47, True), (1.49, False), (1.6, False), (0.9, False)])  # fmt: skip
def test_a_bounce_lies_between_the_serve_and_its_return(at, taken):
    assert bool(bounces(HIT, RETURN, possible=[(at, 1.0)])) == taken


@pytest.mark.parametrize(("at", "taken"), [(1.19, False), (1.21, True)])
def test_two_bounces_are_as_far_apart_as_the_sport_has_it(at, taken):
    assert len(bounces(HIT, bounce(1.1), RETURN, possible=[(at, 1.0)])) == 1 + taken


def test_another_reading_of_a_contact_is_no_second_bounce():
    other = EventCandidate("bounce", 1.4, 1.0, leads=False)
    course = [(HIT, 5.0), (RETURN, 5.0)]
    made = with_bounces(course, [*course, (other, 1.0)], TABLE, -9.0, 0.0)
    assert len(made) == 2


def test_only_the_first_hit_of_play_that_is_returned_is_a_serve():
    assert bounces(HIT, RETURN, possible=[(1.2, 1.0)], last=1.0 - LINKED_S - 0.01)
    assert not bounces(HIT, RETURN, possible=[(1.2, 1.0)], last=1.0 - LINKED_S + 0.01)
    assert bounces(HIT, bounce(1.1), possible=[(1.4, 1.0)]) == [(1.1, 5.0)]  # an ace, or out
    assert not bounces(HIT, EventCandidate("hit", 1.0 + LINKED_S + 0.01, 2.0), possible=[(1.4, 1.0)])
    assert not bounces(HIT, RETURN, EventCandidate("hit", 2.1, 2.0), possible=[(1.8, 1.0)])
