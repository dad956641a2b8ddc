"""The languages in which reports are written.

Belongs here: which languages there are. Does not belong here: their words (report/languages, sports), choosing one for
a film (the sidecar's `language`, else the setting).
"""

from functools import cache
from pathlib import Path

from gametape.base.errors import BadInput

#: The language of everything that is not translated.
ENGLISH = "en"
#: Folder with a file of words for each language.
FOLDER = Path(__file__).resolve().parents[1] / "report" / "languages"


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages, which are the names of their files of words."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def checked(language: str) -> str:
    """Return the code of a language if there is one. Raises BadInput that lists the languages."""
    if language not in languages():
        raise BadInput(f"language '{language}'", "has no words here", f"Choose one of {', '.join(languages())}")
    return language
