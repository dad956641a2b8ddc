"""Where a bowler's balls land, how they swing and where they are let go: only where the film is calibrated.

Belongs here: which flight is of which delivery, and what is taken together. Does not belong here: places, speeds and
swing of a flight (gametape.play, by the calibration), strokes (gametape.strokes).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gametape.base.reason import Reason
from gametape.movement.measure import Measure
from gametape.play.sent_balls import (
    AT_ONCE_S,
    Banded,
    SentBall,
    band_median,
    calibrated_court,
    landings,
    median,
    scatter,
    sent_ball,
    sure_strokes,
)
from gametape.sports.contacts import SENT
from gametape.sports.measures import Filmed

#: Seconds within which a ball that is bowled lands.
TO_PITCH_S = 1.5
#: Degrees and metres, half the 95 % band of what counts of a delivery: ours. 2 degrees tell who swings it a lot from
#: who does not (a force of 0.4 of its weight turns a ball at 35 m/s by 3 degrees), 0.3 m a high release from a low one.
MOST_UNSURE_DEG, MOST_UNSURE_RELEASE_M = 2.0, 0.3
#: A flight that begins so near the release begins with it; one that is first seen may not.
BEGINS_IT = (*SENT, "turn")
#: Of the time from release to landing, and so of a swing: a ball that is seen later has swung before.
SEEN_SHARE = 0.9
#: Metres from the middle of the pitch to either wicket (Laws of Cricket, 6.1).
WICKETS_M = 10.06
#: Metres; so near the middle it is not clear which batter it is bowled to.
MIDDLE_M = 1.0


@dataclass(frozen=True)
class Delivery(SentBall):
    """A ball that was bowled: how far it swung (degrees), and where it was let go: height, and x of the pitch (m)."""

    swing: Banded | None
    height: Banded | None
    width: Banded | None


def measures(filmed: Filmed) -> Iterable[Measure]:
    """Length, line, swing and release over the player's deliveries."""
    court, not_calibrated = calibrated_court(filmed.calibration)
    unknown = filmed.body.too_slow or not_calibrated
    no_pitch = unknown or (None if court and court.name == "cricket" else Reason("not_calibrated_by_a_pitch"))
    balls = _deliveries(filmed)
    length, line = landings(balls, _length), landings(balls, lambda place: place[0])
    to_stumps, aside = "from the landing place to the batter's wicket, along the pitch", "to either side of its middle"
    turned = "turn of the heading from release to landing as far as seen, from above, positive to the right of its way"
    swing, height, width = (
        [(ball, one) for ball in balls if (one := getattr(ball, part))] for part in ("swing", "height", "width")
    )
    return (
        median("bowling_length", "m", to_stumps, length, no_pitch),
        scatter("bowling_length_scatter", to_stumps, length, no_pitch),
        median("bowling_line", "m", f"landing place {aside}, positive to x", line, no_pitch),
        scatter("bowling_line_scatter", f"landing place {aside}", line, no_pitch),
        band_median("bowling_swing", "deg", turned, swing, unknown, MOST_UNSURE_DEG),
        band_median("bowling_release_height", "m", "height of release", height, unknown, MOST_UNSURE_RELEASE_M),
        band_median(
            "bowling_release_width", "m", f"release {aside}, positive to x", width, no_pitch, MOST_UNSURE_RELEASE_M
        ),
    )


def _deliveries(filmed: Filmed) -> list[Delivery]:
    """Each delivery of the player with the first flight that lands after it."""
    flights, balls = filmed.flights.to_pylist(), []
    for stroke in sure_strokes(filmed.strokes, filmed.body.motion.track):
        at = stroke["contact_s"]
        landing = [one for one in flights if one["ended"] == "bounce" and at < one["end_s"] <= at + TO_PITCH_S]
        if stroke["kind"] == "delivery" and landing:
            balls.append(_delivery(min(landing, key=lambda one: one["end_s"]), at))
    return balls


def _delivery(flight: dict, release_s: float) -> Delivery:
    after, duration = flight["start_s"] - release_s, flight["end_s"] - release_s
    let_go = flight["began"] in BEGINS_IT and abs(after) <= AT_ONCE_S
    from_release = let_go or -AT_ONCE_S <= after <= (1 - SEEN_SHARE) * duration
    return Delivery(
        **vars(sent_ball(flight, release_s)),
        swing=_banded(flight, "swing_deg", MOST_UNSURE_DEG) if from_release else None,
        height=_banded(flight, "start_height_m", MOST_UNSURE_RELEASE_M) if let_go else None,
        width=_banded(flight, "start_x_m", MOST_UNSURE_RELEASE_M) if let_go else None,
    )


def _banded(flight: dict, name: str, most: float) -> Banded | None:
    value, low, high = (flight[f"{name}{part}"] for part in ("", "_low", "_high"))
    return None if value is None or high - low > 2 * most else Banded(value, (high - low) / 2)


def _length(place: tuple[float, float]) -> float | None:
    """Metres from the batter's wicket. A ball lands in the batter's half but for the shortest, which are left out."""
    return None if abs(place[1]) < MIDDLE_M else WICKETS_M - abs(place[1])
