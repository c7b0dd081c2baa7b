"""Who is whom, as it counts now: a person's word over the matcher's, and of either only what was said of this person.

A word about an older version of a slip counts on while that version tells of the person what this one tells; so does
one that calls it the same as another slip, while that one tells of the same person as then. Once the slip was sent, the
newest word counts on. Where two offices said different things and neither had heard the other, a person is asked.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fallback.errors import Sentence
from fallback.slip import SlipNumber

SAME, NEW, ASK = "same", "new", "ask"
_UHID = "uhid:"
_LONGEST = 20  # slips that one chain of decisions may go through
_PERSON = (
    "name", "name_hindi", "sex", "birth_date", "age", "age_unit", "guardian", "mobile", "locality", "uhid", "abha",
    "patient_number", "mother", "alias", "sealed",
)  # fmt: skip


_SENT = "EXISTS (SELECT 1 FROM delivery WHERE delivery.number = match.number AND attempts > 0)"


def _fresh(digest: str) -> str:
    """Whether a version tells of the person what the slip's content tells now, in SQL."""
    old, new = (", ".join(f"{each}.record ->> '$.{name}'" for name in _PERSON) for each in ("old", "now"))
    return (
        f"({digest} = slip.content OR EXISTS (SELECT 1 FROM version AS old, version AS now WHERE old.digest = {digest} "
        f"AND now.digest = slip.content AND ({old}) IS ({new})))"
    )


def _stands(person: str, whose: str) -> str:
    """Whether the slip that is named as the same person tells of whom it told then, in SQL.

    Else somebody would be joined to whoever that number is corrected to. What was sent already is a repair.
    """
    old, new = (", ".join(f"{each}.record ->> '$.{name}'" for name in _PERSON) for each in ("old", "now"))
    return (
        f"({whose} = '' OR EXISTS (SELECT 1 FROM slip AS other WHERE other.number = {person} AND other.content = "
        f"{whose}) OR EXISTS (SELECT 1 FROM slip AS other JOIN version AS now ON now.digest = other.content "
        f"JOIN version AS old ON old.digest = {whose} WHERE other.number = {person} AND ({old}) IS ({new})) "
        f"OR {_SENT})"
    )


# A slip that was sent is whose it was sent as until a person says another, whatever is corrected in it: else its person
# would be two, the one under whom it went, and the one of whom their next visit would make a new patient.
_NEWEST = """CASE WHEN said <> '' AND (outcome = '' OR said_stamp > match.stamp) THEN 'person'
        WHEN outcome <> '' THEN 'rule' ELSE '' END"""
# Two words that never met, of which neither counts over the other: whichever was later, a person must see both.
_CLASH = f"""(rivals AND EXISTS (SELECT 1 FROM match_word AS rival WHERE rival.number = match.number AND rival.open
    AND NOT rival.look AND rival.said <> '' AND (rival.said, rival.person) <> (match.said, match.said_person)
    AND ({_fresh("rival.digest")} AND {_stands("rival.person", "rival.whose")} OR {_SENT})))"""
# One row for each slip about which somebody or something said a word: `outcome` is same, new or ask, "" where nothing
# counts; `person` as whom (`uhid:`, a slip number, "" of nobody); `by` is person, rule or ""; `second`: a second person
# must look, or disagreed, or (`clash`) offices that never met said different things. Use it as a table:
# FROM slip LEFT JOIN ({COUNTS}) AS who ON who.number = slip.number.
COUNTS = f"""SELECT number, CASE stands WHEN 'clash' THEN 'person' ELSE stands END AS by, twice AS second,
    stands = 'clash' AS clash, CASE WHEN twice THEN 'ask' WHEN stands = 'person' THEN said
        WHEN stands = 'rule' THEN outcome ELSE '' END AS outcome,
    CASE stands WHEN 'rule' THEN person WHEN '' THEN '' ELSE said_person END AS person, chance, sample
    FROM (SELECT *, CASE stands WHEN 'clash' THEN 1 WHEN 'person' THEN CASE WHEN second <> ''
        THEN NOT (second_agrees AND second = said AND second_person = said_person) ELSE said_risky END
        ELSE 0 END AS twice
    FROM (SELECT match.*, CASE WHEN {_CLASH} THEN 'clash'
        WHEN said <> '' AND {_fresh("said_digest")} AND {_stands("said_person", "said_whose")} THEN 'person'
        WHEN outcome <> '' AND {_fresh("match.digest")} AND {_stands("match.person", "whose")}
        THEN 'rule' WHEN {_SENT} THEN {_NEWEST} ELSE '' END AS stands
        FROM match JOIN slip USING (number)))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """All that is said of who a slip's patient is. `outcome`, `person`, `by`, `second`, `clash` are what counts: see
    COUNTS.

    `machine` and `machine_person` are the matcher's own words with its `chance`, its `reasons` (field, sentence, bits)
    and `others` (person, chance); `sample`: a person checks them although it is sure; `index` is the copy of the
    patient index that it knew. `said` (a login's at `said_at`) and `checked_by` (`checked` as
    `checked_person`: `agrees`) are people's.
    """

    number: SlipNumber
    outcome: str
    person: str
    by: str
    second: bool
    clash: bool
    digest: str
    index: str
    machine: str
    machine_person: str
    chance: float
    reasons: tuple[tuple[str, Sentence, float], ...]
    others: tuple[tuple[str, float], ...]
    sample: bool
    said: str
    said_person: str
    said_reason: str
    said_by: str
    said_at: str
    shown: tuple[str, ...]
    checked_by: str
    checked: str
    checked_person: str
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a login said of a slip, with nobody's word over it; `said` is "" where all was taken back, and `look` tells
    a second look. `stamp` is what a word that was said in view of this one names it by.
    """

    stamp: str
    look: bool
    said: str
    person: str
    login: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Who a slip's patient is after all that was decided: a UHID, or the first slip of somebody new.

    `by` is person where any person's word led there, rule, or "" where nothing was said; `settled` is False while
    somebody on the way still has to be asked about.
    """

    uhid: str
    number: SlipNumber
    by: str
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the desk learnt while a slip was typed: the answer to the question that decided ("": none was asked), and
    the people (as `Slip.person` has them) who stood there and were not taken.
    """

    field: str = ""
    answer: str = ""
    refused: tuple[str, ...] = ()


_MATCHED = f"""SELECT match.number, who.outcome, who.person, who.by, who.second, who.clash, digest, idx, match.outcome,
    match.person, match.chance, reasons, others, match.sample, said, said_person, said_reason, said_by, said_at,
    said_shown, second_by, second_agrees, match.second,
    second_person
    FROM match JOIN ({COUNTS}) AS who USING (number) """


def matched(db: Database, number: SlipNumber) -> Matched | None:
    """All that is said of one slip; None when nothing is."""
    row = db.execute(_MATCHED + "WHERE match.number = ?", (number.text,)).fetchone()
    return matched_row(row) if row else None


def words(db: Database, number: SlipNumber) -> tuple[Word, ...]:
    """What people said of a slip and nobody has gone over, earliest first: several where offices never met."""
    rows = db.execute(
        "SELECT stamp, look, said, person, login, at, reason FROM match_word WHERE number = ? AND open ORDER BY stamp",
        (number.text,),
    )
    return tuple(
        Word(
            stamp=stamp,
            look=bool(look),
            said=said,
            person=person,
            login=login,
            at=datetime.fromisoformat(at),
            reason=reason,
        )
        for stamp, look, said, person, login, at, reason in rows
    )


def matched_row(row: Sequence[Any]) -> Matched:
    """A row of what `matched` selects."""
    return Matched(
        number=SlipNumber.parse(row[0]),
        outcome=row[1],
        person=row[2],
        by=row[3],
        second=bool(row[4]),
        clash=bool(row[5]),
        digest=row[6],
        index=row[7],
        machine=row[8],
        machine_person=row[9],
        chance=row[10],
        reasons=tuple(
            (field, Sentence(told["says"], **told["values"]), bits) for field, told, bits in json.loads(row[11])
        ),
        others=tuple((person, chance) for person, chance in json.loads(row[12])),
        sample=bool(row[13]),
        said=row[14],
        said_person=row[15],
        said_reason=row[16],
        said_by=row[17],
        said_at=row[18],
        shown=tuple(json.loads(row[19])),
        checked_by=row[20],
        checked=row[22] if row[20] else "",
        checked_person=row[23] if row[20] else "",
        agrees=bool(row[20]) and bool(row[21]),
    )


def whom(db: Database, number: SlipNumber) -> Whom:
    """Who the patient of a slip is, through all that was decided of them and of those that they are the same as.

    People who were called the same in a ring are the earliest of the ring.
    """
    seen: list[str] = []
    at, by, settled = number.text, "", True
    while at not in seen and len(seen) < _LONGEST:
        seen.append(at)
        row = db.execute(f"SELECT outcome, person, by FROM ({COUNTS}) WHERE number = ?", (at,)).fetchone()
        outcome, person, who = row or ("", "", "")
        by = "person" if "person" in (by, who) else who or by
        settled = settled and outcome != ASK
        if outcome != SAME or not person:
            return Whom(uhid="", number=SlipNumber.parse(at), by=by, settled=settled)
        if person.startswith(_UHID):
            return Whom(uhid=person.removeprefix(_UHID), number=SlipNumber.parse(at), by=by, settled=settled)
        at = person
    ring = seen[seen.index(at) :] if at in seen else seen
    return Whom(uhid="", number=SlipNumber.parse(min(ring)), by=by, settled=settled)


def whose(db: Database, person: str) -> str:
    """What the slip says now by whose number somebody is known: kept with a word that calls others the same as them."""
    row = db.execute("SELECT content FROM slip WHERE number = ?", (person,)).fetchone()
    return row[0] if row else ""


def to_match(db: Database, index: str) -> list[SlipNumber]:
    """The slips that the matcher has yet to look at, by number: unsent, not void, of people with a name of their own,
    of whom no person's word counts, and nothing was said of this person with this index in view. What was said with an
    index in view stands where there is none ("").

    A patient's later visits go with the first one.
    """
    rows = db.execute(
        "SELECT slip.number FROM slip JOIN version ON version.digest = slip.content "
        f"LEFT JOIN ({COUNTS}) AS who ON who.number = slip.number LEFT JOIN match ON match.number = slip.number "
        "WHERE NOT slip.voided AND NOT slip.conflict AND NOT slip.strange AND slip.kind NOT IN ('pad', 'shift', 'void')"
        " AND (slip.name <> '' OR slip.name_hindi <> '') AND version.record ->> '$.sealed' = '' "
        "AND NOT version.record ->> '$.alias' AND version.record ->> '$.patient_number' IS NULL "
        "AND (coalesce(who.by, '') = '' OR (who.by = 'rule' AND match.idx <> ?1 AND ?1 <> '')) "
        "AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.number = slip.number AND attempts > 0) "
        "ORDER BY slip.number",
        (index,),
    )
    return [SlipNumber.parse(number) for (number,) in rows]


def had_index(db: Database) -> bool:
    """Whether anybody was ever looked for in a patient index."""
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM match WHERE idx <> '')").fetchone()[0])


def counts(db: Database) -> dict[str, int]:
    """How many slips have each outcome that counts now ("" where nothing does any more)."""
    rows = db.execute(f"SELECT outcome, count(*) FROM ({COUNTS}) GROUP BY outcome ORDER BY outcome")
    return dict(rows.fetchall())


def model(db: Database) -> Mapping[str, Any]:
    """What the matcher learnt last (see MATCHER_LEARNT); empty before its first run."""
    row = db.execute("SELECT content FROM match_model").fetchone()
    return json.loads(row[0]) if row else {}


def beside(db: Database, number: SlipNumber) -> Beside:
    """What the desk learnt while a slip was typed."""
    row = db.execute("SELECT field, answer, alike FROM beside WHERE number = ?", (number.text,)).fetchone()
    return Beside(field=row[0], answer=row[1], refused=tuple(json.loads(row[2]))) if row else Beside()
