"""What a saved page carries besides its content: menus, cookie bars, share blocks, lists of other pages."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_TAGS = (
    "script", "style", "noscript", "template", "nav", "footer", "aside", "button",
    "iframe", "svg", "img", "video", "audio", "object", "dialog", "select", "input",
)  # fmt: skip
_ROLES = ("navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog")
_START = r"(?:^|(?<!has)(?<!with)(?<!no)(?<!without)[-_ ])"  # "has-sidebar" says what stands beside the block
_NAMES = re.compile(
    rf"{_START}(?:cookie|consent|breadcrumb|skip|skiplink|pagination|pager|related|sidebar|side-nav|menu|navbar|toolbar|banner|popup|"
    r"modal|advert|toc|footer|masthead|visually-hidden|sr-only|screen-reader-text)s?(?:$|[-_ ])",
    re.IGNORECASE,
)
_INVITES = re.compile(  # blocks that invite to do something: they say little, and little besides links
    rf"{_START}(?:share|sharing|social(?![-_ ](?:care|work))|feedback|rating|rate|print|newsletter)s?(?:$|[-_ ])", re.IGNORECASE
)
_WIDGETS = re.compile(
    r"(?:^|[-_ ])(?:widgets|widget-?area|(?:sidebar|footer)-widgets?|widget_(?:archive|calendar|categories|meta|nav_menu|pages|"
    r"recent\w*|rss|search|tag_cloud))(?:$|[-_ ])",
    re.IGNORECASE,
)  # of WordPress; page builders call every block a widget
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
_ENOUGH_WORDS = 40  # of a block that is content although its class names something else
_FORM_SHARE = 0.2  # of the page's words
_INLINE = ("span", "i", "b", "em", "a", "small", "sup", "svg")  # hidden from screen readers these are signs, a block is a panel
_UNREAD = ("script", "style", "button", "label", "legend", "select", "nav")
_READ = f".//text()[not({' or '.join(f'ancestor::{tag}' for tag in _UNREAD)})]"


def drop_noise(root: HtmlElement) -> None:
    """Take everything that is not content out of `root`."""
    _open_forms(root)
    most = _words(root) / 2
    for node in list(root.iter()):
        if node.getparent() is None or node.tag in ("body", "main", "article"):
            continue
        if not isinstance(node.tag, str):
            node.drop_tree()
        elif _opens_a_panel(node):
            node.tag = "span" if _in_heading(node) else "h4"
        elif _is_noise(node, most):
            node.drop_tree()
    _drop_lists_of_other_pages(root)


def _open_forms(root: HtmlElement) -> None:
    """A form that holds the page's text, as in ASP.NET, is no form to a reader; any other goes."""
    page = _words(root)
    for form in list(root.iter("form")):
        if form.getparent() is None:
            continue
        words = _words(form)
        if _holds_main(form) or words > page / 2 or (words >= _ENOUGH_WORDS and words >= _FORM_SHARE * page):
            form.drop_tag()
        else:
            form.drop_tree()


def _words(node: HtmlElement) -> int:
    """How many words a reader gets of `node`; the labels of what is to be filled in are none of them."""
    return sum(len(text.split()) for text in node.xpath(_READ))


def _is_noise(node: HtmlElement, most: float) -> bool:
    """`most` is half of the page's words: what holds more is the page, whatever its name."""
    names = f"{node.get('class', '')} {node.get('id', '')}"
    return bool(
        node.tag in _TAGS
        or node.get("role") in _ROLES
        or (node.tag in _INLINE and node.get("aria-hidden") == "true")
        or (node.tag in ("span", "i") and (_SIGNS.search(names) or _is_invisible(node)))
        or (node.tag == "header" and not _heads_a_section(node))
        or (not _holds_main(node) and _is_named_noise(node, names, most))
    )


def _is_named_noise(node: HtmlElement, names: str, most: float) -> bool:
    if _NAMES.search(names) or _WIDGETS.search(names):
        return _words(node) <= most or _in_links(node) >= _LINKS_SHARE
    if _INVITES.search(names):
        return _words(node) < _ENOUGH_WORDS or _in_links(node) >= _LINKS_SHARE
    return False


def _heads_a_section(node: HtmlElement) -> bool:
    """True of a header within the content that gives a part of it its heading."""
    around = any(each.tag in ("main", "article", "section") for each in node.iterancestors())
    return around and any(heading.text_content().strip() for heading in node.iter(*_HEADINGS))


def _is_invisible(node: HtmlElement) -> bool:
    return "display:none" in node.get("style", "").replace(" ", "").lower()


def _holds_main(node: HtmlElement) -> bool:
    return bool(node.xpath(".//main | .//article | .//h1"))


def _opens_a_panel(node: HtmlElement) -> bool:
    """A button that opens a panel of the page is that panel's heading, unless it opens a menu."""
    names = node.get("class", "")
    opener = any(name in node.attrib for name in _OPENERS)
    button = node.tag == "button" or (opener and node.get("role") == "button")
    if not button or not "".join(node.itertext()).strip() or "nav" in names or _NAMES.search(names):
        return False
    parent = node.getparent()
    return _in_heading(node) or opener or bool(_PANEL_HEADS.search(parent.get("class", "")))


def _in_heading(node: HtmlElement) -> bool:
    return any(each.tag in _HEADINGS for each in node.iterancestors())


def _drop_lists_of_other_pages(root: HtmlElement) -> None:
    """A heading like "Related pages" goes, with what follows it as far as that is links or next to nothing."""
    for heading in root.xpath(".//h2 | .//h3 | .//h4 | .//h5 | .//h6"):
        if not _OTHER_PAGES.fullmatch(" ".join(heading.text_content().split()).rstrip(":")):
            continue
        for follower in list(heading.itersiblings()):
            if follower.tag in _HEADINGS or not is_mostly_links(follower):
                break
            follower.drop_tree()
        heading.drop_tree()


def is_mostly_links(node: HtmlElement) -> bool:
    """True of a block that leads to other pages, or of a list or box that says next to nothing."""
    short = node.tag in ("ul", "ol", "div") and len(node.text_content().split()) < _FEW_WORDS
    return short or _in_links(node) >= _LINKS_SHARE


def _in_links(node: HtmlElement) -> float:
    """The share of its letters that stand in links."""
    text = " ".join(node.text_content().split())
    linked = sum(len(" ".join(link.text_content().split())) for link in node.xpath("descendant-or-self::a"))
    return linked / len(text) if text else 1.0
