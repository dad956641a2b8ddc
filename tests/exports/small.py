"""Films of a few frames, whose tables are written out in the tests: lakes with known answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from gametape.film.sidecar import Sidecar
from gametape.film.window import analysis_windows
from gametape.lake.store import Lake
from gametape.pose import joint_angles
from gametape.tables.ball import BALL_FLIGHTS, BALL_TRAJECTORY
from gametape.tables.coaching import METRICS
from gametape.tables.film import ANALYSIS_WINDOW, FRAMES, SIDECAR, SOURCE_VIDEO
from gametape.tables.pose import KEYPOINTS, POSE_KEYPOINTS

VIDEO = "match-0123456789ab"
WIDTH, HEIGHT = 200, 100
Point = tuple[float, float, float]
People = Mapping[int, Mapping[int, Mapping[str, Point]]]
"""track -> frame -> keypoint -> x, y, confidence."""


def lake_of(
    folder: Path,
    times: Sequence[float],
    people: People | None = None,
    *,
    ball: Sequence[dict] | None = None,
    scale: Mapping[int, float] | None = None,
    said: Sidecar | None = None,
    shots: Sequence[int] | None = None,
    repeats: Sequence[int] = (),
    flights: Sequence[dict] = (),
    file_name: str = "match.mp4",
    video: str = VIDEO,
) -> Lake:
    """A lake with one film. Tables that are not given are not there."""
    lake, said = Lake(str(folder)), said or Sidecar()
    blank = {"string": "x", "int32": 0, "int64": 2, "float64": 1.0, "bool": False}
    source = {c.name: blank[c.type] for c in SOURCE_VIDEO.columns if not c.nullable}
    source |= {"width": WIDTH, "height": HEIGHT, "file_name": file_name}
    lake.write_table("source_video", video, SOURCE_VIDEO.from_rows([source]))
    content = {"fingerprint": said.fingerprint(), "content": said.model_dump_json(), "title": said.title}
    lake.write_table("sidecar", video, SIDECAR.from_rows([content]))
    rows = [
        {
            "frame": i, "time_s": t, "shown_s": t, "keyframe": i == 0, "shot": shots[i] if shots else 0, "sharpness": 1, "luma": 90,
            "repeats_previous": i in repeats,
        }
        for i, t in enumerate(times)
    ]  # fmt: skip
    lake.write_table("frames", video, FRAMES.from_rows(rows))
    windows = [window.row() for window in analysis_windows(np.array(times, float), said)]
    lake.write_table("analysis_window", video, ANALYSIS_WINDOW.from_rows(windows))
    if people is not None:
        poses = poses_of(times, people)
        lake.write_table("pose_keypoints", video, poses)
        lake.write_table("joint_angles", video, joint_angles(poses))
    if ball is not None:
        looks = [{"time_s": times[row["frame"]], "tracker": "test", **row} for row in ball]
        lake.write_table("ball_trajectory", video, BALL_TRAJECTORY.from_rows(looks))
        lake.write_table("ball_flights", video, BALL_FLIGHTS.from_rows(flights))
    if scale is not None:
        lake.write_table(
            "metrics",
            video,
            METRICS.from_rows(
                [
                    {
                        "subject": f"track:{track}",
                        "metric": "picture_scale",
                        "value": value,
                        "unit": "px/m",
                        "n": 9,
                        "method": "test",
                    }
                    for track, value in scale.items()
                ]
            ),
        )
    return lake


def poses_of(times: Sequence[float], people: People) -> pa.Table:
    rows = []
    for track, looks in people.items():
        for frame, points in looks.items():
            row = {"frame": frame, "time_s": times[frame], "track": track, "confidence": 0.9, "estimator": "test"}
            row["state"] = "estimated"
            row |= dict(zip(("x1", "y1", "x2", "y2"), (10, 20, 40, 90), strict=True))
            for name, point in points.items():
                assert name in KEYPOINTS
                row |= {f"{name}_{part}": value for part, value in zip("xyc", point, strict=True)}
            rows.append(row)
    return POSE_KEYPOINTS.from_rows(sorted(rows, key=lambda row: (row["frame"], row["track"])))


def walking(frames: Sequence[int], times: Sequence[float], x: float = 20.0, speed: float = 60.0) -> dict:
    """A nose that goes right at `speed` px/s and a left hip that does not move."""
    return {f: {"nose": (x + speed * times[f], 30.0, 0.9), "left_hip": (x, 60.0, 0.8)} for f in frames}


def even(count: int, fps: float = 30.0) -> list[float]:
    return [i / fps for i in range(count)]
