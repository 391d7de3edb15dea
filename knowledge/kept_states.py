"""What the encoder's layers make of passages, kept on disk: a reader asks for the same ones again and again.

It is a copy of what can be computed anew (20 ms a passage), for one machine; deleting the file costs time and nothing
else. Only passages are kept, which are public; never what a family types.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from knowledge.encoder import StatesEncoder, TokenStates

log = logging.getLogger(__name__)
_WAIT = 2.0  # seconds that a writer waits for another
_LOOK_EVERY = 200  # passages written between looks at the size
_DROPPED = 10  # the oldest tenth goes when the file is full
_MB = 1_000_000


class KeptStates:
    """States of passages: from the file, or computed and then kept. Safe to use from many threads and processes."""

    def __init__(self, encoder: StatesEncoder, path: Path, megabytes: int) -> None:
        """`megabytes` is how large the file may get; one passage of 110 word pieces takes 0.17."""
        self._encoder = encoder
        self._path = path
        self._most = megabytes * _MB
        self._lock = threading.Lock()
        self._written = 0
        self._file = self._open() if megabytes else None

    def states(self, text: str) -> TokenStates:
        """What the layers make of `text`. A file that can't be used costs time only."""
        key = _key(self._encoder.digest, text)
        found = self._read(key)
        if found is None:
            found = self._encoder.states(text)
            self._write(key, found)
        return found

    def keep(self, text: str) -> None:
        """Have the states of `text` ready for when they are asked for; nothing is done once the file is full."""
        if self._file and not self._has(_key(self._encoder.digest, text)) and not self._is_full(self._file):
            self.states(text)

    def keep_only(self, texts: Iterable[str]) -> int:
        """Drop what is kept of any other text, as of pages that are gone; says of how many."""
        wanted = {_key(self._encoder.digest, text) for text in texts}
        try:
            with self._lock:
                if self._file is None:
                    return 0
                gone = [row for row in self._file.execute("SELECT key FROM states") if row[0] not in wanted]
                self._file.executemany("DELETE FROM states WHERE key = ?", gone)
                return len(gone)
        except sqlite3.Error as error:
            self._give_up(error)
            return 0

    def _has(self, key: bytes) -> bool:
        try:
            with self._lock:
                return bool(self._file and self._file.execute("SELECT 1 FROM states WHERE key = ?", (key,)).fetchone())
        except sqlite3.Error as error:
            self._give_up(error)
            return True

    def _open(self) -> sqlite3.Connection | None:
        try:
            file = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = OFF")  # what a power cut takes is computed anew
            file.execute("CREATE TABLE IF NOT EXISTS states (key BLOB PRIMARY KEY, value BLOB NOT NULL)")
            return file
        except sqlite3.Error as error:
            self._give_up(error)
            return None

    def _read(self, key: bytes) -> TokenStates | None:
        try:
            with self._lock:
                row = self._file.execute("SELECT value FROM states WHERE key = ?", (key,)).fetchone() if self._file else None
            return _unpacked(row[0], self._encoder.dimensions) if row else None
        except sqlite3.Error as error:
            self._give_up(error)
        except ValueError:
            log.warning("a row of %s is damaged: it is computed anew", self._path)
        return None

    def _write(self, key: bytes, states: TokenStates) -> None:
        try:
            with self._lock:
                if self._file:
                    self._file.execute("INSERT OR REPLACE INTO states VALUES (?, ?)", (key, _packed(states)))
                    self._written += 1
                    if self._written % _LOOK_EVERY == 1:
                        self._make_room(self._file)
        except sqlite3.Error as error:
            self._give_up(error)

    def _is_full(self, file: sqlite3.Connection) -> bool:
        counts = ("page_count", "freelist_count", "page_size")
        pages, free, size = (file.execute(f"PRAGMA {name}").fetchone()[0] for name in counts)
        return bool((pages - free) * size > self._most)

    def _make_room(self, file: sqlite3.Connection) -> None:
        if self._is_full(file):
            file.execute(
                "DELETE FROM states WHERE rowid IN (SELECT rowid FROM states ORDER BY rowid "
                "LIMIT (SELECT COUNT(*) / ? + 1 FROM states))",
                (_DROPPED,),
            )

    def _give_up(self, error: sqlite3.Error) -> None:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return  # another process writes: this one passage is not kept
        self._file = None
        log.warning("can't use %s (%s): passages are computed anew each time; make room, or delete the file", self._path, error)


def _key(digest: str, text: str) -> bytes:
    return hashlib.sha256(f"{digest}\n{text}".encode()).digest()[:16]


def _packed(states: TokenStates) -> bytes:
    return b"".join(part.tobytes() for part in (states.ids, states.offsets, states.states))


def _unpacked(value: bytes, dimensions: int) -> TokenStates:
    """Raises ValueError if it is not a whole number of word pieces."""
    row = 4 + 8 + 2 * 2 * dimensions  # bytes of a word piece: number, two offsets, two layers of 16-bit numbers
    count, rest = divmod(len(value), row)
    if rest or not count:
        raise ValueError("not a whole number of word pieces")
    ids = np.frombuffer(value, np.int32, count)
    offsets = np.frombuffer(value, np.int32, 2 * count, 4 * count).reshape(count, 2)
    layers = np.frombuffer(value, np.float16, 2 * count * dimensions, 12 * count).reshape(count, 2, dimensions)
    return TokenStates(ids, offsets, layers)
