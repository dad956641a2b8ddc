"""Which of many people is the wanted one, and the shifts; empty for a film that follows nobody."""

from typing import Any

import dagster as dg
import pyarrow as pa

from assets.common import Owner, film_asset, publish, told
from gametape.film.clock import film_end
from gametape.film.sidecar import Sidecar
from gametape.film.window import stops_early
from gametape.follow.checks import evidence_is_sound, identity_is_sound, shifts_are_sound
from gametape.follow.rules import FollowRules, why_nobody
from gametape.tables.follow import PLAYER_EVIDENCE, PLAYER_IDENTITY, SHIFTS
from gametape.tables.rules import read_rules
from resources.partitions import is_first_look


@film_asset(
    group="follow", owner=Owner.VISION, kinds={"numpy"}, checks=["no_two_players_are_one", "what_is_told_is_told_once"]
)
def player_evidence(
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    follows: pa.Table,
    follow_rules: pa.Table,
    camera_motion: pa.Table,
    person_boxes: pa.Table,
    person_tracks: pa.Table,
    number_reads: pa.Table,
) -> dg.MaterializeResult:
    """What was weighed for each wanted player: which stretches are the player, which perhaps, and wrong clicks."""
    from gametape.follow.identity import evidence_table, weigh

    if reason := why_nobody(follows, Sidecar.from_table(sidecar)):
        return publish(PLAYER_EVIDENCE.empty(), checks=evidence_is_sound(PLAYER_EVIDENCE.empty()), reason=told(reason))
    source = source_video.to_pylist()[0]
    decisions = weigh(
        Sidecar.from_table(sidecar),
        read_rules(follow_rules, FollowRules),
        frames,
        person_tracks,
        number_reads,
        motion=camera_motion,
        boxes=person_boxes,
        width=source["width"],
        height=source["height"],
    )
    table = evidence_table(decisions)
    facts: dict[str, Any] = {
        f"player {one.wanted.number or one.wanted.name or one.wanted.place}": told(one.reason)
        if one.reason
        else "found"
        for one in decisions
    }
    return publish(table, checks=evidence_is_sound(table), **facts)


@film_asset(
    group="follow",
    owner=Owner.VISION,
    kinds={"numpy"},
    checks=["one_state_a_player_and_frame", "in_sight_says_by_what", "states_change_with_a_reason"],
)
def player_identity(
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    follows: pa.Table,
    follow_rules: pa.Table,
    camera_motion: pa.Table,
    person_boxes: pa.Table,
    person_tracks: pa.Table,
    number_reads: pa.Table,
) -> dg.MaterializeResult:
    """Where each wanted player is in each frame: searched, confirmed, locked or lost, by which evidence, and why."""
    from gametape.follow.identity import frames_told, identity_table, weigh
    from gametape.follow.links import Camera

    if reason := why_nobody(follows, Sidecar.from_table(sidecar)):
        return publish(PLAYER_IDENTITY.empty(), checks=identity_is_sound(PLAYER_IDENTITY.empty()), reason=told(reason))
    source, rules = source_video.to_pylist()[0], read_rules(follow_rules, FollowRules)
    decisions = weigh(
        Sidecar.from_table(sidecar),
        rules,
        frames,
        person_tracks,
        number_reads,
        motion=camera_motion,
        boxes=person_boxes,
        width=source["width"],
        height=source["height"],
    )
    looks = frames_told(camera_motion, person_tracks, frames)
    table = identity_table(decisions, *looks, Camera(camera_motion), rules.following.lost_s)
    seen = table.num_rows - table["x1"].null_count
    return publish(
        table, checks=identity_is_sound(table), in_sight=round(seen / table.num_rows, 4) if table.num_rows else 0.0
    )


@film_asset(group="follow", owner=Owner.VISION, kinds={"numpy"}, checks=["shifts_in_order", "shifts_are_long_enough"])
def shifts(
    context: dg.AssetExecutionContext,
    source_video: pa.Table,
    sidecar: pa.Table,
    frames: pa.Table,
    follows: pa.Table,
    follow_rules: pa.Table,
    camera_motion: pa.Table,
    player_identity: pa.Table,
) -> dg.MaterializeResult:
    """Each wanted player's shifts: from coming on to leaving, by the sport's rules, and what is questioned."""
    from gametape.follow.links import Camera
    from gametape.follow.rules import in_film_time
    from gametape.follow.shifts import cut_times, zones_unused
    from gametape.follow.shifts import shifts as found
    from gametape.follow.sums import sums_of

    rules = read_rules(follow_rules, FollowRules)
    least = rules.following.min_shift_s
    if reason := why_nobody(follows, Sidecar.from_table(sidecar)):
        return publish(SHIFTS.empty(), checks=shifts_are_sound(SHIFTS.empty(), least), reason=told(reason))
    source, times = source_video.to_pylist()[0], frames["time_s"].to_numpy()
    still = Camera(camera_motion).stands(source["width"])
    table = found(
        player_identity,
        rules.model_copy(update={"periods": in_film_time(rules.periods, frames)}),
        cut_times(camera_motion, frames),
        width=source["width"],
        height=source["height"],
        begins_s=float(times[0]),
        ends_s=film_end(times),
        still=still,
        goes_on=is_first_look(context.run.tags) and stops_early(Sidecar.from_table(sidecar), frames),
    )
    unused = zones_unused(rules, still)
    facts: dict[str, Any] = {"zones": told(unused)} if unused else {}
    return publish(
        table,
        checks=shifts_are_sound(table, least),
        shifts=table.num_rows,
        seconds=round(sums_of(table.to_pylist()).on_s, 2),
        **facts,
    )
