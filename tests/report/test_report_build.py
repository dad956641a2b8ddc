"""The files of a report: the same bytes for the same input, in place all at once, and light."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape import report
from gametape.film.sidecar import Player, Sidecar
from gametape.report import build_report
from gametape.report.overlay_data import ANGLES
from gametape.report.words import words
from tests.report import made_film as made
from tests.report.written import chunks, page_data

WHOLE = ["report.html", "report.pdf", "report_data", "results.json"]
PACKAGE = Path(report.__file__).parent
SAY = words()
EVIL = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'`{{7*7}}{%x%}🏏\u202e&amp;"


def test_what_is_drawn_is_what_the_tables_say(tmp_path: Path):
    times = made.uneven(2000)  # 110 s: two chunks, uneven times
    given = made.make_input(times, ball=made.ball_table(times, gap_s=(30, 40)))
    files = build_report(given, tmp_path)
    read, data = chunks(files), page_data(files)
    assert len(read) == 2 and data["chunks"][1][2] == pytest.approx(times[data["chunks"][1][0]])

    together = {key: np.concatenate([part[key] for part in read], axis=-1) for key in read[0]}
    assert np.abs(together["time_s"] - times).max() < 1e-6
    half_step = 0.5 / data["scales"]["pixel"] + 1e-3
    for name in "xy":
        truth = given.ball[name].to_numpy(zero_copy_only=False)
        assert np.array_equal(np.isnan(truth), np.isnan(together[f"ball_{name}"]))
        assert np.nanmax(np.abs(truth - together[f"ball_{name}"])) <= half_step
    assert np.nanmax(np.abs(given.ball["speed"].to_numpy(zero_copy_only=False) - together["speed"])) < 0.06

    k = data["keypoints"].index("right_wrist")
    x, y = made.joint_at("right_wrist", times[together["pose_frame"].astype(int)], together["pose_track"])
    assert np.abs(together["pose_x"][k] - x).max() <= half_step
    assert np.abs(together["pose_y"][k] - y).max() <= half_step
    knee = made.angle_at("left_knee", times[together["angle_frame"].astype(int)], together["angle_track"])
    assert np.abs(together["angle"][ANGLES.index("left_knee")] - knee).max() <= 0.051


def test_points_far_outside_the_picture_stay_outside(tmp_path: Path):
    times = made.steady(3)
    ball = made.ball_table(times)
    far = pa.array([-900.0, 1e9, 2000.0], pa.float32())
    ball = ball.set_column(ball.column_names.index("x"), ball.schema.field("x"), far)
    files = build_report(made.make_input(times, ball=ball), tmp_path)
    x = chunks(files)[0]["ball_x"]
    assert x[0] == -900 and x[2] == 2000 and x[1] > made.WIDTH


def test_the_same_input_gives_the_same_bytes(tmp_path: Path):
    times = made.uneven(900)
    first, second = (build_report(made.make_input(times), tmp_path / name) for name in "ab")
    assert first.page.read_bytes() == second.page.read_bytes()
    assert first.pdf.read_bytes() == second.pdf.read_bytes()
    assert first.results.read_bytes() == second.results.read_bytes()
    assert [f.read_bytes() for f in first.data_files] == [f.read_bytes() for f in second.data_files]
    assert first.bytes == second.bytes == sum(f.stat().st_size for f in (first.page, *first.data_files))


def test_a_second_build_leaves_no_chunk_of_a_longer_film(tmp_path: Path):
    (tmp_path / "film.mp4").write_bytes(b"film")
    build_report(made.make_input(made.steady(4000, 20)), tmp_path)
    files = build_report(made.make_input(made.steady(100, 20)), tmp_path)
    assert [f.name for f in files.data_files] == ["000.js"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film.mp4", *WHOLE]


def test_a_failed_build_leaves_the_earlier_page_untouched(tmp_path: Path):
    given = made.make_input(made.steady(60))
    before = build_report(given, tmp_path).page.read_bytes()
    stranger = made.ball_table(made.steady(80))  # rows of frames that the film does not have
    with pytest.raises(ValueError, match="60 frames"):
        build_report(replace(given, ball=stranger), tmp_path)
    with pytest.raises(ValueError, match="0, 1, 2"):
        build_report(replace(given, frames=given.frames.slice(1)), tmp_path)
    assert (tmp_path / "report.html").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == WHOLE


def test_two_hours_build_in_seconds_and_the_page_stays_light(tmp_path: Path):
    times = made.steady(2 * 3600 * 30)
    given = made.make_input(times, stride=3)
    started = time.process_time()
    files = build_report(given, tmp_path)
    spent = time.process_time() - started
    assert len(files.data_files) == 120
    assert files.page.stat().st_size < 500_000
    assert max(f.stat().st_size for f in files.data_files) < 400_000
    assert spent < 30, f"{spent:.1f} s of processor time"


def test_the_surest_events_are_on_the_page_and_the_rest_counted(tmp_path: Path):
    times = made.steady(2 * 3600 * 30)
    events = made.events_table(times, tuple(("hit", k * 1.2) for k in range(6000)))
    sure = np.linspace(0.5, 0.99, 6000).astype(np.float32)
    events = events.set_column(
        events.column_names.index("confidence"), events.schema.field("confidence"), pa.array(sure)
    )
    files = build_report(made.make_input(times, stride=30, events=events), tmp_path)
    shown = page_data(files)["events"]
    assert len(shown["rows"]) == 3000 and shown["left_out"] == 3000 and shown["summary"] == "6,000 hits"
    assert shown["rows"][0][0] == pytest.approx(3600, abs=0.1), "the surest half are the last"
    assert files.page.stat().st_size < 500_000


def test_many_people_do_not_make_the_page_heavy(tmp_path: Path):
    times = made.steady(3000)
    files = build_report(made.make_input(times, tracks=40, stride=10), tmp_path)
    assert files.page.stat().st_size < 500_000
    assert "16 more are in the tables" in files.page.read_text("utf-8")


def test_the_overview_holds_the_peaks(tmp_path: Path):
    """A one-frame peak must be seen in the chart of a long film: buckets keep extremes, not means."""
    times = made.steady(60_000)
    ball = made.ball_table(times)
    speed = ball["speed"].to_numpy(zero_copy_only=False).copy()
    speed[41_234] = 9000
    ball = ball.set_column(ball.column_names.index("speed"), ball.schema.field("speed"), pa.array(speed))
    series = page_data(build_report(made.make_input(times, ball=ball, tracks=1, stride=30), tmp_path))["series"]
    import base64

    values = np.frombuffer(base64.b64decode(series["speed"]["data"]), "u1").reshape(2, -1)
    assert series["speed"]["high"] == 9000
    assert values[1].argmax() == int(times[41_234] / series["bucket_s"]) and (values[1] == 254).sum() == 1
    assert values[0].max() < 254


def test_hostile_text_stays_text(tmp_path: Path):
    given = made.make_input(
        made.steady(30),
        video="x' OR 1=1 --" + EVIL,
        source=made.source_row(file_name=EVIL + "\udcff", source_uri=EVIL),
        sidecar=Sidecar(title=EVIL, notes=EVIL, owner=EVIL, players=(Player(name=EVIL),)),
        findings=made.findings_table(evil=EVIL),
        plan=made.plan_table(evil=EVIL),
        goals=made.goals_table(evil=EVIL),
        versions={EVIL: EVIL},
        warnings=(EVIL,),
    )
    text = build_report(given, tmp_path).page.read_bytes().decode("utf-8")
    assert text.count("<script") == 2 and text.count("</script") == 2  # the data and the script
    assert "<img" not in text and "onerror=window" in text  # shown as text
    assert "x'' OR 1=1" in text.replace("&#39;", "'")  # quoted in the SQL offered
    assert "{{7*7}}" in text


def test_page_parts_can_be_put_in_one_page():
    assert "</style" not in (PACKAGE / "page.css").read_text("utf-8")
    scripts = sorted((PACKAGE / "script").glob("*.js"))
    for part in scripts:
        script = part.read_text("utf-8")
        assert "</script" not in script and "<!--" not in script
    templates = sorted((PACKAGE / "templates").glob("*.html"))
    for part in (*scripts, *templates, PACKAGE / "page.css"):
        text = part.read_text("utf-8")
        assert not re.search(r"(https?:)?//[a-z0-9.-]+\.[a-z]{2,}/", text), "the page must not reach out to anywhere"
