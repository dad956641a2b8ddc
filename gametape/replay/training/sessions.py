"""The log of training sessions: one CSV file that a person can read and edit.

Belongs here: reading and writing it. Does not belong here: what comes of sessions (progress.py).
"""

from __future__ import annotations

import csv
import fcntl
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from gametape.base.errors import BadInput
from gametape.base.storage import Disk

FOLDER, FILE = "training", "sessions.csv"
"""Where it lies, in gametape's home folder."""


class Session(BaseModel):
    """A session. `started_at` has a zone; attempts and successes are counted both or neither; rating: 1..5."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    started_at: datetime
    player: str = Field(min_length=1)
    exercise: str = Field(min_length=1)
    kind: Literal["practice", "warmup", "focused"] = "practice"
    minutes: float | None = Field(None, gt=0, le=24 * 60)
    attempts: int | None = Field(None, ge=1)
    successes: int | None = Field(None, ge=0)
    rating: int | None = Field(None, ge=1, le=5)
    notes: str = ""

    @field_validator("started_at")
    @classmethod
    def _has_a_zone(cls, value: datetime) -> datetime:
        """Without one the machine's is meant."""
        return value if value.tzinfo else value.astimezone()

    @model_validator(mode="after")
    def _counted(self) -> Session:
        if (self.attempts is None) != (self.successes is None):
            raise ValueError("attempts and successes are counted both or neither")
        if self.attempts is not None and self.successes is not None and self.successes > self.attempts:
            raise ValueError(f"{self.successes} successes of {self.attempts} attempts")
        return self

    @property
    def share(self) -> float | None:
        """Successes of an attempt, 0..1; None: not counted."""
        return None if self.attempts is None or self.successes is None else self.successes / self.attempts


COLUMNS = tuple(Session.model_fields)


def read_sessions(home: Path) -> list[Session]:
    """All sessions by the time they began; none where nothing was logged.

    Args:
        home: Gametape's folder (`settings().home`).

    Raises:
        BadInput: A line is wrong: which, and how.
    """
    path = home / FOLDER / FILE
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(path, "is not UTF-8", "Save it as UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = tuple(reader.fieldnames or ())
    if not {"started_at", "player", "exercise"} <= set(header) <= set(COLUMNS):
        raise BadInput(path, f"its first line is not {','.join(COLUMNS)}", "Put that line back")
    sessions = []
    for row in reader:
        given = {key: value for key, value in row.items() if value}
        if given:
            sessions.append(_session(given, path, reader.line_num))
    return sorted(sessions, key=lambda one: one.started_at)


def log_session(home: Path, session: Session) -> None:
    """Add a session to the file, whole or not at all, also where several are logged at once.

    Raises:
        BadInput: The file that is there has a wrong line.
    """
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        sessions = sorted([*read_sessions(home), session], key=lambda one: one.started_at)
        with Disk(str(folder)).writing(FILE) as path, path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for one in sessions:
                writer.writerow(one.model_dump(mode="json"))


def _session(given: dict, path: Path, line: int) -> Session:
    if None in given:
        raise BadInput(path, f"line {line}: it has more cells than the first line", "Correct or remove the line")
    try:
        return Session.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f" {part}:" for part in first["loc"])
        raise BadInput(path, f"line {line}:{where} {first['msg']}", "Correct or remove the line") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
