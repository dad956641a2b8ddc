"""The facts of the film as a list of names and values: file, camera, players, rate, encoding.

Belongs here: choosing and wording them. Does not belong here: what is wrong with the film (cautions.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from gametape.film.clock import film_duration, plays_slower
from gametape.film.sidecar import Sidecar
from gametape.report.cautions import picture_rate, varies
from gametape.report.columns import column
from gametape.report.names import mode_name, sport_name
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

CLAIM_TOLERANCE = 0.02
"""A container's frame rate within this share of the true one is not remarked on."""
RATE_TOLERANCE_OF_PICTURES = 0.03
"""Pictures a second within this share of the frames a second are not remarked on."""
MEGABYTES_FROM = 1e5
"""Bytes from which a file's size is given in MB."""


@dataclass(frozen=True)
class FilmFacts:
    """Facts as (name, value): `shown` for everybody, `exact` for whoever has to find the very file again."""

    shown: tuple[tuple[str, str], ...]
    exact: tuple[tuple[str, str], ...]


def film_facts(
    source: Mapping,
    frames: pa.Table,
    width: int,
    height: int,
    sidecar: Sidecar,
    say: Words,
    court_marks: pa.Table | None = None,
) -> FilmFacts:
    """The facts of a film.

    Args:
        source: Its row of `source_video`.
        frames: FRAMES.
        width: px of the upright picture.
        height: px.
        sidecar: What its uploader says.
        say: The report's words.
        court_marks: COURT_MARKS, which says what the camera does where the sidecar does not.
    """
    times, shown_at = column(frames, "time_s"), column(frames, "shown_s")
    shown = [("file", source.get("file_name")), ("uploaded", _to_the_minute(source.get("uploaded_at")))]
    if sidecar.sport:
        mode = [mode_name(sidecar.mode, say)] if sidecar.mode else []
        shown.append(("sport", " · ".join([sport_name(sidecar.sport, say), *mode])))
    camera = [say.get(f"camera.{part}", part) for part in (sidecar.camera.view, sidecar.camera.motion) if part]
    if sidecar.camera.motion is None and (measured := _motion(court_marks, say)):
        camera.append(measured)
    shown.append(("camera", " · ".join(camera)))
    players = [" ".join(filter(None, (one.name, f"#{one.number}" if one.number else ""))) for one in sidecar.players]
    shown.append(("players", ", ".join(filter(None, players))))
    if (duration := film_duration(times)) is not None:
        slow = plays_slower(times, shown_at) != 1.0
        plays = [say("film.plays", duration=say.length(film_duration(shown_at) or 0.0))] if slow else []
        shown.append(("duration", " · ".join((say.length(duration), *plays, say("count.frames", n=len(times))))))
        shown.append(("rate", _rate(shown_at, frames, source.get("nominal_fps"), say)))
    shown.append(("picture", say("film.picture_size", width=f"{width}", height=f"{height}")))
    shown.append(("encoding", _encoding(source, say)))
    if size := source.get("bytes"):
        megabytes = f"{say.digits(f'{size / 1e6:,.1f}')} MB"
        shown.append(("size", megabytes if size >= MEGABYTES_FROM else say("film.bytes", n=size)))
    shown += [("owner", sidecar.owner), ("notes", sidecar.notes)]
    if not sidecar.sport:
        stem = str(source.get("file_name") or "").rpartition(".")[0]
        shown.append(("details", stem and say("film.no_details", file=f"{stem}.yaml")))
    exact = [("sha256", source.get("sha256")), ("stored", source.get("source_uri"))]
    named = (tuple((say(f"film.{name}"), str(value)) for name, value in part if value) for part in (shown, exact))
    return FilmFacts(*named)


def _motion(court_marks: pa.Table | None, say: Words) -> str:
    """What the camera was seen to do; empty where nobody looked."""
    rows = [row for row in court_marks.to_pylist() if row["motion"]] if court_marks is not None else []
    if not rows:
        return ""
    still, whole = (
        sum(row["stop"] - row["first_frame"] for row in some)
        for some in ([row for row in rows if row["motion"] != "panning"], rows)
    )
    if all(row["motion"] == "fixed" for row in rows):
        return say("camera.measured_fixed")
    return say("camera.measured_moving", share=say.share(still / whole))


def _encoding(source: Mapping, say: Words) -> str:
    container = str(source.get("container") or "").split(",")
    suffix = str(source.get("file_name") or "").rpartition(".")[2].lower()
    codecs = [suffix if suffix in container else container[0], source.get("video_codec")]
    codecs.append(source.get("audio_codec") or say("film.silent"))
    return " · ".join(str(part) for part in codecs if part)


def _rate(times: np.ndarray, frames: pa.Table, claimed: float | None, say: Words) -> str:
    """The rate at which the file shows its frames, and that of the pictures as they were taken where it is another."""
    gaps = np.diff(times)
    average = len(gaps) / (times[-1] - times[0])
    fps = say.digits(f"{average:.3g}")
    if varies(times):
        least, most = (say.digits(f"{rate:.3g}") for rate in (1 / gaps.max(), 1 / gaps.min()))
        rate = say("film.varies", fps=fps, least=least, most=most)
    else:
        rate = say("film.constant", fps=fps)
    if claimed and abs(claimed - average) > CLAIM_TOLERANCE * average:
        rate = say("film.claims", rate=rate, claimed=say.digits(f"{claimed:.4g}"))
    taken = picture_rate(frames)
    if taken and abs(taken - average) > RATE_TOLERANCE_OF_PICTURES * average:
        rate = say("film.taken", rate=rate, taken=say.digits(f"{taken:.3g}"))
    return rate


def _to_the_minute(stamp: str | None) -> str | None:
    try:
        return datetime.fromisoformat(stamp or "").astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return stamp
