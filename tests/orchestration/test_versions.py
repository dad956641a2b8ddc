"""A part that an asset uses and its version does not name would change what it makes, and nothing would be stale."""

import ast
from pathlib import Path

import pytest

import gametape
from assets.ball import FLIGHTS_STAND_ON, RALLIES_STAND_ON
from assets.coaching import STROKES_STAND_ON
from assets.report import PROGRESS_STANDS_ON, REPORT_STANDS_ON
from assets.versions import CHECKPOINT_PARTS, ESTIMATE_PARTS, ESTIMATOR, NETWORK_PARTS, PEOPLE_PARTS, TRACK_PARTS

PACKAGE = Path(gametape.__file__).parent
PLUMBING = (
    "base/errors.py", "base/settings.py", "base/storage.py", "film/sidecar.py", "base/language.py", "base/work.py", "base/device.py", "tables/",
    "base/check.py", "film/player.py", "media/",
)  # fmt: skip
"""How things are read, said and kept, not what is made: a change there is told by the data, or changes nothing."""


def used(file: Path) -> set[Path]:
    """The gametape modules that a module imports. A folder's own __init__ does nothing but import."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gametape"):
            for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names)):
                path = PACKAGE.parent / name.replace(".", "/")
                found.add(path.with_suffix(".py"))
    return {path for path in found if path.exists()}


@pytest.mark.parametrize(
    "parts",
    [
        STROKES_STAND_ON,
        ("report", *REPORT_STANDS_ON),
        PROGRESS_STANDS_ON,
        PEOPLE_PARTS,
        (*ESTIMATE_PARTS, *ESTIMATOR.values()),
        (*TRACK_PARTS, "ball/frame_difference.py", *NETWORK_PARTS, *CHECKPOINT_PARTS),
        FLIGHTS_STAND_ON,
        RALLIES_STAND_ON,
        ("pose/repair", "pose/person.py"),
        ("pose/angles.py", "pose/mass.py", "pose/person.py"),
        ("coaching", "movement", "geometry", "sports", "lake/sql.py", "film/window.py", "base/spacing.py"),
    ],
)
def test_a_version_names_all_that_the_asset_stands_on(parts):
    files = [f for part in parts for f in ((PACKAGE / part).rglob("*.py") if "." not in part else [PACKAGE / part])]
    files = [file for file in files if file.suffix == ".py"]
    named = {file.relative_to(PACKAGE).as_posix() for file in files}
    needed = {module.relative_to(PACKAGE).as_posix() for file in files for module in used(file)}
    assert {one for one in needed - named if not one.startswith(PLUMBING)} == set()
