"""Dagster's records of the partitions of one set, asked in bulk.

Belongs here: the questions that sensors and the command line ask. Does not belong here: decisions, any record of our
own, and how Dagster stores its own (`dagster_internals`).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import dagster as dg

from gametape.uploads.decide import LastRequest, Reported, parse_run_key
from gametape.uploads.sidecars import SidecarState
from resources import dagster_internals as internals
from resources.event_memory import EventMemory
from resources.graph import Graph, Materialized, to_compute
from resources.partitions import ANALYSIS_TAG, QUICK
from resources.quarantine import set_aside

#: Tag of the runs that the upload sensor requested: the request's run key.
REQUEST_TAG = "gametape/request"
#: Tags of the same runs: the upload's size in bytes, and its owner where the sidecar has one.
BYTES_TAG, OWNER_TAG = "gametape/bytes", "gametape/owner"
#: A retry that has not come by then is not waited for; by then it was asked for again five times.
RETRY_PATIENCE_SECONDS = 900.0


@dataclass(frozen=True)
class RunFact:
    """A run of one partition. `order` rises with time. Dagster is going to retry it when `is_to_be_retried`."""

    order: int
    run_id: str
    status: dg.DagsterRunStatus
    key: str
    is_to_be_retried: bool = False

    @property
    def is_finished(self) -> bool:
        return self.status not in internals.NOT_FINISHED_STATUSES


@dataclass(frozen=True)
class FailedRun:
    """A run that failed for good: nothing follows it by itself."""

    run_id: str
    key: str
    tags: Mapping[str, str]
    job: str


@dataclass(frozen=True)
class PartitionRecords:
    """What Dagster has on record of one partition set. It has the methods of `gametape.uploads.Records`, and more.

    `memory` is the file of EventMemory; None for none.
    """

    instance: dg.DagsterInstance
    graph: Graph
    memory: Path | None = None

    # ---- partitions and runs ----

    def keys(self) -> Sequence[str]:
        """The partitions, oldest first."""
        return self.graph.partitions.keys(self.instance)

    def requests(self, key: str | None = None) -> Mapping[str, LastRequest]:
        """The last request of each key, or of this one, read from the runs that came of them: one query."""
        last: dict[str, LastRequest] = {}
        for _, run_keys in self.instance.get_run_tags([REQUEST_TAG], value_prefix=key and f"{key}:"):
            for key, request in filter(None, map(parse_run_key, run_keys)):
                if key not in last or request.number > last[key].number:
                    last[key] = request
        return last

    def busy(self) -> frozenset[str]:
        """The partitions that get no run now: they have one which has not ended, or are set aside."""
        return self.unfinished() | self.aside()

    def unfinished(self) -> frozenset[str]:
        """The partitions that have a run which has not ended."""
        rows = internals.run_rows(self.instance, unfinished=True)
        return frozenset({row["partition"] for row in rows}.intersection(self.keys()))

    def aside(self) -> frozenset[str]:
        """The partitions that are set aside."""
        return frozenset(set_aside(self.instance).keys() & set(self.keys()))

    def canceled(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the keys whose newest run was canceled."""
        canceled = dg.DagsterRunStatus.CANCELED
        return frozenset(key for key, run in self.last_runs(keys).items() if run.status == canceled)

    def unsuccessful(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the keys whose newest run failed or was canceled."""
        nothing = (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
        return frozenset(key for key, run in self.last_runs(keys).items() if run.status in nothing)

    def last_runs(self, keys: Collection[str] | None = None) -> dict[str, RunFact]:
        """The newest run of each of the keys, or of each key that has one."""
        rows = sorted(internals.run_rows(self.instance, keys), key=lambda row: row["id"])
        again = set(internals.retry_runs(self.instance, since=time.time() - RETRY_PATIENCE_SECONDS))
        return {
            row["partition"]: RunFact(
                row["id"],
                row["run_id"],
                dg.DagsterRunStatus(row["status"]),
                row["partition"],
                row["run_id"] in again,
            )
            for row in rows
        }

    # ---- materializations ----

    def last_ids(self, keys: Collection[str] | None = None) -> dict[str, Mapping[str, int]]:
        """The storage id of each partition's last materialization of each asset, by asset and key."""
        few = None if keys is None or len(keys) > 4 * internals.CHUNK else keys
        return {asset: internals.latest_materialization_ids(self.instance, asset, few) for asset in self.graph.assets}

    def made(self, keys: Collection[str]) -> dict[str, dict[str, Materialized]]:
        """The last materializations of some partitions, by key and asset."""
        ids = self.last_ids(keys)
        wanted = [event for by_key in ids.values() for event in by_key.values()]
        versions = self._memory.versions(wanted, is_all=len(keys) == len(self.keys()))
        found: dict[str, dict[str, Materialized]] = {key: {} for key in keys}
        for asset, by_key in ids.items():
            for key, event in by_key.items():
                if key in found:
                    found[key][asset] = versions[event]
        return found

    @cached_property
    def _memory(self) -> EventMemory:
        if not self.memory:
            return EventMemory(self.instance, None)
        # A file for each set: each forgets what is not its own.
        return EventMemory(self.instance, self.memory.with_stem(f"{self.memory.stem}-{self.graph.partitions.name}"))

    # ---- for the upload sensor ----

    def reported_with(self, keys: Collection[str]) -> Mapping[str, Reported]:
        """The sidecar that a key's report and sidecar record both come from, where they agree, and the scope's.

        Where the set has no sidecars: of each key whose assets are all made. The results of a first look do not count.
        """
        partitions, found = self.graph.partitions, {}
        for key, made in self.made(keys).items() if keys else ():
            if not partitions.sidecar_asset:
                if len(made) == len(self.graph.assets) and not any(one.quick for one in made.values()):
                    found[key] = Reported(partitions.kind.no_sidecar.fingerprint)
                continue
            report, sidecar = made.get(partitions.report_asset), made.get(partitions.sidecar_asset)
            complete = report and not report.quick and sidecar
            if complete and report.was_made_from(partitions.sidecar_asset, sidecar.mark):
                scope = made.get(partitions.scope_asset) if partitions.scope_asset else None
                found[key] = Reported(sidecar.data, scope and scope.data)
        return found

    def to_compute(self, key: str, sidecar: SidecarState) -> frozenset[str] | None:
        """The assets to make so that the key's report has the sidecar; None for all of them."""
        partitions, made = self.graph.partitions, self.made([key])[key]
        expected: dict[str, str | None] = {}
        if partitions.sidecar_asset:
            expected[partitions.sidecar_asset] = sidecar.fingerprint
        if (scope := partitions.scope_asset) and scope in made and not sidecar.error:
            expected[scope] = sidecar.window  # of a faulty sidecar what it said before holds
        again = to_compute(self.graph, made, expected=expected, code=False)
        if len(again) == len(self.graph.assets):
            return None
        # Nothing depends on what changed: only the record of the sidecar is made again.
        return again or frozenset(filter(None, [partitions.sidecar_asset]))


def failed_runs(instance: dg.DagsterInstance, *, since: float, without: str, most: int) -> list[FailedRun]:
    """Runs of any partition that failed for good since then (Unix time), the oldest first.

    Left out are runs whose tag `without` is their own id (a run that repeats another has a copy of its tags), crashes
    that Dagster has retried or is going to, and first looks, which the full analysis follows.
    """
    overdue = time.time() - RETRY_PATIENCE_SECONDS
    not_those = {without: None, ANALYSIS_TAG: QUICK}
    found = internals.failed_run_ids(instance, since=since, overdue=overdue, without=not_those, most=most)
    failed = (run for run_id in found if (run := instance.get_run_by_id(run_id)))
    return [FailedRun(run.run_id, run.tags[internals.PARTITION_NAME_TAG], run.tags, run.job_name) for run in failed]
