"""Paper by a stolen key that was read where nobody had heard of the theft: in whatever order the laptops meet."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from fallback import custody, enrolment, frontdesk, payload
from fallback.enrolment import Installation
from fallback.ledger import Line, queries
from fallback.ledger.queries import doubts
from fallback.reconcile import Verdict
from fallback.recovery import Decision, ScanReport, WorkKind, Worklist, accept_scan, decide_page, judge, work_at
from fallback.slip import SlipNumber
from fallback.statement import ShiftStatement
from tests import factories
from tests.test_revoked import TARGET, House, issue, page, sheet_of


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.close()


def scan(made: Installation, *signed: bytes) -> ScanReport:
    """Paper on the glass of another laptop."""
    pages = [page(payload.digest(each).hex(), each) for each in signed]
    return accept_scan(made.ledger, pages, made.keys(), drill=False, by="asha")


def open_work(house: House) -> dict[WorkKind, int]:
    return dict(Worklist(house.main.ledger, factories.clock()).counts())


def test_what_a_laptop_read_that_had_not_heard_of_the_theft_waits_for_a_person(house: House) -> None:
    laptop, other = house.laptop("Casualty", house.cards[0]), house.laptop("Records", house.cards[1])
    before = issue(laptop, 1, "Sunita Devi")
    assert scan(other, before.payload).verdicts == {Verdict.NEW: 1}
    for each in (laptop, other):
        house.merge(each)
    enrolment.revoke(house.main, 1, "laptop stolen")
    forged = issue(laptop, 1, "A Thief")
    sheet = sheet_of(laptop, 1, voids=(before.slip.number,))
    assert scan(other, forged.payload, sheet).outcomes == {"read": 2}, "it looks like any other there"
    house.merge(other)
    assert [house.row(each.slip.number).strange for each in (before, forged)] == [False, True]
    assert not house.row(before.slip.number).voided, "a thief's sheet undoes nothing"
    assert house.counts() == {"waiting": 1, "held": 1}
    doubted = {work.number: work.doubt for work in work_at(house.main.ledger.db(), TARGET)}
    assert "revoked" in doubted[forged.slip.number]
    assert open_work(house) == {WorkKind.REVOKED: 1}
    custody.export(house.main.ledger, house.folder / "news.parchi")
    custody.merge(other.ledger, house.folder / "news.parchi")  # it hears of it, and doubts what it read itself
    told = queries.slip(other.ledger.db(), forged.slip.number)
    assert told is not None
    assert told.strange
    assert house.main.ledger.rebuild_views()
    assert other.ledger.rebuild_views()
    decide_page(house.main.ledger, payload.digest(sheet).hex(), Decision.VOUCHED, by="ravi")
    assert not house.row(forged.slip.number).strange, "a person knows the hands that signed it"
    assert open_work(house) == {}
    assert house.main.ledger.rebuild_views()


def test_a_slip_that_was_read_elsewhere_before_the_theft_was_told_stays_valid(house: House) -> None:
    laptop, other = house.laptop("Casualty", house.cards[0]), house.laptop("Records", house.cards[1])
    rows = [issue(laptop, 1, name) for name in ("Sunita Devi", "Kamla Devi")]
    house.merge(other)  # it never met the laptop itself: its keys come from the card
    sheet = sheet_of(laptop, 1)
    assert scan(other, rows[0].payload, sheet).outcomes == {"read": 2}
    house.merge(other)
    enrolment.revoke(house.main, 1, "laptop stolen")
    assert house.scan(page("second", rows[1].payload)).verdicts == {Verdict.NEW: 1}, "the sheet tells of it"
    assert [house.row(each.slip.number).strange for each in rows] == [False, False]
    assert open_work(house) == {}
    assert house.main.ledger.rebuild_views()


def test_the_same_slip_read_once_in_time_and_once_too_late_is_known(house: House) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    others = [house.laptop(name, card) for name, card in zip(("Records", "OPD"), house.cards[1:], strict=True)]
    row = issue(laptop, 1, "Sunita Devi")
    scan(others[0], row.payload)
    house.merge(others[0])
    enrolment.revoke(house.main, 1, "laptop stolen")
    scan(others[1], row.payload)
    house.merge(others[1])
    assert not house.row(row.slip.number).strange


def test_two_who_revoke_must_both_have_heard_of_it(house: House) -> None:
    laptop, other = house.laptop("Casualty", house.cards[0]), house.laptop("Records", house.cards[1])
    second = house.laptop("OPD", house.cards[2])
    row = issue(laptop, 1, "Sunita Devi")
    scan(other, row.payload)
    house.merge(other)
    enrolment.revoke(house.main, 1, "laptop stolen")
    assert not house.row(row.slip.number).strange
    enrolment.revoke(second, 1, "we think so, too")
    house.merge(second)
    assert house.row(row.slip.number).strange


def test_a_thiefs_high_number_read_elsewhere_makes_no_gaps_and_is_not_lost(house: House) -> None:
    laptop, other = house.laptop("Casualty", house.cards[0]), house.laptop("Records", house.cards[1])
    known = issue(laptop, 1, "Sunita Devi")
    for each in (laptop, other):
        house.merge(each)
    enrolment.revoke(house.main, 1, "laptop stolen")
    forged = payload.encode(replace(known.slip, number=SlipNumber(1, 7000)), laptop.sign(1))
    scan(other, forged)
    house.merge(other)
    assert house.counts() == {"waiting": 1, "held": 1}
    judge(house.main.ledger, SlipNumber(1, 7000), payload.digest(forged).hex(), "asked the patient", by="ravi")
    assert not house.row(SlipNumber(1, 7000)).strange
    assert house.counts() == {"waiting": 1, "held": 1}, "of its voids nobody knows, but it is on the account"
    custody.export(house.main.ledger, house.folder / "news.parchi")
    custody.merge(other.ledger, house.folder / "news.parchi")
    mine, theirs = (
        made.ledger.db().execute("SELECT series, next_serial FROM counter").fetchall() for made in (house.main, other)
    )
    assert mine == theirs


@pytest.mark.parametrize("lie", ["void", "range"])
def test_a_head_that_is_known_makes_no_sheet_true(house: House, lie: str) -> None:
    """The thief has the journal: the head of a closed shift is in it, to be signed again under other figures."""
    laptop = house.laptop("Casualty", house.cards[0])
    row = issue(laptop, 1, "Sunita Devi")
    sheet_of(laptop, 1)
    honest = laptop.ledger.head()
    house.merge(laptop)
    enrolment.revoke(house.main, 1, "laptop stolen")
    counter = factories.counter(laptop)
    shift = frontdesk.open_shift(counter, series=1, login="asha").key
    forged = frontdesk.register(counter, shift, factories.registration("A Thief"), form="aa").row
    made = payload.judge(payload.to_digits(sheet_of(laptop, 1)), laptop.keys()).statement
    assert isinstance(made, ShiftStatement)
    told = replace(made, head_sequence=honest.sequence, head=honest.hash[:8], first=1, last=1)
    told = replace(told, voids=(row.slip.number,)) if lie == "void" else replace(told, last=9999)
    lied = payload.encode_statement(told, laptop.sign(1))
    assert house.scan(page("sheet", lied)).outcomes == {"revoked": 1}
    house.scan(page("slip", forged.payload))
    assert not house.row(row.slip.number).voided
    assert house.row(forged.slip.number).strange


def test_any_order_of_merges_gives_one_answer(house: House, tmp_path: Path) -> None:
    laptop, other = house.laptop("Casualty", house.cards[0]), house.laptop("Records", house.cards[1])
    numbers = [issue(laptop, 1, "Sunita Devi").slip]
    scan(other, payload_of(laptop, numbers[0].number))
    house.merge(other)
    enrolment.revoke(house.main, 1, "laptop stolen")
    numbers.append(issue(laptop, 1, "A Thief").slip)
    sheet = sheet_of(laptop, 1, voids=(numbers[0].number,))
    scan(other, payload_of(laptop, numbers[1].number), sheet)
    house.merge(other)
    house.merge(laptop)
    chains: dict[str, list[Line]] = {}
    for line in house.main.ledger.lines():
        chains.setdefault(line.chain, []).append(line)
    tables = ("reading", "doubted", "statement", "void_told", "counter", "slip", "version", "knew")
    answers = set()
    for seed in range(6):
        left = {chain: list(lines) for chain, lines in chains.items()}
        rng, order = Random(seed), list[Line]()
        while left:
            chain = rng.choice(sorted(left))
            order += [left[chain].pop(0) for _ in range(min(len(left[chain]), rng.randint(1, 40)))]
            left = {each: lines for each, lines in left.items() if lines}
        target = factories.installation(tmp_path / f"t{seed}", desks=0, lasting=False)
        target.ledger.merge(order)
        db = target.ledger.db()
        found = {table: sorted(map(repr, db.execute(f"SELECT * FROM {table}").fetchall())) for table in tables}
        answers.add(json.dumps(found))
        rows = [queries.slip(db, each.number) for each in numbers]
        assert [(row.strange, row.voided) for row in rows if row] == [(False, False), (True, False)]
        assert doubts.doubted(db, payload.digest(sheet).hex()) is not None
        assert target.ledger.rebuild_views()
        target.close()
    assert len(answers) == 1


def payload_of(made: Installation, number: SlipNumber) -> bytes:
    row = queries.slip(made.ledger.db(), number)
    assert row is not None
    return row.payload
