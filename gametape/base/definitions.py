"""What a source file defines, and what each of its definitions uses. Files are parsed, never imported.

Belongs here: reading one file. Does not belong here: following names from file to file (`versions`).

The unit is a module-level definition: a function, a class or a constant. Comments, docstrings and layout are not part
of it, nor is the description of a table's column.
"""

from __future__ import annotations

import ast
import gc
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gametape.base.own_yaml import read_yaml

#: Name of the statements of a module that define nothing, and of the definitions that such a statement could register.
EFFECTS = ""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DECORATED = (*_FUNCTIONS, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_DECORATED, ast.Lambda, *_COMPREHENSIONS)
_IMPORTS = (ast.Import, ast.ImportFrom)
_NAMED = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
_OUTER = (ast.Global, ast.Nonlocal)


@dataclass
class Definition:
    """A module-level definition.

    Attributes:
        digest: SHA-256 of its code, hexadecimal.
        uses: names that it takes from its module (`find_strokes`, `np.mean`), or, with a leading `=`, imports itself
            (`=gametape.ball.track`).
        paths: files and folders that it names by `Path(__file__)` and literals.
    """

    digest: str
    uses: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@dataclass
class Source:
    """A source file: its definitions by name, and what its imports bind (`{"np": "numpy"}`)."""

    definitions: dict[str, Definition] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Source:
        return cls({name: Definition(**one) for name, one in read["definitions"].items()}, dict(read["imports"]))


def read_source(file: Path, module: str, *, decorators: bool = True) -> Source:
    """The definitions of a Python file.

    Args:
        file: what to read.
        module: its dotted name; relative imports are resolved from it.
        decorators: whether decorators are part of what they decorate. Those of an asset declare it: its group and
            its owner make no table.
    """
    with without_collection():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        _without_docs(tree)
        return _Reader(file, module, decorators).read(tree)


@contextmanager
def without_collection() -> Iterator[None]:
    """No garbage collection: what is read holds no garbage, and looking for it takes longer than reading."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def data_digest(file: Path) -> str:
    """SHA-256 of a data file, hexadecimal: of its values where it is YAML or JSON, else of its bytes."""
    content = file.read_bytes()
    if file.suffix in (".yaml", ".yml"):
        content = _canonical(read_yaml(content))
    elif file.suffix == ".json":
        content = _canonical(json.loads(content))
    return hashlib.sha256(content).hexdigest()


def _canonical(values: object) -> bytes:
    return json.dumps(values, sort_keys=True, default=str).encode()


class _Reader:
    def __init__(self, file: Path, module: str, decorators: bool) -> None:
        self.file, self.decorators = file, decorators
        self.package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        self.constants: dict[str, Path] = {}  # module-level paths
        self.source = Source()

    def read(self, tree: ast.Module) -> Source:
        for statement in tree.body:
            self._statement(statement)
        return self.source

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, _IMPORTS):
            self.source.imports.update(imported(node, self.package))
            return
        if isinstance(node, ast.If):
            condition = ast.unparse(node.test)
            if condition.startswith("__name__"):  # what a script does is not used by who imports it
                return
            if "TYPE_CHECKING" in condition:
                for inside in node.body:
                    self._statement(inside)
                return
        self._know_paths(node)
        code = _bare(node) if isinstance(node, _DECORATED) else node
        names = _Names(self.package, self.file, self.constants)
        names.visit(code)
        found = Definition(_sha(ast.unparse(code)), sorted(names.uses), sorted(map(str, names.paths)))
        bound, imports = _bound([node], self.package)
        self.source.imports.update(imports)
        for name in bound - set(imports) or {EFFECTS}:
            self._add(name, found)
        if self.decorators and isinstance(node, _DECORATED) and node.decorator_list:
            self._decorated(node)

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Decorators count where they are gametape's own: one that registers what it decorates is used by name
        nowhere, so such a definition belongs to its module's effects.
        """
        names = _Names(self.package, self.file, self.constants)
        for decorator in node.decorator_list:
            names.visit(decorator)
        of = self.source.definitions[node.name]
        of.digest = _sha(of.digest + "".join(map(ast.unparse, node.decorator_list)))
        of.uses = sorted({*of.uses, *names.uses})
        called = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
        roots = {(_dotted(one) or "").partition(".")[0] for one in called}
        if any(root in self.source.definitions or _is_ours(self.source.imports.get(root, "")) for root in roots):
            self._add(EFFECTS, Definition(_sha(f"registers {node.name}"), [node.name]))

    def _add(self, name: str, found: Definition) -> None:
        """A name that is bound twice is both."""
        if known := self.source.definitions.get(name):
            found = Definition(
                _sha(known.digest + found.digest),
                sorted({*known.uses, *found.uses}),
                sorted({*known.paths, *found.paths}),
            )
        self.source.definitions[name] = Definition(found.digest, list(found.uses), list(found.paths))

    def _know_paths(self, node: ast.stmt) -> None:
        """Remember `FOLDER = Path(__file__).parent / "x"`, which other paths build on."""
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for name, value in pairs:
                if isinstance(name, ast.Name) and (path := path_of(value, self.file, self.constants)):
                    self.constants[name.id] = path


class _Names(ast.NodeVisitor):
    """Which names of its module a piece of code uses, and which paths it names."""

    def __init__(self, package: str, file: Path, constants: Mapping[str, Path]) -> None:
        self._package, self._file = package, file
        self._constants = dict(constants)
        self._scopes: list[dict[str, str | None]] = []  # local names, each with what it imports
        self.uses: set[str] = set()
        self.paths: set[Path] = set()

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.expr) and (path := path_of(node, self._file, self._constants)):
            self.paths.add(path)
        else:
            super().generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if path_of(node, self._file, self._constants) is None and (chain := _dotted(node)):
            self._use(chain)
        else:
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._arguments(node.args)
        self._annotation(node.returns)
        self._inside(node.args, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._arguments(node.args)
        self._inside(node.args, [node.body])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotation(node.annotation)
        for part in (node.target, node.value):
            if part:
                self.visit(part)

    def _comprehension(self, node: Any) -> None:
        self.visit(node.generators[0].iter)
        bound = {name for one in node.generators for name in _stored(one.target)}
        self._scopes.append(dict.fromkeys(bound))
        for place, one in enumerate(node.generators):
            for part in ([] if place == 0 else [one.iter]) + one.ifs:
                self.visit(part)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)
        self._scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _arguments(self, arguments: ast.arguments) -> None:
        for default in [*arguments.defaults, *filter(None, arguments.kw_defaults)]:
            self.visit(default)
        for one in _each(arguments):
            self._annotation(one.annotation)

    def _annotation(self, node: ast.expr | None) -> None:
        """What a function is handed is known by its annotations: the methods of `film: Film` are used code."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        if node is not None:
            self.visit(node)

    def _inside(self, arguments: ast.arguments, body: list[Any]) -> None:
        bound, imports = _bound(body, self._package)
        local: dict[str, str | None] = dict.fromkeys({*(one.arg for one in _each(arguments)), *bound})
        local.update(imports)
        self._scopes.append(local)
        for node in body:
            self.visit(node)
        self._scopes.pop()

    def _use(self, chain: str) -> None:
        root, dot, rest = chain.partition(".")
        for scope in reversed(self._scopes):
            if root in scope:
                if target := scope[root]:
                    self.uses.add(f"={target}{dot}{rest}")
                return
        self.uses.add(chain)


def imported(node: ast.Import | ast.ImportFrom, package: str) -> dict[str, str]:
    """What an import statement of a module in `package` binds: names, each with the dotted name of its target."""
    if isinstance(node, ast.Import):
        return {one.asname or one.name.partition(".")[0]: one.name if one.asname else one.name.partition(".")[0]
                for one in node.names}  # fmt: skip
    parts = package.split(".")
    above = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
    module = ".".join(filter(None, (above, node.module)))
    return {one.asname or one.name: f"{module}.{one.name}" for one in node.names}


def path_of(node: ast.AST, file: Path, constants: Mapping[str, Path]) -> Path | None:
    """The path that an expression of `Path(__file__)`, literals and known constants stands for; None for any other.

    >>> path_of(ast.parse('Path(__file__).with_name("courts.yaml")', mode="eval").body, Path("/a/courts.py"), {})
    PosixPath('/a/courts.yaml')
    """
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return (base := path_of(node.value, file, constants)) and base.parent
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        base, end = path_of(node.left, file, constants), _literal(node.right)
        return base / end if base and isinstance(end, str) else None
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        base, steps = path_of(node.value.value, file, constants), _literal(node.slice)
        return base.parents[steps] if base and isinstance(steps, int) else None
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            given = node.args[0] if len(node.args) == 1 else None
            is_file = node.func.id == "Path" and isinstance(given, ast.Name) and given.id == "__file__"
            return file if is_file else None
        if isinstance(node.func, ast.Attribute) and (base := path_of(node.func.value, file, constants)):
            names = [name for one in node.args if isinstance(name := _literal(one), str)]
            if node.func.attr in ("resolve", "absolute"):
                return base
            if node.func.attr in ("with_name", "joinpath") and len(names) == len(node.args) > 0:
                return getattr(base, node.func.attr)(*names)
    return None


def _bound(body: list[Any], package: str) -> tuple[set[str], dict[str, str]]:
    """The names that statements bind in their own scope, and what those that are imported stand for."""
    names: set[str] = set()
    imports: dict[str, str] = {}
    outer: set[str] = set()
    todo = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                names.add(node.id)
        elif isinstance(node, _DECORATED):
            names.add(node.name)
        elif isinstance(node, _IMPORTS):
            imports |= imported(node, package)
        elif isinstance(node, _OUTER):
            outer.update(node.names)
        elif not isinstance(node, _SCOPES):
            if isinstance(node, _NAMED) and node.name:
                names.add(node.name)
            todo += ast.iter_child_nodes(node)
    return (names | set(imports)) - outer, imports


def _stored(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _each(arguments: ast.arguments) -> list[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [one for one in every if one is not None]


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value)):
        return f"{base}.{node.attr}"
    return None


def _literal(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _is_ours(target: str) -> bool:
    return target.partition(".")[0] == "gametape"


def _bare(node: ast.stmt) -> ast.stmt:
    """The definition without its decorators."""
    fields = {name: getattr(node, name) for name in node._fields} | {"decorator_list": []}
    return ast.copy_location(type(node)(**fields), node)


def _without_docs(tree: ast.Module) -> None:
    """Remove strings that stand as statements, and the descriptions of a table's columns."""
    statements: list[Any] = [tree]
    while statements:  # a walk through the expressions as well would take ten times as long
        node = statements.pop()
        for inside in ("body", "orelse", "finalbody", "handlers", "cases"):
            statements += getattr(node, inside, ())
        if isinstance(body := getattr(node, "body", None), list):
            kept = [one for one in body if not (isinstance(one, ast.Expr) and isinstance(_literal(one.value), str))]
            node.body = kept or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for call in ast.walk(node.value):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "columns":
                    call.args = [_undescribed(one) for one in call.args]


def _undescribed(spec: ast.expr) -> ast.expr:
    """`"frame int32! its number"` without `its number`."""
    text = _literal(spec)
    return ast.Constant(" ".join(text.split()[:2])) if isinstance(text, str) else spec


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
