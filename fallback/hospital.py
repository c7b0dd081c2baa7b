"""Hospital, Clinic, Fee, Target, Printer: what hospital.toml says, validated."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

# What slips are printed on: one A4 torn across, an A4 of two halves side by side, a sheet of A5 for each copy, one A5
# without a hospital's copy, or an 80 mm thermal roll.
PAPERS = ("a4", "a4-half", "a5", "a5-one", "roll")
DPIS = (203, 300, 600)
LOCK_USUALLY = 5  # minutes
KEEP_LOGS_USUALLY = 365  # days: the DPDP Rules 2025 ask for a year, CERT-In for 180 days


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What a first registration costs from a date on, in whole rupees. Zero is a fee."""

    since: date
    rupees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A clinic as patients know it. `number` (1 to 255) is in every QR and is never given to another clinic.

    `code` is what clerks type (ENT). `weekdays` are ISO weekdays (1 Monday to 7 Sunday). A `discreet` clinic (ART,
    psychiatry, de-addiction) is named on paper and lists by its room alone: see `shown`, `shown_hindi`, `shown_code`.
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
    discreet: bool = False

    @property
    def shown(self) -> str:
        """The name in English as it may stand on paper: of a discreet clinic its room."""
        return f"Room {self.room}" if self.discreet else self.name

    @property
    def shown_hindi(self) -> str:
        """The name in Hindi as it may stand on paper: of a discreet clinic its room."""
        return f"कमरा {self.room}" if self.discreet else self.name_hindi

    @property
    def shown_code(self) -> str:
        """The short name as it may stand on paper: of a discreet clinic its room."""
        return self.room if self.discreet else self.code

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


class PrinterWay(StrEnum):
    """How paper reaches a printer without a dialogue: CUPS, the Windows spooler, or raw ESC/POS for thermal rolls."""

    CUPS = "cups"
    WINDOWS = "windows"
    ESCPOS = "escpos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """A printer that the server prints on by itself; a desk without one prints from its browser.

    `address` is the queue's name (CUPS, Windows), for ESC/POS `tcp://host:port` or a device file. `paper` is what slips
    are printed on there (see `Hospital.paper`), `desks` the names of the desks that it serves.
    """

    name: str
    way: PrinterWay
    address: str
    paper: str
    dpi: int = 300
    desks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """The hospital: its names as printed, its clinics, its numbers, its systems.

    `uhid_pattern` is a regular expression for the whole UHID; `uhid_system`, `slip_system` and `patient_system` are the
    URIs under which a target files UHIDs, slip numbers and temporary patient numbers. `paper` is what slips are printed
    on, and names the layout `slip-<paper>`: see PAPERS. `layouts` is the folder of the hospital's own layout files.
    `keep_pages` says after how many days a picture of a page may be destroyed, None: never; `keep_logs` the same of a
    day of the access log. `looks_an_hour` is how many patients a login may look up in the index within an hour.
    `swap_hours` is how old the second copy that lies apart may become before the desk asks for the swap.
    After `lock_minutes` without a key or a click a screen locks.
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
    printers: tuple[Printer, ...] = ()
    layouts: Path | None = None
    keep_pages: int | None = None
    keep_logs: int = KEEP_LOGS_USUALLY
    looks_an_hour: int = 120
    swap_hours: int = 24
    lock_minutes: int = LOCK_USUALLY

    def printer_of(self, desk: str) -> Printer | None:
        """The printer that serves a desk (by the desk's name); None: it prints from its browser."""
        return next((printer for printer in self.printers if desk in printer.desks), None)

    def clinic(self, number: int) -> Clinic | None:
        """The clinic of a number, None when the file does not know it."""
        return next((clinic for clinic in self.clinics if clinic.number == number), None)
