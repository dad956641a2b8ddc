"""The likeliest course of play among candidates, against trying every one; and what a sport's order makes of them."""

import itertools

import numpy as np
import pytest

from gametape.ball.events import find, network
from gametape.ball.events.find import LEAST_CONFIDENCE, EventCandidate, PlattScaling, likeliest
from gametape.ball.events.sequence import APART_S, LINKED_S, Possible, _link, choose
from gametape.sports.contacts import FORBIDDEN, SOON, Contacts
from gametape.sports.courts import ball_contacts
from gametape.sports.load import sports

ORDER = Contacts.model_validate(
    {
        "after": {
            "hit": {"bounce": {"share": 0.9, "least_s": 0.02}, "hit": {"share": 0.1, "least_s": 0.25}},
            "bounce": {"hit": {"share": 0.8, "least_s": 0.02}, "bounce": {"share": 0.2, "least_s": 0.1}},
        }
    }
)
QUICK = Contacts.model_validate(
    {
        "after": {
            "hit": {"hit": {"share": 0.5, "least_s": 0.2, "usual_s": 0.9}, "bounce": {"share": 0.5, "least_s": 0.02}},
            "bounce": {
                "hit": {"share": 0.8, "least_s": 0.02, "usual_s": 0.9},
                "bounce": {"share": 0.2, "least_s": 0.1, "usual_s": 0.5},
            },
        }
    }
)
EVEN = PlattScaling(dict.fromkeys(("hit", "bounce", "impact"), 1.0), dict.fromkeys(("hit", "bounce", "impact"), 0.0))


def kinds(possible, contacts=ORDER, threshold=0.0):
    return [possible[i].kind for i, _ in choose(possible, contacts, threshold)]


def total(possible, chosen, contacts, threshold):
    known = sum(possible[i].odds - threshold for i in chosen)
    known += sum(FORBIDDEN for i in chosen if contacts and possible[i].kind not in contacts.kinds)
    near = [pair for pair in itertools.pairwise(chosen) if possible[pair[1]].time - possible[pair[0]].time <= LINKED_S]
    early = [
        pair
        for pair in near
        if contacts
        and contacts.soon(*(possible[i].kind for i in pair), possible[pair[1]].time - possible[pair[0]].time)
    ]
    again = [
        (a, b)
        for a, b in early
        if any(last == a and possible[i].kind == possible[a].kind == possible[b].kind for i, last in early)
    ]
    known += SOON * (len(early) - len(again))
    return known + sum(_link(possible[a], possible[b], contacts) for a, b in near)


@pytest.mark.parametrize("contacts", [None, ORDER, QUICK], ids=["no order", "an order", "one with usual times"])
def test_no_other_choice_is_likelier_and_odds_are_what_is_lost_without_one(contacts):
    random = np.random.default_rng(0)
    for _ in range(60):
        n = random.integers(0, 8)
        drawn = [
            Possible(
                str(random.choice(["hit", "bounce", "impact"])),
                float(random.uniform(0, 5)),
                float(random.normal(0, 2)),
                bool(random.random() < 0.7),
            )
            for _ in range(n)
        ]
        possible = sorted(drawn, key=lambda one: one.time)
        every = [c for k in range(n + 1) for c in itertools.combinations(range(n), k)]
        best = max(total(possible, c, contacts, -0.2) for c in every)
        chosen = choose(possible, contacts, -0.2)
        assert total(possible, tuple(i for i, _ in chosen), contacts, -0.2) == pytest.approx(best)
        for i, odds in chosen:
            without = max(total(possible, c, contacts, -0.2) for c in every if i not in c)
            assert odds + 0.2 == pytest.approx(best - without)


def test_the_order_tells_a_bounce_from_a_hit_where_the_picture_hardly_does():
    unsure = [Possible("bounce", 1.0, 0.3), Possible("hit", 1.0, 0.5, leads=False)]
    between = [Possible("hit", 0.6, 3.0), *unsure, Possible("hit", 1.4, 3.0)]
    after_a_bounce = [Possible("bounce", 0.6, 3.0), *unsure, Possible("bounce", 1.4, 3.0)]
    assert kinds(between) == ["hit", "bounce", "hit"]
    assert kinds(after_a_bounce) == ["bounce", "hit", "bounce"]
    assert kinds(unsure, None) == ["hit"], "without an order, what is likelier by itself"


@pytest.mark.parametrize(("apart", "hits"), [(0.24, 1), (0.26, 2)])
def test_two_hits_sooner_than_a_ball_can_fly_are_one_contact(apart, hits):
    assert kinds([Possible("hit", 1.0, 4.0), Possible("hit", 1.0 + apart, 5.0)]) == ["hit"] * hits


@pytest.mark.parametrize(("apart", "found"), [(0.11, 1), (0.13, 2)])
def test_without_an_order_contacts_are_012_seconds_apart(apart, found):
    assert len(kinds([Possible("hit", 1.0, 4.0), Possible("bounce", 1.0 + apart, 5.0)], None)) == found
    assert APART_S == 0.12


@pytest.mark.parametrize(("leads", "found"), [(True, ["hit", "bounce"]), (False, ["hit"])])
def test_a_serve_and_its_bounce_are_two_contacts_but_two_readings_of_one_are_not(leads, found):
    assert kinds([Possible("hit", 1.0, 4.0), Possible("bounce", 1.04, 2.0, leads)]) == found


def test_a_kind_that_a_sport_has_not_is_never_told():
    assert kinds([Possible("impact", 1.0, 9.0)]) == []
    assert kinds([Possible("impact", 1.0, 9.0)], None) == ["impact"]


@pytest.mark.parametrize(("apart", "shared"), [(1.9, True), (2.1, False)])
def test_contacts_more_than_two_seconds_apart_say_nothing_about_each_other(apart, shared):
    possible = [Possible("hit", 1.0, 1.0), Possible("bounce", 1.0 + apart, 1.0)]
    ((_, odds), _) = choose(possible, ORDER, 0.0)
    assert (odds > 1.0) == shared


def named(order, *candidates):
    found = likeliest([[EventCandidate(kind, time, 3.0) for kind, time in candidates]], order, EVEN)
    return [one.kind for one, _ in found]


def test_play_that_begins_with_a_release_says_so_once():
    cricket = Contacts.model_validate({**ORDER.model_dump(), "begins": "release"})
    delivery = ("hit", 1.0), ("bounce", 1.5), ("hit", 1.7)
    again = [(kind, time + 9) for kind, time in delivery]
    assert named(cricket, *delivery, *again) == ["release", "bounce", "hit"] * 2
    assert named(ORDER, *delivery) == ["hit", "bounce", "hit"]
    assert named(cricket, *delivery[1:]) == ["bounce", "hit"], "a release that was not seen is not told"


@pytest.mark.parametrize(("odds", "told"), [(0.55, True), (0.45, False)])
def test_what_is_seen_from_one_side_is_half_as_likely(odds, told):
    threshold = np.log(LEAST_CONFIDENCE / (1 - LEAST_CONFIDENCE))
    at_the_edge = EventCandidate("hit", 1.0, threshold + np.log(2) * 2 * odds, doubt=find.ONE_SIDED)
    assert bool(likeliest([[at_the_edge]], ORDER, EVEN)) == told


@pytest.mark.parametrize(("off", "doubted"), [(0.045, True), (0.055, False)])
def test_doubt_is_within_005_seconds_of_the_first_or_last_sight_and_greatest_at_a_cut(monkeypatch, off, doubted):
    times = np.arange(0, 1.01, 0.02)
    for moment, cuts, much in ((off, None, np.log(2)), (1 - off, [times[0]], np.log(2)), (off, [0.0], np.log(4))):
        monkeypatch.setattr(find, "peaks", lambda *_, at=moment: [EventCandidate("hit", at, 1.0)])
        ((one,),) = find.event_candidates(
            times, np.column_stack([times, times]), network.weights(), True, None, cuts and np.array(cuts)
        )
        assert one.doubt == (pytest.approx(much) if doubted else 0)


def test_the_ends_of_shots_are_their_first_and_last_pictures():
    times = np.arange(6) / 10
    assert find._ends_of_shots(times, np.array([0, 0, 0, 1, 1, 1])).tolist() == [0.0, 0.2, 0.3, 0.5]
    assert find._ends_of_shots(times, np.array([0, 1, 1, 1, 1, 2])).tolist() == [0.0, 0.1, 0.4, 0.5]
    assert find._ends_of_shots(times[:0], np.array([], int)).tolist() == []


@pytest.mark.parametrize(("flew", "kind"), [(0.89, "release"), (0.91, "hit")])
def test_a_ball_that_flies_longer_than_a_delivery_was_hit(flew, kind):
    order = Contacts.model_validate({**ORDER.model_dump(), "begins": "release", "begins_within_s": 0.9})
    assert named(order, ("hit", 1.0), ("bounce", 1.0 + flew)) == [kind, "bounce"]
    alone = EventCandidate("hit", 1.0, 3.0, followed_s=flew)
    assert [one.kind for one, _ in likeliest([[alone]], order, EVEN)] == [kind]


@pytest.mark.parametrize(("bounces", "kind"), [(1, "release"), (2, "hit")])
def test_a_ball_that_bounces_on_and_on_was_not_bowled(bounces, kind):
    order = Contacts.model_validate({**ORDER.model_dump(), "begins": "release", "begins_within_s": 0.9})
    rolling = [("bounce", 1.5 + 0.3 * at) for at in range(bounces)]
    assert named(order, ("hit", 1.0), *rolling) == [kind, *["bounce"] * bounces]
    assert named(order, ("hit", 1.0), *rolling, ("hit", 2.2))[0] == kind


def test_every_sports_order_can_be_played():
    having = {sport: ball_contacts(sport) for sport in sports()}
    assert having["tennis"] and having["cricket"].begins == "release" and having["running"] is None
    for sport, order in having.items():
        for first, then in order.after.items() if order else ():
            assert set(then) <= order.kinds, (sport, first)
            assert sum(one.share for one in then.values()) == pytest.approx(1), (sport, first)


def test_what_does_not_follow_is_impossible_and_an_even_share_says_nothing():
    assert ORDER.log_odds("hit", "impact", 1.0) == FORBIDDEN
    assert ORDER.log_odds("hit", "hit", 0.24) == FORBIDDEN
    assert ORDER.log_odds("hit", "bounce", 0.5) == pytest.approx(np.log(1.8))
    alone = Contacts.model_validate({"after": {"hit": {"hit": {"share": 1.0, "least_s": 0.2}}}})
    assert alone.log_odds("hit", "hit", 0.5) == 0, "what must come next anyway is no evidence that it did"


@pytest.mark.parametrize(("apart", "hits"), [(0.39, 1), (0.41, 2)])
def test_two_hits_sooner_than_usual_need_more_evidence(apart, hits):
    alone = {"hit": {"hit": {"share": 1.0, "least_s": 0.25, "usual_s": 0.4}}}
    weak = [Possible("hit", 1.0, 4.0), Possible("hit", 1.0 + apart, 1.5)]
    assert kinds(weak, Contacts.model_validate({"after": alone})) == ["hit"] * hits
    sure = [Possible("hit", 1.0, 4.0), Possible("hit", 1.0 + apart, 2.5)]
    assert kinds(sure, Contacts.model_validate({"after": alone})) == ["hit", "hit"]


@pytest.mark.parametrize(("evidence", "hits"), [(1.85, 2), (1.95, 3)])
def test_of_a_fast_exchange_the_hit_in_the_middle_is_held_to_be_soon_once(evidence, hits):
    alone = Contacts.model_validate({"after": {"hit": {"hit": {"share": 1.0, "least_s": 0.25, "usual_s": 0.4}}}})
    exchange = [Possible("hit", 1.0, 4.0), Possible("hit", 1.35, evidence), Possible("hit", 1.7, 4.0)]
    found = choose(exchange, alone, 0.0)
    assert len(found) == hits
    if hits == 3:
        assert [odds for _, odds in found] == pytest.approx([4.0, evidence + SOON, 4.0])
    assert np.exp(SOON) == pytest.approx(0.15)


def test_a_bounce_and_a_hit_that_both_are_soon_are_each_held_to_be():
    order = {"hit": {"bounce": {"share": 1.0, "least_s": 0.02, "usual_s": 0.4}}}
    order["bounce"] = {"hit": {"share": 1.0, "least_s": 0.02, "usual_s": 0.4}}
    contacts = Contacts.model_validate({"after": order})
    strong = [Possible(kind, 1 + 0.3 * at, 9.0) for at, kind in enumerate(("hit", "bounce", "hit"))]
    (_, (_, middle), _) = choose(strong, contacts, 0.0)
    whole = 27.0 + 2 * SOON
    assert middle == pytest.approx(whole - 9.0), "two hits in a row are none of this order's"


def test_a_ball_seen_again_soon_after_a_contact_does_not_begin_play():
    cricket = Contacts.model_validate({**ORDER.model_dump(), "begins": "release"})
    for after, kind in ((1.5, "hit"), (2.5, "release")):
        stretches = [[EventCandidate("hit", 1.0, 3.0)], [EventCandidate("hit", 1.0 + after, 3.0)]]
        assert [one.kind for one, _ in likeliest(stretches, cricket, EVEN)] == ["release", kind]
