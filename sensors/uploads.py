"""New uploads and changed sidecars become runs.

Belongs here: turning a decision about the uploads into requests to Dagster. Does not belong here: the decision
(`gametape.uploads.decide`), Dagster's records (`resources.records`).

The sensor has no cursor. Previous requests are read from the runs that they became. Neither a daemon that dies at any
point, nor a deleted run history, nor a lost memo can drop an upload or process it twice.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.errors import Unavailable
from gametape.base.settings import Settings, settings
from gametape.uploads import Decision, Request, decide, look
from gametape.uploads.archives import unpack_all
from resources import run_time
from resources.dagster_internals import MAX_RETRIES_TAG, PRIORITY_TAG
from resources.graph import Graph
from resources.partitions import ANALYSIS_TAG, KEEP, QUICK, PartitionSet
from resources.records import BYTES_TAG, OWNER_TAG, REQUEST_TAG, PartitionRecords
from resources.uploads import UploadStoreResource
from resources.warm import warm_up

if TYPE_CHECKING:
    from resources.dagster_internals import AssetJob

#: Seconds for reading new uploads: a third of the 60 s after which Dagster ends an evaluation.
READ_SECONDS = 20.0
#: Tags of a first look: it runs before waiting runs and is not retried, because the full analysis follows anyway.
FIRST_LOOK_TAGS = {
    ANALYSIS_TAG: QUICK,
    PRIORITY_TAG: "1",
    MAX_RETRIES_TAG: "0",
    **run_time.bound(run_time.FIRST_LOOK_SECONDS),
}


def build_upload_sensor(
    partitions: PartitionSet, job: dg.JobDefinition | AssetJob, *, house: Settings | None = None
) -> dg.SensorDefinition:
    """The set's upload sensor. It requests runs of `job`, which must hold all assets of the set."""
    house = house or settings()
    noun = partitions.noun

    @dg.sensor(
        name=partitions.upload_sensor,
        job=job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=house.sensor_seconds,
        description=f"Looks at the uploads; requests a run for each new {noun} and for each whose sidecar changed.",
    )
    def upload_sensor(context: dg.SensorEvaluationContext, uploads: UploadStoreResource) -> dg.SensorResult:
        store = uploads.store(partitions.kind)
        try:
            seen = look(store, settle_seconds=house.settle_seconds, read_seconds=READ_SECONDS)
        except Unavailable as error:  # without a listing nothing can be decided
            return dg.SensorResult(skip_reason=dg.SkipReason(str(error)))
        assert context.repository_def, "a sensor is evaluated in a code location"
        if seen.ready or seen.waiting:
            warm_up()
        until = time.monotonic() + READ_SECONDS
        problems = unpack_all(store, seen.archives, go_on=lambda: time.monotonic() < until)
        seen = replace(seen, problems=seen.problems + problems)  # what was unpacked is seen by the next look
        graph = Graph.of(context.repository_def, partitions)
        records = PartitionRecords(context.instance, graph, house.home / "records.sqlite")
        decision = decide(seen, records, most=house.requests_per_tick, analysis=house.analysis)
        (context.log.warning if decision.problems else context.log.info)(decision.summary)
        return as_result(decision, partitions)

    return upload_sensor


def as_result(decision: Decision, partitions: PartitionSet) -> dg.SensorResult:
    """Partitions and runs of a decision in one result, which the daemon stores before it submits the runs."""
    new = [partitions.definition.build_add_request(list(decision.new_keys))] if decision.new_keys else []
    return dg.SensorResult(
        dynamic_partitions_requests=new,
        run_requests=[_run_request(request) for request in decision.requests],
        skip_reason=None if decision.requests else dg.SkipReason(decision.summary),
    )


def _run_request(request: Request) -> dg.RunRequest:
    ready = request.ready
    tags = {
        **KEEP,
        REQUEST_TAG: request.run_key,
        "gametape/upload": ready.upload.label,
        BYTES_TAG: str(ready.upload.size),
        **run_time.bound_for_bytes(ready.upload.size),
    }
    if request.quick:
        tags |= FIRST_LOOK_TAGS
    if ready.sidecar.owner:
        tags[OWNER_TAG] = ready.sidecar.owner
    return dg.RunRequest(
        run_key=request.run_key,
        partition_key=request.key,
        tags=tags,
        asset_selection=[dg.AssetKey(asset) for asset in sorted(request.assets)] if request.assets else None,
    )
