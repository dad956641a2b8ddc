"""People who are followed: their new games come by themselves, the oldest first, each once, and deleted ones stay away."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from gametape.base.errors import BadInput
from gametape.base.settings import Settings
from gametape.replay.ballchasing.client import Client
from gametape.replay.ballchasing.following import MOST, follow
from gametape.replay.people import parse_people
from gametape.replay.read import ANSWER_SUFFIX
from gametape.uploads.files import UploadFiles
from resources.uploads import UploadStoreResource
from sensors.following import build_following_sensor
from tests.replay.ballchasing_server import TOKEN, Ballchasing, serving
from tests.replay.made_answers import as_bytes
from tests.replay.made_answers import game_id as made_id

FILE = b"players:\n  ana: {ids: ['steam:76561197960265729'], follow: true}\n  ben: {ids: ['epic:%s']}\n" % (b"ab" * 16)
ANA = parse_people(FILE, "players.yaml").by_key["ana"]
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def server():
    with serving(Ballchasing()) as house:
        yield house


def look(house, folder, cursor="", people=(ANA,)):
    return follow(
        Client(TOKEN, house.url, clock=house.clock, patience_s=10), people, UploadFiles(str(folder)), cursor, NOW
    )


def lying(folder):
    return {file.name.removesuffix(ANSWER_SUFFIX) for file in folder.iterdir()}


def test_new_games_come_a_few_at_a_time_the_oldest_first_each_once(server, tmp_path):
    ids = server.add(*reversed(range(25)))[::-1]  # newest first in the list
    cursor, came = "", []
    for expected in (10, 10, 5, 0):
        one = look(server, tmp_path, cursor)
        cursor = one.cursor
        assert not one.problems and len(one.imported) == expected <= MOST
        came += one.imported
    assert came == ids and lying(tmp_path) == set(ids)
    assert len(server.games_asked()) == 25
    assert ("replay-date-after", (NOW - timedelta(days=7)).isoformat()) in server.asked[0].query
    server.listed[None].insert(0, 40)
    server.games |= {made_id(40): as_bytes(made(40))}
    assert look(server, tmp_path, cursor).imported == (made_id(40),)


def made(number):
    from tests.replay.made_answers import made_answer

    return made_answer(number)


def test_a_deleted_game_does_not_come_back(server, tmp_path):
    [own] = server.add(3)
    cursor = look(server, tmp_path).cursor
    (tmp_path / f"{own}{ANSWER_SUFFIX}").unlink()
    one = look(server, tmp_path, cursor)
    assert not one.imported and not lying(tmp_path)


def test_a_game_uploaded_late_still_comes(server, tmp_path):
    server.add(600)
    cursor = look(server, tmp_path).cursor
    server.add(10)  # played nearly ten hours before
    assert look(server, tmp_path, cursor).imported == (made_id(10),)


def test_what_is_not_there_yet_comes_later_and_what_is_refused_is_told_once(server, tmp_path):
    pending, refused, good = server.add(1, 2, 3)
    right = dict(server.games)
    server.games[pending] = as_bytes({"id": pending, "status": "pending"})
    server.games[refused] = as_bytes({"id": refused, "status": "failed"})
    one = look(server, tmp_path)
    assert one.imported == (good,) and len(one.problems) == 2
    assert f"ana: {pending} later" in one.problems[0] and f"{refused} not imported" in one.problems[1]
    server.games = right
    again = look(server, tmp_path, one.cursor)
    assert again.imported == (pending,) and not again.problems


@pytest.mark.parametrize("fault", [(429, {"Retry-After": "60"}, {}), (401, {}, {}), (500, {}, {})])
def test_where_the_api_stops_nothing_is_lost(server, tmp_path, fault):
    ids = server.add(*range(6))
    server.fault = lambda number, path: fault if number > 3 else None
    one = look(server, tmp_path)
    assert 0 < len(one.imported) < 6 and "ana: " in one.problems[-1]
    server.fault = lambda number, path: None
    again = look(server, tmp_path, one.cursor)
    assert sorted([*one.imported, *again.imported]) == ids


def test_nobody_is_forgotten_while_the_api_is_away(server, tmp_path):
    server.add(1)
    both = (ANA, parse_people(FILE, "f").by_key["ben"])
    cursor = look(server, tmp_path, people=both).cursor
    server.fault = lambda number, path: (500, {}, {})
    assert look(server, tmp_path, cursor, both).cursor == cursor
    server.fault = lambda number, path: None
    assert '"ben"' not in look(server, tmp_path, cursor).cursor, "who is followed no longer is forgotten"


def test_to_follow_somebody_needs_an_id():
    assert parse_people(FILE, "f").followed == ("ana",)
    with pytest.raises(BadInput, match=r"players\.a\.follow: needs ids"):
        parse_people(b"players:\n  a: {names: [x], follow: true}", "f")


def test_the_sensor_is_off_by_default_and_says_what_it_did(server, tmp_path, monkeypatch):
    [own] = server.add(1)
    monkeypatch.setattr("gametape.replay.ballchasing.following.FIRST", timedelta(days=10_000))
    house = Settings(home=tmp_path, ballchasing_token=TOKEN, ballchasing_url=server.url)
    sensor = build_following_sensor(house=house)
    assert sensor.default_status == dg.DefaultSensorStatus.STOPPED

    def evaluate(cursor=None):
        store = UploadStoreResource(base_uri=str(tmp_path / "uploads"))
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"uploads": store})
            return sensor(context)

    assert "nobody has follow: true" in evaluate().skip_reason.skip_message
    (tmp_path / "players.yaml").write_bytes(FILE)
    result = evaluate()
    assert result.skip_reason.skip_message == "1 imported" and lying(tmp_path / "uploads") == {own}
    assert TOKEN not in str(result) + result.cursor
    assert evaluate(result.cursor).skip_reason.skip_message == "0 imported"
    (tmp_path / "players.yaml").write_bytes(b"players: 7")
    wrong = evaluate(result.cursor)
    assert "players.yaml: players: " in wrong.skip_reason.skip_message and wrong.cursor == result.cursor
