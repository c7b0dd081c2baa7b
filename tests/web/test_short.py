"""The short closing in a browser: an outage of some hours, from the journal, by the clerk who wrote the slips."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from fallback import frontdesk, recovery
from fallback.ehospital import Acknowledgement, Hold, Outcome
from fallback.enrolment import Installation
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.recovery import gates, short
from fallback.slip import SlipNumber
from fallback.web import close, create_app
from tests import factories
from tests.backlog import cleared
from tests.fake_target import NAME, FakeTarget
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
def slips(installation: Installation) -> list[str]:
    """Twelve slips, by number."""
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    return [frontdesk.register(counter, shift.key, factories.registration()).row.slip.number.text for _ in range(12)]


def visitor(app: Flask, login: str) -> Visitor:
    found = Visitor(app)
    found.log_in(login)
    return found


def sent(clerk: Visitor) -> Answer:
    answer = clerk.send(clerk.get("/records/short").page.form("to", action="send"))
    while found := re.search(r'data-watch="([^"]+)"', answer.text):
        time.sleep(0.02)
        answer = clerk.get(unescape(found[1]))
    return answer


def test_a_clerk_closes_a_short_outage_from_the_list_to_the_end(
    app: Flask, target: FakeTarget, slips: list[str], installation: Installation
) -> None:
    clerk, meena = visitor(app, "asha"), visitor(app, "meena")
    page = clerk.get("/records/short")
    assert "12 slips left" in page.text and "Shifts are open" in page.text
    assert SlipNumber.parse(slips[0]).grouped in page.text
    assert "points of the check list are open" in page.text
    page = clerk.send(page.page.form("to", action="approve"))
    assert "Send 12 slips" in page.text
    assert "check list is not signed" in sent(clerk).text and target.visits == {}
    for point, answers in gates.ANSWERS.items():
        gates.check(installation.ledger, NAME, point, answers.good[0], by="meena")
    first = sent(clerk)
    assert len(target.visits) == gates.CANARY and "2 slips left" in first.text
    assert "They are right" not in first.text  # a clerk does not say so
    page = meena.get("/records/short")
    assert "the first 10 slips are in" in page.text and "error" not in page.text
    form = page.page.form("to", action="canary")
    assert "Write down who looked" in meena.send(form, note="").says
    assert "the first 10 slips are in" not in meena.send(form, note="looked at all ten").text
    last = sent(clerk)
    assert set(target.visits) == set(slips)
    assert 'tag">done' in last.text and "Send" not in re.sub(r"<h2>.*?</h2>", "", last.text)
    assert clerk.post("/records/short/canary").status == 403


def test_what_needs_a_person_stands_first_with_its_reason(
    app: Flask, target: FakeTarget, slips: list[str], installation: Installation
) -> None:
    clerk = visitor(app, "asha")
    cleared(installation.ledger, NAME)
    held = Acknowledgement(outcome=Outcome.HELD, reason="Two patients have this number there.", hold=Hold.TWO_MATCHES)
    target.troubles = [lambda _slip: None, lambda _slip: held]
    clerk.send(clerk.get("/records/short").page.form("to", action="approve"))
    page = sent(clerk)
    rows = re.findall(r'class="number" href="[^"]+">([\d ]+)<', page.text)
    assert len(rows) == 12 and rows[0] not in {SlipNumber.parse(each).grouped for each in target.visits}
    assert "Two patients have this number there." in page.text and "1 slips left" in page.text
    assert "Approve 0" in page.text  # what is held is for a person, and no approval of a list lets it go


def test_a_long_outage_is_told_to_use_the_imports_page(
    app: Flask, target: FakeTarget, slips: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = visitor(app, "asha")
    form = clerk.get("/records/short").page.form("to", action="approve")
    monkeypatch.setattr(short, "MOST", 11)
    assert "the short closing takes up to 11" in clerk.get("/records/short").text
    assert "the short closing takes up to 11" in clerk.send(form).says


def test_a_hospital_without_a_system_is_told_so(installation: Installation, slips: list[str]) -> None:
    app = create_app(installation, replace(HOUSE, targets=()), clock=factories.clock())
    assert visitor(app, "asha").get("/records/short").status == 200
    close(app)


def test_only_the_last_outage_is_meant(installation: Installation, slips: list[str]) -> None:
    db = installation.ledger.db()
    outage = queries.current_downtime(db)
    assert outage is not None
    assert short.days_of(db, outage.started.date()) == {"2026-11-23"}
