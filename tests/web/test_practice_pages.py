"""Practice in a browser: the whole guided drill page by page, its certificate scanned into a real installation."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import zxingcpp
from flask import Flask

from fallback import enrolment, frontdesk, practice
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.frontdesk.practising import Practising
from fallback.ledger.queries import practice as told
from fallback.practice import Scene, Visitor as Card
from fallback.rehearsal.practise import everyday, furnish
from fallback.web import close, create_app
from tests import factories
from tests.test_printing import pictures
from tests.web.test_records import hand_in
from tests.web.visitor import Answer, Visitor

POOR = {Scene.SURGE: (1, 2)}


@pytest.fixture
def drill_app(tmp_path: Path) -> Iterator[Flask]:
    """A guided drill that nobody has begun."""
    made, _, _ = enrolment.init(
        tmp_path / "drill", factories.PASSPHRASE, clock=factories.clock(), drill=True, cost=factories.CHEAP
    )
    hospital = everyday(factories.hospital())
    drill = furnish(made, hospital, factories.clock(), Random(1))
    app = create_app(made, hospital, clock=factories.clock(), practising=drill)
    yield app
    close(app)
    made.close()


class Trainee:
    """Somebody at the drill's browser, who does what the panel says."""

    def __init__(self, app: Flask) -> None:
        self.visitor = Visitor(app)
        found = app.extensions["parchi"].practising
        assert isinstance(found, Practising)
        self.drill = found

    def begin(self, length: str) -> Answer:
        form = self.visitor.get("/practise").page.form("people")
        return self.visitor.send(form, people="Asha Rani, रवि दास", counter="Counter 3", length=length)

    def counts(self) -> tuple[int, int]:
        standing = self.drill.standing()
        assert standing
        return standing.now.counts

    def on(self) -> Answer:
        return self.visitor.send(self.visitor.get("/keys").page.form("scene", action="practise/on"))

    def enter(self, login: str) -> None:
        if self.visitor.get("/keys").path != "/login":
            self.visitor.send(self.visitor.get("/keys").page.form(action="logout"))
        answer = self.visitor.log_in(login, self.drill.pin)
        assert answer.status == 200 and answer.path != "/login", answer.says

    def open_shift(self, series: int) -> None:
        form = self.visitor.get("/shift/open").page.form("opening_float")
        assert self.visitor.send(form, desk=str(series), opening_float="500", clock="y").path == "/"

    def register(self, card: Card, form: str = "", **typed: str) -> Answer:
        page = self.visitor.get(form or "/").page.form("name", "form")
        fields = {"name": card.name, "sex": card.sex, "age": str(card.age), "guardian": card.guardian}
        fields |= {"relation": card.relation, "mobile": card.mobile, "clinic": card.clinic_code, "locality": "Devli"}
        answer = self.visitor.send(page, **fields | typed)
        assert answer.path.startswith("/issued/"), (answer.path, answer.says)
        return answer

    def fill_pad(self, card: Card, pad: str) -> None:
        found = self.visitor.find(pad)
        self.register(card, found.path)

    def card(self, place: int) -> Card:
        assert self.drill.setting
        return self.drill.setting.visitors[place]


def test_five_minutes_from_the_first_page_to_the_certificate_that_counts(
    drill_app: Flask, app: Flask, installation: Installation
) -> None:
    one = Trainee(drill_app)
    assert "368" not in one.visitor.get("/login").text or one.drill.pin
    answer = one.begin("short")
    assert answer.path == "/login" and "Scene 1 of 5" in answer.text and one.drill.pin in answer.text
    one.enter("asha")
    one.open_shift(1)
    assert one.counts() == (2, 2)
    one.on()
    assert one.card(0).name in one.visitor.get("/").text, "the card of who stands there"
    for place in (0, 1):
        one.register(one.card(place))
    assert one.counts() == (2, 2)
    assert one.drill.setting
    plan = practice.plan(one.drill.setting)
    assert plan[2:4] == [Scene.LAPTOP, Scene.POWER], "in November"
    answer = one.on()
    assert answer.path == "/login", "the laptop is dead: nobody is logged in"
    one.enter("bina")
    one.open_shift(2)
    one.register(one.card(3))
    assert one.counts() == (3, 3)
    one.on()
    one.enter("bina")
    one.fill_pad(one.card(4), one.drill.setting.pads[1])
    assert one.counts() == (2, 2)
    one.on()
    form = one.visitor.get("/shift/close").page.form("counted_cash")
    one.visitor.send(form, n500="1", note="one pad is used")
    assert one.counts() == (2, 2)
    answer = one.on()
    assert answer.path == "/practise" and "100 %" in answer.text
    paper = one.visitor.get("/practise/certificate.pdf")
    [found] = zxingcpp.read_barcodes(pictures(paper.content)[0])
    assert found.text in answer.text, "also for a computer without a printer"

    supervisor = Visitor(app)
    supervisor.log_in("meena")
    form = supervisor.get("/practice").page.form("certificate")
    answer = supervisor.send(form, certificate=found.text.lower())
    assert answer.path == "/practice" and "Counter 3" in answer.text and "रवि दास" in answer.text
    again = supervisor.send(form, certificate=found.text)
    assert "counts already" in again.says
    [row] = told.practices(installation.ledger.db())
    assert (row.score, row.login, row.kind) == (100, "meena", "drill")
    assert "Counter 3" in supervisor.get("/practice").text

    answer = one.visitor.send(one.visitor.get("/practise").page.form(action="leave"))
    assert "thrown away" in answer.text and one.drill.left.is_set()


def test_all_scenes_with_the_supervisor_and_the_records_room(drill_app: Flask) -> None:
    one = Trainee(drill_app)
    one.begin("whole")
    one.enter("asha")
    one.open_shift(1)
    one.on()
    first = ""
    for place in range(8):
        answer = one.register(one.card(place))
        first = first or answer.path.rpartition("/")[2]
    found = one.visitor.get(f"/slips/{first}/next")
    one.visitor.send(found.page.form("name", "form"), clinic=one.card(0).clinic_code)
    assert one.counts() == (9, 9)
    one.on()
    assert one.drill.setting
    one.fill_pad(one.card(8), one.drill.setting.pads[0])
    one.visitor.send(one.visitor.get("/").page.form(action="/reprint"))
    assert one.counts() == (2, 2)
    one.on()
    one.enter("bina")
    one.open_shift(2)
    one.register(one.card(9))
    found = one.visitor.get(f"/slips/{first}/next")
    one.visitor.send(found.page.form("name", "form"), clinic=one.card(0).clinic_code)
    assert one.counts() == (4, 4)
    one.on()
    form = one.visitor.get("/unidentified").page.form("name", "form", action="register")
    answer = one.visitor.send(form, sex="male", age="40", medico_legal="y", clinic=_casualty(one))
    number = answer.path.rpartition("/")[2]
    one.visitor.send(one.visitor.get(f"/slips/{number}").page.form(action="wristband"))
    assert one.counts() == (3, 3)
    assert one.on().path == "/login"
    one.enter("bina")
    one.fill_pad(one.card(10), one.drill.setting.pads[1])
    assert one.counts() == (2, 2)
    one.on()
    for login in ("bina", "asha"):
        one.enter(login)
        form = one.visitor.get("/shift/close").page.form("counted_cash")
        one.visitor.send(form, n500="1", note="closed for the return")
    one.enter("meena")
    clinic = next(each for each in one.drill.counter.hospital.clinics if each.code == one.drill.setting.clinic_code)
    frontdesk.roster.switch_clinic(one.drill.counter, clinic.number, back=True, reason="back", by="meena")
    one.visitor.send(one.visitor.get("/supervisor").page.form(action="downtime/end"))
    one.enter("ravi")
    scans = one.visitor.get("/practise/scans.pdf")
    assert hand_in(one.visitor, (scans.content, "scans.pdf")).status == 200
    assert one.counts() == (6, 6)
    answer = one.on()
    assert answer.path == "/practise" and "100 %" in answer.text


def _casualty(one: Trainee) -> str:
    return next(each.code for each in one.drill.counter.hospital.clinics if each.casualty)


def test_who_leaves_steps_out_is_told_which_and_gets_no_certificate(drill_app: Flask) -> None:
    one = Trainee(drill_app)
    one.begin("short")
    stale = one.visitor.get("/login").page.form("scene")
    for _ in range(5):
        one.on()
    page = one.visitor.get("/practise")
    assert "0 %" in page.text and "Log in as asha" in page.text and "It does not count" in page.text
    assert not any(link.endswith("certificate.pdf") for link in page.page.links)
    one.visitor.send(stale)
    standing = one.drill.standing()
    assert standing and standing.certificate and len(standing.told) == 5, "sent twice, it is one step"


def test_a_form_that_was_sent_twice_begins_one_scene(drill_app: Flask) -> None:
    one = Trainee(drill_app)
    one.begin("short")
    form = one.visitor.get("/login").page.form("scene")
    for _ in range(3):
        one.visitor.send(form)
    standing = one.drill.standing()
    assert standing and standing.now.scene is Scene.SURGE


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"people": ""}, "Write who practises"),
        ({"people": "A, " * 13 + ", ".join(f"Name {letter}" for letter in "abcdefghijklm")}, "At most twelve"),
        ({"people": "<script>alert(1)</script>"}, ""),
        ({"people": "A" * 50}, "at most 40"),
        ({"counter": ""}, "Write something here"),
    ],
)
def test_who_practises_must_be_told(drill_app: Flask, typed: dict[str, str], says: str) -> None:
    visitor = Visitor(drill_app)
    form = visitor.get("/practise").page.form("people")
    answer = visitor.send(form, **{"people": "Asha", "counter": "Counter 3", "length": "short"} | typed)
    assert "<script>alert" not in answer.text
    if says:
        assert answer.path == "/practise" and (says in answer.text), answer.text[:3000]


def test_a_real_installation_has_no_drill(desk: Visitor, app: Flask) -> None:
    for path in ("/practise", "/practise/certificate.pdf", "/practise/scans.pdf"):
        assert desk.get(path).status == 404
    token = desk.get("/").page.form("name", "form", action="register").fields["csrf_token"]
    for path in ("/practise", "/practise/on", "/practise/leave"):
        assert desk.post(path, {"csrf_token": token, "people": "A", "counter": "B"}).status == 404
    assert 'class="scene"' not in desk.get("/").text


def test_what_is_no_certificate_is_refused_beside_the_form(app: Flask, installation: Installation) -> None:
    supervisor = Visitor(app)
    supervisor.log_in("meena")
    form = supervisor.get("/practice").page.form("certificate")
    certificate = practice.Certificate(
        mark="00" * 8, day=factories.START.date(), counter="C", people=("A",), scenes=POOR, minutes=5
    )
    for text, says in (
        ("", "not the code"),
        ("<b>", "not the code"),
        ("PARCHI-PRACTICE-" + "A" * 3000, "not the code"),
        (practice.write(certificate), "50 % of the steps"),
    ):
        answer = supervisor.send(form, certificate=text)
        assert says in answer.says and "<b>" not in answer.text.replace("&lt;b&gt;", "")
    assert told.practices(installation.ledger.db()) == []


def test_a_practice_without_a_certificate_is_entered_by_hand(app: Flask, installation: Installation) -> None:
    supervisor = Visitor(app)
    supervisor.log_in("meena")
    form = supervisor.get("/practice").page.form("minutes")
    good = {"kind": "paper", "day": "22-11-2026", "minutes": "10", "counter": "Casualty", "people": "Sister Mary, Asha"}
    for wrong in ({"day": "40-11-2026"}, {"day": "1-1-2030"}, {"minutes": "x"}, {"people": ", ,"}, {"kind": "drill"}):
        assert supervisor.send(form, **good | wrong).status >= 400
    assert supervisor.send(form, **good).path == "/practice"
    [row] = told.practices(installation.ledger.db())
    assert (row.people, row.kind, row.login) == (("Sister Mary", "Asha"), "paper", "meena")


def test_the_supervisors_page_leads_there_and_an_auditor_reads(app: Flask, installation: Installation) -> None:
    supervisor = Visitor(app)
    supervisor.log_in("meena")
    assert "/practice" in supervisor.get("/supervisor").page.links
    assert "turn of Counter 1" in supervisor.get("/practice").text
    duties = supervisor.get("/practice/duties")
    assert duties.status == 200 and "27.6" in duties.text
    enrolment.set_user(installation.ledger, "anil", "Anil Rao", Role.AUDITOR, factories.PIN)
    auditor = Visitor(app)
    auditor.log_in("anil")
    page = auditor.get("/practice")
    assert page.status == 200 and not any("certificate" in form.fields for form in page.page.forms)
    assert auditor.get("/practice/duties").status == 200


def test_every_page_of_practice_is_there_in_hindi(drill_app: Flask, app: Flask) -> None:
    one = Trainee(drill_app)
    one.visitor.send(one.visitor.get("/practise").page.form(action="language"), language="hi")
    one.begin("whole")
    for _ in range(7):
        page = one.visitor.get("/login")
        assert "Log in as" not in page.text and "Register" not in page.text
        one.on()
    assert "अभ्यास" in one.visitor.get("/practise").text
