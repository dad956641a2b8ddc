"""A real film the whole way: each of its findings' chips moves the film to what it speaks of."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest

from gametape.base.settings import settings
from gametape.lake.store import Lake
from tests import browser as browsers
from tests.e2e.test_chain import put, run

#: What is said of a film, its strokes (None: not asked here), and how many chips there are at least.
FILMS = {
    "cricket/bowling.mp4": ("sport: cricket\nmode: bowling\n", ["delivery"], 0),
    "pose/serve/serve.mp4": ("sport: tennis\nmode: serve\n", ["serve"], 0),
    # A player who runs, held against the limits of strokes that are fed: findings for certain.
    "tennis/video_input4.mp4": ("sport: tennis\nmode: forehand\n", None, 1),
}


def play_all(page_file: Path) -> int:
    """Press every chip of every card; the film must come to the frame on show at its worst moment. How many."""
    with browsers.running(browsers.chromium()) as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(page_file.as_uri())
        page.wait_for_selector("#at-frame:text-matches('^[0-9]+$')")
        data = json.loads(page.inner_text("#data"))
        frame_s = (data["end"] - data["start"]) / data["frames"]
        pressed = 0
        for card in data["evidence"]:
            chips = page.locator(f"#card-{card['card']} .chip")
            assert chips.count() == len(card["spans"])
            for nth, (start, end, worst) in enumerate(card["spans"]):
                chips.nth(nth).click()
                near = f"Math.abs(document.getElementById('film').currentTime - {worst}) < {frame_s}"
                for _ in range(500):
                    if page.evaluate(f"{near} && !document.getElementById('film').seeking"):
                        break
                    page.wait_for_timeout(20)
                assert page.evaluate(near), f"{card['title']}: the film is not at {worst} s"
                assert start - frame_s <= page.evaluate("document.getElementById('film').currentTime") <= end + frame_s
                assert page.locator(".card.lit").get_attribute("id") == f"card-{card['card']}"
                assert page.evaluate("document.getElementById('player').getBoundingClientRect().bottom") > 80
                pressed += 1
        return pressed


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("film", FILMS)
def test_each_finding_of_a_real_film_jumps_to_its_evidence(house, shared: Path, film: str):
    with dg.DagsterInstance.ephemeral() as instance:
        key = put(shared / "data" / film)
        said, kinds, least = FILMS[film]
        (settings().home / "uploads" / f"{Path(film).stem}.yaml").write_text(said)
        assert run(instance, key).success
    lake = Lake(settings().lake_uri)
    codes = set(lake.read_table("findings", key)["code"].to_pylist())
    assert "BALL_VISIBILITY_LOW" not in codes, "the ball is in the hand, or out of the picture"
    assert kinds in (None, [one["kind"] for one in lake.read_table("strokes", key).to_pylist()])
    # A thread of its own: Playwright does not start where another test left one open.
    with ThreadPoolExecutor(1) as thread:
        pressed = thread.submit(play_all, Path(lake.file_uri(key, "report.html"))).result()
    assert pressed >= max(least, len(codes))
