"""Numbers on shirts, read along everybody's track; empty for a film that follows nobody."""

import dagster as dg
import pyarrow as pa

from assets.common import Owner, film_asset, publish, tell_progress
from assets.people import why_nobody
from gametape.follow.checks import reads_are_sound
from gametape.tables.follow import NUMBER_READS
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="follow", owner=Owner.VISION, kinds={"onnx"}, checks=["reads_are_of_tracks", "a_read_is_its_likeliest_number"]
)
def number_reads(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    person_tracks: pa.Table,
    follows: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Looks at the shirts of everybody who is followed: the number, or unreadable.

    It knows no roster and nobody who is wanted, so that another one of either looks at no picture again.
    """
    from gametape.numbers import reads

    if reason := why_nobody(follows):
        empty = NUMBER_READS.empty()
        return publish(empty, checks=reads_are_sound(empty, person_tracks), reason=reason)
    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "number_reads"))
    table = reads(film, person_tracks, progress=tell_progress(context))
    return publish(
        table,
        checks=reads_are_sound(table, person_tracks),
        looks=table.num_rows,
        legible=table.num_rows - table["number"].null_count,
    )
