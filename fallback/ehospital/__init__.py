"""The hospital's own system: what every way into it must offer, and what it may answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from fallback.errors import ParchiError, Sentence
from fallback.hospital import Target
from fallback.slip import Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetIdentity:
    """What a system says that it is. `fingerprint` (hex) is over all that it says about itself and that stays.

    `certificate` is the SHA-256 (hex) of its TLS certificate's public key, "" where the way has none; `organisation` is
    the identifier of the hospital that it says it serves, "" where it says none.
    """

    url: str
    software: str
    fingerprint: str
    certificate: str = ""
    organisation: str = ""


class Outcome(StrEnum):
    """What became of one slip. UNREACHABLE is about the system: the run stops, the slip stays where it was."""

    CREATED = "created"
    ALREADY_THERE = "already_there"
    HELD = "held"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


class Hold(StrEnum):
    """Why a person must look, by kind: lists are filtered by it. OTHER: the sentence says it."""

    OTHER = "other"
    LACKS = "lacks"  # the system insists on what the slip does not have
    SEALED = "sealed"  # a confidential patient, whom a supervisor opens first
    TWO_MATCHES = "two_matches"  # the system has two patients or visits for one number
    TYPED_BY_HAND = "typed_by_hand"  # a visit of the same person, clinic and day is there already
    UHID_MISSING = "uhid_missing"  # a system that came back older than the card
    UHID_ANOTHER = "uhid_another"  # the number is somebody else's there
    CHANGED_THERE = "changed_there"  # by the hospital's own staff since
    DIFFERS = "differs"  # read back, it is not what was sent
    NOT_THERE = "not_there"  # it said that it took it, and does not have it
    REDIRECTED = "redirected"  # it answers from somewhere else


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The answer for one slip. `patient`, `encounter` and `uhid` are the target's own, "" where it has not said.

    `created` is True when this slip made the patient there. `hold` is the kind of reason of what is held. `reason` says
    in a sentence why it is held or failed; of our own words it holds no patient data, of the target's words it may.
    `evidence` is a picture of the target's own page that was kept, by its SHA-256. `error` says why the run must stop.
    """

    outcome: Outcome
    patient: str = ""
    encounter: str = ""
    uhid: str = ""
    created: bool = False
    reason: str = ""
    hold: Hold = Hold.OTHER
    evidence: str = ""
    error: ParchiError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A visit that the target has under our slip number, by its own ids. `doubled`: it has several."""

    patient: str
    encounter: str
    doubled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a way can do. What it cannot, a person does by hand, and is told so beforehand.

    `finds`: it can look for a visit by our number; `updates`, `withdraws`: it can change or take back what it sent;
    `outcome`: it takes what became of the visit; `back_dates`: the true time goes into the visit itself; `operator`:
    somebody sits before it, slip by slip; `apart`: seconds between two slips of one patient, where one that comes
    sooner takes longer. `unlink` are the target's own steps to take a visit off a wrong patient.
    """

    finds: bool = True
    updates: bool = True
    withdraws: bool = True
    outcome: bool = True
    back_dates: bool = True
    operator: bool = False
    apart: float = 0.0
    unlink: tuple[Sentence, ...] = ()


class Connector(Protocol):
    """A way into a hospital system. Each act is for one slip, and safe to repeat.

    A slip is mostly an `episode.Episode`: what became of the visit goes with it as far as the target takes it.
    """

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""

    @property
    def abilities(self) -> Abilities:
        """What this way can do."""

    def identify(self) -> TargetIdentity:
        """Asks the system what it is. Raises TargetUnreachable, TargetRefuses or TargetNotFhir."""

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be sent as it is, in a sentence; "" when it can. Asks nobody."""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """What would be sent for a new slip, as JSON values. Asks nobody."""

    def find(self, slip: Slip) -> Found | None:
        """Looks for the slip's visit by its number, compared exactly. Raises as `identify`."""

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        """Visits of the same person, clinic and date (a day more or less) that are there without our number: typed by
        hand, perhaps. Raises as `identify`.
        """

    def link(self, slip: Slip, found: Found) -> Acknowledgement:
        """Puts our number onto a visit that a person says is this slip's, and creates nothing."""

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
