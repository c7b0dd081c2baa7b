"""The walk through what comes after the paper: who is whom, the import and its gates, the ways, and the end."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from selenium.webdriver.common.by import By

from fallback import recovery
from fallback.ehospital import Acknowledgement, Found, Hold, Outcome
from fallback.ehospital.beep import TEST, TEST_END
from fallback.hospital import Hospital, Target
from fallback.ledger import queries
from fallback.patients import PatientIndex
from fallback.recovery import Choice, MatchProgress, MatchReport, crosswalk, gates
from fallback.slip import Age, Slip, SlipNumber
from fallback.spreadsheet import Sheet, csv_of
from fallback.web.place import NAME
from tests import factories, his
from tests.backlog import cleared
from tests.fake_target import FakeTarget
from tests.matched import matched
from tests.test_returns import COLUMNS
from tests.web.tour_desk import issue
from tests.web.walking import Tour

WHO = (
    "reviews-before", "reviews-matching", "reviews", "review", "review-wrong", "review-second", "review-asked",
    "review-calls", "review-done", "review-said", "review-said-wrong",
)  # fmt: skip
IMPORT = (
    "import-before", "import-plan", "import-wrong", "import-checklist", "import-canary", "import-running", "import",
    "import-defer-wrong", "import-held", "import-by-hand", "import-there", "short-running", "short",
)  # fmt: skip
WAYS = (
    "tables", "tables-back", "tables-wrong", "typing-scanner", "typing-scanner-wrong", "typing-next", "typing",
    "typing-wrong",
)  # fmt: skip
END = (
    "records-recovery", "crosswalk-before", "crosswalk", "crosswalk-wrong", "repairs-empty", "repairs", "repair",
    "repair-wrong", "uhids", "uhids-wrong", "closing", "closing-wrong",
)  # fmt: skip
FIRST = SlipNumber(1, 1)  # Sunita Devi, of the first desk
# Names of who may be her, each with the guardian and the mobile number.
ALIKE = {
    "Sunitha Devi": ("Ramesh Kumar", "9810000001"),
    "Suneeta Devi": ("Ram Prasad Yadav", ""),
    "Rani Sunita": ("Mohan Lal", "9810000001"),
    "Sunita Kumari": ("Ram Prasad", "9810000001"),
}
RETURNING = {
    "Harpreet Kaur": ("100007741", "हरप्रीत कौर"),
    "Shabnam Bano": ("100002210", "शबनम बानो"),
    "Sunita Devi": ("100000001", "सुनीता देवी"),
}
REASONS = [
    ["mobile", {"says": "same mobile", "values": {}}, 9.4],
    ["guardian", {"says": "another guardian", "values": {}}, -2.1],
]
TABLE, CLOSED = "central-records", "ward-register"


def targets(hospital: Hospital, place: Path) -> Hospital:
    """The hospital with two systems more: one that takes tables, and one that takes nothing but typing."""
    columns = place / "columns.toml"
    columns.write_text(COLUMNS, encoding="utf-8")
    more = (
        Target(name=TABLE, url=f"sheet:{TABLE}", test=True, kind="sheet", file=str(columns)),
        Target(name=CLOSED, url=f"beep:{CLOSED}", test=True, kind="beep", file=str(his.recipe(place))),
    )
    return replace(hospital, targets=(*hospital.targets, *more))


MISSING = Acknowledgement(
    outcome=Outcome.HELD,
    reason="The system does not have the UHID on the slip. It came back older than the card, or the number was read "
    "wrongly: the hospital's team puts it right there, then approve the slip again.",
    hold=Hold.UHID_MISSING,
)
ANOTHER = replace(
    MISSING,
    reason="The system has joined this patient to another. Give the slip the number that counts there now.",
    hold=Hold.UHID_ANOTHER,
)
REFUSED = Acknowledgement(outcome=Outcome.FAILED, reason="422: a family name is required")


class System(FakeTarget):
    """The hospital's system: it gives UHIDs, and stands still at a slip until it may go on."""

    def __init__(self, target: Target) -> None:
        super().__init__(test=True)
        self.target, self.identity = target, replace(self.identity, url=target.url, software="Hospital System 4.2")
        self.answers: dict[str, Acknowledgement] = {}
        self.stands_at, self.reached, self.may = 0, threading.Event(), threading.Event()

    def send(self, slip: Slip) -> Acknowledgement:
        if self.stands_at and len(self.visits) >= self.stands_at:
            self.reached.set()
            self.may.wait(60)
        doubted = {"100007741": MISSING, "100002210": ANOTHER, "100000001": MISSING}.get(slip.uhid)
        return doubted or self.answers.pop(slip.number.text, None) or super().send(slip)

    def _there(self, slip: Slip, outcome: Outcome, *, created: bool = False) -> Acknowledgement:
        uhid = slip.uhid or f"2000{int(slip.number.text) % 100_000:05d}"
        return replace(super()._there(slip, outcome, created=created), uhid=uhid)


def who(tour: Tour) -> None:
    """Who is whom: the matcher, and what it leaves to people."""
    index = PatientIndex(tour.made.folder, tour.made.vault).status().index
    doubtful = [_issued(tour, each, ALIKE[each]) for each in ALIKE]
    for name, (uhid, hindi) in RETURNING.items():
        patient = factories.patient(name, name_hindi=hindi, guardian="Mohan Singh", mobile="9811223344")
        issue(tour, 2, replace(factories.registration(uhid=uhid), patient=patient), printed=False)
    tour.log_in("ravi")
    tour.see("/records/review", "reviews-before")
    _matching(tour)
    others = [[FIRST.text, 0.83], ["uhid:100000001", 0.12]]
    for row in list(queries.slips(tour.made.ledger.db())):
        number, uhid = row.slip.number, row.slip.uhid
        if row.slip.sealed or row.slip.alias:
            continue
        if number in doubtful:
            matched(tour.made.ledger, number, "ask", index=index, others=others, reasons=REASONS)
        elif uhid:
            matched(tour.made.ledger, number, "same", f"uhid:{uhid}", index=index)
        else:
            matched(tour.made.ledger, number, "new", index=index)
    tour.see("/records/review/next", "review")
    tour.click("[name=word][value=new]")
    tour.click("[name=word][value=ask]")
    tour.click("[name=to].main")
    _not_there(tour)
    tour.see("/records/review", "reviews")
    tour.see("/records/review/calls", "review-calls")
    asked = tour.driver.find_element(By.CSS_SELECTOR, ".calls th a.number").get_attribute("href")
    tour.log_in("meena")
    tour.see("/records/review/next")
    tour.asks("Look once more: whose slip is this?")
    tour.keep("review-second")
    tour.click("[name=word][value=new]")
    tour.driver.get(str(asked))
    tour.asks("The patient was asked: whose slip is this?")
    tour.keep("review-asked")
    tour.log_in("ravi")
    tour.see("/records/review/next")
    while tour.driver.find_elements(By.CSS_SELECTOR, "[name=to]"):
        tour.click("[name=to]")
    tour.keep("review-done")


def _matching(tour: Tour) -> None:
    """The matcher in the middle of its work."""
    may = threading.Event()

    def match(*_given: Any, progress: Callable[[MatchProgress], None], **_named: Any) -> MatchReport:
        progress(MatchProgress(done=41, total=96, learning=False, slips_a_second=82))
        may.wait(60)
        return MatchReport(same=27, new=60, ask=9)

    with mock.patch("fallback.recovery.matcher.match", match):
        tour.click("form[action$='/match'] button")
        tour.wait(lambda seen: seen.find_elements(By.CSS_SELECTOR, "[data-watch] progress[value]"))
        tour.keep("reviews-matching")
        may.set()
        tour.wait(lambda seen: not seen.find_elements(By.CSS_SELECTOR, "[data-watch]"))


def _issued(tour: Tour, name: str, told: tuple[str, str]) -> SlipNumber:
    guardian, mobile = told
    patient = factories.patient(name, guardian=guardian, mobile=mobile, age=Age(value=36))
    return issue(tour, 2, replace(factories.registration(clinic="ENT"), patient=patient), printed=False).row.slip.number


def _not_there(tour: Tour) -> None:
    """An answer that is none of those who stand there."""
    script = "document.querySelector('[name=to]').value = 'uhid:999999999'"
    tour.driver.execute_script(script)
    tour.click("[name=to]")
    tour.keep("review-wrong")


def sending(tour: Tour) -> None:
    """The import: its gates, ten first, then the rest, and what is held."""
    system = System(tour.app.extensions[NAME].hospital.targets[0])
    with mock.patch.object(recovery, "open_way", lambda *_given, **_named: system):
        _until_ten(tour, system)
        _rest(tour, system)


def _until_ten(tour: Tour, system: System) -> None:
    ledger, name = tour.made.ledger, system.target.name
    tour.log_in("ravi")
    tour.see("/records/import", "import-before")
    tour.see("/records/import/plan", "import-plan")
    recovery.approve(ledger, name, by="ravi")
    tour.see("/records/import")
    tour.click("form[action$='/import/start'] button")
    tour.wait(lambda seen: not seen.find_elements(By.CSS_SELECTOR, "[data-watch]"))
    tour.keep("import-wrong")
    for point, answers in list(gates.ANSWERS.items())[:4]:
        gates.check(ledger, name, point, answers.good[-1], "letter 417 of the IT department", by="meena")
    tour.log_in("meena")
    tour.see(f"/records/import/checklist?to={name}", "import-checklist")
    for point, answers in list(gates.ANSWERS.items())[4:]:
        gates.check(ledger, name, point, answers.good[-1], "letter 417 of the IT department", by="meena")
    recovery.run_import(ledger, system, by="ravi")
    tour.see("/records/import", "import-canary")


def _rest(tour: Tour, system: System) -> None:
    ledger, name = tour.made.ledger, system.target.name
    gates.confirm_canary(ledger, name, note="looked at all ten with Dr Rao", by="meena")
    waits = [row.slip for row in queries.slips(ledger.db()) if row.slip.number.text not in system.visits]
    others = [each for each in waits if not each.uhid]
    system.answers[others[0].number.text] = REFUSED
    system.by_hand[others[1].number.text] = (Found(patient="8812", encounter="20261123-0417"),)
    system.stands_at = len(system.visits) + len(others) // 2
    tour.see("/records/import")
    tour.click("form[action$='/import/start'] button")
    assert system.reached.wait(60)
    tour.see("/records/import", "import-running")
    tour.see("/records/short", "short-running")
    system.may.set()
    tour.wait(lambda seen: not seen.find_elements(By.CSS_SELECTOR, "[data-watch]"))
    tour.see("/records/import", "import")
    tour.see("/records/import/slips?stage=held", "import-held")
    tour.see(f"/records/import/slips/{others[1].number.text}?to={name}", "import-by-hand")
    tour.click("main form[action$='/look'] button")
    tour.keep("import-there")
    tour.see("/records/import")
    tour.driver.find_element(By.CSS_SELECTOR, "form[action$='/import/defer'] button").click()
    tour.there(".field.wrong")
    tour.keep("import-defer-wrong")
    tour.log_in("asha")
    tour.see("/records/short", "short")


def tables(tour: Tour) -> None:
    """A system that takes tables: one made, and its return sheet with rows that are not right."""
    ledger = tour.made.ledger
    cleared(ledger, TABLE)
    recovery.approve(ledger, TABLE, Choice(), by="meena")
    tour.log_in("ravi")
    tour.see("/records/tables")
    tour.type(limit="40")
    tour.click("form[action$='/tables/make'] button")
    tour.keep("tables")
    sent = [
        row
        for row in queries.slips(ledger.db())
        if (found := queries.delivery(ledger.db(), row.slip.number, TABLE)) and found.stage == "sending"
    ]
    rows = [
        (row.slip.number.text, row.slip.patient.name, row.slip.patient.sex.value[:1].upper(), f"3000{place:05d}")
        for place, row in enumerate(sent[:30])
    ]
    rows[3] = (*rows[3][:3], rows[2][3])
    rows[7] = (rows[7][0], rows[8][1], *rows[7][2:])
    rows[12] = (*rows[12][:3], "31")
    back = tour.place / "return.csv"
    back.write_bytes(csv_of(Sheet(title="A", header=("Slip No", "Patient Name", "Sex", "New CR No"), rows=rows)))
    tour.driver.find_element(By.ID, "files").send_keys(str(back))
    tour.click("form[action$='/tables/back'] button")
    tour.keep("tables-back")
    tour.see("/records/tables")
    tour.click("form[action$='/tables/back'] button")
    tour.keep("tables-wrong")


def typing(tour: Tour) -> None:
    """A system that takes nothing: the scanner is tried, and types a slip."""
    cleared(tour.made.ledger, CLOSED)
    recovery.approve(tour.made.ledger, CLOSED, by="meena")
    tour.see("/records/typing", "typing-scanner")
    tour.type(scanned=TEST.swapcase(), after_tab=TEST_END)
    tour.enter()
    tour.keep("typing-scanner-wrong")
    tour.see("/records/typing")
    tour.type(scanned=TEST, after_tab=TEST_END)
    tour.enter()
    tour.keep("typing-next")
    tour.click("main button.main")
    tour.keep("typing")
    tour.type(uhid="12")
    tour.enter()
    tour.keep("typing-wrong")


def ending(tour: Tour) -> None:
    """What became of it: the cross-walk, repairs, UHIDs, and the end of the account."""
    ledger, hospital = tour.made.ledger, tour.app.extensions[NAME].hospital
    name = hospital.targets[0].name
    tour.see("/records", "records-recovery")
    tour.see("/records/repairs", "repairs-empty")
    tour.see("/records/crosswalk", "crosswalk-before")
    for place, department in enumerate(crosswalk.departments(hospital)[:3]):
        form = (crosswalk.Form.HL7, crosswalk.Form.CSV, crosswalk.Form.XLSX)[place]
        made = crosswalk.give(ledger, hospital, name, department, form, by="ravi", now=tour.clock())
        if not place:
            crosswalk.receive(ledger, name, department, made.sha256, "R. Nair, register page 41", by="ravi")
    tour.see("/records/crosswalk", "crosswalk")
    tour.type(sha256="12", receipt="S. Khan")
    tour.enter()
    tour.keep("crosswalk-wrong")
    sent = next(row.slip.number for row in queries.slips(ledger.db()) if _is_there(tour, row.slip.number, name))
    tour.see(f"/records/review/{sent}/said", "review-said")
    tour.type(reason="her sister, who has the same mobile")
    tour.enter()
    tour.keep("review-said-wrong")
    tour.see(f"/records/review/{sent}/said")
    tour.type(wanted="100000002", reason="her sister, who has the same mobile")
    tour.enter()
    tour.keep("repairs")
    tour.see(f"/records/repairs/{sent}?target={name}", "repair")
    tour.type(uhid="12", proof="seen on the screen")
    tour.enter()
    tour.keep("repair-wrong")
    tour.see("/records/uhids", "uhids")
    tour.type(uhid="12")
    tour.enter()
    tour.keep("uhids-wrong")
    tour.clock.go_on(16 * 24 * 60)
    tour.log_in("meena")
    tour.see("/records/closing", "closing")
    tour.driver.find_element(By.NAME, "days").clear()
    tour.type(days="0", reason="no copy came back")
    tour.enter()
    tour.keep("closing-wrong")


def _is_there(tour: Tour, number: SlipNumber, target: str) -> bool:
    found = queries.delivery(tour.made.ledger.db(), number, target)
    return found is not None and found.stage == "confirmed"


PARTS = who, sending, tables, typing, ending
