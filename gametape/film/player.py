"""Which players a film is about: the one who is measured first, and under whose names the film is filed.

How they are found among the people in the picture belongs to `gametape.pose`; who plays which part, to
`gametape.movement.persons`.
"""

from __future__ import annotations

import hashlib

from gametape.base.slug import words
from gametape.film.following import wanted_places
from gametape.film.sidecar import Player, Sidecar

LONGEST_WORDS = 50
"""Characters of a name in its key; what tells two names apart is the digest behind them."""


def measured_place(sidecar: Sidecar) -> int | None:
    """The place in the sidecar's `players`, from 0, of the player whom the film is about.

    Where players are followed it is the first of them. Else it is the first player who was clicked, else the only
    player there is. Of several players without a click nobody can tell which one is meant, and the sidecar's owner need
    not be in the film at all: both give None.
    """
    if wanted := wanted_places(sidecar):
        return wanted[0]
    if clicked := clicked_places(sidecar):
        return clicked[0]
    return 0 if len(sidecar.players) == 1 else None


def clicked_places(sidecar: Sidecar) -> tuple[int, ...]:
    """The places in `players` of whom a click says where they are.

    >>> clicked_places(Sidecar(players=[{"name": "Ana"}, {"clicks": [{"t": 1, "x": 0.5, "y": 0.5}]}]))
    (1,)
    """
    return tuple(place for place, player in enumerate(sidecar.players) if player.clicks)


def measured_player(sidecar: Sidecar) -> Player:
    """The player whom the film is about; one without a name, a height or a playing hand where nobody can tell.

    >>> ana, ben = Player(name="Ana"), Player(name="Ben", clicks=[{"t": 1, "x": 0.5, "y": 0.5}])
    >>> measured_player(Sidecar(players=[ana, ben])).name
    'Ben'
    >>> measured_player(Sidecar(players=[ana])).name
    'Ana'
    >>> measured_player(Sidecar(players=[ana, {"name": "Cem"}], owner="Ana")) == Player()
    True
    >>> measured_player(Sidecar(players=[ana, {"name": "Cem", "number": "7"}])).name
    'Cem'
    """
    place = measured_place(sidecar)
    return Player() if place is None else sidecar.players[place]


def other_places(sidecar: Sidecar) -> tuple[int, ...]:
    """The places in `players` of everybody else who is named and clicked, or followed, each name once.

    >>> at = [{"t": 1, "x": 0.5, "y": 0.5}]
    >>> other_places(Sidecar(players=[{"name": "Ana", "clicks": at}, {"name": "Ben", "clicks": at}, {"name": "Cem"}]))
    (1,)
    """
    known = {(player_name(sidecar) or "").lower()}
    places, told = [], wanted_places(sidecar) or clicked_places(sidecar)
    for place in told:
        name = (name_of(sidecar.players[place]) or "").lower()
        if place != measured_place(sidecar) and name and name not in known:
            known.add(name)
            places.append(place)
    return tuple(places)


def name_of(player: Player) -> str | None:
    """The player's name; None where there is none."""
    return (player.name or "").strip() or None


def player_name(sidecar: Sidecar) -> str | None:
    """The name of the player whom the film is about, or None for an unknown player."""
    return name_of(measured_player(sidecar))


def player_names(sidecar: Sidecar) -> tuple[str, ...]:
    """Every name under which the film is filed: whom the film is about first, then whoever else is named and clicked.

    >>> at = [{"t": 1, "x": 0.5, "y": 0.5}]
    >>> player_names(Sidecar(players=[{"name": "Ana", "clicks": at}, {"name": "Ben", "clicks": at}]))
    ('Ana', 'Ben')
    """
    places = (measured_place(sidecar), *other_places(sidecar))
    names = (name_of(sidecar.players[place]) for place in places if place is not None)
    return tuple(name for name in names if name)


def player_key(name: str) -> str:
    """The player's partition key, the same however the name is capitalised: safe in a path, 63 characters at most.

    >>> player_key("Ana López") == player_key(" ana lópez ")
    True
    >>> len(player_key("Ana " * 40))
    63
    """
    name = name.strip().lower()
    digest = hashlib.sha256(f"player:{name}".encode()).hexdigest()[:12]
    return f"{words(name)[:LONGEST_WORDS].strip('-') or 'player'}-{digest}"
