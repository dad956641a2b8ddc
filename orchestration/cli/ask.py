"""Questions: SQL over the lake, accuracy against labels."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Format(Enum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def sql(
    query: Annotated[
        str, typer.Argument(help='e.g. "select video, metric, value from metrics"; - reads it from stdin')
    ],
    format: Annotated[Format, typer.Option(help="How to print the answer.")] = Format.TABLE,
) -> None:
    """Ask the lake: every table of every film."""
    import sys

    from gametape.lake.sql import query as ask
    from gametape.settings import settings

    answer = ask(sys.stdin.read() if query == "-" else query, settings().lake_uri)
    if format is Format.JSON:
        print(json.dumps(answer.to_pylist(), default=str))
    elif format is Format.CSV:
        print(answer.to_pandas().to_csv(index=False), end="")
    else:
        _print_table(answer.column_names, [list(row.values()) for row in answer.to_pylist()])


evaluate = typer.Typer(
    help="Accuracy and cost of what users run, with the settings in force.", no_args_is_help=True
)


@evaluate.command()
def pose(
    video: Annotated[Path, typer.Option(help="A film.")],
    reference: Annotated[Path, typer.Option(help="NPZ with xy (frames, joints, 2) px and joints (names).")],
) -> None:
    """Poses against reference joints; prints one JSON object."""
    from gametape.pose.evaluate import evaluate_pose
    from gametape.settings import settings

    print(json.dumps(evaluate_pose(video, reference, settings())))


@evaluate.command()
def ball(
    folder: Annotated[Path, typer.Argument(help="Clips with a CSV of the same name beside each.")],
) -> None:
    """Ball positions against labels, by TrackNetV2's protocol; prints one JSON object."""
    from gametape.ball.evaluate import evaluate_ball
    from gametape.settings import settings

    print(json.dumps(evaluate_ball(folder, settings())))


@evaluate.command()
def events(
    file: Annotated[Path, typer.Argument(help="Parquet of labelled points: point, frame, x, y, visible, action.")],
    fps: Annotated[float, typer.Option(help="Frame rate of the labels.")] = 50.0,
) -> None:
    """Hits and bounces against labelled points; prints one JSON object."""
    from gametape.ball import evaluate_events
    from gametape.settings import settings

    print(json.dumps(evaluate_events(file, settings(), fps=fps)))


def _print_table(names: list[str], rows: list[list[object]]) -> None:
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
