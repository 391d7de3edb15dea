"""Small modules and small functions, as CONTRIBUTING.md says."""

import ast
from pathlib import Path

PACKAGES = ("actions", "api", "assistant", "evaluation", "knowledge", "signpost", "store")
FILES = [path for package in PACKAGES for path in Path(package).rglob("*.py")]


def test_no_module_has_over_300_lines() -> None:
    assert [(str(path), n) for path in FILES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 300] == []


def test_no_function_has_over_40_lines() -> None:
    long = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 40:
                long.append((str(path), node.name, (node.end_lineno or 0) - node.lineno + 1))
    assert long == []
