"""CMX3600: the list of cuts that most editing programs read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from gametape.clips.manifests.entries import Entry, FilmFacts
from gametape.clips.manifests.timecode import counted, frames_at, is_drop_frame, timecode

#: Events of a list: its numbers have three digits.
MOST_EVENTS = 999


def edl(title: str, film: FilmFacts, entries: Sequence[Entry], *, sound: bool) -> str:
    """The clips one after another, cut out of the film's own file.

    The first 999 are listed, more than that has no number in CMX3600. What is not exact is said in comments.
    """
    lines = [f"TITLE: {_ascii(title)[:70]}", f"FCM: {'DROP FRAME' if is_drop_frame(film.rate) else 'NON-DROP FRAME'}"]
    lines += [f"* {note}" for note in notes(film)]
    if len(entries) > MOST_EVENTS:
        lines.append(f"* {len(entries) - MOST_EVENTS} MORE CLIPS ARE LEFT OUT: CMX3600 COUNTS TO {MOST_EVENTS}")
    at = 0
    for number, entry in enumerate(entries[:MOST_EVENTS], 1):
        first, stop = (frames_at(time, film.rate) for time in (entry.start_s, entry.end_s))
        length = max(1, stop - first)
        times = (timecode(frame, film.rate) for frame in (first, first + length, at, at + length))
        lines.append(f"{number:03d}  AX       {'B' if sound else 'V':<6}C        {' '.join(times)}")
        lines.append(f"* FROM CLIP NAME: {_ascii(film.name)}")
        lines.append(f"* COMMENT: {_ascii(entry.code)} {_ascii(entry.text)}")
        at += length
    return "\n".join(lines) + "\n"


def notes(film: FilmFacts) -> list[str]:
    """What a reader must know of the timecodes."""
    said = []
    if film.varies:
        said.append(f"THE FILM'S FRAME RATE VARIES: TIMES ARE ROUNDED TO FRAMES OF 1/{film.fps:.3f} S")
    if film.rate[1] != 1:
        how = (
            "DROP FRAME"
            if is_drop_frame(film.rate)
            else f"COUNTED {counted(film.rate)} A SECOND, SLOWER THAN THE CLOCK"
        )
        said.append(f"{film.fps:.3f} FRAMES A SECOND, {how}")
    return said


def _ascii(text: str) -> str:
    """The text in letters that every reader of an EDL knows: accents off, others as `?`; one line."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split()))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return kept.encode("ascii", "replace").decode("ascii")
