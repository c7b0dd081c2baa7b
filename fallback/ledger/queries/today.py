"""Read-only questions for the screens of a day: numbers left, counts by clinic and desk, a slip's versions."""

import json
from dataclasses import dataclass

from sqlite_utils import Database

from fallback.slip import SERIAL_LIMIT, Slip, SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a slip: the record, who wrote it in which shift ("" when only paper brought it), its digest.

    `allowed_by` is the supervisor whose word it took, "" where none was needed.
    """

    slip: Slip
    payload: bytes
    login: str
    shift: str
    journalled: bool
    digest: str
    allowed_by: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many slips were issued and how many of them are void, for one clinic's number or one desk's series."""

    of: int
    issued: int
    voided: int


def numbers_left(db: Database, series: int) -> int:
    """How many numbers a desk's series still has."""
    row = db.execute("SELECT next_serial FROM counter WHERE series = ?", (series,)).fetchone()
    return SERIAL_LIMIT + 1 - (row[0] if row else 1)


def versions(db: Database, number: SlipNumber) -> list[Version]:
    """All versions of a number, oldest first."""
    rows = db.execute(
        "SELECT record, payload, login, shift, journalled, digest, (SELECT text ->> '$.content.allowed_by' FROM line "
        "WHERE line.chain = version.chain AND line.sequence = version.sequence) FROM version WHERE number = ? "
        "ORDER BY revision, digest",
        (number.text,),
    )
    return [
        Version(
            slip=Slip.from_record(json.loads(record)),
            payload=payload,
            login=login,
            shift=shift,
            journalled=bool(journalled),
            digest=digest,
            allowed_by=allowed or "",
        )
        for record, payload, login, shift, journalled, digest, allowed in rows
    ]


def counts(db: Database, day: str, *, by: str) -> list[Count]:
    """The slips of an ISO day by `clinic` or by `series`, most first."""
    column = {"clinic": "clinic", "series": "series"}[by]
    rows = db.execute(
        f"SELECT {column}, count(*), sum(voided) FROM slip WHERE day = ? AND kind <> 'pad' GROUP BY 1 "
        "ORDER BY 2 DESC, 1",
        (day,),
    )
    return [Count(*row) for row in rows]


def entries(db: Database, day: str) -> list[tuple[Slip, bool]]:
    """Every outpatient's slip of an ISO day, and whether it is void: no blanks, and nobody who was given a bed."""
    rows = db.execute(
        "SELECT record, voided FROM slip JOIN version ON version.digest = slip.content "
        "WHERE slip.day = ? AND slip.kind NOT IN ('pad', 'admission')",
        (day,),
    )
    return [(Slip.from_record(json.loads(record)), bool(voided)) for record, voided in rows]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour, 0 (midnight) to 95: slips issued, of them past look-alikes, of them into a full clinic."""

    of: int
    issued: int
    alike: int
    overbooked: int


def pace(db: Database, day: str) -> list[Quarter]:
    """How many slips each quarter of an hour of an ISO day brought, all desks together; empty ones are left out."""
    rows = db.execute(
        "SELECT quarter, sum(issued), sum(alike), sum(overbooked) FROM pace WHERE day = ? GROUP BY 1 ORDER BY 1", (day,)
    )
    return [Quarter(*row) for row in rows]


def uhid_of(db: Database, number: SlipNumber) -> str:
    """The UHID that a slip's patient was given by a hospital system, "" while there is none."""
    row = db.execute("SELECT uhid FROM delivery WHERE number = ? AND uhid <> ''", (number.text,)).fetchone()
    return row[0] if row else ""
