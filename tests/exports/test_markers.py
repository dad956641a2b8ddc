"""TRC and C3D hold what the poses table holds, in stated units, at a constant rate, and nothing else."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gametape.base.errors import BadInput, Unavailable
from gametape.exports import export
from gametape.film.sidecar import Sidecar
from tests.exports.small import VIDEO, even, lake_of, walking


@dataclass(frozen=True)
class Trc:
    header: dict[str, str]
    names: list[str]
    frames: np.ndarray
    times: np.ndarray
    places: np.ndarray  # (frames, markers, 3)


def read_trc(path: Path) -> Trc:
    """By the format's description alone: five lines of header, a blank one, rows of tab-separated numbers."""
    lines = path.read_text(encoding="ascii").splitlines()
    assert lines[0].split("\t") == ["PathFileType", "4", "(X/Y/Z)", path.name]
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    titles = lines[3].split("\t")
    assert titles[:2] == ["Frame#", "Time"]
    names = titles[2::3]
    axes = [f"{axis}{n}" for n in range(1, len(names) + 1) for axis in "XYZ"]
    assert lines[4].split("\t") == ["", "", *axes] and lines[5] == ""
    rows = np.array([[float(field) for field in line.split("\t")] for line in lines[6:]])
    assert rows.shape == (int(header["NumFrames"]), 2 + 3 * int(header["NumMarkers"]))
    return Trc(header, names, rows[:, 0], rows[:, 1], rows[:, 2:].reshape(len(rows), -1, 3))


def trc(lake, out: Path, track: int = 0) -> Trc:
    return read_trc(export(lake, VIDEO, "trc", out).folder / f"{VIDEO}_track{track}.trc")


def test_metres_by_the_measured_scale_and_y_up(tmp_path):
    times = even(3)
    read = trc(lake_of(tmp_path / "lake", times, {0: walking(range(3), times)}, scale={0: 50.0}), tmp_path)
    assert read.names == ["nose", "left_hip"]
    assert read.header["Units"] == "m" and float(read.header["DataRate"]) == 30
    np.testing.assert_allclose(read.places[:, 0], [[0.40, 1.4, 0], [0.44, 1.4, 0], [0.48, 1.4, 0]], atol=1e-6)
    np.testing.assert_allclose(read.places[:, 1], [[0.4, 0.8, 0]] * 3, atol=1e-6)
    np.testing.assert_allclose(read.times, times, atol=1e-6)


@pytest.mark.parametrize("scale", [None, {}, {0: None}, {1: 50.0}])
def test_without_the_players_scale_the_unit_is_px_and_says_so(tmp_path, scale):
    times = even(2)
    made = export(lake_of(tmp_path / "lake", times, {0: walking(range(2), times)}, scale=scale), VIDEO, "trc", tmp_path)
    read = read_trc(made.folder / made.files[0].name)
    assert read.header["Units"] == made.files[0].unit == "px"
    assert made.files[0].notes[0].startswith("pixels: ")
    np.testing.assert_allclose(read.places[0], [[20, 70, 0], [20, 40, 0]])


def test_another_persons_scale_is_not_borrowed(tmp_path):
    times = even(4)
    people = {0: walking(range(4), times), 3: walking(range(1, 3), times, x=120)}
    lake = lake_of(tmp_path / "lake", times, people, scale={0: 50.0})
    assert [(f.track, f.unit) for f in export(lake, VIDEO, "trc", tmp_path).files] == [(0, "m"), (3, "px")]
    late = trc(lake, tmp_path, track=3)
    # Frame numbers and times are the film's: two people's files line up.
    assert late.frames.tolist() == [2, 3] and late.header["OrigDataStartFrame"] == "2"
    np.testing.assert_allclose(late.times, times[1:3], atol=1e-6)
    np.testing.assert_allclose(late.places[:, 0, 0], [122, 124], atol=1e-5)


def test_gaps_and_unsure_keypoints_are_not_filled(tmp_path):
    times = even(9)
    seen = walking([0, 1, 2, 6, 7, 8], times)
    seen[1]["left_hip"] = (20, 60, 0.49)
    seen[2]["nose"] = (500.0, 500.0, 0.1)
    read = trc(lake_of(tmp_path / "lake", times, {0: seen}), tmp_path)
    known = np.isfinite(read.places).all(axis=2)
    assert known[:, 0].tolist() == [True, True, False, False, False, False, True, True, True]
    assert known[:, 1].tolist() == [True, False, True, False, False, False, True, True, True]
    assert np.nanmax(read.places) < 200


def test_variable_frame_rate_is_put_on_a_constant_one_by_true_times(tmp_path):
    times = np.cumsum([0, *np.random.default_rng(4).integers(25, 42, 199)]) / 1000
    made = export(lake_of(tmp_path / "lake", times, {0: walking(range(200), times)}), VIDEO, "trc", tmp_path)
    read = read_trc(made.folder / made.files[0].name)
    assert made.files[0].resampled and "between the true times" in " ".join(made.files[0].notes)
    np.testing.assert_allclose(np.diff(read.times), 1 / float(read.header["DataRate"]), atol=2e-6)
    # Motion at constant speed stays so whatever the frames' times. A sample within 1 ms is taken as it is.
    np.testing.assert_allclose(read.places[:, 0, 0], 20 + 60 * read.times, atol=60 * 0.001 + 1e-5)
    assert read.times[0] == 0 and times[-1] - read.times[-1] < 0.05


def test_times_rounded_to_milliseconds_are_not_taken_for_another_rate(tmp_path):
    times = np.round(np.arange(600) / 30, 3)
    made = export(lake_of(tmp_path / "lake", times, {0: walking(range(600), times)}), VIDEO, "trc", tmp_path).files[0]
    assert made.rate_hz == pytest.approx(30, rel=1e-4) and not made.resampled


def test_a_dropped_frame_is_a_bridge_only_where_no_look_was_missed(tmp_path):
    """The film skips 1/30 s: its neighbouring frames are joined. It stalls for a second: they are not."""
    times = [t for i, t in enumerate(even(12)) if i != 4]
    times = times[:8] + [t + 1 for t in times[8:]]
    read = trc(lake_of(tmp_path / "lake", times, {0: walking(range(11), times)}), tmp_path)
    known = np.isfinite(read.places[:, 0, 0])
    assert known[:9].all() and read.places[4, 0, 0] == pytest.approx(20 + 60 * 4 / 30)
    assert not known[9:39].any() and known[-3:].all()


def test_nothing_is_drawn_across_a_cut(tmp_path):
    times = np.array([0, 1, 2, 3.5, 4.5, 5.5, 6.5, 7.5]) / 30
    people = {0: walking(range(8), times)}
    joined = trc(lake_of(tmp_path / "one", times, people), tmp_path / "a")
    cut = trc(lake_of(tmp_path / "two", times, people, shots=[0, 0, 0, 1, 1, 1, 1, 1]), tmp_path / "b")
    assert np.isfinite(joined.places[3]).all() and np.isnan(cut.places[3]).all()


def test_the_rate_is_that_of_the_looks_not_of_the_frames(tmp_path):
    times = even(60)
    said = Sidecar(sample_rate_hz=10)
    read = trc(lake_of(tmp_path / "lake", times, {0: walking(range(0, 60, 3), times)}, said=said), tmp_path)
    assert float(read.header["DataRate"]) == pytest.approx(10) and len(read.times) == 20
    assert np.isfinite(read.places).all()


def test_poses_of_another_trim_are_refused(tmp_path):
    times = even(30)
    lake = lake_of(tmp_path / "lake", times, {0: walking(range(30), times)}, said=Sidecar(trim_start_s=0.5))
    with pytest.raises(Unavailable, match="another trim"):
        export(lake, VIDEO, "trc", tmp_path / "out")


def test_one_look_has_no_rate(tmp_path):
    with pytest.raises(BadInput, match="no rate"):
        export(lake_of(tmp_path / "lake", [0.0], {0: walking([0], [0.0])}), VIDEO, "trc", tmp_path / "out")


def test_c3d_reads_back_with_the_library(tmp_path):
    ezc3d = pytest.importorskip("ezc3d", reason="the extra c3d is not installed")
    times = even(6)
    lake = lake_of(tmp_path / "lake", times, {2: walking([1, 2, 4, 5], times)}, scale={2: 50.0})
    made = export(lake, VIDEO, "c3d", tmp_path)
    read = ezc3d.c3d(str(made.folder / f"{VIDEO}_track2.c3d"))
    point, ours = read["parameters"]["POINT"], read["parameters"]["GAMETAPE"]
    assert point["LABELS"]["value"] == ["nose", "left_hip"] and point["UNITS"]["value"] == ["m"]
    assert point["RATE"]["value"][0] == pytest.approx(30)
    assert ours["START_S"]["value"][0] == pytest.approx(times[1])
    assert tuple(ours["NOTES"]["value"]) == made.files[0].notes
    nose = read["data"]["points"][:3, 0].T
    wanted = [[0.44, 1.4, 0], [0.48, 1.4, 0], [np.nan] * 3, [0.56, 1.4, 0], [0.60, 1.4, 0]]
    np.testing.assert_allclose(nose, wanted, atol=1e-6)
    assert (read["data"]["meta_points"]["residuals"][0, :, 2] < 0).all()


def test_c3d_counts_frames_in_16_bits_so_a_long_track_goes_on_in_a_second_file(tmp_path, monkeypatch):
    ezc3d = pytest.importorskip("ezc3d", reason="the extra c3d is not installed")
    monkeypatch.setattr("gametape.exports.c3d.MOST_FRAMES", 4)
    times = even(6)
    made = export(lake_of(tmp_path / "lake", times, {0: walking(range(6), times)}), VIDEO, "c3d", tmp_path)
    parts = [ezc3d.c3d(str(made.folder / file.name)) for file in made.files]
    x = np.concatenate([part["data"]["points"][0, 0] for part in parts])
    np.testing.assert_allclose(x, 20 + 60 * np.array(times), atol=1e-4)
    assert parts[1]["parameters"]["GAMETAPE"]["START_S"]["value"][0] == pytest.approx(times[4])


def test_c3d_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ezc3d", None)
    times = even(2)
    with pytest.raises(Unavailable, match="pip install ezc3d"):
        export(lake_of(tmp_path / "lake", times, {0: walking(range(2), times)}), VIDEO, "c3d", tmp_path / "out")


def test_the_list_beside_the_files_says_units_and_rate(tmp_path):
    times = even(3)
    made = export(lake_of(tmp_path / "lake", times, {0: walking(range(3), times)}), VIDEO, "trc", tmp_path)
    listed = json.loads((made.folder / "export.json").read_text())
    assert listed["video"] == VIDEO and listed["format"] == "trc"
    (file,) = listed["files"]
    assert file["unit"] == "px" and file["rate_hz"] == pytest.approx(30) and file["resampled"] is False
    assert any("y up" in note for note in file["notes"])
