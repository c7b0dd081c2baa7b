"""Every case of desk.md's table, from the counter to the hospital's system: paper, journal, correction, import.

One hospital, one desk with a clerk, one real target for all of them; each case has patients of its own.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from fallback import custody, enrolment, frontdesk, payload
from fallback.downtime import Role
from fallback.ehospital.fhir import FhirConnector
from fallback.enrolment import Installation
from fallback.hospital import Hospital, Target
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow, queue, services
from fallback.payload import CodeOutcome
from fallback.recovery import Choice, approve, run_import
from fallback.rehearsal.target import TestSystem
from fallback.slip import FeeStatus, Kind, Sample, SlipNumber
from fallback.web import close, create_app
from tests import factories
from tests.backlog import cleared
from tests.test_printing import codes_in, pictures, text_of
from tests.web.visitor import NEW, Answer, Visitor

pytestmark = pytest.mark.target
TARGET = "test-server"


@dataclass(kw_only=True)
class House:
    """A hospital at work: the clerk's browser, a supervisor's, and the system that comes back."""

    made: Installation
    app: Flask
    desk: Visitor
    boss: Visitor
    system: TestSystem
    folder: Path
    printed: dict[SlipNumber, bytes] = field(default_factory=dict)

    @property
    def hospital(self) -> Hospital:
        return factories.hospital()

    @property
    def counter(self) -> frontdesk.Counter:
        return factories.counter(self.made)

    def register(self, name: str, **typed: Any) -> SlipNumber:
        """A new patient; the answer's address names the slip."""
        return number_of(self.desk.register(**{"name": name, "name_hindi": "", "mobile": ""} | typed))

    def row(self, number: SlipNumber) -> SlipRow:
        row = queries.slip(self.made.ledger.db(), number)
        assert row is not None
        return row

    def facts(self, number: SlipNumber) -> list[str]:
        """The kinds of the journal's lines that name a slip, in their order."""
        return [
            line.fact.value
            for line in self.made.ledger.lines(self.made.ledger.chain)
            if number.text in json.dumps(line.content) and line.fact.value != "slip_printed"
        ]

    def last(self, fact: str) -> dict[str, Any]:
        return [line.content for line in self.made.ledger.lines() if line.fact.value == fact][-1]

    def paper(self, number: SlipNumber) -> str:
        """The slip's first print as text; its code, read from the picture, is a genuine record of the same number."""
        answer = self.desk.get(f"/slips/{number}/print")
        assert answer.content.startswith(b"%PDF"), answer.says
        self.printed[number] = answer.content
        return self.checked(answer.content, number)

    def checked(self, pdf: bytes, number: SlipNumber) -> str:
        found = {
            judged.number: judged.outcome
            for picture in pictures(pdf)
            for kind, text, _, _ in codes_in(picture)
            if kind == "qr"
            for judged in [payload.judge(text, self.made.keys())]
        }
        assert found == {number: CodeOutcome.GENUINE}
        return " ".join(text_of(pdf, page) for page in range(len(pictures(pdf, 20))))

    def correct(self, number: SlipNumber, **typed: str) -> SlipRow:
        form = self.desk.get(f"/slips/{number}/correct").page.form("reason", "name", action="correct")
        answer = self.desk.send(form, **{"reason": "misheard"} | typed)
        assert answer.path == f"/issued/{number}", answer.says
        return self.row(number)

    def reprint(self, number: SlipNumber) -> str:
        form = self.desk.get(f"/slips/{number}").page.form(action="reprint")
        return self.checked(self.desk.send(form).content, number)

    def void(self, number: SlipNumber, reason: str = "registered twice", **word: str) -> Answer:
        return self.desk.send(self.desk.get(f"/slips/{number}/void").page.form("reason"), reason=reason, **word)

    def imported(self) -> None:
        """Everything that may go is sent; again sends nothing."""
        cleared(self.made.ledger, TARGET)
        approve(self.made.ledger, TARGET, Choice(), by="ravi")
        connector = FhirConnector(
            Target(name=TARGET, url=self.system.url, test=True), self.hospital, self.system.token, pauses=(0.01,)
        )
        report = run_import(self.made.ledger, connector, by="ravi")
        assert report.stopped is None, report
        again = run_import(self.made.ledger, connector, by="ravi")
        connector.close()
        assert again.created == 0

    def there(self, kind: str, identifier: str) -> list[dict[str, Any]]:
        """What the system has, asked past our connector."""
        answer = httpx.get(
            f"{self.system.url}/{kind}",
            params={"identifier": identifier},
            headers={"Authorization": f"Bearer {self.system.token}"},
            trust_env=False,
        )
        return [entry["resource"] for entry in answer.json().get("entry", [])]

    def visit(self, number: SlipNumber) -> dict[str, Any]:
        (found,) = self.there("Encounter", f"{self.hospital.slip_system}|{number}")
        return found

    def patient(self, identifier: str) -> dict[str, Any]:
        (found,) = self.there("Patient", identifier)
        return found

    def temporary(self, number: SlipNumber) -> dict[str, Any]:
        return self.patient(f"{self.hospital.patient_system}|{number}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    made = factories.installation(folder / "data")
    app = create_app(made, factories.hospital(), clock=factories.clock())
    boss = Visitor(app)
    boss.log_in("meena")
    with TestSystem() as system:
        yield House(made=made, app=app, desk=Visitor(app).at_desk(), boss=boss, system=system, folder=folder)
    close(app)
    made.close()


def number_of(answer: Answer) -> SlipNumber:
    assert answer.path.startswith("/issued/"), answer.says
    return SlipNumber.parse(answer.path.rpartition("/")[2])


def names(resource: dict[str, Any]) -> list[str]:
    return [name["text"] for name in resource["name"]]


def test_returning_with_the_card(house: House) -> None:
    """The UHID is typed: only a visit, no new patient number; the system's own patient gets it and stays as it was."""
    uhid = "412345678"
    staff = {"resourceType": "Patient", "identifier": [{"system": house.hospital.uhid_system, "value": uhid}]}
    head = {"Authorization": f"Bearer {house.system.token}"}
    httpx.post(
        f"{house.system.url}/Patient", json=staff | {"name": [{"text": "Radha Rani"}]}, headers=head, trust_env=False
    )
    form = house.desk.find(uhid).page.form("name", "form", action="register")
    assert form.fields["uhid"] == uhid
    number = number_of(house.desk.send(form, **NEW | {"name": "Radha Rani", "mobile": "", "uhid": uhid}))
    assert uhid in house.paper(number)
    row = house.correct(number, clinic="ENT", reason="the clinic")
    assert (row.slip.uhid, row.slip.patient_number, row.revision) == (uhid, None, 1)
    house.imported()
    patient = house.patient(f"{house.hospital.uhid_system}|{uhid}")
    assert names(patient) == ["Radha Rani"]
    assert house.visit(number)["subject"]["reference"].endswith(patient["id"])
    assert house.there("Patient", f"{house.hospital.patient_system}|{number}") == []


def test_returning_with_the_card_lost(house: House) -> None:
    """A mobile is a list, never the first hit: one of the family is taken, or somebody new is registered."""
    mother = house.register("Shanti Devi", mobile="9811111101", age="60", category="senior_citizen")
    son = house.register("Mohan Lal", mobile="9811111101", sex="male", age="35", relation="mother", guardian="Shanti")
    shown = house.desk.find("9811111101")
    assert {f"/slips/{each}/next" for each in (mother, son)} <= set(shown.page.links)
    form = house.desk.get(f"/slips/{mother}/next").page.form("name", "form", action="register")
    visit = number_of(house.desk.send(form, clinic="EYE"))
    assert house.row(visit).slip.patient_number == mother
    assert mother.grouped in house.paper(visit), "the temporary number stands on the later slip"
    fresh = house.desk.send(shown.page.form("typed", action="new")).page.form("name", "form", action="register")
    typed = NEW | {"name": "Shanti Devi", "name_hindi": "", "age": "58", "mobile": "9811111101"}
    beside = house.desk.post("/alike", fresh.fields | typed)
    assert f'name="alike" form="registration" value="{mother}"' in beside.text
    new = number_of(house.desk.send(fresh, **typed, alike=mother.text))
    assert house.last("slip_issued")["alike"] == [mother.text], "new, and flagged as a possible duplicate"
    row = house.correct(visit, clinic="MED", reason="the clinic")
    assert row.slip.patient_number == mother, "a correction of a next visit stays one"
    house.imported()
    first = house.temporary(mother)
    assert house.visit(visit)["subject"]["reference"].endswith(first["id"])
    assert {house.temporary(each)["id"] for each in (mother, son, new)} >= {first["id"]}
    assert len({house.temporary(each)["id"] for each in (mother, son, new)}) == 3


def test_seen_earlier_at_a_desk_that_this_one_never_met(house: House) -> None:
    """The paper alone fills the form; when the journals meet it is one patient with two visits."""
    (card,) = enrolment.make_cards(house.made, 1, lambda _: None)
    (house.folder / "copy").mkdir()
    custody.export(house.made.ledger, house.folder / "copy")
    folder, state = house.folder / "casualty", house.folder / "state"
    custody.restore(house.folder / "copy", folder, card.text, clock=factories.clock(), state=state)
    other = enrolment.open_installation(folder, card.text, clock=factories.clock(), state=state)
    desk = enrolment.enrol_with_card(other, "Casualty", card.text)
    there = factories.counter(other)
    shift = frontdesk.open_shift(there, series=desk.series, login="meena")
    first = frontdesk.register(there, shift.key, factories.registration("Gopal Das"), form="g").row
    assert queries.slip(house.made.ledger.db(), first.slip.number) is None
    form = house.desk.find(payload.to_digits(first.payload)).page.form("name", "form", action="register")
    assert form.fields["name"] == "Gopal Das"
    visit = number_of(house.desk.send(form, clinic="ENT"))
    assert house.row(visit).slip.patient_number == first.slip.number
    assert "Gopal Das" in house.paper(visit)
    house.correct(visit, age="35", reason="the age")
    custody.export(other.ledger, house.folder / "casualty.parchi")
    other.close()
    custody.merge(house.made.ledger, house.folder / "casualty.parchi")
    house.imported()
    patient = house.temporary(first.slip.number)
    for number in (first.slip.number, visit):
        assert house.visit(number)["subject"]["reference"].endswith(patient["id"])


def test_unidentified(house: House) -> None:
    """One key; an alias to call out and the printed number stay when it is known who it is."""
    form = house.desk.get("/unidentified").page.form("name", "form", action="register")
    alias = form.fields["name"]
    number = number_of(house.desk.send(form, sex="male", age="40", found_at="Ring Road", brought_by="PCR 12"))
    slip = house.row(number).slip
    assert (slip.alias, slip.emergency, slip.patient.name) == (True, True, alias)
    paper = house.paper(number)
    for told in (alias, "Ring Road", "PCR 12"):
        assert told in paper
    known = house.register("Suresh Yadav", sex="male", age="41")
    page = house.desk.get(f"/slips/{number}/identify").page
    answer = house.desk.send(page.form("wanted", "reason"), wanted=known.text, reason="his brother came")
    assert answer.path == f"/slips/{number}"
    assert house.last("patients_linked") == {"number": number.text, "to": known.text, "reason": "his brother came"}
    assert house.row(number).slip.patient.name == alias, "the paper on his wrist stays true"
    assert number.grouped in house.reprint(number)
    house.correct(number, sex="male", age="41", reason="his brother says")
    nobody = number_of(house.desk.send(house.desk.get("/unidentified").page.form("name", "form", action="register")))
    house.imported()
    assert house.visit(number)["subject"]["reference"].endswith(house.temporary(known)["id"])
    assert house.there("Patient", f"{house.hospital.patient_system}|{number}") == [], "no second patient is made"
    assert house.there("Encounter", f"{house.hospital.slip_system}|{nobody}") == [], "nobody knows yet: it is held"


def test_a_newborn(house: House) -> None:
    """From the mother's slip: named after her, with its hour, which of twins it is, and the link."""
    mother = house.register("Savita Kumari", age="26", clinic="GYN")
    babies = []
    for order, sex in ((1, "female"), (2, "male")):
        form = house.desk.get(f"/slips/{mother}/newborn").page.form("sex", "form", action="register")
        assert form.fields["birth_order"] == str(order)
        babies.append(number_of(house.desk.send(form, sex=sex, birth_time="06:15")))
    for order, number in enumerate(babies, 1):
        slip = house.row(number).slip
        assert (slip.mother, slip.patient.birth_order, slip.patient.birth_time) == (mother, order, "06:15")
        assert "Savita Kumari" in slip.patient.name
        paper = house.paper(number)
        assert slip.patient.name in paper
        assert mother.grouped in paper
    assert house.correct(babies[0], birth_time="06:25", reason="the hour").slip.mother == mother
    house.imported()
    first, second, parent = (house.temporary(each) for each in (*babies, mother))
    assert len({first["id"], second["id"], parent["id"]}) == 3


def test_a_clinic_that_does_not_sit_or_is_full(house: House) -> None:
    """The next sitting day is offered; an emergency is taken at once; else a reason is asked for and kept."""
    closed = house.desk.register(name="Hari Om", name_hindi="", mobile="", sex="male", clinic="NSU")
    assert "does not sit on 23-11-2026" in closed.says
    form = closed.page.form("visit_day", "form", action="register")
    number = number_of(house.desk.send(form, visit_day="24-11-2026"))
    assert house.row(number).slip.token_text
    assert "24-11-2026" in house.paper(number)
    urgent = house.register("Ganga Ram", sex="male", clinic="NSU", emergency="y")
    assert house.row(urgent).slip.emergency
    clinic = next(each.number for each in house.hospital.clinics if each.code == "HOM")
    form = house.boss.get(f"/supervisor/clinics/{clinic}").page.form("cap", "reason")
    house.boss.send(form, cap="1", reason="one doctor is ill")
    first = house.register("Jamuna Bai", clinic="HOM")
    full = house.desk.register(name="Kusum Lata", name_hindi="", mobile="", clinic="HOM")
    assert "is full on 23-11-2026" in full.says
    asked = full.page.form("overbooked", "form", action="register")
    second = number_of(house.desk.send(asked, overbooked="came from Agra"))
    assert house.last("slip_issued")["overbooked"] == "came from Agra"
    assert house.row(second).slip.visit.token > house.row(first).slip.visit.token
    house.paper(second)
    house.imported()
    for each in (number, urgent, first, second):
        assert house.visit(each)


def test_clinics_that_come_back_one_by_one(house: House) -> None:
    """The desk refuses a clinic that is back on the hospital's own system, or takes the patient with a reason."""
    clinic = next(each.number for each in house.hospital.clinics if each.code == "AYU")
    page = house.boss.get(f"/supervisor/clinics/{clinic}").page
    house.boss.send(page.form("back", "reason", action="switch"), reason="e-Hospital is back there", back="yes")
    before = house.register("Other Clinic", clinic="HOM", overbooked="came from Agra")
    assert house.row(before)
    refused = house.desk.register(name="Nathu Ram", name_hindi="", mobile="", sex="male", clinic="AYU")
    assert "back on the hospital's own system" in refused.says
    form = refused.page.form("overbooked", "form", action="register")
    number = number_of(house.desk.send(form, overbooked="his record is not there yet"))
    assert house.last("slip_issued")["overbooked"] == "his record is not there yet"
    house.paper(number)
    house.boss.send(
        house.boss.get(f"/supervisor/clinics/{clinic}").page.form("reason", action="switch"), reason="down", back="no"
    )
    assert house.row(house.register("Taken Again", clinic="AYU"))
    house.imported()
    assert house.visit(number)


def test_confidential(house: House) -> None:
    """The alias stands on paper, board and lists; who it is goes nowhere before a supervisor releases it."""
    number = house.register("Kavita Chauhan", confidential="y", clinic="PSY", mobile="9811111104")
    alias = house.row(number).slip.patient.name
    paper = house.paper(number)
    assert alias in paper
    for hidden in ("Kavita", "Chauhan", "9811111104", "Psychiatry"):
        assert hidden not in paper
        assert hidden not in house.desk.get(f"/slips/{number}").text
    assert house.row(house.correct(number, clinic="MED", reason="the clinic").slip.number).slip.sealed
    house.imported()
    assert house.there("Encounter", f"{house.hospital.slip_system}|{number}") == [], "it is held until released"


def test_an_online_booking_on_a_phone(house: House) -> None:
    """The number is noted as it was shown; nothing says that it is true."""
    number = house.register("Imran Khan", sex="male", booking="ORS-77-12345")
    assert "ORS-77-12345" in house.paper(number)
    assert house.row(number).slip.visit.booking == "ORS-77-12345"
    assert house.correct(number, booking="ORS-77-12346", reason="a digit").slip.visit.booking == "ORS-77-12346"
    house.imported()
    assert "ORS-77-12346" in json.dumps(house.visit(number))


def test_fees(house: House) -> None:
    """Paid with a receipt, exempt, to be paid later; a receipt's numbers have no gap, a correction keeps the money."""
    paid = [house.register(f"Payer {each}", clinic="DEN") for each in ("Amar", "Bela")]
    exempt = house.register(
        "Chaman Lal", sex="male", clinic="DEN", fee_status="exempt", category="bpl", exemption="BPL"
    )
    later = house.register("Deepa Rani", clinic="DEN", fee_status="later")
    counts = [int(house.row(each).receipt.rpartition("-")[2]) for each in paid]
    assert counts == [counts[0], counts[0] + 1]
    assert [house.row(each).receipt for each in (exempt, later)] == ["", ""]
    assert house.row(later).slip.visit.fee_status is FeeStatus.LATER
    assert house.row(paid[0]).receipt in house.paper(paid[0])
    assert house.correct(paid[0], age="40", reason="the age").receipt == house.row(paid[0]).receipt
    house.desk.send(house.desk.get(f"/slips/{later}/fee").page.form("mode"), mode="upi", reference="412233445566")
    assert house.last("fee_settled")["payment"]["reference"] == "412233445566"
    back = house.desk.get(f"/slips/{paid[1]}/refund").page.form("receipt", "reason", "login")
    word = {"reason": "charged by mistake", "login": "meena", "pin": factories.PIN}
    assert house.desk.send(back, receipt="001.1-999", **word).status >= 400, "only against its own receipt"
    house.desk.send(back, receipt=house.row(paid[1]).receipt, **word)
    assert house.last("fee_refunded")["allowed_by"] == "meena"
    house.imported()
    for number in (*paid, exempt, later):
        assert house.visit(number)


def test_the_wrong_clinic(house: House) -> None:
    """The same visit, a new token; the old one is nobody's any more, and is never given again."""
    number = house.register("Usha Kiran", clinic="ENT")
    old = house.row(number).slip
    house.paper(number)
    row = house.correct(number, clinic="EYE", reason="eyes, not ears")
    assert row.slip.number == number
    assert row.slip.visit.clinic != old.visit.clinic
    after = house.register("Vimla Devi", clinic="ENT")
    assert house.row(after).slip.visit.token > old.visit.token
    there, gone = (
        {visit.number for visit in queue.queue(house.made.ledger.db(), clinic, date(2026, 11, 23))}
        for clinic in (row.slip.visit.clinic, old.visit.clinic)
    )
    assert (number in there, number in gone) == (True, False), "no nurse calls a void token"
    ear = house.boss.get(f"/room/{old.visit.clinic}").text
    assert old.token_text not in re.findall(r"[A-Z]+-[0-9]+", ear)
    assert row.slip.token_text in house.paper(number)
    house.imported()
    assert house.visit(number)["serviceType"]["coding"][0]["code"] == "EYE"


def test_wrong_data(house: House) -> None:
    """A new version under the same number: the old paper leads to it, the new one says CORRECTED."""
    number = house.register("Suneeta Devi", age="43")
    house.paper(number)
    old = payload.to_digits(house.row(number).payload)
    row = house.correct(number, name="Sunita Devi", age="34", reason="misheard")
    assert (row.revision, row.slip.reason) == (1, "misheard")
    assert "CORRECTED" in house.paper(number)
    assert house.desk.find(old).path == f"/slips/{number}/next", "the old paper resolves to the new version"
    assert house.desk.find(old).page.form("name", "form").fields["name"] == "Sunita Devi"
    house.imported()
    assert names(house.temporary(number))[0] == "Sunita Devi"
    later = house.correct(number, name="Sunita Kumari", reason="after the import")
    assert later.revision == 2
    house.imported()
    assert names(house.temporary(number))[0] == "Sunita Kumari", "a correction after the import is sent, too"


def test_reprint_of_a_lost_slip(house: House) -> None:
    """The same number; the paper says which reprint it is, when and by whom; twice is a second reprint."""
    number = house.register("Lata Mangal")
    first, again, third = house.paper(number), house.reprint(number), house.reprint(number)
    assert "REPRINT" not in first
    assert "REPRINT 1" in again
    assert "asha" in again.lower()
    assert "REPRINT 2" in third
    assert house.facts(number).count("slip_reprinted") == 2
    house.imported()
    assert house.visit(number)


def test_void(house: House) -> None:
    """With a reason; a supervisor's word where money was taken; the number never comes back, and is not imported."""
    number, paid = house.register("Nobody Atall"), house.register("Bimla Paid", clinic="DEN")
    assert house.void(number, reason="").status == 400
    assert house.void(number).path == f"/slips/{number}"
    assert house.row(number).voided
    assert "VOID" in house.paper(number)
    assert house.void(paid).status == 403
    assert not house.row(paid).voided
    house.void(paid, login="meena", pin=factories.PIN)
    assert house.row(paid).voided
    assert house.register("After Void").serial > max(number.serial, paid.serial)
    house.imported()
    for each in (number, paid):
        assert house.there("Encounter", f"{house.hospital.slip_system}|{each}") == []
    sent = house.register("Sent First")
    house.imported()
    house.void(sent)
    house.imported()
    assert house.visit(sent)["status"] == "entered-in-error"


def test_the_printer_dies(house: House) -> None:
    """Numbered blanks and a pen; typed in at the desk afterwards, the number stays; it is imported like any slip."""
    form = house.boss.get("/supervisor").page.form("count", "issued_to", action="pads")
    pads = house.boss.send(form, desk="1", count="4", issued_to="Casualty")
    assert pads.content.startswith(b"%PDF")
    told = house.last("pads_printed")
    blank = SlipNumber(told["series"], told["first"])
    unused = SlipNumber(told["series"], told["first"] + 1)
    bars = {text for page in pictures(pads.content) for _, text, _, _ in codes_in(page)}
    assert any(payload.judge(text, house.made.keys()).number == blank for text in bars)
    answer = house.desk.find(blank.text)
    assert answer.path == f"/pads/{blank}"
    number = number_of(house.desk.send(answer.page.form("name", "form"), **NEW | {"name": "Pen Written", "mobile": ""}))
    assert number == blank
    assert (house.row(blank).revision, house.row(blank).slip.kind) == (1, Kind.OPD)
    assert "Pen Written" in house.paper(blank)
    house.correct(blank, name="Penn Written", reason="read again")
    house.imported()
    assert names(house.temporary(blank))[0] == "Penn Written"
    assert house.there("Encounter", f"{house.hospital.slip_system}|{unused}") == []


def test_stickers_for_the_laboratory(house: House) -> None:
    """Code 128 of the slip's number and the tube; the laboratory finds the slip by it, and says what it did."""
    number = house.register("Sample Giver")
    form = house.desk.get(f"/slips/{number}").page.form("sheet", "tubes")
    stickers = house.desk.send(form, sheet="sticker-24", count="2").content
    bars = [text for page in pictures(stickers) for kind, text, _, _ in codes_in(page) if kind == "bars"]
    assert sorted(bars) == [Sample(number, 1).text, Sample(number, 2).text]
    enrolment.set_user(house.made.ledger, "lata", "Lata Bai", Role.COUNTER, factories.PIN)
    lata = Visitor(house.app)
    home = lata.log_in("lata")
    lata.post("/counter/at", home.page.forms[-1].fields | {"counter": "Laboratory"})
    shown = lata.send(lata.get("/counter").page.form("typed"), typed=bars[0])
    assert "Sample Giver" in shown.text
    lata.send(shown.page.form("typed"), typed="1")
    assert len(services.of_slip(house.made.ledger.db(), number)) == 1
    house.correct(number, name="Sample Given", reason="misheard")
    assert "Sample Given" in lata.send(lata.get("/counter").page.form("typed"), typed=bars[1]).text
    house.imported()
    assert house.visit(number)
