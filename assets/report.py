"""Report: the page for a coach, and the summary rows for an analyst's database."""

import json
import shutil

import dagster as dg
import pyarrow as pa

from assets.common import Owner, film_asset, publish, warehouse_asset
from assets.versions import Choice
from gametape.base.settings import settings
from gametape.film.files import WARNINGS_FILE
from gametape.film.sidecar import Sidecar
from gametape.tables.coaching import REPORT
from resources.lake import LakeResource, WorkFolder
from resources.partitions import VIDEOS, is_first_look
from resources.warehouse import WarehouseResource


@film_asset(
    group="report",
    owner=Owner.COACHING,
    choice=Choice(without=("gametape/report/languages",)),  # the words are an input: `report_words`
    kinds={"html"},
    deps=["limits", "courts", "report_words"],
    files=("report.html", "report.pdf", "results.json"),
)
def report(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    ball_trajectory: pa.Table,
    ball_events: pa.Table,
    ball_flights: pa.Table,
    rallies: pa.Table,
    calibration: pa.Table,
    court_marks: pa.Table,
    people: pa.Table,
    pose_keypoints: pa.Table,
    joint_angles: pa.Table,
    strokes: pa.Table,
    repetitions: pa.Table,
    metrics: pa.Table,
    findings: pa.Table,
    week_plan: pa.Table,
    goal_outcomes: pa.Table,
    head_to_head: pa.Table,
    shifts: pa.Table,
    player_identity: pa.Table,
    player_evidence: pa.Table,
    clips: pa.Table,
    presenter_summary: pa.Table,
    presenter_track: pa.Table,
    presenter_slides: pa.Table,
    presences: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """A page for the film with the ball and the skeletons drawn over it, charts, metrics, findings, goals and the plan.

    The same is stored as a PDF, and the results as JSON.
    """
    from gametape.report import ReportInput, build_report, history

    video, source = context.partition_key, source_video.to_pylist()[0]
    out = work.of(video, "report") / "page"
    shutil.rmtree(out, ignore_errors=True)
    warnings = lake.store().get_file(video, WARNINGS_FILE, work.of(video, "report"))
    inputs = _inputs(context)
    files = build_report(
        ReportInput(
            video=video,
            source=source,
            sidecar=Sidecar.from_table(sidecar).in_language(settings().language),
            frames=frames,
            ball=ball_trajectory,
            events=ball_events,
            flights=ball_flights,
            rallies=rallies,
            calibration=calibration,
            court_marks=court_marks,
            people=people,
            poses=pose_keypoints,
            angles=joint_angles,
            strokes=strokes,
            repetitions=repetitions,
            metrics=metrics,
            findings=findings,
            plan=week_plan,
            goals=goal_outcomes,
            head_to_head=head_to_head,
            shifts=shifts,
            identity=player_identity,
            evidence=player_evidence,
            clips=clips,
            presenter_summary=presenter_summary,
            presenter_track=presenter_track,
            presenter_slides=presenter_slides,
            presences=presences,
            history=history(video, lake.base_uri),
            film=lake.film(video, source_video, frames, work.of(video, "report")),
            width=source["width"],
            height=source["height"],
            versions={name: made.tags["dagster/code_version"] for name, made in inputs.items()},
            warnings=tuple(json.loads(warnings.read_text())),
            first_look=is_first_look(inputs["frames"].tags),
        ),
        out,
    )
    lake.store().put_folder(video, out)
    page = lake.store().file_uri(video, files.page.name)
    table = REPORT.from_rows(
        [
            {
                "page": files.page.name,
                "bytes": files.bytes,
                "headline": json.dumps(files.headline),
                "pdf": files.pdf.name,
                "results": files.results.name,
            }
        ]
    )
    return publish(
        table,
        page=dg.MetadataValue.path(page),
        kilobytes=round(files.bytes / 1e3, 1),
        headline=dg.MetadataValue.json(files.headline),
    )


def _inputs(context: dg.AssetExecutionContext) -> dict[str, dg.AssetMaterialization]:
    """The last materialization of each table that the report reads, by asset."""
    made = {}
    for key in sorted(context.assets_def.dependency_keys):
        records = dg.AssetRecordsFilter(asset_key=key, asset_partitions=[context.partition_key])
        for record in context.instance.fetch_materializations(records, limit=1).records:
            made[key.to_user_string()] = record.asset_materialization
    return made


@warehouse_asset(VIDEOS, group="report", owner=Owner.INGEST)
def warehouse_summary(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    metrics: pa.Table,
    findings: pa.Table,
    warehouse: WarehouseResource,
) -> dg.MaterializeResult:
    """The film's rows in the summary warehouse (`videos`, `metrics`, `findings`). Writing twice changes nothing."""
    store = warehouse.store()
    store.replace_video(context.partition_key, source_video, sidecar, frames)
    store.replace("metrics", context.partition_key, metrics)
    store.replace("findings", context.partition_key, findings)
    return dg.MaterializeResult(metadata={"metrics": metrics.num_rows, "findings": findings.num_rows})
