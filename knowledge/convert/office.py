"""Word processor files (DOCX, ODT) to Markdown, by way of HTML, so that lists and tables survive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from html import escape

import mammoth
from odf import teletype
from odf.opendocument import load as load_odt

from knowledge.convert.html import fragment_to_markdown
from knowledge.convert.reading import Read
from knowledge.convert.tidy import first_heading
from knowledge.convert.unseen import docx_margins, drop_unseen_odt, odt_margins, shown_docx
from knowledge.errors import ConversionError

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Heading'] => h2:fresh
p[style-name='TOC Heading'] => !
p[style-name='toc 1'] => !
p[style-name='toc 2'] => !
p[style-name='toc 3'] => !
p[style-name='toc 4'] => !
"""


def docx_to_markdown(content: bytes) -> Read:
    """Title and Markdown of a DOCX file. Raises ConversionError if it is locked or damaged."""
    _check_zip(content, "DOCX", "word/document.xml")
    try:
        shown, aside = shown_docx(content), docx_margins(content)
        html = mammoth.convert_to_html(io.BytesIO(shown), style_map=_STYLES, convert_image=_no_picture).value
    except Exception as error:
        raise ConversionError(f"the DOCX file is damaged ({type(error).__name__}): save it again") from error
    body = fragment_to_markdown(f"<div>{html}</div>")
    return Read(first_heading(body), body, aside)


def odt_to_markdown(content: bytes) -> Read:
    """Title and Markdown of an ODT file. Raises ConversionError if it is locked or damaged."""
    _check_zip(content, "ODT", "content.xml")
    try:
        document = load_odt(io.BytesIO(content))
        drop_unseen_odt(document)
        html, aside = "".join(_odt_html(node) for node in document.text.childNodes), odt_margins(document)
    except Exception as error:
        raise ConversionError(f"the ODT file is damaged ({type(error).__name__}): save it again") from error
    body = fragment_to_markdown(f"<div>{html}</div>")
    return Read(first_heading(body), body, aside)


def _no_picture(_: object) -> list[object]:
    return []


def _check_zip(content: bytes, kind: str, member: str) -> None:
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise ConversionError(f"the {kind} file has a password or is of an old kind: save it as {kind} without one")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            info = archive.getinfo(member)
            if info.file_size > 100_000_000:
                raise ConversionError(f"the {kind} file unpacks to {info.file_size} bytes: split it")
    except (zipfile.BadZipFile, KeyError) as error:
        raise ConversionError(f"the {kind} file is damaged or not {kind}: save it again") from error


def _odt_html(node: object) -> str:
    name = getattr(node, "qname", (None, ""))[1]
    children = getattr(node, "childNodes", [])
    if name == "h":
        level = min(6, int(node.getAttribute("outlinelevel") or 1))  # type: ignore[attr-defined]
        return f"<h{level}>{escape(teletype.extractText(node))}</h{level}>"
    if name == "p":
        return f"<p>{escape(teletype.extractText(node))}</p>"
    if name == "covered-table-cell":
        return ""
    tag = {"list": "ul", "list-item": "li", "table": "table", "table-row": "tr", "table-cell": "td"}.get(name)
    inside = "".join(_odt_html(child) for child in children)
    spans = "".join(_odt_spans(node)) if tag == "td" else ""
    return f"<{tag}{spans}>{inside}</{tag}>" if tag else inside


def _odt_spans(cell: object) -> Iterator[str]:
    for name, kind in (("colspan", "numbercolumnsspanned"), ("rowspan", "numberrowsspanned")):
        if number := cell.getAttribute(kind):  # type: ignore[attr-defined]
            yield f' {name}="{int(number)}"'
