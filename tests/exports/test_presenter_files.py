"""The export of a film that follows a presenter: payload v1 and CSV, read back."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from gametape.base.errors import BadInput
from gametape.exports import export
from gametape.exports.presenter_files import INK
from gametape.film.sidecar import Sidecar
from gametape.presenter.samples import presenter_track
from gametape.presenter.summary import presences, presenter_slides, presenter_summary
from gametape.presenter.zones import THIRDS
from gametape.tables.presenter import PRESENTER_FOUND, PRESENTER_SUMMARY
from tests.exports.small import HEIGHT, VIDEO, WIDTH, lake_of
from tests.presenter.rows import found_rows

SESSION = {"name": "=cmd()", "course_code": 204, "date": "2026-10-12"}


def lake(folder, *, coordinates="normalized", shots=None):
    """A film of 2 s: the presenter is there from 0.3 s to 1.2 s, and not seen for a sample."""
    said = Sidecar(mode="presenter", session=SESSION, presenter={"coordinates": coordinates, "max_gap_samples": 5})
    times = np.arange(20) / 10
    made = lake_of(folder, times, said=said, shots=shots)
    frames = made.read_table("frames", VIDEO)
    rows = [
        row | {"y1": 25.0, "y2": 75.0, "y": 50.0, "x1": 80.0, "x2": 120.0, "x": 100.0} for row in found_rows(9, start=3)
    ]
    found = PRESENTER_FOUND.from_rows([row for row in rows if row["frame"] != 6])
    track = presenter_track(
        found,
        times,
        frames["shot"].to_numpy(),
        range(20),
        rate=10,
        most_gap=5,
        zones=THIRDS,
        width=WIDTH,
        height=HEIGHT,
    )
    who = presences(found, track, said, HEIGHT)
    size = {"width": WIDTH, "height": HEIGHT}
    made.write_table("presenter_track", VIDEO, track)
    made.write_table("presences", VIDEO, who)
    made.write_table("presenter_slides", VIDEO, presenter_slides(frames, track))
    summary = presenter_summary(track, who, said, frames, **size, detector="mediapipe 0.10 full", reason=None)
    made.write_table("presenter_summary", VIDEO, summary)
    return made


def test_the_payload_is_v1_with_the_older_names(tmp_path):
    files = export(lake(tmp_path / "lake"), VIDEO, "presenter", tmp_path)
    read = json.loads((files.folder / f"{VIDEO}_presenter.json").read_text())
    data, figures = read["data"], read["data"]["derivedMetrics"]
    assert (read["version"], data["coordinateSystem"]) == ("v1", "normalized")
    meta = data["processingMeta"]
    assert (meta["detectorRuntime"], meta["cleaning"]["minConf"]) == ("cpu", None)
    assert data["video"] == {"width": WIDTH, "height": HEIGHT, "fps": pytest.approx(10)}
    assert len(data["trackPoints"]) == len(data["frameDetections"]) == 20
    assert data["frameDetections"][3] == {"tMs": 300, "bbox": {"x": 0.4, "y": 0.25, "w": 0.2, "h": 0.5}, "conf": 0.9}
    assert data["frameDetections"][6]["bbox"] is None
    qualities = [point["quality"] for point in data["trackPoints"]]
    assert qualities == ["lost"] * 3 + ["measured"] * 3 + ["interpolated"] + ["measured"] * 5 + ["lost"] * 8
    assert [data["trackPoints"][k]["cx"] for k in (0, 3, 19)] == [0.5, 0.5, 0.5]
    assert figures["coveragePercent"] == 100 * figures["coverage"] == pytest.approx(45)
    assert figures["gapsCount"] == figures["gapCount"] == 2
    assert figures["longestGapSec"] == figures["longestGapMs"] / 1000 == pytest.approx(0.7)
    assert figures["totalDistance"] == figures["distance"] == 0
    assert read["gametape"]["figures"]["longest_gap_s"] == pytest.approx(0.8)
    assert read["gametape"]["session"] == SESSION | {"course_code": "204"}


def test_pixels_are_pixels_and_figures_stay_fractions(tmp_path):
    plain = export(lake(tmp_path / "a"), VIDEO, "presenter", tmp_path / "x")
    pixels = export(lake(tmp_path / "b", coordinates="pixels"), VIDEO, "presenter", tmp_path / "y")
    one, two = (json.loads((one.folder / f"{VIDEO}_presenter.json").read_text())["data"] for one in (plain, pixels))
    assert two["frameDetections"][3]["bbox"] == {"x": 80.0, "y": 25.0, "w": 40.0, "h": 50.0}
    assert (two["trackPoints"][0]["cx"], two["trackPoints"][0]["cy"]) == (100.0, 50.0)
    assert one["derivedMetrics"] == two["derivedMetrics"]


def test_the_csv_files_hold_samples_and_presences_with_the_session(tmp_path):
    files = export(lake(tmp_path / "lake"), VIDEO, "presenter", tmp_path)
    samples, people = (
        list(csv.DictReader((files.folder / f"{VIDEO}_{name}.csv").open())) for name in ("presenter", "presences")
    )
    assert len(samples) == 20 and samples[0]["x"] == "" and samples[3]["zone"] == "middle"
    assert people[0] | {"start_s": "0.3", "end_s": "1.1", "presence": "1"} == people[0]
    assert samples[0]["session_name"] == "'=cmd()"  # no spreadsheet runs it
    assert samples[0]["session_course_code"] == "204"


def test_the_picture_is_darkest_where_the_presenter_was_longest(tmp_path):
    files = export(lake(tmp_path / "lake"), VIDEO, "presenter", tmp_path)
    picture = np.array(Image.open(files.folder / f"{VIDEO}_presenter.png")).astype(int)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert tuple(picture[0, 0]) == (255, 255, 255)
    darkest = np.argwhere((picture == INK).all(axis=2))
    assert np.abs(darkest.mean(axis=0) / (HEIGHT, WIDTH) - (0.5, 0.5)).max() < 0.1


def test_slides_are_between_changes_of_the_whole_picture(tmp_path):
    made = lake(tmp_path / "lake", shots=[0] * 8 + [1] * 12).read_table("presenter_slides", VIDEO).to_pylist()
    assert [(one["slide"], one["first_frame"]) for one in made] == [(1, 0), (2, 8)]
    assert [(one["start_s"], one["end_s"]) for one in made] == [(0.0, 0.8), (0.8, pytest.approx(2.0))]
    assert [one["presenter_share"] for one in made] == [pytest.approx(5 / 8), pytest.approx(4 / 12)]


def test_a_film_of_another_mode_has_no_payload(tmp_path):
    made = lake_of(tmp_path / "lake", np.arange(3) / 10)
    made.write_table("presenter_summary", VIDEO, PRESENTER_SUMMARY.empty())
    with pytest.raises(BadInput, match="presenter"):
        export(made, VIDEO, "presenter", tmp_path)
