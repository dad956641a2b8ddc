"""What the page says in words and figures: from table rows to what a reader sees.

Belongs here: choosing, ordering, naming, rounding and saying why something is missing. Does not belong here: HTML
(page.html escapes every string made here), measuring.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from gametape.coaching.rules import limited_modes, limited_sports, rules_for
from gametape.film.sidecar import Sidecar
from gametape.movement.subject import subject_of
from gametape.report.overlay import column, end_of_film, integers
from gametape.report.words import Words, as_read, plain
from gametape.tables.pose import JOINT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.report.series import Track

MOST_FINDINGS = 60
MOST_CHIPS = 8
MOST_PEOPLE = 12
SEVERITIES = ("high", "medium", "low")
STROKE_COUNTS = ("forehands", "backhands", "serves", "overheads", "deliveries", "shots")
"""Of the kinds that were not played there is nothing to say."""
OF_FILMING = ("pose_coverage", "ball_coverage")
"""Metrics that tell how well it was filmed, not how well it was played."""
SIGMAS = 1.96
"""Standard errors in half the band that is told with 95 %."""
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

    def text(self, say: Words) -> str:
        if self.value is None:
            return "–"
        if self.unit == "%":
            return f"{self.value:.0f}"
        return say.clock(self.value) if self.name == "duration_s" else say.number(self.value)

    def unit_after(self, say: Words) -> str:
        """What follows the text: the unit, with what parts it from the number."""
        if self.value is None or self.name == "duration_s":
            return ""
        return say("number.per_cent") if self.unit == "%" else say.after(self.unit)

    def told(self, say: Words) -> str:
        """The note, or why it is not known."""
        return self.note if self.value is not None else say("page.not_known", reason=self.reason)


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
    severity_told: str
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
    after: str
    spread: str
    score: float | None
    score_told: str
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
        whole = (f"{value:.0f}".replace("-", "−") for value in values)
        return *whole, "–" if spread is None else f"±{spread:.0f}"


@dataclass(frozen=True)
class Unknown:
    """What could not be measured for one and the same reason."""

    labels: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Group:
    """The metrics of one subject: those measured, joint angles by themselves, and those that could not be."""

    who: str
    of_person: bool
    is_open: bool
    known: tuple[Measure, ...]
    joints: tuple[Joint, ...]
    unknown: tuple[Unknown, ...]

    @property
    def count(self) -> int:
        return len(self.known) + len(self.joints)


def known_figures(figures: tuple[Figure, ...]) -> dict[str, float | int | str | None]:
    """The headline as `ReportFiles` tells it."""
    told: dict[str, float | int | str | None] = {}
    for one in figures:
        told[one.name] = one.value
        if one.value is None:
            told[f"{one.name}_reason"] = one.reason
        elif one.name == "top_ball_speed":
            told[f"{one.name}_unit"] = one.unit
    return told


def who(subject: str, called: Mapping[int, str], say: Words) -> str:
    kind, _, track = subject.partition(":")
    if kind != "track" or not track:
        return say.get(f"list.{subject}", plain(subject))
    return called.get(int(track)) or say("people.person", track=track)


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
    say: Words,
) -> tuple[Figure, ...]:
    """Duration, share of frames with the ball, top speed, people, findings. `looked_at`: frames the ball was looked
    for in."""
    times = column(frames, "time_s")

    def figure(name: str, value: float | int | None, unit: str = "", note: str = "", reason: str | None = None):
        return Figure(name, say(f"headline.{name}"), value, unit, note, reason)

    duration = (
        figure("duration_s", end_of_film(times) - float(times[0]), "s", say("count.frames", n=len(times)))
        if len(times)
        else figure("duration_s", None, "s", reason=say("missing.frames"))
    )
    no_people_reason = no_people(poses, sidecar, say)
    people = (
        figure("people_at_once", None, reason=no_people_reason)
        if no_people_reason
        else figure("people_at_once", _at_once(poses), note=say("headline.people_note", n=len(tracks)))
    )
    return (
        duration,
        figure("ball_seen_percent", *_ball_seen(ball, metrics, looked_at, sidecar, say)),
        figure("top_ball_speed", *_top_speed(ball, metrics, sidecar, say)),
        people,
        figure("findings", *_finding_count(findings, metrics, sidecar, say)),
    )


def no_ball(ball: pa.Table, metrics: pa.Table, sidecar: Sidecar, say: Words) -> str | None:
    """Why there is no ball to show, or None when there is one."""
    if reason := _not_looked_for(ball, sidecar, say):
        return reason
    if reason := not_a_ball(metrics):
        return say.told(reason)
    if all(state == "absent" for state in ball["state"].unique().to_pylist()):
        return say("missing.ball", frames=ball.num_rows)
    return None


def _not_looked_for(ball: pa.Table, sidecar: Sidecar, say: Words) -> str | None:
    if "ball" not in sidecar.analyses:
        return say("missing.ball_off")
    return None if ball.num_rows else say("missing.ball_rows")


def no_people(poses: pa.Table, sidecar: Sidecar, say: Words) -> str | None:
    """Why there is nobody to show, or None when there is somebody."""
    if "pose" not in sidecar.analyses:
        return say("missing.people_off")
    return None if poses.num_rows else say("missing.people")


def followed_told(metrics: pa.Table, tracks: Sequence[Track], called: Mapping[int, str], say: Words) -> str:
    """Of the first of `tracks`: when it is in the film and how far its knees and elbows go. Empty where there is
    nobody."""
    if not tracks:
        return ""
    first = tracks[0]
    values = {
        row["metric"]: row["value"]
        for row in metrics.to_pylist()
        if row["subject"] == f"track:{first.track}" and row["value"] is not None
    }
    ranges = []
    for joint in ("knee", "elbow"):
        least, most = (
            [values[name] for side in ("left", "right") if (name := f"{side}_{joint}_{end}") in values]
            for end in ("min", "max")
        )
        if least and most:
            low, high = say.with_unit(min(least), "deg", places=0), say.with_unit(max(most), "deg", places=0)
            ranges.append(say(f"summary.range_{joint}", low=low, high=high))
    key = "summary.followed_ranges" if ranges else "summary.followed"
    name = who(f"track:{first.track}", called, say)
    return say(key, who=name, begin=say.clock(first.start_s), end=say.clock(first.end_s), ranges=say.listed(ranges))


def no_limits(sidecar: Sidecar, say: Words) -> str | None:
    """Why no movement is held against limits, or None where the sport has some."""
    if any(rule.metric not in OF_FILMING for rule in rules_for(sidecar).rules.values()):
        return None
    if sidecar.sport is None:
        return say("missing.limits")
    known, sport = limited_sports(), sport_of(sidecar.sport, say)
    if modes := limited_modes(sidecar.sport):
        return say("missing.limits_mode", sport=sport, modes=", ".join(modes))
    names = say.listed([sport_of(sport, say) for sport in known])
    return say("missing.limits_of", sport=sport, known=names)


def sport_of(name: str, say: Words) -> str:
    return say.get(f"sport.{name.strip().replace(' ', '_')}", plain(name))


def mode_of(name: str, say: Words) -> str:
    return say.get(f"mode.{name.strip().replace(' ', '_')}", plain(name))


def not_a_ball(metrics: pa.Table) -> str | None:
    """Why the metrics do not trust what was followed, as the table says it, or None when they do."""
    rows = metrics.select(["metric", "value", "reason"]).to_pylist()
    return next((row["reason"] for row in rows if row["metric"] == "ball_coverage" and row["value"] is None), None)


Known = tuple[float | int | None, str, str, str | None]
"""Value, unit, note and reason of a figure."""


def _ball_seen(ball: pa.Table, metrics: pa.Table, looked_at: int, sidecar: Sidecar, say: Words) -> Known:
    reason = _not_looked_for(ball, sidecar, say)
    if not reason and (reason := not_a_ball(metrics)):
        reason = say.told(reason)
    if reason:
        return None, "%", "", reason
    states = ball["state"].to_pylist()
    detected, of = states.count("detected"), max(1, looked_at)
    note = say("headline.ball_seen_note", detected=detected, frames=of, filled=states.count("interpolated"))
    return 100 * detected / of, "%", note, None


def _top_speed(ball: pa.Table, metrics: pa.Table, sidecar: Sidecar, say: Words) -> Known:
    if reason := no_ball(ball, metrics, sidecar, say):
        return None, "", "", reason
    # The metric, where there is one: the page must not show two different top speeds.
    rows = [
        row
        for row in metrics.to_pylist()
        if row["subject"] == "ball" and "speed" in row["metric"] and row["value"] is not None
        if any(word in row["metric"] for word in ("peak", "top", "max"))
    ]
    if rows:
        best = min(rows, key=lambda row: (row["unit"] not in ("m/s", "km/h"), row["metric"]))
        return _speed(best["value"], best["unit"], say)
    values = column(ball, "speed")
    if np.isfinite(values).any():
        return _speed(float(np.nanmax(values)), "px/s", say)
    return None, "", "", say("missing.ball_speed")


def _speed(value: float, unit: str, say: Words) -> Known:
    note = f"{say.number(value * 3.6)} km/h" if unit == "m/s" else say("headline.top_ball_speed_note")
    return value, unit, note if unit in ("m/s", "px/s") else "", None


def _at_once(poses: pa.Table) -> int:
    return int(np.unique(integers(poses, "frame"), return_counts=True)[1].max())


def _finding_count(findings: pa.Table, metrics: pa.Table, sidecar: Sidecar, say: Words) -> Known:
    if not findings.num_rows and not metrics.num_rows:
        return None, "", "", say("missing.measured")
    if not findings.num_rows and (reason := no_limits(sidecar, say)):
        return None, "", "", reason
    counts = {level: findings["severity"].to_pylist().count(level) for level in SEVERITIES}
    note = ", ".join(say(f"count.{level}", n=count) for level, count in counts.items() if count)
    return findings.num_rows, "", note, None


def first_look(sidecar: Sidecar, say: Words) -> str:
    """What a reader must know of a first look. `sidecar` is what it went by."""
    begin, end = sidecar.trim_start_s or 0.0, sidecar.trim_end_s
    if begin:
        span = say("page.first_look_span", begin=say.clock(begin), end=say.clock(end))
    else:
        span = say("page.first_look_start", seconds=say.number(end))
    return say("page.first_look", span=span, rate=say.number(sidecar.sample_rate_hz))


def doubts(frames: pa.Table, ball: pa.Table, poses: pa.Table, stride: int, looked_at: int, say: Words) -> list[str]:
    """Sentences that say where so little was seen that figures rest on weak ground."""
    told = []
    states = ball["state"].to_pylist()
    if states and 0 < (share := states.count("detected") / max(1, looked_at)) < DOUBTFUL:
        told.append(say("doubts.ball", share=say.share(share)))
    if poses.num_rows:
        sampled = np.unique(integers(poses, "frame"))
        share = min(1.0, len(sampled) * stride / max(1, sampled[-1] - sampled[0] + stride))
        if share < DOUBTFUL:
            told.append(say("doubts.people", share=say.share(share)))
    return told


def cards(findings: pa.Table, called: Mapping[int, str], say: Words) -> list[Card]:
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
    for row in rows:
        row["severity"] = row["severity"] if row["severity"] in SEVERITIES else "low"
    return [
        Card(
            title=row["title"],
            severity=row["severity"],
            severity_told=say(f"severity.{row['severity']}"),
            subject=row["subject"],
            of_filming=row["metric"] in OF_FILMING,
            who=who(row["subject"], called, say),
            measured=say.with_unit(row["value"], row["unit"]),
            limit=say(
                "findings.at_most" if row["value"] > row["threshold"] else "findings.at_least",
                limit=say.with_unit(row["threshold"], row["unit"]),
            ),
            metric=say.metric(row["metric"]),
            confidence=say.share(row["confidence"]),
            confidence_reason=row["confidence_reason"],
            why=row["why"],
            cues=_texts(row["cues"]),
            drills=_texts(row["drills"]),
            evidence=_evidence(row["evidence"]),
        )
        for row in rows[:MOST_FINDINGS]
    ]


def week(plan: pa.Table, findings: pa.Table, say: Words) -> list[Day]:
    """The week's plan, its activities by the titles of the findings they answer, where the day's focus does not say
    them. What is done on several days is told once; then its name is enough."""
    titles = dict(zip(findings["code"].to_pylist(), findings["title"].to_pylist(), strict=True))
    told: set[str] = set()

    def activity(one: dict, focus: str) -> Activity:
        what, serves = one["what"], titles.get(one["code"])
        name = re.sub(r"^([^.:]+):.*", r"\1", what, flags=re.DOTALL) if what in told else what
        told.add(what)
        return Activity(_by_times(name), one["minutes"], None if serves and serves in focus else serves)

    return [
        Day(
            say.get(f"day.{row['day']}", row["day"]),
            row["focus"],
            row["minutes"],
            tuple(activity(one, row["focus"]) for one in json.loads(row["activities"])),
        )
        for row in plan.to_pylist()
    ]


def targets(goals: pa.Table, called: Mapping[int, str], say: Words) -> list[Target]:
    """The goals, in the sidecar's order."""
    return [_target(row, called, say) for row in goals.to_pylist()]


def _target(row: dict, called: Mapping[int, str], say: Words) -> Target:
    unit, known = row["unit"] or "", row["met"] is not None
    sign = "+" if known and row["delta"] > 0 else ""
    return Target(
        label=say.metric(row["metric"]),
        who=who(row["subject"], called, say) if row["subject"] else "–",
        wanted=say(f"goals.{row['bound']}", target=say.with_unit(row["target"], unit)),
        actual=say.with_unit(row["actual"], unit) if known else "–",
        difference=sign + say.with_unit(row["delta"], unit) if known else "–",
        state="unknown" if not known else "met" if row["met"] else "missed",
        reason="" if known else say.told(row["reason"]) if row["reason"] else say("missing.reason"),
    )


def compliance(told: list[Target], say: Words) -> str:
    """How many goals were met, of those that could be judged."""
    states = [one.state for one in told]
    judged = len(states) - states.count("unknown")
    line = say("goals.told", met=states.count("met"), judged=judged) if judged else say("goals.none")
    return say("goals.not_judged", told=line, n=len(states) - judged) if 0 < judged < len(states) else line


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
    people = [group for group in groups if group.of_person][:1]
    rest = [group for group in groups if not group.of_person]
    return [(group, line) for group in people + rest for line in group.known if line.metric in RELIABILITY]


def groups(
    metrics: pa.Table, called: Mapping[int, str], tracks: list[Track], start_s: float, end_s: float, say: Words
) -> tuple[list[Group], int]:
    """Metrics by subject: people as long as they were followed, the ball, the film. And how many people are left
    out. start_s, end_s: the film's, since a window that is the whole film needs no saying."""
    order = {f"track:{one.track}": place for place, one in enumerate(tracks)}
    by_subject: dict[str, list[Measure]] = {}
    for row in metrics.to_pylist():
        by_subject.setdefault(row["subject"], []).append(_measure(row, end_s - start_s, say))

    def rank(subject: str) -> tuple:
        last = {"ball": 1, "film": 2}.get(subject, 0)
        return last, order.get(subject, len(order)), subject

    subjects = sorted(by_subject, key=rank)
    people = [subject for subject in subjects if rank(subject)[0] == 0]
    left_out = set(people[MOST_PEOPLE:])
    shown = [
        _group(
            who(subject, called, say),
            by_subject[subject],
            of_person=subject in people,
            is_open=subject == "ball" or subject in people[:1],
            say=say,
        )
        for subject in subjects
        if subject not in left_out
    ]
    return shown, len(left_out)


def _group(who: str, lines: list[Measure], *, of_person: bool, is_open: bool, say: Words) -> Group:
    by_metric = {line.metric: line for line in lines if not line.reason}
    joints = []
    for name in JOINT_ANGLES:
        parts = [by_metric.get(f"{name}_{part}") for part in ("min", "median", "max")]
        if all(parts):
            joints.append(Joint(say(f"joint.{name}"), *parts))
    told = {line.metric for joint in joints for line in (joint.least, joint.middle, joint.most)}
    told |= {f"{line.metric.removesuffix('_min')}_range" for line in (joint.least for joint in joints)}  # most − least
    reasons: dict[str, list[str]] = {}
    for line in lines:
        if line.reason:
            joint, _, part = line.metric.rpartition("_")
            whole = joint in JOINT_ANGLES and part in ("min", "median", "max", "range")
            label, labels = say(f"joint.{joint}") if whole else line.label, reasons.setdefault(line.reason, [])
            if label not in labels:
                labels.append(label)
    return Group(
        who=who,
        of_person=of_person,
        is_open=is_open,
        known=tuple(
            line
            for line in by_metric.values()
            if line.metric not in told and not (line.metric in STROKE_COUNTS and not line.raw)
        ),
        joints=tuple(joints),
        unknown=tuple(Unknown(tuple(labels), reason) for reason, labels in reasons.items()),
    )


def _measure(row: dict, film_s: float, say: Words) -> Measure:
    value, unit = as_read(row["value"], row["unit"])
    scale = 1000 if unit != row["unit"] else 100 if unit == "share" else 1
    spread = None if row["spread"] is None else scale * row["spread"]
    known = value is not None and math.isfinite(value)
    score = row["score"]
    score = min(max(score, 0.0), 1.0) if score is not None and math.isfinite(score) else None
    sides = re.fullmatch(r"1 (\w+), -1 (\w+)", unit)  # a number that stands for a side is read as that side
    side = sides[1 if value > 0 else 2] if sides and known else None
    places = 0 if unit == "ms" else 1 if unit in ("deg", "share", "%") else 3
    how = say.get(f"how.{row['metric']}", row["method"])
    if known and row["error"] is not None:
        margin = say.number(SIGMAS * scale * row["error"], most_places=min(places, 2)) + say.after(unit)
        how = say("metrics.within", how=how, margin=margin, sure=say.share(0.95))
    start, end = row["window_start_s"], row["window_end_s"]
    part = None not in (start, end) and end - start < 0.9 * film_s
    return Measure(
        metric=row["metric"],
        label=say.metric(row["metric"]),
        raw=value,
        raw_spread=spread,
        value=say.get(f"side.{side}", side) if side else say.number(value, most_places=places),
        after="" if sides else say.after(unit),
        spread=f"±{say.number(spread, like=value, most_places=places)}" if known and spread is not None else "",
        score=score,
        score_told="" if score is None else say("metrics.score", score=say.digits(f"{score:.2f}")),
        n=say.digits(f"{row['n']:,}"),
        method=how,
        reason="" if known else say.told(row["reason"]) if row["reason"] else say("missing.reason"),
        window=(start, end) if part else None,
    )


@dataclass(frozen=True)
class Facts:
    """The film's facts as (name, value): what a reader knows it by, and what a program does."""

    told: tuple[tuple[str, str], ...]
    exact: tuple[tuple[str, str], ...]


def facts(source: Mapping, frames: pa.Table, width: int, height: int, sidecar: Sidecar, say: Words) -> Facts:
    times = column(frames, "time_s")
    told = [("file", source.get("file_name")), ("uploaded", _when(source.get("uploaded_at")))]
    if sidecar.sport:
        mode = [mode_of(sidecar.mode, say)] if sidecar.mode else []
        told.append(("sport", " · ".join([sport_of(sidecar.sport, say), *mode])))
    camera = [say.get(f"camera.{part}", part) for part in (sidecar.camera.view, sidecar.camera.motion) if part]
    told.append(("camera", " · ".join(camera)))
    players = [" ".join(filter(None, (one.name, f"#{one.number}" if one.number else ""))) for one in sidecar.players]
    told.append(("players", ", ".join(filter(None, players))))
    if len(times):
        lasts = say.clock(end_of_film(times) - times[0], 2)
        told.append(("duration", f"{lasts} · {say('count.frames', n=len(times))}"))
    if len(times) > 1:
        told.append(("rate", _rate(times, source.get("nominal_fps"), say)))
    told.append(("picture", say("film.picture_size", width=f"{width}", height=f"{height}")))
    container = str(source.get("container") or "").split(",")
    suffix = str(source.get("file_name") or "").rpartition(".")[2].lower()
    codecs = [suffix if suffix in container else container[0], source.get("video_codec")]
    codecs.append(source.get("audio_codec") or say("film.silent"))
    told.append(("encoding", " · ".join(str(part) for part in codecs if part)))
    if size := source.get("bytes"):
        told.append(("size", f"{say.digits(f'{size / 1e6:,.1f}')} MB" if size >= 1e5 else say("film.bytes", n=size)))
    told += [("owner", sidecar.owner), ("notes", sidecar.notes)]
    if not sidecar.sport:
        stem = str(source.get("file_name") or "").rpartition(".")[0]
        told.append(("details", stem and say("film.no_details", file=f"{stem}.yaml")))
    exact = [("sha256", source.get("sha256")), ("stored", source.get("source_uri"))]
    named = (tuple((say(f"film.{name}"), str(value)) for name, value in part if value) for part in (told, exact))
    return Facts(*named)


def _rate(times: np.ndarray, claimed: float | None, say: Words) -> str:
    gaps = np.diff(times)
    average = len(gaps) / (times[-1] - times[0])
    fps = say.digits(f"{average:.3g}")
    if varies(times):
        least, most = (say.digits(f"{rate:.3g}") for rate in (1 / gaps.max(), 1 / gaps.min()))
        told = say("film.varies", fps=fps, least=least, most=most)
    else:
        told = say("film.constant", fps=fps)
    if claimed and abs(claimed - average) > 0.02 * average:
        return say("film.claims", rate=told, claimed=say.digits(f"{claimed:.4g}"))
    return told


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


def warnings(source: Mapping, frames: pa.Table, sidecar: Sidecar, say: Words) -> list[str]:
    """What about the film itself a reader should know before trusting figures."""
    times, told = column(frames, "time_s"), []
    claimed = source.get("claimed_frames")
    if claimed and claimed != len(times):
        told.append(say("warning.claimed_frames", claimed=claimed, frames=len(times)))
    length, said = (end_of_film(times) - float(times[0]) if len(times) else 0.0), source.get("claimed_duration_s")
    if said and abs(said - length) > max(0.5, 0.02 * said):
        told.append(say("warning.claimed_duration", claimed=say.clock(said, 1), lasts=say.clock(length, 1)))
    if varies(times):
        told.append(say("warning.varies"))
    told += [say(f"warning.{fault}") for fault in ("interlaced", "hdr") if source.get(fault)]
    if source.get("rotation"):
        told.append(say("warning.rotation", degrees=source["rotation"]))
    if source.get("pixel_aspect") and abs(source["pixel_aspect"] - 1) > 1e-3:
        told.append(say("warning.pixel_aspect", aspect=say.digits(f"{source['pixel_aspect']:.3g}")))
    repeats = sum(frames["repeats_previous"].to_pylist())
    if len(times) and repeats > 0.05 * len(times):
        told.append(say("warning.repeats", share=say.share(repeats / len(times))))
    if sidecar.trim_start_s is not None or sidecar.trim_end_s is not None:
        begin = say.clock(sidecar.trim_start_s or 0, 1)
        end = say.clock(sidecar.trim_end_s, 1) if sidecar.trim_end_s is not None else say("warning.film_end")
        told.append(say("warning.trimmed", begin=begin, end=end))
    return told


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
