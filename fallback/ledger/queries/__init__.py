"""Read-only questions to the views. Each takes a database (the ledger's, or a transaction's) and returns nouns."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fallback.downtime import Desk, Downtime, Role, Shift, User
from fallback.ledger.queries.alike import numbers_of
from fallback.ledger.queries.money import ShiftSums, receipts, shift_sums
from fallback.ledger.queries.pages import (
    BatchRow,
    CodeRow,
    FormRow,
    PageRow,
    batch_pages,
    batches,
    codes,
    destroyed,
    destroyed_on,
    forms,
    forms_around,
    has_page,
    is_destroyed,
    is_on_a_page,
    is_open,
    is_stored,
    may_read_now,
    open_by_batch,
    open_pages,
    page,
    page_outcomes,
    pages,
    pages_of,
    payload_of,
    unread,
)
from fallback.ledger.queries.recovery import (
    Delivery,
    NumberRow,
    deliveries,
    delivery,
    has_statement,
    in_the_air,
    numbers,
    takes_pages,
    targets,
    told,
    version,
    was_handed_out,
)
from fallback.money import Cash
from fallback.slip import Slip, SlipNumber

__all__ = [
    "BatchRow",
    "CodeRow",
    "Database",
    "Delivery",
    "FormRow",
    "NumberRow",
    "PageRow",
    "ShiftSums",
    "SlipRow",
    "batch_pages",
    "batches",
    "began_here",
    "clinic_slips",
    "codes",
    "current_downtime",
    "deliveries",
    "delivery",
    "desk",
    "desks",
    "destroyed",
    "destroyed_on",
    "digests",
    "downtimes",
    "find_slips",
    "form_number",
    "forms",
    "forms_around",
    "has_page",
    "has_statement",
    "in_the_air",
    "installation",
    "is_destroyed",
    "is_on_a_page",
    "is_open",
    "is_stored",
    "latest_slips",
    "may_read_now",
    "numbers",
    "open_by_batch",
    "open_pages",
    "open_shift",
    "pad_payload",
    "page",
    "page_outcomes",
    "pages",
    "pages_of",
    "payload_of",
    "receipts",
    "shift",
    "shift_sums",
    "shifts",
    "slip",
    "slips",
    "supervisors",
    "takes_pages",
    "targets",
    "told",
    "unread",
    "user",
    "users",
    "version",
    "visits_of",
    "was_handed_out",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRow:
    """A number as it stands: its newest content, its head, and what happened to it.

    `slip` is the newest version that is not a void; `head` is the digest (hex) of the newest version of any kind and
    `revision` its revision. `journalled` is False for a slip that only the paper brought. `cut` names the fields whose
    text was cut in the QR. `strange`: a revoked key signed it, and neither the journal nor a shift's sheet knew it.
    """

    slip: Slip
    head: str
    content: str
    revision: int
    voided: bool
    conflict: bool
    strange: bool
    journalled: bool
    payload: bytes
    shift: str
    login: str
    receipt: str
    cut: tuple[str, ...]
    reprints: int


_SLIP = """SELECT slip.head, slip.content, slip.revision, slip.voided, slip.conflict, slip.journalled,
    version.record, version.payload, version.shift, version.login, coalesce(nullif(version.receipt, ''),
    (SELECT shift || '-' || count FROM receipt WHERE receipt.number = slip.number ORDER BY shift, count), ''),
    version.cut,
    (SELECT count(*) FROM reprint WHERE reprint.number = slip.number), slip.strange
    FROM slip JOIN version ON version.digest = slip.content """


def _slip_row(row: tuple[Any, ...]) -> SlipRow:
    return SlipRow(
        slip=Slip.from_record(json.loads(row[6])),
        head=row[0],
        content=row[1],
        revision=row[2],
        voided=bool(row[3]),
        conflict=bool(row[4]),
        strange=bool(row[13]),
        journalled=bool(row[5]),
        payload=row[7],
        shift=row[8],
        login=row[9],
        receipt=row[10],
        cut=tuple(row[11].split()),
        reprints=row[12],
    )


def installation(db: Database) -> tuple[bytes, bool] | None:
    """The root's public key and whether it is a drill's; None in a ledger that nobody has initialised."""
    row = db.execute("SELECT root, drill FROM installation ORDER BY rowid").fetchone()
    return (bytes.fromhex(row[0]), bool(row[1])) if row else None


def supervisors(db: Database) -> bytes:
    """The public key that confidential patients' identities are sealed to; b"" where `init` was an older version's.

    A folder that was made from paper has it once the key was put back: no paper tells it before.
    """
    row = db.execute(
        "SELECT supervisors FROM installation WHERE supervisors <> '' UNION ALL SELECT content ->> '$.public' "
        "FROM event WHERE fact = ? AND content ->> '$.public' <> ''",
        ("key_put_back",),
    ).fetchone()
    return bytes.fromhex(row[0]) if row else b""


def current_downtime(db: Database) -> Downtime | None:
    """The downtime that lasts now, None when there is none."""
    lasting = _downtimes(db, "AND ended IS NULL ")
    return lasting[-1] if lasting else None


def downtimes(db: Database) -> list[Downtime]:
    """All downtimes and drills, oldest first."""
    return _downtimes(db)


def _downtimes(db: Database, which: str = "") -> list[Downtime]:
    rows = db.execute(
        f"SELECT key, started, ended, reason, drill FROM downtime WHERE started <> '' {which}ORDER BY started, key"
    )
    return [
        Downtime(
            key=key,
            started=datetime.fromisoformat(started),
            ended=datetime.fromisoformat(ended) if ended else None,
            reason=reason,
            drill=bool(drill),
        )
        for key, started, ended, reason, drill in rows
    ]


def desks(db: Database) -> list[Desk]:
    """All desks ever enrolled, by series."""
    rows = db.execute("SELECT series, name, retired FROM desk ORDER BY series")
    return [Desk(series=series, name=name, retired=bool(retired)) for series, name, retired in rows]


def desk(db: Database, series: int) -> Desk | None:
    """The desk of a series."""
    row = db.execute("SELECT name, retired FROM desk WHERE series = ?", (series,)).fetchone()
    return Desk(series=series, name=row[0], retired=bool(row[1])) if row else None


def users(db: Database) -> list[User]:
    """All users, by login."""
    return [_user(row) for row in db.execute(_USER + "ORDER BY login")]


def user(db: Database, login: str) -> User | None:
    """The user of a login."""
    row = db.execute(_USER + "WHERE login = ?", (login,)).fetchone()
    return _user(row) if row else None


_USER = "SELECT login, name, role, pin_hash, active, temporary FROM user "


def _user(row: tuple[Any, ...]) -> User:
    login, name, role, pin_hash, active, temporary = row
    return User(
        login=login, name=name, role=Role(role), pin_hash=pin_hash, active=bool(active), temporary=bool(temporary)
    )


def _shift(row: tuple[Any, ...]) -> Shift:
    return Shift(
        key=row[0],
        series=row[1],
        login=row[2],
        opened=datetime.fromisoformat(row[3]),
        closed=datetime.fromisoformat(row[4]) if row[4] else None,
        opening_float=row[5],
        counted_cash=row[6],
        note=row[7],
        opening_notes=Cash.from_record(json.loads(row[8])),
        counted_notes=Cash.from_record(json.loads(row[9])),
        handed_to=row[10],
    )


_SHIFT = (
    "SELECT key, series, login, opened, closed, opening_float, counted_cash, note, opening_notes, counted_notes, "
    "handed_to "
    "FROM (SELECT * FROM shift WHERE begun <> '') AS shift "
)


_HERE = "(substr(begun, -16) = (SELECT id FROM chain WHERE own = 1))"  # that of two computers' one is this one's


def shift(db: Database, key: str) -> Shift | None:
    """The shift of a key."""
    row = db.execute(_SHIFT + "WHERE key = ?", (key,)).fetchone()
    return _shift(row) if row else None


def open_shift(db: Database, *, series: int | None = None, login: str | None = None) -> Shift | None:
    """The shift that is open at a desk, or that a user has open: of several, one that began in this journal."""
    row = db.execute(
        _SHIFT + "WHERE closed IS NULL AND series = coalesce(?, series) AND login = coalesce(?, login) "
        f"ORDER BY {_HERE} DESC, opened",
        (series, login),
    ).fetchone()
    return _shift(row) if row else None


def began_here(db: Database, shift: Shift) -> str:
    """ "" for a shift that began in this journal; else the chain of the computer where it did."""
    row = db.execute(f"SELECT substr(begun, -16), {_HERE} FROM shift WHERE key = ?", (shift.key,)).fetchone()
    return str(row[0]) if row and not row[1] else ""


def shifts(db: Database) -> list[Shift]:
    """All shifts, newest first."""
    return [_shift(row) for row in db.execute(_SHIFT + "ORDER BY opened DESC, key")]


def slip(db: Database, number: SlipNumber) -> SlipRow | None:
    """A number's row; None when the ledger has no content for it."""
    row = db.execute(_SLIP + "WHERE slip.number = ?", (number.text,)).fetchone()
    return _slip_row(row) if row else None


def slips(db: Database) -> Iterator[SlipRow]:
    """Every slip with content, by number."""
    for row in db.execute(_SLIP + "ORDER BY slip.number").fetchall():
        yield _slip_row(row)


def has_slips(db: Database) -> bool:
    """Whether any slip was issued."""
    return db.execute("SELECT 1 FROM slip LIMIT 1").fetchone() is not None


def latest_slips(db: Database, series: int, count: int) -> list[SlipRow]:
    """The last slips of a desk, newest first."""
    rows = db.execute(_SLIP + "WHERE slip.series = ? ORDER BY slip.serial DESC LIMIT ?", (series, count))
    return [_slip_row(row) for row in rows]


def visits_of(db: Database, person: str) -> list[SlipRow]:
    """A person's slips (see Slip.person), oldest first."""
    return [_slip_row(row) for row in db.execute(_SLIP + "WHERE slip.person = ? ORDER BY slip.number", (person,))]


def find_slips(db: Database, typed: str, count: int) -> list[SlipRow]:
    """Slips whose mobile is what was typed, or whose name has its words, the last perhaps half; see `numbers_of`."""
    return [row for text in numbers_of(db, typed, count) if (row := slip(db, SlipNumber.parse(text)))]


def clinic_slips(db: Database, clinic: int, day: str) -> list[SlipRow]:
    """The slips of a clinic and an ISO day by token: no blanks, and nobody who was given a bed."""
    which = "WHERE slip.clinic = ? AND slip.day = ? AND slip.kind NOT IN ('pad', 'admission')"
    rows = db.execute(_SLIP + which, (clinic, day))
    found = [_slip_row(row) for row in rows]
    return sorted(found, key=lambda row: (row.slip.visit.token_series, row.slip.visit.token, row.slip.number))


def form_number(db: Database, form: str) -> SlipNumber | None:
    """The number that a form, sent before, was given: a form sent twice is one slip."""
    row = db.execute("SELECT number FROM form WHERE key = ?", (form,)).fetchone()
    return SlipNumber.parse(row[0]) if row else None


def digests(db: Database, number: SlipNumber) -> dict[str, int]:
    """The digests (hex) of all versions of a number, each with its revision."""
    return dict(db.execute("SELECT digest, revision FROM version WHERE number = ?", (number.text,)).fetchall())


def pad_payload(db: Database, number: SlipNumber) -> bytes | None:
    """The payload of a numbered blank, printed here or known by its paper alone; None when the number is no pad's."""
    row = db.execute(
        "SELECT payload FROM pad WHERE number = ?1 UNION ALL SELECT payload FROM version "
        "WHERE number = ?1 AND kind = 'pad' AND revision = 0",
        (number.text,),
    ).fetchone()
    return row[0] if row else None
