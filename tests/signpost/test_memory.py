"""Memory that is free goes back to the system."""

from __future__ import annotations

import resource
import sys
import threading
from pathlib import Path

import pytest

from signpost.memory import give_back

PIECE, MANY = 100_000, 3000  # bytes; below what the C library asks the system for piece by piece


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be told to give memory back")
def test_what_threads_freed_goes_back() -> None:
    held: list[bytearray] = []

    def work() -> None:
        pieces = [bytearray(PIECE) for _ in range(MANY)]
        held.append(pieces[-1])  # the last one keeps the C library from giving the rest back

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    before = resident()
    assert give_back()
    assert before - resident() > PIECE * MANY / 2
