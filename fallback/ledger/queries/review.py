"""What the review of matches asks: which slips wait for a person, in which order, and what people said so far."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from fallback.ledger.queries.matches import ASK, COUNTS
from fallback.ledger.queries.pages import BACK
from fallback.slip import SlipNumber


class Question(StrEnum):
    """What a person is asked about a slip."""

    WHO = "who"  # nobody has said yet who it is
    SECOND = "second"  # somebody has, and it needs a second person
    DIFFERS = "differs"  # two people, or two offices, said different things: another decides
    PATIENT = "patient"  # only the patient can tell: it is on the call list


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A slip that waits for a person. `said_by` spoke already, "" for nobody; `others` are the logins whose words stand
    beside it where they differ.

    `checks` says that the matcher was sure, and a person looks whether it was right.
    """

    number: str
    question: Question
    said_by: str
    others: tuple[str, ...]
    checks: bool
    clinic: int
    day: str

    def may(self, login: str) -> bool:
        """Whether this login may answer: two looks are two people's, and a third decides between them."""
        if self.question is Question.SECOND:
            return login != self.said_by
        return self.question is not Question.DIFFERS or login not in (self.said_by, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that a person said of a match, as it counts: for lists, and to be taken back."""

    number: SlipNumber
    decision: str
    at: datetime
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A sure word of the matcher that a person looked at: both words, `person` as `Slip.person` has it."""

    number: SlipNumber
    machine: str
    machine_person: str
    said: str
    said_person: str


_DIFFERS = "((match.second <> '' OR (rivals AND who.clash)) AND who.second)"
_QUESTION = f"""CASE WHEN {_DIFFERS} THEN '{Question.DIFFERS}'
    WHEN who.second THEN '{Question.SECOND}'
    WHEN who.by = 'person' THEN '{Question.PATIENT}' ELSE '{Question.WHO}' END"""
# A sure word that a person checks may have left already: then it is a repair that is found, and still a figure.
_WAITS = f"""(who.outcome = '{ASK}' OR (who.by = 'rule' AND who.sample = 1)) AND NOT slip.voided AND NOT slip.conflict
    AND NOT slip.strange"""
_WAITING = f"""SELECT match.number, {_QUESTION} AS question, said_by,
    CASE WHEN {_DIFFERS} THEN (SELECT json_group_array(login) FROM match_word
        WHERE match_word.number = match.number AND open AND match_word.said <> '') ELSE '[]' END,
    who.outcome <> '{ASK}' OR (who.by = 'person' AND said_sample), slip.clinic, slip.day
    FROM ({COUNTS}) AS who JOIN match USING (number) JOIN slip USING (number)
    JOIN version ON version.digest = slip.content WHERE {_WAITS}"""
# Whoever lies in a bed, is a matter for the police, waits for a result or comes again soon cannot wait for a number.
_MARKED = f"""SELECT page_code.number FROM page_form JOIN page_code USING (picture, place) JOIN page USING (picture)
    WHERE {BACK} AND page_form.form = 'slip.hospital' AND page_form.marks"""


def _ticked(box: str) -> str:
    return f"""match.number IN ({_MARKED} ->> '$."outcome.{box}"' = 'ticked')"""


_LAST = 4
_URGENCY = f"""CASE WHEN slip.kind = 'admission' OR {_ticked("admitted")} THEN 0
    WHEN version.record ->> '$.medico_legal' OR {_ticked("medico_legal")} THEN 1
    WHEN {_ticked("investigations")} THEN 2 WHEN match.number IN ({_MARKED} LIKE '%"days.%') THEN 3 ELSE {_LAST} END"""


def waiting(db: Database, *, clinic: int = 0, day: str = "", urgent: bool = False) -> list[Waiting]:
    """The slips that wait for a person, of a clinic and an ISO day or of all: admitted, medico-legal, with results to
    come, who come again, then by day; `urgent`: those alone. The call list is not among them.
    """
    rows = db.execute(
        f"{_WAITING} AND question <> ? AND (?2 = 0 OR slip.clinic = ?2) AND (?3 = '' OR slip.day = ?3) "
        f"AND (?4 = 0 OR {_URGENCY} < {_LAST}) ORDER BY {_URGENCY}, slip.day, match.number",
        (Question.PATIENT.value, clinic, day, int(urgent)),
    )
    return [_waiting(row) for row in rows]


def waits(db: Database, number: SlipNumber) -> Waiting | None:
    """Whether and why a slip waits for a person, also on the call list."""
    row = db.execute(f"{_WAITING} AND match.number = ?", (number.text,)).fetchone()
    return _waiting(row) if row else None


def left(db: Database, *, clinic: int = 0, day: str = "") -> Counter[Question]:
    """How many slips of a clinic and a day (or of all) each question is asked of."""
    rows = db.execute(
        f"SELECT question, count(*) FROM ({_WAITING} AND (?1 = 0 OR slip.clinic = ?1) AND (?2 = '' OR slip.day = ?2)) "
        "GROUP BY question",
        (clinic, day),
    )
    return Counter({Question(question): count for question, count in rows})


def figures(db: Database) -> tuple[Counter[Question], dict[str, int]]:
    """How many slips each question is asked of, and how many the matcher decided by itself, by its outcome."""
    rows = db.execute(
        f"SELECT {_WAITS}, {_QUESTION}, who.by = 'rule' AND who.outcome <> '{ASK}', who.outcome, count(*) "
        f"FROM ({COUNTS}) AS who JOIN match USING (number) JOIN slip USING (number) GROUP BY 1, 2, 3, 4"
    )
    left, sure = Counter[Question](), Counter[str]()
    for waits_now, question, is_sure, outcome, count in rows.fetchall():
        if waits_now:
            left[Question(question)] += count
        if is_sure:
            sure[outcome] += count
    return left, dict(sure)


def calls(db: Database, most: int) -> list[SlipNumber]:
    """The slips whose patients must be asked, by day and clinic."""
    rows = db.execute(
        f"{_WAITING} AND match.said_by <> '' AND match.said = 'ask' AND question = ? "
        "ORDER BY slip.day, slip.clinic, match.number LIMIT ?",
        (Question.PATIENT.value, most),
    )
    return [SlipNumber.parse(row[0]) for row in rows]


def last_told(db: Database, login: str, most: int) -> list[Told]:
    """What a login said last and nobody took back, newest first: decisions, and second looks at those of others."""
    rows = db.execute(
        "SELECT * FROM (SELECT number, said, said_at AS at, said_stamp FROM match WHERE said_by <> '' AND said_by = ?1 "
        "AND said <> '' ORDER BY said_at DESC LIMIT ?2) UNION ALL SELECT * FROM (SELECT number, second, second_at, "
        "second_stamp FROM match WHERE second_by <> '' AND second_by = ?1 AND second <> '' AND said <> '' "
        "ORDER BY second_at DESC LIMIT ?2) ORDER BY 3 DESC, 4 DESC LIMIT ?2",
        (login, most),
    )
    return [
        Told(number=SlipNumber.parse(number), decision=said, at=datetime.fromisoformat(at), stamp=stamp)
        for number, said, at, stamp in rows
    ]


def told_since(db: Database, moment: datetime) -> dict[str, int]:
    """How many words each login said since a moment (UTC)."""
    rows = db.execute(
        "SELECT login, count(*) FROM (SELECT said_by AS login FROM match WHERE said_by <> '' AND said_at > ?1 "
        "UNION ALL SELECT second_by FROM match WHERE second_by <> '' AND second_at > ?1) GROUP BY login",
        (moment.isoformat(),),
    )
    return dict(rows.fetchall())


def checked(db: Database) -> Iterator[Checked]:
    """Every sure word of the matcher that people have looked at to the end, about the version that it was said of."""
    rows = db.execute(
        f"SELECT match.number, match.outcome, match.person, said, said_person FROM match CROSS JOIN ({COUNTS}) AS who "
        "ON who.number = match.number WHERE match.said_sample = 1 AND who.by = 'person' AND who.outcome <> 'ask' AND "
        "digest = said_digest AND match.outcome IN ('same', 'new') ORDER BY match.number"
    )
    for number, machine, machine_person, said, said_person in rows.fetchall():
        yield Checked(
            number=SlipNumber.parse(number),
            machine=machine,
            machine_person=machine_person,
            said=said,
            said_person=said_person,
        )


def joined(db: Database, number: SlipNumber) -> list[SlipNumber]:
    """The slips that stand or fall with one: said to be the same as it, or later visits of its patient."""
    rows = db.execute(
        "SELECT number FROM match WHERE person = ?1 AND person <> '' UNION "
        "SELECT number FROM match WHERE said_person = ?1 AND said_person <> '' "
        "UNION SELECT number FROM slip WHERE person = ?1 AND number <> ?1 ORDER BY 1",
        (number.text,),
    )
    return [SlipNumber.parse(each) for (each,) in rows]


def picture_of(db: Database, number: SlipNumber) -> str:
    """The picture of a page that brought a slip's paper back, the newest; "" where none did."""
    row = db.execute(
        f"SELECT page.picture FROM page JOIN page_code USING (picture) WHERE page_code.number = ?1 AND {BACK} "
        "UNION ALL SELECT picture FROM decision WHERE number = ?1 AND decision = 'belongs' LIMIT 1",
        (number.text,),
    ).fetchone()
    return row[0] if row else ""


def _waiting(row: tuple[Any, ...]) -> Waiting:
    return Waiting(
        number=row[0],
        question=Question(row[1]),
        said_by=row[2],
        others=tuple(json.loads(row[3])),
        checks=bool(row[4]),
        clinic=row[5],
        day=row[6],
    )
