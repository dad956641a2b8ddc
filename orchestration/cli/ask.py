"""Questions: SQL over the lake, a player over time, accuracy against labels."""

import csv
import json
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from gametape.base.spreadsheet import harmless


class Format(Enum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def sql(
    query: Annotated[
        str, typer.Argument(help='e.g. "select video, metric, value from metrics"; - reads it from standard input')
    ],
    format: Annotated[Format, typer.Option(help="How to print the answer.")] = Format.TABLE,
) -> None:
    """Ask the tables of all films. `show tables` lists them, `describe metrics` the columns of one."""
    from gametape.base.settings import settings
    from gametape.lake.sql import Limits
    from gametape.lake.sql import query as ask

    limits = Limits(settings().sql_seconds, settings().sql_bytes)
    answer = ask(sys.stdin.read() if query == "-" else query, settings().lake_uri, limits)
    if format is Format.JSON:
        print(json.dumps(answer.to_pylist(), default=str))
    elif format is Format.CSV:
        print(answer.to_pandas().map(harmless).to_csv(index=False), end="")
    else:
        _print_table(answer.column_names, [list(row.values()) for row in answer.to_pylist()])


def progress(
    player: Annotated[str, typer.Argument(help="A player's name as the sidecars give it.")],
    metric: Annotated[
        str | None, typer.Option(help="One metric, by its name or its label; without, all with a better and a worse.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the answer.")] = Format.TABLE,
) -> None:
    """A player's films compared: each metric now and before, its trend, and the findings that stay."""
    from dataclasses import asdict, fields

    from gametape.base.errors import BadInput
    from gametape.base.settings import settings
    from gametape.coaching.progress import Progress, directed, findings_made, judge, persistent
    from gametape.lake.sql import literal
    from gametape.lake.sql import query as ask
    from gametape.report.history import progress_lines, stays
    from gametape.report.words import words
    from gametape.sports.load import metric_names

    say = words(settings().language)
    if metric is not None:
        labels = {say.metric(name).lower(): name for name in reversed(metric_names())}
        metric = labels.get(metric.strip().lower(), metric)
        if metric not in metric_names():
            raise BadInput(metric, "is no metric", f"There is: {', '.join(metric_names())}")
    own = f"lower(player) = lower({literal(player.strip())})"
    films = ask(f"from player_films where {own}")
    if not films.num_rows:
        known = ask("select distinct player from player_films order by player limit 10")["player"].to_pylist()
        remedy = f"There is: {', '.join(known)}" if known else "Give players: [{name: …}] in the films' sidecars"
        raise BadInput(player, "is the player of no analysed film", remedy)
    rows = ask(f"from player_progress where {own}" + (f" and metric = {literal(metric)}" if metric else ""))
    shown = [one for one in judge(rows) if metric or directed(one)]
    stay = persistent(films, findings_made(films))
    if format is Format.JSON:
        print(json.dumps({"metrics": [asdict(one) for one in shown], "findings": [asdict(one) for one in stay]}))
        return
    if format is Format.CSV:  # for programs: names as in SQL
        names = [field.name for field in fields(Progress) if field.name != "player"]
        table = [[getattr(one, name) for name in names] for one in shown]
        csv.writer(sys.stdout, lineterminator="\n").writerows([names, *(map(harmless, row) for row in table)])
        return
    _print_table(*progress_lines(shown, rows, say))
    for one in stay:
        print(stays(one, say))


evaluate = typer.Typer(
    help="Measure accuracy against your own labels, with the settings in force.", no_args_is_help=True
)


@evaluate.command()
def pose(
    folder: Annotated[
        Path | None, typer.Argument(help="Films with a CSV of hand labels of the same name beside each.")
    ] = None,
    video: Annotated[Path | None, typer.Option(help="One film instead, with its --reference.")] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="NPZ with xy (frames, joints, 2) px and joints (names), one person in every frame; or a CSV "
            "frame,person,joint,x,y of labels made by hand, of some frames and people."
        ),
    ] = None,
) -> None:
    """Compare poses with reference joints; prints one JSON object.

    Labels are in px of the upright picture, frames counted from 0, joints named left_knee and so on; those that are
    left out do not count. Each is held against the person nearest to it, of as many as GAMETAPE_POSE_PEOPLE follows.
    """
    from gametape.base.settings import settings
    from gametape.evaluation.pose import evaluate_pose, evaluate_poses

    if folder and not (video or reference):
        scores = evaluate_poses(folder, settings())
    elif video and reference and not folder:
        scores = evaluate_pose(video, reference, settings())
    else:
        raise typer.BadParameter("Give a folder, or --video and --reference")
    print(json.dumps(scores))


@evaluate.command()
def ball(
    folder: Annotated[Path, typer.Argument(help="Clips with a CSV of the same name beside each.")],
) -> None:
    """Compare ball positions with labels, by TrackNetV2's protocol; prints one JSON object."""
    from gametape.base.settings import settings
    from gametape.evaluation.ball import evaluate_ball

    print(json.dumps(evaluate_ball(folder, settings())))


@evaluate.command()
def court(
    folder: Annotated[Path, typer.Argument(help="Films; NAME.yaml beside one marks the court that it shows.")],
) -> None:
    """Courts found in films against marks by eye, none where nothing is marked; prints one JSON object."""
    from gametape.evaluation.court import evaluate_court

    print(json.dumps(evaluate_court(folder)))


@evaluate.command()
def events(
    labels: Annotated[
        Path,
        typer.Argument(
            help="Parquet of labelled points (point, frame, x, y, visible, action), or a folder of clips with "
            "NAME.events.csv (frame, kind) beside each."
        ),
    ],
    fps: Annotated[float, typer.Option(help="Frame rate of the labelled points.")] = 50.0,
    sport: Annotated[str | None, typer.Option(help="Their sport, for the order of its contacts.")] = None,
) -> None:
    """Events of the ball against labelled points or clips; prints one JSON object."""
    from gametape.base.settings import settings
    from gametape.evaluation.events import evaluate_events
    from gametape.evaluation.film_events import evaluate_film_events

    if labels.is_dir():
        print(json.dumps(evaluate_film_events(labels, settings(), sport=sport)))
    else:
        print(json.dumps(evaluate_events(labels, settings(), fps=fps, sport=sport)))


@evaluate.command()
def strokes(
    film: Annotated[Path, typer.Argument(help="The film; a sidecar beside it counts.")],
    labels: Annotated[Path, typer.Argument(help="CSV of strokes by eye: contact_s, player, kind.")],
    sport: Annotated[str | None, typer.Option(help="Take this sport, and nothing else, for the sidecar.")] = None,
    tolerance: Annotated[float, typer.Option(min=0.0, help="Greatest distance of a right contact, s.")] = 0.25,
) -> None:
    """Strokes against labels made by eye: which are found, when, of what kind; prints one JSON object.

    A player is near, far, left or right in the picture, or the number of a track. A kind that is left empty or is
    `unknown` does not count for kinds.
    """
    from gametape.base.settings import settings
    from gametape.evaluation.strokes import evaluate_strokes

    print(json.dumps(evaluate_strokes(film, labels, settings(), sport=sport, tolerance_s=tolerance)))


@evaluate.command()
def players(
    folder: Annotated[
        Path, typer.Argument(help="Films in folders, target_<number>_<colour>.csv beside them: the truth of a player.")
    ],
) -> None:
    """Following a player: found, number, time seen and on a wrong person; prints one JSON object.

    A file of truth has the columns frame, visible (1, 0, -1: not scored), x1, y1, x2, y2 and number_legible. A film
    without one is searched for every number.
    """
    from gametape.base.settings import settings
    from gametape.evaluation.players import evaluate_players

    print(json.dumps(evaluate_players(folder, settings())))


@evaluate.command()
def presenter(
    film: Annotated[Path, typer.Argument(help="The film; a sidecar beside it counts.")],
    labels: Annotated[Path, typer.Argument(help="CSV of boxes: frame,visible,x1,y1,x2,y2; visible -1 is not scored.")],
) -> None:
    """How a presenter is followed, against labelled boxes; prints one JSON object.

    Coverage and gaps are of all samples of the film; on_presenter is the share of measured samples, at labelled frames,
    whose box is the labelled one. Distance and jitter are in picture heights.
    """
    from gametape.base.settings import settings
    from gametape.evaluation.presenter import evaluate_presenter

    print(json.dumps(evaluate_presenter(film, labels, settings())))


@evaluate.command()
def replays(
    folder: Annotated[
        Path, typer.Argument(help="NAME.replay, with api/NAME.ballchasing.json for as many as there are.")
    ],
) -> None:
    """Statistics of replays against ballchasing.com's answers about the same games; prints one JSON object."""
    from gametape.evaluation.replays import evaluate_replays

    print(json.dumps(evaluate_replays(folder)))


def _print_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    def cell(value: object) -> Text:  # Text: a film's name is never read as markup
        return Text("" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value))

    table = Table(*map(escape, names))
    for row in rows:
        table.add_row(*map(cell, row))
    console = Console(width=None if Console().is_terminal else 10_000)
    console.print(table)
    console.print(f"{len(rows)} rows", style="dim")
