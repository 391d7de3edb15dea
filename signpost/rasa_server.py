"""A Rasa server beside the API: finds its environment, trains the project, starts the server, and ends it again.

The environment (`make rasa-setup`) is its own, because Rasa 3.6.21 needs Python 3.10 and older libraries (ADR 0006).
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from knowledge.errors import KnowledgeError
from signpost.settings import REPOSITORY

log = logging.getLogger(__name__)
ENVIRONMENT = REPOSITORY / ".venv-rasa"
MODELS = REPOSITORY / ".rasa" / "models"
PROJECT = ("config.yml", "assistant/domain.yml", "assistant/rules.yml", "intents", "actions/rasa")
_START_SECONDS = 90


class RasaFailed(KnowledgeError):
    """The Rasa environment is missing, or training or starting failed; says what to do."""


@dataclass(frozen=True)
class RasaServer:
    """A server that runs: where it is."""

    url: str
    process: int


def rasa_command() -> Path:
    """The `rasa` program of its environment. Raises RasaFailed if it has not been made."""
    program = ENVIRONMENT / "bin" / "rasa"
    if not program.exists():
        raise RasaFailed(f"{program} is missing: run 'make rasa-setup' first (it needs Python 3.10)")
    return program


def trained_model(again: bool = False) -> Path:
    """The model of the project as it is now; trained if there is none. Takes about 20 seconds."""
    digest = hashlib.sha256()
    for path in sorted(each for part in PROJECT for each in _files(REPOSITORY / part)):
        digest.update(path.read_bytes())
    model = MODELS / f"{digest.hexdigest()[:16]}.tar.gz"
    if again or not model.exists():
        MODELS.mkdir(parents=True, exist_ok=True)
        begun = MODELS / f"{os.getpid()}-{model.name}"  # two processes may train at once
        arguments = [
            "train", "--domain", "assistant/domain.yml", "--config", "config.yml", "--data", "intents", "assistant/rules.yml",
            "--out", str(MODELS), "--fixed-model-name", begun.name,
        ]  # fmt: skip
        run_rasa(arguments)
        begun.replace(model)
    return model


def run_rasa(arguments: list[str]) -> str:
    """What `rasa ARGUMENTS` printed. Raises RasaFailed with its last lines if it failed."""
    done = subprocess.run(
        [str(rasa_command()), *arguments], cwd=REPOSITORY, env=rasa_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise RasaFailed(f"'rasa {arguments[0]}' failed with status {done.returncode}:\n{tail}")
    return done.stdout + done.stderr


@contextmanager
def rasa_server(model: Path, port: int, api_url: str, secret: str = "") -> Iterator[RasaServer]:
    """A server on loopback that asks the API at `api_url`; ended on leaving, or by SIGTERM. Raises RasaFailed if it can't run."""
    with socket.socket() as other:
        if other.connect_ex(("127.0.0.1", port)) == 0:
            raise RasaFailed(f"port {port} is taken by another program: end it, or choose another port for Rasa")
    arguments = ["run", "--model", str(model), "--interface", "127.0.0.1", "--port", str(port)]
    arguments += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    environment = rasa_environment(api_url, secret or secrets.token_urlsafe(16))
    process = subprocess.Popen(
        [str(rasa_command()), *arguments], cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    before = signal.signal(signal.SIGTERM, _leave)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield RasaServer(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, _frame: object) -> None:
    """End as SIGTERM does, but not before what was started here has been ended."""
    raise SystemExit(128 + number)


def rasa_environment(api_url: str = "http://127.0.0.1:8000", secret: str = "") -> dict[str, str]:
    """The environment variables of the Rasa program: our folder on its path, no telemetry, where we are."""
    return {
        **os.environ, "PYTHONPATH": str(REPOSITORY), "RASA_TELEMETRY_ENABLED": "false", "SIGNPOST_URL": api_url,
        "SIGNPOST_SHARED_SECRET": secret, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_SECONDS * 2):
        if process.poll() is not None:
            raise RasaFailed(f"the Rasa server ended with status {process.returncode}: run 'rasa run --debug' to see why")
        try:
            if httpx.get(f"{url}/", timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise RasaFailed(f"the Rasa server did not start within {_START_SECONDS} seconds")


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (each for each in path.rglob("*") if each.suffix in (".yml", ".py"))
