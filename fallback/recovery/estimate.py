"""How often the matcher is wrong, from a sample that people looked at: a share, and between what it lies."""

import math
from collections.abc import Callable
from dataclasses import dataclass

SURE = 0.95
_STEPS = 60  # halvings: beyond what a float can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """So many were looked at, so many of them wrong; the share of all lies between `low` and `high`, in 95 of 100
    samples like this one. Of nothing looked at nothing is known: between 0 and 1.
    """

    looked: int
    wrong: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of wrong ones in the sample; 0 where none was looked at."""
        return self.wrong / self.looked if self.looked else 0.0


def estimate(wrong: int, looked: int, sure: float = SURE) -> Estimate:
    """The share of wrong ones among all, from `looked` of them drawn by chance (Clopper and Pearson: exact, and rather
    too wide than too narrow where few are wrong).
    """
    if not looked:
        return Estimate(looked=0, wrong=0, low=0.0, high=1.0)
    tail = (1 - sure) / 2
    low = 0.0 if wrong == 0 else _where(lambda share: 1 - _at_most(wrong - 1, looked, share) < tail)
    high = 1.0 if wrong == looked else _where(lambda share: _at_most(wrong, looked, share) > tail)
    return Estimate(looked=looked, wrong=wrong, low=low, high=high)


def _where(below: Callable[[float], bool]) -> float:
    """Where a rule that holds for small shares ends to hold."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(most: int, count: int, share: float) -> float:
    """The chance of at most so many of `count`, each with this chance."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 1.0 if most >= count else 0.0
    one, other = math.log(share), math.log1p(-share)
    whole = math.lgamma(count + 1)
    return min(
        1.0,
        math.fsum(
            math.exp(whole - math.lgamma(at + 1) - math.lgamma(count - at + 1) + at * one + (count - at) * other)
            for at in range(most + 1)
        ),
    )
