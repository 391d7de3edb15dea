"""How long an approved answer takes until every worker gives it: two servers over one data folder, asked over HTTP.

    python -m signpost.benches.live

From the moment that the approval is sent, by a form as the reviewer's browser sends it, until each worker answers the
question with it. In the sample area, and in one of 10,000 passages.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

from signpost.benches.made import make_area, sample_passages
from signpost.settings import REPOSITORY, Settings
from signpost.wiring import Workshop
from store.curated import CuratedAnswer, CuratedAnswers
from store.staff import Role, StaffAccounts

SAMPLE, BIG = "larkmere", "big"
_PASSAGES = 10_000
_THINGS = ("trampoline", "archery", "canoe", "pottery", "drumming", "falconry", "juggling", "origami", "curling", "karaoke")
_LONGEST = 60.0  # seconds
_PASSWORD = "three easy words"  # noqa: S105 - of an account that is gone with the bench


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        shutil.copytree(Settings().data, data, ignore=shutil.ignore_patterns("calibrate", "tuned", ".*"))
        workshop = Workshop(Settings(data=data))
        _measure(workshop, data, SAMPLE)
        like = next(area for area in workshop.store.areas() if area.slug == SAMPLE)
        make_area(workshop, like, BIG, _PASSAGES, sample_passages(workshop, SAMPLE), seed=1)
        _measure(workshop, data, BIG)


def _measure(workshop: Workshop, data: Path, area: str) -> None:
    token = StaffAccounts(workshop.engine).add(f"bench@{area}.example", "Bench", Role.REVIEWER, area)
    with _worker(data) as first, _worker(data) as second:
        _told(area, [_approved(workshop, area, token, thing, (first, second)) for thing in _THINGS])
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}", flush=True)


def _approved(workshop: Workshop, area: str, token: str, thing: str, workers: tuple[str, str]) -> tuple[float, float]:
    """Seconds from sending the approval until each worker gives the answer."""
    question = f"is there a {thing} group for disabled children"
    kept = CuratedAnswers(workshop.engine).save(CuratedAnswer(area, (question,), f"Yes. The {thing} group meets on Fridays."), "")
    with httpx.Client(base_url=workers[0], follow_redirects=True, timeout=_LONGEST, trust_env=False) as browser:
        browser.post(f"/staff/welcome/{token}", data={"password": _PASSWORD})
        page = browser.post("/staff/sign-in", data={"email": f"bench@{area}.example", "password": _PASSWORD}).text
        csrf = page.split('name="csrf" value="')[1].split('"')[0]
        for worker in workers:
            _asks(worker, area, question)  # the indexes are open, as in a worker that has served for a while
        began = time.monotonic()
        browser.post(f"/staff/answers/{kept.id}/approve", data={"csrf": csrf}, follow_redirects=False)
        found = [_until(worker, area, question, f"The {thing} group", began) for worker in workers]
    return found[0], found[1]


def _until(worker: str, area: str, question: str, told: str, began: float) -> float:
    while time.monotonic() - began < _LONGEST:
        if told in _asks(worker, area, question):
            return time.monotonic() - began
        time.sleep(0.02)
    raise RuntimeError(f"{worker} did not give the answer within {_LONGEST:.0f} seconds")


def _asks(worker: str, area: str, question: str) -> str:
    reply = httpx.post(f"{worker}/api/v1/areas/{area}/ask", json={"text": question}, timeout=_LONGEST, trust_env=False)
    return str(reply.raise_for_status().json()["text"])


def _told(area: str, seconds: list[tuple[float, float]]) -> None:
    what = "the sample area" if area == SAMPLE else f"an area of {_PASSAGES:,} passages"
    for place, name in enumerate(("the worker that approves", "the other worker")):
        times = [each[place] for each in seconds]
        print(f"{what}, {name}: median {median(times):.2f} s, longest {max(times):.2f} s of {len(times)}", flush=True)


@contextmanager
def _worker(data: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "signpost", "--data", str(data), "serve", "--port", str(port)]
    more = {"SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "1000000"}
    process = subprocess.Popen(command, cwd=REPOSITORY, env=os.environ | more, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str) -> None:
    for _ in range(2400):
        try:
            if httpx.get(f"{address}/health", timeout=5, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} did not answer within two minutes")


if __name__ == "__main__":
    main()
