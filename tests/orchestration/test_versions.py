"""An edit changes the code version of the assets that use what was edited, and of no other."""

import ast
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import gametape
from assets.versions import CHOICES
from gametape.base.versions import PLUMBING, Code
from orchestration.definitions import defs

ROOT = Path(gametape.__file__).parents[1]
Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the code, whose files a test may change."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("gametape", "assets", "models"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def code_versions(root: Path) -> dict[str, str]:
    """Of each asset, as a new process finds them there."""
    code, found = Code(root / "gametape", root / "versions.json"), {}
    for name, (function, choice) in CHOICES.items():
        file = root / Path(function.__code__.co_filename).relative_to(ROOT)
        found[name] = code.version(file, name, choice.values, choice.without, choice.alone)
    return found


def changed(name: str) -> Edit:
    """Another first number in the definition of this name, or one more statement where it has none."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        [node] = [one for one in ast.parse(text).body if name in defined_by(one)]
        numbers = [one for one in ast.walk(node) if isinstance(one, ast.Constant) and type(one.value) in (int, float)]
        if numbers:
            first = min(numbers, key=lambda one: (one.lineno, one.col_offset))
            line = lines[first.lineno - 1].encode()
            line = line[: first.col_offset] + f"{first.value + 1}".encode() + line[first.end_col_offset :]
            lines[first.lineno - 1] = line.decode()
        else:
            indent = " " * node.body[-1].col_offset
            lines.insert(node.end_lineno, f"{indent}edited = True\n")
        return "".join(lines)

    return edit


def defined_by(node: ast.stmt) -> set[str]:
    targets = getattr(node, "targets", [])
    return {getattr(node, "name", ""), *(one.id for one in targets if isinstance(one, ast.Name))}


def replaced(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


#: Each edit, and the assets whose code version follows.
EDITS: dict[str, tuple[str, Edit, set[str]]] = {
    "a comment": ("gametape/strokes/find.py", lambda text: f"# why\n{text}  # because\n", set()),
    "ball tracking": ("gametape/ball/tracking.py", changed("GAP_S"), {"ball_trajectory"}),
    "the tracker that is not chosen": ("gametape/ball/frame_difference.py", changed("MotionCandidates"), set()),
    "the estimator that is not chosen": ("gametape/pose/yolo.py", changed("YoloPose"), set()),
    "the stroke finder": ("gametape/strokes/find.py", changed("find_strokes"), {"strokes"}),
    "training": ("gametape/training/ball/data.py", changed("CROP"), set()),
    "evaluation": ("gametape/evaluation/events.py", changed("read_points"), set()),
    "a check": ("gametape/ball/checks.py", changed("events_are_sound"), {"ball_events"}),
    "a picture beside a costly table": ("gametape/ball/plot.py", changed("plot_trajectory"), set()),
    "the report's style": ("gametape/report/page.css", lambda text: text + "\np {margin: 0}", {"report"}),
    "the page's script": ("gametape/report/script/plot.js", replaced("BELOW = 18", "BELOW = 19"), {"report"}),
    "a section of the page": ("gametape/report/templates/play.html", replaced("strokes", "swings"), {"report"}),
    "pose angles": ("gametape/pose/angles.py", changed("joint_angles"), {"joint_angles"}),
    "a column's description": ("gametape/tables/ball.py", replaced("confidence float32 confidence", "confidence float32 of 0"), set()),
    "a column": (
        "gametape/tables/coaching.py", replaced("target float64!", "target float32!"), {"goal_outcomes", "report"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_the_versions_of_what_uses_it(copy, monkeypatch, name):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)  # what was read of the copy is kept for the next edit
    name, edit, expected = EDITS[name]
    file = copy / name
    before, text = code_versions(copy), file.read_text("utf-8")
    file.write_text(edit(text), "utf-8")
    assert file.read_text("utf-8") != text
    try:
        after = code_versions(copy)
    finally:
        file.write_text(text, "utf-8")
    assert {asset for asset in before if before[asset] != after[asset]} == expected


def test_the_networks_weights_count(copy):
    parts = {name: parts_of(copy, name) for name in ("ball_trajectory", "ball_events")}
    assert {part for part in parts["ball_trajectory"] if "/" in part} == {
        "models/ball/ball.onnx",
        "models/ball/weights.npz",
    }
    assert {part for part in parts["ball_events"] if "/" in part} == {"models/ball_events/weights.npz"}


def parts_of(root: Path, name: str) -> set[str]:
    function, choice = CHOICES[name]
    file = root / Path(function.__code__.co_filename).relative_to(ROOT)
    return set(Code(root / "gametape", root / "versions.json").parts(file, name, choice.without, choice.alone))


def test_every_asset_has_a_version_of_its_own(copy):
    versions = {spec.key.to_user_string(): spec.code_version for spec in defs.resolve_all_asset_specs()}
    assert set(versions) == set(CHOICES)
    assert versions == code_versions(copy)
    assert len(set(versions.values())) == len(versions)


def test_what_is_left_out_by_name_exists(copy):
    code = Code(copy / "gametape", copy / "versions.json")
    named = {name for _, choice in CHOICES.values() for name in (*choice.without, *choice.alone)}
    assert [name for name in (*PLUMBING, *named) if not name.startswith("*") and not code.has(name)] == []


#: What reads the sports' files or the words of reports, and the asset of rules whose data version tells what it reads.
READERS = {
    "gametape.sports.load.stroke_rules_for": "stroke_rules",
    "gametape.sports.load.limits_for": "limits",
    "gametape.sports.load.texts_for": "coaching_texts",
    "gametape.sports.load.limited_sports": "report_words",
    "gametape.sports.courts.court_of": "courts",
    "gametape.sports.courts.ball_bounces": "courts",
    "gametape.report.words.phrases": "report_words",
}


def test_whatever_reads_rules_has_them_as_an_input(copy):
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    parents = {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs.items()}
    for asset in CHOICES:
        needed = {rules for reader, rules in READERS.items() if reader in parts_of(copy, asset)}
        assert needed <= parents[asset], asset
    assert not [part for asset in CHOICES for part in parts_of(copy, asset) if part.startswith("gametape/sports")]
    assert not [part for asset in CHOICES for part in parts_of(copy, asset) if part.startswith("gametape/report/lang")]
