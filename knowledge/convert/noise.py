"""What a saved page carries besides its content: menus, cookie bars, share blocks, lists of other pages."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_TAGS = (
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button",
    "iframe", "svg", "img", "video", "audio", "object", "dialog", "select", "input",
)  # fmt: skip
_ROLES = ("navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog")
_NAMES = re.compile(
    r"(?:^|[-_ ])(?:cookie|consent|breadcrumb|share|sharing|social|skip|skiplink|feedback|rating|rate|print|"
    r"pagination|pager|related|sidebar|side-nav|menu|navbar|toolbar|banner|popup|modal|advert|toc|"
    r"footer|masthead|widget|newsletter|visually-hidden|sr-only|screen-reader-text)s?(?:$|[-_ ])",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"(?:^|[-_ ])(?:icon|chevron|arrow|caret|toggle|section-toggle)s?(?:$|[-_ ])", re.IGNORECASE)
_OPENERS = ("aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle", "data-target")
_PANEL_HEADS = re.compile(r"(?:^|[-_ ])(?:panel-heading|panel-title|card-header|accordion)(?:$|[-_ ])", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OTHER_PAGES = re.compile(
    r"(?:on|in) this (?:page|section|guide)|(?:page )?contents|table of contents|"
    r"(?:related|popular|similar|recommended)(?: (?:pages?|content|links?|services?|articles?|information|topics?))?|"
    r"most (?:popular|viewed|read)|quick links|(?:more|also) in this section|you (?:may|might) also (?:like|be interested in)|"
    r"follow us|share(?: this page)?|(?:was|is) this page (?:useful|helpful)\??|rate this page|page feedback|"
    r"sign up (?:for|to) .{0,40}newsletter|cookies?(?: settings)?|print(?: this page)?",
    re.IGNORECASE,
)
_LINKS_SHARE = 0.6  # of a block's letters that stand in links, from which it is a list of other pages
_FEW_WORDS = 15


def drop_noise(root: HtmlElement) -> None:
    """Take everything that is not content out of `root`."""
    for node in list(root.iter()):
        if node.getparent() is None or node.tag in ("body", "main", "article"):
            continue
        if not isinstance(node.tag, str):
            node.drop_tree()
        elif _opens_a_panel(node):
            node.tag = "span" if _in_heading(node) else "h4"
        elif _is_noise(node):
            node.drop_tree()
    _drop_lists_of_other_pages(root)


def _is_noise(node: HtmlElement) -> bool:
    names = f"{node.get('class', '')} {node.get('id', '')}"
    return bool(
        node.tag in _TAGS
        or node.get("role") in _ROLES
        or node.get("aria-hidden") == "true"
        or (node.tag in ("span", "i") and (_SIGNS.search(names) or _is_invisible(node)))
        or (_NAMES.search(names) and not _holds_main(node))
    )


def _is_invisible(node: HtmlElement) -> bool:
    return "display:none" in node.get("style", "").replace(" ", "").lower()


def _holds_main(node: HtmlElement) -> bool:
    return bool(node.xpath(".//main | .//article | .//h1"))


def _opens_a_panel(node: HtmlElement) -> bool:
    """A button that opens a panel of the page is that panel's heading, unless it opens a menu."""
    if node.tag != "button" or not "".join(node.itertext()).strip():
        return False
    around = list(node.iterancestors())
    if any(each.tag in ("nav", "header", "footer", "form") or _NAMES.search(each.get("class", "")) for each in around):
        return False
    parent = node.getparent()
    opener = any(name in node.attrib for name in _OPENERS) and "nav" not in node.get("class", "")
    return _in_heading(node) or opener or bool(_PANEL_HEADS.search(parent.get("class", "")))


def _in_heading(node: HtmlElement) -> bool:
    return any(each.tag in _HEADINGS for each in node.iterancestors())


def _drop_lists_of_other_pages(root: HtmlElement) -> None:
    """A heading like "Related pages" goes, with what follows it as far as that is links or next to nothing."""
    for heading in root.xpath(".//h2 | .//h3 | .//h4 | .//h5 | .//h6"):
        if not _OTHER_PAGES.fullmatch(" ".join(heading.text_content().split()).rstrip(":")):
            continue
        for follower in list(heading.itersiblings()):
            if follower.tag in _HEADINGS or not _mostly_links(follower):
                break
            follower.drop_tree()
        heading.drop_tree()


def _mostly_links(node: HtmlElement) -> bool:
    text = " ".join(node.text_content().split())
    linked = sum(len(" ".join(link.text_content().split())) for link in node.xpath("descendant-or-self::a"))
    return linked >= _LINKS_SHARE * len(text) or (node.tag in ("ul", "ol", "div") and len(text.split()) < _FEW_WORDS)
