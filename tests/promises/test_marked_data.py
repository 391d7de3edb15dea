"""Nothing personal stays: marked data goes through every route that takes words, and is looked for everywhere after."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from tests.conftest import DATA
from tests.journeys.server import running

NAME, PHONE, EMAIL, POSTCODE = "Zebediah Quillfeather", "07700 900456", "zq.marked@home.example", "SG14 7ZQ"
MARKED = f"my son {NAME} of {POSTCODE}, {PHONE}, {EMAIL}: is there a dragon boat race for wheelchair users"
TRACES = ("Zebediah", "Quillfeather", "07700 900456", "07700900456", "zq.marked", "SG14 7ZQ", "SG147ZQ")
HARM = "my uncle Zebediah Quillfeather touches me, ring 07700 900456"


@pytest.mark.parametrize("harm", [False, True], ids=["a question", "a disclosure"])
def test_marked_data_is_nowhere_on_disk_or_in_the_logs(tmp_path: Path, harm: bool) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns("cal*"))
    said = HARM if harm else MARKED
    log = tmp_path / "log.txt"
    with (
        log.open("wb") as out,
        running(data, log=out, SIGNPOST_SHARED_SECRET="s") as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        assert client.post("/api/v1/areas/larkmere/ask", json={"text": said}).status_code == 200
        token = client.post("/api/v1/conversations", json={"area": "larkmere"}).json()["conversation"]
        headers = {"Authorization": f"Bearer {token}"}
        for text in (said, "and at college?", said):
            assert client.post("/api/v1/conversation/messages", json={"text": text}, headers=headers).status_code == 200
        client.post("/api/v1/conversation/feedback", json={"helpful": False}, headers=headers)
        client.post("/api/v1/conversation/follow-up", json={}, headers=headers)
        client.post("/webhooks/rest/webhook", json={"sender": "marked", "message": said})
        client.post("/nlu/parse", json={"text": said}, headers={"X-Signpost-Secret": "s"})
        client.post("/larkmere/chat", data={"text": said})
        client.post("/api/v1/conversation/messages", json={"text": said, "choice": said}, headers=headers)
        client.post("/larkmere/waiting", data={"code": "Quillfeather"})
    found = [
        f"{trace} in {path.name}"
        for path in [*data.rglob("*"), log]
        if path.is_file() and path.suffix not in (".onnx", ".npy", ".npz", ".index")
        for trace in TRACES
        if trace.lower().encode() in path.read_bytes().lower()
    ]
    assert found == []
