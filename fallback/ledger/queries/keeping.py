"""What the keeping of pictures asks: whose each page is, which slips are settled, and which pages are evidence."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlite_utils import Database

from fallback.ledger.queries.pages import OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRow:
    """A page that was read, and whose it is. `at` is when its picture was last taken in, ISO in UTC.

    `numbers` are the slips it belongs to: their codes are genuine, bars with their number, or a person said so. `named`
    are all numbers that any code on it claims. `waits`: it still needs a person.
    """

    picture: str
    file: str
    page: int
    batch: str
    outcome: str
    decision: str
    at: str
    waits: bool
    numbers: tuple[str, ...]
    named: frozenset[str]


def pictures(db: Database, *, batch: str = "", number: str = "") -> list[PictureRow]:
    """Every page that was read, in the order of acceptance: of a batch, of a slip, or all."""
    claims: dict[str, list[tuple[str, bool]]] = {}
    for picture, claimed, ours in db.execute(
        "SELECT picture, number, outcome IN ('genuine', 'number_only') FROM page_code WHERE number <> '' "
        "UNION SELECT picture, number, 1 FROM decision WHERE number <> '' AND decision <> '' ORDER BY 1, 2"
    ):
        claims.setdefault(picture, []).append((claimed, bool(ours)))
    rows = db.execute(
        f"""SELECT page.picture, file, page, batch, outcome, coalesce(decision.decision, ''),
            (SELECT max(at) FROM stored WHERE stored.picture = page.picture), {OPEN} FROM page
            LEFT JOIN decision USING (picture) WHERE ?1 = '' OR EXISTS
            (SELECT 1 FROM stored WHERE stored.picture = page.picture AND stored.batch = ?1) ORDER BY page.stamp""",
        (batch,),
    )
    found = []
    for picture, file, page, of, outcome, decision, at, waits in rows:
        named = claims.get(picture, [])
        row = PictureRow(
            picture=picture,
            file=file,
            page=page,
            batch=of,
            outcome=outcome,
            decision=decision,
            at=at,
            waits=bool(waits),
            numbers=tuple(dict.fromkeys(claimed for claimed, ours in named if ours)),
            named=frozenset(claimed for claimed, _ in named),
        )
        if not number or number in row.numbers:
            found.append(row)
    return found


def settled(db: Database, test_targets: Collection[str]) -> set[str]:
    """Numbers whose slip is done with here: a hospital system that is no test has its newest revision and read it back;
    or it is void and no system has it otherwise; or it is a drill's. Of two contradicting versions none is.
    """
    rows = db.execute(
        """SELECT number FROM slip WHERE conflict = 0 AND kind <> 'pad' AND (drill <> 0
            OR (voided <> 0 AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.number = slip.number AND attempts > 0
                AND NOT (stage = 'confirmed' AND delivery.revision = slip.revision)))
            OR EXISTS (SELECT 1 FROM delivery WHERE delivery.number = slip.number AND stage = 'confirmed'
                AND delivery.revision = slip.revision AND target NOT IN (SELECT value FROM json_each(?))))""",
        (json.dumps(sorted(test_targets)),),
    )
    return {number for (number,) in rows}


def looked_at(db: Database) -> set[str]:
    """Numbers of slips of which the hospital copy's boxes were read on some page, or a person looked at a page."""
    rows = db.execute(
        "SELECT number FROM page_code JOIN page_form USING (picture, place) WHERE form = 'slip.hospital' "
        "UNION SELECT page_code.number FROM page_code JOIN decision USING (picture) WHERE decision <> '' "
        "UNION SELECT number FROM decision WHERE decision <> ''"
    )
    return {number for (number,) in rows if number}


# What a slip says, in any of its versions, that makes it or may make it a case for the police or a court.
_GRAVE = """kind IN ('casualty', 'death') OR record ->> '$.medico_legal' OR record ->> '$.medico_legal_number' <> ''
    OR record ->> '$.emergency' OR record ->> '$.alias' OR record ->> '$.sealed' <> ''
    OR record ->> '$.category' = 'prisoner'"""
# The box for it on a page: ticked by the machine's word or a person's; doubtful, or on a form that was torn, unless a
# person said that it is empty.
_TICKED = """SELECT picture FROM decision, json_tree(decision.marks) AS mark
        WHERE mark.key LIKE '%medico_legal' AND mark.atom IN ('ticked', 'doubtful')
    UNION SELECT picture FROM page_form, json_each(page_form.marks) AS mark
        WHERE mark.key LIKE '%medico_legal' AND mark.atom = 'ticked'
    UNION SELECT picture FROM page_form WHERE (sure = 0 OR EXISTS (SELECT 1 FROM json_each(page_form.marks) AS mark
        WHERE mark.key LIKE '%medico_legal')) AND NOT EXISTS (SELECT 1 FROM decision,
        json_each(decision.marks, '$."' || page_form.place || '"') AS said WHERE decision.picture = page_form.picture
        AND said.key LIKE '%medico_legal' AND said.atom = 'empty')"""


def evidence(db: Database) -> tuple[set[str], set[str]]:
    """What no rule may destroy: pictures on which the medico-legal box is or may be ticked, and the numbers of slips
    that are medico-legal or may become so: those on such pictures, and every slip of the same person.
    """
    ticked = {picture for (picture,) in db.execute(_TICKED)}
    rows = db.execute(
        f"""WITH grave AS (SELECT number FROM version WHERE {_GRAVE}
            UNION SELECT number FROM page_code WHERE number <> '' AND picture IN ({_TICKED})
            UNION SELECT number FROM decision WHERE number <> '' AND decision <> '' AND picture IN ({_TICKED}))
        SELECT number FROM grave UNION SELECT number FROM slip WHERE person IN
            (SELECT person FROM slip WHERE number IN (SELECT number FROM grave))"""
    )
    return ticked, {number for (number,) in rows}
