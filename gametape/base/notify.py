"""Telling somebody elsewhere that a film needs them: a small JSON object posted to an address.

Belongs here: what is told and the posting. Does not belong here: deciding what is worth telling.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal
from urllib.parse import urlsplit

from gametape.base.errors import Unavailable

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 4.0
RETRIES = 2
_MAY_COME_BACK = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Notice:
    """What happened to a film. `what` failed or was rejected for a `reason`; `remedy` is what to do about it.

    `film` is the upload as people call it, `video` its key where it has one, `owner` whom the sidecar names.
    """

    event: Literal["failed", "rejected"]
    film: str
    what: str
    reason: str
    remedy: str
    link: str
    video: str | None = None
    owner: str | None = None

    def body(self) -> bytes:
        """The notice as JSON. `text` says it in one line, which is what chat services show."""
        text = f"{self.film}: {self.what} {self.event}: {self.reason}. {self.remedy}. {self.link}"
        return json.dumps({"text": text, **asdict(self)}).encode()


def post(url: str, notice: Notice) -> None:
    """Post the notice, trying again where that may help, for at most some 20 s.

    Raises Unavailable, without the address's path (it may be a secret), when it is not accepted.
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
        raise _not_told(url, type(error).__name__) from None
    if answer.status >= 300:
        raise _not_told(url, f"it answers {answer.status}")


def _not_told(url: str, why: str) -> Unavailable:
    place = f"GAMETAPE_NOTIFY_URL ({urlsplit(url).hostname or 'no address'})"
    return Unavailable(place, f"a notice could not be posted: {why}", "Check the address; it is tried again by itself")
