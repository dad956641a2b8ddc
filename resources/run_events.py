"""Why a run failed, and how far a running one is, from its events."""

from __future__ import annotations

from dataclasses import dataclass

import dagster as dg

from gametape.base.errors import GametapeError

#: How Dagster notes an error of gametape, whose message is written for people.
_OURS = f"{GametapeError.__module__}."


@dataclass(frozen=True)
class FailureReason:
    """Why a run failed.

    Args:
        asset: The asset that failed; None when no step of it was running.
        message: What happened, in one line.
        reason, remedy: The message's parts where gametape raised the error; else the message, and nothing.
    """

    asset: str | None
    message: str
    reason: str
    remedy: str = ""


def failure_reason(instance: dg.DagsterInstance, run_id: str) -> FailureReason:
    """Of a failed run. One whose process died names the asset that it worked on."""
    for event in events_of(instance, run_id, {dg.DagsterEventType.STEP_FAILURE}):
        data = event.step_failure_data
        if (ours := data.user_failure_data) and ours.description:
            message = _first_line(ours.description)
            parts = {name: str(value.value) for name, value in ours.metadata.items()}
            return FailureReason(event.step_key, message, parts.get("reason", message), parts.get("what to do", ""))
        error = data.error
        while error and error.cause and not error.message.startswith(_OURS):
            error = error.cause
        if error:
            text = error.message.partition(": ")[2] if error.message.startswith(_OURS) else error.message
            return FailureReason(event.step_key, _first_line(text), _first_line(text))
    steps = events_of(instance, run_id, {dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_SUCCESS})
    ended = {e.step_key for e in steps if e.event_type == dg.DagsterEventType.STEP_SUCCESS}
    asset = next((e.step_key for e in reversed(steps) if e.step_key not in ended), None)
    ends = events_of(instance, run_id, {dg.DagsterEventType.RUN_FAILURE})
    message = _first_line(ends[-1].message or "") if ends else "the run ended without a message"
    return FailureReason(asset, message, message)


def events_of(instance: dg.DagsterInstance, run_id: str, kinds: set[dg.DagsterEventType]) -> list[dg.DagsterEvent]:
    """A run's events of these kinds, in order."""
    records = instance.get_records_for_run(run_id, of_type=kinds).records
    return [record.event_log_entry.dagster_event for record in records]


def frames_done(instance: dg.DagsterInstance, asset: str, key: str, run_id: str) -> tuple[int, int] | None:
    """(frames done, frames in all) as a running asset last reported; None when this run has reported nothing."""
    records = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[key]), limit=1
    ).records
    if not records or records[0].run_id != run_id or (observation := records[0].asset_observation) is None:
        return None
    known = observation.metadata
    values = {name: known[name].value for name in ("frames_done", "frames_total") if name in known}
    return (int(values["frames_done"]), int(values["frames_total"])) if len(values) == 2 else None


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason was given")
