"""From film to table: every frame asked for once, in source pixels, whatever dies on the way."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape.base.settings import Settings
from gametape.base.work import CHUNK_FRAMES, Checkpoints
from gametape.film.sidecar import Sidecar
from gametape.media.film import Frame
from gametape.pose import estimate, people, pipeline, repaired
from gametape.pose.person import Person
from gametape.tables.pose import POSE_ESTIMATES
from tests.pose.bodies import box, standing


class PaperFilm:
    """A film of black pictures with a mark, at half the source's size, each shown `shown` times."""

    width, height, scale = 1280, 720, (2.0, 2.0)

    def __init__(self, length: int, fps: float = 25, shown: int = 1) -> None:
        self.times, self.shown, self.repeats = np.arange(length) / fps, shown, np.zeros(length, bool)

    def __len__(self) -> int:
        return len(self.times)

    def frames(self, start: int = 0, stop: int | None = None, step: int = 1, **_: object) -> Iterator[Frame]:
        for index in range(start, len(self) if stop is None else stop, step):
            picture = np.zeros((360, 640, 3), np.uint8)
            picture[:40, :40] = 37 * (index // self.shown) % 251  # differs from the one before, whatever the step
            yield Frame(index, float(self.times[index]), picture)


class Clockwork:
    """An estimator that sees two people walk, and dies when told to."""

    name = "clockwork 1"

    def __init__(self, people: int = 2, dies_at: int | None = None) -> None:
        self.count, self.dies_at, self.looked_at, self.closed = people, dies_at, [], False

    def people(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[Person]]]:
        for frame in frames:
            if frame.index == self.dies_at:
                raise RuntimeError("the worker was killed")
            self.looked_at.append(frame.index)
            bodies = [standing(100 + 300 * n + frame.index / 100, 200, 0.8) for n in range(self.count)]
            yield frame, [Person(box(b), np.column_stack([b, np.full(len(b), 0.9)]), 0.9) for b in bodies]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch):
    def install(estimator: Clockwork) -> Clockwork:
        @contextmanager
        def made(_: Settings) -> Iterator[Clockwork]:
            try:
                yield estimator
            finally:
                estimator.close()

        monkeypatch.setattr(pipeline, "estimator_for", made)
        return estimator

    return install


@pytest.mark.parametrize(
    ("start", "stop", "step"), [(0, None, 1), (3, 1300, 7), (599, 601, 1), (0, 9999, 250), (5, 6, 10)]
)
def test_every_frame_asked_for_is_looked_at_once(use, start: int, stop: int | None, step: int):
    length = 2 * CHUNK_FRAMES + 150
    estimator = use(Clockwork())
    table = estimate(PaperFilm(length), start=start, stop=stop, step=step, settings=Settings())
    wanted = list(range(length))[start:stop:step]
    assert estimator.looked_at == wanted
    assert table["frame"].to_pylist() == [frame for frame in wanted for _ in range(2)]
    assert table.schema.equals(POSE_ESTIMATES.schema())
    assert estimator.closed


def test_a_worker_that_dies_resumes_and_gives_the_same_table(use, tmp_path: Path):
    film = PaperFilm(2 * CHUNK_FRAMES + 10)
    use(Clockwork())
    whole = estimate(film, settings=Settings())
    dying = use(Clockwork(dies_at=CHUNK_FRAMES + 5))
    with pytest.raises(RuntimeError, match="killed"):
        estimate(film, settings=Settings(), checkpoints=Checkpoints(tmp_path, "a"))
    assert dying.closed
    resumed = use(Clockwork())
    table = estimate(film, settings=Settings(), checkpoints=Checkpoints(tmp_path, "a"))
    assert resumed.looked_at[0] == CHUNK_FRAMES  # the first chunk was kept
    assert table.equals(whole)


def test_tracks_go_on_over_the_border_of_a_chunk(use):
    use(Clockwork())
    film = PaperFilm(CHUNK_FRAMES + 50)
    seen, frames = (
        estimate(film, settings=Settings()),
        pa.table(
            {
                "shot": np.zeros(len(film), np.int32),
                "time_s": film.times,
                "shown_s": film.times,
                "repeats_previous": film.repeats,
            }
        ),
    )
    who = people(seen, frames, Sidecar(), looked_at=len(film), width=film.width, height=film.height)
    poses = repaired(seen, who, frames)
    assert poses.num_rows == 2 * len(film)
    assert set(who["track"].to_pylist()) == set(poses["track"].to_pylist()) == {1, 2}


def test_pixels_are_the_source_s(use):
    use(Clockwork(people=1))
    row = estimate(PaperFilm(1), settings=Settings()).to_pylist()[0]
    assert (row["nose_x"], row["nose_y"]) == pytest.approx((200, 2 * (200 - 72)), abs=1e-3)
    assert row["x2"] - row["x1"] == pytest.approx(2 * 0.8 * 56, abs=1e-3)
    assert row["nose_c"] == pytest.approx(0.9) and row["estimator"] == "clockwork 1"


def test_a_picture_that_is_shown_twice_is_looked_at_once_and_keeps_its_people(use):
    """Across the border of a chunk it is looked at again: a resumed run does not depend on the one that died."""
    estimator = use(Clockwork())
    film = PaperFilm(CHUNK_FRAMES + 11, shown=2)
    table = estimate(film, settings=Settings())
    assert estimator.looked_at == list(range(0, CHUNK_FRAMES + 11, 2))
    assert table["frame"].to_pylist() == [frame for frame in range(len(film)) for _ in range(2)]
    np.testing.assert_allclose(table["time_s"], np.repeat(film.times, 2))
    nose = table["nose_x"].to_numpy().reshape(-1, 2)
    np.testing.assert_array_equal(nose[:-1:2], nose[1::2])
    assert (np.diff(nose[::2], axis=0) > 0).all()


@pytest.mark.parametrize("step", [1, 2, 3])
def test_repeats_that_the_index_tells_of_are_not_looked_at(use, step: int):
    """A codec may have changed them. With a step, what counts is the picture, not the frame before."""
    estimator, film = use(Clockwork()), PaperFilm(60)
    film.repeats[[3, 4, 9, 10, 11, 20]] = True
    table = estimate(film, step=step, settings=Settings())
    picture = np.maximum.accumulate(np.where(film.repeats, 0, np.arange(60)))[::step]
    first = np.flatnonzero(np.diff(picture, prepend=-1))
    assert estimator.looked_at == np.arange(0, 60, step)[first].tolist()
    nose = table["nose_x"].to_numpy()[::2]
    assert len(nose) == len(picture)
    np.testing.assert_array_equal(
        nose, nose[np.maximum.accumulate(np.where(np.diff(picture, prepend=-1), np.arange(len(picture)), 0))]
    )


def test_nobody_in_the_film_is_a_table_without_rows(use):
    use(Clockwork(people=0))
    table = estimate(PaperFilm(30), settings=Settings())
    assert table.num_rows == 0 and table.schema.equals(POSE_ESTIMATES.schema())


def test_an_empty_window_asks_for_no_weights():
    assert estimate(PaperFilm(30), start=30, settings=Settings(pose_model="no such weights")).num_rows == 0


def test_progress_ends_at_the_whole(use):
    use(Clockwork(people=0))
    told = []
    estimate(PaperFilm(CHUNK_FRAMES + 1), settings=Settings(), progress=lambda done, total: told.append((done, total)))
    assert told == [(CHUNK_FRAMES, CHUNK_FRAMES + 1), (CHUNK_FRAMES + 1, CHUNK_FRAMES + 1)]
