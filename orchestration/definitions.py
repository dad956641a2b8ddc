"""The code location: assets, jobs, sensors and resources, put together.

Belongs here: assembly. Does not belong here: anything that could be tested without it.
"""

from collections.abc import Mapping
from importlib import import_module

import dagster as dg

import assets
from gametape.base.settings import settings
from orchestration.cleanup import build_cleanup_sensor
from orchestration.executor import house_executor
from orchestration.jobs import build_jobs
from resources.device import GpuLease
from resources.lake import TableIOManager, lake_from_settings, work_from_settings
from resources.partitions import SETS
from resources.uploads import uploads_from_settings
from resources.warehouse import warehouse_from_settings
from resources.warm import fork_workers
from sensors import build_sensors


def build_defs(resources: Mapping[str, object] | None = None) -> dg.Definitions:
    """The definitions of every registered partition set, with the settings in force.

    `resources` override the usual ones by name.
    """
    lake, work = lake_from_settings(), work_from_settings()
    usual = {
        "uploads": uploads_from_settings(),
        "lake": lake,
        "work": work,
        "tables": TableIOManager(lake=lake, work=work),
        "warehouse": warehouse_from_settings(),
        "gpu": GpuLease(device=settings().device, given=settings().executor != "local"),
    }
    elsewhere = [import_module(name) for partitions in SETS.values() for name in partitions.modules]
    loaded = dg.load_assets_from_modules([*assets.modules(), *elsewhere])
    jobs = build_jobs(loaded)
    return dg.Definitions(
        assets=loaded,
        jobs=list(jobs.values()),
        sensors=[*build_sensors(jobs), *build_cleanup_sensor()],
        resources={**usual, **(resources or {})},
        executor=house_executor(settings().executor),
    )


fork_workers()
defs = build_defs()
