"""The version of the code that makes a table: a digest of the definitions that its asset's function uses.

Belongs here: following names through the package, and the digest. Does not belong here: reading a file
(`definitions`), which settings choose which code (`assets.versions`).

Dagster calls a table stale when its asset's `code_version` changes. A list of files kept by hand is forgotten sooner or
later, so the version is found by a static walk: from the function, through every name that it uses, to the definition
of that name in `gametape`, and on from there. Nothing is imported.

The unit is the definition, not the module: the checks of a package, the columns of its tables and the rules of a sport
stand side by side in one file, and each of them counts for its own asset only.

What the walk sees: functions, classes and constants; imports inside functions; names that a package's `__init__` hands
on, which lead to the module that defines them; the classes that annotations name; data files that code names by
`Path(__file__)` and literals (of a folder, all its data files), YAML and JSON by their values. What it cannot see: a
module that is imported by a computed name, a method of an object that no annotation names.

Reading the package takes a third of a second, so what was read is kept beside the compiled code and, like that, read
anew for a file of another time or size.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gametape.base import definitions
from gametape.base.definitions import EFFECTS, Definition, Source, data_digest, read_source

_PACKAGE = Path(__file__).resolve().parents[1]
_KEPT = _PACKAGE / "__pycache__" / f"versions.{sys.implementation.cache_tag}.json"

#: What the walk leaves out: code whose change shows in its output, or changes no table.
PLUMBING = (
    "gametape.base.check",  # what a check hands over; each check itself counts
    "gametape.base.device",  # where numbers are computed, not which
    "gametape.base.errors",  # how a fault is described
    "gametape.base.settings",  # a setting that changes a table is named by its asset, by value
    "gametape.base.storage",  # where bytes lie, not what they are
    "gametape.base.model_store",  # where weights come from; their digests are code of who runs them, or values
    "gametape.base.work",  # checkpoints and threads: the same rows, sooner
    "gametape.base.language",  # which languages there are
    "gametape.base.own_yaml",  # the same values, sooner
    "gametape.base.versions",
    "gametape.base.definitions",
    "gametape.lake.replay_views",  # whoever asks one names it
    "gametape.lake.store",  # how a table is stored
    "gametape.tables.core",  # what a table is; its own columns count
    "gametape.tables.TABLES",  # all tables, for whoever reads them by name
    "gametape.film.sidecar",  # what it says comes as a table
    "gametape/sports",  # what holds for a film comes as tables of rules (see `assets.rules`)
)
_NO_DATA = (".py", ".pyc", ".md")


def code_version(
    function: Callable[..., Any], *values: str, without: Collection[str] = (), alone: Collection[str] = ()
) -> str:
    """12 hexadecimal digits over the code that a module's function uses, and over `values` as they are.

    Args:
        function: a function of a module.
        values: what chooses code or changes its results: a setting's value, the digest of weights.
        without: what these settings do not use: dotted names of modules or definitions, or paths of data files or
            their folders in the checkout (`gametape/report/languages`).
        alone: dotted names of modules or definitions that count without what they use, although they are plumbing or
            are reached through a resource.
    """
    name, _, nested = function.__qualname__.partition(".")
    if nested:  # the definition that holds it counts as a whole
        values = (*values, nested)
    return code().version(Path(function.__code__.co_filename), name, values, without, alone)


def text_version(*texts: str) -> str:
    """12 hexadecimal digits over texts."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


@cache
def code() -> Code:
    """The code of this process."""
    return Code(_PACKAGE, _KEPT)


@dataclass(frozen=True)
class Node:
    """A definition in its place: what it leads to, by module and name, and the data files that it names."""

    dotted: str
    digest: str
    leads_to: tuple[tuple[str, str], ...]
    data: tuple[Path, ...]


class Code:
    """The source code of a package, followed by name.

    Args:
        package: its folder.
        kept: a file that remembers what was read; None for none.
    """

    def __init__(self, package: Path, kept: Path | None = None) -> None:
        self.package, self.name = package, package.name
        self._memory = Memory(kept)
        self._files: dict[str, Path | None] = {}  # by module
        self._sources: dict[str, Source] = {}
        self._nodes: dict[tuple[str, str], Node | None] = {}

    def version(
        self,
        file: Path,
        name: str,
        values: Collection[str] = (),
        without: Collection[str] = (),
        alone: Collection[str] = (),
    ) -> str:
        """See `code_version`."""
        digest = hashlib.sha256()
        for part, found in self.parts(file, name, without, alone).items():
            digest.update(f"{part} {found}\n".encode())
        for value in values:
            digest.update(f"value {value}\n".encode())
        return digest.hexdigest()[:12]

    def parts(
        self, file: Path, name: str, without: Collection[str] = (), alone: Collection[str] = ()
    ) -> dict[str, str]:
        """Each definition (dotted) and data file (its path in the checkout) that the function uses, with its digest."""
        left_out = Names(without)
        start = (self._module_of(file), name)
        self._files[start[0]] = file
        found: dict[str, str] = {}
        seen, todo = {start}, [start]
        while todo:
            node = self._node(todo.pop())
            if node is None or (without and node.dotted in left_out):
                continue
            found[node.dotted] = node.digest
            for where in node.leads_to:
                if where not in seen:
                    seen.add(where)
                    todo.append(where)
            for data in node.data:
                path = data.relative_to(self.package.parent).as_posix()
                if path not in _PLUMBING and path not in left_out:
                    found[path] = self._memory.of(data, data_digest)
        for dotted in alone:
            for module, one in self._absolute(dotted):
                found[f"{module}.{one}"] = self._source(module).definitions[one].digest
        self._memory.keep()
        return dict(sorted(found.items()))

    def has(self, dotted: str) -> bool:
        """Is this the name of a module or definition, or the path of a file or folder?"""
        if "/" in dotted:
            return (self.package.parent / dotted).exists()
        module, _, name = dotted.rpartition(".")
        return bool(self._file(dotted)) or bool(self._file(module) and name in self._source(module).definitions)

    def _module_of(self, file: Path) -> str:
        """Dotted; of a file outside the package its path, which is the name of no other module."""
        if not file.is_relative_to(self.package):
            return str(file)
        parts = file.relative_to(self.package.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def _node(self, where: tuple[str, str]) -> Node | None:
        """None: it is plumbing."""
        if where not in self._nodes:
            self._nodes[where] = self._find(*where)
        return self._nodes[where]

    def _find(self, module: str, name: str) -> Node | None:
        is_ours = module.partition(".")[0] == self.name
        dotted = f"{module}.{name}" if is_ours else f"{Path(module).stem}.{name}"
        if is_ours and dotted in _PLUMBING:
            return None
        source = self._source(module)
        definition = source.definitions[name]
        leads_to = {where for use in definition.uses for where in self._look_up(module, use)}
        if is_ours and EFFECTS in source.definitions:
            leads_to.add((module, EFFECTS))
        return Node(dotted, definition.digest, tuple(sorted(leads_to)), tuple(self._data(definition)))

    def _source(self, module: str) -> Source:
        if module not in self._sources:
            ours = module.partition(".")[0] == self.name
            file = self._file(module)
            assert file is not None, f"there is no module {module}"
            read = self._memory.of(file, lambda path: read_source(path, module, decorators=ours).as_json())
            self._sources[module] = Source.from_json(read)
        return self._sources[module]

    def _file(self, module: str) -> Path | None:
        """Of a dotted module of the package."""
        if module not in self._files:
            path = self.package.parent.joinpath(*module.split("."))
            files = (path.with_suffix(".py"), path / "__init__.py")
            self._files[module] = next((file for file in files if file.is_file()), None)
        return self._files[module]

    def _look_up(self, module: str, use: str) -> Iterator[tuple[str, str]]:
        """The definitions that a name used in a module stands for; none for a name of another library."""
        if use.startswith("="):
            yield from self._absolute(use[1:])
            return
        root, dot, rest = use.partition(".")
        source = self._source(module)
        if root in source.definitions:
            yield module, root
        if target := source.imports.get(root):
            yield from self._absolute(f"{target}{dot}{rest}")

    def _absolute(self, dotted: str) -> Iterator[tuple[str, str]]:
        parts = dotted.split(".")
        if parts[0] != self.name:
            return
        end = next((end for end in range(len(parts), 0, -1) if self._file(".".join(parts[:end]))), 0)
        module, rest = ".".join(parts[:end]), parts[end:]
        if not rest:  # the module itself, to be used in ways that are not seen here: all of it
            yield from ((module, name) for name in self._source(module).definitions)
        elif end:
            yield from self._look_up(module, ".".join(rest))

    def _data(self, definition: Definition) -> Iterator[Path]:
        for named in map(Path, definition.paths):
            if named.is_dir() and not self.package.is_relative_to(named):
                files = sorted(path for path in named.rglob("*") if path.is_file())
            else:
                files = [named] if named.is_file() else []
            for path in files:
                if path.suffix not in _NO_DATA and "__pycache__" not in path.parts:
                    yield path


class Names:
    """A set of dotted names and paths that holds what stands below them as well: `a.b` holds `a.b.c`, `a/b` holds
    `a/b/c.yaml`.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def __contains__(self, name: str) -> bool:
        mark = "/" if "/" in name else "."
        parts = name.split(mark)
        return any(mark.join(parts[:end]) in self._names for end in range(1, len(parts) + 1))


_PLUMBING = Names(PLUMBING)


class Memory:
    """What was read of files, kept in a JSON file where that can be written."""

    def __init__(self, kept: Path | None) -> None:
        self._kept, self._new = kept, False
        self._known: dict[str, list[Any]] = {}
        if kept:
            with suppress(OSError, ValueError, TypeError, LookupError), definitions.without_collection():
                known = json.loads(kept.read_text(encoding="utf-8"))
                self._known = known["files"] if known["by"] == _reader() else {}

    def of(self, file: Path, read: Callable[[Path], Any]) -> Any:
        """What `read` says of the file, asked anew where the file has another time or size than it had."""
        stat = file.stat()
        stamp = [stat.st_mtime_ns, stat.st_size]
        known = self._known.get(str(file))
        if not (isinstance(known, list) and known[:2] == stamp and len(known) == 3):
            known = [*stamp, read(file)]
            self._known[str(file)], self._new = known, True
        return known[2]

    def keep(self) -> None:
        """Write down what was read since; a process that may write no bytecode writes none of this."""
        if not self._kept or not self._new or sys.dont_write_bytecode:
            return
        self._new = False
        partial = self._kept.with_name(f"{self._kept.name}.{os.getpid()}")
        with suppress(OSError):
            partial.parent.mkdir(exist_ok=True)
            partial.write_text(json.dumps({"by": _reader(), "files": self._known}), encoding="utf-8")
            partial.replace(self._kept)


@cache
def _reader() -> str:
    """Who reads: these modules and this Python."""
    files = (Path(__file__), Path(definitions.__file__))
    return f"{sys.version} {hashlib.sha256(b''.join(file.read_bytes() for file in files)).hexdigest()}"
