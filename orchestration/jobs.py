"""The jobs: one for each partition set, which makes everything for one partition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.settings import settings
from orchestration.executor import house_executor
from resources.partitions import SETS

if TYPE_CHECKING:
    from resources.dagster_internals import AssetJob


def build_jobs(assets: Iterable[dg.AssetsDefinition]) -> dict[str, AssetJob]:
    """The job of each set that has assets, by the set's name.

    Everything for a partition is one run in one process: half a second of overhead, and when the process dies nothing
    of it lives on to hold a GPU.
    """
    assets = list(assets)
    jobs = {}
    for partitions in SETS.values():
        own = [asset for asset in assets if asset.partitions_def == partitions.definition]
        if own:
            jobs[partitions.name] = dg.define_asset_job(
                partitions.job,
                selection=dg.AssetSelection.assets(*own),
                description=partitions.description,
                executor_def=house_executor(settings().executor),
                tags=dict(partitions.job_tags),
            )
    return jobs
