"""Why a run failed, and how far a running one is, from its events."""

from __future__ import annotations

import re
from dataclasses import dataclass

import dagster as dg

from gametape.base.errors import GametapeError
from resources import dagster_internals as internals
from resources.last_words import last_words
from resources.workers import worker_of

#: How Dagster notes an error of gametape, whose message is written for people.
_OURS = f"{GametapeError.__module__}."
#: Begins the message of a failure that is reported once more, for Dagster to make the retry that it missed.
AGAIN = "The retry did not come; "
#: How Dagster notes the end of a run's process.
_ENDED = re.compile(
    r"Run execution process for \S+ (?:was terminated by signal \d+ \((\w+)\)|\w+ exited with code (\d+))"
)


@dataclass(frozen=True)
class FailureReason:
    """Why a run failed.

    Args:
        asset: The asset that failed; None when no step of it was running.
        message: What happened, in one line.
        reason, remedy: The message's parts where gametape raised the error; else the message, and nothing.
        is_ours: Did gametape raise the error? Then the message says what to do.
    """

    asset: str | None
    message: str
    reason: str
    remedy: str = ""
    is_ours: bool = False


def failure_reason(instance: dg.DagsterInstance, run_id: str) -> FailureReason:
    """Of a failed run. One whose process died names the asset that it worked on."""
    for event in events_of(instance, run_id, {dg.DagsterEventType.STEP_FAILURE}):
        data = event.step_failure_data
        if (ours := data.user_failure_data) and ours.description:
            message = _first_line(ours.description)
            parts = {name: str(value.value) for name, value in ours.metadata.items()}
            return FailureReason(
                event.step_key, message, parts.get("reason", message), parts.get("what to do", ""), True
            )
        error = data.error
        while error and error.cause and not error.message.startswith(_OURS):
            error = error.cause
        if error:
            is_ours = error.message.startswith(_OURS)
            text = _first_line(error.message.partition(": ")[2] if is_ours else error.message)
            return FailureReason(event.step_key, text, text, is_ours=is_ours)
    steps = events_of(instance, run_id, {dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_SUCCESS})
    ended = {e.step_key for e in steps if e.event_type == dg.DagsterEventType.STEP_SUCCESS}
    asset = next((e.step_key for e in reversed(steps) if e.step_key not in ended), None)
    message = _how_it_ended(instance, run_id)
    if words := _last_words(instance, run_id):
        message = f"{message.partition(': the system')[0]}; {words}"
    if (times := deaths(instance, run_id)) > 1:
        message += f"; {times} times now"
    return FailureReason(asset, message, message)


def deaths(instance: dg.DagsterInstance, run_id: str) -> int:
    """How often in a row the worker died: of this run, and of the runs that it is a retry of."""
    count = 0
    run = instance.get_run_by_id(run_id)
    while run and run.status == dg.DagsterRunStatus.FAILURE and not internals.failed_in_a_step(run):
        count += 1
        parent = run.tags.get(internals.PARENT_RUN_ID_TAG)
        run = instance.get_run_by_id(parent) if parent else None
    return count


def _last_words(instance: dg.DagsterInstance, run_id: str) -> str:
    run = instance.get_run_by_id(run_id)
    return last_words(instance, run_id, worker_of(run)) if run else ""


def _how_it_ended(instance: dg.DagsterInstance, run_id: str) -> str:
    """Of a run that failed, no asset of which did."""
    for event in reversed(events_of(instance, run_id, {dg.DagsterEventType.ENGINE_EVENT})):
        if ended := _ENDED.match(event.message or ""):
            name, code = ended.groups()
            memory = ": the system had no memory left, or somebody ended it" if name == "SIGKILL" else ""
            return f"its process was ended by {name}{memory}" if name else f"its process ended with code {code}"
    failures = [event.message or "" for event in events_of(instance, run_id, {dg.DagsterEventType.RUN_FAILURE})]
    told = [message for message in failures if not message.startswith(AGAIN)]
    return _first_line(told[-1]) if told else "the run ended without a message"


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
