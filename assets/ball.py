"""Chapter two: the ball."""

import dagster as dg
import pyarrow as pa

from assets.common import GPU, Owner, checkpoints, film_asset, publish, tell_progress
from assets.versions import ball_version, weights_version
from gametape.ball.events.network import WEIGHTS as EVENT_WEIGHTS
from gametape.quality import ball_is_sound, events_are_sound
from gametape.settings import settings
from gametape.sidecar import Sidecar
from gametape.versions import craft_version
from gametape.window import window_of
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="ball",
    owner=Owner.VISION,
    version=ball_version(settings()),
    kinds={"opencv"},
    checks=["ball_has_a_place_when_seen", "ball_inside_the_picture", "ball_coverage"],
    **GPU,
)
def ball_trajectory(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Where the ball is in each frame: detected, interpolated over a short gap, or absent."""
    from gametape.ball import plot_trajectory, track
    from gametape.ball.sources import source_for

    video, window = context.partition_key, window_of(analysis_window, "ball")
    film = lake.film(video, source_video, frames, work.of(video, "ball_trajectory"))
    table = track(
        film,
        start=window.first_frame,
        stop=window.stop,
        shots=frames["shot"].to_numpy(),
        source=source_for(settings()),
        checkpoints=checkpoints(context, work, frames, analysis_window),
        progress=tell_progress(context),
    )
    poster = lake.store().get_file(video, "poster.jpg", work.of(video, "ball_trajectory"))
    verdicts = ball_is_sound(table, film.width, film.height, window.looked_at)
    return publish(
        table,
        verdicts=verdicts,
        picture=plot_trajectory(table, film.width, film.height, poster),
        coverage=verdicts[-1].facts["coverage"],
    )


@film_asset(
    group="ball",
    owner=Owner.VISION,
    version=craft_version("ball/events", weights_version(str(EVENT_WEIGHTS))),
    kinds={"numpy"},
    checks=["events_inside_the_film", "events_in_order", "event_confidence_in_range"],
)
def ball_events(
    ball_trajectory: pa.Table, source_video: pa.Table, frames: pa.Table, sidecar: pa.Table
) -> dg.MaterializeResult:
    """When the ball was hit, bounced or met a wall, told from its trajectory alone."""
    from gametape.ball.events import find_events

    source = source_video.to_pylist()[0]
    table = find_events(
        ball_trajectory,
        width=source["width"],
        height=source["height"],
        sport=Sidecar.from_table(sidecar).sport,
        shots=frames["shot"].to_numpy(),
    )
    kinds = table["kind"].to_pylist()
    return publish(
        table,
        verdicts=events_are_sound(table, ball_trajectory["time_s"].to_numpy()),
        hits=kinds.count("hit"),
        bounces=kinds.count("bounce"),
        impacts=kinds.count("impact"),
    )
