"""Pose: the people in the film, their keypoints and joint angles."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow as pa

from assets.common import GPU, Owner, checkpoints, film_asset, inputs_version, publish, tell_progress
from assets.unchanged import is_unchanged
from assets.versions import Choice, pose_choice
from gametape.base.settings import settings
from gametape.base.work import Checkpoints, Progress
from gametape.film.following import only_wanted
from gametape.film.sidecar import Sidecar
from gametape.film.window import Window, window_of
from gametape.pose.checks import angles_are_sound, joints_are_sound, people_are_sound, poses_are_sound
from gametape.tables.pose import PLAYER_POSES
from resources import beside
from resources.device import GpuLease, others_first
from resources.lake import LakeResource, WorkFolder
from resources.partitions import VIDEOS

if TYPE_CHECKING:
    from gametape.media.film import Film


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
    everybody_window: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> dg.MaterializeResult:
    """Keypoints of every person in each analysed frame, as estimated: the expensive part of the poses.

    Of a film that is about wanted players among many it is empty: see `player_poses`.
    """
    from gametape.pose import draw_skeleton

    video, window = context.partition_key, window_of(everybody_window, "pose")
    film = lake.film(video, source_video, frames, work.of(video, "pose_estimates"))
    version = inputs_version(context.assets_def, "pose_estimates", frames, everybody_window)
    with gpu.take() as lease, beside.taken(context.run.run_id, "pose_estimates", version) as begun:
        progress = tell_progress(context, lease)
        table = begun.table(progress) if begun else None
        if table is None:
            kept = work.checkpoints(video, "pose_estimates", version)
            table = _of_everybody(film, window, lease.device, kept)(lambda: None, progress)
    checks = poses_are_sound(table, film.width, film.height, window.looked_at)
    return publish(
        table,
        checks=checks,
        picture=draw_skeleton(film, table),
        coverage=checks[-1].facts["coverage"],
        device=lease.device,
    )


def begin_poses(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> None:
    """Begin what `pose_estimates` computes, if this run makes it, while the ball is followed.

    Only where poses need no GPU, and steps are not given to other machines. In which frames is no input of the ball: it
    is read from the lake. Should another table be there by the time of `pose_estimates`, that takes nothing of this.
    """
    if settings().pose != "mediapipe" or gpu.given or not beside.is_planned(context, "pose_estimates"):
        return
    video, store = context.partition_key, lake.store()
    if is_unchanged(context, VIDEOS, pose_estimates, "pose_estimates") or not store.has_table(
        "everybody_window", video
    ):
        return
    everybody_window = store.read_table("everybody_window", video)
    film = lake.film(video, source_video, frames, work.of(video, "pose_estimates"))
    version = inputs_version(pose_estimates, "pose_estimates", frames, everybody_window)
    kept = work.checkpoints(video, "pose_estimates", version)
    poses = _of_everybody(film, window_of(everybody_window, "pose"), "cpu", kept)
    beside.begin(context.run.run_id, "pose_estimates", version, poses, others_first(context))


def _of_everybody(film: "Film", window: Window, device: str, kept: Checkpoints) -> beside.Work:
    """The work of `pose_estimates`, in its own step or beside another one: the same call, hence the same table."""
    from gametape.pose import estimate

    def poses(go_on: Callable[[], None], progress: Progress) -> pa.Table:
        return estimate(
            film,
            start=window.first_frame,
            stop=window.stop,
            step=window.stride,
            settings=settings().model_copy(update={"device": device}),
            checkpoints=kept,
            progress=progress,
            go_on=go_on,
        )

    return poses


@film_asset(
    group="pose",
    owner=Owner.VISION,
    choice=pose_choice(settings()),
    kinds={settings().pose},
    checks=["keypoints_near_the_picture", "keypoint_confidence_in_range", "pose_coverage"],
    **GPU,
)
def player_poses(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    everybody_window: pa.Table,
    player_identity: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> dg.MaterializeResult:
    """Keypoints of the players who are followed, where they are in sight.

    Empty for a film that follows nobody, and where everybody has poses: see `pose_estimates`.
    """
    from gametape.film.in_sight import in_sight
    from gametape.pose import draw_skeleton, estimate_wanted

    video, window = context.partition_key, window_of(analysis_window, "pose")
    film = lake.film(video, source_video, frames, work.of(video, "player_poses"))
    seen = in_sight(player_identity, window.frames)
    looked_at = len(set(seen["frame"].to_pylist()))
    if not looked_at or window_of(everybody_window, "pose").wanted:  # everybody has poses, the player among them
        empty = PLAYER_POSES.empty()
        return publish(empty, checks=poses_are_sound(empty, film.width, film.height, 0))
    with gpu.take() as lease:
        table = estimate_wanted(
            film,
            player_identity,
            start=window.first_frame,
            stop=window.stop,
            step=window.stride,
            settings=settings().model_copy(update={"device": lease.device}),
            checkpoints=checkpoints(context, work, frames, analysis_window, player_identity),
            progress=tell_progress(context, lease),
        )
    checks = poses_are_sound(table, film.width, film.height, looked_at)
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
    player_poses: pa.Table,
    player_identity: pa.Table,
    ball_trajectory: pa.Table,
    ball_events: pa.Table,
    courts: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Each person's track over the frames, who plays, and the subject that is measured: by clicks or by a rule.

    On a film that is about wanted players among many they alone are people, and the first one is the subject. Else
    whoever was found by a number is that player.
    """
    from gametape.pose import draw_people, followed_people
    from gametape.pose import people as follow

    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "people"))
    rules = json.loads(courts["rules"][0].as_py())
    sent = (rules["contacts"] or {}).get("sent")
    details = Sidecar.from_table(sidecar)
    looked_at = window_of(analysis_window, "pose").frames
    table = (
        followed_people(player_poses, player_identity, details, looked_at)
        if only_wanted(details)
        else follow(
            pose_estimates,
            frames,
            details,
            looked_at=len(looked_at),
            width=film.width,
            height=film.height,
            events=ball_events,
            players=rules["players"],
            at_ball=rules["at_ball"],
            ball=ball_trajectory,
            reaches_s=sent and tuple(sent["reaches_s"]),
            identity=player_identity,
            frames_looked_at=looked_at,
        )
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
    player_poses: pa.Table,
    people: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Keypoints of every person over time: swapped sides corrected, short gaps filled and marked, smoothed."""
    from gametape.pose import draw_skeleton, repaired

    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "pose_keypoints"))
    estimates = player_poses if player_poses.num_rows else pose_estimates
    table = repaired(estimates, people, frames, settings().pose_cutoff_hz)
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
