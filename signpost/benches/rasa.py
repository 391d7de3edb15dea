"""Our two runners beside Rasa's own FAQ pipeline, in one run on one machine.

    make bench-rasa

Rasa's FAQ pipeline is the one of its documentation (DIETClassifier, ResponseSelector, FallbackClassifier), trained on the
same `intents/`. All three are asked the sample area's labelled questions over HTTP, one after the other. The report goes to
docs/reference/runners.md.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx
import yaml

from evaluation.questions import Question, read_questions
from signpost.benches.data_copy import data_copy
from signpost.rasa_server import rasa_command, rasa_environment, rasa_server, trained_model
from signpost.settings import REPOSITORY

QUESTIONS = REPOSITORY / "samples" / "larkmere" / "questions.jsonl"
REPORT = REPOSITORY / "docs" / "reference" / "runners.md"
SECRET = "bench"  # noqa: S105
_MOST = 250
_WARM = 5


@dataclass(frozen=True)
class Row:
    """What one system did. Shares are of the questions of a kind; `right` is of the answered, where it can be told."""

    name: str
    training_s: float
    start_s: float
    memory_mb: int
    p50_ms: float
    p95_ms: float
    answered: str
    false_answers: str
    right: str


def main() -> None:
    """Measure the three and write the report."""
    known = [each for each in read_questions(QUESTIONS) if each.expect in ("answer", "handoff", "out_of_scope")]
    questions = sorted(known, key=lambda each: zlib.crc32(each.id.encode()))[:_MOST]
    with tempfile.TemporaryDirectory() as scratch:
        settings = {"SIGNPOST_DATA": str(data_copy(Path(scratch)))}
        rows = [_ours(questions, settings), _ours_on_rasa(questions, settings), _rasa_faq(questions)]
    REPORT.write_text(_report(rows, len(questions)), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


def _ours(questions: Sequence[Question], settings: Mapping[str, str]) -> Row:
    port = _port()
    began = time.perf_counter()
    with _served(port, settings) as process:
        start = time.perf_counter() - began
        return _measured("Signpost, in process", 0.0, start, [process.pid], questions, _asker(port))


def _ours_on_rasa(questions: Sequence[Question], settings: Mapping[str, str]) -> Row:
    port, theirs = _port(), _port()
    began = time.perf_counter()
    model = trained_model(again=True)
    training = time.perf_counter() - began
    began = time.perf_counter()
    url = f"http://127.0.0.1:{theirs}"
    with rasa_server(model, theirs, f"http://127.0.0.1:{port}", SECRET) as rasa:
        more = {**settings, "SIGNPOST_RASA_URL": url, "SIGNPOST_SHARED_SECRET": SECRET, "SIGNPOST_RASA_SECONDS": "30"}
        with _served(port, more) as process:
            start = time.perf_counter() - began
            return _measured("Signpost on a Rasa server", training, start, [process.pid, rasa.process], questions, _asker(port))


def _rasa_faq(questions: Sequence[Question]) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        _faq_project(Path(folder))
        began = time.perf_counter()
        arguments = [str(rasa_command()), "train", "--fixed-model-name", "faq"]
        subprocess.run(arguments, cwd=folder, env=rasa_environment(), capture_output=True, check=True)  # noqa: S603
        training = time.perf_counter() - began
        port = _port()
        began = time.perf_counter()
        arguments = [str(rasa_command()), "run", "--model", "models/faq.tar.gz", "--interface", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(  # noqa: S603
            [*arguments, "--credentials", "credentials.yml"], cwd=folder, env=rasa_environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/")
            start = time.perf_counter() - began
            return _measured("Rasa's FAQ pipeline", training, start, [process.pid], questions, _faq_asker(port))
        finally:
            process.terminate()
            process.wait(30)


Ask = Callable[[Question], tuple[str, bool, float]]
"""Asks one question: the kind of the reply, whether it cites a right page, and the milliseconds of the turn."""


def _measured(name: str, training: float, start: float, pids: Sequence[int], questions: Sequence[Question], ask: Ask) -> Row:
    for question in questions[:_WARM]:
        ask(question)
    times: list[float] = []
    kinds: list[tuple[Question, str, bool]] = []
    for question in questions:
        kind, right, took = ask(question)
        times.append(took)
        kinds.append((question, kind, right))
    can = [each for each in kinds if each[0].expect == "answer"]
    cannot = [each for each in kinds if each[0].expect != "answer"]
    answered = [each for each in can if each[1] == "answer"]
    wrong = [each for each in cannot if each[1] == "answer"]
    memory = sum(_memory(pid) for pid in pids)
    return Row(
        name, training, start, memory, median(times), quantiles(times, n=20)[18], _share(len(answered), len(can)),
        _share(len(wrong), len(cannot)), _share(sum(each[2] for each in answered), len(answered)),
    )  # fmt: skip


def _asker(port: int) -> Ask:
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)

    def ask(question: Question) -> tuple[str, bool, float]:
        where = {"area": question.area, "setting": question.setting, "audience": str(question.audience)}
        token = client.post("/api/v1/conversations", json=where).json()["conversation"]
        headers = {"Authorization": f"Bearer {token}"}
        began = time.perf_counter()
        replies = client.post("/api/v1/conversation/messages", json={"text": question.text}, headers=headers).json()["replies"]
        took = 1000 * (time.perf_counter() - began)
        cited = {cited["document"] for reply in replies for cited in reply["citations"]}
        return replies[-1]["kind"], bool(cited & set(question.gold)), took

    return ask


def _faq_asker(port: int) -> Ask:
    """Rasa's own answers: the text of the response is the intent's name, so a right page can't be told."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)

    def ask(question: Question) -> tuple[str, bool, float]:
        body = {"sender": question.id, "message": question.text}
        began = time.perf_counter()
        messages = client.post("/webhooks/rest/webhook", json=body).json()
        took = 1000 * (time.perf_counter() - began)
        said = messages[0]["text"] if messages else ""
        return ("answer" if said.startswith("faq/") else "handoff"), False, took

    return ask


def _faq_project(folder: Path) -> None:
    """An ordinary FAQ bot of Rasa's documentation over our intents."""
    names: list[str] = []
    (folder / "data").mkdir()
    for path in sorted((REPOSITORY / "intents").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        names += [row["intent"] for row in yaml.safe_load(text)["nlu"]]
        (folder / "data" / path.name).write_text(text, encoding="utf-8")
    faqs = [name for name in names if name.startswith("faq/")]
    plain = [name for name in names if not name.startswith("faq/")]
    responses = {f"utter_{name}": [{"text": name}] for name in faqs} | {"utter_other": [{"text": "I can't answer that."}]}
    domain = {"version": "3.1", "intents": ["faq", *plain, "nlu_fallback"], "responses": responses, "actions": ["utter_faq"]}
    steps = [{"rule": "faq", "steps": [{"intent": "faq"}, {"action": "utter_faq"}]}]
    steps += [{"rule": name, "steps": [{"intent": name}, {"action": "utter_other"}]} for name in [*plain, "nlu_fallback"]]
    pipeline = [
        {"name": "WhitespaceTokenizer"}, {"name": "RegexFeaturizer"}, {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 100, "random_seed": 42},
        {"name": "ResponseSelector", "retrieval_intent": "faq", "epochs": 100, "random_seed": 42},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]  # fmt: skip
    config = {
        "recipe": "default.v1",
        "assistant_id": "faq",
        "language": "en",
        "pipeline": pipeline,
        "policies": [{"name": "RulePolicy"}],
    }
    files = {
        "domain.yml": domain,
        "config.yml": config,
        "data/rules.yml": {"version": "3.1", "rules": steps},
        "credentials.yml": {"rest": None},
    }
    for name, rows in files.items():
        (folder / name).write_text(yaml.safe_dump(rows, sort_keys=False), encoding="utf-8")


@contextmanager
def _served(port: int, more: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**rasa_environment(), **more, "SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "1000000"}
    arguments = [sys.executable, "-m", "signpost", "serve", "--port", str(port)]
    process = subprocess.Popen(arguments, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within two minutes")


def _memory(pid: int) -> int:
    """Resident memory of a process and its children, in MB."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            facts = dict(line.split(":", 1) for line in path.read_text(encoding="utf-8").splitlines() if ":" in line)
        except OSError:
            continue
        if str(pid) in (path.parent.name, facts.get("PPid", "").strip()):
            total += int(facts.get("VmRSS", "0 kB").split()[0])
    return total // 1024


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part} of {whole})" if whole else "-"


_HEAD = """# The two runners beside Rasa's own FAQ pipeline

Generated by `make bench-rasa` (`signpost/benches/rasa.py`) on two cores: one client, over HTTP, one question after the
other, {number} answerable and unanswerable questions of the sample area. All three were measured in one run.

| system | training | start | memory | p50 | p95 | answerable: answered | unanswerable: answered | right page |
|---|---|---|---|---|---|---|---|---|
"""
_FOOT = """
Half of the sample area's questions were used to tune the encoder and the threshold, so the shares of the first two rows
are not a promise for other areas (docs/reference/decision.md has those). They are here to compare refusals: Rasa's
selector always picks one of its texts, and its fallback looks at the intent's confidence only (design decision D3).
"""


def _report(rows: Sequence[Row], number: int) -> str:
    lines = []
    for row in rows:
        right = row.right if "FAQ" not in row.name else "names an intent, no page"
        cells = [
            row.name, f"{row.training_s:.0f} s", f"{row.start_s:.1f} s", f"{row.memory_mb} MB", f"{row.p50_ms:.1f} ms",
            f"{row.p95_ms:.1f} ms", row.answered, row.false_answers, right,
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |\n")
    return _HEAD.format(number=number) + "".join(lines) + _FOOT


if __name__ == "__main__":
    main()
