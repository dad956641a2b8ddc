"""The report's words: whole in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from gametape.errors import BadInput
from gametape.report.words import ENGLISH, languages, phrases, words


def places(phrase: str | Mapping[str, str]) -> set[str]:
    forms = phrase.values() if isinstance(phrase, Mapping) else [phrase]
    return {name for form in forms for name in re.findall(r"{(\w+)}", form)}


def test_one_and_many_are_told_apart():
    say = words()
    assert say("count.bounce", n=1) == "1 bounce" and say("count.bounce", n=1200) == "1,200 bounces"


@pytest.mark.parametrize("language", languages())
def test_every_language_says_everything_with_the_same_places(language: str):
    here, english = phrases(language), phrases(ENGLISH)
    assert set(here) == set(english)
    assert {key: places(here[key]) for key in here} == {key: places(english[key]) for key in here}


def test_a_language_without_a_file_is_named():
    with pytest.raises(BadInput, match="tlh"):
        words("tlh")
