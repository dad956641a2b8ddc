"""How accurate and how costly the poses are that users get.

Belongs here: the comparison with reference joints, told by other cameras, by another program or by hand. Does not
belong here: another way of estimating than the users'.
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

_BENDS = {"knee": ("hip", "knee", "ankle"), "elbow": ("shoulder", "elbow", "wrist")}
_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_APART = 0.2  # of the torso, from which it shows whether left and right are exchanged
_THERE = 0.25  # of the torso, within which the middle of their joints lies of who is found at all
_COLUMNS = ("frame", "person", "joint", "x", "y")

Scores = dict[str, float | int | str | None]


@dataclass(frozen=True)
class Reference:
    """Where joints truly are. A row is a person in a frame: `frames` (n,) its number from 0, `xy` (n, joints, 2) px,
    NaN where unknown, of the `joints` named.
    """

    frames: np.ndarray
    xy: np.ndarray
    joints: list[str]


def evaluate_pose(video: Path, reference: Path, settings: Settings) -> Scores:
    """Compare the poses of `video` with `reference`; the video goes through ingest and estimate, as an upload does.

    A reference is an NPZ of one person in every frame: `xy` (frames, joints, 2), px, NaN where unknown, and `joints`,
    their names (`LKnee`, `left_knee`, `Nose`). Or a CSV of labels made by hand, of whom and in what frames you like:
    frame,person,joint,x,y, frames counted from 0, px of the upright picture, joints as `left_knee`; who `person` is
    only tells two in one frame apart, other columns are yours. Joints left out do not count.

    PCK@t is the part of all reference joints that a keypoint lies within t torso lengths of, of the person nearest to
    them; the torso runs from between the shoulders to between the ankles of the same row, and rows without these four
    do not count. A joint that was not found counts as missed. `people_found` is the part of the rows where the joints'
    middle lies within a quarter of a torso; of these alone are `pck_0_2_found`, and `sides_exchanged`: the part of the
    limbs' pairs, at least 0.2 torsos apart, that lie nearer with left and right changed. Angle errors are of all rows
    where the joints were found. An NPZ is of one person, so one is looked for, whatever `settings.pose_people` says;
    each more costs about as much again. `cpu_ms_per_frame` is the CPU time of all threads, reading the proxy, linking
    and repair included; what a process pays once (imports) and ingest are not.
    """
    return _scores([_compared(video, reference, settings)])


def evaluate_poses(folder: Path, settings: Settings) -> Scores:
    """The same of all films in `folder` that have hand labels NAME.csv beside them, as one."""
    pairs = [(film, labels) for labels in sorted(folder.glob("*.csv")) for film in _films_of(labels)]
    if not pairs:
        raise BadInput(folder, "holds no film with labels", "Give a folder of films with labels NAME.csv beside them")
    return _scores([_compared(film, labels, settings) for film, labels in pairs])


@dataclass(frozen=True)
class _Compared:
    """What was found of a film's reference, both (n, joints, 2)."""

    found: np.ndarray
    truth: np.ndarray
    joints: list[str]
    looked_at: int  # frames
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
                told = f"it labels frame {reference.frames.max()}, {video.name} has {len(times)} frames"
                raise BadInput(path, told, "Count the frames that decode, from 0")
        else:
            settings = settings.model_copy(update={"pose_people": 1})
        film = Film(Path(folder) / FILM_FILE, times, ingested.width, ingested.height)
        _poses(film, ingested.frames, settings, stop=1)  # imports
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
    cpu_ms = 1000 * sum(film.cpu_s for film in films) / sum(film.looked_at for film in films)
    return {
        **compare(found, truth, films[0].joints),
        "frames": len(truth),
        "cpu_ms_per_frame": round(cpu_ms, 2),
        "estimator": films[0].estimator,
    }


def _poses(film: Film, frames: pa.Table, settings: Settings, stop: int | None = None) -> pa.Table:
    """As an upload without a sidecar gets them."""
    seen = estimate(film, stop=stop, settings=settings)
    who = people(seen, frames, Sidecar(), looked_at=stop or len(film), width=film.width, height=film.height)
    return repaired(seen, who, frames, settings.pose_cutoff_hz)


def compare(found: np.ndarray, truth: np.ndarray, names: list[str]) -> dict[str, float | None]:
    """Scores of `found` against `truth`, both (rows, joints, 2) px with NaN where there is none."""
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
    off = np.where(both[..., None], found - truth, 0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)[:, None]
    there = both.any(axis=1) & (np.linalg.norm(off, axis=1) <= _THERE * torso[:, 0])
    scores["people_found"] = _share(there[known.any(axis=1)])
    scores["pck_0_2_found"] = pck(0.2, known & there[:, None])
    pairs = [sides(part) for part in _LIMBS]
    scores["sides_exchanged"] = _exchanged(found[there], truth[there], _APART * torso[there], pairs)
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
    """The part of `pairs` (left and right joint) that lie nearer with their sides changed, of those both found whose
    places are at least `apart` (rows, 1) px from each other.
    """

    def off(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.linalg.norm(a - b, axis=-1)

    seen, true = found[:, pairs], truth[:, pairs]  # (rows, pairs, sides, 2)
    as_is, changed = off(seen, true).sum(axis=2), off(seen, true[:, :, ::-1]).sum(axis=2)
    tells = np.isfinite(as_is) & (off(true[:, :, 0], true[:, :, 1]) >= apart)
    return _share((changed < as_is)[tells])


def _share(which: np.ndarray) -> float | None:
    return round(float(which.mean()), 4) if which.size else None


def read_labels(path: Path) -> Reference:
    """Labels made by hand, see `evaluate_pose`. Raises BadInput that says what is wrong with the file."""
    remedy = f"Write a row for each joint ({', '.join(COCO_KEYPOINTS)}) under the heading {','.join(_COLUMNS)}, in px"
    where: dict[tuple[int, str], np.ndarray] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if missing := sorted(set(_COLUMNS) - set(rows.fieldnames or ())):
                raise BadInput(path, f"columns {missing} are missing", remedy)
            for row in rows:
                if row["joint"] not in COCO_KEYPOINTS:
                    raise BadInput(path, f"there is no joint {row['joint']!r}", remedy)
                person = where.setdefault((int(row["frame"]), row["person"]), np.full((len(COCO_KEYPOINTS), 2), np.nan))
                person[COCO_KEYPOINTS.index(row["joint"])] = float(row["x"]), float(row["y"])
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(path, f"not labels of joints: {error}", remedy) from error
    if not where or min(frame for frame, _ in where) < 0:
        raise BadInput(path, "it labels nothing, or a frame before the first", remedy)
    return Reference(np.array([frame for frame, _ in where]), np.stack(list(where.values())), list(COCO_KEYPOINTS))


def _films_of(labels: Path) -> list[Path]:
    """The film of the same name beside the labels, if there is one; a sidecar may lie there too."""
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
    """`LKnee` as `left_knee`; other spellings as they are."""
    side = {"L": "left_", "R": "right_"}.get(joint[:1], "") if joint[1:2].isupper() else ""
    return (side + (joint[1:] if side else joint)).lower()


def nearest_people(poses: pa.Table, frames: np.ndarray, truth: np.ndarray, names: list[str]) -> np.ndarray:
    """The joints (n, joints, 2) of the person nearest to each row of the truth (in median); NaN without one."""
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
