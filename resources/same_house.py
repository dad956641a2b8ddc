"""Is this worker of the same house as the run? One with other settings or code would spoil what it makes.

Belongs here: what has to be the same everywhere, the tag that says so, the comparison. Does not belong here: the
settings themselves (`gametape.base.settings`).
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

import dagster as dg
from sqlalchemy import make_url

from gametape.base.errors import Unavailable
from gametape.base.settings import Settings, settings

#: Tag of a run: what its worker has to be like, `name=digest` each.
HOUSE_TAG = "gametape/house"
#: Settings that change what is made, where it is put, or which records it is told to.
SAME = (
    "uploads_uri", "lake_uri", "work_uri", "language", "pose", "pose_model", "pose_people", "pose_cutoff_hz", "ball",
    "clips_gb",
)  # fmt: skip
#: The same, as addresses: their passwords are nobody's business.
SAME_ADDRESSES = ("warehouse", "postgres_url")
#: What is executed.
PACKAGES = ("gametape", "assets", "resources", "sensors", "orchestration")
_DIGITS = 8


def house_digests(house: Settings | None = None) -> dict[str, str]:
    """What has to be the same everywhere, as short digests by name."""
    house = house or settings()
    values = {name: str(getattr(house, name)) for name in SAME}
    for name in SAME_ADDRESSES:
        address = getattr(house, name)
        values[name] = make_url(address).set(password=None).render_as_string() if address else ""
    return {"code": code_digest(), **{name: _digest(value.encode()) for name, value in values.items()}}


@cache
def code_digest() -> str:
    """Of every file of the installed packages."""
    sha = hashlib.sha256()
    for name in PACKAGES:
        folder = Path(str(import_module(name).__file__)).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                sha.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()[:_DIGITS]


def stamp(instance: dg.DagsterInstance, run_id: str) -> None:
    """Write into a run that is about to be started what its worker has to be like."""
    told = ",".join(f"{name}={digest}" for name, digest in house_digests().items())
    instance.add_run_tags(run_id, {HOUSE_TAG: told})


def require_same_house(tags: Mapping[str, str]) -> None:
    """Refuse to work on a run of another house. A run without the tag is of this one.

    Raises:
        Unavailable: Settings or code differ; they are named.
    """
    if HOUSE_TAG not in tags:
        return
    asked = dict(part.partition("=")[::2] for part in tags[HOUSE_TAG].split(","))
    here = house_digests()
    other = sorted(name for name in asked.keys() | here.keys() if asked.get(name) != here.get(name))
    if other:
        raise Unavailable(
            f"the worker on {socket.gethostname()}",
            f"is not like the house that asked for this run: other {', '.join(map(_words, other))}",
            "Give all machines the same version and the same GAMETAPE_ variables, then `gametape retry`",
        )


def _words(name: str) -> str:
    return "code" if name == "code" else f"GAMETAPE_{name.removesuffix('_uri').upper()}"


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()[:_DIGITS]
