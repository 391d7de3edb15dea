"""What the browser tests try, read from tests/journeys: the accessibility statement says what was tested and how."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from signpost.settings import REPOSITORY

JOURNEYS = REPOSITORY / "tests" / "journeys"


@dataclass(frozen=True)
class Check:
    """One thing that is tried. `over` are the pages, states or looks that it is tried on, empty if it is tried once."""

    says: str
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Journey:
    """One file of tests: what it is about, and what it tries."""

    file: str
    about: str
    checks: tuple[Check, ...]


def read_journeys(folder: Path) -> tuple[Journey, ...]:
    """The journeys of a folder, by file name; none if there is no such folder."""
    shared = folder / "conftest.py"
    fixtures = _fixtures(_parsed(shared), _names(shared)) if shared.exists() else {}
    return tuple(_journey(path, fixtures) for path in sorted(folder.glob("test_*.py")))


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _names(path: Path) -> dict[str, ast.expr]:
    """What a file names, and what it takes over from the files beside it."""
    names: dict[str, ast.expr] = {}
    for node in _parsed(path).body:
        if isinstance(node, ast.ImportFrom):
            package, _, module = (node.module or "").rpartition(".")
            beside = path.parent / f"{module}.py"
            if package.endswith(path.parent.name) and beside.exists():
                names.update(_names(beside))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update({target.id: node.value for target in targets if isinstance(target, ast.Name)})
    return names


def _fixtures(tree: ast.Module, names: Mapping[str, ast.expr]) -> dict[str, tuple[str, ...]]:
    """What each fixture of a file is run over."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_")]
    return {node.name: tuple(_values(node, names)) for node in functions}


def _journey(path: Path, shared: Mapping[str, tuple[str, ...]]) -> Journey:
    tree, names = _parsed(path), _names(path)
    fixtures = {**shared, **_fixtures(tree, names)}
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    checks = tuple(_check(node, names, fixtures) for node in tests)
    return Journey(path.name, (ast.get_docstring(tree) or path.stem).split("\n")[0].rstrip("."), checks)


def _check(node: ast.FunctionDef, names: Mapping[str, ast.expr], fixtures: Mapping[str, tuple[str, ...]]) -> Check:
    over = [value for argument in node.args.args for value in fixtures.get(argument.arg, ())]
    says = node.name.removeprefix("test_").replace("_", " ")
    return Check(says[0].upper() + says[1:], (*over, *_values(node, names)))


def _values(node: ast.FunctionDef, names: Mapping[str, ast.expr]) -> Iterator[str]:
    """What `pytest.mark.parametrize` or the `ids` of a fixture's parameters list."""
    for call in (each for each in node.decorator_list if isinstance(each, ast.Call)):
        called = ast.unparse(call.func)
        if called == "pytest.mark.parametrize":
            yield from _texts(call.args[1], names)
        elif called == "pytest.fixture":
            given = {word.arg: word.value for word in call.keywords}
            yield from _texts(given.get("ids") or given.get("params") or ast.Tuple([]), names)


def _texts(node: ast.expr, names: Mapping[str, ast.expr]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in names:
        yield from _texts(names[node.id], names)
    elif isinstance(node, ast.Starred):
        yield from _texts(node.value, names)
    elif isinstance(node, ast.GeneratorExp) and isinstance(node.elt, ast.JoinedStr):
        for text in _texts(node.generators[0].iter, names):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else text for part in node.elt.values)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from (text for each in node.elts for text in _texts(each, names))
    elif isinstance(node, ast.Dict):
        yield from (text for each in node.keys if each is not None for text in _texts(each, names))
