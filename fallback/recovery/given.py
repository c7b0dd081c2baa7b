"""Which UHID a system that people type into gave to whom, by all that was decided of who is whom."""

from dataclasses import replace

from fallback.episode import Episode
from fallback.ledger import queries
from fallback.ledger.queries import Database, SlipRow, typing
from fallback.recovery.episodes import sent_as
from fallback.slip import SlipNumber


def person_of(db: Database, row: SlipRow) -> str:
    """Who a slip's patient is (see `Slip.person`), by all that was decided of it."""
    return sent_as(db, row).person


def with_uhid(db: Database, target: str, slip: Episode) -> Episode:
    """The slip under the UHID that the system gave to another slip of its patient: else they would be two patients.

    Of a patient whose first slip is void nobody waits for that one: it is told as a new patient's.
    """
    if slip.uhid:
        return slip
    for number, uhid in typing.given(db, target, slip.person):
        row = queries.slip(db, number)
        if number != slip.number and row is not None and person_of(db, row) == slip.person:
            return replace(slip, uhid=uhid)
    first = queries.slip(db, slip.patient_number) if slip.patient_number else None
    return replace(slip, patient_number=None) if first is not None and first.voided else slip


def holder(db: Database, target: str, uhid: str, row: SlipRow) -> SlipNumber | None:
    """A slip of another person than this one to whom the system gave a UHID; None for nobody."""
    person = person_of(db, row)
    for number in typing.holders(db, target, uhid):
        other = queries.slip(db, number)
        if other is not None and other.slip.person != f"uhid:{uhid}" and person_of(db, other) != person:
            return number
    return None
