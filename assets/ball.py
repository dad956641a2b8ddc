"""The ball: its trajectory, events, flights and rallies, and the calibration of the camera."""

import json
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.common import BEFORE_POSES, GPU, Owner, checkpoints, film_asset, publish, shown, tell_progress, told
from assets.pose import begin_poses
from assets.versions import Choice, ball_choice
from gametape.ball.checks import ball_is_sound, events_are_sound
from gametape.base.settings import settings
from gametape.film.files import POSTER_FILE
from gametape.film.sidecar import Sidecar
from gametape.film.window import window_of
from gametape.geometry.checks import calibration_is_sound
from gametape.play.checks import flights_are_sound, rallies_are_sound
from resources.device import GpuLease
from resources.lake import LakeResource, WorkFolder


@film_asset(
    group="ball",
    owner=Owner.VISION,
    choice=ball_choice(settings()),
    kinds={"opencv"},
    checks=["ball_has_a_place_when_seen", "ball_inside_the_picture", "ball_coverage"],
    beside=begin_poses,
    **GPU,
)
def ball_trajectory(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
    gpu: GpuLease,
) -> dg.MaterializeResult:
    """Where the ball is in each frame: detected, interpolated over a short gap, or absent."""
    from gametape.ball import plot_trajectory, track
    from gametape.ball.sources import source_for

    video, window = context.partition_key, window_of(analysis_window, "ball")
    film = lake.film(video, source_video, frames, work.of(video, "ball_trajectory"))
    with gpu.take() as lease:
        table = track(
            film,
            start=window.first_frame,
            stop=window.stop,
            shots=frames["shot"].to_numpy(),
            source=source_for(settings().model_copy(update={"device": lease.device})),
            checkpoints=checkpoints(context, work, frames, analysis_window),
            progress=tell_progress(context, lease),
        )
    poster = lake.store().get_file(video, POSTER_FILE, work.of(video, "ball_trajectory"))
    checks = ball_is_sound(table, film.width, film.height, window.looked_at)
    return publish(
        table,
        checks=checks,
        picture=plot_trajectory(table, film.width, film.height, poster),
        coverage=checks[-1].facts["coverage"],
    )


@film_asset(
    group="ball",
    owner=Owner.VISION,
    kinds={"numpy"},
    checks=["events_inside_the_film", "events_in_order", "event_confidence_in_range"],
    **BEFORE_POSES,
)
def ball_events(
    ball_trajectory: pa.Table, source_video: pa.Table, frames: pa.Table, courts: pa.Table
) -> dg.MaterializeResult:
    """Hits, bounces, releases and impacts on a wall, found in the ball's trajectory and the sport's order of them."""
    from gametape.ball.events import find_events
    from gametape.sports.contacts import Contacts

    source, rules = source_video.to_pylist()[0], json.loads(courts["rules"][0].as_py())
    table = find_events(
        ball_trajectory,
        width=source["width"],
        height=source["height"],
        bounces=rules["bounces"],
        contacts=Contacts.model_validate(rules["contacts"]) if rules["contacts"] else None,
        shots=frames["shot"].to_numpy(),
    )
    kinds = table["kind"].to_pylist()
    return publish(
        table,
        checks=events_are_sound(table, ball_trajectory["time_s"].to_numpy()),
        hits=kinds.count("hit"),
        releases=kinds.count("release"),
        bounces=kinds.count("bounce"),
        impacts=kinds.count("impact"),
    )


@film_asset(
    group="ball",
    owner=Owner.VISION,
    choice=Choice(without=("gametape.court.draw",)),
    kinds={"opencv"},
    checks=["court_stretches_in_order"],
)
def court_marks(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    court_search: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """What the camera does, and where the court's lines are found in each stretch in which it stands, or why not."""
    from gametape.court.checks import stretches_are_sound
    from gametape.court.draw import drawn_court, sidecar_lines, small_picture
    from gametape.court.search import CourtSearch, longest_found
    from gametape.court.search import court_marks as search
    from gametape.tables.rules import read_rules

    video, window = context.partition_key, window_of(analysis_window, "ball")
    film = lake.film(video, source_video, frames, work.of(video, "court_marks"))
    asked = read_rules(court_search, CourtSearch)
    table = search(
        film,
        frames["shot"].to_numpy(),
        asked,
        start=window.first_frame,
        stop=window.last_frame + 1,
        progress=tell_progress(context),
    )
    rows, found = table.to_pylist(), longest_found(table)
    facts: dict[str, Any] = {"stretches": len(rows), "found": sum(row["found"] for row in rows)}
    if why := next((row["reason"] for row in rows if row["reason"]), None):
        facts["reason"] = told(why)
    if found:
        middle = film.frame((found["first_frame"] + found["stop"]) // 2, pixel_format="rgb24").image
        facts["picture"] = small_picture(drawn_court(middle, found, film.width, film.height))
        lines = sidecar_lines(found["court"], json.loads(found["marks"]), found["radial"])
        facts["lines to paste"] = dg.MetadataValue.md(f"```yaml\n{lines}\n```")
    return publish(table, checks=stretches_are_sound(table), **facts)


@film_asset(
    group="ball",
    owner=Owner.VISION,
    kinds={"opencv"},
    checks=["marks_make_a_calibration"],
    deps=["courts"],
    **BEFORE_POSES,
)
def calibration(source_video: pa.Table, sidecar: pa.Table, court_marks: pa.Table) -> dg.MaterializeResult:
    """The court in the picture and the camera in space, from the sidecar's marks or else those found, or why not.

    A row holds for a stretch of the film in which the camera stands still.
    """
    from gametape.geometry.stretches import calibration_table

    source = source_video.to_pylist()[0]
    table = calibration_table(Sidecar.from_table(sidecar), source["width"], source["height"], court_marks)
    rows = table.to_pylist()
    best = next((row for row in rows if row["solved"] != "none"), rows[0])
    facts = {name: best[name] for name in ("source", "reprojection_px", "ground_error_m") if best[name] is not None}
    if best["reason"]:
        facts["reason"] = told(best["reason"])
    facts |= {"stretches": len(rows), "calibrated": sum(row["solved"] != "none" for row in rows)}
    return publish(table, checks=calibration_is_sound(table), solved=best["solved"], **facts)


@film_asset(
    group="ball",
    owner=Owner.VISION,
    kinds={"numpy"},
    checks=["flights_in_order"],
    deps=["courts"],
    **BEFORE_POSES,
)
def ball_flights(
    ball_trajectory: pa.Table, ball_events: pa.Table, frames: pa.Table, sidecar: pa.Table, calibration: pa.Table
) -> dg.MaterializeResult:
    """Flights of the ball between contacts, with speeds and places, in metres where the camera is calibrated."""
    from gametape.geometry.stretches import Calibrations
    from gametape.play import ball_flights as flights
    from gametape.play.pictures import court_map, flights_svg, map_svg
    from gametape.sports.courts import court_of

    table = flights(
        ball_trajectory,
        ball_events,
        shots=frames["shot"].to_numpy(),
        calibrations=Calibrations(calibration),
        court=court_of(Sidecar.from_table(sidecar).sport),
    )
    court = court_map(table, calibration)
    return publish(
        table,
        checks=flights_are_sound(table),
        picture=flights_svg(table).encode(),
        flights=table.num_rows,
        in_metres=table.num_rows - table["speed_mean_mps"].null_count,
        **({"court": shown(map_svg(court).encode())} if court else {}),
    )


@film_asset(
    group="ball",
    owner=Owner.VISION,
    kinds={"numpy"},
    checks=["rallies_in_order"],
    **BEFORE_POSES,
)
def rallies(
    source_video: pa.Table,
    frames: pa.Table,
    analysis_window: pa.Table,
    ball_trajectory: pa.Table,
    ball_events: pa.Table,
    ball_flights: pa.Table,
    courts: pa.Table,
) -> dg.MaterializeResult:
    """Rallies: periods in which the ball is in play, with their shots and the dead time before each."""
    from gametape.play import rallies as play

    table = play(
        ball_flights,
        ball_events,
        ball_trajectory,
        height=source_video["height"][0].as_py(),
        shots=frames["shot"].to_numpy(),
        looked_from=float(frames["time_s"][window_of(analysis_window, "ball").first_frame].as_py()),
        first_bounces=(json.loads(courts["rules"][0].as_py())["contacts"] or {}).get("first_bounces", 1),
    )
    return publish(
        table,
        checks=rallies_are_sound(table),
        rallies=table.num_rows,
        shots=sum(table["shots"].to_pylist()),
        longest_s=max(table["duration_s"].to_pylist(), default=0.0),
    )
