"""Accuracy and cost of the poses that users get.

Belongs here: the comparison with reference joints, from other cameras, another program or hand labels. Does not belong
here: another way of estimating than the users'.
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
from gametape.film.sidecar import Sidecar
from gametape.pose.angles import interior_angle
from gametape.pose.people import people
from gametape.pose.pipeline import estimate
from gametape.pose.repair import repaired
from gametape.tables.pose import COCO_KEYPOINTS
from gametape.uploads.kinds import VIDEOS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

#: Joint angles that are compared, each with its three joints.
_BENDS = {"knee": ("hip", "knee", "ankle"), "elbow": ("shoulder", "elbow", "wrist")}
#: Joints that are compared, each on both sides.
_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
#: Least distance of left from right, in torso lengths, at which an exchange of the sides can be detected.
_APART = 0.2
#: Greatest distance of the mean joint, in torso lengths, at which a person counts as found.
_THERE = 0.25
#: Columns of a file of hand labels.
_COLUMNS = ("frame", "person", "joint", "x", "y")

Scores = dict[str, float | int | str | None]


@dataclass(frozen=True)
class Reference:
    """True places of joints. A row is a person in a frame.

    Attributes:
        frames: (n,) frame numbers, from 0.
        xy: (n, joints, 2) px, NaN where unknown.
        joints: Names of the joints.
    """

    frames: np.ndarray
    xy: np.ndarray
    joints: list[str]


def evaluate_pose(video: Path, reference: Path, settings: Settings) -> Scores:
    """Compare the poses of a video with reference joints. The video is ingested and estimated like an upload.

    Args:
        video: The video.
        reference: An NPZ of one person in every frame: `xy` (frames, joints, 2), px, NaN where unknown, and `joints`,
            their names (`LKnee`, `left_knee`, `Nose`). Or a CSV of hand labels of any people in any frames:
            frame,person,joint,x,y with frames counted from 0, px of the upright picture and joints such as `left_knee`.
            `person` only distinguishes people in one frame; other columns are ignored. Joints left out do not count.
        settings: They choose the estimator. For an NPZ one person is estimated, whatever `settings.pose_people` is:
            each further person costs about as much again.

    Returns:
        `pck_…`: PCK@t, the share of reference joints with the keypoint of the nearest person within t torso lengths.
        The torso runs from between the shoulders to between the ankles; rows without these four joints do not count. A
        joint that was not found counts as missed. `people_found`: share of the rows whose mean joint lies within a
        quarter of a torso. Of these rows alone: `pck_0_2_found`, and `sides_exchanged`, the share of pairs of left and
        right joints, at least 0.2 torsos apart, that lie nearer with the sides exchanged. Angle errors are over all
        rows where the joints were found. `cpu_ms_per_frame`: CPU time of all threads, including reading the proxy,
        linking and repair, but not imports and ingest.
    """
    return _scores([_compared(video, reference, settings)])


def evaluate_poses(folder: Path, settings: Settings) -> Scores:
    """The same over all films of a folder that have hand labels NAME.csv beside them, pooled."""
    pairs = [(film, labels) for labels in sorted(folder.glob("*.csv")) for film in _films_of(labels)]
    if not pairs:
        raise BadInput(folder, "holds no film with labels", "Give a folder of films with labels NAME.csv beside them")
    return _scores([_compared(film, labels, settings) for film, labels in pairs])


@dataclass(frozen=True)
class _Compared:
    """Joints that were found in a film and those of its reference, both (n, joints, 2)."""

    found: np.ndarray
    truth: np.ndarray
    joints: list[str]
    frames: int
    cpu_s: float
    estimator: str


def _compared(video: Path, path: Path, settings: Settings) -> _Compared:
    from gametape.media.film import Film
    from gametape.media.ingest import ingest

    by_hand = path.suffix.lower() == ".csv"
    reference = read_labels(path) if by_hand else _read_joints(path)
    with tempfile.TemporaryDirectory() as folder:
        ingested = ingest(video, Path(folder))
        times = ingested.frames["time_s"].to_numpy()
        within = reference.frames < len(times)
        if by_hand:
            if not within.all():
                message = f"it labels frame {reference.frames.max()}, {video.name} has {len(times)} frames"
                raise BadInput(path, message, "Number the frames that can be decoded, from 0")
        else:
            settings = settings.model_copy(update={"pose_people": 1})
        film = Film.of(Path(folder) / FILM_FILE, ingested.frames, ingested.width, ingested.height)
        _poses(film, ingested.frames, settings, stop=1)  # so that imports are not timed
        before = _cpu_s()
        poses = _poses(film, ingested.frames, settings)
        spent = _cpu_s() - before
    truth = reference.xy[within]
    return _Compared(
        nearest_people(poses, reference.frames[within], truth, reference.joints),
        truth,
        reference.joints,
        len(times),
        spent,
        poses["estimator"][0].as_py() if poses.num_rows else settings.pose,
    )


def _scores(films: list[_Compared]) -> Scores:
    found, truth = (np.concatenate([getattr(film, name) for film in films]) for name in ("found", "truth"))
    cpu_ms = 1000 * sum(film.cpu_s for film in films) / sum(film.frames for film in films)
    return {
        **compare(found, truth, films[0].joints),
        "frames": len(truth),
        "cpu_ms_per_frame": round(cpu_ms, 2),
        "estimator": films[0].estimator,
    }


def _poses(film: Film, frames: pa.Table, settings: Settings, stop: int | None = None) -> pa.Table:
    """The poses that an upload without a sidecar gets."""
    seen = estimate(film, stop=stop, settings=settings)
    who = people(seen, frames, Sidecar(), looked_at=stop or len(film), width=film.width, height=film.height)
    return repaired(seen, who, frames, settings.pose_cutoff_hz)


def compare(found: np.ndarray, truth: np.ndarray, names: list[str]) -> dict[str, float | None]:
    """Scores of `found` against `truth`, both (rows, joints, 2) px with NaN for missing joints."""
    at = {name: number for number, name in enumerate(names)}

    def sides(part: str) -> list[int]:
        return [at[f"{side}_{part}"] for side in ("left", "right")]

    torso = np.linalg.norm((truth[:, sides("shoulder")] - truth[:, sides("ankle")]).mean(axis=1), axis=1)[:, None]
    known = np.isfinite(truth).all(axis=2) & np.isfinite(torso)
    error = np.linalg.norm(found - truth, axis=2) / torso

    def pck(t: float, joints: np.ndarray) -> float | None:
        return _share((error <= t)[joints])

    scores = {f"pck_0_{tenths}": pck(tenths / 10, known) for tenths in (1, 2)}
    for part in _LIMBS:
        scores[f"pck_0_2_{part}"] = pck(0.2, known & np.isin(names, [f"left_{part}", f"right_{part}"]))
    both = known & np.isfinite(error)
    offset = np.where(both[..., None], found - truth, 0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)[:, None]
    person_found = both.any(axis=1) & (np.linalg.norm(offset, axis=1) <= _THERE * torso[:, 0])
    scores["people_found"] = _share(person_found[known.any(axis=1)])
    scores["pck_0_2_found"] = pck(0.2, known & person_found[:, None])
    pairs = [sides(part) for part in _LIMBS]
    least = _APART * torso[person_found]
    scores["sides_exchanged"] = _exchanged(found[person_found], truth[person_found], least, pairs)
    for bend, parts in _BENDS.items():
        joints = [[at[f"{side}_{part}"] for part in parts] for side in ("left", "right")]
        errors = np.concatenate(
            [
                np.abs(
                    interior_angle(*found[:, three].swapaxes(0, 1)) - interior_angle(*truth[:, three].swapaxes(0, 1))
                )
                for three in joints
            ]
        )
        errors = errors[np.isfinite(errors)]
        for name, percent in (("median", 50), ("p90", 90)):
            scores[f"{bend}_{name}_deg"] = round(float(np.percentile(errors, percent)), 2) if len(errors) else None
    return scores


def _exchanged(found: np.ndarray, truth: np.ndarray, apart: np.ndarray, pairs: list[list[int]]) -> float | None:
    """Share of pairs of left and right joints that lie nearer with the sides exchanged.

    Args:
        found: (rows, joints, 2) px.
        truth: (rows, joints, 2) px.
        apart: (rows, 1) least distance of left from right, px; other pairs do not count.
        pairs: Numbers of the left and the right joint.
    """

    def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.linalg.norm(a - b, axis=-1)

    seen, true = found[:, pairs], truth[:, pairs]  # (rows, pairs, sides, 2)
    as_is, exchanged = distance(seen, true).sum(axis=2), distance(seen, true[:, :, ::-1]).sum(axis=2)
    counts = np.isfinite(as_is) & (distance(true[:, :, 0], true[:, :, 1]) >= apart)
    return _share((exchanged < as_is)[counts])


def _share(which: np.ndarray) -> float | None:
    return round(float(which.mean()), 4) if which.size else None


def read_labels(path: Path) -> Reference:
    """Read hand labels, see `evaluate_pose`. Raises BadInput when the file is malformed."""
    remedy = f"Write a row for each joint ({', '.join(COCO_KEYPOINTS)}) under the heading {','.join(_COLUMNS)}, in px"
    people_xy: dict[tuple[int, str], np.ndarray] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if missing := sorted(set(_COLUMNS) - set(rows.fieldnames or ())):
                raise BadInput(path, f"columns {missing} are missing", remedy)
            for row in rows:
                if row["joint"] not in COCO_KEYPOINTS:
                    raise BadInput(path, f"there is no joint {row['joint']!r}", remedy)
                key = int(row["frame"]), row["person"]
                person = people_xy.setdefault(key, np.full((len(COCO_KEYPOINTS), 2), np.nan))
                person[COCO_KEYPOINTS.index(row["joint"])] = float(row["x"]), float(row["y"])
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(path, f"not labels of joints: {error}", remedy) from error
    if not people_xy or min(frame for frame, _ in people_xy) < 0:
        raise BadInput(path, "it labels nothing, or a frame before the first", remedy)
    frames = np.array([frame for frame, _ in people_xy])
    return Reference(frames, np.stack(list(people_xy.values())), list(COCO_KEYPOINTS))


def _films_of(labels: Path) -> list[Path]:
    """The film with the same name as the labels, if there is one; a sidecar may have that name too."""
    beside = (file for file in sorted(labels.parent.iterdir()) if file.stem == labels.stem)
    return [file for file in beside if VIDEOS.takes(file.name)][:1]


def _read_joints(reference: Path) -> Reference:
    try:
        with np.load(reference) as archive:
            truth, joints = archive["xy"].astype(float), [str(name) for name in archive["joints"]]
    except (OSError, KeyError, ValueError) as error:
        remedy = "Give an NPZ with xy (frames, joints, 2) in px and joints (names), or a CSV of labels"
        raise BadInput(str(reference), f"not a pose reference: {error}", remedy) from error
    names = [_name(joint) for joint in joints]
    needed = {f"{side}_{part}" for part in _LIMBS for side in ("left", "right")}
    if unknown := sorted(set(names) - set(COCO_KEYPOINTS)):
        raise BadInput(str(reference), f"unknown joints {unknown}", f"Known: {', '.join(COCO_KEYPOINTS)}")
    if missing := sorted(needed - set(names)):
        raise BadInput(str(reference), f"joints {missing} are missing", "The scores need them")
    if truth.shape[1:] != (len(names), 2):
        raise BadInput(str(reference), f"xy is {truth.shape}", f"Give it as (frames, {len(names)}, 2)")
    return Reference(np.arange(len(truth)), truth, names)


def _name(joint: str) -> str:
    """`left_knee` for `LKnee`; other names in lower case."""
    side = {"L": "left_", "R": "right_"}.get(joint[:1], "") if joint[1:2].isupper() else ""
    return (side + (joint[1:] if side else joint)).lower()


def nearest_people(poses: pa.Table, frames: np.ndarray, truth: np.ndarray, names: list[str]) -> np.ndarray:
    """(n, joints, 2) joints of the person with the least median distance to each row of the truth; NaN without one."""
    columns = [f"{name}_{axis}" for name in names for axis in "xy"]
    joints = np.column_stack([poses[column].to_numpy(zero_copy_only=False) for column in columns]).astype(float)
    joints, of = joints.reshape(-1, len(names), 2), poses["frame"].to_numpy()
    found = np.full(truth.shape, np.nan)
    for row, frame in enumerate(frames):
        far = np.inf
        for person in joints[of == frame]:
            distance = np.linalg.norm(person - truth[row], axis=1)
            median = np.nanmedian(distance) if np.isfinite(distance).any() else np.inf
            if median < far:
                far, found[row] = median, person
    return found


def _cpu_s() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
