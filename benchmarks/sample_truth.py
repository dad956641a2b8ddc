"""`python -m benchmarks.sample_truth [--film FOLDER]`: the sample film's poses compared with its truth.

Prints a JSON object per line: the error of each joint angle, and every coaching metric from the true joints (hidden
ones included) and from the estimated poses. Without a folder the film is rendered, which takes a minute, and so is the
player seen from behind, where estimators exchange left and right.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measure import machine, show
from gametape.film.sidecar import Player, Sidecar, parse_sidecar
from gametape.sample import Truth, load_truth, render
from gametape.sample.scene import camera_around
from gametape.sample.truth import JOINTS
from gametape.tables.pose import COCO_KEYPOINTS

if TYPE_CHECKING:
    import pyarrow as pa

BEHIND = 150, 180, 210
"""Directions of the camera, in degrees; 180 is behind the player."""


def true_poses(truth: Truth, times: np.ndarray) -> pa.Table:
    """The true joints of one person as a table of the contract POSE_KEYPOINTS, all with confidence 1."""
    import pyarrow as pa

    from gametape.tables.pose import KEYPOINTS, POSE_KEYPOINTS

    n = len(times)
    columns = {name: pa.nulls(n, pa.float32()) for name in (f"{k}_{part}" for k in KEYPOINTS for part in "xyc")}
    for number, name in enumerate(JOINTS):
        columns |= {f"{name}_{axis}": truth.joints[:, number, i] for i, axis in enumerate("xy")}
        columns[f"{name}_c"] = np.ones(n)
    low, high = truth.joints.min(axis=1), truth.joints.max(axis=1)
    columns |= {"x1": low[:, 0], "y1": low[:, 1], "x2": high[:, 0], "y2": high[:, 1]}
    columns |= {"frame": np.arange(n), "time_s": times, "track": np.zeros(n, int), "confidence": np.ones(n)}
    columns |= {"estimator": ["truth"] * n, "state": ["estimated"] * n}
    columns |= {name: pa.nulls(n) for name in ("filled", "swapped", "cutoff_hz", "quick_cutoff_hz")}
    return POSE_KEYPOINTS.cast(pa.table(columns))


def measures(
    poses: pa.Table, people: pa.Table, frames: pa.Table, sidecar: Sidecar, track: int, calibration: pa.Table
) -> dict[str, float]:
    """Every measure of the body and its strokes, by metric; NaN where it is not known.

    The player's height comes from the calibration, not from the sidecar.
    """
    from gametape.coaching.measures import body_of
    from gametape.coaching.stroke_measures import stroke_measures
    from gametape.movement.coaching_measures import coaching_measures
    from gametape.movement.range_measures import range_measures
    from gametape.movement.stature import size_measures
    from gametape.movement.wrist_measures import wrist_measures
    from gametape.pose import joint_angles
    from gametape.sports.load import stroke_rules_for
    from gametape.strokes import find_strokes
    from gametape.tables.ball import BALL_EVENTS, BALL_TRAJECTORY

    angles = joint_angles(poses)
    strokes = find_strokes(
        people=people,
        poses=poses,
        angles=angles,
        frames=frames,
        ball=BALL_TRAJECTORY.from_rows([]),
        events=BALL_EVENTS.from_rows([]),
        sidecar=sidecar,
    )
    rules = stroke_rules_for(sidecar.sport, sidecar.mode)
    body = body_of(poses, angles, sidecar, rules, track)
    found = (
        *coaching_measures(body),
        *size_measures(body.motion, Player(), calibration),
        *wrist_measures(body),
        *range_measures(body.motion),
        *stroke_measures(strokes, track, rules),
    )
    return {one.metric: np.nan if one.value is None else one.value for one in found}


def compare(folder: Path) -> None:
    """Print the errors of the film in `folder` (rally.mp4, rally.truth.json, rally.yaml)."""
    import pyarrow as pa

    from gametape.base.settings import settings
    from gametape.geometry.stretches import calibration_table
    from gametape.media.film import Film
    from gametape.media.ingest import ingest
    from gametape.pose import estimate, joint_angles, people, repaired
    from gametape.tables.pose import JOINT_ANGLES, PEOPLE

    truth = load_truth(folder / "rally.truth.json")
    sidecar = parse_sidecar((folder / "rally.yaml").read_bytes(), "rally.yaml")
    with tempfile.TemporaryDirectory() as work:
        done = ingest(folder / "rally.mp4", Path(work))
        frames = done.frames
        film = Film.of(Path(work) / "film.mp4", frames, done.width, done.height)
        seen = estimate(film, settings=settings())
    who = people(seen, frames, sidecar, looked_at=len(film), width=film.width, height=film.height)
    poses = repaired(seen, who, frames, settings().pose_cutoff_hz)
    track = int(who["track"].to_numpy()[who["subject"].to_numpy(zero_copy_only=False)][0])
    mine = poses.filter(pa.compute.equal(poses["track"], track))

    true = true_poses(truth, film.times)
    true_people = {name: true[name] for name in ("frame", "time_s", "track", "x1", "y1", "x2", "y2", "confidence")}
    count = true.num_rows
    true_people |= {"person": np.zeros(count, int), "subject": np.ones(count, bool), "choice": ["truth"] * count}
    true_people |= {
        "margin": np.ones(count),
        "may_continue": pa.nulls(count),
        "may_continue_confidence": pa.nulls(count),
    }
    true_people |= {name: pa.nulls(count) for name in PEOPLE.names if name not in true_people}
    at = mine["frame"].to_numpy()
    ours, right = joint_angles(mine), joint_angles(true)
    errors = {
        name: np.abs(ours[name].to_numpy(zero_copy_only=False) - right[name].to_numpy(zero_copy_only=False)[at])
        for name in JOINT_ANGLES
    }
    every = np.concatenate(list(errors.values()))
    show("angles", {"joint": "all", **_spread(every)})
    for name, of in errors.items():
        show("angles", {"joint": name, **_spread(of)})

    calibration = calibration_table(sidecar, film.width, film.height)
    want = measures(true, PEOPLE.cast(pa.table(true_people)), frames, sidecar, 0, calibration)
    have = measures(poses, who, frames, sidecar, track, calibration)
    for metric, value in want.items():
        show(
            "metric",
            {"metric": metric, "truth": _rounded(value), "ours": _rounded(have[metric]), **_error(value, have[metric])},
        )


def from_behind(folder: Path, degrees: float) -> dict:
    """The figures of `gametape eval pose` for the player, filmed from this direction."""
    from gametape.base.settings import Settings
    from gametape.evaluation.pose import evaluate_pose

    size = 1280, 720
    made = render(folder, seconds=5, size=size, camera=camera_around(degrees, *size))
    known = [at for at, name in enumerate(JOINTS) if name in COCO_KEYPOINTS]
    reference = folder / "joints.npz"
    np.savez(reference, xy=load_truth(made.truth).joints[:, known], joints=[JOINTS[at] for at in known])
    return evaluate_pose(made.film, reference, Settings())


def _spread(errors: np.ndarray) -> dict:
    known = errors[np.isfinite(errors)]
    if not len(known):
        return {"known": 0.0}
    return {
        "median_deg": round(float(np.median(known)), 2),
        "p90_deg": round(float(np.quantile(known, 0.9)), 2),
        "known": round(len(known) / len(errors), 3),
    }


def _error(truth: float, ours: float) -> dict:
    if not np.isfinite([truth, ours]).all():
        return {"off_percent": None}
    return {"off_percent": round(100 * (ours - truth) / abs(truth), 1) if truth else (0.0 if ours == 0 else None)}


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def main() -> None:
    """Compare the film of the command line, or a rendered one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sample_truth", description=__doc__)
    parser.add_argument("--film", type=Path, help="folder with the sample film, its truth and its sidecar")
    arguments = parser.parse_args()
    show("machine", {"machine": machine()})
    if arguments.film:
        compare(arguments.film)
        return
    with tempfile.TemporaryDirectory() as folder:
        render(Path(folder))
        compare(Path(folder))
        for degrees in BEHIND:
            show(f"seen from {degrees} degrees, 180 is behind", from_behind(Path(folder) / str(degrees), degrees))


if __name__ == "__main__":
    main()
