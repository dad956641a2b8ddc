"""Over films, better is said only where the metric says so, surely, in the metric's own direction."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gametape.base.settings import settings
from gametape.coaching.progress import findings_of, judge, persistent, trends_of
from gametape.film.player import player_key
from gametape.lake import sql
from gametape.lake.store import Lake
from gametape.tables.coaching import FINDINGS, METRICS
from gametape.tables.film import SIDECAR, SOURCE_VIDEO
from tests.lake.rows import source

BATTING = {"sport": "cricket", "mode": "batting"}


def put(
    lake: Lake,
    video: str,
    day: int,
    player: str | None = "Ana",
    owner=None,
    codes=(),
    repeats=None,
    beside=None,
    **values,
) -> None:
    """A film of a day with some metrics and findings; `beside`: name, metrics and findings' codes of an opponent."""
    lake.write_table(
        "source_video",
        video,
        SOURCE_VIDEO.from_rows([source().to_pylist()[0] | {"uploaded_at": f"2026-01-{day:02d}T10:00:00+00:00"}]),
    )
    said = {"fingerprint": "0", "content": "{}", "player": player, "owner": owner, **BATTING}
    lake.write_table("sidecar", video, SIDECAR.from_rows([said]))
    rows = [
        {
            "subject": "track:3",
            "role": "player",
            "name": player,
            "metric": name,
            "value": value,
            "unit": "u",
            "n": 9,
            "method": "",
            "repeats": repeats,
            "reason": None if value is not None else "hidden",
        }
        for name, value in ({"head_stability": 0.2} | values).items()
    ]
    rows.append({"subject": "track:9", "metric": "pose_coverage", "value": 0.1, "unit": "share", "n": 9, "method": ""})
    other, others, others_codes = beside or (None, {}, ())
    whose = {"subject": "track:5", "role": "opponent", "name": other}
    rows += [rows[0] | whose | {"metric": name, "value": value} for name, value in others.items()]
    lake.write_table("metrics", video, METRICS.from_rows(rows))
    blank = {c.name: {"string": "[]", "float64": 0.5, "bool": True}[c.type] for c in FINDINGS.columns}
    blank |= {"subject": "track:3", "role": "player", "name": player}
    found = [blank | {"code": c, "title": c.lower()} for c in codes]
    found += [blank | whose | {"code": c, "title": c.lower()} for c in others_codes]
    lake.write_table("findings", video, FINDINGS.from_rows(found))


def ask(lake: Lake, what: str = "from player_progress"):
    return sql.query(what, lake.base_uri)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path))


def test_each_film_has_the_one_before_by_upload_time(lake):
    for video, day, value in (("c", 1, 0.5), ("a", 2, None), ("b", 3, 0.3), ("d", 4, 0.2)):
        put(lake, video, day, balance_drift=value)
    rows = ask(lake, "from player_progress where metric = 'balance_drift' order by film").to_pylist()
    assert [(r["video"], r["film"], r["films"]) for r in rows] == [("c", 1, 4), ("a", 2, 4), ("b", 3, 4), ("d", 4, 4)]
    assert [r["previous"] for r in rows] == [None, 0.5, 0.5, 0.3], "the last known, not the film that shows nothing"
    assert [r["delta"] for r in rows] == [None, None, pytest.approx(-0.2), pytest.approx(-0.1)]
    assert rows[1]["reason"] == "hidden" and rows[0]["n"] == 3
    # By hand: x 1, 3, 4 and y .5, .3, .2 lie on a line.
    assert rows[0]["slope"] == pytest.approx(-0.1) and rows[0]["slope_error"] == pytest.approx(0, abs=1e-8)


def test_the_slope_has_its_standard_error(lake):
    for day, value in enumerate((1.0, 3.0, 2.0, 4.0), 1):
        put(lake, f"v{day}", day, balance_drift=value)
    row = ask(lake, "from player_progress where metric = 'balance_drift' limit 1").to_pylist()[0]
    # By hand: sxx 5, sxy 4, syy 5; what is left 5 - 16/5 = 1.8, over 2 degrees of freedom and sxx: 0.18.
    assert row["slope"] == pytest.approx(0.8) and row["slope_error"] == pytest.approx(0.18**0.5)


def test_players_are_kept_apart_and_an_owner_is_no_player(lake):
    put(lake, "a", 1, player="Ana", owner="coach")
    put(lake, "b", 2, player="ANA", owner="coach")
    put(lake, "c", 3, player="Ben", owner="coach")
    put(lake, "d", 4, player=None, owner="coach")
    found = ask(lake, "select video, player, film, films from player_films order by video").to_pylist()
    assert [(r["video"], r["film"], r["films"]) for r in found] == [("a", 1, 2), ("b", 2, 2), ("c", 1, 1)]
    assert found[2]["player"] == "Ben"


def test_other_people_in_the_film_are_not_the_player(lake):
    put(lake, "a", 1, pose_coverage=0.9)
    assert ask(lake, "select value from player_progress where metric = 'pose_coverage'").to_pylist() == [{"value": 0.9}]


@pytest.mark.parametrize(
    ("metric", "values", "trend"),
    [
        ("balance_drift", (0.20, 0.16, 0.13, 0.09), "improving"),  # less is better
        ("balance_drift", (0.09, 0.13, 0.16, 0.20), "declining"),
        ("front_knee_brace", (110.0, 121.0, 133.0, 144.0), "improving"),  # more is better
        ("hip_shoulder_separation_timing", (0.40, 0.31, 0.22, 0.12), "improving"),  # towards 0.12 s
        ("hip_shoulder_separation_timing", (-0.16, -0.07, 0.03, 0.12), "improving"),
        ("balance_drift", (0.101, 0.100, 0.101, 0.100), "stable"),
        ("balance_drift", (0.1, 0.1, 0.1), "stable"),
        ("balance_drift", (0.05, 0.20, 0.06, 0.21), "unknown"),  # scatters
        ("balance_drift", (0.20, 0.10), "unknown"),  # two films are no trend
        ("balance_drift", (None, None, None), "unknown"),
        ("stance_width", (0.1, 0.2, 0.3, 0.4), "unknown"),  # neither wide nor narrow is right
    ],
)
def test_a_trend_follows_the_metrics_direction(lake, metric, values, trend):
    for day, value in enumerate(values, 1):
        put(lake, f"v{day}", day, **{metric: value})
    told = next(one for one in judge(ask(lake)) if one.metric == metric)
    assert told.trend == trend, told
    assert told.value == values[-1] and told.why


def test_a_finding_stays_when_the_newest_film_has_it_again(lake):
    for day, codes in enumerate((("KNEE", "HEAD"), ("HEAD",), ("KNEE", "HEAD", "NEW"), ("KNEE", "HEAD")), 1):
        put(lake, f"v{day}", day, codes=codes)
    stay = persistent(ask(lake, "from player_films"), sql.read("findings", base_uri=lake.base_uri))
    assert [(one.code, one.films, one.of, one.in_a_row) for one in stay] == [("HEAD", 4, 4, 4), ("KNEE", 3, 4, 2)]


def test_no_films_no_progress(lake):
    assert judge(ask(lake)) == [] and ask(lake, "from player_films").num_rows == 0
    assert persistent(ask(lake, "from player_films"), ask(lake, "from findings")) == []


@pytest.mark.slow
def test_a_thousand_films_of_a_player_are_compared_in_seconds(lake, tmp_path):
    from tests.lake.test_sql import replicate

    put(lake, "v00000", 1, balance_drift=0.1, **{f"left_knee_{part}": 90.0 for part in ("min", "max", "median")})
    for table in ("source_video", "sidecar", "metrics"):
        replicate(tmp_path, table, 1000)
    started = time.process_time()
    told = judge(ask(lake, "from player_progress where lower(player) = 'ana'"))
    assert {one.n for one in told if one.metric == "balance_drift"} == {1000}
    assert next(one for one in told if one.metric == "balance_drift").trend == "stable"
    assert time.process_time() - started < 30


@pytest.fixture
def cli(lake, monkeypatch):
    from orchestration.cli import app

    monkeypatch.setenv("GAMETAPE_LAKE", lake.base_uri)
    settings.cache_clear()
    yield lambda *args: CliRunner().invoke(app, ["progress", *args])
    settings.cache_clear()


def test_the_command_prints_the_player_and_no_other(lake, cli):
    for day, value in enumerate((0.20, 0.16, 0.13, 0.09), 1):
        put(lake, f"v{day}", day, codes=("HEAD_MOVEMENT",), balance_drift=value)
        put(lake, f"o{day}", day, player="O'Neil; drop", balance_drift=0.5)
    said = cli("ana").output
    assert "Hips away from the feet's middle" in said and "improving" in said and "0.09" in said and "0.5 " not in said
    assert "head_movement: in 4 of 4 films, the last 4 in a row" in said
    words = [one for line in said.splitlines() if "│" in line or "┃" in line for one in line.split()]
    assert [one for one in words if "_" in one or "slope" in one.lower()] == [], "names that only a program knows"
    assert "balance_drift" in cli("ana", "--format", "csv").output
    by_label = cli("ana", "--metric", "hips away from the feet's middle").output
    assert "Hips away" in by_label and "1 rows" in by_label
    told = json.loads(cli("o'neil; DROP", "--metric", "balance_drift", "--format", "json").output)
    assert [(one["metric"], one["trend"]) for one in told["metrics"]] == [("balance_drift", "stable")]


def test_a_player_nobody_filmed_and_a_metric_that_is_none_are_told(lake, cli):
    put(lake, "a", 1)
    assert "There is: Ana" in str(cli("Bea").exception)
    assert "balance_drift" in str(cli("Ana", "--metric", "balance").exception)


CASES = {
    "better": (0.40, 0.20),
    "same": (0.12, 0.10),
    "scatter": (0.20, 0.05, 0.20),
    "improving": (0.40, 0.30, 0.20, 0.10),
    "declining": (0.10, 0.20, 0.30, 0.40),
}


@pytest.mark.parametrize(("case", "repeats"), [*((case, 3) for case in CASES), ("better", 1), ("improving", 1)])
def test_the_same_films_give_the_same_verdict_wherever_it_is_asked(lake, cli, case, repeats):
    """Report, PDF, command and the player's tables: the same step, the same trend, the same reason."""
    from gametape.report.history import comparison, history
    from gametape.report.words import words

    for day, value in enumerate(CASES[case], 1):
        put(lake, f"v{day}", day, balance_drift=value, repeats=repeats)
    (one,) = (one for one in judge(ask(lake)) if one.metric == "balance_drift")
    (table,) = (
        row for row in trends_of(player_key("ana"), lake.base_uri).to_pylist() if row["metric"] == "balance_drift"
    )
    (told,) = json.loads(cli("ana", "--metric", "balance_drift", "--format", "json").output)["metrics"]
    compared = comparison(history(f"v{len(CASES[case])}", lake.base_uri), words()).compared
    shown = next(line for line in compared if line.metric == "balance_drift")
    for other in (table, told):
        assert (other["step"], other["step_why"]) == (one.step, one.step_why)
        assert (other["trend"], other["why"]) == (one.trend, one.why)
    assert (shown.state, shown.trend, shown.why) == (one.step, one.trend, words().reason(one.why))
    if repeats == 3:
        printed = cli("ana", "--metric", "balance_drift").output
        assert words()(f"history.{one.step}") in printed and words().reason(one.step_why) in printed
    expected = {"improving": "better", "declining": "worse", "scatter": "unknown"}.get(case, case)
    assert one.step == (expected if repeats > 1 else "unknown")


def test_a_players_trends_and_findings_name_the_newest_film_and_nobody_else(lake):
    for day, drift in enumerate((0.20, 0.16, 0.13, 0.09), 1):
        put(lake, f"a{day}", day, player="Ana", codes=("HEAD",), balance_drift=drift)
        put(lake, f"b{day}", day, player="Bea", codes=("HEAD",), balance_drift=0.1)
    rows = trends_of(player_key("ana"), lake.base_uri).to_pylist()
    drift = next(row for row in rows if row["metric"] == "balance_drift")
    assert {row["name"] for row in rows} == {"Ana"}
    assert (drift["video"], drift["n"], drift["trend"]) == ("a4", 4, "improving")
    assert drift["delta"] == pytest.approx(-0.04)
    [stays] = findings_of(player_key("Ana"), lake.base_uri).to_pylist()
    assert (stays["code"], stays["films"], stays["in_a_row"], stays["video"]) == ("HEAD", 4, 4, "a4")
    assert trends_of(player_key("Cem"), lake.base_uri).num_rows == 0
