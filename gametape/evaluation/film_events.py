"""How well the ball's events are found in films, from the pictures on.

Belongs here: tracking films, comparing their events with labels. Does not belong here: labelled trajectories
(`events`).
"""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gametape.ball.sources import source_for
from gametape.base.errors import BadInput
from gametape.base.settings import Settings
from gametape.evaluation.events import Count, count
from gametape.film.files import FILM_FILE

ENDING = ".events.csv"
"""Labels of NAME.mp4 lie in NAME.events.csv."""
TOLERANCE_FRAMES = 2
"""Greatest distance of a right event from its label, in frames."""
KINDS = ("hit", "bounce", "impact", "release")
ALSO = {"bat": "hit"}
"""Other names of kinds in labels."""


def evaluate_film_events(folder: Path, settings: Settings, *, sport: str | None = None) -> dict[str, Any]:
    """Precision, recall and F1 of events on all clips NAME.mp4 of a folder with labels NAME.events.csv beside them.

    The clips are ingested and tracked like uploads of which the sport alone is known. An event counts from
    `TOLERANCE_FRAMES` before the first labelled one to as long after the last: before a serve and after a point the
    ball is handled, and that is not labelled.

    Args:
        folder: The folder of clips. Labels have a heading with `frame` (from 0) and `kind`; other columns are not read.
        settings: They choose the tracker.
        sport: The clips' sport; None: not told.

    Returns:
        Figures by kind over all clips, `all` kinds together, and each clip's own under `clips`.

    Raises:
        BadInput: The folder holds no labelled clips, or labels are malformed.
    """
    clips = sorted(clip for clip in folder.glob("*.mp4") if _labels(clip).exists())
    if not clips:
        raise BadInput(
            folder, "holds no labelled clips", f"Give a folder of clips NAME.mp4 with NAME{ENDING} beside them"
        )
    labels = {clip: read_event_labels(_labels(clip)) for clip in clips}
    each = {clip.stem: compare(_found(clip, settings, sport), labels[clip]) for clip in clips}
    return _figures(list(each.values())) | {
        "tolerance_frames": TOLERANCE_FRAMES,
        "sport": sport,
        "clips": {name: _figures([counts]) for name, counts in each.items()},
    }


def read_event_labels(path: Path) -> list[tuple[str, int]]:
    """Kind and frame of each label. Raises BadInput when the file is malformed."""
    remedy = f"Write a row for each event under a heading with frame and kind, one of {', '.join((*KINDS, *ALSO))}"
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"frame", "kind"} <= set(rows[0]):
        raise BadInput(path, "it has no rows with frame and kind", remedy)
    try:
        labels = [(ALSO.get(row["kind"], row["kind"]), int(row["frame"])) for row in rows]
    except ValueError as error:
        raise BadInput(path, f"a frame is no number ({error})", remedy) from error
    if unknown := sorted({kind for kind, _ in labels} - set(KINDS)):
        raise BadInput(path, f"it holds kinds {unknown}", remedy)
    return labels


def compare(found: list[tuple[str, int]], labels: list[tuple[str, int]]) -> dict[str, Count]:
    """Counts by kind of the events (kind, frame) that were found, within the time that is labelled."""
    frames = [frame for _, frame in labels]
    first, last = min(frames) - TOLERANCE_FRAMES, max(frames) + TOLERANCE_FRAMES
    within = [(kind, frame) for kind, frame in found if first <= frame <= last]
    return {
        kind: count([f for k, f in within if k == kind], [f for k, f in labels if k == kind], TOLERANCE_FRAMES)
        for kind in KINDS
    }


def _labels(clip: Path) -> Path:
    return clip.with_name(clip.stem + ENDING)


def _found(clip: Path, settings: Settings, sport: str | None) -> list[tuple[str, int]]:
    from gametape.ball import track
    from gametape.ball.events import find_events
    from gametape.media.film import Film
    from gametape.media.ingest import ingest
    from gametape.sports.courts import ball_bounces, ball_contacts

    with TemporaryDirectory() as made:
        ingested = ingest(clip, Path(made))
        shots = ingested.frames["shot"].to_numpy()
        film = Film.of(Path(made) / FILM_FILE, ingested.frames, ingested.width, ingested.height)
        trajectory = track(film, shots=shots, source=source_for(settings))
    events = find_events(
        trajectory,
        width=ingested.width,
        height=ingested.height,
        bounces=ball_bounces(sport),
        contacts=ball_contacts(sport),
        shots=shots,
    )
    return list(zip(events["kind"].to_pylist(), events["frame"].to_pylist(), strict=True))


def _figures(counts: list[dict[str, Count]]) -> dict[str, Any]:
    by_kind = {kind: sum((one[kind] for one in counts), Count()) for kind in KINDS}
    seen = {kind: one for kind, one in by_kind.items() if one != Count()}
    whole = sum(seen.values(), Count())
    told = {**seen, "all": whole}
    return {
        kind: one.figures() | {"right": one.right, "wrong": one.wrong, "missed": one.missed}
        for kind, one in told.items()
    }
