"""A film is filed under the player who is measured, and under nobody where that cannot be known."""

import pytest

from gametape.film.player import measured_player, player_name
from gametape.film.sidecar import Player, Sidecar

CLICK = {"t": 1.0, "x": 0.5, "y": 0.5}


@pytest.mark.parametrize(
    ("players", "owner", "name"),
    [
        ([], None, None),
        ([], "coach@club.example", None),  # an owner uploads; who plays is not known
        ([{"name": "Ana"}], "coach@club.example", "Ana"),
        ([{"name": "  Ana "}], None, "Ana"),
        ([{"name": "  "}], "Ana", None),
        ([{"number": "7"}], "Ana", None),
        ([{"name": "Ana"}, {"name": "Ben"}], None, None),  # nobody was clicked: either may be meant
        ([{"name": "Ana"}, {"name": "Ben"}], "Ana", None),
        ([{"name": "Ana"}, {"name": "Ben", "clicks": [CLICK]}], None, "Ben"),
        ([{"name": "Ana", "clicks": [CLICK]}, {"name": "Ben", "clicks": [CLICK]}], None, "Ana"),
        ([{"name": "Ana"}, {"clicks": [CLICK]}], "Ana", None),  # somebody without a name was clicked
    ],
)
def test_the_name_a_film_is_filed_under(players, owner, name):
    assert player_name(Sidecar(players=players, owner=owner)) == name


def test_what_is_known_of_a_player_is_never_taken_from_another():
    ana = {"name": "Ana", "height_m": 1.71, "handedness": "left"}
    clicked = Sidecar(players=[ana, {"name": "Ben", "clicks": [CLICK]}])
    assert measured_player(clicked).height_m is None and measured_player(clicked).handedness is None
    assert measured_player(Sidecar(players=[ana, {"name": "Ben"}])) == Player()
