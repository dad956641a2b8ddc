"""Looks at a person whose place is known."""

import numpy as np
import pytest

from gametape.pose.blazepose import known
from gametape.pose.person import Person
from tests.pose.bodies import box, standing

PICTURE = np.zeros((720, 1280, 3), np.uint8)


class InNarrow:
    """Sees the person in windows up to a width; notes each window's width, and whether it remembers an earlier look."""

    def __init__(self, *_: object, **__: object) -> None:
        self.looks: list[tuple[int, bool]] = []
        self.remembers = False

    def look(self, picture: np.ndarray, window: tuple[int, int, int, int]) -> list[Person]:
        width = window[2] - window[0]
        self.looks.append((width, self.remembers))
        self.remembers = True
        body = standing(640, 300, 1.0)
        seen = Person(box(body), np.column_stack([body, np.full(len(body), 0.9)]), 0.9)
        return [seen] if width <= self.up_to else []

    def forget(self) -> None:
        self.remembers = False


@pytest.mark.parametrize(("narrow", "remembered"), [(True, [False, False, False, False]), (False, [False, True])])
def test_what_is_remembered_of_one_window_is_not_used_in_another(monkeypatch, narrow: bool, remembered: list[bool]):
    body = box(standing(640, 300, 1.0))
    side = float((body[2:] - body[:2]).max())
    monkeypatch.setattr(InNarrow, "up_to", (1.2 if narrow else 2.0) * side, raising=False)
    monkeypatch.setattr(known, "Landmarker", InNarrow)
    place = known.KnownPlace(bundle=None)
    assert place.look(PICTURE, np.asarray(body)) and place.look(PICTURE, np.asarray(body))
    assert [told for _, told in place._landmarker.looks] == remembered
