"""How fast and how large the serving process is, measured on the sample area.

    make bench

Each figure is taken in a fresh process: start to first answer, memory after a hundred questions, the
time of one turn beside the time of one bare query encoding.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from evaluation.questions import read_questions

QUESTIONS = Path("samples/larkmere/questions.jsonl")
_RUNS = 5


def first_answer() -> dict[str, object]:
    """Run in a fresh process: from the first import to the first answer."""
    began = time.perf_counter()
    from assistant.types import Context
    from signpost.settings import Settings
    from signpost.wiring import Workshop
    from store.records import NoRecorder

    assistant = Workshop(Settings()).assistant(recorder=NoRecorder())
    assistant.answer("who is the SENCO?", Context("larkmere", "millbrook"))
    ready = time.perf_counter() - began
    texts = [(question.text, Context(question.area, question.setting)) for question in read_questions(QUESTIONS)][:200]
    encoder = assistant.parts.encoder
    turns = [_milliseconds(assistant.answer, text, context) for text, context in texts]
    bare = [_milliseconds(encoder.encode, [text]) for text, _ in texts]
    return {
        "start_to_first_answer_s": round(ready, 2),
        "turn_p50_ms": round(median(turns), 2),
        "turn_p95_ms": round(quantiles(turns, n=20)[18], 2),
        "bare_encoding_p50_ms": round(median(bare), 2),
        "turn_to_encoding": round(median(turns) / median(bare), 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "torch_imported": any(name in sys.modules for name in ("torch", "tensorflow", "rasa")),
    }


def _milliseconds(work: Callable[..., object], *given: object) -> float:
    began = time.perf_counter()
    work(*given)
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    """Measure in fresh processes and print each figure's minimum, median and maximum."""
    code = "import json; from signpost.benches.speed import first_answer; print(json.dumps(first_answer()))"
    rows = []
    for _ in range(_RUNS):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    for name in rows[0]:
        values = sorted(row[name] for row in rows)
        print(f"{name}: {values[0]} / {values[len(values) // 2]} / {values[-1]}")


if __name__ == "__main__":
    main()
