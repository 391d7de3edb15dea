"""Commands that run the service: serve."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from signpost.output import Output
from signpost.service import make_service
from signpost.wiring import Workshop

Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(serve)
    app.command()(purge)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 0,
    as_json: Json = False,
) -> None:
    """Serve the chat. In live mode it refuses to start while a needed contact is missing."""
    workshop: Workshop = context.obj
    settings = workshop.settings
    application = create_app(make_service(workshop))
    address = f"http://{host or settings.host}:{port or settings.port}"
    Output.json({"address": address}) if as_json else Output.line(f"Signpost is at {address} (Ctrl+C stops it)")
    uvicorn.run(
        application, host=host or settings.host, port=port or settings.port, log_level="warning", access_log=False,
        server_header=False, timeout_keep_alive=10,
    )  # fmt: skip


def purge(context: typer.Context, as_json: Json = False) -> None:
    """Delete unanswered questions that are older than 30 days."""
    workshop: Workshop = context.obj
    deleted = workshop.recorder().purge()
    Output.json({"deleted": deleted}) if as_json else Output.line(f"{deleted} old questions deleted")
