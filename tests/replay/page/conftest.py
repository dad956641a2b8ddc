"""The browser of the report's tests, and pages of games that we made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from gametape.replay.page import PageFiles, build_game_page
from tests.replay.page import made_game as made
from tests.report.conftest import read_report  # noqa: F401 (a fixture)


@pytest.fixture(scope="session")
def game_files() -> PageFiles:
    """The made game's page, about its second player."""
    return build_game_page(made.game(me=1))


@pytest.fixture
def written(tmp_path: Path):
    """Write a page's files; the path of the page."""

    def write(files: PageFiles) -> Path:
        for name, content in files.files.items():
            (tmp_path / name).write_bytes(content)
        return tmp_path / "report.html"

    return write
