"""The views that lines propose."""

import numpy as np
import pytest

from gametape.court import candidates
from gametape.court.lines import Lines
from gametape.court.model import model_of
from gametape.court.tried import laid
from gametape.sports.courts import court_of
from tests.court.rendered import random_view


def drawn(ends: np.ndarray, share: np.ndarray) -> Lines:
    """Straight lines with these ends (m, 2, 2) px, of which such a share (m,) is seen."""
    along = ends[:, 1] - ends[:, 0]
    length = np.linalg.norm(along, axis=1)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
    line = np.column_stack([normal, -np.sum(normal * ends[:, 0], axis=1)])
    covered = share * length
    order = np.argsort(-covered)
    return Lines(line[order], ends[order], covered[order], [np.zeros(0, int)] * len(ends))


def seen(view: np.ndarray, places: np.ndarray) -> np.ndarray:
    at = places @ view[:, :2].T + view[:, 2]
    return at[..., :2] / at[..., 2:]


@pytest.mark.parametrize("seed", range(6))
def test_a_plain_family_makes_up_for_a_crowded_one(seed):
    """Nine other lines run across the court, seen longer than its own four; those along it are plain."""
    rng = np.random.default_rng(seed)
    camera = random_view(rng, court_of("pickleball"), "side")
    model, view = model_of(camera.court), camera.ground
    half = 1.6 * model.half[0]
    others = [[(-half, y), (half, y)] for y in rng.uniform(-1.3 * model.half[1], 1.3 * model.half[1], 9)]
    share = np.concatenate([np.where(model.axis == 1, 0.6, 1.0), np.ones(len(others))])
    lines = drawn(seen(view, np.concatenate([model.ends, others])), share)
    truth = laid(view, model)
    off = [
        np.abs(laid(one, model)[side] - truth[0]).max()
        for part in candidates.views(lines, model, camera.width, camera.height)
        for one in part
        for side in (0, 1)
    ]
    assert min(off) < 2.0
