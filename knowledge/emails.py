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
    r"\b(?P<user>[\w.+-]{1,64}(?:\s?[\[({]?\b(?:dot|DOT)\b[\])}]?\s?[\w+-]{1,40}){0,3})\s?[\[({]\s?at\s?[\])}]\s?"
    r"(?P<host>[\w-]{1,63}(?:(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[\w-]{1,63}){1,6})",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\b(?P<user>[\w.+-]{1,64}) AT (?P<host>[\w-]{1,63}(?: DOT [\w-]{1,63}){1,6})\b")
_DOT = re.compile(r"\s?[\[({]\s?dot\s?[\])}]\s?|\sdot\s", re.IGNORECASE)
_RIGHT_TO_LEFT = re.compile(
    r"<(?P<tag>span|bdo)\b(?=[^>]{0,300}(?:direction:\s?rtl|dir=[\"']?rtl))[^>]{0,300}>(?P<text>[^<>@]{1,80}@[^<>@]{1,80})</(?P=tag)>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.{0,200}?-->", re.DOTALL)


def decode_in_html(html: str) -> str:
    """`html` with Cloudflare's hidden addresses, and those written backwards, put back as text."""
    for pattern in (_CLOUDFLARE_TAG, _CLOUDFLARE_HREF):
        html = pattern.sub(lambda match: _cloudflare(match["hex"]), html)
    html = _RIGHT_TO_LEFT.sub(lambda match: match["text"][::-1], html)
    return _COMMENT.sub("", html)


def decode_in_text(text: str) -> str:
    """`text` with spelt-out addresses joined, and with the placeholders of lost ones removed."""
    for pattern in (_SPELT_OUT, _SHOUTED):
        text = pattern.sub(lambda match: f"{_DOT.sub('.', match['user'])}@{_DOT.sub('.', match['host'])}", text)
    return _PLACEHOLDER.sub("", _JOOMLA.sub("", text))


def _cloudflare(code: str) -> str:
    try:
        raw = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", errors="ignore")
