"""Who is who: the id that a player has on a platform, and which player of a game a person is.

Belongs here: spellings of ids, and matching a person to the players of a game. Does not belong here: the file in which
people are written down (`people`).

A person is known by an id, else by an exact name that only one player has. Otherwise nobody is meant: never the first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gametape.base.errors import BadInput
from gametape.base.reason import Reason

STEAM, EPIC, XBOX, PS4, SWITCH, PSYNET = PLATFORMS = ("steam", "epic", "xbox", "ps4", "switch", "psynet")
"""Platforms that players have ids on, as ballchasing.com calls them. `psynet` is the game's own account."""

_OTHER_NAMES = {"psn": PS4, "ps5": PS4, "playstation": PS4, "xboxone": XBOX, "dingo": XBOX, "nintendo": SWITCH}
#: Ids of people at Steam are this and an account's number of 32 bits.
_FIRST_STEAM = 76561197960265728
_LARGEST = 1 << 64

FORMS = {
    STEAM: "17 digits that begin with 7656119",
    EPIC: "32 hex digits",
    XBOX: "16 hex digits as ballchasing.com has them, or the number",
    PS4: "the name at PlayStation",
    SWITCH: "16 hex digits as ballchasing.com has them, or the number",
    PSYNET: "16 hex digits as ballchasing.com has them, or the number",
}
"""What an id looks like, by platform."""


def platform_of(name: str) -> str | None:
    """The platform of this name; None where there is none.

    >>> platform_of("XBox"), platform_of("psn"), platform_of("none")
    ('xbox', 'ps4', None)
    """
    plain = name.strip().lower()
    plain = _OTHER_NAMES.get(plain, plain)
    return plain if plain in PLATFORMS else None


def is_masked(text: str) -> bool:
    """Is it a name or an id of which only asterisks are shown?

    >>> is_masked("****"), is_masked("*Ana*"), is_masked("")
    (True, False, False)
    """
    return bool(text) and not text.strip("*")


def shown(name: str | None) -> str | None:
    """A name that is shown; None where there is none or only its mask.

    >>> shown("Ana"), shown("***"), shown("")
    ('Ana', None, None)
    """
    return None if not name or is_masked(name) else name


def canonical(platform: str, text: str, in_hex: bool | None = None) -> str | None:
    """An id in the one spelling that ids are compared in; None where it is no id of this platform.

    Steam: decimal. Epic: lower-case hex. Xbox, Switch, Psynet: decimal, which ballchasing.com spells as the hex digits
    of the eight bytes, lowest byte first. PlayStation: the name, in lower case, as case does not tell two apart.

    `in_hex` says how a number of sixteen decimal digits is meant; None: as is likelier.

    >>> canonical("xbox", "0100000000000900"), canonical("xbox", "2533274790395905")
    ('2533274790395905', '2533274790395905')
    >>> canonical("epic", "00112233-4455-6677-8899-AABBCCDDEEFF")
    '00112233445566778899aabbccddeeff'
    >>> canonical("steam", "76561197960265729"), canonical("steam", "76561197960265728"), canonical("ps4", "****")
    ('76561197960265729', None, None)
    """
    plain = text.strip().lower()
    if not plain or is_masked(plain):
        return None
    if platform == STEAM:
        own = plain.isascii() and plain.isdecimal() and _FIRST_STEAM < int(plain) < _FIRST_STEAM + (1 << 32)
        return str(int(plain)) if own else None
    if platform == EPIC:
        plain = plain.replace("-", "")
        return plain if re.fullmatch(r"[0-9a-f]{32}", plain) and plain.strip("0") else None
    if platform == PS4:
        return plain if re.fullmatch(r"[a-z0-9_-]{1,16}", plain) else None
    if platform in (XBOX, SWITCH, PSYNET):
        if _is_number_in_hex(platform, plain, in_hex):
            number = int.from_bytes(bytes.fromhex(plain), "little")
        elif plain.isascii() and plain.isdecimal():
            number = int(plain)
        else:
            return None
        return str(number) if 0 < number < _LARGEST else None
    return None


def spelt(text: str) -> str:
    """An id that a person wrote as `platform:id`, as ballchasing.com is asked for it.

    >>> spelt("xbox:2533274790395905"), spelt("psn:Ana")
    ('xbox:0100000000000900', 'ps4:Ana')

    Raises:
        BadInput: It is none.
    """
    one = parse_identity(text)
    assert one.platform and one.id
    own = text.partition(":")[2].strip() if one.platform == PS4 else as_ballchasing(one.platform, one.id)
    return f"{one.platform}:{own}"


def as_ballchasing(platform: str, own: str) -> str:
    """A canonical id as ballchasing.com spells it.

    >>> as_ballchasing("xbox", "2533274790395905")
    '0100000000000900'
    """
    return int(own).to_bytes(8, "little").hex() if platform in (XBOX, SWITCH, PSYNET) else own


def _is_number_in_hex(platform: str, plain: str, in_hex: bool | None) -> bool:
    """Are these the hex digits of eight bytes? Sixteen digits alone may be a number: Xbox gives such ones."""
    if not re.fullmatch(r"[0-9a-f]{16}", plain):
        return False
    if not plain.isdecimal():
        return True
    return not (platform == XBOX and plain.startswith(("2533", "2534", "2535"))) if in_hex is None else in_hex


@dataclass(frozen=True)
class Identity:
    """Who a player of a game is.

    Attributes:
        platform: One of `PLATFORMS`; None where there is no identity.
        id: Canonical; None likewise.
        reason: Why there is no identity; None where there is one.
    """

    platform: str | None
    id: str | None
    reason: Reason | None = None

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}" if self.id else ""

    @property
    def text(self) -> str | None:
        """Platform and id with a colon between; None where there is no identity."""
        return str(self) or None


def identify(
    platform: str | None, text: str | None, *, bot: bool = False, local_player: int = 0, in_hex: bool = False
) -> Identity:
    """The identity that a game's record of a player gives.

    Args:
        platform: As the record has it; None or empty: not told.
        text: The id there; likewise.
        bot: It is the game's own player.
        local_player: Number of the player at one machine: all but 0 are guests with the first one's id.
        in_hex: Numbers are spelled as ballchasing.com does; else sixteen decimal digits are a number.

    >>> str(identify("XboxOne", "2533274790395905"))
    'xbox:2533274790395905'
    >>> identify("ps4", "********").reason
    'id_masked'
    """
    if bot:
        return Identity(None, None, Reason("player_of_the_game"))
    if local_player:
        return Identity(None, None, Reason("guest_at_a_machine"))
    if not platform or not text:
        return Identity(None, None, Reason("id_not_told"))
    if is_masked(text.strip()):
        return Identity(None, None, Reason("id_masked"))
    known = platform_of(platform)
    own = canonical(known, text, in_hex) if known else None
    return Identity(known, own) if own else Identity(None, None, Reason("id_unknown_form", platform=platform))


def parse_identity(text: str) -> Identity:
    """The identity that a person wrote as `platform:id`.

    Raises:
        BadInput: It is none; the message says what one looks like.
    """
    platform, colon, own = text.partition(":")
    known = platform_of(platform)
    if not colon or not known:
        remedy = f"Write platform:id with one of {', '.join(PLATFORMS)}"
        raise BadInput(text, "names no platform", remedy)
    if is_masked(own.strip()):
        raise BadInput(text, "is masked, so it is nobody's id", "Give an id that is shown")
    found = canonical(known, own)
    if not found:
        raise BadInput(text, f"is no id of {known}", f"An id of {known} is {FORMS[known]}")
    return Identity(known, found)


def exact(name: str) -> str:
    """A name in the form that names are compared in: letters composed, no spaces at its ends; case counts."""
    return unicodedata.normalize("NFC", name).strip()


@dataclass(frozen=True)
class Person:
    """Somebody who plays.

    Attributes:
        key: What the person is called in keys of partitions and files.
        name: What the person is called on a page.
        identities: All ids, as `platform:id`, canonical.
        names: All names in games.
        spelt: The ids as ballchasing.com is asked for them.
    """

    key: str
    name: str
    identities: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    spelt: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """Which player of a game a person is.

    Attributes:
        player: The player's number in `replay_players`; None: none.
        by: What told it.
        reason: Why it is none of them; None where it is one.
        candidates: Numbers of players who may be meant and are not taken.
    """

    player: int | None
    by: Literal["id", "name"] | None = None
    reason: Reason | None = None
    candidates: tuple[int, ...] = ()


def match(person: Person, players: Iterable[Mapping[str, Any]]) -> Match:
    """Find a person among the players of one game: by an id, else by an exact name that only one of them has.

    A player of that name whose id is another one than the person's on the same platform is somebody else.

    Args:
        person: Whom to find.
        players: Rows of `replay_players` of one game: `player`, `name`, `identity` count.

    Returns:
        One player, or none with its reason and the candidates.
    """
    rows = list(players)
    by_id = [row["player"] for row in rows if row["identity"] and row["identity"] in person.identities]
    if len(by_id) == 1:
        return Match(by_id[0], "id")
    if by_id:  # somebody left and came back: the game has a row for each stay
        return Match(None, None, Reason("several_with_the_id", n=len(by_id)), tuple(by_id))
    wanted = {exact(name) for name in person.names if not is_masked(name)}
    named = [row for row in rows if (name := shown(row["name"])) and exact(name) in wanted]
    platforms = {identity.partition(":")[0] for identity in person.identities}
    others = [row for row in named if row["identity"] and row["identity"].partition(":")[0] in platforms]
    free = [row["player"] for row in named if row not in others and not row["bot"]]
    if len(free) == 1 and not others:
        return Match(free[0], "name")
    numbers = tuple(row["player"] for row in named)
    if len(named) > 1:
        return Match(None, None, Reason("several_of_the_name", n=len(named)), numbers)
    if others:
        return Match(None, None, Reason("name_of_another_account"), numbers)
    if named:
        return Match(None, None, Reason("name_of_a_bot"), numbers)
    like = {name.casefold() for name in wanted}
    near = tuple(row["player"] for row in rows if row["name"] and exact(row["name"]).casefold() in like)
    # Of those who hide, each may be the person.
    hidden = tuple(row["player"] for row in rows if not (row["identity"] or row["bot"] or shown(row["name"])))
    return Match(None, None, Reason("not_in_the_game"), near or hidden)
