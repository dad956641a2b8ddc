"""What version of the craft made a table: a digest of the code that makes it.

Belongs here: the digest. Does not belong here: which asset uses which code (the assets say that).

Dagster calls a table stale when its asset's `code_version` changes. A number bumped by hand is forgotten sooner
or later, so the version is read from the code: comments, docstrings and layout do not count, everything else does.
Reading it takes a third of a second, so what was read is kept beside the compiled code and, like that, read anew for a
file of another time or size.
"""

import ast
import gc
import hashlib
import json
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_KEPT = _PACKAGE / "__pycache__" / f"versions.{sys.implementation.cache_tag}.json"


@cache
def craft_version(*parts: str) -> str:
    """12 hex digits over the code and data files of `parts`, then over any text that is no part.

    A part is a module or folder of the gametape package ("ball", "media/ingest.py"); anything else (a weights'
    SHA-256, a setting's value) counts as it is.
    """
    digest = hashlib.sha256()
    for part in parts:
        path = _PACKAGE / part
        if part and path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        else:
            files = [path] if part and path.is_file() else []
        if not files:
            digest.update(f"text:{part}\n".encode())
        for file in files:
            digest.update(f"file:{file.relative_to(_PACKAGE).as_posix()}\n".encode())
            digest.update(_meanings().of(file).encode())
    _meanings().keep()
    return digest.hexdigest()[:12]


class Meanings:
    """SHA-256 of what files mean, kept in a file where that can be written."""

    def __init__(self, kept: Path) -> None:
        self._kept, self._new = kept, False
        self._known: dict[str, list] = {}
        with suppress(OSError, ValueError, TypeError, LookupError):
            known = json.loads(kept.read_text(encoding="utf-8"))
            self._known = known["files"] if known["by"] == _reader() else {}

    def of(self, file: Path) -> str:
        """Hexadecimal, read anew where the file has another time or size than it had."""
        stat = file.stat()
        stamp = [stat.st_mtime_ns, stat.st_size]
        known = self._known.get(str(file))
        if not (isinstance(known, list) and known[:2] == stamp and len(known) == 3):
            known = [*stamp, hashlib.sha256(_meaning(file)).hexdigest()]
            self._known[str(file)], self._new = known, True
        return known[2]

    def keep(self) -> None:
        """Write down what was read since; a process that may write no bytecode writes none of this."""
        if not self._new or sys.dont_write_bytecode:
            return
        self._new = False
        partial = self._kept.with_name(f"{self._kept.name}.{os.getpid()}")
        with suppress(OSError):
            partial.parent.mkdir(exist_ok=True)
            partial.write_text(json.dumps({"by": _reader(), "files": self._known}), encoding="utf-8")
            partial.replace(self._kept)


@cache
def _reader() -> str:
    """Who says what code means: this module and this Python."""
    return f"{sys.version} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


@cache
def _meanings() -> Meanings:
    return Meanings(_KEPT)


def _meaning(file: Path) -> bytes:
    """The file without what does not change its behaviour."""
    if file.suffix != ".py":
        return file.read_bytes()
    collects = gc.isenabled()
    gc.disable()  # a tree that grows holds no garbage, and looking for it takes longer than parsing
    try:
        return _code(file)
    finally:
        if collects:
            gc.enable()


def _code(file: Path) -> bytes:
    """The file's statements without comments, docstrings and layout."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    statements: list[ast.AST] = [tree]
    while statements:  # a walk through the expressions as well would take ten times as long, at every start
        node = statements.pop()
        for inside in ("body", "orelse", "finalbody", "handlers", "cases"):
            statements += getattr(node, inside, ())
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree).encode()
