"""A house with an empty upload folder."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from films import House

from gametape.settings import Settings
from resources.uploads import UploadStoreResource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


@pytest.fixture
def house(tmp_path: Path, folder: Path) -> Iterator[House]:
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        uploads = UploadStoreResource(base_uri=str(folder), memo=str(tmp_path / "memo.sqlite"))
        yield House(instance, uploads, Settings(home=tmp_path, settle_seconds=0))
