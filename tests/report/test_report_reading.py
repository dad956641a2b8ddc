"""The page in a real browser, opened from a file as a coach opens it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gametape.film.sidecar import Player, Sidecar
from gametape.report import ReportFiles, ReportInput, build_report
from tests.report import made_film as made

pytestmark = pytest.mark.browser

BALL, LEFT, RIGHT = (255, 214, 10), (76, 195, 255), (255, 138, 92)
HIT, BOUNCE = (255, 93, 143), (124, 242, 154)
EVIL = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'🏏"


def middle(pixels: np.ndarray) -> np.ndarray:
    """The centre of a round thing's pixels."""
    assert len(pixels), "nothing of that colour is drawn"
    return (pixels.min(0) + pixels.max(0)) / 2


def test_opens_from_a_file_without_any_other_request(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    opened.settle(0)
    opened.page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    folder = steady_report.page.parent.as_uri()
    assert all(url.startswith((folder, "data:", "blob:")) for url in opened.requests)
    assert {Path(url.split("?")[0]).name for url in opened.requests} >= {"report.html", "film.mp4", "000.js"}


def test_opens_where_the_measured_person_is_first_seen(steady_film: Path, tmp_path: Path, read_report):
    for name in ("film.mp4", "poster.jpg"):
        shutil.copy(steady_film / name, tmp_path / name)
    given = made.make_input(made.steady(240))
    later = replace(given, poses=given.poses.filter(given.poses["frame"].to_numpy() >= 70))
    opened = read_report(build_report(later, tmp_path).page)
    opened.settle(70)


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1900])
def test_nothing_makes_the_page_scroll_sideways(steady_film: Path, tmp_path: Path, read_report, width: int):
    long = "Unbreakable" * 30
    given = made.make_input(
        made.steady(240),
        sidecar=Sidecar(title=long, notes=long),
        findings=made.findings_table(evil=long),
        plan=made.plan_table(evil=long),
        goals=made.goals_table(evil=long),
        versions={long: long},
    )
    shutil.copy(steady_film / "film.mp4", tmp_path)
    opened = read_report(build_report(given, tmp_path).page, width=width, height=844)
    opened.settle(0)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_text_is_shown_and_does_nothing(steady_film: Path, tmp_path: Path, read_report):
    for name in ("film.mp4", "poster.jpg"):
        shutil.copy(steady_film / name, tmp_path / name)
    given = made.make_input(
        made.steady(240),
        video=EVIL,
        source=made.source_row(file_name=EVIL, source_uri=EVIL),
        sidecar=Sidecar(title=EVIL, notes=EVIL, players=(Player(name=EVIL),)),
        findings=made.findings_table(evil=EVIL),
        plan=made.plan_table(evil=EVIL),
        goals=made.goals_table(evil=EVIL),
        versions={EVIL: EVIL},
        warnings=(EVIL,),
    )
    opened = read_report(build_report(given, tmp_path).page)
    opened.settle(0)
    opened.page.locator("#timeline .marks button").first.click()
    assert opened.page.evaluate("window.pwned") is None
    assert opened.page.inner_text("h1") == EVIL and opened.page.title() == f"{EVIL} · gametape"
    assert opened.complaints == []


def test_a_page_with_nothing_in_it_still_works(tmp_path: Path, nothing_seen: ReportInput, read_report):
    made.write_film(tmp_path / "film.mp4", np.zeros(1))
    shutil.copy(tmp_path / "film.mp4", tmp_path / "poster.jpg")
    opened = read_report(build_report(nothing_seen, tmp_path).page)
    opened.settle(0)
    opened.page.click("#forward")
    opened.page.keyboard.press("n")
    assert [text for text in opened.complaints if "poster" not in text] == []
    assert "No ball speed:" in opened.page.inner_text("#chart-speed")

    empty = tmp_path / "empty"
    opened = read_report(build_report(replace(nothing_seen, frames=nothing_seen.frames.slice(0, 0)), empty).page)
    opened.page.wait_for_selector("#notice:visible")
    assert not [text for text in opened.complaints if "ERR_FILE_NOT_FOUND" not in text]


def test_without_the_film_the_measurements_still_show(tmp_path: Path, read_report):
    times = made.steady(240)
    opened = read_report(build_report(made.make_input(times), tmp_path).page)
    opened.page.wait_for_selector("#notice:visible")
    assert "not beside this page" in opened.page.inner_text("#notice")
    opened.show_only("ball")
    opened.go(2.0)
    opened.settle(60)
    assert np.abs(middle(opened.ink(BALL)) - np.array(made.ball_at(times[60]))).max() < 2


def test_data_of_another_build_is_refused(steady_film: Path, tmp_path: Path, read_report):
    shutil.copy(steady_film / "film.mp4", tmp_path)
    times = made.steady(240)
    other = build_report(made.make_input(times, tracks=1), tmp_path / "other").data_files[0]
    files = build_report(made.make_input(times), tmp_path)
    shutil.copy(other, files.data_files[0])
    opened = read_report(files.page)
    opened.page.wait_for_selector("#notice:visible")
    assert "another build" in opened.page.inner_text("#notice")
    assert opened.at() == -1


def test_long_films_load_only_the_minutes_on_show(tmp_path: Path, read_report):
    opened = read_report(build_report(made.make_input(made.steady(20 * 60 * 10, 10), stride=5), tmp_path).page)
    opened.go(605.0)
    opened.settle(6050)
    loaded = {Path(url.split("?")[0]).stem for url in opened.requests if ".js" in url}
    assert loaded == {"000", "010"}


def test_text_has_enough_contrast_in_light_and_dark(steady_report: ReportFiles, read_report):
    """Contrast of at least 4.5 to 1 for all text, as WCAG AA asks."""
    for scheme in ("light", "dark"):
        opened = read_report(steady_report.page, color_scheme=scheme)
        opened.settle(0)
        poor = opened.page.evaluate(
            """() => {
              const lum = (c) => { const f = (v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }; return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
              const rgb = (text) => { const v = text.match(/[\\d.]+/g).map(Number); return [v[0], v[1], v[2], v[3] ?? 1]; };
              const ground = (node) => { for (let n = node; n; n = n.parentElement) { const c = rgb(getComputedStyle(n).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255]; };
              const poor = [];
              for (const node of document.querySelectorAll('body *')) {
                if (![...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !node.offsetParent || node.closest('.hush, .skip, option, script')) continue;
                const a = lum(rgb(getComputedStyle(node).color)), b = lum(ground(node)), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < 4.5) poor.push([node.tagName, node.className, node.textContent.slice(0, 30), ratio]);
              }
              return poor; }"""
        )
        assert poor == []


def test_every_control_has_a_name(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    opened.settle(0)
    nameless = opened.page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, canvas[role]')].filter((n) =>
             !(n.getAttribute('aria-label') || n.textContent.trim() || n.labels?.[0]?.textContent.trim())).map((n) => n.outerHTML)"""
    )
    assert nameless == []
    assert opened.page.evaluate("document.querySelectorAll('h1').length") == 1


def test_a_missing_chunk_is_reported_and_the_rest_works(tmp_path: Path, read_report):
    files = build_report(made.make_input(made.steady(1300, 10), stride=5), tmp_path)
    files.data_files[1].unlink()
    opened = read_report(files.page)
    opened.go(70.0)
    opened.until("document.getElementById('notice').textContent.includes('001.js')")
    opened.go(125.0)
    opened.settle(1250)


def test_charts_of_long_films_follow_the_film_page_by_page(tmp_path: Path, read_report):
    opened = read_report(build_report(made.make_input(made.steady(6000, 10), stride=5), tmp_path).page)
    opened.go(130.0)
    opened.settle(1300)
    canvas = opened.page.locator("#chart-speed canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": 52 + 0.5 * (box["width"] - 52), "y": 30})  # the third minute is on show
    opened.until("Math.abs(Number(document.getElementById('at-frame').textContent) - 1500) <= 1")
    lanes = opened.page.locator("#timeline canvas")
    lanes.click(position={"x": 52 + 0.5 * (box["width"] - 52), "y": 8})  # the timeline shows the whole film
    opened.until("Math.abs(Number(document.getElementById('at-frame').textContent) - 3000) <= 10")


def test_a_printed_page_keeps_the_goals_and_the_week(steady_report: ReportFiles, read_report):
    opened = read_report(steady_report.page)
    opened.page.emulate_media(media="print")
    for part in ("#findings", "#goals", "#week"):
        assert opened.page.is_visible(part)
    assert not opened.page.is_visible(".take")
