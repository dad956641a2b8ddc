"""Lists of clips: known answers."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import opentimelineio
import pytest

from gametape.clips.manifests import entries_of, film_facts, write_manifests
from gametape.clips.manifests.edl import edl
from gametape.clips.manifests.otio import otio
from gametape.clips.manifests.sportscode import sportscode
from gametape.clips.manifests.timecode import timecode


def clip(place: int, at: float, lasts: float, **more: object) -> dict:
    row = {
        "clip": place, "kind": "shift", "player": 0, "name": "Zoë <9>", "number": "97", "shift": place, "period": 2,
        "label": "", "span_start_s": at, "span_end_s": at + lasts, "start_s": at, "end_s": at + lasts, "shown_s": at,
        "duration_s": lasts, "first_frame": 1, "frames": 2, "file": f"clips/{place}.mp4", "bytes": 10, "sound": True,
        "copied": 0.5, "ringed": True, "reason": None,
    }  # fmt: skip
    return row | more


FILM = film_facts("match.mp4", np.arange(2500) / 25)
ROWS = [
    clip(1, 10.0, 45.0),
    clip(2, 60.0, 1.52),
    clip(3, 0, 1, file=None, reason="clips_no_shift"),
    clip(4, 0, 1, kind="reel"),
    clip(5, 0, 90, kind="overlay", player=None, name=None, number=None),  # to find faults, for no editing program
]


def test_the_edl_is_cmx3600():
    assert edl("Final", FILM, entries_of(ROWS), sound=True).splitlines() == [
        "TITLE: Final",
        "FCM: NON-DROP FRAME",
        "001  AX       B     C        00:00:10:00 00:00:55:00 00:00:00:00 00:00:45:00",
        "* FROM CLIP NAME: match.mp4",
        "* COMMENT: 97 Zoe <9> period 2, shift 1",
        "002  AX       B     C        00:01:00:00 00:01:01:13 00:00:45:00 00:00:46:13",
        "* FROM CLIP NAME: match.mp4",
        "* COMMENT: 97 Zoe <9> period 2, shift 2",
    ]


def test_rates_that_are_not_whole_are_told():
    ntsc = film_facts("a.mp4", np.arange(3000) * 1001 / 30_000)
    said = edl("x", ntsc, entries_of([clip(1, 60.06, 2.002)]), sound=False)
    assert "FCM: DROP FRAME" in said and "29.970 FRAMES A SECOND" in said
    assert "AX       V     C        00:01:00;02 00:01:02;02" in said, (
        "60.06 s are 1800 frames: ;00 and ;01 are left out"
    )
    film = film_facts("a.mp4", np.arange(3000) * 1001 / 24_000)
    said = edl("x", film, entries_of([clip(1, 1001 / 24, 1)]), sound=False)
    assert "NON-DROP" in said and "COUNTED 24 A SECOND" in said and "00:00:41:16" in said
    uneven = np.cumsum(np.tile([0.03, 0.05], 200))
    assert "FRAME RATE VARIES" in edl("x", film_facts("a.mp4", uneven), entries_of([clip(1, 1, 1)]), sound=False)


@pytest.mark.parametrize(
    ("frame", "rate", "code"),
    [
        (0, (30_000, 1001), "00:00:00;00"),
        (1799, (30_000, 1001), "00:00:59;29"),
        (1800, (30_000, 1001), "00:01:00;02"),
        (17_981, (30_000, 1001), "00:09:59;29"),
        (17_982, (30_000, 1001), "00:10:00;00"),
        (107_892, (30_000, 1001), "01:00:00;00"),
        (3600, (60_000, 1001), "00:01:00;04"),
        (215_784, (60_000, 1001), "01:00:00;00"),
        (90_000, (25, 1), "01:00:00:00"),
        (25 * 86_400 + 1, (25, 1), "00:00:00:01"),
    ],
)
def test_timecode(frame: int, rate: tuple[int, int], code: str):
    assert timecode(frame, rate) == code


@pytest.mark.parametrize(
    ("step", "rate", "varies"),
    [(1 / 25, (25, 1), False), (1001 / 30_000, (30_000, 1001), False), (1 / 30, (30, 1), False),
     (1001 / 60_000, (60_000, 1001), False), (1 / 27.5, (27_500, 1000), False)],
)  # fmt: skip
def test_the_rate_is_known_from_the_times(step: float, rate: tuple[int, int], varies: bool):
    shown = np.round(np.arange(3000) * step, 3)  # as Matroska rounds them
    facts = film_facts("a.mp4", shown)
    assert (facts.rate, facts.varies) == (rate, varies)
    missed = np.delete(shown, [100, 900])
    assert film_facts("a.mp4", missed).rate == rate and not film_facts("a.mp4", missed).varies


def test_sportscode_has_an_instance_a_clip():
    root = ElementTree.fromstring(
        sportscode(entries_of([*ROWS, clip(5, 70, 2, player=None, name="bad\x00", number=None)]))
    )
    first = root.find("ALL_INSTANCES/instance")
    assert [first.findtext(name) for name in ("ID", "start", "end", "code")] == ["1", "10.000", "55.000", "97 Zoë <9>"]
    assert first.findtext("label/text") == "period 2, shift 1"
    assert [row.text for row in root.findall("ROWS/row/code")] == ["97 Zoë <9>", "bad"]


def test_otio_says_what_the_edl_says():
    timeline = json.loads(otio("Final", FILM, entries_of(ROWS), sound=True))
    video, sound = timeline["tracks"]["children"]
    assert (video["kind"], sound["kind"]) == ("Video", "Audio")
    times = [clip["source_range"] for clip in video["children"]]
    assert [(one["start_time"]["value"], one["duration"]["value"]) for one in times] == [(250, 1125), (1500, 38)]


def test_otio_s_own_library_reads_it():
    timeline = opentimelineio.adapters.read_from_string(otio("Final", FILM, entries_of(ROWS), sound=True), "otio_json")
    assert timeline.duration().to_seconds() == pytest.approx(46.52)
    clip = timeline.video_tracks()[0][0]
    assert clip.media_reference.target_url == "match.mp4" and clip.source_range.start_time.to_seconds() == 10.0


def test_all_lists_are_written_and_a_clip_that_is_missing_is_in_two_of_them(tmp_path: Path):
    names = write_manifests([*ROWS, clip(6, 5, 1, name="=cmd()")], FILM, "Final", tmp_path)
    assert sorted(names) == ["clips.csv", "clips.edl", "clips.json", "clips.otio", "clips.xml"]
    listed = json.loads((tmp_path / "clips.json").read_text())
    assert (listed["count"], listed["frames_per_second"], len(listed["clips"])) == (3, "25/1", 6)
    assert listed["clips"][2]["reason"] == "clips_no_shift" and "file" not in listed["clips"][2]
    rows = (tmp_path / "clips.csv").read_text().splitlines()
    assert len(rows) == 7 and "'=cmd()" in rows[-1]


def test_no_clips_have_no_cut_lists(tmp_path: Path):
    assert write_manifests([ROWS[2]], FILM, "Final", tmp_path) == ["clips.json", "clips.csv"]
