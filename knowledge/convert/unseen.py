"""What a word processor file holds besides the text of its pages: hidden words, comments, deletions, heads and feet."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree
from odf import teletype
from odf.element import Element
from odf.namespaces import OFFICENS, SVGNS, TEXTNS
from odf.opendocument import OpenDocument
from odf.style import Footer, Header, Style, TextProperties
from odf.text import P

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DOCX_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_DOCX_MARGINS = re.compile(r"word/(?:header|footer)\d*\.xml")
_LARGEST_MARGIN = 5_000_000  # bytes
_ODT_UNSEEN = (
    (TEXTNS, "tracked-changes"), (TEXTNS, "hidden-text"), (TEXTNS, "hidden-paragraph"), (OFFICENS, "annotation"),
    (OFFICENS, "annotation-end"), (SVGNS, "title"), (SVGNS, "desc"),  # the last two say what a picture shows, often by a program
)  # fmt: skip


def shown_docx(content: bytes) -> bytes:
    """The DOCX file without the words that its writer hid."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        styles = _hidden_styles(archive.read("word/styles.xml")) if "word/styles.xml" in names else frozenset()
        changed = {name: part for name in _DOCX_TEXTS if name in names and (part := _without_hidden(archive.read(name), styles))}
        if not changed:
            return content
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as shown:
            for name in dict.fromkeys(names):
                shown.writestr(name, changed[name] if name in changed else archive.read(name))
    return out.getvalue()


def docx_margins(content: bytes) -> str:
    """The heads and feet of the pages, one paragraph a line."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [
            each for each in archive.infolist() if _DOCX_MARGINS.fullmatch(each.filename) and each.file_size < _LARGEST_MARGIN
        ]
        roots = [_xml(archive.read(part)) for part in parts]
    return "\n\n".join("\n".join(_paragraph(each) for each in root.iter(f"{_W}p")) for root in roots)


def drop_unseen_odt(document: OpenDocument) -> None:
    """Take comments, tracked deletions and hidden words out of `document`."""
    hidden = {
        style.getAttribute("name")
        for style in document.getElementsByType(Style)
        if any(each.getAttribute("display") == "none" for each in style.getElementsByType(TextProperties))
    }
    for node in list(_elements(document.text)):
        if node.qname in _ODT_UNSEEN or (node.qname[1] in ("span", "p", "h") and node.getAttribute("stylename") in hidden):
            node.parentNode.removeChild(node)


def odt_margins(document: OpenDocument) -> str:
    """The heads and feet of the pages, one paragraph a line."""
    parts = [part for kind in (Header, Footer) for part in document.masterstyles.getElementsByType(kind)]
    return "\n\n".join("\n".join(teletype.extractText(each) for each in part.getElementsByType(P)) for part in parts)


def _elements(node: Element) -> Iterator[Element]:
    for child in node.childNodes:
        if isinstance(child, Element) and hasattr(child, "qname"):
            yield child
            yield from _elements(child)


def _hidden_styles(content: bytes) -> frozenset[str]:
    styles = _xml(content).iter(f"{_W}style")
    return frozenset(style.get(f"{_W}styleId", "") for style in styles if _vanishes(style))


def _without_hidden(content: bytes, styles: frozenset[str]) -> bytes:
    """The part without its hidden runs; nothing if it has none."""
    root = _xml(content)
    hidden = [run for run in root.iter(f"{_W}r") if _is_hidden(run, styles)]
    for run in hidden:
        run.getparent().remove(run)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) if hidden else b""


def _is_hidden(run: etree._Element, styles: frozenset[str]) -> bool:
    own = _vanishes(run)
    if own is not None:
        return own
    paragraph = next(run.iterancestors(f"{_W}p"), None)
    named = [run.find(f"{_W}rPr/{_W}rStyle"), None if paragraph is None else paragraph.find(f"{_W}pPr/{_W}pStyle")]
    return any(style.get(f"{_W}val") in styles for style in named if style is not None)


def _vanishes(node: etree._Element) -> bool | None:
    """Whether the run or style says that its words are hidden; None if it says nothing of it."""
    mark = node.find(f"{_W}rPr/{_W}vanish")
    return None if mark is None else mark.get(f"{_W}val", "true") not in ("0", "false", "off")


def _paragraph(node: etree._Element) -> str:
    return "".join((each.text or "") if each.tag == f"{_W}t" else " " for each in node.iter(f"{_W}t", f"{_W}tab", f"{_W}br"))


def _xml(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
