"""Fixtures that every test may use."""

from pathlib import Path

import pytest

pytest_plugins = ("tests.s3", "tests.postgres")  # servers on loopback: s3_uri, postgres_url


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real footage and labels beside the project; tests that need them skip where they are not."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.exists():
        pytest.skip("real footage (../shared) is not on this machine")
    return folder
