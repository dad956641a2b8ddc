"""OpenTimelineIO: a timeline as JSON, which editing programs and converters read; written without its library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gametape.clips.manifests.edl import notes
from gametape.clips.manifests.entries import Entry, FilmFacts


def otio(title: str, film: FilmFacts, entries: Sequence[Entry], *, sound: bool) -> str:
    """A timeline of the clips one after another, cut out of the film's own file; a track of sound where it has any."""
    tracks = [_track(kind, film, entries) for kind in ("Video", "Audio")[: 1 + sound]]
    timeline: dict[str, Any] = {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"gametape": {"notes": notes(film)}},
        "name": title,
        "global_start_time": None,
        "tracks": {
            "OTIO_SCHEMA": "Stack.1", "metadata": {}, "name": "tracks", "source_range": None, "effects": [],
            "markers": [], "enabled": True, "children": tracks,
        },
    }  # fmt: skip
    return json.dumps(timeline, indent=1, ensure_ascii=False) + "\n"


def _track(kind: str, film: FilmFacts, entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Track.1", "metadata": {}, "name": kind, "source_range": None, "effects": [], "markers": [],
        "enabled": True, "kind": kind, "children": [_clip(film, entry) for entry in entries],
    }  # fmt: skip


def _clip(film: FilmFacts, entry: Entry) -> dict[str, Any]:
    whole = _range(0.0, film.duration_s, film.fps)
    reference = {
        "OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "name": film.name, "available_range": whole,
        "available_image_bounds": None, "target_url": film.name,
    }  # fmt: skip
    return {
        "OTIO_SCHEMA": "Clip.2",
        "metadata": {"gametape": {"kind": entry.kind, "code": entry.code, "file": entry.file}},
        "name": f"{entry.code} {entry.text}",
        "source_range": _range(entry.start_s, entry.end_s - entry.start_s, film.fps),
        "effects": [],
        "markers": [],
        "enabled": True,
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _range(start_s: float, duration_s: float, rate: float) -> dict[str, Any]:
    times = {
        name: {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(round(seconds * rate))}
        for name, seconds in (("duration", duration_s), ("start_time", start_s))
    }
    return {"OTIO_SCHEMA": "TimeRange.1", **times}
