"""What a tap on a phone number rings."""

import pytest

from api.pages import tel


@pytest.mark.parametrize(
    ("written", "rung"),
    [
        ("01632 960141", "01632960141"),
        ("+44 (0)1632 960141", "+441632960141"),
        ("(01632) 960141", "01632960141"),
        ("01632 960141 ext 22", "01632960141"),
        ("01632 960141, ext. 22", "01632960141"),
        ("01632 960141 x22", "01632960141"),
        ("01632 960141 / 960142", "01632960141"),
        ("01632 960141 or 07700 900141", "01632960141"),
        ("111", "111"),
        ("", ""),
    ],
)
def test_a_tap_rings_the_first_number_whole(written: str, rung: str) -> None:
    assert tel(written) == rung
