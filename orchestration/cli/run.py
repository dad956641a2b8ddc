"""Commands that start something: the UI and daemon, the demo, the sample film; and the doctor."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def prepare() -> None:
    """Prepare the Dagster instance. This happens by itself on first use."""
    from orchestration.instance import prepare as make_ready

    print(make_ready())


def dev(
    port: Annotated[int, typer.Option(help="Port of the UI.")] = 3000,
    host: Annotated[
        str, typer.Option(help="Address the UI listens on. Dagster has no login: keep it private.")
    ] = "127.0.0.1",
    read_only: Annotated[bool, typer.Option("--read-only", help="The UI shows, and changes nothing.")] = False,
) -> None:
    """Start the Dagster UI and daemon, sensors on. Ctrl-C stops both."""
    from gametape.base.settings import settings
    from orchestration.instance import prepare as make_ready
    from orchestration.services import House, ui_address

    make_ready()
    # For the links in notices; a setting of the operator's wins.
    os.environ.setdefault("GAMETAPE_UI_URL", ui_address(host, port))
    house = House(host, port, tell=lambda line: print(f"gametape: {line}", flush=True), read_only=read_only)
    sys.exit(house.run(f"films and replays are taken from {settings().uploads_uri}"))


def demo(
    video: Annotated[
        Path | None, typer.Argument(help="A film or a replay; without one, the sample film is rendered.")
    ] = None,
    replay: Annotated[Path | None, typer.Option(help="The same, said otherwise: a replay.")] = None,
) -> None:
    """Send one film or replay the whole way, through the real sensor, daemon and assets, to a report."""
    from orchestration.demo import run_demo

    if video and replay:
        raise typer.BadParameter("Give one file")
    sys.exit(run_demo(video or replay))


def sample(
    out: Annotated[Path, typer.Argument(help="Folder for the film, its truth and its sidecar.")],
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long the film is.")] = 6.0,
) -> None:
    """Render the sample film with its exact truth beside it."""
    from gametape.sample import render

    made = render(out, seconds=seconds)
    print("\n".join(map(str, (made.film, made.truth, made.sidecar))))


def doctor() -> None:
    """Check what is installed, the device, the models and the stores, and say what to fix."""
    from orchestration.doctor import examine

    marks = {True: "ok  ", False: "FIX ", None: "note"}
    findings = list(examine())
    for finding in findings:
        print(f"{marks[finding.good]}  {finding.subject}: {finding.message}")
        if finding.remedy:
            print(f"      -> {finding.remedy}")
    sys.exit(any(finding.good is False for finding in findings))


def verify(
    film: Annotated[Path, typer.Argument(help="The film; a sidecar beside it is read too.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Try the way of a film without the costly work: verified or not_verified, never done; it leaves nothing behind."""
    from dataclasses import asdict

    from gametape.base.settings import settings
    from orchestration.verify import state_of
    from orchestration.verify import verify as go

    steps = []
    for step in go(film, settings()):
        steps.append(step)
        if not as_json:
            print(f"{'ok  ' if step.good else 'FIX '}  {step.name}: {step.told}")
            if step.remedy:
                print(f"      -> {step.remedy}")
    state = state_of(steps)
    if as_json:
        print(json.dumps({"state": state, "steps": [asdict(step) for step in steps]}))
    else:
        print(f"{state}: {film.name}")
    sys.exit(state != "verified")


def health(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Is the house well? Exit status 0 if it is, 2 if not, with what is wrong. For cron and monitoring."""
    from dataclasses import asdict

    from orchestration.health import health_of, span
    from orchestration.instance import open_instance

    with open_instance() as instance:
        found = health_of(instance)
    if as_json:
        print(json.dumps({"well": found.is_well, **asdict(found)}))
    else:
        beat = "never" if found.heartbeat_s is None else f"{span(found.heartbeat_s)} ago"
        wait = "" if found.oldest_wait_s is None else f", the first for {span(found.oldest_wait_s)}"
        print(f"daemon: last sign of life {beat}")
        print(f"runs: {found.queued} wait{wait}; {found.running} at work; {found.failed} failed within a day")
        print(f"GPU slots: {found.slots_taken} of {found.slots} taken; disk: {found.free_bytes / 1e9:.1f} GB free")
        print("\n".join(f"FIX   {problem}" for problem in found.problems) or "ok    all is well")
    sys.exit(0 if found.is_well else 2)
