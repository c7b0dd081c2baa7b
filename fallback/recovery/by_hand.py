"""Visits that people typed into the system by hand: one that was there already, one made when the patient returned."""

import re
from functools import partial
from typing import Any

from fallback.ehospital import Acknowledgement, Connector, Found, Hold, Outcome
from fallback.episode import learnt_of
from fallback.errors import FieldWrong, ParchiError, Sentence, StageWrong, VisitNotThere
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, SlipRow, stages as asked
from fallback.recovery.episodes import learnt, sent_as
from fallback.recovery.gates import enter
from fallback.recovery.given import holder, with_uhid
from fallback.recovery.leases import Lease
from fallback.recovery.sealed_slips import Reveal, told
from fallback.recovery.stages import standing_of
from fallback.slip import Slip, SlipNumber

_UNSENT = ("read", "matched", "ready", "approved", "held", "failed", "on_return")


def seen_there(
    ledger: Ledger, connector: Connector, number: SlipNumber, *, by: str, reveal: Reveal | None = None
) -> tuple[Found, ...]:
    """The visits that the system has of this person, clinic and day without our number. Raises as `link`."""
    enter(ledger, connector, by=by)
    _row, slip = _slip(ledger.db(), connector.target.name, number, reveal)
    return connector.typed(slip)


def link(
    ledger: Ledger,
    connector: Connector,
    number: SlipNumber,
    encounter: str = "",
    *,
    by: str,
    reveal: Reveal | None = None,
) -> Acknowledgement:
    """A person says that a visit which is there already is this slip's: our number is put onto it, nothing is created.

    `encounter` is the visit's own id there; it may be left out where there is only one. Raises VisitNotThere,
    StageWrong, what a sealed identity raises, and what `gates.enter` and the way itself raise.
    """
    target, db = connector.target.name, ledger.db()
    enter(ledger, connector, by=by)
    row, slip = _slip(db, target, number, reveal)
    found = [each for each in connector.typed(slip) if encounter in ("", each.encounter)]
    if len(found) != 1:
        why = "the system has several such visits: say which" if found else "the system has no such visit of this day"
        raise VisitNotThere(number=number.grouped, why=Sentence(why))
    content: dict[str, Any] = {"number": number.text, "revision": row.revision, "target": target}
    with Lease(ledger.folder) as lease:
        sending = content | {"run": lease.run, "person": slip.person, "told": learnt_of(slip).text}
        ledger.write(partial(_begin, sending, number, by))
        answer = connector.link(slip, found[0])
        if answer.outcome is Outcome.UNREACHABLE:
            raise answer.error or ParchiError()
        content |= {"patient": answer.patient, "encounter": answer.encounter}
        if answer.outcome in (Outcome.HELD, Outcome.FAILED):
            content |= {"reason": str(answer.reason), "hold": answer.hold.value}
            fact = FactKind.SLIP_HELD if answer.outcome is Outcome.HELD else FactKind.SLIP_FAILED
        else:
            uhid = "" if slip.sealed else answer.uhid
            content |= {"uhid": uhid, "created": False, "told": learnt_of(slip).text, "linked": True}
            fact = FactKind.SLIP_CONFIRMED
        ledger.write(partial(_fact, fact, content, number, by))
    return answer


def returned(ledger: Ledger, target: str, number: SlipNumber, uhid: str, *, pattern: str, by: str) -> None:
    """A patient whose slip was left for the live counter was registered there: under this UHID, by whoever sat there.

    `pattern` is the hospital's own of a UHID. Raises FieldWrong for a UHID that is none, or that another person's slip
    has already, and StageWrong for a slip that may be in the system by another way.
    """
    uhid = uhid.strip()

    def job(tx: Transaction) -> None:
        row = _unsent(tx.db, target, number)
        if not re.fullmatch(pattern, uhid):
            raise FieldWrong(field="uhid", why="This is no UHID of this hospital. Read it once more.")
        known = with_uhid(tx.db, target, sent_as(tx.db, row)).uhid
        if known and known != uhid:
            raise FieldWrong(field="uhid", why="The slip has another UHID. Look whose card this is.")
        if holder(tx.db, target, uhid, row):
            raise FieldWrong(field="uhid", why="Another patient's slip has this UHID already. Read it once more.")
        told = learnt(tx.db, row.slip, target).text
        content = {"number": number.text, "revision": row.revision, "target": target, "patient": "", "encounter": ""}
        content |= {"uhid": uhid, "created": False, "told": told, "linked": True}
        _fact(FactKind.SLIP_CONFIRMED, content, number, by, tx)

    ledger.write(job)


def _slip(db: Database, target: str, number: SlipNumber, reveal: Reveal | None) -> tuple[SlipRow, Slip]:
    """A slip that was never sent, as it is told. Raises StageWrong."""
    row = _unsent(db, target, number)
    return row, told(db, sent_as(db, row, target), reveal)


def _unsent(db: Database, target: str, number: SlipNumber) -> SlipRow:
    """A slip that was never sent. Raises StageWrong."""
    row, delivery = queries.slip(db, number), queries.delivery(db, number, target)
    if row is None:
        raise StageWrong(number=number.grouped, stage="read")
    stands = asked.one(db, standing_of(db, target, row, delivery, learnt(db, row.slip, target).text), number)
    if stands is None or stands.stage not in _UNSENT or row.voided or row.conflict:
        raise StageWrong(number=number.grouped, stage=stands.stage if stands else "read")
    if delivery is not None and delivery.attempts and stands.hold != Hold.TYPED_BY_HAND:
        raise StageWrong(number=number.grouped, stage="sending")  # it may be there twice: a run looks first
    return row


def _begin(content: dict[str, Any], number: SlipNumber, by: str, tx: Transaction) -> None:
    """Writes that a link leaves, unless a run took the slip while a person looked."""
    _unsent(tx.db, content["target"], number)
    _fact(FactKind.SLIP_SENDING, content, number, by, tx)


def _fact(fact: FactKind, content: dict[str, Any], number: SlipNumber, by: str, tx: Transaction) -> None:
    tx.append(fact, content, series=number.series, by=by)
