"""What one does with films: add, look, retry, cancel, delete, open."""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gametape.errors import BadInput, GametapeError, Unavailable

if TYPE_CHECKING:
    from gametape.sidecar import Sidecar
    from orchestration.state import VideoState

Video = Annotated[str, typer.Argument(help="A film's partition key, or the start of one.")]


def upload(
    files: Annotated[list[Path], typer.Argument(help="Films.")],
    sport: Annotated[str | None, typer.Option(help="e.g. tennis, cricket")] = None,
    mode: Annotated[str | None, typer.Option(help="e.g. serve, batting, bowling")] = None,
    title: Annotated[str | None, typer.Option()] = None,
    player: Annotated[str | None, typer.Option(help="Name of the player to coach.")] = None,
) -> None:
    """Add films; what is said of them goes beside each as its sidecar."""
    from orchestration.control import key_of
    from orchestration.instance import open_instance
    from resources.uploads import uploads_from_settings

    said = _said(sport=sport, mode=mode, title=title, players=[{"name": player}] if player else None)
    store = uploads_from_settings().store()
    refused = 0
    with open_instance() as instance, tempfile.TemporaryDirectory() as folder:
        for file in files:
            try:
                uploaded = store.put(file, sidecar=_as_file(said, Path(folder)) if said else None)
                print(f"{key_of(instance, store, uploaded)}  {uploaded.told}")
            except GametapeError as error:  # the others still go up
                print(f"gametape: {error}", file=sys.stderr)
                refused += 1
    sys.exit(bool(refused))


def status(
    video: Annotated[str | None, typer.Argument(help="One film, in detail.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    watch: Annotated[bool, typer.Option(help="Look again every two seconds.")] = False,
) -> None:
    """Each film's state, read from Dagster's own records."""
    from orchestration.instance import open_instance
    from orchestration.state import video_state, video_states

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
    """Run again what failed, was cancelled, is missing or stale. What is fresh is kept."""
    from orchestration.control import launch, unfinished_runs
    from orchestration.instance import open_instance, open_workspace
    from orchestration.state import stale_or_missing_assets

    with open_instance() as instance:
        key = _key(instance, video)
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
    """Stop the film's runs, waiting or working."""
    from orchestration.control import cancel as stop
    from orchestration.instance import open_instance, open_workspace

    with open_instance() as instance:
        key = _key(instance, video)
    with open_workspace() as workspace:
        stopped = stop(workspace, key)
    print(f"{key}: {f'stopped {len(stopped)} run(s)' if stopped else 'no run to stop'}")


def delete(
    video: Video,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a film: its upload, tables, files, rows and Dagster's records of it."""
    from orchestration.control import forget
    from orchestration.instance import open_instance

    with open_instance() as instance:
        key = _key(instance, video)
        if not yes and not typer.confirm(f"Delete {key}, its upload and everything made from it?"):
            raise typer.Abort
        for what in forget(instance, key):
            print(f"deleted {what}")


def open_report(video: Video) -> None:
    """The film's report, in the browser."""
    import webbrowser

    from gametape.lake.store import Lake
    from gametape.settings import settings
    from gametape.storage import is_local
    from orchestration.instance import open_instance

    with open_instance() as instance:
        key = _key(instance, video)
    lake = Lake(settings().lake_uri)
    if not lake.has_table("report", key):
        raise Unavailable(key, "has no report yet", f"See: gametape status {key}")
    page = lake.file_uri(key, lake.read_table("report", key)["page"][0].as_py())
    print(page)
    if is_local(page):
        webbrowser.open(Path(page.removeprefix("file://")).as_uri())


def _said(**values: object) -> "Sidecar | None":
    """The options as a sidecar; None when none was given. A bad value is told by its name."""
    from gametape.sidecar import parse_sidecar

    given = {name: value for name, value in values.items() if value is not None}
    return parse_sidecar(json.dumps(given).encode(), "the options.json") if given else None


def _as_file(said: "Sidecar", folder: Path) -> Path:
    import yaml

    path = folder / "sidecar.yaml"
    values = said.model_dump(mode="json", exclude_defaults=True)
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def _key(instance: object, asked: str) -> str:
    """The one partition that starts with `asked`."""
    from resources.partitions import videos

    return one_of(instance.get_dynamic_partitions(videos.name), asked)


def one_of(known: Sequence[str], asked: str) -> str:
    """The one film that starts with `asked`. Raises BadInput that lists what there is."""
    found = [key for key in known if key == asked] or [key for key in known if key.startswith(asked.lower())]
    if len(found) == 1:
        return found[0]
    some = ", ".join((found or list(known))[:5])
    reason = f"fits {len(found)} films" if found else "is no film"
    raise BadInput(asked, reason, f"There is: {some}" if some else "Add one: gametape upload FILE")


def _not_known_yet(instance: object) -> "list[VideoState]":
    """Uploads that are no partition yet. What is not known without reading them is left to the sensor."""
    from gametape.uploads import fingerprint_in
    from gametape.uploads.naming import printable
    from orchestration.state import VideoState
    from resources.partitions import videos
    from resources.uploads import uploads_from_settings

    store = uploads_from_settings().store()
    try:
        films = store.list().films
    except Unavailable as error:  # films already known are still shown
        print(f"gametape: {error}", file=sys.stderr)
        return []
    known = {fingerprint_in(key) for key in instance.get_dynamic_partitions(videos.name)}
    seen = store.remembered()
    read = {film: seen[uri].value for film in films if (uri := printable(film.uri)) in seen}
    return [
        VideoState(film.told, "waiting", "uploaded, the sensor has not taken it yet")
        for film in films
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
