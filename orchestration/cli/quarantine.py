"""Films that ended their workers again and again: which, why, and once more."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gametape.base.errors import BadInput
from orchestration.cli.partitions import Key, find

if TYPE_CHECKING:
    import dagster as dg

app = typer.Typer(no_args_is_help=True, help="Uploads that ended their worker three times in a row are set aside.")


@app.command("list")
def list_set_aside(as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False) -> None:
    """What is set aside, and what it was at last."""
    from orchestration.instance import open_instance
    from resources.quarantine import evidence, set_aside

    with open_instance() as instance:
        rows = {key: evidence(instance, run_id) for key, run_id in set_aside(instance).items()}
    if as_json:
        print(json.dumps({key: [asdict(death) for death in deaths] for key, deaths in rows.items()}))
        return
    for key, deaths in rows.items():
        print(f"{key}  {deaths[-1].asset or '-'}: {deaths[-1].why}" if deaths else key)
    if not rows:
        print("nothing is set aside")


@app.command()
def show(key: Key) -> None:
    """What is known of each of the ends, the oldest first."""
    from orchestration.instance import open_instance
    from resources.quarantine import evidence

    with open_instance() as instance:
        key, run_id = _set_aside(instance, key)
        deaths = evidence(instance, run_id)
    for death in deaths:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(death.ended)) if death.ended else "-"
        where = f"{death.asset or 'before the first asset'}" + (f", frame {death.frames[0]}" if death.frames else "")
        print(f"{when}  run {death.run_id[:8]}  {where}: {death.why}")
    print(f"once more: gametape quarantine release {key}; away with it: gametape delete {key}")


@app.command()
def release(key: Key) -> None:
    """Try it once more: what was made is kept, and it has three workers again."""
    from orchestration.instance import open_instance, open_workspace
    from orchestration.partitions.control import launch
    from orchestration.partitions.state import set_of

    with open_instance() as instance:
        key, run_id = _set_aside(instance, key)
        partitions, assets = set_of(instance, key), _to_make(instance, key, run_id)
    with open_workspace() as workspace:
        run = launch(workspace, partitions, key, assets, tags={})
    print(f"{key}: run {run[:8]} will make {', '.join(assets)}")


def _to_make(instance: dg.DagsterInstance, key: str, run_id: str) -> list[str]:
    """The assets that a released partition lacks; where all that exists is of an earlier sidecar, the run's own."""
    from orchestration.partitions.state import asset_graph, set_of, stale_or_missing_assets

    if again := stale_or_missing_assets(instance, key):
        return sorted(again)
    run = instance.get_run_by_id(run_id)
    if run and run.asset_selection:
        return sorted(asset.to_user_string() for asset in run.asset_selection)
    return sorted(asset_graph(set_of(instance, key)).assets)


def _set_aside(instance: dg.DagsterInstance, key: str) -> tuple[str, str]:
    from resources.quarantine import set_aside

    _, key = find(instance, key)
    if not (found := set_aside(instance, [key])):
        raise BadInput(key, "is not set aside", "See: gametape quarantine list")
    return key, found[key]
