"""Accuracy of the ball tracker on labelled clips, by the protocol of the TrackNet papers.

Belongs here: reading labels, counting. Does not belong here: another way of tracking than the users': each clip is
ingested and tracked like an upload.

Where the ball is visible, a place within 4 px of it (in a picture scaled to 512 x 288) is a true positive and a place
further off a false positive. A place where no ball is visible is a false positive too. Accuracy is the share of frames
that are true positives or true negatives, precision is TP / (TP + all FP), recall is TP / (TP + FN). As in the papers,
a place too far off counts against precision and is not a false negative.
"""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.ball.sources import source_for
from gametape.ball.tracking import track
from gametape.base.errors import BadInput
from gametape.film.files import FILM_FILE

if TYPE_CHECKING:
    from gametape.ball.candidates import CandidateSource
    from gametape.base.settings import Settings

TOLERANCE_PX = 4.0
"""Greatest distance of a true positive from the label, in px of the scaled picture."""
PROTOCOL_SIZE = 512, 288
"""Width and height of the scaled picture."""
COLUMNS = ["Frame", "Ball", "x", "y"]
"""Columns of a file of labels."""


@dataclass(frozen=True)
class Labels:
    """Labels of some or all frames of a film, in order. Only these frames count.

    Attributes:
        visible: (n,) bool, whether the ball is visible.
        places: (n, 2) its centre, as fractions of width and height.
        frames: (n,) int, numbers of the frames.
    """

    visible: np.ndarray
    places: np.ndarray
    frames: np.ndarray


@dataclass(frozen=True)
class Tally:
    """Counts of frames over one or more clips.

    Attributes:
        true_positive: Frames with a place within the tolerance of the ball.
        true_negative: Frames without a ball and without a place.
        misplaced: Frames with a place too far from the ball.
        invented: Frames with a place but no visible ball.
        missed: Frames with a visible ball but no place.
        errors: (n,) distances in px of the source, of all frames with a place and a visible ball.
        tracked: Frames that were tracked, labelled or not.
        cpu_s: CPU seconds of tracking.
    """

    true_positive: int
    true_negative: int
    misplaced: int
    invented: int
    missed: int
    errors: np.ndarray
    tracked: int
    cpu_s: float

    def __add__(self, other: Tally) -> Tally:
        def join(a: Any, b: Any) -> Any:
            return np.concatenate([a, b]) if isinstance(a, np.ndarray) else a + b

        return Tally(*(join(getattr(self, f.name), getattr(other, f.name)) for f in fields(Tally)))

    def figures(self) -> dict[str, float | int | None]:
        """The figures of the protocol; None where the divisor is zero."""
        positive = self.true_positive + self.misplaced + self.invented
        relevant = self.true_positive + self.missed
        frames = positive + self.true_negative + self.missed
        precision = _share(self.true_positive, positive)
        recall = _share(self.true_positive, relevant)
        f1 = _share(2 * self.true_positive, positive + relevant)
        return {
            "accuracy": _share(self.true_positive + self.true_negative, frames),
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "median_error_px": round(float(np.median(self.errors)), 2) if len(self.errors) else None,
            "frames": frames,
            "cpu_ms_per_frame": round(1000 * self.cpu_s / self.tracked, 2) if self.tracked else None,
        }


def evaluate_ball(folder: Path, settings: Settings, out: Path | None = None) -> dict[str, Any]:
    """Evaluate the ball tracker on all clips `NAME.mp4` of a folder, with labels `NAME.csv` beside them.

    Args:
        folder: The folder of clips.
        settings: They choose the tracker.
        out: Folder for each clip's trajectory as Parquet; None: they are not kept.

    Returns:
        The figures over all clips, and each clip's own under `clips`. `median_error_px` is in px of the source, over
        frames with a place and a visible ball. `cpu_ms_per_frame` is the CPU time of tracking, including reading the
        proxy but not ingest.

    Raises:
        BadInput: The folder holds no clips, or labels are missing or do not match the frames.
    """
    clips = sorted(clip for clip in folder.glob("*.mp4") if not clip.name.startswith("."))
    if not clips:
        raise BadInput(folder, "holds no .mp4", "Give a folder of clips NAME.mp4 with labels NAME.csv beside them")
    labels = {clip: read_labels(clip.with_suffix(".csv")) for clip in clips}
    source = source_for(settings)
    tallies = {clip.stem: _evaluate_clip(clip, labels[clip], source, out) for clip in clips}
    total = sum(list(tallies.values())[1:], start=next(iter(tallies.values())))
    return total.figures() | {"clips": {name: tally.figures() for name, tally in tallies.items()}}


def read_labels(path: Path) -> Labels:
    """Read the labels of one clip. Raises BadInput when the file is missing or malformed."""
    remedy = f"Write a row for each labelled frame under the heading {','.join(COLUMNS)}, x and y as fractions"
    if not path.exists():
        raise BadInput(path, "there are no labels for this clip", remedy)
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row]
    if not rows or [name.strip() for name in rows[0]] != COLUMNS:
        raise BadInput(path, f"its columns are {rows[0] if rows else 'missing'}, not {COLUMNS}", remedy)
    try:
        values = np.array([[float(cell) for cell in row] for row in rows[1:]]).reshape(-1, 4)
    except ValueError as error:
        raise BadInput(path, f"it holds a row that is not four numbers ({error})", remedy) from error
    frames = np.append(-1, values[:, 0])
    if not (np.diff(frames) > 0).all() or (frames % 1).any():
        raise BadInput(path, "its frames do not count up from 0", remedy)
    visible = values[:, 1] > 0
    if not np.isfinite(values).all() or not ((values[visible, 2:] >= 0) & (values[visible, 2:] <= 1)).all():
        raise BadInput(path, "it holds an x or y outside 0..1", remedy)
    return Labels(visible, values[:, 2:], values[:, 0].astype(np.int64))


def tally(x: np.ndarray, y: np.ndarray, labels: Labels, width: int, height: int, cpu_s: float = 0.0) -> Tally:
    """Compare the places of a film's frames (px of the source, NaN: none) with the labels."""
    tracked, x, y = len(x), x[labels.frames], y[labels.frames]
    found = np.isfinite(x)
    off = np.stack([x / width, y / height], 1) - labels.places
    near = np.hypot(*(off * PROTOCOL_SIZE).T) <= TOLERANCE_PX
    both = found & labels.visible
    return Tally(
        true_positive=int((both & near).sum()),
        true_negative=int((~found & ~labels.visible).sum()),
        misplaced=int((both & ~near).sum()),
        invented=int((found & ~labels.visible).sum()),
        missed=int((~found & labels.visible).sum()),
        errors=np.hypot(*(off * (width, height)).T)[both],
        tracked=tracked,
        cpu_s=cpu_s,
    )


def _evaluate_clip(clip: Path, labels: Labels, source: CandidateSource, out: Path | None) -> Tally:
    import pyarrow.parquet as pq

    from gametape.media.film import Film
    from gametape.media.ingest import ingest

    with tempfile.TemporaryDirectory() as folder:
        ingested = ingest(clip, Path(folder))
        times = ingested.frames["time_s"].to_numpy()
        if labels.frames.max(initial=-1) >= len(times):
            raise BadInput(
                clip.with_suffix(".csv"),
                f"it labels frame {labels.frames.max()} but {clip.name} has {len(times)} frames",
                "Number the frames that can be decoded, from 0",
            )
        film = Film.of(Path(folder) / FILM_FILE, ingested.frames, ingested.width, ingested.height)
        with _cpu_time() as cpu:
            trajectory = track(film, shots=ingested.frames["shot"].to_numpy(), source=source)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        pq.write_table(trajectory, out / f"{clip.stem}.parquet")
    x, y = (trajectory[name].to_numpy(zero_copy_only=False) for name in ("x", "y"))
    return tally(x, y, labels, ingested.width, ingested.height, cpu[0])


@contextmanager
def _cpu_time() -> Iterator[list[float]]:
    """CPU seconds that the process spends inside the block, in a list of one number."""
    spent = [0.0]
    begin = time.process_time()
    yield spent
    spent[0] = time.process_time() - begin


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
