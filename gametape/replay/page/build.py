"""Builds the pages: HTML, PDF and results of a game or of a player.

Belongs here: which files there are. Does not belong here: what they say (game.py, player.py), layout (templates/,
pdf.py), where they are put.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gametape.replay.page.game import game_content
from gametape.replay.page.game_pdf import game_pdf
from gametape.replay.page.inputs import GameInput, PlayerInput
from gametape.replay.page.player import player_content
from gametape.replay.page.player_pdf import player_pdf
from gametape.replay.page.render import game_script, render

PAGE_FILE, PDF_FILE, RESULTS_FILE = "report.html", "report.pdf", "results.json"


@dataclass(frozen=True)
class PageFiles:
    """A page and what lies beside it.

    Attributes:
        files: content by file name: PAGE_FILE, PDF_FILE and RESULTS_FILE. The page needs no other file.
        headline: figures for a list of pages, ready for JSON; None for what is not known.
    """

    files: Mapping[str, bytes]
    headline: Mapping[str, float | int | str | None]

    @property
    def bytes(self) -> int:
        """Size of the page alone."""
        return len(self.files[PAGE_FILE])


def build_game_page(data: GameInput) -> PageFiles:
    """The page of a game. The same input gives the same bytes; nothing is read or written.

    A game of the api door has no frames: its page says so and shows the statistics.

    Raises:
        BadInput: there is no such language.
        ValueError: there is not one row of the match.
    """
    content = game_content(data)
    names = {"pdf_file": PDF_FILE, "results_file": RESULTS_FILE}
    script = "" if content["no_course"] else game_script()
    match = data.match.to_pylist()[0]
    results = {"replay": data.replay, "match": match, "players": data.players.to_pylist()}
    if data.measures is not None:
        results["measures"] = data.measures.to_pylist()
    headline = {
        "title": content["title"],
        "blue_goals": match["blue_goals"],
        "orange_goals": match["orange_goals"],
        "duration_s": None if match["duration_s"] is None else round(match["duration_s"], 2),
        "players": data.players.num_rows,
        "goals": len(content["goals"]),
        "kickoffs": len(content["kickoffs"]),
        "has_course": not content["no_course"],
    }
    page = render("game.html", {**content, **names}, script)
    return PageFiles({PAGE_FILE: page, PDF_FILE: game_pdf(content), RESULTS_FILE: _json(results)}, headline)


def build_player_page(data: PlayerInput) -> PageFiles:
    """The page of a player over games. The same input gives the same bytes; nothing is read or written.

    Raises:
        BadInput: there is no such language.
        ValueError: there is no game, or the player has two rows in one.
    """
    content = player_content(data)
    names = {"pdf_file": PDF_FILE, "results_file": RESULTS_FILE}
    tables = {"metrics": data.metrics, "findings": data.findings, "plan": data.plan}
    results = {
        "player": data.player,
        "identity": data.identity,
        "games": content["results"],
        **{name: table.to_pylist() for name, table in tables.items() if table is not None},
    }
    page = render("player.html", {**content, **names})
    files = {PAGE_FILE: page, PDF_FILE: player_pdf(content), RESULTS_FILE: _json(results)}
    return PageFiles(files, content["headline"])


def _json(value: Any) -> bytes:
    return json.dumps(_finite(value), indent=1, sort_keys=True, allow_nan=False).encode()


def _finite(value: Any) -> Any:
    """The same without numbers that JSON has no word for."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
