"""The report's own words, from `languages/<language>.yaml`.

Belongs here: finding a phrase and filling it in. Does not belong here: which phrase is said when (story.py,
moments.py), the coaching texts (gametape/coaching/texts.yaml), what a table itself tells (methods, reasons).

A phrase is text with `{places}`, or two of them, `one` and `other`, chosen by the place `n`. A language is a file; a
key that it lacks is said in English, and a test holds that none does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from gametape.errors import BadInput

FOLDER = Path(__file__).parent / "languages"
ENGLISH = "en"


class Words:
    """Phrases by key: `words("events.told", n=3)`. KeyError where there is no such phrase, or a place is not given."""

    def __init__(self, phrases: Mapping[str, str | Mapping[str, str]], language: str = ENGLISH) -> None:
        self._phrases = phrases
        self.language = language

    def __call__(self, key: str, /, **places: object) -> str:
        phrase = self._phrases[key]
        if isinstance(phrase, Mapping):
            phrase = phrase["one" if places["n"] == 1 else "other"]
        told = {name: f"{value:,}" if isinstance(value, int) else value for name, value in places.items()}
        return phrase.format(**told) if places else phrase

    def __contains__(self, key: str) -> bool:
        return key in self._phrases

    def get(self, key: str, otherwise: str) -> str:
        """The phrase of a name that a table holds, which need not be known here."""
        phrase = self._phrases.get(key, otherwise)
        return phrase if isinstance(phrase, str) else otherwise

    def section(self, name: str) -> dict[str, str | Mapping[str, str]]:
        """The phrases whose keys begin with `name.`, by what follows: for the page's script."""
        start = f"{name}."
        return {key.removeprefix(start): phrase for key, phrase in self._phrases.items() if key.startswith(start)}


def languages() -> list[str]:
    """The languages that there are."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


@cache
def words(language: str = ENGLISH) -> Words:
    """The words of a language. Raises BadInput where there is no file of it."""
    if language not in languages():
        remedy = f"Choose one of {', '.join(languages())}, or write gametape/report/languages/{language}.yaml"
        raise BadInput(f"language '{language}'", "has no file of words", remedy)
    return Words({**phrases(ENGLISH), **phrases(language)}, language)


def phrases(language: str) -> dict[str, str | Mapping[str, str]]:
    """A language's phrases by key: the file's sections and names joined by dots."""
    tree = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    return {f"{section}.{name}": phrase for section, named in tree.items() for name, phrase in named.items()}
