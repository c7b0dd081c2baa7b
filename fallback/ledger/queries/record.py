"""What an incident sheet and evidence ask of the journal: how much of whom is in it, who sat where."""

from dataclasses import dataclass

from sqlite_utils import Database

from fallback.downtime import Shift, shift_ordinal
from fallback.ledger.queries import shifts


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much this installation holds: slips with content, void ones among them, different patients among those,
    pictures of pages, blank slips printed.
    """

    slips: int
    voided: int
    patients: int
    pictures: int
    pads: int


def holdings(db: Database) -> Holdings:
    """What is in the journal, in figures."""
    row = db.execute(
        """SELECT (SELECT count(*) FROM slip WHERE kind <> 'pad'), (SELECT sum(voided) FROM slip WHERE kind <> 'pad'),
            (SELECT count(DISTINCT person) FROM slip WHERE kind <> 'pad'),
            (SELECT count(DISTINCT picture) FROM stored WHERE picture <> ''
                AND picture NOT IN (SELECT picture FROM destroyed)),
            (SELECT count(*) FROM pad)"""
    ).fetchone()
    slips, voided, patients, pictures, pads = (each or 0 for each in row)
    return Holdings(slips=slips, voided=voided, patients=patients, pictures=pictures, pads=pads)


def shifts_in_order(db: Database) -> list[Shift]:
    """All shifts as they began: by desk, then by their place among its shifts, which no clock decides."""
    return sorted(shifts(db), key=lambda each: (each.series, shift_ordinal(each.key)))
