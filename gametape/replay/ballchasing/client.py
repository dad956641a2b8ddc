"""Asking ballchasing.com.

Belongs here: requests, their limits and refusals, following lists. Does not belong here: what answers hold (`schema`),
where they are kept (`importing`).

The token goes into one header of requests to the API's own host and nowhere else: not into an error, a log or `repr`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from gametape.base.errors import BadInput, Unavailable
from gametape.replay.ballchasing.answer import LARGEST_BYTES
from gametape.replay.ballchasing.pace import LIMITS, LOWEST, Clock, Kind, Pace, RealClock
from gametape.replay.ballchasing.schema import Drifted, GroupPage, Page, Summary, checked, loaded

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

API = "https://ballchasing.com/api"
TOKEN = "GAMETAPE_BALLCHASING_TOKEN"
CONNECT_S, READ_S = 10.0, 30.0
"""Time limits for connecting and for each part of an answer."""
TRIES = 5
"""How often a request that fails on the way, or at the server, is sent."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
PATIENCE_S = 3900.0
"""Longest wait for a limit, in all, of one request: the limits are those of an hour."""
MOST_A_PAGE = 200
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GROUP = re.compile(r"[A-Za-z0-9_-]{1,200}")
_SAID = 200  # characters of what the server says that are told


class TokenRefused(BadInput):
    """401 or 403: the token is wrong, or may not do this."""


class NotThere(BadInput):
    """404: no such game or group, or it is private."""


class Duplicate(BadInput):
    """409: the game is there already under another id."""


class Refused(BadInput):
    """Another refusal that the same request would meet again."""


class TooMany(Unavailable):
    """429, for longer than we wait."""


class Unreachable(Unavailable):
    """The server cannot be reached, or fails (5xx), each time."""


def game_id(text: str) -> str:
    """A game's id, given as such or as the address of its page.

    Raises:
        BadInput: It is neither.

    >>> game_id("https://ballchasing.com/replay/00000000-0000-0000-0000-00000000000A#overview")
    '00000000-0000-0000-0000-00000000000a'
    """
    plain = text.strip().lower()
    if plain.startswith(("http://", "https://")):
        plain = urlsplit(plain).path.rstrip("/").rpartition("/")[2]
    if not _ID.fullmatch(plain):
        raise BadInput(text, "is no id of ballchasing.com", "Give the id, or the address of the game's page")
    return plain


@dataclass(frozen=True)
class Query:
    """Which games a list holds; None: no matter.

    Attributes:
        players: Ids as ballchasing.com spells them, `platform:id`; games of any of them.
        name: Name of a player.
        playlist: As ballchasing.com calls it, e.g. `ranked-doubles`.
        season: As ballchasing.com calls it, e.g. `f21`.
        group: Id of a group; games of groups within it are not in its list.
        since: Played at or after this moment, ISO 8601 with a zone.
        until: Played before this moment.
    """

    players: tuple[str, ...] = ()
    name: str | None = None
    playlist: str | None = None
    season: str | None = None
    group: str | None = None
    since: str | None = None
    until: str | None = None

    def parameters(self, most: int) -> list[tuple[str, str]]:
        """As the API takes them, newest games first, `most` on a page."""
        given = [("player-id", one) for one in self.players]
        named = {
            "player-name": self.name, "playlist": self.playlist, "season": self.season, "group": self.group,
            "replay-date-after": self.since, "replay-date-before": self.until,
        }  # fmt: skip
        given += [(name, value) for name, value in named.items() if value is not None]
        return [*given, ("sort-by", "replay-date"), ("sort-dir", "desc"), ("count", str(min(most, MOST_A_PAGE)))]


def _silent(line: str) -> None:
    """Tells nobody."""


class Client:
    """Asks ballchasing.com's API on behalf of a token's owner.

    Args:
        token: The owner's.
        url: The API's address.
        clock: Whose seconds the limits are counted in.
        patience_s: Longest wait for a limit of one request.
        tell: Is told of each long wait, in a line.
        read_s: Time limit of each part of an answer.
        tries: How often a request that fails is sent.

    Raises:
        BadInput: There is no token, or it is none by its form.
    """

    def __init__(
        self, token: str, url: str = API, *, clock: Clock | None = None, patience_s: float = PATIENCE_S,
        tell: Callable[[str], None] = _silent, read_s: float = READ_S, tries: int = TRIES,
    ) -> None:  # fmt: skip
        import urllib3

        token = token.strip()
        remedy = "Set it to the token that ballchasing.com/upload shows"
        if not token:
            raise BadInput(TOKEN, "is not set", remedy)
        if not re.fullmatch(r"[!-~]+", token):  # a header with other characters is refused in an error that shows it
            raise BadInput(TOKEN, "has characters that no token has", remedy)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise BadInput("GAMETAPE_BALLCHASING_URL", "is no address of an API", f"Unset it: it is {API} then")
        self._url, self._clock, self._patience_s, self._tell = url.rstrip("/"), clock or RealClock(), patience_s, tell
        self._pace, self._tries = Pace(self._clock), tries
        self.__token = token
        timeout = urllib3.Timeout(connect=CONNECT_S, read=read_s)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout, maxsize=1)

    def __repr__(self) -> str:
        return f"Client({self._url})"

    def __reduce__(self) -> str:
        raise TypeError("a client holds a token, which is not written anywhere")

    @property
    def clock(self) -> Clock:
        """Whose seconds the limits are counted in."""
        return self._clock

    @property
    def tier(self) -> str:
        """The tier whose limits are kept to."""
        return self._pace.tier

    def greet(self) -> str:
        """Ask who the token's owner is, and keep to the limits of the owner's tier from now on. Returns the tier.

        Raises:
            TokenRefused: The token is wrong.
            Unavailable: The API cannot be reached.
        """
        told = loaded(self._get("list", self._url + "/", "ballchasing.com"), "ballchasing.com's greeting").get("type")
        self._pace.tier = told if isinstance(told, str) and told in LIMITS else LOWEST
        return self.tier

    def game(self, own: str) -> bytes:
        """The answer about a game, its bytes as they came.

        Raises:
            NotThere: There is no such game.
            BadInput: It is refused otherwise.
            Unavailable: It cannot be had now.
        """
        return self._get("get", f"{self._url}/replays/{quote(own, safe='')}", own)

    def games(self, query: Query, most: int | None = None) -> Iterator[Summary]:
        """The games that a query finds, newest first, each once; `most` of them at most.

        Raises:
            Drifted: The list has another form, or goes on at another host.
            BadInput: The query is refused.
            Unavailable: The list cannot be had now.
        """
        address: str | None = f"{self._url}/replays?{urlencode(query.parameters(most or MOST_A_PAGE))}"
        seen: set[str] = set()
        for raw in self._pages(address, "the list of games"):
            for game in checked(Page, raw, "ballchasing.com's list of games").list:
                if game.id in seen:
                    continue
                if most is not None and len(seen) >= most:
                    return
                seen.add(game.id)
                yield game
            if most is not None and len(seen) >= most:
                return

    def groups_within(self, group: str) -> Iterator[str]:
        """A group's id and those of all groups within it, each once.

        Raises:
            NotThere: There is no such group.
            BadInput: It is refused otherwise.
            Unavailable: It cannot be had now.
        """
        if not _GROUP.fullmatch(group):
            raise BadInput(group, "is no id of a group", "Give the last part of the address of the group's page")
        self._get("get", f"{self._url}/groups/{group}", f"group {group}")
        waiting, seen = [group], {group}
        while waiting:
            here = waiting.pop()
            yield here
            name = f"ballchasing.com's list of groups in {here}"
            for raw in self._pages(f"{self._url}/groups?{urlencode({'group': here, 'count': MOST_A_PAGE})}", name):
                inside = [one.id for one in checked(GroupPage, raw, name).list if one.id not in seen]
                seen.update(inside)
                waiting += inside

    # ---- requests ----

    def _pages(self, address: str | None, name: str) -> Iterator[dict[str, Any]]:
        seen = set()
        while address:
            if address in seen:
                raise Drifted(name, "goes on with a part that came before (its field next)", "Try again later")
            seen.add(address)
            page = loaded(self._get("list", address, name), name)
            yield page
            address = self._own(page.get("next"), name)

    def _own(self, address: object, name: str) -> str | None:
        """The address of a list's next part, if it is one of this API: the token goes to no other host."""
        if address is None or address == "":
            return None
        try:
            there, here = urlsplit(str(address)), urlsplit(self._url)
            same = (there.scheme, there.hostname, there.port, there.username, there.password) == (
                here.scheme, here.hostname, here.port, None, None,
            ) and there.path.startswith(here.path + "/")  # fmt: skip
        except ValueError:
            same = False
        if not same or not isinstance(address, str):
            raise Drifted(name, "goes on at another host (its field next), which is not followed", "Try again later")
        return address

    def _get(self, kind: Kind, address: str, subject: str) -> bytes:
        """The body of the answer to a GET, sent again where that may help."""
        tries, limited, pause = 0, 0.0, FIRST_PAUSE_S
        while True:
            self._pace.wait(kind)
            status, headers, body, failure = self._ask(address)
            if status == 200 and not failure:
                return body
            told = _seconds(headers)
            if status == 429:
                wait = pause if told is None else max(told, FIRST_PAUSE_S)
                limited += wait
                if limited > self._patience_s:
                    remedy = "What was imported stays; say the same again later, and it goes on from there"
                    raise TooMany(subject, f"ballchasing.com asks to wait {_text(wait)}: its limit is reached", remedy)
                if wait >= 10:
                    self._tell(f"ballchasing.com's limit is reached: waiting {_text(wait)}")
            elif status is not None and 300 <= status < 500 and not failure:
                raise self._refusal(status, body, subject)
            else:
                tries += 1
                wait = min(pause if told is None else max(told, 0.0), self._patience_s)
                if tries >= self._tries:
                    reason = (
                        f"ballchasing.com cannot be asked ({failure or f'it answers {status}'}, {self._tries} times)"
                    )
                    raise Unreachable(subject, reason, "Say the same again later; it goes on from there")
            self._clock.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _ask(self, address: str) -> tuple[int | None, dict[str, str], bytes, str | None]:
        """One request: status, headers, body, and what went wrong on the way (None: nothing)."""
        import urllib3

        headers = {"Authorization": self.__token, "Accept": "application/json", "User-Agent": "gametape"}
        answer: BaseHTTPResponse | None = None
        try:
            answer = self._pool.request("GET", address, headers=headers, preload_content=False, redirect=False)
            body = answer.read(LARGEST_BYTES + 1)
            if len(body) > LARGEST_BYTES:
                answer.close()
                return answer.status, dict(answer.headers), b"", f"an answer of more than {LARGEST_BYTES} bytes"
            if answer.status == 200 and not body.rstrip().endswith((b"}", b"]")):
                return 200, dict(answer.headers), b"", "half an answer"
            return answer.status, dict(answer.headers), body, None
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return None, {}, b"", type(error).__name__
        finally:
            if answer is not None:
                answer.release_conn()

    def _refusal(self, status: int, body: bytes, subject: str) -> BadInput:
        """The error for an answer that says no."""
        said, other = self._said(body)
        if status in (401, 403):
            reason = f"is refused by ballchasing.com ({status}{said})"
            return TokenRefused(TOKEN, reason, "Set it to the token that ballchasing.com/upload shows")
        if status == 404:
            return NotThere(subject, f"ballchasing.com does not have it, or it is private (404{said})", "Check the id")
        if status == 409:
            remedy = f"Import {other} instead" if other else "Look for it with: gametape replays search"
            return Duplicate(subject, f"ballchasing.com has this game under another id (409{said})", remedy)
        if status < 400:
            return Refused(subject, f"ballchasing.com sends to another address ({status})", "Upgrade gametape")
        return Refused(subject, f"ballchasing.com refuses ({status}{said})", "Check what was asked for")

    def _said(self, body: bytes) -> tuple[str, str | None]:
        """What the body of a refusal says, and the id it names."""
        try:
            data = loaded(body, "")
        except Drifted:
            return "", None
        text = " ".join(str(data.get("error") or "").replace(self.__token, "…").split())[:_SAID]
        text = "".join(letter for letter in text if letter.isprintable())
        other = str(data.get("id") or "").lower()
        return (f": {text}" if text else ""), (other if _ID.fullmatch(other) else None)


def _seconds(headers: dict[str, str]) -> float | None:
    """How long an answer asks to wait; None where it does not say, or says nothing sensible."""
    found = {name.lower(): value for name, value in headers.items()}
    text = found.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", text):
        return float(text)
    try:
        at, now = parsedate_to_datetime(text), parsedate_to_datetime(found.get("date", ""))
        return max((at - now).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def _text(seconds: float) -> str:
    """`40 s`, `12 min`."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
