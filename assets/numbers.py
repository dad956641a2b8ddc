"""The numbers on the shirts of a film that follows somebody; empty for every other film."""

import dagster as dg
import pyarrow as pa

from assets.common import GPU, Owner, film_asset, publish, tell_progress
from assets.people import why_nobody
from gametape.numbers.checks import reads_are_sound
from gametape.tables.follow import NUMBER_READS
from resources.device import GpuLease
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="follow",
    owner=Owner.VISION,
    kinds={"onnx"},
    checks=["one_look_a_track_and_frame", "numbers_are_likely"],
    **GPU,
)
def number_reads(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    follows: pa.Table,
    person_tracks: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> dg.MaterializeResult:
    """What the shirts along each track say. Who is wanted does not matter: another number reads no picture again."""
    from gametape.base.device import choose_device
    from gametape.numbers import reads, votes

    if reason := why_nobody(follows):
        return publish(NUMBER_READS.empty(), checks=reads_are_sound(NUMBER_READS.empty()), reason=reason)
    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "number_reads"))
    with gpu.take() as lease:
        table = reads(
            film,
            person_tracks,
            device=choose_device(lease.device),
            progress=tell_progress(context, lease),
        )
    sure = {track: vote.number for track, vote in votes(table).items() if vote.confirmed}
    return publish(
        table,
        checks=reads_are_sound(table),
        looks=table.num_rows,
        numbers=dg.MetadataValue.json({str(track): number for track, number in sure.items()}),
        device=lease.device,
    )
