"""An unidentified patient of whom it is known by now who it is: the visit goes into the system as that person's."""

from dataclasses import replace

from fallback.ledger import queries
from fallback.ledger.queries import Database, SlipRow, kin
from fallback.slip import Slip


def as_linked(db: Database, slip: Slip) -> Slip:
    """The slip under the person that somebody linked it to; as it is where nobody did, or only a UHID is known.

    A UHID alone has no name to compare with the system's: such a slip is held until it is corrected.
    """
    if not slip.alias:
        return slip
    link = kin.link_of(db, slip.number) or (kin.link_of(db, slip.patient_number) if slip.patient_number else None)
    known = [row for row in queries.visits_of(db, link.person) if _is_known(row)] if link else []
    if not known:
        return slip
    person = known[-1].slip
    number = None if person.uhid else person.patient_number or person.number
    return replace(slip, alias=False, patient=person.patient, uhid=person.uhid, patient_number=number)


def _is_known(row: SlipRow) -> bool:
    return not (row.voided or row.conflict or row.slip.alias or row.slip.sealed)
