"""The sidecar's seconds and hertz become frames."""

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.film.sidecar import Sidecar
from gametape.film.window import analysis_windows, first_look

TIMES = np.arange(300) / 30


def windows(times=TIMES, **said):
    return {w.analysis: w for w in analysis_windows(times, Sidecar(**said))}


def test_nothing_said_means_everything():
    for window in windows().values():
        assert (window.first_frame, window.last_frame, window.stride, window.looked_at) == (0, 299, 1, 300)


def test_trim_keeps_the_frames_shown_in_it():
    window = windows(trim_start_s=1.0, trim_end_s=2.0)["ball"]
    assert TIMES[window.first_frame] == pytest.approx(1.0)
    assert TIMES[window.last_frame] == pytest.approx(2.0)


def test_trim_goes_by_true_times_not_by_frame_rate():
    times = np.concatenate([np.arange(10) * 0.5, 5 + np.arange(100) * 0.01])
    window = windows(times, trim_start_s=5.0)["ball"]
    assert (window.first_frame, window.last_frame) == (10, 109)


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
def test_a_sample_rate_thins_poses_alone(fps):
    found = windows(np.arange(10 * fps) / fps, sample_rate_hz=10)
    assert found["pose"].stride == round(fps / 10)
    assert found["ball"].stride == 1


def test_an_analysis_not_wanted_looks_at_nothing():
    found = windows(analyses=["ball"])
    assert found["pose"].looked_at == 0 and found["ball"].looked_at == 300


def test_a_trim_outside_the_film_says_where_the_film_ends():
    with pytest.raises(BadInput, match=r"film ends at 9\.97 s"):
        windows(trim_start_s=60.0)


def test_one_frame_is_a_film():
    assert windows(np.array([0.0]), sample_rate_hz=5)["pose"].looked_at == 1


def test_a_first_look_is_short_and_sparse_and_never_more_than_was_asked_for():
    times = np.arange(3000) / 30
    look = {w.analysis: w for w in analysis_windows(times, first_look(Sidecar(trim_start_s=10)))}
    assert (times[look["ball"].first_frame], times[look["ball"].last_frame]) == (10, 40)
    assert (look["ball"].stride, look["pose"].stride) == (1, 3)
    less = Sidecar(trim_start_s=10, trim_end_s=12, sample_rate_hz=2, analyses=("ball",), title="Final")
    assert first_look(less) == less
