"""A server on loopback that speaks as ballchasing.com's API does, with its limits and every refusal it documents."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gametape.replay.ballchasing.pace import LIMITS
from tests.replay.made_answers import as_bytes, made_answer, made_summary

TOKEN = "n0bodys-Token"
PAGE = 7
"""Games on a page, however many were asked for at once: lists go on and on."""


class FakeClock:
    """Time that passes when somebody waits, and a little with each look."""

    def __init__(self) -> None:
        self.seconds, self.slept = 0.0, []

    def now(self) -> float:
        self.seconds += 0.0001
        return self.seconds

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds < 4000
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class Asked:
    """A request that came."""

    path: str
    query: list[tuple[str, str]]
    token: str | None
    at: float


@dataclass
class Ballchasing:
    """What the server knows, and what it does to requests.

    Attributes:
        games: Bodies of answers, by id.
        listed: Numbers of the games in lists, newest first, by group (None: in none).
        inside: Groups within groups.
        fault: Of a request's number, from 0, and its path: `(status, headers, body)` to answer with instead, `drop` to
            hang up, `half` to hang up in the middle, `hang` to answer late, None to do right.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    tier: str = "regular"
    games: dict[str, bytes] = field(default_factory=dict)
    listed: dict[str | None, list[int]] = field(default_factory=dict)
    inside: dict[str, list[str]] = field(default_factory=dict)
    fault: Callable[[int, str], Any] = lambda number, path: None
    hang_s: float = 0.5
    next_at: Callable[[str], str] = lambda address: address
    asked: list[Asked] = field(default_factory=list)
    over_the_limit: int = 0
    url: str = ""

    def add(self, *numbers: int, group: str | None = None) -> list[str]:
        """Games of these numbers, listed in this order. Returns their ids."""
        ids = []
        for number in numbers:
            answer = made_answer(number)
            self.games[answer["id"]] = as_bytes(answer)
            self.listed.setdefault(group, []).append(number)
            ids.append(answer["id"])
        return ids

    def games_asked(self) -> list[str]:
        return [one.path.rpartition("/")[2] for one in self.asked if "/replays/" in one.path]

    # ---- answering ----

    def answer(self, asked: Asked, number: int) -> Any:
        if asked.token != TOKEN:
            return 401, {}, {"error": f"Invalid API key {asked.token}"}
        if (fault := self.fault(number, asked.path)) is not None:
            return fault
        if not self._within_limits(asked):
            self.over_the_limit += 1
            return 429, {"Retry-After": "5"}, {"error": "rate limit exceeded"}
        parts = [part for part in asked.path.removeprefix("/api").split("/") if part]
        query = dict(asked.query)
        match parts:
            case []:
                return 200, {}, {"chaser": True, "name": "Player 0", "steam_id": "1", "type": self.tier}
            case ["replays"]:
                return 200, {}, self._page(self.listed.get(query.get("group"), []), query, "replays")
            case ["replays", own] if own in self.games:
                return 200, {}, self.games[own]
            case ["groups", group] if group in self.listed or group in self.inside:
                return 200, {}, {"id": group, "name": "Group"}
            case ["groups"]:
                return 200, {}, {"list": [{"id": one} for one in self.inside.get(query.get("group", ""), [])]}
        return 404, {}, {"error": "not found"}

    def _page(self, numbers: list[int], query: dict[str, str], path: str) -> dict[str, Any]:
        begin = int(query.get("after", 0))
        size = min(PAGE, int(query.get("count", 150)))
        page = {"count": len(numbers), "list": [made_summary(one) for one in numbers[begin : begin + size]]}
        if begin + size < len(numbers):
            page["next"] = self.next_at(f"{self.url}/{path}?after={begin + size}&count={query.get('count', 150)}")
            if "group" in query:
                page["next"] += f"&group={query['group']}"
        return page

    def _within_limits(self, asked: Asked) -> bool:
        kind = "get" if asked.path.count("/") > 2 else "list"
        limit = LIMITS[self.tier][kind]
        same = [one.at for one in self.asked if ("get" if one.path.count("/") > 2 else "list") == kind]
        second = sum(at > asked.at - 1 for at in same)
        hour = sum(at > asked.at - 3600 for at in same)
        return second <= limit.per_second and (limit.per_hour is None or hour <= limit.per_hour)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20  # in one packet: two would wait for each other
    house: Ballchasing

    def do_GET(self) -> None:
        house, parts = self.house, urlsplit(self.path)
        asked = Asked(parts.path, parse_qsl(parts.query), self.headers.get("Authorization"), house.clock.now())
        house.asked.append(asked)
        answer = house.answer(asked, len(house.asked) - 1)
        if answer == "hang":
            time.sleep(house.hang_s)
            answer = "drop"
        if answer == "drop":
            self.close_connection = True
            return
        whole = answer if answer != "half" else (200, {}, house.games[asked.path.rpartition("/")[2]])
        status, headers, body = whole
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response_only(status)
        for name, value in ({"Date": formatdate(1.7e9, usegmt=True)} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if answer != "half" else body[: len(body) // 2])
        self.close_connection = answer == "half"

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(house: Ballchasing) -> Iterator[Ballchasing]:
    """The server, at `house.url`."""
    handler = type("Handler", (_Handler,), {"house": house})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    house.url = f"http://127.0.0.1:{server.server_port}/api"
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
