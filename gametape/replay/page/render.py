"""The pages' HTML: template, style and script in one file that opens without a server and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gametape.report import bundle as bundles

HERE = Path(__file__).parent
REPORT = Path(bundles.__file__).parent


@cache
def game_script() -> str:
    """The script of a game's page: its own modules, and those of the film's report that know no film."""
    return bundles.bundle(HERE / "script", "main.js", REPORT / "script")


@cache
def style() -> str:
    """The film report's looks and what these pages have beside."""
    return (REPORT / "page.css").read_text("utf-8") + (HERE / "game.css").read_text("utf-8")


def render(template: str, content: Mapping[str, Any], script: str = "") -> bytes:
    """A page as UTF-8.

    Args:
        template: file name in templates/.
        content: what it says, by name; `t` are the words.
        script: its script; the page allows no other.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["clock"] = content["t"].clock
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    page = environment.get_template(template).render(
        **content,
        style=Markup(style()),  # our own files, with no closing tag in them (tested)
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return page.encode("utf-8", "replace")
