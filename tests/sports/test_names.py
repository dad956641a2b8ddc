"""A sport is its folder: no other Python knows its name, its modes or its own metrics."""

import ast
import re
from pathlib import Path

import pytest

from gametape.sports.files import MetricsFile
from gametape.sports.load import HERE, modes, parse, sports

ROOT = HERE.parents[1]
#: Names that are also everyday words, or words of the craft itself.
EVERYDAY = {"run", "running", "throw", "forehand", "backhand", "presenter"}
ALLOWED = {
    "gametape/ball/checkpoints": "names of published networks",
    "gametape/sample/files.py": "the sidecar of the sample film",
    "gametape/sample/team/files.py": "the sidecar of the team film",
}


def names() -> set[str]:
    own = {name for sport in sports() for name in parse(HERE / sport / "metrics.yaml", MetricsFile).own}
    of_modes = {mode for sport in sports() for mode in modes(sport)}
    return ({*sports(), *of_modes} - EVERYDAY) | own


def words_of(file: Path) -> set[str]:
    """Identifiers and strings of a module, without what is written for its reader: docstrings and comments."""
    tree = ast.parse(file.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found.add(node.value)
        found |= {
            getattr(node, part) for part in ("id", "attr", "name", "arg") if isinstance(getattr(node, part, 0), str)
        }
    return found


def elsewhere() -> list[Path]:
    folders = ("gametape", "assets", "orchestration", "resources", "sensors")
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return [file for file in files if not (file.parent.parent == HERE and file.name == "measures.py")]


def told(file: Path, patterns: re.Pattern) -> set[str]:
    spoken = (re.sub(r"[_ ]+", " ", word) for word in words_of(file))
    return {found[0] for word in spoken for found in patterns.finditer(word.lower())}


@pytest.fixture(scope="module")
def patterns() -> re.Pattern:
    spoken = sorted((name.replace("_", " ") for name in names()), key=len, reverse=True)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(spoken)})(?![a-z])")


def test_no_sport_is_named_in_other_python(patterns):
    found = {str(file.relative_to(ROOT)): words for file in elsewhere() if (words := told(file, patterns))}
    assert {file: words for file, words in found.items() if not file.startswith(tuple(ALLOWED))} == {}
    assert all(any(file.startswith(allowed) for file in found) for allowed in ALLOWED), "what is allowed is needed"


def test_the_search_finds_a_name(tmp_path, patterns):
    file = tmp_path / "some.py"
    file.write_text('"""Of tennis."""\nif sport == "table_tennis":  # or cricket\n    bowling_length = 1\n')
    assert told(file, patterns) == {"table tennis", "bowling length"}
