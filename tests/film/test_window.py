"""The sidecar's seconds and hertz become frames."""

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.film.sidecar import Sidecar
from gametape.film.window import analysis_windows, first_look, frames_of_everybody
from gametape.uploads.sidecars import FILM_SIDECAR

TIMES = np.arange(300) / 30


def windows(times=TIMES, **said):
    return {w.analysis: w for w in analysis_windows(times, Sidecar(**said))}


def of_everybody(**said):
    """In how many frames poses are of everybody."""
    return frames_of_everybody(windows(**said)["pose"], Sidecar(**said)).looked_at


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
    assert (look["ball"].stride, look["pose"].stride) == (1, 1)
    less = Sidecar(trim_start_s=10, trim_end_s=12, sample_rate_hz=2, analyses=("ball",), title="Final")
    assert first_look(less) == less


def test_a_frame_at_the_trims_ends_is_kept_and_the_next_is_not():
    times = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    window = windows(times, trim_start_s=0.5, trim_end_s=1.5)["ball"]
    assert (window.first_frame, window.last_frame) == (1, 3)
    window = windows(times, trim_start_s=0.51, trim_end_s=1.49)["ball"]
    assert (window.first_frame, window.last_frame) == (2, 2)
    assert windows(times, trim_start_s=0.0)["ball"].first_frame == 0


def test_a_trim_that_leaves_nothing_tells_what_it_asks_for():
    with pytest.raises(BadInput, match=r"match\.yaml.*trims to 3 s until 4 s, the film ends at 2\.00 s"):
        analysis_windows(np.array([0.0, 2.0]), Sidecar(trim_start_s=3, trim_end_s=4), "match.yaml")
    with pytest.raises(BadInput, match=r"trims to 0 s until 0\.5 s"):
        analysis_windows(np.array([1.0, 2.0]), Sidecar(trim_end_s=0.5))


def test_a_window_looks_at_every_stride_th_frame_to_its_end():
    window = windows(sample_rate_hz=7)["pose"]
    assert window.stride == 4 and list(window.frames)[:3] == [0, 4, 8]
    assert window.stop == 300 and window.looked_at == 75
    unwanted = windows(analyses=["ball"])["pose"]
    assert unwanted.stop == unwanted.first_frame and not unwanted.wanted
    assert windows(sample_rate_hz=60)["pose"].stride == 1, "no more frames than there are"


def test_a_first_look_lasts_thirty_seconds_from_where_the_analysis_begins():
    assert first_look(Sidecar()).trim_end_s == 30.0 and first_look(Sidecar()).sample_rate_hz == 25.0
    assert first_look(Sidecar(trim_end_s=31)).trim_end_s == 30.0
    assert first_look(Sidecar(trim_end_s=29)).trim_end_s == 29.0
    assert first_look(Sidecar(sample_rate_hz=26)).sample_rate_hz == 25.0
    assert first_look(Sidecar(sample_rate_hz=24)).sample_rate_hz == 24.0


@pytest.mark.parametrize(
    ("fps", "stride"),
    [
        (12, 1),
        (24, 1),
        (25, 1),
        (30, 1),
        (48, 1),
        (49.4, 1),
        (49.9, 2),
        (50, 2),
        (59.94, 2),
        (60, 2),
        (75, 3),
        (120, 4),
        (240, 9),
    ],
)
def test_a_first_look_has_at_least_25_poses_a_second(fps: float, stride: int):
    """Or all there are. With 10 to 12 no stroke was found, and a measure of strokes became one of the whole film."""
    times = np.arange(round(4 * fps)) / fps
    look = {w.analysis: w for w in analysis_windows(times, first_look(Sidecar()))}["pose"]
    assert look.stride == stride and fps / stride >= min(24.75, fps)


def test_where_somebody_is_wanted_poses_are_of_nobody_else():
    hockey = {"sport": "ice hockey", "players": [{"name": "Kim", "number": "20"}]}
    assert of_everybody() == 300
    assert of_everybody(sport="ice hockey") == 300, "nobody is wanted"
    assert windows(**hockey)["pose"].looked_at == 300 and of_everybody(**hockey) == 0
    assert of_everybody(**hockey, analyses=["ball"]) == of_everybody(analyses=["ball"]) == 0
    clicked = [{"clicks": [{"t": 1, "x": 0.5, "y": 0.5}]}]
    assert of_everybody(sport="tennis", players=clicked) == 300
    assert of_everybody(sport="tennis", players=[{"name": "Ana", "number": "7"}]) == 300, "of two"
    assert of_everybody(players=[{"number": "7"}]) == 0, "a number and no sport: one of many"
    assert of_everybody(mode="presenter", players=[{"number": "7"}]) > 0


def test_the_scope_says_that_somebody_is_wanted_and_not_who():
    def scope(**said):
        return FILM_SIDECAR.state(Sidecar(**said)).window

    twenty, seven = ([{"name": name, "number": number}] for name, number in (("Kim", "20"), ("Ana", "7")))
    assert scope(players=twenty) == scope(players=seven) == scope(sport="ice hockey", players=seven) != scope()
    assert scope(sport="tennis", players=[{"name": "Kim"}]) == scope(sport="ice hockey") == scope()
    assert scope(sport="tennis", players=twenty) == scope(), "everybody has poses: the same work"
    said = FILM_SIDECAR.window_of(Sidecar(players=twenty))
    assert FILM_SIDECAR.window_of(said) == said
    faulty = b"titel: Final\nsport: ice hockey\nplayers: [{number: '20'}]\n"
    assert FILM_SIDECAR.readable_window(faulty, "match.yaml") == said
