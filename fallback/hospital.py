"""Hospital, Clinic, Fee, Target: what hospital.toml says, validated."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What a first registration costs from a date on, in whole rupees. Zero is a fee."""

    since: date
    rupees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A clinic as patients know it. `number` (1 to 255) is in every QR and is never given to another clinic.

    `code` is what clerks type (ENT). `weekdays` are ISO weekdays (1 Monday to 7 Sunday).
    """

    number: int
    code: str
    name: str
    name_hindi: str
    room: str
    unit: str
    weekdays: frozenset[int]
    fees: tuple[Fee, ...]
    casualty: bool = False

    def fee_on(self, day: date) -> int:
        """The fee in force on a day: the latest that is not after it, else 0."""
        return max(((fee.since, fee.rupees) for fee in self.fees if fee.since <= day), default=(day, 0))[1]

    def sits_on(self, day: date) -> bool:
        """Whether the clinic sits that day."""
        return day.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A hospital system that slips may be imported into. Only one marked `test` ever takes drill slips."""

    name: str
    url: str
    test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """The hospital: its names as printed, its clinics, its numbers, its systems.

    `uhid_pattern` is a regular expression for the whole UHID; `uhid_system`, `slip_system` and `patient_system` are the
    URIs under which a target files UHIDs, slip numbers and temporary patient numbers. `paper` is what slips are printed
    on: a4 (one sheet, torn across) or a5 (a sheet for each copy).
    """

    name: str
    name_hindi: str
    address: str
    address_hindi: str
    phone: str
    uhid_pattern: str
    uhid_system: str
    slip_system: str
    patient_system: str
    state: int
    district: str
    clinics: tuple[Clinic, ...]
    targets: tuple[Target, ...] = ()
    paper: str = "a4"

    def clinic(self, number: int) -> Clinic | None:
        """The clinic of a number, None when the file does not know it."""
        return next((clinic for clinic in self.clinics if clinic.number == number), None)
