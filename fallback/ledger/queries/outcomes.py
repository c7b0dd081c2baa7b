"""What says that a patient was seen: the nurse at the room's door, the clinic's day sheet, the hospital copy's ticks.

It is worked out when it is asked for: a day sheet may be read before the slips of which it tells. A page on which no
form was found is no evidence: its boxes might say that the patient was not seen. A person may say whose it is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlite_utils import Database

from fallback.ledger.queries.pages import form_row
from fallback.ledger.queries.sheets import LOOKED, VISIT_DAY, ticked_tokens

_COPY = "slip.hospital"
Where = tuple[int, str, int, int]  # clinic, ISO day, series of the token, token


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRow:
    """One that says something of a visit: `evidence` is nurse, day_sheet or copy, `marks` what it says (box: state).

    `sure` is False where the paper is torn or bent and no person has looked. `picture` is the page, "" of a nurse, and
    `login` the nurse, "" of a page.
    """

    evidence: str
    marks: Mapping[str, str] = field(default_factory=dict)
    sure: bool = True
    picture: str = ""
    login: str = ""


def evidence_of(db: Database, number: str) -> list[WitnessRow]:
    """All that says something of one slip's visit; nothing of a void slip."""
    return evidence(db, number).get(number, [])


def evidence(db: Database, number: str = "") -> dict[str, list[WitnessRow]]:
    """All that says something of every visit (or of one slip's), by slip number; void slips are left out.

    One pass over what was read: 150,000 slips take seconds.
    """
    found: dict[str, list[WitnessRow]] = {}
    for told, witness in (*_nurses(db, number), *_copies(db, number), *_given(db, number), *_day_sheets(db, number)):
        found.setdefault(told, []).append(witness)
    asked, only = _only("number", number)
    voided = {each for (each,) in db.execute(f"SELECT number FROM slip WHERE voided <> 0{asked}", only)}
    return {told: witnesses for told, witnesses in sorted(found.items()) if told not in voided}


def nurse_said(db: Database, number: str) -> str:
    """What was said last at the room's door: seen, not_seen, or "" for nothing."""
    row = db.execute("SELECT outcome FROM seen WHERE number = ?", (number,)).fetchone()
    return row[0] if row else ""


def tokens_known(db: Database, number: str = "") -> dict[Where, set[str]]:
    """The slips that were ever given a token, void ones left out; of one slip, those that were given a token of its.

    An older version's token counts too: a correction gave the patient another, and either may have been ticked.
    """
    same = " AND ".join(
        f"version.record ->> '$.{name}' = own.record ->> '$.{name}'" for name in ("clinic", "token_series", "token")
    )
    near = f"version AS own CROSS JOIN version ON own.number = ? AND {same}"
    alone = "NOT EXISTS (SELECT 1 FROM slip WHERE slip.number = version.number AND voided <> 0)"
    together = "version.number NOT IN (SELECT number FROM slip WHERE voided <> 0)"
    rows = db.execute(  # all of it stands in the index of tokens
        f"SELECT version.number, version.record ->> '$.clinic', {VISIT_DAY.replace('record', 'version.record')}, "
        "version.record ->> '$.token_series', version.record ->> '$.token' "
        f"FROM {near if number else 'version'} WHERE version.record ->> '$.token' > 0 "
        f"AND version.kind NOT IN ('void', 'pad') AND {alone if number else together}",
        (number,) if number else (),
    )
    found: dict[Where, set[str]] = {}
    for told, clinic, day, series, token in rows:
        found.setdefault((clinic, day or "", series, token), set()).add(told)
    return found


def _only(column: str, number: str) -> tuple[str, tuple[str, ...]]:
    """What narrows a question to one slip, and its value; nothing for all."""
    return (f" AND {column} = ?", (number,)) if number else ("", ())


def _nurses(db: Database, number: str) -> Iterator[tuple[str, WitnessRow]]:
    asked, only = _only("number", number)
    for told, outcome, login in db.execute(f"SELECT number, outcome, login FROM seen WHERE 1{asked}", only):
        yield told, WitnessRow(evidence="nurse", marks={f"outcome.{outcome}": "ticked"}, login=login)


def _copies(db: Database, number: str) -> Iterator[tuple[str, WitnessRow]]:
    """Only a genuine code says whose form it is."""
    asked, only = _only("page_code.number", number)
    rows = db.execute(
        "SELECT page_code.number, picture, place, form, sure, page_form.marks, coalesce(decision.marks, '{}'), "
        "coalesce(decision, '') FROM page_code JOIN page_form USING (picture, place) LEFT JOIN decision "
        f"USING (picture) WHERE form = ? AND page_code.outcome = 'genuine'{asked}",
        (_COPY, *only),
    )
    for told, picture, place, form, sure, marks, person, decision in rows:
        read = form_row(place, form, sure, marks, person)
        yield (
            told,
            WitnessRow(evidence="copy", marks=read.marks, sure=read.sure or decision in LOOKED, picture=picture),
        )


def _given(db: Database, number: str) -> Iterator[tuple[str, WitnessRow]]:
    """Pages without a form that a person gave to a slip, and of whose boxes that person told."""
    asked, only = _only("number", number)
    rows = db.execute(
        "SELECT number, picture, marks FROM decision WHERE decision = 'belongs' AND number <> '' AND marks <> '{}' "
        f"AND NOT EXISTS (SELECT 1 FROM page_form WHERE page_form.picture = decision.picture){asked}",
        only,
    )
    for told, picture, marks in rows:
        said = {name: state for form in json.loads(marks).values() for name, state in form.items()}
        yield told, WitnessRow(evidence="copy", marks=said, picture=picture)


def _day_sheets(db: Database, number: str) -> Iterator[tuple[str, WitnessRow]]:
    """Ticks by token. A token that two slips have says nothing of either before a person has looked."""
    sheets = ticked_tokens(db, number)
    known = tokens_known(db, number) if any(sheet.tokens for sheet in sheets) else {}
    for sheet in sheets:
        for token, (state, picture) in sheet.tokens.items():
            told = known.get((sheet.clinic, sheet.day, sheet.token_series, token), set())
            for each in sorted(told & {number} if number else told):
                marks = {f"reached.{token - sheet.first + 1}": state if len(told) == 1 else "doubtful"}
                yield each, WitnessRow(evidence="day_sheet", marks=marks, picture=picture)
