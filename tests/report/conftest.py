"""Films drawn by ourselves, their reports, and a browser to read them with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gametape.report import ReportFiles, ReportInput, build_report
from tests.report import made_film as made

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass
class Opened:
    """A report on show, and whatever the browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def at(self) -> int:
        """The frame on show, by the readout."""
        text = self.page.inner_text("#at-frame")
        return int(text) if text.isdigit() else -1

    def until(self, condition: str, seconds: float = 15) -> None:
        """Wait until a JavaScript expression holds. Asked from here: the page's own policy forbids eval."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < deadline, f"{condition} never held; {self.complaints or 'no complaints'}"
            self.page.wait_for_timeout(20)

    def settle(self, frame: int) -> None:
        """Wait until the readout shows `frame` and the film, if there is one, is there."""
        self.until(
            f"document.getElementById('at-frame').textContent === '{frame}' && !document.getElementById('film').seeking"
        )

    def go(self, seconds: float) -> None:
        self.page.evaluate(
            "t => { const s = document.getElementById('scrub'); s.value = t; s.dispatchEvent(new Event('input')); }",
            seconds,
        )

    def show_only(self, *names: str) -> None:
        for name in ("ball", "trail", "events", "skeleton", "labels"):
            self.page.set_checked(f"#show-{name}", name in names)

    def ink(self, colour: tuple[int, int, int], near: int = 40) -> np.ndarray:
        """(n, 2) x, y of the overlay's pixels of a colour, in source pixels."""
        points = self.page.evaluate(
            """([ink, near, width, height]) => {
                 const c = document.getElementById('overlay'), w = c.width, h = c.height, found = [];
                 const d = c.getContext('2d').getImageData(0, 0, w, h).data;
                 for (let i = 0; i < d.length; i += 4)
                   if (d[i + 3] > 200 && [0, 1, 2].every((k) => Math.abs(d[i + k] - ink[k]) <= near))
                     found.push([((i / 4) % w + 0.5) * width / w, (Math.floor(i / 4 / w) + 0.5) * height / h]);
                 return found; }""",
            [list(colour), near, made.WIDTH, made.HEIGHT],
        )
        return np.array(points).reshape(-1, 2)


@pytest.fixture
def read_report(chromium: Browser) -> Iterator:
    """Open a report page as a file: read_report(path, width=, height=)."""
    contexts = []

    def open_page(path: Path, width: int = 1280, height: int = 900, **options: object) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        opened = Opened(context.new_page())
        page = opened.page
        page.on("console", lambda m: opened.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("request", lambda request: opened.requests.append(request.url))
        page.goto(path.as_uri())
        return opened

    yield open_page
    for context in contexts:
        context.close()


def _film(folder: Path, times: np.ndarray, gap_s: tuple[float, float] | None = None) -> Path:
    from PIL import Image

    made.write_film(folder / "film.mp4", times, gap_s=gap_s)
    Image.new("RGB", (96, 54), (40, 80, 60)).save(folder / "poster.jpg")
    return folder


@pytest.fixture(scope="session")
def steady_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an 8-second film at 30 fps; the ball is hidden from 4.0 to 4.5 s."""
    return _film(tmp_path_factory.mktemp("steady"), made.steady(240), (4.0, 4.5))


@pytest.fixture(scope="session")
def uneven_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a film of 120 frames at uneven times."""
    return _film(tmp_path_factory.mktemp("uneven"), made.uneven(120))


@pytest.fixture(scope="session")
def steady_report(steady_film: Path) -> ReportFiles:
    times = made.steady(240)
    return build_report(made.make_input(times, ball=made.ball_table(times, gap_s=(4.0, 4.5))), steady_film)


@pytest.fixture
def nothing_seen() -> ReportInput:
    """One frame; no ball rows, nobody, no metrics, no findings, no plan, no goals."""
    from gametape import tables

    return made.make_input(
        np.zeros(1),
        ball=made.empty(tables.BALL_TRAJECTORY),
        poses=made.empty(tables.POSE_KEYPOINTS),
        angles=made.empty(tables.JOINT_ANGLES_TABLE),
        metrics=made.empty(tables.METRICS),
        findings=made.empty(tables.FINDINGS),
        plan=made.empty(tables.WEEK_PLAN),
        goals=made.empty(tables.GOAL_OUTCOMES),
    )
