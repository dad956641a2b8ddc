"""How accurate and how costly the poses are that users get.

Belongs here: the comparison with reference joints. Does not belong here: another way of estimating than the users'.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.errors import BadInput
from gametape.lake.contracts import COCO_KEYPOINTS
from gametape.pose.angles import interior_angle
from gametape.pose.people import people
from gametape.pose.pipeline import estimate
from gametape.pose.repair import repaired
from gametape.settings import Settings
from gametape.sidecar import Sidecar

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

_BENDS = {"knee": ("hip", "knee", "ankle"), "elbow": ("shoulder", "elbow", "wrist")}


def evaluate_pose(video: Path, reference: Path, settings: Settings) -> dict[str, float | int | str | None]:
    """Compare the poses of `video` with `reference`, one person's joints in every frame.

    `reference` is an NPZ of `xy` (frames, joints, 2), px, NaN where unknown, and `joints`, their names (`LKnee`,
    `left_knee`, `Nose`). The video goes through ingest and estimate, as an upload does.

    PCK@t is the part of all reference joints that a keypoint lies within t torso lengths of; the torso runs from
    between the shoulders to between the ankles of the same reference frame. A joint that was not found counts as
    missed. Angle errors are of frames in which the person was found. The reference is of one person, so one is
    looked for, whatever `settings.pose_people` says; each more costs about as much again. `cpu_ms_per_frame` is
    the CPU time of all threads, reading the proxy, linking and repair included; what a process pays once
    (imports) and ingest are not.
    """
    from gametape.media.film import Film
    from gametape.media.ingest import ingest

    truth, names = _read(reference)
    with tempfile.TemporaryDirectory() as folder:
        ingested = ingest(video, Path(folder))
        times = ingested.frames["time_s"].to_numpy()
        film = Film(Path(folder) / "film.mp4", times, ingested.width, ingested.height)
        settings = settings.model_copy(update={"pose_people": 1})
        _poses(film, ingested.frames, settings, stop=1)  # imports
        before = _cpu_s()
        poses = _poses(film, ingested.frames, settings)
        cpu_ms = 1000 * (_cpu_s() - before) / len(film)
    frames = min(len(truth), len(times))
    found = _nearest_person(poses, truth[:frames], names)
    scores = compare(found, truth[:frames], names)
    estimator = poses["estimator"][0].as_py() if poses.num_rows else settings.pose
    return {**scores, "frames": frames, "cpu_ms_per_frame": round(cpu_ms, 2), "estimator": estimator}


def _poses(film: Film, frames: pa.Table, settings: Settings, stop: int | None = None) -> pa.Table:
    """As an upload without a sidecar gets them."""
    seen = estimate(film, stop=stop, settings=settings)
    who = people(seen, frames, Sidecar(), looked_at=stop or len(film), width=film.width, height=film.height)
    return repaired(seen, who, frames, settings.pose_cutoff_hz)


def compare(found: np.ndarray, truth: np.ndarray, names: list[str]) -> dict[str, float | None]:
    """Scores of `found` against `truth`, both (frames, joints, 2) px with NaN where there is none."""
    at = {name: number for number, name in enumerate(names)}

    def middle(part: str) -> np.ndarray:
        return (truth[:, at[f"left_{part}"]] + truth[:, at[f"right_{part}"]]) / 2

    torso = np.linalg.norm(middle("shoulder") - middle("ankle"), axis=1)[:, None]
    known = np.isfinite(truth).all(axis=2) & np.isfinite(torso)
    error = np.linalg.norm(found - truth, axis=2)
    scores: dict[str, float | None] = {
        f"pck_0_{tenths}": round(float((error <= tenths / 10 * torso)[known].mean()), 4) for tenths in (1, 2)
    }
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


def _read(reference: Path) -> tuple[np.ndarray, list[str]]:
    try:
        with np.load(reference) as archive:
            truth, joints = archive["xy"].astype(float), [str(name) for name in archive["joints"]]
    except (OSError, KeyError, ValueError) as error:
        remedy = "Give an NPZ with xy (frames, joints, 2) in px and joints (names)"
        raise BadInput(str(reference), f"not a pose reference: {error}", remedy) from error
    names = [_name(joint) for joint in joints]
    needed = {f"{side}_{part}" for parts in _BENDS.values() for part in parts for side in ("left", "right")}
    if unknown := sorted(set(names) - set(COCO_KEYPOINTS)):
        raise BadInput(str(reference), f"unknown joints {unknown}", f"Known: {', '.join(COCO_KEYPOINTS)}")
    if missing := sorted(needed - set(names)):
        raise BadInput(str(reference), f"joints {missing} are missing", "The scores need them")
    if truth.shape[1:] != (len(names), 2):
        raise BadInput(str(reference), f"xy is {truth.shape}", f"Give it as (frames, {len(names)}, 2)")
    return truth, names


def _name(joint: str) -> str:
    """`LKnee` as `left_knee`; other spellings as they are."""
    side = {"L": "left_", "R": "right_"}.get(joint[:1], "") if joint[1:2].isupper() else ""
    return (side + (joint[1:] if side else joint)).lower()


def _nearest_person(poses: pa.Table, truth: np.ndarray, names: list[str]) -> np.ndarray:
    """The joints (frames, joints, 2) of the person nearest to the truth in each frame; NaN without one."""
    found = np.full(truth.shape, np.nan)
    nearest = np.full(len(truth), np.inf)
    columns = {f"{name}_{axis}" for name in names for axis in "xy"}
    values = {column: poses[column].to_numpy(zero_copy_only=False) for column in columns}
    for row, frame in enumerate(poses["frame"].to_pylist()):
        if frame >= len(truth):
            continue
        joints = np.array([[values[f"{name}_{axis}"][row] for axis in "xy"] for name in names], float)
        distance = np.linalg.norm(joints - truth[frame], axis=1)
        far = np.nanmedian(distance) if np.isfinite(distance).any() else np.inf
        if far < nearest[frame]:
            nearest[frame], found[frame] = far, joints
    return found


def _cpu_s() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
