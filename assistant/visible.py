"""Takes out of a text what nobody sees (soft hyphens, zero-width spaces, marks that turn the writing), and its smileys."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# Unicode's Default_Ignorable_Code_Point beyond these categories: fillers, joiners and variation selectors.
_IGNORED = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

_TONES = range(0x1F3FB, 0x1F400)  # the colours of a hand
_BESIDE = frozenset("\ufe0e\ufe0f\u20e3")  # say how the character before them is drawn
_TYPED = re.compile(r"(?<!\d)[:;=]['’]?-?(?:[()]+|[dpo](?!\w))(?=\s|$|[.!?,])|(?<!\w)xd(?!\w)|<3+(?!\d)", re.IGNORECASE)


def visible(text: str) -> str:
    """`text` as it is seen; a word that hidden characters cut in two is whole again. Tabs and ends of lines stay."""
    shown = _IGNORED.sub("", "\n".join(text.splitlines()))
    return "".join(char for char in shown if char in "\n\t" or unicodedata.category(char) not in _HIDDEN)


def without_smileys(text: str) -> str:
    """`text` with a space for each character of an emoji or a typed smiley, so that the words stay where they are."""
    typed = _TYPED.sub(lambda found: " " * len(found[0]), text)
    return "".join(" " if _drawn(char) else char for char in typed)


def _drawn(char: str) -> bool:
    return char in _BESIDE or ord(char) in _TONES or unicodedata.category(char) == "So"
