"""The web form: a closed system's page filled in a real browser, with all that such pages do to whoever fills them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fallback.ehospital import Acknowledgement, Found, Hold, Outcome
from fallback.ehospital.beep import BeepConnector
from fallback.ehospital.recipe import Mark
from fallback.ehospital.webform import WebFormConnector
from fallback.ehospital.webform.browser import Browser
from fallback.ehospital.webform.page import Saved, Told
from fallback.errors import BrowserAway, OperatorNeeded, PageOdd, ParchiError
from fallback.hospital import Target
from fallback.ledger.queries.proofs import proofs
from fallback.printing.on_screen import qr_shape
from fallback.recovery import approve, run_import
from fallback.slip import Kind, Sex, Slip, SlipNumber, Visit
from tests import his as house
from tests.backlog import HOSPITAL, ISSUED, SUNITA, Backlog, cleared
from tests.his import Habits, His
from tests.test_on_screen import read as read_back

pytestmark = pytest.mark.skipif(house.CHROMIUM is None, reason="chromium is not here")


@pytest.fixture(scope="module")
def system() -> Iterator[tuple[His, int]]:
    with house.served() as his, house.chromium(his.url + "/home") as port:
        yield his, port


@pytest.fixture
def his(system: tuple[His, int]) -> His:
    his, _ = system
    his.records.clear()
    his.habits, his.saves = Habits(), 0
    return his


class Ways:
    """Connectors to the system, each closed at the end; and the pictures that they kept."""

    def __init__(self, his: His, port: int, folder: Path) -> None:
        self.his, self.port, self.folder = his, port, folder
        self.pictures: list[bytes] = []
        self.open: list[WebFormConnector] = []

    def keep(self, content: bytes) -> str:
        self.pictures.append(content)
        return f"{len(self.pictures):064x}"

    def __call__(self, *, beside: bool = False, **replaced: str) -> WebFormConnector:
        for each in self.open if not beside else ():
            each.close()
        file = house.recipe(self.folder, **replaced)
        target = Target(name="his", url=self.his.url, test=True, kind="web-form", file=str(file))

        def browse(recipe: Any) -> Browser:
            return Browser(self.his.url, [self.port], ignores=recipe.ignores, patience=6)

        self.open.append(WebFormConnector(target, HOSPITAL, keep=self.keep, browse=browse))
        return self.open[-1]


@pytest.fixture
def ways(system: tuple[His, int], his: His, tmp_path: Path) -> Iterator[Ways]:
    made = Ways(his, system[1], tmp_path)
    yield made
    for each in made.open:
        each.close()
    house.come_home(system[1], his.url + "/home")


def slip(serial: int = 1, **more: Any) -> Slip:
    told: dict[str, Any] = {"issued": ISSUED, "patient": SUNITA, "visit": Visit(clinic=1)}
    return Slip(number=SlipNumber(1, serial), **(told | more))


def stopped(answer: Acknowledgement) -> ParchiError:
    assert answer.outcome is Outcome.UNREACHABLE and answer.error is not None
    return answer.error


def test_a_slip_is_filled_saved_and_read_back(ways: Ways, his: His) -> None:
    answer = ways().send(slip())
    assert answer.outcome is Outcome.CREATED, answer.error
    assert (answer.patient, answer.uhid, answer.created) == ("200000001", "200000001", True)
    assert his.records["200000001"] == {
        "uhid": "200000001",
        "name": "Sunita Devi",
        "sex": "Female",
        "age": "34",
        "guardian": "Ramesh Kumar",
        "mobile": "9810012345",
        "place": "Tajganj, Agra",
        "visit": "23/11/2026",
        "remarks": "Slip 00100000114",
    }
    assert answer.evidence and ways.pictures[-1].startswith(b"\xff\xd8\xff")


def test_again_it_is_there_already(ways: Ways, his: His) -> None:
    connector = ways()
    connector.send(slip())
    again = connector.send(slip())
    assert (again.outcome, again.patient, again.created) == (Outcome.ALREADY_THERE, "200000001", False)
    assert (len(his.records), his.saves) == (1, 1)


def test_a_lost_answer_stops_the_run_and_the_next_look_finds_it(ways: Ways, his: His) -> None:
    his.habits.loses_reply = 1
    connector = ways()
    assert isinstance(stopped(connector.send(slip())), OperatorNeeded)
    found = connector.find(slip())
    assert found is not None
    assert connector.confirm(slip(), found).outcome is Outcome.ALREADY_THERE
    assert len(his.records) == 1


def test_a_form_that_the_browser_sent_twice_by_itself_is_found_out(ways: Ways, his: His) -> None:
    his.habits.sent_twice = 1
    answer = ways().send(slip())
    assert len(his.records) == 2
    assert (answer.outcome, answer.hold) == (Outcome.HELD, Hold.TWO_MATCHES)


def test_the_import_killed_after_saving_goes_on_without_a_second_patient(ways: Ways, his: His, tmp_path: Path) -> None:
    backlog = Backlog(tmp_path / "ledger", 1)
    backlog.issue()
    approve(backlog.ledger, "his", by="meena")
    cleared(backlog.ledger, "his")

    class Killed(Exception):
        pass

    dying = ways()
    real = dying._page.save

    def die(told: Told) -> Saved:
        real(told)
        raise Killed

    dying._page.save = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        _run(backlog, dying)
    dying.close()
    assert len(his.records) == 1
    report = _run(backlog, ways())
    kept = proofs(backlog.ledger.db(), SlipNumber(1, 1))
    assert [each.target for each in kept] == ["his"] and kept[0].picture == f"{1:064x}"
    assert (report.confirmed, report.held, report.left, len(his.records)) == (1, 0, 0, 1)
    backlog.ledger.close()


def _run(backlog: Backlog, connector: WebFormConnector) -> Any:
    return run_import(backlog.ledger, connector, by="ravi")


def test_a_field_wiped_by_a_late_answer_is_typed_once_more(ways: Ways, his: His) -> None:
    his.habits.wipes = 1
    assert ways().send(slip()).outcome is Outcome.CREATED
    assert his.records["200000001"]["guardian"] == "Ramesh Kumar"


def test_a_page_that_does_not_keep_what_was_typed_holds_the_slip(ways: Ways, his: His) -> None:
    connector = ways()
    page, real = connector._page, connector._page.fill

    def fill(fields: Any, told: Any) -> str:
        page.browser._ask("() => setInterval(() => { guardian.value = '' }, 5) && true")
        return real(fields, told)

    page.fill = fill  # type: ignore[method-assign]
    answer = connector.send(slip())
    assert (answer.outcome, answer.hold) == (Outcome.HELD, Hold.DIFFERS)
    assert "Father/husband" in answer.reason and "Ramesh" not in answer.reason
    assert (his.records, his.saves) == ({}, 0)


def test_capitals_are_the_same_and_a_name_cut_short_is_not(ways: Ways, his: His) -> None:
    his.habits.capitals = True
    assert ways().send(slip()).outcome is Outcome.CREATED
    his.habits = Habits(cuts_name=6)
    answer = ways().send(slip(2))
    assert (answer.outcome, answer.hold) == (Outcome.HELD, Hold.DIFFERS)
    assert "Name" in answer.reason


def test_a_page_that_lies_is_found_out(ways: Ways, his: His) -> None:
    his.habits.lies = True
    answer = ways().send(slip())
    assert (answer.outcome, answer.hold) == (Outcome.HELD, Hold.NOT_THERE)


def test_what_the_page_refuses_fails_with_its_words(ways: Ways, his: His) -> None:
    his.habits.refuses = "Ward closed for audit"
    answer = ways().send(slip())
    assert answer.outcome is Outcome.FAILED and "Ward closed for audit" in answer.reason
    assert his.records == {}


@pytest.mark.parametrize(
    "habits",
    [Habits(logged_in=False), Habits(captcha=True), Habits(asks=True)],
    ids=["session gone", "captcha", "a question"],
)
def test_what_only_a_person_can_do_stops_the_run(ways: Ways, his: His, habits: Habits) -> None:
    his.habits = habits
    assert isinstance(stopped(ways().send(slip())), OperatorNeeded)
    assert his.records == {}
    his.habits = Habits()
    assert ways().send(slip()).outcome is Outcome.CREATED


def test_nobody_is_never_inferred(ways: Ways, his: His) -> None:
    his.habits.empty_first = True
    assert isinstance(stopped(ways().send(slip())), PageOdd)
    his.habits = Habits(shows_all=True)
    his.add(name="A")
    his.add(name="B")
    with pytest.raises(PageOdd):
        ways().find(slip())
    assert his.saves == 0


def test_a_longer_number_is_another_one(ways: Ways, his: His) -> None:
    his.add(name="Other", remarks="Slip 900100000114")
    his.add(name="Other", remarks="Slip 001000001149")
    with pytest.raises(PageOdd):
        ways().find(slip())


def test_two_visits_under_one_number_are_for_a_person(ways: Ways, his: His) -> None:
    for _ in range(2):
        his.add(name="Sunita Devi", remarks="Slip 00100000114")
    answer = ways().send(slip())
    assert (answer.outcome, answer.hold) == (Outcome.HELD, Hold.TWO_MATCHES)


def test_a_second_visit_goes_under_the_same_patient(ways: Ways, his: His) -> None:
    connector = ways()
    connector.send(slip())
    answer = connector.send(slip(2, patient_number=SlipNumber(1, 1)))
    assert (answer.outcome, answer.created, answer.uhid) == (Outcome.CREATED, False, "200000001")
    assert (len(his.records), his.patients) == (2, {"200000001"})


def test_a_uhid_that_is_not_there_is_held(ways: Ways, his: His) -> None:
    answer = ways().send(slip(uhid="123456789"))
    assert (answer.outcome, answer.hold) == (Outcome.HELD, Hold.UHID_MISSING)
    assert his.saves == 0


def test_a_uhid_of_somebody_else_is_held(ways: Ways, his: His) -> None:
    his.add(uhid="123456789", name="Mohan Lal", sex="Male")
    text = house.RECIPE.replace('name = "Name"\nhook', 'name = "Name"\nkind = "shown"\non = "visit"\nhook')
    house.recipe(ways.folder, text)
    connector = ways()
    file = house.recipe(ways.folder, text)
    connector = WebFormConnector(
        replace(connector.target, file=str(file)), HOSPITAL, browse=lambda r: Browser(his.url, [ways.port])
    )
    answer = connector.send(slip(uhid="123456789"))
    connector.close()
    assert (answer.outcome, answer.hold) == (Outcome.HELD, Hold.UHID_ANOTHER)
    assert his.saves == 0


def test_visits_typed_by_hand_are_found_by_day(ways: Ways, his: His) -> None:
    told = {"name": "SUNITA DEVI", "mobile": "9810012345"}
    his.add(**told, visit="24/11/2026")
    his.add(**told, visit="27/11/2026")
    his.add(**told, visit="23/11/2026", remarks="Slip 00100000211")
    assert ways().typed(slip()) == (Found(patient="200000001", encounter=""),)


def test_linking_waits_for_the_number_in_the_page(ways: Ways, his: His) -> None:
    key = his.add(name="Sunita Devi", visit="23/11/2026")
    connector, found = ways(), Found(patient=key, encounter="")
    first = connector.link(slip(), found)
    assert first.outcome is Outcome.HELD and "Remarks" in first.reason
    his.records[key]["remarks"] = "Slip 00100000114"
    assert connector.link(slip(), found).outcome is Outcome.ALREADY_THERE
    assert his.saves == 0


def test_a_change_is_for_the_operators_hands_and_seen_when_done(ways: Ways, his: His) -> None:
    connector, before = ways(), slip()
    connector.send(before)
    after = slip(patient=replace(SUNITA, guardian="Suresh Kumar"))
    held = connector.update(after, before)
    assert held.outcome is Outcome.HELD and "Father/husband" in held.reason and "Suresh" not in held.reason
    his.records["200000001"]["guardian"] = "SURESH KUMAR"
    assert connector.update(after, before).outcome is Outcome.ALREADY_THERE
    assert connector.update(before, before).outcome is Outcome.ALREADY_THERE


def test_a_void_is_taken_back_by_hand(ways: Ways, his: His) -> None:
    connector = ways()
    connector.send(slip())
    assert connector.withdraw(slip()).outcome is Outcome.HELD
    his.records.clear()
    assert connector.withdraw(slip()).outcome is Outcome.ALREADY_THERE


def test_a_form_with_another_field_is_another_system(ways: Ways, his: His, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ways()
    identity = first.identify()
    assert (identity.organisation, identity.software) == ("Rajdhani General Hospital", "Test HIS")
    assert first.identify() == identity
    real = His._form
    monkeypatch.setattr(His, "_form", lambda *told: real(*told) + "<input name=caste required>")
    assert first.identify().fingerprint != identity.fingerprint


def test_two_imports_never_type_into_one_page(ways: Ways) -> None:
    first = ways()
    first.identify()
    with pytest.raises(BrowserAway, match="another import"):
        ways(beside=True).identify()
    first.close()
    ways().identify()


def test_no_browser_is_a_sentence(tmp_path: Path) -> None:
    target = Target(name="his", url="http://127.0.0.1:9", test=True, kind="web-form", file=str(house.recipe(tmp_path)))
    connector = WebFormConnector(target, HOSPITAL, browse=lambda _: Browser(target.url, [9]))
    with pytest.raises(BrowserAway, match="no browser listens"):
        connector.identify()


def test_what_a_slip_lacks_is_said_before_anything_is_typed(ways: Ways, his: His) -> None:
    connector = ways()
    assert connector.objection(slip()) == ""
    assert "Name" in connector.objection(slip(patient=replace(SUNITA, name="")))
    assert connector.objection(slip(kind=Kind.DISCHARGE))
    assert connector.preview(slip(patient=replace(SUNITA, sex=Sex.MALE)))["Sex"] == "Male"
    assert connector.abilities.operator and not connector.abilities.updates and connector.abilities.back_dates


def test_a_drill_goes_into_no_real_system(ways: Ways, his: His) -> None:
    connector = ways()
    connector._target = replace(connector.target, test=False)
    assert stopped(connector.send(slip(drill=True)))
    assert his.saves == 0


def test_a_scanner_types_the_whole_form_from_a_code_on_the_screen(ways: Ways, his: His) -> None:
    connector = ways()
    connector.identify()
    browser, scanner = connector._page.browser, BeepConnector(connector.target, HOSPITAL)
    (code,) = map(read_back, map(qr_shape, scanner.codes(slip())))
    browser.press(Mark("#new"))
    browser.first_shown([Mark("#form")], 3)
    browser.press(Mark("#name"))
    house.beep(browser, code)
    browser.press(Mark("#save"))
    assert browser.first_shown([Mark("#record")], 3) == 0
    found = connector.find(slip())
    assert found is not None and connector.confirm(slip(), found).outcome is Outcome.ALREADY_THERE
    assert len(his.records) == 1
