"""What the sports' files say of people."""

import shutil

import pytest
import yaml

from gametape.base.errors import BadInput
from gametape.sports.load import HERE, modes
from gametape.sports.people import at_ball_of, players_of


def test_who_plays_is_told_by_the_ball_where_others_go_about_too():
    assert players_of("cricket") == (2, 2) and players_of("Table tennis") == (2, 4) and players_of(None) is None
    assert at_ball_of("tennis") is None and at_ball_of(None) is None
    order = at_ball_of("cricket")
    assert order["any"] == ("hit", "release") and order["bowling"] == ("release",)
    assert set(order) - {"any"} < set(modes("cricket")), "a keeper and a fielder are not told by it"


@pytest.mark.parametrize(
    ("at_ball", "why"), [({"putting": ["hit"]}, "a mode, or any"), ({"any": ["bounce"]}, "hit or release")]
)
def test_what_it_names_must_exist(tmp_path, at_ball, why):
    folder = shutil.copytree(HERE, tmp_path / "sports", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "golf" / "sport.yaml"
    file.write_text(yaml.safe_dump({"modes": [], "at_ball": at_ball}))
    with pytest.raises(BadInput, match=why):
        at_ball_of("golf", folder)
