"""Writes the reference pages that come from code: settings and commands.

    python -m signpost.reference

tests/promises/test_docs.py fails when a page is not what this would write.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer

from signpost.cli import app
from signpost.settings import REPOSITORY, Settings

PAGES = REPOSITORY / "docs" / "reference"


def settings_page() -> str:
    """docs/reference/settings.md."""
    lines = [
        "# Settings", "", "Every setting is an environment variable. This page is written by `python -m signpost.reference`.", "",
        "| variable | default | what it is |", "|---|---|---|",
    ]  # fmt: skip
    for name, field in Settings.model_fields.items():
        default = _shown(field.default)
        lines.append(f"| `SIGNPOST_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """docs/reference/commands.md."""
    group = typer.main.get_command(app)
    lines = ["# Commands", "", "`signpost --data DIR COMMAND`. This page is written by `python -m signpost.reference`.", ""]
    for name, command in _commands(group):
        lines += [f"## {name}", "", (command.help or "").strip(), ""]
        lines += [_parameter(each) for each in command.params]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its whole name, those of groups too."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        inner = list(_commands(command, f"{before}{name} "))
        yield from inner or [(f"{before}{name}", command)]


def _parameter(parameter: Any) -> str:
    names = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    shown = names if parameter.param_type_name == "option" else f"`{(parameter.name or '').upper()}`"
    told = f"- {shown}: {getattr(parameter, 'help', '') or ''}".rstrip(": ")
    kind, default = parameter.type_descriptor.annotation, parameter.default
    if isinstance(kind, type) and issubclass(kind, Enum):
        told += f" One of {', '.join(f'`{each.value}`' for each in kind)}."
    plain = isinstance(default, str | int | float) and not isinstance(default, bool)
    return f"{told} Default: {_shown(default)}." if plain and default else told


def _shown(value: object) -> str:
    text = str(getattr(value, "value", value))
    text = text.replace(str(REPOSITORY) + "/", "")
    return f"`{text}`" if text not in ("", "None", "**********") else "empty"


def main() -> None:
    """Write both pages."""
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{PAGES / name}\n")


def pages() -> dict[str, str]:
    """File name to text."""
    return {"settings.md": settings_page(), "commands.md": commands_page()}


if __name__ == "__main__":
    main()
