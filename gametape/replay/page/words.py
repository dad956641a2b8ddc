"""The pages' own words, from `languages/<language>.yaml`, beside those of the film's report.

Belongs here: finding them, units of statistics. Does not belong here: how a language writes numbers
(gametape.report.words).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from gametape.base.language import ENGLISH, checked
from gametape.base.own_yaml import read_yaml
from gametape.report.words import Words, phrases

FOLDER = Path(__file__).parent / "languages"
#: Unit of a statistic by how its name begins behind its group; the first that fits.
UNIT_OF = (
    ("percent_", "%"),
    ("avg_speed_percentage", "%"),
    ("shooting_percentage", "%"),
    ("time_", "s"),
    ("avg_powerslide_duration", "s"),
    ("avg_speed", "uu/s"),
    ("avg_distance", "uu"),
    ("total_distance", "uu"),
    ("bpm", "boost/min"),
    ("bcpm", "boost/min"),
    ("avg_amount", "boost"),
    ("amount_", "boost"),
)


def unit_of(statistic: str) -> str:
    """The unit of a statistic by its name, such as boost_bpm; empty for a count.

    >>> unit_of("boost_bpm"), unit_of("movement_percent_ground"), unit_of("core_goals")
    ('boost/min', '%', '')
    """
    key = statistic.split("_", 1)[-1]
    return next((unit for start, unit in UNIT_OF if key.startswith(start)), "")


@cache
def page_words(language: str = ENGLISH) -> Words:
    """The words of a language: the report's and the pages' own. Raises BadInput where there is no such language."""
    own = {**own_phrases(ENGLISH), **own_phrases(checked(language))}
    return Words({**phrases(ENGLISH), **phrases(language), **own}, language)


def own_phrases(language: str) -> dict[str, str | Mapping[str, str]]:
    """The pages' own phrases by key, sections and names joined by dots; none where the language has no file."""
    file = FOLDER / f"{language}.yaml"
    tree = read_yaml(file.read_text("utf-8")) if file.is_file() else {}
    return {f"{section}.{name}": phrase for section, named in tree.items() for name, phrase in named.items()}
