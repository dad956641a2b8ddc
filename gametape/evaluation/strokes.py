"""Accuracy of strokes on a film labelled by eye.

Belongs here: reading labels, whose a stroke is, matching, counting. Does not belong here: another way of finding
strokes than the users': the film is ingested, tracked and estimated like an upload.

A stroke that is found and a label are one where both are of the same player and their contacts lie within the
tolerance; each has at most one partner, and of all ways to pair them the one with the most pairs counts, of those the
one with the least error.
"""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.errors import BadInput
from gametape.film.files import FILM_FILE
from gametape.film.sidecar import Sidecar, parse_sidecar, sidecar_beside
from gametape.sports.rules import SWING

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.base.settings import Settings

COLUMNS = ["contact_s", "player", "kind"]
"""Columns of a file of labels."""
PLACES = {"near": ("y2", 1), "far": ("y2", -1), "left": ("x1", -1), "right": ("x1", 1)}
"""Players by their place in the picture: the edge of their box that tells, and on which side of the middle it is."""
UNKNOWN = ("", "unknown", SWING)
"""Kinds of a label where the eye could not tell."""
TOLERANCE_S = 0.25
"""Greatest distance of a right contact from its label, s."""


@dataclass(frozen=True)
class Label:
    """A stroke by eye: contact in s of the film, whose it is, and its kind (None where the eye could not tell)."""

    contact_s: float
    player: str
    kind: str | None


@dataclass(frozen=True)
class Found:
    """A stroke as it was found; `kind` and its confidence are None where it is not told."""

    contact_s: float
    player: str
    kind: str | None
    confidence: float
    kind_confidence: float | None


def evaluate_strokes(
    film: Path, labels: Path, settings: Settings, *, sport: str | None = None, tolerance_s: float = TOLERANCE_S
) -> dict[str, Any]:
    """Compare the strokes of a film with labels made by eye.

    Args:
        film: The film. A sidecar NAME.yaml beside it counts, as for an upload.
        labels: CSV with the columns contact_s (s of the film as it is shown), player and kind. A player is near, far,
            left or right in the picture, or the number of a track. An empty kind or `unknown` does not count for kinds.
        settings: They choose the tracker and the estimator.
        sport: Instead of the sidecar, this sport alone.
        tolerance_s: Greatest distance of a right contact, s.

    Returns:
        The figures of `figures` over all strokes, and each player's own under `players`.

    Raises:
        BadInput: The labels or the sidecar cannot be read or are malformed.
    """
    wanted = read_labels(labels)
    sidecar = Sidecar(sport=sport) if sport else _sidecar_of(film)
    people, strokes, frames = _strokes(film, sidecar, settings)
    taken, shown = frames["time_s"].to_numpy(), frames["shown_s"].to_numpy()
    wanted = [replace(one, contact_s=float(np.interp(one.contact_s, shown, taken))) for one in wanted]
    return compare(read_strokes(strokes, people, wanted, tolerance_s), wanted, tolerance_s)


def read_labels(path: Path) -> list[Label]:
    """Read labels, in order of time. Raises BadInput when the file is missing or malformed."""
    remedy = f"Write a row for each stroke under the heading {','.join(COLUMNS)}"
    if not path.exists():
        raise BadInput(path, "there are no labels", remedy)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, skipinitialspace=True)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise BadInput(path, f"it lacks the columns {', '.join(missing)}", remedy)
        rows = list(reader)
    labels = []
    for number, row in enumerate(rows, 2):
        contact, player, kind = ((row[name] or "").strip() for name in COLUMNS)
        try:
            second = float(contact)
        except ValueError:
            second = np.nan
        if not 0 <= second < np.inf:
            raise BadInput(path, f"line {number}: {contact!r} is no second of the film", remedy)
        if player not in PLACES and not player.isdecimal():
            known = f"{', '.join(PLACES)} or the number of a track"
            raise BadInput(path, f"line {number}: {player!r} is no player", f"A player is {known}")
        labels.append(Label(second, player, None if kind in UNKNOWN else kind))
    players = {one.player for one in labels}
    if len({PLACES[one][0] if one in PLACES else "track" for one in players}) > 1:
        raise BadInput(path, f"it names players as {', '.join(sorted(players))}", "Name all of them in one way")
    return sorted(labels, key=lambda one: one.contact_s)


def read_strokes(strokes: pa.Table, people: pa.Table, labels: Sequence[Label], tolerance_s: float) -> list[Found]:
    """STROKES with their players, named as in the labels.

    Near and far, or left and right, lie on two sides of a border in the picture. It is put where most strokes agree
    with the labels, for an umpire may be nearer to the camera than any player. Where the labels name one player alone,
    everybody's strokes are held against his.
    """
    players = {one.player for one in labels}
    edge = next((PLACES[one][0] for one in players if one in PLACES), None)
    rows = strokes.to_pylist()
    if edge is None:
        return [_found(row, str(row["track"])) for row in rows]
    if len(players) == 1:
        return [_found(row, *players) for row in rows]
    places = _places(people, edge)
    names = {side: name for name, (of, side) in PLACES.items() if of == edge}
    own = sorted({places[row["track"]] for row in rows})
    ways = [
        [_found(row, names[1 if places[row["track"]] > border else -1]) for row in rows] for border in (-np.inf, *own)
    ]
    return max(ways, key=lambda found: compare(found, labels, tolerance_s)["right"])


def _found(row: dict, player: str) -> Found:
    kind = None if row["kind"] == SWING else row["kind"]
    return Found(row["contact_s"], player, kind, row["confidence"], row["kind_confidence"])


def compare(found: Sequence[Found], labels: Sequence[Label], tolerance_s: float = TOLERANCE_S) -> dict[str, Any]:
    """The figures over all players, and of each under `players`."""
    mine: dict[str, tuple[list[Found], list[Label]]] = defaultdict(lambda: ([], []))
    for one in found:
        mine[one.player][0].append(one)
    for label in labels:
        mine[label.player][1].append(label)
    pairs = {player: matched(*of, tolerance_s) for player, of in mine.items()}
    every = [pair for own in pairs.values() for pair in own]
    return (
        figures(every, found, labels)
        | {"tolerance_s": tolerance_s}
        | {"players": {player: figures(pairs[player], *mine[player]) for player in sorted(mine)}}
    )


def matched(
    found: Sequence[Found], labels: Sequence[Label], tolerance_s: float = TOLERANCE_S
) -> list[tuple[Found, Label]]:
    """Pairs of one player's strokes and labels: as many as possible, and of those ways the one with the least error."""
    from scipy.optimize import linear_sum_assignment

    if not found or not labels:
        return []
    apart = np.abs(np.subtract.outer([one.contact_s for one in found], [one.contact_s for one in labels]))
    within = apart <= tolerance_s + 1e-9
    # One pair more is worth any number of errors.
    cost = np.where(within, apart - (1 + tolerance_s) * min(apart.shape), 0.0)
    return [(found[i], labels[j]) for i, j in zip(*linear_sum_assignment(cost), strict=True) if within[i, j]]


def figures(pairs: Sequence[tuple[Found, Label]], found: Sequence[Found], labels: Sequence[Label]) -> dict[str, Any]:
    """What pairs say of the strokes `found` and of the `labels`; None where the divisor is zero.

    Returns:
        `recall` and `precision`; `kind_told`: share of the pairs with a kind by eye whose kind is told, `kind_right`:
        of those told; `contact_error_median_s` and `..._p90_s` of the pairs; `confidence`: mean of the strokes found,
        to be held against precision, and `kind_confidence` of the kinds told, against `kind_right`.
    """
    by_eye = [(one, label) for one, label in pairs if label.kind]
    told = [(one, label) for one, label in by_eye if one.kind]
    errors = [abs(one.contact_s - label.contact_s) for one, label in pairs]
    return {
        "recall": _share(len(pairs), len(labels)),
        "precision": _share(len(pairs), len(found)),
        "kind_right": _share(sum(one.kind == label.kind for one, label in told), len(told)),
        "kind_told": _share(len(told), len(by_eye)),
        "contact_error_median_s": _rounded(np.median(errors)) if errors else None,
        "contact_error_p90_s": _rounded(np.quantile(errors, 0.9)) if errors else None,
        "confidence": _rounded(np.mean([one.confidence for one in found])) if found else None,
        "kind_confidence": _rounded(np.mean([one.kind_confidence or 0.0 for one, _ in told])) if told else None,
        "labelled": len(labels),
        "found": len(found),
        "right": len(pairs),
    }


def _places(people: pa.Table, edge: str) -> dict[int, float]:
    """Where each person is: the median of an edge of his box, px, by track."""
    tracks, edges = people["track"].to_numpy(), people[edge].to_numpy()
    return {int(track): float(np.median(edges[tracks == track])) for track in np.unique(tracks)}


def _sidecar_of(film: Path) -> Sidecar:
    beside = sidecar_beside(film)
    return parse_sidecar(beside.read_bytes(), beside.name) if beside else Sidecar()


def _strokes(video: Path, sidecar: Sidecar, settings: Settings) -> tuple[pa.Table, pa.Table, pa.Table]:
    """PEOPLE, STROKES and FRAMES of a video."""
    from gametape.ball import track
    from gametape.ball.events import find_events
    from gametape.ball.sources import source_for
    from gametape.film.window import analysis_windows
    from gametape.media.film import Film
    from gametape.media.ingest import ingest
    from gametape.pose import estimate, joint_angles, people, repaired
    from gametape.sports.courts import ball_bounces, ball_contacts
    from gametape.sports.people import at_ball_of, players_of
    from gametape.strokes import find_strokes

    with tempfile.TemporaryDirectory() as folder:
        ingested = ingest(video, Path(folder))
        times, shots = (ingested.frames[name].to_numpy() for name in ("time_s", "shot"))
        film = Film.of(Path(folder) / FILM_FILE, ingested.frames, ingested.width, ingested.height)
        looks = {
            one.analysis: one for one in analysis_windows(times, sidecar, shown=ingested.frames["shown_s"].to_numpy())
        }
        of_ball, of_pose = looks["ball"], looks["pose"]
        ball = track(film, start=of_ball.first_frame, stop=of_ball.stop, shots=shots, source=source_for(settings))
        estimates = estimate(film, start=of_pose.first_frame, stop=of_pose.stop, step=of_pose.stride, settings=settings)
    events = find_events(
        ball,
        width=film.width,
        height=film.height,
        bounces=ball_bounces(sidecar.sport),
        contacts=ball_contacts(sidecar.sport),
        shots=shots,
    )
    who = people(
        estimates,
        ingested.frames,
        sidecar,
        looked_at=of_pose.looked_at,
        width=film.width,
        height=film.height,
        events=events,
        players=players_of(sidecar.sport),
        at_ball=at_ball_of(sidecar.sport),
    )
    poses = repaired(estimates, who, ingested.frames, settings.pose_cutoff_hz)
    found = find_strokes(
        people=who,
        poses=poses,
        angles=joint_angles(poses),
        frames=ingested.frames,
        ball=ball,
        events=events,
        sidecar=sidecar,
    )
    return who, found, ingested.frames


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(value: np.floating) -> float:
    return round(float(value), 4)
