"""Writes all lists of a film's clips into a folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from gametape.base.spreadsheet import harmless
from gametape.clips.manifests.edl import edl
from gametape.clips.manifests.entries import Entry, FilmFacts, entries_of
from gametape.clips.manifests.otio import otio
from gametape.clips.manifests.sportscode import sportscode

#: The list that programs read, and its neighbours.
MANIFEST, TABLE, EDL_FILE, OTIO_FILE, XML_FILE = "clips.json", "clips.csv", "clips.edl", "clips.otio", "clips.xml"
_COLUMNS = (
    "clip", "kind", "player", "name", "number", "shift", "period", "label", "span_start_s", "span_end_s", "start_s",
    "end_s", "shown_s", "duration_s", "first_frame", "frames", "file", "bytes", "sound", "copied", "ringed", "reason",
)  # fmt: skip


def write_manifests(rows: Iterable[Mapping[str, Any]], film: FilmFacts, title: str, folder: Path) -> list[str]:
    """Write the lists of a table CLIPS; returns their names.

    The JSON and the CSV have all rows, those without a clip too; the others have the clips that there are, in the
    film's order, and are left out where there is none.
    """
    rows = list(rows)
    entries = entries_of(rows)
    texts = {MANIFEST: _json(rows, film, title)}
    if entries:
        sound = any(entry.row["sound"] for entry in entries)
        texts |= {
            EDL_FILE: edl(title, film, entries, sound=sound),
            OTIO_FILE: otio(title, film, entries, sound=sound),
            XML_FILE: sportscode(entries),
        }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    _csv(rows, folder / TABLE)
    return [*texts, TABLE]


def _json(rows: Sequence[Mapping[str, Any]], film: FilmFacts, title: str) -> str:
    listed = {
        "title": title,
        "film": film.name,
        "frames_per_second": f"{film.rate[0]}/{film.rate[1]}",
        "frame_rate_varies": film.varies,
        "count": len(entries_of(rows)),
        "bytes": sum(row["bytes"] or 0 for row in rows),
        "clips": [_listed(row) for row in rows],
    }
    return json.dumps(listed, indent=1, ensure_ascii=False) + "\n"


def _listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A clip's row without what is not known; its file as it lies beside the list."""
    kept = {name: row[name] for name in _COLUMNS if row.get(name) is not None}
    return kept | ({"file": PurePosixPath(row["file"]).name} if row["file"] else {})


def _csv(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for row in rows:
            listed = _listed(row)
            writer.writerow([harmless(listed.get(name, "")) for name in _COLUMNS])


__all__ = ["EDL_FILE", "MANIFEST", "OTIO_FILE", "TABLE", "XML_FILE", "Entry", "write_manifests"]
