"""Whether what families say of the answers still fits the error that was measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from assistant.data_files import DATA, read_yaml


@dataclass(frozen=True)
class DriftRules:
    """The numbers of `data/drift.yml`."""

    least_ratings: int
    sure: float
    times: float
    least_share: float


def drifts(helpful: int, unhelpful: int, wrong: float) -> bool:
    """True if so many ratings say "not helpful" that the share of them is surely over what `wrong` leads to expect."""
    rules, rated = _rules(), helpful + unhelpful
    if rated < rules.least_ratings:
        return False
    return _low(unhelpful, rated, rules.sure) > max(rules.times * wrong, rules.least_share)


def _low(number: int, of: int, sure: float) -> float:
    """The lower bound of a share (Wilson, Journal of the American Statistical Association 22, 1927)."""
    share, spread = number / of, sure * sure
    middle = share + spread / (2 * of)
    width = sure * ((share * (1 - share) + spread / (4 * of)) / of) ** 0.5
    return float((middle - width) / (1 + spread / of))


@cache
def _rules() -> DriftRules:
    return DriftRules(**read_yaml(DATA / "drift.yml"))
