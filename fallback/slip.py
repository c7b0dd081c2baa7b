"""Patient, Visit, Slip, SlipNumber: the record that is signed and printed, and nothing outside it."""

import re
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from stdnum.iso7064 import mod_97_10

from fallback.errors import FieldWrong, SlipNumberWrong

INDIA = timezone(timedelta(hours=5, minutes=30), "IST")
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
SERIES_LIMIT = 999
SERIAL_LIMIT = 999_999
NUMBER_LENGTH = 11
TUBE_LENGTH = 2  # digits
TUBES_LIMIT = 99
OLDEST_YEARS = 125
TEXT_LIMIT = 120  # letters of any one text, as a form takes it; what the QR cannot hold is cut by docs/payload.md

_SPACES = re.compile(r"[\s\-.·]+")


class Kind(StrEnum):
    """What a slip records. `void` replaces another slip; `pad` is a numbered blank; `shift` closes a shift."""

    OPD = "opd"
    CASUALTY = "casualty"
    ADMISSION = "admission"
    TRANSFER = "transfer"
    DISCHARGE = "discharge"
    DEATH = "death"
    VOID = "void"
    PAD = "pad"
    SHIFT = "shift"


class Sex(StrEnum):
    """FHIR R4 administrative-gender."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class AgeUnit(StrEnum):
    """The unit an age was told in: a newborn is 3 days old, not 0 years."""

    YEARS = "years"
    MONTHS = "months"
    DAYS = "days"


class Relation(StrEnum):
    """What the guardian is to the patient."""

    FATHER = "father"
    HUSBAND = "husband"
    MOTHER = "mother"
    WIFE = "wife"
    SON = "son"
    DAUGHTER = "daughter"
    GUARDIAN = "guardian"


class Category(StrEnum):
    """Who pays, and who goes first: the categories of an Indian government hospital."""

    GENERAL = "general"
    BPL = "bpl"
    PMJAY = "pmjay"
    CGHS = "cghs"
    ECHS = "echs"
    ESI = "esi"
    SENIOR_CITIZEN = "senior_citizen"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    FREEDOM_FIGHTER = "freedom_fighter"
    STAFF = "staff"
    STUDENT = "student"
    PRISONER = "prisoner"
    OTHER = "other"


class FeeStatus(StrEnum):
    """What became of the fee at the counter."""

    PAID = "paid"
    EXEMPT = "exempt"
    LATER = "later"


@dataclass(frozen=True, slots=True, order=True)
class SlipNumber:
    """The number printed on a slip: a series (one per enrolled desk), a serial, two check digits.

    `text` is eleven decimal digits: series 3, serial 6, check 2 by ISO/IEC 7064 MOD 97-10. Eleven digits cannot be
    taken for a mobile number (ten), an Aadhaar (twelve) or an ABHA (fourteen).
    """

    series: int
    serial: int

    def __post_init__(self) -> None:
        if not (0 <= self.series <= SERIES_LIMIT and 0 < self.serial <= SERIAL_LIMIT):
            raise SlipNumberWrong(typed=f"{self.series}/{self.serial}")

    @property
    def text(self) -> str:
        """The eleven digits."""
        body = f"{self.series:03d}{self.serial:06d}"
        return body + _check_digits(body)

    @property
    def grouped(self) -> str:
        """The digits in groups, as they are printed and read aloud: `101 000 123 45`."""
        text = self.text
        return f"{text[:3]} {text[3:6]} {text[6:9]} {text[9:]}"

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Reads a typed, spoken or scanned number; digits of any script, spaces and hyphens are fine.

        Raises SlipNumberWrong when the length or the check digits are off.
        """
        digits = digits_of(typed)
        if digits is None or len(digits) != NUMBER_LENGTH or _check_digits(digits[:9]) != digits[9:]:
            raise SlipNumberWrong(typed=typed[:20] if typed.isprintable() else "?")
        return cls(int(digits[:3]), int(digits[3:9]))


@lru_cache(maxsize=1024)
def _check_digits(body: str) -> str:
    """The two check digits of a number's nine; one registration asks for its own many times."""
    return str(mod_97_10.calc_check_digits(body))


@dataclass(frozen=True, slots=True)
class Sample:
    """A tube of a slip's visit, 1 to 99: what a laboratory's sticker carries as Code 128.

    `text` is thirteen digits: the slip number and two for the tube. Analysers take that many (docs/decisions/0017), and
    twelve or fourteen could be taken for an Aadhaar or an ABHA.
    """

    number: SlipNumber
    tube: int

    def __post_init__(self) -> None:
        if not 0 < self.tube <= TUBES_LIMIT:
            raise SlipNumberWrong(typed=f"{self.number}/{self.tube}")

    @property
    def text(self) -> str:
        """The thirteen digits."""
        return f"{self.number.text}{self.tube:02d}"

    @property
    def grouped(self) -> str:
        """As it is printed and read aloud: `101 000 123 45 · 02`."""
        return f"{self.number.grouped} · {self.tube:02d}"

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Reads a typed or scanned sticker; digits of any script. Raises SlipNumberWrong for all else."""
        digits = digits_of(typed)
        if digits is None or len(digits) != NUMBER_LENGTH + TUBE_LENGTH:
            raise SlipNumberWrong(typed=typed[:20] if typed.isprintable() else "?")
        return cls(SlipNumber.parse(digits[:NUMBER_LENGTH]), int(digits[NUMBER_LENGTH:]))


def number_on(scanned: str) -> SlipNumber:
    """The slip number that bars carry: a slip's (11 digits) or a sticker's (13). Raises SlipNumberWrong."""
    digits = digits_of(scanned)
    is_sticker = digits is not None and len(digits) == NUMBER_LENGTH + TUBE_LENGTH
    return Sample.parse(scanned).number if is_sticker else SlipNumber.parse(scanned)


def digits_of(typed: str) -> str | None:
    """The ASCII digits of a number typed in any script (०७ is 07), without spaces and hyphens; None for all else."""
    compact = _SPACES.sub("", typed)
    if compact.isascii() and compact.isdecimal():  # a slip's 500 digits, and nearly always
        return compact
    if not compact or not all(unicodedata.category(letter) == "Nd" for letter in compact):
        return None
    return "".join(str(unicodedata.digit(letter)) for letter in compact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """An age as it was told, on the day the slip was issued."""

    value: int
    unit: AgeUnit = AgeUnit.YEARS

    def __post_init__(self) -> None:
        if not 0 <= self.value <= OLDEST_YEARS:
            raise FieldWrong(field="age", why="An age is a number from 0 to 125.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Who the visitor says to be. Empty text means: not told.

    `birth_date` or `age` (never both) may be missing only on pads and sealed slips. `state` is the LGD state code
    (Local Government Directory, 1 to 38), 0 when not told. `mobile`, `abha` and `pin_code` are digits only.
    `birth_time` is hh:mm in India and `birth_order` 1 for the first of twins (0: not told), of a newborn;
    `identification_marks` are what a medico-legal register asks for of everybody.
    """

    name: str = ""
    name_hindi: str = ""
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    age: Age | None = None
    guardian: str = ""
    relation: Relation | None = None
    mobile: str = ""
    abha: str = ""
    state: int = 0
    district: str = ""
    pin_code: str = ""
    locality: str = ""
    category: Category = Category.GENERAL
    scheme_id: str = ""
    birth_time: str = ""
    birth_order: int = 0
    identification_marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the visitor came for. `clinic` is the clinic's number in hospital.toml (1 to 255, 0: none).

    `token` is the queue number within clinic, day and `token_series` (0: none): the series of the desk that gave it,
    whose letters are printed before it, so desks that cannot see each other never print the same token. `fee` is in
    whole rupees. `ward` is the ward's number in hospital.toml (1 to 255, 0: none), with `bed`, `unit` and `ipd_number`
    of an admission; `in_bed`: the patient lay there already when the slip was written, since the day `admitted_on`
    (ISO, "" when nobody knows); `brought_by`, `found_at`, `police_station` and `brought_dead` are of casualty.
    """

    clinic: int = 0
    token: int = 0
    token_series: int = 0
    fee: int = 0
    fee_status: FeeStatus = FeeStatus.PAID
    booking: str = ""
    medico_legal_number: str = ""
    ward: int = 0
    bed: str = ""
    unit: str = ""
    ipd_number: str = ""
    in_bed: bool = False
    admitted_on: str = ""
    brought_by: str = ""
    found_at: str = ""
    police_station: str = ""
    brought_dead: bool = False
    day: str = ""


_PARTS = {kind: tuple(part.name for part in fields(kind)) for kind in (Patient, Visit)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One signed fact: this patient, this visit, this number, this revision.

    `replaces` is the first four bytes of the digest of the fact that a revision above 0 replaces. `hospital` is the
    hospital's 32-bit id (the first four bytes of SHA-256 of its root public key). `signer` is the series of the desk
    whose key signed; it differs from `number.series` only for a correction made elsewhere. `issued` is in UTC, to the
    second; None when the clock was not trusted. `patient_number` is the temporary number of a patient who was
    registered by an earlier slip; None when this slip is the patient's first, or only the UHID is known.
    `mother` is the slip number of a newborn's mother. `sealed` holds an encrypted identity; `reason` is why a slip was
    voided or corrected. `extension` is a block of bytes for later versions, kept as it is.
    """

    number: SlipNumber
    kind: Kind = Kind.OPD
    revision: int = 0
    replaces: bytes = b""
    hospital: int = 0
    signer: int = 0
    drill: bool = False
    issued: datetime | None = None
    patient_number: SlipNumber | None = None
    uhid: str = ""
    previous: SlipNumber | None = None
    mother: SlipNumber | None = None
    patient: Patient = field(default_factory=Patient)
    visit: Visit = field(default_factory=Visit)
    reason: str = ""
    alias: bool = False
    emergency: bool = False
    medico_legal: bool = False
    provisional: bool = False
    sealed: bytes = b""
    extension: bytes = b""

    @property
    def person(self) -> str:
        """Who this slip is about, for grouping visits: the UHID, else the patient's temporary number."""
        return f"uhid:{self.uhid}" if self.uhid else (self.patient_number or self.number).text

    @property
    def visit_day(self) -> date | None:
        """The day of the visit in India; None where the clock was not trusted."""
        if self.visit.day:
            return date.fromisoformat(self.visit.day)
        return self.issued.astimezone(INDIA).date() if self.issued else None

    @property
    def token_text(self) -> str:
        """The token as printed: the letters of the desk that gave it, and the count. Empty when there is none."""
        return f"{letters(self.visit.token_series)}-{self.visit.token}" if self.visit.token else ""

    def record(self) -> dict[str, Any]:
        """The slip as plain JSON values, one flat level, always the same keys: what `read` prints.

        `issued` is local Indian time with its offset; absent values are None, absent text is "".
        """
        flat: dict[str, Any] = {
            "number": self.number.text,
            "kind": self.kind.value,
            "revision": self.revision,
            "replaces": self.replaces.hex(),
            "hospital": f"{self.hospital:08x}",
            "signer": self.signer,
            "drill": self.drill,
            "issued": self.issued.astimezone(INDIA).isoformat() if self.issued else None,
            "patient_number": self.patient_number.text if self.patient_number else None,
            "uhid": self.uhid,
            "previous": self.previous.text if self.previous else None,
            "mother": self.mother.text if self.mother else None,
        }
        born, age = self.patient.birth_date, self.patient.age
        person = {name: getattr(self.patient, name) for name in _PARTS[Patient]}
        person |= {"birth_date": born.isoformat() if born else None, "age": age.value if age else None}
        person["age_unit"] = age.unit.value if age else None
        flat |= person | {name: getattr(self.visit, name) for name in _PARTS[Visit]}
        for name in ("reason", "alias", "emergency", "medico_legal", "provisional"):
            flat[name] = getattr(self, name)
        flat["sealed"] = self.sealed.hex()
        flat["extension"] = self.extension.hex()
        return {name: value.value if isinstance(value, StrEnum) else value for name, value in flat.items()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The inverse of `record`. Raises FieldWrong, SlipNumberWrong, KeyError or ValueError for a record not ours."""
        age, relation = record["age"], record["relation"]
        patient = {name: record[name] for name in _PARTS[Patient] if name in record}  # a record may be older
        patient["sex"], patient["category"] = Sex(record["sex"]), Category(record["category"])
        patient["birth_date"] = date.fromisoformat(record["birth_date"]) if record["birth_date"] else None
        patient["age"] = None if age is None else Age(value=age, unit=AgeUnit(record["age_unit"]))
        patient["relation"] = Relation(relation) if relation else None
        visit = {name: record[name] for name in _PARTS[Visit] if name in record}
        visit["fee_status"] = FeeStatus(record["fee_status"])
        if visit.get("day"):
            date.fromisoformat(visit["day"])
        return cls(
            number=SlipNumber.parse(record["number"]),
            kind=Kind(record["kind"]),
            revision=record["revision"],
            replaces=bytes.fromhex(record["replaces"]),
            hospital=int(record["hospital"], 16),
            signer=record["signer"],
            drill=record["drill"],
            issued=datetime.fromisoformat(record["issued"]).astimezone(UTC) if record["issued"] else None,
            patient_number=SlipNumber.parse(record["patient_number"]) if record["patient_number"] else None,
            uhid=record["uhid"],
            previous=SlipNumber.parse(record["previous"]) if record["previous"] else None,
            mother=SlipNumber.parse(record["mother"]) if record["mother"] else None,
            patient=Patient(**patient),
            visit=Visit(**visit),
            reason=record["reason"],
            alias=record["alias"],
            emergency=record["emergency"],
            medico_legal=record["medico_legal"],
            provisional=record["provisional"],
            sealed=bytes.fromhex(record["sealed"]),
            extension=bytes.fromhex(record["extension"]),
        )


def letters(series: int) -> str:
    """The desk letters that belong to a series, for tokens: 1 is A, 26 is Z, 27 is AA (0 is the empty text)."""
    text = ""
    while series > 0:
        series, rest = divmod(series - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
