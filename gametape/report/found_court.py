"""The court that gametape found: in words, as lines to paste into the sidecar, and drawn over a frame.

Belongs here: what a reader needs to judge a found court and to correct it. Does not belong here: finding it
(gametape.court), the map from above (court_view.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from gametape.court.draw import drawn_court, sidecar_lines
from gametape.geometry.stretches import BY_FOUND_COURT
from gametape.report.names import sport_name
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

PICTURE_FILE = "court.jpg"
WIDTH = 1280
"""px of the picture with the lines, at most."""


@dataclass(frozen=True)
class FoundCourtView:
    """A found court in words.

    Attributes:
        title: What it is called.
        text: How well it fits, and what to do where it is wrong, for the page, which shows the lines below.
        on_paper: The same for the PDF, which has no lines.
        lines: YAML to paste into the sidecar.
        proposed: Is it only proposed, because no sport is told?
        row: Its row of COURT_MARKS, to draw it.
    """

    title: str
    text: str
    on_paper: str
    lines: str
    proposed: bool
    row: Mapping


def found_court_view(court_marks: pa.Table, calibration: pa.Table, say: Words) -> FoundCourtView | None:
    """The court of the longest stretch in which one was found; None where none was, or where it is not used."""
    used = {
        row["first_frame"] for row in calibration.to_pylist() if row["source"] == "found" and row["solved"] != "none"
    }
    rows = court_marks.to_pylist()
    shown = [row for row in rows if row["found"] and (row["proposed"] or row["first_frame"] in used)]
    if not shown:
        return None
    row = max(shown, key=lambda one: one["stop"] - one["first_frame"])
    name = sport_name(row["court"], say)
    words = {"court": name, "share": say.share(row["share_of_lines"]), "px": say.number(row["fit_px"], most_places=1)}
    parts = [say("found_court.fits", **words)]
    if row["radial"]:
        parts.append(say("found_court.bent", px=say.number(bent_px(row, calibration), most_places=0)))
    fits, key = " ".join(parts), "found_court.proposed" if row["proposed"] else "found_court.correct"
    page, paper = (
        say(key, court=row["court"], lines=say(f"found_court.{lines}")) for lines in ("lines_page", "lines_paper")
    )
    more = ""
    if len(rows) > 1 and not row["proposed"]:
        more = " " + say("found_court.stretches", n=len(shown), of=str(len(rows)))
    title = say("found_court.title_proposed" if row["proposed"] else "found_court.title", court=name)
    lines = sidecar_lines(row["court"], json.loads(row["marks"]), row["radial"])
    return FoundCourtView(title, f"{fits} {page}{more}", f"{fits} {paper}{more}", lines, row["proposed"], row)


def told_how(row: Mapping, say: Words) -> str:
    """How a row of METRICS was measured, in few words, also where that is by a court that nobody marked."""
    how = say.get(f"how.{row['metric']}", "")
    return say("metrics.by_found_court", how=how) if how and row["method"].endswith(BY_FOUND_COURT) else how


def bent_px(row: Mapping, calibration: pa.Table) -> float:
    """How far the lens's distortion moves a corner of the picture, px."""
    size = calibration.to_pylist()[0]
    return abs(row["radial"]) * (size["width"] ** 2 + size["height"] ** 2) ** 0.5 / 2


def court_picture(film: Film, view: FoundCourtView) -> bytes:
    """JPEG of the frame in the middle of the court's stretch, with the lines drawn over it."""
    from PIL import Image

    width = min(WIDTH, film.proxy_width)
    size = (width, max(2, round(width * film.proxy_height / film.proxy_width)))
    middle = min(len(film) - 1, (view.row["first_frame"] + view.row["stop"]) // 2)
    frame = film.frame(middle, pixel_format="rgb24", size=size).image
    written = BytesIO()
    Image.fromarray(drawn_court(frame, view.row, film.width, film.height)).save(written, "JPEG", quality=80)
    return written.getvalue()
