"""How far a measured share can be trusted."""

from __future__ import annotations

import math


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927); 95 % with the default `z`. (0, 1) of nothing."""
    if not total:
        return 0.0, 1.0
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def share_text(hits: int, total: int) -> str:
    """`95.0 % (38 of 40; 83 to 99 %)`."""
    if not total:
        return "none asked"
    low, high = wilson(hits, total)
    return f"{100 * hits / total:.1f} % ({hits} of {total}; {100 * low:.0f} to {100 * high:.0f} %)"
