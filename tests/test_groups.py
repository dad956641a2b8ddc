"""Tests that need each other's process get it: the groups that `conftest.py` gives are kept by pytest-xdist."""

import pytest


def test_the_tests_of_a_folder_run_in_one_process(request: pytest.FixtureRequest):
    if not hasattr(request.config, "workerinput"):
        pytest.skip("all tests run in one process")
    assert request.node.nodeid.endswith("@tests"), "pytest-xdist adds the group where it keeps it"
