"""What recovery asks of the sheets that came back: a box's, a clinic's day, a shift's; each paper counts once."""

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from fallback.ledger.queries.pages import BACK, form_row
from fallback.slip import SlipNumber

LOOKED = ("marks", "belongs")  # decisions by which a person has seen what stands on a page
# The day of a version's visit, which is not always that of its issue.
VISIT_DAY = "coalesce(nullif(record ->> '$.day', ''), substr(record ->> '$.issued', 1, 10))"
_DAY = "day-sheet.sheet"
_REACHED = "reached."  # the box of a day sheet's row, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """A signed paper that was read, as its record, and the batches that brought it."""

    record: dict[str, Any]
    batches: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheetRow:
    """A page of a day sheet: whose tokens from `first` on it is, and those that are not empty, as ticked or doubtful,
    each with the page where that was read. A tick on a torn page is doubtful until a person has looked.
    """

    clinic: int
    day: str
    token_series: int
    first: int
    tokens: dict[int, tuple[str, str]]


def statements(db: Database, type: str) -> list[StatementRow]:
    """The signed papers of a type (shift, day, box) that were read."""
    rows = db.execute(
        "SELECT record, json_group_array(DISTINCT page.batch) FROM statement LEFT JOIN page_code USING (digest) "
        "LEFT JOIN page USING (picture) WHERE type = ? GROUP BY statement.digest ORDER BY statement.digest",
        (type,),
    )
    return [
        StatementRow(record=json.loads(record), batches=frozenset(filter(None, json.loads(batches))))
        for record, batches in rows
    ]


def ticked_tokens(db: Database, number: str = "") -> list[DaySheetRow]:
    """Each page of a day sheet that was read, with its tokens that are not empty; of one slip, those of its own token's
    desk and day.
    """
    sheets: dict[str, DaySheetRow] = {}
    near = (
        "(SELECT statement.* FROM version AS own CROSS JOIN statement ON type = 'day' "
        "AND statement.record ->> '$.clinic' = own.record ->> '$.clinic' "
        f"AND statement.record ->> '$.day' = {VISIT_DAY.replace('record', 'own.record')} "
        "AND statement.record ->> '$.token_series' = own.record ->> '$.token_series' WHERE own.number = ?) AS "
    )
    rows = db.execute(
        "SELECT statement.digest, record, picture, place, form, sure, page_form.marks, coalesce(decision.marks, '{}'), "
        f"coalesce(decision, '') FROM {near if number else ''}statement LEFT JOIN page_code ON page_code.digest = "
        "statement.digest LEFT JOIN page_form USING (picture, place) LEFT JOIN decision USING (picture) "
        "WHERE type = 'day' ORDER BY statement.digest, picture",
        (number,) if number else (),
    )
    for digest, text, picture, place, form, sure, marks, person, decision in rows:
        if digest not in sheets:
            record = json.loads(text)
            fields = {name: record[name] for name in ("clinic", "day", "token_series", "first")}
            sheets[digest] = DaySheetRow(**fields, tokens={})
        sheet = sheets[digest]
        if form != _DAY:
            continue
        for name, state in form_row(place, form, sure, marks, person).marks.items():
            if state in ("ticked", "doubtful") and name.startswith(_REACHED):
                token = sheet.first + int(name.removeprefix(_REACHED)) - 1
                certain = state == "ticked" and (sure or decision in LOOKED)
                if certain or token not in sheet.tokens:
                    sheet.tokens[token] = ("ticked" if certain else "doubtful", picture)
    return list(sheets.values())


def copies_back(db: Database) -> dict[tuple[int, str], set[str]]:
    """The slips whose paper was read on a page or given to one, by clinic and ISO day of their visit; no void slips.

    A pad that was typed in is none: it goes back to the registration, not into a clinic's box.
    """
    rows = db.execute(
        "SELECT clinic, day, number FROM slip WHERE kind <> 'pad' AND voided = 0 AND number IN (SELECT number FROM "
        f"page_code JOIN page USING (picture) WHERE {BACK} AND NOT (number IN (SELECT number FROM pad UNION "
        "SELECT number FROM version WHERE kind = 'pad') AND digest NOT IN (SELECT digest FROM version "
        "WHERE kind <> 'pad')) "
        "UNION SELECT number FROM decision WHERE number <> '' AND decision <> '')"
    )
    found: dict[tuple[int, str], set[str]] = {}
    for clinic, day, number in rows:
        found.setdefault((clinic, day), set()).add(number)
    return found


def visits(db: Database) -> int:
    """How many slips with content are not void."""
    row = db.execute("SELECT count(*) FROM slip WHERE kind NOT IN ('pad', 'void') AND voided = 0").fetchone()
    return int(row[0])


def slips_between(db: Database, series: int, first: int, last: int) -> int:
    """How many numbers of a series from a serial to another are known as slips: numbered blanks are left out.

    None from 0 to 0, as a shift says in which nobody was registered.
    """
    if not first or not last:  # a quiet shift's sheet must not end the page of all the others
        return 0
    row = db.execute(
        "SELECT count(*) FROM (SELECT number FROM slip WHERE series = ?1 AND serial BETWEEN ?2 AND ?3 "
        "UNION SELECT number FROM void_told WHERE number BETWEEN ?4 AND ?5) AS known "
        "WHERE number NOT IN (SELECT number FROM pad WHERE series = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM version WHERE version.number = known.number AND version.kind = 'pad')",
        (series, first, last, SlipNumber(series, first).text, SlipNumber(series, last).text),
    ).fetchone()
    return int(row[0])


def voids_known(db: Database, numbers: list[str]) -> set[str]:
    """Which of these numbers have a void of their own, in the journal or on paper."""
    found = (db.execute("SELECT 1 FROM version WHERE number = ? AND kind = 'void'", (each,)) for each in numbers)
    return {number for number, rows in zip(numbers, found, strict=True) if rows.fetchone()}
