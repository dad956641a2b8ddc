"""Acting on a partition: start and cancel its runs, delete it. Runs are started and stopped as the UI does it.

Belongs here: the actions. Does not belong here: deciding whether they are wanted, talking to the user.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.errors import GametapeError, Unavailable
from gametape.base.settings import settings
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from gametape.uploads import Upload, UploadStore, fingerprint_in
from orchestration.dagster_internals import forget_run
from orchestration.instance import LOCATION
from resources import dagster_internals as internals
from resources import workers
from resources.dagster_internals import PARTITION_NAME_TAG
from resources.lake import work_from_settings
from resources.partitions import KEEP, PartitionSet
from resources.uploads import uploads_from_settings

if TYPE_CHECKING:
    from resources.dagster_internals import Workspace

_LAUNCH = """
mutation Launch($executionParams: ExecutionParams!) {
  launchRun(executionParams: $executionParams) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConflict { message }
    ... on InvalidSubsetError { message }
  }
}"""
#: A worker that was asked to stop is asked again after the first, and ended after the second.
ASK_AGAIN_SECONDS, END_SECONDS = 10.0, 20.0
#: A code server that lives has reported the end of a worker by then.
REPORT_SECONDS = 3.0


def key_of(instance: dg.DagsterInstance, store: UploadStore, upload: Upload) -> str:
    """The upload's partition: the one that has its content, else the one that the sensor is going to add."""
    content = store.fingerprint(upload)
    known = (key for key in instance.get_dynamic_partitions(store.kind.name) if fingerprint_in(key) == content)
    return next(known, store.kind.key_of(upload.name, content))


def unfinished_runs(instance: dg.DagsterInstance, key: str) -> list[dg.DagsterRun]:
    """The partition's runs that have not ended, newest first."""
    statuses = list(internals.NOT_FINISHED_STATUSES)
    return list(instance.get_runs(dg.RunsFilter(tags={PARTITION_NAME_TAG: key}, statuses=statuses)))


def launch(
    workspace: Workspace, partitions: PartitionSet, key: str, assets: Sequence[str], tags: Mapping[str, str]
) -> str:
    """Queue a run of these assets for a partition; returns the run's id."""
    selector = {
        "repositoryLocationName": LOCATION,
        "repositoryName": "__repository__",
        "jobName": partitions.job,
        "assetSelection": [{"path": [asset]} for asset in assets],
        "assetCheckSelection": None,
    }
    all_tags = {**KEEP, **tags, PARTITION_NAME_TAG: key}
    params = {
        "selector": selector,
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": name, "value": value} for name, value in all_tags.items()]},
    }
    return _mutate(workspace, _LAUNCH, {"executionParams": params}, key)["launchRun"]["run"]["runId"]


@dataclass(frozen=True)
class Stopped:
    """How a run ended that was asked to stop, in words. It had ended by itself before unless `was_canceled`."""

    run_id: str
    was_canceled: bool
    how: str


def cancel(instance: dg.DagsterInstance, key: str, *, tell: Callable[[str], None] = lambda _: None) -> list[Stopped]:
    """Stop the partition's runs, waiting or working, and wait until they have stopped.

    A worker is asked, asked again after ASK_AGAIN_SECONDS, and ended after END_SECONDS. A run whose worker is gone, or
    out of reach, is marked as canceled: nobody else would ever end it.

    Args:
        instance: The instance.
        key: The partition.
        tell: Called with each step in words.
    """
    return [_stop(instance, run, tell) for run in unfinished_runs(instance, key)]


def _stop(instance: dg.DagsterInstance, run: dg.DagsterRun, tell: Callable[[str], None]) -> Stopped:
    name, began = f"run {run.run_id[:8]}", time.monotonic()
    gone_since: float | None = None
    asked_again = False
    workers.not_to_be_retried(instance, run)
    tell(f"{name}: canceling")
    if run.status == dg.DagsterRunStatus.CANCELING:  # asked before, in vain
        workers.interrupt(run)
    reached = _ask(instance, run)
    while True:
        run = instance.get_run_by_id(run.run_id) or run
        waited = time.monotonic() - began
        if run.is_finished:
            return _as_it_ended(instance, run, tell)
        if run.status == dg.DagsterRunStatus.QUEUED:  # put back into the queue meanwhile
            _ask(instance, run)
        elif (life := workers.life_of(run)) == "dead":
            gone_since = gone_since or waited
            if waited - gone_since > REPORT_SECONDS:
                workers.mark_canceled(instance, run.run_id, "Its worker is gone: nobody works on it.")
                return Stopped(run.run_id, True, "canceled; its worker was gone")
        elif waited > END_SECONDS and life == "alive" and workers.worker_of(run):
            tell(f"{name}: does not stop, its worker is ended")
            workers.kill(run)
            workers.mark_canceled(instance, run.run_id, f"It did not stop in {waited:.0f} s: its worker was ended.")
            return _as_it_ended(instance, run, tell, "its worker was ended")
        elif waited > END_SECONDS or (life == "unknown" and not reached):
            why = "Its worker cannot be reached from here; if it lives, it may go on for a while."
            workers.mark_canceled(instance, run.run_id, why)
            return Stopped(run.run_id, True, f"marked as canceled. {why}")
        elif waited > ASK_AGAIN_SECONDS and not asked_again:
            asked_again = True
            if workers.interrupt(run):
                tell(f"{name}: still works after {waited:.0f} s, asked again")
        time.sleep(0.3)


def _ask(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Ask Dagster to stop a run; False when nobody was there to be asked."""
    try:
        return internals.ask_to_stop(instance, run.run_id)
    except Exception:  # the code server that started it is gone: its worker may live on, and is asked itself
        return workers.interrupt(run)


def _as_it_ended(
    instance: dg.DagsterInstance, run: dg.DagsterRun, tell: Callable[[str], None], how: str = ""
) -> Stopped:
    """What became of a run: a code server calls one failed whose worker ends without a word, and may do so late."""
    worker = workers.worker_of(run)
    if worker and not worker.has_ended(REPORT_SECONDS):
        tell(f"run {run.run_id[:8]}: has ended, its process has not yet")
        if not worker.has_ended(ASK_AGAIN_SECONDS):
            workers.kill(run)
    until = time.monotonic() + (REPORT_SECONDS if how else 0)
    while True:
        run = instance.get_run_by_id(run.run_id) or run
        status = run.status
        if status == dg.DagsterRunStatus.FAILURE and not internals.failed_in_a_step(run):
            workers.mark_canceled(instance, run.run_id, "It was asked to stop, and its worker has ended.")
            continue
        if time.monotonic() > until:
            break
        time.sleep(0.3)
    was_canceled = status == dg.DagsterRunStatus.CANCELED
    told = "canceled" if was_canceled else f"had ended before: {status.value.lower()}"
    return Stopped(run.run_id, was_canceled, f"{told}; {how}" if how else told)


def delete(instance: dg.DagsterInstance, partitions: PartitionSet, key: str) -> Iterator[str]:
    """Delete a partition: upload, tables, files, warehouse rows, runs and partition; yields what was deleted.

    The runs go too: their events record that the partition was made, and the same upload added again is to be made
    again.

    Raises:
        GametapeError: A run works on it, and would fail when it stores its output.
    """
    if runs := unfinished_runs(instance, key):
        raise GametapeError(key, f"run {runs[0].run_id[:8]} works on it", f"First: gametape cancel {key}")
    if partitions.kind and fingerprint_in(key):  # a partition added by hand has no upload
        for uri in uploads_from_settings().store(partitions.kind).delete(key):
            yield f"upload {uri}"
    Lake(settings().lake_uri).delete(key, of=partitions.key)
    yield "tables and files"
    Warehouse(settings().warehouse).delete(key, of=partitions.key)
    yield "warehouse rows"
    work_from_settings().clear_key(key)
    for run in instance.get_runs(dg.RunsFilter(tags={PARTITION_NAME_TAG: key})):
        forget_run(instance, run.run_id)
    # Last: whatever fails above, the partition is still known and can be deleted again.
    instance.delete_dynamic_partition(partitions.name, key)
    yield "partition, its runs and their logs"


def _mutate(workspace: Workspace, mutation: str, variables: Mapping, key: str) -> dict:
    answer = internals.execute_graphql(workspace, mutation, variables)
    if "errors" in answer:
        raise Unavailable(key, f"Dagster refused: {answer['errors'][0]['message']}", "See `gametape doctor`")
    (result,) = answer["data"].values()
    if not result["__typename"].endswith("Success"):
        reason = (result.get("message") or result["__typename"]).splitlines()[0]
        raise Unavailable(key, f"Dagster refused: {reason}", "See `gametape doctor`")
    return answer["data"]
