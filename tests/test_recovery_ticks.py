"""Ticks on scanned pages: which pages bring something, which are repeats, and which a person must look at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fallback import payload
from fallback.hospital import Printer, PrinterWay
from fallback.keys import SigningKey
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import work
from fallback.marks import Mark, MarkBox, MarkForm, MarkKind, MarkState
from fallback.recovery import ScanReport, accept_scan, account_of
from fallback.recovery.forms import PageForms
from fallback.scanning import ReadForm, ReadPage
from fallback.scanning.marks import MarkReading
from fallback.scanning.plane import Plane
from fallback.slip import Kind, Patient, Visit
from fallback.statement import DayStatement
from tests import factories, golden_statements
from tests.backlog import Backlog, page

TICKS = ("outcome.seen", "outcome.not_seen", "outcome.admitted", "outcome.referred", "days.1", "days.2")


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 1)
    yield found
    found.ledger.close()


def form(name: str = "slip.hospital", boxes: tuple[str, ...] = TICKS) -> MarkForm:
    kinds = {box: MarkKind.COMB if box.startswith("days") else MarkKind.TICK for box in boxes}
    return MarkForm(
        name=name,
        width=100.0,
        height=100.0,
        side=4.0,
        corners=((7, 7), (93, 7), (93, 93), (7, 93)),
        code=(50, 20, 90, 60),
        boxes=tuple(MarkBox(name=box, kind=kind, left=9, top=9, width=3, height=3) for box, kind in kinds.items()),
    )


def read(place: int, *, on: MarkForm | None = None, sure: bool = True, **states: str) -> ReadForm:
    """A form as it is read; `states` of its boxes with _ for the dot, EMPTY where none is told."""
    on = on or form()
    told = {name.replace("__", "."): MarkState(state) for name, state in states.items()}
    marks = tuple(Mark(name=box.name, fill=0.1, state=told.get(box.name, MarkState.EMPTY)) for box in on.boxes)
    plane = Plane((1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0))
    return ReadForm(place=place, reading=MarkReading(form=on, marks=marks, plane=plane, sure=sure))


def day_sheet(backlog: Backlog) -> DayStatement:
    found = golden_statements.statements()["day-plain"]
    assert isinstance(found, DayStatement)
    return replace(found, hospital=backlog.keys.hospital)


def scan(backlog: Backlog, *pages: ReadPage) -> ScanReport:
    return accept_scan(backlog.ledger, pages, backlog.keys, drill=False)


def outcome(backlog: Backlog, shown: ReadPage) -> str:
    """What becomes of one page."""
    (found,) = scan(backlog, shown).outcomes
    return found


def test_either_copy_may_come_first_and_only_the_form_is_new(backlog: Backlog) -> None:
    slip = backlog.draft(1)
    patients = backlog.page(slip, picture="patient's")
    hospitals = backlog.page(slip, picture="hospital's", forms=(read(0, outcome__seen="ticked"),))
    assert [outcome(backlog, each) for each in (patients, hospitals)] == ["read", "read"]
    again = [replace(each, picture_hash=each.picture_hash + " again") for each in (hospitals, patients)]
    assert [outcome(backlog, each) for each in again] == ["repeat", "repeat"]
    assert [row.marks for row in queries.forms(backlog.ledger.db(), "hospital's")] == [{"outcome.seen": "ticked"}]
    assert queries.forms(backlog.ledger.db(), "hospital's again") == []
    assert queries.open_pages(backlog.ledger.db()) == 0


def test_a_tick_that_was_not_there_before_is_news_and_a_less_clear_one_is_not(backlog: Backlog) -> None:
    slip = backlog.draft(1)
    first = backlog.page(slip, picture="1", forms=(read(0, outcome__seen="ticked"),))
    less = backlog.page(slip, picture="2", forms=(read(0, outcome__seen="doubtful", sure=False),))
    more = backlog.page(slip, picture="3", forms=(read(0, outcome__seen="ticked", outcome__admitted="ticked"),))
    assert [outcome(backlog, each) for each in (first, less, more)] == ["read", "repeat", "read"]


@pytest.mark.parametrize(
    "ticked",
    [
        read(0, outcome__seen="doubtful"),
        read(0, outcome__seen="ticked", sure=False),
        read(0, outcome__seen="ticked", outcome__not_seen="ticked"),
        read(0, outcome__not_seen="ticked", outcome__admitted="ticked"),
        read(0, outcome__seen="ticked", days__2="ticked"),
        read(0, days__2="doubtful"),
    ],
)
def test_what_is_not_clear_is_for_a_person(backlog: Backlog, ticked: ReadForm) -> None:
    report = scan(backlog, backlog.page(backlog.draft(1), picture="x", forms=(ticked,)))
    assert (report.outcomes, report.unread, report.read) == ({"doubtful": 1}, 1, 0)
    assert queries.is_open(backlog.ledger.db(), "x")
    assert [row.slip.number.serial for row in queries.slips(backlog.ledger.db())] == [1], "the slip itself was read"
    assert account_of(backlog.ledger.db(), "").total.back == 1


def test_a_doubtful_tick_beside_a_blank_waits_also_when_the_blank_is_typed_in(backlog: Backlog) -> None:
    (blank,) = backlog.pads(1)
    shown = backlog.page(backlog.issue(), blank, picture="both", forms=(read(0, outcome__seen="doubtful"),))
    assert outcome(backlog, shown) == "doubtful"
    db = backlog.ledger.db()
    assert [row.number for row in work.waiting(db)] == [blank.number.text]
    filled = backlog.draft(blank.number.serial, revision=1, replaces=payload.digest(backlog.sign(blank))[:4])
    backlog.ledger.write(lambda tx: backlog.write(tx, FactKind.SLIP_REVISED, filled))
    assert [(row.picture, row.number) for row in work.waiting(db)] == [("both", "")]


def test_a_pad_waits_for_who_types_it_in_and_its_ticks_for_nobody_else(backlog: Backlog) -> None:
    (blank,) = backlog.pads(1)
    pad = form("pad.slip", ("sex.female", "sex.male", "flag.medico_legal"))
    ticked = (read(0, on=pad, sex__male="doubtful", sure=False),)
    assert outcome(backlog, backlog.page(blank, picture="x", forms=ticked)) == "pad"
    assert outcome(backlog, backlog.page(blank, picture="y", forms=ticked)) == "pad", "it may be the better picture"
    (row,) = queries.forms(backlog.ledger.db(), "x")
    assert (row.form, row.sure, row.marks) == ("pad.slip", False, {"sex.male": "doubtful"})


def test_a_day_sheet_is_read_again_when_more_came(backlog: Backlog) -> None:
    day = day_sheet(backlog)
    text = payload.to_digits(payload.encode_statement(day, backlog.desk.sign))
    rows = form("day-sheet.sheet", ("reached.1", "reached.2"))
    noon = page(text, picture="noon", forms=(read(0, on=rows, reached__1="ticked"),))
    evening = page(text, picture="evening", forms=(read(0, on=rows, reached__1="ticked", reached__2="ticked"),))
    found = [outcome(backlog, each) for each in (noon, evening, replace(noon, picture_hash="noon again"))]
    assert found == ["read", "read", "repeat"]
    (code,) = queries.codes(backlog.ledger.db(), "noon")
    assert code.digest == payload.digest(payload.from_digits(text)).hex()


def test_a_forged_page_makes_no_repeat_of_the_genuine_one(backlog: Backlog) -> None:
    slip = backlog.draft(1)
    signed = backlog.sign(slip)
    forged = signed[:-1] + bytes([signed[-1] ^ 1])
    assert payload.decode(forged).digest == payload.decode(signed).digest
    assert outcome(backlog, page(payload.to_digits(forged), picture="forged")) == "forged"
    assert outcome(backlog, backlog.page(slip, picture="genuine")) == "read"


def test_two_forms_of_one_code_say_what_both_say(backlog: Backlog) -> None:
    slip = backlog.draft(1)
    same = read(0, outcome__seen="ticked")
    both = backlog.page(slip, slip, picture="same", forms=(same, replace(same, place=2)))
    assert outcome(backlog, both) == "read"
    other = (read(0, outcome__admitted="ticked"), read(2, outcome__seen="ticked"))
    assert outcome(backlog, backlog.page(slip, slip, picture="other", forms=other)) == "doubtful"
    (row,) = queries.forms(backlog.ledger.db(), "other")
    assert row.marks == {"outcome.admitted": "doubtful", "outcome.seen": "doubtful"}


def test_a_box_that_stays_unclear_is_one_work_item_and_a_clear_tick_is_news(backlog: Backlog) -> None:
    slip = backlog.draft(1)
    unclear = backlog.page(slip, picture="1", forms=(read(0, outcome__admitted="doubtful"),))
    clear = backlog.page(slip, picture="3", forms=(read(0, outcome__admitted="ticked"),))
    again = replace(unclear, picture_hash="2")
    other = backlog.page(slip, picture="4", forms=(read(0, outcome__referred="doubtful"),))
    found = [outcome(backlog, each) for each in (unclear, again, clear, other)]
    assert found == ["doubtful", "repeat", "read", "doubtful"]


def test_two_slips_on_one_glass_keep_their_own_ticks(backlog: Backlog) -> None:
    one, two = backlog.draft(1), backlog.draft(2)
    forms = (read(2, outcome__admitted="ticked"), read(0, outcome__seen="ticked"))
    assert outcome(backlog, backlog.page(one, two, picture="x", forms=forms)) == "read"
    codes = {code.place: code.number for code in queries.codes(backlog.ledger.db(), "x")}
    found = {codes[row.place]: dict(row.marks) for row in queries.forms(backlog.ledger.db(), "x")}
    assert found == {one.number.text: {"outcome.seen": "ticked"}, two.number.text: {"outcome.admitted": "ticked"}}


# --- Which forms are looked for


def forms_of(backlog: Backlog, code: bytes, **more: Any) -> list[str]:
    found = PageForms(replace(factories.hospital(), **more), backlog.keys, drill=False)
    return [each.name for each in found.around(payload.to_digits(code))]


def test_a_genuine_code_alone_says_which_form_it_stands_on(backlog: Backlog) -> None:
    slip = backlog.draft(1)
    blank = replace(slip, kind=Kind.PAD, patient=Patient(), visit=Visit(), issued=None)
    day = day_sheet(backlog)
    assert forms_of(backlog, backlog.sign(slip)) == ["slip.hospital"]
    assert forms_of(backlog, backlog.sign(slip), paper="a5-one") == [], "there is no hospital's copy of it"
    assert forms_of(backlog, backlog.sign(blank)) == ["pad.slip"]
    assert forms_of(backlog, payload.encode_statement(day, backlog.desk.sign)) == ["day-sheet.sheet"]
    for other in (
        replace(slip, drill=True),
        replace(slip, kind=Kind.VOID, revision=1, replaces=bytes(4), reason="x"),
        replace(slip, signer=9),
    ):
        assert forms_of(backlog, backlog.sign(other)) == []
    assert forms_of(backlog, payload.encode(slip, SigningKey.new().sign)) == []
    assert forms_of(backlog, payload.encode_statement(replace(day, drill=True), backlog.desk.sign)) == []


def test_the_hospitals_own_paper_is_looked_for_first_and_each_form_once(backlog: Backlog) -> None:
    printers = (Printer(name=paper, way=PrinterWay.CUPS, address="q", paper=paper) for paper in ("roll", "a5"))
    made = replace(factories.hospital(), paper="a5", printers=tuple(printers))
    found = PageForms(made, backlog.keys, drill=False)
    text = payload.to_digits(backlog.sign(backlog.draft(1)))
    first, second = found.around(text)
    assert (first.width > second.width, len(found.around(text))) == (True, 2)
    other = payload.to_digits(backlog.sign(backlog.draft(2)))
    assert found.around(other)[0] is first, "drawn once for all slips of this size"
