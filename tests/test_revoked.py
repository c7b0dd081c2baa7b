"""Keys in strange hands and cards used twice, through scan, merge, account and import: nothing without a person."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from fallback import custody, enrolment, frontdesk, payload
from fallback.ehospital.fhir import FhirConnector
from fallback.enrolment import Installation, NewCard
from fallback.errors import DeskNotUsable, FieldWrong, PageNotOpen, SheetVouched, SlipUnknown
from fallback.hospital import Target
from fallback.ledger import Line, queries
from fallback.ledger.queries import doubts
from fallback.ledger.queries.today import versions
from fallback.reconcile import Bucket, Verdict
from fallback.recovery import (
    Choice,
    Decision,
    ScanReport,
    WorkKind,
    Worklist,
    accept_scan,
    account_of,
    account_pdf,
    account_record,
    approve,
    contradictions,
    decide_page,
    judge,
    reopen_page,
    run_import,
    work_at,
)
from fallback.rehearsal.target import TestSystem
from fallback.scanning import ReadCode, ReadPage
from fallback.slip import SlipNumber
from fallback.statement import ShiftStatement
from tests import factories
from tests.backlog import cleared
from tests.test_printing import text_of

TARGET = "test-server"


@pytest.fixture
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


class House:
    """The administrator's laptop with its cards, and laptops that were restored from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = factories.installation(folder / "main", desks=0)
        self.cards: Sequence[NewCard] = enrolment.make_cards(self.main, 3, lambda _: None)
        self.laptops: list[Installation] = []

    def laptop(self, name: str, card: NewCard) -> Installation:
        """A fresh laptop with what the main one has by now, its desk enrolled with a card."""
        custody.export(self.main.ledger, self.folder / f"{name}.out")
        place, state = self.folder / name, self.folder / f"{name}.state"
        custody.restore(self.folder / f"{name}.out", place, card.text, clock=factories.clock(), state=state)
        made = enrolment.open_installation(place, card.text, clock=factories.clock(), state=state)
        enrolment.enrol_with_card(made, name, card.text)
        self.laptops.append(made)
        return made

    def merge(self, made: Installation) -> None:
        custody.export(made.ledger, self.folder / "back.parchi")
        assert custody.merge(self.main.ledger, self.folder / "back.parchi").conflicts == ()

    def counts(self) -> dict[str, int]:
        total = account_of(self.main.ledger.db(), TARGET).total
        return {bucket.value: count for bucket, count in total.counts.items() if count}

    def row(self, number: SlipNumber) -> queries.SlipRow:
        found = queries.slip(self.main.ledger.db(), number)
        assert found is not None
        return found

    def scan(self, *pages: ReadPage) -> ScanReport:
        return accept_scan(self.main.ledger, pages, self.main.keys(), drill=False, by="meena")

    def goes(self, system: TestSystem, *, again: bool = False) -> int:
        """Approves what may go and imports it; how many were created."""
        cleared(self.main.ledger, TARGET)
        approve(self.main.ledger, TARGET, Choice(again=again), by="ravi")
        target = Target(name=TARGET, url=system.url, test=True)
        connector = FhirConnector(target, factories.hospital(), system.token, pauses=(0.01,), timeout=10.0)
        try:
            return run_import(self.main.ledger, connector, by="ravi").created
        finally:
            connector.close()

    def close(self) -> None:
        for each in (self.main, *self.laptops):
            each.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.close()


def issue(made: Installation, series: int, name: str) -> queries.SlipRow:
    counter = factories.counter(made)
    shift = queries.open_shift(made.ledger.db(), series=series)
    shift = shift or frontdesk.open_shift(counter, series=series, login="asha")
    form = os.urandom(8).hex()
    return frontdesk.register(counter, shift.key, factories.registration(name), form=form).row


def page(name: str, *signed: bytes) -> ReadPage:
    texts = tuple(ReadCode(text=payload.to_digits(each), symbology="qr", box=(0, 0, 1, 1)) for each in signed)
    return ReadPage(file=name, page=1, picture_hash=name, texts=texts)


def sheet_of(made: Installation, series: int, *, voids: tuple[SlipNumber, ...] = ()) -> bytes:
    """Closes the open shift; the code of its sheet, as the desk signs it."""
    counter = factories.counter(made)
    shift = queries.open_shift(made.ledger.db(), series=series)
    assert shift is not None
    frontdesk.close_shift(counter, shift.key, counted_cash=0, note="", by="asha")
    head, rows = made.ledger.head(), [row.slip.number for row in queries.slips(made.ledger.db())]
    statement = ShiftStatement(
        hospital=counter.hospital_id, drill=False, series=series, ordinal=1, opened=None, closed=None,
        issued=len(rows), first=min(rows).serial, last=max(rows).serial, corrections=0, reprints=0, receipts=0,
        receipts_rupees=0, refunded_rupees=0, exempt=0, later=0, opening_float=0, counted_cash=0,
        head_sequence=head.sequence, head=head.hash[:8], voids=voids,
    )  # fmt: skip
    return payload.encode_statement(statement, made.sign(series))


def test_the_same_number_on_two_laptops_becomes_no_patient_without_a_person(house: House, system: TestSystem) -> None:
    card = house.cards[0]
    one, two = house.laptop("Casualty", card), house.laptop("OPD", card)
    first, second = issue(one, 1, "Sunita Devi"), issue(two, 1, "Kamla Devi")
    assert first.slip.number == second.slip.number
    for laptop in (one, two, one):
        house.merge(laptop)
    db, number = house.main.ledger.db(), first.slip.number
    assert {each.slip.patient.name for each in versions(db, number)} == {"Sunita Devi", "Kamla Devi"}
    assert house.row(number).conflict
    assert house.counts() == {"held": 1}
    assert house.goes(system) == house.goes(system, again=True) == 0
    found = contradictions(db)
    assert [{use.name for use in uses} for uses in found.cards] == [{"Casualty", "OPD"}]
    assert found.numbers == (number,)
    _told_on_the_account(house)
    with pytest.raises(FieldWrong):
        judge(house.main.ledger, number, "", "her paper", by="ravi")
    with pytest.raises(FieldWrong):
        judge(house.main.ledger, number, "ffff" * 16, "her paper", by="ravi")
    with pytest.raises(FieldWrong):
        judge(house.main.ledger, number, first.head, "", by="ravi")
    with pytest.raises(SlipUnknown):
        judge(house.main.ledger, SlipNumber(1, 77), first.head, "her paper", by="ravi")
    judge(house.main.ledger, number, second.head, "her paper is here", by="ravi")
    assert house.row(number).slip.patient.name == "Kamla Devi"
    assert [each.stands for each in doubts.rivals(db, number)].count(True) == 1
    assert len(versions(db, number)) == 2, "both are kept"
    assert house.goes(system) == 1
    assert house.counts() == {"imported": 1}
    assert house.main.ledger.rebuild_views()


def _told_on_the_account(house: House) -> None:
    account = account_of(house.main.ledger.db(), TARGET)
    record = account_record(
        house.main.ledger, account, factories.hospital(), target=TARGET, now=factories.START, signer="root",
        sign=house.main.sign_as_hospital,
    )  # fmt: skip
    assert [each["series"] for each in record["contradictions"]["cards"]] == [1]
    text = text_of(account_pdf(record, factories.hospital(), queries.desks(house.main.ledger.db())))
    assert "CONFLICT: one card, used in several places" in text


def test_which_version_stands_does_not_depend_on_the_order_of_merges(house: House, tmp_path: Path) -> None:
    card = house.cards[0]
    laptops = [house.laptop("Casualty", card), house.laptop("OPD", card)]
    rows = [issue(each, 1, name) for each, name in zip(laptops, ("Sunita Devi", "Kamla Devi"), strict=True)]
    frontdesk.correct(
        factories.counter(laptops[1]), queries.shifts(laptops[1].ledger.db())[0].key, rows[1].slip.number,
        factories.registration("Kamla Kumari"), "changed", form="ff",
    )  # fmt: skip
    for each in laptops:
        house.merge(each)
    newest = max(doubts.rivals(house.main.ledger.db(), rows[0].slip.number), key=lambda each: each.slip.revision)
    judge(house.main.ledger, rows[0].slip.number, newest.digest, "ours", by="ravi")
    everything = list(house.main.ledger.lines())
    own = [line for line in everything if line.chain == house.main.ledger.chain]
    others = [line for line in everything if line.chain != house.main.ledger.chain]
    seen = set()
    for place, lines in enumerate((own + others, others + own)):
        target = factories.installation(tmp_path / f"t{place}", desks=0, lasting=False)
        target.ledger.merge(lines)
        row = queries.slip(target.ledger.db(), rows[0].slip.number)
        assert row is not None
        seen.add((row.slip.patient.name, row.conflict, row.head))
        target.close()
    assert {each[:2] for each in seen} == {("Kamla Kumari", False)}
    assert len(seen) == 1


def test_a_slip_signed_before_a_theft_stays_valid_and_one_after_waits(house: House, system: TestSystem) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    known = issue(laptop, 1, "Sunita Devi")
    house.merge(laptop)
    on_sheet = issue(laptop, 1, "Kamla Devi")
    sheet = sheet_of(laptop, 1)
    enrolment.revoke(house.main, 1, "laptop stolen", by="meena")
    forged = issue(laptop, 1, "A Thief")
    report = house.scan(*(page(str(place), each.payload) for place, each in enumerate((known, on_sheet, forged))))
    assert report.verdicts == {Verdict.SAME_AGAIN: 1, Verdict.REVOKED: 2}
    assert [house.row(each.slip.number).strange for each in (known, on_sheet, forged)] == [False, True, True]
    assert house.counts() == {"waiting": 1, "held": 2}
    doubted = {work.number: work.doubt for work in work_at(house.main.ledger.db(), TARGET)}
    assert "revoked" in doubted[forged.slip.number]
    assert doubted[known.slip.number] == ""
    assert house.scan(page("sheet", sheet)).outcomes == {"revoked": 1}
    assert house.row(on_sheet.slip.number).strange, "a thief may sign a sheet, too: a person looks at it first"
    item = Worklist(house.main.ledger, factories.clock()).next("ravi")
    assert item is not None
    assert item.kind is WorkKind.REVOKED
    decide_page(house.main.ledger, "sheet", Decision.VOUCHED, by="ravi")
    assert [house.row(each.slip.number).strange for each in (known, on_sheet, forged)] == [False, False, True]
    with pytest.raises(SheetVouched):
        reopen_page(house.main.ledger, "sheet", "oh no", by="ravi")
    with pytest.raises(PageNotOpen):
        decide_page(house.main.ledger, "sheet", Decision.VOUCHED, by="ravi")
    assert house.goes(system) == 2
    assert house.counts() == {"imported": 2, "held": 1}
    house.merge(laptop)  # the thief's own journal makes it no truer
    assert house.row(forged.slip.number).strange
    assert house.goes(system) == 0
    assert house.goes(system, again=True) == 1, "a person said so"
    assert house.main.ledger.rebuild_views()


def test_what_a_sheet_that_the_journal_knows_says_counts_at_once(house: House) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    row = issue(laptop, 1, "Sunita Devi")
    sheet = sheet_of(laptop, 1)
    house.merge(laptop)
    enrolment.revoke(house.main, 1, "laptop stolen")
    assert house.scan(page("sheet", sheet), page("slip", row.payload)).outcomes == {"read": 2}
    assert not house.row(row.slip.number).strange


def test_a_stolen_journal_that_comes_back_is_held_from_the_theft_on(house: House, tmp_path: Path) -> None:
    """Its lines have the stolen key and the right hashes; what was merged before stays, in whatever order."""
    laptop = house.laptop("Casualty", house.cards[0])
    before = issue(laptop, 1, "Sunita Devi")
    house.merge(laptop)
    enrolment.revoke(house.main, 1, "laptop stolen")
    after = issue(laptop, 1, "A Thief")
    house.merge(laptop)
    assert [house.row(each.slip.number).strange for each in (before, after)] == [False, True]
    fresh = factories.installation(tmp_path / "fresh", desks=0, lasting=False)
    fresh.ledger.merge(list(laptop.ledger.lines()))
    fresh.ledger.merge([line for line in house.main.ledger.lines() if line.chain == house.main.ledger.chain])
    rows = [queries.slip(fresh.ledger.db(), each.slip.number) for each in (before, after)]
    assert [row.strange for row in rows if row] == [False, True]
    fresh.close()


def test_a_strange_void_or_correction_undoes_nothing(house: House, system: TestSystem) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    rows = [issue(laptop, 1, name) for name in ("Sunita Devi", "Kamla Devi")]
    house.merge(laptop)
    enrolment.revoke(house.main, 1, "laptop stolen")
    counter, shift = factories.counter(laptop), queries.shifts(laptop.ledger.db())[0].key
    void = frontdesk.void(counter, shift, rows[0].slip.number, "never was", allowed_by="meena").row
    other = frontdesk.correct(
        counter, shift, rows[1].slip.number, factories.registration("A Thief"), "changed", form="ff"
    ).row
    house.scan(page("void", void.payload), page("correction", other.payload))
    for each in rows:
        row = house.row(each.slip.number)
        assert row.conflict
    assert house.counts() == {"held": 2}
    assert house.goes(system, again=True) == 0
    for each in rows:
        judge(house.main.ledger, each.slip.number, each.head, "known from before", by="ravi")
    assert house.counts() == {"waiting": 2}
    assert house.goes(system) == 2
    assert {house.row(each.slip.number).slip.patient.name for each in rows} == {"Sunita Devi", "Kamla Devi"}


def test_a_sheet_covers_what_its_desk_first_issued_and_no_later_hand(house: House) -> None:
    """A shift's sheet names numbers: it must not carry a thief's void, correction, or other slip under one of them."""
    one, two = house.laptop("Casualty", house.cards[0]), house.laptop("OPD", house.cards[1])
    rows = [issue(one, 1, name) for name in ("Sunita Devi", "Kamla Devi", "Asha Devi", "Usha Devi")]
    sheet = sheet_of(one, 1)
    house.merge(one)
    house.merge(two)
    for series in (1, 2):
        enrolment.revoke(house.main, series, "laptop stolen")
    assert house.scan(page("sheet", sheet)).outcomes == {"read": 1}
    counter = factories.counter(one)
    shift = frontdesk.open_shift(counter, series=1, login="asha").key
    strange = frontdesk.register(counter, shift, factories.registration("A Thief"), form="aa").row
    changed = factories.registration("A Thief")
    signed = [
        frontdesk.void(counter, shift, rows[0].slip.number, "never was", allowed_by="meena").row.payload,
        frontdesk.correct(counter, shift, rows[1].slip.number, changed, "changed", form="ff").row.payload,
    ]
    forged = replace(rows[2].slip, signer=2, revision=1, replaces=bytes.fromhex(rows[2].head)[:4], reason="changed")
    other = replace(rows[3].slip, signer=2, patient=strange.slip.patient)
    signed += [payload.encode(each, two.sign(2)) for each in (forged, other)]
    report = house.scan(*(page(str(place), each) for place, each in enumerate(signed)))
    assert report.verdicts == {Verdict.REVOKED: 4}
    assert [house.row(each.slip.number).conflict for each in rows] == [True] * 4
    assert house.counts() == {"held": 4}
    assert house.main.ledger.rebuild_views()


def test_a_void_that_a_believed_sheet_names_waits_for_nobody(house: House) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    row, _other = issue(laptop, 1, "Sunita Devi"), issue(laptop, 1, "Kamla Devi")
    house.merge(laptop)
    counter, shift = factories.counter(laptop), queries.shifts(laptop.ledger.db())[0].key
    void = frontdesk.void(counter, shift, row.slip.number, "registered twice", allowed_by="meena").row
    sheet = sheet_of(laptop, 1, voids=(row.slip.number,))
    enrolment.revoke(house.main, 1, "laptop stolen")
    house.scan(page("sheet", sheet))
    decide_page(house.main.ledger, "sheet", Decision.VOUCHED, by="ravi")
    assert house.scan(page("void", void.payload)).verdicts == {Verdict.VOIDED: 1}
    assert not house.row(row.slip.number).conflict
    assert house.counts() == {"voided": 1, "waiting": 1}


def test_a_thiefs_high_number_makes_no_gaps(house: House) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    issue(laptop, 1, "Sunita Devi")
    house.merge(laptop)
    enrolment.revoke(house.main, 1, "laptop stolen")
    slip = replace(issue(laptop, 1, "A Thief").slip, number=SlipNumber(1, 7000))
    house.scan(page("slip", payload.encode(slip, laptop.sign(1))))
    assert house.counts() == {"waiting": 1, "held": 1}


def test_a_revoked_desk_issues_nothing_more_where_it_is_known(house: House) -> None:
    enrolment.enrol_with_card(house.main, "Casualty", house.cards[0].text)
    issue(house.main, 1, "Sunita Devi")
    enrolment.revoke(house.main, 1, "card photographed")
    with pytest.raises(DeskNotUsable):
        issue(house.main, 1, "Kamla Devi")
    assert house.counts() == {"waiting": 1}
    assert house.main.keys().certificates[0].series == 1, "what it signed can still be read"


def test_sheets_are_vouched_for_where_there_is_one(house: House) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    row = issue(laptop, 1, "Sunita Devi")
    enrolment.revoke(house.main, 1, "laptop stolen")
    unread = ReadPage(file="x", page=1, picture_hash="x", texts=())
    house.scan(unread, page("slip", row.payload))
    with pytest.raises(FieldWrong, match="revoked desk"):
        decide_page(house.main.ledger, "x", Decision.VOUCHED, by="ravi")
    assert Bucket.HELD.value in house.counts()


def test_random_orders_of_everything_give_one_answer(house: House, tmp_path: Path) -> None:
    laptop = house.laptop("Casualty", house.cards[0])
    numbers = [issue(laptop, 1, "Sunita Devi").slip.number]
    house.merge(laptop)
    enrolment.revoke(house.main, 1, "laptop stolen")
    numbers.append(issue(laptop, 1, "A Thief").slip.number)
    house.merge(laptop)
    chains: dict[str, list[Line]] = {}
    for line in house.main.ledger.lines():
        chains.setdefault(line.chain, []).append(line)
    answers = set()
    for seed in range(4):
        left = {chain: list(lines) for chain, lines in chains.items()}
        rng = Random(seed)
        order: list[Line] = []
        while left:
            chain = rng.choice(sorted(left))
            order += [left[chain].pop(0) for _ in range(min(len(left[chain]), rng.randint(1, 9)))]
            left = {chain: lines for chain, lines in left.items() if lines}
        target = factories.installation(tmp_path / f"t{seed}", desks=0, lasting=False)
        for line in order:
            target.ledger.merge([line])
        db = target.ledger.db()
        answers.add(tuple((row.strange, row.conflict) for number in numbers if (row := queries.slip(db, number))))
        target.close()
    assert answers == {((False, False), (True, False))}
