"""Errors that say what happened, to which file, and what to do about it.

Belongs here: the exception types that cross package borders. Does not belong here: handling them.
"""

from __future__ import annotations

from pathlib import Path


class GametapeError(Exception):
    """Base of every error that gametape raises on purpose.

    Args:
        subject: The file or thing that it happened to.
        reason: Why, as a part of a sentence.
        remedy: What the user can do, as a sentence without its full stop.

    >>> print(GametapeError("match.mp4", "is empty (0 bytes)", "Upload it again"))
    match.mp4: is empty (0 bytes). Upload it again
    """

    def __init__(self, subject: str | Path, reason: str, remedy: str) -> None:
        self.subject, self.reason, self.remedy = str(subject), reason, remedy
        super().__init__(f"{self.subject}: {self.reason}. {self.remedy}")

    def __reduce__(self) -> tuple[type[GametapeError], tuple[str, str, str]]:
        return type(self), (self.subject, self.reason, self.remedy)


class BadInput(GametapeError):
    """The user's input cannot be used; trying again with the same bytes gives the same error."""


class Unavailable(GametapeError):
    """Something that gametape needs (weights, a store, a device) is not there now; a retry may work."""


class Away(Unavailable):
    """A store or a database that does not answer now: it is waited for, nobody need do anything."""
