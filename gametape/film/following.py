"""Whether a film is about one among many, who is looked for and followed through it, and who that is.

Belongs here: what the sidecar and the sport say of it. Does not belong here: finding people (`gametape.people`),
telling which of them is wanted (`gametape.follow`).
"""

from __future__ import annotations

from gametape.base.reason import Reason
from gametape.film.sidecar import Sidecar
from gametape.sports.people import is_team

PRESENTER = "presenter"
"""The mode of a film that follows whoever presents: by his poses, see `gametape.presenter`."""


def has_number(sidecar: Sidecar) -> bool:
    """Whether a player of the sidecar has a number: then he is one of many in shirts."""
    return any(player.number for player in sidecar.players)


def why_not(sport: str | None, mode: str | None, numbered: bool) -> Reason | None:
    """Why nobody is followed through a film; None where somebody is.

    Args:
        sport: The sidecar's.
        mode: The sidecar's.
        numbered: Whether a player of the sidecar has a number.

    >>> why_not("tennis", None, False).code, why_not("tennis", None, True), why_not("ice hockey", None, False)
    ('nobody_followed', None, None)
    >>> why_not("lecture", PRESENTER, False).code
    'presenter_followed'
    """
    if mode == PRESENTER:
        return Reason("presenter_followed")
    return None if numbered or is_team(sport) else Reason("nobody_followed")


def follows(sidecar: Sidecar) -> bool:
    """Whether somebody among many is followed through the film."""
    return why_not(sidecar.sport, sidecar.mode, has_number(sidecar)) is None


def one_of_many(sidecar: Sidecar) -> bool:
    """Whether the film shows many of whom it is about one at most: whoever is nearest to the camera is not that player.

    >>> one_of_many(Sidecar(sport="ice hockey")), one_of_many(Sidecar(sport="tennis", players=[{"number": 7}]))
    (True, False)
    """
    return follows(sidecar) and (sidecar.sport is None or is_team(sidecar.sport))


def wanted_places(sidecar: Sidecar) -> tuple[int, ...]:
    """The places in the sidecar's `players`, from 0, of whom is looked for: who has a number, or was clicked.

    Where nobody is followed, nobody is wanted.
    """
    if not follows(sidecar):
        return ()
    return tuple(place for place, player in enumerate(sidecar.players) if player.number or player.clicks)


def told_by_following(sidecar: Sidecar) -> bool:
    """Whether how much of the player, or of the presenter, is in sight is told by whoever follows them.

    >>> told_by_following(Sidecar(sport="tennis")), told_by_following(Sidecar(sport="ice hockey"))
    (False, True)
    >>> told_by_following(Sidecar(mode="presenter")), told_by_following(Sidecar(players=[{"number": 7}]))
    (True, True)
    """
    return one_of_many(sidecar) or sidecar.mode == PRESENTER


def only_wanted(sidecar: Sidecar) -> bool:
    """Whether the film is about the wanted players alone, so that nobody else has poses: some are wanted, of many.

    In a sport of two or four a number says which of them is meant; the others are of interest too.

    >>> kim = [{"number": "7"}]
    >>> only_wanted(Sidecar(sport="ice hockey", players=kim)), only_wanted(Sidecar(players=kim))
    (True, True)
    >>> only_wanted(Sidecar(sport="tennis", players=kim)), only_wanted(Sidecar(sport="ice hockey"))
    (False, False)
    """
    return one_of_many(sidecar) and bool(wanted_places(sidecar))


def that_somebody_is_wanted(sidecar: Sidecar) -> dict[str, list[dict[str, str]]]:
    """Keys of a sidecar that say that it is about wanted players alone, and not who: another number changes nothing.

    >>> that_somebody_is_wanted(Sidecar(sport="ice hockey", players=[{"name": "Kim", "number": "20"}]))
    {'players': [{'number': '0'}]}
    >>> that_somebody_is_wanted(Sidecar(sport="tennis", players=[{"number": "20"}]))
    {}
    """
    return {"players": [{"number": "0"}]} if only_wanted(sidecar) else {}
