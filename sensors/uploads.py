"""New films and changed sidecars become runs.

Belongs here: carrying a decision about the uploads out in Dagster's terms. Does not belong here: the decision
(`gametape.uploads.decide`), and what Dagster has on record (`resources.records`).

The sensor keeps no cursor. What is in hand is read from the runs that its requests became, so a daemon that dies at
any point, a run history that is cut or a memo that is lost can neither drop a film nor run one twice.
"""

from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.storage.tags import MAX_RETRIES_TAG, MAX_RUNTIME_SECONDS_TAG, PRIORITY_TAG

from gametape.base.errors import Unavailable
from gametape.base.settings import Settings, settings
from gametape.uploads import Decision, Request, decide, look
from resources.partitions import ANALYSIS_TAG, KEEP, QUICK, videos
from resources.records import REQUEST_TAG, FilmRecords, Graph
from resources.uploads import UploadStoreResource

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

#: Dagster ends an evaluation after 60 s; reading new films gets a third of it, the listing and the records the rest.
READ_SECONDS = 20.0
#: A bound on a run, to free one that was lost with its host: an hour, and 100 s for each MB of film.
LEAST_RUNTIME_SECONDS = 3600
BYTES_PER_SECOND = 10_000
#: A first look goes before what waits. One that dies is not tried again, the full analysis is; one that was lost with
#: its host holds that up for a quarter of an hour at most.
FIRST_LOOK_TAGS = {ANALYSIS_TAG: QUICK, PRIORITY_TAG: "1", MAX_RETRIES_TAG: "0", MAX_RUNTIME_SECONDS_TAG: "900"}


def build_upload_sensor(
    job: "dg.JobDefinition | UnresolvedAssetJobDefinition", *, house: Settings | None = None
) -> dg.SensorDefinition:
    """The sensor `new_uploads`, asking for runs of `job`, which must hold all assets of a film."""
    house = house or settings()

    @dg.sensor(
        name="new_uploads",
        job=job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=house.sensor_seconds,
        description="Looks at the uploads; asks for a run for each new film and for each whose sidecar changed.",
    )
    def new_uploads(context: dg.SensorEvaluationContext, uploads: UploadStoreResource) -> dg.SensorResult:
        try:
            seen = look(uploads.store(), settle_seconds=house.settle_seconds, read_seconds=READ_SECONDS)
        except Unavailable as error:  # nothing is known of the uploads, so nothing follows
            return dg.SensorResult(skip_reason=dg.SkipReason(str(error)))
        records = FilmRecords(context.instance, Graph.of(context.repository_def), house.home / "records.sqlite")
        decision = decide(seen, records, most=house.requests_per_tick, analysis=house.analysis)
        (context.log.warning if decision.problems else context.log.info)(decision.summary)
        return as_result(decision)

    return new_uploads


def as_result(decision: Decision) -> dg.SensorResult:
    """A decision in Dagster's terms: keys and runs in one answer, which the daemon stores before it submits."""
    return dg.SensorResult(
        dynamic_partitions_requests=[videos.build_add_request(list(decision.new_keys))] if decision.new_keys else [],
        run_requests=[_run_request(request) for request in decision.requests],
        skip_reason=None if decision.requests else dg.SkipReason(decision.summary),
    )


def _run_request(request: Request) -> dg.RunRequest:
    ready = request.ready
    tags = {
        **KEEP,
        REQUEST_TAG: request.run_key,
        "gametape/upload": ready.upload.label,
        "gametape/bytes": str(ready.upload.size),
        MAX_RUNTIME_SECONDS_TAG: str(LEAST_RUNTIME_SECONDS + ready.upload.size // BYTES_PER_SECOND),
    }
    if request.quick:
        tags |= FIRST_LOOK_TAGS
    if ready.sidecar.owner:
        tags["gametape/owner"] = ready.sidecar.owner
    return dg.RunRequest(
        run_key=request.run_key,
        partition_key=request.key,
        tags=tags,
        asset_selection=[dg.AssetKey(asset) for asset in sorted(request.assets)] if request.assets else None,
    )
