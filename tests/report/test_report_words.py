"""The report's words: whole in every language, and nowhere but there."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gametape.base.errors import BadInput
from gametape.base.language import ENGLISH, FOLDER, checked, languages
from gametape.base.settings import Settings
from gametape.film.sidecar import Player, Sidecar, parse_sidecar
from gametape.report import build_report
from gametape.report.bundle import bundle
from gametape.report.words import phrases, words
from gametape.sports.load import metric_names
from tests.report import made_film as made

REPORT = FOLDER.parent
CODE = sorted(file.stem for file in REPORT.glob("*.py") if file.stem not in ("words", "bundle", "__init__"))
OTHERS = [language for language in languages() if language != ENGLISH]


def places(phrase: str | Mapping[str, str]) -> set[str]:
    forms = phrase.values() if isinstance(phrase, Mapping) else [phrase]
    return {name for form in forms for name in re.findall(r"{(\w+)[:}]", form)}


def shape(part: object) -> object:
    """What two languages must share: keys, how many cues and drills, and a drill's figures."""
    if isinstance(part, dict):
        return {key: shape(value) for key, value in part.items()}
    if isinstance(part, list):
        return [shape(value) for value in part]
    return sorted(places(part)), re.findall(r"\d+ x \d+", part)


def test_singular_and_plural():
    say = words()
    assert say("count.bounce", n=1) == "1 bounce" and say("count.bounce", n=1200) == "1,200 bounces"


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_phrase_with_the_same_places(language: str):
    here, english = phrases(language), phrases(ENGLISH)
    assert set(here) == set(english)
    assert {key: places(here[key]) for key in here} == {key: places(english[key]) for key in here}


@pytest.mark.parametrize("language", languages())
def test_every_metric_has_a_name_and_an_explanation(language: str):
    say = words(language)
    for name in metric_names():
        assert "_" not in say.metric(name), name
        assert f"how.{name}" in say or re.fullmatch(r"(left|right)_(elbow|shoulder|hip|knee)_\w+", name), name


def test_numbers_are_written_as_the_language_does():
    english, german = words(), words("de")
    assert [say.with_unit(-1234.5, "px") for say in (english, german)] == ["−1,234 px", "−1.234 px"]
    assert [say.with_unit(0.104, "share") for say in (english, german)] == ["10.4%", "10,4\u00a0%"]
    assert german.clock(83.5, 1) == "1:23,5" and german.with_unit(0.0604, "s") == "0,06 s"
    assert german.with_unit(0.35, "heights/s") == "0,35 Körperhöhen/s"


@pytest.mark.parametrize("make", [lambda: checked("tlh"), lambda: words("tlh")])
def test_an_unknown_language_is_refused_with_the_known_ones(make):
    with pytest.raises(BadInput, match=r"tlh.*de, en"):
        make()


def test_an_unknown_language_in_a_sidecar_or_a_setting_is_refused(monkeypatch):
    with pytest.raises(BadInput, match=r"language.*tlh.*de, en"):
        parse_sidecar(b"language: tlh", "match.yaml")
    monkeypatch.setenv("GAMETAPE_LANGUAGE", "tlh")
    with pytest.raises(ValueError, match="de, en"):
        Settings()


def test_the_sidecars_language_counts_before_the_settings():
    assert Sidecar(language="en").in_language("de").language == "en"
    assert Sidecar().in_language("de").language == "de"


# -- all words come from the language files ------------------------------------------------------------


@pytest.mark.parametrize("template", sorted((REPORT / "templates").glob("*.html")), ids=lambda file: file.stem)
def test_a_template_has_no_words_of_its_own(template: Path):
    text = template.read_text("utf-8")
    text = re.sub(r"<(svg|style|pre|code)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
    written = re.findall(r"(?:title|aria-label|alt)=\"([^\"]*)\"", text)
    written += re.sub(r"<[^>]*>", " ", text).split()
    own = {word for word in written if re.search(r"[A-Za-z]{2,}", html.unescape(word))}
    assert own <= {"px/s", "60", "gametape"}, own


def test_the_script_has_no_words_of_its_own():
    code = re.sub(r"//.*", "", bundle(REPORT / "script", "main.js"))
    literals = [one or two for one, two in re.findall(r'"([^"\n]*)"|`([^`]*)`', code)]
    plain = [re.sub(r"\$\{[^}]*\}", "", one) for one in literals]
    # A sentence begins with a capital or has three words; selectors, fonts and names of events have neither.
    own = [one for one in plain if re.match(r"[A-Z][a-z]+( |$)", one) or re.search(r"[a-z]+ [a-z]+ [a-z]+", one)]
    keys = {"Enter", "Infinity", "use strict"}
    assert [one for one in own if one not in keys] == []


@pytest.mark.parametrize("module", CODE)
def test_the_code_has_no_words_of_its_own(module: str):
    tree = ast.parse((REPORT / f"{module}.py").read_text("utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ("query", "read", "literal", "join"):
            silent |= {id(node) for node in ast.walk(call)}
        if isinstance(call, ast.Raise):  # for whoever calls it, not for a reader of the report
            silent |= {id(node) for node in ast.walk(call)}
        if isinstance(call, ast.Assign) and ast.unparse(call.targets[0]) in ("same", "of_player"):  # SQL
            silent |= {id(node) for node in ast.walk(call)}
    literals = (one for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    plain = [re.sub("<.*", "", one.value) for one in literals if id(one) not in silent]
    assert [text for text in plain if re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_report_in_another_language_has_no_english(tmp_path: Path, language: str):
    from pypdf import PdfReader

    sidecar = Sidecar(title="T", sport="tennis", language=language, players=(Player(name="Ana"),))
    given = made.play_input(made.steady(240), sidecar=sidecar)
    given = replace(given, goals=made.make_input(made.steady(60)).goals, plan=made.make_input(made.steady(60)).plan)
    files = build_report(given, tmp_path)
    page = html.unescape(files.page.read_text("utf-8"))
    assert f'<html lang="{language}">' in page
    script = page.index("window.gametapeChunk")
    paper = " ".join(" ".join(one.extract_text() for one in PdfReader(files.pdf).pages).split())
    here, english = phrases(language), phrases(ENGLISH)
    left = [
        (key, form)
        for key, phrase in english.items()
        for form in (phrase.values() if isinstance(phrase, Mapping) else [phrase])
        if len(form) > 11 and "{" not in form and here[key] != phrase
        if key != "metric.head_stability"  # the made film has a metric of that name, and no words for it
        if re.search(rf"\b{re.escape(form)}\b", page[:script]) or re.search(rf"\b{re.escape(form)}\b", paper)
    ]
    assert left == []
