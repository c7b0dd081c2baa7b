"""The second copies on the pages: each stick with its age, red only where a person must act, the swap at the end."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.frontdesk import Counter
from fallback.ledger.facts import FactKind
from fallback.web.place import NAME
from tests import factories
from tests.test_sheets import text_of
from tests.web.visitor import Visitor


@pytest.fixture
def sticks(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("one", "two")]
    for each in found:
        each.mkdir()
    return found


def _later(app: Flask, hours: float) -> None:
    """The same app, so many hours on."""
    place = app.extensions[NAME]
    now: datetime = place.clock()
    app.extensions[NAME] = replace(place, clock=lambda: now + timedelta(hours=hours))


def test_the_bar_shows_every_stick_with_its_age(
    app: Flask, desk: Visitor, installation: Installation, sticks: list[Path]
) -> None:
    assert "Second copy" in desk.get("/").text and 'class="act"' not in desk.get("/").text
    installation.ledger.copy_to(sticks[0])
    text = desk.get("/").text
    assert "A: up to date" in text and 'class="act"' not in text
    installation.ledger.copy_to(sticks[1])
    _later(app, 7.1)
    text = desk.get("/").text
    assert "A: 7 h, B: up to date" in text and 'class="act"' not in text


def test_it_is_red_when_the_one_apart_is_old_or_none_is_there(
    app: Flask, desk: Visitor, installation: Installation, sticks: list[Path]
) -> None:
    installation.ledger.copy_to(sticks[0])
    installation.ledger.copy_to(sticks[1])
    place = app.extensions[NAME]
    app.extensions[NAME] = replace(place, hospital=replace(factories.hospital(), swap_hours=9))
    _later(app, 8)
    assert 'class="act"' not in desk.get("/").text
    _later(app, 2)
    text = desk.get("/").text
    assert 'class="act"' in text and "older than 9 hours" in text
    installation.ledger.copy_to(sticks[0].with_name("nowhere"))
    text = desk.get("/").text
    assert 'class="act"' in text and "it is not plugged in" in text


def test_closing_a_shift_asks_for_the_swap_and_the_sheet_has_a_line_to_sign(
    desk: Visitor, installation: Installation, counter: Counter, sticks: list[Path]
) -> None:
    desk.register()
    page = desk.get("/shift/close").page
    assert page.form("counted_cash").fields.get("carrier") is None, "without a copy nothing is asked"
    installation.ledger.copy_to(sticks[0])
    installation.ledger.copy_to(sticks[1])
    answer = desk.get("/shift/close")
    assert "B: up to date" in answer.text and "carried to another room" in answer.text
    form = answer.page.form("counted_cash", "carrier")
    answer = desk.send(form, counted_cash="500", carrier="Ram <Singh>")
    assert answer.path == "/shifts/001.1"
    assert "take out B" in answer.text and "Ram &lt;Singh&gt;" in answer.text
    line = next(each for each in installation.ledger.lines() if each.fact is FactKind.SHIFT_CLOSED)
    assert line.content["carrier"] == "Ram <Singh>"
    told = {each["label"]: each for each in line.content["copies"]}
    assert set(told) == {"A", "B"} and all(len(each["stick"]) == 16 for each in told.values())
    assert told["B"]["sequence"] == line.sequence - 1 and told["A"]["sequence"] < told["B"]["sequence"]
    assert datetime.fromisoformat(told["A"]["at"]) <= datetime.fromisoformat(told["B"]["at"]) <= line.at
    text = text_of(frontdesk.shift_sheet(counter, "001.1"))
    assert "Ram <Singh>" in text and "Taken over: signature" in text
    assert text.index("B · 23-11-2026") < text.index("A · 23-11-2026"), "the one that is taken out comes first"


def test_a_sheet_of_an_older_journal_has_empty_lines(counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    frontdesk.close_shift(counter, key, counted_cash=0, note="", by="asha")
    assert "Taken over: signature" in text_of(frontdesk.shift_sheet(counter, key))
