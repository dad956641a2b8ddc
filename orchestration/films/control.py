"""Acting on a film's runs: start, cancel, forget. Through Dagster's GraphQL, as the UI does.

Belongs here: the mutations. Does not belong here: deciding whether they are wanted, talking to the user.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
from dagster._core.storage.dagster_run import DagsterRunStatus, RunsFilter
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster_graphql.cli import execute_query

from gametape.base.errors import GametapeError, Unavailable
from gametape.base.settings import settings
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from gametape.uploads import Upload, UploadStore, fingerprint_in
from resources.partitions import KEEP, videos
from resources.uploads import uploads_from_settings

UNFINISHED = (
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
)
PARTITION = "dagster/partition"

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
    known = (key for key in instance.get_dynamic_partitions(videos.name) if fingerprint_in(key) == content)
    return next(known, store.kind.key_of(upload.name, content))


def unfinished_runs(instance: dg.DagsterInstance, video: str) -> list[dg.DagsterRun]:
    """The film's runs that wait or work, newest first."""
    return list(instance.get_runs(RunsFilter(tags={PARTITION: video}, statuses=list(UNFINISHED))))


def launch(workspace: WorkspaceProcessContext, video: str, assets: Sequence[str], tags: Mapping[str, str]) -> str:
    """Queue a run of these assets for the film; returns the run's id."""
    selector = {
        "repositoryLocationName": "gametape",
        "repositoryName": "__repository__",
        "jobName": "process_video",
        "assetSelection": [{"path": [asset]} for asset in assets],
        "assetCheckSelection": None,
    }
    every = {**KEEP, **tags, PARTITION: video}
    params = {
        "selector": selector,
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in every.items()]},
    }
    return _ask(workspace, _LAUNCH, {"executionParams": params}, video)["launchRun"]["run"]["runId"]


def cancel(workspace: WorkspaceProcessContext, video: str) -> list[str]:
    """Stop the film's runs, waiting or working; returns their ids.

    A run whose worker cannot be reached (it died with its host, no daemon runs) is marked as canceled: nobody else
    would ever end it. So is one that was told to stop before and has not.
    """
    stopped = []
    for run in unfinished_runs(workspace.instance, video):
        try:
            _ask(workspace, _TERMINATE, {"runId": run.run_id, "policy": "SAFE_TERMINATE"}, video)
        except Unavailable:
            _ask(workspace, _TERMINATE, {"runId": run.run_id, "policy": "MARK_AS_CANCELED_IMMEDIATELY"}, video)
        stopped.append(run.run_id)
    return stopped


def forget(instance: dg.DagsterInstance, video: str) -> Iterator[str]:
    """Delete the film: upload, tables, files, warehouse rows, runs and partition, telling of each.

    The runs go too: their events are what says that a film was made, and the same film uploaded again is to be
    made again. Raises GametapeError while a run works on it: the run would fail when it stores its output.
    """
    if runs := unfinished_runs(instance, video):
        raise GametapeError(video, f"run {runs[0].run_id[:8]} works on it", f"First: gametape cancel {video}")
    if fingerprint_in(video):  # a partition added by hand has no upload
        for uri in uploads_from_settings().store().delete(video):
            yield f"upload {uri}"
    Lake(settings().lake_uri).delete(video)
    yield "tables and files"
    Warehouse(settings().warehouse).delete(video)
    yield "warehouse rows"
    shutil.rmtree(settings().home / "work" / video, ignore_errors=True)
    for run in instance.get_runs(RunsFilter(tags={PARTITION: video})):
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        instance.delete_run(run.run_id)
    # Last: whatever fails above, the film is still known and can be deleted again.
    instance.delete_dynamic_partition(videos.name, video)
    yield "partition, its runs and their logs"


def _ask(workspace: WorkspaceProcessContext, mutation: str, variables: Mapping, video: str) -> dict:
    answer = execute_query(workspace, mutation, variables)
    if "errors" in answer:
        raise Unavailable(video, f"Dagster refused: {answer['errors'][0]['message']}", "See `gametape doctor`")
    (result,) = answer["data"].values()
    if not result["__typename"].endswith("Success"):
        reason = (result.get("message") or result["__typename"]).splitlines()[0]
        raise Unavailable(video, f"Dagster refused: {reason}", "See `gametape doctor`")
    return answer["data"]
