"""Exercises, their ranking, the log of sessions, and what came of them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from gametape.base.errors import BadInput
from gametape.base.reason import Reason
from gametape.replay.judgement.games import Kind
from gametape.replay.judgement.stats import all_stats
from gametape.replay.training.exercises import OWN, exercises
from gametape.replay.training.plan import MOST, NEWEST, plan_training, tiers_of
from gametape.replay.training.progress import progress_of, streaks
from gametape.replay.training.rank import WEIGHTS, level_of, rank
from gametape.replay.training.sessions import FILE, FOLDER, Session, log_session, read_sessions
from gametape.tables.replay_judgement import REPLAY_FINDINGS

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


def session(day: float = 0, hits: int | None = None, of: int = 20, **more) -> Session:
    counted = {} if hits is None else {"attempts": of, "successes": hits}
    given = {"player": "Ana", "exercise": "pad-paths", "started_at": FIRST + timedelta(days=day)}
    return Session(**{**given, **counted, **more})


def test_every_weakness_that_can_be_told_has_an_exercise():
    ways = {"more": ["up"], "less": ["down"], "either": ["up", "down"]}
    for name, stat in all_stats().stats.items():
        for way in ways[stat.side] if stat.judged else []:
            best = rank(name, way == "down", exercises())
            assert best and best[0].exercise.trains.get(name) == way, f"{name} {way}"
            assert all(one.exercise.trains.get(name, way) == way for one in best)


def test_no_code_of_a_pack_is_made_up():
    assert all(one.pack is None or one.pack.source for one in exercises().values())


def test_the_score_is_40_25_20_15_of_its_parts():
    assert WEIGHTS == {"relevance": 40, "level": 25, "quality": 20, "preference": 15}
    sessions = [session(0, rating=5), session(1, exercise="shadow")]
    best = {one.code: one for one in rank("zero_boost", True, exercises(), 19, sessions)}["pad-paths"]
    assert best.parts == pytest.approx({"relevance": 1.0, "level": 0.8, "quality": 0.625, "preference": 1.0})
    assert best.score == pytest.approx(0.40 * 1 + 0.25 * 0.8 + 0.20 * 0.625 + 0.15 * 1)
    assert best.why == Reason("score_of_all_parts")


def test_what_is_not_known_is_left_out_and_said():
    best = rank("zero_boost", True, exercises())[0]
    assert best.code == "pad-paths" and best.score == 1.0
    assert [name for name, part in best.parts.items() if part is None] == ["level", "quality", "preference"]
    assert best.why == Reason("score_of_known_parts", share=0.4)


@pytest.mark.parametrize(("tier", "score"), [(1, 1.0), (18, 1.0), (19, 0.8), (21, 0.8), (22, 0.5)])
def test_the_level_falls_with_each_rank_beside(tier: int, score: float):
    assert level_of(exercises()["pad-paths"], tier) == score


def test_the_plan_answers_priorities_alone():
    row = {
        "playlist": "ranked-doubles", "team_size": 2, "kind": "weakness", "priority": 1, "stat": "behind_ball",
        "more": True, "games": 30, "wins": 15, "losses": 15, "why": Reason("nothing_stands_out", games=30, of=24),
    }  # fmt: skip
    findings = REPLAY_FINDINGS.from_rows([row, row | {"kind": "strength", "priority": None, "stat": "zero_boost"}])
    plan = plan_training(findings, "de", {Kind("ranked-doubles", 2): 12, Kind("ranked-duels", 1): 1}).to_pylist()
    assert [one["level"] for one in plan_training(findings, "de", {Kind(None, 2): 12}).to_pylist()] == [None] * MOST
    assert len(plan) == MOST and {one["stat"] for one in plan} == {"behind_ball"}
    assert plan[0]["exercise"] == "ahead-of-the-ball" and plan[0]["title"] == "In den Pass laufen"
    assert [one["place"] for one in plan] == [1, 2, 3] and plan[0]["score"] >= plan[1]["score"]
    assert plan_training(findings.slice(1), "en").num_rows == 0


def test_a_rank_is_that_of_the_newest_games_of_its_kind():
    def told(at: int, playlist: str, tier: int | None):
        game = {"replay": f"g{at}", "playlist": playlist, "team_size": 2, "played_at": f"2026-01-{at:02d}T00:00:00"}
        return game, {"replay": f"g{at}", "rank_tier": tier}

    doubles = [told(at, "ranked-doubles", 4 if at <= 5 else 9) for at in range(1, 6 + NEWEST)]
    games = [told(30, "ranked-doubles", None), *doubles, told(31, "ranked-hoops", 2), told(29, "unranked", None)]
    matches, players = (pa.Table.from_pylist(list(rows)) for rows in zip(*games, strict=True))
    assert tiers_of(matches, players) == {Kind("ranked-doubles", 2): 9, Kind("ranked-hoops", 2): 2}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("of: nothing", "of: nothing"), ""),
        (("trains: {zero_boost: down", "trains: {zero_bost: down"), "there is no stat zero_bost"),
        (("level: [1, 18]", "level: [18, 1]"), "lowest tier comes first"),
        (("level: [1, 18]", "level: [1, 23]"), "less than or equal to 22"),
        (("kind: drill", "kind: pack"), "where it is from"),
        (("      de: Runden über kleine Pads\n", ""), "title: not said in de"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, wrong: tuple[str, str], said: str):
    path = tmp_path / "mine.yaml"
    path.write_text(OWN.read_text("utf-8").replace(*wrong, 1), "utf-8")
    if not said:
        assert exercises(path) == exercises()
        return
    with pytest.raises(BadInput, match=said) as error:
        exercises(path)
    assert "pad-paths" in str(error.value)


def test_sessions_logged_at_once_are_all_kept(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda day: log_session(tmp_path, session(day, day)), range(20)))
    assert [one.successes for one in read_sessions(tmp_path)] == list(range(20))
    text = (tmp_path / FOLDER / FILE).read_text("utf-8")
    assert text.startswith(
        "started_at,player,exercise,kind,minutes,attempts,successes,rating,notes\n2026-03-01T12:00:00Z,"
    )


def test_a_file_edited_by_hand_is_read_and_a_wrong_line_named(tmp_path: Path):
    assert read_sessions(tmp_path) == []
    path = tmp_path / FOLDER / FILE
    path.parent.mkdir()
    path.write_text("﻿player,exercise,started_at\nAna,shadow,2026-03-02\n\nAna,shadow,2026-03-01T10:00\n", "utf-8")
    assert [one.started_at.day for one in read_sessions(tmp_path)] == [1, 2]
    for line, said in (("Ana,shadow,soon", "line 5: started_at"), ("Ana,shadow,2026-03-01,7", "more cells")):
        path.write_text(f"player,exercise,started_at\n\n\n\n{line}\n", "utf-8")
        with pytest.raises(BadInput, match=said):
            read_sessions(tmp_path)
    path.write_text("who,what\n", "utf-8")
    with pytest.raises(BadInput, match="first line"):
        log_session(tmp_path, session())
    assert path.read_text("utf-8") == "who,what\n"


@pytest.mark.parametrize(
    "given", [{"attempts": 5}, {"attempts": 5, "successes": 6}, {"attempts": 0, "successes": 0}, {"rating": 6}]
)
def test_a_session_that_cannot_be_is_refused(given: dict):
    with pytest.raises(ValidationError):
        session(**given)


def test_progress_with_fewer_than_ten_sessions_compares_different_ones():
    few = progress_of([session(day, hits) for day, hits in enumerate([4, 5, 14, 15])], date(2026, 3, 4))
    assert (few.compared, few.change, few.trend) == (2, 0.5, "improving")
    assert few.share == pytest.approx(38 / 80) and few.minutes == 0
    assert progress_of([session(0, 4), session(1, 18)]).change == pytest.approx(0.7)
    assert progress_of([session(0, 4), session(1, 18)]).why == Reason("sessions_too_few", n=2, needed=4)
    assert progress_of([session(0, 4)]).change is None
    nothing = progress_of([])
    assert (nothing.sessions, nothing.share, nothing.best, nothing.streak, nothing.trend) == (
        0,
        None,
        None,
        0,
        "unknown",
    )


def test_many_sessions_compare_the_last_ten_with_the_first_ten():
    many = progress_of([session(day, 4 + (day >= 15) * 10) for day in range(30)])
    assert many.compared == 10 and many.change == pytest.approx(0.5)


def test_scatter_is_no_progress():
    assert progress_of([session(day, hits) for day, hits in enumerate([3, 16, 5, 17])]).trend == "unknown"
    assert progress_of([session(day, hits) for day, hits in enumerate([15, 14, 5, 4])]).trend == "declining"


def test_a_personal_best_takes_ten_attempts():
    done = progress_of([session(0, 5), session(1, 9, of=9), session(2, 6)])
    assert done.best == 0.3 and done.best_on == date(2026, 3, 3) and done.newest_is_best
    assert progress_of([session(0, 5), session(1, 10, of=10)]).best == 1.0
    assert progress_of([session(0, 5), session(1, 5)]).newest_is_best is False
    assert progress_of([session(0, 5)]).newest_is_best is None


@pytest.mark.parametrize(("today", "streak"), [(3, 3), (4, 3), (5, 0), (2, 0)])
def test_a_streak_lasts_until_the_day_after(today: int, streak: int):
    days = [date(2026, 3, day) for day in (1, 2, 3, 3)]
    assert streaks(days, date(2026, 3, today)) == (streak, 3)


def test_a_session_is_logged_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from typer.testing import CliRunner

    from gametape.base.settings import settings
    from orchestration.cli import app

    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        run = CliRunner().invoke
        given = ["training", "log", "pad-paths", "--player", "Ana", "--attempts", "20", "--successes"]
        assert "session 1 of pad-paths, best 25%, 1 day in a row" in run(app, [*given, "5"]).output
        assert isinstance(run(app, [*given, "21"]).exception, BadInput)
        assert isinstance(run(app, ["training", "log", "pad-path", "--player", "Ana"]).exception, BadInput)
        assert "25% of 20, best 25%" in run(app, ["training", "progress", "--player", "Ana"]).output
        assert run(app, ["training", "exercises"]).output.startswith("pad-paths")
        # All of it in the language of the house.
        monkeypatch.setenv("GAMETAPE_LANGUAGE", "de")
        settings.cache_clear()
        german = [
            run(app, ["training", *rest]).output
            for rest in (["exercises"], ["progress", "--player", "Ana"], [*given[1:], "9", "--player", "Bo"])
        ]
        assert "Zeit ohne Boost: weniger" in german[0] and "1 Übungszeit, 25\u00a0% von 20" in german[1]
        assert (
            "Eingetragen in" in german[2] and "pad-paths zum 1. Mal, am besten 45\u00a0%, 1 Tag in Folge" in german[2]
        )
        english = r"\b(best|days?|Logged|unknown|not counted|points)\b|: (up|down)\b|\d sessions?\b"
        assert not re.search(english, "".join(german).replace(str(tmp_path), ""))
    finally:
        settings.cache_clear()
    assert len(read_sessions(tmp_path)) == 2
