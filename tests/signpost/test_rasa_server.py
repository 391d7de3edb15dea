"""Whoever ends Signpost ends the Rasa server that it started; another program on its port is not taken for it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from signpost import rasa_server
from signpost.rasa_server import RasaFailed
from tests.journeys.server import free_port

STARTED = """
import sys, time
from pathlib import Path
from signpost import rasa_server
rasa_server.ENVIRONMENT = Path(sys.argv[1])
with rasa_server.rasa_server(Path("model.tar.gz"), int(sys.argv[2]), "http://127.0.0.1:1") as running:
    print(running.process, flush=True)
    time.sleep(60)
"""


def stand_in(folder: Path, port: int) -> None:
    """A program in the place of `rasa` that answers on its port."""
    program = folder / "bin" / "rasa"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -m http.server {port} --bind 127.0.0.1\n", encoding="utf-8")
    program.chmod(0o755)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    port = free_port()
    stand_in(tmp_path, port)
    ours = subprocess.Popen([sys.executable, "-c", STARTED, str(tmp_path), str(port)], stdout=subprocess.PIPE, text=True)
    assert ours.stdout
    theirs = int(ours.stdout.readline())
    ours.send_signal(signal.SIGTERM)
    assert ours.wait(timeout=30) == 128 + signal.SIGTERM
    for _ in range(50):
        if not is_alive(theirs):
            return
        time.sleep(0.1)
    os.kill(theirs, signal.SIGKILL)
    pytest.fail("the server was left running")


def test_another_program_on_its_port_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa_server, "ENVIRONMENT", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        stand_in(tmp_path, port)
        taken, model = f"port {port} is taken by another program", Path("model.tar.gz")
        with pytest.raises(RasaFailed, match=taken), rasa_server.rasa_server(model, port, "http://127.0.0.1:1"):
            pass
