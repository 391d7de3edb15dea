"""What a command says while it works."""

import pytest

from signpost import output


def test_off_a_terminal_progress_is_told_in_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(output, "_LINE_EVERY", 0.0)
    assert list(output.progress_bar("abc", 3, "questions")) == ["a", "b", "c"]
    assert capsys.readouterr().err.splitlines()[1] == "questions: 2 of 3, about 0 minutes left"


def test_progress_without_a_known_end_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(output, "_LINE_EVERY", 0.0)
    assert list(output.progress_bar("abc", 0, "site")) == ["a", "b", "c"]
    assert capsys.readouterr().err.splitlines()[1] == "site: 2 so far"


def test_what_is_soon_done_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(output.progress_bar("abc", 3, "questions")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
