"""Slips at the counter: issued, corrected, voided; each one journal line, durable before it prints."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from fallback import payload
from fallback.downtime import Shift
from fallback.errors import (
    PadUnknown,
    RevisionsUsedUp,
    SlipCannotBeVoided,
    SlipUnknown,
    SupervisorNeeded,
)
from fallback.frontdesk.confidential import Concealed, conceal, conceal_again
from fallback.frontdesk.counter import Counter, Issued, journal_slip, needs_downtime, needs_shift, needs_slip
from fallback.frontdesk.money import Taken, give_back, taken
from fallback.frontdesk.registration import Registration, check
from fallback.frontdesk.roster import admit
from fallback.frontdesk.stays import not_an_admission
from fallback.keys import Sign
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.logins import is_supervisor
from fallback.ledger.queries.today import versions
from fallback.ledger.writer import Transaction
from fallback.slip import INDIA, Kind, Slip, SlipNumber, Visit

_LAST_REVISION = 14  # the fifteenth is kept for the void


def register(counter: Counter, shift_key: str, registration: Registration, *, form: str = "") -> Issued:
    """Issues a slip. The same `form` key sent again gives the same slip, and `again`.

    Raises FieldWrong (the first of `check`), NoDowntime, ShiftNotOpen, DeskNotUsable, SlipUnknown.
    """

    def job(tx: Transaction) -> Issued:
        shift, sign = _ready(counter, tx, shift_key, registration)
        if sent := queries.form_number(tx.db, form) if form else None:
            return _already(tx, sent)
        day, overbooked = admit(counter, tx, registration, tx.now.astimezone(INDIA).date())
        number = tx.take_number(shift.series)
        visit, money = _visit(counter, tx, shift, registration, day)
        hidden = conceal(tx, registration, counter.hospital_id, number)
        slip = _draft(counter, hidden, number, shift, tx.now, visit)
        card = _gets_card(registration)
        row = journal_slip(
            tx,
            FactKind.SLIP_ISSUED,
            slip,
            payload.encode(slip, sign),
            shift,
            receipt=money.receipt,
            form=form,
            card=card,
            **hidden.content,
            **money.content,
            **overbooked,
            **_beside(hidden),
        )
        return Issued(row=row, card=card)

    return counter.ledger.write(job)


def fill_pad(
    counter: Counter, shift_key: str, number: SlipNumber, registration: Registration, *, form: str = ""
) -> Issued:
    """Fills in a numbered blank that was written by pen: its number stays, its revision is 1.

    Raises PadUnknown when the number is no pad's, or has content; else as `register`.
    """

    def job(tx: Transaction) -> Issued:
        shift, sign = _ready(counter, tx, shift_key, registration)
        if sent := queries.form_number(tx.db, form) if form else None:
            return _already(tx, sent)
        blank = queries.pad_payload(tx.db, number)
        if blank is None:
            raise PadUnknown(number=number.grouped, why="no pad was printed with it")
        row = queries.slip(tx.db, number)
        if row and row.slip.kind is not Kind.PAD:
            raise PadUnknown(number=number.grouped, why="it has been filled in already")
        visit, money = _visit(counter, tx, shift, registration, tx.now.astimezone(INDIA).date())
        hidden = conceal(tx, registration, counter.hospital_id, number)
        slip = replace(
            _draft(counter, hidden, number, shift, tx.now, visit), revision=1, replaces=payload.digest(blank)[:4]
        )
        signed, card = payload.encode(slip, sign), _gets_card(registration)
        content = {"receipt": money.receipt, "form": form, "change": "pad", "card": card}
        content |= hidden.content | money.content
        done = journal_slip(tx, FactKind.SLIP_REVISED, slip, signed, shift, **content)
        return Issued(row=done, card=card)

    return counter.ledger.write(job)


def correct(
    counter: Counter, shift_key: str, number: SlipNumber, registration: Registration, reason: str, *, form: str = ""
) -> Issued:
    """A new revision of a slip: same number, time and money; a new token when the clinic changed.

    Raises as `register`, and SlipUnknown, SlipIsVoid or RevisionsUsedUp.
    """

    def job(tx: Transaction) -> Issued:
        shift, sign = _ready(counter, tx, shift_key, registration)
        if sent := queries.form_number(tx.db, form) if form else None:
            return _already(tx, sent)
        row = needs_slip(tx, number)
        if row.revision >= _LAST_REVISION:
            raise RevisionsUsedUp(number=number.grouped)
        old = row.slip
        not_an_admission(old)
        hidden, why = conceal_again(tx, registration, counter.hospital_id, old, reason)
        told: dict[str, Any] = {"medico_legal_number": registration.medico_legal_number, **_casualty(registration)}
        visit = replace(old.visit, clinic=registration.clinic, **told)
        overbooked: dict[str, str] = {}
        if registration.clinic != old.visit.clinic or registration.day not in (None, old.visit_day):
            visit, overbooked = _moved(counter, tx, shift, registration, old, visit)
        slip = replace(
            _draft(counter, hidden, number, shift, tx.now, visit),
            revision=row.revision + 1,
            replaces=bytes.fromhex(row.head)[:4],
            issued=old.issued,
            reason=why,
        )
        content = {"receipt": row.receipt, "form": form, "change": "correction"} | hidden.content | overbooked
        done = journal_slip(tx, FactKind.SLIP_REVISED, slip, payload.encode(slip, sign), shift, **content)
        return Issued(row=done)

    return counter.ledger.write(job)


def void(
    counter: Counter, shift_key: str, number: SlipNumber, reason: str, *, allowed_by: str = "", receipt: str = ""
) -> Issued:
    """Voids a slip: a signed slip of kind void, which is printed too. Its number never comes back.

    `receipt` is what was read from the original receipt: with it the fee is given back, without it the money stays.
    Raises SupervisorNeeded when money was taken and `allowed_by` is no supervisor's login, SlipCannotBeVoided for a
    slip that is or was medico-legal; what `money.refund` raises; else as `correct`.
    """

    def job(tx: Transaction) -> Issued:
        shift = needs_shift(tx, shift_key)
        row = needs_slip(tx, number)
        if any(each.slip.medico_legal for each in versions(tx.db, number)):  # also one that was corrected since
            raise SlipCannotBeVoided(number=number.grouped)
        if row.receipt and not is_supervisor(tx.db, allowed_by):
            raise SupervisorNeeded(number=number.grouped)
        if receipt:
            give_back(tx, shift_key, number, receipt, reason, allowed_by=allowed_by)
        slip = Slip(
            number=number,
            kind=Kind.VOID,
            revision=row.revision + 1,
            replaces=bytes.fromhex(row.head)[:4],
            hospital=counter.hospital_id,
            signer=shift.series,
            drill=counter.drill,
            issued=tx.now.replace(microsecond=0),
            visit=Visit(clinic=row.slip.visit.clinic),
            reason=reason,
        )
        signed = payload.encode(slip, counter.sign(shift.series))
        content = {"reason": reason, "allowed_by": allowed_by, "refunds": False}
        done = journal_slip(tx, FactKind.SLIP_VOIDED, slip, signed, shift, **content)
        return Issued(row=replace(done, slip=slip, payload=signed))

    return counter.ledger.write(job)


def _ready(counter: Counter, tx: Transaction, shift_key: str, registration: Registration) -> tuple[Shift, Sign]:
    needs_downtime(tx)
    shift = needs_shift(tx, shift_key)
    for wrong in check(registration, counter.hospital, tx.now.astimezone(INDIA).date()).values():
        raise wrong
    return shift, counter.sign(shift.series)


def _already(tx: Transaction, number: SlipNumber) -> Issued:
    row = queries.slip(tx.db, number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    return Issued(row=row, again=True, card=row.revision == 0 and row.slip.patient_number is None and not row.slip.uhid)


def _moved(
    counter: Counter, tx: Transaction, shift: Shift, registration: Registration, old: Slip, visit: Visit
) -> tuple[Visit, dict[str, str]]:
    """The visit in another clinic's queue, or another day's: a new token, and the old one is void."""
    issued, today = (each.astimezone(INDIA).date() for each in (old.issued or tx.now, tx.now))
    day, overbooked = registration.day or old.visit_day or today, dict[str, str]()
    if day >= today or day != old.visit_day:  # what is over has no room to give, and nobody is sent there
        _, overbooked = admit(counter, tx, replace(registration, day=day), today)
    token = tx.take_token(shift.series, registration.clinic, day.isoformat())
    told = "" if day == issued else day.isoformat()
    return replace(visit, token=token, token_series=shift.series, day=told), overbooked


def _visit(
    counter: Counter, tx: Transaction, shift: Shift, registration: Registration, day: date
) -> tuple[Visit, Taken]:
    """The visit with its token and fee, and what it does to the drawer."""
    today = tx.now.astimezone(INDIA).date()
    clinic = counter.hospital.clinic(registration.clinic)
    due = 0 if clinic is None or registration.returning else clinic.fee_on(today)
    money = taken(tx, counter, shift.key, due, registration.fee_status, registration.payment, registration.exemption)
    token = tx.take_token(shift.series, registration.clinic, day.isoformat())
    visit = Visit(
        clinic=registration.clinic,
        token=token,
        token_series=shift.series,
        fee=money.fee,
        fee_status=registration.fee_status,
        booking=registration.booking,
        medico_legal_number=registration.medico_legal_number,
        day="" if day == today else day.isoformat(),
        **_casualty(registration),
    )
    return visit, money


def _casualty(registration: Registration) -> dict[str, Any]:
    """What casualty asks for besides, as a visit has it."""
    return {
        "found_at": registration.found_at,
        "brought_by": registration.brought_by,
        "police_station": registration.police_station,
        "brought_dead": registration.brought_dead,
    }


def _beside(hidden: Concealed) -> dict[str, Any]:
    """Who stood beside the form and was not taken, and the question that decided: of a confidential patient nothing."""
    if hidden.sealed:
        return {}
    registration = hidden.registration
    content: dict[str, Any] = {"alike": list(registration.alike)} if registration.alike else {}
    if registration.asked:
        content["asked"] = {"field": registration.asked[0], "answer": registration.asked[1]}
    if registration.shown:
        content["shown"] = {"last4": registration.shown[0], "check": registration.shown[1]}
    return content


def _gets_card(registration: Registration) -> bool:
    """Whether the patient gets a registration card: whose number stands nowhere else, also under an alias."""
    return registration.confidential or not (registration.returning or registration.kept)


def _draft(counter: Counter, hidden: Concealed, number: SlipNumber, shift: Shift, now: datetime, visit: Visit) -> Slip:
    registration = hidden.registration
    own = registration.patient_number if registration.patient_number != number else None
    return Slip(
        number=number,
        kind=registration.kind,
        hospital=counter.hospital_id,
        signer=shift.series,
        drill=counter.drill,
        issued=now.replace(microsecond=0),
        patient_number=own,
        uhid=registration.uhid,
        previous=registration.previous,
        mother=registration.mother,
        patient=registration.patient,
        visit=replace(visit, booking=registration.booking, **_casualty(registration)),
        sealed=hidden.sealed,
        alias=registration.alias,
        emergency=registration.emergency,
        medico_legal=registration.medico_legal,
    )
