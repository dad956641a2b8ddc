"""What `conftest.py` gives to tests is kept: groups that share a process, and a second try where the machine sets the pace."""

from pathlib import Path

import pytest


def test_the_tests_of_a_folder_run_in_one_process(request: pytest.FixtureRequest):
    if not hasattr(request.config, "workerinput"):
        pytest.skip("all tests run in one process")
    assert request.node.nodeid.endswith("@tests"), "pytest-xdist adds the group where it keeps it"


@pytest.mark.parametrize(("marker", "tries"), [("browser", 2), ("daemon", 2), ("processes", 2), ("slow", 1)])
def test_what_hangs_on_the_machines_pace_is_tried_twice_and_that_is_told(
    pytester: pytest.Pytester, marker: str, tries: int
):
    pytester.makeconftest(
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parents[1])!r})\nfrom tests.conftest import *"
    )
    pytester.makepyfile(f"""
        import pytest

        tried = []

        @pytest.mark.{marker}
        def test_it():
            tried.append(1)
            assert len(tried) == 2, f"try {{len(tried)}}"
    """)
    told = pytester.runpytest("-q", "-raR", "-p", "no:cacheprovider")
    told.assert_outcomes(passed=tries - 1, failed=2 - tries)
    assert ("1 rerun" in told.stdout.str()) == (tries == 2)
