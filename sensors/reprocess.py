"""Films whose tables were made by older code, or from older inputs, are made again: a few at a time.

Belongs here: choosing which films, and carrying it out. Does not belong here: what makes a table stale
(`resources.records.to_compute`). The sensor is stopped by default: after a change of code it would work through every
film there is, which is a person's decision.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.storage.tags import MAX_RUNTIME_SECONDS_TAG

from gametape.base.settings import Settings, settings
from resources.partitions import KEEP
from resources.records import FilmRecords, Graph, Made, RunFact, to_compute

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

REPROCESS_TAG = "gametape/reprocess"
#: A film that is still stale after so many runs of the same code is left to a person.
MOST_ATTEMPTS = 3
MAX_RUNTIME_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Again:
    """A film to make again: the assets, and the how-manyth attempt with this code it is."""

    key: str
    assets: frozenset[str]
    attempt: int


def versions_digest(graph: Graph) -> str:
    """What code there is now, as 12 hex digits."""
    return hashlib.sha256(json.dumps(sorted(graph.code_versions.items())).encode()).hexdigest()[:12]


def choose(
    graph: Graph,
    made: Mapping[str, Mapping[str, Made]],
    runs: Mapping[str, RunFact],
    attempts: Mapping[str, int],
    *,
    most: int,
) -> list[Again]:
    """The films to make again now, at most `most`, in the order of `made`.

    `runs` has each film's newest run, `attempts` how often a film was tried with today's code. Left alone are films
    that a run works on, films that nobody asked a run for yet, and films that today's code was tried on and failed.
    """
    chosen: list[Again] = []
    for key, assets in made.items():
        if len(chosen) == most:
            break
        run, tried = runs.get(key), attempts.get(key, 0)
        if (run and not run.is_finished) or not (run or assets) or tried >= MOST_ATTEMPTS:
            continue
        if tried and run and run.status != dg.DagsterRunStatus.SUCCESS:
            continue
        if again := to_compute(graph, assets):
            chosen.append(Again(key, again, tried + 1))
    return chosen


def build_reprocess_sensor(
    job: "dg.JobDefinition | UnresolvedAssetJobDefinition", *, house: Settings | None = None
) -> dg.SensorDefinition:
    """The sensor `reprocess_stale`, asking for runs of `job`, which must hold all assets of a film."""
    house = house or settings()

    @dg.sensor(
        name="reprocess_stale",
        job=job,
        default_status=dg.DefaultSensorStatus.STOPPED,
        minimum_interval_seconds=max(60, house.sensor_seconds),
        description="Makes missing and stale tables again, a few films at a time. Start it after a change of code.",
    )
    def reprocess_stale(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        graph = Graph.of(context.repository_def)
        records = FilmRecords(context.instance, graph, house.home / "records.sqlite")
        code = versions_digest(graph)
        made = records.made(records.keys())
        unfinished = len(records.busy())
        chosen = choose(
            graph,
            made,
            records.last_runs(),
            _attempts(context.instance.get_run_tags([REPROCESS_TAG]), code),
            most=max(0, house.requests_per_tick - unfinished),
        )
        if not chosen:
            told = f"{len(made)} films looked at, none to make again now; {unfinished} runs have not ended"
            return dg.SensorResult(skip_reason=dg.SkipReason(told))
        return dg.SensorResult(run_requests=[_run_request(again, code) for again in chosen])

    return reprocess_stale


def _attempts(tags: Collection[tuple[str, set[str]]], code: str) -> Counter[str]:
    """How often each film was tried with this code."""
    marks = (mark.split(":") for _, values in tags for mark in values)
    return Counter(key for key, version, _ in marks if version == code)


def _run_request(again: Again, code: str) -> dg.RunRequest:
    mark = f"{again.key}:{code}:{again.attempt}"
    return dg.RunRequest(
        run_key=mark,
        partition_key=again.key,
        tags={**KEEP, REPROCESS_TAG: mark, MAX_RUNTIME_SECONDS_TAG: str(MAX_RUNTIME_SECONDS)},
        asset_selection=[dg.AssetKey(asset) for asset in sorted(again.assets)],
    )
