"""Makes what was typed comparable: small letters, long forms, typing errors and disguises put right.

Nothing here is a pattern with nested repeats: the work grows with the length of the text, and `clip`
bounds the length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LONGEST = 8_000
"""Characters that are read of a longer message: the first half and the last half of this many."""

_WORD = re.compile(r"[a-z0-9@$*]+|[.!?;\n]")
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_ENDS = frozenset(".!?;\n")
_DISGUISES = str.maketrans("01345@$", "oieasas")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST_TYPO = 5
END = "."


def clip(text: str) -> str:
    """The beginning and the end of a text that is too long to read at once."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n{text[-half:]}"


@dataclass(frozen=True)
class Speller:
    """Puts words right. `known` are the words that the rules look for."""

    known: frozenset[str]
    spelling: Mapping[str, str]
    typos: Mapping[str, str]

    def words(self, text: str) -> list[str]:
        """The words of a text, with `.` where a sentence ends."""
        plain = unicodedata.normalize("NFKD", clip(text)).lower()
        plain = _APOSTROPHES.sub("", "".join(c for c in plain if not unicodedata.combining(c)))
        found = (END if word in _ENDS else word for word in _WORD.findall(plain))
        return [*self._in_pairs(self._joined(found)), END]

    def _joined(self, words: Iterable[str]) -> Iterator[str]:
        """Joins words that were typed a letter at a time: `c u t t i n g`, `k.i.l.l`."""
        run: list[str] = []
        for word in words:
            if len(word) == 1 and word not in "0123456789@$*":
                run.append(word)
                continue
            yield from self._unspaced(run)
            run = []
            yield word
        yield from self._unspaced(run)

    def _unspaced(self, run: list[str]) -> Iterator[str]:
        letters = [letter for letter in run if letter != END]
        for start in (0, 1):
            joined = "".join(letters[start:])
            if len(joined) > 2 and joined in self.known:
                yield from letters[:start]
                yield joined
                return
        yield from run

    def _in_pairs(self, words: Iterable[str]) -> Iterator[str]:
        """Long forms of each word, and of two words where the pair has one."""
        before = ""
        for word in words:
            pair = self.spelling.get(f"{before} {word}") if before else None
            if pair is not None:
                yield from pair.split()
                before = ""
                continue
            if before:
                yield from self._right(before)
            before = word
        if before:
            yield from self._right(before)

    def _right(self, word: str) -> list[str]:
        if word == END:
            return [word]
        if word not in self.spelling and word not in self.known:
            word = self._undisguised(word)
        return self.spelling.get(word, word).split()

    def _undisguised(self, word: str) -> str:
        """`k1ll`, `hurrrt`, `su*cide` and words with one wrong letter, as the word that was meant."""
        for guess in (
            self.typos.get(word),
            word.translate(_DISGUISES),
            _STRETCHED.sub(r"\1\1", word),
            _STRETCHED.sub(r"\1", word),
        ):
            if guess is not None and guess != word and (guess in self.known or guess in self.spelling):
                return guess
        if word.count("*") == 1:
            whole = (word.replace("*", letter) for letter in _LETTERS)
            return next((guess for guess in whole if guess in self.known), word.replace("*", ""))
        return word


def one_letter_off(words: Iterable[str], real: frozenset[str]) -> dict[str, str]:
    """Each way to type a word with one letter wrong, left out, added or swapped; not those that are real words."""
    table: dict[str, str] = {}
    for word in words:
        if len(word) >= _SHORTEST_TYPO:
            for typo in _variants(word):
                if typo not in real:
                    table.setdefault(typo, word)
    return table


def _variants(word: str) -> Iterator[str]:
    for n in range(1, len(word)):
        head, tail = word[:n], word[n:]
        yield head + tail[1:]
        yield head[:-1] + tail[0] + head[-1] + tail[1:]
        for letter in _LETTERS:
            yield head + letter + tail[1:]
            yield head + letter + tail
