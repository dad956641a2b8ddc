"""Pose: the people in the film, their keypoints and joint angles."""

import json

import dagster as dg
import pyarrow as pa

from assets.common import GPU, Owner, checkpoints, film_asset, publish, tell_progress
from assets.versions import Choice, pose_choice
from gametape.base.settings import settings
from gametape.film.sidecar import Sidecar
from gametape.film.window import window_of
from gametape.pose.checks import angles_are_sound, joints_are_sound, people_are_sound, poses_are_sound
from resources.device import GpuLease
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="pose",
    owner=Owner.VISION,
    choice=pose_choice(settings()),
    kinds={settings().pose},
    checks=["keypoints_near_the_picture", "keypoint_confidence_in_range", "pose_coverage"],
    **GPU,
)
def pose_estimates(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> dg.MaterializeResult:
    """Keypoints of every person in each analysed frame, as estimated: the expensive part of the poses."""
    from gametape.pose import draw_skeleton, estimate

    video, window = context.partition_key, window_of(analysis_window, "pose")
    film = lake.film(video, source_video, frames, work.of(video, "pose_estimates"))
    with gpu.take() as lease:
        table = estimate(
            film,
            start=window.first_frame,
            stop=window.stop,
            step=window.stride,
            settings=settings().model_copy(update={"device": lease.device}),
            checkpoints=checkpoints(context, work, frames, analysis_window),
            progress=tell_progress(context, lease),
        )
    checks = poses_are_sound(table, film.width, film.height, window.looked_at)
    return publish(
        table,
        checks=checks,
        picture=draw_skeleton(film, table),
        coverage=checks[-1].facts["coverage"],
        device=lease.device,
    )


@film_asset(
    group="pose",
    owner=Owner.VISION,
    kinds={"numpy"},
    checks=["one_box_a_track_and_frame", "one_subject", "subject_found"],
)
def people(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    pose_estimates: pa.Table,
    ball_trajectory: pa.Table,
    ball_events: pa.Table,
    courts: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Each person's track over the frames, who plays, and the subject that is measured: by clicks or by a rule."""
    from gametape.pose import draw_people
    from gametape.pose import people as follow

    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "people"))
    rules = json.loads(courts["rules"][0].as_py())
    sent = (rules["contacts"] or {}).get("sent")
    table = follow(
        pose_estimates,
        frames,
        Sidecar.from_table(sidecar),
        looked_at=window_of(analysis_window, "pose").looked_at,
        width=film.width,
        height=film.height,
        events=ball_events,
        players=rules["players"],
        at_ball=rules["at_ball"],
        ball=ball_trajectory,
        reaches_s=sent and tuple(sent["reaches_s"]),
    )
    checks = people_are_sound(table)
    return publish(
        table,
        checks=checks,
        picture=draw_people(film, table),
        people=len(set(table["track"].to_pylist())),
        subject=checks[-1].message,
    )


@film_asset(
    group="pose",
    owner=Owner.VISION,
    choice=Choice((f"cut-off {settings().pose_cutoff_hz:g}",)),
    kinds={"scipy"},
    checks=["keypoints_near_the_picture", "keypoint_confidence_in_range"],
)
def pose_keypoints(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    pose_estimates: pa.Table,
    people: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Keypoints of every person over time: swapped sides corrected, short gaps filled and marked, smoothed."""
    from gametape.pose import draw_skeleton, repaired

    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "pose_keypoints"))
    table = repaired(pose_estimates, people, frames, settings().pose_cutoff_hz)
    return publish(
        table,
        checks=joints_are_sound(table, film.width, film.height),
        picture=draw_skeleton(film, table),
        interpolated=table["state"].to_pylist().count("interpolated"),
        swapped=table.num_rows - table["swapped"].null_count,
        cutoff_hz=settings().pose_cutoff_hz,
    )


@film_asset(
    group="pose",
    owner=Owner.VISION,
    kinds={"numpy"},
    checks=["angles_in_range"],
)
def joint_angles(pose_keypoints: pa.Table) -> dg.MaterializeResult:
    """Joint and segment angles of every person, in degrees, in the picture plane."""
    from gametape.pose import joint_angles as compute

    table = compute(pose_keypoints)
    return publish(table, checks=angles_are_sound(table))
