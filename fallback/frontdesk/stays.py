"""Stays: a patient is admitted to a bed by a slip, signed and printed; what follows until the end are facts."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from fallback import payload
from fallback.errors import (
    AdmissionSlip,
    FieldWrong,
    InBedAlready,
    NotAdmitted,
    RevisionsUsedUp,
    Sentence,
    SlipUnknown,
    StayLasts,
    StayOver,
)
from fallback.frontdesk.confidential import Concealed, conceal, conceal_again
from fallback.frontdesk.counter import Counter, Issued, journal_slip, needs_downtime, needs_shift, needs_slip
from fallback.frontdesk.registration import CODE, Registration, check
from fallback.hospital import Hospital
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import stays
from fallback.ledger.writer import Transaction
from fallback.slip import INDIA, Kind, Slip, SlipNumber, Visit
from fallback.stay import BED_LETTERS, UNIT_LETTERS, Ended, Lying, Stay

_LAST_REVISION = 14  # the fifteenth is kept for the void
_OLDEST = date(2000, 1, 1)  # nobody lies in a bed for longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who is admitted, and to which bed. `in_bed`: the patient lay there already.

    `admitted_on` is since when, None where nobody knows. The registration's clinic is the department that admits, or 0.
    """

    registration: Registration
    ward: int
    bed: str
    unit: str = ""
    ipd_number: str = ""
    in_bed: bool = False
    admitted_on: date | None = None

    @property
    def visit(self) -> Visit:
        """The visit that stands on the slip: no token, and no fee of ours."""
        told = self.registration
        return Visit(
            clinic=told.clinic,
            medico_legal_number=told.medico_legal_number,
            ward=self.ward,
            bed=self.bed,
            unit=self.unit,
            ipd_number=self.ipd_number,
            in_bed=self.in_bed,
            admitted_on=self.admitted_on.isoformat() if self.admitted_on else "",
            brought_by=told.brought_by,
            found_at=told.found_at,
            police_station=told.police_station,
            brought_dead=told.brought_dead,
        )


def check_admission(admission: Admission, hospital: Hospital, today: date) -> dict[str, FieldWrong]:
    """What is wrong with an admission, by field; empty when it can be taken."""
    wrong = check(replace(admission.registration, kind=Kind.ADMISSION), hospital, today)
    wrong |= check_bed(hospital, admission.ward, admission.bed, admission.unit)
    if admission.ipd_number and not CODE.fullmatch(admission.ipd_number):
        why = "Use at most 30 letters and digits, with - or / between them."
        wrong["ipd_number"] = FieldWrong(field="ipd_number", why=why)
    if admission.admitted_on and not _OLDEST <= admission.admitted_on <= today:
        why = "Write the day of the admission as 25-11-2026; it is not after today."
        wrong["admitted_on"] = FieldWrong(field="admitted_on", why=why)
    return wrong


def check_bed(hospital: Hospital, ward: int, bed: str, unit: str = "") -> dict[str, FieldWrong]:
    """What is wrong with a place to lie. A bed that hospital.toml does not name is an extra one: a trolley."""
    wrong: dict[str, FieldWrong] = {}
    if hospital.ward(ward) is None:
        wrong["ward"] = FieldWrong(field="ward", why="Choose a ward from the list, by its code or its name.")
    if not bed or len(bed) > BED_LETTERS or not bed.isprintable():
        why = Sentence(
            "Write the bed, in at most {limit} letters; of an extra bed what it is called.", limit=BED_LETTERS
        )
        wrong["bed"] = FieldWrong(field="bed", why=why)
    if len(unit) > UNIT_LETTERS or not unit.isprintable():
        wrong["unit"] = FieldWrong(field="unit", why=Sentence("Use at most {limit} letters.", limit=UNIT_LETTERS))
    return wrong


def admit(counter: Counter, shift_key: str, admission: Admission, *, form: str = "") -> Issued:
    """Issues an admission slip. The same `form` key sent again gives the same slip, and `again`.

    Raises FieldWrong (the first of `check_admission`), InBedAlready, NoDowntime, ShiftNotOpen, DeskNotUsable.
    """

    def job(tx: Transaction) -> Issued:
        needs_downtime(tx)
        shift = needs_shift(tx, shift_key)
        if known := _sent(tx, form):
            return known
        sign = counter.sign(shift.series)
        _raise_first(counter, tx, admission)
        told = admission.registration
        person = f"uhid:{told.uhid}" if told.uhid else told.patient_number.text if told.patient_number else ""
        if person and (lies := stays.lies_by(tx.db, person)):
            raise InBedAlready(number=lies.grouped)
        number = tx.take_number(shift.series)
        hidden = conceal(tx, admission.registration, counter.hospital_id, number)
        slip = replace(
            _draft(counter, hidden, admission, number),
            signer=shift.series,
            issued=tx.now.replace(microsecond=0),
        )
        told = admission.registration
        card = not (told.returning or told.kept or admission.in_bed)
        content = {"receipt": "", "form": form, "card": card} | hidden.content
        row = journal_slip(tx, FactKind.SLIP_ISSUED, slip, payload.encode(slip, sign), shift, **content)
        return Issued(row=row, card=card)

    return counter.ledger.write(job)


def correct_admission(
    counter: Counter, shift_key: str, number: SlipNumber, admission: Admission, reason: str, *, form: str = ""
) -> Issued:
    """A new revision of an admission slip: same number and time. Where the patient was moved to since then stands.

    Raises as `admit`, and SlipUnknown, SlipIsVoid, NotAdmitted or RevisionsUsedUp.
    """

    def job(tx: Transaction) -> Issued:
        needs_downtime(tx)
        shift = needs_shift(tx, shift_key)
        if known := _sent(tx, form):
            return known
        sign = counter.sign(shift.series)
        _raise_first(counter, tx, admission)
        row = needs_slip(tx, number)
        if row.slip.kind is not Kind.ADMISSION:
            raise NotAdmitted(number=number.grouped)
        if row.revision >= _LAST_REVISION:
            raise RevisionsUsedUp(number=number.grouped)
        hidden, why = conceal_again(tx, admission.registration, counter.hospital_id, row.slip, reason)
        slip = replace(
            _draft(counter, hidden, admission, number),
            signer=shift.series,
            revision=row.revision + 1,
            replaces=bytes.fromhex(row.head)[:4],
            issued=row.slip.issued,
            reason=why,
        )
        content = {"receipt": "", "form": form, "change": "correction"} | hidden.content
        done = journal_slip(tx, FactKind.SLIP_REVISED, slip, payload.encode(slip, sign), shift, **content)
        return Issued(row=done)

    return counter.ledger.write(job)


def move_stay(counter: Counter, number: SlipNumber, to: Lying, *, by: str) -> None:
    """The patient of an admission slip lies elsewhere from `to.at` on (None: from now on).

    Without a unit, within the ward, the patient stays with the unit that there is. Raises NotAdmitted, StayOver,
    FieldWrong.
    """
    for wrong in check_bed(counter.hospital, to.ward, to.bed, to.unit).values():
        raise wrong

    def job(tx: Transaction) -> None:
        stay = _lasting(tx, number)
        at = _moment(tx, stay, to.at)
        unit = to.unit or (stay.now.unit if to.ward == stay.now.ward else "")
        content = {"number": number.text, "ward": to.ward, "bed": to.bed, "unit": unit, "at": at.isoformat()}
        tx.append(FactKind.STAY_MOVED, content, series=number.series, by=by)

    counter.ledger.write(job)


def end_stay(
    counter: Counter, number: SlipNumber, how: Ended, *, at: datetime | None = None, note: str = "", by: str
) -> None:
    """A stay ended at a moment (None: now). Raises NotAdmitted, StayOver, FieldWrong."""

    def job(tx: Transaction) -> None:
        stay = _lasting(tx, number)
        when = _moment(tx, stay, at)
        content = {"number": number.text, "how": how.value, "at": when.isoformat(), "note": note}
        tx.append(FactKind.STAY_ENDED, content, series=number.series, by=by)

    counter.ledger.write(job)


def reopen_stay(counter: Counter, number: SlipNumber, reason: str, *, by: str) -> None:
    """An end was told by mistake: the patient still lies there. Raises NotAdmitted, StayLasts."""

    def job(tx: Transaction) -> None:
        if _stay(tx, number).how is None:
            raise StayLasts(number=number.grouped)
        tx.append(FactKind.STAY_REOPENED, {"number": number.text, "reason": reason}, series=number.series, by=by)

    counter.ledger.write(job)


def not_an_admission(slip: Slip) -> None:
    """Raises AdmissionSlip for an admission: the form for visits would make an outpatient of somebody in a bed."""
    if slip.kind is Kind.ADMISSION:
        raise AdmissionSlip(number=slip.number.grouped)


def _raise_first(counter: Counter, tx: Transaction, admission: Admission) -> None:
    for wrong in check_admission(admission, counter.hospital, tx.now.astimezone(INDIA).date()).values():
        raise wrong


def _sent(tx: Transaction, form: str) -> Issued | None:
    number = queries.form_number(tx.db, form) if form else None
    if number is None:
        return None
    row = queries.slip(tx.db, number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    return Issued(row=row, again=True)


def _draft(counter: Counter, hidden: Concealed, admission: Admission, number: SlipNumber) -> Slip:
    told = hidden.registration
    return Slip(
        number=number,
        kind=Kind.ADMISSION,
        hospital=counter.hospital_id,
        drill=counter.drill,
        patient_number=told.patient_number if told.patient_number != number else None,
        uhid=told.uhid,
        previous=told.previous,
        mother=told.mother,
        patient=told.patient,
        visit=replace(admission, registration=told).visit,
        sealed=hidden.sealed,
        alias=told.alias,
        emergency=told.emergency,
        medico_legal=told.medico_legal,
    )


def _stay(tx: Transaction, number: SlipNumber) -> Stay:
    found = stays.stay(tx.db, number)
    if found is None:
        raise NotAdmitted(number=number.grouped)
    return found


def _lasting(tx: Transaction, number: SlipNumber) -> Stay:
    found = _stay(tx, number)
    if found.how is not None:
        raise StayOver(number=number.grouped)
    return found


def _moment(tx: Transaction, stay: Stay, told: datetime | None) -> datetime:
    """When it was: not after now, and not before the patient lay where they lie."""
    at = (told or tx.now).replace(microsecond=0)
    if at > tx.now:
        raise FieldWrong(field="at", why="This time is still to come. Leave it empty for now.")
    since = stay.now.at
    if told is not None and since is not None and at < since:
        raise FieldWrong(field="at", why="This time is before the patient came to that bed. Look at the slip again.")
    return at
