"""Adding uploads, and the files among them that nothing is made of."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gametape.base.errors import BadInput, GametapeError, Unavailable

if TYPE_CHECKING:
    from gametape.uploads import UploadKind
    from gametape.uploads.unused import Unused


def upload(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Films (mp4, mov, mkv, avi, …) or replays, folders with some in them, or a zip of replays."
        ),
    ],
    sport: Annotated[str | None, typer.Option(help="A folder of gametape/sports.")] = None,
    mode: Annotated[str | None, typer.Option(help="What the player does in it; a mode of the sport.")] = None,
    title: Annotated[str | None, typer.Option(help="What the report is called.")] = None,
    player: Annotated[str | None, typer.Option(help="Name of the player to coach.")] = None,
    number: Annotated[
        str | None, typer.Option(help="Number on the player's shirt: then the player is followed.")
    ] = None,
    jersey_color: Annotated[str | None, typer.Option(help="Colour of the player's shirt, as #c8102e.")] = None,
    click: Annotated[
        list[str] | None,
        typer.Option(help="A place where the player is: seconds,x,y as `gametape still` prints; several times."),
    ] = None,
    handedness: Annotated[str | None, typer.Option(help="The player's playing hand: left or right.")] = None,
    height: Annotated[float | None, typer.Option(help="The player's height in metres: gives speeds in m/s.")] = None,
    view: Annotated[
        str | None, typer.Option(help="Where the camera stands: side, front, behind, end_on, broadcast, tactical.")
    ] = None,
    analysis: Annotated[str | None, typer.Option(help="quick: a first look before the full analysis.")] = None,
) -> None:
    """Add films, each with the sidecar beside it, and replays.

    Options are added to the sidecar, where they can be edited.
    """
    from gametape.uploads import VIDEOS, kind_for
    from orchestration.instance import open_instance
    from orchestration.partitions.control import key_of
    from resources.uploads import uploads_from_settings

    person = _given(
        name=player, number=number, jersey_color=jersey_color, clicks=[_click(one) for one in click or ()] or None,
        handedness=handedness, height_m=height,
    )  # fmt: skip
    options = _options(
        title=title, sport=sport, mode=mode, camera=_given(view=view), players=person and [person], analysis=analysis
    )
    uploads = uploads_from_settings()
    refused = 0
    with open_instance() as instance, tempfile.TemporaryDirectory() as folder:
        for file in files:
            try:
                for one, name in _uploads_in(file, Path(folder)):
                    store = uploads.store(kind_for(name) or VIDEOS)
                    uploaded = store.put(one, name, sidecar=_sidecar_for(one, store.kind, options, Path(folder)))
                    print(f"{key_of(instance, store, uploaded)}  {uploaded.label}")
            except GametapeError as error:  # the others are still added
                print(f"gametape: {error}", file=sys.stderr)
                refused += 1
    sys.exit(bool(refused))


def _uploads_in(path: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """The file and its name; of a folder the uploads in it, however deep; of a zip each in turn, put into `folder`."""
    from gametape.uploads import KINDS, kind_for
    from gametape.uploads.archives import extracted
    from gametape.uploads.naming import ARCHIVE, suffix_of

    if suffix_of(path.name) == ARCHIVE and not path.is_dir():
        for kind in KINDS.values():
            if kind.zipped:
                yield from extracted(path, kind, folder)
        return
    if not path.is_dir():
        yield path, path.name
        return
    inside = [file for file in sorted(path.rglob("*")) if file.is_file() and kind_for(file.name)]
    if not (uploads := [file for file in inside if not file.name.startswith(".")]):
        nouns = " or ".join(f"{kind.noun}s" for kind in KINDS.values())
        raise BadInput(str(path), f"is a folder without {nouns}", "Give files, or a folder that holds some")
    yield from ((file, file.name) for file in uploads)


def _click(text: str) -> dict[str, float]:
    """`seconds,x,y` as a click of the sidecar.

    >>> _click("12.4,0.229,0.663")
    {'t': 12.4, 'x': 0.229, 'y': 0.663}
    """
    try:
        t, x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(
            "--click", f"'{text}' is not three numbers: seconds,x,y", "Ask: gametape still FILE --at S"
        ) from None
    return {"t": t, "x": x, "y": y}


def _given(**values: object) -> dict[str, object] | None:
    return {name: value for name, value in values.items() if value is not None} or None


def _options(**values: object) -> dict[str, object] | None:
    """The options as a sidecar has them; None when none was given. The error about a bad value names the option."""
    from gametape.film.sidecar import parse_sidecar
    from gametape.uploads.additions import values_of

    try:
        given = _given(**values)
        return values_of(parse_sidecar(json.dumps(given).encode(), "options.json")) if given else None
    except BadInput as error:
        raise BadInput("the options", error.reason, "See: gametape upload --help") from None


def _sidecar_for(file: Path, kind: UploadKind, options: dict[str, object] | None, folder: Path) -> Path | None:
    """The sidecar to go up with a local file: the one beside it with the options added, else the options alone."""
    from gametape.film.sidecar import sidecar_beside
    from gametape.uploads.additions import as_yaml, with_additions

    if not kind.sidecar:
        if options:
            raise BadInput(str(file), f"is a {kind.noun}, which takes no options", "Leave them out")
        return None
    beside = sidecar_beside(file) if file.exists() else None  # the store says what is wrong with the path
    if not options:
        return beside
    made = folder / f"sidecar{beside.suffix.lower() if beside else '.yaml'}"
    added = as_yaml(options)
    if beside:
        added = with_additions(kind.sidecar, beside.read_bytes(), beside.name, added, "options.yaml")
    made.write_bytes(added)
    return made


def unused_files() -> Iterator[Unused]:
    """Files among the uploads that nothing is made of, by name.

    Raises:
        Unavailable: The uploads cannot be listed.
    """
    from gametape.uploads import KINDS
    from gametape.uploads.unused import lonely_sidecars, unknown_files, unpacked_archives, waiting_archives
    from resources.uploads import uploads_from_settings

    uploads = uploads_from_settings()
    listings = {kind: uploads.store(kind).list() for kind in KINDS.values()}
    waiting = [file for kind, listing in listings.items() for file in waiting_archives(uploads.store(kind), listing)]
    found = {file for kind, listing in listings.items() for file in lonely_sidecars(listing, kind)}
    found |= {file for listing in listings.values() for file in [*unknown_files(listing), *unpacked_archives(listing)]}
    yield from sorted({*found, *waiting})


def delete_unused(label: str, yes: bool) -> bool:
    """Delete the file that `status` lists as unused under this name; False when there is none."""
    from resources.uploads import uploads_from_settings

    try:
        if label not in {file.label for file in unused_files()}:
            return False
    except Unavailable:
        return False
    if not yes and not typer.confirm(f"Delete {label}?"):
        raise typer.Abort
    files = uploads_from_settings().store().files
    if file := files.stat(label):
        files.remove(file)
    print(f"deleted {label}")
    return True
