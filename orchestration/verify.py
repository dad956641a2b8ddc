"""Does everything fit together for this film? The whole way of it in a second, without the costly work.

Belongs here: the steps, each with the code that films are processed by, and taking away what they left. Does not belong
here: whether the machine is ready for any film (`orchestration.doctor`), processing a film (`assets`).

The answer is its own: `verified` or `not_verified`. It says nothing of how well the film can be measured. A film that
is verified is not done, and nothing of it is in the house afterwards: no partition, table, file or row.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gametape.base.errors import GametapeError
from gametape.base.settings import Settings
from gametape.base.storage import filesystem, is_local, local_path, reaching

if TYPE_CHECKING:
    from gametape.film.sidecar import Player, Sidecar
    from gametape.lake.warehouse import Warehouse

VERIFIED, NOT_VERIFIED = "verified", "not_verified"
#: So much of the film is read, seconds.
READ_S = 1.0


@dataclass(frozen=True)
class Step:
    """One step: what was tried, whether it went well, what came of it; what to do where it did not."""

    name: str
    good: bool
    told: str
    remedy: str = ""


@dataclass
class _Way:
    """What the steps hand on to one another."""

    film: Path
    settings: Settings
    work: Path
    key: str = field(default_factory=lambda: f"verify-{uuid.uuid4().hex[:12]}")
    made: dict[str, Any] = field(default_factory=dict)


def verify(film: Path, settings: Settings) -> Iterator[Step]:
    """Go the way of a film, a step at a time, up to the first that goes wrong.

    Args:
        film: The user's film; a sidecar beside it is read too.
        settings: Where the lake and the warehouse are, and which device is used.
    """
    with tempfile.TemporaryDirectory(prefix="gametape-verify-") as folder:
        way = _Way(film, settings, Path(folder))
        for name, take in _STEPS.items():
            try:
                yield Step(name, True, take(way))
            except GametapeError as error:
                yield Step(name, False, f"{error.subject}: {error.reason}", error.remedy)
                return


def state_of(steps: list[Step]) -> str:
    """The answer: every step was taken, and went well, or not."""
    return VERIFIED if len(steps) == len(_STEPS) and all(step.good for step in steps) else NOT_VERIFIED


def _film(way: _Way) -> str:
    from dataclasses import asdict

    from gametape.media.container import check_bytes
    from gametape.media.probe import probe

    facts = probe(way.film, way.film.name)
    check_bytes(facts.bytes, way.settings.max_film_bytes, way.film.name)
    row = {"source_uri": str(way.film), "file_name": way.film.name, "uploaded_at": "", **asdict(facts)}
    way.made["source"] = row
    told = f"{facts.width} x {facts.height}, {facts.video_codec}, sound {facts.audio_codec or 'none'}"
    claimed_s, most_s = facts.claimed_duration_s or 0.0, way.settings.max_film_seconds
    if claimed_s > most_s:
        told += (
            f"; warning: by its own word it lasts {claimed_s / 3600:.1f} h, and what lasts longer than "
            f"{most_s / 3600:g} h is refused once that much is decoded (GAMETAPE_MAX_FILM_HOURS)"
        )
    return told


def _sidecar(way: _Way) -> str:
    from gametape.film.sidecar import Sidecar, parse_sidecar, sidecar_beside

    file = sidecar_beside(way.film)
    details = parse_sidecar(file.read_bytes(), file.name) if file else Sidecar()
    way.made["sidecar"] = details
    late = _clicks_behind(details, way.made["source"]["claimed_duration_s"])
    told = [file.name if file else "none", f"sport {details.sport or 'not told'}", _wanted(details), *late]
    return "; ".join(told)


def _clicks_behind(details: Sidecar, claimed_s: float | None) -> list[str]:
    """Warnings of clicks behind the end that the file claims. It may claim too little, so they are no fault."""
    return [
        f"warning: 'players.{place}.clicks.{number}': t is {click.t:g} s, and by its own word the film ends at "
        f"{claimed_s:.2f} s; t is in seconds from the film's start, as its file plays"
        for place, player in enumerate(details.players)
        for number, click in enumerate(player.clicks)
        if claimed_s is not None and click.t > claimed_s
    ]


def _wanted(details: Sidecar) -> str:
    """Who is followed, by what, and what would help."""
    from gametape.film.following import PRESENTER, follows, wanted_places

    if details.mode == PRESENTER:
        return "the presenter is followed"
    if not follows(details):
        return "nobody is followed"
    places = wanted_places(details)
    if not places:
        return "nobody is wanted: give a player a number or a click (docs/players.md)"
    return f"{len(places)} wanted: " + "; ".join(_told(place, details.players[place]) for place in places)


def _told(place: int, player: Player) -> str:
    who = " ".join(filter(None, (f"#{player.number}" if player.number else "", player.name))) or f"player {place + 1}"
    clicks = f"{len(player.clicks)} click{'s' * (len(player.clicks) != 1)}" if player.clicks else "no click"
    if not player.number:
        by = [clicks, "no number: followed from the clicks alone"]
    elif len(player.number) > 2:
        by = ["numbers of three digits are not read: give clicks", clicks]
    else:
        by = [
            f"shirt {player.jersey_color}" if player.jersey_color else "no jersey_color: learned from the film",
            clicks,
        ]
    return f"{who} ({', '.join(by)})"


def _pictures(way: _Way) -> str:
    from gametape.media.ingest import ingest

    most_s = way.settings.max_film_seconds
    ingested = ingest(way.film, way.work, name=way.film.name, until_s=READ_S, longest_s=most_s)
    way.made["ingested"] = ingested
    return f"{ingested.frames.num_rows} frames of the first second decode, and a browser can play them"


def _code(way: _Way) -> str:
    from gametape.tables import TABLES
    from orchestration.definitions import defs

    return f"{len(list(defs.resolve_all_asset_specs()))} assets load; {len(TABLES)} tables have a contract"


def _lake(way: _Way) -> str:
    """Write a table and read it back, by itself and by SQL, in a folder of the lake that is taken away again."""
    from gametape.lake.sql import query
    from gametape.lake.store import Lake

    frames = way.made["ingested"].frames
    with _aside(way.settings.lake_uri, way.key) as base:
        lake = Lake(base)
        lake.write_table("frames", way.key, frames)
        if not lake.read_table("frames", way.key).equals(frames):
            raise GametapeError(way.settings.lake_uri, "gives back another table than was written", "Check the storage")
        [row] = query(f"select count(*) as n from frames where video = '{way.key}'", base).to_pylist()
        if row["n"] != frames.num_rows:
            raise GametapeError("SQL over the lake", f"finds {row['n']} of {frames.num_rows} rows", "Check the storage")
    return f"{frames.num_rows} rows written and read back, by SQL too, in {way.settings.lake_uri}"


def _warehouse(way: _Way) -> str:
    from gametape.tables.film import SIDECAR, SOURCE_VIDEO

    details = way.made["sidecar"]
    tables = (
        SOURCE_VIDEO.from_rows([way.made["source"]]),
        SIDECAR.from_rows([{"fingerprint": details.fingerprint(), "content": "{}"}]),
        way.made["ingested"].frames,
    )
    with _warehouse_aside(way) as warehouse:
        try:
            warehouse.replace_video(way.key, *tables)
            found = warehouse.read("select frames from videos where video = :key", key=way.key)
        finally:
            warehouse.delete(way.key)
        if [row["frames"] for row in found] != [tables[2].num_rows]:
            raise GametapeError(warehouse.shown_url, "gives back another row than was written", "Check the database")
        return f"a row written and read back in {warehouse.shown_url}"


#: The steps in order, each with what it is called.
_STEPS: dict[str, Callable[[_Way], str]] = {
    "film": _film,
    "sidecar": _sidecar,
    "pictures": _pictures,
    "code": _code,
    "lake": _lake,
    "warehouse": _warehouse,
}


@contextmanager
def _aside(uri: str, name: str) -> Iterator[str]:
    """A place in a store that no query over the store sees, taken away with all that is in it."""
    base = f"{uri.rstrip('/')}/.{name}"
    missing = _missing(local_path(uri)) if is_local(uri) else []
    files, path = filesystem(base)
    try:
        yield base
    finally:
        with suppress(GametapeError), reaching(base):  # what failed before is told, not this
            if files.exists(path):
                files.rm(path, recursive=True)
        _take_away(missing)


@contextmanager
def _warehouse_aside(way: _Way) -> Iterator[Warehouse]:
    """The warehouse; where it is a file that is not there yet, another one beside its place, taken away again."""
    import sqlalchemy as sa

    from gametape.lake.warehouse import Warehouse, normalise_url

    url = way.settings.warehouse
    parsed = sa.make_url(normalise_url(url))
    place = Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
    if place is None or place.exists():
        warehouse = Warehouse(url)
        try:
            yield warehouse
        finally:
            warehouse.close()
        return
    missing, beside = _missing(place.parent), place.with_name(f".{way.key}.db")
    warehouse = Warehouse(f"sqlite:///{beside}")
    try:
        yield warehouse
    finally:
        warehouse.close()
        for file in beside.parent.glob(f"{beside.name}*"):
            file.unlink()
        _take_away(missing)


def _missing(folder: Path) -> list[Path]:
    """The folder and those above it that are not there yet, the innermost first."""
    return [one for one in (folder, *folder.parents) if not one.exists()]


def _take_away(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # somebody else has put something there meanwhile
            folder.rmdir()
