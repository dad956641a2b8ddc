"""How well everybody is followed, against the truth of a rendered film: HOTA and IDF1.

Belongs here: which persons count, and the two figures, which the library `trackers` computes as TrackEval does (Luiten
et al. 2021, HOTA; Ristani et al. 2016, IDF1). Does not belong here: rendering (`gametape.sample.team`), following.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gametape.people.boxes import overlaps

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.sample.team.truth import PersonTruth

VISIBLE = 0.25
"""Whoever is seen less counts neither as found nor as missed."""
LEAST_PX = 20.0
"""Whoever is less tall in the picture, such as a head at its edge, does not count either."""
SAME = 0.5
"""A box is of somebody who does not count where they overlap so much (IoU)."""


def tracking_figures(truth: Sequence[PersonTruth], tracks: pa.Table, shots: np.ndarray) -> dict[str, float]:
    """HOTA with its two parts, and IDF1.

    A person of one shot is another in the next: nobody is followed across a cut, and nothing in the picture says who is
    who there but numbers.

    Args:
        truth: Everybody in every frame.
        tracks: Table PERSON_TRACKS.
        shots: (n,) the shot of each frame.
    """
    from trackers.eval.hota import compute_hota_metrics
    from trackers.eval.identity import compute_identity_metrics

    people, ids = _by_frame(tracks)
    frames = range(len(shots))
    true_ids: list[np.ndarray] = []
    found_ids: list[np.ndarray] = []
    likeness: list[np.ndarray] = []
    rows: dict[int, list[PersonTruth]] = {}
    for row in truth:
        rows.setdefault(row.frame, []).append(row)
    known: dict[tuple[int, int], int] = {}
    for frame in frames:
        own = rows.get(frame, [])
        boxes = np.array([(row.x1, row.y1, row.x2, row.y2) for row in own], float).reshape(-1, 4)
        counts = np.array([row.visible >= VISIBLE and row.y2 - row.y1 >= LEAST_PX for row in own], bool)
        found, found_id = people.get(frame, np.empty((0, 4))), ids.get(frame, np.empty(0, int))
        both = overlaps(boxes, found) if len(boxes) and len(found) else np.zeros((len(boxes), len(found)))
        if len(found) and len(boxes):
            best = both.argmax(axis=0)
            beside = (both.max(axis=0) >= SAME) & ~counts[best]
            found_id, both = found_id[~beside], both[:, ~beside]
        true_ids.append(
            np.array([known.setdefault((int(shots[frame]), row.person), len(known)) for row in own], int)[counts]
        )
        found_ids.append(found_id)
        likeness.append(both[counts])
    order = {number: place for place, number in enumerate(np.unique(np.concatenate(found_ids)) if found_ids else [])}
    found_ids = [np.array([order[number] for number in one], int) for one in found_ids]
    hota = compute_hota_metrics(true_ids, found_ids, likeness)
    identity = compute_identity_metrics(true_ids, found_ids, likeness)
    return {
        "hota": float(hota["HOTA"]), "deta": float(hota["DetA"]), "assa": float(hota["AssA"]),
        "idf1": float(identity["IDF1"]), "tracks": len(order), "people": len(known),
    }  # fmt: skip


def _by_frame(tracks: pa.Table) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """Boxes (n, 4) and tracks (n,) by frame."""
    frames, ids = tracks["frame"].to_numpy(), tracks["track"].to_numpy()
    boxes = np.stack([tracks[name].to_numpy().astype(float) for name in ("x1", "y1", "x2", "y2")], axis=1)
    places = {int(frame): np.flatnonzero(frames == frame) for frame in np.unique(frames)}
    return {f: boxes[p] for f, p in places.items()}, {f: ids[p] for f, p in places.items()}
