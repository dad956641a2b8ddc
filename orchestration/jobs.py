"""The jobs: what runs together."""

import dagster as dg

from resources.partitions import ANALYSIS_TAG, FULL

#: One run a film for the whole chain, in one process: half a second of overhead, and when the process dies
#: nothing of it lives on to keep a GPU.
process_video = dg.define_asset_job(
    "process_video",
    selection=dg.AssetSelection.all(),
    description="Everything for one film, from the upload to the report.",
    executor_def=dg.in_process_executor,
    tags={ANALYSIS_TAG: FULL},  # a first look's request says otherwise; dagster.yaml leaves it a place
)
