"""Where the court lies in a film's picture, asked without the lake."""

import json
from pathlib import Path
from typing import Annotated

import typer

PICTURES = (".jpg", ".jpeg", ".png")


def court(
    film: Annotated[Path, typer.Argument(help="The film. A sidecar beside it tells the sport.")],
    sport: Annotated[
        str | None, typer.Option(help="Whose court to look for; default: the sidecar's, else all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Write a frame with the court's lines drawn over it.")] = None,
    seconds: Annotated[float, typer.Option(min=1.0, help="How much of the film to look at, from its start.")] = 60.0,
) -> None:
    """Find the court in a film: its points in the picture, as lines to paste into a sidecar, or why it is not found."""
    from gametape.base.errors import BadInput
    from gametape.base.settings import settings
    from gametape.court.draw import drawn_court, sidecar_lines
    from gametape.court.look import look, reason_of
    from gametape.film.sidecar import parse_sidecar, sidecar_beside
    from gametape.report.words import words
    from gametape.sports.courts import court_of, courts

    if not film.is_file():
        raise BadInput(film, "is no file", "Give a film")
    if picture and picture.suffix.lower() not in PICTURES:  # said before a minute is spent on the film
        raise BadInput(picture, "is no name of a picture", f"End it in one of: {', '.join(PICTURES)}")
    if picture and not picture.absolute().parent.is_dir():
        raise BadInput(picture.parent, "is no folder", "Make it, or name another")
    beside = sidecar_beside(film)
    sport = sport or (parse_sidecar(beside.read_bytes(), beside.name).sport if beside else None)
    asked = court_of(sport)
    if sport and asked is None:
        raise BadInput(sport, "has no court that gametape knows", f"Say one of: {', '.join(sorted(courts()))}")
    looked = look(film, [asked.name] if asked else None, seconds=seconds)
    told, row = looked.told(), looked.row
    if picture:
        from PIL import Image

        drawn = drawn_court(looked.picture, row, looked.width, looked.height) if row["found"] else looked.picture
        Image.fromarray(drawn).save(picture, quality=90)
    if as_json:
        print(json.dumps(told))
        return
    say = words(settings().language)
    why = reason_of(row)
    if why:
        print(say.reason(why))
        return
    print(f"# {row['share_of_lines']:.0%} of the lines in sight, within {row['fit_px']:.1f} px")
    print(sidecar_lines(row["court"], json.loads(row["marks"]), row["radial"]))
