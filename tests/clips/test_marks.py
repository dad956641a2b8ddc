"""The ring, the caption and the overlay are drawn where they should be."""

from __future__ import annotations

import av
import numpy as np
import pytest

from gametape.clips.lettering import can_draw, mask_of
from gametape.clips.marks import Boxes, Marks, blend, draw_ring
from gametape.clips.overlay import Overlay, timeline
from gametape.tables import TABLES

GRAY = (120, 128, 128)


def picture(width: int = 320, height: int = 180) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(frame.planes, GRAY, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def changed(frame: av.VideoFrame) -> np.ndarray:
    """(h, w) bool: where the luma is another than it was."""
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width] != GRAY[0]


def test_a_ring_surrounds_the_box_and_leaves_it_free():
    frame = picture()
    draw_ring(frame, np.array([0.4, 0.3, 0.5, 0.7]))
    where = changed(frame)
    rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
    assert rows[0] < 0.3 * 180 and rows[-1] > 0.7 * 180 and columns[0] < 0.4 * 320 and columns[-1] > 0.5 * 320
    assert not where[70:110, 134:154].any(), "the player himself is not drawn over"


def test_a_small_player_gets_a_ring_that_can_be_seen_and_one_at_the_edge_is_cut_off():
    frame = picture()
    draw_ring(frame, np.array([0.5, 0.5, 0.505, 0.51]))
    assert np.flatnonzero(changed(frame).any(1)).size >= 10
    draw_ring(frame, np.array([-0.1, -0.2, 0.02, 0.05]))
    draw_ring(frame, np.array([2.0, 2.0, 2.1, 2.2]))


@pytest.mark.parametrize("at", [(-7, -5), (315, 175), (3, 3), (400, 10)])
def test_a_mask_is_blended_only_within_the_picture(at: tuple[int, int]):
    frame = picture()
    blend(frame, np.full((11, 13), 255, np.uint8), *at, (235, 128, 128), 1.0)
    wanted = np.zeros((180, 320), bool)
    wanted[max(at[1], 0) : max(at[1] + 11, 0), max(at[0], 0) : max(at[0] + 13, 0)] = True
    assert np.array_equal(changed(frame), wanted)


def test_colours_are_mixed_in_full_and_in_part():
    frame = picture()
    blend(frame, np.full((4, 4), 255, np.uint8), 10, 10, (220, 28, 228), 0.5)
    planes = [np.frombuffer(p, np.uint8).reshape(-1, p.line_size) for p in frame.planes]
    assert (planes[0][12, 12], planes[1][6, 6], planes[2][6, 6]) == (170, 78, 178)


def test_names_are_drawn_in_letters_that_the_font_has():
    assert can_draw("Łukasz Ђорђевић Ελένη Nguyễn") and not can_draw("大谷") and not can_draw("שלום")
    alone = mask_of(["shift 3"], 20, 400)
    assert np.array_equal(mask_of(["大谷", "shift 3"], 20, 400), alone), "no boxes in the place of letters"
    assert mask_of(["大谷"], 20, 400) is None and mask_of([], 20, 400) is None
    long = mask_of(["x" * 500], 20, 300)
    assert long.shape[1] <= 302 and long.any()


BOXES = Boxes(np.array([0.0, 0.2, 1.5]), np.array([[0.1, 0.1, 0.2, 0.3], [0.3, 0.1, 0.4, 0.3], [0.9, 0.1, 1, 0.3]]))


@pytest.mark.parametrize(("time", "left"), [(0.0, 0.1), (0.1, 0.2), (0.2, 0.3), (0.7, None), (1.5, 0.9), (1.6, None)])
def test_a_box_lies_between_two_looks_that_are_near(time: float, left: float | None):
    box = BOXES.at(time)
    assert box is None if left is None else box[0] == pytest.approx(left)


def test_the_ring_begins_with_the_player_and_ends_and_so_does_the_caption():
    times = np.arange(0, 8, 0.1)
    boxes = Boxes(times, np.tile([0.4, 0.3, 0.5, 0.7], (len(times), 1)))
    marks = Marks(times, boxes, ["shift 3"], ring_from_s=1.0, ring_s=2.0)
    drawn = {}
    for number, at in enumerate(times):
        marks(number, at, frame := picture())
        top, bottom = changed(frame)[:140], changed(frame)[150:]
        drawn[round(at, 1)] = (bool(top.any()), bool(bottom.any()))
    assert marks.until_s == 4.0 and marks.ringed
    assert (drawn[0.5], drawn[1.0], drawn[2.5], drawn[3.1], drawn[4.1]) == (
        (False, True), (True, True), (True, True), (False, True), (False, False),
    )  # fmt: skip


def test_the_overlay_shows_everybody_and_what_is_known_of_who_is_followed():
    box = {"x1": 40.0, "y1": 60.0, "x2": 60.0, "y2": 120.0}
    tracks = TABLES["person_tracks"].from_rows(
        [
            {
                "frame": f,
                "time_s": f / 10,
                "track": 1,
                "tracklet": 1,
                "confidence": 0.9,
                "interpolated": False,
                "team": "a",
            }
            | box
            for f in (0, 4)
        ]
    )
    who = {"player": 0, "name": None, "number": "9"}
    identity = TABLES["player_identity"].from_rows(
        [
            who | {"frame": 0, "time_s": 0.0, "state": "searching"},
            who
            | {"frame": 4, "time_s": 0.4, "state": "confirmed", "track": 1, "piece": 1, "evidence": "number"}
            | {"why": "x", "confidence": 0.8}
            | box,
        ]
    )
    overlay = Overlay(np.arange(20) / 10, tracks, identity, (320, 180))
    pictures = {}
    for number in (2, 4, 18):
        overlay(number, 0.0, frame := picture())
        pictures[number] = changed(frame)
    assert pictures[2][60:120, 40:42].all() and pictures[4][58:62, 44:58].any()
    assert not pictures[18][50:130, 30:70].any(), "the track has ended"
    told = timeline(identity, TABLES["player_evidence"].empty(), TABLES["shifts"].empty())
    (player,) = told["players"]
    assert (player["looks"], player["in_sight"]) == (2, 1)
    assert [(one["from"], one["to"], one.get("why")) for one in player["states"]] == [
        (None, "searching", None),
        ("searching", "confirmed", "x"),
    ]
