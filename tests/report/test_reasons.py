"""Reasons: every code that the code base can give is worded in every language, with exactly its arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest

import gametape
from gametape.base.language import ENGLISH, languages
from gametape.base.reason import Reason, several
from gametape.report.words import phrases, words

CODE = Path(gametape.__file__).parent
DOCS = CODE.parent / "docs" / "metrics.md"


def given() -> dict[str, set[str]]:
    """The codes that the code base gives, each with the names of its arguments."""
    found: dict[str, set[str]] = {}
    for file in (*CODE.rglob("*.py"), *(CODE.parent / "resources").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "Reason"):
                continue
            where = f"{file.relative_to(CODE.parent)}:{call.lineno}"
            if file.name == "reason.py" and not isinstance(call.args[0], ast.Constant):
                continue  # the parser, which builds what it reads
            assert len(call.args) == 1 and isinstance(call.args[0], ast.Constant), f"{where}: give the code in full"
            names = {one.arg for one in call.keywords}
            assert None not in names, f"{where}: name each argument"
            code = call.args[0].value
            assert found.setdefault(code, names) == names, f"{where}: {code} has other arguments elsewhere"
    for file in (CODE / "sports").glob("*/strokes.yaml"):  # why a sport's strokes have no kind
        for code in re.findall(r"\bunnamed: *(\w+)", file.read_text("utf-8")):
            found.setdefault(code, set())
    return found


def places(phrase: str | Mapping[str, str]) -> set[str]:
    forms = phrase.values() if isinstance(phrase, Mapping) else [phrase]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


def test_the_search_for_codes_finds_them():
    codes = given()
    assert len(codes) > 100
    assert codes["strokes_too_few"] == {"n", "needed"} and codes["serve_is_overhead"] == set()
    assert codes["several"] == {"reasons"}


@pytest.mark.parametrize("language", languages())
def test_every_code_has_its_phrase_with_exactly_its_arguments(language: str):
    phrased = {
        key.removeprefix("reason."): places(phrase)
        for key, phrase in phrases(language).items()
        if key.startswith("reason.")
    }
    assert phrased == given()


def test_the_documentation_lists_every_code():
    rows = re.findall(r"^\| `(\w+)(?:\(([\w, ]*)\))?` \| (.*) \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    listed = {code: (arguments, text) for code, arguments, text in rows if f"reason.{code}" in words()}
    english = phrases(ENGLISH)
    assert listed == {
        code: (", ".join(sorted(arguments)), in_words(english[f"reason.{code}"])) for code, arguments in given().items()
    }, "write the table again: python -m tests.report.test_reasons"


def in_words(phrase: str | Mapping[str, str]) -> str:
    """A phrase as the documentation shows it; of one that counts, as it reads for several."""
    return re.sub(r"{(\w+)[^}]*}", r"*\1*", phrase if isinstance(phrase, str) else phrase["other"])


def table() -> str:
    """The table of the documentation."""
    english, lines = phrases(ENGLISH), ["| reason | in words |", "|---|---|"]
    for code, arguments in sorted(given().items()):
        text = in_words(english[f"reason.{code}"])
        listed = f"({', '.join(sorted(arguments))})" if arguments else ""
        lines.append(f"| `{code}{listed}` | {text} |")
    return "\n".join(lines)


def test_a_reason_is_worded_as_its_language_writes_numbers_and_names():
    english, german = words(), words("de")
    limb = Reason("ball_is_a_limb", share=0.714)
    assert "in 71% of its frames" in english.reason(limb) and "in 71\u00a0% seiner Bilder" in german.reason(limb)
    short = Reason("joints_seldom_seen", joints=["left_elbow", "mid_hip"], n=1234, needed=8)
    assert english.reason(short).startswith("not seen for long enough: left elbow and hips, in 1,234 samples")
    assert german.reason(short).startswith("nicht lange genug zu sehen (linker Ellbogen und Hüfte): 1.234")
    assert german.reason(Reason("balls_too_few", n=0, needed=4, metres=0.3)).startswith(
        "für zu wenige Bälle auf 0,3 m genau bekannt: 0"
    )
    outside = Reason("marks_outside", marks="(1, 2) m", width=1280, height=720)
    assert english.reason(outside) == "(1, 2) m: far outside the picture of 1280 × 720 px"


def test_a_reason_within_a_reason_is_worded_too():
    arm = Reason("playing_arm_not_clear", reason=Reason("wrist_not_surely_seen"))
    assert words("de").reason(arm).endswith("eines der Handgelenke ist bei der Aktion nicht sicher zu sehen")
    both = several([Reason("chosen_by_rule", track=1), Reason("close_call", track=3)])
    called = words("de").reason(both, {1: "Ana"})
    assert called.startswith("Ana: am längsten zu sehen") and "; knapp vor Person 3:" in called


def test_a_table_of_another_version_is_shown_as_it_is():
    for text in ("a sentence of old", "never_heard_of(n=1)", "strokes_too_few(known=1)"):
        assert words("de").reason(text) == text


if __name__ == "__main__":
    start, rest = DOCS.read_text("utf-8").split("<!-- reasons -->\n", 1)
    DOCS.write_text(f"{start}<!-- reasons -->\n{table()}\n{rest[rest.index('<!-- /reasons -->') :]}", "utf-8")
