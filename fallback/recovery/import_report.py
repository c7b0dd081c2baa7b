"""What a run of an import did, slip by slip counted."""

from dataclasses import dataclass, field
from typing import Any

from fallback.ehospital import Outcome
from fallback.errors import ParchiError
from fallback.recovery.stages import Step


@dataclass(slots=True)
class ImportReport:
    """What a run did. `left` slips are approved and were not reached; `stopped` says why the run ended early."""

    created: int = 0
    already_there: int = 0
    updated: int = 0
    withdrawn: int = 0
    held: int = 0
    failed: int = 0
    left: int = 0
    stopped: ParchiError | None = None
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def confirmed(self) -> int:
        """How many slips the target now has as they should be."""
        return self.created + self.already_there + self.updated + self.withdrawn

    def record(self) -> dict[str, Any]:
        """The report as JSON values; `reasons` by slip number may hold the target's words."""
        names = ("created", "already_there", "updated", "withdrawn", "held", "failed", "left")
        counts: dict[str, Any] = {name: getattr(self, name) for name in names}
        return counts | {"stopped": str(self.stopped) if self.stopped else None, "reasons": self.reasons}

    def count(self, step: Step, outcome: Outcome) -> None:
        """Counts a slip that was answered."""
        match outcome, step:
            case Outcome.HELD, _:
                self.held += 1
            case Outcome.FAILED, _:
                self.failed += 1
            case _, Step.UPDATE:
                self.updated += 1
            case _, Step.WITHDRAW:
                self.withdrawn += 1
            case Outcome.CREATED, _:
                self.created += 1
            case _:
                self.already_there += 1
