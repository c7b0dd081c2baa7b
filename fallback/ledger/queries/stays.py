"""Read-only questions about stays: who lies in a ward, where a patient lay, how it ended."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fallback.slip import Slip, SlipNumber
from fallback.stay import Ended, Lying, Stay

_SLIP = "JOIN version ON version.digest = slip.content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Somebody in a bed: the admission slip as it stands now, and where its patient lies."""

    slip: Slip
    ward: int
    bed: str
    unit: str


def in_ward(db: Database, ward: int) -> list[Patient]:
    """Who lies in a ward now, in no order."""
    rows = db.execute(
        f"SELECT version.record, stay.ward, stay.bed, stay.unit FROM stay JOIN slip USING (number) {_SLIP} "
        "WHERE stay.ward = ? AND stay.how = '' AND slip.voided = 0",
        (ward,),
    )
    return [
        Patient(slip=Slip.from_record(json.loads(record)), ward=ward, bed=bed, unit=unit)
        for record, ward, bed, unit in rows
    ]


def lying(db: Database) -> dict[int, int]:
    """How many lie in each ward now."""
    rows = db.execute(
        "SELECT ward, count(*) FROM stay JOIN slip USING (number) WHERE how = '' AND voided = 0 GROUP BY ward"
    )
    return dict(rows.fetchall())


def stay(db: Database, number: SlipNumber) -> Stay | None:
    """The stay of an admission slip that is not void; None for every other."""
    return next(_stays(db, "AND stay.number = ?", (number.text,)), None)


def stays(db: Database) -> list[Stay]:
    """Every stay that is not void."""
    return list(_stays(db, "", ()))


def lies_by(db: Database, person: str) -> SlipNumber | None:
    """The admission by which a person (see `Slip.person`) lies in a bed now, None for nobody's."""
    row = db.execute(
        "SELECT number FROM stay JOIN slip USING (number) WHERE slip.person = ? AND how = '' AND voided = 0", (person,)
    ).fetchone()
    return SlipNumber.parse(row[0]) if row else None


def changes(db: Database) -> dict[str, str]:
    """Of every stay that was moved or ended, by its number: what tells that it changed again."""
    rows = db.execute(
        "SELECT number, changed FROM stay "
        "WHERE number IN (SELECT number FROM stay_move UNION SELECT number FROM stay_end)"
    )
    return dict(rows.fetchall())


def open_pads(db: Database, issued_to: str) -> list[bytes]:
    """The payloads of blanks that were given to a ward or counter and have no content yet."""
    rows = db.execute(
        "SELECT pad.payload FROM pad LEFT JOIN slip USING (number) WHERE issued_to = ? AND slip.number IS NULL",
        (issued_to,),
    )
    return [payload for (payload,) in rows]


def _stays(db: Database, more: str, values: tuple[Any, ...]) -> Iterator[Stay]:
    moves: dict[str, list[Lying]] = defaultdict(list)
    only = "WHERE number = ?" if values else ""
    for number, at, ward, bed, unit in db.execute(
        f"SELECT number, at, ward, bed, unit FROM stay_move {only} ORDER BY at, stamp", values
    ):
        moves[number].append(Lying(at=datetime.fromisoformat(at), ward=ward, bed=bed, unit=unit))
    rows = db.execute(
        "SELECT series, serial, stay.number, since, first_ward, first_bed, first_unit, how, ended, note "
        f"FROM stay JOIN slip USING (number) WHERE slip.voided = 0 {more}",
        values,
    )
    for series, serial, number, since, ward, bed, unit, how, ended, note in rows:
        first = Lying(at=datetime.fromisoformat(since) if since else None, ward=ward, bed=bed, unit=unit)
        yield Stay(
            number=SlipNumber(series, serial),
            beds=[first, *moves[number]] if number in moves else [first],
            how=Ended(how) if how else None,
            ended=datetime.fromisoformat(ended) if ended else None,
            note=note,
        )
