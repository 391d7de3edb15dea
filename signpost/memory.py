"""Gives memory that is free back to the system.

The C library keeps what threads have freed for itself, in pieces that fit nothing that comes later: after 2,300 questions a
process held 1,389 MB, of which 547 were free (glibc 2.36).
"""

from __future__ import annotations

import ctypes


def give_back() -> bool:
    """Let the C library return what is free; False where it can't be told to (only glibc can)."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return False
    return True
