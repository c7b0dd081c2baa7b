"""What the worklist asks: which pages and blanks wait, what was entered of a blank, the traces of one number."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from fallback.ledger.queries.pages import BACK, DOUBTED, OPEN
from fallback.slip import SlipNumber

LAST_DECISIONS = 20
_STEPS = ("first", "second", "chosen")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """An open page; or, where `number` says which, a blank to be typed in, with the first page that has it."""

    picture: str
    outcome: str
    decision: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """What one person entered of a blank; `step` is first, second or chosen."""

    step: str
    picture: str
    login: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is known of a number besides its record.

    `issued` is False where no fact names it or a later number of its series; `spent` is unused, spoiled, missing or "";
    `pages` counts the pages that brought its paper back. `issued_to` is the ward or counter that got it as a blank.
    """

    issued: bool
    pad: bool
    issued_to: str
    voided: bool
    spent: str
    spent_reason: str
    spent_by: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something that a person did on the worklist: a decision, or (first, second, chosen) the entry of a blank."""

    picture: str
    number: str
    what: str


_BLANK = """(EXISTS (SELECT 1 FROM pad WHERE pad.number = {0}) OR
    EXISTS (SELECT 1 FROM version WHERE version.number = {0} AND version.kind = 'pad'))
    AND NOT EXISTS (SELECT 1 FROM slip WHERE slip.number = {0} AND slip.kind <> 'pad')"""
# An entry counts from the newest decision about its page on: to reopen the page takes it back.
_ENTRY = """SELECT e.number, e.step, e.picture, e.login, e.fields, e.stamp FROM pad_entry AS e
    LEFT JOIN decision USING (picture) WHERE e.stamp > coalesce(decision.stamp, '')"""
_WAITING = f"""WITH waiting AS MATERIALIZED (SELECT page.picture, page.stamp AS stamp,
        CASE WHEN outcome IN ('read', 'repeat', 'doubtful') AND {DOUBTED} THEN 'revoked' ELSE outcome END AS outcome,
        coalesce(decision.decision, '') AS decision, coalesce(decision.number, '') AS told
        FROM page LEFT JOIN decision USING (picture) WHERE {OPEN} AND {{}}),
    blank AS MATERIALIZED (SELECT DISTINCT waiting.picture, page_code.number FROM waiting JOIN page_code USING (picture)
            WHERE waiting.decision = '' AND page_code.outcome IN ('genuine', 'number_only')
            AND {_BLANK.format("page_code.number")}
        UNION SELECT picture, told FROM waiting WHERE decision = 'belongs' AND {_BLANK.format("told")})"""


def waiting(db: Database) -> list[WorkRow]:
    """Everything that needs a person, in the order of acceptance: a blank once, a page when its blanks are done."""
    rows = db.execute(
        f"{_WAITING.format('1')} "
        "SELECT picture, outcome, decision, blank.number, stamp FROM waiting JOIN blank USING (picture) "
        "UNION ALL SELECT picture, outcome, decision, '', stamp FROM waiting "
        "WHERE picture NOT IN (SELECT picture FROM blank) ORDER BY stamp, 4"
    ).fetchall()
    work: dict[str, WorkRow] = {}
    for picture, outcome, decision, number, _ in rows:
        row = WorkRow(picture=picture, outcome=outcome, decision=decision, number=number)
        work.setdefault(number or picture, row)
    return list(work.values())


def blanks_on(db: Database, picture: str) -> list[SlipNumber]:
    """The blanks of an open page that have no content yet: read on it, or told by a person."""
    this = _WAITING.format("page.picture = ?")
    rows = db.execute(f"{this} SELECT number FROM blank ORDER BY number", (picture,))
    return [SlipNumber.parse(number) for (number,) in rows]


def entries(db: Database, number: SlipNumber) -> list[EntryRow]:
    """What was entered of a blank and not taken back: nothing, first, first and second, or with chosen all three."""
    return _steps(db.execute(f"{_ENTRY} AND e.number = ?", (number.text,))).get(number.text, [])


def entries_waiting(db: Database) -> dict[str, list[EntryRow]]:
    """What was entered of each blank that has no content yet, by its number."""
    content = "SELECT 1 FROM slip WHERE slip.number = e.number AND slip.kind <> 'pad'"
    return _steps(db.execute(f"{_ENTRY} AND NOT EXISTS ({content})"))


def entered_on(db: Database, picture: str) -> list[SlipNumber]:
    """The blanks of which something was entered from this page and not taken back."""
    rows = db.execute(f"SELECT DISTINCT number FROM ({_ENTRY}) WHERE picture = ? ORDER BY number", (picture,))
    return [SlipNumber.parse(number) for (number,) in rows]


def _steps(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[EntryRow]]:
    """By number; a later step counts when it is newer than the step before and not by the login that was first."""
    found: dict[str, list[EntryRow]] = {}
    last: dict[str, str] = {}
    for of, step, picture, login, fields, stamp in sorted(rows, key=lambda row: _STEPS.index(row[1])):
        known = found.setdefault(of, [])
        if step != _STEPS[len(known)] or (known and (known[0].login == login or stamp < last[of])):
            continue
        known.append(EntryRow(step=step, picture=picture, login=login, fields=json.loads(fields)))
        last[of] = stamp
    return found


def trace(db: Database, number: SlipNumber, *, besides: str = "") -> Trace:
    """The traces of a number; the page `besides` is not counted."""

    def one(sql: str, *values: Any) -> Any:
        return db.execute(sql, (number.text, *values)).fetchone()

    end = db.execute("SELECT next_serial FROM counter WHERE series = ?", (number.series,)).fetchone()
    pad = one("SELECT issued_to FROM pad WHERE number = ?")
    spent = one("SELECT outcome, reason, login FROM spent WHERE number = ?") or ("", "", "")
    pages = one(
        f"SELECT count(*) FROM (SELECT picture FROM page_code JOIN page USING (picture) WHERE number = ?1 AND {BACK} "
        "UNION SELECT picture FROM decision WHERE number = ?1 AND decision <> '') WHERE picture <> ?2",
        besides,
    )
    return Trace(
        issued=end is not None and number.serial < end[0],
        pad=pad is not None or one("SELECT 1 FROM version WHERE number = ? AND kind = 'pad'") is not None,
        issued_to=pad[0] if pad else "",
        voided=one("SELECT 1 FROM void_told WHERE number = ?") is not None,
        spent=spent[0],
        spent_reason=spent[1],
        spent_by=spent[2],
        pages=int(pages[0]),
    )


def pad_day(db: Database, number: SlipNumber) -> date | None:
    """The day on which a blank was printed here; None when only its paper is known."""
    row = db.execute("SELECT day FROM pad WHERE number = ?", (number.text,)).fetchone()
    return date.fromisoformat(row[0]) if row else None


def numbers_on(db: Database, picture: str) -> list[SlipNumber]:
    """The numbers that were read on a page, or that a person gave to it."""
    rows = db.execute(
        "SELECT number FROM page_code WHERE picture = ?1 AND number <> '' UNION "
        "SELECT number FROM decision WHERE picture = ?1 AND number <> '' AND decision <> '' ORDER BY 1",
        (picture,),
    )
    return [SlipNumber.parse(number) for (number,) in rows]


def page_before(db: Database, batch: str, file: str, page: int) -> str:
    """The picture of the page before in the same file of the same batch, "" for none."""
    row = db.execute(
        "SELECT picture FROM stored WHERE batch = ? AND file = ? AND page = ? ORDER BY stamp DESC",
        (batch, file, page - 1),
    ).fetchone()
    return row[0] if row else ""


def last_decisions(db: Database, login: str, count: int = LAST_DECISIONS) -> list[Done]:
    """What a person did last on the worklist and did not take back, newest first."""
    rows = db.execute(
        f"SELECT picture, number, decision, stamp FROM decision WHERE login = ?1 AND decision <> '' UNION ALL "
        f"SELECT picture, number, step, stamp FROM ({_ENTRY}) WHERE login = ?1 ORDER BY stamp DESC LIMIT ?2",
        (login, count),
    )
    return [Done(picture=picture, number=number, what=what) for picture, number, what, _ in rows]
