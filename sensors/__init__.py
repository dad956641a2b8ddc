"""Sensors: they request runs for new uploads and stale tables, find lost runs, and send notices of failures.

A sensor reads the present state, lets a pure function decide, and requests the runs. `resources.records` holds the
queries of Dagster's records that sensors and the command line use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.settings import settings
from resources.gamers import games_by_gamer
from resources.partitions import GAMERS, PLAYERS, REPLAYS, SETS
from sensors.following import build_following_sensor
from sensors.lost_runs import build_lost_run_sensor
from sensors.notices import build_notice_sensor
from sensors.players import build_derived_sensor, build_player_sensor
from sensors.reprocess import build_reprocess_sensor
from sensors.uploads import build_upload_sensor

if TYPE_CHECKING:
    from resources.dagster_internals import AssetJob


def build_sensors(jobs: Mapping[str, AssetJob]) -> list[dg.SensorDefinition]:
    """All sensors; `jobs` has each partition set's job by the set's name."""
    uploads = [build_upload_sensor(SETS[name], job) for name, job in jobs.items() if SETS[name].kind]
    stale = [build_reprocess_sensor(SETS[name], job) for name, job in jobs.items()]
    players = [
        build_player_sensor(jobs[PLAYERS.name]),
        build_derived_sensor(GAMERS, REPLAYS, jobs[GAMERS.name], games_by_gamer),
    ]
    notices = [build_notice_sensor()] if settings().notify_url else []
    return [*uploads, *players, *stale, build_lost_run_sensor(), build_following_sensor(), *notices]
