"""How well a presenter is followed, against labelled boxes.

Belongs here: the comparison. Does not belong here: another way of following than the users'.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import BadInput
from gametape.base.settings import Settings
from gametape.film.files import FILM_FILE
from gametape.film.following import PRESENTER
from gametape.film.player import clicked_places
from gametape.film.sidecar import Sidecar, parse_sidecar, sidecar_beside
from gametape.film.window import analysis_windows
from gametape.pose.person import BOX, overlap

if TYPE_CHECKING:
    import pyarrow as pa

#: Least intersection over union of a box with the labelled one.
SAME_BOX = 0.4
_COLUMNS = ("frame", "visible", "x1", "y1", "x2", "y2")
_FIX = "Give a CSV with frame,visible,x1,y1,x2,y2: visible 1, 0, or -1 for not scored; px, frames from 0"


@dataclass(frozen=True)
class Labels:
    """Labelled frames, ascending.

    Attributes:
        frames: (n,) frame numbers, from 0.
        visible: (n,) 1 somebody is in front, 0 nobody, -1 not scored.
        boxes: (n, 4) px, NaN where not visible.
    """

    frames: np.ndarray
    visible: np.ndarray
    boxes: np.ndarray


def read_labels(path: Path) -> Labels:
    """Read labels. Raises BadInput where the file is none."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        read = [
            (
                int(r["frame"]),
                int(r["visible"]),
                *(float(r[c]) if (r[c] or "").strip() else np.nan for c in _COLUMNS[2:]),
            )
            for r in rows
        ]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"cannot be read: {error}", _FIX) from error
    except (KeyError, ValueError, TypeError) as error:
        raise BadInput(str(path), f"holds no labels: {error}", _FIX) from error
    if not read:
        raise BadInput(str(path), "holds no labels", _FIX)
    table = np.array(sorted(read), float)
    labels = Labels(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2:])
    if not np.isfinite(labels.boxes[labels.visible == 1]).all():
        raise BadInput(str(path), "a visible row has no box", _FIX)
    return labels


def evaluate_presenter(film: Path, labels: Path, settings: Settings) -> dict[str, float | int | None]:
    """Follow the presenter of a film as an upload of mode presenter would be, and compare with labels.

    Args:
        film: The film; a sidecar beside it counts.
        labels: CSV of boxes, see `read_labels`.
        settings: They choose the estimator.

    Returns:
        coverage, gaps, longest_gap_s: of all samples of the film. on_presenter: share of the measured samples at
        labelled frames (to half a sample) whose box shares at least 0.4 with the labelled one; where nobody is visible,
        a measured sample is a wrong one. distance: picture heights, gaps bridged. jitter: picture heights. Besides:
        presences and people in front; visible_found, the share of the samples at labelled visible frames that are not
        lost.
    """
    truth = read_labels(labels)
    beside = sidecar_beside(film)
    sidecar = parse_sidecar(beside.read_bytes(), beside.name) if beside else Sidecar()
    sidecar = sidecar.model_copy(update={"mode": PRESENTER})
    track, found, height = _followed(film, sidecar, settings)
    from gametape.presenter.figures import figures, sample_interval, samples_of_table

    samples = samples_of_table(track)
    measured = figures(samples, height, sample_interval(samples.times, sidecar.presenter.process_fps))
    return {
        "coverage": measured.coverage,
        "gaps": measured.gaps,
        "longest_gap_s": round(measured.longest_gap_s, 3),
        **compared(track, truth),
        "distance": measured.distance_bridged_heights,
        "jitter": measured.jitter_heights,
        "presences": len(set(found["presence"].to_pylist())),
        "people": len(set(found["person"].to_pylist())),
    }


def compared(track: pa.Table, truth: Labels) -> dict[str, float | None]:
    """Shares of the samples of a table PRESENTER_TRACK that agree with labels; see `evaluate_presenter`."""
    rows = track.to_pylist()
    frames = np.array([row["frame"] for row in rows])
    reach = float(np.median(np.diff(frames))) / 2 if len(frames) > 1 else 0.5
    right, seen = [], []
    for frame, visible, box in zip(truth.frames, truth.visible, truth.boxes, strict=True):
        if visible < 0 or not len(frames):
            continue
        at = int(np.argmin(np.abs(frames - frame)))
        if abs(frames[at] - frame) > reach:
            continue
        row = rows[at]
        if visible == 1:
            seen.append(row["quality"] != "lost")
        if row["quality"] == "measured":
            found = np.array([[row[name] for name in BOX]])
            right.append(visible == 1 and bool(overlap(found, box[None])[0, 0] >= SAME_BOX))
    return {
        "on_presenter": float(np.mean(right)) if right else None,
        "visible_found": float(np.mean(seen)) if seen else None,
    }


def _followed(video: Path, sidecar: Sidecar, settings: Settings) -> tuple[pa.Table, pa.Table, int]:
    """Tables PRESENTER_TRACK and PRESENTER_FOUND of a film, and the picture's height, px."""
    from gametape.media.film import Film
    from gametape.media.ingest import ingest
    from gametape.pose.people import people
    from gametape.pose.pipeline import estimate
    from gametape.presenter.found import presenter_found
    from gametape.presenter.samples import presenter_track
    from gametape.presenter.zones import zones_of

    with tempfile.TemporaryDirectory() as folder:
        made = ingest(video, Path(folder))
        frames, width, height = made.frames, made.width, made.height
        times = frames["time_s"].to_numpy()
        film = Film.of(Path(folder) / FILM_FILE, frames, width, height)
        windows = analysis_windows(times, sidecar, shown=frames["shown_s"].to_numpy())
        window = next(one for one in windows if one.analysis == "pose")
        seen = estimate(film, start=window.first_frame, stop=window.stop, step=window.stride, settings=settings)
        who = people(seen, frames, sidecar, looked_at=window.looked_at, width=width, height=height)
        found = presenter_found(
            who,
            seen,
            frames,
            window.frames,
            width=width,
            height=height,
            clicked=clicked_places(sidecar),
            film=film,
            settings=settings,
        )
    keys = sidecar.presenter
    track = presenter_track(
        found,
        times,
        frames["shot"].to_numpy(),
        window.frames,
        rate=keys.process_fps,
        most_gap=keys.max_gap_samples,
        zones=zones_of(keys.zones),
        width=width,
        height=height,
    )
    return track, found, height
