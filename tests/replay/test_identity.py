"""Who is who: an id, else an exact name that only one player has, else nobody. Never the first player."""

import json

import pytest

from gametape.base.errors import BadInput
from gametape.replay.identity import PLATFORMS, Person, as_ballchasing, canonical, identify, match, parse_identity
from gametape.replay.people import People, load_people, parse_people

STEAM = "steam:76561197960265777"
EPIC = "epic:" + "ab" * 16


def row(player, name="", identity=None, bot=False):
    return {"player": player, "name": name, "identity": identity, "bot": bot}


@pytest.mark.parametrize(
    ("platform", "text", "own"),
    [
        ("steam", "76561197960265729", "76561197960265729"),
        ("steam", "76561202255233023", "76561202255233023"),  # the last account
        ("steam", "76561202255233024", None),
        ("steam", "76561197960265728", None),
        ("steam", "0", None),
        ("epic", "AB" * 16, "ab" * 16),
        ("epic", "ab" * 15, None),
        ("epic", "0" * 32, None),
        ("xbox", "0100000000000900", "2533274790395905"),
        ("xbox", "FF00000000000900", "2533274790396159"),
        ("xbox", "2533274790396159", "2533274790396159"),
        ("xbox", "0" * 16, None),
        ("psynet", "0100000000000000", "1"),
        ("ps4", "Ana-Plays_1", "ana-plays_1"),
        ("ps4", "a" * 17, None),
        ("ps4", "*" * 12, None),
        ("xbox", "*" * 16, None),
    ],
)
def test_an_id_has_one_spelling(platform, text, own):
    assert canonical(platform, text) == own
    if own:
        assert canonical(platform, as_ballchasing(platform, own)) == own, "there and back"


def test_an_identity_that_is_none_says_why():
    assert identify("steam", "7").reason == "id_unknown_form(platform=steam)"
    assert identify("epic", "ab" * 16, bot=True).reason == "player_of_the_game"
    assert identify("epic", "ab" * 16, local_player=1).reason == "guest_at_a_machine"
    assert identify(None, None).reason == identify("", "").reason == "id_not_told"
    assert identify("ps4", "*******").reason == "id_masked"
    assert identify("PS4", "Ana").text == "ps4:ana"


def test_sixteen_decimal_digits_are_what_their_record_writes():
    assert identify("psynet", "1000000000000000").text == "psynet:1000000000000000", "a replay writes numbers"
    assert identify("psynet", "1000000000000000", in_hex=True).text == "psynet:16", "ballchasing.com writes bytes"
    assert identify("xbox", "2533000000000900", in_hex=True).text == f"xbox:{0x0009_0000_0000_3325}"
    assert identify("xbox", "2533274790395905").text == "xbox:2533274790395905"


@pytest.mark.parametrize(
    ("text", "said"),
    [("76561197960265729", "names no platform"), ("atari:3", "names no platform"), ("steam:12", "17 digits"),
     ("ps4:****", "is masked"), ("epic:", "is no id of epic")],
)  # fmt: skip
def test_an_id_written_wrong_is_refused_and_told(text, said):
    with pytest.raises(BadInput, match=said):
        parse_identity(text)


def test_an_id_is_found_under_any_name():
    ana = Person("ana", "Ana", frozenset({STEAM, EPIC}), frozenset({"Ana"}))
    assert match(ana, [row(0, "Ana"), row(1, "x", EPIC)]).player == 1
    assert match(ana, [row(0, "Ana"), row(1, "x", EPIC)]).by == "id"


def test_a_name_is_somebody_only_where_it_is_exact_and_unique():
    ana = Person("ana", "Ana", frozenset({STEAM}), frozenset({"Ána"}))
    found = match(ana, [row(0, "Ben"), row(1, "A\u0301na ")])
    assert (found.player, found.by) == (1, "name")
    twice = match(ana, [row(0, "Ána"), row(1, "Ána")])
    assert (twice.player, twice.reason, twice.candidates) == (None, "several_of_the_name(n=2)", (0, 1))
    other_case = match(ana, [row(0, "Ben"), row(1, "ána")])
    assert (other_case.player, other_case.reason, other_case.candidates) == (None, "not_in_the_game", (1,))


def test_a_name_with_another_id_on_the_same_platform_is_another_account():
    ana = Person("ana", "Ana", frozenset({STEAM}), frozenset({"Ana"}))
    found = match(ana, [row(0, "Ana", "steam:76561197960265778")])
    assert (found.player, found.reason, found.candidates) == (None, "name_of_another_account", (0,))
    assert match(ana, [row(0, "Ana", EPIC)]).player == 0, "an account elsewhere may be hers too"


def test_the_first_player_is_never_taken_for_want_of_a_better():
    ana = Person("ana", "Ana", frozenset({STEAM}), frozenset({"Ana"}))
    found = match(ana, [row(0, "Ben"), row(1, "*****"), row(2, "Cem", EPIC)])
    assert (found.player, found.by, found.reason, found.candidates) == (None, None, "not_in_the_game", (1,))
    assert match(ana, []).reason == "not_in_the_game"
    assert match(ana, [row(0, "Ana", bot=True)]).reason == "name_of_a_bot"
    assert match(Person("x", "x", names=frozenset({"****"})), [row(0, "****")]).player is None, "a mask is no name"


def test_somebody_who_left_and_came_back_is_not_guessed():
    ana = Person("ana", "Ana", frozenset({STEAM}))
    found = match(ana, [row(0, "Ana", STEAM), row(1, "Ana", STEAM)])
    assert (found.player, found.reason, found.candidates) == (None, "several_with_the_id(n=2)", (0, 1))


FILE = b"""
players:
  ana:
    name: Ana
    ids: ["steam:76561197960265777", "xbox:0100000000000900"]
    names: [AnaPlays]
  ben:
    names: [Ben]
"""


def test_the_players_file_is_found_by_key_name_and_id(tmp_path):
    people = parse_people(FILE, "players.yaml")
    ana = people.by_key["ana"]
    assert ana.identities == {STEAM, "xbox:2533274790395905"}
    assert [people.find(text) for text in ("ana", "Ana", "AnaPlays", "xbox:2533274790395905")] == [ana] * 4
    assert people.of(STEAM) is ana and people.of(EPIC) is None and people.of(None) is None
    stranger = people.find("epic:" + "AB" * 16)
    assert stranger.identities == {EPIC} and stranger.key == "epic-" + "ab" * 16
    with pytest.raises(BadInput, match="cem: is nobody in the players file"):
        people.find("cem")
    assert load_people(tmp_path / "none.yaml") == People()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("players: [", "is not valid YAML: .*line 1 column"),
        ("players:\n  a: {ids: [x:1]}", r"players.a.ids.0: x:1: names no platform"),
        ("players:\n  a: {id: [x:1]}", r"players.a.id: unknown key"),
        ("player:\n  a: {}", r"players: Field required|player: unknown key"),
        ("players:\n  a: {names: [7]}", r"players.a.names.0: .*valid string"),
        ("players:\n  a: {}", r"players.a: has neither ids nor names"),
        ("players:\n  a: {names: ['***']}", r"players.a.names.0: '\*\*\*' is no name"),
        ("players:\n  A B: {names: [x]}", r"players.A B: a key has lower-case"),
        ("players:\n  a: {names: [x]}\n  a: {names: [y]}", r"'a' comes twice: line 3"),
        ("players:\n  a: {names: [x]}\n  b: {names: [x]}", r"players.b: the name x is also that of players.a"),
        (f"players:\n  a: {{ids: ['{STEAM}']}}\n  b: {{ids: ['{STEAM}']}}", r"players.b: steam:.* players.a"),
        ("players:\n  ? [1]\n  : {}", "not valid YAML|a key|players"),
        ("- 1", "valid dictionary"),
        ("\xff", "valid"),
    ],
)
def test_a_mistake_in_the_players_file_is_told_with_its_place(text, said):
    with pytest.raises(BadInput, match=said) as error:
        parse_people(text.encode(), "players.yaml")
    assert str(error.value).startswith("players.yaml: ")


def test_every_recorded_id_is_an_identity_or_says_why_not(shared):
    """100 recorded teams: ids that are shown have one spelling there and back, those that are masked are nobody's."""
    games = json.loads((shared / "data/replays/api/replay-list.json").read_text("utf-8"))["list"]
    ids = [player["id"] for game in games for team in ("blue", "orange") for player in game[team].get("players", [])]
    assert len(ids) > 200
    shown = 0
    for one in ids:
        found = identify(one.get("platform"), one.get("id"), in_hex=True)
        if found.text:
            assert found.platform in PLATFORMS
            spelt = as_ballchasing(found.platform, found.id)
            assert spelt == (one["id"].lower() if found.platform == "ps4" else one["id"])
            shown += 1
        else:
            assert found.reason == ("id_masked" if one else "id_not_told")
    assert shown == sum("*" not in one.get("id", "*") for one in ids)
