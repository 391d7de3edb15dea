"""Files and pages in, plain Markdown out: `#` headings, `- ` lists, paragraphs, one table row a line."""

from knowledge.convert.files import READERS, Converted, convert_bytes, convert_html, convert_text

__all__ = ["READERS", "Converted", "convert_bytes", "convert_html", "convert_text"]
