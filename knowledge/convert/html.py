"""A saved web page to Markdown: the main content only, without menus, cookie bars or share blocks.

A page that marks its main part (`main`, `article`) is trusted; for any other page trafilatura
decides what is content, unless it would throw most of the page away.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import trafilatura
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement
from markdownify import markdownify

from knowledge.convert.noise import drop_noise, is_mostly_links
from knowledge.convert.tables import flatten_tables
from knowledge.emails import decode_in_html
from knowledge.errors import ConversionError

_MODIFIED = (
    "article:modified_time", "og:updated_time", "dc.date.modified", "dcterms.modified", "dc.date.updated", "last-modified",
)  # fmt: skip
_MAIN = ("//main", "//*[@role='main']", "//article", "//*[@id='main-content' or @id='content' or @id='main']")
_SHORT_MEANING = 20  # words of a definition that stands on its term's line
_KEPT_SHARE = 0.5  # below this share of the words, trafilatura's choice is not believed


def html_titles(html: str) -> list[str]:
    """What the page is called: its own heading, then its `title` up to the site's name; those of them that it has."""
    root = _parse(html)
    headings = (" ".join(node.text_content().split()) for node in root.xpath("//main//h1 | //article//h1 | //h1"))
    title = " ".join((root.findtext(".//title") or "").split())
    return [text for text in (next(filter(None, headings), ""), re.split(r"\s+[|–—-]\s+", title)[0]) if text]


def html_dates(html: str) -> str:
    """What the page's head says of its last change, as "Last updated: ..."; "" if it says nothing."""
    for node in _parse(html).xpath("//meta[@content]"):
        if (node.get("name") or node.get("property") or "").lower() in _MODIFIED:
            return f"Last updated: {node.get('content')[:10]}"
    return ""


def html_margins(html: str) -> str:
    """The text of the page's headers and footers, which are not content but may hold its date."""
    nodes = _parse(html).xpath("//header[not(ancestor::header)] | //footer | //*[@role='contentinfo'][not(self::footer)]")
    return "\n\n".join(_markdown(node) for node in nodes)


def html_to_markdown(html: str) -> str:
    """The main content of `html` as Markdown. Raises ConversionError if nothing can be parsed."""
    root = _parse(decode_in_html(html))
    drop_noise(root)
    for path in _MAIN:
        found = [node for node in root.xpath(path) if len(node.text_content().split()) > 20]
        if found:
            longest = max(found, key=lambda node: len(node.text_content()))
            return _markdown(_all_articles(root) if longest.tag == "article" else longest)
    whole = _markdown(root)
    chosen = trafilatura.extract(
        lxml_html.tostring(root, encoding="unicode"),
        output_format="markdown",
        include_tables=True,
        include_comments=False,
        favor_recall=True,
    )
    if chosen and len(chosen.split()) >= _KEPT_SHARE * len(whole.split()):
        return _keep_structure(whole, chosen)
    return whole


def _all_articles(root: HtmlElement) -> HtmlElement:
    """The articles of a page that has no other main part, one after the other, without those that only lead to other pages."""
    block: HtmlElement = lxml_html.fromstring("<div></div>")
    for article in root.xpath("//article[not(ancestor::article)]"):
        if not is_mostly_links(article):
            article.tail = None
            block.append(article)
    return block


def fragment_to_markdown(html: str) -> str:
    """Markdown of HTML that is all content, as word processors' converters give it."""
    root = _parse(html)
    return _markdown(root)


def _parse(html: str) -> HtmlElement:
    try:
        return lxml_html.document_fromstring(html or "<p></p>")
    except (etree.ParserError, ValueError) as error:
        try:
            return lxml_html.document_fromstring(html.encode("utf-8"))
        except (etree.ParserError, ValueError):
            raise ConversionError(f"it is not HTML ({error}): save the page again") from error


def _markdown(node: HtmlElement) -> str:
    _show_addresses(node)
    flatten_tables(node)
    _mark_headings(node)
    html = lxml_html.tostring(node, encoding="unicode", with_tail=False)
    return str(markdownify(html, heading_style="ATX", bullets="-", strip=["a", "b", "strong", "em", "i", "u"]))


def _show_addresses(node: HtmlElement) -> None:
    """A link that hides an e-mail address or a phone number shows it: links are not kept."""
    for link in node.xpath(".//a[starts-with(@href, 'mailto:') or starts-with(@href, 'tel:')]"):
        kind, _, target = link.get("href").partition(":")
        target = unquote(target.split("?")[0]).strip()
        words = "".join(link.itertext())
        shown = "@" in words if kind == "mailto" else any(ch.isdigit() for ch in words)
        if target and not shown and ("@" in target or kind == "tel"):
            link.tail = f" ({target}){link.tail or ''}"


def _mark_headings(node: HtmlElement) -> None:
    """Accordion titles, and short paragraphs that are bold throughout, are headings in all but name."""
    for term in node.xpath(".//dt"):
        meaning = term.getnext()
        if meaning is not None and meaning.tag == "dd" and len(meaning.text_content().split()) <= _SHORT_MEANING:
            term.tag, meaning.tag = "p", "span"
            term.append(meaning)
            meaning.text = f" {meaning.text or ''}"
        else:
            term.tag = "h4"
    for summary in node.xpath(".//summary"):
        summary.tag = "h4"
    for paragraph in node.xpath(".//p[.//strong or .//b]"):
        text = " ".join(paragraph.text_content().split())
        bold = " ".join("".join(paragraph.xpath(".//strong//text()|.//b//text()")).split())
        if text and text == bold and len(text.split()) <= 14 and not text.endswith((".", ",", ";")) and not _in_list(paragraph):
            paragraph.tag = "h5"


def _in_list(node: HtmlElement) -> bool:
    return any(each.tag == "li" for each in node.iterancestors())


def _keep_structure(whole: str, chosen: str) -> str:
    """The lines of `whole` between the first and the last that trafilatura kept: its lists stay lists."""
    kept = {_key(line) for line in chosen.splitlines() if _key(line)}
    lines = whole.splitlines()
    hits = [number for number, line in enumerate(lines) if _key(line) in kept]
    if len(hits) < 3:
        return chosen
    start = hits[0]
    while start and not lines[start].startswith("#") and hits[0] - start < 4:
        start -= 1
    return "\n".join(lines[start : hits[-1] + 1])


def _key(line: str) -> str:
    return re.sub(r"\W+", " ", line).strip().lower()
