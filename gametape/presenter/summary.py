"""Presences, slides and the film's summary, as rows.

Belongs here: what the tables PRESENCES, PRESENTER_SLIDES and PRESENTER_SUMMARY hold. Does not belong here: figures'
definitions (figures.py), the payload's form (payload.py).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.clock import film_end, frame_interval
from gametape.film.player import name_of
from gametape.film.sidecar import Sidecar
from gametape.presenter.figures import LOST, figures, sample_interval, samples_of_table
from gametape.presenter.payload import payload
from gametape.presenter.zones import heat_map, zone_seconds
from gametape.tables.presenter import PRESENCES, PRESENTER_SLIDES, PRESENTER_SUMMARY

if TYPE_CHECKING:
    import pyarrow as pa


def presences(found: pa.Table, track: pa.Table, sidecar: Sidecar, height: int) -> pa.Table:
    """Each time that somebody came to the front.

    Args:
        found: Table PRESENTER_FOUND.
        track: Table PRESENTER_TRACK.
        sidecar: The film's.
        height: Of the picture, px.

    Returns:
        Table PRESENCES. A presence begins and ends with what was found of it, whether that is a sample or not.
    """
    samples, of = samples_of_table(track), np.array(track["presence"].fill_null(0).to_pylist(), int)
    interval = sample_interval(samples.times, sidecar.presenter.process_fps)
    named = _only_name(found, sidecar)
    rows: list[dict] = []
    by_presence: dict[int, list[dict]] = {}
    for row in found.to_pylist():
        by_presence.setdefault(row["presence"], []).append(row)
    for number, seen in sorted(by_presence.items()):
        first = seen[0]
        rows.append(
            {
                "presence": number,
                "person": first["person"],
                "may_be": first["may_be"],
                "name": named if first["player"] is None else _name_at(first["player"], sidecar),
                "start_s": seen[0]["time_s"],
                "end_s": seen[-1]["time_s"],
                **figures(samples.of(of == number), height, interval).row(),
                "evidence": first["evidence"],
                "others": first["others"],
                "others_reason": first["others_reason"],
            }
        )
    return PRESENCES.from_rows(rows)


def _name_at(place: int, sidecar: Sidecar) -> str | None:
    """Of the player at a place of the sidecar, which may have fewer players than when the table was made."""
    return name_of(sidecar.players[place]) if place < len(sidecar.players) else None


def _only_name(found: pa.Table, sidecar: Sidecar) -> str | None:
    """The name of whoever was not clicked: of one person only, where the sidecar has one player only, not clicked."""
    alone = len(sidecar.players) == 1 and not sidecar.players[0].clicks
    return _name_at(0, sidecar) if alone and len(set(found["person"].to_pylist())) == 1 else None


def presenter_slides(frames: pa.Table, track: pa.Table) -> pa.Table:
    """What is between two changes of the whole picture: slides, where the film shows them, or views.

    Args:
        frames: Table FRAMES.
        track: Table PRESENTER_TRACK; without samples there are no slides.

    Returns:
        Table PRESENTER_SLIDES.
    """
    if not track.num_rows:
        return PRESENTER_SLIDES.empty()
    times, shots = frames["time_s"].to_numpy(), frames["shot"].to_numpy()
    there = np.array(track["quality"].to_pylist(), dtype=object) != LOST
    slide = track["slide"].to_numpy()
    firsts = np.flatnonzero(np.diff(shots, prepend=shots[0] - 1))
    ends = np.append(times[firsts[1:]], film_end(times))
    rows = []
    for first, end in zip(firsts, ends, strict=True):
        mine = slide == shots[first] + 1
        rows.append(
            {
                "slide": int(shots[first]) + 1,
                "first_frame": int(first),
                "start_s": float(times[first]),
                "end_s": float(end),
                "presenter_share": float(there[mine].mean()) if mine.any() else None,
            }
        )
    return PRESENTER_SLIDES.from_rows(rows)


def presenter_summary(
    track: pa.Table,
    presences: pa.Table,
    sidecar: Sidecar,
    frames: pa.Table,
    *,
    width: int,
    height: int,
    detector: str | None,
    reason: Reason | None,
) -> pa.Table:
    """The film in one row, the payload in it.

    Args:
        track: Table PRESENTER_TRACK.
        presences: Table PRESENCES.
        sidecar: The film's.
        frames: Table FRAMES.
        width: Of the picture, px.
        height: Of the picture, px.
        detector: Name and version of what found people; None where nobody was found.
        reason: Why nobody was followed, if so.

    Returns:
        Table PRESENTER_SUMMARY; without samples it is empty.
    """
    if not track.num_rows:
        return PRESENTER_SUMMARY.empty()
    keys = sidecar.presenter
    samples = samples_of_table(track)
    interval = sample_interval(samples.times, keys.process_fps)
    measured = figures(samples, height, interval)
    step = frame_interval(frames["time_s"].to_numpy())
    made = payload(
        track,
        measured,
        sidecar,
        width=width,
        height=height,
        fps=None if not step else 1 / step,
        detector=detector,
        presences=presences,
    )
    there = samples.there
    row = {
        "presences": presences.num_rows,
        "people": len(set(presences["person"].to_pylist())),
        **measured.row(),
        "process_fps": keys.process_fps,
        "max_gap_samples": keys.max_gap_samples,
        "zone_seconds": json.dumps(zone_seconds(samples.times, there, track["zone"].to_pylist(), interval)),
        "heat_map": json.dumps(heat_map(samples.places[there], width, height)),
        "payload": json.dumps(made),
        "reason": reason,
    }
    return PRESENTER_SUMMARY.from_rows([row])
