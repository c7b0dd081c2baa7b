"""Are these two the same person? Weighed at the desk while somebody types, and learnt from a backlog afterwards."""

from fallback.matching.asking import question
from fallback.matching.weighing import ALIKE_FROM, OFTEN, Reason, Verdict, Weight, weigh

__all__ = ["ALIKE_FROM", "OFTEN", "Reason", "Verdict", "Weight", "question", "weigh"]
