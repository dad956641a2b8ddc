"""report.html: the templates, the style and the script in one file that opens without a server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gametape.report.bundle import bundle

HERE = Path(__file__).parent


def render_page(data: Mapping[str, Any], content: Mapping[str, Any]) -> bytes:
    """The page as UTF-8.

    Args:
        data: what the script draws from, see page_data.py.
        content: what the page says, see content.py.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    script = bundle(HERE / "script", "main.js")
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
    page = environment.get_template("page.html").render(
        **content,
        data=data,
        style=Markup((HERE / "page.css").read_text("utf-8")),  # our own files, with no closing tag in them (tested)
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return page.encode("utf-8", "replace")  # a file name may hold bytes that are no text at all
