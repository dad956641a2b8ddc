"""A player's films one after the other: is a metric getting better, and which findings stay?

Belongs here: the films of a player put in a row, from the view `player_progress`. Does not belong here: what may be
called better or a trend (evidence.py), values, differences and slopes (gametape.lake.sql), printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from gametape.base.reason import Reason
from gametape.base.statistics import student_t
from gametape.coaching import evidence
from gametape.coaching.evidence import Step, Trend, has_direction, value_of
from gametape.sports.load import limits_for
from gametape.tables.coaching import FILMING_METRICS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.tables.core import Table


FINDINGS_READ = ["video", "code", "title", "metric"]
"""Columns of the findings that `persistent` needs."""


@dataclass(frozen=True)
class Progress:
    """A metric of a player over the films of one sport and mode.

    value: in the newest film, null with its reason; previous: the last known before it; delta: value less previous.
    n: films in which it is known. slope: change a film, with `slope_margin` either way at 95 %.
    step: the newest film against the last known before it; trend: over all; both by the one rule (evidence.py), and
    `step_why` and `why` say what they rest on.
    """

    player: str
    sport: str | None
    mode: str | None
    metric: str
    unit: str
    n: int
    value: float | None
    previous: float | None
    delta: float | None
    slope: float | None
    slope_margin: float | None
    step: Step
    step_why: Reason
    trend: Trend
    why: Reason


@dataclass(frozen=True)
class Persistent:
    """A finding that was made in the newest film and in films before it."""

    player: str
    sport: str | None
    mode: str | None
    code: str
    title: str
    films: int
    of: int
    in_a_row: int


def judge(rows: pa.Table) -> list[Progress]:
    """One Progress for each metric of `rows` (view `player_progress`), by player, sport, mode and metric."""
    series: dict[tuple, list[dict]] = {}
    for row in sorted(rows.to_pylist(), key=lambda row: row["film"]):
        place = (row["player"].lower(), row["sport"] or "", row["mode"] or "", row["metric"])
        series.setdefault(place, []).append(row)
    return [_progress(films) for _, films in sorted(series.items())]


def directed(one: Progress) -> bool:
    """Does a rule or scale of its sport and mode say which value is better play?"""
    return has_direction(one.metric, limits_for(one.sport, one.mode))


def trends_of(player: str, lake_uri: str) -> pa.Table:
    """A player's metrics over all films, of which the sport's rules say what is better, by contract PLAYER_TRENDS.

    Args:
        player: The player's key, see `gametape.film.player.player_key`.
        lake_uri: The lake with the films.
    """
    from gametape.lake.sql import query
    from gametape.tables.coaching import PLAYER_TRENDS

    films, chosen = _films_of(player, lake_uri)
    judged = judge(query(f"from player_progress where {chosen}", lake_uri))
    return _with_newest(PLAYER_TRENDS, [p for p in judged if directed(p)], films)


def findings_of(player: str, lake_uri: str) -> pa.Table:
    """The findings of a player's newest films that were made before, by contract PLAYER_FINDINGS; see `trends_of`."""
    from gametape.tables.coaching import PLAYER_FINDINGS

    films, _ = _films_of(player, lake_uri)
    return _with_newest(PLAYER_FINDINGS, persistent(films, findings_made(films, lake_uri)), films)


def findings_made(films: pa.Table, lake_uri: str | None = None) -> pa.Table:
    """What was found of a player in films, rows of the view `player_films`, and of nobody else: see `persistent`."""
    import pyarrow as pa

    from gametape.lake.sql import read

    columns = [*FINDINGS_READ, "subject", "name"]
    found = read("findings", columns, keys=films["video"].to_pylist(), base_uri=lake_uri)
    own = {(row["video"], row["subject"], row["player"]) for row in films.to_pylist()}
    mine = [(row["video"], row["subject"], row["name"]) in own for row in found.to_pylist()]
    return found.filter(pa.array(mine, pa.bool_())).select(FINDINGS_READ)


def _films_of(player: str, lake_uri: str) -> tuple[pa.Table, str]:
    """A player's rows of the view `player_films`, and the condition that selects them."""
    from gametape.film.player import player_key
    from gametape.lake.sql import literal, query

    names = query("select distinct lower(player) as name from player_films", lake_uri)["name"].to_pylist()
    own = [name for name in names if player_key(name) == player]
    chosen = f"lower(player) in ({', '.join(map(literal, own)) or 'null'})"
    return query(f"from player_films where {chosen}", lake_uri), chosen


def _with_newest(contract: Table, rows: Sequence[Progress | Persistent], films: pa.Table) -> pa.Table:
    """`rows` as a table, each with the newest film of its sport and mode."""
    newest = {(film["sport"], film["mode"]): film["video"] for film in films.sort_by("film").to_pylist()}
    named = [asdict(row) | {"video": newest[row.sport, row.mode]} for row in rows]
    return contract.from_rows([{"name": row.pop("player"), **row} for row in named])


def persistent(films: pa.Table, findings: pa.Table) -> list[Persistent]:
    """Findings of the newest film of each player, sport and mode that were made before, those in a row first. Those
    about the filming are no habit of the player.

    films: rows of the view `player_films`. findings: with video, code, title and metric.
    """
    rows = [row for row in findings.to_pylist() if row["metric"] not in FILMING_METRICS]
    titles = {row["code"]: row["title"] for row in rows}
    made: dict[str, set[str]] = {}
    for row in rows:
        made.setdefault(row["video"], set()).add(row["code"])
    series: dict[tuple, list[dict]] = {}
    for row in sorted(films.to_pylist(), key=lambda row: row["film"]):
        series.setdefault((row["player"].lower(), row["sport"] or "", row["mode"] or ""), []).append(row)
    found = []
    for _, shown in sorted(series.items()):
        codes = [made.get(row["video"], set()) for row in shown]
        last = shown[-1]
        for code in sorted(codes[-1]):
            count = sum(code in each for each in codes)
            if count > 1:
                run = next((i for i, each in enumerate(reversed(codes)) if code not in each), len(codes))
                found.append(
                    Persistent(last["player"], last["sport"], last["mode"], code, titles[code], count, len(codes), run)
                )
    return sorted(found, key=lambda one: (-one.in_a_row, -one.films, one.code))


def _progress(films: Sequence[dict]) -> Progress:
    last = films[-1]
    limits = limits_for(last["sport"], last["mode"])
    values = [(row["film"], value_of(row, limits)) for row in films]
    step, (trend, why) = evidence.step(values, limits), evidence.trend(values, limits)
    margin = None if last["slope_error"] is None else student_t(last["n"] - 2) * last["slope_error"]
    return Progress(
        player=last["player"],
        sport=last["sport"],
        mode=last["mode"],
        metric=last["metric"],
        unit=last["unit"],
        n=last["n"],
        value=last["value"],
        previous=last["previous"],
        delta=last["delta"],
        slope=last["slope"],
        slope_margin=margin,
        step=step.state,
        step_why=step.why,
        trend=trend,
        why=why,
    )
