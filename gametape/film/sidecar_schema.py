"""JSON schema of the sidecar, for editors that complete and check `match.yaml`.

Belongs here: the schema, made from the pydantic model, with the names that gametape knows. Does not belong here: the
model itself and parsing (sidecar.py).

`python -m gametape.film.sidecar_schema` writes the published file, docs/sidecar.schema.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gametape.base.language import languages
from gametape.film.sidecar import Sidecar
from gametape.sports.courts import courts
from gametape.sports.load import metric_names, modes, sports

#: The published schema, in the checkout.
PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "sidecar.schema.json"


def sidecar_schema() -> dict[str, Any]:
    """Build the schema.

    Languages, courts and metrics are closed lists. Sports and modes are suggestions, since a film of any other sport is
    analysed too.

    >>> sidecar_schema()["properties"]["language"]["anyOf"][0]["enum"]
    ['de', 'en']
    """
    schema = Sidecar.model_json_schema()
    parts = schema["$defs"]
    _choices(schema["properties"]["language"], languages())
    _choices(parts["Camera"]["properties"]["court"], tuple(courts()))
    _choices(parts["Goal"]["properties"]["metric"], metric_names())
    _suggestions(schema["properties"]["sport"], sports())
    _suggestions(schema["properties"]["mode"], tuple(sorted({mode for sport in sports() for mode in modes(sport)})))
    number = parts["Player"]["properties"]["number"]  # the model also takes a number without quotes
    number["anyOf"].insert(1, {"type": "integer", "minimum": 0, "maximum": 999})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "gametape sidecar",
        "description": "What the uploader says about a film, in match.yaml beside match.mp4. Everything is optional.",
    }


def as_text() -> str:
    """The schema as the published file's text."""
    return json.dumps(sidecar_schema(), indent=1, ensure_ascii=False) + "\n"


def _choices(entry: dict[str, Any], names: tuple[str, ...]) -> None:
    """Allow these names only."""
    _text_of(entry)["enum"] = sorted(names)


def _suggestions(entry: dict[str, Any], names: tuple[str, ...]) -> None:
    """Offer these names to complete, and still allow any other."""
    entry["anyOf"] = [{"enum": sorted(names)}, *entry["anyOf"]]


def _text_of(entry: dict[str, Any]) -> dict[str, Any]:
    """The part of an entry that describes a text, in an entry that may also be null."""
    return next((part for part in entry.get("anyOf", ()) if part.get("type") == "string"), entry)


if __name__ == "__main__":
    PUBLISHED.write_text(as_text(), encoding="utf-8")
