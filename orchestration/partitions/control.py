"""Acting on a partition: start and cancel its runs, delete it. Runs are started and stopped as the UI does it.

Belongs here: the actions. Does not belong here: deciding whether they are wanted, talking to the user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.errors import GametapeError, Unavailable
from gametape.base.settings import settings
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from gametape.uploads import Upload, UploadStore, fingerprint_in
from orchestration.instance import LOCATION
from resources import dagster_internals as internals
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
_TERMINATE = """
mutation Stop($runId: String!, $policy: TerminateRunPolicy!) {
  terminateRun(runId: $runId, terminatePolicy: $policy) {
    __typename
    ... on TerminateRunFailure { message }
    ... on PythonError { message }
  }
}"""


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
    return _ask(workspace, _LAUNCH, {"executionParams": params}, key)["launchRun"]["run"]["runId"]


def cancel(workspace: Workspace, key: str) -> list[str]:
    """Stop the partition's runs, waiting or working; returns their ids.

    A run whose worker cannot be reached (it died with its host, no daemon runs) is marked as canceled: nobody else
    would ever end it. So is one that was asked to stop before and has not.
    """
    stopped = []
    for run in unfinished_runs(workspace.instance, key):
        try:
            _ask(workspace, _TERMINATE, {"runId": run.run_id, "policy": "SAFE_TERMINATE"}, key)
        except Unavailable:
            _ask(workspace, _TERMINATE, {"runId": run.run_id, "policy": "MARK_AS_CANCELED_IMMEDIATELY"}, key)
        stopped.append(run.run_id)
    return stopped


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
        internals.delete_logs(instance, run.run_id)
        instance.delete_run(run.run_id)
    # Last: whatever fails above, the partition is still known and can be deleted again.
    instance.delete_dynamic_partition(partitions.name, key)
    yield "partition, its runs and their logs"


def _ask(workspace: Workspace, mutation: str, variables: Mapping, key: str) -> dict:
    answer = internals.execute_graphql(workspace, mutation, variables)
    if "errors" in answer:
        raise Unavailable(key, f"Dagster refused: {answer['errors'][0]['message']}", "See `gametape doctor`")
    (result,) = answer["data"].values()
    if not result["__typename"].endswith("Success"):
        reason = (result.get("message") or result["__typename"]).splitlines()[0]
        raise Unavailable(key, f"Dagster refused: {reason}", "See `gametape doctor`")
    return answer["data"]
