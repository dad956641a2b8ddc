"""Failed films and rejected uploads are told to GAMETAPE_NOTIFY_URL.

Belongs here: what is worth telling, and that each is told once. Does not belong here: posting (`gametape.base.notify`),
and what Dagster has on record (`resources.records`).

A run that was told carries a tag which says so, so an address that was away for hours misses nothing and nothing is
told twice. Rejected uploads have no run: the cursor holds those that were told and are still there; lost, they are told
again. This is no run-failure sensor of Dagster's: those go on past a run whether or not its notice arrived.
"""

import hashlib
import json
import time

import dagster as dg

from gametape.base.errors import Unavailable
from gametape.base.notify import Notice, post
from gametape.base.settings import Settings, settings
from gametape.uploads import look
from resources.records import Failure, FilmRecords, Graph, Why, why_failed
from resources.uploads import UploadStoreResource

TOLD_TAG = "gametape/told"
#: Failures before that are history: an operator who sets the address does not want a year of them.
OLDEST_SECONDS = 24 * 3600.0
MOST_AT_ONCE = 5
#: Dagster ends an evaluation after 60 s; a notice takes up to 20.
BUSY_SECONDS = 30.0


def build_notice_sensor(*, house: Settings | None = None) -> dg.SensorDefinition:
    """The sensor `tell_failures`. It posts; it asks for no run and holds none up."""
    house = house or settings()

    @dg.sensor(
        name="tell_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=max(30, house.sensor_seconds),
        description="Posts a notice to GAMETAPE_NOTIFY_URL for each film that failed and each upload that is no use.",
    )
    def tell_failures(context: dg.SensorEvaluationContext, uploads: UploadStoreResource) -> dg.SensorResult:
        instance, until = context.instance, time.monotonic() + BUSY_SECONDS
        told_before = set(json.loads(context.cursor or "[]"))
        records = FilmRecords(instance, Graph.of(context.repository_def))
        failed = records.failures(since=time.time() - OLDEST_SECONDS, without=TOLD_TAG, most=MOST_AT_ONCE)
        try:
            rejected = _rejected(uploads, house)
        except Unavailable:  # nothing is known of the uploads: what was told stays told
            rejected, still_there = {}, told_before
        else:
            still_there = told_before & set(rejected)
        told = set(still_there)
        posted, problem = 0, ""
        try:
            for failure in failed:
                post(house.notify_url, _of_failure(failure, why_failed(instance, failure.run_id), house))
                instance.add_run_tags(failure.run_id, {TOLD_TAG: failure.run_id})
                posted += 1
                if time.monotonic() > until:
                    break
            for mark in [mark for mark in rejected if mark not in told][: MOST_AT_ONCE - posted]:
                if time.monotonic() > until:
                    break
                post(house.notify_url, rejected[mark])
                told.add(mark)
                posted += 1
        except Unavailable as error:  # the next look goes on where this one stopped
            problem = f"; {error}"
        summary = f"{posted} notice{'' if posted == 1 else 's'} posted{problem}"
        return dg.SensorResult(skip_reason=dg.SkipReason(summary), cursor=json.dumps(sorted(told)))

    return tell_failures


def _of_failure(failure: Failure, why: Why, house: Settings) -> Notice:
    return Notice(
        event="failed",
        film=failure.tags.get("gametape/upload", failure.key),
        what=why.asset or "the run",
        reason=why.reason,
        remedy=why.remedy or f"Look into the run, then: gametape retry {failure.key}",
        link=f"{house.ui_url.rstrip('/')}/runs/{failure.run_id}",
        video=failure.key,
        owner=failure.tags.get("gametape/owner"),
    )


def _rejected(uploads: UploadStoreResource, house: Settings) -> dict[str, Notice]:
    """Uploads that no run can come of, by a mark. New files are not read here: the upload sensor does that."""
    seen = look(uploads.store(), settle_seconds=house.settle_seconds, read_seconds=-1)
    of_a_run = {film.sidecar.error for film in seen.ready}  # a bad sidecar fails its film's run, which is told
    found = {}
    for problem in seen.problems:
        if problem not in of_a_run:
            film, _, reason = problem.partition(": ")
            notice = Notice("rejected", film, "the upload", reason, "Correct it or take it away", house.ui_url)
            found[hashlib.sha256(problem.encode()).hexdigest()[:12]] = notice
    return found
