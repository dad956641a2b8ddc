"""`python -m benchmarks [--film FILE] [--minutes 0.5 30] [--yolo WEIGHTS]`: measure and print a JSON object per line.

Without `--film` the sample film is rendered. `--yolo` gives the weights of the peer loop, which is left out without.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks import films, orchestration
from benchmarks.measure import machine, show


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--film", type=Path)
    parser.add_argument("--minutes", type=float, nargs="+", default=[0.5], help="lengths to which the film is looped")
    parser.add_argument("--yolo", type=Path, help="YOLO-Pose weights for the peer loop")
    parser.add_argument("--no-daemon", action="store_true", help="leave out the orchestration overhead")
    arguments = parser.parse_args()
    show("machine", {"machine": machine()})
    show("importing the definitions, seconds (median of 5)", {"seconds": round(films.import_seconds(), 2)})
    with tempfile.TemporaryDirectory() as folder:
        film = arguments.film
        if film is None:
            from gametape.sample import render

            film = render(Path(folder)).film
        films.show_all(film, arguments.yolo, arguments.minutes)
        if not arguments.no_daemon:
            orchestration.overhead(film)


if __name__ == "__main__":
    main()
