"""Dagster's web server, which answers this house's own pages and no others.

Run as `python -m orchestration.webserver WORKSPACE HOST PORT [--read-only]`.

Belongs here: who may ask. Does not belong here: what Dagster answers.

Dagster has no login and asks neither where a request comes from nor what name it was called by, and it starts runs by
GET, too. So any page open in the same browser could start, stop and delete; a name that an attacker points at
127.0.0.1 could also read the answers.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from gametape.base.settings import settings
from orchestration.metrics import Watched
from resources.dagster_internals import run_web_server

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: Listening on these means on every address of the machine.
EVERYWHERE = frozenset({"0.0.0.0", "::"})
#: Requests that change nothing, except by Dagster's GraphQL.
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class OwnPagesOnly:
    """Refuses requests by other names than the house's, by pages from elsewhere, and GraphQL in a link.

    Programs that are no browser (`curl`, a script) send no origin and are answered, if they call the house by its name.
    """

    def __init__(self, app: ASGIApp, *, listens_on: str, ui_url: str) -> None:
        """Wrap an application.

        Args:
            app: What answers.
            listens_on: The address on which it listens.
            ui_url: The address by which people reach it, perhaps by way of a proxy.
        """
        self.app = app
        self.names = LOOPBACK | {listens_on.lower(), _name(urlsplit(ui_url).netloc)} - EVERYWHERE
        self.any_address = listens_on in EVERYWHERE
        public = urlsplit(ui_url).netloc.lower()
        # A proxy may call us by another name than people call it. What else runs on this machine is not the house.
        self.origins = {public} if _name(public) not in LOOPBACK else set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with a sentence."""
        why = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if not why:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(f"{why}\n", status_code=403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": why[:120]})

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(_name(host)):
            return (
                f"This is gametape's Dagster, and '{host}' is no name of it. If it is to be, set GAMETAPE_UI_URL to "
                "the address by which it is reached, and start it again."
            )
        reads = scope["type"] == "http" and scope["method"] in READING
        is_graphql = scope["path"].rstrip("/").endswith("/graphql")
        if reads and is_graphql and "query" in parse_qs(scope["query_string"].decode("latin-1")):
            return "GraphQL is answered by POST alone: a link could change something."
        if reads:
            return None
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() not in {host.lower(), *self.origins}:
            return f"A page of '{origin}' may not ask this Dagster for anything: open it at its own address."
        if origin is None and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "A page from elsewhere may not ask this Dagster for anything: open it at its own address."
        return None

    def _is_ours(self, name: str) -> bool:
        if name in self.names:
            return True
        try:  # an address cannot be pointed elsewhere, as a name can
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.any_address


def _name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


if __name__ == "__main__":
    workspace, host, port, *more = sys.argv[1:]
    run_web_server(
        lambda app: OwnPagesOnly(Watched(app), listens_on=host, ui_url=settings().ui_url),
        ["-w", workspace, "-h", host, "-p", port, *more],
    )
