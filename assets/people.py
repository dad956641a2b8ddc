"""Everybody in a film that follows one among many: the camera, who is where, and each person's track.

On every other film these tables are empty, with the reason in their metadata, and no picture is looked at.
"""

import json

import dagster as dg
import pyarrow as pa

from assets.common import GPU, Owner, checkpoints, film_asset, publish, tell_progress, told
from assets.versions import people_choice
from gametape.base.settings import settings
from gametape.film.window import window_of
from gametape.people.checks import boxes_are_sound, camera_is_known, tracks_are_sound
from gametape.tables.people import CAMERA_MOTION, PERSON_BOXES, PERSON_TRACKS
from resources.device import GpuLease
from resources.lake import LakeResource, WorkFolder


def why_nobody(follows: pa.Table) -> str | None:
    """Why nobody is followed through the film, in words; None where somebody is."""
    rules = json.loads(follows["rules"][0].as_py())
    return None if rules["follows"] else told(rules["reason"])


@film_asset(
    group="people",
    owner=Owner.VISION,
    kinds={"opencv"},
    checks=["shots_in_order", "camera_motion_known"],
)
def camera_motion(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    follows: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """How the camera moves between the frames in which people are looked for, and where shots begin."""
    from gametape.people.camera import camera_motion as measure
    from gametape.people.camera import looks

    if reason := why_nobody(follows):
        empty = CAMERA_MOTION.empty()
        return publish(empty, checks=camera_is_known(empty), reason=reason)
    video, window = context.partition_key, window_of(analysis_window, "pose")
    film = lake.film(video, source_video, frames, work.of(video, "camera_motion"))
    table = measure(
        film,
        frames["shot"].to_numpy(),
        looks(window.first_frame, window.stop, window.stride, film.fps),
        tell_progress(context),
    )
    checks = camera_is_known(table)
    return publish(table, checks=checks, cuts=table["cut"].to_pylist().count(True), known=checks[-1].facts["known"])


@film_asset(
    group="people",
    owner=Owner.VISION,
    choice=people_choice(settings()),
    kinds={"opencv"},
    checks=["boxes_inside_the_picture", "box_confidence_in_range"],
    **GPU,
)
def person_boxes(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    camera_motion: pa.Table,
    follows: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> dg.MaterializeResult:
    """Everybody in each frame that is looked at, large or small, and the colour of what they wear."""
    from gametape.people.find import find

    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "person_boxes"))
    if reason := why_nobody(follows):
        empty = PERSON_BOXES.empty()
        return publish(empty, checks=boxes_are_sound(empty, film.width, film.height), reason=reason)
    looked_at = camera_motion["frame"].to_pylist()
    step = looked_at[1] - looked_at[0] if len(looked_at) > 1 else 1
    with gpu.take() as lease:
        table = find(
            film,
            range(looked_at[0], looked_at[-1] + 1, step) if looked_at else range(0),
            [frame for frame, cut in zip(looked_at, camera_motion["cut"].to_pylist(), strict=True) if cut],
            settings=settings().model_copy(update={"device": lease.device}),
            checkpoints=checkpoints(context, work, frames, camera_motion),
            progress=tell_progress(context, lease),
        )
    each = table.num_rows / len(looked_at) if looked_at else 0.0
    return publish(
        table,
        checks=boxes_are_sound(table, film.width, film.height),
        people_a_frame=round(each, 1),
        device=lease.device,
    )


@film_asset(
    group="people",
    owner=Owner.VISION,
    kinds={"numpy"},
    checks=["one_place_at_a_time", "one_team_a_track", "nobody_leaps"],
)
def person_tracks(
    source_video: pa.Table, frames: pa.Table, camera_motion: pa.Table, person_boxes: pa.Table, follows: pa.Table
) -> dg.MaterializeResult:
    """Each person's track through a shot, pieces joined, with the side that is played for."""
    from gametape.people.tracks import track

    if reason := why_nobody(follows):
        empty = PERSON_TRACKS.empty()
        return publish(empty, checks=tracks_are_sound(empty), reason=reason)
    source = source_video.to_pylist()[0]
    table = track(person_boxes, camera_motion, frames["time_s"].to_numpy(), (source["width"], source["height"]))
    teams = dict(zip(table["track"].to_pylist(), table["team"].to_pylist(), strict=True))
    counts = {name: list(teams.values()).count(name) for name in ("a", "b", "referee", None)}
    return publish(
        table,
        checks=tracks_are_sound(table),
        tracks=len(teams),
        teams=dg.MetadataValue.json({str(name): count for name, count in counts.items()}),
    )
