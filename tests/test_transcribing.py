"""Pads that came back filled in by pen: read by two people, compared, agreed, and made slips by the front desk."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from fallback import enrolment, frontdesk, payload
from fallback.enrolment import Installation
from fallback.errors import (
    DeskNotUsable,
    FieldWrong,
    PadFilled,
    PadUnknown,
    PageNotOpen,
    SamePerson,
)
from fallback.frontdesk import Counter
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.recovery import (
    Decision,
    WorkKind,
    Worklist,
    choose,
    compare,
    decide_page,
    enter_first,
    enter_second,
    entries,
    last_decisions,
    prefill,
    reopen_page,
)
from fallback.slip import FeeStatus, Kind, SlipNumber
from tests import factories
from tests.backlog import Backlog
from tests.worked import FIELDS, IDENTITY, accept, facts, got, pad_page, page, ticks

DAY = date(2026, 11, 23)


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "backlog", 101)
    yield found
    found.ledger.close()


@pytest.fixture
def work(backlog: Backlog) -> Worklist:
    return Worklist(backlog.ledger, lambda: datetime(2026, 12, 1, tzinfo=UTC))


# --- two people


def test_two_people_who_agree(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    enter_first(backlog.ledger, "p", blank.number, FIELDS, by="ravi")
    enter_first(backlog.ledger, "p", blank.number, FIELDS, by="ravi")
    with pytest.raises(PageNotOpen):
        enter_first(backlog.ledger, "p", blank.number, FIELDS, by="sita")
    assert work.next("ravi") is None, "nobody checks their own reading"
    assert work.counts() == {WorkKind.PAD_SECOND: 1}
    with pytest.raises(SamePerson):
        enter_second(backlog.ledger, "p", blank.number, IDENTITY, by="ravi")
    assert got(work.next("sita")).kind is WorkKind.PAD_SECOND
    told = IDENTITY | {
        "name": " sunita  DEVI",
        "age": "३४ y",
        "age_unit": "",
        "mobile": "+91 98100-00001",
        "clinic": "ENT",
    }
    assert enter_second(backlog.ledger, "p", blank.number, told, by="sita") == ()
    assert enter_second(backlog.ledger, "p", blank.number, told, by="sita") == (), "sent twice"
    found = entries(backlog.ledger.db(), blank.number)
    assert found is not None
    assert (found.ready, found.first.login, found.checked_by, found.agreed) == (True, "ravi", "sita", FIELDS)
    assert found.second is not None
    assert "clinic" not in found.second.fields
    work.release("sita")
    assert got(work.next("ravi")).kind is WorkKind.PAD_READY
    assert facts(backlog.ledger).count("pad_entered") == 2
    assert backlog.ledger.rebuild_views()


def test_two_people_who_differ_choose_field_by_field(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    enter_first(backlog.ledger, "p", blank.number, FIELDS, by="ravi")
    with pytest.raises(PageNotOpen):
        choose(backlog.ledger, "p", blank.number, {"name": "first"}, by="sita")
    other = IDENTITY | {"name": "Sunita Bai", "age": "3", "age_unit": "months", "mobile": ""}
    assert enter_second(backlog.ledger, "p", blank.number, other, by="sita") == ("name", "age", "mobile")
    assert work.next("ravi") is None
    assert got(work.next("gita")).kind is WorkKind.PAD_DIFFERS
    with pytest.raises(SamePerson):
        choose(backlog.ledger, "p", blank.number, {"name": "first", "age": "second", "mobile": "second"}, by="ravi")
    for wrong in ({"name": "first", "age": "second"}, {"name": "third", "age": "first", "mobile": "first"}):
        with pytest.raises(FieldWrong):
            choose(backlog.ledger, "p", blank.number, wrong, by="sita")
    choose(backlog.ledger, "p", blank.number, {"name": "first", "age": "second", "mobile": "second"}, by="sita")
    found = entries(backlog.ledger.db(), blank.number)
    assert found is not None
    assert found.ready
    assert (found.agreed["name"], found.agreed["age"], found.agreed["age_unit"]) == ("Sunita Devi", "3", "months")
    assert "mobile" not in found.agreed
    assert found.agreed["clinic"] == "MED"


def test_an_entry_is_taken_back_and_begun_again(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    enter_first(backlog.ledger, "p", blank.number, FIELDS, by="ravi")
    enter_second(backlog.ledger, "p", blank.number, IDENTITY, by="sita")
    assert [done.what for done in last_decisions(backlog.ledger.db(), "ravi")] == ["first"]
    reopen_page(backlog.ledger, "p", "wrong page", by="ravi")
    assert entries(backlog.ledger.db(), blank.number) is None
    assert work.counts() == {WorkKind.PAD: 1}
    enter_first(backlog.ledger, "p", blank.number, FIELDS | {"name": "Mohan"}, by="sita")
    found = entries(backlog.ledger.db(), blank.number)
    assert found is not None
    assert found.second is None, "what was read before the page was opened again counts no more"
    assert backlog.ledger.rebuild_views()


def test_a_pad_that_is_a_slip_is_not_taken_back_here(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    enter_first(backlog.ledger, "p", blank.number, FIELDS, by="ravi")
    filled = backlog.draft(blank.number.serial, revision=1, replaces=payload.digest(backlog.sign(blank))[:4])
    backlog.ledger.write(lambda tx: backlog.write(tx, FactKind.SLIP_REVISED, filled))
    assert work.counts().total() == 0, "a page of a blank whose number has content is closed by itself"
    with pytest.raises(PadFilled):
        reopen_page(backlog.ledger, "p", "undo", by="ravi")
    with pytest.raises(PageNotOpen):
        enter_second(backlog.ledger, "p", blank.number, IDENTITY, by="sita")


def test_an_unread_page_that_a_person_gives_to_a_blank_is_typed_in(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, page("p", "unread"))
    decide_page(backlog.ledger, "p", Decision.BELONGS, number=blank.number, by="ravi")
    item = got(work.next("ravi"))
    assert (item.kind, item.number) == (WorkKind.PAD, blank.number)
    enter_first(backlog.ledger, "p", blank.number, FIELDS, by="ravi")
    assert work.counts() == {WorkKind.PAD_SECOND: 1}
    reopen_page(backlog.ledger, "p", "undo", by="ravi")
    assert work.counts() == {WorkKind.UNREAD: 1}


def test_an_entry_needs_a_day_and_takes_no_novel(backlog: Backlog) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    for wrong in ({"day": ""}, {"day": "23-11-2026"}, {"time": "half past"}, {"name": "x" * 1000}):
        with pytest.raises(FieldWrong):
            enter_first(backlog.ledger, "p", blank.number, FIELDS | wrong, by="ravi")
    enter_first(backlog.ledger, "p", blank.number, FIELDS | {"time": "09:30", "hat": "red"}, by="ravi")
    (line,) = [line for line in backlog.ledger.lines() if line.fact is FactKind.PAD_ENTERED]
    assert "hat" not in json.dumps(line.content)


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ({"name": "Smt. Sunita"}, {"name": "smt sunita"}, ()),
        ({"name": "Sunita"}, {"name": "Suneeta"}, ("name",)),
        ({"name_hindi": "सुनीता"}, {}, ("name_hindi",)),
        ({"birth_date": "5-11-1990"}, {"birth_date": "05/11/1990"}, ()),
        ({"birth_date": "05111990"}, {"birth_date": "05 11 1990"}, ()),
        ({"birth_date": "05-11-1990"}, {"birth_date": "11-05-1990"}, ("birth_date",)),
        ({"age": "34", "age_unit": "years"}, {"age": "34y", "age_unit": "months"}, ()),
        ({"age": "3", "age_unit": "months"}, {"age": "3", "age_unit": "days"}, ("age",)),
        ({"age": "34"}, {}, ("age",)),
        ({"mobile": "09810000001"}, {"mobile": "९८१००००००१"}, ()),
        ({"mobile": "9810000001"}, {"mobile": "9810000007"}, ("mobile",)),
        ({"uhid": "1000 2000 30"}, {"uhid": "1000200030"}, ()),
        ({"alias": "y", "name": "Peepal 12"}, {"alias": "y"}, ()),
        ({"alias": "y", "name": "Peepal 12"}, {"name": "Peepal 12"}, ("alias",)),
        ({"sex": "female", "relation": "wife"}, {"sex": "male", "relation": "wife"}, ("sex",)),
    ],
)
def test_what_makes_two_readings_differ(first: dict[str, str], second: dict[str, str], differ: tuple[str, ...]) -> None:
    assert compare(first, second) == differ


def test_ticks_fill_the_first_entry_and_digits_are_never_guessed(backlog: Backlog) -> None:
    marks = ticks(
        "sex.female", "unit.years", "relation.father", "relation.mother", "clinic.ENT", "category.bpl",
        "flag.emergency", "age.1", "age.2", "mobile.1", form="pad.slip", place=2,
        category__general="doubtful", mobile__2="doubtful", flag__medico_legal="doubtful",
    )  # fmt: skip
    accept(backlog.ledger, page("p", "pad", forms=[marks, ticks("sex.male", form="pad.slip", place=4)]))
    forms = queries.forms(backlog.ledger.db(), "p")
    found = prefill(forms, 2)
    assert found.fields == {"sex": "female", "age_unit": "years", "clinic": "ENT", "emergency": "y"}
    assert found.machine == set(found.fields)
    assert found.doubtful == {"relation", "category", "medico_legal"}
    assert found.inked == {"age": (1, 2), "mobile": (1, 2)}
    assert prefill(forms, 4).fields == {"sex": "male"}
    assert prefill(forms, 7).fields == {}


def test_nothing_of_a_bent_pad_is_filled_in(backlog: Backlog) -> None:
    accept(backlog.ledger, page("p", "pad", forms=[ticks("sex.female", "clinic.other", sure=False, form="pad.slip")]))
    found = prefill(queries.forms(backlog.ledger.db(), "p"))
    assert not found.fields
    assert found.doubtful == {"sex", "clinic"}


# --- the slip


@pytest.fixture
def blank(counter: Counter) -> SlipNumber:
    (number,), _ = frontdesk.print_pads(counter, series=1, count=1, issued_to="ward 5")
    frontdesk.end_downtime(counter)
    return number


def transcribe(
    counter: Counter, number: SlipNumber, name: str = "Sunita Devi", *, fee_status: FeeStatus = FeeStatus.LATER
) -> frontdesk.Issued:
    told = factories.registration(name, fee_status=fee_status)
    return frontdesk.transcribe_pad(counter, number, told, day=DAY, at=time(11, 5), by="ravi", checked_by="meena")


def test_a_pad_becomes_a_slip_of_its_own_day_without_a_shift_or_a_downtime(
    installation: Installation, counter: Counter, blank: SlipNumber
) -> None:
    accept(installation.ledger, page("p", "pad", ("genuine", blank)))
    done = transcribe(counter, blank, fee_status=FeeStatus.PAID)
    slip = done.row.slip
    assert (slip.number, slip.revision, slip.signer, slip.token_text) == (blank, 1, 1, "")
    assert slip.issued == datetime(2026, 11, 23, 5, 35, tzinfo=UTC)
    assert (done.again, done.card, done.row.receipt, done.row.conflict, done.row.shift) == (False, False, "", False, "")
    judged = payload.judge(payload.to_digits(done.row.payload), installation.keys())
    assert judged.outcome is payload.CodeOutcome.GENUINE
    assert judged.decoded is not None
    assert judged.decoded.slip == slip
    line = list(installation.ledger.lines())[-1]
    assert (line.fact, line.by, line.content["checked_by"], line.content["change"]) == (
        FactKind.SLIP_REVISED, "ravi", "meena", "pad",
    )  # fmt: skip
    assert frontdesk.first_sheet(counter, blank, by="ravi") is None, "its paper is there: nothing waits for a printer"
    assert queries.pages(installation.ledger.db(), open_only=True) == []
    assert installation.ledger.rebuild_views()


def test_the_same_again_changes_nothing_and_other_words_are_refused(counter: Counter, blank: SlipNumber) -> None:
    first = transcribe(counter, blank)
    again = transcribe(counter, blank)
    assert (again.again, again.row) == (True, first.row)
    with pytest.raises(PadUnknown):
        transcribe(counter, blank, "Mohan Lal")
    frontdesk.start_downtime(counter, "again")
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    frontdesk.correct(counter, shift.key, blank, factories.registration("Sunita Bai"), "misread")
    assert transcribe(counter, blank).row.slip.patient.name == "Sunita Bai", "the desk's correction is newer"
    assert facts(counter.ledger).count("slip_revised") == 2


def test_two_people_at_once_make_one_slip(counter: Counter, blank: SlipNumber) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: transcribe(counter, blank), range(8)))
    assert sorted(each.again for each in done) == [False] + [True] * 7
    with ThreadPoolExecutor(2) as pool:
        other = [pool.submit(transcribe, counter, blank, name) for name in ("Mohan Lal", "Ram Lal")]
    assert all(isinstance(each.exception(), PadUnknown) for each in other)
    assert facts(counter.ledger).count("slip_revised") == 1


def test_another_desk_signs_for_one_that_is_retired_or_lost(
    installation: Installation, counter: Counter, blank: SlipNumber
) -> None:
    enrolment.retire_desk(installation, 1, "it fell")
    done = transcribe(counter, blank)
    assert (done.row.slip.number.series, done.row.slip.signer, done.row.conflict) == (1, 2, False)
    judged = payload.judge(payload.to_digits(done.row.payload), installation.keys())
    assert judged.outcome is payload.CodeOutcome.GENUINE
    assert transcribe(counter, blank).again


def test_no_desk_at_all_is_told(installation: Installation, counter: Counter, blank: SlipNumber) -> None:
    (installation.folder / "private" / "desk-001.key").unlink()
    enrolment.retire_desk(installation, 2, "it fell")
    with pytest.raises(DeskNotUsable):
        transcribe(counter, blank)
    assert facts(counter.ledger)[-1] == "desk_retired"


def test_what_cannot_be_is_refused(counter: Counter, blank: SlipNumber) -> None:
    with pytest.raises(PadUnknown):
        transcribe(counter, SlipNumber(1, 900))
    with pytest.raises(FieldWrong):
        transcribe(counter, blank, "")
    with pytest.raises(ValueError, match="own reading"):
        frontdesk.transcribe_pad(counter, blank, factories.registration(), day=DAY, by="ravi", checked_by="ravi")
    for day in (date(2026, 11, 22), date(2027, 1, 1)):
        with pytest.raises(FieldWrong):
            frontdesk.transcribe_pad(counter, blank, factories.registration(), day=day, by="ravi", checked_by="meena")
    born = factories.patient(age=None, birth_date=date(2026, 11, 24))
    with pytest.raises(FieldWrong):
        told = replace(factories.registration(), patient=born)
        frontdesk.transcribe_pad(counter, blank, told, day=DAY, by="ravi", checked_by="meena")
    row = queries.slip(counter.ledger.db(), blank)
    assert row is None or row.slip.kind is Kind.PAD


def test_from_the_box_to_the_slip_with_a_crash_between(
    installation: Installation, counter: Counter, blank: SlipNumber
) -> None:
    work = Worklist(installation.ledger, lambda: datetime(2026, 12, 1, tzinfo=UTC))
    accept(installation.ledger, page("p", "pad", ("genuine", blank)))
    enter_first(installation.ledger, "p", blank, FIELDS, by="ravi")
    assert enter_second(installation.ledger, "p", blank, IDENTITY, by="meena") == ()
    after = Worklist(installation.ledger, lambda: datetime(2026, 12, 1, tzinfo=UTC))  # the server was killed here
    assert got(after.next("ravi")).kind is WorkKind.PAD_READY
    transcribe(counter, blank)
    after.release("ravi")
    assert (after.next("ravi"), work.next("meena")) == (None, None)
    with pytest.raises(PadFilled):
        reopen_page(installation.ledger, "p", "undo", by="meena")


def test_a_void_by_the_desk_undoes_it(counter: Counter, blank: SlipNumber) -> None:
    transcribe(counter, blank)
    frontdesk.start_downtime(counter, "again")
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    frontdesk.void(counter, shift.key, blank, "wrong patient")
    row = queries.slip(counter.ledger.db(), blank)
    assert row is not None
    assert (row.voided, row.conflict) == (True, False)
