"""Making room, and copies of the house."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from gametape.base.errors import BadInput

_UNITS = {"": 1, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def cleanup(
    days: Annotated[float | None, typer.Option(min=0, help="Keep what was worked on within so many days.")] = None,
    max_count: Annotated[int | None, typer.Option(min=0, help="Keep so many, the newest.")] = None,
    max_bytes: Annotated[str | None, typer.Option(help="Keep so many bytes of uploads, e.g. 500G.")] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="Only ready, stale, failed or canceled; may be repeated.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only this owner's.")] = None,
    history_days: Annotated[
        float | None, typer.Option(min=0, help="Forget runs that ended before, and that no state rests on.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for cron.")] = False,
) -> None:
    """Delete uploads beyond the limits with all that was made of them, and old records. Nothing at work is touched."""
    from orchestration.cleanup import FINISHED, Limits, delete_all, forget, runs_to_forget, to_delete
    from orchestration.instance import open_instance

    states = tuple(one for one in FINISHED if not state or one in state)
    if unknown := set(state or ()) - set(FINISHED):
        raise BadInput(", ".join(sorted(unknown)), "is no state that may go", f"There is: {', '.join(FINISHED)}")
    limits = Limits(days, max_count, _bytes(max_bytes) if max_bytes else None, states, owner)
    failed = 0
    with open_instance() as instance:
        old = to_delete(instance, limits)
        for one in old:
            print(f"{'would delete' if dry_run else 'deletes'} {one.key}  {one.state}, {one.bytes / 1e6:.1f} MB")
        if old and not dry_run:
            if not yes and not typer.confirm(f"Delete these {len(old)} uploads and everything made from them?"):
                raise typer.Abort
            for _, problem in delete_all(instance, old):
                if problem:
                    print(f"gametape: not deleted: {problem}", file=sys.stderr)
                failed += bool(problem)
        runs = runs_to_forget(instance, history_days) if history_days is not None else []
        for run_id in () if dry_run else runs:
            forget(instance, run_id)
    print(f"{'would be' if dry_run else 'were'} deleted: {len(old) - failed} uploads, the records of {len(runs)} runs")
    sys.exit(1 if failed else 0)


def backup(to: Annotated[Path, typer.Argument(help="A new folder.")]) -> None:
    """Copy the house: records, warehouse, uploads, lake, players. It may be at work meanwhile."""
    from orchestration.backup import backup as copy

    for line in copy(to):
        print(line)


def restore(source: Annotated[Path, typer.Argument(help="A folder that `gametape backup` made.")]) -> None:
    """Make this home, which must be empty, the house that was copied, and say whether it agrees with itself."""
    from orchestration.backup import disagreements
    from orchestration.backup import restore as put_back
    from orchestration.instance import dagster_home, open_instance, prepare
    from orchestration.services import own_the_home

    dagster_home().mkdir(parents=True, exist_ok=True)
    with own_the_home("gametape restore"):
        for line in put_back(source):
            print(line)
        prepare()
        with open_instance() as instance:
            missing = disagreements(instance)
    print("\n".join(missing) or "everything that the records call made is there")
    sys.exit(1 if missing else 0)


def _bytes(text: str) -> float:
    """A number with K, M, G or T.

    >>> _bytes("1.5G")
    1500000000.0
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", text.strip().upper())
    if not match:
        raise BadInput(f"--max-bytes {text}", "is no size", "Give for example 500G")
    return float(match[1]) * _UNITS[match[2]]
