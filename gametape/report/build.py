"""From the lake's tables to the page, its data, its PDF and its results on disk.

Belongs here: what a report is made of, assembling it, publishing it whole. Does not belong here: its words
(story.py), its numbers for drawing (overlay.py, series.py), its looks (page.html, page.css, page.js; pdf.py).
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.language import ENGLISH
from gametape.film.window import analysis_windows, first_look
from gametape.movement.subject import subject_of
from gametape.report import story
from gametape.report.events import happening
from gametape.report.history import History, comparison
from gametape.report.overlay import ANGLES, Overlay, Scales, column, end_of_film, integers
from gametape.report.pdf import write_pdf
from gametape.report.people import followed
from gametape.report.play import court, not_calibrated, play
from gametape.report.series import MOST_TRACKS, overview, tracks_of
from gametape.report.stills import contact_still, stills
from gametape.report.strokes import StrokeCard, strokes
from gametape.report.summary import summary
from gametape.report.words import words
from gametape.tables.ball import BALL_EVENTS, BALL_FLIGHTS, CALIBRATION, RALLIES
from gametape.tables.coaching import GOAL_OUTCOMES, STROKES, WEEK_PLAN
from gametape.tables.pose import PEOPLE

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar
    from gametape.media.film import Film

PAGE = "report.html"
PDF = "report.pdf"
RESULTS = "results.json"
DATA_FOLDER = "report_data"
MOST_FLIGHTS = 2000
MOST_CONTACT_STILLS = 16
JSON_COLUMNS = frozenset({"cues", "drills", "evidence", "activities", "unknown", "marks", "homography", "camera"})
FLIGHT_COLUMNS = (
    "flight", "start_s", "end_s", "began", "ended", "seen", "speed_start", "speed_start_mps", "speed_start_mps_low",
    "speed_start_mps_high", "speed_method", "speed_reason", "apex_m", "end_ground_x_m", "end_ground_y_m",
    "end_ground_major_m", "end_ground_minor_m", "end_ground_angle", "spin", "spin_confidence", "spin_reason",
    "swing_deg", "swing_deg_low", "swing_deg_high", "swing_reason",
)  # fmt: skip
"""Of a flight in the results; its ends and curve in the picture are in the table."""


@dataclass(frozen=True)
class ReportInput:
    """Everything a report tells. Tables are as `gametape.tables.core` says; all but `frames` may be empty.

    source: the film's row of `source_video` (a mapping, a dataclass such as SourceFacts, or a one-row table).
    width, height: px of the upright source picture, in which all coordinates are.
    film_file, poster_file: where they will lie, relative to the page.
    versions: what made this, name to version. warnings: what ingest had to say of the film.
    film: where the PDF's pictures are taken from; without it there are none.
    The report is in the sidecar's language, else in English.
    first_look: is this of the film's first seconds alone, before the full analysis?
    """

    video: str
    source: Mapping | pa.Table | object
    sidecar: Sidecar
    frames: pa.Table
    ball: pa.Table
    poses: pa.Table
    angles: pa.Table
    metrics: pa.Table
    findings: pa.Table
    width: int
    height: int
    film_file: str = "film.mp4"
    poster_file: str = "poster.jpg"
    versions: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    plan: pa.Table = field(default_factory=WEEK_PLAN.empty)
    goals: pa.Table = field(default_factory=GOAL_OUTCOMES.empty)
    people: pa.Table = field(default_factory=PEOPLE.empty)
    strokes: pa.Table = field(default_factory=STROKES.empty)
    events: pa.Table = field(default_factory=BALL_EVENTS.empty)
    flights: pa.Table = field(default_factory=BALL_FLIGHTS.empty)
    rallies: pa.Table = field(default_factory=RALLIES.empty)
    calibration: pa.Table = field(default_factory=CALIBRATION.empty)
    history: History | None = None
    film: Film | None = None
    first_look: bool = False

    def believed(self) -> ReportInput:
        """The same without the ball where the metrics say that what was followed is none."""
        if story.not_a_ball(self.metrics) is None:
            return self
        of_ball = ("ball", "events", "flights", "rallies")
        return dataclasses.replace(self, **{name: getattr(self, name).slice(0, 0) for name in of_ball})


@dataclass(frozen=True)
class ReportFiles:
    """What was written. bytes: page and data together, without the film, the PDF and the results.

    headline: duration_s, ball_seen_percent, top_ball_speed (and _unit), people_at_once, findings, ready for JSON.
    What is not known is None, and `<name>_reason` says why.
    """

    page: Path
    data_files: tuple[Path, ...]
    bytes: int
    headline: dict[str, float | int | str | None]
    pdf: Path
    results: Path


def build_report(data: ReportInput, out: Path) -> ReportFiles:
    """Write `report.html`, `report_data/*.js`, `report.pdf` and `results.json` into `out`, where the film and poster
    lie or will lie.

    The same input gives the same bytes. Data and page are written aside and moved into place at the end, the page
    last; the page knows each chunk's hash, so that a reader never mixes two builds. Raises ValueError where
    the tables contradict each other.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    out.mkdir(parents=True, exist_ok=True)
    tracks = tracks_of(data.poses)
    shown = data.poses.filter(pc.is_in(data.poses["track"], pa.array([one.track for one in tracks], pa.int32())))
    data = dataclasses.replace(data, poses=shown)  # somebody of a moment is most often another one, taken for a new one
    overlay = Overlay(data.frames, data.believed().ball, data.poses, data.angles, Scales.of(data.width, data.height))
    page_data, figures, context = _compose(data, overlay)

    aside = Path(tempfile.mkdtemp(prefix=".report-", dir=out))
    try:
        (aside / DATA_FOLDER).mkdir()
        for span, content, script in overlay.chunks():
            (aside / DATA_FOLDER / span.file).write_text(script, "ascii", newline="\n")
            page_data["chunks"].append([span.first, span.count, span.start_s, span.end_s, content])
        context["contact_stills"] = _contact_stills(data, context["strokes"].cards, aside / DATA_FOLDER)
        (aside / PAGE).write_bytes(_render(page_data, context))
        pictures = stills(data.film, data.poses, context["cards"]) if data.film is not None else {}
        write_pdf(aside / PDF, context, pictures)
        (aside / RESULTS).write_text(_results(data, context, story.known_figures(figures)), "ascii", newline="\n")
        _publish(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)

    files = tuple(sorted((out / DATA_FOLDER).glob("*.js")))
    size = sum(file.stat().st_size for file in (out / PAGE, *(out / DATA_FOLDER).iterdir()))
    return ReportFiles(out / PAGE, files, size, story.known_figures(figures), out / PDF, out / RESULTS)


def _compose(data: ReportInput, overlay: Overlay) -> tuple[dict, tuple[story.Figure, ...], dict]:
    """The page's data for drawing, its headline, and its words."""
    say, seen = words(data.sidecar.language or ENGLISH), data.believed()
    ball = seen.ball
    times, sidecar, source = overlay.times, data.sidecar, _mapping(data.source)
    if data.first_look:  # what it left out is no fault of the file
        sidecar = first_look(sidecar)
        source = {**source, "claimed_frames": None, "claimed_duration_s": None}
    subject = subject_of(data.people, sidecar).track
    measured = {f"track:{subject}"} if subject is not None else set(data.metrics["subject"].to_pylist())
    # Whom the metrics are about is offered first.
    tracks = sorted(tracks_of(data.poses), key=lambda one: f"track:{one.track}" not in measured)
    looked_at = _looked_at(times, sidecar)
    figures = story.headline(
        frames=data.frames,
        ball=data.ball,
        metrics=data.metrics,
        findings=data.findings,
        poses=data.poses,
        tracks=tracks,
        sidecar=sidecar,
        looked_at=looked_at,
        say=say,
    )
    called = story.called(data.people, sidecar)
    cards = story.cards(data.findings, called, say)
    targets = story.targets(data.goals, called, say)
    groups, people_left_out = story.groups(
        data.metrics, called, tracks, *((float(times[0]), end_of_film(times)) if len(times) else (0.0, 0.0)), say
    )
    events, shots = happening(seen.events, say), play(seen.rallies, seen.flights, say)
    stroke, ground = strokes(data.strokes, called, say), court(data.calibration, seen.flights, say)
    then = comparison(data.history, say)
    no_people = story.no_people(data.poses, sidecar, say)
    no_ball = story.no_ball(data.ball, data.metrics, sidecar, say)
    scales = overlay.scales
    page_data = {
        "video": data.video,
        "width": data.width,
        "height": data.height,
        "frames": len(times),
        "start": float(times[0]) if len(times) else 0.0,
        "end": end_of_film(times) if len(times) else 0.0,
        "opens": tracks[0].start_s if tracks else None,  # with somebody in the picture
        "folder": DATA_FOLDER,
        "scales": dataclasses.asdict(scales),
        "chunks": [],  # [first frame, frames, start in s, end in s, hash], as they are written
        "keypoints": overlay.keypoints,
        "angles": list(ANGLES),
        "stride": overlay.stride,
        "tracks": [one.track for one in tracks[:MOST_TRACKS]],
        "shots": _shots(data.frames),
        "flights": _flights(ball),
        "events": events.for_page(),
        "rallies": [[one.start_s, one.end_s] for one in shots.rallies],
        "strokes": stroke.marks,
        "court": ground.for_page() if ground else None,
        "names": {str(track): name for track, name in called.items()},
        "words": say.section("script"),
        "marks": {"decimal": say("number.decimal"), "thousands": say("number.thousands")},
        "joints": say.section("angle"),
        "evidence": [
            {
                "card": place,
                "title": card.title,
                "severity": card.severity,
                "subject": card.subject,
                "spans": [[span.start_s, span.end_s, span.worst_s] for span in card.evidence],
            }
            for place, card in enumerate(cards)
            if card.evidence
        ],
        "series": overview(times, ball, "speed", data.angles, tracks, overlay.stride),
    }
    context = {
        "t": say,
        "language": say.language,
        "title": sidecar.title or source.get("file_name") or data.video,
        "video": data.video,
        "width": data.width,
        "height": data.height,
        "film_file": data.film_file,
        "poster_file": data.poster_file,
        "figures": figures,
        "notice": story.first_look(sidecar, say) if data.first_look else None,
        "subtitle": [
            *([story.sport_of(sidecar.sport, say)] if sidecar.sport else []),
            *([story.mode_of(sidecar.mode, say)] if sidecar.mode else []),
        ],
        "doubts": story.doubts(data.frames, ball, data.poses, overlay.stride, looked_at, say),
        "cards": cards,
        "findings_left_out": data.findings.num_rows - len(cards),
        "findings_reason": next(one.reason for one in figures if one.name == "findings"),
        "then": then,
        "targets": targets,
        "compliance": story.compliance(targets, say),
        "week": story.week(data.plan, data.findings, say),
        "pdf_file": PDF,
        "results_file": RESULTS,
        "groups": groups,
        "people_left_out": people_left_out,
        "events": events,
        "play": shots,
        "strokes": stroke,
        "court": ground,
        "not_calibrated": None if no_ball else not_calibrated(data.calibration, say),
        "people": followed(data.people, tracks[:MOST_TRACKS], called, say),
        "called": called,
        "summary": summary(
            strokes=stroke,
            followed=story.followed_told(data.metrics, tracks, called, say),
            play=shots,
            events=events,
            no_ball=no_ball,
            no_people=no_people,
            no_limits=story.no_limits(sidecar, say),
            cards=cards,
            then=then,
            say=say,
        ),
        "no_ball": no_ball,
        "no_people": no_people,
        "pose_summary": _pose_summary(times, sidecar, data.poses),
        "no_angles": None if data.angles.num_rows else say("missing.angles"),
        "no_frames": None if len(times) else say("missing.frames"),
        "tracks": tracks[:MOST_TRACKS],
        "tracks_left_out": max(0, len(tracks) - MOST_TRACKS),
        "people_every": overlay.stride,
        "metric_speed": any(one.name == "top_ball_speed" and one.unit == "m/s" for one in figures),
        "trackers": sorted(set(data.ball["tracker"].to_pylist())),
        "estimators": sorted(set(data.poses["estimator"].to_pylist())),
        "facts": story.facts(source, data.frames, data.width, data.height, sidecar, say),
        "warnings": [*data.warnings, *story.warnings(source, data.frames, data.sidecar, say)],
        "versions": sorted(data.versions.items()),
        "sql_video": data.video.replace("'", "''"),
    }
    return page_data, figures, context


def _contact_stills(data: ReportInput, cards: tuple[StrokeCard, ...], folder: Path) -> dict[int, str]:
    """Write a picture of the first few strokes' contacts; their files by the stroke's place, relative to the page."""
    written = {}
    for card in cards if data.film is not None else ():
        if len(written) == MOST_CONTACT_STILLS:
            break
        if picture := contact_still(data.film, data.poses, card.frame, card.track):
            name = f"stroke-{card.place:03d}.jpg"
            (folder / name).write_bytes(picture)
            written[card.place] = f"{DATA_FOLDER}/{name}"
    return written


def _render(page_data: dict, context: dict) -> bytes:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    folder = Path(__file__).parent
    style, script = ((folder / name).read_text("utf-8") for name in ("page.css", "page.js"))
    environment = Environment(
        loader=PackageLoader("gametape.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["clock"] = context["t"].clock
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template("page.html").render(
        **context,
        data=page_data,
        style=Markup(style),  # our own files, with no closing tag in them (tested)
        script=Markup(script),
        script_hash=hashed,
    )
    return page.encode("utf-8", "replace")  # a file name may hold bytes that are no text at all


def _results(data: ReportInput, context: Mapping, headline: Mapping) -> str:
    """What was found, for programs: the tables a coach reads, as JSON. What is not known is null. A row is a line."""
    seen = data.believed()
    whole = {
        "video": data.video,
        "title": context["title"],
        "headline": _plain_row(headline),
        "summary": context["summary"],
        "versions": dict(sorted(data.versions.items())),
        "analysis": "quick" if data.first_look else "full",
        "sport": data.sidecar.sport,
        "mode": data.sidecar.mode,
        "language": context["language"],
        "pose_summary": context["pose_summary"],
        "events": {"counts": context["events"].counts, "no_ball": context["no_ball"]},
        "comparison": dataclasses.asdict(context["then"]) if context["then"] else None,
    }
    tables = {"metrics": data.metrics, "findings": data.findings, "plan": data.plan, "goals": data.goals}
    measured = {"strokes": data.strokes, "rallies": seen.rallies, "calibration": data.calibration}
    measured |= {"flights": seen.flights.select(FLIGHT_COLUMNS)}
    parts = [f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in whole.items()]
    for name, table in (tables | measured).items():
        plain = _plain_row if name in tables else _rounded_row
        rows = (json.dumps(plain(row), allow_nan=False) for row in table.to_pylist())
        parts.append(f"{json.dumps(name)}: [\n" + ",\n".join(rows) + "]")
    return "{" + ",\n".join(parts) + "}\n"


def _plain_row(row: Mapping) -> dict:
    """A table's row with its JSON columns opened and numbers that are none as null."""
    told = {name: _opened(v) if name in JSON_COLUMNS and v is not None else v for name, v in row.items()}
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in told.items()}


def _rounded_row(row: Mapping) -> dict:
    """The same with no more digits than a 32-bit number has."""
    return {name: float(f"{v:.6g}") if isinstance(v, float) else v for name, v in _plain_row(row).items()}


def _opened(text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except ValueError:
        return text


def _publish(aside: Path, out: Path) -> None:
    """Move the finished data folder, the files for taking away and then the page into place."""
    live, old = out / DATA_FOLDER, aside / "old"
    if live.exists():
        live.rename(old)
    (aside / DATA_FOLDER).rename(live)
    for name in (PDF, RESULTS, PAGE):
        (aside / name).replace(out / name)


def _mapping(source: Mapping | pa.Table | object) -> Mapping:
    if isinstance(source, Mapping):
        return source
    if dataclasses.is_dataclass(source):
        return dataclasses.asdict(source)
    rows = source.to_pylist()
    return rows[0] if rows else {}


def _looked_at(times: np.ndarray, sidecar: Sidecar) -> int:
    """In how many frames the ball was looked for."""
    if not len(times):
        return 0
    ball = next(one for one in analysis_windows(times, sidecar) if one.analysis == "ball")
    return ball.stop - ball.first_frame


def _pose_summary(times: np.ndarray, sidecar: Sidecar, poses: pa.Table) -> dict[str, object]:
    """In how many of the frames somebody was looked for, and seen."""
    pose = [one for one in analysis_windows(times, sidecar) if one.analysis == "pose"] if len(times) else []
    seen = len(np.unique(integers(poses, "frame")))
    return {
        "total_frames": len(times),
        "sampled_frames": sum(len(one.frames) for one in pose),
        "frames_with_pose": seen,
        "models": sorted(set(poses["estimator"].to_pylist())),
    }


def _shots(frames: pa.Table) -> list[list[float]]:
    """[first frame, start in s] of each shot."""
    shot, times = integers(frames, "shot"), column(frames, "time_s")
    firsts = np.flatnonzero(np.diff(shot, prepend=shot[:1] - 1))
    return [[int(first), round(float(times[first]), 3)] for first in firsts]


def _flights(ball: pa.Table) -> list[list[float]]:
    """[start, end] in s of each flight. Where there are too many to tell apart, flights that all but touch are one."""
    flight, times = column(ball, "flight"), column(ball, "time_s")
    known = np.isfinite(flight)
    names, which = np.unique(flight[known], return_inverse=True)
    start, end = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    np.minimum.at(start, which, times[known])
    np.maximum.at(end, which, times[known])
    if len(names) > MOST_FLIGHTS:
        order = np.argsort(start)
        start, end = start[order], np.maximum.accumulate(end[order])
        apart = start[1:] - end[:-1] > (end[-1] - start[0]) / MOST_FLIGHTS
        start, end = start[np.append(True, apart)], end[np.append(apart, True)]
    return np.stack([start, end], axis=1).round(3).tolist()
