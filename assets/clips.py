"""Clips: which spans of the film are wanted, and the files cut of them."""

from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.common import Owner, digest, film_asset, publish, tell_progress, told
from assets.versions import Choice
from gametape.base.settings import settings
from gametape.clips.checks import clips_are_as_asked, spans_are_sound
from gametape.film.files import FILM_FILE
from gametape.film.following import follows, wanted_places
from gametape.film.sidecar import Sidecar
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="report",
    owner=Owner.COACHING,
    choice=Choice(without=("gametape/report/languages",)),  # the words are an input: `report_words`
    deps=["report_words"],
    kinds={"python"},
    checks=["spans_inside_the_film"],
)
def clip_spans(
    sidecar: pa.Table,
    frames: pa.Table,
    findings: pa.Table,
    strokes: pa.Table,
    rallies: pa.Table,
    shifts: pa.Table,
) -> dg.MaterializeResult:
    """The spans of which clips are cut: each shift of who is followed, and what the sidecar's `clips` asks for."""
    from gametape.clips.spans import NOT_ASKED_FOR, Spans
    from gametape.clips.spans import clip_spans as spans

    details = Sidecar.from_table(sidecar).in_language(settings().language)
    table = spans(
        details,
        Spans(frames=frames, findings=findings, strokes=strokes, rallies=rallies, shifts=shifts),
        wanted=wanted_places(details),
    )
    rows = table.to_pylist()
    reasons = [row["reason"] for row in rows if row["reason"]]
    if not rows and not follows(details):
        reasons = [NOT_ASKED_FOR]
    facts: dict[str, Any] = {"reason": told(reasons[0])} if reasons else {}
    return publish(table, checks=spans_are_sound(table, frames), spans=table["reason"].null_count, **facts)


@film_asset(
    group="report",
    owner=Owner.COACHING,
    choice=Choice((f"at most {settings().clips_gb} GB",)),
    kinds={"video"},
    checks=["clips_show_what_was_asked"],
    always=True,  # clips that are there already are kept, one by one
)
def clips(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    clip_spans: pa.Table,
    person_tracks: pa.Table,
    player_identity: pa.Table,
    player_evidence: pa.Table,
    shifts: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Clips of the wanted spans with their sound, a reel of each player's shifts, and lists for other programs."""
    from gametape.clips.film import CutFilm
    from gametape.clips.make import ClipMaker
    from gametape.clips.overlay import timeline
    from gametape.clips.spans import NOT_ASKED_FOR
    from gametape.clips.stored import film_version, make_stored
    from gametape.tables.clips import CLIPS

    if not clip_spans.num_rows and not lake.store().has_table("clips", context.partition_key):
        none = CLIPS.empty()
        return publish(none, checks=clips_are_as_asked(none, clip_spans, frames), reason=told(NOT_ASKED_FOR))
    video, source = context.partition_key, source_video.to_pylist()[0]
    folder, store = work.of(video, "clips"), lake.store()
    code = context.assets_def.code_versions_by_key[context.asset_key] or ""

    def file(name: str) -> Path:
        return store.get_file(video, name, folder / "earlier")

    maker = ClipMaker(
        film=lambda: CutFilm.open(file(FILM_FILE), source["file_name"]),
        frames=frames,
        spans=clip_spans,
        tracks=person_tracks,
        identity=player_identity,
        size=(source["width"], source["height"]),
        version=film_version(digest(frames), code),
        work=folder,
        most_bytes=settings().clips_gb * 1e9,
        progress=tell_progress(context),
    )
    # of the spans, not of the sidecar: a note in it makes no clip stale
    title = next(iter(clip_spans["title"].to_pylist()), None) or source["file_name"]
    followed = timeline(player_identity, player_evidence, shifts) if player_identity.num_rows else None
    table = make_stored(store, video, maker, source["file_name"], title, followed)
    rows = table.to_pylist()
    made = [row for row in rows if row["file"]]
    reasons = sorted({told(row["reason"]) for row in rows if row["reason"]})
    facts: dict[str, Any] = {"reason": "; ".join(reasons)} if reasons else {}
    return publish(
        table,
        checks=clips_are_as_asked(table, clip_spans, frames),
        clips=sum(row["kind"] != "reel" for row in made),
        reels=sum(row["kind"] == "reel" for row in made),
        megabytes=round(sum(row["bytes"] for row in made) / 1e6, 1),
        most_megabytes=round(settings().clips_gb * 1e3),
        folder=dg.MetadataValue.path(store.file_uri(video, "clips")),
        **facts,
    )
