"""Finds names of people among words: by a list of first names, and by the words around a name.

A first name that is nothing else (`tyler`) is taken out wherever it stands. One that is a word or a place
too (`Will`, `Jordan`) goes only where the sentence treats it as a person. A word that no list knows goes
where something says that a name comes (`my son`, `Mrs`, `called`), or where a person's verb follows it.
Each word is looked at once, with a few neighbours, so the work grows with the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.redaction_recognisers import Found
from assistant.redaction_text import Word
from assistant.redaction_words import RedactionRules

_SENTENCE_END = re.compile(r"[.!?\n:;]")
_CAMEL = re.compile(r"(?!Ma?c|O['’]|D['’])[A-Z][a-z]+[A-Z]")
_AGED = frozenset({"age", "aged"})
_NO_NAME = ("ing", "ed", "nt", "ly", "s", "'t")
_LONGEST_NAME = 4


class Names:
    """Finds names with one set of rules."""

    def __init__(self, rules: RedactionRules) -> None:
        self._rules = rules
        self._lists = rules.lists
        self._kept_words = rules.lists["kept_names"].union(*rules.cues.values())
        self._places = rules.lists["names_that_are_places"] | rules.lists["mostly_people"]
        self._not_surnames = frozenset().union(
            *(
                rules.lists[name]
                for name in ("person_follows", "asks", "organisations", "conditions", "kept_names", "not_surnames")
            )
        )

    def find(self, words: list[Word], blocked: list[bool]) -> Iterator[Found]:
        """`blocked` marks the words that are part of a public name or are claimed already."""
        at, before = 0, -1
        while at < len(words):
            if blocked[at] or not self._is_name(words, at, before):
                at += 1
                continue
            end = self._end(words, at, blocked)
            yield Found(words[at].start, _without_possessive(words[end - 1]), "name")
            before, at = end, end

    # How sure a word is, by itself.

    def _first_name(self, word: Word) -> bool:
        names = self._rules.first_names
        if word.stem in names:
            return True
        if "-" in word.stem:
            return any(part in names for part in word.stem.split("-")) and word.stem not in self._rules.ordinary
        return word.stem.endswith("s") and word.stem[:-1] in names and word.stem not in self._rules.ordinary

    def _double(self, word: Word) -> bool:
        return word.stem in self._lists["names_that_are_words"] or word.stem in self._lists["names_that_are_places"]

    def _unknown(self, word: Word) -> bool:
        """No list knows it, and it is no abbreviation, brand or number."""
        if len(word.text) < 2 or word.text[0].isdigit() or self._first_name(word) or self._double(word):
            return False
        if word.capital and (word.text.isupper() or _CAMEL.match(word.text)):
            return False
        key = word.stem.replace("'", "")
        return word.stem not in self._rules.ordinary and key not in self._rules.ordinary and word.key not in self._rules.ordinary

    def _kept(self, words: list[Word], at: int) -> bool:
        word = words[at]
        after = words[at + 1].key if at + 1 < len(words) else ""
        return bool({word.key, word.stem} & self._kept_words) or after in {"syndrome", "disease"}

    # Whether the word at `at` begins a name. `before` is where the last name ended.

    def _is_name(self, words: list[Word], at: int, before: int) -> bool:
        word = words[at]
        if word.text[0].isdigit() or (self._kept(words, at) and not self._titled(words, at)):
            return False
        if self._first_name(word) and len(word.stem) > 2:
            return True
        if self._titled(words, at) or self._signed(words, at):
            return True
        if self._double(word):
            return self._double_is_person(words, at, before)
        return self._unknown(word) and self._unknown_is_person(words, at, before)

    def _titled(self, words: list[Word], at: int) -> bool:
        if at == 0:
            return False
        word, title = words[at], words[at - 1]
        if title.key.strip(".") not in self._lists["titles"] or word.gap not in {" ", ". "} or word.key in {"and", "or"}:
            return False
        if title.key in {"mr", "mrs"} or (title.capital and word.capital and not word.text.isupper()):
            return word.key not in {"teacher", "is", "at", "in", "who"}
        if self._double(word):
            return word.stem not in self._lists["seldom_names"] | self._lists["seasons"]
        return (word.capital and len(word.text) == 1) or self._first_name(word) or self._unknown(word)

    def _signed(self, words: list[Word], at: int) -> bool:
        """At the end of a message, after `thanks` or a dash."""
        rest = words[at:]
        while len(rest) > 1 and (rest[-1].key in {"x", "xx", "xxx", "parent", "mum", "dad", "mam", "nan"}):
            rest = rest[:-1]
        word = words[at]
        if len(rest) > 3 or any(not w.capital and self._ordinary(w) for w in rest):
            return False
        opens = (at > 0 and words[at - 1].key in self._lists["sign_offs"]) or (at == 0 and word.gap.strip() in {"-", "–", "—"})
        if "\n" in word.gap and word.capital and not self._ordinary(word):
            return True
        last = len(rest) == 1 and word.gap.strip() in {",", "."}
        if self._double(word) and not word.capital:
            return (opens or last) and word.stem not in self._lists["seldom_names"] | self._lists["seasons"]
        return opens and not self._ordinary(word)

    def _double_is_person(self, words: list[Word], at: int, before: int) -> bool:
        word = words[at]
        after = words[at + 1] if at + 1 < len(words) else None
        if self._owns(words, at) or (self._listed(words, at, before) and word.capital):
            return True
        if self._introduced(words, at):
            if word.capital or word.stem not in self._lists["seldom_names"]:
                return True
            return self._does(words, at, "person_follows")
        if self._does(words, at, "person_only") or self._aged(words, at) or self._done_to(words, at):
            return True
        if not word.capital or word.stem in self._lists["seasons"]:
            return False
        if word.stem in self._places:
            place = at == 0 or words[at - 1].key in self._lists["before_places"]
            return not place and word.stem in self._lists["mostly_people"]
        if self._surnamed(words, at):
            return True
        if _starts_sentence(words, at):
            return self._does(words, at, "person_follows") or self._leads_list(words, at)
        titled = words[at - 1].capital and not _starts_sentence(words, at - 1) and words[at - 1].key not in {"i", "i'm"}
        return not titled and not (after is not None and after.capital and after.gap == " " and self._ordinary(after))

    def _unknown_is_person(self, words: list[Word], at: int, before: int) -> bool:
        word = words[at]
        if self._introduced(words, at):
            return word.capital or not word.key.endswith(_NO_NAME)
        if not word.capital or (at > 0 and words[at - 1].key in {"in", "from", "near", "at"}):
            return False
        if self._owns(words, at) or self._listed(words, at, before) or self._leads_list(words, at):
            return True
        if self._does(words, at, "person_follows") or self._aged(words, at) or self._surnamed(words, at):
            return True
        asked = at > 0 and words[at - 1].key in self._lists["asks"] and words[at - 1].key not in {"with", "of", "about"}
        return asked and word.gap == " " and not _SENTENCE_END.search(word.gap)

    # What the words around say.

    def _introduced(self, words: list[Word], at: int) -> bool:
        """Whether the words before say that a person's name comes."""
        if at == 0:
            return False
        word, last = words[at], words[at - 1]
        earlier = [w.key for w in words[max(0, at - 5) : at - 1]]
        gap = word.gap.strip()
        if last.key in {"named", "called", "name's"} or (last.key in {"is", "name"} and "name" in [*earlier[-2:], last.key]):
            person = bool(self._lists["kin"].union(self._lists["pronouns"]) & set(earlier)) or last.key != "called"
            return person and gap in {"", ":", ",", "'", '"'}
        if last.key in self._lists["kin"] or (last.key in self._lists["family_titles"] and word.capital):
            owned = bool({"my", "our", "his", "her", "their", "the", "both"} & set(earlier)) or last.key not in {"mum", "dad"}
            return owned and (gap == "" or (word.capital and gap in {",", "(", "-", ":", "–"}))
        if last.key in {"auntie", "aunty", "uncle"}:
            return gap == ""
        role = last.key in self._lists["roles"] or f"{earlier[-1] if earlier else ''}-{last.key}" in self._lists["roles"]
        if role:
            return word.capital and gap in {"", ",", "(", ":"}
        return word.capital and gap in {"", ":"} and self._presented(last.key, earlier)

    @staticmethod
    def _presented(last: str, earlier: list[str]) -> bool:
        one = earlier[-1] if earlier else ""
        pair = f"{one} {last}"
        if last in {"im", "i'm", "re", "dear"} and not (last == "re" and one):
            return True
        return pair in {
            "i am",
            "this is",
            "call me",
            "mum of",
            "mam of",
            "dad of",
            "mum to",
            "parent of",
            "carer for",
            "ask for",
            "name is",
        }

    def _does(self, words: list[Word], at: int, verbs: str) -> bool:
        """Whether a verb of the list follows, at once or after one adverb."""
        rest = [word for word in words[at + 1 : at + 3] if word.gap == " "]
        if len(rest) > 1 and rest[0].key in self._lists["adverbs"]:
            rest = rest[1:]
        return bool(rest) and rest[0].key in self._lists[verbs]

    @staticmethod
    def _aged(words: list[Word], at: int) -> bool:
        """`Kit (4)`, `Will, 8, has`."""
        after = words[at + 1] if at + 1 < len(words) else None
        if after is None or not words[at].capital:
            return False
        if after.gap in {" (", ", "} and after.key.isdigit():
            return len(after.key) < 3
        return after.gap in {" ", ", "} and after.key in _AGED

    def _done_to(self, words: list[Word], at: int) -> bool:
        """`get lily tested`, `took Summer to`."""
        if at == 0 or at + 1 >= len(words):
            return False
        before, after = words[at - 1].key, words[at + 1].key
        if before in self._lists["gets_done"] and after in self._lists["done_to"]:
            return True
        return words[at].capital and before in self._lists["takes"] and after in {"to", "that", "about", "for", "in"}

    def _surnamed(self, words: list[Word], at: int) -> bool:
        """Another capitalised word that is no ordinary one follows: `Nguyen Van Minh`."""
        after = words[at + 1] if at + 1 < len(words) else None
        if after is None or not after.capital or after.gap != " " or self._kept(words, at + 1):
            return False
        return self._first_name(after) or self._double(after) or self._unknown(after)

    def _owns(self, words: list[Word], at: int) -> bool:
        """`Zayaan's teacher`."""
        word = words[at]
        after = words[at + 1].key if at + 1 < len(words) else ""
        return word.key.endswith("'s") and after in self._lists["owned"] and word.capital

    @staticmethod
    def _listed(words: list[Word], at: int, before: int) -> bool:
        """In a list that a name began: `Tyler and Zayaan`."""
        if before < 0:
            return False
        between = words[before:at]
        if not between:
            return words[at].gap.strip() in {",", "&", "/"}
        return len(between) == 1 and between[0].key in {"and", "or"} and words[at].gap == " "

    def _leads_list(self, words: list[Word], at: int) -> bool:
        """Begins a list whose next item is a first name: `Amber and Jade`."""
        rest = words[at + 1 : at + 3]
        if not rest:
            return False
        if rest[0].gap.strip() == "," and rest[0].capital:
            return self._first_name(rest[0])
        other = rest[1] if len(rest) == 2 and rest[0].key == "and" and rest[0].gap == " " else None
        if other is not None and other.key in {"his", "her", "their"}:
            return True
        return other is not None and other.capital and (self._first_name(other) or self._double(other))

    def _ordinary(self, word: Word) -> bool:
        return not (self._first_name(word) or self._double(word) or self._unknown(word))

    def _end(self, words: list[Word], at: int, blocked: list[bool]) -> int:
        """Where the name ends: surnames and second names belong to it."""
        end = at + 1
        while end < len(words) and end - at < _LONGEST_NAME and not blocked[end]:
            word = words[end]
            initial = len(words[end - 1].text) == 1
            if word.gap not in ({" ", ". ", "-"} if initial else {" ", "-"}) or words[end - 1].key.endswith("'s"):
                break
            if not self._surname(word, words, end):
                break
            end += 1
        return end

    def _surname(self, word: Word, words: list[Word], at: int) -> bool:
        if word.text[0].isdigit() or {word.stem, word.key} & self._not_surnames:
            return False
        if word.capital:
            return (len(word.text) == 1 and word.text != "I") or not word.text.isupper() or self._first_name(word)
        if word.key in {"van", "de", "al", "bin", "von", "ibn"} and at + 1 < len(words):
            return words[at + 1].capital
        return self._first_name(word) or (self._unknown(word) and not word.key.endswith(_NO_NAME) and len(word.key) > 3)


def _starts_sentence(words: list[Word], at: int) -> bool:
    return at == 0 or bool(_SENTENCE_END.search(words[at].gap))


def _without_possessive(word: Word) -> int:
    return word.end - 2 if word.key.endswith("'s") else word.end
