"""What starts work: the uploads that arrive, the tables that grew stale. And who hears of failures.

A sensor here reads what there is, lets a pure function decide and says what it did. `records` holds the questions
that sensors and the status ask of Dagster's records.
"""

from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.settings import settings
from sensors.notices import build_notice_sensor
from sensors.reprocess import build_reprocess_sensor
from sensors.uploads import build_upload_sensor

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition


def build_sensors(job: "dg.JobDefinition | UnresolvedAssetJobDefinition") -> list[dg.SensorDefinition]:
    """All sensors; `job` holds all assets of a film."""
    telling = [build_notice_sensor()] if settings().notify_url else []
    return [build_upload_sensor(job), build_reprocess_sensor(job), *telling]
