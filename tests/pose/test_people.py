"""Who is who and who is measured: ids through crossings, covers and cuts; a subject that never changes unsaid."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from gametape.film.sidecar import Click, Player, Sidecar
from gametape.movement.subject import subject_of
from gametape.pose import people, repaired
from gametape.pose.clothes import COLUMNS, clothes, lab
from gametape.pose.person import BOX, XYC, Person
from gametape.tables.ball import BALL_EVENTS
from gametape.tables.follow import PLAYER_IDENTITY
from gametape.tables.pose import PEOPLE, POSE_ESTIMATES
from tests.pose.bodies import box, standing

WIDTH, HEIGHT = 1280, 720
NOTHING_SAID = Sidecar()
RED, BLUE, GREEN, GREY = (
    np.concatenate([lab(shirt), lab("#202020")]) for shirt in ("#c02020", "#2040c0", "#20a040", "#808080")
)


class Walker:
    """Somebody whose place is known at each time, in clothes; not seen where `seen` says no."""

    def __init__(self, at, colours=GREY, scale=1.5, seen=lambda t: True):
        self.at, self.colours, self.scale, self.seen = at, colours, scale, seen


def estimates(
    *walkers: Walker, fps: float, seconds: float, shake: float = 1.0
) -> tuple[pa.Table, pa.Table, np.ndarray]:
    """What an estimator would say of a film of them, its frames, and who each row truly is. Rows of a frame are in
    random order.
    """
    rng = np.random.default_rng(11)
    rows, who = [], []
    count = round(seconds * fps)
    for frame in range(count):
        t, seen = frame / fps, [n for n, w in enumerate(walkers) if w.seen(frame / fps)]
        for number, n in enumerate(rng.permutation(seen)):
            w = walkers[n]
            body = standing(*w.at(t), w.scale) + rng.normal(0, shake, (25, 2))
            joints = np.column_stack([body, np.full(25, 0.9)]).ravel()
            colours = w.colours + rng.normal(0, 4, 6)
            rows.append(
                {"frame": frame, "time_s": t, "person": number, "confidence": 0.9, "estimator": "test"}
                | dict(zip(BOX, box(body), strict=True)) | dict(zip(XYC, joints, strict=True))
                | dict(zip(COLUMNS, colours, strict=True))
            )  # fmt: skip
            who.append(n)
    return POSE_ESTIMATES.from_rows(rows), film_frames(count, fps), np.array(who)


def film_frames(count: int, fps: float) -> pa.Table:
    """Times; all one shot, and no picture twice."""
    nothing = np.zeros(count, np.int32)
    times = np.arange(count) / fps
    return pa.table({"shot": nothing, "time_s": times, "shown_s": times, "repeats_previous": nothing.astype(bool)})


def with_cut(count: int, fps: float, at: int) -> pa.Table:
    """The same, with a cut before frame `at`."""
    frames = film_frames(count, fps)
    return frames.set_column(0, "shot", pa.array((np.arange(count) >= at).astype(np.int32)))


def told(seen: pa.Table, frames: pa.Table, sidecar: Sidecar = NOTHING_SAID) -> pa.Table:
    return people(seen, frames, sidecar, looked_at=frames.num_rows, width=WIDTH, height=HEIGHT)


def tracks_of(table: pa.Table, seen: pa.Table, who: np.ndarray) -> list[set[int]]:
    """The track numbers that each walker got."""
    track = {(r["frame"], r["person"]): r["track"] for r in table.to_pylist()}
    keys = zip(seen["frame"].to_pylist(), seen["person"].to_pylist(), strict=True)
    of = np.array([track[key] for key in keys])
    return [set(of[who == n].tolist()) for n in range(who.max() + 1)]


def across(x0: float, speed: float, y: float = 360):
    return lambda t: (x0 + speed * t, y)


@pytest.mark.parametrize("fps", [25, 30, 50, 60, 240])
@pytest.mark.parametrize("dressed", ["alike", "differently"])
def test_two_who_cross_keep_their_numbers(fps, dressed):
    colours = (GREY, GREY) if dressed == "alike" else (RED, BLUE)
    seen, frames, who = estimates(
        Walker(across(300, 220), colours[0]), Walker(across(900, -220, 366), colours[1]), fps=fps, seconds=2.5
    )
    a, b = tracks_of(told(seen, frames), seen, who)
    assert len(a) == len(b) == 1 and a != b


@pytest.mark.parametrize("fps", [25, 60])
def test_one_hidden_behind_another_for_half_a_second_keeps_the_number(fps):
    hidden = lambda t: not 1.1 < t < 1.6  # noqa: E731
    seen, frames, who = estimates(
        Walker(across(300, 220)), Walker(across(900, -220, 366), seen=hidden), fps=fps, seconds=2.5
    )
    a, b = tracks_of(told(seen, frames), seen, who)
    assert len(a) == len(b) == 1 and a != b


@pytest.mark.parametrize("fps", [25, 60])
def test_two_who_meet_and_turn_back_are_told_apart_by_their_shirts(fps):
    """Motion alone says that they passed each other."""
    seen, frames, who = estimates(
        Walker(lambda t: (560 - 200 * abs(t - 1.5), 360), RED),
        Walker(lambda t: (590 + 200 * abs(t - 1.5), 366), BLUE),
        fps=fps, seconds=3,
    )  # fmt: skip
    a, b = tracks_of(told(seen, frames), seen, who)
    assert len(a) == len(b) == 1 and a != b


def test_four_who_mill_about_keep_their_numbers():
    def round_about(phase):
        return lambda t: (640 + 260 * np.cos(1.3 * t + phase), 360 + 40 * np.sin(2.1 * t + 2 * phase))

    walkers = [Walker(round_about(phase), c) for phase, c in ((0, RED), (1.6, BLUE), (3.1, GREEN), (4.7, GREY))]
    seen, frames, who = estimates(*walkers, fps=30, seconds=6)
    numbers = tracks_of(told(seen, frames), seen, who)
    assert all(len(mine) == 1 for mine in numbers) and len(set.union(*numbers)) == 4


def test_nobody_is_linked_over_a_cut():
    seen, _, _ = estimates(Walker(across(500, 10), RED), fps=25, seconds=2)
    cut = with_cut(50, 25, 25)
    table = told(seen, cut)
    rows = table.to_pylist()
    before, after = ({row["track"] for row in half} for half in (rows[:25], rows[25:]))
    assert len(before) == len(after) == 1 and before != after
    # But it is said that it may be the same person.
    assert {row["may_continue"] for row in rows[25:]} == before and {row["may_continue"] for row in rows[:25]} == {None}
    assert "may_be_the_same(" in rows[0]["choice"]


def test_the_subject_does_not_pass_to_who_comes_after():
    """Two people, one after the other: the rule takes one and the other is never counted as the subject."""
    seen, frames, _ = estimates(
        Walker(across(600, 0), RED, seen=lambda t: t < 2), Walker(across(600, 0), BLUE, seen=lambda t: t > 4),
        fps=25, seconds=6,
    )  # fmt: skip
    table = told(seen, frames)
    assert set(table["track"].to_numpy()[table["subject"].to_numpy(zero_copy_only=False)].tolist()) == {1}
    assert len(set(table["track"].to_pylist())) == 2


def test_who_comes_back_in_unmistakable_clothes_is_the_same_person():
    """A substitution bench: red leaves for two seconds, blue stays; only red wears red."""
    away = lambda t: t < 2 or t > 4  # noqa: E731
    seen, frames, who = estimates(
        Walker(lambda t: (300, 360) if t < 3 else (900, 360), RED, seen=away), Walker(across(600, 0), BLUE),
        fps=25, seconds=6,
    )  # fmt: skip
    red, blue = tracks_of(told(seen, frames), seen, who)
    assert len(red) == len(blue) == 1 and red != blue


def test_who_comes_back_dressed_like_others_is_not_guessed_at():
    away = lambda t: t < 2 or t > 4  # noqa: E731
    seen, frames, who = estimates(
        Walker(lambda t: (300, 360) if t < 3 else (900, 360), RED, seen=away), Walker(across(600, 0), RED),
        fps=25, seconds=6,
    )  # fmt: skip
    table = told(seen, frames)
    first, _ = tracks_of(table, seen, who)
    assert len(first) == 2
    later = table.filter(pc.is_valid(table["may_continue"]))
    assert set(later["track"].to_pylist()) | set(later["may_continue"].to_pylist()) == first
    assert 0.5 <= later["may_continue_confidence"][0].as_py() <= 1 and later["time_s"][0].as_py() > 4


def test_clicks_join_what_the_film_tears_apart():
    """The user who clicks on the player before and after a cut says that it is one person."""
    seen, _, _ = estimates(Walker(across(500, 10), RED), Walker(across(900, 0), BLUE, 1.0), fps=25, seconds=2)
    cut = with_cut(50, 25, 25)
    clicks = (Click(t=0.4, x=504 / WIDTH, y=0.5), Click(t=1.6, x=516 / WIDTH, y=0.5))
    table = told(seen, cut, Sidecar(players=(Player(clicks=clicks),)))
    mine = table.filter(table["subject"])
    assert mine.num_rows == 50 and len(set(mine["track"].to_pylist())) == 1
    assert "count=2, of=2" in table["choice"][0].as_py()


def test_the_jersey_s_colour_in_the_sidecar_chooses():
    both = (Walker(across(640, 0), RED), Walker(across(200, 0), BLUE, 1.2))
    seen, frames, who = estimates(*both, fps=25, seconds=2)
    for colour, expected in ((None, 0), ("#2040c0", 1)):
        table = told(seen, frames, Sidecar(players=(Player(jersey_color=colour),)))
        chosen = set(table.filter(table["subject"])["track"].to_pylist())
        assert chosen == tracks_of(table, seen, who)[expected]


def test_of_many_of_whom_nobody_is_asked_for_nobody_is_the_player():
    """The referee of a basketball match, best seen of all, was called the player."""
    seen, frames, _ = estimates(Walker(across(300, 40), GREY, 2.0), Walker(across(800, -10), BLUE), fps=25, seconds=2)
    many, shirt = Sidecar(sport="basketball"), Sidecar(sport="basketball", players=[Player(jersey_color="#2040c0")])
    table = told(seen, frames, many)
    assert subject_of(table, many).track is None and table["choice"][0].as_py() == "nobody_wanted"
    assert subject_of(told(seen, frames, shirt), shirt).track is not None
    assert subject_of(told(seen, frames), NOTHING_SAID).track is not None, "no team film"


def identity_of(seen: pa.Table, who: np.ndarray, walker: int, shown=lambda frame: True, place: int = 0) -> pa.Table:
    """That a walker is the player of a place in the frames that `shown` takes, in a box that a detector finds."""
    rows = []
    for n, row in enumerate(seen.to_pylist()):
        if who[n] != walker:
            continue
        one = {"player": place, "name": "Ana", "number": "7", "frame": row["frame"], "time_s": row["time_s"]}
        if shown(row["frame"]):
            grown = {name: row[name] + more for name, more in zip(BOX, (-9, -12, 9, 12), strict=True)}
            rows.append(one | grown | {"state": "locked", "track": 1, "piece": 1})
        else:
            rows.append(one | {"state": "searching", "why": None if rows else "no_number_legible"})
    return PLAYER_IDENTITY.from_rows(rows)


ANA_7 = Sidecar(sport="tennis", players=[{"name": "Ana", "number": "7"}, {"name": "Ben"}])


@pytest.mark.parametrize("sport", ["tennis", "cricket", "badminton", "volleyball"])
def test_where_everybody_has_poses_a_number_chooses_the_subject(sport):
    """A number in a sport of two stopped everybody's poses; now both have them, and the number says who is meant."""
    both = (Walker(across(640, 0), RED, 2.0), Walker(across(200, 20), BLUE, 1.2))
    seen, frames, who = estimates(*both, fps=25, seconds=2)
    said = ANA_7.model_copy(update={"sport": sport})
    table = people(
        seen, frames, said, looked_at=50, width=WIDTH, height=HEIGHT, frames_looked_at=range(50),
        identity=identity_of(seen, who, 1, lambda frame: 10 <= frame < 30),
    )  # fmt: skip
    tracks = tracks_of(table, seen, who)
    chosen = subject_of(table, said)
    assert tracks[1] == {chosen.track} and chosen.player.name == "Ana" and chosen.is_found
    assert chosen.reason == f"chosen_as_followed(track={chosen.track}, seen=20, of=20)"
    assert len(set(table["track"].to_pylist())) == 2, "the other one has poses too"
    by_rule = told(seen, frames, said)
    assert tracks_of(by_rule, seen, who)[0] == {subject_of(by_rule, said).track}, "by rule it is the nearer one"


def test_a_number_that_was_never_read_leaves_the_choice_to_the_rule_and_says_so():
    both = (Walker(across(640, 0), RED, 2.0), Walker(across(200, 20), BLUE, 1.2))
    seen, frames, who = estimates(*both, fps=25, seconds=2)
    table = people(
        seen, frames, ANA_7, looked_at=50, width=WIDTH, height=HEIGHT,
        identity=identity_of(seen, who, 1, lambda frame: False),
    )  # fmt: skip
    chosen = subject_of(table, ANA_7)
    assert tracks_of(table, seen, who)[0] == {chosen.track} and not chosen.is_found
    assert "chosen_by_rule" in chosen.reason and "named_not_followed(number=1" in chosen.reason
    assert "no_number_legible" in chosen.reason


def test_a_box_beside_a_person_is_not_that_person():
    """Below the least overlap of boxes, and where a track lies on the player in less than half of the frames."""
    seen, frames, who = estimates(Walker(across(640, 0)), Walker(across(1000, 0)), fps=25, seconds=2, shake=0)
    for share, found in ((0.45, False), (0.55, True)):
        ana = identity_of(seen, who, 1).to_pylist()
        for row in ana[round(share * len(ana)) :]:
            row |= {"x1": row["x1"] - 800, "x2": row["x2"] - 800}
        table = people(seen, frames, ANA_7, looked_at=50, width=WIDTH, height=HEIGHT,
                       identity=PLAYER_IDENTITY.from_rows(ana))  # fmt: skip
        assert subject_of(table, ANA_7).is_found is found


def test_another_player_is_found_by_number_too():
    """Of two with a number the first is the subject; of the other it is told where nobody is found."""
    both = (Walker(across(640, 0), RED, 2.0), Walker(across(200, 20), BLUE, 1.2))
    seen, frames, who = estimates(*both, fps=25, seconds=2)
    said = Sidecar(sport="tennis", players=[{"name": "Ana", "number": "7"}, {"name": "Ben", "number": "4"}])
    first = identity_of(seen, who, 1)
    for shown, place in ((True, 1), (False, None)):
        second = identity_of(seen, who, 0, lambda frame, shown=shown: shown, place=1)
        table = people(seen, frames, said, looked_at=50, width=WIDTH, height=HEIGHT,
                       identity=pa.concat_tables([first, second]))  # fmt: skip
        (other,) = tracks_of(table, seen, who)[0]
        rows = table.filter(pc.equal(table["track"], other))
        assert set(rows["player"].to_pylist()) == {place}
        assert ("named_not_followed(number=2" in table["choice"][0].as_py()) is not shown


@pytest.mark.parametrize(
    ("mode", "chosen"), [(None, "batter"), ("batting", "batter"), ("bowling", "bowler"), ("wicketkeeping", "keeper")]
)
def test_whose_contact_makes_one_the_player_is_measured(mode, chosen):
    """The bowler is larger and goes about, the keeper is nearest to the middle; clicks and a shirt say more."""
    walkers = {
        "bowler": Walker(lambda t: (300 + 60 * np.sin(3 * t), 500), RED, 2.0),
        "batter": Walker(across(800, 0, 250), BLUE, 0.7),
        "keeper": Walker(lambda t: (640 + 30 * np.sin(4 * t), 360), GREEN, 2.5),
    }
    seen, frames, who = estimates(*walkers.values(), fps=25, seconds=2)
    hand = lambda name, t: np.array(walkers[name].at(t)) + np.array([-28, -12]) * walkers[name].scale  # noqa: E731
    contacts = [("release", 0.8, hand("bowler", 0.8)), ("hit", 1.4, hand("batter", 1.4))]
    rows = [
        {"frame": round(25 * t), "time_s": t, "kind": kind, "x": x, "y": y, "confidence": 0.9, "speed_before": 900.0}
        for kind, t, (x, y) in contacts
    ]
    at_ball = {"any": ["hit", "release"], "batting": ["hit"], "bowling": ["release"]}

    def subject(sidecar):
        size = {"looked_at": frames.num_rows, "width": WIDTH, "height": HEIGHT}
        told = {"events": BALL_EVENTS.from_rows(rows), "players": (2, 2), "at_ball": at_ball}
        table = people(seen, frames, sidecar, **size, **told)
        mine = set(table.filter(table["subject"])["track"].to_pylist())
        names = dict(zip(walkers, tracks_of(table, seen, who), strict=True))
        plays = dict(zip(table["track"].to_pylist(), table["plays"].to_pylist(), strict=True))
        return [name for name, track in names.items() if track == mine], {n: plays[min(t)] for n, t in names.items()}

    named, plays = subject(Sidecar(mode=mode))
    assert named == [chosen]
    at_it = {None: ("bowler", "batter"), "batting": ("batter",), "bowling": ("bowler",)}
    assert plays == {name: name in at_it[mode] if mode in at_it else None for name in walkers}
    clicked = Player(clicks=(Click(t=1.0, x=walkers["keeper"].at(1.0)[0] / WIDTH, y=0.5),))
    assert subject(Sidecar(mode=mode, players=(clicked,)))[0] == ["keeper"]
    red = subject(Sidecar(mode=mode, players=(Player(jersey_color="#c02020"),)))[0]
    assert red == ["batter" if mode == "batting" else "bowler"], "nobody else is told to bat"


def test_every_row_of_the_estimates_is_in_people_and_in_poses_once():
    seen, frames, _ = estimates(*(Walker(across(200 + 150 * n, 40 * n)) for n in range(5)), fps=25, seconds=2)
    table = told(seen, frames)
    assert table.schema.equals(PEOPLE.schema())
    keys = [tuple(sorted(zip(t["frame"].to_pylist(), t["person"].to_pylist(), strict=True))) for t in (seen, table)]
    assert keys[0] == keys[1]
    assert repaired(seen, table, frames).num_rows >= seen.num_rows


def test_nobody_gives_empty_tables():
    nobody, frames = POSE_ESTIMATES.from_rows([]), film_frames(3, 25)
    table = told(nobody, frames)
    assert table.num_rows == 0 and repaired(nobody, table, frames).num_rows == 0


def test_clothes_are_read_from_shirt_and_trousers():
    picture = np.full((400, 400, 3), 90, np.uint8)
    body = standing(200, 150, 1.5)
    left, top, right, bottom = 170, 40, 230, 135
    picture[top:bottom, left:right] = (192, 32, 32)
    picture[bottom:300, left:right] = (32, 64, 192)
    seen = clothes(picture, Person(box(body), np.column_stack([body, np.full(25, 0.9)]), 0.9))
    np.testing.assert_allclose(seen, np.concatenate([lab("#c02020"), lab("#2040c0")]), atol=0.5)
