"""A code version follows the code that a function uses, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gametape
from gametape.base import definitions, versions
from gametape.base.versions import Code, code_version, text_version

FILES = {
    "asset.py": """
        import pyarrow as pa
        from gametape.film import LIMITS
        from gametape.checks import is_sound

        SIDES = 2

        @declare(group="ball", kinds=LIMITS)
        def strokes(metrics, film: "pa.Table"):
            \"\"\"Doc.\"\"\"
            from gametape.strokes import find as look
            return is_sound(look(film), SIDES)

        def metrics(): ...
    """,
    "gametape/__init__.py": "",
    "gametape/film.py": "LIMITS = 1",
    "gametape/checks.py": """
        def is_sound(table, sides): return table
        def other_is_sound(table): return table
    """,
    "gametape/strokes/__init__.py": """
        from gametape.strokes.finder import find
        from gametape.strokes.form import form
    """,
    "gametape/strokes/finder.py": """
        from __future__ import annotations
        from pathlib import Path
        from typing import TYPE_CHECKING
        import gametape.strokes.rules as rules
        from gametape.base.errors import BadInput
        from . import motion
        if TYPE_CHECKING:
            from gametape.camera import Film

        FOLDER = Path(__file__).parent
        WORDS = FOLDER / "words.yaml"
        PAGE = Path(__file__).with_name("page.css")
        unused = 3

        def find(film: Film):
            \"\"\"Doc.\"\"\"
            unused = rules.SPEED + motion.rest(film)  # why
            try:
                return [form for form in film], WORDS, PAGE, unused
            except BadInput:
                return None

        def form(): ...
    """,
    "gametape/strokes/form.py": "def form(): return 0",
    "gametape/strokes/rules.py": "SPEED = 1.5\nREACH = 2",
    "gametape/strokes/motion.py": """
        MEASURES = {}
        def measure(function):
            MEASURES[function.__name__] = function
            return function
        @measure
        def lean(film): return 4
        def rest(film): return len(MEASURES)
    """,
    "gametape/strokes/words.yaml": "a: 1  # one\nb: [2, 3]\n",
    "gametape/strokes/page.css": "p {}",
    "gametape/strokes/notes.yaml": "a: 1",
    "gametape/camera.py": "class Film:\n    def pictures(self): return 1",
    "gametape/base/__init__.py": "",
    "gametape/base/errors.py": "class BadInput(Exception): ...",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small package and an asset that uses it."""
    import textwrap

    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))
    return tmp_path


def version(root: Path, *values: str, **left: tuple[str, ...]) -> str:
    """As a new process finds it."""
    return Code(root / "gametape").version(root / "asset.py", "strokes", values, **left)


def parts(root: Path, **left: tuple[str, ...]) -> set[str]:
    return set(Code(root / "gametape").parts(root / "asset.py", "strokes", **left))


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert text.count(old) == 1
    (root / file).write_text(text.replace(old, new))


def test_the_walk_finds_what_the_function_uses(root):
    assert parts(root) == {
        "asset.strokes",
        "asset.SIDES",
        "gametape.checks.is_sound",
        "gametape.strokes.finder.find",
        "gametape.strokes.finder.WORDS",
        "gametape.strokes.finder.PAGE",
        "gametape.strokes.rules.SPEED",
        "gametape.strokes.motion.rest",
        "gametape.strokes.motion.MEASURES",
        "gametape.strokes.motion.measure",
        "gametape.strokes.motion.lean",  # a decorator registers it: nobody names it
        "gametape.strokes.motion.",
        "gametape.camera.Film",  # named by an annotation
        "gametape/strokes/words.yaml",
        "gametape/strokes/page.css",
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("asset.py", "SIDES = 2", "SIDES = 3"),
        ("asset.py", "(look(film), SIDES)", "(look(film), -SIDES)"),
        ("gametape/checks.py", "def is_sound(table, sides): return table", "def is_sound(table, sides): return None"),
        ("gametape/strokes/finder.py", "form for form in film", "form for form in film[1:]"),
        ("gametape/strokes/rules.py", "SPEED = 1.5", "SPEED = 1.6"),
        ("gametape/strokes/motion.py", "return 4", "return 5"),
        ("gametape/camera.py", "return 1", "return 2"),
        ("gametape/strokes/words.yaml", "[2, 3]", "[3, 2]"),
        ("gametape/strokes/page.css", "p {}", "q {}"),
    ],
)
def test_an_edit_of_what_is_used_is_another_version(root, file, old, new):
    before = version(root)
    edit(root, file, old, new)
    assert version(root) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("asset.py", '"ball"', '"pose"'),
        ("asset.py", "def metrics(): ...", "def metrics(): return 1"),
        ("asset.py", '"""Doc."""', '"""More."""'),
        ("gametape/film.py", "1", "2"),
        ("gametape/checks.py", "def other_is_sound(table): return table", "def other_is_sound(table): ..."),
        ("gametape/strokes/finder.py", "# why", "# because"),
        ("gametape/strokes/finder.py", "(film: Film)", "( film:Film )"),
        ("gametape/strokes/finder.py", "unused = 3", "unused = 4"),
        ("gametape/strokes/finder.py", "def form(): ...", "def form(): return 1"),
        ("gametape/strokes/form.py", "0", "1"),
        ("gametape/strokes/rules.py", "REACH = 2", "REACH = 3"),
        ("gametape/strokes/words.yaml", "a: 1  # one\nb: [2, 3]", "b: [2, 3]\na: 1"),
        ("gametape/strokes/notes.yaml", "1", "2"),
        ("gametape/base/errors.py", "...", "pass"),
    ],
)
def test_an_edit_of_anything_else_is_none(root, file, old, new):
    before = version(root)
    edit(root, file, old, new)
    assert version(root) == before


def test_a_folder_that_is_named_counts_with_all_its_data_files(root):
    edit(root, "gametape/strokes/finder.py", "film], WORDS", "film], FOLDER")
    assert {part for part in parts(root) if "/" in part} == {
        f"gametape/strokes/{name}" for name in ("words.yaml", "page.css", "notes.yaml")
    }


def test_what_the_settings_do_not_use_is_left_out(root):
    without = parts(root, without=("gametape.strokes.motion", "gametape.checks.is_sound", "gametape/strokes/page.css"))
    assert not {part for part in without if "motion" in part or "checks" in part or "css" in part}
    assert "gametape/strokes/words.yaml" in without


def test_what_counts_alone_brings_nothing_along(root):
    found = parts(root, without=("gametape.strokes.motion",), alone=("gametape.strokes.motion.rest",))
    assert {part for part in found if "motion" in part} == {"gametape.strokes.motion.rest"}
    assert "gametape.base.errors.BadInput" in parts(root, alone=("gametape.base.errors",))


def test_a_setting_counts_as_it_is(root):
    assert version(root, "cut-off 6") != version(root, "cut-off 10")


def test_the_description_of_a_column_does_not_count(root):
    (root / "gametape/camera.py").write_text('Film = Table("film", columns("frame int32! number"))')
    before = version(root)
    (root / "gametape/camera.py").write_text('Film = Table("film", columns("frame int32! number from 0"))')
    assert version(root) == before
    (root / "gametape/camera.py").write_text('Film = Table("film", columns("frame int64! number"))')
    assert version(root) != before


def test_what_was_read_is_kept_and_a_damaged_note_is_read_anew(root, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    kept = root / "kept" / "versions.json"

    def again() -> str:
        return Code(root / "gametape", kept).version(root / "asset.py", "strokes")

    before = again()
    with monkeypatch.context() as patch:
        patch.setattr(versions, "read_source", None)  # nothing is read again
        assert again() == before
    for damage in ("", "[1]", "{}", kept.read_text().replace('"by"', '"from"')):
        kept.write_text(damage)
        assert again() == before
    edit(root, "gametape/strokes/rules.py", "SPEED = 1.5", "SPEED = 1.6")
    assert again() != before
    read = []
    monkeypatch.setattr(versions, "_reader", lambda: "another Python")
    monkeypatch.setattr(versions, "read_source", lambda *a, **k: read.append(a) or definitions.read_source(*a, **k))
    again()
    assert read


def test_a_version_is_the_same_in_another_process_and_place(tmp_path):
    from gametape.strokes import find_strokes

    copy = tmp_path / "gametape"
    shutil.copytree(Path(gametape.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "from gametape.base.versions import code_version; from gametape.strokes import find_strokes;"
        "print(code_version(find_strokes, 'x'))"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == code_version(find_strokes, "x")


def test_texts_have_a_version():
    assert text_version("a", "b") == text_version("a", "b") != text_version("ab")
