"""Presenter: who stands in front of an audience, where and for how long; of films of another mode, empty tables."""

import json
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.common import Owner, film_asset, publish, told
from assets.versions import pose_choice
from gametape.base.settings import settings
from gametape.film.player import clicked_places
from gametape.film.sidecar import Sidecar
from gametape.film.window import window_of
from gametape.presenter.checks import found_is_sound, track_is_sound
from gametape.tables.presenter import PRESENCES, PRESENTER_FOUND, PRESENTER_SLIDES, PRESENTER_SUMMARY, PRESENTER_TRACK
from resources.lake import LakeResource, WorkFolder

FOUND_CHECKS = ["one_place_a_frame", "times_rise", "one_person_a_presence", "nobody_jumps"]
TRACK_CHECKS = ["times_rise", "places_where_not_lost", "short_gaps_filled"]


@film_asset(
    group="presenter",
    owner=Owner.VISION,
    choice=pose_choice(settings()),
    kinds={settings().pose},
    checks=FOUND_CHECKS,
)
def presenter_found(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    pose_estimates: pa.Table,
    people: pa.Table,
    presenter_rules: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """Where the presenter is in each frame: chosen among all people, and looked for again where nobody was seen."""
    from gametape.presenter.found import presenter_found as find

    if not _of_presenter(presenter_rules):
        empty = PRESENTER_FOUND.empty()
        return publish(empty, checks=found_is_sound(empty), reason=told(_rules(presenter_rules)["reason"]))
    video = context.partition_key
    film = lake.film(video, source_video, frames, work.of(video, "presenter_found"))
    table = find(
        people,
        pose_estimates,
        frames,
        window_of(analysis_window, "pose").frames,
        width=film.width,
        height=film.height,
        clicked=_rules(presenter_rules)["clicked"],
        film=film,
        settings=settings(),
    )
    return publish(
        table,
        checks=found_is_sound(table),
        presences=len(set(table["presence"].to_pylist())),
        people=len(set(table["person"].to_pylist())),
        looked_again=sum(table["again"].to_pylist()),
    )


@film_asset(group="presenter", owner=Owner.VISION, kinds={"numpy"}, checks=TRACK_CHECKS)
def presenter_track(
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    presenter_rules: pa.Table,
    presenter_found: pa.Table,
) -> dg.MaterializeResult:
    """The presenter at a steady rate by true times: measured, interpolated over short gaps, or lost."""
    from gametape.presenter.samples import presenter_track as sample
    from gametape.presenter.zones import zones_of

    keys = Sidecar.from_table(sidecar).presenter
    table = PRESENTER_TRACK.empty()
    if _of_presenter(presenter_rules):
        table = sample(
            presenter_found,
            frames["time_s"].to_numpy(),
            frames["shot"].to_numpy(),
            window_of(analysis_window, "pose").frames,
            rate=keys.process_fps,
            most_gap=keys.max_gap_samples,
            zones=zones_of(keys.zones),
            width=source_video["width"][0].as_py(),
            height=source_video["height"][0].as_py(),
        )
    quality = table["quality"].to_pylist()
    counts = {name: quality.count(name) for name in ("measured", "interpolated", "lost")}
    return publish(table, checks=track_is_sound(table, keys.max_gap_samples), **counts)


@film_asset(group="presenter", owner=Owner.VISION, kinds={"numpy"})
def presences(
    source_video: pa.Table, sidecar: pa.Table, presenter_found: pa.Table, presenter_track: pa.Table
) -> dg.MaterializeResult:
    """Each time that somebody came to the front: who, from when to when, how well followed, how far walked."""
    from gametape.presenter.summary import presences as tell

    if not presenter_track.num_rows:
        return publish(PRESENCES.empty())
    height = source_video["height"][0].as_py()
    return publish(tell(presenter_found, presenter_track, Sidecar.from_table(sidecar), height))


@film_asset(group="presenter", owner=Owner.VISION, kinds={"numpy"})
def presenter_slides(frames: pa.Table, presenter_track: pa.Table) -> dg.MaterializeResult:
    """The slides, or views, between two changes of the whole picture, and how much of each somebody is in front."""
    from gametape.presenter.summary import presenter_slides as tell

    table = tell(frames, presenter_track) if presenter_track.num_rows else PRESENTER_SLIDES.empty()
    return publish(table)


@film_asset(group="presenter", owner=Owner.VISION, kinds={"numpy"})
def presenter_summary(
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    pose_estimates: pa.Table,
    people: pa.Table,
    presenter_found: pa.Table,
    presenter_track: pa.Table,
    presences: pa.Table,
) -> dg.MaterializeResult:
    """The film's figures, time in zones, heat map, and the payload of version v1."""
    from gametape.presenter.found import why_nobody
    from gametape.presenter.summary import presenter_summary as tell

    if not presenter_track.num_rows:
        return publish(PRESENTER_SUMMARY.empty())
    size = {name: source_video[name][0].as_py() for name in ("width", "height")}
    estimators = pose_estimates["estimator"].to_pylist()
    details = Sidecar.from_table(sidecar)
    clicked = clicked_places(details)
    reason = None if presenter_found.num_rows else why_nobody(people, pose_estimates, frames, **size, clicked=clicked)
    table = tell(
        presenter_track,
        presences,
        details,
        frames,
        **size,
        detector=estimators[0] if estimators else None,
        reason=reason,
    )
    row = table.to_pylist()[0]
    facts = {name: row[name] for name in ("coverage", "gaps", "longest_gap_s")}
    return publish(table, **facts, reason=told(reason) if reason else "")


def _of_presenter(presenter_rules: pa.Table) -> bool:
    return _rules(presenter_rules)["presenter"]


def _rules(presenter_rules: pa.Table) -> dict[str, Any]:
    return json.loads(presenter_rules["rules"][0].as_py())
