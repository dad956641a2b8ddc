"""`python -m benchmarks.team_peers FOLDER [--yolo WEIGHTS]`: a detector and a tracker in a plain loop, beside ours.

FOLDER holds films with the truth of one target beside each, as for `gametape eval players`. The loop is what a user
writes: every frame to ultralytics' YOLO, its people to the ByteTrack of the library `trackers` (ultralytics' own needs
`lap`, which is not among our dependencies). Its target is the track that lies on the first visible box: one click.
Without WEIGHTS the network has random weights: then only the cost says anything, and shares are null.

Prints a JSON object: of each film and method `found`, `seen_time_click`, `wrong_time_click` and `cpu_ms_per_frame`, and
the ratio of the costs. Ours has the cost of everything: camera, people, tracks, numbers, identity.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import machine, show
from gametape.base.settings import Settings
from gametape.evaluation.players import ON_HIM, Target, follow_film, score, targets_beside
from gametape.people.boxes import overlap
from gametape.sports.load import sport_named
from gametape.uploads.kinds import VIDEOS

LEAST = 0.1
"""Least confidence of a box that the tracker is given."""
CLASS = 0
"""Person, of COCO's classes."""


def looped(film: Path, weights: Path | None) -> tuple[dict[int, list[tuple[int, np.ndarray]]], float]:
    """The tracks of a plain loop: by frame each track's number and box (4,), px; and CPU-ms a frame."""
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    import supervision
    import ultralytics
    from trackers import ByteTrackTracker

    from gametape.pose.yolo import torchvision_or_stand_in

    model = ultralytics.YOLO(str(weights or "yolov8n.yaml"), task="detect")
    tracker, told, begin = ByteTrackTracker(), {}, time.process_time()
    for number, picture in enumerate(_pictures(film)):
        with torchvision_or_stand_in():
            result = model.predict(picture, classes=[CLASS], conf=LEAST, verbose=False)[0]
        out = tracker.update(supervision.Detections.from_ultralytics(result))
        told[number] = [
            (int(track), box) for track, box in zip(out.tracker_id, out.xyxy, strict=True) if track is not None
        ]
    return told, 1000 * (time.process_time() - begin) / max(len(told), 1)


def _pictures(film: Path) -> Iterator[np.ndarray]:
    import av

    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def of_the_loop(told: dict[int, list[tuple[int, np.ndarray]]], target: Target) -> dict[str, Any]:
    """How the track that is clicked on in the first visible box follows the target."""
    shown = dict(zip(target.frames.tolist(), target.boxes, strict=True))
    visible = target.frames[target.visible == 1].tolist()
    scored = target.frames[target.visible >= 0].tolist()
    found = [any(overlap(box, shown[frame]) >= target.least for _, box in told.get(frame, ())) for frame in visible]
    first = max(told.get(visible[0], ()), key=lambda one: overlap(one[1], shown[visible[0]]), default=None)
    mine = {f: box for f, boxes in told.items() for track, box in boxes if first and track == first[0]}
    on = [f for f in visible if f in mine and overlap(mine[f], shown[f]) >= ON_HIM]
    followed = [f for f in scored if f in mine]
    return {
        "found": round(float(np.mean(found)), 4),
        "seen_time_click": round(len(on) / len(visible), 4),
        "wrong_time_click": round(1 - len(on) / len(followed), 4) if followed else 0.0,
    }


def compared(film: Path, targets: Sequence[Target], weights: Path | None) -> dict[str, Any]:
    """Both methods on one film."""
    sport = next((name for part in film.parts if (name := sport_named(part))), None)
    followed = follow_film(film, Settings())
    told, cost = looped(film, weights)
    names = ("found", "seen_time_click", "wrong_time_click")
    out: dict[str, Any] = {}
    for target in targets:
        ours = score(followed, target, sport)
        theirs = of_the_loop(told, target) if weights else dict.fromkeys(names)
        out[f"{target.number} {target.colour}"] = {
            "ours": {name: ours[name] for name in (*names, "cpu_ms_per_frame")},
            "loop": {**theirs, "cpu_ms_per_frame": round(cost, 1)},
            "cost_ours_to_loop": round(ours["cpu_ms_per_frame"] / cost, 2),
        }
    return out


def main() -> None:
    """Follow, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.team_peers", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--yolo", type=Path, default=None, help="weights, or a folder of an exported model")
    arguments = parser.parse_args()
    show("machine", {"machine": machine()})
    for film in sorted(file for file in arguments.folder.rglob("*") if file.suffix.lower() in VIDEOS.suffixes):
        if targets := targets_beside(film):
            show(str(film.relative_to(arguments.folder)), compared(film, targets, arguments.yolo))


if __name__ == "__main__":
    main()
