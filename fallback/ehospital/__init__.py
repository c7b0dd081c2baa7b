"""The hospital's own system: what every way into it must offer, and what it may answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from fallback.errors import ParchiError
from fallback.hospital import Target
from fallback.slip import Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetIdentity:
    """What a system says that it is. `fingerprint` (hex) is over all that it says about itself and that stays."""

    url: str
    software: str
    fingerprint: str


class Outcome(StrEnum):
    """What became of one slip. UNREACHABLE is about the system: the run stops, the slip stays where it was."""

    CREATED = "created"
    ALREADY_THERE = "already_there"
    HELD = "held"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The answer for one slip. `patient`, `encounter` and `uhid` are the target's own, "" where it has not said.

    `created` is True when this slip made the patient there. `reason` says in a sentence why it is held or failed; of
    our own words it holds no patient data, of the target's words it may. `error` says why the run must stop.
    """

    outcome: Outcome
    patient: str = ""
    encounter: str = ""
    uhid: str = ""
    created: bool = False
    reason: str = ""
    error: ParchiError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A visit that the target has under our slip number, by its own ids. `doubled`: it has several."""

    patient: str
    encounter: str
    doubled: bool = False


class Connector(Protocol):
    """A way into a hospital system. Each act is for one slip, and safe to repeat."""

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""

    def identify(self) -> TargetIdentity:
        """Asks the system what it is. Raises TargetUnreachable, TargetRefuses or TargetNotFhir."""

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be sent as it is, in a sentence; "" when it can. Asks nobody."""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """What would be sent for a new slip, as JSON values. Asks nobody."""

    def find(self, slip: Slip) -> Found | None:
        """Looks for the slip's visit by its number, compared exactly. Raises as `identify`."""

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        """Reads a visit that is there back and compares it with the slip, field by field."""

    def send(self, slip: Slip) -> Acknowledgement:
        """Creates the visit, and the patient where there is none; reads both back. Twice makes nothing twice."""

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        """Changes what was created for `before` into `slip`; HELD where the target's own staff changed it since."""

    def withdraw(self, slip: Slip) -> Acknowledgement:
        """Marks the visit of a voided slip as entered in error; `slip` is its content before the void."""

    def close(self) -> None:
        """Lets go of the connection."""
