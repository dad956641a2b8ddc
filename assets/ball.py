"""Chapter two: the ball."""

import dagster as dg
import pyarrow as pa

from assets.common import GPU, Owner, checkpoints, film_asset, publish, tell_progress
from gametape.quality import ball_is_sound
from gametape.settings import settings
from gametape.versions import craft_version
from gametape.window import window_of
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="ball",
    owner=Owner.VISION,
    version=craft_version("ball", settings().ball),
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

    video, window = context.partition_key, window_of(analysis_window, "ball")
    film = lake.film(video, source_video, frames, work.of(video, "ball_trajectory"))
    table = track(
        film,
        start=window.first_frame,
        stop=window.stop,
        shots=frames["shot"].to_numpy(),
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
