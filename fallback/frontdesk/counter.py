"""The counter: what every act at the front desk needs, and the paper that comes out of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fallback import payload
from fallback.downtime import Downtime, Shift
from fallback.errors import ClockUnset, NoDowntime, ShiftNotOpen, SlipIsVoid, SlipUnknown
from fallback.hospital import Hospital
from fallback.keys import Sign
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import SlipRow, queue, ready
from fallback.ledger.queries.money import receipt_of
from fallback.ledger.writer import Transaction
from fallback.printing import PrintedSlip, Reprint, render_slips
from fallback.slip import EPOCH, INDIA, Slip, SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where slips are issued: the ledger, the hospital, its id, whether it is a drill, and each desk's signature."""

    ledger: Ledger
    hospital: Hospital
    hospital_id: int
    drill: bool
    sign: Callable[[int], Sign]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A slip that is durable and may be printed. `again` is True when the same form was sent before.

    `card` is True when the patient gets a registration card with it: the first slip of a person without a UHID.
    `reprint` says how many times and when it was printed again, None for the first print.
    """

    row: SlipRow
    again: bool = False
    card: bool = False
    reprint: Reprint | None = None


_SPARING = {"a5": "a5-one"}  # the journal alone can import, and the clinic's day sheet says who was seen


def sheet(counter: Counter, issued: Issued) -> bytes:
    """The PDF of a slip on the hospital's paper, with its registration card where one is due.

    A desk that saves paper prints no card with a first print, and of two A5 sheets only the patient's.
    """
    if ready.saves_paper(counter.ledger.db(), issued.row.slip.number.series):
        return render_slips(
            [printed(counter, replace(issued, card=issued.card and issued.reprint is not None))],
            spared(counter.hospital),
        )
    return render_slips([printed(counter, issued)], counter.hospital)


def spared(hospital: Hospital) -> Hospital:
    """The hospital as a desk that saves paper prints for it."""
    return replace(hospital, paper=_SPARING.get(hospital.paper, hospital.paper))


def printed(counter: Counter, issued: Issued) -> PrintedSlip:
    """What printing needs of an issued slip. The QR is the head's: a void prints its void."""
    row = issued.row
    db = counter.ledger.db()
    desk, (room, unit) = queries.desk(db, row.slip.number.series), queue.place_of(db, row.slip.number)
    paid = receipt_of(db, row.slip.number) if row.receipt else None
    return PrintedSlip(
        slip=row.slip,
        digits=payload.to_digits(row.payload),
        reprint=issued.reprint,
        card=issued.card,
        receipt=row.receipt,
        payment=paid.payment if paid else None,
        desk_name=desk.name if desk else "",
        cut=row.cut,
        room=room,
        unit=unit,
    )


def needs_downtime(tx: Transaction) -> Downtime:
    """The downtime that lasts; raises NoDowntime, or ClockUnset where the computer's clock makes no slip possible."""
    if tx.now <= EPOCH:
        raise ClockUnset(day=tx.now.astimezone(INDIA).strftime("%d-%m-%Y"))
    found = queries.current_downtime(tx.db)
    if found is None:
        raise NoDowntime()
    return found


def needs_shift(tx: Transaction, key: str) -> Shift:
    """The open shift of a key; raises ShiftNotOpen."""
    found = queries.shift(tx.db, key)
    if found is None or found.closed is not None:
        raise ShiftNotOpen()
    return found


def needs_slip(tx: Transaction, number: SlipNumber) -> SlipRow:
    """A slip that is known and not void; raises SlipUnknown or SlipIsVoid."""
    row = queries.slip(tx.db, number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    if row.voided:
        raise SlipIsVoid(number=number.grouped)
    return row


def journal_slip(
    tx: Transaction, fact: FactKind, slip: Slip, signed: bytes, shift: Shift, **content: object
) -> SlipRow:
    """Journals a signed slip, which waits for its first print, and returns its row as the views now show it."""
    cut = payload.cut_of(signed)
    known = {"slip": slip.record(), "digest": payload.digest(signed).hex(), "cut": list(cut), "prints": True}
    tx.append(fact, known | content, payload=signed, series=shift.series, shift=shift.key, by=shift.login)
    row = queries.slip(tx.db, slip.number)
    if row is None:
        raise SlipUnknown(number=slip.number.grouped)
    return row
