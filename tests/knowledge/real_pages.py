"""Makes a page list as a crawl of a county gives it: 130 pages of 100 owners, in the HTML of many systems. All fictional."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

OWNERS = 100
PAGES = 130
DATES = (
    ("Last updated: 14th July 2026", "2026-07-14"), ("Reviewed November 2025", "2025-11-01"), ("Page updated on 01/09/2026", "2026-09-01"),
    ("Updated: 3 Sept. 2026", "2026-09-03"), ("Approved by governors on 12 May 2026", "2026-05-12"), ("Version 2.1 (09/2025)", "2025-09-01"),
    ("Date of last review: Autumn 2025", "2025-09-01"), ("Last reviewed: 2026-02-10", "2026-02-10"),
)  # fmt: skip
NOISE = (
    "Accept all cookies",
    "Skip to main content",
    "Share on Facebook",
    "You are here",
    "Sign up for our newsletter",
    "Website by",
)


def facts(number: int) -> tuple[str, str]:
    """Two things that page `number` says, which must come out whole."""
    return f"The drop-in number {number} is on Mondays from 9.{number % 60:02d}am.", f"Bring form SEN{number} with you."


def hidden_address(number: int) -> str:
    """An address as pages hide it from robots, four ways by turns."""
    user, host = f"senco{number}", "school.example"
    coded = "".join(f"{byte ^ 0x2A:02x}" for byte in f"{user}@{host}".encode())
    return (
        f'<a class="__cf_email__" data-cfemail="2a{coded}">[email&#160;protected]</a>', f"{user} [at] {host.replace('.', ' [dot] ')}",
        f'<a href="mailto:{user}@{host}">Email the SENCO</a>', f'<span style="direction: rtl">{f"{user}@{host}"[::-1]}</span>',
    )[number % 4]  # fmt: skip


def wordpress(number: int, dated: str) -> str:
    first, second = facts(number)
    return f"""<div id="page" class="site"><a class="skip-link screen-reader-text" href="#content">Skip to main content</a>
<div class="cookie-notice" role="dialog"><p>We use cookies on this site.</p><button>Accept all cookies</button></div>
<header><nav><ul class="menu"><li><a href="/">Home</a></li><li><a href="/send">SEND</a></li></ul></nav></header>
<div id="content"><article class="post"><h1 class="entry-title">SEND at school {number}</h1><div class="entry-content">
<p>{first}</p><p><strong>How to get help</strong></p><p>{second} Write to {hidden_address(number)} if you can&#8217;t come.</p>
<ul><li>Reading group</li><li>Talking group</li></ul><p>{dated}</p></div>
<div class="sharedaddy share-buttons"><h3>Share this</h3><a>Share on Facebook</a></div></article></div>
<aside class="widget-area"><form>Sign up for our newsletter</form></aside><footer>Website by Finch Web</footer></div>"""


def nested_tables(number: int, dated: str) -> str:
    first, second = facts(number)
    return f"""<table width="960"><tr><td colspan="2"><div class="breadcrumb">You are here: Home &gt; SEND</div></td></tr>
<tr><td class="leftmenu"><ul class="nav menu"><li><a href="/a">News</a></li></ul></td><td><h2>SEND at school {number}</h2>
<table border="1"><tr><th>Question</th><th>Our answer</th></tr><tr><td>When can I come?</td><td><p>{first}</p><p>{second}</p></td></tr>
<tr><td>Who do I write to?</td><td>Write to {hidden_address(number)}<ul><li>Reading group</li><li>Talking group</li></ul></td></tr></table>
<p>{dated}</p></td></tr><tr><td colspan="2"><div class="footer">Website by Finch Web</div></td></tr></table>"""


def council(number: int, dated: str) -> str:
    first, second = facts(number)
    return f"""<div class="global-cookie-banner"><button>Accept all cookies</button></div><main id="main-content"><ol class="breadcrumbs">
<li>You are here</li></ol><h1>SEND at school {number}</h1><div class="callout"><p>{first}</p></div>
<section><h2><button type="button" aria-expanded="false" aria-controls="p{number}">How to get help</button></h2>
<div id="p{number}" hidden><p>{second}</p><dl><dt>Write to</dt><dd>{hidden_address(number)}</dd></dl>
<ul><li>Reading group</li><li>Talking group</li></ul></div></section>
<div class="page-feedback rating">Was this page helpful?</div><div class="social-share">Share on Facebook</div>
<p class="meta">{dated}</p></main>"""


def loose(number: int, dated: str) -> str:
    """HTML that no closing tag ever ends, in capitals, as an old editor writes it."""
    first, second = facts(number)
    return f"""<HTML><BODY><DIV CLASS=skip><A HREF=#c>Skip to main content</A></DIV><FONT SIZE=5><H1>SEND at school {number}</H1></FONT>
<P>{first}<BR><BR><B>How to get help</B><P>{second}<P>Write to {hidden_address(number)}<UL><LI>Reading group<LI>Talking group</UL><P><I>{dated}</I>"""


SYSTEMS: tuple[Callable[[int, str], str], ...] = (wordpress, nested_tables, council, loose)


def rows() -> list[dict[str, Any]]:
    """The pages; the keys that may be left out are there, null or missing by turns."""
    found = []
    for number in range(PAGES):
        owner = f"school-{number}" if number < OWNERS - 1 else None  # the council is the hundredth
        row: dict[str, Any] = {
            "id": f"page-{number}",
            "setting": owner,
            "html": SYSTEMS[number % 4](number, DATES[number % 8][0]),
        }
        if number % 3 == 0:
            row |= {"url": None, "title": None, "updated": None, "text": None}
        if number % 3 == 1:
            row |= {"url": f"https://school.example/{number}", "title": f"SEND at school {number}", "updated": ""}
        found.append(row)
    return found


def write(folder: Path) -> Path:
    """A pack of `rows` without sources.yml: a mark at the start of each file, CRLF, blank lines, half the contacts missing."""
    folder.mkdir(parents=True)
    area = "area: brookshire\nname: Brookshire (fictional)\nsendiass: {name: Brook Advice, phone: 01632 960001}\n"
    area += "send_team: {name: Team}\nsafeguarding: {name: Front Door, phone: 01632 960003, out_of_hours_phone:}\n"
    heads = "setting,name,aliases,phase,urn,website,contact_role,contact_name,contact_phone,contact_email"
    settings = [
        f"school-{number},School Number {number},,{'primary' if number % 2 else 'Secondary'},,,"
        + (f"SENCO,,01632 960{number:03d},senco{number}@school.example" if number % 2 else ",,,")
        for number in range(OWNERS - 1)
    ]
    pages = [json.dumps(row, ensure_ascii=bool(row["id"][-1] in "02468")) for row in rows()]
    pages.insert(40, "")
    pages.insert(90, "   ")
    for name, text in (
        ("area.yml", area),
        ("settings.csv", "\n".join([heads, *settings, ""])),
        ("pages.jsonl", "\n".join(pages)),
    ):
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode("utf-8"))
    return folder
