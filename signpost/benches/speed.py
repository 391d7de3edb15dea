"""The rows of design section 7 that are about speed and size, each beside its goal, written to docs/reference/speed.md.

    make bench

Everything is measured in one run on data made for it: an area of 10,000 passages for the turn, the load and the
memory; an area of 8,000 alone and then beside 152 others for the growth. The two large ones are read ahead, as
`signpost ingest` does. No question is asked twice of one process: what was read for the last ones is kept in memory.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx

from assistant.types import Context
from evaluation.questions import Question, read_questions
from signpost.benches.data_copy import data_copy
from signpost.benches.load import hold
from signpost.benches.made import make_area, sample_passages
from signpost.settings import REPOSITORY, Settings
from signpost.wiring import Workshop
from store.records import NoRecorder

SAMPLE = "larkmere"
QUESTIONS = REPOSITORY / "samples" / SAMPLE / "questions.jsonl"
UNDER_LOAD = REPOSITORY / "evaluation" / "packs" / "quillbury" / "questions.jsonl"
REPORT = REPOSITORY / "docs" / "reference" / "speed.md"
_PASSAGES = 10_000
_ONE_AREA, _AREAS, _OTHERS = 8_000, 153, 400
_ASKED = 120
_CONVERSATIONS, _TURNS = 50, 12


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    what: str
    goal: str
    measured: str
    holds: bool


def main() -> None:
    """Measure, print, and write the report."""
    questions = [each for each in read_questions(QUESTIONS) if each.setting is None][:_ASKED]
    with tempfile.TemporaryDirectory() as scratch:
        data = data_copy(Path(scratch))
        workshop = Workshop(Settings(data=data))
        passages = sample_passages(workshop, SAMPLE)
        like = next(area for area in workshop.store.areas() if area.slug == SAMPLE)
        make_area(workshop, like, "big", _PASSAGES, passages, seed=1)
        workshop.read_ahead()  # as `signpost ingest` does
        under_load = [each.text for each in read_questions(UNDER_LOAD)][: _CONVERSATIONS * _TURNS]
        rows = [*_turn_rows(data, questions), *_served_rows(data, questions, under_load)]
        make_area(workshop, like, "one", _ONE_AREA, passages, seed=2)
        workshop.read_ahead()
        alone = _answered(data, "one", questions)["turn"]
        for number in range(1, _AREAS):
            make_area(workshop, like, f"a{number}", _OTHERS, passages, seed=2 + number)
        beside = _answered(data, "one", questions)["turn"]
    stored = _ONE_AREA + _OTHERS * (_AREAS - 1)
    grown = f"{median(alone):.1f} ms alone, {median(beside):.1f} ms beside {_AREAS - 1} areas ({stored:,} passages in all)"
    rows.append(_row(f"growth: p50 in an area of {_ONE_AREA:,} passages", "<= 1.2 x", median(beside) / median(alone), 1.2, grown))
    REPORT.write_text(_report(rows), encoding="utf-8")
    print(_report(rows))


def _turn_rows(data: Path, questions: Sequence[Question]) -> list[Row]:
    times = _answered(data, "big", questions)
    turn, bare = times["turn"], times["bare"]
    detail = f"{median(turn):.1f} ms (p95 {_p95(turn):.1f} ms), bare query encoding {median(bare):.1f} ms"
    return [
        _row(f"turn p50, {_PASSAGES:,} passages, one client", "<= 1.5 x the encoding", median(turn) / median(bare), 1.5, detail)
    ]


def _served_rows(data: Path, questions: Sequence[Question], under_load: Sequence[str]) -> list[Row]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {
        **os.environ, "SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "1000000", "SIGNPOST_MESSAGES_A_MINUTE": "100000",
    }  # fmt: skip
    command = [sys.executable, "-m", "signpost", "--data", str(data), "serve", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        started = time.perf_counter() - began
        texts = [question.text for question in questions]
        hold(address, "big", [f"{text} please" for text in texts], 1, 5)
        single = hold(address, "big", texts, 1, len(texts))
        many = hold(address, "big", under_load, _CONVERSATIONS, _TURNS)
        memory = _memory_mb(process.pid)
    finally:
        process.terminate()
        process.wait(30)
    rate = many.turns_a_second
    detail = f"{rate:.0f} turns/s; p50 {many.p50_ms:.0f} ms, p95 {many.p95_ms:.0f} ms; one client: p50 {single.p50_ms:.1f} ms"
    return [
        Row(f"load, {_CONVERSATIONS} conversations at once", ">= 150 turns/s", detail, rate >= 150),
        _row("load, p95", "<= 10 x the single client's p50", many.p95_ms / single.p50_ms, 10, f"{many.errors} errors"),
        Row("load, errors", "0", str(many.errors), many.errors == 0),
        Row("memory of the serving process after that", "<= 350 MB", f"{memory} MB", memory <= 350),
        Row("start to ready with a built index", "<= 3 s", f"{started:.1f} s", started <= 3),
    ]  # fmt: skip


def _answered(data: Path, area: str, questions: Sequence[Question]) -> dict[str, list[float]]:
    """In a fresh process: the milliseconds of each turn, and of encoding each question alone."""
    code = "import sys; from signpost.benches.speed import answer_all; answer_all(*sys.argv[1:])"
    asked = json.dumps([question.text for question in questions])
    command = [sys.executable, "-c", code, str(data), area, asked]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def answer_all(data: str, area: str, asked: str) -> None:
    """Run in a fresh process by `_answered`. Turn and encoding alternate, so that a busy moment slows both."""
    assistant = Workshop(Settings(data=Path(data))).assistant(recorder=NoRecorder())
    context, encoder = Context(area), assistant.parts.encoder
    texts: list[str] = json.loads(asked)
    for text in texts[:10]:
        assistant.answer(f"{text} please", context)
    turns, bare = [], []
    for text in texts:
        turns.append(_milliseconds(assistant.answer, text, context))
        bare.append(_milliseconds(encoder.encode, [f"{text} "]))
    if any(name in sys.modules for name in ("torch", "tensorflow", "rasa")):
        raise RuntimeError("serving must not import torch, TensorFlow or Rasa")
    print(json.dumps({"turn": turns, "bare": bare}))


def _milliseconds(work: Callable[..., object], *given: object) -> float:
    began = time.perf_counter()
    work(*given)
    return 1000 * (time.perf_counter() - began)


def _row(what: str, goal: str, ratio: float, most: float, detail: str) -> Row:
    return Row(what, goal, f"{ratio:.2f} x: {detail}", ratio <= most)


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[18]


def _memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


def _wait(address: str) -> None:
    for _ in range(2400):
        try:
            if httpx.get(f"{address}/webhooks/rest/", timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} did not answer within two minutes")


def _report(rows: Sequence[Row]) -> str:
    lines = [
        "# Speed and size", "",
        "Generated by `make bench` (`signpost/benches/speed.py`): every row in one run on one machine, the client on the same",
        "cores. Passages are made from the sample area's (`signpost/benches/made.py`). `make bench-rasa` measures both runners",
        "beside Rasa's own pipeline; `tests/journeys` the size of the widget.", "",
        f"{os.cpu_count()} cores; the load average at the end of the run was {os.getloadavg()[0]:.1f}. If that is more than the",
        "bench itself makes, something else was running, and the times (not the ratios) are too long.", "",
        "| what | goal | measured | |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {row.what} | {row.goal} | {row.measured} | {'holds' if row.holds else '**does not hold**'} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
