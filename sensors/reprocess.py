"""Tables that were made by older code or from older inputs are made again, a few partitions at a time.

Belongs here: choosing which partitions, and requesting the runs. Does not belong here: what makes a table stale
(`resources.graph.to_compute`). The sensor is stopped by default: after a change of code it would work through all
partitions, and a person should decide that.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.settings import Settings, settings
from resources import run_time
from resources.film_rules import files_version
from resources.graph import Graph, Materialized, to_compute
from resources.partitions import KEEP, PartitionSet
from resources.records import PartitionRecords, RunFact

if TYPE_CHECKING:
    from resources.dagster_internals import AssetJob

#: Tag of the runs that this sensor requested: partition, digest of the code, attempt.
REPROCESS_TAG = "gametape/reprocess"
#: Most runs of a partition with the same code; if it is still stale after that, a person has to look at it.
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Reprocess:
    """A partition to make again, its stale assets, and the number of the attempt with this code, from 1."""

    key: str
    assets: frozenset[str]
    attempt: int


def versions_digest(graph: Graph) -> str:
    """Digest of the code versions of all assets and of the rules, 12 hex digits."""
    now = [*sorted(graph.code_versions.items()), files_version()]
    return hashlib.sha256(json.dumps(now).encode()).hexdigest()[:12]


def choose(
    graph: Graph,
    made: Mapping[str, Mapping[str, Materialized]],
    runs: Mapping[str, RunFact],
    attempts: Mapping[str, int],
    *,
    most: int,
    aside: Collection[str] = (),
) -> list[Reprocess]:
    """Choose the partitions to make again now.

    Not chosen are partitions with an unfinished run, partitions that no run was requested for yet, partitions that
    are set aside, and partitions whose run with the present code failed.

    Args:
        graph: The assets.
        made: The last materializations by partition and asset; partitions are taken in this order.
        runs: Each partition's newest run.
        attempts: Number of attempts of each partition with the present code.
        most: Most partitions to choose.
        aside: Partitions that are set aside: other code does not release them, a person does.
    """
    chosen: list[Reprocess] = []
    for key, assets in made.items():
        if len(chosen) == most:
            break
        run, tried = runs.get(key), attempts.get(key, 0)
        if key in aside or (run and not run.is_finished) or not (run or assets) or tried >= MOST_ATTEMPTS:
            continue
        if tried and run and run.status != dg.DagsterRunStatus.SUCCESS:
            continue
        if again := to_compute(graph, assets):
            chosen.append(Reprocess(key, again, tried + 1))
    return chosen


def build_reprocess_sensor(
    partitions: PartitionSet, job: dg.JobDefinition | AssetJob, *, house: Settings | None = None
) -> dg.SensorDefinition:
    """The set's sensor for stale partitions. It requests runs of `job`, which must hold all assets of the set."""
    house = house or settings()
    noun = partitions.noun

    @dg.sensor(
        name=partitions.stale_sensor,
        job=job,
        default_status=dg.DefaultSensorStatus.STOPPED,
        minimum_interval_seconds=max(60, house.sensor_seconds),
        description=f"Makes missing and stale tables again, a few {noun}s at a time. Start it after a change of code.",
    )
    def reprocess_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        assert context.repository_def, "a sensor is evaluated in a code location"
        graph = Graph.of(context.repository_def, partitions)
        records = PartitionRecords(context.instance, graph, house.home / "records.sqlite")
        code = versions_digest(graph)
        made = records.made(records.keys())
        unfinished = len(records.unfinished())
        chosen = choose(
            graph,
            made,
            records.last_runs(),
            _attempts(context.instance.get_run_tags([REPROCESS_TAG]), code),
            most=max(0, house.requests_per_tick - unfinished),
            aside=records.aside(),
        )
        if not chosen:
            message = f"{len(made)} {noun}s checked, none to make again now; {unfinished} runs have not ended"
            return dg.SensorResult(skip_reason=dg.SkipReason(message))
        return dg.SensorResult(run_requests=[_run_request(one, code) for one in chosen])

    return reprocess_sensor


def _attempts(tags: Collection[tuple[str, set[str]]], code: str) -> Counter[str]:
    """Number of attempts of each partition with this code."""
    marks = (mark.split(":") for _, values in tags for mark in values)
    return Counter(key for key, version, _ in marks if version == code)


def _run_request(one: Reprocess, code: str) -> dg.RunRequest:
    mark = f"{one.key}:{code}:{one.attempt}"
    return dg.RunRequest(
        run_key=mark,
        partition_key=one.key,
        tags={**KEEP, REPROCESS_TAG: mark, **run_time.bound(run_time.REPROCESS_SECONDS)},
        asset_selection=[dg.AssetKey(asset) for asset in sorted(one.assets)],
    )
