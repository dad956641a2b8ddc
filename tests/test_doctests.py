"""The examples in docstrings hold."""

import doctest
import importlib
from pathlib import Path

import pytest

import gametape

ROOT = Path(gametape.__file__).parent
MODULES = [
    file.relative_to(ROOT.parent).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    for file in sorted(ROOT.rglob("*.py"))
    if ">>> " in file.read_text("utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted and not result.failed
