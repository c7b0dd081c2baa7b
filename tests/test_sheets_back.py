"""Sheets that came back say how many there were; what is known is held against that, and the account tells both."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fallback import frontdesk, payload, recovery
from fallback.downtime import Desk
from fallback.enrolment import Installation
from fallback.frontdesk import Counter
from fallback.frontdesk.counter import printed
from fallback.hospital import PAPERS
from fallback.keys import SigningKey
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import sheets
from fallback.outcome import Evidence, Seen, Told
from fallback.printing import examples
from fallback.printing.papers import day_form, examples as papers
from fallback.printing.papers.labels import ACCOUNT
from fallback.printing.raster import rasters
from fallback.printing.slips import slip_form
from fallback.recovery.account import COUNTED, account_of, account_pdf, account_record
from fallback.recovery.sheets import Comparison, comparisons, outcomes, visits
from fallback.rehearsal.pen import BLUE, Stroke, mark
from fallback.slip import Slip, SlipNumber, Visit
from fallback.statement import BoxStatement, ShiftStatement
from fallback.web.labels import LABELS
from tests import factories
from tests.backlog import HOSPITAL, ISSUED, Backlog
from tests.golden_statements import SHIFT
from tests.test_outcome import DOUBTFUL, accept, accept_copy, day_sheet, decide, say

DAY = ISSUED.date()


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 1)
    yield found
    found.ledger.close()


def read(backlog: Backlog, statement: Any, picture: str, batch: str = "box 1") -> None:
    """A genuine sheet that is no slip, read on a page."""
    signed = payload.encode_statement(statement, backlog.desk.sign)
    digest = payload.digest(signed).hex()
    content = {"statement": statement.record(), "digest": digest}
    backlog.ledger.write(lambda tx: tx.append(FactKind.STATEMENT_READ, content, payload=signed))
    accept(backlog, picture, "", "", {}, digest=digest, batch=batch)


def box(
    backlog: Backlog, count: int, number: int = 1, *, clinic: int = 1, day: date = DAY, batch: str = "box 1"
) -> None:
    statement = BoxStatement(
        hospital=backlog.keys.hospital, drill=False, signer=1, clinic=clinic, day=day, box=number, count=count
    )
    read(backlog, statement, f"box sheet {clinic} {day} {number} {count}", batch)


def shift(backlog: Backlog, **told: Any) -> ShiftStatement:
    sums: dict[str, Any] = {
        "issued": 3,
        "first": 1,
        "last": 3,
        "voids": (),
        "receipts": 0,
        "receipts_rupees": 0,
        "ordinal": 1,
    }
    return replace(SHIFT, hospital=backlog.keys.hospital, **(sums | told))


def only(backlog: Backlog, sheet: str, figure: str = "copies") -> list[Comparison]:
    return [each for each in comparisons(backlog.ledger.db()) if (each.sheet, each.figure) == (sheet, figure)]


def issued(backlog: Backlog, count: int) -> list[Slip]:
    return [backlog.issue() for _ in range(count)]


# --- Boxes


def test_a_boxs_count_is_held_against_the_copies_that_came_back(backlog: Backlog) -> None:
    slips = issued(backlog, 4)
    box(backlog, 2)
    box(backlog, 3, 2)
    for slip in slips[:2]:
        accept_copy(backlog, slip, {})
        accept_copy(backlog, slip, {}, picture=f"again {slip.number}")  # one copy, however often it is scanned
    accept(backlog, "unread", "", "", {}, outcome="unread")
    accept(backlog, "elsewhere", "", "", {}, outcome="unread", batch="another box")
    (row,) = only(backlog, "box")
    assert (row.clinic, row.day, row.said, row.found, row.difference, row.eyes) == (1, "2026-11-23", 5, 2, -3, 1)
    decide(backlog, "unread", "belongs", slips[2].number.text)
    (row,) = only(backlog, "box")
    assert (row.found, row.difference, row.eyes) == (3, -2, 0)


def test_every_clinic_and_day_has_its_own_boxes(backlog: Backlog) -> None:
    one, other = backlog.issue(), backlog.issue(visit=Visit(clinic=2, token=1, token_series=1))
    for slip in (one, other):
        accept_copy(backlog, slip, {})
    box(backlog, 1)
    box(backlog, 1, clinic=2)
    box(backlog, 7, day=date(2026, 11, 24))
    assert [(row.clinic, row.day, row.difference) for row in only(backlog, "box")] == [
        (1, "2026-11-23", 0),
        (1, "2026-11-24", -7),
        (2, "2026-11-23", 0),
    ]


def test_a_count_that_a_hand_wrote_is_not_said(backlog: Backlog) -> None:
    box(backlog, 0)
    box(backlog, 4, 2)
    (row,) = only(backlog, "box")
    assert (row.said, row.difference) == (None, None)
    box(backlog, 3, 1)  # the same box, counted by a machine after all
    (row,) = only(backlog, "box")
    assert row.said == 7
    box(backlog, 5, 1)  # and once more, otherwise
    (row,) = only(backlog, "box")
    assert row.said is None


# --- Days


def test_ticked_tokens_are_held_against_slips_and_copies(backlog: Backlog) -> None:
    slips = issued(backlog, 3)
    day_sheet(backlog, "day", 1, 2, 9)
    accept_copy(backlog, slips[0], {})
    (known,), (back,) = only(backlog, "day", "slips"), only(backlog, "day")
    assert (known.series, known.said, known.found, known.difference) == (1, 3, 2, -1)
    assert (back.said, back.found, back.eyes) == (3, 1, 0)
    day_sheet(backlog, "day again", 2, 3, state=DOUBTFUL, outcome="doubtful")  # 2 is ticked, whatever this scan says
    assert [row.eyes for row in only(backlog, "day", "slips")] == [1]
    day_sheet(backlog, "page 2", 26, first=26)
    assert [row.said for row in only(backlog, "day", "slips")] == [4]


def test_a_quiet_shifts_sheet_says_nothing_and_is_read(backlog: Backlog) -> None:
    issued(backlog, 2)
    read(backlog, shift(backlog, issued=0, first=0, last=0), "shift")
    (row,) = only(backlog, "shift", "issued")
    assert (row.said, row.found, row.difference) == (0, 0, 0)


def test_a_sheet_without_ticks_counts_none(backlog: Backlog) -> None:
    issued(backlog, 2)
    day_sheet(backlog, "day")
    assert [(row.said, row.found) for row in only(backlog, "day", "slips")] == [(0, 0)]


# --- Shifts


def test_a_shifts_sheet_is_held_against_its_numbers(backlog: Backlog) -> None:
    issued(backlog, 2)
    blank = backlog.pads(1)[0]
    backlog.issue()
    read(backlog, shift(backlog, issued=4, last=5), "shift")
    (row,) = only(backlog, "shift", "issued")
    assert (row.shift, row.said, row.found, row.difference) == ("001.1", 4, 3, -1)
    assert blank.number.serial == 3 and sheets.slips_between(backlog.ledger.db(), 1, 1, 5) == 3
    accept(backlog, "found in a drawer", "", "", {})
    backlog.ledger.write(lambda tx: backlog.write(tx, FactKind.SLIP_READ, backlog.draft(5)))
    (row,) = only(backlog, "shift", "issued")
    assert row.difference == 0
    assert {each.figure for each in comparisons(backlog.ledger.db())} == {"issued", "voids"}, "no journal of that shift"


def test_voids_that_only_the_sheet_tells_of(backlog: Backlog) -> None:
    one, other, _ = issued(backlog, 3)
    backlog.void(one)
    sheet = shift(backlog, voids=(one.number,), page=1, pages=2)
    read(backlog, sheet, "shift 1")
    (row,) = only(backlog, "shift", "voids")
    assert (row.said, row.found, row.eyes) == (1, 1, 1), "its second page was not read"
    read(backlog, replace(sheet, voids=(other.number,), page=2), "shift 2")
    (row,) = only(backlog, "shift", "voids")
    assert (row.said, row.found, row.eyes, row.difference) == (2, 1, 0, -1)
    (row,) = only(backlog, "shift", "issued")
    assert row.difference == 0, "a void that only the sheet tells of was a slip all the same"


def test_the_journals_own_shift_is_compared_figure_by_figure(backlog: Backlog) -> None:
    content = {"shift": "001.1", "opening_float": 0}
    backlog.ledger.write(lambda tx: tx.append(FactKind.SHIFT_OPENED, content, series=1, by="asha"))
    issued(backlog, 3)
    read(backlog, shift(backlog, first=1, last=3, receipts=2, receipts_rupees=20), "shift")
    rows = {each.figure: (each.said, each.found) for each in comparisons(backlog.ledger.db())}
    assert rows == {
        "issued": (3, 3), "voids": (0, 0), "first": (1, 1), "last": (3, 3), "receipts": (2, 0), "taken": (20, 0),
    }  # fmt: skip


def test_two_sheets_of_one_shift_that_differ_say_nothing(backlog: Backlog) -> None:
    issued(backlog, 3)
    read(backlog, shift(backlog, issued=3), "one")
    read(backlog, shift(backlog, issued=4), "two")
    (row,) = only(backlog, "shift", "issued")
    assert (row.said, row.difference) == (None, None)


# --- The account


def record(backlog: Backlog) -> dict[str, Any]:
    account = account_of(backlog.ledger.db(), "")
    key = SigningKey.new()
    return account_record(backlog.ledger, account, HOSPITAL, target="", now=ISSUED, signer="root", sign=key.sign)


def test_the_account_tells_who_was_seen_and_what_sheets_say_and_stays_as_open_as_it_was(backlog: Backlog) -> None:
    slips = issued(backlog, 6)
    closed = account_of(backlog.ledger.db(), "").record()
    say(backlog, slips[0], "seen")
    accept_copy(backlog, slips[0], {"outcome.admitted": "ticked"})
    day_sheet(backlog, "day", 2, 99)
    accept_copy(backlog, slips[2], {"outcome.not_seen": "ticked"})
    accept_copy(backlog, slips[3], {"outcome.not_seen": "ticked"})
    say(backlog, slips[3], "seen")
    backlog.void(slips[5])
    box(backlog, 9)
    read(backlog, shift(backlog, issued=6, last=6, voids=(slips[5].number,)), "shift")
    found = record(backlog)
    assert json.loads(json.dumps(found)) == found
    assert found["visits"] == {
        "visits": 5,
        "seen": 2,
        "not_seen": 1,
        "unknown": 2,
        "closed_unknown": 0,
        "by": {"nurse": 1, "day_sheet": 1, "copy": 1},
        "told": {"admitted": 1, "referred": 0, "investigations": 0, "medico_legal": 0},
        "doubtful": 0,
        "contradictions": [slips[3].number.text],
    }
    assert [(each["sheet"], each["figure"], each["difference"]) for each in found["sheets"]] == [
        ("box", "copies", -6),
        ("day", "slips", -1),
        ("day", "copies", -2),
        ("shift", "issued", 0),
        ("shift", "voids", 0),
    ]
    after = account_of(backlog.ledger.db(), "").record()
    assert after["closed"] == closed["closed"]
    assert account_pdf(found, HOSPITAL, [Desk(series=1, name="Counter 1")]).startswith(b"%PDF")
    older = {name: value for name, value in found.items() if name not in ("visits", "sheets")}
    assert account_pdf(older, HOSPITAL, []).startswith(b"%PDF"), "an account of before is still printed"


def test_an_account_of_nothing_has_no_sheets(backlog: Backlog) -> None:
    assert record(backlog)["sheets"] == []
    assert visits(backlog.ledger.db()).visits == 0


def test_every_figure_has_its_words_on_paper_and_on_screens() -> None:
    for (sheet, figure), words in COUNTED.items():
        assert ACCOUNT[words].hindi and LABELS[f"{sheet} {figure}"] == words


def test_a_number_of_a_void_that_was_never_seen_is_between(backlog: Backlog) -> None:
    read(backlog, shift(backlog, issued=1, first=2, last=2, voids=(SlipNumber(1, 2),)), "shift")
    assert sheets.slips_between(backlog.ledger.db(), 1, 2, 2) == 1
    assert sheets.slips_between(backlog.ledger.db(), 1, 1, 1) == 0


# --- Paper that is really printed, ticked and scanned -----------------------------------------------------------------


def test_the_forms_are_called_as_the_questions_ask_for_them() -> None:
    for paper in PAPERS:
        copy = slip_form(examples.plain(), factories.hospital(), paper=paper)
        assert copy is None or copy.name == "slip.hospital"
    assert day_form(papers.day_sheet(), factories.hospital()).name == "day-sheet.sheet"


def test_a_day_on_paper(installation: Installation, counter: Counter, tmp_path: Path) -> None:
    """Three slips: one copy comes back with a tick, one token is ticked on the day sheet, one leaves no trace."""
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    slips = [
        frontdesk.register(counter, shift.key, factories.registration(name, clinic="ENT"))
        for name in ("Sunita Devi", "Ramesh Kumar", "Salma Khatoon")
    ]
    clinic = slips[0].row.slip.visit.clinic
    made = {
        "copy": frontdesk.sheet(counter, replace(slips[0], card=False)),
        "day": frontdesk.day_sheets(counter, clinic=clinic, day=factories.START.date(), series=1),
        "box": frontdesk.box_sheet(counter, clinic=clinic, day=factories.START.date(), box=1, count=2, series=1),
    }
    forms = {
        "copy": slip_form(printed(counter, slips[0]), counter.hospital),
        "day": day_form(papers.day_sheet(), counter.hospital),
    }
    ticks = {"copy": "outcome.admitted", "day": f"reached.{slips[1].row.slip.visit.token}"}
    for name, pdf in made.items():
        for place, picture in enumerate(rasters(pdf, 200)):
            page = picture.convert("L")
            top = 198.0 if name == "copy" else 0.0  # mm: the hospital's copy below the patient's
            for box in forms[name].boxes if name in forms else ():  # type: ignore[union-attr]
                if box.name == ticks[name]:
                    left, up, right, down = box.area
                    mark(page, (left, up + top, right, down + top), Stroke.TICK, BLUE, Random(1), 200 / 25.4)
            page.save(tmp_path / f"{name}-{place}.png")
    report = recovery.scan(installation, counter.hospital, sorted(tmp_path.glob("*.png")), workers=1)
    assert report.outcomes == {"read": 3}
    db = counter.ledger.db()
    found = outcomes(db)
    first, second = (found[each.row.slip.number.text] for each in slips[:2])
    assert (first.seen, first.by, first.told) == (Seen.SEEN, (Evidence.COPY,), (Told.ADMITTED,))
    assert (second.seen, second.by) == (Seen.SEEN, (Evidence.DAY_SHEET,))
    assert len(found) == 2 and visits(db).unknown == 1
    rows = [(each.sheet, each.figure, each.said, each.found) for each in comparisons(db)]
    assert rows == [("box", "copies", 2, 1), ("day", "slips", 1, 1), ("day", "copies", 1, 0)]
