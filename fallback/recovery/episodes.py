"""A slip as a hospital system is told it: under the person that it is known to be of, with what became of the visit."""

from collections.abc import Iterable
from dataclasses import replace

from fallback.episode import Episode, Known, Learnt
from fallback.ledger import queries
from fallback.ledger.queries import Database, Delivery, SlipRow, matches, stays
from fallback.ledger.queries.outcomes import WitnessRow, evidence, evidence_of
from fallback.ledger.queries.visit_pages import visit_pages
from fallback.outcome import outcome_of
from fallback.recovery.linked import as_linked
from fallback.slip import Kind, Slip
from fallback.stay import Stay


def learnt(db: Database, slip: Slip, target: str = "") -> Learnt:
    """What became of a slip's visit, as it is known now; with its pages for a target that takes pictures."""
    stay = stays.stay(db, slip.number) if slip.kind is Kind.ADMISSION else None
    pages = _pages(db, target, slip.number.text).get(slip.number.text, ())
    return _learnt(stay, evidence_of(db, slip.number.text), pages)


def all_learnt(db: Database, target: str = "") -> dict[str, Learnt]:
    """The same of every slip of which anything is known, by number."""
    lying = {each.number.text: each for each in stays.stays(db)}
    says, pages = evidence(db), _pages(db, target)
    return {
        number: _learnt(lying.get(number), says.get(number, ()), pages.get(number, ()))
        for number in sorted({*lying, *says, *pages})
    }


def sent_as(db: Database, row: SlipRow, target: str = "") -> Episode:
    """The slip as it is told to a target now; with its pages to one that takes pictures."""
    slip, known = _named(db, row.slip)
    return Episode.of(slip, **_beside(db, row), learnt=learnt(db, row.slip, target), known=known)


def sent_before(db: Database, row: SlipRow, slip: Slip, delivery: Delivery) -> Episode:
    """A version of a slip as the target was told it last."""
    told, known = _named(db, slip)
    return Episode.of(told, **_beside(db, row), learnt=Learnt.from_text(slip.number, delivery.told), known=known)


def _learnt(stay: Stay | None, witnesses: Iterable[WitnessRow], pages: tuple[str, ...]) -> Learnt:
    """A visit whose witnesses contradict each other tells nothing of them: a person looks first."""
    found = outcome_of(witnesses)
    if found.contradiction:
        return Learnt(stay=stay, pages=pages)
    return Learnt(stay=stay, seen=found.seen, told=found.told, days=found.days, pages=pages)


def _pages(db: Database, target: str, number: str = "") -> dict[str, tuple[str, ...]]:
    """The pages that go with every visit (or with one), for a target that takes pictures.

    One that a rule destroyed here stays where it was sent, and goes nowhere else.
    """
    if not queries.takes_pages(db, target):
        return {}
    found, gone = visit_pages(db, number), set(queries.destroyed(db))
    told = queries.told(db, target) if gone else {}
    return {
        of: tuple(page for page in pages if page not in gone or page in told.get(of, "")) for of, pages in found.items()
    }


def _named(db: Database, slip: Slip) -> tuple[Slip, Known]:
    """The slip under the person that it is known to be of, and who says so.

    A patient known by a slip that has a UHID is known by that UHID: else the second visit of a known patient,
    registered by the first slip's number, would become a second patient. One who came unidentified goes as the person
    that somebody linked them to; who was matched, as whom the matcher or a person said.
    """
    slip = as_linked(db, slip)
    first = queries.slip(db, slip.patient_number) if slip.patient_number and not slip.uhid else None
    slip = replace(slip, uhid=first.slip.uhid) if first is not None else slip
    if slip.sealed or slip.alias:
        return slip, Known.NOBODY
    who = matches.whom(db, slip.patient_number or slip.number)
    if not who.by or not who.settled:
        return slip, Known.NOBODY
    own = who.number == slip.number
    return replace(slip, uhid=who.uhid, patient_number=None if own or who.uhid else who.number), Known(who.by)


def _beside(db: Database, row: SlipRow) -> dict[str, str]:
    desk = queries.desk(db, row.slip.number.series)
    clerk = queries.user(db, row.login) if row.login else None
    return {"receipt": row.receipt, "desk": desk.name if desk else "", "clerk": clerk.name if clerk else ""}
