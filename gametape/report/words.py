"""The report's own words, from `languages/<language>.yaml`, and how its language writes numbers.

Belongs here: finding a phrase and filling it in, digits and units, and wording the reasons that tables hold. Does not
belong here: which phrase is used when (figures.py, finding_cards.py and their neighbours), the coaching texts
(gametape/sports), measuring.

A phrase is text with `{places}`, or two of them, `one` and `other`, chosen by the place `n`. A language is a file; a
key that it lacks falls back to English, and a test checks that none is lacking.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache

from gametape.base.language import ENGLISH, FOLDER, checked
from gametape.base.own_yaml import read_yaml
from gametape.base.reason import Reason
from gametape.sports.labels import labels

#: Units that are written alike in all languages.
UNITS = {"deg": "°", "1/s": "/s", "1/min": "/min"} | dict.fromkeys(
    ("0..1", "1", "ratio", "count", "none", "variance"), ""
)
#: The unit of a number that stands for a side, such as "1 right, -1 left".
SIDED = re.compile(r"1 (\w+), -1 (\w+)")
#: km/h in one m/s.
KMH = 3.6
LONG_S = 10.0
"""Of what lasts so long, seconds are told whole: in a stroke or a brief shift half a second is much. Chosen."""
#: Arguments of a reason that others are held against.
BOUNDS = ("needed", "most", "least")
#: Digits that a number gets at most to be told from its bound.
MOST_DIGITS_MORE = 4
#: Decimal places of seconds: no film shows a thousandth.
SECONDS = 2


class Words:
    """Phrases by key: `words("count.hit", n=3)`. KeyError where there is no such phrase, or a place is not given."""

    def __init__(self, phrases: Mapping[str, str | Mapping[str, str]], language: str = ENGLISH) -> None:
        self._phrases = phrases
        self.language = language
        self._marks = str.maketrans({".": str(phrases["number.decimal"]), ",": str(phrases["number.thousands"])})

    def __call__(self, key: str, /, **places: object) -> str:
        phrase = self._phrases[key]
        if isinstance(phrase, Mapping):
            phrase = phrase["one" if places["n"] == 1 else "other"]
        written = {name: self.digits(f"{v:,}") if isinstance(v, int) else v for name, v in places.items()}
        return phrase.format(**written) if places else phrase

    def __contains__(self, key: str) -> bool:
        return key in self._phrases

    def get(self, key: str, otherwise: str) -> str:
        """The phrase of a key, or `otherwise` where there is none: for names that come from tables."""
        phrase = self._phrases.get(key, otherwise)
        return phrase if isinstance(phrase, str) else otherwise

    def section(self, name: str) -> dict[str, str | Mapping[str, str]]:
        """The phrases whose keys begin with `name.`, by what follows: for the page's script."""
        start = f"{name}."
        return {key.removeprefix(start): phrase for key, phrase in self._phrases.items() if key.startswith(start)}

    # -- what tables hold -----------------------------------------------------------------------------------

    def reason(self, reason: str, people: Mapping[int, str] | None = None) -> str:
        """A reason in this language.

        Args:
            reason: A `Reason` or its text, as tables hold it. Text that is none, or has no phrase, is returned as is.
            people: What the people of the film are called, by track.

        Examples:
            >>> words("en").reason("strokes_too_few(n=1, needed=4)")
            'known for 1 of the strokes, and 4 are needed'
            >>> words("de").reason("turn_of_hips(reason=turn_too_slow(speed=1234.5, needed=300))")
            'Hüfte: sie dreht mit höchstens 1234 Grad pro Sekunde, nötig sind 300'
            >>> words("en").reason("close_call(track=2)", people={2: "Ana"})
            "a close decision against Ana: a click in the film's details settles it"
        """
        try:
            read = Reason.parse(reason)
        except ValueError:
            return reason
        if f"reason.{read.code}" not in self:
            return reason
        people = people or {}
        places = {name: self._argument(name, value, people) for name, value in read.arguments.items()}
        phrase = self._phrases[f"reason.{read.code}"]
        try:
            if isinstance(phrase, str):
                return _told_apart(phrase, places).format(**places)
            return self(f"reason.{read.code}", **places)
        except KeyError:  # written by another version, with other arguments
            return reason

    def _argument(self, name: str, value: object, people: Mapping[int, str]) -> object:
        """An argument of a reason, ready to be put into its phrase."""
        if name == "track":
            return people.get(value) or self("people.person", track=str(value))
        if isinstance(value, Reason):
            return self.reason(value, people)
        if isinstance(value, str):
            named = next((f"{name}.{value}" for name in ("point", "side", "kind") if f"{name}.{value}" in self), None)
            return value if named is None else self.inside(self(named))
        if isinstance(value, tuple):
            parts = [str(self._argument("", one, people)) for one in value]
            return "; ".join(parts) if all(isinstance(one, Reason) for one in value) else self.listed(parts)
        return _Number(value, self)

    def inside(self, name: str) -> str:
        """A name as written within a sentence: small in English, where German keeps nouns large.

        >>> words().inside("Table tennis"), words("de").inside("Tischtennis")
        ('table tennis', 'Tischtennis')
        """
        return name[:1].lower() + name[1:] if self("list.nouns") == "small" else name

    def listed(self, parts: Sequence[str]) -> str:
        """a, b and c."""
        if len(parts) < 2:
            return "".join(parts)
        return self("list.and", first=", ".join(parts[:-1]), last=parts[-1])

    def metric(self, name: str, kinds: Sequence[str] = ()) -> str:
        """What a metric is called; `kinds`: of which kinds of stroke it is, where it is of strokes.

        >>> words().metric("stroke_elbow", ("forehand",)), words().metric("stroke_elbow", ("delivery",))
        ('Elbow at contact', 'Elbow at release')
        """
        if len(kinds) == 1 and (own := f"metric_{kinds[0]}.{name}") in self:
            return self(own)
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
        """83.5 → 1:23 (or 1:23.5); hours only where there are any.

        Cut, as a player's own clock is: never a time that is not reached yet. Hundredths are rounded, since they stand
        beside the same time in seconds.
        """
        steps = 10**places
        whole = math.floor(max(seconds, 0) * steps + (0.5 if places > 1 else 1e-6))
        rest, part = divmod(whole, steps)
        minutes, second = divmod(rest, 60)
        hours, minute = divmod(minutes, 60)
        fraction = f"{self('number.decimal')}{part:0{places}d}" if places else ""
        return f"{hours}:{minute:02d}:{second:02d}{fraction}" if hours else f"{minute}:{second:02d}{fraction}"

    def length(self, seconds: float) -> str:
        """How long something lasts: to the second from a minute on, else to the hundredth, and rounded.

        >>> words().length(3.117), words().length(83.7)
        ('0:03.12', '1:24')
        """
        places = 0 if seconds >= 60 else 2
        return self.clock(round(seconds, places), places)

    def ends(self, start_s: float, end_s: float) -> tuple[str, str]:
        """From when to when: to the second, cut as `clock` does, and to the hundredth of what lasts less than LONG_S.

        >>> words().ends(0.1, 83.5)
        ('0:00', '1:23')
        >>> words().ends(0.36, 5.88)
        ('0:00.36', '0:05.88')
        """
        places = 0 if end_s - start_s >= LONG_S else 2
        return self.clock(start_s, places), self.clock(end_s, places)

    def span(self, start_s: float, end_s: float) -> str:
        """0:05–1:23, as `ends` writes them; one time where a moment is all."""
        return "–".join(dict.fromkeys(self.ends(start_s, end_s)))

    def unit(self, unit: str) -> str:
        """A unit as written after a value; one that is an explanation goes in brackets."""
        if unit == "share":
            return self("number.per_cent").strip()
        if unit == "0..255":
            return self("unit.of_255")
        return UNITS.get(unit, f"({unit})" if unit[:1].isdigit() else self.get(f"unit.{unit}", unit))

    def after(self, unit: str) -> str:
        """The unit with the space before it, if any: 5°, 5 m, 5% or 5 %."""
        shown = self.unit(unit)
        if unit == "share":
            return self("number.per_cent")
        return shown if shown == "°" else f" {shown}" if shown else ""

    def with_unit(self, value: float, unit: str, *, places: int | None = None) -> str:
        """A value and its unit as a reader sees them, in at most `places` decimal places; a side by its name."""
        if sides := SIDED.fullmatch(unit):
            side = sides[1 if value > 0 else 2]
            return self.get(f"side.{side}", side)
        value, unit = as_read(value, unit)
        most = SECONDS if unit == "s" else 3
        text = self.number(value, most_places=most) if places is None else self.digits(f"{value:,.{places}f}")
        return text + self.after(unit)


def told_apart(first: float, second: float, unit: str, say: Words) -> tuple[str, str]:
    """Two values with their unit, in so many places that they read differently where they differ.

    >>> told_apart(0.404, 0.40, "heights", words())
    ('0.404 body heights', '0.400 body heights')
    """
    texts = say.with_unit(first, unit), say.with_unit(second, unit)
    for places in range(1, MOST_DIGITS_MORE + 3):
        if texts[0] != texts[1] or first == second:
            break
        texts = say.with_unit(first, unit, places=places), say.with_unit(second, unit, places=places)
    return texts


def as_read(value: float | None, unit: str) -> tuple[float | None, str]:
    """Shares in per cent, and all times in seconds: beside 0.40 s, 50 ms is hard to compare."""
    if unit == "ms":
        return None if value is None else value / 1000, "s"
    if unit in ("share", "0..1"):
        return None if value is None else 100 * value, "share"
    return value, unit


def plain(name: str) -> str:
    """A name that has no words: knee_angle_min → Knee angle min."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


@cache
def words(language: str = ENGLISH) -> Words:
    """The words of a language. Raises BadInput, with the languages that there are, where it is none of them."""
    return Words({**phrases(ENGLISH), **phrases(checked(language))}, language)


def phrases(language: str) -> dict[str, str | Mapping[str, str]]:
    """A language's phrases by key: the file's sections and names joined by dots, and the sports' own words."""
    tree = read_yaml((FOLDER / f"{language}.yaml").read_text("utf-8"))
    own = {f"{section}.{name}": phrase for section, named in tree.items() for name, phrase in named.items()}
    return {**labels(language), **own}


def _told_apart(phrase: str, places: Mapping[str, object]) -> str:
    """`phrase` with more digits where a number and its bound are unequal but would read alike.

    "0.06 apart; 0.06 are needed" is no reason. Each number is held against each of BOUNDS.
    """
    bounds = [name for name in BOUNDS if isinstance(places.get(name), _Number)]
    numbers = [name for name, value in places.items() if isinstance(value, _Number) and name not in bounds]
    for bound in bounds:
        for name in numbers:
            for _ in range(MOST_DIGITS_MORE):
                forms = dict(re.findall(r"{(\w+):([^{}]*)}", phrase))
                shown = [format(places[one], forms.get(one, "")) for one in (name, bound)]
                if places[name] == places[bound] or shown[0] != shown[1]:
                    break
                for one in (name, bound):
                    phrase = re.sub(rf"{{{one}:([^{{}}]*)}}", _finer, phrase)
    return phrase


def _finer(place: re.Match) -> str:
    """{seen:.2f} → {seen:.3f}."""
    return re.sub(r"\.(\d+)", lambda digits: f".{int(digits[1]) + 1}", place[0])


class _Number:
    """A number in a phrase: written as the language does, by the phrase's own format where it has one."""

    def __init__(self, value: float, say: Words) -> None:
        self._value, self._say = value, say

    def __eq__(self, other: object) -> bool:
        return self._value == other

    def __hash__(self) -> int:
        return hash(self._value)

    def __format__(self, form: str) -> str:
        written = format(self._value, form or ("," if isinstance(self._value, int) else "g"))
        digits = self._say.digits(written.removesuffix("%"))
        return digits + self._say("number.per_cent") if written.endswith("%") else digits
