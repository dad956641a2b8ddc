"""Notices about films, replays and players that need somebody's attention, posted as JSON to a URL.

Belongs here: the content of a notice and posting it. Does not belong here: deciding what is worth a notice.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal
from urllib.parse import urlsplit

from gametape.base.errors import Unavailable

#: Time limits for connecting and for the answer.
CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 4.0
#: How often a post is repeated.
RETRIES = 2
#: HTTP statuses after which a repetition may work.
_MAY_COME_BACK = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Notice:
    """What happened to a film, a replay or a player's tables.

    Attributes:
        event: It failed or was rejected.
        kind: What it is: film, replay or player.
        name: The upload's own name; a player's key.
        what: The asset or upload that failed or was rejected.
        reason: Why.
        remedy: What to do about it.
        link: Address of the page about it in the Dagster UI.
        key: The partition key; None for uploads that have none.
        owner: The owner whom the sidecar names.
    """

    event: Literal["failed", "rejected"]
    kind: str
    name: str
    what: str
    reason: str
    remedy: str
    link: str
    key: str | None = None
    owner: str | None = None

    def body(self) -> bytes:
        """The notice as JSON; its key `text` holds one line for chat services."""
        text = f"{self.name}: {self.what} {self.event}: {self.reason}. {self.remedy}. {self.link}"
        return json.dumps({"text": text, **asdict(self)}).encode()


def post(url: str, notice: Notice) -> None:
    """Post a notice, with repetitions where they may help, for at most about 20 s.

    Raises:
        Unavailable: It was not accepted. The message leaves the URL's path out, which may be a secret.
    """
    import urllib3

    retries = urllib3.Retry(
        total=RETRIES, backoff_factor=0.5, status_forcelist=_MAY_COME_BACK, allowed_methods=None, redirect=False,
        respect_retry_after_header=False, raise_on_status=False,
    )  # fmt: skip
    headers = {"Content-Type": "application/json"}
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
    try:
        with urllib3.PoolManager(retries=retries, timeout=timeout) as pool:
            answer = pool.request("POST", url, body=notice.body(), headers=headers)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise _not_posted(url, type(error).__name__) from None
    if answer.status >= 300:
        raise _not_posted(url, f"it answers {answer.status}")


def _not_posted(url: str, reason: str) -> Unavailable:
    place = f"GAMETAPE_NOTIFY_URL ({urlsplit(url).hostname or 'no address'})"
    return Unavailable(
        place, f"a notice could not be posted: {reason}", "Check the address; the notice is posted again by itself"
    )
