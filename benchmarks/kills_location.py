"""A code location whose films take some seconds and no computing, with the real sensors, jobs and executor."""

import os

import dagster as dg

from orchestration.jobs import build_jobs
from resources.partitions import VIDEOS
from resources.uploads import uploads_from_settings
from sensors import lost_runs
from sensors.uploads import build_upload_sensor
from tests.film_house import film_assets

# How patiently the sensor waits for Dagster's own retry, and how often it looks; at least Dagster's own 5 s.
lost_runs.RETRY_SECONDS = float(os.environ.get("KILLS_RETRY_SECONDS", lost_runs.RETRY_SECONDS))
lost_runs.TICK_SECONDS = int(os.environ.get("KILLS_TICK_SECONDS", lost_runs.TICK_SECONDS))
_assets = film_assets(seconds=float(os.environ.get("KILLS_SECONDS", "0.3")))
_job = build_jobs(_assets)[VIDEOS.name]
defs = dg.Definitions(
    assets=_assets,
    jobs=[_job],
    sensors=[build_upload_sensor(VIDEOS, _job), lost_runs.build_lost_run_sensor()],
    resources={"uploads": uploads_from_settings()},
)
