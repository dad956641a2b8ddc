"""Findings, plan and measures of a player in words.

Belongs here: wording replay_findings, replay_plan and replay_metrics. Does not belong here: what they are
(gametape.replay.judgement, gametape.replay.training).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("weakness", "strength", "nothing_sure", "not_enough")
"""In the order in which they are shown."""
PARTS = ("relevance", "level", "quality", "preference")


@dataclass(frozen=True)
class Between:
    """A percentile with its 95 % interval, 0..100."""

    value: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class FindingCard:
    """A finding as a card.

    Attributes:
        severity: the colour's name.
        tag: what kind of finding it is, and of which games.
        short: the title within a sentence.
        lines: what it rests on, each a sentence.
    """

    kind: str
    severity: str
    tag: str
    title: str
    short: str
    held: str
    against: str
    place: Between | None
    why: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """An exercise of the plan."""

    title: str
    how: str
    success: str
    amount: str
    code: str
    score: str
    parts: str
    why: str
    done: str


@dataclass(frozen=True)
class Priority:
    """What to train, with its exercises, the best first."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class MetricLine:
    """A stat of the player beside others."""

    label: str
    value: str
    others: str
    place: Between | None
    effect: str
    trend: str
    n: str
    reason: str


@dataclass(frozen=True)
class MetricGroup:
    """Stats of one kind of game."""

    title: str
    areas: tuple[tuple[str, tuple[MetricLine, ...]], ...]


def stat_name(stat: str, say: Words) -> str:
    """What a judged stat is called."""
    return say.get(f"judged.{stat}", say.get(f"stat.{stat}", say.metric(stat)))


def kind_of_games(row: Mapping[str, Any], say: Words) -> str:
    """Ranked Doubles; or 2 against 2 where the playlist is not told."""
    if row["playlist"]:
        return say.get(f"playlist.{row['playlist']}", row["playlist"])
    return say("game.size", n=row["team_size"])


def finding_cards(findings: pa.Table | None, say: Words) -> list[FindingCard]:
    """The findings: weaknesses by priority, strengths, then why there are no more."""
    rows = findings.to_pylist() if findings is not None else []
    rows.sort(key=lambda row: (KINDS.index(row["kind"]), row["priority"] or 99, -row["games"]))
    return [_card(row, say) for row in rows]


def _card(row: Mapping[str, Any], say: Words) -> FindingCard:
    kind, games = row["kind"], kind_of_games(row, say)
    record = say("judge.record", n=row["games"], wins=row["wins"], losses=row["losses"])
    if row["stat"] is None:
        title, held, against = say(f"judge.{kind}_title", games=games), "", ""
        short = title
    else:
        way, stat = "more" if row["more"] else "less", stat_name(row["stat"], say)
        title, short = say(f"judge.{way}", stat=stat), say(f"judge.short_{way}", stat=stat)
        held = amount(row["value"], row["unit"], say)
        against = say("judge.others", value=amount(row["others_value"], row["unit"], say))
    lines = [record]
    if row["effect"] is not None:
        ends = {"low": say.number(row["effect_low"]), "high": say.number(row["effect_high"])}
        lines.append(say("judge.effect", value=say.number(row["effect"]), **ends))
    if row["auc"] is not None:
        ends = {"low": say.number(row["auc_low"]), "high": say.number(row["auc_high"])}
        lines.append(say("judge.auc", value=say.number(row["auc"]), **ends))
    if row["p"] is not None:
        lines.append(say("judge.chance", share=say.share(row["p"], 1 if row["p"] >= 0.001 else 2)))
    if row["model_auc"] is not None:
        ends = {"low": say.number(row["model_auc_low"]), "high": say.number(row["model_auc_high"])}
        lines.append(say("judge.model", value=say.number(row["model_auc"]), n=row["model_games"], **ends))
    severity = {"weakness": "high" if row["priority"] == 1 else "medium", "strength": "met"}.get(kind, "low")
    tag = say(f"judge.{kind}", n=row["priority"] or 0)
    return FindingCard(
        kind,
        severity,
        f"{tag} · {games}",
        title,
        short,
        held,
        against,
        _between(row, say),
        say.reason(row["why"]),
        tuple(lines),
    )


def amount(value: float | None, unit: str | None, say: Words) -> str:
    """A value with its unit; shares and per cents alike."""
    if value is None:
        return "–"
    if unit == "%":
        return say.share(value / 100, 1)
    return say.with_unit(value, unit or "1")


def _with_error(row: Mapping[str, Any], say: Words) -> str:
    """The mean and its error as one value with one unit."""
    value, error, unit = row["value"], row["error"], row["unit"]
    if value is None or error is None:
        return amount(value, unit, say)
    scale = 100 if unit == "share" else 1
    both = say("judge.error", value=say.number(scale * value), error=say.number(scale * error))
    return both + (say.after("share") if unit in ("%", "share") else say.after(unit))


def _between(row: Mapping[str, Any], say: Words) -> Between | None:
    value, low, high = row["percentile"], row["percentile_low"], row["percentile_high"]
    if value is None:
        return None
    low, high = value if low is None else low, value if high is None else high
    text = say("judge.percentile", value=_whole(value, say), low=_whole(low, say), high=_whole(high, say))
    return Between(value, low, high, text)


def _whole(value: float, say: Words) -> str:
    return say.digits(f"{value:.0f}")


def plan_steps(plan: pa.Table | None, say: Words) -> list[Priority]:
    """The plan by priority."""
    rows = plan.to_pylist() if plan is not None else []
    rows.sort(key=lambda row: (row["playlist"] or "", row["team_size"], row["priority"], row["place"]))
    found: dict[tuple, list[Step]] = {}
    for row in rows:
        title = say("plan_page.for", n=row["priority"], stat=stat_name(row["stat"], say), games=kind_of_games(row, say))
        found.setdefault((title,), []).append(_step(row, say))
    return [Priority(title, tuple(steps)) for (title,), steps in found.items()]


def _step(row: Mapping[str, Any], say: Words) -> Step:
    parts = [
        say("plan_page.part", name=say(f"plan_page.{name}"), share=say.share(row[name]))
        for name in PARTS
        if row[name] is not None
    ]
    source = f" ({row['pack_source']})" if row["pack_source"] else ""
    done = say("plan_page.done", n=row["sessions"]) if row["sessions"] else say("plan_page.never")
    if row["best"] is not None:
        done += " " + say("plan_page.best", share=say.share(row["best"]))
    return Step(
        title=row["title"],
        how=row["how"],
        success=row["success"],
        amount=say("plan_page.amount", minutes=row["minutes"], n=row["attempts"]),
        code=f"{row['pack_code']}{source}" if row["pack_code"] else "",
        score=say.share(row["score"]),
        parts=", ".join(parts),
        why=say.reason(row["score_why"]),
        done=done,
    )


def metric_groups(metrics: pa.Table | None, say: Words) -> list[MetricGroup]:
    """The measures by kind of game, most games first, then by area."""
    rows = metrics.to_pylist() if metrics is not None else []
    kinds: dict[tuple, list[dict]] = {}
    for row in rows:
        kinds.setdefault((row["playlist"], row["team_size"]), []).append(row)
    groups = []
    for rows in sorted(kinds.values(), key=lambda rows: -max(row["n"] for row in rows)):
        areas: dict[str, list[MetricLine]] = {}
        for row in rows:
            areas.setdefault(say.get(f"area.{row['area']}", row["area"]), []).append(_metric(row, say))
        most = max(row["n"] for row in rows)
        title = say("judge.games_of", games=kind_of_games(rows[0], say), n=most)
        groups.append(MetricGroup(title, tuple((name, tuple(lines)) for name, lines in areas.items())))
    return groups


def _metric(row: Mapping[str, Any], say: Words) -> MetricLine:
    effect = "–"
    if row["effect"] is not None:
        ends = {"low": say.number(row["effect_low"]), "high": say.number(row["effect_high"])}
        effect = say("judge.effect_short", value=say.number(row["effect"]), **ends)
    reasons = [row[name] for name in ("reason", "effect_reason") if row[name]]
    return MetricLine(
        label=stat_name(row["stat"], say),
        value=_with_error(row, say),
        others=amount(row["others_value"], row["unit"], say),
        place=_between(row, say),
        effect=effect,
        trend=say(f"judge.trend_{row['trend']}"),
        n=say.digits(str(row["n"])),
        reason="; ".join(dict.fromkeys(say.reason(one) for one in reasons)),
    )
