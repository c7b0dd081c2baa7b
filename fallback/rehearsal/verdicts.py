"""What the program made of a scanned pile, held against what the paper is: pages, boxes, visits, sheets, pictures."""

import hashlib
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.outcome import Seen as Outcome, VisitOutcome
from fallback.recovery import sheets
from fallback.rehearsal.box import Laid
from fallback.rehearsal.pile import Pile

WRONG_READ = "read as another slip"
_HONEST = ("unread", "number_only", "damaged")  # of a page that no decoder reads, of white paper with a dark edge
_COMB = re.compile(r"(days|age|mobile|pin_code)\.\d+")
_SEEING = ("outcome.seen", "outcome.not_seen")
_SIGNS = (b"\xff\xd8\xff", b"\x89PNG")


@dataclass(slots=True)
class Seen:
    """What was looked at: pages of ours that were not read and say so, boxes read, left to a person, and wrong.

    `no_form` are pages that were read without the ticks that are on them; `forms` are the slips of which a machine read
    a form on some page.
    """

    not_read: int = 0
    no_form: int = 0
    boxes: int = 0
    doubtful: int = 0
    wrong: int = 0
    forms: set[str] = field(default_factory=set)


def pages(laid: Sequence[Laid], installation: Installation, seen: Seen) -> Iterator[str]:
    """What is wrong with pages: file, page and what it is in truth. A page that was not read is none, if it says so."""
    db = installation.ledger.db()
    rows = {(row.file, row.page): row for row in queries.pages(db)}
    for each in laid:
        leaf, where = each.leaf, f"{each.file} {each.page} {each.leaf.kind}"
        row = rows.get((each.file, each.page))
        if row is None:
            if leaf.again is None and "repeat" not in leaf.outcomes:
                yield f"{where}: not in the journal"
            continue
        if row.outcome not in leaf.outcomes:
            if (leaf.numbers or "blank" in leaf.outcomes) and row.outcome in _HONEST:
                seen.not_read += 1
            else:
                yield f"{where}: {row.outcome}"
        codes = queries.codes(db, row.picture)
        for code in codes:
            if code.outcome == "genuine" and code.number and code.number not in leaf.numbers:
                yield f"{where}: {WRONG_READ}"
        forms = queries.forms(db, row.picture)
        seen.no_form += row.outcome == "read" and len(forms) < len(leaf.boxes)
        for form in forms:
            number = codes[form.place].number
            seen.forms.add(number)
            meant = leaf.boxes.get(number, {})
            for name in {*meant, *form.marks}:
                state = form.marks.get(name, "empty")
                seen.boxes += 1
                seen.doubtful += state == "doubtful"
                if state == "doubtful" or (_COMB.fullmatch(name) and state == "ticked"):
                    continue  # a comb's place is inked by a line that strays through it, too: its digits are a person's
                if (state == "ticked") != meant.get(name, False):
                    seen.wrong += 1
                    yield f"{where}: {name} {state}"


def visits(pile: Pile, forms: Set[str], installation: Installation) -> Iterator[str]:
    """The visits of which the program says something else than was ticked; `forms`: the slips whose form was read."""
    found = sheets.outcomes(installation.ledger.db())
    for number, visit in pile.visits.items():
        read = number in forms
        ticks = {name for name, meant in visit.boxes.items() if meant} if read and number not in pile.torn else set()
        wanted = Outcome.UNKNOWN
        if "outcome.not_seen" in ticks:
            wanted = Outcome.NOT_SEEN
        elif read or number in pile.on_sheets or number in pile.by_nurse:
            wanted = Outcome.SEEN
        said = found.get(number, VisitOutcome())
        if said.seen is not wanted:
            yield f"{number} is {said.seen}, in truth {wanted}"
        if {f"outcome.{each}" for each in said.told} != {
            name for name in ticks if name not in _SEEING and "days" not in name
        }:
            yield f"{number} has other ticks"
        if (said.days or 0) != int(visit.days if ticks and visit.days else 0) or said.needs_eyes:
            yield f"{number} has other days"
    yield from (f"{number} is no visit and has an outcome" for number in found if number not in pile.visits)


def compared(pile: Pile, installation: Installation, day: date | None = None) -> tuple[int, list[str]]:
    """How many figures of sheets were compared, of one day where it is given, and those that do not say what the paper
    says.
    """
    wrong, seen = [], set()
    rows = [each for each in sheets.comparisons(installation.ledger.db()) if not day or each.day in ("", str(day))]
    for row in rows:
        where = f"{row.sheet} {row.clinic or row.shift} {row.series} {row.figure}"
        if row.sheet == "box":
            right = (row.said, row.found) == pile.boxes.get(row.clinic)
        elif row.sheet == "day":
            ticked = pile.tokens.get((row.clinic, row.series), set())
            back = ticked if row.figure == "slips" else ticked - pile.lost
            right = (row.said, row.found) == (len(ticked), len(back))
        else:
            right = row.difference == 0
        seen.add((row.sheet, row.clinic))
        if not right:
            wrong.append(f"{where}: {row.said} {row.found}")
    wrong += [f"box {clinic}: its sheet was not read" for clinic in pile.boxes if ("box", clinic) not in seen]
    return len(rows), wrong


def pictures(installation: Installation) -> tuple[int, list[str]]:
    """How many pictures the store has, and those that are not there once, whole, and sealed."""
    store = installation.pages
    there = list(store.pictures())
    wanted = {row.picture for row in queries.pages(installation.ledger.db())}
    wrong = [f"{picture[:12]} is not in the store" for picture in wanted.difference(there)]
    wrong += [f"{picture[:12]} belongs to no page" for picture in set(there) - wanted]
    for path in store.folder.rglob("*"):
        if path.is_file():
            sealed = path.read_bytes()
            if any(sign in sealed[:64] for sign in _SIGNS):
                wrong.append(f"{path.name[:12]} lies open")
    wrong += [f"{picture[:12]} is another picture" for picture in there if _hash(store.get(picture)) != picture]
    return len(there), wrong


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
