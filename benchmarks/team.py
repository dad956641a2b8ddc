"""`python -m benchmarks.team [--seconds 24]`: how well, and at what cost, everybody is followed on rendered film.

Prints a JSON object: HOTA and IDF1 against the exact truth with the boxes that the network finds, and with the truth's
own boxes (misplaced by 3 % of the height, one in twenty missing), which says what following alone does; CPU-ms a frame
of each step.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.measure import machine, show
from gametape.base.settings import Settings
from gametape.evaluation.tracks import tracking_figures
from gametape.media.film import Film
from gametape.media.ingest import ingest
from gametape.people.camera import camera_motion, looks
from gametape.people.find import find
from gametape.people.tracks import track
from gametape.sample.team import PersonTruth, load_team_truth, render_team
from gametape.sample.team.view import shots
from gametape.tables.people import CLOTHES_COLUMNS, PERSON_BOXES

COLOURS = {"a": (40, 55, 35), "b": (92, 0, 0), "referee": (50, 0, 0)}
"""CIELAB of what the sides wear."""


def figures(film: Path, truth: Sequence[PersonTruth], folder: Path, seconds: float) -> dict:
    """What the benchmark prints."""
    made = ingest(film, folder)
    read = Film.of(folder / "film.mp4", made.frames, made.width, made.height)
    frames = looks(0, len(read), 1, read.fps)
    clock = [time.process_time()]

    def lap() -> float:
        clock.append(time.process_time())
        return round(1000 * (clock[-1] - clock[-2]) / len(read), 1)

    camera = camera_motion(read, made.frames["shot"].to_numpy(), frames)
    cost = {"camera": lap()}
    cuts = [frame for frame, cut in zip(camera["frame"].to_pylist(), camera["cut"].to_pylist(), strict=True) if cut]
    boxes = find(read, frames, cuts, settings=Settings())
    cost["find"] = lap()
    tracks = track(boxes, camera, read.times, (read.width, read.height))
    cost["track"] = lap()
    order = shots(seconds, True)
    times = np.arange(len(read)) / read.fps
    shot = np.array([next((i for i, s in enumerate(order) if s.begin <= t < s.end), len(order) - 1) for t in times])
    known = track(_as_if_found(truth, read, set(frames)), camera, read.times, (read.width, read.height))
    rounded = {
        name: {key: round(value, 3) for key, value in tracking_figures(truth, table, shot).items()}
        for name, table in (("found", tracks), ("known_boxes", known))
    }
    return {**rounded, "cuts": cuts, "boxes_a_look": round(boxes.num_rows / len(frames), 1), "cpu_ms_per_frame": cost}


def _as_if_found(truth: Sequence[PersonTruth], film: Film, looked_at: set[int]) -> pa.Table:
    """The truth's boxes, misplaced a little, some missing."""
    random, rows = np.random.default_rng(0), []
    for one in truth:
        if one.frame not in looked_at or one.visible < 0.3 or one.y2 - one.y1 < 20 or random.random() > 0.95:
            continue
        x1, y1, x2, y2 = np.array([one.x1, one.y1, one.x2, one.y2]) + random.normal(0, 0.03 * (one.y2 - one.y1), 4)
        colour = np.tile(COLOURS[one.side], 2) + random.normal(0, 4, 6)
        rows.append(
            {
                "frame": one.frame, "time_s": float(film.times[one.frame]), "x1": x1, "y1": y1, "x2": x2, "y2": y2,
                "confidence": float(np.clip(0.3 + 0.5 * one.visible + random.normal(0, 0.1), 0.2, 1)),
                "source": "network", **dict(zip(CLOTHES_COLUMNS, map(float, colour), strict=True)),
            }
        )  # fmt: skip
    return PERSON_BOXES.from_rows(rows)


def main() -> None:
    """Render, follow, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.team", description=__doc__)
    parser.add_argument("--seconds", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    show("machine", {"machine": machine()})
    with tempfile.TemporaryDirectory() as folder:
        made = render_team(Path(folder), seconds=arguments.seconds, seed=arguments.seed)
        truth = load_team_truth(made.truth)
        show("team film", figures(made.film, truth, Path(folder) / "film", arguments.seconds))


if __name__ == "__main__":
    main()
