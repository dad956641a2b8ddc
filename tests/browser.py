"""A Chromium for tests that read the report as people do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def chromium() -> str | None:
    """A Chromium's path: `GAMETAPE_CHROMIUM`, one on the PATH, or the one Playwright installed."""
    named = os.environ.get("GAMETAPE_CHROMIUM")
    found = (shutil.which(name) for name in (named, "chromium", "chromium-browser", "google-chrome") if name)
    if path := next(filter(None, found), None):
        return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@contextmanager
def running(path: str) -> Iterator[Browser]:
    """A headless browser, closed at the end. No sandbox: tests run as root in containers."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
