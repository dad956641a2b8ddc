"""Reasons as a table's text: what is written is read back, and nothing else is taken for one."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pyarrow as pa
import pytest

from gametape.base.reason import Reason, several

NESTED = Reason(
    "of_all",
    whole=12_345_678,
    part=np.float32(1.25),
    tiny=-1e-9,
    endless=[np.inf, -np.inf, np.nan],
    word="left_hip",
    not_numbers=["nan", "inf", "7"],
    text='Ana\'s "film", (1, 2) m = here]',
    reasons=[Reason("bare"), Reason("with_one", n=1)],
    nothing=[],
)


@pytest.mark.parametrize("reason", [Reason("bare"), Reason("with_one", n=1), NESTED])
def test_what_is_written_is_read_back(reason: Reason):
    read = Reason.parse(str(reason))
    assert read == reason and read.code == reason.code
    assert repr(read.arguments) == repr(reason.arguments), "nan is not equal to itself"
    assert [type(value) for value in read.arguments.values()] == [type(value) for value in reason.arguments.values()]


def test_numbers_keep_six_digits_and_whole_ones_are_whole():
    assert Reason("r", x=2 / 3, y=4.0, z=7123.4567).arguments == {"x": 0.666667, "y": 4, "z": 7123.46}


def test_a_reason_survives_a_copy_a_pickle_a_table_and_json():
    for again in (copy.deepcopy(NESTED), pickle.loads(pickle.dumps(NESTED))):
        assert again == NESTED and again.code == "of_all" and again.arguments["word"] == "left_hip"
    assert pa.array([NESTED, None], pa.string()).to_pylist() == [str(NESTED), None]
    assert json.loads(json.dumps({"why": NESTED})) == {"why": str(NESTED)}


@pytest.mark.parametrize(
    "text",
    ["", "A", "two words", "r(", "r(x)", "r(x=)", "r(x=1", "r(x=1))", 'r(x="1)', "r(x=1.2.3)", "r(=1)", "r(x=[1)", "r[1]"],
)  # fmt: skip
def test_other_text_is_no_reason(text: str):
    with pytest.raises(ValueError, match="not a reason"):
        Reason.parse(text)


def test_a_code_is_a_plain_name_and_an_argument_something_that_can_be_written():
    with pytest.raises(ValueError, match="no code of a reason"):
        Reason("Never seen")
    with pytest.raises(TypeError, match="an argument of a reason"):
        Reason("r", x=None)


def test_several_reasons_are_one():
    one, two = Reason("a"), Reason("b", n=2)
    assert several([one]) == one
    assert Reason.parse(several([one, two])).arguments["reasons"] == (one, two)
