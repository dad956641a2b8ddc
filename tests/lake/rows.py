"""Small tables that keep their contracts, for the lake's tests."""

import numpy as np
import pyarrow as pa

from gametape.tables.coaching import METRICS
from gametape.tables.film import FRAMES, SIDECAR, SOURCE_VIDEO


def metrics(*values: float | None, metric: str = "speed") -> pa.Table:
    rows = [
        {"subject": "ball", "metric": metric, "value": value, "unit": "px/s", "n": 3, "method": "track"}
        for value in values
    ]
    return METRICS.from_rows(rows)


def frames(count: int, fps: float = 50.0) -> pa.Table:
    return FRAMES.cast(
        pa.table(
            {
                "frame": np.arange(count),
                "time_s": np.arange(count) / fps,
                "shown_s": np.arange(count) / fps,
                "source_pts": pa.nulls(count),
                "keyframe": np.arange(count) % 10 == 0,
                "shot": np.zeros(count),
                "sharpness": np.linspace(0, 1, count),
                "luma": np.full(count, 90.0),
                "repeats_previous": np.zeros(count, bool),
            }
        )
    )


def source(name: str = "match.mp4") -> pa.Table:
    blank = {"string": "x", "int32": 1, "int64": 2, "float64": 1.0, "bool": False}
    row = {c.name: blank[c.type] for c in SOURCE_VIDEO.columns if not c.nullable}
    return SOURCE_VIDEO.from_rows([row | {"file_name": name}])


def sidecar(title: str | None = None) -> pa.Table:
    return SIDECAR.from_rows([{"fingerprint": "0" * 12, "content": "{}", "title": title}])
