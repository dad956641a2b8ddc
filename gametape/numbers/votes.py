"""Votes: which number a track has, from the reads along it, or why none is certain.

Belongs here: how reads add up, what is enough. Does not belong here: pictures, or who is wanted.

A track has its reads alone: no read of another track counts for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_READS, LEAST_SPREAD_S, LEAST_SURE, LEAST_LEAD = 3, 0.3, 2.25, 2.0
"""Reads that agree, in as many frames; seconds between the first and the last of them; the sum of their probabilities:
three of 0.75, or more that are less sure; and how many times the runner-up's weight theirs is, and more than how many
times the reads of any other number there are: a 34 was read as 31 four times and as 34 twice."""
LEAST_BEST = 0.7
"""Probability of the surest of them, without a roster that has the number: unsure reads of one thing err alike, however
many they are. In the films at hand a blurred 8 that was read as 0 (13 reads) reached 0.66, a coat read as 1 (11 reads)
0.68, numbers that are right 0.75 to 1.0."""
LEAST_OF_ONE_DIGIT, WITHIN_S = 4, 4.0
"""Reads of a number of one digit, which half a number or a stain may be; seconds in which that many must lie: later
reads may be of somebody else, who was taken for the same person."""
PLAIN, LEAST_OF_PLAIN, PLAIN_PX = frozenset({"0", "00", "1", "11"}), 8, 14.0
"""Numbers of rings and strokes alone. A 6, 8, 9 or a number of two digits looks like a ring where it is blurred, the
strap of a bag or the edge of a coat like a stroke, in each picture again: without a roster that has it, such a number
needs so many reads, of digits so high, px of the film, in the middle of them. It rests on one blurred 20 of basketball
(7 reads at 11 px) and on one coat of a passer-by (11 reads at 10.5 px)."""
LEAST_OF_HALF = 8
"""Reads of one digit whose runner-up is a number that holds it: the other half may be turned away in each picture. In
one football film a 12 seen from the side was read as 2 five times; in the other a 2 is one by 34 reads."""
LEAD_OF_ALIKE = 3.0
"""Times the runner-up's weight where the two differ by one digit: there the reader errs alike in each picture. In the
basketball film a 34 at 11 to 14 px was read as 31 with 2.95 times the weight."""
HOLDS = 1 / 3
"""What a read of one digit weighs for a number of two digits that holds it."""


@dataclass(frozen=True)
class Vote:
    """What the reads of a track say together.

    Attributes:
        track: Number of the track.
        number: The number with the greatest weight; None: nothing was read.
        confirmed: Whether that is enough to say that the track has this number.
        reads: Reads that agree exactly.
        spread_s: Seconds from the first to the last of them.
        weight: Sum of its probabilities in all looks.
        runner_up: The next number, None where there is none.
        runner_up_weight: Its weight.
        looks: Looks at the track's shirt in all.
        frames: Frames of the reads that agree.
    """

    track: int
    number: str | None
    confirmed: bool
    reads: int
    spread_s: float
    weight: float
    runner_up: str | None
    runner_up_weight: float
    looks: int
    frames: tuple[int, ...]


def votes(reads: pa.Table, roster: Sequence[str] = ()) -> dict[int, Vote]:
    """The vote of each track that was looked at.

    Args:
        reads: Table NUMBER_READS, or those rows of it that are to be counted.
        roster: Numbers that the team has, where that is known: reads are narrowed to them. Strings: "0" is not "00".

    Returns:
        The votes by track.
    """
    rows = defaultdict(list)
    for row in reads.to_pylist():
        rows[row["track"]].append(row)
    return {track: _vote(track, looks, frozenset(roster)) for track, looks in sorted(rows.items())}


def narrowed(candidates: str, roster: frozenset[str]) -> list[tuple[str, float]]:
    """Candidates as `number_reads` holds them, narrowed to a roster and ranked; all of them where there is no roster.

    A number that is not in the roster keeps half its probability as doubt: the other team's players wear it.
    """
    told = [(number, float(p)) for number, _, p in (part.partition(":") for part in candidates.split())]
    if roster:
        kept = sum(p for number, p in told if number in roster)
        left = max(1.0 - sum(p for _, p in told), 0.0) + 0.5 * (sum(p for _, p in told) - kept)
        told = [(number, p / (kept + left)) for number, p in told if number in roster]
    return sorted(told, key=lambda one: -one[1])


def _enough(times: list[float], least: int) -> bool:
    """Whether `least` reads lie close enough together in time, and far enough apart."""
    return any(
        sum(first <= time <= first + WITHIN_S + 1e-6 for time in times) >= least
        and max(time for time in times if time <= first + WITHIN_S + 1e-6) - first >= LEAST_SPREAD_S - 1e-6
        for first in times
    )


def _lead(number: str, other: str) -> float:
    """How many times the other's weight a number needs.

    >>> _lead("31", "34"), _lead("31", "13"), _lead("3", "31"), _lead("8", "6")
    (3.0, 2.0, 2.0, 2.0)
    """
    alike = len(number) == len(other) == 2 and sum(a != b for a, b in zip(number, other, strict=True)) == 1
    return LEAD_OF_ALIKE if alike else LEAST_LEAD


def _vote(track: int, looks: list[dict], roster: frozenset[str]) -> Vote:
    from gametape.numbers.reader import READ_AT

    weight: dict[str, float] = defaultdict(float)
    times: dict[str, dict[int, float]] = defaultdict(dict)
    sure: dict[str, dict[int, float]] = defaultdict(dict)
    for look in looks:
        ranked = narrowed(look["candidates"], roster)
        for number, p in ranked:  # what a look leaves possible speaks for others, also where it is no read
            weight[number] += p
        if ranked and ranked[0][1] >= READ_AT:
            times[ranked[0][0]][look["frame"]] = look["time_s"]
            sure[ranked[0][0]][look["frame"]] = ranked[0][1]
    whole = dict(weight)
    for longer in whole:
        if len(longer) == 2:
            weight[longer] += HOLDS * sum(whole.get(digit, 0.0) for digit in set(longer))
    if not times:
        return Vote(track, None, False, 0, 0.0, 0.0, None, 0.0, len(looks), ())
    number, *others = sorted(weight, key=lambda one: (-weight[one], one))
    seen = times.get(number, {})
    spread_s = max(seen.values()) - min(seen.values()) if seen else 0.0
    second = others[0] if others else None
    least, clear = LEAST_OF_ONE_DIGIT if len(number) == 1 else LEAST_READS, True
    if len(number) == 1 and second is not None and len(second) == 2 and number in second and number not in roster:
        least = LEAST_OF_HALF
    if number in PLAIN - roster:
        tall = sorted(look["digit_height_px"] or 0.0 for look in looks if look["frame"] in seen)
        least, clear = LEAST_OF_PLAIN, bool(tall) and tall[len(tall) // 2] >= PLAIN_PX
    # A digit of the number is the number half seen.
    most_other = max((len(frames) for other, frames in times.items() if other not in (number, *number)), default=0)
    confirmed = (
        clear
        and (number in roster or max(sure[number].values(), default=0.0) >= LEAST_BEST - 1e-6)
        and len(seen) > LEAST_LEAD * most_other
        and _enough(sorted(seen.values()), least)
        and sum(sure[number].values()) >= LEAST_SURE - 1e-6
        and (second is None or weight[number] >= _lead(number, second) * weight[second])
    )
    behind = weight[second] if second is not None else 0.0
    frames = tuple(sorted(seen))
    return Vote(track, number, confirmed, len(seen), spread_s, weight[number], second, behind, len(looks), frames)
