"""The command line over a data folder of its own, with the real encoder."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import DATA


def signpost(*words: str, data: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "signpost", "--data", str(data), *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, timeout=300)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "encoder").symlink_to((DATA / "encoder").resolve())
    return folder


def test_from_a_pack_to_a_cited_answer(data: Path, pack: Path) -> None:
    assert json.loads(signpost("ingest", str(pack), "--json", data=data).stdout)["created"] == ["travel", "oak-report", "clubs"]
    again = signpost("ingest", str(pack), data=data)
    assert "0 created, 0 updated, 3 unchanged, 0 deleted, 0 skipped" in again.stdout
    hits = json.loads(signpost("search", "cost of transport to college", "--json", data=data).stdout)
    assert hits[0]["document"]["id"] == "travel"
    explained = json.loads(signpost("ask", "who is the senco at Oak Primary", "--explain", "--json", data=data).stdout)
    assert explained["understanding"]["setting"] == "oak"
    assert explained["reply"]["kind"] in ("answer", "handoff")
    assert signpost("check", data=data).returncode == 0


def test_one_file_can_be_taken_in(data: Path, pack: Path, tmp_path: Path) -> None:
    signpost("ingest", str(pack), data=data)
    (tmp_path / "pool.md").write_text("# Pool\n\nThe pool has a hoist and warm water on Sundays.", encoding="utf-8")
    done = signpost("ingest", str(tmp_path / "pool.md"), "--area", "brookshire", "--title", "The pool", data=data)
    assert "1 created" in done.stdout
    wrong = signpost("ingest", str(tmp_path / "pool.md"), "--area", "nowhere", data=data)
    assert wrong.returncode == 1
    assert "area 'nowhere' is not known: give --area, one of brookshire" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ask", "hello"), "no area"),
        (("ingest", "nowhere.txt"), "does not exist"),
        (("evaluate", "nothing.jsonl"), "nothing.jsonl"),
    ],
)
def test_errors_are_one_line(data: Path, words: tuple[str, ...], says: str) -> None:
    done = signpost(*words, data=data)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_live_mode_refuses_to_start_without_its_contacts(data: Path, pack: Path) -> None:
    area = (pack / "area.yml").read_text(encoding="utf-8")
    (pack / "area.yml").write_text("\n".join(line for line in area.splitlines() if "sendiass" not in line), encoding="utf-8")
    signpost("ingest", str(pack), data=data)
    done = signpost("serve", data=data, SIGNPOST_MODE="live")
    assert done.returncode == 1
    assert "Brookshire Council (fictional) has no sendiass contact: add it to area.yml" in done.stderr
    assert signpost("check", data=data).returncode == 0
    assert signpost("check", data=data, SIGNPOST_MODE="live").returncode == 1


def test_a_kill_in_the_middle_loses_nothing(data: Path, pack: Path) -> None:
    lines = [
        json.dumps(
            {
                "id": f"p{n}",
                "setting": None,
                "url": "",
                "title": f"Page {n}",
                "text": f"# Page {n}\nThis page is number {n} of many pages.",
                "updated": None,
            }
        )
        for n in range(300)
    ]
    (pack / "pages.jsonl").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "signpost", "--data", str(data), "ingest", str(pack), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (data / "signpost.db").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    report = json.loads(signpost("ingest", str(pack), "--json", data=data).stdout)
    assert len(report["created"]) + len(report["unchanged"]) == 301
    assert json.loads(signpost("ingest", str(pack), "--json", data=data).stdout)["unchanged"].__len__() == 301
    assert signpost("check", data=data).returncode == 0


def test_a_truncated_index_is_noticed_and_mended(data: Path, pack: Path) -> None:
    signpost("ingest", str(pack), data=data)
    index = next((data / "indexes").glob("*/dense.faiss"))
    index.write_bytes(index.read_bytes()[:20])
    assert "has changed since it was written" in signpost("check", data=data).stdout
    assert "1 indexes built" in signpost("build", data=data).stdout
    assert signpost("check", data=data).stdout == "All is well.\n"
