"""What is written into a clip: whose it is, which shift, how long, when in the film.

Belongs here: the parts of a caption, in the report's language. Does not belong here: letters (lettering.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametape.clips.clocks import moved
from gametape.report.words import Words

#: Letters of a name that are shown.
_MOST_LETTERS = 40


def caption(row: Mapping[str, Any], times: np.ndarray, shown: np.ndarray, say: Words) -> list[str]:
    """The parts of a clip's caption.

    Args:
        row: A row of CLIP_SPANS with a span.
        times: (n,) seconds at which the pictures were taken.
        shown: (n,) seconds at which the file shows them: what a player's clock says.
        say: The words.
    """
    start, end = (moved(row[name], times, shown) for name in ("span_start_s", "span_end_s"))
    parts = [_whose(row, say)] if row.get("player") is not None else []
    if row["kind"] == "shift":
        parts.append(say("clips.shift", number=str(row["shift"])))
    elif row["label"]:
        parts.append(row["label"])
    parts.append(say.span(start, end) if row["kind"] in ("shift", "rally") else say.clock(start))
    return parts


def _whose(row: Mapping[str, Any], say: Words) -> str:
    """The player's name where it can be drawn, and his number."""
    from gametape.clips.lettering import can_draw

    number, name = row.get("number"), " ".join((row.get("name") or "").split())[:_MOST_LETTERS]
    said = [f"#{number}"] if number else []
    said += [name] if name and can_draw(name) else []
    return " ".join(said) or say("clips.player", place=str(row["player"] + 1))
