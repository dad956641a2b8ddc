"""What one does with uploads and other partitions: look, retry, cancel, delete, open."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gametape.base.errors import BadInput, GametapeError, Unavailable
from orchestration.cli.uploads import delete_unused, unused_files

if TYPE_CHECKING:
    import dagster as dg

    from gametape.uploads import UploadKind
    from orchestration.partitions.state import PartitionState
    from resources.partitions import PartitionSet

Key = Annotated[str, typer.Argument(metavar="KEY", help="A key as `gametape status` shows it, or the start of one.")]


def status(
    key: Annotated[str | None, typer.Argument(metavar="KEY", help="One key or the start of it; else all.")] = None,
    of: Annotated[str | None, typer.Option(help="A partition set, e.g. players; else all sets of uploads.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")] = False,
) -> None:
    """The state of each upload: waiting, queued, running, canceling, ready, stale, failed (and why) or canceled.

    Files among the uploads that nothing is made of are listed as unused, with what to do.
    """
    from orchestration.instance import open_instance
    from orchestration.partitions.state import partition_state
    from resources.partitions import SETS

    if of is not None and of not in SETS:
        raise BadInput(of, "is no partition set", f"There are: {', '.join(SETS)}")
    sets = [one for one in SETS.values() if (one.name == of if of else one.kind)]
    with open_instance() as instance:
        while True:
            if key is None:
                told: set[str] = set()
                states = [state for partitions in sets for state in _states(instance, partitions, told)]
            else:
                states = [partition_state(instance, find(instance, key)[1])]
            if key is None and of is None:
                states += _unused()
            if as_json:
                shown = [asdict(state) for state in states]
                print(json.dumps(shown[0] if key else shown))
            else:
                _print(states)
            if not watch:
                return
            time.sleep(2)


def retry(key: Key) -> None:
    """Make again what failed, was canceled, is missing or stale. What is fresh is kept."""
    from orchestration.instance import open_instance, open_workspace
    from orchestration.partitions.control import launch, unfinished_runs
    from orchestration.partitions.state import partition_state, stale_or_missing_assets
    from resources.quarantine import set_aside

    with open_instance() as instance:
        partitions, key = find(instance, key)
        if not instance.has_dynamic_partition(partitions.name, key):
            raise Unavailable(key, "waits for the upload sensor, which asks for its first run", "Start it: make dev")
        if runs := unfinished_runs(instance, key):
            raise GametapeError(key, f"run {runs[0].run_id[:8]} is not finished", f"First: gametape cancel {key}")
        if set_aside(instance, [key]):
            remedy = f"See: gametape quarantine show {key}; to try it once more: gametape quarantine release {key}"
            raise GametapeError(key, "is set aside: it ended its worker three times in a row", remedy)
        assets = sorted(stale_or_missing_assets(instance, key))
        state = partition_state(instance, key)
    if not assets and state.state == "failed":  # all that exists is of an earlier sidecar
        raise GametapeError(key, state.message, "Correct the sidecar and save it; it is read again by itself")
    if not assets:
        print(f"{key}: everything is fresh, nothing to do")
        return
    with open_workspace() as workspace:
        run = launch(workspace, partitions, key, assets, tags={})
    print(f"{key}: run {run[:8]} will make {', '.join(assets)}")


def cancel(key: Key) -> None:
    """Stop an upload's runs, waiting or working. What they made so far is kept; `gametape retry` goes on."""
    from orchestration.instance import open_instance
    from orchestration.partitions.control import cancel as stop

    with open_instance() as instance:
        _, key = find(instance, key)
        stopped = stop(instance, key, tell=lambda line: print(f"{key}: {line}", flush=True))
    if not stopped:
        print(f"{key}: no run to stop")
    for run in stopped:
        print(f"{key}: run {run.run_id[:8]} {run.how}")
    sys.exit(not all(run.was_canceled for run in stopped))


def delete(
    key: Key,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an upload, everything made from it and Dagster's records of it."""
    from orchestration.instance import open_instance
    from orchestration.partitions.control import delete as delete_partition

    with open_instance() as instance:
        try:
            partitions, key = find(instance, key)
        except BadInput:
            if delete_unused(key, yes):
                return
            raise
        upload = ", its upload" if partitions.kind else ""
        if not yes and not typer.confirm(f"Delete {key}{upload} and everything made from it?"):
            raise typer.Abort
        for what in delete_partition(instance, partitions, key):
            print(f"deleted {what}")


def open_report(key: Key) -> None:
    """Open an upload's report in the browser. From a bucket it is downloaded first."""
    import webbrowser

    from gametape.base.settings import settings
    from gametape.lake.store import Lake
    from orchestration.instance import open_instance

    with open_instance() as instance:
        partitions, key = find(instance, key)
    lake, report = Lake(settings().lake_uri), partitions.report_asset
    if report is None or not lake.has_table(report, key):
        raise Unavailable(key, "has no report yet", f"See: gametape status {key}")
    page = lake.read_table(report, key)["page"][0].as_py()
    path = lake.get_folder(key, settings().home / "reports" / key, of=partitions.key) / page
    print(path)
    webbrowser.open(path.as_uri())


def find(instance: dg.DagsterInstance, asked: str) -> tuple[PartitionSet, str]:
    """The partition whose key is or starts with `asked`, and its set; else such an upload that is no partition yet.

    Uploads come before partitions that are derived from them.

    Raises:
        BadInput: There is none, or there are several.
    """
    from resources.partitions import SETS

    known: dict[str, PartitionSet] = {}
    for partitions in sorted(SETS.values(), key=lambda one: one.kind is None):
        if partitions.kind or not any(key.startswith(asked.lower()) for key in known):
            known |= dict.fromkeys(partitions.keys(instance), partitions)
    start = asked.lower()
    waiting = {} if any(key.startswith(start) for key in known) else dict(_uploaded(instance, start))
    nouns = {partitions.noun for partitions in (known | waiting).values()} or {"film"}
    key = one_of(list(known), asked, sorted(waiting), nouns.pop() if len(nouns) == 1 else "upload")
    return (known | waiting)[key], key


def one_of(known: Sequence[str], asked: str, waiting: Sequence[str] = (), noun: str = "film") -> str:
    """The one key of `known`, else of `waiting`, that is or starts with `asked`.

    Raises:
        BadInput: Nothing is asked for, there is none, or there are several; it lists some of `known`.
    """
    if not asked.strip():  # every key starts with nothing
        raise BadInput("''", f"is no {noun}", "`gametape status` lists them")
    if asked in known:
        return asked
    found = [key for key in known if key.startswith(asked.lower())] or list(waiting)
    if len(found) == 1:
        return found[0]
    names = found or known[::-1]  # the newest first
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    reason = f"is the start of {len(found)} {noun}s" if found else f"is no {noun}'s key, nor the start of one"
    existing = f"There is: {', '.join(names[:5])}{more}" if names else "Nothing was taken yet; see: gametape status"
    raise BadInput(asked, reason, existing)


def _uploaded(instance: dg.DagsterInstance, start: str) -> Iterator[tuple[str, PartitionSet]]:
    """Uploads whose key begins with `start` or whose file is called so. Only likely ones are read.

    There may be thousands.
    """
    from orchestration.partitions.control import key_of
    from resources.partitions import SETS
    from resources.uploads import uploads_from_settings

    for partitions in SETS.values():
        if partitions.kind:
            store = uploads_from_settings().store(partitions.kind)
            for file in store.list().uploads:
                name = partitions.kind.slug_of(file.name)
                if name.startswith(start) or start.startswith(name) or file.label.lower() == start:
                    key = key_of(instance, store, file)
                    if key.startswith(start) or file.label.lower() == start:
                        yield key, partitions


def _states(instance: dg.DagsterInstance, partitions: PartitionSet, told: set[str]) -> Iterator[PartitionState]:
    from orchestration.partitions.state import asset_graph, partition_states

    yield from partition_states(instance, asset_graph(partitions))
    if partitions.kind:
        yield from _new_uploads(instance, partitions.kind, told)


def _new_uploads(instance: dg.DagsterInstance, kind: UploadKind, told: set[str]) -> list[PartitionState]:
    """Uploads that are no partition yet. What is not known without reading them is left to the sensor.

    Problems that are not in `told` are printed, and added to it: kinds share a folder.
    """
    from gametape.uploads import fingerprint_in, printable
    from gametape.uploads.look import EMPTY
    from orchestration.partitions.state import PartitionState
    from resources.uploads import uploads_from_settings

    store = uploads_from_settings().store(kind)
    try:
        listing = store.list()
    except Unavailable as error:  # known partitions are still shown
        _tell([str(error)], told)
        return []
    _tell(listing.problems, told)
    known = {fingerprint_in(key) for key in instance.get_dynamic_partitions(kind.name)}
    seen = store.remembered()
    read = {file: seen[uri].value for file in listing.uploads if (uri := printable(file.uri)) in seen}
    return [
        PartitionState(file.label, "waiting", "uploaded, the sensor has not taken it yet" if file.size else EMPTY)
        for file in listing.uploads
        if read.get(file) is None or read[file] not in known
    ]


def _tell(problems: Sequence[str], told: set[str]) -> None:
    for problem in problems:
        if problem not in told:
            print(f"gametape: {problem}", file=sys.stderr)
    told.update(problems)


def _unused() -> list[PartitionState]:
    from orchestration.partitions.state import PartitionState

    try:
        return [PartitionState(file.label, "unused", file.message) for file in unused_files()]
    except Unavailable:  # told where the uploads themselves are listed
        return []


def _print(states: Sequence[PartitionState]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    colours = {"ready": "green", "failed": "red", "running": "cyan", "canceling": "yellow", "stale": "yellow"}
    if not states:
        console.print("no uploads; add one: gametape upload FILE")
    for state in states:
        line = Text(f"{state.state:9} ", colours.get(state.state, ""))
        console.print(line + Text(f"{state.key}  ", "") + Text(state.message, "dim"))
