"""Films, weights and settings for the tests of poses."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape.base.errors import Unavailable
from gametape.base.model_store import ModelStore
from gametape.base.settings import Settings
from gametape.film.sidecar import Sidecar
from gametape.media.film import Film
from gametape.media.ingest import ingest
from gametape.pose import estimate, people, repaired
from gametape.pose.weights import KNOWN


@pytest.fixture(scope="session")
def landmarker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MediaPipe's bundle, from the store as a user gets it."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "models"
    store = ModelStore(tmp_path_factory.mktemp("models"), str(beside) if beside.exists() else "", known=KNOWN)
    try:
        return store.fetch("pose_landmarker_full.task")
    except Unavailable as error:
        pytest.skip(f"no weights: {error}")


@pytest.fixture(scope="session")
def chosen(landmarker: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with which the landmarker runs, one person at most."""
    return Settings(home=tmp_path_factory.mktemp("home"), pose_model=str(landmarker), pose_people=1, device="cpu")


@pytest.fixture(scope="session")
def serve(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Film:
    """A tennis serve: one person, 62 frames."""
    return ingested(shared / "data/pose/serve/serve.mp4", tmp_path_factory.mktemp("serve"))


def poses_of(film: Film, settings: Settings, **window: int) -> pa.Table:
    """As an upload without a sidecar gets them."""
    seen = estimate(film, settings=settings, **window)
    frames = pa.table(
        {
            "shot": np.zeros(len(film), np.int32),
            "time_s": film.times,
            "shown_s": film.times,
            "repeats_previous": film.repeats,
        }
    )
    who = people(seen, frames, Sidecar(), looked_at=len(film), width=film.width, height=film.height)
    return repaired(seen, who, frames)


def ingested(source: Path, folder: Path) -> Film:
    made = ingest(source, folder)
    return Film.of(folder / "film.mp4", made.frames, made.width, made.height)
