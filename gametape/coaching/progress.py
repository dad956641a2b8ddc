"""A player's films one after the other: is a metric getting better, and which findings stay?

Belongs here: the judgement, from the rows of the view `player_progress`. Does not belong here: values, differences
and slopes (gametape.lake.sql), printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from gametape.base.reason import Reason
from gametape.sports.load import limits_for
from gametape.sports.rules import Limits

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.tables.core import Table

Trend = Literal["improving", "declining", "stable", "unknown"]
Step = Literal["better", "worse", "same", "unknown"]
LEAST_FILMS = 3
#: Student's t for 95 % and 1, 2, … degrees of freedom; beyond, the last, which is never too sure.
STUDENT_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


@dataclass(frozen=True)
class Progress:
    """A metric of a player over the films of one sport and mode.

    value: in the newest film, null with its reason; previous: the last known before it; delta: value less previous.
    n: films in which it is known. slope: change a film, with `slope_margin` either way at 95 %.
    trend: by the metric's direction; `why` says what it rests on.
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
    """One Progress for each metric of `rows` (view `player_progress`), by player, sport, mode and metric.

    stable: over all films it changes by less than the measure's typical error at 95 %. improving and declining: else,
    the slope of the distance from right differs from 0 at 95 %. unknown: neither, fewer than three films, or a metric
    of which no rule or scale says what is better.
    """
    series: dict[tuple, list[dict]] = {}
    for row in sorted(rows.to_pylist(), key=lambda row: row["film"]):
        place = (row["player"].lower(), row["sport"] or "", row["mode"] or "", row["metric"])
        series.setdefault(place, []).append(row)
    return [_progress(films) for _, films in sorted(series.items())]


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
    return _with_newest(PLAYER_TRENDS, [p for p in judged if p.metric in has_direction(p.sport, p.mode)], films)


def findings_of(player: str, lake_uri: str) -> pa.Table:
    """The findings of a player's newest films that were made before, by contract PLAYER_FINDINGS; see `trends_of`."""
    from gametape.lake.sql import read
    from gametape.tables.coaching import PLAYER_FINDINGS

    films, _ = _films_of(player, lake_uri)
    findings = read("findings", ["video", "code", "title"], keys=films["video"].to_pylist(), base_uri=lake_uri)
    return _with_newest(PLAYER_FINDINGS, persistent(films, findings), films)


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


def step(one: Progress) -> Step:
    """From the film before to the newest: same where the difference is within the measure's typical error, unknown
    where one of the two is, or where nothing says what is better.
    """
    if one.value is None or one.previous is None:
        return "unknown"
    limits = limits_for(one.sport, one.mode)
    now, before = (_wrongness(one.metric, value, limits) for value in (one.value, one.previous))
    if now is None or before is None:
        return "unknown"
    trust = limits.trust.get(one.metric)
    if abs(now - before) <= (trust.noise if trust else 0.0):
        return "same"
    return "better" if now < before else "worse"


def has_direction(sport: str | None, mode: str | None) -> frozenset[str]:
    """The metrics of which the rules or scales of a sport and mode say what is better."""
    limits = limits_for(sport, mode)
    return frozenset(limits.scales) | {rule.metric for rule in limits.rules.values()}


def persistent(films: pa.Table, findings: pa.Table) -> list[Persistent]:
    """Findings of the newest film of each player, sport and mode that were made before, those in a row first.

    films: rows of the view `player_films`. findings: with video, code and title.
    """
    titles = {row["code"]: row["title"] for row in findings.to_pylist()}
    made: dict[str, set[str]] = {}
    for row in findings.to_pylist():
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
    trend, why = _trend(last["metric"], films, limits)
    margin = None if last["slope_error"] is None else _t(last["n"]) * last["slope_error"]
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
        trend=trend,
        why=why,
    )


def _trend(metric: str, films: Sequence[dict], limits: Limits) -> tuple[Trend, Reason]:
    wrong = [(row["film"], _wrongness(metric, row["value"], limits)) for row in films if row["value"] is not None]
    if wrong and wrong[0][1] is None:
        return "unknown", Reason("no_direction")
    if len(wrong) < LEAST_FILMS:
        return "unknown", Reason("films_too_few", n=len(wrong), of=len(films), needed=LEAST_FILMS)
    slope, error = _line(wrong)
    margin = _t(len(wrong)) * error
    trust = limits.trust.get(metric)
    span = wrong[-1][0] - wrong[0][0]
    if trust and (abs(slope) + margin) * span < trust.noise:
        return "stable", Reason("change_within_error", error=trust.noise, n=len(wrong))
    if abs(slope) > margin:
        return ("improving" if slope < 0 else "declining"), Reason("trend_is_sure", n=len(wrong))
    return "unknown", Reason("films_scatter", n=len(wrong))


def _wrongness(metric: str, value: float, limits: Limits) -> float | None:
    """How far from right, in the metric's unit: less is better. None where nothing says what right is."""
    rule = next((rule for rule in limits.rules.values() if rule.metric == metric), None)
    if rule:
        return rule.badness(value)
    scale = limits.scales.get(metric)
    return None if scale is None else value if scale.zero > scale.one else -value


def _line(points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Least squares: the slope and its standard error, of three points or more."""
    points = list(points)
    n = len(points)
    x0, y0 = (sum(values) / n for values in zip(*points, strict=True))
    sxx = sum((x - x0) ** 2 for x, _ in points)
    slope = sum((x - x0) * (y - y0) for x, y in points) / sxx
    rest = sum((y - y0 - slope * (x - x0)) ** 2 for x, y in points)
    return slope, (rest / (n - 2) / sxx) ** 0.5


def _t(n: int) -> float:
    return STUDENT_T[min(n - 2, len(STUDENT_T)) - 1]
