"""The truth of the team film: who is where in each frame, in CSV.

Belongs here: the rows, writing and reading them. Does not belong here: drawing.
"""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class PersonTruth:
    """A person in a frame.

    Attributes:
        frame: 0-based.
        person: Number of the person, from 1; the same throughout the film.
        side: a, b or referee.
        number: On the shirt; empty: none.
        x1: Left of the body, px, inside the picture.
        y1: Top.
        x2: Right.
        y2: Bottom.
        visible: Share (0..1) of the body's pixels that are in the picture and not hidden.
        digit_px: Height of the digits that face the camera, px; 0: none do.
    """

    frame: int
    person: int
    side: str
    number: str
    x1: float
    y1: float
    x2: float
    y2: float
    visible: float
    digit_px: float


COLUMNS = tuple(field.name for field in fields(PersonTruth))


def write_team_truth(path: Path, rows: list[PersonTruth]) -> None:
    """Write the truth."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow({key: round(v, 2) if isinstance(v, float) else v for key, v in asdict(row).items()})


def load_team_truth(path: Path) -> list[PersonTruth]:
    """Read the truth."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            PersonTruth(
                int(row["frame"]), int(row["person"]), row["side"], row["number"],
                *(float(row[name]) for name in COLUMNS[4:]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
