"""Stays: admitted on a signed slip, moved and ended by facts, the same whatever the order in which chains meet."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from fallback import frontdesk, payload
from fallback.errors import AdmissionSlip, FieldWrong, InBedAlready, NotAdmitted, StayLasts, StayOver
from fallback.frontdesk import Counter
from fallback.frontdesk.stays import Admission, admit, correct_admission, end_stay, move_stay, reopen_stay
from fallback.ledger import Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import stays
from fallback.slip import INDIA, Kind, Slip, SlipNumber, Visit
from fallback.stay import Ended, Lying
from tests import factories, journals


def admission(name: str = "Sunita Devi", bed: str = "7", **other: object) -> Admission:
    told = replace(factories.registration(name), clinic=0, kind=Kind.ADMISSION)
    made = Admission(registration=told, ward=2, bed=bed, unit="Unit II", ipd_number="IPD/26/104")
    return replace(made, **other)  # type: ignore[arg-type]


@pytest.fixture
def shift(counter: Counter) -> str:
    return frontdesk.open_shift(counter, series=1, login="asha", opening_float=0).key


def beds(counter: Counter, ward: int) -> list[str]:
    return sorted(each.bed for each in stays.in_ward(counter.ledger.db(), ward))


def test_the_bed_is_on_the_paper_and_in_the_ward(counter: Counter, shift: str) -> None:
    issued = admit(counter, shift, admission(), form="a")
    read = payload.decode(issued.row.payload).slip
    assert (read.kind, read.visit.ward, read.visit.bed, read.visit.unit) == (Kind.ADMISSION, 2, "7", "Unit II")
    assert (read.visit.ipd_number, read.visit.token, read.visit.fee) == ("IPD/26/104", 0, 0)
    again = admit(counter, shift, admission(), form="a")
    assert again.again
    assert again.row.slip.number == issued.row.slip.number
    assert beds(counter, 2) == ["7"]
    assert stays.lying(counter.ledger.db()) == {2: 1}


def test_moved_ended_and_opened_again(counter: Counter, shift: str) -> None:
    number = admit(counter, shift, admission()).row.slip.number
    move_stay(counter, number, Lying(at=None, ward=6, bed="HDU-1"), by="lata")
    assert (beds(counter, 2), beds(counter, 6)) == ([], ["HDU-1"])
    end_stay(counter, number, Ended.LAMA, note="the family took him home", by="lata")
    assert stays.lying(counter.ledger.db()) == {}
    with pytest.raises(StayOver):
        move_stay(counter, number, Lying(at=None, ward=2, bed="8"), by="lata")
    with pytest.raises(StayOver):
        end_stay(counter, number, Ended.DIED, by="lata")
    reopen_stay(counter, number, "he came back within the hour", by="lata")
    with pytest.raises(StayLasts):
        reopen_stay(counter, number, "again", by="lata")
    assert beds(counter, 6) == ["HDU-1"]
    stay = stays.stay(counter.ledger.db(), number)
    assert stay is not None
    assert [(each.ward, each.bed) for each in stay.beds] == [(2, "7"), (6, "HDU-1")]
    assert (stay.how, stay.ended) == (None, None)


def test_a_time_that_cannot_be_is_refused(counter: Counter, shift: str) -> None:
    issued = admit(counter, shift, admission())
    number, at = issued.row.slip.number, issued.row.slip.issued
    assert at is not None
    for wrong in (at - timedelta(minutes=1), at + timedelta(days=1)):
        with pytest.raises(FieldWrong) as told:
            end_stay(counter, number, Ended.DISCHARGED, at=wrong, by="lata")
        assert told.value.values["field"] == "at"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ward": 99}, "ward"),
        ({"ward": 0}, "ward"),
        ({"bed": ""}, "bed"),
        ({"bed": "the bed behind the curtain"}, "bed"),
        ({"bed": "1\x00"}, "bed"),
        ({"unit": "u" * 31}, "unit"),
        ({"ipd_number": "=1+1"}, "ipd_number"),
        ({"admitted_on": date(2026, 11, 24)}, "admitted_on"),
        ({"admitted_on": date(1926, 11, 24)}, "admitted_on"),
    ],
)
def test_what_cannot_be_admitted_takes_no_number(
    change: dict[str, object], field: str, counter: Counter, shift: str
) -> None:
    with pytest.raises(FieldWrong) as told:
        admit(counter, shift, admission(**change))  # type: ignore[arg-type]
    assert told.value.values["field"] == field
    assert admit(counter, shift, admission()).row.slip.number == SlipNumber(1, 1)


def test_nobody_lies_by_a_slip_that_is_no_admission_or_void(counter: Counter, shift: str) -> None:
    visit = frontdesk.register(counter, shift, factories.registration()).row.slip.number
    number = admit(counter, shift, admission()).row.slip.number
    frontdesk.void(counter, shift, number, "typed twice")
    assert stays.in_ward(counter.ledger.db(), 2) == []
    for each in (visit, number, SlipNumber(1, 999)):
        with pytest.raises(NotAdmitted):
            move_stay(counter, each, Lying(at=None, ward=2, bed="8"), by="lata")


def test_a_correction_changes_the_bed_of_the_slip_and_not_a_later_move(counter: Counter, shift: str) -> None:
    number = admit(counter, shift, admission()).row.slip.number
    row = correct_admission(counter, shift, number, admission(bed="9"), "the bed was misread").row
    assert (row.slip.kind, row.slip.revision, row.slip.visit.bed) == (Kind.ADMISSION, 1, "9")
    assert beds(counter, 2) == ["9"]
    move_stay(counter, number, Lying(at=None, ward=3, bed="1"), by="lata")
    correct_admission(counter, shift, number, admission(bed="10"), "again")
    assert (beds(counter, 2), beds(counter, 3)) == ([], ["1"])
    with pytest.raises(AdmissionSlip):  # the form for visits would make an outpatient of somebody in a bed
        frontdesk.correct(counter, shift, number, factories.registration(), "by the wrong form")


def test_nobody_is_admitted_twice(counter: Counter, shift: str) -> None:
    visit = frontdesk.register(counter, shift, factories.registration()).row.slip.number
    known = replace(admission().registration, patient_number=visit, previous=visit)
    number = admit(counter, shift, admission(registration=known), form="a").row.slip.number
    with pytest.raises(InBedAlready):
        admit(counter, shift, admission(registration=known, bed="8"), form="b")
    assert admit(counter, shift, admission(registration=known), form="a").again
    end_stay(counter, number, Ended.DISCHARGED, by="lata")
    admit(counter, shift, admission(registration=known, bed="8"), form="c")
    assert beds(counter, 2) == ["8"]


def test_a_confidential_patient_lies_under_an_alias(counter: Counter, shift: str) -> None:
    told = replace(admission().registration, confidential=True, brought_by="her husband Ram Prasad")
    row = admit(counter, shift, admission(registration=told)).row
    assert row.slip.sealed
    assert "Sunita" not in row.slip.patient.name
    assert row.slip.visit.brought_by == ""
    assert len(row.payload) <= payload.MOST_BYTES
    assert queries.slip(counter.ledger.db(), row.slip.number) is not None


def test_two_wards_that_cannot_see_each_other_agree_once_they_meet(tmp_path: Path) -> None:
    """One admits, the other moves and ends; whichever hears of it first, both show the same."""
    one = journals.make(tmp_path / "one")
    two, third = journals.sibling(one, tmp_path / "two"), journals.sibling(one, tmp_path / "three")
    number = SlipNumber(1, 1)

    def admitted(tx: Transaction) -> None:
        taken = tx.take_number(1)
        visit = Visit(ward=2, bed="7", unit="Unit II")
        slip = Slip(number=taken, kind=Kind.ADMISSION, signer=1, issued=tx.now.replace(microsecond=0), visit=visit)
        content = {"slip": slip.record(), "digest": "ab" * 32, "receipt": "", "form": ""}
        tx.append(FactKind.SLIP_ISSUED, content, payload=b"x" * 80, series=1, shift="001.1", by="asha")

    def told(fact: FactKind, **content: object) -> Callable[[Transaction], object]:
        return lambda tx: tx.append(fact, {"number": number.text} | content, by="lata")

    one.write(admitted)
    two.write(told(FactKind.STAY_MOVED, ward=6, bed="1", unit="", at="2026-11-23T09:00:00+00:00"))
    two.write(told(FactKind.STAY_ENDED, how="died", at="2026-11-23T10:00:00+00:00", note=""))
    two.write(told(FactKind.STAY_REOPENED, reason="another patient"))
    third.write(told(FactKind.STAY_MOVED, ward=3, bed="2", unit="", at="2026-11-23T08:00:00+00:00"))
    lines = {ledger: list(ledger.lines()) for ledger in (one, two, third)}
    for ledger, others in ((one, (two, third)), (two, (third, one)), (third, (one, two))):
        for other in others:
            ledger.merge(lines[other])
    seen = [(stays.stay(each.db(), number), stays.in_ward(each.db(), 6), stays.changes(each.db())) for each in lines]
    for each in lines:
        each.close()
    assert seen[0] == seen[1] == seen[2]
    stay, lying, _ = seen[0]
    assert stay is not None
    assert [(each.ward, each.bed) for each in stay.beds] == [(2, "7"), (3, "2"), (6, "1")]
    assert (stay.how, [each.bed for each in lying]) == (None, ["1"])


def test_of_a_time_that_was_typed_and_one_that_was_not_the_later_one_counts(counter: Counter, shift: str) -> None:
    number = admit(counter, shift, admission()).row.slip.number
    typed = counter.ledger.db().execute("SELECT max(at) FROM line").fetchone()[0]
    told = (datetime.fromisoformat(typed) + timedelta(seconds=1)).astimezone(INDIA).replace(microsecond=0)
    move_stay(counter, number, Lying(at=told, ward=6, bed="1"), by="lata")  # as a page has it: with India's offset
    move_stay(counter, number, Lying(at=None, ward=3, bed="2"), by="lata")
    assert (beds(counter, 6), beds(counter, 3)) == ([], ["2"])
    found = stays.stay(counter.ledger.db(), number)
    assert found is not None
    assert [each.bed for each in found.beds] == ["7", "1", "2"]


def test_one_card_in_two_journals_says_the_same_of_a_number_whichever_comes_first(tmp_path: Path) -> None:
    """All three gave the number: one to somebody in a bed, two to visits; other Aadhaars were shown."""
    one = journals.make(tmp_path / "one")
    all_of = [one, *(journals.sibling(one, tmp_path / name) for name in ("two", "three"))]

    def issued(kind: Kind, digest: str, last4: str) -> Callable[[Transaction], object]:
        slip = Slip(number=SlipNumber(1, 1), kind=kind, signer=1, visit=Visit(ward=2, bed="7"))
        content = {"slip": slip.record(), "digest": digest * 32, "shown": {"last4": last4, "check": "good"}}
        return lambda tx: tx.append(FactKind.SLIP_ISSUED, content, payload=b"x" * 80, series=1, by="asha")

    for ledger, told in zip(
        all_of, ((Kind.ADMISSION, "ab", "1234"), (Kind.OPD, "cd", "5678"), (Kind.OPD, "ce", "9012")), strict=True
    ):
        ledger.write(issued(*told))
    lines = [list(each.lines()) for each in all_of]
    for place, ledger in enumerate(all_of):
        for other in (lines[place - 1], lines[place - 2]):
            ledger.merge(other)
    seen = [[each.db().execute(f"SELECT * FROM {table}").fetchall() for table in ("stay", "shown")] for each in all_of]
    again = [each.rebuild_views() for each in all_of]
    for each in all_of:
        each.close()
    assert seen[0] == seen[1] == seen[2] == [[], [("00100000114", "1234", "good")]]
    assert all(again)
