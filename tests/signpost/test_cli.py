"""The command line over a data folder of its own, with the real encoder."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import link_models, write_pages
from tests.knowledge.test_convert import pdf


def signpost(*words: str, data: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "signpost", "--data", str(data), *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, timeout=600)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    link_models(folder)
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
    check = signpost("check", data=data, SIGNPOST_MODE="live")
    assert check.returncode == 1
    assert "MISSING: " in check.stdout
    assert "MISSING: " not in signpost("check", data=data, SIGNPOST_MODE="demo").stdout


def many_pages(pack: Path, number: int) -> None:
    rows = [
        {
            "id": f"p{n}",
            "setting": None,
            "url": "",
            "title": f"Page {n}",
            "text": f"# Page {n}\nThis page is number {n} of many pages.",
        }
        for n in range(number)
    ]
    write_pages(pack, rows)


def begun(data: Path, pack: Path) -> subprocess.Popen[str]:
    """An ingest that has stored some of its documents."""
    before = documents(data)
    command = [sys.executable, "-m", "signpost", "--data", str(data), "ingest", str(pack), "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline = time.monotonic() + 400
    while documents(data) < before + 20 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return process


def documents(data: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{data / 'signpost.db'}?mode=ro", uri=True)) as database:
            return int(database.execute("select count(*) from documents where area != ''").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_a_kill_in_the_middle_loses_nothing(data: Path, pack: Path) -> None:
    many_pages(pack, 100)
    process = begun(data, pack)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    report = json.loads(signpost("ingest", str(pack), "--json", data=data).stdout)
    assert len(report["unchanged"]) > 0
    assert len(report["created"]) + len(report["unchanged"]) == 101
    assert json.loads(signpost("ingest", str(pack), "--json", data=data).stdout)["unchanged"].__len__() == 101
    assert signpost("check", data=data).returncode == 0


def test_an_ingest_that_is_stopped_says_how_to_go_on(data: Path, pack: Path) -> None:
    many_pages(pack, 100)
    process = begun(data, pack)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.endswith("signpost: stopped; run the same command again to go on\n")
    report = json.loads(signpost("ingest", str(pack), "--json", data=data).stdout)
    assert len(report["created"]) + len(report["unchanged"]) == 101


def test_a_disk_that_is_full_is_one_line_and_what_was_live_stays_live(data: Path, pack: Path) -> None:
    signpost("ingest", str(pack), data=data)
    many_pages(pack, 60)
    command = [sys.executable, "-m", "signpost", "--data", str(data), "ingest", str(pack)]
    most = (data / "signpost.db").stat().st_size + 20_000
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=600,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert done.returncode == 1
    assert "signpost: the database can't be used: disk I/O error: see whether the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    hits = json.loads(signpost("search", "chess club", "--json", data=data).stdout)
    assert hits[0]["document"]["id"] == "clubs"
    again = json.loads(signpost("ingest", str(pack), "--json", data=data).stdout)
    assert len(again["created"]) + len(again["unchanged"]) == 61


def test_a_damaged_database_says_what_to_do(data: Path) -> None:
    (data / "signpost.db").write_bytes(b"this is no database" * 100)
    done = signpost("check", data=data)
    assert done.returncode == 1
    assert "it is damaged: put a backup in its place, or move it away and ingest again" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_that_can_be_wrong_in_a_pack_is_one_line_each_and_the_rest_is_taken_in(data: Path, pack: Path) -> None:
    content = pack / "content"
    for name, made in (("corrupt.pdf", b"%PDF-1.7 broken"), ("locked.pdf", pdf("secret")), ("empty.html", b"<html></html>")):
        (content / name).write_bytes(made)
    (content / "old.txt").write_bytes("Caf\u00e9 club costs \u00a35 \u2013 bring \u201ccash\u201d on the day.".encode("cp1252"))
    with (content / "huge.pdf").open("wb") as handle:
        handle.truncate(200_000_000)
    lines = (pack / "pages.jsonl").read_text(encoding="utf-8").strip().split("\n")
    lines += [
        lines[0],
        json.dumps({"id": "lost", "setting": "nowhere", "title": "Lost", "text": "Words that nobody will ever find."}),
    ]
    (pack / "pages.jsonl").write_text("\n".join(lines), encoding="utf-8")
    area = (pack / "area.yml").read_text(encoding="utf-8")
    (pack / "area.yml").write_text("\n".join(line for line in area.splitlines() if "sendiass" not in line), encoding="utf-8")
    said = signpost("ingest", str(pack), data=data).stdout.strip().split("\n")
    assert said[0] == "4 created, 0 updated, 0 unchanged, 0 deleted, 7 skipped"
    for where, what, advice in (
        ("area.yml: sendiass", "no contact 'sendiass'", "add it"),
        ("corrupt.pdf", "damaged", "save it again"),
        ("locked.pdf", "locked with a password", "save it without one"),
        ("empty.html", "no text found", "ask for a text version"),
        ("huge.pdf", "200,000,000 bytes", "split it"),
        ("pages.jsonl, line", "there twice", "rename one"),
        ("pages.jsonl, line", "'nowhere' is not in settings.csv", "add it there"),
    ):
        assert [line for line in said[1:] if where in line and what in line and advice in line], (where, said)
    found = json.loads(signpost("search", "caf\u00e9 club", "--json", data=data).stdout)
    assert "Caf\u00e9 club costs \u00a35" in found[0]["passage"]["text"]


def test_a_truncated_index_is_noticed_and_mended(data: Path, pack: Path) -> None:
    signpost("ingest", str(pack), data=data)
    index = next((data / "indexes").glob("*/dense.faiss"))
    index.write_bytes(index.read_bytes()[:20])
    assert "has changed since it was written" in signpost("check", data=data).stdout
    assert "1 indexes built" in signpost("build", data=data).stdout
    assert signpost("check", data=data).stdout == "All is well.\n"
