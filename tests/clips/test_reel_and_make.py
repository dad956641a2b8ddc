"""Clips of a film and their reel: which are made, which kept, what is told where there is none."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pytest

from gametape.base.errors import BadInput
from gametape.clips.checks import clips_are_as_asked, spans_are_sound
from gametape.clips.film import CutFilm
from gametape.clips.make import ClipMaker, kept_of
from gametape.clips.reel import Differ, Part, join
from gametape.clips.spans import Spans, clip_spans
from gametape.clips.stored import make_stored
from gametape.film.sidecar import Sidecar
from gametape.lake.store import Lake
from gametape.media.ingest import ingest
from gametape.tables import TABLES
from tests.clips.films import BEEP_EVERY_S, beeps, film_with_beeps, seen

NOW = {"first_frame": 0, "last_frame": 0, "view_s": 1.0, "ice_s": 1.0, "pieces": 1, "longest_gap_s": 0.0}
WHO = {"player": 0, "name": "Ana", "number": "97"}


def shift(number: int, start: float, end: float, before: float = 0.2, after: float = 0.3, **more: object) -> dict:
    row = {"shift": number, "period": 1, "start_s": start, "end_s": end, "end_reason": "lost", "confidence": 1.0}
    return WHO | NOW | row | {"clip_start_s": start - before, "clip_end_s": min(end + after, 8.0)} | more


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory):
    """A film of 8 s as gametape keeps it, and its table of frames."""
    folder = tmp_path_factory.mktemp("film")
    film_with_beeps(folder / "match.mov", codec="libx265", seconds=8.0, rate=44_100)
    return CutFilm.open((ingested := ingest(folder / "match.mov", folder)) and folder / "film.mp4"), ingested.frames


def empty(name: str) -> pa.Table:
    return TABLES[name].empty()


def spans_of(frames: pa.Table, shifts: list[dict], **sidecar: object) -> pa.Table:
    said = Sidecar.model_validate({"players": [{"name": "Ana", "number": "97"}, {"number": "4"}], **sidecar})
    tables = Spans(frames, empty("findings"), empty("strokes"), empty("rallies"), TABLES["shifts"].from_rows(shifts))
    return clip_spans(said, tables, wanted=(0, 1))


def maker_of(film, spans: pa.Table, work: Path, **more: object) -> ClipMaker:
    cut_film, frames = film
    looks = np.arange(0, len(frames), 2)
    identity = TABLES["player_identity"].from_rows(
        [
            WHO
            | {"frame": int(f), "time_s": f / 25, "state": "locked", "track": 1, "piece": 1}
            | {"x1": 20.0 + f / 4, "y1": 70.0, "x2": 35.0 + f / 4, "y2": 84.0, "evidence": "number", "confidence": 0.9}
            for f in looks
        ]
    )
    return ClipMaker(
        film=lambda: cut_film,
        frames=frames,
        spans=spans,
        tracks=empty("person_tracks"),
        identity=identity,
        size=(160, 90),
        version="1",
        work=work,
        most_bytes=1e9,
        **more,
    )


TWO = [shift(1, 1.0, 2.5), shift(2, 4.6, 7.6, after=0.28)]


def test_shifts_become_clips_and_a_reel(film, tmp_path: Path):
    spans = spans_of(film[1], TWO, follow={"caption": False})
    assert spans["file"].to_pylist() == ["97-shift-01-00m01s.mp4", "97-shift-02-00m04s.mp4", None]
    assert spans["reason"].to_pylist() == [None, None, "clips_no_shift"], "the other one has none"
    assert [spans_are_sound(spans, film[1])[0].passed] == [True]
    table = maker_of(film, spans, tmp_path).make()
    one, two, none, reel = table.to_pylist()
    assert (one["first_frame"], one["frames"], two["first_frame"], two["frames"]) == (20, 50, 110, 87)
    assert one["ringed"] and one["sound"] and one["copied"] == 0 and 0 < two["copied"] < 1
    assert none["file"] is None and none["reason"] == "clips_no_shift"
    assert clips_are_as_asked(table, spans, film[1])[0].passed

    path = tmp_path / "clips" / "97-reel.mp4"
    numbers, times, ends = seen(path)
    assert (reel["file"], reel["frames"], reel["copied"]) == ("clips/97-reel.mp4", 137, 1.0)
    assert numbers == [*range(20, 70), *range(110, 197)]
    assert np.allclose(times, np.arange(137) / 25, atol=2e-4) and ends == pytest.approx(5.48, abs=2e-3)
    marks = np.arange(0, 8, BEEP_EVERY_S)
    wanted = [*(marks[(marks >= 0.8) & (marks < 2.8)] - 0.8), *(marks[(marks > 4.4) & (marks < 7.85)] - 4.4 + 2.0)]
    drift = [np.abs(beeps(path) - at).min() for at in wanted]
    assert max(drift) < 0.002, "the sound goes on at the joint as it should"


def test_a_reel_decodes_without_a_fault_from_every_keyframe(film, tmp_path: Path):
    maker_of(film, spans_of(film[1], TWO), tmp_path).make()
    with av.open(str(tmp_path / "clips" / "97-reel.mp4")) as reel:
        keys = [p.pts for p in reel.demux(video=0) if p.is_keyframe]
        assert len(keys) >= 5
        for key in keys:
            reel.seek(key, stream=reel.streams.video[0])
            frame = next(reel.decode(video=0))
            assert frame.pts == key and not frame.is_corrupt


def test_the_same_again_is_kept_and_another_name_cuts_nothing(film, tmp_path: Path):
    lake = Lake(str(tmp_path / "lake"))

    def make(spans: pa.Table, opened: list, title: str = "Match") -> pa.Table:
        maker = maker_of(film, spans, tmp_path / "work")
        maker = dataclasses.replace(maker, film=lambda: opened.append(1) or film[0])
        table = make_stored(lake, "match", maker, "match.mov", title)
        lake.write_table("clips", "match", table)
        return table

    opened: list[int] = []
    first = make(spans_of(film[1], TWO), opened)
    assert opened == [1] and lake.has_file("match", "clips/97-reel.mp4") and lake.has_file("match", "clips/clips.edl")
    opened.clear()
    again = make(spans_of(film[1], TWO), opened)
    assert again.equals(first) and not opened
    make(spans_of(film[1], TWO), opened, "Final")
    told = lake.get_file("match", "clips/clips.json", tmp_path / "told").read_text()
    assert json.loads(told)["title"] == "Final" and not opened, "another title alone writes the lists anew"
    renamed = spans_of(film[1], TWO, players=[{"name": "Ana", "number": "97"}, {"number": "5"}])
    make(renamed, opened)
    assert not opened, "another number of somebody else cuts nothing"
    make(spans_of(film[1], TWO[:1]), opened)
    assert not opened and not lake.has_file("match", "clips/97-reel.mp4"), "a clip that is gone is removed"


def test_a_run_that_died_goes_on_with_what_it_had(film, tmp_path: Path):
    spans = spans_of(film[1], TWO)
    maker_of(film, spans.slice(0, 1), tmp_path).make()
    opened: list[int] = []
    maker = dataclasses.replace(maker_of(film, spans, tmp_path), film=lambda: opened.append(1) or film[0])
    assert maker.make()["file"].null_count == 1 and opened == [1], "only the second is cut"


def test_a_clip_of_the_lake_that_is_damaged_is_cut_again(tmp_path: Path):
    rows = TABLES["clips"].from_rows(
        [{"clip": 1, "kind": "span", "label": "", "file": "clips/a.mp4", "bytes": 10, "made_of": "x"}]
    )
    (tmp_path / "a.mp4").write_bytes(b"123")
    assert kept_of(rows, lambda name: tmp_path / "a.mp4")("x") is None
    (tmp_path / "a.mp4").write_bytes(b"0123456789")
    assert kept_of(rows, lambda name: tmp_path / "a.mp4")("x") is not None
    assert kept_of(rows, lambda name: tmp_path / "a.mp4")("y") is None


def test_disk_is_bounded_and_told(film, tmp_path: Path):
    maker = dataclasses.replace(maker_of(film, spans_of(film[1], TWO), tmp_path), most_bytes=60_000)
    table = maker.make()
    reasons = [str(reason) for reason in table["reason"].to_pylist() if reason]
    assert any(reason.startswith("clips_disk_bound") for reason in reasons)
    assert sum(row["bytes"] or 0 for row in table.to_pylist()) <= 60_000
    nothing = dataclasses.replace(maker_of(film, spans_of(film[1], TWO), tmp_path / "none"), most_bytes=0)
    (tmp_path / "none").mkdir()
    assert nothing.make()["file"].null_count == 4


def test_clips_of_other_parameters_are_not_joined(film, tmp_path: Path):
    other = film_with_beeps(tmp_path / "other.mp4", seconds=1.0, options={"x264-params": "ref=3", "bf": "2"})
    parts = [Part(film[0].path, 0.0, 1.0), Part(other, 0.0, 1.0)]
    with pytest.raises(Differ):
        join(film[0], parts, tmp_path / "reel.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["other.mp4"]


def test_a_note_in_the_sidecar_changes_no_span(film):
    """Clips are made of the spans, which have the title: with the sidecar itself any word in it made them stale."""
    spans = spans_of(film[1], [shift(1, 1.0, 3.0)], title="Cup final")
    assert set(spans["title"].to_pylist()) == {"Cup final"}
    assert spans.equals(spans_of(film[1], [shift(1, 1.0, 3.0)], title="Cup final", notes="Kim was ill"))


def test_slow_motion_is_asked_for_in_real_seconds_and_plays_as_slowly_as_its_file(film, tmp_path: Path):
    """The film was taken at four times the rate at which it plays: its 8 s happened in 2."""
    cut_film, frames = film
    at = frames.column_names.index("time_s")
    slow = frames.set_column(at, frames.schema.field(at), pa.array(frames["shown_s"].to_numpy() / 4))
    said = Sidecar.model_validate({"clips": [{"from_s": 2.0, "to_s": 4.0}]})
    spans = clip_spans(said, Spans(slow, empty("findings"), empty("strokes"), empty("rallies")))
    assert (spans["start_s"][0].as_py(), spans["end_s"][0].as_py()) == pytest.approx((0.5, 1.0))
    assert spans["file"][0].as_py() == "span-00m02s.mp4", "by the clock of whoever asked"
    table = maker_of((cut_film, slow), spans, tmp_path).make()
    (row,) = table.to_pylist()
    assert (row["start_s"], row["end_s"], row["shown_s"]) == pytest.approx((0.5, 1.0, 2.0))
    assert (row["duration_s"], row["first_frame"], row["frames"]) == (pytest.approx(2.0), 50, 50)
    assert clips_are_as_asked(table, spans, slow)[0].passed


def test_a_clip_that_is_not_where_it_should_be_fails_its_check(film, tmp_path: Path):
    spans = spans_of(film[1], TWO[:1])
    (row, *others) = maker_of(film, spans, tmp_path).make().to_pylist()
    for wrong in ({"start_s": row["start_s"] - 0.06}, {"end_s": row["end_s"] + 0.06}, {"frames": row["frames"] - 6}):
        table = TABLES["clips"].from_rows([row | wrong, *others])
        assert not clips_are_as_asked(table, spans, film[1])[0].passed
    near = TABLES["clips"].from_rows([row | {"start_s": row["start_s"] - 0.03}, *others])
    assert clips_are_as_asked(near, spans, film[1])[0].passed, "within a frame"


# -- which spans ------------------------------------------------------------------------------------------------


def test_wishes_become_spans_with_their_rolls_within_the_film(film):
    wishes = [
        {"from_s": 1.0, "to_s": 2.0, "label": "Tor! ü"},
        {"kind": "moment", "at_s": 6.0, "pre_roll_s": 1.5},
        {"kind": "shift", "post_roll_s": 1.0, "ring": False},
        {"kind": "rally"},
    ]
    rows = spans_of(film[1], TWO, clips=wishes).to_pylist()
    assert [(row["kind"], row["start_s"], row["end_s"]) for row in rows] == [
        ("span", 1.0, 2.0),
        ("moment", 4.5, 8.0),
        ("shift", 0.8, 3.5),
        ("shift", pytest.approx(4.4), 8.0),
        ("shift", None, None),
        ("rally", None, None),
    ]
    assert rows[0]["file"] == "span-00m01s-tor.mp4" and rows[2]["ring_s"] == 0 and rows[2]["reel"]
    assert rows[5]["reason"] == "clips_none_of_kind(kind=rally)"


def test_no_clips_are_none(film):
    assert spans_of(film[1], TWO, clips=[]).num_rows == 0
    assert clip_spans(Sidecar(), Spans(film[1], *(empty(n) for n in ("findings", "strokes", "rallies")))).num_rows == 0


@pytest.mark.parametrize("said", [{}, {"mode": "presenter"}, {"sport": "ice hockey"}])
def test_shifts_that_are_asked_for_where_nobody_is_followed_are_a_reason(film, said: dict):
    none = Spans(film[1], *(empty(n) for n in ("findings", "strokes", "rallies", "shifts")))
    (row,) = clip_spans(Sidecar.model_validate({"clips": [{"kind": "shift"}], **said}), none).to_pylist()
    assert (row["kind"], row["player"], row["reason"]) == ("shift", None, "clips_nobody_followed")


def test_shifts_of_a_player_whom_the_sidecar_names_no_more_keep_their_own_name(film):
    rows = spans_of(film[1], TWO, players=[])
    assert rows["number"].to_pylist()[:2] == ["97", "97"] and rows["name"].to_pylist()[:2] == ["Ana", "Ana"]


def test_periods_are_in_the_names_where_the_sidecar_has_them(film):
    spans = spans_of(film[1], TWO[:1], periods=[{"start_s": 0, "end_s": 8}])
    assert spans["file"][0].as_py() == "97-p1-shift-01-00m01s.mp4"


def test_two_clips_never_have_one_name(film):
    wishes = [{"from_s": 1.0, "to_s": 2.0}, {"from_s": 1.2, "to_s": 2.5}, {"from_s": 1.3, "to_s": 3.0}]
    names = spans_of(film[1], [], clips=wishes)["file"].to_pylist()
    assert names == ["span-00m01s.mp4", "span-00m01s-2.mp4", "span-00m01s-3.mp4"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "span", "from_s": 1.0},
        {"kind": "moment"},
        {"kind": "shift", "from_s": 1.0, "to_s": 2.0},
        {"from_s": 2.0, "to_s": 2.0},
        {"kind": "goal"},
    ],
)
def test_a_wish_that_says_no_time_is_refused(wrong: dict):
    from gametape.film.sidecar import parse_sidecar

    with pytest.raises(BadInput, match="clips"):
        parse_sidecar(__import__("json").dumps({"clips": [wrong]}).encode(), "match.json")
