"""A slip's page says whether the patient was seen, and by whom; two buttons say it at the room's door."""

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger.facts import FactKind
from fallback.slip import SlipNumber
from tests import factories
from tests.web.visitor import Answer, Visitor

FIRST = SlipNumber(1, 1)


def say(visitor: Visitor, outcome: str) -> Answer:
    form = visitor.get(f"/slips/{FIRST}").page.form(action="/seen")
    return visitor.post(form.action, form.fields | {"outcome": outcome})


def test_the_nurse_says_it_and_the_page_says_who_said_it(desk: Visitor) -> None:
    desk.register()
    assert "nobody says" in desk.get(f"/slips/{FIRST}").text
    text = say(desk, "seen").text
    assert "the nurse (asha)" in text and "nobody says" not in text
    assert "<strong>not seen</strong>" in say(desk, "not_seen").text
    page = desk.get(f"/slips/{FIRST}").page
    text = desk.send(page.form("back", action="language"), language="hi").text
    assert "नहीं देखा गया" in text and "नर्स (asha)" in text


def test_a_choice_that_is_none_changes_nothing(desk: Visitor) -> None:
    desk.register()
    assert say(desk, "unknown").status >= 400
    assert say(desk, "").status >= 400
    assert "nobody says" in desk.get(f"/slips/{FIRST}").text


def test_a_contradiction_is_shown(desk: Visitor, installation: Installation) -> None:
    desk.register()
    say(desk, "seen")
    code = {"outcome": "genuine", "number": FIRST.text, "digest": ""}
    marks = {"outcome.not_seen": "ticked", "outcome.referred": "ticked", "outcome.admitted": "doubtful"}
    form = {"place": 0, "form": "slip.hospital", "sure": True, "marks": marks}
    page = {"batch": "b", "file": "f", "page": 1, "picture": "00", "outcome": "read", "problem": ""}
    content = page | {"codes": [code], "forms": [form]}
    installation.ledger.write(lambda tx: tx.append(FactKind.PAGE_ACCEPTED, content))
    text = desk.get(f"/slips/{FIRST}").text
    assert "contradict each other" in text and "referred" in text and "doubtful" in text
    officer = Visitor(desk.client.application)
    officer.log_in("ravi")
    text = officer.get("/records/account").text
    assert "1 visits, void ones left out: 0 seen, 0 not seen, 1" in text and FIRST.grouped in text
    assert say(officer, "not_seen").status == 200
    assert "contradict each other" not in officer.get(f"/slips/{FIRST}").text


def test_of_a_void_slip_nobody_is_asked(desk: Visitor, installation: Installation) -> None:
    desk.register()
    form = desk.get(f"/slips/{FIRST}").page.form(action="/seen")
    counter = factories.counter(installation)
    frontdesk.void(counter, "001.1", FIRST, "wrong clinic", allowed_by="meena")
    assert "/seen" not in desk.get(f"/slips/{FIRST}").text
    assert "is void" in desk.post(form.action, form.fields | {"outcome": "seen"}).says
