"""The alarm: silent while few have rated or chance explains it, loud when it does not."""

import pytest

from assistant.drift import drifts


@pytest.mark.parametrize(
    ("helpful", "unhelpful", "wrong", "alarm"),
    [
        (0, 0, 0.05, False),
        (5, 14, 0.05, False),  # too few ratings to say anything
        (15, 6, 0.05, False),  # 29 of 100, but chance alone may bring that
        (60, 40, 0.05, True),
        (900, 100, 0.05, False),  # as many as people dislike right answers
        (700, 300, 0.05, True),
        (60, 40, 0.18, False),  # not surely over twice what was measured
        (0, 20, 0.05, True),
    ],
)
def test_there_is_an_alarm_only_when_it_is_sure(helpful: int, unhelpful: int, wrong: float, alarm: bool) -> None:
    assert drifts(helpful, unhelpful, wrong) is alarm
