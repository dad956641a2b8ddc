"""Parse a replay in a process of its own, with limits of memory and time.

Belongs here: the process and what becomes of it. Does not belong here: what is read of it (`gametape.replay.follower`).

The parser is fast native code, and a file comes from anywhere: one made to exhaust memory or to crash it may take the
child with it, never the run. The child hands back plain arrays and JSON, nothing that runs when it is loaded.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gametape.base.errors import BadInput, Unavailable
from gametape.base.reason import Reason
from gametape.replay.course import COLUMNS, Course
from gametape.replay.follower import follow
from gametape.replay.header import MOST_BYTES, Damaged, Header, read_header
from gametape.replay.slices import slices

MEMORY_BYTES = 2 * 2**30
"""Address space of the child. A long 3v3 game takes about 0.3 GB of it, 0.6 where it cannot be cut into slices."""
CPU_S = 60
"""CPU time of the child. A long game takes 2 s."""
WALL_S = 180
"""Time that it is waited for: a busy machine gives it little of its CPU."""
PARSER = "subtr-actor-py"


@dataclass(frozen=True)
class Parsed:
    """What was read of a file.

    Attributes:
        header: Its header.
        course: The course of the game; None: it cannot be read.
        reason: Why there is no course; None: there is.
        parser: Name and version of the parser.
    """

    header: Header
    course: Course | None
    reason: Reason | None
    parser: str


def parse(path: Path) -> Parsed:
    """Parse a replay file.

    Raises:
        BadInput: It is no replay, or damaged.
        Unavailable: The parser did not come to an end for want of memory or time on a file that is whole.
    """
    header = _header(path)
    again = "Upload the file again, as it lies in the game's folder Demos"
    if not header.content_intact:
        raise BadInput(path, header.content_reason, again)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "course"
        command = [sys.executable, "-m", "gametape.replay.parse", str(path.resolve()), str(out)]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=WALL_S, check=False, env=_environment(), cwd=folder
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(
                path, f"was not parsed within {WALL_S} s", "Try again when the machine is idle"
            ) from error
        told = out.with_suffix(".json")
        if not told.exists():
            # Its sum is right, so the game wrote it so: no damage, but nothing that this parser survives.
            cause = f"signal {-done.returncode}" if done.returncode < 0 else f"exit {done.returncode}"
            return Parsed(header, None, _unknown_patch(header, f"the parser ended with {cause}"), _parser())
        answer = json.loads(told.read_text(encoding="utf-8"))
        if "error" in answer:
            return Parsed(header, None, _unknown_patch(header, answer["error"]), _parser())
        with np.load(out.with_suffix(".npz"), allow_pickle=False) as arrays:
            tables = {name: arrays[name] for name in COLUMNS}
            course = Course(arrays["times"], tables, answer["players"], answer["pads"], answer["facts"])
    return Parsed(header, course, None, _parser())


def _header(path: Path) -> Header:
    again = "Upload the file again, as it lies in the game's folder Demos"
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise BadInput(path, f"is {size / 2**20:.0f} MiB, more than any replay (64 MiB)", "Upload the replay alone")
    try:
        return read_header(path.read_bytes())
    except Damaged as error:
        raise BadInput(path, str(error), again) from error


def _unknown_patch(header: Header, tried: str) -> Reason:
    return Reason(
        "replay_patch_unknown",
        build=str(header.properties.get("BuildVersion", "unknown")),
        format=f"{header.engine_version}.{header.licensee_version}.{header.net_version or 0}",
        parser=_parser(),
        tried=tried[:200],
    )


def _parser() -> str:
    from importlib.metadata import version

    return f"{PARSER} {version(PARSER)}"


def _environment() -> dict[str, str]:
    """The parent's, with this code first and single threads; without what a hostile file could want."""
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")
    }
    here = str(Path(__file__).resolve().parents[2])
    return kept | {
        "PYTHONPATH": os.pathsep.join(filter(None, [here, kept.get("PYTHONPATH", "")])),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _child(path: Path, out: Path) -> None:
    """Parse in this process and write what was found: `out`.json and `out`.npz."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        course = _course(path.read_bytes())
        if not len(course.times):
            raise ValueError("it has no frames")
        np.savez(out.with_suffix(".npz"), allow_pickle=False, times=course.times, **course.tables)
        answer = {"players": course.players, "pads": course.pads, "facts": course.facts}
    except MemoryError:
        answer = {"error": "it takes too much memory"}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the parser's panics are no Exceptions
        answer = {"error": f"{type(error).__name__}: {error}"}
    out.with_suffix(".json").write_text(json.dumps(answer), encoding="utf-8")


def _course(data: bytes) -> Course:
    """The course of a game, slice by slice; of the whole at once where it cannot be cut, or not be read so."""
    import subtr_actor

    try:
        return follow(map(subtr_actor.parse_replay, slices(data)))
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # the parser's panics are no Exceptions
        return follow([subtr_actor.parse_replay(data)])


if __name__ == "__main__":
    _child(Path(sys.argv[1]), Path(sys.argv[2]))
