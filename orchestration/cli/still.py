"""Who is in a picture of a film, and the click that means each of them."""

import json
from pathlib import Path
from typing import Annotated

import typer

PICTURES = (".jpg", ".jpeg")


def still(
    film: Annotated[Path, typer.Argument(help="The film.")],
    at_s: Annotated[float, typer.Option("--at", min=0, help="When, seconds as the file plays.")],
    out: Annotated[
        Path | None, typer.Option(help="The picture, a JPEG; default: beside you, named after film and time.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Write one picture with everybody numbered, and the click of a sidecar that means each of them."""
    from gametape.base.errors import BadInput
    from gametape.base.settings import settings
    from gametape.base.storage import reaching
    from gametape.clips.still import drawn
    from gametape.clips.still import still as take

    if not film.is_file():
        raise BadInput(film, "is no file", "Give a film")
    if out and out.suffix.lower() not in PICTURES:  # said before anybody is looked for
        raise BadInput(out, "is no name of a JPEG", f"End it in one of: {', '.join(PICTURES)}")
    taken = take(film, at_s, settings())
    target = out or Path(f"{film.stem}-{taken.at_s:.2f}s.jpg")
    with reaching(str(target)):
        target.write_bytes(drawn(taken))
    clicks = taken.clicks()
    if as_json:
        print(json.dumps({"picture": str(target), "at_s": taken.at_s, "people": clicks}))
        return
    print(f"{target}: {len(clicks)} people, numbered from left to right" if clicks else f"{target}: nobody is found")
    for number, click in enumerate(clicks, 1):
        print(f"  {number:2}  {{t: {click['t']}, x: {click['x']}, y: {click['y']}}}")
    if not clicks:
        print("Read the place off the scale in the picture: clicks: [{t: seconds, x: 0 to 1, y: 0 to 1}]")
        return
    first = ",".join(str(clicks[0][name]) for name in ("t", "x", "y"))
    print(
        "Add your player's to that player's clicks in the film's sidecar, as in clicks: [{…}, {…}] (docs/players.md), "
        "or say it to upload:\n"
        f"gametape upload {film.name} --sport SPORT --number N --click {first}"
    )
