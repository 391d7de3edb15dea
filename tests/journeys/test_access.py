"""Every state of the chat page, the widget and the staff screens: axe, focus, zoom, text spacing, sizes of targets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import DESKTOP, PHONE, Council, signed_in_to
from tests.journeys.hearing import heard
from tests.journeys.looking import broken, small, spaced_out, words
from tests.journeys.states import ALL, reach
from tests.journeys.walking import walked

pytestmark = pytest.mark.browser
LOW_PHONE = {"width": 390, "height": 600}
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400 %
MORE = (
    "target-size",
    "label-content-name-mismatch",
    "p-as-heading",
    "table-fake-caption",
    "td-has-header",
    "focus-order-semantics",
)
OPTIONS = {"resultTypes": ["violations"], "rules": {rule: {"enabled": True} for rule in MORE}}  # off unless asked for
LOOKS = (("light", "none", DESKTOP), ("dark", "none", DESKTOP), ("light", "active", DESKTOP), ("light", "none", PHONE))


@pytest.fixture(scope="module", params=ALL)
def state(browser: Browser, council: Council, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in one state, for all the tests of this file."""
    context = signed_in_to(browser, council)
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")  # else the page is still on its way to the focus when it is looked at
    reach(request.param, council.desk, page, council.address)
    yield page
    context.close()


def test_axe_finds_nothing_in_light_dark_and_forced_colours_and_on_a_phone(state: Page) -> None:
    found = []
    for scheme, forced, size in LOOKS:
        state.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")  # type: ignore[arg-type]
        resized(state, size)
        results = Axe().run(state, options=OPTIONS)
        for fault in results.response["violations"]:
            where = [(node["target"], node["html"][:200]) for node in fault["nodes"]]
            found.append(f"{scheme}, forced colours {forced}, {size['width']} px: {fault['id']}: {where}")
    state.emulate_media(color_scheme="light", forced_colors="none")
    assert found == []


def test_zoomed_to_400_percent_nothing_is_lost_cut_or_small_and_the_page_never_scrolls_sideways(state: Page) -> None:
    resized(state, DESKTOP)
    before, wrong = words(state), broken(state)
    resized(state, ZOOMED)
    assert wrong + broken(state) + small(state) == []
    assert before - words(state) == set()


def test_with_the_text_spaced_out_nothing_is_cut_or_lies_on_something_else(state: Page) -> None:
    wrong = []
    with spaced_out(state):
        for size in (DESKTOP, PHONE, ZOOMED):
            resized(state, size)
            wrong += [f"{size['width']} px: {each}" for each in broken(state)]
    assert wrong == []


def test_the_focus_reaches_everything_and_is_seen_under_nothing_on_a_desktop_a_phone_and_at_400_percent(state: Page) -> None:
    wrong = []
    for size in (DESKTOP, LOW_PHONE, ZOOMED):
        resized(state, size)
        stops, missed = walked(state)
        where = f"{size['width']} by {size['height']}"
        wrong += [f"{where}: no stop at all"] * (not stops) + [f"{where}: never reached {each}" for each in missed]
        wrong += [f"{where}: {each.seen:.0%} in view: {each.label}" for each in stops if each.hidden]
        wrong += [f"{where}: no mark of the focus: {each.label}" for each in stops if not each.drawn]
    assert wrong == []


def test_everything_that_can_be_used_has_a_name_and_only_one_region_is_read_out_by_itself(state: Page) -> None:
    found = heard(state)
    assert [each for each in found if each.focusable and not each.name and each.role != "RootWebArea"] == []
    assert [each for each in found if each.role == "RootWebArea" and not each.name] == []
    assert len([each for each in found if each.live == "polite"]) <= 1
    assert len([each for each in found if each.live]) <= 1


def resized(page: Page, size: dict[str, int]) -> None:
    """Give the page another size, and time to fit itself into it."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.wait_for_timeout(100)
