"""The report's own words, from `languages/<language>.yaml`, and how its language writes numbers.

Belongs here: finding a phrase and filling it in, digits and units, and saying a table's sentence in the report's
words (tables.yaml). Does not belong here: which phrase is used when (figures.py, finding_cards.py and their
neighbours), the coaching texts (gametape/sports), measuring.

A phrase is text with `{places}`, or two of them, `one` and `other`, chosen by the place `n`. A language is a file; a
key that it lacks is said in English, and a test holds that none does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from gametape.base.language import ENGLISH, FOLDER, checked
from gametape.sports.labels import labels

TABLES = Path(__file__).parent / "tables.yaml"
UNITS = {"deg": "°", "1/s": "/s"} | dict.fromkeys(("0..1", "1", "ratio", "count", "none", "variance"), "")
SHORT_S = 0.1
COUNTS = ("n", "of", "least", "count")
"""Places of a table's sentence that hold a number."""


class Words:
    """Phrases by key: `words("events.told", n=3)`. KeyError where there is no such phrase, or a place is not given."""

    def __init__(self, phrases: Mapping[str, str | Mapping[str, str]], language: str = ENGLISH) -> None:
        self._phrases = phrases
        self.language = language
        self._marks = str.maketrans({".": str(phrases["number.decimal"]), ",": str(phrases["number.thousands"])})

    def __call__(self, key: str, /, **places: object) -> str:
        phrase = self._phrases[key]
        if isinstance(phrase, Mapping):
            phrase = phrase["one" if places["n"] == 1 else "other"]
        told = {name: self.digits(f"{v:,}") if isinstance(v, int) else v for name, v in places.items()}
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

    # -- what tables hold -----------------------------------------------------------------------------------

    def told(self, sentence: str, **names: Mapping[str, str]) -> str:
        """A table's sentence in the report's words; as it is where there are none. `names`: for a place of it, what
        its values are called."""
        for key, pattern in _patterns().items():
            if found := pattern.fullmatch(sentence):
                places = {name: self._part(value, names.get(name)) for name, value in found.groupdict().items()}
                return self(f"table.{key}", **places)
        return sentence

    def _part(self, value: str, called: Mapping[str, str] | None) -> str:
        if called and value in called:
            return called[value]
        if re.fullmatch(r"[-\d.,]+%?", value):
            number = self.digits(value.rstrip("%"))
            return number + self("number.per_cent") if value.endswith("%") else number
        if all(f"point.{name}" in self for name in value.split(", ")):
            return self.listed([self(f"point.{name}") for name in value.split(", ")])
        return self.get(f"side.{value}", self.told(value))

    def listed(self, parts: Sequence[str]) -> str:
        """a, b and c."""
        if len(parts) < 2:
            return "".join(parts)
        return self("list.and", first=", ".join(parts[:-1]), last=parts[-1])

    def metric(self, name: str) -> str:
        """What a metric is called."""
        joint, _, part = name.rpartition("_")
        if f"part.{part}" in self and f"joint.{joint}" in self:
            return self(f"part.{part}", joint=self(f"joint.{joint}"))
        return self.get(f"metric.{name}", plain(name))

    # -- numbers --------------------------------------------------------------------------------------------

    def digits(self, number: str) -> str:
        """1,234.5 as the language writes it, with a true minus."""
        return number.translate(self._marks).replace("-", "−")

    def share(self, value: float, places: int = 0) -> str:
        """0.7 → 70%."""
        return self.digits(f"{100 * value:.{places}f}") + self("number.per_cent")

    def number(self, value: float | None, *, like: float | None = None, most_places: int = 3) -> str:
        """No more precision than a reader can use: three significant figures, or as many places as `like` has."""
        if value is None or not math.isfinite(value):
            return "–"
        size = abs(value if like is None else like)
        whole = like is None and float(value).is_integer()
        places = 0 if whole or size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3
        return self.digits(f"{value:,.{min(places, most_places)}f}")

    def clock(self, seconds: float, places: int = 0) -> str:
        """83.5 → 1:23 (or 1:23.5); hours only where there are any."""
        steps = 10**places
        whole = math.floor(max(seconds, 0) * steps + 1e-6)  # cut, never rounded up to a time that is not reached yet
        rest, part = divmod(whole, steps)
        minutes, second = divmod(rest, 60)
        hours, minute = divmod(minutes, 60)
        fraction = f"{self('number.decimal')}{part:0{places}d}" if places else ""
        return f"{hours}:{minute:02d}:{second:02d}{fraction}" if hours else f"{minute}:{second:02d}{fraction}"

    def unit(self, unit: str) -> str:
        """As written after a value; a unit that is an explanation goes in brackets."""
        if unit == "share":
            return self("number.per_cent").strip()
        if unit == "0..255":
            return self("unit.of_255")
        return UNITS.get(unit, f"({unit})" if unit[:1].isdigit() else self.get(f"unit.{unit}", unit))

    def after(self, unit: str) -> str:
        """The unit with what parts it from its value: 5°, 5 m, 5% or 5 %."""
        shown = self.unit(unit)
        if unit == "share":
            return self("number.per_cent")
        return shown if shown == "°" else f" {shown}" if shown else ""

    def with_unit(self, value: float, unit: str, *, places: int | None = None) -> str:
        """A value and its unit as they are read; `places` where the measure is good for no more."""
        value, unit = as_read(value, unit)
        text = self.number(value) if places is None else self.digits(f"{value:,.{places}f}")
        return text + self.after(unit)


def as_read(value: float | None, unit: str) -> tuple[float | None, str]:
    """Shares in per cent, and less than a tenth of a second in whole milliseconds: no film shows more."""
    if unit == "s" and value is not None and abs(value) < SHORT_S:
        return round(1000 * value), "ms"
    return 100 * value if value is not None and unit == "share" else value, unit


def plain(name: str) -> str:
    """A name that has no words: knee_angle_min → Knee angle min."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


@cache
def words(language: str = ENGLISH) -> Words:
    """The words of a language. Raises BadInput that names those there are where there is no file of it."""
    return Words({**phrases(ENGLISH), **phrases(checked(language))}, language)


def phrases(language: str) -> dict[str, str | Mapping[str, str]]:
    """A language's phrases by key: the file's sections and names joined by dots, and the sports' own words."""
    tree = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    own = {f"{section}.{name}": phrase for section, named in tree.items() for name, phrase in named.items()}
    return {**labels(language), **own}


@cache
def _patterns() -> dict[str, re.Pattern]:
    """The sentences of tables.yaml as patterns, their places as groups."""
    told = yaml.safe_load(TABLES.read_text("utf-8"))

    def group(place: re.Match) -> str:
        return f"(?P<{place[1]}>{'[0-9.,]+' if place[1] in COUNTS else '.+?'})"

    return {key: re.compile(re.sub(r"\\{(\w+)\\}", group, re.escape(text))) for key, text in told.items()}
