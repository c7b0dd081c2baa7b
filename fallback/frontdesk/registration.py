"""A registration as a clerk asks for it, and every reason why it cannot be taken."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from fallback import names, payload
from fallback.errors import FieldWrong, Sentence
from fallback.hospital import Hospital
from fallback.identity import Identity
from fallback.money import Payment
from fallback.needs import LABELS, is_told
from fallback.slip import OLDEST_YEARS, AgeUnit, FeeStatus, Kind, Patient, SlipNumber

_MOBILE = re.compile(r"[6-9][0-9]{9}")
_PIN_CODE = re.compile(r"[1-9][0-9]{5}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/\-]{0,29}")
_SCRIPTS = {
    "name": "latin",
    "name_hindi": "hindi",
    "guardian": "any",
    "district": "address",
    "locality": "address",
    "identification_marks": "address",
    "found_at": "address",
    "brought_by": "address",
    "police_station": "address",
}
_AGE_LIMITS = {AgeUnit.YEARS: OLDEST_YEARS, AgeUnit.MONTHS: 36, AgeUnit.DAYS: 99}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Who came and for what. `patient_number` or `uhid` names a returning patient; `previous` is the earlier slip.

    `confidential`: who it is is to be sealed, and an alias to stand everywhere else. `kept`: `patient` is an alias, and
    the identity stays sealed where it is. `none`: the fields of which somebody said that the patient has none. `day` is
    that of the visit (None: today, or of a correction as it was); `overbooked` why a full or closed clinic takes it.
    `alike` are people (see `Slip.person`) who stood beside the form and were not taken, `asked` a field and its answer;
    `shown` the last four digits of an Aadhaar that was scanned, and what is known of its signature (idcards.Check).
    """

    patient: Patient = field(default_factory=Patient)
    clinic: int = 0
    kind: Kind = Kind.OPD
    uhid: str = ""
    patient_number: SlipNumber | None = None
    previous: SlipNumber | None = None
    mother: SlipNumber | None = None
    fee_status: FeeStatus = FeeStatus.PAID
    payment: Payment = field(default_factory=Payment)
    exemption: str = ""
    booking: str = ""
    medico_legal_number: str = ""
    found_at: str = ""
    brought_by: str = ""
    police_station: str = ""
    brought_dead: bool = False
    alias: bool = False
    emergency: bool = False
    medico_legal: bool = False
    confidential: bool = False
    kept: bool = False
    none: frozenset[str] = frozenset()
    day: date | None = None
    overbooked: str = ""
    alike: tuple[str, ...] = ()
    asked: tuple[str, str] | None = None
    shown: tuple[str, str] | None = None

    @property
    def returning(self) -> bool:
        """Whether the patient has a number already: a UHID, or an earlier slip's."""
        return bool(self.uhid or self.patient_number)


def check(registration: Registration, hospital: Hospital, today: date) -> dict[str, FieldWrong]:
    """What is wrong with a registration, by field; empty when it can be taken."""
    patient = registration.patient
    wrong: dict[str, FieldWrong] = {}

    def say(field_name: str, why: str) -> None:
        wrong.setdefault(field_name, FieldWrong(field=field_name, why=why))

    for name, script in _SCRIPTS.items():
        try:
            names.check_text(name, getattr(patient if hasattr(patient, name) else registration, name), script=script)
        except FieldWrong as found:
            wrong[name] = found
    if not registration.kept:
        _check_person(registration, today, say)
    if registration.confidential:
        _check_sealed(registration, wrong, say)
    if not patient.name:
        say("name", "Write the patient's name in Latin letters. If it is not known, mark the patient as unidentified.")
    if bool(patient.guardian) != (patient.relation is not None):
        say("guardian", "Write both the guardian's name and the relation, or neither.")
    if patient.mobile and not _MOBILE.fullmatch(patient.mobile):
        say("mobile", "A mobile number has 10 digits and starts with 6, 7, 8 or 9. Leave it empty if there is none.")
    if patient.pin_code and not _PIN_CODE.fullmatch(patient.pin_code):
        say("pin_code", "A PIN code has 6 digits and does not start with 0. Leave it empty if it is not known.")
    if patient.abha and not re.fullmatch(r"[0-9]{14}", patient.abha):
        say("abha", "An ABHA number has 14 digits. Leave it empty if the patient has none.")
    if registration.uhid and not re.fullmatch(hospital.uhid_pattern, registration.uhid, re.ASCII):
        say("uhid", "This is not how this hospital's UHIDs look. Read it again from the card.")
    for name, code in (
        ("scheme_id", patient.scheme_id),
        ("booking", registration.booking),
        ("medico_legal_number", registration.medico_legal_number),
    ):
        if code and not CODE.fullmatch(code):
            say(name, "Use at most 30 letters and digits, with - or / between them.")
    anywhere = registration.kind is Kind.ADMISSION and not registration.clinic  # a bed is enough
    if hospital.clinic(registration.clinic) is None and not anywhere:
        say("clinic", "Choose a clinic from the list, by its code or its name.")
    return wrong


def _check_person(registration: Registration, today: date, say: Callable[[str, str], None]) -> None:
    patient = registration.patient
    nobody_knows = registration.alias and patient.birth_date is None
    if (patient.birth_date is None) == (patient.age is None) and not nobody_knows:
        say("age", "Write the age, or the date of birth; not both.")
    if patient.age and patient.age.value > _AGE_LIMITS[patient.age.unit]:
        say("age", "This age is too high for its unit. Use years from 3 years on, months from 100 days on.")
    if patient.birth_date and patient.birth_date > today:
        say("birth_date", "The date of birth is in the future. Write it as day-month-year.")
    if patient.birth_date and patient.birth_date < today - timedelta(days=366 * OLDEST_YEARS):
        say("birth_date", "The date of birth is more than 125 years ago. Write it as day-month-year.")


def missing(registration: Registration, hospital: Hospital) -> dict[str, FieldWrong]:
    """What the hospital's own system will ask for and nobody asked the patient, by field.

    In an emergency, of somebody whom nobody knows, or whose identity is sealed already, nothing is missing: the slip
    waits for it after the outage. So it does where somebody said that the patient has none.
    """
    if registration.emergency or registration.alias or registration.kept or registration.kind is Kind.CASUALTY:
        return {}
    return {
        field: FieldWrong(field=field, why=LABELS[field])
        for field in hospital.needed
        if field not in registration.none and not is_told(registration.patient, field)
    }


def _check_sealed(registration: Registration, wrong: dict[str, FieldWrong], say: Callable[[str, str], None]) -> None:
    """What a confidential slip has no room for: it is never cut, so it is refused here, before a number is taken."""
    if registration.alias:
        say("confidential", "Nobody knows who this patient is, so there is nothing to seal. Choose one of the two.")
    if len(registration.medico_legal_number) > payload.MOST_MEDICO_LEGAL:
        why = "On a confidential slip a medico-legal number has at most {limit} letters and digits."
        say("medico_legal_number", Sentence(why, limit=payload.MOST_MEDICO_LEGAL))
    try:
        payload.pack_identity(Identity.of(registration.patient, registration.uhid))
    except FieldWrong as found:
        wrong.setdefault(str(found.values["field"]), found)
