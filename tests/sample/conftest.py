"""A small sample film, made once."""

from pathlib import Path

import pytest

from gametape.sample import Sample, Truth, load_truth, render


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return render(tmp_path_factory.mktemp("sample"), seconds=3.0, size=(320, 180), fps=30, seed=3)


@pytest.fixture(scope="session")
def truth(sample: Sample) -> Truth:
    return load_truth(Path(sample.truth))
