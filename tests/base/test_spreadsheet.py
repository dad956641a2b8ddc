"""A text of somebody else's is no formula in our CSV files."""

import pytest

from gametape.base.spreadsheet import harmless


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "-", "=", '=HYPERLINK("x","y")'])
def test_a_formula_gets_an_apostrophe(text: str):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "Final", "a=b", "-4.2", "+1e3", "'=1", -4.2, None, True])
def test_everything_else_stays(value: object):
    assert harmless(value) is value
