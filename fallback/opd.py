"""The outpatient day: its register line by line, and its census by clinic; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from fallback.hospital import Hospital
from fallback.language import format_time, translate
from fallback.language.labels import label
from fallback.slip import INDIA, AgeUnit, FeeStatus, Kind, Patient, Sex, Slip, SlipNumber

Entry = tuple[Slip, bool]  # a slip, and whether it is void
CHILD, AGED = 15, 60  # years: under the one a child, from the other on a senior

REGISTER = (
    "Token", "Slip number", "Time", "Name", "Name in Hindi", "Sex", "Age", "Father, husband or guardian",
    "Mobile, last four", "District", "Category", "Clinic", "Room", "Visit", "UHID", "Fee", "Fee status", "Remarks",
)  # fmt: skip


def register(entries: Iterable[Entry], hospital: Hospital, language: str) -> list[tuple[str | int, ...]]:
    """The register's lines under REGISTER, by clinic and token. A discreet clinic is its room, a sealed slip its alias.

    A mobile number is its last four digits: the file leaves this machine.
    """
    return [_line(slip, void, hospital, language) for slip, void in sorted(entries, key=place)]


def place(entry: Entry) -> tuple[int, int, int, SlipNumber]:
    """Where a slip stands in a register: by clinic, by the desk that gave the token, by token."""
    slip = entry[0]
    return slip.visit.clinic, slip.visit.token_series, slip.visit.token, slip.number


def _line(slip: Slip, void: bool, hospital: Hospital, language: str) -> tuple[str | int, ...]:
    patient, visit, clinic = slip.patient, slip.visit, hospital.clinic(slip.visit.clinic)
    named = "" if clinic is None else clinic.shown_hindi if language == "hi" else clinic.shown
    return (
        slip.token_text,
        slip.number.grouped,
        format_time(slip.issued.astimezone(INDIA)) if slip.issued else "",
        patient.name,
        patient.name_hindi,
        label(patient.sex, language),
        _age(patient, language),
        "" if slip.sealed else patient.guardian,
        "" if slip.sealed else patient.mobile[-4:],
        "" if slip.sealed else patient.district,
        "" if slip.sealed else label(patient.category, language),
        named or str(visit.clinic),
        clinic.room if clinic else "",
        translate("Old" if is_old(slip) else "New", language),
        "" if slip.sealed else slip.uhid,
        visit.fee,
        label(visit.fee_status, language),
        ", ".join(translate(each, language) for each in _remarks(slip, void)),
    )


def _remarks(slip: Slip, void: bool) -> list[str]:
    told = {
        "Void": void,
        "Emergency": slip.emergency or slip.kind is Kind.CASUALTY,
        "Medico-legal": slip.medico_legal,
        "Unidentified": slip.alias,
        "Confidential": bool(slip.sealed),
    }
    return [name for name, is_so in told.items() if is_so]


def _age(patient: Patient, language: str) -> str:
    if patient.age is not None:
        return f"{patient.age.value} {label(patient.age.unit, language)}"
    return patient.birth_date.isoformat() if patient.birth_date else ""


def is_old(slip: Slip) -> bool:
    """Whether the patient had a number before: a UHID, or an earlier slip."""
    return bool(slip.uhid or slip.patient_number)


def years(slip: Slip, day: date) -> int | None:
    """The patient's age in whole years on a day; None where nobody told it."""
    age, born = slip.patient.age, slip.patient.birth_date
    if age is not None:
        return age.value if age.unit is AgeUnit.YEARS else age.value // 12 if age.unit is AgeUnit.MONTHS else 0
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(slots=True)
class ClinicCount:
    """A clinic's day. A void slip counts as void and as nothing else; `rupees` are fees that are due or were paid.

    new + old = female + male + other = all patients. `children` are under 15, `aged` 60 and more.
    """

    new: int = 0
    old: int = 0
    female: int = 0
    male: int = 0
    other: int = 0
    children: int = 0
    aged: int = 0
    emergency: int = 0
    medico_legal: int = 0
    exempt: int = 0
    rupees: int = 0
    void: int = 0

    @property
    def all(self) -> int:
        """All patients."""
        return self.new + self.old


COUNTED: Sequence[str] = tuple(each.name for each in fields(ClinicCount))


def census(entries: Iterable[Entry], day: date) -> dict[int, ClinicCount]:
    """Each clinic's count of a day, by its number."""
    found: dict[int, ClinicCount] = {}
    for slip, void in entries:
        count = found.setdefault(slip.visit.clinic, ClinicCount())
        if void:
            count.void += 1
            continue
        age, sex = years(slip, day), slip.patient.sex
        for name, is_so in (
            ("old" if is_old(slip) else "new", True),
            (sex.value if sex in (Sex.FEMALE, Sex.MALE) else "other", True),
            ("children", age is not None and age < CHILD),
            ("aged", age is not None and age >= AGED),
            ("emergency", slip.emergency or slip.kind is Kind.CASUALTY),
            ("medico_legal", slip.medico_legal),
            ("exempt", slip.visit.fee_status is FeeStatus.EXEMPT),
        ):
            setattr(count, name, getattr(count, name) + is_so)
        count.rupees += slip.visit.fee
    return found


def total(counts: Iterable[ClinicCount]) -> ClinicCount:
    """All clinics together."""
    whole = ClinicCount()
    for count in counts:
        for name in COUNTED:
            setattr(whole, name, getattr(whole, name) + getattr(count, name))
    return whole
