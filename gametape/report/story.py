"""What the page says in words and figures: from table rows to what a reader sees.

Belongs here: choosing, ordering, naming, rounding and saying why something is missing. Does not belong here: HTML
(page.html escapes every string made here), measuring.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from gametape.coaching.subject import subject_of
from gametape.lake.contracts import JOINT_ANGLES
from gametape.report.overlay import column, end_of_film, integers

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.report.series import Track
    from gametape.sidecar import Sidecar

MOST_FINDINGS = 60
MOST_CHIPS = 8
MOST_PEOPLE = 12
SHORT_S = 0.1
SEVERITIES = ("high", "medium", "low")
STROKE_COUNTS = ("forehands", "backhands", "serves", "overheads", "deliveries", "shots")
"""Of the kinds that were not played there is nothing to say."""
OF_FILMING = ("pose_coverage", "ball_coverage")
"""Metrics that tell how well it was filmed, not how well it was played."""
DOUBTFUL = 0.6
"""Seen in fewer than this share of the frames looked at, figures are offered with a warning."""


@dataclass(frozen=True)
class Figure:
    """A number a reader sees first. `value` None: not known, and `reason` says why."""

    name: str
    label: str
    value: float | int | None
    unit: str = ""
    note: str = ""
    reason: str | None = None

    @property
    def text(self) -> str:
        if self.value is None:
            return "–"
        if self.unit == "%":
            return f"{self.value:.0f}"
        return clock(self.value) if self.name == "duration_s" else number(self.value)


@dataclass(frozen=True)
class Evidence:
    """A span of film that shows a finding; `worst_s` is where to look first."""

    start_s: float
    end_s: float
    worst_s: float


@dataclass(frozen=True)
class Card:
    """A finding as a card."""

    title: str
    severity: str
    subject: str
    of_filming: bool
    who: str
    measured: str
    limit: str
    metric: str
    confidence: str
    confidence_reason: str
    why: str
    cues: tuple[str, ...]
    drills: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def chips(self) -> tuple[Evidence, ...]:
        return self.evidence[:MOST_CHIPS]


@dataclass(frozen=True)
class Activity:
    """A part of a day's practice. `serves`: the finding it answers, in words."""

    what: str
    minutes: int
    serves: str | None


@dataclass(frozen=True)
class Day:
    """A day of the week's plan."""

    day: str
    focus: str
    minutes: int
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class Target:
    """A goal and what came of it. state: met, missed or unknown; `reason` says why it is unknown."""

    label: str
    who: str
    wanted: str
    actual: str
    difference: str
    state: str
    reason: str


@dataclass(frozen=True)
class Measure:
    """A metric as a line of the table."""

    metric: str
    label: str
    raw: float | None
    raw_spread: float | None
    value: str
    unit: str
    spread: str
    score: float | None
    n: str
    method: str
    reason: str
    window: tuple[float, float] | None


@dataclass(frozen=True)
class Joint:
    """A joint's angle as one line: its least, middle and most."""

    label: str
    least: Measure
    middle: Measure
    most: Measure

    @property
    def degrees(self) -> tuple[str, ...]:
        """Least, median, most and spread, whole: no camera sees a tenth of a degree."""
        values = (self.least.raw, self.middle.raw, self.most.raw)
        spread = self.middle.raw_spread
        return *(number(value, most_places=0) for value in values), "–" if spread is None else f"±{spread:.0f}"


@dataclass(frozen=True)
class Unknown:
    """What could not be measured for one and the same reason."""

    labels: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Group:
    """The metrics of one subject: those measured, joint angles by themselves, and those that could not be."""

    who: str
    is_open: bool
    known: tuple[Measure, ...]
    joints: tuple[Joint, ...]
    unknown: tuple[Unknown, ...]

    @property
    def count(self) -> int:
        return len(self.known) + len(self.joints)


def clock(seconds: float, places: int = 0) -> str:
    """83.5 → 1:23 (or 1:23.5); hours only where there are any."""
    steps = 10**places
    whole = math.floor(max(seconds, 0) * steps + 1e-6)  # cut, never rounded up to a time that is not reached yet
    rest, part = divmod(whole, steps)
    minutes, second = divmod(rest, 60)
    hours, minute = divmod(minutes, 60)
    fraction = f".{part:0{places}d}" if places else ""
    return f"{hours}:{minute:02d}:{second:02d}{fraction}" if hours else f"{minute}:{second:02d}{fraction}"


def plain(figures: tuple[Figure, ...]) -> dict[str, float | int | str | None]:
    """The headline as `ReportFiles` tells it."""
    told: dict[str, float | int | str | None] = {}
    for one in figures:
        told[one.name] = one.value
        if one.value is None:
            told[f"{one.name}_reason"] = one.reason
        elif one.name == "top_ball_speed":
            told[f"{one.name}_unit"] = one.unit
    return told


def number(value: float | None, *, like: float | None = None, most_places: int = 3) -> str:
    """No more precision than a reader can use: three significant figures, or as many places as `like` has."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value if like is None else like)
    whole = like is None and float(value).is_integer()
    places = 0 if whole or size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    return f"{value:,.{min(places, most_places)}f}".replace("-", "−")


UNITS = {"deg": "°", "share": "%", "1/s": "/s", "0..255": "of 255"}
UNITS |= dict.fromkeys(("0..1", "1", "ratio", "count", "none"), "")


def readable_unit(unit: str) -> str:
    """As written after a value; a unit that is an explanation goes in brackets."""
    return UNITS.get(unit, f"({unit})" if unit[:1].isdigit() else unit)


def per_cent(value: float | None, unit: str) -> float | None:
    """Shares are stored as 0..1 and read as per cent."""
    return 100 * value if value is not None and unit == "share" else value


def words(name: str) -> str:
    """knee_angle_min → Knee angle min."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def who(subject: str, called: Mapping[int, str]) -> str:
    kind, _, track = subject.partition(":")
    if kind != "track" or not track:
        return words(subject)
    return called.get(int(track)) or f"Person {track}"


def called(people: pa.Table, sidecar: Sidecar) -> dict[int, str]:
    """The name, by track, of whom is measured, where the sidecar gives one."""
    subject = subject_of(people, sidecar)
    name = subject.player.name
    return {subject.track: name} if name and subject.track is not None else {}


def headline(
    *,
    frames: pa.Table,
    ball: pa.Table,
    metrics: pa.Table,
    findings: pa.Table,
    poses: pa.Table,
    tracks: list[Track],
    sidecar: Sidecar,
    looked_at: int,
) -> tuple[Figure, ...]:
    """Duration, share of frames with the ball, top speed, people, findings. `looked_at`: frames the ball was looked
    for in."""
    times = column(frames, "time_s")
    duration = (
        Figure("duration_s", "Duration", end_of_film(times) - float(times[0]), "s", f"{len(times):,} frames")
        if len(times)
        else Figure("duration_s", "Duration", None, "s", reason="the film has no frame that decodes")
    )
    return (
        duration,
        _ball_seen(ball, metrics, looked_at, sidecar),
        _top_speed(ball, metrics, sidecar),
        _people(poses, tracks, sidecar),
        _finding_count(findings, metrics),
    )


def no_ball(ball: pa.Table, metrics: pa.Table, sidecar: Sidecar) -> str | None:
    """Why there is no ball to show, or None when there is one."""
    if reason := _not_looked_for(ball, sidecar) or not_a_ball(metrics):
        return reason
    if all(state == "absent" for state in ball["state"].unique().to_pylist()):
        return f"no ball was found in any of {ball.num_rows:,} frames"
    return None


def _not_looked_for(ball: pa.Table, sidecar: Sidecar) -> str | None:
    if "ball" not in sidecar.analyses:
        return "the sidecar asked for no ball analysis"
    return None if ball.num_rows else "the ball tracker left no rows for this film"


def no_people(poses: pa.Table, sidecar: Sidecar) -> str | None:
    """Why there is nobody to show, or None when there is somebody."""
    if "pose" not in sidecar.analyses:
        return "the sidecar asked for no pose analysis"
    return None if poses.num_rows else "no person was found in the frames looked at"


def not_a_ball(metrics: pa.Table) -> str | None:
    """Why the metrics do not trust what was followed, or None when they do."""
    rows = metrics.select(["metric", "value", "reason"]).to_pylist()
    return next((row["reason"] for row in rows if row["metric"] == "ball_coverage" and row["value"] is None), None)


def _ball_seen(ball: pa.Table, metrics: pa.Table, looked_at: int | None, sidecar: Sidecar) -> Figure:
    if reason := _not_looked_for(ball, sidecar) or not_a_ball(metrics):
        return Figure("ball_seen_percent", "Ball seen", None, "%", reason=reason)
    states = ball["state"].to_pylist()
    detected, of = states.count("detected"), max(1, looked_at)
    note = f"detected in {detected:,} of {of:,} frames, {states.count('interpolated'):,} more filled in"
    return Figure("ball_seen_percent", "Ball seen", 100 * detected / of, "%", note)


def _top_speed(ball: pa.Table, metrics: pa.Table, sidecar: Sidecar) -> Figure:
    label = "Top ball speed"
    if reason := no_ball(ball, metrics, sidecar):
        return Figure("top_ball_speed", label, None, "", reason=reason)
    # The metric, where there is one: the page must not show two different top speeds.
    rows = [
        row
        for row in metrics.to_pylist()
        if row["subject"] == "ball" and "speed" in row["metric"] and row["value"] is not None
        if any(word in row["metric"] for word in ("peak", "top", "max"))
    ]
    if rows:
        best = min(rows, key=lambda row: (row["unit"] not in ("m/s", "km/h"), row["metric"]))
        return _speed(label, best["value"], best["unit"])
    values = column(ball, "speed")
    if np.isfinite(values).any():
        return _speed(label, float(np.nanmax(values)), "px/s")
    return Figure(
        "top_ball_speed", label, None, "", reason="the ball was never seen in frames close enough to have a speed"
    )


def _speed(label: str, value: float, unit: str) -> Figure:
    note = f"{number(value * 3.6)} km/h" if unit == "m/s" else "in the picture; metres need a calibrated camera"
    return Figure("top_ball_speed", label, value, unit, note if unit in ("m/s", "px/s") else "")


def _people(poses: pa.Table, tracks: list[Track], sidecar: Sidecar) -> Figure:
    label = "People at once"
    if reason := no_people(poses, sidecar):
        return Figure("people_at_once", label, None, "", reason=reason)
    most = int(np.unique(integers(poses, "frame"), return_counts=True)[1].max())
    return Figure("people_at_once", label, most, "", f"at most; {len(tracks):,} followed over the film")


def _finding_count(findings: pa.Table, metrics: pa.Table) -> Figure:
    if not findings.num_rows and not metrics.num_rows:
        reason = "nothing was measured, so nothing could be held against a threshold"
        return Figure("findings", "Findings", None, "", reason=reason)
    counts = {level: findings["severity"].to_pylist().count(level) for level in SEVERITIES}
    note = ", ".join(f"{count} {level}" for level, count in counts.items() if count)
    return Figure("findings", "Findings", findings.num_rows, "", note)


def first_look(sidecar: Sidecar) -> str:
    """What a reader must know of a first look. `sidecar` is what it went by."""
    begin, end = sidecar.trim_start_s or 0.0, sidecar.trim_end_s
    span = f"{clock(begin)} to {clock(end)}" if begin else f"the first {end:g} s"
    return (
        f"First look: {span}, people looked for {sidecar.sample_rate_hz:g} times a second. "
        "The full analysis follows and takes the place of this page."
    )


def doubts(frames: pa.Table, ball: pa.Table, poses: pa.Table, stride: int, looked_at: int) -> list[str]:
    """Sentences that say where so little was seen that figures rest on weak ground."""
    told = []
    states = ball["state"].to_pylist()
    if states and 0 < (share := states.count("detected") / max(1, looked_at)) < DOUBTFUL:
        told.append(f"The ball was seen in only {share:.0%} of the frames: its speeds and flights are partial.")
    if poses.num_rows:
        sampled = np.unique(integers(poses, "frame"))
        share = min(1.0, len(sampled) * stride / max(1, sampled[-1] - sampled[0] + stride))
        if share < DOUBTFUL:
            told.append(f"A person was seen in only {share:.0%} of the frames looked at: angles may miss key moments.")
    return told


def cards(findings: pa.Table, called: Mapping[int, str]) -> list[Card]:
    """Findings, the player's before those of the filming, the gravest and surest first."""
    rows = sorted(
        findings.to_pylist(),
        key=lambda row: (
            row["metric"] in OF_FILMING,
            SEVERITIES.index(row["severity"]) if row["severity"] in SEVERITIES else len(SEVERITIES),
            -row["confidence"],
            row["code"],
            row["subject"],
        ),
    )
    return [
        Card(
            title=row["title"],
            severity=row["severity"] if row["severity"] in SEVERITIES else "low",
            subject=row["subject"],
            of_filming=row["metric"] in OF_FILMING,
            who=who(row["subject"], called),
            measured=with_unit(row["value"], row["unit"]),
            limit=with_unit(row["threshold"], row["unit"]),
            metric=words(row["metric"]),
            confidence=f"{row['confidence']:.0%}",
            confidence_reason=row["confidence_reason"],
            why=row["why"],
            cues=_texts(row["cues"]),
            drills=_texts(row["drills"]),
            evidence=_evidence(row["evidence"]),
        )
        for row in rows[:MOST_FINDINGS]
    ]


def week(plan: pa.Table, findings: pa.Table) -> list[Day]:
    """The week's plan, its activities by the titles of the findings they answer, where the day's focus does not say
    them. What is done on several days is told once; then its name is enough."""
    titles = dict(zip(findings["code"].to_pylist(), findings["title"].to_pylist(), strict=True))
    told: set[str] = set()

    def activity(one: dict, focus: str) -> Activity:
        what, serves = one["what"], titles.get(one["code"])
        name = what.partition(":")[0] if what in told else what
        told.add(what)
        return Activity(_by_times(name), one["minutes"], None if serves and serves in focus else serves)

    return [
        Day(
            row["day"],
            row["focus"],
            row["minutes"],
            tuple(activity(one, row["focus"]) for one in json.loads(row["activities"])),
        )
        for row in plan.to_pylist()
    ]


def targets(goals: pa.Table, called: Mapping[int, str]) -> list[Target]:
    """The goals, in the sidecar's order."""
    return [_target(row, called) for row in goals.to_pylist()]


def _target(row: dict, called: Mapping[int, str]) -> Target:
    unit, known = row["unit"] or "", row["met"] is not None
    sign = "+" if known and row["delta"] > 0 else ""
    return Target(
        label=words(row["metric"]),
        who=who(row["subject"], called) if row["subject"] else "–",
        wanted=f"{words(row['bound']).lower()} {with_unit(row['target'], unit)}",
        actual=with_unit(row["actual"], unit) if known else "–",
        difference=sign + with_unit(row["delta"], unit) if known else "–",
        state="unknown" if not known else "met" if row["met"] else "missed",
        reason="" if known else row["reason"] or "no reason was given",
    )


def compliance(told: list[Target]) -> str:
    """How many goals were met, of those that could be judged."""
    states = [one.state for one in told]
    judged = len(states) - states.count("unknown")
    line = f"{states.count('met')} of {judged} met" if judged else "none could be judged"
    return line + (f", {len(states) - judged} not known" if 0 < judged < len(states) else "")


RELIABILITY = (
    "pose_coverage",
    "joint_visibility",
    "subject_margin",
    "ball_coverage",
    "ball_interpolated",
    "fps",
    "luma",
)
"""The metrics that tell how well the film shows what the others rest on."""


def reliability(groups: list[Group]) -> list[tuple[Group, Measure]]:
    """Those of the first person, the ball and the film that are known."""
    people = [group for group in groups if group.who not in ("Ball", "Film")][:1]
    rest = [group for group in groups if group.who in ("Ball", "Film")]
    return [(group, line) for group in people + rest for line in group.known if line.metric in RELIABILITY]


def groups(
    metrics: pa.Table, called: Mapping[int, str], tracks: list[Track], start_s: float, end_s: float
) -> tuple[list[Group], int]:
    """Metrics by subject: people as long as they were followed, the ball, the film. And how many people are left
    out. start_s, end_s: the film's, since a window that is the whole film needs no saying."""
    order = {f"track:{one.track}": place for place, one in enumerate(tracks)}
    by_subject: dict[str, list[Measure]] = {}
    for row in metrics.to_pylist():
        by_subject.setdefault(row["subject"], []).append(_measure(row, end_s - start_s))

    def rank(subject: str) -> tuple:
        last = {"ball": 1, "film": 2}.get(subject, 0)
        return last, order.get(subject, len(order)), subject

    subjects = sorted(by_subject, key=rank)
    people = [subject for subject in subjects if rank(subject)[0] == 0]
    left_out = set(people[MOST_PEOPLE:])
    shown = [
        _group(who(subject, called), by_subject[subject], is_open=subject == "ball" or subject in people[:1])
        for subject in subjects
        if subject not in left_out
    ]
    return shown, len(left_out)


def _group(who: str, lines: list[Measure], *, is_open: bool) -> Group:
    by_metric = {line.metric: line for line in lines if not line.reason}
    joints = []
    for name in JOINT_ANGLES:
        parts = [by_metric.get(f"{name}_{part}") for part in ("min", "median", "max")]
        if all(parts):
            joints.append(Joint(words(name), *parts))
    told = {line.metric for joint in joints for line in (joint.least, joint.middle, joint.most)}
    told |= {f"{line.metric.removesuffix('_min')}_range" for line in (joint.least for joint in joints)}  # most − least
    reasons: dict[str, list[str]] = {}
    for line in lines:
        if line.reason:
            reasons.setdefault(line.reason, []).append(line.label)
    return Group(
        who=who,
        is_open=is_open,
        known=tuple(
            line
            for line in by_metric.values()
            if line.metric not in told and not (line.metric in STROKE_COUNTS and not line.raw)
        ),
        joints=tuple(joints),
        unknown=tuple(Unknown(tuple(labels), reason) for reason, labels in reasons.items()),
    )


def _measure(row: dict, film_s: float) -> Measure:
    value, unit = as_read(row["value"], row["unit"])
    spread = row["spread"] if row["spread"] is None or unit == row["unit"] else 1000 * row["spread"]
    spread = per_cent(spread, unit)
    known = value is not None and math.isfinite(value)
    score = row["score"]
    sides = re.fullmatch(r"1 (\w+), -1 (\w+)", unit)  # a number that stands for a side is read as that side
    places = 0 if unit == "ms" else 1 if unit in ("deg", "share", "%") else 3
    start, end = row["window_start_s"], row["window_end_s"]
    part = None not in (start, end) and end - start < 0.9 * film_s
    return Measure(
        metric=row["metric"],
        label=words(row["metric"]),
        raw=value,
        raw_spread=spread,
        value=sides[1 if value > 0 else 2] if sides and known else number(value, most_places=places),
        unit="" if sides else readable_unit(unit),
        spread=f"±{number(spread, like=value, most_places=places)}" if known and spread is not None else "",
        score=min(max(score, 0.0), 1.0) if score is not None and math.isfinite(score) else None,
        n=f"{row['n']:,}",
        method=row["method"],
        reason="" if known else row["reason"] or "no reason was given",
        window=(start, end) if part else None,
    )


def facts(source: Mapping, frames: pa.Table, width: int, height: int, sidecar: Sidecar) -> list[tuple[str, str]]:
    """The film's facts, as (name, value)."""
    times = column(frames, "time_s")
    gaps = np.diff(times)
    told = [("File", source.get("file_name")), ("Uploaded", _when(source.get("uploaded_at")))]
    if sidecar.sport:
        told.append(("Sport", " · ".join(words(part) for part in (sidecar.sport, sidecar.mode) if part)))
    camera = [words(part) for part in (sidecar.camera.view, sidecar.camera.motion) if part]
    if camera:
        told.append(("Camera", " · ".join(camera)))
    players = [" ".join(filter(None, (one.name, f"#{one.number}" if one.number else ""))) for one in sidecar.players]
    if any(players):
        told.append(("Players", ", ".join(filter(None, players))))
    if len(times):
        told.append(("Duration", f"{clock(end_of_film(times) - times[0], 2)} · {len(times):,} frames"))
    if len(gaps):
        average, steady = len(gaps) / (times[-1] - times[0]), not varies(times)
        claimed = source.get("nominal_fps")
        told.append(
            (
                "Frame rate",
                f"{average:.3g} fps, "
                + ("constant" if steady else f"varies: {1 / gaps.max():.3g} to {1 / gaps.min():.3g}")
                + (
                    f" (the container claims {claimed:.4g})"
                    if claimed and abs(claimed - average) > 0.02 * average
                    else ""
                ),
            )
        )
    told.append(("Picture", f"{width} × {height} px, upright"))
    codecs = [source.get("container"), source.get("video_codec"), source.get("audio_codec") or "no sound"]
    told.append(("Encoding", " · ".join(str(part) for part in codecs if part)))
    if size := source.get("bytes"):
        told.append(("Size", f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size:,} bytes"))
    told += [("SHA-256", source.get("sha256")), ("Stored at", source.get("source_uri"))]
    if sidecar.owner:
        told.append(("Owner", sidecar.owner))
    if sidecar.notes:
        told.append(("Notes", sidecar.notes))
    return [(name, str(value)) for name, value in told if value not in (None, "")]


def _when(stamp: str | None) -> str | None:
    """To the minute."""
    try:
        return datetime.fromisoformat(stamp or "").astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return stamp


def varies(times: np.ndarray) -> bool:
    """Does the frame rate vary? True where any gap is a fifth off the median."""
    gaps = np.diff(times)
    return bool(len(gaps) and np.abs(gaps - np.median(gaps)).max() > 0.2 * np.median(gaps))


def warnings(source: Mapping, frames: pa.Table, sidecar: Sidecar) -> list[str]:
    """What about the film itself a reader should know before trusting figures."""
    times, told = column(frames, "time_s"), []
    claimed = source.get("claimed_frames")
    if claimed and claimed != len(times):
        told.append(f"The container claims {claimed:,} frames; {len(times):,} decode. Only those were used.")
    length, said = (end_of_film(times) - float(times[0]) if len(times) else 0.0), source.get("claimed_duration_s")
    if said and abs(said - length) > max(0.5, 0.02 * said):
        told.append(f"The container claims {clock(said, 1)}; the frames last {clock(length, 1)}.")
    if varies(times):
        told.append("The frame rate varies: every speed uses each frame's own time.")
    if source.get("interlaced"):
        told.append("The film is interlaced: two moments are mixed in each frame, so fast things blur and shift.")
    if source.get("hdr"):
        told.append("The film is HDR; it was brought to standard range to be looked at.")
    if source.get("rotation"):
        told.append(f"The picture was turned by {source['rotation']}° to stand upright.")
    if source.get("pixel_aspect") and abs(source["pixel_aspect"] - 1) > 1e-3:
        told.append(f"Pixels were {source['pixel_aspect']:.3g} times as wide as high; they were made square.")
    repeats = sum(frames["repeats_previous"].to_pylist())
    if len(times) and repeats > 0.05 * len(times):
        told.append(f"{repeats / len(times):.0%} of the frames repeat the one before: the true rate is lower.")
    if sidecar.trim_start_s is not None or sidecar.trim_end_s is not None:
        begin = clock(sidecar.trim_start_s or 0, 1)
        end = clock(sidecar.trim_end_s, 1) if sidecar.trim_end_s is not None else "the end"
        told.append(f"Only {begin} to {end} was analysed, as the sidecar asked.")
    return told


def with_unit(value: float, unit: str, *, places: int | None = None) -> str:
    """A value and its unit as they are read; `places` where the measure is good for no more."""
    value, unit = as_read(value, unit)
    shown = readable_unit(unit)
    text = number(value) if places is None else f"{value:,.{places}f}".replace("-", "−")
    return text + ("" if shown in ("°", "%") else " " if shown else "") + shown


def as_read(value: float | None, unit: str) -> tuple[float | None, str]:
    """Shares in per cent, and less than a tenth of a second in whole milliseconds: no film shows more."""
    if unit == "s" and value is not None and abs(value) < SHORT_S:
        return round(1000 * value), "ms"
    return per_cent(value, unit), unit


def _texts(raw: str) -> tuple[str, ...]:
    """A JSON list of strings, or of objects whose parts are joined."""
    try:
        items = json.loads(raw)
    except (TypeError, ValueError):
        return (str(raw),) if raw else ()
    items = items if isinstance(items, list) else [items]
    told = (
        " – ".join(str(part) for part in item.values() if part) if isinstance(item, dict) else str(item)
        for item in items
    )
    return tuple(map(_by_times, told))


def _by_times(text: str) -> str:
    """3 x 10 with its sign, in one line."""
    return re.sub(r"(?<=\d) x (?=\d)", "\u00a0×\u00a0", text)


def _evidence(raw: str) -> tuple[Evidence, ...]:
    spans = []
    for item in json.loads(raw or "[]"):
        start = item["start_s"]
        end = item.get("end_s")
        worst = item.get("worst_s")
        spans.append(Evidence(start, start if end is None else end, start if worst is None else worst))
    return tuple(spans)
