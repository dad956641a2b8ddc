"""What a report says of a film, on the page and in results.json."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape import report, tables
from gametape.base.reason import Reason
from gametape.film.sidecar import Camera, Player, Sidecar
from gametape.media.gaps import Gap
from gametape.movement.body import ALL_TIME
from gametape.report import ReportInput, build_report
from gametape.report.chart_series import tracks_of
from gametape.report.finding_cards import finding_cards
from gametape.report.metric_tables import metric_tables
from gametape.report.missing import no_limits
from gametape.report.names import is_told
from gametape.report.plan_and_goals import Goal, goal_summary
from gametape.report.words import words
from gametape.sports.load import limits_for
from gametape.tables.coaching import FILMING_METRICS
from tests.report import made_film as made
from tests.report.written import page_data

WHOLE = ["report.html", "report.pdf", "report_data", "results.json"]
PACKAGE = Path(report.__file__).parent
SAY = words()
EVIL = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'`{{7*7}}{%x%}🏏\u202e&amp;"


@pytest.mark.parametrize("missing", ["ball", "poses", "angles", "metrics", "findings"])
def test_a_missing_table_is_explained(tmp_path: Path, missing: str):
    table = {
        "ball": tables.BALL_TRAJECTORY, "poses": tables.POSE_KEYPOINTS, "angles": tables.JOINT_ANGLES_TABLE,
        "metrics": tables.METRICS, "findings": tables.FINDINGS,
    }[missing]  # fmt: skip
    text = build_report(made.make_input(made.steady(60), **{missing: made.empty(table)}), tmp_path).page.read_text(
        "utf-8"
    )
    shown = {
        "ball": "the ball tracker gave no result", "poses": "no person was found", "angles": "no joint angles were computed",
        "metrics": "none were computed", "findings": "is past its limit",
    }  # fmt: skip
    assert shown[missing] in text
    for section in ("findings", "metrics", "unknown", "facts", "made", "timeline", "chart-speed", "chart-knee"):
        assert f'id="{section}"' in text


def test_a_film_without_frames_has_a_page(tmp_path: Path, nothing_seen: ReportInput):
    one = build_report(nothing_seen, tmp_path / "one")
    assert one.headline["duration_s_reason"] == "a single frame has no duration"
    assert one.headline["duration_s"] is None and set(one.headline) == {"duration_s", "duration_s_reason"}
    none = build_report(replace(nothing_seen, frames=nothing_seen.frames.slice(0, 0)), tmp_path / "none")
    assert none.headline["duration_s"] is None and none.data_files == ()
    assert "no frame that decodes" in none.page.read_text("utf-8")


def test_an_analysis_that_was_not_asked_for_is_not_called_missing(tmp_path: Path, nothing_seen: ReportInput):
    given = replace(nothing_seen, sidecar=Sidecar(analyses=("pose",)))
    assert "asked for no ball analysis" in build_report(given, tmp_path).page.read_text("utf-8")


def test_false_claims_of_the_container_are_shown(tmp_path: Path):
    given = made.make_input(made.steady(164), source=made.source_row(claimed_frames=296, interlaced=True, rotation=90))
    text = build_report(given, tmp_path).page.read_text("utf-8")
    assert "claims 296 frames; 164 decode" in text and "interlaced" in text and "turned by 90°" in text


def test_uneven_frame_rates_are_named(tmp_path: Path):
    text = build_report(made.make_input(made.uneven(300)), tmp_path).page.read_text("utf-8")
    assert "The frame rate varies" in text
    assert "constant" in build_report(made.make_input(made.steady(300)), tmp_path).page.read_text("utf-8")


def test_camera_and_players_are_shown(tmp_path: Path):
    sidecar = Sidecar(camera=Camera(view="end_on", motion="fixed"), players=(Player(name="A. Bee", number="7"),))
    text = build_report(made.make_input(made.steady(30), sidecar=sidecar), tmp_path).page.read_text("utf-8")
    assert "End on · Fixed" in text and "A. Bee #7" in text


@pytest.mark.parametrize(
    ("seconds", "places", "text"),
    [
        (0, 0, "0:00"),
        (59.999, 0, "0:59"),
        (60, 1, "1:00.0"),
        (83.5, 2, "1:23.50"),
        (3725.04, 1, "1:02:05.0"),
        (1.2, 1, "0:01.2"),
        (3.7252, 2, "0:03.73"),  # beside it stands 3.73 s
        (3.7248, 2, "0:03.72"),
    ],
)
def test_clock_never_shows_a_second_not_reached(seconds: float, places: int, text: str):
    assert SAY.clock(seconds, places) == text


def test_findings_come_gravest_and_surest_first():
    table = made.findings_table()
    backwards = table.take(pa.array([2, 1, 0]))
    assert [card.severity for card in finding_cards(backwards, {}, SAY, made.labels())] == ["high", "medium", "low"]


def test_what_was_seen_too_seldom_is_no_clean_bill(tmp_path: Path):
    seldom = tables.METRICS.from_rows([row | {"repeats": 1} for row in made.metrics_table().to_pylist()])
    given = made.make_input(made.steady(60), metrics=seldom, findings=made.empty(tables.FINDINGS))
    assert "often and surely enough to be judged" in build_report(given, tmp_path).page.read_text("utf-8")


@pytest.mark.parametrize(("other", "told"), [(None, "the film stands still"), ("single_frame", "often and surely")])
def test_no_findings_for_one_reason_says_it(tmp_path: Path, other: str | None, told: str):
    """`cases/clip.gif`, of 10 pictures a second, was told only that nothing was seen often and surely enough."""
    ruled = sorted({rule.metric for rule in limits_for("tennis", "serve").rules.values()} - FILMING_METRICS)
    reasons = ["film_stands_still(share=0.92)"] * (len(ruled) - 1) + [other or "film_stands_still(share=0.92)"]
    rows = [
        {"subject": "track:1", "role": "player", "metric": name, "reason": why, "unit": "deg", "n": 0, "method": "m"}
        for name, why in zip(ruled, reasons, strict=True)
    ]
    given = {"metrics": tables.METRICS.from_rows(rows), "findings": made.empty(tables.FINDINGS)}
    files = build_report(made.make_input(made.steady(60), **given), tmp_path)
    assert any(f"No findings: {told}" in one or told in one for one in json.loads(files.results.read_text())["summary"])


def test_thousands_of_flights_are_drawn_together_not_left_out(tmp_path: Path):
    times = made.steady(90_000)  # 3,750 flights of 0.8 s, back to back but for two rests
    ball = made.ball_table(times)
    resting = np.isin(np.arange(90_000) // 9000, (3, 7))
    flight = pa.array((times // 0.8).astype(np.int32), mask=resting)
    ball = ball.set_column(ball.column_names.index("flight"), ball.schema.field("flight"), flight)
    flights = page_data(build_report(made.make_input(times, ball=ball, tracks=1, stride=30), tmp_path))["flights"]
    assert len(flights) == 3
    assert [span[0] for span in flights] == pytest.approx([0, 1200, 2400], abs=0.04)


def test_a_reason_is_given_once_and_joint_angles_make_one_table():
    def row(metric: str, value: float | None, **more: object) -> dict:
        return {"subject": "track:0", "metric": metric, "value": value, "unit": "deg", "n": 9, "method": "m", **more}

    metrics = tables.METRICS.from_rows(
        [
            *(
                row(f"left_knee_{part}", value, spread=4.4)
                for part, value in (("min", 91.26), ("median", 150.0), ("max", 178.1), ("range", 86.9))
            ),
            *(
                row(f"right_knee_{part}", None, reason="the leg is hidden")
                for part in ("min", "median", "max", "range")
            ),
            row("trunk_lean_mean", -3.456),
        ]
    )
    (group,), left_out = metric_tables(metrics, {}, [], 10, SAY)
    assert left_out == 0 and [joint.label for joint in group.joints] == ["Left knee"]
    assert group.joints[0].degrees == ("91", "150", "178", "±4")
    assert [line.metric for line in group.known] == ["trunk_lean_mean"] and group.known[0].value == "−3.5"
    assert [(one.labels, one.reason) for one in group.unknown] == [(("Right knee",), "the leg is hidden")]


def test_the_measured_person_is_chosen_first(tmp_path: Path):
    metrics = tables.METRICS.from_rows(
        [
            {
                "subject": "track:1",
                "role": "player",
                "metric": "actions",
                "value": 1,
                "unit": "count",
                "n": 9,
                "method": "m",
            }
        ]
    )
    files = build_report(made.make_input(made.steady(60), metrics=metrics), tmp_path)
    assert page_data(files)["tracks"] == [1, 0]


def angles(values: dict[str, float]) -> pa.Table:
    """METRICS of the player, in degrees."""
    row = {"subject": "track:1", "role": "player", "unit": "deg", "n": 9, "method": "m"}
    return tables.METRICS.from_rows([row | {"metric": name, "value": value} for name, value in values.items()])


def test_a_film_without_play_begins_with_the_movement(tmp_path: Path):
    rows = {"left_knee_min": 112.3, "right_knee_min": 109.6, "left_knee_max": 178.2, "left_elbow_min": 120.0}
    metrics = angles(rows)
    quiet = {"metrics": metrics, "findings": made.empty(tables.FINDINGS)}
    files = build_report(made.make_input(made.steady(60), **quiet), tmp_path)
    first = json.loads(files.results.read_text("ascii"))["summary"][0]
    assert first == "Person 1 is followed from 0:00.00 to 0:01.97: knee angles from 110° to 178°."


def with_frames(times: np.ndarray, **columns: object) -> pa.Table:
    frames = made.frames_table(times)
    for name, values in columns.items():
        at = frames.column_names.index(name)
        frames = frames.set_column(at, frames.schema.field(name), pa.array(values, frames.schema.field(name).type))
    return frames


def test_a_still_film_has_no_rate_and_no_range_of_movement(tmp_path: Path):
    """`cases/still_sample.mp4` was "taken at 30 pictures a second", its knee "from 117 to 148" in one picture."""
    times = made.steady(60)
    still = with_frames(times, repeats_previous=np.arange(60) > 4)
    metrics = angles({"left_knee_min": 117.0, "right_knee_max": 148.0})
    given = {"metrics": metrics, "findings": made.empty(tables.FINDINGS)}
    moving = build_report(made.make_input(times, **given), tmp_path / "moving")
    assert "from 117° to 148°" in moving.page.read_text("utf-8")
    half = with_frames(times, repeats_previous=np.arange(60) % 2 == 1)
    assert (
        "taken at 15 pictures" in build_report(made.make_input(times, frames=half), tmp_path / "half").page.read_text()
    )
    text = build_report(made.make_input(times, frames=still, **given), tmp_path / "still").page.read_text("utf-8")
    assert "The picture stands still" in text and "from 117°" not in text and "taken at" not in text


def test_repeats_now_and_then_give_no_rate(tmp_path: Path):
    """`cases/turned_midway.mkv`: "13% show the picture before once more: it was taken at 30.3 pictures a second"."""
    some = with_frames(made.steady(60), repeats_previous=np.arange(60) % 8 == 5)
    text = build_report(made.make_input(made.steady(60), frames=some), tmp_path).page.read_text("utf-8")
    assert "12% of the frames show the picture before once more." in text and "once more: it was taken" not in text


def test_in_a_black_film_no_ball_is_missed(tmp_path: Path):
    times = made.steady(60)
    ball = made.ball_table(times)
    at = ball.column_names.index("state")
    unseen = ball.set_column(at, ball.schema.field("state"), pa.array(["absent"] * 60, ball.schema.field("state").type))
    for luma, told in {0.0: "the picture is black, so no ball can be seen", 90.0: "in any of 60 frames"}.items():
        given = made.make_input(times, ball=unseen, frames=with_frames(times, luma=[luma] * 60))
        summary = json.loads(build_report(given, tmp_path / str(luma)).results.read_text())["summary"]
        assert any(told in sentence for sentence in summary)


@pytest.mark.parametrize(("fps", "span"), [(30, "0:00.00–0:01.97"), (240, "0:00.00–0:00.25")])
def test_times_of_what_is_brief_are_told_to_the_hundredth_and_longer_ones_rounded(
    tmp_path: Path, fps: float, span: str
):
    text = build_report(made.make_input(made.steady(60, fps)), tmp_path).page.read_text("utf-8")
    assert f"Person 1 · {span}" in text
    assert SAY.span(0.0, 0.001) == "0:00.00"
    assert SAY.span(0.36, 10.355) == "0:00.36–0:10.36" and SAY.span(0.36, 10.6) == "0:00–0:10"
    assert SAY.span(0.6, 83.5) == f"0:00–{SAY.clock(83.5)}", "no time that is not reached yet"


def test_findings_are_counted_alike_at_the_head_and_over_the_cards(tmp_path: Path):
    [row] = made.findings_table().to_pylist()[:1]
    filming = tables.FINDINGS.from_rows([row | {"metric": "pose_coverage"}])
    files = build_report(made.make_input(made.steady(60), findings=filming), tmp_path)
    text = files.page.read_text("utf-8")
    heading = text[text.index('id="findings-title"') :].split("</h2>")[0]
    assert files.headline["findings"] == 0 and "count" not in heading and row["title"] in text


def test_a_film_without_a_sport_says_where_to_give_it(tmp_path: Path):
    hint = "a file rally.yaml beside the film can name the sport"
    given = made.make_input(made.steady(60), source=made.source_row(file_name="rally.mov"))
    for sidecar, hinted in ((Sidecar(), True), (Sidecar(owner="Ann"), True), (Sidecar(sport="tennis"), False)):
        page = build_report(replace(given, sidecar=sidecar), tmp_path).page.read_text("utf-8")
        assert (hint in page) is hinted


def test_a_sport_with_limits_by_mode_asks_for_the_mode():
    shown = no_limits(Sidecar(sport="cricket"), SAY)
    assert "in cricket depends on what the player does" in shown and "batting, bowling, fielding" in shown
    assert "name no sport" in no_limits(Sidecar(), SAY)
    assert no_limits(Sidecar(sport="tennis"), SAY) is None


def test_results_are_what_the_tables_say(tmp_path: Path):
    given = made.make_input(made.steady(60))
    files = build_report(given, tmp_path)
    shown = json.loads(files.results.read_text("ascii"))
    assert shown["headline"] == files.headline and shown["versions"] == given.versions
    assert shown["video"] == given.video and shown["title"] == given.sidecar.title
    assert (shown["sport"], shown["mode"], shown["language"]) == (given.sidecar.sport, given.sidecar.mode, "en")
    seen = len(set(given.poses["frame"].to_pylist()))
    assert shown["pose_summary"]["total_frames"] == shown["pose_summary"]["sampled_frames"] == 60
    assert shown["pose_summary"]["frames_with_pose"] == seen > 0
    assert shown["metrics"] == given.metrics.to_pylist()
    assert [f["code"] for f in shown["findings"]] == given.findings["code"].to_pylist()
    assert shown["findings"][0]["evidence"][0] == {"start_s": 1.2, "end_s": 1.8, "worst_s": 1.5}
    assert shown["plan"][0]["activities"][1]["code"] == "KNEE_COLLAPSE"
    assert [goal["met"] for goal in shown["goals"]] == [False, True, None]


def test_results_have_null_where_json_has_no_number(tmp_path: Path):
    metrics = made.metrics_table()
    at = metrics.schema.get_field_index("value")
    odd = pa.array([float("nan"), float("inf"), *metrics["value"].to_pylist()[2:]], pa.float64())
    given = made.make_input(made.steady(60), metrics=metrics.set_column(at, metrics.schema.field(at), odd))
    shown = json.loads(build_report(given, tmp_path).results.read_text("ascii"), parse_constant=pytest.fail)
    assert [row["value"] for row in shown["metrics"][:2]] == [None, None]


def test_goals_and_week_are_on_the_page_and_only_where_there_are_any(tmp_path: Path, nothing_seen: ReportInput):
    text = build_report(made.make_input(made.steady(60)), tmp_path / "some").page.read_text("utf-8")
    assert "1 of 2 met, 1 not known" in text and "−13.8°" in text and "+11.2%" in text
    assert "Monday" in text and "35 min" in text
    for name in ("report.pdf", "results.json"):
        assert f'href="{name}" download' in text and (tmp_path / "some" / name).exists()
    text = build_report(nothing_seen, tmp_path / "none").page.read_text("utf-8")
    assert 'id="goals"' not in text and 'id="week"' not in text


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ((), "none could be judged"), (("unknown",), "none could be judged"), (("met", "missed"), "1 of 2 met"),
        (("met", "unknown"), "1 of 1 met, 1 not known"), (("missed",), "0 of 1 met"),
    ],
)  # fmt: skip
def test_unknown_goals_count_neither_as_met_nor_as_missed(states, shown):
    blank = dict.fromkeys(("label", "who", "wanted", "actual", "difference", "reason"), "")
    assert goal_summary([Goal(**blank, state=state) for state in states], SAY) == shown


def test_a_first_look_says_so_and_gives_no_warning_of_missing_frames(tmp_path: Path):
    data = made.make_input(made.steady(60))
    source = {**data.source, "claimed_frames": 18000, "claimed_duration_s": 600.0}
    look = build_report(replace(data, source=source, first_look=True), tmp_path / "look")
    page = look.page.read_text("utf-8")
    assert "First look: the first 30 s" in page and "The full analysis follows" in page
    assert "container claims" not in page.lower() and "was analysed, as the film" not in page
    assert json.loads(look.results.read_text())["analysis"] == "quick"
    full = build_report(replace(data, source=source), tmp_path / "full")
    assert "First look" not in full.page.read_text("utf-8") and "18,000 frames" in full.page.read_text("utf-8")


def test_a_track_of_a_moment_is_not_listed_beside_longer_ones():
    def poses(*spans: tuple[int, float, float]):
        rows = [
            {
                "frame": round(30 * t),
                "time_s": t,
                "track": track,
                "estimator": "e",
                "state": "estimated",
                "confidence": 0.9,
            }
            for track, *ends in spans
            for t in ends
        ]
        return tables.POSE_KEYPOINTS.from_rows(rows)

    assert [one.track for one in tracks_of(poses((1, 0.0, 0.1), (0, 0.2, 2.0)))] == [0]
    assert [one.track for one in tracks_of(poses((1, 0.0, 0.1), (0, 0.0, 0.25)))] == [0]  # slow motion
    assert tracks_of(poses()) == []
    assert [one.track for one in tracks_of(poses((1, 0.0, 0.1)))] == [1]


def test_a_sport_without_rallies_has_none(tmp_path: Path):
    """A ball bowled and driven makes a chain of contacts, but no rally: the metrics of cricket have none."""
    rows = made.metrics_table().to_pylist()
    for counted in (False, True):
        given = [row for row in rows if counted or row["metric"] != "rallies"]
        if counted and not any(row["metric"] == "rallies" for row in rows):
            given += [rows[0] | {"subject": "ball", "role": None, "name": None, "metric": "rallies", "value": 2.0}]
        data = made.make_input(made.steady(60), metrics=tables.METRICS.from_rows(given), rallies=made.rallies_table())
        assert data.with_rallies_of_sport().rallies.num_rows == (2 if counted else 0)
        football = replace(data, sidecar=Sidecar(sport="football"))
        assert football.with_rallies_of_sport().rallies.num_rows == 0
        files = build_report(data, tmp_path / str(counted))
        story = " ".join(json.loads(files.results.read_text("ascii"))["summary"])
        assert ("rallies" in story) is counted and ('id="rallies"' in files.page.read_text("utf-8")) is counted


def test_a_ball_that_nobody_expects_is_not_missed(tmp_path: Path, nothing_seen: ReportInput):
    for sport, missed in ((None, False), ("weight lifting", False), ("running", False), ("tennis", True)):
        data = replace(nothing_seen, sidecar=nothing_seen.sidecar.model_copy(update={"sport": sport}))
        story = " ".join(json.loads(build_report(data, tmp_path).results.read_text("ascii"))["summary"])
        assert ("No results about the ball" in story) is missed, sport


@pytest.mark.parametrize(("margin", "plays", "told"), [(0.79, None, False), (0.8, None, True), (0.3, False, True)])
def test_who_might_be_another_is_not_taken_for_the_player_without_a_word(margin: float, plays: bool | None, told: bool):
    rows = made.people_table(made.steady(4)).to_pylist()
    rows = [row | {"margin": margin, "plays": plays if row["track"] else True} for row in rows]
    people = tables.PEOPLE.from_rows(rows)
    assert is_told(people, Sidecar(), {0: "player"}) is told
    clicked = Sidecar(players=(Player(clicks=({"t": 0, "x": 0.5, "y": 0.5},)),))
    assert is_told(people, clicked, {0: "player"})


def test_what_is_watched_all_the_time_is_not_said_to_be_watched_before_a_stroke():
    for lang, before in (("en", "shortly before"), ("de", "kurz bevor")):
        row = made.metrics_table().to_pylist()[0] | {"metric": "head_stability", "unit": "heights/s", "value": 0.3}
        for method, said in ((f"velocity; {ALL_TIME}", False), ("velocity; within 0.6 s before the moment", True)):
            table = tables.METRICS.from_rows([row | {"method": method}])
            [line] = metric_tables(table, {}, [], 9.0, words(lang))[0][0].known
            assert (before in line.method) is said


def test_times_are_in_seconds_and_rounded():
    row = made.metrics_table().to_pylist()[0]
    rows = [row | {"metric": "stroke_separation_lead", "unit": "ms", "value": 187.4, "spread": 12.0, "error": None}]
    rows += [row | {"metric": "stroke_follow_through", "unit": "s", "value": 0.0184, "spread": None, "error": None}]
    lines = metric_tables(tables.METRICS.from_rows(rows), {}, [], 9.0, SAY)[0][0].known
    assert [(line.value, line.after, line.spread) for line in lines] == [("0.19", " s", "±0.01"), ("0.02", " s", "")]
    assert SAY.length(3.117) == "0:03.12" and SAY.length(59.999) == "1:00.00" and SAY.length(83.7) == "1:24"


def test_a_metric_of_strokes_says_of_which_kinds():
    row = made.metrics_table().to_pylist()[0] | {"metric": "stroke_knee", "unit": "deg", "value": 108.0, "error": None}
    table = tables.METRICS.from_rows(
        [row | {"method": "median over the strokes (overhead, serve): smallest knee angle"}]
    )
    for lang, said in (("en", "(counted: overhead and serve)"), ("de", "(gezählt: Überkopfschlag und Aufschlag)")):
        [line] = metric_tables(table, {}, [], 9.0, words(lang))[0][0].known
        assert line.method.endswith(said), line.method


def test_what_is_wrong_with_a_film_is_said_in_the_report_s_language(tmp_path: Path):
    gap = Gap(1.0, 2.04, Reason("no_picture_decodes")).message
    for lang, said in (("en", "1.0 s to 2.0 s is missing: damaged"), ("de", "1,0 s bis 2,0 s fehlt: beschädigt")):
        data = made.make_input(made.steady(60), sidecar=Sidecar(language=lang), warnings=(str(gap), "words of old"))
        page = build_report(data, tmp_path / lang).page.read_text("utf-8")
        assert said in page and "Words of old" in page


def test_of_a_wanted_player_who_is_never_in_sight_the_identitys_reason_is_told(
    tmp_path: Path, nothing_seen: ReportInput
):
    sidecar = Sidecar(sport="ice hockey", players=[{"name": "Kim", "number": "20"}])
    look = {"player": 0, "name": "Kim", "number": "20", "frame": 0, "time_s": 0.0, "state": "searching"}
    identity = tables.PLAYER_IDENTITY.from_rows([look | {"why": "no_number_legible"}])
    page = build_report(replace(nothing_seen, sidecar=sidecar, identity=identity), tmp_path).page.read_text("utf-8")
    assert "a click on the player helps" in page and "no person was found" not in page


@pytest.mark.parametrize(("number", "told"), [(None, True), ("20", False)])
def test_a_wanted_player_out_of_sight_is_no_doubt_about_the_film(tmp_path: Path, number: str | None, told: bool):
    """Everybody is missed where nobody is seen; one player may be on the bench."""
    seldom = made.make_input(made.steady(60))
    seen = pa.compute.is_in(seldom.poses["frame"], pa.array([0, 1, 2, 59], seldom.poses["frame"].type))
    sidecar = Sidecar(sport="ice hockey", players=[{"number": number}] if number else [])
    given = replace(seldom, sidecar=sidecar, poses=seldom.poses.filter(seen))
    assert ("angles may miss key moments" in build_report(given, tmp_path).page.read_text("utf-8")) == told
