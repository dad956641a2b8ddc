"""Where each film stands, worked out from what Dagster has on record.

Belongs here: the derivation. Does not belong here: a status of our own; nothing here is ever stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import dagster as dg
from dagster._core.events import DagsterEventType

from gametape.base.settings import settings
from gametape.uploads import LastRequest
from resources.partitions import is_first_look
from resources.records import FilmRecords, Graph, Made, RunFact, events_of, progress_of, to_compute, why_failed

State = Literal["waiting", "queued", "running", "ready", "stale", "failed", "canceled"]
_QUEUED = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)
#: So many films of a list are told in detail, at some milliseconds each.
MOST_DETAILS = 50


@dataclass(frozen=True)
class VideoState:
    """Where a film stands.

    `told` says it in words. `asset` is what runs or failed, `done` of `selected` assets the run has made so far,
    `frames` (done, in all) how far the running one is. `stale` are assets made by older code or from older inputs,
    with what follows from them; `missing` were never made. `first_look`: the report that there is, is of the film's
    first seconds alone.
    """

    key: str
    state: State
    told: str = ""
    run_id: str | None = None
    asset: str | None = None
    error: str | None = None
    done: int = 0
    selected: int = 0
    frames: tuple[int, int] | None = None
    stale: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    first_look: bool = False


@cache
def film_graph() -> Graph:
    """The assets of this code location."""
    from orchestration.definitions import defs

    return Graph.of(defs)


def video_states(
    instance: dg.DagsterInstance, graph: Graph | None = None, *, memory: Path | None = None
) -> list[VideoState]:
    """Every film's state, oldest first, in a handful of queries.

    The newest films that run or failed are told in detail (`MOST_DETAILS`); of the others ask `video_state`.
    """
    records = _records(instance, graph, memory)
    keys = records.keys()
    made, runs, asked = records.made(keys), records.last_runs(), records.requests()
    states = [_state(key, records.graph, made[key], runs.get(key), asked.get(key)) for key in keys]
    details = 0
    for index in reversed(range(len(states))):
        if details < MOST_DETAILS and states[index].state in ("running", "failed"):
            states[index] = _in_detail(instance, records.graph, states[index])
            details += 1
    return [_with_first_look(state) for state in states]


def video_state(
    instance: dg.DagsterInstance, key: str, graph: Graph | None = None, *, memory: Path | None = None
) -> VideoState:
    """One film's state, in detail. A key that is no partition yet is waiting."""
    records = _records(instance, graph, memory)
    run, asked = records.last_runs([key]).get(key), records.requests(key).get(key)
    state = _state(key, records.graph, records.made([key])[key], run, asked)
    return _with_first_look(_in_detail(instance, records.graph, state))


def stale_or_missing_assets(instance: dg.DagsterInstance, key: str, graph: Graph | None = None) -> frozenset[str]:
    """The assets to make again for a film to be whole and fresh: missing, stale, and all that follows from them."""
    records = _records(instance, graph, None)
    return to_compute(records.graph, records.made([key])[key])


def _records(instance: dg.DagsterInstance, graph: Graph | None, memory: Path | None) -> FilmRecords:
    return FilmRecords(instance, graph or film_graph(), memory or settings().home / "records.sqlite")


def _state(
    key: str, graph: Graph, made: Mapping[str, Made], run: RunFact | None, asked: LastRequest | None
) -> VideoState:
    """What the materializations, the newest run and the last request say."""
    again = to_compute(graph, made)
    missing = tuple(asset for asset in graph.assets if asset not in made)
    state = VideoState(
        key,
        "waiting",
        run_id=run and run.run_id,
        stale=tuple(asset for asset in graph.assets if asset in again and asset in made),
        missing=missing,
        first_look="report" in made and made["report"].quick,
    )
    if run and not run.is_finished:
        if run.status in _QUEUED:
            return replace(state, state="queued", told="its run waits for its turn")
        return replace(state, state="running")
    if not again:
        return replace(state, state="ready")
    if run and asked and asked.quick and run.status != dg.DagsterRunStatus.CANCELED:
        told = "" if state.first_look else f"its first look, run {run.run_id[:8]}, failed; "
        return replace(state, told=f"{told}the full analysis is asked for next")
    if run and run.status == dg.DagsterRunStatus.FAILURE:
        return replace(state, state="failed", told=f"run {run.run_id[:8]} failed")
    if run and run.status == dg.DagsterRunStatus.CANCELED:
        return replace(state, state="canceled", told=f"run {run.run_id[:8]} was canceled")
    if run and made:  # its run went well: what is missing is new since then
        older = "a first look, older code or inputs" if state.first_look else "older code or inputs"
        told = [f"{older} made {', '.join(state.stale)}"] if state.stale else []
        told += [f"new since then: {', '.join(missing)}"] if missing else []
        return replace(state, state="stale", told="; ".join(told))
    if not made and not run:
        return replace(state, told="no run was asked for yet")
    return replace(state, told=f"not made yet: {', '.join(missing)}")


def _in_detail(instance: dg.DagsterInstance, graph: Graph, state: VideoState) -> VideoState:
    """The state with what its run's events tell."""
    if state.state == "running":
        return _told_running(instance, graph, state)
    if state.state == "failed":
        why = why_failed(instance, state.run_id)
        told = f"{why.asset}: {why.told}" if why.asset else why.told
        return replace(state, asset=why.asset, error=why.told, told=f"{told} (run {state.run_id[:8]})")
    return state


def _with_first_look(state: VideoState) -> VideoState:
    """The state with a word on the report that there is meanwhile."""
    if not state.first_look or state.state == "stale":  # stale says it
        return state
    return replace(state, told=f"first look ready; {state.told}")


def _told_running(instance: dg.DagsterInstance, graph: Graph, state: VideoState) -> VideoState:
    kinds = {DagsterEventType.STEP_START, DagsterEventType.STEP_RESTARTED, DagsterEventType.ASSET_MATERIALIZATION}
    events = events_of(instance, state.run_id, kinds)
    made = {e.step_key for e in events if e.event_type == DagsterEventType.ASSET_MATERIALIZATION}
    begun = [e.step_key for e in events if e.event_type != DagsterEventType.ASSET_MATERIALIZATION]
    asset = next((step for step in reversed(begun) if step not in made), None)
    run = instance.get_run_by_id(state.run_id)
    selected = len(run.asset_selection) if run and run.asset_selection else len(graph.assets)
    frames = progress_of(instance, asset, state.key, state.run_id) if asset in graph.assets else None
    looks = is_first_look(run.tags if run else None)
    told = ("first look: " if looks else "") + (asset or "starts")
    if frames:
        told += f", frame {frames[0]} of {frames[1]}"
    told += f" ({len(made)} of {selected} made)"
    return replace(
        state,
        asset=asset,
        done=len(made),
        selected=selected,
        frames=frames,
        told=told,
        first_look=state.first_look and not looks,
    )
