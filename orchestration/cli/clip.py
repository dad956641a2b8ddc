"""Clips of a film, cut at once."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.partitions import one_of


class Kind(Enum):
    """What a clip may be of."""

    SPAN = "span"
    MOMENT = "moment"
    SHIFT = "shift"
    FINDING = "finding"
    STROKE = "stroke"
    RALLY = "rally"


def clip(
    film: Annotated[str, typer.Argument(help="The film, as `gametape status` lists it, or a file.")],
    from_s: Annotated[
        float | None, typer.Option("--from", min=0, help="Where it begins, seconds as the file plays.")
    ] = None,
    to_s: Annotated[float | None, typer.Option("--to", min=0, help="Where it ends.")] = None,
    at_s: Annotated[
        float | None, typer.Option("--at", min=0, help="A moment: five seconds before, three after.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="All clips of a kind, instead of a time.")] = None,
    before: Annotated[float | None, typer.Option(min=0, max=60, help="Seconds before; default: by kind.")] = None,
    after: Annotated[float | None, typer.Option(min=0, max=60, help="Seconds after; default: by kind.")] = None,
    label: Annotated[str | None, typer.Option(help="What it shows, drawn as its caption.")] = None,
    ring: Annotated[bool, typer.Option(help="Ring the player at the start, where he is followed.")] = True,
    caption: Annotated[bool, typer.Option(help="Draw a caption at the start.")] = True,
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path(),
) -> None:
    """Cut a clip out of a film, exact to half a frame and with its sound; or all clips of a kind."""
    from pydantic import ValidationError

    from gametape.base.errors import BadInput
    from gametape.base.settings import settings
    from gametape.clips.on_request import clip_of_file, clips_of_stored
    from gametape.clips.spans import ROLLS
    from gametape.film.clip_wish import ClipWish
    from gametape.lake.store import Lake

    wanted = kind.value if kind else "moment" if at_s is not None else "span"
    try:
        wish = ClipWish(
            kind=wanted, from_s=from_s, to_s=to_s, at_s=at_s, label=label, pre_roll_s=before, post_roll_s=after,
            ring=ring, caption=caption,
        )  # fmt: skip
    except ValidationError as error:
        told = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadInput("clip", told, "Give --from and --to, --at, or --kind") from None
    if Path(film).is_file():
        if wanted not in ("span", "moment"):
            raise BadInput(
                film,
                f"is not analysed, so no {wanted} of it is known: a file gives a span or a moment",
                "Give --from and --to, or --at; or upload the film first",
            )
        start, end = (at_s, at_s) if at_s is not None else (from_s, to_s)
        assert start is not None and end is not None, "the wish says when"
        early, late = (ROLLS[wanted][at] if given is None else given for at, given in enumerate((before, after)))
        print(clip_of_file(Path(film), start - early, end + late, out))
        return
    lake = Lake(settings().lake_uri)
    for path in clips_of_stored(lake, one_of(lake.keys("source_video"), film), wish, out, settings().language):
        print(path)
