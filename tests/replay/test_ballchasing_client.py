"""Asking ballchasing.com: its limits are kept, each refusal is told, and the token goes nowhere else."""

import logging
import pickle
import traceback
from email.utils import formatdate

import pytest

from gametape.base.errors import BadInput, Unavailable
from gametape.replay.ballchasing.client import (
    TRIES,
    Client,
    Duplicate,
    NotThere,
    Query,
    Refused,
    TokenRefused,
    TooMany,
    Unreachable,
    game_id,
)
from gametape.replay.ballchasing.pace import LIMITS, Pace
from gametape.replay.ballchasing.schema import Drifted
from tests.replay.ballchasing_server import PAGE, TOKEN, Ballchasing, FakeClock, serving
from tests.replay.made_answers import as_bytes, made_answer
from tests.replay.made_answers import game_id as made_id


@pytest.fixture
def server():
    with serving(Ballchasing()) as house:
        yield house


def client(house, **other):
    return Client(other.pop("token", TOKEN), house.url, clock=house.clock, **other)


@pytest.mark.parametrize("tier", LIMITS)
@pytest.mark.parametrize("kind", ["list", "get"])
def test_no_second_and_no_hour_has_more_requests_than_the_tier_allows(tier, kind):
    clock, limit = FakeClock(), LIMITS[tier][kind]
    pace, sent = Pace(clock, tier), []
    for _ in range((limit.per_hour or 100) + 5):
        pace.wait(kind)
        sent.append(clock.seconds)
    for at in sent:
        assert sum(at - 1 < other <= at for other in sent[-200:]) <= limit.per_second
    if limit.per_hour:
        assert sent[limit.per_hour] - sent[0] >= 3600
        assert sent[limit.per_hour - 1] - sent[0] < 3600, "as many as are allowed are sent at once"


def test_lists_and_games_are_counted_apart():
    clock = FakeClock()
    pace = Pace(clock)
    for kind in ("list", "get", "list", "get"):
        assert pace.wait(kind) < 0.01
    assert pace.wait("get") > 1


@pytest.mark.parametrize(
    ("told", "tier"), [("diamond", "diamond"), ("gc", "gc"), ("platinum", "regular"), (7, "regular")]
)
def test_the_owner_s_tier_is_asked_for_and_an_unknown_one_is_the_lowest(server, told, tier):
    server.fault = lambda number, path: (200, {}, {"type": told})
    assert client(server).greet() == tier


def test_a_game_is_its_bytes_as_they_came(server):
    [own] = server.add(1)
    assert client(server).game(own) == as_bytes(made_answer(1))


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, {"error": "bad date"}, Refused, r"refuses \(400: bad date\)"),
        (401, {"error": "Missing API key"}, TokenRefused, r"GAMETAPE_BALLCHASING_TOKEN: is refused .*401: Missing API key"),
        (403, {"error": "no"}, TokenRefused, "403"),
        (404, {"error": "replay not found"}, NotThere, r"does not have it.*404: replay not found"),
        (404, b"<html>", NotThere, r"404\)"),
        (409, {"error": "duplicate replay", "id": made_id(9)}, Duplicate, f"another id .409.*Import {made_id(9)} instead"),
        (409, {"error": "duplicate replay"}, Duplicate, "gametape replays search"),
        (302, {}, Refused, "sends to another address"),
        (418, {"error": "a\nb\x1b[31m" + "c" * 500}, Refused, r"a b\[31mc{150}"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_and_not_repeated(server, status, body, kind, said):
    server.fault = lambda number, path: (status, {"Location": "http://example.invalid/"}, body)
    with pytest.raises(kind, match=said) as error:
        client(server).game(made_id(1))
    assert isinstance(error.value, BadInput)
    assert len(server.asked) == 1 and len(str(error.value)) < 500


@pytest.mark.parametrize(
    "fault",
    [(500, {}, {"error": "oops"}), (502, {}, b"<html>"), (503, {"Retry-After": "7"}, b""), "drop", "half", "hang",
     (200, {}, b"<html>a proxy's page</html>")],
    ids=str,
)  # fmt: skip
def test_what_fails_on_the_way_is_asked_again(server, fault):
    [own] = server.add(1)
    server.fault = lambda number, path: fault if number < TRIES - 1 else None
    server.hang_s = 0.1
    assert client(server, read_s=0.05).game(own) == as_bytes(made_answer(1))
    assert len(server.asked) == TRIES
    waits = [one for one in server.clock.slept if one >= 1 and one != pytest.approx(1.1, abs=0.01)]
    assert waits == ([7] * 4 if isinstance(fault, tuple) and fault[0] == 503 else [1, 2, 4, 8])


def test_a_server_that_always_fails_is_given_up_and_told(server):
    server.fault = lambda number, path: (500, {}, {"error": "oops"})
    with pytest.raises(Unreachable, match=rf"it answers 500, {TRIES} times.*it goes on from there"):
        client(server).game(made_id(1))
    assert len(server.asked) == TRIES


def test_a_server_that_is_not_there_is_told():
    with serving(Ballchasing()) as gone:
        pass
    with pytest.raises(Unavailable, match="cannot be asked"):
        client(gone).game(made_id(1))


def test_an_answer_without_end_is_not_read_to_its_end(server, monkeypatch):
    monkeypatch.setattr("gametape.replay.ballchasing.client.LARGEST_BYTES", 1000)
    server.add(1)
    with pytest.raises(Unreachable, match="an answer of more than 1000 bytes"):
        client(server).game(made_id(1))


@pytest.mark.parametrize(
    ("headers", "waits"),
    [({"Retry-After": "40"}, [40, 40]), ({"Retry-After": "0"}, [1, 1]), ({}, [1, 2]), ({"Retry-After": "soon"}, [1, 2]),
     ({"Retry-After": formatdate(1.7e9 + 90, usegmt=True)}, [90, 90]),
     ({"Retry-After": formatdate(1.7e9 - 90, usegmt=True)}, [1, 1])],
)  # fmt: skip
def test_a_limit_is_waited_for_as_long_as_it_asks(server, headers, waits):
    [own] = server.add(1)
    server.fault = lambda number, path: (429, headers, {"error": "slow down"}) if number < 2 else None
    said = []
    assert client(server, tell=said.append).game(own)
    assert server.clock.slept[:2] == waits
    assert len(said) == (2 if waits[0] >= 10 else 0)


def test_a_limit_is_not_waited_for_without_end(server):
    server.fault = lambda number, path: (429, {"Retry-After": "60"}, {})
    with pytest.raises(TooMany, match="its limit is reached"):
        client(server, patience_s=130).game(made_id(1))
    assert len(server.asked) == 3 and sum(server.clock.slept) == pytest.approx(121, abs=2)
    server.fault = lambda number, path: (429, {"Retry-After": "86400"}, {})
    with pytest.raises(TooMany, match="wait 1440 min"):
        client(server).game(made_id(1))


def test_a_list_is_followed_to_its_end_or_to_the_number_asked_for(server):
    ids = server.add(*range(20))
    assert [one.id for one in client(server).games(Query(name="Ana"))] == ids
    server.asked.clear()
    assert [one.id for one in client(server).games(Query(name="Ana"), PAGE)] == ids[:PAGE]
    assert len(server.asked) == 1, "no further part is asked for in vain"
    assert ("count", str(PAGE)) in server.asked[0].query


def test_a_query_says_what_the_api_understands(server):
    server.add(1)
    query = Query(
        ("xbox:0100000000000900", "steam:1"), "An a", "ranked-doubles", "f21", "g-1", "2026-01-01T00:00:00+00:00", "x"
    )
    list(client(server).games(query))
    assert server.asked[0].query == [
        ("player-id", "xbox:0100000000000900"), ("player-id", "steam:1"), ("player-name", "An a"),
        ("playlist", "ranked-doubles"), ("season", "f21"), ("group", "g-1"),
        ("replay-date-after", "2026-01-01T00:00:00+00:00"), ("replay-date-before", "x"), ("sort-by", "replay-date"),
        ("sort-dir", "desc"), ("count", "200"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "elsewhere",
    ["http://example.invalid/api/replays?after=7", "https://127.0.0.1/api/replays", "//example.invalid/api/replays",
     "{url}.example.invalid/replays", "http://ana@127.0.0.1:{port}/api/replays", "http://127.0.0.1:{port}/other",
     "http://127.0.0.1:{port}x/api/replays", "/api/replays", "ftp://127.0.0.1:{port}/api/replays", "http://[/api"],
)  # fmt: skip
def test_a_list_is_not_followed_to_another_place(server, elsewhere):
    server.add(*range(20))
    port = server.url.split(":")[2].split("/")[0]
    server.next_at = lambda address: elsewhere.format(url=server.url, port=port)
    seen = []
    with pytest.raises(Drifted, match=r"goes on at another host \(its field next\)"):
        seen.extend(one.id for one in client(server).games(Query()))
    assert len(server.asked) == 1 and len(seen) == PAGE, "what came before is kept"


def test_a_list_that_goes_in_a_circle_ends(server):
    server.add(*range(20))
    server.next_at = lambda address: f"{server.url}/replays?after=7&count=200"
    with pytest.raises(Drifted, match="came before"):
        list(client(server).games(Query()))


def test_a_list_of_another_form_names_the_field(server):
    server.fault = lambda number, path: (200, {}, {"list": [], "count": 0, "page": 1})
    with pytest.raises(Drifted, match="list of games: has a field that is not known: page"):
        list(client(server).games(Query()))


def test_groups_within_groups_are_found_once(server):
    server.inside = {"a": ["b", "c"], "b": ["d", "a"], "c": ["d"]}
    assert sorted(client(server).groups_within("a")) == ["a", "b", "c", "d"]
    with pytest.raises(NotThere, match="group none"):
        list(client(server).groups_within("none"))
    with pytest.raises(BadInput, match="is no id of a group"):
        list(client(server).groups_within("../replays"))


@pytest.mark.parametrize("text", ["", "1", "../ping", made_id(1) + "/file", "https://ballchasing.com/group/abc"])
def test_what_is_no_id_is_never_asked_for(text):
    with pytest.raises(BadInput, match=r"is no id of ballchasing\.com"):
        game_id(text)


def test_the_token_is_shown_nowhere(server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    one = client(server)
    server.fault = lambda number, path: (400, {}, {"error": f"the key {TOKEN} is odd", "id": TOKEN})
    texts = [repr(one), str(one)]
    for fault in ((400, {}, {"error": f"key {TOKEN}"}), (409, {}, {"error": TOKEN, "id": TOKEN}), (429, {"Retry-After": "99999"}, {}),
                  (500, {}, {}), "drop"):  # fmt: skip
        server.fault = lambda number, path, fault=fault: fault
        with pytest.raises((BadInput, Unavailable)) as error:
            one.game(made_id(1))
        texts += [str(error.value), repr(error.value), "".join(traceback.format_exception(error.value))]
    wrong = client(server, token="wr0ng-Token")
    server.fault = lambda number, path: None
    with pytest.raises(TokenRefused) as error:
        wrong.greet()
    texts += [str(error.value), caplog.text, *capfd.readouterr()]
    assert len(texts) > 15 and "400: key …" in texts[2]
    for text in texts:
        assert TOKEN not in text and "wr0ng-Token" not in text
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(one)


@pytest.mark.parametrize("token", ["", "  ", "a b", "a\r\nX-Other: 1", "ü"])
def test_what_is_no_token_is_refused_before_it_is_sent_and_not_shown(token):
    with pytest.raises(BadInput, match=r"GAMETAPE_BALLCHASING_TOKEN: (is not set|has characters)") as error:
        Client(token)
    assert not token.strip() or token not in str(error.value)


def test_the_recorded_answers_pass_through_the_server(server, shared):
    for file in (shared / "data/replays/api").glob("*.ballchasing.json"):
        own = made_id(len(server.games))
        server.games[own] = file.read_bytes()
        assert client(server).game(own) == file.read_bytes()
