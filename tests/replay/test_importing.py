"""Games of ballchasing.com in the uploads: each whole or not at all, none lost, none twice, however often it breaks off."""

import random
import subprocess
import sys

import pytest

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import settings
from gametape.replay.ballchasing.client import Client, Query, TokenRefused, TooMany
from gametape.replay.ballchasing.importing import ROUNDS, group_games, import_games, player_games
from gametape.replay.identity import Person
from gametape.replay.people import People
from gametape.replay.read import ANSWER_SUFFIX, read_game
from gametape.uploads.files import UploadFiles
from orchestration.cli import app
from tests.replay.ballchasing_server import TOKEN, Ballchasing, serving
from tests.replay.made_answers import as_bytes, made_answer
from tests.replay.made_answers import game_id as made_id

ANA = People().find("steam:76561197960265729")


@pytest.fixture
def server():
    with serving(Ballchasing()) as house:
        yield house


def client(house, **other):
    return Client(TOKEN, house.url, clock=house.clock, **other)


def lying(folder):
    """Ids of the whole games in a folder; whatever else lies there is a fault."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert all(file.name.endswith(ANSWER_SUFFIX) for file in files), files
    for file in files:
        assert read_game(file).match["ballchasing_id"] == file.name[: -len(ANSWER_SUFFIX)]
    return sorted(file.name[: -len(ANSWER_SUFFIX)] for file in files)


def test_200_games_through_a_slow_limited_failing_server_none_lost_none_twice(server, tmp_path):
    """A third of the requests go wrong, in each way there is; the import is said again until nothing is missing."""
    ids = server.add(*range(200))
    whim = random.Random(14)
    wrongs = [(500, {}, b"<html>"), (502, {}, {}), (503, {"Retry-After": "20"}, {}), (429, {}, {}), "drop",
              (429, {"Retry-After": "60"}, {"error": "slow down"}), (200, {}, b"<html>"), "half"]  # fmt: skip

    def fault(number, path):
        server.clock.seconds += whim.uniform(0, 3)  # it is slow
        wrong = whim.choice(wrongs) if whim.random() < 0.33 else None
        return "drop" if wrong == "half" and "/replays/" not in path else wrong

    server.fault = fault
    files, written, broken = UploadFiles(str(tmp_path / "uploads")), [], 0
    for _ in range(50):
        try:
            result = import_games(client(server, patience_s=150), player_games(client(server), ANA, Query()), files)
        except Unavailable:
            broken += 1
            continue
        written += result.written
        if result.complete and len(result.written) + len(result.there) == 200:
            break
    lie = sorted(file.name for file in (tmp_path / "uploads").iterdir())
    assert lie == sorted(f"{own}{ANSWER_SUFFIX}" for own in ids), "none lost, none twice"
    assert sorted(written) == sorted(set(written))
    for own in ids:
        assert (tmp_path / "uploads" / f"{own}{ANSWER_SUFFIX}").read_bytes() == server.games[own]
    assert server.over_the_limit == 0, "the tier's limits were kept"
    assert len(server.games_asked()) > 220, "the server did fail"


def test_an_import_broken_off_leaves_whole_files_and_goes_on(server, tmp_path):
    """The next import knows nothing of the last one's requests: the server's limit is met, and waited for."""
    ids = server.add(*range(12))
    files = UploadFiles(str(tmp_path))
    for most in (3, 5, 1):
        told = []

        def stop(own, what, told=told, most=most):
            told.extend([own] if what == "imported" else [])
            if len(told) == most:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            import_games(client(server), ids, files, stop)
    assert lying(tmp_path) == ids[:9]
    result = import_games(client(server), ids, files)
    assert lying(tmp_path) == ids and (result.there, result.written) == (ids[:9], ids[9:])
    answered = len(server.games_asked()) - server.over_the_limit
    assert answered == 12, "each was asked for once"


def test_a_process_killed_while_it_writes_leaves_no_part_of_a_game(server, tmp_path):
    [own] = server.add(1)
    code = f"""
import os, gametape.uploads.files as files
from gametape.replay.ballchasing.client import Client
from gametape.replay.ballchasing.importing import import_games
files.fsync = lambda path: os._exit(9)
import_games(Client({TOKEN!r}, {server.url!r}), [{own!r}], files.UploadFiles({str(tmp_path)!r}))
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    files = UploadFiles(str(tmp_path))
    assert not files.list(lambda name: True).found, "what was being written is hidden"
    assert import_games(client(server), [own], files).written == [own]


def test_what_lies_there_is_not_asked_for_again_wherever_it_was_moved(server, tmp_path):
    first, second = server.add(1, 2)
    files = UploadFiles(str(tmp_path))
    import_games(client(server), [first], files)
    (tmp_path / "season 1").mkdir()
    (tmp_path / f"{first}{ANSWER_SUFFIX}").rename(tmp_path / "season 1" / f"{first}{ANSWER_SUFFIX}")
    result = import_games(client(server), [first, second, first, second], files)
    assert (result.written, result.there) == ([second], [first])
    assert server.games_asked() == [first, second]


def test_two_imports_at_once_write_a_game_once(server, tmp_path, monkeypatch):
    [own] = server.add(1)
    files = UploadFiles(str(tmp_path))
    stat = UploadFiles.stat

    def and_then_the_other_is_first(self, path):
        monkeypatch.setattr(UploadFiles, "stat", stat)
        import_games(client(server), [own], files)
        return None

    monkeypatch.setattr(UploadFiles, "stat", and_then_the_other_is_first)
    result = import_games(client(server), [own], files)
    assert (result.written, result.there) == ([], [own]) and lying(tmp_path) == [own]


def test_each_game_that_cannot_be_had_is_told_and_the_others_come(server, tmp_path):
    good, other = server.add(1, 2)
    drifted, gone, failed, pending, free = (made_id(n) for n in (3, 4, 5, 6, 7))
    server.games[drifted] = as_bytes(made_answer(3, brand_new=1))
    server.games[failed] = as_bytes({"id": failed, "status": "failed"})
    server.games[pending] = as_bytes({"id": pending, "status": "pending"})
    server.games[free] = as_bytes(made_answer(8))
    said = {}
    result = import_games(
        client(server),
        [good, drifted, gone, failed, pending, free, other],
        UploadFiles(str(tmp_path)),
        said.__setitem__,
    )
    assert result.written == [good, other] == lying(tmp_path) and not result.complete
    assert set(result.refused) == {drifted, gone, failed, free} and set(result.later) == {pending}
    assert "brand_new" in str(result.refused[drifted]) and "404" in str(result.refused[gone])
    assert "could not read" in str(result.refused[failed]) and "another game" in str(result.refused[free])
    assert said[pending].startswith("later: ") and said[good] == "imported"
    assert server.games_asked().count(pending) == ROUNDS, "it is asked for again, with a pause between"
    assert server.games_asked().count(gone) == 1


def test_a_game_that_is_read_meanwhile_comes_in_the_next_round(server, tmp_path):
    [own] = server.add(1)
    server.fault = lambda number, path: (200, {}, {"id": own, "status": "pending"}) if number < 2 else None
    result = import_games(client(server), [own], UploadFiles(str(tmp_path)))
    assert result.complete and result.written == [own] == lying(tmp_path)
    assert server.clock.slept.count(30.0) == 2


def test_a_wrong_token_ends_an_import_at_once(server, tmp_path):
    ids = server.add(*range(5))
    with pytest.raises(TokenRefused):
        import_games(Client("wrong", server.url, clock=server.clock), ids, UploadFiles(str(tmp_path)))
    assert len(server.asked) == 1 and not lying(tmp_path)


def test_a_server_that_fails_at_all_is_left_alone(server, tmp_path):
    ids = server.add(*range(20))
    server.fault = lambda number, path: (500, {}, {})
    with pytest.raises(Unavailable):
        import_games(client(server), ids, UploadFiles(str(tmp_path)))
    assert len(set(server.games_asked())) == 3
    server.fault = lambda number, path: (429, {"Retry-After": "4000"}, {})
    with pytest.raises(TooMany):
        import_games(client(server), ids, UploadFiles(str(tmp_path)))


def test_a_player_is_asked_for_by_id_alone(server):
    server.add(1, 2)
    assert list(player_games(client(server), ANA, Query(playlist="ranked-duels"), 1)) == [made_id(1)]
    assert ("player-id", "steam:76561197960265729") in server.asked[0].query
    assert ("playlist", "ranked-duels") in server.asked[0].query
    with pytest.raises(BadInput, match="a name may be anybody's"):
        player_games(client(server), Person("ana", "Ana", names=frozenset({"Ana"})), Query())


def test_a_group_s_games_are_those_of_all_groups_within_it_each_once(server):
    server.inside = {"top": ["left", "right"]}
    server.add(*range(10), group="left")
    server.add(*range(5, 12), group="right")
    assert sorted(group_games(client(server), "top", Query())) == sorted(made_id(n) for n in range(12))
    assert len(list(group_games(client(server), "top", Query(), 3))) == 3


def test_a_bucket_gets_them_too(server, s3_uri):
    ids = server.add(1, 2, 3)
    files = UploadFiles(s3_uri)
    import_games(client(server), ids[:1], files)
    result = import_games(client(server), ids, files)
    assert (result.written, result.there) == (ids[1:], ids[:1])
    found = files.list(lambda name: True).found
    assert sorted(file.name for file in found) == sorted(f"{own}{ANSWER_SUFFIX}" for own in ids)
    assert files.read(found[0], 1 << 20) in server.games.values()


# ---- the command line ----


@pytest.fixture
def house(server, tmp_path, monkeypatch):
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GAMETAPE_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("GAMETAPE_BALLCHASING_URL", server.url)
    monkeypatch.setenv("GAMETAPE_BALLCHASING_TOKEN", TOKEN)
    monkeypatch.setattr("gametape.replay.ballchasing.client.RealClock", lambda: server.clock)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def said(capsys, *words):
    """What a command prints, and whether it ended well."""
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, ["replays", *words], catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_games_are_imported_by_id_or_address(house, server, capsys):
    first, second = server.add(1, 2)
    code, text = said(capsys, "import", first, f"https://ballchasing.com/replay/{second}#overview")
    assert code == 0 and "2 imported, 0 were there" in text
    assert lying(house / "uploads") == [first, second]
    code, text = said(capsys, "import", first, made_id(3))
    assert code == 1 and "0 imported, 1 were there, 1 not to be had" in text and "404" in text


def test_a_player_s_games_are_imported_by_the_name_in_the_players_file(house, server, capsys):
    ids = server.add(*range(9))
    (house / "home").mkdir()
    (house / "home/players.yaml").write_text("players:\n  ana:\n    name: Ana\n    ids: [psn:AnaPlays]\n")
    code, text = said(capsys, "import", "--player", "Ana", "--count", "8", "--since", "2026-01-01")
    assert code == 0 and "8 imported" in text and lying(house / "uploads") == ids[:8]
    listed = next(one for one in server.asked if one.path == "/api/replays").query
    assert ("player-id", "ps4:AnaPlays") in listed, "as it was written: its case may count there"
    assert ("replay-date-after", "2026-01-01T00:00:00+00:00") in listed
    with pytest.raises(BadInput, match="ben: is nobody in the players file"):
        said(capsys, "import", "--player", "ben")


def test_games_are_looked_for(house, server, capsys):
    ids = server.add(1, 2, 3)
    code, text = said(capsys, "search", "--name", "Player 0", "--count", "2")
    rows = text.splitlines()
    assert code == 0 and [row.split("  ")[0] for row in rows] == ids[:2]
    assert "2:0" in rows[0] and "Player 0, Player 1, Player 2 - Player 3" in rows[0]
    server.listed.clear()
    assert said(capsys, "search", "--name", "nobody") == (1, "no such game\n")


@pytest.mark.parametrize(
    ("words", "wrong"),
    [(["import"], "Give one of the three"), (["import", made_id(1), "--player", "steam:1"], "Give one of the three"),
     (["import", "abc"], "is no id"), (["import", made_id(1), "--count", "3"], "Leave them out"),
     (["import", "--player", "steam:76561197960265729", "--since", "yesterday"], "is no day"),
     (["import", "--player", "steam:76561197960265729", "--since", "2026-01-01T10:00:00"], "has no zone"),
     (["search"], "was not told what to look for")],
)  # fmt: skip
def test_what_makes_no_sense_is_told_before_anything_is_asked(house, server, capsys, words, wrong):
    with pytest.raises(BadInput, match=wrong):
        said(capsys, *words)
    assert not server.asked


def test_without_a_token_the_command_says_where_it_comes_from(house, monkeypatch, capsys):
    monkeypatch.delenv("GAMETAPE_BALLCHASING_TOKEN")
    settings.cache_clear()
    with pytest.raises(BadInput, match="GAMETAPE_BALLCHASING_TOKEN: is not set"):
        said(capsys, "import", made_id(1))


def test_help_needs_no_craft():
    code = (
        "import sys, orchestration.cli.replays; print({'dagster', 'pyarrow', 'urllib3', 'pydantic'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
