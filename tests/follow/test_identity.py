"""Who the wanted player is: evidence ends a lock, wrong is worse than unknown, a wrong click is outvoted."""

import pyarrow as pa
import pytest

from gametape.film.sidecar import Sidecar
from gametape.follow.checks import evidence_is_sound
from gametape.follow.evidence import CLICK_OFF, CLICK_RIVAL, CLICK_S
from gametape.follow.identity import evidence_table
from gametape.follow.rules import why_nobody
from tests.follow.made import (
    GREEN,
    HIGH,
    RED,
    RED_HEX,
    WHITE,
    WHITE_HEX,
    WIDE,
    Made,
    Person,
    click,
    read,
    spans,
    wanted,
)


def states(made, sidecar, player=0):
    """The states in a row, each once, with the time it begins."""
    found = []
    for row in made.identity(sidecar).to_pylist():
        if row["player"] == player and (not found or found[-1][1] != row["state"]):
            found.append((round(row["time_s"], 2), row["state"]))
    return found


def test_a_lock_ends_with_its_evidence_whoever_else_is_in_sight():
    """The golden example of the spec: not 0 to 20 s."""
    him = Person(0, 3, read("5", 0.5, 2.5))
    other = Person(0, 20, read("9", 0.5, 19), x=500)
    made, sidecar = Made([him, other]), wanted("5", RED_HEX)
    assert spans(made, sidecar) == [(0.0, 3.0)]
    assert states(made, sidecar) == [(0.0, "confirmed"), (3.1, "lost"), (4.6, "searching")]
    (shift,) = made.shifts(sidecar)
    assert (shift["start_s"], shift["end_s"], shift["ice_s"]) == (0.0, 3.0, 3.0)


def test_a_team_mate_without_a_number_who_comes_much_later_is_nobody():
    him, mate = Person(0, 3, read("5", 0.5, 2.5)), Person(6, 20)
    assert spans(Made([him, mate]), wanted("5", RED_HEX)) == [(0.0, 3.0)]


@pytest.mark.parametrize(("reads", "known"), [(read("25", 1.0, 1.4), True), (read("25", 1.0, 1.2), False)])
def test_three_reads_over_three_tenths_of_a_second_confirm(reads, known):
    made, sidecar = Made([Person(0, 5, reads)]), wanted("25")
    assert (spans(made, sidecar) == [(0.0, 5.0)]) == known
    if not known:
        (row,) = made.evidence(sidecar)
        assert row["verdict"] == "perhaps" and row["reason"].startswith("number_seen") and row["look_frame"] in (10, 12)
        assert made.identity(sidecar)["why"][0].as_py().startswith("number_not_confirmed")


def test_the_settings_ask_for_more_reads():
    made = Made([Person(0, 5, read("5", 1.0, 2.0))])  # six
    assert spans(made, wanted("5", follow={"reads": 6})) and not spans(made, wanted("5", follow={"reads": 7}))


def test_reads_of_two_people_do_not_add_up():
    """Defect 2 of the seed: each has two reads."""
    a, b = Person(0, 3, read("5", 1.0, 1.2)), Person(0, 3, read("5", 2.0, 2.2), x=600)
    assert spans(Made([a, b]), wanted("5")) == []


def test_a_piece_without_a_number_goes_on_where_it_is_alone():
    him, after = Person(0, 3, read("5", 1, 2), speed=20), Person(3.5, 8, x=170, speed=20)
    made, sidecar = Made([him, after]), wanted("5")
    assert spans(made, sidecar) == [(0.0, 3.0), (3.5, 8.0)]
    kinds = {r["evidence"] for r in made.identity(sidecar).to_pylist() if r["time_s"] > 3.4 and r["evidence"]}
    assert kinds == {"colour+continuity"}
    assert [r["verdict"] for r in made.evidence(sidecar)] == ["his", "his"]


def test_a_piece_before_the_first_read_is_his_too():
    made = Made([Person(0, 3, speed=20), Person(3.3, 8, read("5", 5, 6), x=166, speed=20)])
    assert spans(made, wanted("5")) == [(0.0, 3.0), (3.3, 8.0)]


def test_two_who_may_go_on_are_neither():
    him = Person(0, 3, read("5", 1, 2))
    one, other = Person(3.6, 8, x=120), Person(3.6, 8, x=80)
    assert spans(Made([him, one, other]), wanted("5")) == [(0.0, 3.0)]


def test_who_stands_there_at_once_comes_before_who_comes_later():
    """Both were rivals alike, and the player was lost for the rest of the film."""
    him, goes_on = Person(0, 3, read("5", 1, 2.4)), Person(3.1, 9, x=100)
    later = Person(3.9, 9, x=150)
    (told,) = Made([him, goes_on, later]).weigh(wanted("5"))
    assert [piece.tracklet for piece, _ in told.chain] == [1, 2]


@pytest.mark.parametrize(("colour", "goes_on"), [(RED, True), (WHITE, False), (GREEN, False)])
def test_a_shirt_of_another_colour_does_not_go_on(colour, goes_on):
    made = Made([Person(0, 3, read("5", 1, 2)), Person(3.4, 8, x=105, shirt=colour)])
    assert len(spans(made, wanted("5"))) == 1 + goes_on


def test_colour_alone_confirms_nobody():
    made = Made([Person(0, 10, shirt=RED), Person(0, 10, x=500, shirt=WHITE)])
    sidecar = wanted("5", RED_HEX)
    assert spans(made, sidecar) == []
    assert made.identity(sidecar)["why"][0].as_py().startswith("no_number_legible")


def test_the_number_on_the_other_sides_shirt_is_not_his():
    made = Made([Person(0, 5, read("5", 1, 3), shirt=WHITE), Person(0, 5, x=500, shirt=RED)])
    assert spans(made, wanted("5", RED_HEX)) == [] and spans(made, wanted("5", WHITE_HEX)) == [(0.0, 5.0)]


def test_a_number_worn_on_both_sides_needs_a_colour_or_a_click():
    red, white = Person(0, 5, read("5", 1, 3)), Person(0, 5, read("5", 1, 3), x=500, shirt=WHITE)
    made = Made([red, white])
    assert spans(made, wanted("5")) == []
    assert made.identity(wanted("5"))["why"][0].as_py().startswith("number_on_both_sides")
    assert {row["verdict"] for row in made.evidence(wanted("5"))} == {"perhaps"}
    (told,) = made.weigh(wanted("5", clicks=[click(2, white)]))
    assert [piece.track for piece, _ in told.chain] == [2]
    (told,) = made.weigh(wanted("5", RED_HEX))
    assert [piece.track for piece, _ in told.chain] == [1]


def test_half_a_number_is_not_another_one():
    made = Made([Person(0, 8, [*read("9", 1, 2), *read("97", 3.2, 6)])])
    assert spans(made, wanted("97")) == [(0.0, 8.0)] and spans(made, wanted("9")) == []


def test_a_track_that_changes_hands_is_taken_apart():
    made = Made([Person(0, 10, [*read("5", 1, 3), *read("8", 7, 9)])])
    ((start, end),) = spans(made, wanted("5"))
    assert start == 0.0 and 3.0 <= end <= 7.0
    ((start, end),) = spans(made, wanted("8"))
    assert 3.0 <= start <= 7.0 and end == 10.0


@pytest.mark.parametrize(("reads", "parts"), [(6, 2), (5, 1)])
def test_a_few_reads_of_a_digit_that_looks_alike_are_nobody_else(reads, parts):
    """An 8 that is read as 3 when it turns away was taken for two people, and the second had a wrong number."""
    made = Made([Person(0, 10, [*read("8", 1, 4), *read("3", 5, 5 + 0.2 * (reads - 1))])])
    (eight,), three = made.weigh(wanted("8")), spans(made, wanted("3"))
    assert len(eight.cases) == parts and bool(three) == (parts == 2)


def test_a_track_whose_shirt_changes_is_taken_apart():
    made = Made([Person(0, 10, read("5", 1, 3), shirt_later=(6.0, WHITE))])
    assert spans(made, wanted("5")) == [(0.0, 5.9)]


@pytest.mark.parametrize("metres", [11, 13])
def test_nobody_is_faster_than_a_player(metres):
    """80 px are 1.8 m; two seconds lie between, and a body's length is left for boxes that are off."""
    way = metres * 2 / 1.8 * 80 + 80
    made = Made([Person(0, 3, read("5", 1, 2)), Person(5, 8, read("5", 6, 7), x=100 + way)], seconds=12)
    assert len(spans(made, wanted("5"))) == (2 if metres < 12 else 1)


def test_a_pan_is_no_speed():
    """Who stands in a picture that moves by 900 px in 2 s goes on; who keeps the place in the picture ran."""
    still = Made([Person(0, 3, read("5", 1, 2)), Person(4, 8)], pan=400)
    assert spans(still, wanted("5")) == [(0.0, 3.0), (4.0, 8.0)]
    ran = Made([Person(0, 3, read("5", 1, 2)), Person(4, 8, x=100 - 400)], pan=400)
    assert spans(ran, wanted("5")) == [(0.0, 3.0)]


def test_after_a_cut_only_the_own_number_or_a_click_counts():
    before, after = Person(0, 4.9, read("5", 1, 3)), Person(5, 9)
    made = Made([before, after], cuts=(5.0,))
    assert spans(made, wanted("5")) == [(0.0, 4.9)]
    assert next(r["why"] for r in made.identity(wanted("5")).to_pylist() if r["state"] == "lost") == "view_cut"
    assert spans(made, wanted("5", clicks=[click(7, after)])) == [(0.0, 9.0)]


def test_a_close_up_is_told_by_its_own_number():
    """A head of the same colour right after: taller than three quarters of the picture."""
    him = Person(0, 3, read("5", 1, 2), tall=300)
    huge = Person(3.2, 6, tall=HIGH * 0.8)
    assert spans(Made([him, huge]), wanted("5")) == [(0.0, 3.0)]
    huge = Person(3.2, 6, read("5", 4, 5), tall=HIGH * 0.8)
    assert len(spans(Made([him, huge]), wanted("5"))) == 2


# -- clicks -------------------------------------------------------------------------------------------------------


def test_one_click_is_enough_where_no_number_is_legible():
    him, other = Person(0, 6), Person(0, 6, x=400, shirt=WHITE)
    made, sidecar = Made([him, other]), wanted(None, clicks=[click(3, him)])
    assert spans(made, sidecar) == [(0.0, 6.0)]
    assert {r["evidence"] for r in made.identity(sidecar).to_pylist() if r["evidence"]} == {
        "colour+click", "colour+click+continuity",
    }  # fmt: skip


def test_a_click_on_another_number_is_outvoted_and_told():
    him, wrong = Person(0, 6, read("5", 1, 3)), Person(8, 14, read("9", 9, 11))
    made, sidecar = Made([him, wrong]), wanted("5", clicks=[click(2, him), click(10, wrong)])
    assert spans(made, sidecar) == [(0.0, 6.0)]
    (told,) = [row for row in made.evidence(sidecar) if row["verdict"] == "outvoted"]
    assert told["look_frame"] == 100 and "other_number" in told["reason"]


def test_a_click_while_the_number_is_elsewhere_is_outvoted():
    him, mate = Person(0, 6, read("5", 1, 3)), Person(0, 6, x=500)
    made, sidecar = Made([him, mate]), wanted("5", clicks=[click(2, mate)])
    (told,) = made.weigh(sidecar)
    assert [piece.track for piece, _ in told.chain] == [1] and "number_elsewhere" in told.outvoted[0][2]


def test_two_clicks_outvote_one_on_the_other_side():
    a, b, wrong = Person(0, 3), Person(6, 9), Person(12, 15, shirt=WHITE)
    made = Made([a, b, wrong])
    assert spans(made, wanted(None, clicks=[click(1, a), click(7, b), click(13, wrong)])) == [(0.0, 3.0), (6.0, 9.0)]


@pytest.mark.parametrize(
    ("track", "later", "anchored"), [(1, "5", [1, 2]), (None, "5", []), (1, "8", [])], ids=["joined", "apart", "other"]
)
def test_pieces_of_one_track_vote_together(track, later, anchored):
    """Two reads of the one and two of the other are four of one player, where both are one track and say the same."""
    made = Made([Person(0, 3, read("5", 2, 2.2), track=track), Person(3.4, 6, read(later, 4, 4.2), x=400, track=track)])
    (told,) = made.weigh(wanted("5"))
    assert [number for number, case in told.cases.items() if case.is_anchor] == anchored


@pytest.mark.parametrize(("gap", "verdict"), [(0.6, "his"), (1.1, "his"), (1.2, "perhaps"), (1.4, "perhaps")])
def test_who_comes_again_after_a_second_is_perhaps_the_player(gap, verdict):
    """By then another one of the team may stand there: a whole first picture was of the wrong player."""
    before, him = Person(0, 3, track=1), Person(3 + gap, 8, read("5", 5, 6.4), track=1)
    rows = {row["piece"]: row for row in Made([before, him]).evidence(wanted("5"))}
    assert (rows[1]["verdict"], rows[2]["verdict"]) == (verdict, "his")
    assert rows[1]["reason"].startswith("may_go_on" if verdict == "perhaps" else "goes_on_in_track")


@pytest.mark.parametrize(("heights", "meets"), [(CLICK_OFF - 0.02, True), (CLICK_OFF + 0.02, False)])
def test_a_click_beside_a_box_meets_it_or_nobody(heights, meets):
    him = Person(0, 6)
    beside = {"t": 3, "x": (him.box(3)[2] + heights * him.tall) / WIDE, "y": him.y / HIGH}
    made, sidecar = Made([him]), wanted(None, clicks=[beside])
    assert bool(spans(made, sidecar)) == meets
    assert ("met_nobody" in [row["verdict"] for row in made.evidence(sidecar)]) != meets


@pytest.mark.parametrize(("between", "meets"), [(CLICK_RIVAL + 0.03, True), (CLICK_RIVAL - 0.03, False)])
def test_a_click_between_two_is_on_nobody(between, meets):
    """It was taken for the nearest of two whom it did not meet: the player himself had no box."""
    him = Person(0, 6)
    near = him.box(3)[2] + 0.1 * him.tall
    other = Person(0, 6, x=near + (0.1 + between) * him.tall + 0.2 * him.tall)
    sidecar = wanted(None, clicks=[{"t": 3, "x": near / WIDE, "y": him.y / HIGH}])
    assert bool(spans(Made([him, other]), sidecar)) == meets


@pytest.mark.parametrize(("late", "meets"), [(CLICK_S - 0.05, True), (CLICK_S + 0.05, False), (488.0, False)])
def test_a_click_behind_the_films_end_is_on_nobody(late, meets):
    """It was taken for one on the last picture, whoever is in it; the last picture begins at 11.9 s."""
    stranger = Person(0, 12)
    made, sidecar = Made([stranger], seconds=12), wanted(None, clicks=[{**click(11.9, stranger), "t": 11.9 + late}])
    (told,) = made.weigh(sidecar)
    assert (bool(told.chain), len(told.missed)) == (meets, not meets)
    assert meets or told.reason.code == "no_click_counts"


@pytest.mark.parametrize(("early", "meets"), [(CLICK_S - 0.05, True), (CLICK_S + 0.05, False)])
def test_a_click_before_the_first_picture_is_on_nobody(early, meets):
    """As where a first look begins in the middle of a film."""
    stranger = Person(0, 12)
    made = Made([stranger], seconds=12)
    at = made.frames.column_names.index("shown_s")
    made.frames = made.frames.set_column(at, "shown_s", [[40 + t for t in made.times.tolist()]])
    (told,) = made.weigh(wanted(None, clicks=[{**click(0, stranger), "t": 40 - early}]))
    assert bool(told.chain) == meets


def test_a_click_within_a_film_of_few_pictures_is_on_the_one_that_is_shown():
    stranger = Person(0, 12)
    made = Made([stranger], seconds=12)
    made.frames = made.frames.take(list(range(0, 120, 10)))
    (told,) = made.weigh(wanted(None, clicks=[{**click(3.0, stranger), "t": 3.9}]))
    assert told.chain and not told.missed


@pytest.mark.parametrize(("inside", "meets"), [(True, True), (False, False)])
def test_a_click_in_a_box_of_a_moment_ago_is_in_it(inside, meets):
    """How late a box is was counted as a distance: the click lay beside it, too far off, or between two."""
    him = Person(0, 2.9)
    _, top, right, _ = him.box(2.9)
    at = right - 1 if inside else right + (CLICK_OFF + 0.02) * him.tall
    rival = Person(0, 2.9, x=right + 0.25 * him.tall)
    for people in ([him], [him, rival] if inside else [him]):
        sidecar = wanted(None, clicks=[{"t": 3.1, "x": at / WIDE, "y": (top + 1) / HIGH}])
        (told,) = Made(people).weigh(sidecar)
        assert [piece.tracklet for piece, _ in told.chain] == ([1] if meets else [])


# -- perhaps ------------------------------------------------------------------------------------------------------


def perhaps(told):
    return [(piece.tracklet, why.code) for piece, why in told.perhaps]


def test_nobody_goes_on_from_who_is_not_the_player():
    """Two with one number, one of them clicked: who came after the other was told to be perhaps the player."""
    him, other = Person(0, 3, read("5", 1, 2)), Person(0, 3, read("5", 1, 2), x=600, track=2)
    after = Person(4.4, 8, x=600, track=2)
    (told,) = Made([him, other, after]).weigh(wanted("5", clicks=[click(2, him)]))
    assert [piece.tracklet for piece, _ in told.chain] == [1]
    assert 3 not in dict(perhaps(told))


@pytest.mark.parametrize("is_bens", [False, True])
def test_another_wanted_player_is_not_perhaps_this_one(is_bens):
    him, after = Person(0, 3, read("5", 1, 2), track=1), Person(4.4, 8, track=1)
    players = [{"number": "5"}, {"name": "Ben", "clicks": [click(5, after)]}]
    sidecar = Sidecar.model_validate({"sport": "ice hockey", "players": players[: 1 + is_bens]})
    told = Made([him, after]).weigh(sidecar)[0]
    assert perhaps(told) == ([] if is_bens else [(2, "may_go_on")])


def test_who_surely_goes_on_and_is_not_taken_is_told():
    """The number is read elsewhere at that time: the player is there, or was there the wrong one's number."""
    him, after = Person(0, 3, read("5", 1, 2), track=1), Person(3.2, 8, track=1)
    elsewhere = Person(3.5, 8, read("5", 4, 5), x=300)
    (told,) = Made([him, after, elsewhere]).weigh(wanted("5"))
    assert [piece.tracklet for piece, _ in told.chain] == [1, 3]
    assert perhaps(told) == [(2, "may_go_on")]


# -- several ------------------------------------------------------------------------------------------------------


def test_several_are_followed_at_once_and_no_piece_is_two_players():
    five, eight = Person(0, 6, read("5", 1, 3)), Person(0, 6, read("8", 1, 3), x=500)
    sidecar = wanted("5").model_validate(
        {"sport": "ice hockey", "players": [{"number": "5"}, {"number": "8", "name": "Ben"}, {"number": "7"}]}
    )
    made = Made([five, eight])
    told = made.weigh(sidecar)
    assert [[piece.track for piece, _ in one.chain] for one in told] == [[1], [2], []]
    table = made.identity(sidecar)
    assert table.num_rows == 3 * len(made.times) and set(table["name"].to_pylist()) == {None, "Ben"}


def test_a_click_on_him_gives_no_piece_to_two():
    five = Person(0, 6, read("5", 1, 3))
    sidecar = wanted().model_validate(
        {"sport": "ice hockey", "players": [{"number": "5"}, {"name": "Ben", "clicks": [click(2, five)]}]}
    )
    told = Made([five]).weigh(sidecar)
    assert [len(one.chain) for one in told] == [1, 0]


def test_nobody_in_sight_and_a_film_of_nobody():
    assert Made([]).identity(wanted("5"))["why"][0].as_py() == "nobody_in_sight"
    assert Made([Person(0, 3)]).identity(wanted(None)).num_rows == 0


def test_every_change_of_state_says_why_and_nothing_else_does():
    made = Made([Person(1, 3, read("5", 1.2, 2)), Person(3.4, 8, x=103), Person(0, 20, read("9", 1, 9), x=600)])
    before = None
    for row in made.identity(wanted("5")).to_pylist():
        if before is None or row["state"] != before:
            assert row["why"], row
        assert (row["x1"] is None) == (row["state"] in ("lost", "searching"))
        assert (row["evidence"] is None) == (row["x1"] is None) == (row["confidence"] is None)
        before = row["state"]


def test_a_piece_given_up_in_one_round_does_not_come_back_in_another():
    """Three with one number, two of them clicked: the third had a piece back that was another one's."""
    people = [Person(0, 6, read("5", 1, 3)), Person(0, 6, read("5", 1, 3), x=500)]
    players = [
        {"number": "5"},
        {"number": "5", "clicks": [click(2, people[0])]},
        {"number": "5", "clicks": [click(2, people[1])]},
    ]
    for order in ((0, 1, 2), (1, 0, 2), (2, 1, 0)):
        sidecar = Sidecar.model_validate({"sport": "ice hockey", "players": [players[place] for place in order]})
        made = Made(people)
        found = [[piece.track for piece, _ in one.chain] for one in made.weigh(sidecar)]
        assert sorted(map(tuple, found)) == [(), (1,), (2,)]
        assert all(check.passed for check in evidence_is_sound(evidence_table(made.weigh(sidecar))))


def test_who_is_wanted_is_in_the_team_though_the_roster_forgets_it():
    made = Made([Person(0, 6, read("5", 1, 3))])
    assert spans(made, wanted("5", roster=["7", "8"])) == spans(made, wanted("5", roster=["5", "7"])) == [(0.0, 6.0)]
    assert spans(made, wanted("7", roster=["7", "8"])) == []


@pytest.mark.parametrize(("number", "code"), [("99", "number_not_confirmed"), ("100", "number_never_read")])
def test_a_number_that_is_never_read_is_told(number, code):
    him = Person(0, 6, read("10", 1, 3))
    (told,) = Made([him]).weigh(wanted(number))
    assert told.reason.code == code
    (told,) = Made([him]).weigh(wanted(number, clicks=[click(2, him)]))
    assert told.outvoted or told.chain


def test_a_film_whose_people_are_not_looked_for_says_so():
    follows = pa.table({"rules": ['{"follows": true, "reason": null}']})
    assert why_nobody(follows, wanted("5")) is None
    assert why_nobody(follows, wanted("5", analyses=["ball"])).code == "people_not_analysed"
    assert why_nobody(follows, wanted(None, analyses=["ball"])).code == "nobody_wanted"
