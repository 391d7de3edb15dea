"""Takes out of a text what nobody sees: soft hyphens, zero-width spaces, control characters, marks that turn the writing."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# Unicode's Default_Ignorable_Code_Point beyond these categories: fillers, joiners and variation selectors.
_IGNORED = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    """`text` as it is seen; a word that hidden characters cut in two is whole again. Tabs and ends of lines stay."""
    shown = _IGNORED.sub("", "\n".join(text.splitlines()))
    return "".join(char for char in shown if char in "\n\t" or unicodedata.category(char) not in _HIDDEN)
