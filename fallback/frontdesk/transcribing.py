"""Pads that came back after the outage: what two people read on one becomes a slip, with nobody at the counter."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

from fallback import payload
from fallback.errors import DeskNotUsable, FieldWrong, PadUnknown, SecretMissing, SlipUnknown
from fallback.frontdesk.confidential import Concealed, conceal
from fallback.frontdesk.counter import Counter, Issued
from fallback.frontdesk.registration import Registration, check
from fallback.keys import Sign
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import work
from fallback.ledger.writer import Transaction
from fallback.slip import INDIA, FeeStatus, Kind, Slip, SlipNumber, Visit


def transcribe_pad(
    counter: Counter,
    number: SlipNumber,
    registration: Registration,
    *,
    day: date,
    at: time | None = None,
    by: str,
    checked_by: str,
) -> Issued:
    """Makes a slip of a blank that was filled in by pen: same number, revision 1, of the day that stands on it.

    It needs no shift and no downtime; it takes no token and gives no receipt, and nothing is printed: the paper is
    there. It is signed by the blank's own desk, or by another whose key is here. `at` is the time in India, midnight
    when none was written. `by` read it first, `checked_by` the second time. The same content again changes nothing.

    Raises FieldWrong (for the day, or the first of `check`), PadUnknown, DeskNotUsable.
    """
    if by == checked_by:
        raise ValueError("nobody checks their own reading")

    def job(tx: Transaction) -> Issued:
        blank = _needs_blank(tx, number)
        _needs_day(tx, number, day)
        for wrong in check(registration, counter.hospital, day).values():
            raise wrong
        hidden = conceal(tx, registration, counter.hospital_id, number)
        draft = _draft(counter, number, registration, hidden, day, at, payload.digest(blank)[:4])
        known = queries.version(tx.db, number, 1)
        if known is not None and _is_same(draft, known):
            return Issued(row=_row(tx, number), again=True)
        row = queries.slip(tx.db, number)
        if row is not None and row.slip.kind is not Kind.PAD:
            raise PadUnknown(number=number.grouped, why="it has been filled in already, otherwise; look at the slip")
        signer, sign = _signer(counter, number.series)
        slip = replace(draft, signer=signer)
        signed = payload.encode(slip, sign)
        content = {
            "slip": slip.record(),
            "digest": payload.digest(signed).hex(),
            "cut": list(payload.cut_of(signed)),
            "change": "pad",
            "checked_by": checked_by,
            **hidden.content,
        }
        tx.append(FactKind.SLIP_REVISED, content, payload=signed, series=signer, by=by)
        return Issued(row=_row(tx, number))

    return counter.ledger.write(job)


def _needs_blank(tx: Transaction, number: SlipNumber) -> bytes:
    blank = queries.pad_payload(tx.db, number)
    if blank is None:
        raise PadUnknown(number=number.grouped, why="no pad was printed with it")
    if work.trace(tx.db, number).voided:
        raise PadUnknown(number=number.grouped, why="its shift's sheet says that it is void")
    return blank


def _needs_day(tx: Transaction, number: SlipNumber, day: date) -> None:
    if day > tx.now.astimezone(INDIA).date():
        raise FieldWrong(field="day", why="This day is still to come. Read it again from the paper.")
    printed = work.pad_day(tx.db, number)
    if printed is not None and day < printed:
        raise FieldWrong(field="day", why="This blank slip was printed after that day. Read it again from the paper.")


def _is_same(draft: Slip, known: Slip) -> bool:
    """Whether a draft says what a version says already. A seal is never made twice alike, and nobody here opens it."""
    if draft.sealed and known.sealed:
        draft = replace(draft, sealed=known.sealed, patient=known.patient)
    return replace(draft, signer=known.signer) == known


def _draft(
    counter: Counter,
    number: SlipNumber,
    asked: Registration,
    hidden: Concealed,
    day: date,
    at: time | None,
    replaces: bytes,
) -> Slip:
    registration = hidden.registration
    clinic = counter.hospital.clinic(registration.clinic)
    due = 0 if clinic is None or asked.returning else clinic.fee_on(day)
    return Slip(
        number=number,
        kind=registration.kind,
        revision=1,
        replaces=replaces,
        hospital=counter.hospital_id,
        drill=counter.drill,
        issued=datetime.combine(day, at or time(), INDIA).astimezone(UTC).replace(microsecond=0),
        patient_number=registration.patient_number if registration.patient_number != number else None,
        uhid=registration.uhid,
        previous=registration.previous,
        mother=registration.mother,
        patient=registration.patient,
        visit=Visit(
            clinic=registration.clinic,
            fee=0 if registration.fee_status is FeeStatus.EXEMPT else due,
            fee_status=registration.fee_status,
            booking=registration.booking,
            medico_legal_number=registration.medico_legal_number,
        ),
        sealed=hidden.sealed,
        alias=registration.alias,
        emergency=registration.emergency,
        medico_legal=registration.medico_legal,
    )


def _signer(counter: Counter, own: int) -> tuple[int, Sign]:
    """The blank's own desk, else the first whose key is here. Raises DeskNotUsable when none is."""
    for series in _desks(counter, own):
        try:
            return series, counter.sign(series)
        except (DeskNotUsable, SecretMissing):
            continue
    raise DeskNotUsable(series=own, why="neither its key nor another desk's is here")


def _desks(counter: Counter, own: int) -> Iterator[int]:
    yield own
    yield from (desk.series for desk in queries.desks(counter.ledger.db()) if desk.series != own and not desk.retired)


def _row(tx: Transaction, number: SlipNumber) -> queries.SlipRow:
    row = queries.slip(tx.db, number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    return row
