"""The film itself: the upload, its sidecar, its frames, and which frames are analysed."""

import datetime as dt
import json
import math
from dataclasses import asdict
from pathlib import PurePosixPath

import dagster as dg
import pyarrow as pa

from assets.common import BEFORE_POSES, Owner, bound_run_time, film_asset, publish, tell_progress, told
from assets.versions import Choice
from gametape.base.settings import settings
from gametape.film.clock import in_real_time
from gametape.film.files import FILM_FILE, POSTER_FILE, WARNINGS_FILE
from gametape.film.picture import picture_state
from gametape.film.player import measured_player, player_key, player_name, player_names
from gametape.film.sidecar import Sidecar
from gametape.film.window import analysis_windows, first_look, frames_of_everybody, window_of
from gametape.media.checks import frames_add_up
from gametape.tables.film import ANALYSIS_SCOPE, ANALYSIS_WINDOW, CAPTURE_RATE, EVERYBODY_WINDOW, SIDECAR, SOURCE_VIDEO
from gametape.uploads import FILM_SIDECAR
from resources.graph import label_tags
from resources.lake import LakeResource, WorkFolder
from resources.partitions import is_first_look
from resources.uploads import UploadStoreResource

#: Files that `frames` stores beside its table.
FILES = (FILM_FILE, POSTER_FILE, WARNINGS_FILE)
#: Modules that say what a sidecar may hold.
SIDECAR_KEYS = ("gametape.film.sidecar", "gametape.film.presenter_keys")
#: Which of its keys decide what is analysed.
WHAT_COUNTS = "gametape.uploads.sidecars.FILM_SIDECAR"
#: Columns of source_video that may change while the film stays the same.
CIRCUMSTANCES = ["source_uri", "file_name", "uploaded_at"]


@film_asset(group="source", owner=Owner.INGEST, kinds={"video"})
def source_video(
    context: dg.AssetExecutionContext, uploads: UploadStoreResource, work: WorkFolder
) -> dg.MaterializeResult:
    """The upload: its location and the properties of the video file."""
    from gametape.media.container import check_bytes
    from gametape.media.probe import probe

    upload = uploads.store().locate(context.partition_key)
    check_bytes(upload.size, settings().max_film_bytes, upload.name)
    path = uploads.store().fetch(upload, work.path(context.partition_key, "upload"))
    facts = probe(path, upload.name)
    uploaded_at = dt.datetime.fromtimestamp(upload.mtime, dt.UTC).isoformat(timespec="seconds")
    row = {"source_uri": upload.uri, "file_name": upload.name, "uploaded_at": uploaded_at, **asdict(facts)}
    table = SOURCE_VIDEO.from_rows([row])
    return publish(
        table,
        identity=table.drop_columns(CIRCUMSTANCES),
        film=upload.name,
        picture_size=f"{facts.width} x {facts.height}",
        codec=facts.video_codec,
        megabytes=round(facts.bytes / 1e6, 2),
    )


@film_asset(group="source", owner=Owner.INGEST, choice=Choice(alone=SIDECAR_KEYS), kinds={"yaml"})
def sidecar(context: dg.AssetExecutionContext, uploads: UploadStoreResource) -> dg.MaterializeResult:
    """Details of the film from its sidecar: sport, mode, players, camera. Empty without a sidecar."""
    found = uploads.store().read_sidecar(uploads.store().locate(context.partition_key))
    details = found.sidecar
    player = measured_player(details)
    row = {
        "sidecar_uri": found.uri,
        "fingerprint": details.fingerprint(),
        "camera_view": details.camera.view,
        "camera_motion": details.camera.motion,
        "player": player_name(details),
        "player_number": player.number,
        "content": details.model_dump_json(exclude_defaults=True),
    } | {key: getattr(details, key) for key in SIDECAR.names if key in type(details).model_fields}
    result = publish(SIDECAR.from_rows([row]), details=dg.MetadataValue.json(details.model_dump(mode="json")))
    label = label_tags(map(player_key, player_names(details)))
    return result._replace(data_version=dg.DataVersion(details.fingerprint()), tags=label)


@film_asset(
    group="source",
    owner=Owner.INGEST,
    choice=Choice(alone=(*SIDECAR_KEYS, WHAT_COUNTS)),
    kinds={"yaml"},
)
def analysis_scope(
    context: dg.AssetExecutionContext, uploads: UploadStoreResource, lake: LakeResource
) -> dg.MaterializeResult:
    """What the sidecar says of which pictures are analysed and how fast they run: trim, rates, analyses, mode.

    This asset stands beside `sidecar`, so that a fault elsewhere in the file keeps no film from being decoded. While
    the file is faulty, what it said before holds; where nothing was, what of it can be read.
    """
    video, store = context.partition_key, lake.store()
    found = uploads.store().read_window(uploads.store().locate(video))
    said = found.sidecar
    if found.fault:
        context.log.warning(found.fault)
        # Films that were made before there was this asset have the table `sidecar` alone.
        before = next((one.name for one in (ANALYSIS_SCOPE, SIDECAR) if store.has_table(one.name, video)), None)
        if before:
            said = FILM_SIDECAR.window_of(Sidecar.from_table(store.read_table(before, video)))
    table = ANALYSIS_SCOPE.from_rows(
        [{"sidecar_uri": found.uri, "content": said.model_dump_json(exclude_defaults=True)}]
    )
    result = publish(table, details=dg.MetadataValue.json(said.model_dump(mode="json", exclude_defaults=True)))
    return result._replace(data_version=dg.DataVersion(FILM_SIDECAR.state(said).window))


@film_asset(group="source", owner=Owner.INGEST, kinds={"python"})
def capture_rate(source_video: pa.Table, analysis_scope: pa.Table) -> dg.MaterializeResult:
    """How many pictures a second the camera took: by the sidecar, else by the file's metadata, else unknown.

    This asset stands between the sidecar and `frames`, so that a new title does not cause the film to be decoded again.
    """
    said, source = Sidecar.from_table(analysis_scope).capture_fps, source_video.to_pylist()[0]
    row = {"capture_fps": said or source["tagged_capture_fps"], "told_by": "sidecar" if said else source["capture_tag"]}
    return publish(CAPTURE_RATE.from_rows([row]), capture_fps=row["capture_fps"] or 0.0, told_by=row["told_by"] or "-")


@film_asset(
    group="source",
    owner=Owner.INGEST,
    kinds={"video"},
    checks=["picture_can_be_seen", "frames_in_order", "frames_match_the_clock"],
    files=FILES,
)
def frames(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    capture_rate: pa.Table,
    uploads: UploadStoreResource,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Every frame that can be decoded, with its time, and a copy of the film that browsers can play.

    A first look decodes only the frames that it analyses. It reads `analysis_scope`, which `capture_rate` was made
    from, without having it as an input: another trim is no reason to decode a whole film again.
    """
    from gametape.media.ingest import ingest

    video, source = context.partition_key, source_video.to_pylist()[0]
    upload = uploads.store().locate(video)
    path = uploads.store().fetch(upload, work.path(video, "upload"))
    out = work.of(video, "frames")
    quick = is_first_look(context.run.tags)
    scope = lake.store().read_table(ANALYSIS_SCOPE.name, video) if quick else None
    details = first_look(Sidecar.from_table(scope)) if scope is not None else Sidecar()
    ingested = ingest(
        path,
        out,
        name=upload.name,
        from_s=details.trim_start_s or 0.0,
        until_s=details.trim_end_s or math.inf,
        longest_s=settings().max_film_seconds,
        progress=tell_progress(context),
    )
    uploads.store().locate(video)  # raises when the file was replaced or removed while it was read
    warnings = [*ingested.warnings, *(gap.message for gap in ingested.missing)]
    (out / WARNINGS_FILE).write_text(json.dumps(warnings))
    for name in FILES:
        lake.store().put_file(video, name, out / name)
    poster = (out / POSTER_FILE).read_bytes()
    if not quick:  # after a first look the full analysis needs the upload again
        work.clear(video, "upload")
    for warning in warnings:
        context.log.warning(f"{upload.name}: {told(warning)}")
    table, slow = in_real_time(ingested.frames, capture_rate["capture_fps"][0].as_py())
    if not quick:
        bound_run_time(context, float(table["shown_s"][-1].as_py()))
    result = publish(
        table,
        checks=frames_add_up(table, None if quick else source["claimed_frames"], source["nominal_fps"]),
        picture=poster,
        seconds=float(table["time_s"][-1].as_py()),
        shots=len(set(table["shot"].to_pylist())),
        slow_motion=slow,
        warnings=dg.MetadataValue.json([told(warning) for warning in warnings]),
        film=dg.MetadataValue.path(lake.store().file_uri(video, FILM_FILE)),
    )
    fault = picture_state(table).fault
    return result._replace(tags=label_tags([fault] if fault else []))


@film_asset(group="source", owner=Owner.INGEST, kinds={"python"})
def analysis_window(
    context: dg.AssetExecutionContext, frames: pa.Table, analysis_scope: pa.Table
) -> dg.MaterializeResult:
    """The frames that each analysis uses, from the sidecar's trim and sample rate; fewer in a first look.

    This asset stands between the sidecar and the expensive assets, so that a new title does not make them stale.
    """
    name = PurePosixPath(analysis_scope["sidecar_uri"][0].as_py() or "").name
    details = Sidecar.from_table(analysis_scope)
    analysed = first_look(details) if is_first_look(context.run.tags) else details
    windows = analysis_windows(frames["time_s"].to_numpy(), analysed, name, frames["shown_s"].to_numpy())
    return publish(ANALYSIS_WINDOW.from_rows([window.row() for window in windows]))


@film_asset(group="source", owner=Owner.INGEST, kinds={"python"}, **BEFORE_POSES)
def everybody_window(analysis_window: pa.Table, analysis_scope: pa.Table) -> dg.MaterializeResult:
    """The frames in which poses are of everybody: all that the poses use, or none where somebody is wanted.

    `pose_estimates` alone is made from it, so that asking for a player makes no ball stale. It is made before
    `ball_trajectory`, beside which the poses begin.
    """
    window = frames_of_everybody(window_of(analysis_window, "pose"), Sidecar.from_table(analysis_scope))
    return publish(EVERYBODY_WINDOW.from_rows([window.row()]))
