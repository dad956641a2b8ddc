"""The content of a report: everything that the page and the PDF say, in words and figures.

Belongs here: calling each view once, in the report's language. Does not belong here: the views' words
(finding_cards.py and its neighbours), the numbers for drawing (page_data.py), layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.language import ENGLISH
from gametape.base.reason import Reason
from gametape.film.clock import film_duration
from gametape.film.following import one_of_many, only_wanted
from gametape.film.picture import picture_state
from gametape.film.window import analysis_windows, first_look
from gametape.movement.persons import PLAYER
from gametape.movement.subject import subject_of
from gametape.report.cautions import (
    clock_cautions,
    coverage_cautions,
    film_cautions,
    first_look_notice,
    not_told,
    picture_cautions,
)
from gametape.report.chart_series import MOST_TRACKS, tracks_of
from gametape.report.columns import integers
from gametape.report.court_view import court_view, not_calibrated
from gametape.report.event_list import event_list
from gametape.report.figures import finding_count, headline
from gametape.report.film_facts import film_facts
from gametape.report.finding_cards import finding_cards, others_findings, split_findings
from gametape.report.followed import followed_figures, followed_sentences
from gametape.report.found_court import found_court_view
from gametape.report.head_to_head import head_to_heads
from gametape.report.history import comparison
from gametape.report.inputs import ReportInput
from gametape.report.metric_labels import MetricLabels
from gametape.report.metric_tables import metric_tables
from gametape.report.missing import no_ball, no_limits, no_people
from gametape.report.names import is_told, mode_name, parts_in, person_name, player_names, sport_name, with_part
from gametape.report.overlay_data import Overlay
from gametape.report.people_list import movement_summary, people_list
from gametape.report.plan_and_goals import goal_outcomes, goal_summary, week_days
from gametape.report.presenter_view import presenter_view
from gametape.report.rallies_and_shots import rallies_and_shots
from gametape.report.repetition_list import repetition_list
from gametape.report.shifts_view import shifts_view
from gametape.report.stroke_cards import stroke_cards
from gametape.report.summary import summary
from gametape.report.words import words
from gametape.sports.load import has_ball, sport_named

if TYPE_CHECKING:
    from gametape.film.sidecar import Sidecar

PDF_FILE = "report.pdf"
RESULTS_FILE = "results.json"


def report_content(data: ReportInput, overlay: Overlay) -> dict[str, Any]:
    """What the templates and the PDF are rendered from, by name. `t` are the report's words."""
    say = words(data.sidecar.language or ENGLISH)
    times, sidecar, source = overlay.times, data.sidecar, data.source_row()
    if data.first_look:  # what a first look leaves out is no fault of the file
        sidecar = first_look(sidecar)
        source = {**source, "claimed_frames": None, "claimed_duration_s": None}
    names = player_names(data.people, sidecar)
    parts = parts_in(data.metrics, data.people, sidecar)
    tracks = sorted(tracks_of(data.poses), key=lambda one: list(parts).index(one.track) if one.track in parts else 99)
    unasked = one_of_many(sidecar) and subject_of(data.people, sidecar).reason == Reason("nobody_wanted")
    presents = data.presenter_summary.num_rows > 0
    told = presents or is_told(data.people, sidecar, parts)
    seen = data.without_false_ball().with_rallies_of_sport()
    player = next((track for track, part in parts.items() if part == PLAYER), None)
    alone = player is None or len(parts) < 2
    whose = "" if alone else with_part(person_name(player, names, say), PLAYER, say)
    of_player, of_others = split_findings(data.findings)
    shifts = shifts_view(
        shifts=data.shifts,
        identity=data.identity,
        evidence=data.evidence,
        clips=data.clips,
        frames=data.frames,
        size=(data.width, data.height),
        sport=sidecar.sport,
        say=say,
    )
    repetitions = repetition_list(data.repetitions, say, names, parts, len(tracks))
    figures = headline(
        frames=data.frames,
        metrics=seen.metrics,
        findings=of_player,
        poses=data.poses,
        people_followed=len(tracks),
        sidecar=sidecar,
        whose=whose,
        leads=followed_figures(shifts, data.presenter_summary, say),
        repeated=[(one.count, one.who) for one in repetitions],
        say=say,
    )
    no_findings = finding_count(of_player, data.metrics, sidecar, say).reason
    labels = MetricLabels(data.metrics, say)
    views = {
        "cards": finding_cards(of_player, names, say, labels),
        "goals": goal_outcomes(data.goals, names, say, labels),
        "events": event_list(seen.events, say),
        "play": rallies_and_shots(seen.rallies, seen.flights, say, strokes=data.strokes, names=names, parts=parts),
        "strokes": stroke_cards(data.strokes, names, say, parts, told=told),
        "repetitions": repetitions,
        "head_to_heads": head_to_heads(data.head_to_head, names, say, labels),
        "presenter": presenter_view(
            data.presenter_summary,
            data.presences,
            data.presenter_track,
            data.presenter_slides,
            sidecar,
            data.width,
            say,
        ),
        "court": court_view(data.calibration, seen.flights, say),
        "found_court": found_court_view(data.court_marks, data.calibration, say),
        "shifts": shifts,
        "comparison": comparison(data.history, say),
        "people": people_list(data.people, tracks[:MOST_TRACKS], names, {} if presents else parts, say),
        "week": week_days(data.plan, data.findings, say),
        "facts": film_facts(source, data.frames, data.width, data.height, sidecar, say, data.court_marks),
    }
    tables, people_left_out = metric_tables(seen.metrics, names, tracks, film_duration(times) or 0.0, say, parts)
    ball_meant = bool(sport_named(sidecar.sport)) and has_ball(sidecar.sport) and "ball" in sidecar.analyses
    ball_missing = no_ball(data.ball, data.metrics, data.frames, sidecar, say)
    wanted_alone = only_wanted(sidecar)
    unseen = subject_of(data.people, sidecar, data.identity).reason if wanted_alone else None
    people_missing = no_people(data.poses, data.frames, sidecar, say, unseen)
    return {
        "t": say,
        "language": say.language,
        "video": data.video,
        "title": sidecar.title or source.get("file_name") or data.video,
        "subtitle": [
            *([sport_name(sidecar.sport, say)] if sidecar.sport else []),
            *([mode_name(sidecar.mode, say)] if sidecar.mode else []),
        ],
        "width": data.width,
        "height": data.height,
        "film_file": data.film_file,
        "poster_file": data.poster_file,
        "pdf_file": PDF_FILE,
        "results_file": RESULTS_FILE,
        "notice": first_look_notice(sidecar, say) if data.first_look else None,
        "cautions": [
            *picture_cautions(data.frames, say),
            *([] if told else [not_told(names, parts, say)]),
            *([say("doubts.nobody_wanted")] if unasked else []),
            *clock_cautions(source, data.frames, sidecar, say),
            *coverage_cautions(data.metrics, None if wanted_alone else data.poses, overlay.stride, say),
        ],
        "warnings": [*map(say.reason, data.warnings), *film_cautions(source, data.frames, data.sidecar, say)],
        "figures": figures,
        **views,
        "summary": summary(
            followed=followed_sentences(shifts, data.presenter_summary, say),
            strokes=views["strokes"],
            movement=movement_summary(
                data.metrics, [] if unasked else tracks, names, say, moves=picture_state(data.frames).fault != "still"
            ),
            repetitions=views["repetitions"],
            play=views["play"],
            events=views["events"],
            no_ball=ball_missing if ball_meant else None,
            no_people=people_missing,
            no_limits=no_limits(sidecar, say),
            not_judged=no_findings,
            cards=views["cards"],
            comparison=views["comparison"],
            say=say,
        ),
        "heights": say("metrics.heights") if _in_heights(data) else None,
        "other_cards": others_findings(of_others, names, parts, say, labels, data.strokes),
        "findings_left_out": of_player.num_rows - len(views["cards"]),
        "findings_reason": no_findings,
        "goal_summary": goal_summary(views["goals"], say),
        "metric_tables": tables,
        "people_left_out": people_left_out,
        "no_ball": ball_missing,
        "ball_meant": ball_meant,
        "no_people": people_missing,
        "no_angles": None if data.angles.num_rows else say("missing.angles"),
        "no_frames": None if len(times) else say("missing.frames"),
        "not_calibrated": None if ball_missing else not_calibrated(data.calibration, say),
        "metric_speed": views["play"].in_metres,
        "names": names,
        "parts": parts,
        "told": told,
        "whose": whose,
        "tracks": tracks,
        "tracks_shown": tracks[:MOST_TRACKS],
        "tracks_left_out": max(0, len(tracks) - MOST_TRACKS),
        "pose_summary": _pose_summary(times, sidecar, data),
        "people_every": overlay.stride,
        "trackers": sorted(set(data.ball["tracker"].to_pylist())),
        "estimators": sorted(set(data.poses["estimator"].to_pylist())),
        "versions": sorted(data.versions.items()),
        "sql_video": data.video.replace("'", "''"),
    }


def _in_heights(data: ReportInput) -> bool:
    """Is anything that is shown measured in body heights?"""
    units = {row["unit"] for row in data.metrics.select(["unit", "value"]).to_pylist() if row["value"] is not None}
    return bool(units & {"heights", "heights/s"}) or data.strokes.num_rows > 0


def _pose_summary(times: np.ndarray, sidecar: Sidecar, data: ReportInput) -> dict[str, object]:
    """In how many of the frames people were searched for, and seen."""
    pose = [one for one in analysis_windows(times, sidecar) if one.analysis == "pose"] if len(times) else []
    return {
        "total_frames": len(times),
        "sampled_frames": sum(len(one.frames) for one in pose),
        "frames_with_pose": len(np.unique(integers(data.poses, "frame"))),
        "models": sorted(set(data.poses["estimator"].to_pylist())),
    }
