"""Still pictures: the worst moment of a finding for the PDF, the contact of a stroke, who may be a player.

Belongs here: choosing the frame, cutting it out. Does not belong here: drawing a skeleton over a whole frame
(gametape.pose), the page's overlay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.person import BONES
from gametape.report.finding_cards import FindingCard
from gametape.tables.pose import KEYPOINTS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

MOST_FINDING_STILLS = 3
WIDTH = 480
"""px, the most that draw_skeleton gives."""
NEAR_S = 0.1
"""A pose this near a moment stands for it."""
MOST_CONTACT_STILLS = 16
CONTACT_WIDTH = 200
"""px, of a player cut out at the contact."""
CONTACT_ASPECT = 0.8
"""Width over height."""
MOST_PERHAPS_STILLS = 24
"""Of all players who are followed together."""
PERHAPS_WIDTH = 240
"""px, of somebody who may be a player, with what is around."""
NEAR_FRAMES = 3
LEAST_CONFIDENCE = 0.3
"""Keypoints with less confidence are not drawn."""
SKELETON = (76, 195, 255)
MARK = (255, 214, 0)


@dataclass(frozen=True)
class Still:
    """A frame as JPEG."""

    time_s: float
    jpeg: bytes


def finding_stills(film: Film, poses: pa.Table, cards: Sequence[FindingCard]) -> dict[int, Still]:
    """The worst moment of each of the first few findings that have evidence, by the card's place."""
    shown = [place for place, card in enumerate(cards) if card.evidence][:MOST_FINDING_STILLS]
    return {place: _still(film, poses, cards[place]) for place in shown if len(film)}


def _still(film: Film, poses: pa.Table, card: FindingCard) -> Still:
    import pyarrow.compute as pc

    from gametape.pose import draw_skeleton

    moment = card.evidence[0].worst_s
    kind, _, track = card.subject.partition(":")
    if kind == "track" and track:
        mine = poses.filter(pc.equal(poses["track"], int(track)))
        away = np.abs(mine["time_s"].to_numpy() - moment)
        if len(away) and away.min() <= NEAR_S:
            at = int(np.argmin(away))
            return Still(mine["time_s"][at].as_py(), draw_skeleton(film, mine.slice(at, 1)))
    frame = int(np.argmin(np.abs(film.times - moment)))
    return Still(float(film.times[frame]), _bare(film, frame))


def _bare(film: Film, frame: int) -> bytes:
    from PIL import Image

    width = min(WIDTH, film.proxy_width)
    size = (width, max(2, round(width * film.proxy_height / film.proxy_width)))
    written = BytesIO()
    Image.fromarray(film.frame(frame, pixel_format="rgb24", size=size).image).save(written, "JPEG", quality=75)
    return written.getvalue()


def contact_stills(film: Film, poses: pa.Table, wanted: Sequence[tuple[int, int]]) -> dict[int, bytes]:
    """JPEGs of players at contacts, cut out of the frames, with their skeletons.

    Args:
        film: The film; it is read once, for the first few of those that are seen.
        poses: Table POSE_KEYPOINTS.
        wanted: Frame and track of each contact.

    Returns:
        The pictures by the contact's place in `wanted`; none of a player who is not seen.
    """
    places: dict[int, list[tuple[int, np.ndarray]]] = {}
    count = 0
    for place, (frame, track) in enumerate(wanted):
        if count == MOST_CONTACT_STILLS:
            break
        if seen := _joints_near(poses, frame, track):
            places.setdefault(seen[0], []).append((place, seen[1]))
            count += 1
    return {
        place: _cut_out(picture.image, points, film.proxy_width / film.width)
        for picture in film.pictures(sorted(places))
        for place, points in places[picture.index]
    }


def _joints_near(poses: pa.Table, frame: int, track: int) -> tuple[int, np.ndarray] | None:
    """The nearest frame in which a player is seen, and the joints (n, 3) there; None where that is not near."""
    import pyarrow.compute as pc

    here = poses.filter(pc.equal(poses["track"], track))
    away = np.abs(here["frame"].to_numpy() - frame)
    if not len(away) or away.min() > NEAR_FRAMES:
        return None
    row = here.slice(int(np.argmin(away)), 1)
    points = np.array([[row[f"{name}_{part}"][0].as_py() or np.nan for part in "xyc"] for name in KEYPOINTS], float)
    return (int(row["frame"][0].as_py()), points) if (points[:, 2] >= LEAST_CONFIDENCE).sum() >= 2 else None


def _cut_out(image: np.ndarray, points: np.ndarray, scale: float) -> bytes:
    """JPEG of a player: the picture, the joints (n, 3) in px of the source, and the picture's px in one of these."""
    from PIL import Image, ImageDraw

    sure = points[:, 2] >= LEAST_CONFIDENCE
    x, y = (points[sure, axis] * scale for axis in (0, 1))
    # As high as the player and a third more, for the racket or the arm above.
    high = max(1.35 * float(np.ptp(y)), 1.2 * float(np.ptp(x)) / CONTACT_ASPECT, 48.0)
    wide = high * CONTACT_ASPECT
    left, top = float(x.min() + x.max() - wide) / 2, float(y.min() + y.max() - high) / 2 - 0.08 * high
    picture = Image.fromarray(image)
    zoom = CONTACT_WIDTH / wide
    size = (CONTACT_WIDTH, round(CONTACT_WIDTH / CONTACT_ASPECT))
    still = picture.crop((round(left), round(top), round(left + wide), round(top + high))).resize(size)
    pen = ImageDraw.Draw(still)
    places = (points[:, :2] * scale - (left, top)) * zoom
    for a, b in BONES:
        if sure[a] and sure[b]:
            pen.line([*places[a], *places[b]], fill=SKELETON, width=2)
    written = BytesIO()
    still.save(written, "JPEG", quality=75)
    return written.getvalue()


def perhaps_still(film: Film, frame: int, box: Sequence[float]) -> bytes:
    """JPEG of what is around a person, with a frame around the person.

    Args:
        film: The film.
        frame: Of its frames.
        box: Left, top, right, bottom, px of the upright source.
    """
    from PIL import Image, ImageDraw

    picture = Image.fromarray(film.frame(frame, pixel_format="rgb24").image)
    left, top, right, bottom = np.array(box) * (film.proxy_width / film.width)
    wide = min(max(4 * (right - left), 2.4 * (bottom - top), PERHAPS_WIDTH / 2), picture.width)
    high = min(wide * 0.75, picture.height)
    x = float(np.clip((left + right - wide) / 2, 0, picture.width - wide))
    y = float(np.clip((top + bottom - high) / 2, 0, picture.height - high))
    zoom = PERHAPS_WIDTH / wide
    still = picture.crop((round(x), round(y), round(x + wide), round(y + high)))
    still = still.resize((PERHAPS_WIDTH, max(2, round(high * zoom))))
    place = [(left - x) * zoom, (top - y) * zoom, (right - x) * zoom, (bottom - y) * zoom]
    ImageDraw.Draw(still).rectangle([min(max(side, 0), PERHAPS_WIDTH - 1) for side in place], outline=MARK, width=2)
    written = BytesIO()
    still.save(written, "JPEG", quality=80)
    return written.getvalue()
