"""A saved web page to Markdown: the main content only, without menus, cookie bars or share blocks.

A page that marks its main part (`main`, `article`) is trusted; for any other page trafilatura
decides what is content, unless it would throw most of the page away.
"""

from __future__ import annotations

import re

import trafilatura
from lxml import etree
from lxml import html as lxml_html
from markdownify import markdownify

from knowledge.emails import decode_in_html
from knowledge.errors import ConversionError

_NOISE_TAGS = (
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button",
    "iframe", "svg", "img", "video", "audio", "object", "dialog", "select", "input",
)  # fmt: skip
_NOISE_ROLES = ("navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog")
_NOISE_NAMES = re.compile(
    r"(?:^|[-_ ])(?:cookie|consent|breadcrumb|share|sharing|social|skip|skiplink|feedback|rating|print|"
    r"pagination|pager|related|sidebar|side-nav|menu|navbar|toolbar|banner|popup|modal|advert|"
    r"footer|masthead|widget|newsletter|visually-hidden|sr-only)s?(?:$|[-_ ])",
    re.IGNORECASE,
)
_MAIN = ("//main", "//*[@role='main']", "//article", "//*[@id='main-content' or @id='content' or @id='main']")
_KEPT_SHARE = 0.5  # below this share of the words, trafilatura's choice is not believed


def html_title(html: str) -> str:
    """The page's own heading, or its `title` up to the site's name."""
    root = _parse(html)
    for heading in root.xpath("//main//h1 | //article//h1 | //h1"):
        if text := " ".join(heading.text_content().split()):
            return text
    title = root.findtext(".//title") or ""
    return re.split(r"\s+[|–—-]\s+", " ".join(title.split()))[0]


def html_to_markdown(html: str) -> str:
    """The main content of `html` as Markdown. Raises ConversionError if nothing can be parsed."""
    root = _parse(decode_in_html(html))
    _drop_noise(root)
    for path in _MAIN:
        found = [node for node in root.xpath(path) if len(node.text_content().split()) > 20]
        if found:
            return _markdown(max(found, key=lambda node: len(node.text_content())))
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


def fragment_to_markdown(html: str) -> str:
    """Markdown of HTML that is all content, as word processors' converters give it."""
    root = _parse(html)
    return _markdown(root)


def _parse(html: str) -> lxml_html.HtmlElement:
    try:
        return lxml_html.document_fromstring(html or "<p></p>")
    except (etree.ParserError, ValueError) as error:
        try:
            return lxml_html.document_fromstring(html.encode("utf-8"))
        except (etree.ParserError, ValueError):
            raise ConversionError(f"it is not HTML ({error}): save the page again") from error


def _drop_noise(root: lxml_html.HtmlElement) -> None:
    for node in list(root.iter()):
        if not isinstance(node.tag, str) or node.getparent() is None or node.tag in ("body", "main", "article"):
            if not isinstance(node.tag, str) and node.getparent() is not None:
                node.drop_tree()
            continue
        names = f"{node.get('class', '')} {node.get('id', '')}"
        if (
            (node.tag in _NOISE_TAGS and not _is_accordion_button(node))
            or node.get("role") in _NOISE_ROLES
            or node.get("aria-hidden") == "true"
            or ("hidden" in node.attrib and node.tag == "template")
            or (_NOISE_NAMES.search(names) and not _holds_main(node))
        ):
            node.drop_tree()


def _is_accordion_button(node: lxml_html.HtmlElement) -> bool:
    """A button with `aria-expanded` inside a heading is the heading's words."""
    parent = node.getparent()
    return node.tag == "button" and parent is not None and parent.tag in ("h2", "h3", "h4", "h5", "h6")


def _holds_main(node: lxml_html.HtmlElement) -> bool:
    return bool(node.xpath(".//main | .//article | .//h1"))


def _markdown(node: lxml_html.HtmlElement) -> str:
    _mark_headings(node)
    _flatten_tables(node)
    html = lxml_html.tostring(node, encoding="unicode", with_tail=False)
    return str(markdownify(html, heading_style="ATX", bullets="-", strip=["a", "b", "strong", "em", "i", "u"]))


def _mark_headings(node: lxml_html.HtmlElement) -> None:
    """Accordion titles, and short paragraphs that are bold throughout, are headings in all but name."""
    for summary in node.xpath(".//summary | .//dt"):
        summary.tag = "h4"
    for paragraph in node.xpath(".//p[strong or b]"):
        text = " ".join(paragraph.text_content().split())
        bold = " ".join(" ".join(part.text_content() for part in paragraph.xpath("./strong|./b")).split())
        if text and text == bold and len(text.split()) <= 14 and not text.endswith((".", ",", ";")):
            paragraph.tag = "h5"


def _flatten_tables(node: lxml_html.HtmlElement) -> None:
    """Each table row becomes one list item, with the column's heading before each cell."""
    for table in node.xpath(".//table"):
        rows = [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")]
        lines = table_lines([row for row in rows if any(row)])
        block = lxml_html.fromstring("<ul></ul>")
        for line in lines:
            item = etree.SubElement(block, "li")
            item.text = line
        block.tail = table.tail
        table.getparent().replace(table, block) if table.getparent() is not None else None


def table_lines(rows: list[list[str]]) -> list[str]:
    """A table as one line a row: `first cell: heading second, heading third`."""
    if not rows:
        return []
    width = max(len(row) for row in rows)
    if width == 1 or len(rows) == 1:
        return ["; ".join(cell for cell in row if cell) for row in rows]
    head, *body = rows
    lines = []
    for row in body:
        first, *rest = row
        named = [
            f"{head[i + 1]}: {cell}" if i + 1 < len(head) and head[i + 1] and width > 2 else cell
            for i, cell in enumerate(rest)
            if cell
        ]
        lines.append(f"{first}: {'; '.join(named)}" if first and named else first or "; ".join(named))
    if width == 2:
        lines.insert(0, ": ".join(cell for cell in head if cell))
    return lines


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
