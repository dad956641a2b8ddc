"""A code location whose films take some seconds and no computing, with the real sensors, jobs and executor."""

import os

import dagster as dg

from orchestration.jobs import build_jobs
from resources.partitions import VIDEOS
from resources.uploads import uploads_from_settings
from sensors.lost_runs import build_lost_run_sensor
from sensors.uploads import build_upload_sensor
from tests.film_house import film_assets

_assets = film_assets(seconds=float(os.environ.get("KILLS_SECONDS", "0.3")))
_job = build_jobs(_assets)[VIDEOS.name]
defs = dg.Definitions(
    assets=_assets,
    jobs=[_job],
    sensors=[build_upload_sensor(VIDEOS, _job), build_lost_run_sensor()],
    resources={"uploads": uploads_from_settings()},
)
