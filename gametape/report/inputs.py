"""What a report is made from: the film's tables and where its files lie."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gametape.film.files import FILM_FILE, POSTER_FILE
from gametape.report.history import History
from gametape.report.missing import not_a_ball
from gametape.sports.load import limits_for
from gametape.tables.ball import BALL_EVENTS, BALL_FLIGHTS, CALIBRATION, RALLIES
from gametape.tables.clips import CLIPS
from gametape.tables.coaching import GOAL_OUTCOMES, HEAD_TO_HEAD, REPETITIONS, STROKES, WEEK_PLAN
from gametape.tables.court import COURT_MARKS
from gametape.tables.follow import PLAYER_EVIDENCE, PLAYER_IDENTITY, SHIFTS
from gametape.tables.pose import PEOPLE
from gametape.tables.presenter import PRESENCES, PRESENTER_SLIDES, PRESENTER_SUMMARY, PRESENTER_TRACK

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar
    from gametape.media.film import Film

OF_RALLIES = ("rallies", "shots_per_rally", "longest_rally", "dead_time")
"""Metrics of a sport with rallies."""


@dataclass(frozen=True)
class ReportInput:
    """Everything that a report is made from. All tables but `frames` may be empty.

    Attributes:
        source: the film's row of `source_video`: a mapping, a dataclass such as SourceFacts, or a table of one row.
        sidecar: the report is in its language, else in English.
        width, height: px of the upright source picture, in which all coordinates are.
        film_file, poster_file: where they lie, relative to the page.
        versions: the code that made the tables, name to version.
        warnings: what was found wrong with the film when it was taken in, as `Reason`s.
        film: where the still pictures are taken from; without it there are none.
        first_look: is this of the film's first seconds alone, before the full analysis?
    """

    video: str
    source: Mapping | pa.Table | object
    sidecar: Sidecar
    frames: pa.Table
    ball: pa.Table
    poses: pa.Table
    angles: pa.Table
    metrics: pa.Table
    findings: pa.Table
    width: int
    height: int
    film_file: str = FILM_FILE
    poster_file: str = POSTER_FILE
    versions: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    plan: pa.Table = field(default_factory=WEEK_PLAN.empty)
    goals: pa.Table = field(default_factory=GOAL_OUTCOMES.empty)
    head_to_head: pa.Table = field(default_factory=HEAD_TO_HEAD.empty)
    people: pa.Table = field(default_factory=PEOPLE.empty)
    strokes: pa.Table = field(default_factory=STROKES.empty)
    repetitions: pa.Table = field(default_factory=REPETITIONS.empty)
    events: pa.Table = field(default_factory=BALL_EVENTS.empty)
    flights: pa.Table = field(default_factory=BALL_FLIGHTS.empty)
    rallies: pa.Table = field(default_factory=RALLIES.empty)
    calibration: pa.Table = field(default_factory=CALIBRATION.empty)
    court_marks: pa.Table = field(default_factory=COURT_MARKS.empty)
    shifts: pa.Table = field(default_factory=SHIFTS.empty)
    identity: pa.Table = field(default_factory=PLAYER_IDENTITY.empty)
    evidence: pa.Table = field(default_factory=PLAYER_EVIDENCE.empty)
    clips: pa.Table = field(default_factory=CLIPS.empty)
    presenter_summary: pa.Table = field(default_factory=PRESENTER_SUMMARY.empty)
    presenter_track: pa.Table = field(default_factory=PRESENTER_TRACK.empty)
    presenter_slides: pa.Table = field(default_factory=PRESENTER_SLIDES.empty)
    presences: pa.Table = field(default_factory=PRESENCES.empty)
    history: History | None = None
    film: Film | None = None
    first_look: bool = False

    def without_false_ball(self) -> ReportInput:
        """The same with the ball's tables empty where the metrics say that what was tracked is no ball."""
        if not_a_ball(self.metrics) is None:
            return self
        ball_tables = ("ball", "events", "flights", "rallies")
        return dataclasses.replace(self, **{name: getattr(self, name).slice(0, 0) for name in ball_tables})

    def with_rallies_of_sport(self) -> ReportInput:
        """The same without rallies where the metrics say that the sport has none, or nobody knows whether it has any.

        A delivery bowled and driven is no rally, nor are passes in a game of football.
        """
        sport = self.sidecar.sport
        told_but_unknown = sport is not None and "rallies" in limits_for(sport, None).where_known
        counted = not self.metrics.num_rows or "rallies" in self.metrics["metric"].to_pylist()
        if counted and not told_but_unknown:
            return self
        import pyarrow as pa
        import pyarrow.compute as pc

        of_rallies = pc.is_in(self.metrics["metric"], pa.array(OF_RALLIES))
        metrics = self.metrics.filter(pc.invert(of_rallies))
        return dataclasses.replace(self, rallies=self.rallies.slice(0, 0), metrics=metrics)

    def source_row(self) -> Mapping:
        """The row of `source_video` as a mapping."""
        if isinstance(self.source, Mapping):
            return self.source
        if dataclasses.is_dataclass(self.source):
            return dataclasses.asdict(self.source)
        return next(iter(self.source.to_pylist()), {})
