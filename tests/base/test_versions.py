"""A code version follows what the code does, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gametape
import gametape.base.versions as versions
from gametape.base.versions import craft_version


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of a package whose files a test may change."""
    root = tmp_path / "package"
    (root / "ball").mkdir(parents=True)
    (root / "ball" / "path.py").write_text('"""Doc."""\n\n\ndef gate(x):\n    """Doc."""\n    return x < 4  # why\n')
    (root / "pose").mkdir()
    (root / "pose" / "angles.py").write_text("LIMIT = 1\n")
    monkeypatch.setattr(versions, "_PACKAGE", root)
    monkeypatch.setattr(versions, "_KEPT", tmp_path / "kept" / "versions.json")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    forget()
    yield root
    forget()


def forget():
    craft_version.cache_clear()
    versions._meanings.cache_clear()


def version(*parts: str) -> str:
    """As a new process tells it."""
    forget()
    return craft_version(*parts)


def test_a_changed_constant_changes_its_package_and_no_other(package):
    ball, pose = version("ball"), version("pose")
    (package / "ball" / "path.py").write_text("def gate(x):\n    return x < 5\n")
    assert version("ball") != ball
    assert version("pose") == pose


def test_comments_docstrings_and_layout_do_not_make_tables_stale(package):
    before = version("ball")
    (package / "ball" / "path.py").write_text("def gate( x ):\n    return (x < 4)\n")
    assert version("ball") == before


def test_a_data_file_counts(package):
    before = version("ball")
    (package / "ball" / "thresholds.yaml").write_text("a: 1\n")
    assert version("ball") != before


def test_what_was_read_is_kept_and_a_damaged_note_is_read_anew(package, monkeypatch):
    before = version("ball")
    kept = package.parent / "kept" / "versions.json"
    with monkeypatch.context() as patch:
        patch.setattr(versions, "_meaning", None)  # nothing is read again
        assert version("ball") == before
    for damage in ("", "[1]", "{}", kept.read_text().replace('"by"', '"from"')):
        kept.write_text(damage)
        assert version("ball") == before
    monkeypatch.setattr(versions, "_reader", lambda: "another Python")
    monkeypatch.setattr(versions, "_meaning", lambda file: b"other")
    assert version("ball") != before


def test_a_setting_counts_as_it_is(package):
    assert version("ball", "motion") != version("ball", "network")


def test_a_version_is_the_same_in_another_process_and_place(tmp_path):
    copy = tmp_path / "gametape"
    shutil.copytree(Path(gametape.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    code = "from gametape.base.versions import craft_version; print(craft_version('ball', 'lake'))"
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == craft_version("ball", "lake")
