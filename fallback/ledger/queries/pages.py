"""What recovery asks of scanned pages: how each was read, what a person said, and how far each batch is."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from fallback.errors import ParchiError


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A scanned page as it was accepted, and what a person decided about it ("" while nobody has, or it was reopened).

    `suggested` is a number that a machine believes to see printed, "" for none; `number` is whose page it is, as a
    person said; `login` is who decided. `trouble` is the record of what went wrong with it, as JSON.
    """

    picture: str
    file: str
    page: int
    batch: str
    outcome: str
    problem: str
    suggested: str
    trouble: str
    decision: str
    reason: str
    number: str
    login: str

    @property
    def error(self) -> ParchiError | None:
        """What went wrong with it, to be said in any language; None where nothing did, or an older version wrote it."""
        return ParchiError.from_record(json.loads(self.trouble))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """A code on a page: its outcome, its slip number or "", the digest (hex) of its slip or statement or ""."""

    place: int
    outcome: str
    number: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """What is ticked in a form on a page; `place` is the code's that it belongs to.

    `marks` names each box that is not empty, "ticked" or "doubtful", with what a person said of the doubtful ones in
    place of it ("ticked" or "empty"). `sure` is False where the page was torn or bent.
    """

    place: int
    form: str
    sure: bool
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A batch in figures: its pages by outcome. "waiting" are stored and not read; a page met before is a "repeat"."""

    batch: str
    outcomes: Counter[str]

    @property
    def pages(self) -> int:
        """All pages of the batch."""
        return self.outcomes.total()


# A page with a sheet that counts for nothing before a person vouches for it: so it is since a key was revoked.
DOUBTED = "page.picture IN (SELECT code.picture FROM doubted JOIN page_code AS code USING (digest))"
# A page that a person need not see: it gave what it holds, or holds nothing. The rest waits for a decision; to say
# whose page it is decides it only when that number has content. A page of which only the bars were read waits also when
# its number is known: nobody has looked at its ticks. What was said of ticks says nothing of the hand that signed.
OPEN = f"""(outcome NOT IN ('read', 'blank', 'repeat') OR {DOUBTED}) AND CASE coalesce(decision.decision, '')
    WHEN '' THEN NOT (outcome = 'pad' AND NOT EXISTS (SELECT 1 FROM page_code LEFT JOIN slip ON
        slip.number = page_code.number AND slip.kind <> 'pad' WHERE page_code.picture = page.picture
        AND page_code.number <> '' AND slip.number IS NULL))
    WHEN 'belongs' THEN NOT EXISTS (SELECT 1 FROM slip WHERE slip.number = decision.number AND slip.kind <> 'pad')
    WHEN 'marks' THEN {DOUBTED}
    ELSE 0 END"""
# A code that brings its number's paper back: a genuine one wherever it lies, the bars alone on a page of ours.
BACK = """page_code.number <> '' AND (page_code.outcome = 'genuine'
    OR page.outcome IN ('read', 'repeat', 'doubtful', 'number_only', 'pad'))"""
_PAGE = """SELECT page.picture, file, page, batch, outcome, problem, suggested, trouble,
    coalesce(decision.decision, ''), coalesce(decision.reason, ''), coalesce(decision.number, ''),
    coalesce(decision.login, '')
    FROM page LEFT JOIN decision USING (picture) """


def _page(row: tuple[Any, ...]) -> PageRow:
    return PageRow(
        picture=row[0],
        file=row[1],
        page=row[2],
        batch=row[3],
        outcome=row[4],
        problem=row[5],
        suggested=row[6],
        trouble=row[7],
        decision=row[8],
        reason=row[9],
        number=row[10],
        login=row[11],
    )


def pages(db: Database, *, open_only: bool = False) -> list[PageRow]:
    """Scanned pages in the order of acceptance; with `open_only` those that still need a person.

    An empty pad needs nobody once its number has content.
    """
    rows = db.execute(f"{_PAGE} WHERE ?1 = 0 OR ({OPEN}) ORDER BY page.stamp", (int(open_only),))
    return [_page(row) for row in rows]


def page(db: Database, picture: str) -> PageRow | None:
    """One page."""
    row = db.execute(f"{_PAGE} WHERE page.picture = ?", (picture,)).fetchone()
    return _page(row) if row else None


def is_open(db: Database, picture: str) -> bool:
    """Whether a page still needs a person."""
    asked = f"SELECT 1 FROM page LEFT JOIN decision USING (picture) WHERE page.picture = ? AND ({OPEN})"
    return db.execute(asked, (picture,)).fetchone() is not None


def open_pages(db: Database) -> int:
    """How many pages still need a person."""
    row = db.execute(f"SELECT count(*) FROM page LEFT JOIN decision USING (picture) WHERE {OPEN}").fetchone()
    return int(row[0])


def page_outcomes(db: Database) -> dict[str, int]:
    """How many pages were read how, by outcome."""
    return dict(db.execute("SELECT outcome, count(*) FROM page GROUP BY outcome ORDER BY outcome").fetchall())


def open_by_batch(db: Database) -> Counter[str]:
    """How many pages still need a person, by batch."""
    asked = f"SELECT batch, count(*) FROM page LEFT JOIN decision USING (picture) WHERE {OPEN} GROUP BY batch"
    return Counter(dict(db.execute(asked).fetchall()))


def codes(db: Database, picture: str) -> list[CodeRow]:
    """The codes of a page, as they were judged."""
    rows = db.execute(
        "SELECT place, outcome, number, digest FROM page_code WHERE picture = ? ORDER BY place", (picture,)
    )
    return [
        CodeRow(place=place, outcome=outcome, number=number, digest=digest) for place, outcome, number, digest in rows
    ]


def forms(db: Database, picture: str) -> list[FormRow]:
    """The forms of a page with what they say, a person's word before the machine's."""
    rows = db.execute(
        "SELECT place, form, sure, page_form.marks, coalesce(decision.marks, '{}') FROM page_form "
        "LEFT JOIN decision USING (picture) WHERE page_form.picture = ? ORDER BY place",
        (picture,),
    )
    return [form_row(*row) for row in rows]


def form_row(place: int, form: str, sure: int, marks: str, told: str) -> FormRow:
    """A form from its columns: the machine's marks, and what a person told of the doubtful ones, both as JSON."""
    by_machine, by_person = _marks(marks), _marks(told).get(str(place), {})
    return FormRow(place=place, form=form, sure=bool(sure), marks={**by_machine, **by_person})


@lru_cache(maxsize=4096)  # of 60,000 pages most say the same
def _marks(text: str) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


_LOST = """EXISTS (SELECT 1 FROM page_code AS code WHERE code.picture = page.picture AND code.outcome = 'genuine'
    AND code.digest <> '' AND NOT EXISTS (SELECT 1 FROM version WHERE version.digest = code.digest)
    AND NOT EXISTS (SELECT 1 FROM statement WHERE statement.digest = code.digest)
    AND NOT EXISTS (SELECT 1 FROM doubted WHERE doubted.digest = code.digest)
    AND NOT EXISTS (SELECT 1 FROM pad WHERE pad.number = code.number))"""


def has_page(db: Database, picture: str) -> bool:
    """Whether a page's picture was read before."""
    return db.execute("SELECT 1 FROM page WHERE picture = ?", (picture,)).fetchone() is not None


def may_read_now(db: Database, picture: str) -> bool:
    """Whether a page that was accepted is worth another look.

    What hindered it may be over, where it could not be read, or was of a desk that nobody knew, and nobody has decided
    about it. Or it was a copy of what a journal said that has been lost since.
    """
    hindered = f"outcome IN ('problem', 'unknown_desk') AND {OPEN}"
    asked = f"{_PAGE} WHERE page.picture = ? AND ({hindered} OR {_LOST})"
    return db.execute(asked, (picture,)).fetchone() is not None


def is_on_a_page(db: Database, digest: str) -> bool:
    """Whether a fact (by its digest in hex) stands, with a genuine signature, on a page that was accepted before."""
    asked = "SELECT 1 FROM page_code WHERE digest = ? AND outcome = 'genuine'"
    return db.execute(asked, (digest,)).fetchone() is not None


def forms_around(db: Database, digest: str, form: str) -> list[FormRow]:
    """What all pages say in the forms of a name around one fact's code (by its digest in hex)."""
    rows = db.execute(
        "SELECT place, form, sure, page_form.marks, coalesce(decision.marks, '{}') FROM page_code "
        "JOIN page_form USING (picture, place) LEFT JOIN decision USING (picture) WHERE digest = ? AND form = ?",
        (digest, form),
    )
    return [form_row(*row) for row in rows]


def is_stored(db: Database, batch: str, file: str, page: int, picture: str) -> bool:
    """Whether a page was taken into a batch before."""
    asked = "SELECT 1 FROM stored WHERE batch = ? AND file = ? AND page = ? AND picture = ?"
    return db.execute(asked, (batch, file, page, picture)).fetchone() is not None


def pages_of(db: Database, number: str) -> list[PageRow]:
    """Every page on which a slip's number was read, or that a person gave to it, in the order of acceptance."""
    rows = db.execute(
        f"{_PAGE} WHERE page.picture IN (SELECT picture FROM page_code WHERE number = ?1 UNION "
        "SELECT picture FROM decision WHERE number = ?1) ORDER BY page.stamp",
        (number,),
    )
    return [_page(row) for row in rows]


def unread(db: Database, batch: str) -> list[tuple[str, int, str]]:
    """The pages of a batch that are stored and were not read, as file, page, picture: a run before was stopped."""
    rows = db.execute(
        "SELECT file, page, picture FROM stored WHERE batch = ? AND NOT EXISTS "
        "(SELECT 1 FROM page WHERE page.picture = stored.picture) ORDER BY stamp, file, page",
        (batch,),
    )
    return [(file, page, picture) for file, page, picture in rows]


def batch_pages(db: Database, batch: str, *, file: str = "", trouble: bool = False, most: int = 100) -> list[PageRow]:
    """Pages that a batch, or one file of it, brought, also where an earlier one brought them first; at most so many.

    With `trouble` those that could not be opened.
    """
    rows = db.execute(
        f"{_PAGE} WHERE page.picture IN (SELECT picture FROM stored WHERE batch = ?1 AND (?2 = '' OR file = ?2)) "
        "AND (?3 = 0 OR problem <> '') ORDER BY page.stamp LIMIT ?4",
        (batch, file, int(trouble), most),
    )
    return [_page(row) for row in rows]


def payload_of(db: Database, code: CodeRow) -> bytes | None:
    """The signed bytes of a code's slip, statement or blank; None where the ledger has no record of it."""
    row = db.execute(
        "SELECT payload FROM version WHERE digest = ?1 UNION ALL SELECT payload FROM statement WHERE digest = ?1 "
        "UNION ALL SELECT payload FROM pad WHERE number = ?2",
        (code.digest, code.number),
    ).fetchone()
    return row[0] if row else None


def batches(db: Database, batch: str = "") -> list[BatchRow]:
    """Every batch, or one, in the order of their first pages."""
    rows = db.execute(
        """WITH met AS (SELECT batch, picture, stamp, row_number() OVER
            (PARTITION BY picture ORDER BY stamp, batch, file, page) AS time FROM stored)
        SELECT met.batch, CASE WHEN time > 1 THEN 'repeat' ELSE coalesce(outcome, 'waiting') END AS came, count(*),
            min(met.stamp) FROM met LEFT JOIN page USING (picture) WHERE ?1 = '' OR met.batch = ?1
        GROUP BY 1, 2 ORDER BY 4""",
        (batch,),
    )
    found: dict[str, Counter[str]] = {}
    for name, outcome, count, _ in rows:
        found.setdefault(name, Counter())[outcome] = count
    return [BatchRow(batch=name, outcomes=outcomes) for name, outcomes in found.items()]


NUMBERS_BACK = f"""SELECT page_code.number FROM page_code JOIN page USING (picture) LEFT JOIN decision USING (picture)
    WHERE {BACK} AND coalesce(decision.decision, '') NOT IN ('not_ours', 'blank')
    UNION SELECT number FROM decision WHERE number <> '' AND decision <> ''"""


def numbers_back(db: Database) -> set[str]:
    """Numbers whose paper came back: read on a page, or given to one by a person. A forged page, or one that a person
    called not ours, brings nothing back.
    """
    return {number for (number,) in db.execute(NUMBERS_BACK)}


def is_destroyed(db: Database, picture: str) -> bool:
    """Whether a page's picture was destroyed by rule: that is for ever, its file is not taken in again."""
    return destroyed_on(db, picture) != ""


def destroyed_on(db: Database, picture: str) -> str:
    """The day (ISO, India) on which a page's picture was destroyed by rule, "" when it was not."""
    row = db.execute("SELECT day FROM destroyed WHERE picture = ?", (picture,)).fetchone()
    return row[0] if row else ""


def destroyed(db: Database) -> list[str]:
    """The pictures that were destroyed by rule."""
    return [picture for (picture,) in db.execute("SELECT picture FROM destroyed ORDER BY picture")]
