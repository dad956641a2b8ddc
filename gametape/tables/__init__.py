"""The columns of every table: each one's name, type, unit and meaning.

The tables of one chapter stand in one module; `core` holds what a table is. How tables are stored belongs to
`gametape.lake`, how they are computed to the packages that compute them."""

from __future__ import annotations

from dataclasses import replace

from gametape.tables.ball import BALL_EVENTS, BALL_FLIGHTS, BALL_TRAJECTORY, CALIBRATION, RALLIES
from gametape.tables.coaching import (
    FINDINGS,
    GOAL_OUTCOMES,
    METRIC_FRAMES,
    METRICS,
    PLAYER_FINDINGS,
    PLAYER_PROGRESS,
    REPORT,
    STROKES,
    WEEK_PLAN,
)
from gametape.tables.core import Table, columns
from gametape.tables.film import ANALYSIS_WINDOW, FRAMES, SIDECAR, SOURCE_VIDEO
from gametape.tables.pose import JOINT_ANGLES_TABLE, PEOPLE, POSE_ESTIMATES, POSE_KEYPOINTS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SOURCE_VIDEO, SIDECAR, FRAMES, ANALYSIS_WINDOW, CALIBRATION, BALL_TRAJECTORY, BALL_EVENTS,
        BALL_FLIGHTS, RALLIES, POSE_ESTIMATES, PEOPLE, POSE_KEYPOINTS,
        JOINT_ANGLES_TABLE, STROKES, METRICS, METRIC_FRAMES, FINDINGS, WEEK_PLAN, GOAL_OUTCOMES, REPORT,
    )
}  # fmt: skip


WAREHOUSE_VIDEOS = Table(
    "videos",
    "a film, what its uploader said of it, and its frames",
    (
        *SOURCE_VIDEO.columns,
        *(replace(column, nullable=True) for column in SIDECAR.columns),
        *columns(
            "frames int64! frames that decode",
            "duration_s float64 from the first frame's time to the end of the last one; null below two frames",
            "fps float64 average frame rate; null below two frames",
        ),
    ),
)


WAREHOUSE: dict[str, Table] = {
    table.name: table for table in (WAREHOUSE_VIDEOS, METRICS, FINDINGS, PLAYER_PROGRESS, PLAYER_FINDINGS)
}
"""The summary that goes to a database; every row also carries `video`."""
