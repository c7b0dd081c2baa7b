"""The front desk's acts, on a real ledger: issued, returned, corrected, voided, reprinted, pads, shifts, money."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from fallback import frontdesk, payload
from fallback.downtime import Shift
from fallback.enrolment import Installation
from fallback.errors import (
    DeskBusy,
    DeskNotUsable,
    DowntimeRunning,
    FieldWrong,
    NoDowntime,
    PadUnknown,
    ParchiError,
    ShiftNotOpen,
    SlipCannotBeVoided,
    SlipIsVoid,
    SlipUnknown,
    SupervisorNeeded,
)
from fallback.frontdesk import Counter
from fallback.ledger import queries
from fallback.scanning import count_pages
from fallback.slip import Age, AgeUnit, FeeStatus, Kind, SlipNumber
from tests import factories


@pytest.fixture
def shift(counter: Counter) -> Shift:
    return frontdesk.open_shift(counter, series=1, login="asha", opening_float=500)


def test_a_slip_is_signed_journalled_and_printed(installation: Installation, counter: Counter, shift: Shift) -> None:
    issued = frontdesk.register(counter, shift.key, factories.registration())
    judged = payload.judge(payload.to_digits(issued.row.payload), installation.keys())
    assert judged.outcome is payload.CodeOutcome.GENUINE
    assert judged.decoded is not None
    assert judged.decoded.slip == issued.row.slip
    assert issued.row.slip.token_text == "A-1"
    assert issued.card
    assert frontdesk.sheet(counter, issued).startswith(b"%PDF")
    assert installation.ledger.rebuild_views()
    assert installation.ledger.verify().ok


def test_numbers_and_tokens_are_gap_free_under_two_desks_at_once(counter: Counter, shift: Shift) -> None:
    other = frontdesk.open_shift(counter, series=2, login="meena")
    asks = [(each, f"form-{each.series}-{turn}") for turn in range(20) for each in (shift, other)]
    with ThreadPoolExecutor(8) as pool:
        issued = list(
            pool.map(lambda ask: frontdesk.register(counter, ask[0].key, factories.registration(), form=ask[1]), asks)
        )
    numbers = sorted(each.row.slip.number for each in issued)
    assert numbers == [SlipNumber(series, serial) for series in (1, 2) for serial in range(1, 21)]
    assert len({each.row.slip.token_text for each in issued}) == 40


def test_a_form_sent_twice_is_one_slip(counter: Counter, shift: Shift) -> None:
    first = frontdesk.register(counter, shift.key, factories.registration(), form="f1")
    again = frontdesk.register(counter, shift.key, factories.registration(), form="f1")
    assert again.again
    assert again.card
    assert again.row == first.row


def test_a_returning_patient_gets_a_slip_and_no_new_patient_number(counter: Counter, shift: Shift) -> None:
    first = frontdesk.register(counter, shift.key, factories.registration())
    number = first.row.slip.number
    second = frontdesk.register(
        counter, shift.key, factories.registration(patient_number=number, previous=number, clinic="ENT")
    )
    assert second.row.slip.number != number
    assert second.row.slip.person == first.row.slip.person == number.text
    assert not second.card
    assert [row.slip.number for row in queries.visits_of(counter.ledger.db(), number.text)] == [
        number,
        second.row.slip.number,
    ]


def test_a_correction_keeps_number_and_time_and_names_what_it_replaces(counter: Counter, shift: Shift) -> None:
    first = frontdesk.register(counter, shift.key, factories.registration())
    number = first.row.slip.number
    done = frontdesk.correct(counter, shift.key, number, factories.registration("Sunita Kumari"), "name misheard")
    slip = done.row.slip
    assert (slip.number, slip.revision, slip.issued) == (number, 1, first.row.slip.issued)
    assert slip.replaces == bytes.fromhex(first.row.head)[:4]
    assert slip.token_text == first.row.slip.token_text
    assert not done.row.conflict
    moved = frontdesk.correct(
        counter, shift.key, number, factories.registration("Sunita Kumari", clinic="ENT"), "clinic"
    )
    assert moved.row.slip.revision == 2
    assert moved.row.slip.visit.clinic != slip.visit.clinic


def test_the_hospital_chooses_its_paper(counter: Counter, shift: Shift, tmp_path: Path) -> None:
    issued = frontdesk.register(counter, shift.key, factories.registration())
    pages = {}
    for paper in ("a4", "a5"):
        file = tmp_path / f"{paper}.pdf"
        file.write_bytes(frontdesk.sheet(replace(counter, hospital=replace(counter.hospital, paper=paper)), issued))
        pages[paper] = count_pages([file], workers=1)
    assert pages == {"a4": 2, "a5": 3}, "the slip on one sheet or two, and the registration card"


def test_a_void_prints_a_signed_void_and_the_number_never_comes_back(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    number = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    voided = frontdesk.void(counter, shift.key, number, "registered twice")
    assert voided.row.slip.kind is Kind.VOID
    judged = payload.judge(payload.to_digits(voided.row.payload), installation.keys())
    assert judged.outcome is payload.CodeOutcome.GENUINE
    assert frontdesk.sheet(counter, voided).startswith(b"%PDF")
    with pytest.raises(SlipIsVoid):
        frontdesk.correct(counter, shift.key, number, factories.registration(), "late")
    with pytest.raises(SlipIsVoid):
        frontdesk.reprint(counter, number, by="asha")
    assert frontdesk.register(counter, shift.key, factories.registration()).row.slip.number.serial == number.serial + 1


def test_a_void_with_money_needs_a_supervisor(counter: Counter, shift: Shift) -> None:
    paying = next(each for each in counter.hospital.clinics if each.fee_on(factories.START.date()) > 0)
    issued = frontdesk.register(counter, shift.key, factories.registration(clinic=paying.code))
    assert issued.row.receipt == f"{shift.key}-1"
    with pytest.raises(SupervisorNeeded):
        frontdesk.void(counter, shift.key, issued.row.slip.number, "left", allowed_by="asha")
    frontdesk.void(counter, shift.key, issued.row.slip.number, "left", allowed_by="meena", receipt=issued.row.receipt)
    sums = queries.shift_sums(counter.ledger.db(), shift.key)
    assert (sums.slips, sums.voids, sums.paid_rupees, sums.refunded_rupees) == (
        1,
        1,
        issued.row.slip.visit.fee,
        issued.row.slip.visit.fee,
    )


def test_receipts_have_no_gap_within_a_shift(counter: Counter, shift: Shift) -> None:
    paying = next(each for each in counter.hospital.clinics if each.fee_on(factories.START.date()) > 0).code
    statuses = (FeeStatus.PAID, FeeStatus.EXEMPT, FeeStatus.PAID, FeeStatus.LATER, FeeStatus.PAID)
    receipts = [
        frontdesk.register(
            counter, shift.key, factories.registration(clinic=paying, fee_status=each, exemption="BPL")
        ).row.receipt
        for each in statuses
    ]
    assert receipts == [f"{shift.key}-1", "", f"{shift.key}-2", "", f"{shift.key}-3"]


def test_a_medico_legal_slip_cannot_be_voided(counter: Counter, shift: Shift) -> None:
    issued = frontdesk.register(counter, shift.key, factories.registration(medico_legal=True))
    with pytest.raises(SlipCannotBeVoided):
        frontdesk.void(counter, shift.key, issued.row.slip.number, "mistake")
    plain = factories.registration()
    frontdesk.correct(counter, shift.key, issued.row.slip.number, plain, "it was none")  # no way round it
    with pytest.raises(SlipCannotBeVoided):
        frontdesk.void(counter, shift.key, issued.row.slip.number, "mistake")


def test_a_reprint_has_the_same_record_and_says_so(counter: Counter, shift: Shift) -> None:
    first = frontdesk.register(counter, shift.key, factories.registration())
    again = frontdesk.reprint(counter, first.row.slip.number, by="asha")
    more = frontdesk.reprint(counter, first.row.slip.number, by="asha")
    assert again.row.payload == first.row.payload
    assert [each.reprint.count for each in (again, more) if each.reprint] == [1, 2]


def test_a_pad_is_printed_filled_in_and_counted(counter: Counter, shift: Shift) -> None:
    numbers, pdf = frontdesk.print_pads(counter, series=1, count=3, issued_to="Ward 5")
    assert pdf.startswith(b"%PDF")
    assert [number.serial for number in numbers] == [1, 2, 3]
    filled = frontdesk.fill_pad(counter, shift.key, numbers[1], factories.registration())
    assert (filled.row.slip.number, filled.row.slip.revision, filled.row.conflict) == (numbers[1], 1, False)
    with pytest.raises(PadUnknown):
        frontdesk.fill_pad(counter, shift.key, numbers[1], factories.registration())
    with pytest.raises(PadUnknown):
        frontdesk.declare(counter, [numbers[1]], "unused", "came back blank", by="ravi")
    frontdesk.declare(counter, [numbers[0]], "unused", "came back blank", by="ravi")
    frontdesk.declare(counter, [numbers[2]], "spoiled", "torn", by="ravi")
    rows = {row.number: row.spent for row in queries.numbers(counter.ledger.db(), "")}
    assert rows == {numbers[0]: "unused", numbers[1]: "", numbers[2]: "spoiled"}
    assert frontdesk.register(counter, shift.key, factories.registration()).row.slip.number.serial == 4


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "सुनीता"}, "name"),
        ({"name": "Asha 😀"}, "name"),
        ({"name": "Asha\x07"}, "name"),
        ({"name": "'; DROP TABLE slip;--"}, "name"),
        ({"name": "Asha \u202eRani"}, "name"),
        ({"name_hindi": "Sunita"}, "name_hindi"),
        ({"mobile": "12345"}, "mobile"),
        ({"mobile": "1234567890"}, "mobile"),
        ({"pin_code": "012345"}, "pin_code"),
        ({"age": None}, "age"),
        ({"age": Age(value=99, unit=AgeUnit.MONTHS)}, "age"),
        ({"relation": None}, "guardian"),
        ({"abha": "12"}, "abha"),
        ({"scheme_id": "a b"}, "scheme_id"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_issued(
    counter: Counter, shift: Shift, change: dict[str, object], field: str
) -> None:
    asked = factories.registration()
    asked = replace(asked, patient=replace(asked.patient, **change))  # type: ignore[arg-type]
    with pytest.raises(FieldWrong) as wrong:
        frontdesk.register(counter, shift.key, asked)
    assert wrong.value.values["field"] == field
    assert queries.latest_slips(counter.ledger.db(), 1, 5) == []


def test_what_cannot_be_done_now_says_why(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data", lasting=False)
    counter = factories.counter(made)

    def refused(kind: type[ParchiError], act: object) -> None:
        assert callable(act)
        with pytest.raises(kind):
            act()

    refused(NoDowntime, lambda: frontdesk.open_shift(counter, series=1, login="asha"))
    frontdesk.start_downtime(counter, "power")
    refused(DowntimeRunning, lambda: frontdesk.start_downtime(counter, "again"))
    refused(DeskNotUsable, lambda: frontdesk.open_shift(counter, series=9, login="asha"))
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    refused(DeskBusy, lambda: frontdesk.open_shift(counter, series=1, login="meena"))
    refused(DeskBusy, lambda: frontdesk.open_shift(counter, series=2, login="asha"))
    refused(DowntimeRunning, lambda: frontdesk.end_downtime(counter))
    refused(SlipUnknown, lambda: frontdesk.void(counter, shift.key, SlipNumber(1, 77), "x"))
    frontdesk.close_shift(counter, shift.key, counted_cash=0, note="", by="asha")
    refused(ShiftNotOpen, lambda: frontdesk.register(counter, shift.key, factories.registration()))
    frontdesk.end_downtime(counter)
    made.close()
