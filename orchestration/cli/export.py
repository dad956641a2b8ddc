"""A film's tables as files for other programs."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.partitions import Key, one_of


class Format(Enum):
    TRC = "trc"
    MOT = "mot"
    C3D = "c3d"
    CSV = "csv"
    TRAJECTORY = "trajectory"
    POSE_ANALYSIS = "pose-analysis"
    STROKES = "strokes"
    RESULTS = "results"
    CLIPS = "clips"
    OVERLAY = "overlay"
    PRESENTER = "presenter"


def export(
    key: Key,
    format: Annotated[Format, typer.Option(help="What to write.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path(),
) -> None:
    """Write a film's poses, ball or results for other programs."""
    from gametape.base.settings import settings
    from gametape.exports import export as write
    from gametape.lake.store import Lake

    lake = Lake(settings().lake_uri)
    written = write(lake, one_of(lake.keys("source_video"), key), format.value, out)
    for file in written.files:
        print(f"{written.folder / file.name}  {file.what}{f', {file.unit}' if file.unit else ''}")
    for note in dict.fromkeys(note for file in written.files for note in file.notes):
        typer.echo(f"  {note}", err=True)
