"""The columns of every table: each one's name, type, unit and meaning.

The tables of one chapter stand in one module; `core` holds what a table is. How tables are stored belongs to
`gametape.lake`, how they are computed to the packages that compute them.
"""

from __future__ import annotations

from dataclasses import replace

from gametape.tables.ball import BALL_EVENTS, BALL_FLIGHTS, BALL_TRAJECTORY, CALIBRATION, RALLIES
from gametape.tables.clips import CLIP_SPANS, CLIPS
from gametape.tables.coaching import (
    FINDINGS,
    GOAL_OUTCOMES,
    HEAD_TO_HEAD,
    MEASURES,
    METRIC_FRAMES,
    METRICS,
    PLAYER_FINDINGS,
    PLAYER_TRENDS,
    REPETITIONS,
    REPORT,
    STROKES,
    WEEK_PLAN,
)
from gametape.tables.core import Table, columns
from gametape.tables.court import COURT_MARKS
from gametape.tables.film import (
    ANALYSIS_SCOPE,
    ANALYSIS_WINDOW,
    CAPTURE_RATE,
    EVERYBODY_WINDOW,
    FRAMES,
    SIDECAR,
    SOURCE_VIDEO,
)
from gametape.tables.follow import NUMBER_READS, PLAYER_EVIDENCE, PLAYER_IDENTITY, SHIFTS
from gametape.tables.people import CAMERA_MOTION, PERSON_BOXES, PERSON_TRACKS
from gametape.tables.pose import JOINT_ANGLES_TABLE, PEOPLE, PLAYER_POSES, POSE_ESTIMATES, POSE_KEYPOINTS
from gametape.tables.presenter import PRESENCES, PRESENTER_FOUND, PRESENTER_SLIDES, PRESENTER_SUMMARY, PRESENTER_TRACK
from gametape.tables.replay_judgement import REPLAY_FINDINGS, REPLAY_MEASURES, REPLAY_METRICS, REPLAY_PLAN
from gametape.tables.replay_report import REPLAY_PLAYER_REPORT, REPLAY_REPORT
from gametape.tables.replays import (
    REPLAY_BALL_TRAJECTORY,
    REPLAY_EVENTS,
    REPLAY_MATCHES,
    REPLAY_PLAYER_FRAMES,
    REPLAY_PLAYERS,
)
from gametape.tables.rules import (
    COACHING_TEXTS,
    COURT_SEARCH,
    COURTS,
    FOLLOW_RULES,
    FOLLOWS,
    LIMITS,
    PRESENTER_RULES,
    REPORT_WORDS,
    STROKE_RULES,
)

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

#: Every table of the lake, by name.
TABLES: dict[str, Table] = {}
#: Every table of the summary warehouse, by name.
WAREHOUSE: dict[str, Table] = {}


def register(*tables: Table, lake: bool = True, warehouse: bool = False) -> None:
    """Make tables known to the lake, to SQL over it and to the warehouse.

    Raises:
        ValueError: Another table has the name already.
    """
    for table in tables:
        for registry in [TABLES] * lake + [WAREHOUSE] * warehouse:
            if registry.setdefault(table.name, table) != table:
                raise ValueError(f"there is another table {table.name}")


register(
    SOURCE_VIDEO, SIDECAR, ANALYSIS_SCOPE, CAPTURE_RATE, FRAMES, ANALYSIS_WINDOW, EVERYBODY_WINDOW, COURT_MARKS,
    CALIBRATION, BALL_TRAJECTORY, BALL_EVENTS, BALL_FLIGHTS, RALLIES,
    POSE_ESTIMATES, PLAYER_POSES, PEOPLE, POSE_KEYPOINTS, JOINT_ANGLES_TABLE, STROKES, MEASURES, METRICS, METRIC_FRAMES,
    FINDINGS, WEEK_PLAN, GOAL_OUTCOMES, HEAD_TO_HEAD, REPETITIONS, REPORT, STROKE_RULES, LIMITS, COACHING_TEXTS,
    COURT_SEARCH, COURTS, REPORT_WORDS,
)  # fmt: skip
register(FOLLOWS, CAMERA_MOTION, PERSON_BOXES, PERSON_TRACKS)
register(FOLLOW_RULES, NUMBER_READS, PLAYER_EVIDENCE, PLAYER_IDENTITY, SHIFTS)
register(CLIP_SPANS, CLIPS)
register(PRESENTER_RULES, PRESENTER_FOUND, PRESENTER_TRACK, PRESENCES, PRESENTER_SUMMARY, PRESENTER_SLIDES)
register(REPLAY_MATCHES, REPLAY_PLAYERS, REPLAY_BALL_TRAJECTORY, REPLAY_PLAYER_FRAMES, REPLAY_EVENTS)
register(REPLAY_MEASURES, REPLAY_METRICS, REPLAY_FINDINGS, REPLAY_PLAN, REPLAY_REPORT, REPLAY_PLAYER_REPORT)
register(METRICS, FINDINGS, PLAYER_TRENDS, PLAYER_FINDINGS, warehouse=True)
register(WAREHOUSE_VIDEOS, lake=False, warehouse=True)
