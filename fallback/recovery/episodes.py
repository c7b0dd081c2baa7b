"""A slip as a hospital system is told it: under the person that it is known to be of, with what became of the visit."""

from collections.abc import Iterable
from dataclasses import replace

from fallback.episode import Episode, Learnt
from fallback.ledger import queries
from fallback.ledger.queries import Database, Delivery, SlipRow, stays
from fallback.ledger.queries.outcomes import WitnessRow, evidence, evidence_of
from fallback.outcome import outcome_of
from fallback.recovery.linked import as_linked
from fallback.slip import Kind, Slip
from fallback.stay import Stay


def learnt(db: Database, slip: Slip) -> Learnt:
    """What became of a slip's visit, as it is known now."""
    stay = stays.stay(db, slip.number) if slip.kind is Kind.ADMISSION else None
    return _learnt(stay, evidence_of(db, slip.number.text))


def all_learnt(db: Database) -> dict[str, Learnt]:
    """The same of every slip of which anything is known, by number."""
    lying = {each.number.text: each for each in stays.stays(db)}
    says = evidence(db)
    return {number: _learnt(lying.get(number), says.get(number, ())) for number in sorted({*lying, *says})}


def sent_as(db: Database, row: SlipRow) -> Episode:
    """The slip as it is told to a target now."""
    return Episode.of(_named(db, row.slip), **_beside(db, row), learnt=learnt(db, row.slip))


def sent_before(db: Database, row: SlipRow, slip: Slip, delivery: Delivery) -> Episode:
    """A version of a slip as the target was told it last."""
    return Episode.of(_named(db, slip), **_beside(db, row), learnt=Learnt.from_text(slip.number, delivery.told))


def _learnt(stay: Stay | None, witnesses: Iterable[WitnessRow]) -> Learnt:
    """A visit whose witnesses contradict each other tells nothing of them: a person looks first."""
    found = outcome_of(witnesses)
    if found.contradiction:
        return Learnt(stay=stay)
    return Learnt(stay=stay, seen=found.seen, told=found.told, days=found.days)


def _named(db: Database, slip: Slip) -> Slip:
    """A patient known by a slip that has a UHID is known by that UHID: else the second visit of a known patient,
    registered by the first slip's number, would become a second patient. One who came unidentified goes as the person
    that somebody linked them to.
    """
    slip = as_linked(db, slip)
    first = queries.slip(db, slip.patient_number) if slip.patient_number and not slip.uhid else None
    return replace(slip, uhid=first.slip.uhid) if first is not None else slip


def _beside(db: Database, row: SlipRow) -> dict[str, str]:
    desk = queries.desk(db, row.slip.number.series)
    clerk = queries.user(db, row.login) if row.login else None
    return {"receipt": row.receipt, "desk": desk.name if desk else "", "clerk": clerk.name if clerk else ""}
