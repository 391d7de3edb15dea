"""Reads the written conversations, holds them over HTTP, and compares what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

HERE = Path(__file__).parent
_MISREAD = "(misread) "  # somebody who has seen the safety card for these words presses "That is not what I meant"
_EXPECTED = re.compile(r"\s=>\s(\w+)((?:\s\w+=\S+)*)\s*$")


@dataclass(frozen=True)
class Turn:
    """One message and what is expected of its replies."""

    said: str
    kind: str
    more: Mapping[str, str]


def conversations(path: Path = HERE / "conversations.yml") -> dict[str, list[Turn]]:
    """Every conversation by name."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: [_turn(str(line)) for line in lines] for name, lines in rows.items()}


def _turn(line: str) -> Turn:
    found = _EXPECTED.search(line)
    if not found:
        raise ValueError(f"'{line}' should end with '=> kind'")
    more = dict(part.split("=", 1) for part in found[2].split())
    return Turn(line[: found.start()].strip(), found[1], more)


def held(client: httpx.Client, turns: list[Turn]) -> Iterator[tuple[Turn, dict[str, Any]]]:
    """Each turn with the answer of the API, in one conversation."""
    started = client.post("/api/v1/conversations", json={"area": "larkmere"})
    assert started.status_code == 201, started.text
    headers = {"Authorization": f"Bearer {started.json()['conversation']}"}
    for turn in turns:
        if turn.said.startswith(_MISREAD):
            yield turn, said(client, headers, {"text": turn.said.removeprefix(_MISREAD), "misread": True})
            continue
        is_payload = turn.said.startswith("/") and ("{" in turn.said or turn.said in ("/ask_person", "/start_over"))
        yield turn, said(client, headers, {"choice": turn.said} if is_payload else {"text": turn.said})


def said(client: httpx.Client, headers: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of the API to one message."""
    answer = client.post("/api/v1/conversation/messages", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def differences(turn: Turn, answer: Mapping[str, Any]) -> list[str]:
    """How the answer is not what was expected."""
    replies = answer["replies"]
    if not replies:
        return ["no reply"]
    last = replies[-1]
    got = {
        "kind": last["kind"],
        "cites": last["citations"][0]["document"] if last["citations"] else "none",
        "contact": last["contacts"][0]["key"] if last["contacts"] else "none",
        "setting": answer["setting"] or "none",
        "voice": answer["audience"],
        "choices": str(len(last["choices"])),
        "replies": str(len(replies)),
    }
    said = last["text"][:60]
    wanted = {"kind": turn.kind, **turn.more}
    wrong = [f"{name} is {got.get(name, said)}, not {value}" for name, value in wanted.items() if not _is(name, value, got, last)]
    return wrong


def _is(name: str, wanted: str, got: Mapping[str, str], last: Mapping[str, Any]) -> bool:
    if name == "says":
        got_text = last["text"]
        return wanted.replace("_", " ") in got_text
    if name == "choices" and wanted == "+":
        return int(got["choices"]) > 0
    return got[name] == wanted
