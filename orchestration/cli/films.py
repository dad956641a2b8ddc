"""What one does with films: add, look, retry, cancel, delete, open."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gametape.base.errors import BadInput, GametapeError, Unavailable

if TYPE_CHECKING:
    from gametape.film.sidecar import Sidecar
    from orchestration.films.state import VideoState

Video = Annotated[str, typer.Argument(help="A film's key as `gametape status` shows it, or the start of one.")]


def upload(
    files: Annotated[list[Path], typer.Argument(help="Films: mp4, mov, mkv, avi and other usual kinds.")],
    sport: Annotated[str | None, typer.Option(help="A folder of gametape/sports.")] = None,
    mode: Annotated[str | None, typer.Option(help="What the player does in it; a mode of the sport.")] = None,
    title: Annotated[str | None, typer.Option(help="What the report is called.")] = None,
    player: Annotated[str | None, typer.Option(help="Name of the player to coach.")] = None,
    analysis: Annotated[str | None, typer.Option(help="quick: a first look before the full analysis.")] = None,
) -> None:
    """Add films. What the options say of them is kept beside each, in a sidecar, where it can be edited."""
    from orchestration.films.control import key_of
    from orchestration.instance import open_instance
    from resources.uploads import uploads_from_settings

    players = [{"name": player}] if player else None
    said = _said(sport=sport, mode=mode, title=title, players=players, analysis=analysis)
    store = uploads_from_settings().store()
    refused = 0
    with open_instance() as instance, tempfile.TemporaryDirectory() as folder:
        for file in files:
            try:
                uploaded = store.put(file, sidecar=_as_file(said, Path(folder)) if said else None)
                print(f"{key_of(instance, store, uploaded)}  {uploaded.label}")
            except GametapeError as error:  # the others still go up
                print(f"gametape: {error}", file=sys.stderr)
                refused += 1
    sys.exit(bool(refused))


def status(
    video: Annotated[str | None, typer.Argument(help="One film, by its key or the start of it; else all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")] = False,
) -> None:
    """Where each film stands: waiting, queued, running, ready, stale, failed (and why) or canceled."""
    from orchestration.films.state import video_state, video_states
    from orchestration.instance import open_instance

    with open_instance() as instance:
        while True:
            if video is None:
                states = [*video_states(instance), *_not_known_yet(instance)]
            else:
                states = [video_state(instance, _key(instance, video))]
            if as_json:
                shown = [asdict(state) for state in states]
                print(json.dumps(shown[0] if video else shown))
            else:
                _print(states)
            if not watch:
                return
            time.sleep(2)


def retry(video: Video) -> None:
    """Make again what failed, was canceled, is missing or stale. What is fresh is kept."""
    from orchestration.films.control import launch, unfinished_runs
    from orchestration.films.state import stale_or_missing_assets
    from orchestration.instance import open_instance, open_workspace
    from resources.partitions import videos

    with open_instance() as instance:
        key = _key(instance, video)
        if not instance.has_dynamic_partition(videos.name, key):
            raise Unavailable(key, "waits for the upload sensor, which asks for its first run", "Start it: make dev")
        if runs := unfinished_runs(instance, key):
            raise GametapeError(key, f"run {runs[0].run_id[:8]} is not finished", f"First: gametape cancel {key}")
        assets = sorted(stale_or_missing_assets(instance, key))
    if not assets:
        print(f"{key}: everything is fresh, nothing to do")
        return
    with open_workspace() as workspace:
        run = launch(workspace, key, assets, tags={})
    print(f"{key}: run {run[:8]} will make {', '.join(assets)}")


def cancel(video: Video) -> None:
    """Stop the film's runs, waiting or working. What they made so far is kept; `gametape retry` goes on."""
    from orchestration.films.control import cancel as stop
    from orchestration.films.control import unfinished_runs
    from orchestration.instance import open_instance, open_workspace

    with open_instance() as instance:
        key = _key(instance, video)
        if not unfinished_runs(instance, key):
            print(f"{key}: no run to stop")
            return
    with open_workspace() as workspace:
        stopped = stop(workspace, key)
    print(f"{key}: stopped {', '.join(f'run {run[:8]}' for run in stopped)}")


def delete(
    video: Video,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a film: its upload, everything made from it and Dagster's records of it."""
    from orchestration.films.control import forget
    from orchestration.instance import open_instance

    with open_instance() as instance:
        key = _key(instance, video)
        if not yes and not typer.confirm(f"Delete {key}, its upload and everything made from it?"):
            raise typer.Abort
        for what in forget(instance, key):
            print(f"deleted {what}")


def open_report(video: Video) -> None:
    """Open the film's report in the browser. From a bucket it is downloaded first."""
    import webbrowser

    from gametape.base.settings import settings
    from gametape.lake.store import Lake
    from orchestration.instance import open_instance

    with open_instance() as instance:
        key = _key(instance, video)
    lake = Lake(settings().lake_uri)
    if not lake.has_table("report", key):
        raise Unavailable(key, "has no report yet", f"See: gametape status {key}")
    page = lake.read_table("report", key)["page"][0].as_py()
    path = lake.get_folder(key, settings().home / "reports" / key) / page
    print(path)
    webbrowser.open(path.as_uri())


def _said(**values: object) -> "Sidecar | None":
    """The options as a sidecar; None when none was given. A bad value is told by its name."""
    from gametape.film.sidecar import parse_sidecar

    given = {name: value for name, value in values.items() if value is not None}
    try:
        return parse_sidecar(json.dumps(given).encode(), "options.json") if given else None
    except BadInput as error:
        raise BadInput("the options", error.reason, "See: gametape upload --help") from None


def _as_file(said: "Sidecar", folder: Path) -> Path:
    import yaml

    path = folder / "sidecar.yaml"
    values = said.model_dump(mode="json", exclude_defaults=True)
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def _key(instance: object, asked: str) -> str:
    """The one film whose key starts with `asked`: a partition, else an upload that the sensor has not taken yet."""
    from resources.partitions import videos

    known = list(instance.get_dynamic_partitions(videos.name))
    start = asked.lower()
    waiting = [] if any(key.startswith(start) for key in known) else sorted(set(_waiting_keys(instance, start)))
    return one_of(known, asked, [key for key in waiting if key.startswith(start)])


def one_of(known: Sequence[str], asked: str, waiting: Sequence[str] = ()) -> str:
    """The one key of `known`, else of `waiting`, that is or starts with `asked`. Raises BadInput that lists `known`."""
    if asked in known:
        return asked
    found = [key for key in known if key.startswith(asked.lower())] or list(waiting)
    if len(found) == 1:
        return found[0]
    names = found or known[::-1]  # the newest first
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    reason = f"is the start of {len(found)} films" if found else "is no film's key, nor the start of one"
    there = f"There is: {', '.join(names[:5])}{more}" if names else "Nothing was taken yet; see: gametape status"
    raise BadInput(asked, reason, there)


def _waiting_keys(instance: object, start: str) -> Iterator[str]:
    """Keys of uploads that may begin with `start`. Others are not read: there may be thousands."""
    from gametape.uploads import slug
    from orchestration.films.control import key_of
    from resources.uploads import uploads_from_settings

    store = uploads_from_settings().store()
    for film in store.list().uploads:
        name = slug(film.name, store.kind.noun)
        if name.startswith(start) or start.startswith(name):
            yield key_of(instance, store, film)


def _not_known_yet(instance: object) -> "list[VideoState]":
    """Uploads that are no partition yet. What is not known without reading them is left to the sensor."""
    from gametape.uploads import fingerprint_in
    from gametape.uploads.look import EMPTY
    from gametape.uploads.naming import printable
    from orchestration.films.state import VideoState
    from resources.partitions import videos
    from resources.uploads import uploads_from_settings

    store = uploads_from_settings().store()
    try:
        listing = store.list()
    except Unavailable as error:  # films already known are still shown
        print(f"gametape: {error}", file=sys.stderr)
        return []
    for problem in listing.problems:
        print(f"gametape: {problem}", file=sys.stderr)
    known = {fingerprint_in(key) for key in instance.get_dynamic_partitions(videos.name)}
    seen = store.remembered()
    read = {film: seen[uri].value for film in listing.uploads if (uri := printable(film.uri)) in seen}
    return [
        VideoState(film.label, "waiting", "uploaded, the sensor has not taken it yet" if film.size else EMPTY)
        for film in listing.uploads
        if read.get(film) is None or read[film] not in known
    ]


def _print(states: "Sequence[VideoState]") -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    colours = {"ready": "green", "failed": "red", "running": "cyan", "stale": "yellow"}
    if not states:
        console.print("no films; add one: gametape upload FILE")
    for state in states:
        line = Text(f"{state.state:9} ", colours.get(state.state, ""))
        console.print(line + Text(f"{state.key}  ", "") + Text(state.told, "dim"))
