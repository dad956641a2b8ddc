"""What a reader should know before trusting a report: how little was seen, what is odd about the file.

Belongs here: cautions in sentences. Does not belong here: reasons for what is absent (missing.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gametape.film.clock import film_duration, frame_interval, plays_slower
from gametape.film.picture import picture_state
from gametape.film.sidecar import Sidecar
from gametape.movement.persons import PLAYER
from gametape.report.columns import column, integers
from gametape.report.names import person_name
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

DOUBTFUL_SHARE = 0.6
"""Figures that rest on a smaller share of the frames searched come with a caution."""
DURATION_TOLERANCE_S, DURATION_TOLERANCE = 0.5, 0.02
"""A container's claim within one of these, in seconds or as a share of it, is not remarked on."""
MOST_REPEATS = 0.05
"""Share of frames that repeat the one before, from which it is remarked on."""
PARTLY = 0.1
"""Share of frames that are dark or stand still, from which it is remarked on."""
RATE_TOLERANCE = 0.2
"""A frame rate is constant where every gap is within this share of the median one."""


def first_look_notice(sidecar: Sidecar, say: Words) -> str:
    """What a reader must know of a first look. `sidecar` is the one that the first look went by."""
    begin, end = sidecar.trim_start_s or 0.0, sidecar.trim_end_s
    if begin:
        first, last = say.ends(begin, end)
        span = say("page.first_look_span", begin=first, end=last)
    else:
        span = say("page.first_look_start", seconds=say.number(end))
    return say("page.first_look", span=span, rate=say.number(sidecar.sample_rate_hz))


def not_told(names: Mapping[int, str], parts: Mapping[int, str], say: Words) -> str:
    """Said once, where nobody knows who the player is: who is taken for the player, and what settles it."""
    track = next(track for track, part in parts.items() if part == PLAYER)
    key = "doubts.player" if len(parts) > 1 else "doubts.player_of_some"
    return say(key, who=person_name(track, names, say))


def coverage_cautions(metrics: pa.Table, poses: pa.Table | None, stride: int, say: Words) -> list[str]:
    """Sentences that say where so little was seen that figures rest on weak ground.

    Args:
        metrics: of the ball, how much was seen of the time in which it was played.
        poses: None where they are of somebody in particular, who need not always be in sight.
        stride: frames from one pose estimate to the next.
    """
    cautions = []
    for row in metrics.select(["metric", "value"]).to_pylist():
        if row["metric"] == "ball_in_play" and row["value"] and row["value"] < DOUBTFUL_SHARE:
            cautions.append(say("doubts.ball", share=say.share(row["value"])))
    if poses is not None and poses.num_rows:
        sampled = np.unique(integers(poses, "frame"))
        share = min(1.0, len(sampled) * stride / max(1, sampled[-1] - sampled[0] + stride))
        if share < DOUBTFUL_SHARE:
            cautions.append(say("doubts.people", share=say.share(share)))
    return cautions


def film_cautions(source: Mapping, frames: pa.Table, sidecar: Sidecar, say: Words) -> list[str]:
    """What about the film itself a reader should know: false claims, an uneven rate, a trim."""
    times, cautions = column(frames, "shown_s"), []
    claimed = source.get("claimed_frames")
    if claimed and claimed != len(times):
        cautions.append(say("warning.claimed_frames", claimed=claimed, frames=len(times)))
    duration, claimed = film_duration(times) or 0.0, source.get("claimed_duration_s")
    if claimed and abs(claimed - duration) > max(DURATION_TOLERANCE_S, DURATION_TOLERANCE * claimed):
        cautions.append(say("warning.claimed_duration", claimed=say.length(claimed), duration=say.length(duration)))
    if varies(times):
        cautions.append(say("warning.varies"))
    cautions += [say(f"warning.{fault}") for fault in ("interlaced", "hdr") if source.get(fault)]
    if source.get("rotation"):
        cautions.append(say("warning.rotation", degrees=source["rotation"]))
    if source.get("pixel_aspect") and abs(source["pixel_aspect"] - 1) > 1e-3:
        cautions.append(say("warning.pixel_aspect", aspect=say.digits(f"{source['pixel_aspect']:.3g}")))
    repeats, rate = sum(frames["repeats_previous"].to_pylist()), picture_rate(frames)
    if rate and len(times) and repeats > MOST_REPEATS * len(times):  # a film that stands still is said to
        share, played = say.share(repeats / len(times)), 1 / (frame_interval(times) or 1.0)
        if rate < (1 - MOST_REPEATS) * played:
            cautions.append(say("warning.repeats", share=share, rate=say.digits(f"{rate:.3g}")))
        else:  # now and then one: no other rate follows from that
            cautions.append(say("warning.repeats_some", share=share))
    if sidecar.trim_start_s is not None or sidecar.trim_end_s is not None:
        begin = say.clock(sidecar.trim_start_s or 0, 2)
        end = say.clock(sidecar.trim_end_s, 2) if sidecar.trim_end_s is not None else say("warning.film_end")
        cautions.append(say("warning.trimmed", begin=begin, end=end))
    return cautions


def picture_cautions(frames: pa.Table, say: Words) -> list[str]:
    """That the film is black, too dark to be seen or stands still, all of it or a part."""
    state = picture_state(frames)
    if fault := state.fault:
        return [say(f"doubts.{fault}", luma=say.digits(f"{state.luma:.0f}"))]
    shares = (("partly_dark", state.dark), ("partly_still", state.still))
    return [say(f"doubts.{name}", share=say.share(share)) for name, share in shares if share >= PARTLY]


def clock_cautions(source: Mapping, frames: pa.Table, sidecar: Sidecar, say: Words) -> list[str]:
    """What the film's two clocks are where they differ: slow motion or time lapse."""
    times, shown = column(frames, "time_s"), column(frames, "shown_s")
    if (slow := plays_slower(times, shown)) == 1.0:
        return []
    played = 1 / (frame_interval(shown) or 1.0)
    told_by = say("warning.by_details") if sidecar.capture_fps else source.get("capture_tag") or "?"
    words = {"captured": say.digits(f"{played * slow:.4g}"), "played": say.digits(f"{played:.4g}"), "told_by": told_by}
    if slow > 1:
        return [say("warning.slow_motion", times=say.digits(f"{slow:.3g}"), **words)]
    return [say("warning.time_lapse", times=say.digits(f"{1 / slow:.3g}"), **words)]


def picture_rate(frames: pa.Table) -> float | None:
    """Different pictures a second, as they were taken; None of a film that is black or stands still: it has no rate."""
    if picture_state(frames).fault in ("black", "still"):
        return None
    fresh = ~frames["repeats_previous"].to_numpy(zero_copy_only=False).astype(bool)
    return 1 / interval if (interval := frame_interval(column(frames, "time_s")[fresh])) else None


def varies(times: np.ndarray) -> bool:
    """Does the frame rate vary? `times`: (n,) seconds."""
    interval = frame_interval(times)
    return interval is not None and bool(np.abs(np.diff(times) - interval).max() > RATE_TOLERANCE * interval)
