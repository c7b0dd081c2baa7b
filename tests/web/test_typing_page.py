"""Typing by scanner in a browser: no slip before the scanner is right, none before the last one's UHID."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from fallback import recovery
from fallback.ehospital.beep import TEST, TEST_END
from fallback.enrolment import Installation
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.slip import SlipNumber
from fallback.web import close, create_app
from fallback.wedge import keyboards
from tests import factories, his as house
from tests.backlog import cleared
from tests.web.visitor import Answer, Visitor

TARGET = "closed-his"


@pytest.fixture
def beeping(installation: Installation, tmp_path: Path) -> Iterator[Flask]:
    target = Target(name=TARGET, url=f"beep:{TARGET}", test=True, kind="beep", file=str(house.recipe(tmp_path)))
    hospital = replace(factories.hospital(), targets=(target,))
    made = create_app(installation, hospital, clock=factories.clock())
    yield made
    close(made)


@pytest.fixture
def ravi(beeping: Flask, installation: Installation) -> Visitor:
    clerk = Visitor(beeping).at_desk()
    for name in ("Sunita Devi", "Mohan Lal"):
        clerk.register(name=name, mobile="")
    recovery.approve(installation.ledger, TARGET, by="meena")
    cleared(installation.ledger, TARGET)
    visitor = Visitor(beeping)
    visitor.log_in("ravi")
    return visitor


def try_scanner(visitor: Visitor, first: str = TEST, second: str = TEST_END) -> Answer:
    return visitor.send(visitor.get("/records/typing").page.form("scanned"), scanned=first, after_tab=second)


def numbers(installation: Installation) -> list[SlipNumber]:
    return [row.slip.number for row in queries.slips(installation.ledger.db())]


def start(visitor: Visitor) -> Answer:
    try_scanner(visitor)
    return visitor.send(visitor.get("/records/typing").page.form("number"))


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("", "", "Nothing was scanned"),
        (TEST + TEST_END, "", "Tab did not come"),
        (TEST.swapcase(), TEST_END.swapcase(), "Caps Lock"),
        ('Asha/Rani 0123456789 &Ö.,"', "OK", "other signs"),
        (TEST[:10], "", "more slowly"),
    ],
)
def test_a_scanner_that_types_something_else_is_told_so(ravi: Visitor, first: str, second: str, says: str) -> None:
    assert says in try_scanner(ravi, first, second).says
    assert "Test code" in ravi.get("/records/typing").text


def test_a_hindi_keyboard_is_named(ravi: Visitor) -> None:
    table = keyboards._ELSEWHERE["Hindi (InScript)"]
    hindi = "".join(dict(zip(keyboards._US, table, strict=True)).get(sign, sign) for sign in TEST)
    assert "Hindi (InScript)" in try_scanner(ravi, hindi, "").says


def test_a_slip_is_shown_and_the_next_one_only_with_the_uhid(ravi: Visitor, installation: Installation) -> None:
    shown = start(ravi)
    first, second = numbers(installation)
    assert first.grouped in shown.text and "Sunita Devi" in shown.text and second.grouped not in shown.text
    wrong = ravi.send(shown.page.form("uhid"), uhid="12")
    assert "no UHID of this hospital" in wrong.text and first.grouped in wrong.text
    after = ravi.send(wrong.page.form("uhid"), uhid="200000001")
    assert second.grouped in after.text and first.grouped not in after.text
    again = ravi.send(after.page.form("uhid"), uhid="200000001")
    assert first.grouped in again.text and "another person" in again.text
    done = ravi.send(again.page.form("uhid"), uhid="200000002")
    assert "No approved slip is left" in done.text
    assert re.search(r'name="number"[^>]*autofocus', done.text), "Enter, or the next scan, goes on"


def test_a_slip_is_put_aside_only_with_a_reason(ravi: Visitor, installation: Installation) -> None:
    shown = start(ravi)
    first = numbers(installation)[0]
    assert "Say why" in ravi.send(shown.page.form("reason"), reason=" ").text
    ravi.send(shown.page.form("reason"), reason="no such village")
    delivery = queries.delivery(installation.ledger.db(), first, TARGET)
    assert delivery is not None and delivery.stage == "held"


def test_a_returning_patients_slip_is_scanned_by_its_bars(ravi: Visitor, installation: Installation) -> None:
    try_scanner(ravi)
    second = numbers(installation)[1]
    shown = ravi.send(ravi.get("/records/typing").page.form("number"), number=f"]C1{second.text}")
    assert second.grouped in shown.text
    wrong = ravi.send(shown.page.form("uhid"), uhid="")
    assert second.grouped in wrong.text


def test_without_a_system_of_this_kind_the_page_says_what_to_do(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.log_in("ravi")
    answer = visitor.get("/records/typing")
    assert answer.status == 409 and "recipe" in answer.says


def test_the_records_room_leads_to_it(ravi: Visitor) -> None:
    assert "/records/typing" in ravi.get("/records").text
