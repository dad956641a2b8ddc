"""The state of each partition, derived from what Dagster has on record.

Belongs here: the derivation. Does not belong here: a status of our own; nothing here is ever stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import dagster as dg

from gametape.base.settings import settings
from gametape.uploads import LastRequest
from resources.graph import Graph, Materialized, to_compute
from resources.partitions import SETS, VIDEOS, PartitionSet, is_first_look
from resources.quarantine import DEATHS, set_aside
from resources.records import PartitionRecords, RunFact
from resources.run_events import events_of, failure_reason, frames_done

State = Literal["waiting", "queued", "running", "canceling", "ready", "stale", "failed", "canceled", "unused"]
#: What `ready` says of a film in which there is next to nothing to see, by the label of its table of frames.
UNSEEN = {
    "black": "the picture is black: nothing can be seen in it",
    "dark": "the picture is so dark that next to nothing can be seen in it",
    "still": "the picture stands still",
}
_QUEUED = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)
#: So many partitions of a list are described in detail, at some milliseconds each.
MOST_DETAILS = 50


@dataclass(frozen=True)
class PartitionState:
    """The state of a partition.

    Args:
        key: The partition.
        state: The state.
        message: The state in words.
        run_id: The newest run.
        asset: What is running, or what failed.
        error: Why it failed.
        done: How many of the run's assets are made.
        selected: How many assets the run makes.
        frames: (done, in all) of the running asset.
        stale: Assets made by older code or from older inputs, with what follows from them.
        missing: Assets that were never made.
        first_look: The report that exists is of the upload's beginning alone.
        retry: Its run failed by no fault of the film's and is going to be retried.
    """

    key: str
    state: State
    message: str = ""
    run_id: str | None = None
    asset: str | None = None
    error: str | None = None
    done: int = 0
    selected: int = 0
    frames: tuple[int, int] | None = None
    stale: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    first_look: bool = False
    retry: bool = False


@cache
def asset_graph(partitions: PartitionSet) -> Graph:
    """The set's assets in this code location."""
    from orchestration.definitions import defs

    return Graph.of(defs, partitions)


def set_of(instance: dg.DagsterInstance, key: str) -> PartitionSet:
    """The partition set that has the key; VIDEOS when none has."""
    return next((one for one in SETS.values() if instance.has_dynamic_partition(one.name, key)), VIDEOS)


def partition_states(
    instance: dg.DagsterInstance, graph: Graph | None = None, *, memory: Path | None = None
) -> list[PartitionState]:
    """The state of every partition of the graph's set (VIDEOS without one), oldest first, in a handful of queries.

    The newest ones that run or failed are described in detail (`MOST_DETAILS`); of others ask `partition_state`.
    """
    records = _records(instance, graph or asset_graph(VIDEOS), memory)
    keys = records.keys()
    made, runs, requests = records.made(keys), records.last_runs(), records.requests()
    states = [_state(key, records.graph, made[key], runs.get(key), requests.get(key)) for key in keys]
    details = 0
    for index in reversed(range(len(states))):
        if details < MOST_DETAILS and (states[index].state in ("running", "failed") or states[index].retry):
            states[index] = _in_detail(instance, records.graph, states[index])
            details += 1
    return [_with_first_look(state) for state in states]


def partition_state(
    instance: dg.DagsterInstance, key: str, graph: Graph | None = None, *, memory: Path | None = None
) -> PartitionState:
    """One partition's state, in detail. A key that is no partition yet is waiting."""
    records = _records(instance, graph or asset_graph(set_of(instance, key)), memory)
    run, request = records.last_runs([key]).get(key), records.requests(key).get(key)
    state = _state(key, records.graph, records.made([key])[key], run, request)
    return _with_first_look(_in_detail(instance, records.graph, state))


def stale_or_missing_assets(instance: dg.DagsterInstance, key: str, graph: Graph | None = None) -> frozenset[str]:
    """The assets to make for a partition to be complete and fresh: missing, stale, and all that follows from them."""
    records = _records(instance, graph or asset_graph(set_of(instance, key)), None)
    return to_compute(records.graph, records.made([key])[key])


def _records(instance: dg.DagsterInstance, graph: Graph, memory: Path | None) -> PartitionRecords:
    return PartitionRecords(instance, graph, memory or settings().home / "records.sqlite")


def _state(
    key: str, graph: Graph, made: Mapping[str, Materialized], run: RunFact | None, request: LastRequest | None
) -> PartitionState:
    """The state as the materializations, the newest run and the last request have it."""
    again = to_compute(graph, made)
    missing = tuple(asset for asset in graph.assets if asset not in made)
    report = made.get(graph.partitions.report_asset)
    state = PartitionState(
        key,
        "waiting",
        run_id=run and run.run_id,
        stale=tuple(asset for asset in graph.assets if asset in again and asset in made),
        missing=missing,
        first_look=report is not None and report.quick,
    )
    if run and not run.is_finished:
        if run.status in _QUEUED:
            return replace(state, state="queued", message="its run waits for its turn")
        if run.status == dg.DagsterRunStatus.CANCELING:
            return replace(state, state="canceling", message=f"run {run.run_id[:8]} was asked to stop and has not yet")
        return replace(state, state="running")
    if not again and not (run and _is_of_another_sidecar(graph, made, request, run)):
        frames = made.get("frames")
        return replace(state, state="ready", message=UNSEEN.get(frames.label, "") if frames else "")
    if run and request and request.quick and run.status != dg.DagsterRunStatus.CANCELED:
        failed = "" if state.first_look else f"its first look, run {run.run_id[:8]}, failed; "
        return replace(state, message=f"{failed}the full analysis is requested next")
    if run and run.status == dg.DagsterRunStatus.FAILURE:
        if run.is_to_be_retried:
            return replace(state, message=f"run {run.run_id[:8]} failed; its retry comes by itself", retry=True)
        return replace(state, state="failed", message=f"run {run.run_id[:8]} failed")
    if run and run.status == dg.DagsterRunStatus.CANCELED:
        return replace(state, state="canceled", message=f"run {run.run_id[:8]} was canceled")
    if run and made:  # its run succeeded: what is missing is new since then
        older = "a first look, older code or inputs" if state.first_look else "older code or inputs"
        parts = [f"{older} made {', '.join(state.stale)}"] if state.stale else []
        parts += [f"new since then: {', '.join(missing)}"] if missing else []
        return replace(state, state="stale", message="; ".join(parts))
    if not made and not run:
        return replace(state, message="no run was requested yet")
    return replace(state, message=f"not made yet: {', '.join(missing)}")


def _is_of_another_sidecar(
    graph: Graph, made: Mapping[str, Materialized], request: LastRequest | None, run: RunFact
) -> bool:
    """Was the last request for another sidecar than the results are of, and did it come to nothing?"""
    record = made.get(graph.partitions.sidecar_asset or "")
    came_to_nothing = run.status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
    return bool(came_to_nothing and request and record and request.sidecar != record.data)


def _in_detail(instance: dg.DagsterInstance, graph: Graph, state: PartitionState) -> PartitionState:
    """The state with details from its run's events."""
    if state.state == "running":
        return _running(instance, graph, state)
    if state.state == "failed" or state.retry:
        why = failure_reason(instance, state.run_id)
        message = f"{why.asset}: {why.message}" if why.asset else why.message
        message += f" (run {state.run_id[:8]})"
        if state.retry:
            return replace(state, asset=why.asset, message=f"{message}; its retry comes by itself")
        if set_aside(instance, [state.key]):
            message = f"set aside, it ended its worker {DEATHS} times: {message}"
            message += f". See: gametape quarantine show {state.key}"
        elif not why.is_ours:  # the others say what to do
            message += f". Try: gametape retry {state.key}"
        return replace(state, asset=why.asset, error=why.message, message=message)
    return state


def _with_first_look(state: PartitionState) -> PartitionState:
    """The state, with a first look's report mentioned where there is one meanwhile."""
    if not state.first_look or state.state == "stale":  # the message of a stale one has it
        return state
    return replace(state, message=f"first look ready; {state.message}")


def _running(instance: dg.DagsterInstance, graph: Graph, state: PartitionState) -> PartitionState:
    kind = dg.DagsterEventType
    events = events_of(instance, state.run_id, {kind.STEP_START, kind.STEP_RESTARTED, kind.ASSET_MATERIALIZATION})
    made = {e.step_key for e in events if e.event_type == kind.ASSET_MATERIALIZATION}
    begun = [e.step_key for e in events if e.event_type != kind.ASSET_MATERIALIZATION]
    asset = next((step for step in reversed(begun) if step not in made), None)
    run = instance.get_run_by_id(state.run_id)
    selected = len(run.asset_selection) if run and run.asset_selection else len(graph.assets)
    frames = frames_done(instance, asset, state.key, state.run_id) if asset in graph.assets else None
    quick = is_first_look(run.tags if run else None)
    message = ("first look: " if quick else "") + (asset or "starts")
    if frames:
        message += f", frame {frames[0]} of {frames[1]}"
    message += f" ({len(made)} of {selected} made)"
    return replace(
        state,
        asset=asset,
        done=len(made),
        selected=selected,
        frames=frames,
        message=message,
        first_look=state.first_look and not quick,
    )
