"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Groups of tests that take longest, in the order in which they are begun when tests run in parallel.
SLOWEST = (
    "daemon", "orchestration", "test_bad_input", "sensors", "ball", "media", "report", "pose", "sample", "test_chain",
)  # fmt: skip

#: Groups of tests with a browser, by file; of all other files the last.
BROWSERS = {"test_report_player": "browser-player", "": "browser"}

#: Markers of tests whose pace the machine sets. They alone get a second try, which is counted and told (`RERUN`).
TRIED_TWICE = ("browser", "daemon", "processes")

# Servers on loopback (s3_uri, postgres_url), the command line (gametape), pytest itself (pytester).
pytest_plugins = ("tests.s3", "tests.postgres", "tests.command", "pytester")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real footage and labels beside the project; tests that need them skip where they are not."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.exists():
        pytest.skip("real footage (../shared) is not on this machine")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser, one for all tests: there may be one Playwright in a process."""
    path = browsers.chromium()
    if path is None:
        pytest.skip("no Chromium found (set GAMETAPE_CHROMIUM)")
    with browsers.running(path) as browser:
        yield browser


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are no part of a test's name: made anew (a zip has the time in it) they differ from worker to worker."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests share a worker under pytest-xdist (`--dist loadgroup`): those of a folder, which share fixtures.

    Tests with a real daemon are one group: two daemons at once would be late for each other's deadlines. Tests with a
    browser are two groups, and the last: Playwright keeps an event loop in the process, and a Dagster run that is
    executed in the same process afterwards breaks pytest's capture. Of the others the slowest groups are begun first,
    so that no worker ends long after the other. The command line's tests run Dagster while pytest reads what is printed;
    they begin in a fresh process, since after all others in one they broke pytest's capture. This hook is the first of
    its kind: pytest-xdist reads the groups in its own.
    """
    groups = {}
    for item in items:
        if any(map(item.get_closest_marker, TRIED_TWICE)):
            item.add_marker(pytest.mark.flaky(reruns=1))
        if item.get_closest_marker("browser"):
            group = BROWSERS.get(item.path.stem, BROWSERS[""])
        elif item.get_closest_marker("daemon"):
            group = "daemon"
        else:
            group = item.path.stem if item.path.parent.name == "e2e" else item.path.parent.name
        groups[item] = group
        item.add_marker(pytest.mark.xdist_group(group))
    if items and hasattr(items[0].config, "workerinput"):
        rank = {group: place for place, group in enumerate(SLOWEST)} | dict.fromkeys(
            BROWSERS.values(), len(SLOWEST) + 1
        )
        items.sort(key=lambda item: (rank.get(groups[item], len(SLOWEST)), groups[item]))
    else:
        items.sort(key=lambda item: groups[item] in BROWSERS.values())
