"""The real service in a process of its own, on a free port of loopback."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def free_port() -> int:
    """A port of loopback that nobody listens on, and that the system gives to no outgoing connection in the meantime."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


@contextmanager
def running(data: Path, port: int = 0, log: IO[bytes] | None = None, **settings: str) -> Iterator[str]:
    """The address of a service over `data`, ready to answer; it is ended on leaving. `settings` are SIGNPOST_*."""
    with started(data, port, log, **settings) as (address, _):
        yield address


@contextmanager
def started(
    data: Path, port: int = 0, log: IO[bytes] | None = None, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """As `running`, with the process, for tests that kill it."""
    port = port or free_port()
    command = [sys.executable, "-m", "signpost", "--data", str(data), "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONUNBUFFERED": "1", **settings}, stdout=log or subprocess.DEVNULL, stderr=log
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(900):
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with status {process.returncode}")
        try:
            if httpx.get(f"{address}/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the service did not start within three minutes")
