"""What is asked after the import: repairs that are open, which slip became which UHID, who has that, what is closed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from fallback.slip import SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Who was told of a repair, when (ISO, UTC) and by which login."""

    who: str
    note: str
    login: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A slip that was sent under the wrong person: `wrong` and `right` are `uhid:`, a slip number, or the system's own
    number of a patient; `right` is "" for a patient who is new there. `sent` is what the system has of it by its own
    ids, `steps` the system's own steps to take it apart. `open` until somebody confirmed that it is right there.
    """

    number: SlipNumber
    target: str
    wrong: str
    right: str
    reason: str
    sent: Mapping[str, Any]
    steps: Sequence[str]
    login: str
    at: str
    open: bool
    note: str = ""
    closed_by: str = ""
    closed_at: str = ""
    told: Sequence[Word] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRow:
    """Under which patient a slip is in the hospital system; `uhid` is "" where only the system's `patient` is known.

    `how` is created, found, linked (typed by hand before) or repaired. `void`: the slip was taken back there. `sealed`:
    a confidential patient. `first` is the number that the patient had before: of the slip itself, or of their first.
    """

    number: SlipNumber
    first: str
    clinic: int
    day: str
    uhid: str
    patient: str
    how: str
    void: bool
    sealed: bool

    @property
    def state(self) -> tuple[str, bool]:
        """What a department was told, or would be: the patient's number, and whether the slip is void."""
        return self.uhid or self.patient, self.void


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file of the cross-walk that was given to a department. `until` is the last line of each chain that it knew.

    `receipts` are (receipt, login, ISO moment) of those who said that they have it.
    """

    department: str
    target: str
    form: str
    count: int
    sha256: str
    until: Mapping[str, int]
    login: str
    at: str
    receipts: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEnd:
    """An account that was signed (`closed`), or opened again: its content as the line has it, who and when."""

    closed: bool
    content: Mapping[str, Any] = field(default_factory=dict)
    login: str = ""
    at: str = ""


_REPAIR = "SELECT number, target, content, login, at, opened > closed, note, closed_by, closed_at FROM repair "


def repairs(db: Database, *, open_only: bool = True, most: int = 500) -> list[Repair]:
    """The repair orders, oldest first; those that are done only when asked for."""
    which = "WHERE opened > closed" if open_only else "WHERE opened <> ''"
    rows = db.execute(_REPAIR + f"{which} ORDER BY opened > closed DESC, at, number LIMIT ?", (most,)).fetchall()
    return [_repair(db, row) for row in rows]


def is_used(db: Database, target: str) -> bool:
    """Whether any slip was ever approved for a target, sent or brought back from it."""
    return db.execute("SELECT 1 FROM delivery WHERE target = ? LIMIT 1", (target,)).fetchone() is not None


def open_repairs(db: Database, target: str) -> int:
    """How many repairs at a target nobody has confirmed yet."""
    row = db.execute("SELECT count(*) FROM repair WHERE opened > closed AND target = ?", (target,)).fetchone()
    return int(row[0])


def repair(db: Database, number: SlipNumber, target: str) -> Repair | None:
    """The newest repair order of a slip at a target."""
    which = "WHERE number = ? AND target = ? AND opened <> ''"
    row = db.execute(_REPAIR + which, (number.text, target)).fetchone()
    return _repair(db, row) if row else None


def sent_to(db: Database, number: SlipNumber) -> list[str]:
    """The targets that may have a slip: something left for them."""
    rows = db.execute("SELECT target FROM delivery WHERE number = ? AND attempts > 0 ORDER BY target", (number.text,))
    return [target for (target,) in rows.fetchall()]


def _repair(db: Database, row: tuple[Any, ...]) -> Repair:
    number, target, text, login, at, is_open, note, closed_by, closed_at = row
    content = json.loads(text)
    told = db.execute(
        "SELECT who, note, login, at FROM repair_told WHERE number = ? AND target = ? ORDER BY stamp", (number, target)
    ).fetchall()
    return Repair(
        number=SlipNumber.parse(number),
        target=target,
        wrong=content["wrong"],
        right=content["right"],
        reason=content["reason"],
        sent=content["sent"],
        steps=tuple(content["steps"]),
        login=login,
        at=at,
        open=bool(is_open),
        note="" if is_open else note,
        closed_by="" if is_open else closed_by,
        closed_at="" if is_open else closed_at,
        told=tuple(Word(who=each[0], note=each[1], login=each[2], at=each[3]) for each in told),
    )


# The newest line that names the patient says under whom a slip is at a target; one that was taken back has a line of
# the void's own revision. `{within}` narrows both to the lines that were known at some time.
_WALK = (
    "SELECT slip.number, slip.person, slip.clinic, slip.day, walk.uhid, walk.patient, walk.how, "
    "slip.voided = 1 AND EXISTS (SELECT 1 FROM walk AS other WHERE other.target = walk.target "
    "AND other.number = walk.number AND other.revision >= slip.revision{within}), "
    "version.record ->> '$.sealed', version.record ->> '$.uhid' "
    "FROM walk JOIN slip ON slip.number = walk.number JOIN version ON version.digest = slip.content "
    "WHERE walk.target = ? AND walk.stamp = (SELECT max(other.stamp) FROM walk AS other WHERE other.target = "
    "walk.target AND other.number = walk.number AND other.uhid || other.patient <> ''{within}){which} ORDER BY {order}"
)
# Lines after the ends of the chains that a department was told up to; a chain that it never heard of is new whole.
_END = "coalesce((SELECT value FROM json_each(?) WHERE key = {of}.chain), 0)"
_SINCE = f"SELECT number FROM walk WHERE target = ? AND sequence > {_END.format(of='walk')}"


def walk(db: Database, target: str, *, by_uhid: bool = False, clinic: int = 0, day: str = "") -> Iterator[WalkRow]:
    """Every slip that a target has (of a clinic, of an ISO day), by its number or by the patient's UHID."""
    which, values = "", [target]
    if clinic:
        which, values = which + " AND slip.clinic = ?", [*values, str(clinic)]
    if day:
        which, values = which + " AND slip.day = ?", [*values, day]
    # A confidential patient's place between two others would tell what their number is.
    hidden = "version.record ->> '$.sealed' <> ''"
    theirs = f"{hidden}, iif({hidden}, '', walk.uhid), iif({hidden}, '', walk.patient), walk.number"
    order = theirs if by_uhid else "walk.number"
    rows = db.execute(_WALK.format(within="", which=which, order=order), values)
    for row in rows.fetchall():
        yield _walk_row(row)


def walk_of(db: Database, number: SlipNumber, target: str) -> WalkRow | None:
    """The same of one slip."""
    asked = _WALK.format(within="", which=" AND walk.number = ?", order="walk.number")
    row = db.execute(asked, (target, number.text)).fetchone()
    return _walk_row(row) if row else None


def walk_since(db: Database, target: str, until: Mapping[str, int]) -> list[WalkRow]:
    """The same of those of which a line came after these ends of the chains."""
    asked = _WALK.format(within="", which=f" AND walk.number IN ({_SINCE})", order="walk.number")
    values = (target, target, json.dumps(dict(until)))
    return [_walk_row(row) for row in db.execute(asked, values).fetchall()]


def walk_before(db: Database, target: str, until: Mapping[str, int]) -> dict[str, tuple[str, bool]]:
    """What was known of each slip when the chains ended at these lines: number or patient's, and whether it was void.

    Only of those of which a line came since: the others stand as they stood.
    """
    ends = json.dumps(dict(until))
    within = f" AND other.sequence <= {_END.format(of='other')}"
    asked = _WALK.format(within=within, which=f" AND walk.number IN ({_SINCE})", order="walk.number")
    rows = [_walk_row(row) for row in db.execute(asked, (ends, target, ends, target, ends)).fetchall()]
    return {row.number.text: row.state for row in rows}


def _walk_row(row: tuple[Any, ...]) -> WalkRow:
    number, person, clinic, day, uhid, patient, how, void, sealed, own = row
    return WalkRow(
        number=SlipNumber.parse(number),
        first=number if person.startswith("uhid:") else person,
        clinic=clinic,
        day=day,
        uhid=uhid or ("" if sealed else own or ""),
        patient=patient,
        how=how,
        void=bool(void),
        sealed=bool(sealed),
    )


def given(db: Database, target: str) -> list[Given]:
    """Every file of the cross-walk that was given to a department, newest first, with who has confirmed it."""
    found = []
    for row in db.execute(
        "SELECT department, target, form, count, sha256, until, login, at FROM walk_given WHERE target = ? "
        "ORDER BY stamp DESC",
        (target,),
    ).fetchall():
        receipts = db.execute(
            "SELECT receipt, login, at FROM walk_received WHERE department = ? AND sha256 = ? ORDER BY stamp",
            (row[0], row[4]),
        ).fetchall()
        found.append(
            Given(
                department=row[0],
                target=row[1],
                form=row[2],
                count=row[3],
                sha256=row[4],
                until=json.loads(row[5]),
                login=row[6],
                at=row[7],
                receipts=tuple((each[0], each[1], each[2]) for each in receipts),
            )
        )
    return found


def walk_changes(db: Database, target: str, until: Mapping[str, int]) -> int:
    """How many slips have a newer line than these ends of the chains: at most so many would be told anew."""
    asked = (
        "WITH ends AS MATERIALIZED (SELECT key, value FROM json_each(?2)) SELECT count(DISTINCT number) FROM walk "
        "LEFT JOIN ends ON ends.key = walk.chain WHERE target = ?1 AND sequence > coalesce(ends.value, 0)"
    )
    return int(db.execute(asked, (target, json.dumps(dict(until)))).fetchone()[0])


def closed_outcomes(db: Database) -> dict[str, str]:
    """The visits of which nobody will ever say whether the patient was seen, by number, with the reason."""
    return dict(db.execute("SELECT number, reason FROM outcome_closed ORDER BY number").fetchall())


def account_end(db: Database, target: str) -> AccountEnd:
    """Whether an account was signed, and how it stood then."""
    row = db.execute("SELECT closed, content, login, at FROM account_end WHERE target = ?", (target,)).fetchone()
    if row is None:
        return AccountEnd(closed=False)
    return AccountEnd(closed=bool(row[0]), content=json.loads(row[1]), login=row[2], at=row[3])


def uhids_seen(db: Database, number: str) -> list[tuple[str, bool, str, str]]:
    """The UHIDs that a slip's patient had, as somebody saw: the UHID, whether on a card, login and ISO moment."""
    rows = db.execute("SELECT uhid, by_card, login, at FROM uhid_seen WHERE number = ? ORDER BY line", (number,))
    return [(uhid, bool(by_card), login, at) for uhid, by_card, login, at in rows.fetchall()]


_UNSAID = (
    "FROM slip WHERE voided = 0 AND conflict = 0 AND kind IN ('opd', 'casualty') AND day <> '' AND day <= ? "
    "AND NOT EXISTS (SELECT 1 FROM outcome_closed WHERE outcome_closed.number = slip.number) "
    "AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.number = slip.number) "
    "AND NOT EXISTS (SELECT 1 FROM page_code JOIN page_form USING (picture, place) "
    "WHERE page_code.number = slip.number AND page_code.outcome = 'genuine' AND form = 'slip.hospital') "
)


def unsaid(db: Database, until: str) -> dict[tuple[int, str], int]:
    """The visits up to an ISO day of which neither the nurse nor a hospital copy says anything, counted by clinic and
    day. A day sheet may still tell of some: whoever closes them looks (see `recovery.closing`).
    """
    rows = db.execute(f"SELECT clinic, day, count(*) {_UNSAID}GROUP BY 1, 2 ORDER BY 2, 1", (until,))
    return {(clinic, day): count for clinic, day, count in rows}


def unsaid_numbers(db: Database, until: str, clinic: int = 0, day: str = "") -> list[str]:
    """The numbers of the same visits, of a clinic and of a day where they are told."""
    asked = f"SELECT number {_UNSAID}AND ? IN (0, clinic) AND ? IN ('', day) ORDER BY number"
    return [number for (number,) in db.execute(asked, (until, clinic, day)).fetchall()]


def walk_days(db: Database, target: str) -> list[tuple[str, int]]:
    """The days (ISO) of the slips that a target has, each with how many."""
    rows = db.execute(
        "SELECT day, count(*) FROM slip WHERE +number IN (SELECT number FROM walk WHERE target = ?) "
        "GROUP BY +day ORDER BY 1",
        (target,),
    )
    return [(day, count) for day, count in rows.fetchall()]
