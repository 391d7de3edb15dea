"""What can go wrong between a source and an index.

KnowledgeError
├── PackError          an area pack that can't be used at all
├── ConversionError    one file or page that can't be read; the rest goes on
│   └── FeedError      one address of a feed that gave nothing to read
├── EncoderError       the sentence encoder is missing, wrong or damaged
├── IndexDamaged      an index on disk that can't be trusted
└── StoreError         the database is missing, older or newer than this program

Every message names the thing, the value and the next step, because staff read it.
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """The root: anything that this package raises on purpose."""


class PackError(KnowledgeError):
    """An area pack that can't be used at all."""


class ConversionError(KnowledgeError):
    """One file or page that can't be read; the others are still ingested."""


class FeedError(ConversionError):
    """One address of a feed that gave no JSON. `absent` is True if its server says that nothing is there."""

    def __init__(self, why: str, *, absent: bool = False) -> None:
        super().__init__(why)
        self.absent = absent


class EncoderError(KnowledgeError):
    """The sentence encoder is missing, is not the one expected, or is damaged."""


class IndexDamaged(KnowledgeError):
    """An index on disk that does not match its manifest; it is rebuilt, never trusted."""


class StoreError(KnowledgeError):
    """The database is missing, or its version does not fit this program."""
