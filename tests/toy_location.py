"""A code location whose work is to wait: real sensors, jobs, executor, tables and checkpoints, and next to no computing.

A `.toy` file says how many chunks it has and how long each takes. What was done where is written into the file that
TOY_LEDGER names, a line a chunk; a file TOY_POISON names a toy that ends its
worker, and the chunk.
"""

import json
import os
import signal
import time
from pathlib import Path

import dagster as dg
import pyarrow as pa

from assets.common import Owner, checkpoints, publish, table_asset, tell_progress
from gametape.base.errors import BadInput
from gametape.base.settings import settings
from gametape.base.work import CHUNK_FRAMES, in_chunks
from gametape.tables.core import KeyColumn, Table, columns
from gametape.uploads import UploadKind
from orchestration.executor import house_executor
from orchestration.jobs import build_jobs
from resources.device import GpuLease
from resources.lake import LakeResource, TableIOManager, WorkFolder, lake_from_settings, work_from_settings
from resources.needs import Needs
from resources.partitions import SETS, PartitionSet, register
from resources.uploads import UploadStoreResource, uploads_from_settings
from sensors import lost_runs
from sensors.reprocess import build_reprocess_sensor
from sensors.uploads import build_upload_sensor

lost_runs.RETRY_SECONDS = float(os.environ.get("KILLS_RETRY_SECONDS", lost_runs.RETRY_SECONDS))
lost_runs.TICK_SECONDS = int(os.environ.get("KILLS_TICK_SECONDS", lost_runs.TICK_SECONDS))

TOY = KeyColumn("toy", "toys")
KIND = UploadKind("toys", TOY, "toy", frozenset({".toy"}), salt="toy:")
PLAN = Table("toy_plan", "a toy", columns("chunks int64! how many", "seconds float64! of each"), TOY)
WORK = Table("toy_work", "a frame", columns("frame int64! number from 0", "pid int64! who made it"), TOY)
PAGE = Table("toy_page", "a page", columns("page string! file of the page", "frames int64! how many"), TOY)
TOYS = PartitionSet(
    name="toys",
    key=TOY,
    noun="toy",
    job="process_toy",
    stale_sensor="reprocess_toys",
    description="Everything for one toy.",
    kind=KIND,
    upload_sensor="new_toys",
    modules=(__name__,),
    tables=(PLAN, WORK, PAGE),
    report_asset="toy_page",
)
if TOYS.name not in SETS:
    register(TOYS)


def note(**facts: object) -> None:
    """A line of the ledger, whole."""
    if ledger := os.environ.get("TOY_LEDGER"):
        facts |= {"pid": os.getpid(), "gpu": os.environ.get("CUDA_VISIBLE_DEVICES", ""), "at": time.time()}
        with Path(ledger).open("a") as file:
            file.write(json.dumps(facts) + "\n")


@table_asset(TOYS, group="toys", owner=Owner.INGEST, kinds={"python"})
def toy_plan(context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder) -> dg.MaterializeResult:
    """What is to be done."""
    store = uploads.store(KIND)
    upload = store.locate(context.partition_key)
    words = store.fetch(upload, work.path(context.partition_key, "upload")).read_text().split()
    if not words or words[0] == "bad":
        raise BadInput(upload.label, "is no toy", "Upload another")
    note(key=context.partition_key, asset="toy_plan")
    return publish(PLAN.from_rows([{"chunks": int(words[0]), "seconds": float(words[1])}]))


@table_asset(TOYS, group="toys", owner=Owner.VISION, kinds={"python"}, **Needs(cpus=1, memory_gb=0.3, gpus=1).arguments)
def toy_work(
    context: dg.AssetExecutionContext, toy_plan: pa.Table, work: WorkFolder, gpu: GpuLease
) -> dg.MaterializeResult:
    """The long part, in chunks, on a GPU."""
    [plan] = toy_plan.to_pylist()

    def compute(first: int, last: int) -> pa.Table:
        poison = Path(os.environ.get("TOY_POISON", "/nonexistent"))
        name, chunk = poison.read_text().split() if poison.exists() else ("nothing", "")
        if context.partition_key.startswith(name) and chunk == str(first // CHUNK_FRAMES):
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(plan["seconds"])
        note(key=context.partition_key, asset="toy_work", chunk=first // CHUNK_FRAMES)
        return pa.table({"frame": range(first, last), "pid": [os.getpid()] * (last - first)})

    with gpu.take() as lease:
        kept = checkpoints(context, work, toy_plan)
        done = in_chunks(0, plan["chunks"] * CHUNK_FRAMES, compute, kept, tell_progress(context, lease))
    return publish(WORK.cast(done))


@table_asset(TOYS, group="toys", owner=Owner.COACHING, kinds={"html"})
def toy_page(
    context: dg.AssetExecutionContext, toy_work: pa.Table, lake: LakeResource, work: WorkFolder
) -> dg.MaterializeResult:
    """The page with the result."""
    page = work.of(context.partition_key, "toy_page") / "toy.html"
    page.write_text(f"<html>{toy_work.num_rows} frames")
    lake.store().put_file(context.partition_key, page.name, page, of=TOY)
    note(key=context.partition_key, asset="toy_page")
    return publish(PAGE.from_rows([{"page": page.name, "frames": toy_work.num_rows}]))


def define() -> dg.Definitions:
    """The code location, with the settings in force now."""
    assets = [toy_plan, toy_work, toy_page]
    job = build_jobs(assets)[TOYS.name]
    lake, work = lake_from_settings(), work_from_settings()
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        sensors=[
            build_upload_sensor(TOYS, job), build_reprocess_sensor(TOYS, job), lost_runs.build_lost_run_sensor(),
        ],
        resources={
            "uploads": uploads_from_settings(), "lake": lake, "work": work,
            "tables": TableIOManager(lake=lake, work=work), "gpu": GpuLease(device="cpu"),
        },
        executor=house_executor(settings().executor),
    )  # fmt: skip


defs = define()
