"""Practice: the scenes of a guided drill, its score and certificate, whose turn it is, and how much of what was due
in a real outage was done. Pure: facts come in, results go out.
"""

from fallback.practice.adherence import WANTED, WITHOUT_PRACTICE, Duty, Kept, share
from fallback.practice.certificate import PASSED, PREFIX, Certificate, read, write
from fallback.practice.months import Month, Practised, months, this_month, turn
from fallback.practice.scenes import NAMES, Fact, Scene, Setting, Visitor, plan
from fallback.practice.steps import SAYS, Step, steps

__all__ = [
    "NAMES",
    "PASSED",
    "PREFIX",
    "SAYS",
    "WANTED",
    "WITHOUT_PRACTICE",
    "Certificate",
    "Duty",
    "Fact",
    "Kept",
    "Month",
    "Practised",
    "Scene",
    "Setting",
    "Step",
    "Visitor",
    "months",
    "plan",
    "read",
    "share",
    "steps",
    "this_month",
    "turn",
    "write",
]
