"""Failed runs and rejected uploads are posted to GAMETAPE_NOTIFY_URL.

Belongs here: what a notice is sent for, and that each is sent once. Does not belong here: posting
(`gametape.base.notify`), Dagster's records (`resources.records`).

A run whose failure was posted has a tag that says so. So nothing is missed and nothing is posted twice, even if the
address is unreachable for hours. Rejected uploads have no run: the cursor holds those that were posted and still exist;
if it is lost, they are posted again. Dagster's run-failure sensor is not used, because it moves on from a run even if
its notice did not arrive.
"""

import hashlib
import json
import time

import dagster as dg

from gametape.base.errors import Unavailable
from gametape.base.notify import Notice, post
from gametape.base.settings import Settings, settings
from gametape.uploads import UploadKind, look
from resources.partitions import SETS
from resources.records import FailedRun, failed_runs
from resources.run_events import FailureReason, failure_reason
from resources.uploads import UploadStoreResource

#: Tag of a run whose failure was posted. The value is the run's id, because a re-executed run copies tags.
NOTIFIED_TAG = "gametape/notified"
#: Older failures are not posted: an operator who sets the address does not want a year of them.
OLDEST_SECONDS = 24 * 3600.0
#: Most notices in one evaluation.
MOST_AT_ONCE = 5
#: Seconds after which no more notices are sent: Dagster ends an evaluation after 60 s, and a notice takes up to 20 s.
BUSY_SECONDS = 30.0


def build_notice_sensor(*, house: Settings | None = None) -> dg.SensorDefinition:
    """The sensor `notify_failures`, which posts notices and requests no runs."""
    house = house or settings()

    @dg.sensor(
        name="notify_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=max(30, house.sensor_seconds),
        description="Posts a notice to GAMETAPE_NOTIFY_URL for each failed run and each upload that cannot be used.",
    )
    def notify_failures(context: dg.SensorEvaluationContext, uploads: UploadStoreResource) -> dg.SensorResult:
        instance, until = context.instance, time.monotonic() + BUSY_SECONDS
        posted_before = set(json.loads(context.cursor or "[]"))
        failed = failed_runs(instance, since=time.time() - OLDEST_SECONDS, without=NOTIFIED_TAG, most=MOST_AT_ONCE)
        try:
            rejected: dict[str, Notice] = {}
            for partitions in SETS.values():
                if partitions.kind:
                    rejected |= _rejected(uploads, partitions.kind, house)
        except Unavailable:  # nothing is known of the uploads: forget nothing
            rejected, remembered = {}, posted_before
        else:
            remembered = posted_before & set(rejected)
        done = set(remembered)
        count, problem = 0, ""
        try:
            for failure in failed:
                kind = _kind(instance, failure)
                post(house.notify_url, _of_failure(failure, kind, failure_reason(instance, failure.run_id), house))
                instance.add_run_tags(failure.run_id, {NOTIFIED_TAG: failure.run_id})
                count += 1
                if time.monotonic() > until:
                    break
            for mark in [mark for mark in rejected if mark not in done][: MOST_AT_ONCE - count]:
                if time.monotonic() > until:
                    break
                post(house.notify_url, rejected[mark])
                done.add(mark)
                count += 1
        except Unavailable as error:  # the next evaluation continues where this one stopped
            problem = f"; {error}"
        summary = f"{count} notice{'' if count == 1 else 's'} posted{problem}"
        return dg.SensorResult(skip_reason=dg.SkipReason(summary), cursor=json.dumps(sorted(done)))

    return notify_failures


def _kind(instance: dg.DagsterInstance, failure: FailedRun) -> str:
    """What a run's partition is called: by its job, else (a run of chosen assets) by the set that has the key."""
    by_job = [one.noun for one in SETS.values() if one.job == failure.job]
    having = (one.noun for one in SETS.values() if instance.has_dynamic_partition(one.name, failure.key))
    return by_job[0] if by_job else next(having, "partition")


def _of_failure(failure: FailedRun, kind: str, why: FailureReason, house: Settings) -> Notice:
    return Notice(
        event="failed",
        kind=kind,
        name=failure.tags.get("gametape/upload", failure.key),
        what=why.asset or "the run",
        reason=why.reason,
        remedy=why.remedy or f"Look into the run, then: gametape retry {failure.key}",
        link=f"{house.ui_url.rstrip('/')}/runs/{failure.run_id}",
        key=failure.key,
        owner=failure.tags.get("gametape/owner"),
    )


def _rejected(uploads: UploadStoreResource, kind: UploadKind, house: Settings) -> dict[str, Notice]:
    """Notices of uploads that cannot be processed, by a digest. New files are left to the upload sensor."""
    seen = look(uploads.store(kind), settle_seconds=house.settle_seconds, read_seconds=-1)
    of_a_run = {ready.sidecar.error for ready in seen.ready}  # a bad sidecar fails its upload's run, which is posted
    found = {}
    for problem in seen.problems:
        if problem not in of_a_run:
            name, _, reason = problem.partition(": ")
            notice = Notice(
                "rejected", kind.noun, name, "the upload", reason, "Correct it or take it away", house.ui_url
            )
            found[hashlib.sha256(problem.encode()).hexdigest()[:12]] = notice
    return found
