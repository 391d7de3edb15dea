"""Walks through a page by keyboard, and says of each stop whether it can be seen; also into open shadow roots."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

_LONGEST = 250  # stops
_LINE = 24  # pixels
TOOLS = """
window.walk = (() => {
  const all = (root = document) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const up = (e) => e.assignedSlot || e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const chain = (e) => { const found = []; for (let at = up(e); at; at = up(at)) found.push(at); return found; };
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 0;
  const active = () => {
    let e = document.activeElement;
    while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
    return e && e !== document.body && e !== document.documentElement ? e : null;
  };
  const meet = (a, b) => ({ left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom) });
  const area = (r) => Math.max(0, r.right - r.left) * Math.max(0, r.bottom - r.top);
  const label = (e) => `${e.localName} "${(e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].textContent) || e.textContent || e.value || e.id || '').trim().replace(/\\s+/g, ' ').slice(0, 50)}"`;
  // How much of an element is in view: what scrolls, and what sticks or is fixed above it, takes from it.
  const inView = (e) => {
    const box = e.getBoundingClientRect(), above = chain(e);
    let seen = meet(box, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    for (const each of above) if (getComputedStyle(each).overflowY !== 'visible' && each !== document.body && each !== document.documentElement) seen = meet(seen, each.getBoundingClientRect());
    let open = area(seen);
    for (const each of all()) {
      const position = getComputedStyle(each).position;
      if ((position !== 'sticky' && position !== 'fixed') || each === e || above.includes(each) || chain(each).includes(e) || !shown(each)) continue;
      const over = meet(seen, each.getBoundingClientRect());
      if (over.right - over.left > 1 && over.bottom - over.top > 1 && !above.some((a) => a.matches && a.matches('dialog:modal'))) open -= area(over);
    }
    return { seen: open / Math.max(1, area(box)), high: Math.min(box.height, seen.bottom - seen.top) };
  };
  const stop = (number) => {
    const e = active();
    if (!e) return null;
    const again = e.__stop !== undefined && e.__stop !== number - 1;  // a field for a date has several stops of its own
    e.__stop = number;
    const style = getComputedStyle(e);
    const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return { label: label(e), ...inView(e), drawn, again, part: e.localName === 'textarea' || e.getBoundingClientRect().height > innerHeight * 0.6 };
  };
  const TABBABLE = 'a[href],button:not([disabled]),input:not([type=hidden]):not([disabled]),select,textarea,summary,[tabindex="0"]';
  const missed = () => all().filter((e) => e.matches(TABBABLE) && shown(e) && e.__stop === undefined
    && !(e.type === 'radio' && !e.checked) && !(document.querySelector('signpost-chat')?.shadowRoot?.querySelector('dialog:modal') && !chain(e).some((a) => a.matches('dialog')))).map(label);
  return { all, chain, shown, active, label, stop, missed, TABBABLE };
})();
"""


@dataclass(frozen=True)
class Stop:
    """One stop of the focus. `seen` is the share of it that is in view and under nothing, `high` the height of that.

    Of what is `part`, a part is enough: a browser shows the line of a box that is written in, and what fills the screen is cut.
    """

    label: str
    seen: float
    high: float
    drawn: bool
    part: bool

    @property
    def hidden(self) -> bool:
        """Whether too little of it is in view."""
        return self.seen < 0.99 and (not self.part or self.high < _LINE)


def tools(page: Page) -> None:
    """Put the page's side of this into it."""
    page.evaluate(TOOLS)


def walked(page: Page) -> tuple[list[Stop], list[str]]:
    """Every stop from the top of the page, and what was never reached although it can be used."""
    tools(page)
    page.evaluate(
        "() => { walk.all().forEach((e) => { delete e.__stop; }); scrollTo(0, 0); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }"
    )
    stops: list[Stop] = []
    round_again = False
    for number in range(_LONGEST):
        page.keyboard.press("Tab")
        found = page.evaluate(f"walk.stop({number})")
        if found is None and stops and not round_again:
            round_again = True  # past the last stop is the browser itself; in a dialog the way may begin in the middle
            continue
        if found is None or found.pop("again"):
            break
        stops.append(Stop(**found))
    return stops, list(page.evaluate("walk.missed()"))


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until the focus is on what has this text. Raises AssertionError if it never comes there."""
    tools(page)
    passed = []
    for _ in range(_LONGEST):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        label = page.evaluate("walk.active() ? walk.label(walk.active()) : ''")
        if f'"{name}' in label:
            return
        passed.append(label)
    raise AssertionError(f"the focus never came to {name!r}: {passed[:40]}")


def focused(page: Page) -> str:
    """What has the focus."""
    tools(page)
    return str(page.evaluate("walk.active() ? walk.label(walk.active()) : ''"))
