"""Decodes the e-mail addresses that pages hide from robots, or drops them: never shown broken.

Cloudflare's scheme: the first byte of `data-cfemail` is a key, every later byte is one
character XOR the key (https://developers.cloudflare.com/waf/tools/scrape-shield/).
"""

from __future__ import annotations

import re

_CLOUDFLARE_TAG = re.compile(
    r"<(?P<tag>a|span)\b[^>]{0,400}data-cfemail=[\"'](?P<hex>[0-9a-fA-F]{6,400})[\"'][^>]{0,400}>"
    r".{0,120}?</(?P=tag)>",
    re.DOTALL | re.IGNORECASE,
)
_CLOUDFLARE_HREF = re.compile(
    r"<a\b[^>]{0,400}href=[\"']/cdn-cgi/l/email-protection#(?P<hex>[0-9a-fA-F]{6,400})[\"'][^>]{0,400}>"
    r".{0,160}?</a>",
    re.DOTALL | re.IGNORECASE,
)
_JOOMLA = re.compile(
    r"[^.\n]{0,10}This e-?mail address is being protected from spam ?bots\."
    r"(?:\s{0,5}You need JavaScript enabled to view it\.?)?",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\[\s?e-?mail(?: |\xa0)?protected\s?\]", re.IGNORECASE)
_SPELT_OUT = re.compile(
    r"\b(?P<user>[\w.+-]{1,64})\s?[\[({]\s?at\s?[\])}]\s?"
    r"(?P<host>[\w-]{1,63}(?:(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[\w-]{1,63}){1,6})",
    re.IGNORECASE,
)
_DOT = re.compile(r"\s?[\[({]\s?dot\s?[\])}]\s?", re.IGNORECASE)
_REVERSED = re.compile(r"<!--.{0,200}?-->", re.DOTALL)


def decode_in_html(html: str) -> str:
    """`html` with Cloudflare's hidden addresses put back as text."""
    for pattern in (_CLOUDFLARE_TAG, _CLOUDFLARE_HREF):
        html = pattern.sub(lambda match: _cloudflare(match["hex"]), html)
    return _REVERSED.sub("", html)


def decode_in_text(text: str) -> str:
    """`text` with spelt-out addresses joined, and with the placeholders of lost ones removed."""
    text = _SPELT_OUT.sub(lambda match: f"{match['user']}@{_DOT.sub('.', match['host'])}", text)
    return _PLACEHOLDER.sub("", _JOOMLA.sub("", text))


def _cloudflare(code: str) -> str:
    try:
        raw = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", errors="ignore")
