"""The film in a real browser: what is drawn over it, and what moves it."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape import tables
from gametape.report import ReportFiles, build_report
from gametape.report.overlay_data import ANGLES
from tests.report import made_film as made

pytestmark = pytest.mark.browser

BALL, LEFT, RIGHT = (255, 214, 10), (76, 195, 255), (255, 138, 92)
HIT, BOUNCE = (255, 93, 143), (124, 242, 154)
EVIL = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'🏏"


def middle(pixels: np.ndarray) -> np.ndarray:
    """The centre of a round thing's pixels."""
    assert len(pixels), "nothing of that colour is drawn"
    return (pixels.min(0) + pixels.max(0)) / 2


@pytest.mark.parametrize("frame", [0, 1, 47, 118, 150, 238, 239])
def test_ball_is_drawn_where_it_is_at_that_frame(steady_report: ReportFiles, read_report, frame: int):
    opened, times = read_report(steady_report.page, color_scheme="dark"), made.steady(240)
    opened.show_only("ball")
    opened.go(times[frame])
    opened.settle(frame)
    truth = np.array(made.ball_at(times[frame]))
    assert np.abs(middle(opened.ink(BALL)) - truth).max() < 2
    # And the picture on show is that frame: the white disc in the film's own pixels is there too.
    assert_film_shows_disc_at(opened, truth)


def assert_film_shows_disc_at(opened, truth: np.ndarray, seconds: float = 10) -> None:
    """The picture that the browser comes to show has the disc there. A seek has ended before its picture is on screen."""
    opened.show_only()
    deadline = time.monotonic() + seconds
    while True:
        found = disc_in_film(opened)
        if found is not None and np.abs(found - truth).max() < 3:
            return
        assert time.monotonic() < deadline, f"the disc is at {found}, not at {truth}"


def disc_in_film(opened) -> np.ndarray | None:
    """The disc's centre in the film as it is on screen without overlay, in source pixels, from a screenshot."""
    import io

    from PIL import Image

    box = opened.page.locator("#picture").bounding_box()
    picture = np.asarray(Image.open(io.BytesIO(opened.page.screenshot(clip=box))).convert("RGB")).astype(int)
    y, x = np.nonzero(picture.min(-1) > 225)
    if not len(x):
        return None
    wide, high = picture.shape[1], picture.shape[0]
    return np.array([(x.mean() + 0.5) * made.WIDTH / wide, (y.mean() + 0.5) * made.HEIGHT / high])


@pytest.mark.parametrize("clock", ["slow motion", "repeats"])
def test_real_times_show_the_frames_of_the_file(uneven_film: Path, tmp_path: Path, read_report, clock: str):
    """The page goes by when pictures were taken, the film by where they are in its file."""
    shown = made.uneven(120)
    taken = shown / 8 if clock == "slow motion" else np.interp(np.arange(120), [0, 60, 119], [0.0, 1.5, shown[-1]])
    given = made.make_input(shown)
    at = given.frames.column_names.index("time_s")
    files = build_report(replace(given, frames=given.frames.set_column(at, "time_s", pa.array(taken))), uneven_film)
    opened = read_report(files.page, color_scheme="dark")
    for frame in (2, 77, 119):
        opened.go(taken[frame])
        opened.settle(frame)
        assert_film_shows_disc_at(opened, np.array(made.ball_at(shown[frame])))
    opened.page.keyboard.press("ArrowLeft")
    opened.settle(118)
    assert not opened.complaints


@pytest.mark.parametrize("frame", [1, 2, 31, 77, 119])
def test_uneven_frame_times_show_the_right_frame(uneven_film: Path, tmp_path: Path, read_report, frame: int):
    times = made.uneven(120)
    files = build_report(made.make_input(times), uneven_film)
    opened = read_report(files.page, color_scheme="dark")  # no white but the ball's
    opened.show_only("ball")
    opened.go(times[frame])
    opened.settle(frame)
    truth = np.array(made.ball_at(times[frame]))
    assert np.abs(middle(opened.ink(BALL)) - truth).max() < 2
    assert_film_shows_disc_at(opened, truth)


def test_joints_are_drawn_where_they_are(steady_report: ReportFiles, read_report):
    opened, times, frame = read_report(steady_report.page), made.steady(240), 100
    opened.show_only("skeleton")
    opened.go(times[frame])
    opened.settle(frame)
    for colour, names, edge in ((LEFT, ("left_wrist",), "min"), (RIGHT, ("right_wrist",), "max")):
        ink = opened.ink(colour, near=60)
        x, _ = made.person_at(times[frame], 0)
        mine = ink[np.abs(ink[:, 0] - x) < 160]  # the chosen person
        tip = mine[getattr(np, f"arg{edge}")(mine[:, 0])]  # the outermost point: the wrist, plus its dot's radius
        truth = np.array(made.joint_at(names[0], times[frame], 0))
        assert np.abs(tip - truth).max() < 10
        near = mine[np.abs(mine - truth).max(1) < 8]
        assert np.abs(near.mean(0) - truth).max() < 2.5


def test_nothing_is_drawn_where_the_ball_was_not_seen(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    opened.show_only("ball")
    opened.go(4.25)
    opened.settle(127)
    assert len(opened.ink(BALL)) == 0
    assert opened.page.inner_text("#at-ball") == "not seen"


def test_people_are_interpolated_between_two_estimates(steady_film: Path, tmp_path: Path, read_report):
    for name in ("film.mp4", "poster.jpg"):
        shutil.copy(steady_film / name, tmp_path / name)
    times = made.steady(240)
    opened = read_report(build_report(made.make_input(times, stride=5, tracks=1), tmp_path).page)
    opened.show_only("skeleton")
    opened.go(times[102])
    opened.settle(102)
    got = opened.page.evaluate(
        """() => { const c = document.getElementById('overlay'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
             let x = 0, n = 0; for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 30) { x += (i / 4) % c.width; n++; } return [x / n * 1280 / c.width, n]; }"""
    )
    exact = made.person_at(times[102], 0)[0]
    assert got[1] > 500 and abs(got[0] - exact) < 12


def test_layers_can_be_switched_off(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    opened.go(2.0)
    opened.settle(60)
    opened.show_only("ball")
    ring = len(opened.ink(BALL))
    opened.show_only("ball", "trail")
    assert len(opened.ink(BALL, 60)) > 1.5 * ring > 0
    opened.show_only()
    assert not opened.page.evaluate(
        "() => { const c = document.getElementById('overlay'); return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean); }"
    )


@pytest.mark.parametrize("chart", ["chart-speed", "chart-knee", "timeline"])
def test_clicking_a_chart_moves_the_film(steady_report: ReportFiles, read_report, chart: str):
    opened = read_report(steady_report.page)
    opened.settle(0)
    canvas = opened.page.locator(f"#{chart} canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    gutter = 52
    x = gutter + 0.6 * (box["width"] - gutter)
    canvas.click(position={"x": x, "y": 8})
    opened.settle(int(0.6 * 240))
    assert abs(opened.page.evaluate("document.getElementById('film').currentTime") - 0.6 * 8) < 0.05


def test_evidence_moves_the_film_and_chooses_the_person(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    opened.settle(0)
    opened.page.select_option("#person", "1")
    opened.page.locator("#card-0 .chip").nth(1).click()
    opened.settle(156)
    assert opened.page.input_value("#person") == "0"
    opened.page.locator("#timeline .marks button").first.click()
    opened.settle(45)


def test_the_readout_shows_the_values_of_the_tables(steady_report: ReportFiles, read_report):
    opened, frame = read_report(steady_report.page), 90
    opened.go(3.0)
    opened.settle(frame)
    times = made.steady(240)
    speed = made.ball_table(times)["speed"][frame].as_py()
    assert opened.page.inner_text("#at-ball").startswith(f"{speed:,.0f} px/s")
    assert opened.page.inner_text("#at-time") == "0:03.000"
    left, right = (made.angle_at(f"{side}_knee", times[frame], 0) for side in ("left", "right"))
    assert opened.page.inner_text("#at-knee") == f"{left:.0f}° · {right:.0f}°"
    assert "left_knee" in ANGLES


def test_frame_steps_and_keys(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    page = opened.page
    opened.go(1.0)
    opened.settle(30)
    page.click("#forward")
    opened.settle(31)
    page.click("#back")
    opened.settle(30)
    page.keyboard.press("ArrowLeft")
    opened.settle(29)
    page.keyboard.press("Shift+ArrowRight")
    opened.settle(59)
    page.keyboard.press("1")
    assert page.evaluate("document.getElementById('film').playbackRate") == 0.25
    page.keyboard.press("t")
    assert not page.is_checked("#show-trail")
    page.keyboard.press("e")
    opened.settle(45)
    page.keyboard.press("e")
    opened.settle(156)
    page.keyboard.press("Shift+E")
    opened.settle(45)


@pytest.fixture(scope="module")
def eventful_report(steady_film: Path, tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    folder = tmp_path_factory.mktemp("eventful")
    for name in ("film.mp4", "poster.jpg"):
        shutil.copy(steady_film / name, folder / name)
    times = made.steady(240)
    return build_report(made.make_input(times, events=made.events_table(times)), folder)


def test_events_move_the_film_by_button_and_by_key(eventful_report: ReportFiles, read_report):
    opened = read_report(eventful_report.page)
    opened.settle(0)
    page = opened.page
    assert page.locator("#events .moment").all_inner_texts() == ["0:01.00 hit", "0:02.50 bounce", "0:05.00 hit"]
    page.locator("#events .moment").nth(1).click()
    opened.settle(75)
    assert page.locator("#events [aria-current]").all_inner_texts() == ["0:02.50 bounce"]
    page.keyboard.press("n")
    opened.settle(150)
    page.keyboard.press("n")  # there is none after it
    opened.settle(150)
    page.keyboard.press("p")
    opened.settle(75)
    page.keyboard.press("p")
    opened.settle(30)
    assert opened.complaints == []


def test_an_event_is_marked_at_its_place_and_only_about_its_time(eventful_report: ReportFiles, read_report):
    opened, times = read_report(eventful_report.page), made.steady(240)
    opened.show_only("events")
    for frame, colour in ((30, HIT), (75, BOUNCE)):
        opened.go(times[frame])
        opened.settle(frame)
        ink = opened.ink(colour, 50)
        truth = np.array(made.ball_at(times[frame]))
        star = ink[np.abs(ink - truth).max(1) < 45]  # without the word beside it
        assert len(star) > 40 and np.abs(middle(star) - truth).max() < 9
    opened.go(1.8)
    opened.settle(54)
    assert len(opened.ink(HIT, 50)) == len(opened.ink(BOUNCE, 50)) == 0


def test_the_height_chart_follows_the_ball_and_up_is_up(eventful_report: ReportFiles, read_report):
    opened, frame = read_report(eventful_report.page), 100
    opened.settle(0)
    canvas = opened.page.locator("#chart-height canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    at = {"x": 52 + (frame + 0.5) / 240 * (box["width"] - 52), "y": 40}
    canvas.click(position=at)
    opened.settle(frame)
    canvas.hover(position=at)
    y = made.HEIGHT - made.ball_at(made.steady(240)[frame])[1]
    assert opened.page.inner_text("#chart-height .tip").endswith(f"{y:.0f} px")


def test_a_hand_is_not_drawn_as_a_ball(steady_film: Path, tmp_path: Path, read_report):
    for name in ("film.mp4", "poster.jpg"):
        shutil.copy(steady_film / name, tmp_path / name)
    times = made.steady(240)
    hand = "what moves like a ball is at a hand in 93% of its frames: a limb, not a ball"
    row = {"subject": "ball", "metric": "ball_coverage", "unit": "share", "n": 240, "method": "m", "reason": hand}
    given = made.make_input(
        times, events=made.events_table(times), metrics=tables.METRICS.from_rows([row]), findings=made.empty(tables.FINDINGS)
    )  # fmt: skip
    files = build_report(given, tmp_path)
    opened = read_report(files.page)
    opened.go(1.0)
    opened.settle(30)
    opened.show_only("ball", "trail", "events")
    assert len(opened.ink(BALL)) == len(opened.ink(HIT, 50)) == 0
    assert hand in opened.page.inner_text("#chart-speed") and not opened.page.query_selector("#chart-height, #events")
    assert json.loads(files.results.read_text())["events"] == {"counts": {}, "no_ball": hand}


def test_overlay_keeps_time_with_the_film_that_plays(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    opened.settle(0)
    pairs = opened.page.evaluate(
        """async () => { const film = document.getElementById('film'), seen = [];
             document.querySelector('[data-rate="0.5"]').click();
             film.requestVideoFrameCallback(function look(_, m) { seen.push([m.mediaTime, Number(document.getElementById('at-frame').textContent)]); if (seen.length < 25) film.requestVideoFrameCallback(look); });
             await film.play(); while (seen.length < 25) await new Promise(r => setTimeout(r, 50)); film.pause(); return seen; }"""
    )
    # The page's own callback was registered first, so it has drawn when ours looks.
    assert all(abs(round(t * 30) - frame) <= 0 for t, frame in pairs), pairs
