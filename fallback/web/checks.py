"""The monthly check that was made last in this app, for its page to be shown and printed."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from fallback.enrolment.readiness import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A check with who made it, when, and on which computer."""

    check: Check
    by: str
    at: datetime
    computer: str


@dataclass(slots=True)
class Checks:
    """The check that was made last in this app, and the lock that keeps two from running at once."""

    running: threading.Lock = field(default_factory=threading.Lock)
    last: Result | None = None
