"""Beep-to-type: a slip as keys, who may have which, and no next slip before the UHID is back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fallback.ehospital.beep import BeepConnector
from fallback.errors import CanaryWaits, CheckListOpen, RecipeMissing, SlipNotTyped, TypedByScanner, UhidOdd, UhidUsed
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.recovery import Choice, approve, defer, gates, run_import, typing
from fallback.recovery.stages import Step
from fallback.slip import SlipNumber
from tests import his as house
from tests.backlog import HOSPITAL, SUNITA, Backlog, cleared

PATTERN = HOSPITAL.uhid_pattern
TARGET = "desk"


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    made = Backlog(tmp_path / "ledger", 1)
    yield made
    made.ledger.close()


@pytest.fixture
def connector(tmp_path: Path) -> BeepConnector:
    target = Target(name=TARGET, url="beep:desk", test=True, kind="beep", file=str(house.recipe(tmp_path)))
    return BeepConnector(target, HOSPITAL)


def ready(backlog: Backlog, count: int = 2, **more: Any) -> list[SlipNumber]:
    names = ("Sunita Devi", "Mohan Lal", "Asha Rani", "Ram Singh")
    slips = [backlog.issue(replace(SUNITA, name=names[at]), **more) for at in range(count)]
    approve(backlog.ledger, TARGET, by="meena")
    cleared(backlog.ledger, TARGET)
    return [each.number for each in slips]


def stage(backlog: Backlog, number: SlipNumber) -> str:
    delivery = queries.delivery(backlog.ledger.db(), number, TARGET)
    return delivery.stage if delivery else ""


def test_a_slip_is_plain_signs_with_tabs_in_the_forms_order(connector: BeepConnector, backlog: Backlog) -> None:
    slip = backlog.issue(replace(SUNITA, name="", name_hindi="सुनीता देवी", guardian="Rāmesh’s “Kumar”"))
    assert connector.codes(slip) == (
        f'\tFemale\t34\tRamesh\'s "Kumar"\t9810012345\t\tTajganj, Agra\t23/11/2026\tSlip {slip.number.text}',
    )
    assert "Name" in connector.objection(slip)
    assert connector.objection(backlog.issue()) == ""


def test_a_code_ends_where_the_page_must_rest(tmp_path: Path, backlog: Backlog) -> None:
    text = house.RECIPE.replace("tabs = 2", "tabs = 2\nhalt = true")
    target = Target(name=TARGET, url="beep:desk", test=True, kind="beep", file=str(house.recipe(tmp_path, text)))
    codes = BeepConnector(target, HOSPITAL).codes(backlog.issue())
    assert len(codes) == 2 and codes[0].endswith("9810012345\t\t") and codes[1].startswith("Tajganj")


def test_hindi_goes_in_latin_letters(tmp_path: Path, backlog: Backlog) -> None:
    text = house.RECIPE.replace('"{name}"', '"{name_hindi}"')
    target = Target(name=TARGET, url="beep:desk", test=True, kind="beep", file=str(house.recipe(tmp_path, text)))
    slip = backlog.issue()
    typed = BeepConnector(target, HOSPITAL).keys(slip)[0].text
    assert typed.isascii() and typed.casefold().startswith("sunit")


def test_without_a_recipe_there_is_no_way() -> None:
    with pytest.raises(RecipeMissing):
        BeepConnector(Target(name=TARGET, url="beep:desk", test=True, kind="beep"), HOSPITAL)


def test_no_import_runs_by_itself(backlog: Backlog, connector: BeepConnector) -> None:
    ready(backlog)
    with pytest.raises(TypedByScanner):
        run_import(backlog.ledger, connector, by="ravi")


def test_the_next_slip_comes_only_after_the_uhid(backlog: Backlog, connector: BeepConnector) -> None:
    first, second = ready(backlog)
    assert typing.begin(backlog.ledger, connector, by="ravi") == first
    assert typing.begin(backlog.ledger, connector, by="ravi") == first
    shown = typing.in_hand(backlog.ledger.db(), connector, by="ravi")
    assert shown is not None and shown.slip.number == first and not shown.again
    typing.done(backlog.ledger, connector, first, " 200000001 ", pattern=PATTERN, by="ravi")
    delivery = queries.delivery(backlog.ledger.db(), first, TARGET)
    assert delivery is not None and (delivery.stage, delivery.uhid) == ("confirmed", "200000001")
    assert typing.begin(backlog.ledger, connector, by="ravi") == second
    typing.done(backlog.ledger, connector, second, "200000002", pattern=PATTERN, by="ravi")
    assert typing.begin(backlog.ledger, connector, by="ravi") is None


@pytest.mark.parametrize("uhid", ["", "12345", "2000000011", "Sunita", "००१"])
def test_what_is_no_uhid_is_not_taken(backlog: Backlog, connector: BeepConnector, uhid: str) -> None:
    number = ready(backlog)[0]
    typing.begin(backlog.ledger, connector, by="ravi")
    with pytest.raises(UhidOdd):
        typing.done(backlog.ledger, connector, number, uhid, pattern=PATTERN, by="ravi")
    assert stage(backlog, number) == "sending"


def test_the_uhid_of_a_card_is_nobody_elses(backlog: Backlog, connector: BeepConnector) -> None:
    card = backlog.issue(replace(SUNITA, name="Shabnam Bano", name_hindi=""), uhid="200000001")
    first, _second = ready(backlog)
    typing.begin(backlog.ledger, connector, first, by="ravi")
    with pytest.raises(UhidUsed, match=card.number.grouped):
        typing.done(backlog.ledger, connector, first, "200000001", pattern=PATTERN, by="ravi")
    assert stage(backlog, first) == "sending"


def test_a_uhid_of_another_person_is_not_taken(backlog: Backlog, connector: BeepConnector) -> None:
    first, second = ready(backlog)
    typing.begin(backlog.ledger, connector, by="ravi")
    typing.done(backlog.ledger, connector, first, "200000001", pattern=PATTERN, by="ravi")
    typing.begin(backlog.ledger, connector, by="ravi")
    with pytest.raises(UhidUsed, match=first.grouped):
        typing.done(backlog.ledger, connector, second, "200000001", pattern=PATTERN, by="ravi")


def test_two_people_never_have_one_slip_or_one_patient(backlog: Backlog, connector: BeepConnector) -> None:
    first = backlog.issue()
    again = backlog.issue(patient_number=first.number)
    other = backlog.issue(replace(SUNITA, name="Mohan Lal"))
    approve(backlog.ledger, TARGET, by="meena")
    cleared(backlog.ledger, TARGET)
    assert typing.begin(backlog.ledger, connector, by="ravi") == first.number
    assert typing.begin(backlog.ledger, connector, by="lata") == other.number
    assert typing.begin(backlog.ledger, connector, by="anil") is None
    with pytest.raises(SlipNotTyped):
        typing.begin(backlog.ledger, connector, again.number, by="anil")
    with pytest.raises(SlipNotTyped):
        typing.done(backlog.ledger, connector, first.number, "200000001", pattern=PATTERN, by="anil")
    typing.done(backlog.ledger, connector, first.number, "200000001", pattern=PATTERN, by="ravi")
    assert typing.begin(backlog.ledger, connector, by="ravi") == again.number
    shown = typing.in_hand(backlog.ledger.db(), connector, by="ravi")
    assert shown is not None and shown.known == "200000001"
    with pytest.raises(UhidOdd):
        typing.done(backlog.ledger, connector, again.number, "200000009", pattern=PATTERN, by="ravi")
    typing.done(backlog.ledger, connector, again.number, "200000001", pattern=PATTERN, by="ravi")


def test_a_slip_shown_before_says_so(backlog: Backlog, connector: BeepConnector) -> None:
    number = ready(backlog, 1)[0]
    typing.begin(backlog.ledger, connector, by="ravi")
    typing.give_back(backlog.ledger, connector, number, by="ravi")
    assert stage(backlog, number) == "approved"
    typing.begin(backlog.ledger, connector, by="lata")
    shown = typing.in_hand(backlog.ledger.db(), connector, by="lata")
    assert shown is not None and shown.again


def test_what_cannot_be_typed_is_put_aside_with_a_reason(backlog: Backlog, connector: BeepConnector) -> None:
    number = ready(backlog, 1)[0]
    typing.begin(backlog.ledger, connector, by="ravi")
    typing.put_aside(backlog.ledger, connector, number, "the page has no such village", by="ravi")
    delivery = queries.delivery(backlog.ledger.db(), number, TARGET)
    assert delivery is not None and (delivery.stage, delivery.reason) == ("held", "the page has no such village")


def test_what_the_form_needs_is_held_on_the_way(backlog: Backlog, connector: BeepConnector) -> None:
    lacking = backlog.issue(replace(SUNITA, name=""))
    number = ready(backlog, 1)[0]
    assert typing.begin(backlog.ledger, connector, by="ravi") == number
    assert stage(backlog, lacking.number) == "held"


def test_a_patient_who_returned_is_typed_at_the_counter(backlog: Backlog, connector: BeepConnector) -> None:
    first, second = ready(backlog)
    defer(backlog.ledger, TARGET, Choice(numbers=frozenset({second})), reason="follow-up only", by="meena")
    assert stage(backlog, second) == "on_return"
    assert typing.begin(backlog.ledger, connector, second, by="asha") == second
    typing.done(backlog.ledger, connector, second, "200000002", pattern=PATTERN, by="asha")
    assert (stage(backlog, first), stage(backlog, second)) == ("approved", "confirmed")


def test_nothing_is_shown_before_the_gates_are_open(backlog: Backlog, connector: BeepConnector) -> None:
    backlog.issue()
    approve(backlog.ledger, TARGET, by="meena")
    with pytest.raises(CheckListOpen):
        typing.begin(backlog.ledger, connector, by="ravi")


def test_the_first_ten_are_looked_at(backlog: Backlog, connector: BeepConnector) -> None:
    for at in range(11):
        backlog.issue(replace(SUNITA, name=f"Patient {chr(65 + at)}"))
    approve(backlog.ledger, TARGET, by="meena")
    for point, answers in gates.ANSWERS.items():
        gates.check(backlog.ledger, TARGET, point, answers.good[-1], "in writing", by="meena")
    for at in range(10):
        number = typing.begin(backlog.ledger, connector, by="ravi")
        assert number is not None
        typing.done(backlog.ledger, connector, number, str(200_000_001 + at), pattern=PATTERN, by="ravi")
    with pytest.raises(CanaryWaits):
        typing.begin(backlog.ledger, connector, by="ravi")
    said = {"target": TARGET, "numbers": ["x"], "note": ""}
    backlog.ledger.write(lambda tx: tx.append(FactKind.CANARY_CONFIRMED, said, by="meena"))
    assert typing.begin(backlog.ledger, connector, by="ravi") is not None


def test_a_correction_and_a_void_are_the_hands_work(backlog: Backlog, connector: BeepConnector) -> None:
    slip = backlog.issue()
    ready(backlog, 0)
    typing.begin(backlog.ledger, connector, by="ravi")
    typing.done(backlog.ledger, connector, slip.number, "200000001", pattern=PATTERN, by="ravi")
    backlog.correct(slip, patient=replace(SUNITA, guardian="Suresh"))
    approve(backlog.ledger, TARGET, by="meena")
    typing.begin(backlog.ledger, connector, by="ravi")
    shown = typing.in_hand(backlog.ledger.db(), connector, by="ravi")
    assert shown is not None and (shown.step, shown.changed) == (Step.UPDATE, ("Father/husband",))
    typing.done(backlog.ledger, connector, slip.number, "200000001", pattern=PATTERN, by="ravi")
    backlog.void(slip)
    approve(backlog.ledger, TARGET, by="meena")
    typing.begin(backlog.ledger, connector, by="ravi")
    shown = typing.in_hand(backlog.ledger.db(), connector, by="ravi")
    assert shown is not None and shown.step is Step.WITHDRAW
    typing.done(backlog.ledger, connector, slip.number, "200000001", pattern=PATTERN, by="ravi")
    assert typing.begin(backlog.ledger, connector, by="ravi") is None
