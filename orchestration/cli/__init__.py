"""The command line, `gametape …`.

uploads: adding films. replays: importing games. partitions: what one does with them and with other partitions. run:
what starts things. ask: questions. training: exercises and sessions. export: files for other programs. court: the
court in a film. clip: clips of a film. still: who is in one picture. quarantine: films that end their workers. upkeep:
room and copies. This file only puts them together, so that `gametape --help` imports neither Dagster nor any craft.
"""

import sys

import typer

from gametape.base.errors import GametapeError
from orchestration.cli import (
    ask,
    clip,
    court,
    export,
    partitions,
    quarantine,
    replays,
    run,
    still,
    training,
    upkeep,
    uploads,
)

app = typer.Typer(
    help="Game film in, answers out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    uploads.upload, partitions.status, partitions.retry, partitions.cancel, partitions.delete,
    partitions.open_report,
    run.dev, run.demo, run.prepare, run.sample, run.doctor, run.verify, run.health, ask.sql, ask.progress,
    export.export, court.court, clip.clip, still.still,
    upkeep.cleanup, upkeep.backup, upkeep.restore,
):  # fmt: skip
    app.command(name={"open_report": "open"}.get(command.__name__, command.__name__))(command)
app.add_typer(ask.evaluate, name="eval")
app.add_typer(replays.app, name="replays")
app.add_typer(training.training, name="training")
app.add_typer(quarantine.app, name="quarantine")


def main() -> None:
    """Entry point: an error of gametape is one line, any other is a fault and shows its trace."""
    try:
        app()
    except GametapeError as error:
        print(f"gametape: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(141)
