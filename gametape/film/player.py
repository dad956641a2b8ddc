"""Which player a film is about: the one who is measured and under whose name the film is filed.

How that person is found among the people in the picture belongs to `gametape.pose`.
"""

from __future__ import annotations

import hashlib

from gametape.base.slug import words
from gametape.film.sidecar import Player, Sidecar


def measured_player(sidecar: Sidecar) -> Player:
    """The player of the sidecar who is measured.

    It is the first player who was clicked, else the only player there is. Of several players without a click nobody
    can tell which one is meant, and the sidecar's owner need not be in the film at all: both give a player without a
    name, a height or a playing hand.

    >>> ana, ben = Player(name="Ana"), Player(name="Ben", clicks=[{"t": 1, "x": 0.5, "y": 0.5}])
    >>> measured_player(Sidecar(players=[ana, ben])).name
    'Ben'
    >>> measured_player(Sidecar(players=[ana])).name
    'Ana'
    >>> measured_player(Sidecar(players=[ana, {"name": "Cem"}], owner="Ana")) == Player()
    True
    """
    clicked = [player for player in sidecar.players if player.clicks]
    if clicked:
        return clicked[0]
    return sidecar.players[0] if len(sidecar.players) == 1 else Player()


def player_name(sidecar: Sidecar) -> str | None:
    """The name under which the film is filed, or None for an unknown player."""
    return (measured_player(sidecar).name or "").strip() or None


def player_key(name: str) -> str:
    """The player's partition key: safe in a path, and the same however the name is capitalised.

    >>> player_key("Ana López") == player_key(" ana lópez ")
    True
    """
    name = name.strip().lower()
    digest = hashlib.sha256(f"player:{name}".encode()).hexdigest()[:12]
    return f"{words(name) or 'player'}-{digest}"
