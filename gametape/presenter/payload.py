"""The payload of version v1: samples and figures in the names that other programs of this kind read.

Belongs here: the payload's form. Does not belong here: how its figures are defined (figures.py), writing files
(`gametape.exports`).

Two things of v1 are kept that a new format would do otherwise, because its readers expect them: a lost point repeats
the place of the last one that was not lost (the picture's middle before the first), and the figures are of fractions of
width and height, whatever the points are in. What is meant by them stands under `gametape`, beside v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.film.sidecar import Sidecar
from gametape.presenter.figures import LEAST_WAY, LOST, Figures, samples_of_table, v1_figures

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = "v1"
#: v1's settings of a rule for who is another one; ours is in heights a second, so that they have no value here. Nor has
#: the least confidence: each detector has its own.
_UNUSED = ("minConf", "minAreaRatio", "maxAreaRatio", "minAspectRatio", "maxAspectRatio", "iouWeight", "confWeight",
           "lowIouRejectThreshold", "lowIouRejectPatience")  # fmt: skip
_DIGITS = 6


def payload(
    track: pa.Table,
    figures: Figures,
    sidecar: Sidecar,
    *,
    width: int,
    height: int,
    fps: float | None,
    detector: str | None,
    presences: pa.Table,
) -> dict[str, Any]:
    """The payload of a film.

    Args:
        track: Table PRESENTER_TRACK.
        figures: The film's.
        sidecar: The film's.
        width: Of the picture, px.
        height: Of the picture, px.
        fps: Of the film, where it is known.
        detector: Name and version of what finds people; None where nobody was found.
        presences: Table PRESENCES.
    """
    in_pixels = sidecar.presenter.coordinates == "pixels"
    scale = np.array([1.0, 1.0]) if in_pixels else np.array([1 / width, 1 / height])
    rows = track.to_pylist()
    samples = samples_of_table(track)
    times_ms = [int(row["time_s"] * 1000) for row in rows]
    v1 = v1_figures(np.array(times_ms, float), samples.quality, samples.places / [width, height])
    name, _, version = (detector or "").partition(" ")
    return {
        "version": VERSION,
        "data": {
            "coordinateSystem": "pixels" if in_pixels else "normalized",
            "video": {"width": width, "height": height, "fps": fps},
            "processingMeta": {
                "detector": name or None,
                "detectorRuntime": "cpu"
                if name == "mediapipe"
                else None,  # another may run on a GPU; no table says where
                "detectorVersion": version or None,
                "modelSource": "gametape",
                "tracker": "presenter-in-front",
                "trackerParams": {
                    "trackId": 1 if rows else None,
                    "maxGapFrames": sidecar.presenter.max_gap_samples,
                    "interpolateGaps": sidecar.presenter.max_gap_samples > 0,
                    "processFps": sidecar.presenter.process_fps,
                },
                "cleaning": dict.fromkeys(_UNUSED),
            },
            "frameDetections": [_detection(row, ms, scale) for row, ms in zip(rows, times_ms, strict=True)],
            "trackPoints": _points(rows, times_ms, scale, np.array([width, height]) * scale / 2),
            "derivedMetrics": {
                "coverage": v1.coverage,
                "gapCount": v1.gapCount,
                "longestGapMs": v1.longestGapMs,
                "distance": v1.distance,
                "jitter": v1.jitter,
                # The names of before v1.
                "coveragePercent": 100 * v1.coverage,
                "gapsCount": v1.gapCount,
                "longestGapSec": v1.longestGapMs / 1000,
                "totalDistance": v1.distance,
            },
        },
        "gametape": {
            "session": sidecar.session.model_dump(mode="json"),
            "figures": {**figures.row(), "least_way_heights": LEAST_WAY},
            "presences": [
                {key: row[key] for key in ("presence", "person", "may_be", "name", "start_s", "end_s", "coverage")}
                for row in presences.to_pylist()
            ],
        },
    }


def _detection(row: Mapping[str, Any], ms: int, scale: np.ndarray) -> dict[str, Any]:
    if row["confidence"] is None:
        return {"tMs": ms, "bbox": None, "conf": None}
    left, top = np.array([row["x1"], row["y1"]]) * scale
    wide, tall = np.array([row["x2"] - row["x1"], row["y2"] - row["y1"]]) * scale
    box = dict(zip("xywh", (round(float(v), _DIGITS) for v in (left, top, wide, tall)), strict=True))
    return {"tMs": ms, "bbox": box, "conf": round(float(row["confidence"]), 4)}


def _points(rows: list[dict], times_ms: list[int], scale: np.ndarray, middle: np.ndarray) -> list[dict[str, Any]]:
    points, last, person = [], middle, 1
    for row, ms in zip(rows, times_ms, strict=True):
        if row["quality"] != LOST:
            last, person = np.array([row["x"], row["y"]]) * scale, row["person"]
        x, y = (round(float(v), _DIGITS) for v in last)
        points.append({"tMs": ms, "trackId": person, "cx": x, "cy": y, "quality": row["quality"]})
    return points
