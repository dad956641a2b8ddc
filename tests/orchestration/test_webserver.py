"""A page from elsewhere gets nothing out of the house's Dagster, and starts nothing in it; its own pages and programs do."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse

from orchestration.webserver import OwnPagesOnly

#: What a page can try without being allowed to read the answer: a form's POST, JSON as plain text, a link, a WebSocket.
ATTACK = """async (ui) => {
  const body = JSON.stringify({query: 'mutation { setNuxSeen }'}), told = [];
  const form = new URLSearchParams({query: 'mutation { setNuxSeen }'});
  for (const [url, options] of [
    [`${ui}/graphql?${form}`, {method: 'POST', body: ''}],
    [`${ui}/graphql`, {method: 'POST', body: new Blob([body], {type: 'text/plain; application/json'})}],
    [`${ui}/graphql?${form}`, {}],
  ]) told.push(await fetch(url, {mode: 'no-cors', ...options}).then(() => 'sent', String));
  told.push(await new Promise((done) => {
    const line = new WebSocket(`${ui.replace('http', 'ws')}/graphql`, 'graphql-ws');
    line.onopen = () => {
      line.send(JSON.stringify({type: 'connection_init'}));
      line.send(JSON.stringify({id: '1', type: 'start', payload: {query: 'mutation { setNuxSeen }'}}));
      setTimeout(() => done('opened'), 2000);
    };
    line.onerror = () => done('closed');
  }));
  return told;
}"""
OWN = """async () => (await fetch('/graphql', {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({query: 'mutation { setNuxSeen }'}),
})).status"""
HOSTILE = "https://evil.example"


OURS = "http://127.0.0.1:3000"


def status_of(
    url: str = OURS + "/", *, kind: str = "http", method: str = "GET", listens_on: str = "127.0.0.1", ui_url: str = OURS,
    **headers: str,
) -> tuple[int, str]:  # fmt: skip
    """What is answered: the status, 1008 for a WebSocket that is closed at once, and the words."""
    sent = []

    async def answer(scope, receive, send):
        await PlainTextResponse("answered")({**scope, "type": "http"}, receive, send)

    async def send(message):
        sent.append(message)

    address = urlsplit(url)
    named = {"host": address.netloc, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": kind, "method": method, "path": address.path, "query_string": address.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip
    asyncio.run(OwnPagesOnly(answer, listens_on=listens_on, ui_url=ui_url)(scope, None, send))
    if sent[0]["type"] == "websocket.close":
        return sent[0]["code"], sent[0]["reason"]
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize(
    ("listens_on", "ui_url", "at", "status"),
    [
        ("127.0.0.1", "http://127.0.0.1:3000", "http://127.0.0.1:3000", 200),
        ("127.0.0.1", "http://127.0.0.1:3000", "http://localhost:3100", 200),
        ("127.0.0.1", "http://127.0.0.1:3000", "http://[::1]:3000", 200),
        ("127.0.0.1", "http://127.0.0.1:3000", "http://evil.example:3000", 403),  # a name pointed at this machine
        ("127.0.0.1", "http://127.0.0.1:3000", "http://127.0.0.1.evil.example", 403),
        ("127.0.0.1", "http://127.0.0.1:3000", "http://10.0.0.5:3000", 403),
        ("0.0.0.0", "http://127.0.0.1:3000", "http://10.0.0.5:3000", 200),
        ("0.0.0.0", "http://127.0.0.1:3000", "http://evil.example:3000", 403),
        ("0.0.0.0", "https://film.club.example", "http://FILM.club.example", 200),
        ("club-pc", "http://127.0.0.1:3000", "http://club-pc:3000", 200),
    ],
)
def test_it_answers_to_its_own_names(listens_on: str, ui_url: str, at: str, status: int):
    assert status_of(f"{at}/runs", listens_on=listens_on, ui_url=ui_url)[0] == status


def test_a_wrong_name_is_told_with_what_to_do():
    assert "set GAMETAPE_UI_URL" in status_of("http://club.example/")[1]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"origin": OURS, "sec_fetch_site": "same-origin"}, 200),
        ({"origin": HOSTILE}, 403),
        ({"origin": "null"}, 403),  # a sandboxed frame, or a file on the disk
        ({"origin": "http://127.0.0.1:8080"}, 403),  # another program of this machine
        ({"origin": "http://127.0.0.1:3000.evil.example"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
    ],
)
def test_only_its_own_pages_may_change_something(headers: dict, status: int):
    for path in ("/graphql", "/report_asset_materialization/ball_trajectory"):
        assert status_of(OURS + path, method="POST", **headers)[0] == status
    assert status_of(f"{OURS}/graphql", kind="websocket", **headers)[0] == (200 if status == 200 else 1008)


def test_behind_a_proxy_the_public_address_is_its_own():
    public = "https://film.club.example"
    assert status_of(f"{OURS}/graphql", method="POST", ui_url=public, origin=public)[0] == 200
    assert status_of(f"{OURS}/graphql", method="POST", ui_url=public, origin=HOSTILE)[0] == 403


def test_a_link_is_no_question():
    for path in ("/graphql", "/graphql/", "/prefix/graphql"):
        assert status_of(f"{OURS}{path}?query=mutation%7BsetNuxSeen%7D")[0] == 403
    assert status_of(f"{OURS}/graphql")[0] == 200, "the page to try queries on"
    assert status_of(f"{OURS}/runs?query=x")[0] == 200


@pytest.fixture(scope="module")
def dagster_ui(tmp_path_factory) -> Iterator[str]:
    """The real server, as the house starts it, on an empty workspace."""
    home = tmp_path_factory.mktemp("ui")
    (home / "workspace.yaml").write_text("load_from: []\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "orchestration.webserver", str(home / "workspace.yaml"), "127.0.0.1", str(port)]
    with (home / "log").open("wb") as log:
        env = {**os.environ, "DAGSTER_HOME": str(home), "GAMETAPE_HOME": str(home)}
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=home)
    try:
        until = time.monotonic() + 120
        while b"Serving dagster-webserver" not in (home / "log").read_bytes() or not _listens(port):
            assert server.poll() is None and time.monotonic() < until, (home / "log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def ask(url: str, data: dict) -> tuple[int, str]:
    request = urllib.request.Request(url, data=json.dumps(data).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answered:
        return answered.status, answered.read().decode()


def nux_is_shown(url: str) -> bool:
    """What the mutation changes."""
    return json.loads(ask(f"{url}/graphql", {"query": "{ shouldShowNux }"})[1])["data"]["shouldShowNux"]


@pytest.mark.browser
def test_a_hostile_page_changes_nothing_and_the_own_page_does(dagster_ui: str, chromium, tmp_path: Path):
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    (tmp_path / "index.html").write_text("<title>nice</title>")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:  # another origin of the same machine
        Thread(target=server.serve_forever, daemon=True).start()
        page = chromium.new_context().new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        told = page.evaluate(ATTACK, dagster_ui)
        server.shutdown()
    assert told == ["sent", "sent", "sent", "closed"], "each attempt reached the server"
    assert nux_is_shown(dagster_ui)
    page.goto(f"{dagster_ui}/server_info")
    assert page.evaluate(OWN) == 200 and not nux_is_shown(dagster_ui)
    page.context.close()
