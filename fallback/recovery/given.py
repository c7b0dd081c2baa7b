"""Which UHID a system that people type into gave to whom, by all that was decided of who is whom."""

from dataclasses import replace

from fallback import names
from fallback.episode import Episode
from fallback.ledger import queries
from fallback.ledger.queries import Database, SlipRow, typing
from fallback.patients import IndexedPatient
from fallback.person import words_of
from fallback.recovery.episodes import sent_as
from fallback.slip import Patient, Sex, SlipNumber


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


def is_another(patient: Patient, known: Patient | IndexedPatient) -> bool:
    """Whether whom a UHID is known to be has nothing of a patient's name, or another sex."""
    sexes = {patient.sex, known.sex} - {Sex.UNKNOWN}
    ours = {word.key for each in (patient.name, patient.name_hindi) for word in words_of(each)}
    theirs = {key for each in (known.name, known.name_hindi) for key in names.name_key(each).split()}
    return len(sexes) > 1 or ours.isdisjoint(theirs)


def holder(db: Database, target: str, uhid: str, row: SlipRow) -> SlipNumber | None:
    """A slip of another person than this one that has a UHID, from the system or from the patient's card; else None.

    Who has it from a card may be this patient as well, registered once with it and once without: not where nothing of
    the name is the same, or the sex is another.
    """
    person = person_of(db, row)
    for number in typing.holders(db, target, uhid):
        other = queries.slip(db, number)
        if other is not None and other.slip.person != f"uhid:{uhid}" and person_of(db, other) != person:
            return number
    for other in queries.visits_of(db, f"uhid:{uhid}") if person != f"uhid:{uhid}" else ():
        if not other.voided and not other.slip.sealed and is_another(row.slip.patient, other.slip.patient):
            return other.slip.number
    return None
