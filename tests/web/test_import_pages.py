"""The import in a browser: nothing before the check list, ten first, watched, paused, what is held looked after."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from fallback import frontdesk, recovery
from fallback.ehospital import Acknowledgement, Found, Outcome
from fallback.enrolment import Installation
from fallback.errors import Sentence
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.ledger.queries import gates as said, stages
from fallback.recovery import gates
from fallback.slip import SlipNumber
from fallback.web import close, create_app
from tests import factories
from tests.backlog import cleared
from tests.fake_target import NAME, FakeTarget
from tests.matched import matched
from tests.web.visitor import Answer, Visitor

HOUSE = replace(factories.hospital(), targets=(Target(name=NAME, url="http://fake.example/fhir", test=False),))


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> FakeTarget:
    made = FakeTarget()
    monkeypatch.setattr(recovery, "open_way", lambda *_given, **_named: made)
    return made


@pytest.fixture
def app(installation: Installation) -> Iterator[Flask]:
    made = create_app(installation, HOUSE, clock=factories.clock())
    yield made
    close(made)


@pytest.fixture
def room(app: Flask, target: FakeTarget) -> Visitor:
    """A supervisor: who may do all of it."""
    found = Visitor(app)
    found.log_in("meena")
    return found


@pytest.fixture
def slips(installation: Installation) -> list[str]:
    """Twelve slips, by number."""
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    return [frontdesk.register(counter, shift.key, factories.registration()).row.slip.number.text for _ in range(12)]


def count(answer: Answer, stage: str) -> int:
    found = re.search(rf'stage={stage}[&"][^>]*>[^<]*</a> <strong>([\d,]+)', answer.text)
    assert found, answer.text
    return int(found[1].replace(",", ""))


def sent(room: Visitor, **typed: str) -> Answer:
    """Starts a run and looks again, as the page itself does, until it is over."""
    answer = room.send(room.get("/records/import").page.form(action="start"), **typed)
    while found := re.search(r'data-watch="([^"]+)"', answer.text):
        time.sleep(0.02)
        answer = room.get(unescape(found[1]))
    return answer


def test_from_the_check_list_to_the_last_slip(
    room: Visitor, installation: Installation, target: FakeTarget, slips: list[str]
) -> None:
    page = room.get("/records/import")
    assert "6 of 6 points are open" in page.text
    assert (count(page, "ready"), count(page, "confirmed")) == (12, 0)
    page = room.send(page.page.form(action="approve"))
    assert (count(page, "ready"), count(page, "approved")) == (0, 12)
    assert "its check list is not signed" in sent(room).text
    assert target.visits == {}
    for point in list(gates.Point)[:-1]:
        form = next(
            each for each in room.get("/records/import/checklist").page.forms if each.fields.get("point") == point.value
        )
        done = room.send(form, answer=gates.ANSWERS[point].good[0])
    assert "signed" in done.text
    assert said.checks(installation.ledger.db(), NAME)["sms"].login == "meena"
    page = sent(room)
    assert "the first 10 slips are in fake" in page.text and "error" not in page.text, "it is the next step, no error"
    assert (count(page, "confirmed"), len(target.visits)) == (10, 10)
    assert "Write down who looked" in room.send(page.page.form(action="canary"), note=" ").says
    assert said.canary(installation.ledger.db(), NAME) is None
    page = room.send(page.page.form(action="canary"), note="with Dr Rao")
    assert "with Dr Rao" in page.text and "the first 10 slips are in" not in page.text
    page = sent(room, secret="a token that nobody keeps")
    assert (count(page, "confirmed"), len(target.visits)) == (12, 12)
    assert "12 created" not in page.text and "2 created" in page.text
    lines = "".join(line.text for line in installation.ledger.lines())
    assert "a token that nobody keeps" not in lines


def test_a_pause_holds_for_everybody_until_a_supervisor_lifts_it(
    room: Visitor, app: Flask, installation: Installation, target: FakeTarget, slips: list[str]
) -> None:
    cleared(installation.ledger, NAME)
    officer = Visitor(app)
    officer.log_in("ravi")
    assert "Say why" in officer.send(officer.get("/records/import").page.form(action="pause"), reason=" ").says
    page = officer.send(officer.get("/records/import").page.form(action="pause"), reason="patients get messages")
    assert "patients get messages" in page.text
    assert "import/start" not in page.text
    assert "import/resume" not in page.text, "whoever may not sign could lift it"
    page = room.send(room.get("/records/import").page.form(action="resume"))
    assert "import/start" in page.text
    assert said.pause(installation.ledger.db(), NAME) is None


def test_what_is_held_is_listed_with_its_reason_and_approved_once_more(
    room: Visitor, installation: Installation, target: FakeTarget, slips: list[str]
) -> None:
    cleared(installation.ledger, NAME)
    refuse = Acknowledgement(outcome=Outcome.FAILED, reason="a family name is required")
    target.troubles = [lambda slip: refuse if slip.number.text == slips[0] else None] * 12
    room.send(room.get("/records/import").page.form(action="approve"))
    assert count(sent(room), "failed") == 1
    page = room.get("/records/import/slips?stage=failed")
    assert "a family name is required" in page.text
    target.troubles = []
    page = room.send(page.page.form("number", action="approve"))
    assert page.path == "/records/import/slips"
    done = sent(room)
    assert count(done, "confirmed") == 12, re.findall(r"stage=(\w+)[^>]*>[^<]*</a> <strong>([\d,]+)", done.text)


def test_a_visit_that_was_typed_by_hand_is_linked_and_nothing_is_made(
    room: Visitor, installation: Installation, target: FakeTarget, slips: list[str]
) -> None:
    cleared(installation.ledger, NAME)
    target.by_hand[slips[3]] = (Found(patient="p9", encounter="e9"), Found(patient="p9", encounter="e10"))
    room.send(room.get("/records/import").page.form(action="approve"))
    assert count(sent(room), "held") == 1
    page = room.get("/records/import/slips?stage=held&hold=typed_by_hand")
    assert "typed by hand?" in page.text
    page = room.get(f"/records/import/slips/{slips[3]}?to={NAME}")
    page = room.send(page.page.form(action=f"{slips[3]}/look"))
    assert "e9" in page.text and "e10" in page.text
    form = page.page.form(action=f"{slips[3]}/link")
    room.send(form, encounter="e10")
    assert target.linked == {slips[3]: "e10"}
    assert slips[3] not in target.visits
    found = queries.deliveries(installation.ledger.db(), NAME)[slips[3]]
    assert (found.stage, found.linked, found.encounter, found.uhid) == ("confirmed", True, "e10", "100200300")
    assert "stands elsewhere by now" in room.send(form, encounter="e10").text, "it was linked twice"


def test_who_waits_for_the_live_counter_is_registered_there_under_one_uhid(
    room: Visitor, installation: Installation, target: FakeTarget, slips: list[str]
) -> None:
    assert "Reason" in room.send(room.get("/records/import").page.form(action="defer"), reason=" ").says
    page = room.send(room.get("/records/import").page.form(action="defer"), reason="old cases")
    assert count(page, "on_return") == 12
    for typed, why in (("12", "no UHID of this hospital"), ("", "no UHID of this hospital")):
        page = room.get(f"/records/import/slips/{slips[0]}?to={NAME}")
        assert why in room.send(page.page.form(action="returned"), uhid=typed).says
    uhid = "100200300"
    room.send(room.get(f"/records/import/slips/{slips[0]}?to={NAME}").page.form(action="returned"), uhid=uhid)
    again = room.get(f"/records/import/slips/{slips[1]}?to={NAME}").page.form(action="returned")
    assert "Another patient" in room.send(again, uhid=uhid).says
    page = room.get("/records/import")
    assert (count(page, "on_return"), count(page, "confirmed")) == (11, 1)
    assert target.asked == []


def test_the_dry_run_shows_and_gives_what_would_be_sent(room: Visitor, target: FakeTarget, slips: list[str]) -> None:
    page = room.get("/records/import/plan")
    assert page.text.count("<details>") == 12
    found = json.loads(room.get("/records/import/plan.json").content)
    assert [each["number"] for each in found] == slips
    assert found[0]["content"]["number"] == slips[0]
    table = room.get("/records/import/plan.csv").content.decode("utf-8-sig")
    assert table.splitlines()[0] == "number,revision,step,stage,reason,content"
    assert len(table.splitlines()) == 13
    assert target.asked == []


def test_a_filter_narrows_lists_counts_and_approvals(
    room: Visitor, installation: Installation, slips: list[str]
) -> None:
    day = stages.days(installation.ledger.db())[0]
    page = room.get("/records/import?clinic=999&facet=day")
    assert count(page, "ready") == 0
    for odd in ("clinic=x", "day=%00", "series=-1", "facet=person", "stage=nothing", "after=%27%3B--", "hold=%F0%9F"):
        assert room.get(f"/records/import?{odd}").status == 200
        assert room.get(f"/records/import/slips?{odd}").status == 200
    assert room.get("/records/import?to=elsewhere").status != 200
    assert slips[0] in room.get(f"/records/import/slips?day={day}").text


def test_lists_go_page_by_page(room: Visitor, slips: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fallback.web.recovery.imports.SHOWN", 5)
    seen: list[str] = []
    page = room.get("/records/import/slips?stage=ready")
    while True:
        seen += re.findall(r'href="/slips/(\d{11})"', page.text)
        link = re.search(r'href="(/records/import/slips\?[^"]*after=[^"]*)"', page.text)
        if link is None:
            break
        page = room.get(unescape(link[1]))
    assert seen == slips


def test_a_hospital_without_a_system_is_told(installation: Installation) -> None:
    app = create_app(installation, replace(HOUSE, targets=()), clock=factories.clock())
    visitor = Visitor(app)
    visitor.log_in("ravi")
    assert "[[target]]" in visitor.get("/records/import").text
    close(app)


def test_what_is_held_and_what_waits_is_said_in_hindi(
    room: Visitor, installation: Installation, target: FakeTarget, slips: list[str]
) -> None:
    cleared(installation.ledger, NAME)
    matched(installation.ledger, SlipNumber.parse(slips[1]), "ask")
    why = str(Sentence("It was changed in the system since: {fields}", fields="Mobile number, Clinic"))
    held = Acknowledgement(outcome=Outcome.HELD, reason=why)
    target.troubles = [lambda slip: held if slip.number.text == slips[0] else None] * 12
    matched(installation.ledger, SlipNumber.parse(slips[0]), "new")
    room.send(room.get("/records/import").page.form(action="approve"))
    sent(room)
    assert why in room.get("/records/import/slips?stage=held").text
    assert "waits: whose is it?" in room.get("/records/import/plan").text
    room.send(room.get("/records/import").page.form("back", action="language"), language="hi")
    page = room.get("/records/import/slips?stage=held").text
    assert "मोबाइल नंबर, विभाग" in page and "Mobile number" not in page


def test_no_number_is_asked_for_in_a_whole_sentence(room: Visitor) -> None:
    for typed in ("", "%20"):
        page = room.get(f"/records/review/said?number={typed}")
        assert "Slip number: Type the number, or scan it." in page.text
