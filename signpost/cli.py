"""The command line: `signpost --help` lists what there is."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from signpost.commands import asking, content, coverage, governance, measuring, packs, rasa, serving, staff
from signpost.output import Output
from signpost.settings import Settings
from signpost.wiring import Workshop

app = typer.Typer(
    name="signpost",
    help="Answers families' questions about SEND from what councils and schools publish.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for group in (content, packs, asking, measuring, serving, rasa, staff, coverage, governance):
    group.register(app)


@app.callback()
def common(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Folder with database, encoder and indexes.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more about what is being done.")] = False,
) -> None:
    """Settings that every command shares."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    settings = Settings(data=data) if data else Settings()
    context.obj = Workshop(settings)


def main() -> None:
    """Run a command; an error that was foreseen is one line, not a traceback."""
    with Output.errors_in_plain_words():
        app()
