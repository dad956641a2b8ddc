"""Errors that tell the user what happened, to which file, and what to do.

Belongs here: the exception types that cross package borders. Does not belong here: handling them.
"""


class GametapeError(Exception):
    """Base of every error gametape raises on purpose.

    `subject` is the file or thing it happened to, `reason` why, `remedy` what the user can do.
    """

    def __init__(self, subject: str, reason: str, remedy: str) -> None:
        self.subject, self.reason, self.remedy = str(subject), reason, remedy
        super().__init__(f"{self.subject}: {self.reason}. {self.remedy}")

    def __reduce__(self) -> tuple:
        return type(self), (self.subject, self.reason, self.remedy)


class BadInput(GametapeError):
    """What the user gave cannot be used. Trying again with the same bytes gives the same error."""


class Unavailable(GametapeError):
    """Something gametape needs (weights, a store, a device) is not there now; a retry may work."""
