"""Lakes for tests."""

from pathlib import Path

import pytest

from gametape.lake.store import Lake


@pytest.fixture(params=["disk", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """The same tests on a folder and on S3."""
    if request.param == "disk":
        return Lake(str(tmp_path / "lake"))
    return Lake(request.getfixturevalue("s3_uri"))
