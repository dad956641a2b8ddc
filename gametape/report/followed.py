"""What a report leads with where the film is about somebody: a player who is followed, or a presenter.

Belongs here: the first figures and the first sentences of such a film. Does not belong here: their sections
(shifts_view.py, presenter_view.py), other films' figures (figures.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gametape.report.columns import packed, packed_pixels
from gametape.report.figures import Figure
from gametape.report.shifts_view import FollowedPlayer, ShiftsView
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa


def followed_figures(shifts: ShiftsView, summary: pa.Table, say: Words) -> tuple[Figure, ...]:
    """The figures of the first player who is followed, or of the presenter; none on other films.

    Args:
        shifts: The players who are followed.
        summary: Table PRESENTER_SUMMARY.
        say: The words.
    """
    if shifts.people:
        return _of_player(shifts, say)
    return _of_presenter(summary.to_pylist()[0], say) if summary.num_rows else ()


def followed_sentences(shifts: ShiftsView, summary: pa.Table, say: Words) -> tuple[str, ...]:
    """What a report says first; empty on films that are about nobody. The arguments are `followed_figures`'."""
    if shifts.people:
        return tuple(_sentence(one, shifts.time_on, say) for one in shifts.people)
    return (_presenter_sentence(summary.to_pylist()[0], say),) if summary.num_rows else ()


def followed_rows(shifts: ShiftsView) -> list[dict[str, Any]]:
    """Each player who is followed with the sums of his shifts, for programs."""
    return [
        {
            "player": one.place,
            "name": one.name,
            "number": one.number,
            "shifts": one.sums.count,
            "on_s": one.sums.on_s,
            "view_s": one.sums.view_s,
            "mean_s": one.sums.mean_s,
            "longest_s": one.sums.longest_s,
            "reason": one.nothing,
            "reel": one.reel.file if one.reel else None,
        }
        for one in shifts.people
    ]


def followed_for_page(shifts: ShiftsView, identity: pa.Table) -> list[dict[str, Any]]:
    """Where each player who is followed is, for the page's script: base64 of little-endian integers."""
    import pyarrow.compute as pc

    given = []
    for one in shifts.people:
        looks = identity.filter(pc.equal(identity["player"], one.place)).sort_by("time_s")
        if looks.num_rows > looks["x1"].null_count:
            times = packed(looks["time_s"].to_numpy() * 1000, "<i4")
            given.append(
                {"who": one.who, "times": times, **{n: packed_pixels(looks, n) for n in ("x1", "y1", "x2", "y2")}}
            )
    return given


def _of_player(shifts: ShiftsView, say: Words) -> tuple[Figure, ...]:
    one = shifts.people[0]
    others = say("headline.followed_too", n=len(shifts.people) - 1) if len(shifts.people) > 1 else ""
    note = "; ".join(filter(None, (one.who, others)))
    if not one.sums.count:
        return (Figure("shifts", say("headline.shifts"), None, note=note, reason=f"{one.who}: {one.nothing}"),)
    return (
        Figure("shifts", say("headline.shifts"), one.sums.count, note=note),
        Figure("time_on_s", shifts.time_on, one.sums.on_s, "s", say("headline.time_on_note")),
        Figure("in_view_s", say("shifts.in_view"), one.sums.view_s, "s", say("headline.in_view_note")),
        Figure("longest_shift_s", say("headline.longest_shift_s"), one.sums.longest_s, "s"),
    )


def _sentence(one: FollowedPlayer, time_on: str, say: Words) -> str:
    if not one.sums.count:
        why = one.nothing or say("shifts.none")
        parts = [say("summary.no_shift", who=one.who, reason=why[:1].upper() + why[1:])]
    else:
        told = {"who": one.who, "time_on": say.inside(time_on), "on": say.length(one.sums.on_s), "n": one.sums.count}
        parts = [
            say(
                "summary.shifts",
                **told,
                view=say.length(one.sums.view_s),
                longest=say.length(one.sums.longest_s or 0.0),
            )
        ]
    if one.perhaps:
        parts.append(say("summary.perhaps", n=one.perhaps))
    return " ".join(parts)


def _of_presenter(row: Mapping[str, Any], say: Words) -> tuple[Figure, ...]:
    label = say("presenter.coverage")
    if row["reason"]:
        return (Figure("presenter_coverage", label, None, reason=say.reason(row["reason"])),)
    people = say("presenter.people_note", n=row["presences"])
    return (
        Figure("presenter_coverage", label, row["coverage"], "share", say("headline.coverage_note")),
        Figure("presenter_people", say("presenter.people"), row["people"], note=people),
        Figure("presenter_gaps", say("presenter.gaps"), row["gaps"], note=say("presenter.gaps_note")),
        Figure("presenter_longest_gap_s", say("presenter.longest_gap"), row["longest_gap_s"], "s"),
    )


def _presenter_sentence(row: Mapping[str, Any], say: Words) -> str:
    if row["reason"]:
        return say("summary.no_presenter", reason=say.reason(row["reason"]))
    people = say("summary.presenters", n=row["people"])
    told = {"people": people, "share": say.share(row["coverage"] or 0.0)}
    if not row["gaps"]:
        return say("summary.presenter_throughout", **told)
    return say("summary.presenter", **told, n=row["gaps"], longest=say.length(row["longest_gap_s"]))
