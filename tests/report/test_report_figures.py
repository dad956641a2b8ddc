"""The head of a report is chosen by what the film is, in units that a person knows."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape import tables
from gametape.base.reason import Reason
from gametape.coaching.ball_measures import ball_measures
from gametape.film.sidecar import Sidecar
from gametape.film.window import analysis_windows
from gametape.report import build_report
from gametape.report.ball_speed import shown_speed
from gametape.report.cautions import DOUBTFUL_SHARE, coverage_cautions
from gametape.report.figures import Figure, headline
from gametape.report.words import told_apart, words
from gametape.sports.load import has_ball, limits_for, metric_names, modes, sports
from gametape.sports.rules import HEADLINE_COUNTS, flat
from tests.report import made_film as made
from tests.report.written import page_data

SAY = words()


def whose(subject: str) -> dict:
    """Of the player is track 0, of an opponent any other."""
    return {"role": "player" if subject == "track:0" else "opponent"} if subject.startswith("track:") else {}


def row(metric: str, value: float | None, unit: str, subject: str = "track:0", **more: object) -> dict:
    return (
        {"subject": subject, "metric": metric, "value": value, "unit": unit, "n": 9, "method": "m"}
        | whose(subject)
        | more
    )


def shown(folder: Path, sport: str | None, mode: str | None, *rows: dict, **more: object) -> dict:
    """The headline of a film with these metrics."""
    subject = row("head_stability", 0.1, "heights/s")
    given = {"sidecar": Sidecar(sport=sport, mode=mode), "metrics": tables.METRICS.from_rows([subject, *rows]), **more}
    given.setdefault("findings", made.empty(tables.FINDINGS))
    return build_report(made.make_input(made.steady(300), **given), folder).headline


# -- what comes first ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sport", "mode", "rows", "first"),
    [
        ("running", "sprint", [row("run_cadence", 260, "1/min"), row("ball_speed_max", 1652, "px/s", "ball")], ["run_cadence"]),
        ("golf", None, [row("full_swings", 1, "count"), row("swing_tempo", 3.1, "ratio")], ["full_swings", "swing_tempo"]),
        ("tennis", "serve", [row("serves", 3, "count"), row("ball_speed_max", 900, "px/s", "ball")], ["serves"]),
        ("tennis", None, [row("strokes", 7, "count"), row("rallies", 0, "count", "ball")], ["strokes"]),
        ("cricket", "bowling", [row("deliveries", 2, "count"), row("bowling_length", 6.1, "m")], ["deliveries", "bowling_length"]),
        ("badminton", None, [row("rallies", 2, "count", "ball"), row("shot_speed_max_metric", 61.0, "m/s", "ball")],
         ["rallies", "shot_speed_max_metric"]),
    ],
)  # fmt: skip
def test_the_head_shows_what_the_sport_says(tmp_path: Path, sport, mode, rows, first):
    names = [name for name in shown(tmp_path, sport, mode, *rows) if not name.endswith(("_unit", "_reason"))]
    assert names[0] == "duration_s" and names[1 : 1 + len(first)] == first
    assert not set(names) & {"ball_speed_max", "rallies"} - set(first), "what is not there, or no speed that one knows"


@pytest.mark.parametrize("sport", [None, *sports()])
def test_no_sport_shows_a_speed_in_pixels_first(sport):
    for mode in (None, *(modes(sport) if sport else ())):
        first = flat(limits_for(sport, mode).headline)
        assert first and set(first) <= {*metric_names(), *HEADLINE_COUNTS}
        assert not {one for one in first if "speed" in one and "metric" not in one} - {"shot_speed"}


def test_three_figures_at_most_stand_between_duration_and_findings(tmp_path: Path):
    rows = [row("strokes", 9, "count"), row("rallies", 2, "count", "ball"), row("longest_rally", 5.0, "s", "ball"),
            row("shot_speed_max_metric", 50.0, "m/s", "ball")]  # fmt: skip
    names = [one for one in shown(tmp_path, "tennis", None, *rows) if not one.endswith("_unit")]
    assert names == ["duration_s", "strokes", "rallies", "shot_speed_max_metric", "findings"]


@pytest.mark.parametrize(("confidence", "there"), [(0.19, False), (0.20, True), (None, True)])
def test_what_is_less_sure_than_any_finding_is_no_figure(tmp_path: Path, confidence, there):
    told = shown(tmp_path, "golf", None, row("swing_tempo", 3.1, "ratio", confidence=confidence))
    assert ("swing_tempo" in told) == there


@pytest.mark.parametrize(("known", "there"), [(4, False), (5, True), (10, True)])
def test_the_fastest_of_few_known_speeds_is_no_figure(tmp_path: Path, known, there):
    rows = [
        row("shot_speed_max", 900.0, "px/s", "ball", n=10),
        row("shot_speed_max_metric", 30.0, "m/s", "ball", n=known),
    ]
    assert ("shot_speed_max_metric" in shown(tmp_path, "tennis", None, *rows)) == there
    page = (tmp_path / "report.html").read_text("utf-8")
    assert ("of 5 of 10 shots, the others' speed is not known" in html.unescape(page)) == (known == 5)


def test_another_players_metrics_are_not_the_head(tmp_path: Path):
    told = shown(tmp_path, "tennis", None, row("strokes", 4, "count"), row("strokes", 40, "count", "track:1"))
    assert told["strokes"] == 4


def test_findings_about_the_filming_are_not_counted_as_the_players(tmp_path: Path):
    blank = {c.name: {"string": "[]", "float64": 0.5, "bool": True}[c.type] for c in tables.FINDINGS.columns}
    of = {"subject": "track:0", "role": "player"}
    found = [
        blank | {"code": "A", "severity": "high", "metric": "head_stability"} | of,
        blank | {"code": "B", "severity": "low", "metric": "balance_drift", "sure": False} | of,
        blank | {"code": "C", "severity": "high", "metric": "ball_coverage", "subject": "ball", "role": None},
    ]
    files = build_report(made.make_input(made.steady(60), findings=tables.FINDINGS.from_rows(found)), tmp_path)
    assert files.headline["findings"] == 2
    page = files.page.read_text("utf-8")
    assert "1 high, 1 hint, 1 about the filming" in page
    tags = re.findall(r'<span class="severity">(\w+)</span>', page)
    assert tags == ["High", "Hint", "Filming"]


@pytest.mark.parametrize(("repeats", "said"), [(1, "enough to be judged"), (2, "is clearly past its limit")])
def test_nothing_past_its_limit_is_said_only_where_something_was_judged(tmp_path: Path, repeats, said):
    seen = row("balance_drift", 0.01, "heights", repeats=repeats, confidence=0.9)
    blank = {"metrics": tables.METRICS.from_rows([seen]), "findings": made.empty(tables.FINDINGS)}
    files = build_report(made.make_input(made.steady(60), **blank), tmp_path)
    assert said in " ".join(json.loads(files.results.read_text("ascii"))["summary"])
    assert ("findings" in files.headline) == (repeats > 1)


def test_a_hint_has_no_drills_and_says_why():
    from gametape.report.finding_cards import finding_cards

    sure = (True, False, None)
    rows = [
        one | {"sure": told, "role": "player"}
        for one, told in zip(made.findings_table().to_pylist(), sure, strict=True)
    ]
    cards = finding_cards(tables.FINDINGS.from_rows(rows), {}, SAY, made.labels())
    assert [card.severity for card in cards] == ["high", "low", "hint"], "a hint comes last"
    assert cards[0].drills and not cards[0].hint
    assert not cards[2].drills and "seen too seldom" in cards[2].hint


# -- the ball, of the time in which it can be seen -----------------------------------------------------------------------


def seen_in(frames: range, of: int = 300) -> pa.Table:
    times = made.steady(of)
    ball = made.ball_table(times)
    state = ["detected" if frame in frames else "absent" for frame in range(of)]
    at = ball.schema.get_field_index("state")
    return ball.set_column(at, ball.schema.field(at), pa.array(state))


def in_play(ball: pa.Table, rallies: list[tuple[float, float]], sport: str | None = "tennis", strokes: int = 0):
    """The measure of how much of the ball was seen in play."""
    one = made.rallies_table(1).to_pylist()[0]
    told = tables.RALLIES.from_rows([one | {"start_s": start, "end_s": end} for start, end in rallies])
    window = next(one for one in analysis_windows(ball["time_s"].to_numpy(), Sidecar()) if one.analysis == "ball")
    empty = (made.empty(one) for one in (tables.POSE_KEYPOINTS, tables.BALL_FLIGHTS))
    poses, flights = empty
    measured = ball_measures(ball, poses, window, flights, told, sport, strokes=strokes)
    return next(one for one in measured if one.metric == "ball_in_play")


def test_a_ball_is_judged_in_the_rallies_not_between_them():
    """Two of ten seconds are played, and the ball is seen in all of them: nothing to doubt."""
    measure = in_play(seen_in(range(60, 121)), [(2.0, 4.0)])
    assert (measure.value, measure.n) == (1.0, 61)
    assert (measure.start_s, measure.end_s) == pytest.approx((2.0, 4.0))


@pytest.mark.parametrize(("strokes", "value"), [(0, None), (1, None), (2, 0.05)])
def test_a_ball_that_is_in_sight_for_a_moment_is_no_failure(strokes, value):
    """A golf ball, followed rightly for the 5 % that it is in sight, was called a failure; so was that of a serve.

    Where strokes follow each other it must have flown between them, though no rally was found.
    """
    assert in_play(seen_in(range(200, 215)), [], "golf", strokes).value == value


@pytest.mark.parametrize(("share", "doubted"), [(0.59, True), (0.60, False), (None, False)])
def test_the_ball_is_doubted_below_six_tenths_of_the_play(share, doubted):
    assert DOUBTFUL_SHARE == 0.6
    metrics = tables.METRICS.from_rows([row("ball_in_play", share, "share", "ball")])
    assert bool(coverage_cautions(metrics, made.empty(tables.POSE_KEYPOINTS), 1, SAY)) == doubted


def test_a_sprint_has_no_ball_whatever_was_followed(tmp_path: Path):
    """Cones were followed in a sprint: "ball 16 %, top 1,652 px/s"."""
    assert not has_ball("running") and has_ball("tennis") and has_ball(None) and has_ball("weight lifting")
    times, ball = made.steady(300), seen_in(range(48))
    side = Sidecar(sport="running", mode="sprint")
    window = next(one for one in analysis_windows(times, side) if one.analysis == "ball")
    empty = (made.empty(one) for one in (tables.POSE_KEYPOINTS, tables.BALL_FLIGHTS, tables.RALLIES))
    poses, flights, rallies = empty
    measured = list(ball_measures(ball, poses, window, flights, rallies, side.sport))
    assert {one.reason for one in measured if one.metric == "ball_coverage"} == {"sport_without_ball"}
    rows = [row(one.metric, one.value, one.unit, "ball", reason=one.reason) for one in measured]
    given = made.make_input(times, ball=ball, sidecar=side, metrics=tables.METRICS.from_rows(rows))
    files = build_report(given, tmp_path)
    assert not any("ball" in name for name in files.headline)
    page = files.page.read_text("utf-8")
    for part in ('<label hidden><input type="checkbox" id="show-ball"', 'id="chart-speed" hidden', 'id="show-events"'):
        assert part in page, "nothing to draw, so nothing to choose"
    told = json.loads(files.results.read_text("ascii"))
    assert not any("ball" in sentence.lower() for sentence in told["summary"]), "nobody missed one"
    assert set(page_data(files)["flights"]) == set() and not page_data(files)["events"]["rows"]


# -- units ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "text", "after"),
    [
        (31.5, "m/s", "113", " km/h"), (0.875, "share", "88", "%"), (3.14, "ratio", "3.14", ""),
        (172.4, "1/min", "172", " /min"), (41.6, "deg", "42", "°"), (2.0, "count", "2", ""), (0.0004, "s", "0.00", " s"),
    ],
)  # fmt: skip
def test_a_figure_is_in_a_unit_that_a_person_knows(value, unit, text, after):
    figure = Figure("x", "X", value, unit)
    assert (figure.text(SAY), figure.unit_after(SAY)) == (text, after)


def flight(path: list, **more: object) -> dict:
    blank = {c.name: 0 for c in tables.BALL_FLIGHTS.columns if not c.nullable}
    return blank | {"began": "hit", "ended": "bounce", "spin": "unknown", "path": json.dumps(path), **more}


def test_the_overlay_has_kilometres_an_hour_where_the_film_is_calibrated():
    """A ball that flies at 30 m/s, then one known over the ground alone, then one that is not known in metres."""
    ball = seen_in(range(300))
    straight = [[t, 0.0, 30.0 * (t - 1.0), 1.0] for t in np.linspace(1.0, 2.0, 21).tolist()]
    flights = tables.BALL_FLIGHTS.from_rows(
        [
            flight(straight, start_s=1.0, end_s=2.0, speed_mean_mps=30.0),
            flight([], start_s=3.0, end_s=4.0, speed_mean_mps=10.0),
            flight([], start_s=5.0, end_s=6.0, speed_mean_mps=None),
        ]
    )
    told, unit = shown_speed(ball, flights)
    speed = told["speed"].to_numpy(zero_copy_only=False).astype(float)
    times = ball["time_s"].to_numpy()
    assert unit == "km/h" and told.schema == ball.schema
    assert speed[(times >= 1) & (times <= 2)] == pytest.approx(108.0, abs=0.1)
    assert speed[(times >= 3) & (times <= 4)] == pytest.approx(36.0)
    assert np.isnan(speed[(times < 1) | (times > 4)]).all(), "never pixels beside metres"
    same, unit = shown_speed(ball, flights.slice(2))
    assert unit == "px/s" and same is ball


def test_the_page_draws_the_speed_in_its_unit(tmp_path: Path):
    for metres, unit in ((True, "km/h"), (False, "px/s")):
        flights = made.flights_table(metres=metres)
        files = build_report(made.play_input(made.steady(240), flights=flights), tmp_path / unit.replace("/", ""))
        assert page_data(files)["speed_unit"] == unit
        chart = re.search(r'id="chart-speed">.*?</figcaption>', files.page.read_text("utf-8"))[0]
        assert ("px/s" in chart) == (unit == "px/s") and (unit in chart)


# -- a comparison that is shown is true as shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            "shoulders_seen_end_on(seen=0.0621, needed=0.06475)",
            "0.062 body heights apart in the picture; 0.065 are needed",
        ),
        ("shoulders_seen_end_on(seen=0.04, needed=0.06475)", "0.04 body heights apart in the picture; 0.06 are needed"),
        ("hands_too_slow(speed=1.498, needed=1.5)", "the hands reach 1.498 body heights a second, and 1.5 are needed"),
        ("height_too_unsure(error=0.2, most=0.1)", "an error of 0.20 m; 10% of the height is allowed"),
        ("seen_too_unsurely(confidence=0.397, needed=0.4)", "its confidence is 39.7%, and 40.0% are needed"),
    ],
)
def test_a_number_reads_differently_from_the_bound_that_it_misses(reason, text):
    """ "0.06 apart; 0.06 are needed"."""
    assert text in SAY.reason(reason)


def test_two_values_read_differently_where_they_differ():
    assert told_apart(0.404, 0.40, "heights", SAY) == ("0.404 body heights", "0.400 body heights")
    assert told_apart(0.40, 0.40, "heights", SAY) == ("0.40 body heights",) * 2
    assert told_apart(131, 120, "deg", SAY) == ("131°", "120°")
    assert told_apart(120.3, 120, "deg", SAY) == ("120.3°", "120.0°")


def test_a_goal_that_is_just_missed_says_by_what(tmp_path: Path):
    from gametape.report.plan_and_goals import goal_outcomes

    near = {"metric": "balance_drift", "subject": "track:0", "bound": "at_most", "target": 0.1, "unit": "heights"}
    given = tables.GOAL_OUTCOMES.from_rows([near | {"actual": 0.1004, "met": False, "delta": 0.0004}])
    (goal,) = goal_outcomes(given, {}, SAY, made.labels())
    assert goal.actual != goal.wanted.removeprefix("at most ") and goal.actual.startswith("0.1004")


def test_a_goal_too_near_to_tell_shows_what_was_measured_and_why_it_is_open():
    from gametape.report.plan_and_goals import goal_outcomes, goal_summary

    near = {"metric": "balance_drift", "subject": "track:0", "bound": "at_most", "target": 0.1, "unit": "heights"}
    why = Reason("difference_within_error", difference=0.01, needed=0.06)
    goals = goal_outcomes(
        tables.GOAL_OUTCOMES.from_rows([near | {"actual": 0.11, "delta": 0.01, "reason": why}]), {}, SAY, made.labels()
    )
    assert (goals[0].state, goals[0].actual, goals[0].difference) == (
        "unknown",
        "0.11 body heights",
        "+0.010 body heights",
    )
    assert "measurement error" in goals[0].reason and goal_summary(goals, SAY) == "none could be judged"


def test_moments_are_told_to_the_hundredth(tmp_path: Path):
    """ "0:05.8–0:05.8" told nobody when it was."""
    findings = made.findings_table()
    spans = [[{"start_s": 5.81, "end_s": 5.89, "worst_s": 5.85}]] * findings.num_rows
    at = findings.schema.get_field_index("evidence")
    findings = findings.set_column(at, findings.schema.field(at), pa.array([json.dumps(one) for one in spans]))
    files = build_report(made.play_input(made.steady(300), findings=findings), tmp_path)
    page = files.page.read_text("utf-8")
    assert "0:05.85" in page and "From 0:05.81 to 0:05.89" in page and not re.search(r"\b(\d:\d\d\.\d)–\1\b", page)
    from pypdf import PdfReader

    paper = " ".join(one.extract_text() for one in PdfReader(files.pdf).pages)
    assert "0:05.85 (0:05.81–0:05.89)" in " ".join(paper.split())


def test_what_is_repeated_is_counted_where_the_sport_has_no_figure_of_its_own():
    """The head of five curls told their duration alone."""
    nothing = {"frames": made.frames_table(made.steady(60)), "metrics": made.empty(tables.METRICS), "say": SAY}
    nothing |= {"findings": made.empty(tables.FINDINGS), "poses": made.empty(tables.POSE_KEYPOINTS)}
    given = {"people_followed": 1, "sidecar": Sidecar(sport="weight lifting")}
    shown = headline(**nothing, **given, repeated=[(5, "")])
    assert [(one.name, one.value) for one in shown][:2] == [("duration_s", 2.0), ("repetitions", 5)]
    assert "repetitions" not in [one.name for one in headline(**nothing, **given)]
