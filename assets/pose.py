"""Chapter three: the people's bodies."""

import dagster as dg
import pyarrow as pa

from assets.common import GPU, Owner, checkpoints, film_asset, publish, tell_progress
from assets.versions import pose_version
from gametape.quality import angles_are_sound, poses_are_sound
from gametape.settings import settings
from gametape.versions import craft_version
from gametape.window import window_of
from resources.device import GpuLease
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="pose",
    owner=Owner.VISION,
    version=pose_version(settings()),
    kinds={settings().pose},
    checks=["keypoints_near_the_picture", "keypoint_confidence_in_range", "pose_coverage"],
    **GPU,
)
def pose_keypoints(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> dg.MaterializeResult:
    """The joints of every person in each frame looked at, linked into tracks."""
    from gametape.pose import draw_skeleton, estimate

    video, window = context.partition_key, window_of(analysis_window, "pose")
    film = lake.film(video, source_video, frames, work.of(video, "pose_keypoints"))
    with gpu.take() as device:
        table = estimate(
            film,
            start=window.first_frame,
            stop=window.stop,
            step=window.stride,
            settings=settings().model_copy(update={"device": device}),
            checkpoints=checkpoints(context, work, frames, analysis_window),
            progress=tell_progress(context),
        )
    verdicts = poses_are_sound(table, film.width, film.height, window.looked_at)
    return publish(
        table,
        verdicts=verdicts,
        picture=draw_skeleton(film, table),
        people=len(set(table["track"].to_pylist())),
        coverage=verdicts[-1].facts["coverage"],
        device=device,
    )


@film_asset(
    group="pose",
    owner=Owner.VISION,
    version=craft_version("pose/angles.py"),
    kinds={"numpy"},
    checks=["angles_in_range"],
)
def joint_angles(pose_keypoints: pa.Table) -> dg.MaterializeResult:
    """Joint and segment angles of every person, in degrees, in the picture's true proportions."""
    from gametape.pose import joint_angles as compute

    table = compute(pose_keypoints)
    return publish(table, verdicts=angles_are_sound(table))
