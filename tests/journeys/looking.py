"""Looks at the page that is open, also into open shadow roots: what is cut, small, on something else, or moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.journeys.walking import tools

_SPACED = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-block-end:2em!important}"
)
_ROOTS = "[document, ...walk.all().map((e) => e.shadowRoot).filter(Boolean)]"
_SPACE = f"""() => {{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('{_SPACED}');
  for (const root of {_ROOTS}) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}}"""
_UNSPACE = f"() => {{ for (const root of {_ROOTS}) root.adoptedStyleSheets = root.adoptedStyleSheets.slice(0, -1); }}"
# What sticks out of the page or of its card, what is cut, and what lies on something else that can be used. A wide table
# may scroll by itself, in a region of its own that has a name (WCAG 1.4.10).
_BROKEN = """() => {
  const wrong = [], seen = walk.all().filter(walk.shown), scrolls = (e) => e.matches('[role=region][tabindex="0"]');
  const free = (e) => !walk.chain(e).some(scrolls);
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  for (const e of seen.filter(free)) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.right < 0 || box.bottom < 0) continue;
    if (box.right > innerWidth + 1 || box.left < -1) wrong.push(`out of the page: ${walk.label(e)}`);
    const card = walk.chain(e).find((a) => a.matches('.card, .reply, .item, .panel, .box'));
    if (card && box.right > card.getBoundingClientRect().right + 1) wrong.push(`out of its card: ${walk.label(e)}`);
    const text = [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const cuts = e.matches('button, summary, .chip, a') || ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
    if (text && cuts && box.width > 1 && style.display !== 'inline' && (e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 2)) wrong.push(`cut: ${walk.label(e)}`);
  }
  const used = seen.filter((e) => e.matches(walk.TABBABLE) && !scrolls(e) && !e.matches('dialog, section') && getComputedStyle(e).position !== 'fixed');
  const bar = (e) => [e, ...walk.chain(e)].find((a) => ['fixed', 'sticky'].includes(getComputedStyle(a).position));
  for (const [at, a] of used.entries()) for (const b of used.slice(at + 1)) {
    if (walk.chain(b).includes(a) || bar(a) !== bar(b)) continue;
    const over = (x, y) => Math.min(x.right, y.right) - Math.max(x.left, y.left) > 1 && Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top) > 1;
    if ([...a.getClientRects()].some((x) => [...b.getClientRects()].some((y) => over(x, y)))) wrong.push(`one on another: ${walk.label(a)}, ${walk.label(b)}`);
  }
  return wrong;
}"""
_SMALL = """() => walk.all().filter((e) => e.matches(walk.TABBABLE) && walk.shown(e)).filter((e) => {
  const box = e.getBoundingClientRect();
  if (box.right < 0 || box.bottom < 0) return false;
  const words = e.matches('a') && e.parentElement && e.parentElement.textContent.trim() !== e.textContent.trim() && getComputedStyle(e).display.startsWith('inline');
  return box.height < 24 && !(words && getComputedStyle(e).display === 'inline') || box.width < 24;
}).map((e) => `${walk.label(e)} ${Math.round(e.getBoundingClientRect().width)} by ${Math.round(e.getBoundingClientRect().height)}`)"""
_MOVES = """() => [...document.getAnimations().map((a) => 'runs: ' + (a.animationName || a.transitionProperty)),
  ...walk.all().filter((e) => { const style = getComputedStyle(e);
    return (style.animationName || 'none') !== 'none' || style.transitionDuration.split(', ').some((each) => parseFloat(each) > 0) || style.scrollBehavior === 'smooth'; })
  .map((e) => 'may move: ' + walk.label(e))]"""


def broken(page: Page) -> list[str]:
    """What sticks out, is cut, or lies on something else."""
    tools(page)
    return list(page.evaluate(_BROKEN))


def small(page: Page) -> list[str]:
    """What is harder to hit than 24 by 24 pixels, links within a sentence apart (WCAG 2.5.8)."""
    tools(page)
    return list(page.evaluate(_SMALL))


def moves(page: Page) -> list[str]:
    """What moves, or would."""
    tools(page)
    return list(page.evaluate(_MOVES))


def words(page: Page) -> set[str]:
    """The words that are shown."""
    tools(page)
    said = page.evaluate(
        "() => [document.body.innerText, ...walk.all().map((e) => e.shadowRoot).filter(Boolean)"
        ".flatMap((root) => [...root.children].map((e) => e.innerText))].join(' ')"
    )
    return set(str(said).split())


@contextmanager
def spaced_out(page: Page) -> Iterator[None]:
    """The page with the text spacing of WCAG 1.4.12."""
    tools(page)
    page.evaluate(_SPACE)
    yield
    page.evaluate(_UNSPACE)
