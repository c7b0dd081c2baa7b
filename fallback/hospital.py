"""Hospital, Clinic, Fee, Target, Printer: what hospital.toml says, validated."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from pathlib import Path

from fallback.money import Mode
from fallback.needs import NEEDS

# What slips are printed on: one A4 torn across, an A4 of two halves side by side, a sheet of A5 for each copy, one A5
# without a hospital's copy, or an 80 mm thermal roll.
PAPERS = ("a4", "a4-half", "a5", "a5-one", "roll")
DPIS = (203, 300, 600)
LOCK_USUALLY = 5  # minutes
STICKER_SHEETS = ("sticker-24", "sticker-40", "label-50x25")  # what stickers for tubes are printed on
STOCK_HOURS = 72  # how long the paper must last: Gorakhpur was down for three days
KEEP_LOGS_USUALLY = 365  # days: the DPDP Rules 2025 ask for a year, CERT-In for 180 days


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What a first registration costs from a date on, in whole rupees. Zero is a fee."""

    since: date
    rupees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A team of a clinic: its name as printed, its room, the ISO weekdays on which it sees patients."""

    name: str
    room: str
    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A reason why somebody pays no fee. `code` stands in sums and in the journal, for ever (BPL)."""

    code: str
    name: str
    name_hindi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A clinic as patients know it. `number` (1 to 255) is in every QR and is never given to another clinic.

    `code` is what clerks type (ENT). `weekdays` are ISO weekdays (1 Monday to 7 Sunday). A `discreet` clinic (ART,
    psychiatry, de-addiction) is named on paper and lists by its room alone: see `shown`, `shown_hindi`, `shown_code`.
    `units` say which team sits where on which day; without any, `unit` and `room` hold for every day. `cap` is how many
    patients the clinic takes in a day (None: all who come), `overbook` how many per cent more with a reason (None: no
    limit). `starts` is when it begins to see patients (None: it is not printed) and `pace` how many minutes lie between
    two tokens of one desk.
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
    units: tuple[Unit, ...] = ()
    cap: int | None = None
    overbook: int | None = None
    starts: time | None = None
    pace: int = 0

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

    def room_on(self, day: date) -> str:
        """The room, or rooms, where it sits on a weekday."""
        return ", ".join(dict.fromkeys(unit.room for unit in self._units_on(day))) or self.room

    def unit_on(self, day: date) -> str:
        """The unit, or units, that see patients on a weekday."""
        return ", ".join(unit.name for unit in self._units_on(day)) or self.unit

    def _units_on(self, day: date) -> list[Unit]:
        return [unit for unit in self.units if day.isoweekday() in unit.weekdays]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """Where patients lie. `number` (1 to 255) is in the QR of every admission and is never given to another ward.

    `beds` are what the beds are called, in their order in the room. A `discreet` ward is named on paper and lists by
    its number alone: see `shown`, `shown_hindi`.
    """

    number: int
    code: str
    name: str
    name_hindi: str
    beds: tuple[str, ...]
    discreet: bool = False

    @property
    def shown(self) -> str:
        """The name in English as it may stand on paper."""
        return f"Ward {self.number}" if self.discreet else self.name

    @property
    def shown_hindi(self) -> str:
        """The name in Hindi as it may stand on paper."""
        return f"वार्ड {self.number}" if self.discreet else self.name_hindi


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A hospital system that slips may be imported into. Only one marked `test` ever takes drill slips.

    `kind` is the way into it, `needs` what it insists on besides what that kind needs: see needs.py. `organisation` is
    the identifier that it must name as the hospital it serves, "" where none is asked for. `pictures`, `documents`:
    whether it takes the pages' pictures, and a consultation's document. `speed` is in slips a minute, 0 for as fast as
    it answers. `file` is the recipe or the columns of a way that has some, beside hospital.toml; `database` and `login`
    are of a way that asks for them. A password is never here.
    """

    name: str
    url: str
    test: bool
    kind: str = "fhir"
    needs: frozenset[str] = frozenset()
    organisation: str = ""
    pictures: bool = False
    documents: bool = False
    speed: int = 0
    file: str = ""
    database: str = ""
    login: str = ""

    @property
    def takes_pages(self) -> bool:
        """Whether it is sent the pictures of pages, by themselves or in a document."""
        return self.pictures or self.documents

    @property
    def needed(self) -> frozenset[str]:
        """All that it needs of a patient besides name, sex and age."""
        return NEEDS[self.kind] | self.needs


class PrinterWay(StrEnum):
    """How paper reaches a printer without a dialogue: CUPS, the Windows spooler, or raw ESC/POS for thermal rolls."""

    CUPS = "cups"
    WINDOWS = "windows"
    ESCPOS = "escpos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """A printer that the server prints on by itself; a desk without one prints from its browser.

    `address` is the queue's name (CUPS, Windows), for ESC/POS `tcp://host:port` or a device file. `paper` is what slips
    are printed on there (see `Hospital.paper`), `desks` the names of the desks that it serves. A `laser` draws what a
    heater does while it warms up: no small UPS carries it. `pages_a_cartridge` is how many sheets its toner, ink or
    ribbon lasts for, 0 where nobody told.
    """

    name: str
    way: PrinterWay
    address: str
    paper: str
    dpi: int = 300
    desks: tuple[str, ...] = ()
    laser: bool = False
    pages_a_cartridge: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCounter:
    """A room that reads slips and says what was done there: a laboratory, a pharmacy. `name` stands in the journal.

    `what` is all that it does, one key each, `what_hindi` the same in Hindi. `stickers` is the sheet that it prints
    stickers on. `tubes` are the numbers of its tubes, of which the desks and other counters use none: they cannot see
    each other, and one patient must never have two tubes of one number; empty: it prints no stickers.
    """

    name: str
    name_hindi: str
    what: tuple[str, ...]
    what_hindi: tuple[str, ...]
    stickers: str = STICKER_SHEETS[-1]
    tubes: range = range(0)


USUAL_COUNTERS = (
    ServiceCounter(
        name="Laboratory",
        name_hindi="प्रयोगशाला",
        what=("Sample taken", "Report given"),
        what_hindi=("नमूना लिया", "रिपोर्ट दी"),
        tubes=range(50, 70),
    ),
    ServiceCounter(
        name="X-ray", name_hindi="एक्स-रे", what=("X-ray taken", "Film given"), what_hindi=("एक्स-रे किया", "फ़िल्म दी")
    ),
    ServiceCounter(name="Pharmacy", name_hindi="दवा काउंटर", what=("Medicine given",), what_hindi=("दवा दी",)),
    ServiceCounter(
        name="Ward",
        name_hindi="वार्ड",
        what=("Patient received", "Sample taken"),
        what_hindi=("मरीज़ आया", "नमूना लिया"),
        tubes=range(70, 90),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DowntimeComputer:
    """A computer that is kept for downtimes: its name in the network, where it lies, the counter it is carried to."""

    name: str
    place: str
    counter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What the hospital prepares. `visits_a_day` is its busy day, 0 where nobody told; the stock lasts `hours`.

    `rota` are the counters that practise, one a month, in this order.
    """

    computers: tuple[DowntimeComputer, ...] = ()
    visits_a_day: int = 0
    hours: int = STOCK_HOURS
    rota: tuple[str, ...] = ()

    def computer(self, name: str) -> DowntimeComputer | None:
        """The downtime computer of a name, however it is written; None for any other computer."""
        return next((each for each in self.computers if each.name.casefold() == name.casefold()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """The hospital: its names as printed, its clinics, its numbers, its systems.

    `uhid_pattern` is a regular expression for the whole UHID; `uhid_system`, `slip_system` and `patient_system` are the
    URIs under which a target files UHIDs, slip numbers and temporary patient numbers. `paper` is what slips are printed
    on, and names the layout `slip-<paper>`: see PAPERS. `layouts` is the folder of the hospital's own layout files.
    `keep_pages` says after how many days a picture of a page may be destroyed, None: never; `keep_logs` the same of a
    day of the access log. `looks_an_hour` is how many patients a login may look up in the index within an hour.
    `swap_hours` is how old the second copy that lies apart may become before the desk asks for the swap.
    After `lock_minutes` without a key or a click a screen locks. `computers` is how many computers give slips without
    seeing each other: each gives its part of a clinic's cap.
    `modes` are the ways in which a fee may be paid, the usual one first; `receipt_book`: there are receipt books on
    paper, and each receipt names its number there. `exemptions` are the reasons to ask no fee. `ready` is what is
    prepared for a downtime.
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
    modes: tuple[Mode, ...] = tuple(Mode)
    receipt_book: bool = False
    exemptions: tuple[Exemption, ...] = ()
    counters: tuple[ServiceCounter, ...] = USUAL_COUNTERS
    computers: int = 1
    wards: tuple[Ward, ...] = ()
    ready: Ready = Ready()

    @property
    def needed(self) -> frozenset[str]:
        """What any of its systems needs of a patient: the desk asks for it while the patient stands there."""
        return frozenset().union(*(target.needed for target in self.targets))

    def printer_of(self, desk: str) -> Printer | None:
        """The printer that serves a desk (by the desk's name); None: it prints from its browser."""
        return next((printer for printer in self.printers if desk in printer.desks), None)

    def counter(self, name: str) -> ServiceCounter | None:
        """The counter of a name, None when the file does not know it."""
        return next((each for each in self.counters if each.name == name), None)

    def exemption(self, code: str) -> Exemption | None:
        """The exemption of a code, None when the file does not know it."""
        return next((each for each in self.exemptions if each.code == code), None)

    def clinic(self, number: int) -> Clinic | None:
        """The clinic of a number, None when the file does not know it."""
        return next((clinic for clinic in self.clinics if clinic.number == number), None)

    def ward(self, number: int) -> Ward | None:
        """The ward of a number, None when the file does not know it."""
        return next((ward for ward in self.wards if ward.number == number), None)
