"""The languages that reports are written in.

Belongs here: which there are. Does not belong here: their words (report/languages, sports/*/texts), choosing one (the
sidecar's `language`, else the setting).
"""

from functools import cache
from pathlib import Path

from gametape.base.errors import BadInput

ENGLISH = "en"
FOLDER = Path(__file__).resolve().parents[1] / "report" / "languages"


@cache
def languages() -> tuple[str, ...]:
    """Their codes, as the files of words are called."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def checked(language: str) -> str:
    """The language, where there is one of that code. Raises BadInput that names those there are."""
    if language not in languages():
        raise BadInput(f"language '{language}'", "has no words here", f"Choose one of {', '.join(languages())}")
    return language
