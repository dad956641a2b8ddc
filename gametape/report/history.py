"""This film beside the player's earlier ones.

Belongs here: reading the player's films up to this one from the lake, choosing and wording what is compared.
Does not belong here: values and slopes (gametape.lake.sql), what is better (gametape.coaching.progress), looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gametape.coaching.progress import Persistent, Progress, directed, findings_made, judge, persistent
from gametape.coaching.stroke_measures import kinds_in
from gametape.report.words import Words
from gametape.sports.load import limits_for

if TYPE_CHECKING:
    import pyarrow as pa

STATES = ("worse", "better", "same", "unknown")
"""Of a metric against the film before, in the order shown."""
MOST_COMPARED = 12
MOST_FILMS = 40
"""Films on a chart; older ones are left out."""
SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 160.0, 36.0, 5.0
"""A small chart's size, in its own units."""


@dataclass(frozen=True)
class History:
    """The player's films in one sport and mode up to this one, and what was measured and found in them.

    films: rows of the view `player_films`; progress: of `player_progress`; findings: video, code, title and metric.
    """

    films: pa.Table
    progress: pa.Table
    findings: pa.Table


@dataclass(frozen=True)
class Point:
    """A metric in one film. `x`, `y`: its place on the small chart, None where it is not known."""

    film: int
    date: str
    text: str
    x: float | None
    y: float | None


@dataclass(frozen=True)
class Compared:
    """A metric in this film and in those before.

    Attributes:
        state: better, worse, same or unknown, against the film before; `why_state` says why it is neither better nor
            worse.
        trend, why: over all films.
    """

    metric: str
    label: str
    now: str
    before: str
    change: str
    state: str
    why_state: str
    trend: str
    why: str
    points: tuple[Point, ...]

    @property
    def line(self) -> list[str]:
        """The chart's lines: runs of known films, as `points` of a polyline."""
        runs: list[list[str]] = [[]]
        for one in self.points:
            if one.x is None:
                runs.append([])
            else:
                runs[-1].append(f"{one.x:.1f},{one.y:.1f}")
        return [" ".join(run) for run in runs if len(run) > 1]


@dataclass(frozen=True)
class Comparison:
    """The player's films compared. `left_out`: metrics that are compared in the lake alone."""

    intro: str
    compared: tuple[Compared, ...]
    left_out: int
    stays: tuple[str, ...]


def history(video: str, lake_uri: str) -> History | None:
    """The films of this film's player up to it; None where the player is unknown or it is the first."""
    from gametape.lake.sql import literal, query

    own = query(f"from player_films where video = {literal(video)} and role = 'player'", lake_uri).to_pylist()
    if not own or own[0]["film"] < 2:
        return None
    (mine,) = own
    same = " and ".join(
        f"{name} is not distinct from {literal(mine[name]) if mine[name] is not None else 'null'}"
        for name in ("sport", "mode")
    )
    of_player = f"lower(player) = lower({literal(mine['player'])}) and {same}"
    films = query(f"from player_films where {of_player} and film <= {mine['film']} order by film", lake_uri)
    # Values and differences look back only; the view's slopes look to the newest film and are not shown.
    progress = query(f"from player_progress where {of_player} and film <= {mine['film']}", lake_uri)
    return History(films, progress, findings_made(films, lake_uri))


def comparison(known: History | None, say: Words) -> Comparison | None:
    """This film against the ones before; None where there are none.

    Only metrics with a better and a worse are compared, those that got worse first.
    """
    films = known.films.to_pylist() if known else []
    if len(films) < 2:
        return None
    this = films[-1]
    series: dict[str, list[dict]] = {}
    for row in known.progress.sort_by("film").to_pylist():
        series.setdefault(row["metric"], []).append(row)
    judged = {one.metric: one for one in judge(known.progress)}
    trust = limits_for(this["sport"], this["mode"]).trust
    compared = [
        _compared(one, series[metric], trust[metric].noise if metric in trust else 0.0, say)
        for metric, one in judged.items()
        if directed(one) and one.delta is not None
    ]
    compared.sort(key=lambda one: (STATES.index(one.state), one.label))
    recur = tuple(stays(one, say) for one in persistent(known.films, known.findings))
    before = films[-2]
    intro = say("history.intro", player=this["player"], film=len(films), date=_date(before))
    return Comparison(intro, tuple(compared[:MOST_COMPARED]), max(0, len(compared) - MOST_COMPARED), recur)


def _compared(one: Progress, rows: list[dict], noise: float, say: Words) -> Compared:
    """The chart spans at least four times the measure's error, so that noise looks nearly flat."""
    shown = rows[-MOST_FILMS:]
    values = [row["value"] for row in shown if row["value"] is not None]
    low, high = min(values), max(values)
    more = max(0.0, 4 * noise - (high - low)) / 2
    low, high = low - more, high + more
    wide, room = SPARK_WIDTH - 2 * SPARK_MARGIN, SPARK_HEIGHT - 2 * SPARK_MARGIN
    points = []
    for place, row in enumerate(shown):
        value, x, y = row["value"], None, None
        if value is not None:
            x = SPARK_MARGIN + wide * place / (len(shown) - 1)
            y = SPARK_MARGIN + room * (0.5 if high == low else (high - value) / (high - low))
        text = say.with_unit(value, one.unit) if value is not None else say("history.not_known")
        points.append(Point(row["film"], _date(row), text, x, y))
    return Compared(
        metric=one.metric,
        label=_label(rows, say),
        now=say.with_unit(one.value, one.unit),
        before=say.with_unit(one.previous, one.unit),
        change=_signed(one.delta, one.unit, say),
        state=one.step,
        why_state="" if one.step in ("better", "worse") else say.reason(one.step_why),
        trend=one.trend,
        why=say.reason(one.why),
        points=tuple(points),
    )


def progress_lines(judged: Sequence[Progress], progress: pa.Table, say: Words) -> tuple[list[str], list[list[str]]]:
    """The head and the lines of a table of a player's metrics: each before and now, the step and the trend, and why.

    `progress`: the rows of the view `player_progress` that were judged.
    """
    of_metric: dict[tuple, list[dict]] = {}
    for row in progress.sort_by("film").to_pylist():
        of_metric.setdefault((row["player"].lower(), row["sport"], row["mode"], row["metric"]), []).append(row)
    kinds = sorted({(one.sport, one.mode) for one in judged}, key=str)
    lines = []
    for one in judged:
        unit, known = one.unit, one.value is not None
        change = "" if one.delta is None else _signed(one.delta, unit, say)
        slope = "" if one.slope is None else _signed(one.slope, unit, say)
        if slope and one.slope_margin is not None:
            slope += f" ± {say.with_unit(one.slope_margin, unit)}"
        lines.append(
            [
                *([say.listed([part for part in (one.sport, one.mode) if part])] if len(kinds) > 1 else []),
                _label(of_metric[one.player.lower(), one.sport, one.mode, one.metric], say),
                say.digits(f"{one.n:,}"),
                "" if one.previous is None else say.with_unit(one.previous, unit),
                say.with_unit(one.value, unit) if known else say("history.not_known"),
                change,
                say(f"history.{one.step}"),
                say.reason(one.step_why),
                slope,
                say(f"history.{one.trend}"),
                say.reason(one.why),
            ]
        )
    names = ["metric", "films", "before", "now", "change", "step", "why", "slope", "over_films", "why"]
    return [say(f"history.{name}") for name in [*(["kind"] if len(kinds) > 1 else []), *names]], lines


def _label(rows: Sequence[dict], say: Words) -> str:
    """What a metric is called by its newest film's strokes; `rows`: its rows of the view `player_progress`."""
    return say.metric(rows[-1]["metric"], kinds_in(rows[-1]["method"] or ""))


def _signed(value: float, unit: str, say: Words) -> str:
    return ("+" if value > 0 else "") + say.with_unit(value, unit)


def stays(one: Persistent, say: Words) -> str:
    """A finding that keeps coming back, in words."""
    key = "history.stays_in_a_row" if one.in_a_row > 1 else "history.stays"
    return say(key, title=one.title, films=one.films, of=one.of, in_a_row=one.in_a_row)


def _date(row: dict) -> str:
    return (row["uploaded_at"] or "")[:10]
