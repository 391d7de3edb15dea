"""Commands for a real Rasa server: rasa."""

from __future__ import annotations

import secrets
import threading
from typing import Annotated

import typer
import uvicorn
from pydantic import SecretStr

from api.app import create_app
from signpost.output import Output
from signpost.rasa_server import rasa_server, trained_model
from signpost.service import make_service
from signpost.wiring import Workshop


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(rasa)


def rasa(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port of Signpost.")] = 0,
    rasa_port: Annotated[int, typer.Option(help="Port of the Rasa server.")] = 5005,
    train_only: Annotated[bool, typer.Option("--train-only", help="Train the model and stop.")] = False,
) -> None:
    """Serve with a real Rasa server beside the API (make rasa-setup first). Both listen on loopback only."""
    workshop: Workshop = context.obj
    model = trained_model()
    Output.line(f"Rasa model: {model.name}")
    if train_only:
        return
    settings = workshop.settings
    secret = settings.shared_secret.get_secret_value() or secrets.token_urlsafe(24)
    ours = port or settings.port
    workshop.settings = settings.model_copy(
        update={"shared_secret": SecretStr(secret), "rasa_url": f"http://127.0.0.1:{rasa_port}"}
    )
    server = uvicorn.Server(
        uvicorn.Config(create_app(make_service(workshop)), host="127.0.0.1", port=ours, log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        with rasa_server(model, rasa_port, f"http://127.0.0.1:{ours}", secret) as running:
            Output.line(f"Signpost is at http://127.0.0.1:{ours}, Rasa at {running.url} (Ctrl+C stops both)")
            while thread.is_alive():
                thread.join(1)
    except KeyboardInterrupt:
        pass
    finally:
        server.should_exit = True
        thread.join(10)
