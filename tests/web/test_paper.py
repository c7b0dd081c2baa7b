"""The paper of a slip on screens: the browser's one original, the desk's own printer, what is stuck and who says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from fallback import frontdesk
from fallback.enrolment import Installation, open_installation
from fallback.frontdesk import PrintQueue
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.prints import PrintRow, PrintState, print_of
from fallback.slip import SlipNumber
from fallback.web import create_app
from tests import factories
from tests.printers import NAME, RoomPrinter, hospital, queue, until
from tests.web.visitor import Answer, Visitor

FIRST, SECOND = SlipNumber(1, 1), SlipNumber(1, 2)


@pytest.fixture
def printer() -> RoomPrinter:
    return RoomPrinter()


@pytest.fixture
def running(installation: Installation, printer: RoomPrinter) -> Iterator[PrintQueue]:
    with queue(factories.counter(installation), printer) as started:
        yield started


@pytest.fixture
def served(installation: Installation, running: PrintQueue) -> Flask:
    """The app of a hospital whose desk 1 has a printer of the server's."""
    return create_app(installation, hospital(), clock=factories.clock(), queue=running)


@pytest.fixture
def counter_1(served: Flask) -> Visitor:
    return Visitor(served).at_desk()


def state(installation: Installation, number: SlipNumber = FIRST) -> PrintState | None:
    row = print_of(installation.ledger.db(), number)
    return row.state if row else None


def paper(desk: Visitor, number: SlipNumber = FIRST) -> Answer:
    return desk.get(f"/slips/{number}/paper")


def stuck(desk: Visitor, printer: RoomPrinter, installation: Installation) -> Answer:
    """A slip that broke while it was sent, and the page that asks for it."""
    printer.way = "breaks"
    desk.register()
    until(lambda: "look whether" in paper(desk).text)
    assert state(installation) is PrintState.HANDED
    printer.way = "on"
    return desk.get("/prints")


# --- The browser ----------------------------------------------------------------------------------------------------


def test_the_original_outlives_a_restart_of_the_server_and_is_had_once(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    Visitor(create_app(made, factories.hospital(), clock=factories.clock())).at_desk().register()
    made.close()
    made = open_installation(tmp_path / "data", factories.PASSPHRASE, clock=factories.clock())
    desk = Visitor(create_app(made, factories.hospital(), clock=factories.clock()))
    desk.log_in()
    assert f"/slips/{FIRST}/print" in desk.get(f"/issued/{FIRST}").page.links
    original = desk.get(f"/slips/{FIRST}/print")
    assert original.content.startswith(b"%PDF")
    made.close()
    made = open_installation(tmp_path / "data", factories.PASSPHRASE, clock=factories.clock())
    desk = Visitor(create_app(made, factories.hospital(), clock=factories.clock()))
    desk.log_in()
    again = desk.get(f"/slips/{FIRST}/print")
    assert again.status == 409
    assert "Use Reprint" in again.says
    made.close()


def test_what_nobody_printed_is_listed_and_printed_from_there(desk: Visitor) -> None:
    desk.register()
    answer = desk.get("/prints")
    assert FIRST.grouped in answer.text
    assert f"/slips/{FIRST}/print" in answer.page.links
    assert answer.headers["Refresh"] == "5"
    assert "to look at" not in answer.text, "red is only what needs a person"
    assert "not known to be on paper: 1" in desk.get("/shift/close").text
    desk.get(f"/slips/{FIRST}/print")
    assert "Nothing waits" in desk.get("/prints").text
    assert "not known to be on paper" not in desk.get("/shift/close").text
    assert "Given to the browser" in paper(desk).text


def test_only_the_desk_itself_prints_by_itself(desk: Visitor) -> None:
    desk.register()
    assert "data-print=" in desk.get(f"/slips/{FIRST}").text
    chief = Visitor(desk.client.application).at_desk("meena", series=2)
    answer = chief.get(f"/slips/{FIRST}")
    assert "data-print=" not in answer.text, "a look at another desk's slip takes no original"
    assert f"/slips/{FIRST}/print" in answer.page.links


# --- The desk's own printer -----------------------------------------------------------------------------------------


def test_a_desk_with_a_printer_prints_without_a_browser(
    counter_1: Visitor, printer: RoomPrinter, installation: Installation
) -> None:
    answer = counter_1.register()
    assert "data-print=" not in answer.text
    assert f'src="/slips/{FIRST}/paper"' in answer.text
    until(lambda: state(installation) is PrintState.DONE)
    assert printer.titles == [FIRST.text]
    shown = paper(counter_1)
    assert f"Printed on {NAME}" in shown.text
    assert "Refresh" not in shown.headers
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert counter_1.get(f"/slips/{FIRST}/print").status == 409
    assert "Nothing waits" in counter_1.get("/prints").text


def test_a_reprint_goes_to_the_printer_and_says_where_it_is(
    counter_1: Visitor, printer: RoomPrinter, installation: Installation
) -> None:
    answer = counter_1.register()
    until(lambda: state(installation) is PrintState.DONE)
    shown = counter_1.send(answer.page.form(action="reprint"))
    assert shown.path == f"/slips/{FIRST}/paper"
    assert "REPRINT 1 · " in shown.text
    until(lambda: state(installation) is PrintState.DONE and len(printer.titles) == 2)
    assert printer.titles[1] == f"{FIRST.text} reprint 1"


def test_a_void_and_a_correction_go_to_the_printer_too(
    counter_1: Visitor, printer: RoomPrinter, installation: Installation
) -> None:
    counter_1.register()
    until(lambda: state(installation) is PrintState.DONE)
    form = counter_1.get(f"/slips/{FIRST}/correct").page.form("reason", "name", action="correct")
    counter_1.send(form, name="Sunita Kumari", reason="misheard")
    until(lambda: len(printer.titles) == 2)
    counter_1.send(counter_1.get(f"/slips/{FIRST}/void").page.form("reason", action="void"), reason="twice")
    until(lambda: len(printer.titles) == 3)
    assert printer.titles == [FIRST.text] * 3
    assert len(set(printer.pdfs)) == 3


def test_a_printer_that_is_off_is_told_and_its_slip_may_be_had_in_the_browser(
    counter_1: Visitor, printer: RoomPrinter, running: PrintQueue, installation: Installation
) -> None:
    printer.way = "off"
    counter_1.register()
    counter_1.register(name="Rekha Kumari")
    until(lambda: "does not answer" in paper(counter_1).text)
    answer = counter_1.get("/prints")
    assert "switch it on and look at its cable" in answer.says
    assert answer.text.count("switch it on") == 1, "once for the printer, not once for each slip"
    assert answer.headers["Refresh"] == "5"
    assert "2 to look at" in counter_1.get("/").text
    assert counter_1.get(f"/slips/{FIRST}/print").content.startswith(b"%PDF")
    printer.way = "on"
    running.wake()
    until(lambda: state(installation, SECOND) is PrintState.DONE)
    assert printer.titles == [SECOND.text], "what the browser took is not printed a second time"
    assert "to look at" not in counter_1.get("/").text


def test_a_reprint_that_waits_may_be_had_in_the_browser(
    counter_1: Visitor, printer: RoomPrinter, running: PrintQueue, installation: Installation
) -> None:
    answer = counter_1.register()
    until(lambda: state(installation) is PrintState.DONE)
    printer.way = "empty"
    counter_1.send(answer.page.form(action="reprint"))
    until(lambda: "has no paper" in paper(counter_1).text)
    answer = counter_1.get("/prints")
    assert "REPRINT 1" in answer.text
    assert f"/slips/{FIRST}/print" not in answer.page.links
    taken = counter_1.send(answer.page.form("here", action="reprint"))
    assert taken.content.startswith(b"%PDF")
    printer.way = "on"
    running.wake()
    until(lambda: running.why(_row(installation), NAME) is None)
    assert printer.titles == [FIRST.text]
    assert "Nothing waits" in counter_1.get("/prints").text


def _row(installation: Installation, number: SlipNumber = FIRST) -> PrintRow:
    row = print_of(installation.ledger.db(), number)
    assert row is not None
    return row


# --- Stuck ----------------------------------------------------------------------------------------------------------


def test_no_paper_came_out_and_a_reprint_follows(
    counter_1: Visitor, printer: RoomPrinter, installation: Installation
) -> None:
    answer = stuck(counter_1, printer, installation)
    assert "Did the paper come out of lp-1?" in answer.says
    assert "Refresh" not in answer.headers, "no button moves away under the fingers"
    assert "1 to look at" in answer.text
    form = answer.page.form("print", action="/prints/")
    assert counter_1.send(form, came="no").path == "/prints"
    until(lambda: state(installation) is PrintState.DONE)
    assert printer.titles == [FIRST.text, f"{FIRST.text} reprint 1"]
    assert "Reprinted" in counter_1.get(f"/slips/{FIRST}").text
    again = counter_1.send(form, came="yes")
    assert again.status == 409
    assert "known already" in again.says


def test_the_paper_came_out_and_nothing_follows(
    counter_1: Visitor, printer: RoomPrinter, installation: Installation
) -> None:
    form = stuck(counter_1, printer, installation).page.form("print", action="/prints/")
    wrong = counter_1.send(form)
    assert wrong.status == 400
    assert "Nothing waits" in counter_1.send(form, came="yes").text
    assert state(installation) is PrintState.DONE
    line = [line for line in installation.ledger.lines() if line.fact is FactKind.PRINT_DONE][-1]
    assert (line.by, line.series) == ("asha", 1)
    assert printer.titles == [FIRST.text]


def test_a_jam_is_helped_first_and_a_person_may_still_say_that_nothing_comes(
    counter_1: Visitor, printer: RoomPrinter, running: PrintQueue, installation: Installation
) -> None:
    printer.way = "jams"
    counter_1.register()
    until(lambda: "help the printer first" in paper(counter_1).text)
    printer.way = "empty"
    running.wake()
    until(lambda: "put paper in" in counter_1.get("/prints").says)
    answer = counter_1.get("/prints")
    assert "help the printer first" in answer.says
    printer.way = "on"
    counter_1.send(answer.page.form("print", action="/prints/"), came="no")
    until(lambda: state(installation) is PrintState.DONE)
    assert printer.titles == [FIRST.text, f"{FIRST.text} reprint 1"]


def test_without_its_printer_what_is_stuck_is_reprinted_in_the_browser(
    counter_1: Visitor, printer: RoomPrinter, installation: Installation
) -> None:
    stuck(counter_1, printer, installation)
    bare = Visitor(create_app(installation, factories.hospital(), clock=factories.clock()))
    bare.log_in()
    form = bare.get("/prints").page.form("print", action="/prints/")
    assert bare.send(form, came="no").content.startswith(b"%PDF")
    assert "Nothing waits" in bare.get("/prints").text


def test_a_page_that_is_too_old_settles_nothing(
    counter_1: Visitor, printer: RoomPrinter, installation: Installation
) -> None:
    old = stuck(counter_1, printer, installation).page.form("print", action="/prints/")
    printer.way = "off"
    form = counter_1.get(f"/slips/{FIRST}/correct").page.form("reason", "name", action="correct")
    counter_1.send(form, name="Sunita Kumari", reason="misheard")
    answer = counter_1.send(old, came="yes")
    assert answer.status == 409
    assert "known already" in answer.says
    assert state(installation) is PrintState.WAITING


def test_a_clerk_sees_the_own_desk_and_a_supervisor_all(
    counter_1: Visitor, served: Flask, printer: RoomPrinter, installation: Installation
) -> None:
    form = stuck(counter_1, printer, installation).page.form("print", action="/prints/")
    chief = Visitor(served)
    chief.log_in("meena")
    assert FIRST.grouped in chief.get("/prints").text
    counter = factories.counter(installation)
    shift = counter_1.get("/shift/close").page.form("counted_cash")
    counter_1.send(shift, counted_cash="500")
    assert FIRST.grouped not in counter_1.get("/prints").text
    counter_1.at_desk(series=2)
    assert FIRST.grouped not in counter_1.get("/prints").text
    assert counter_1.send(form, came="yes").status == 403
    assert state(installation) is PrintState.HANDED
    assert chief.send(chief.get("/prints").page.form("print", action="/prints/"), came="yes").path == "/prints"
    assert state(installation) is PrintState.DONE
    assert frontdesk.take_first(counter, FIRST) is None


def test_the_records_room_does_not_print(visitor: Visitor) -> None:
    visitor.log_in("ravi")
    for path in ("/prints", f"/slips/{FIRST}/paper"):
        assert visitor.get(path).status == 403


def test_a_slip_that_nobody_knows_has_no_paper(desk: Visitor) -> None:
    assert paper(desk, SlipNumber(9, 9)).status == 404


def test_the_list_speaks_hindi(counter_1: Visitor, printer: RoomPrinter, installation: Installation) -> None:
    page = stuck(counter_1, printer, installation).page
    answer = counter_1.send(page.form("back", action="language"), language="hi")
    assert answer.path == "/prints"
    assert "छपाई" in answer.text
    assert "lp-1" in answer.text
    for english in ("Did the paper", "came out", "to look at", "Printer", "Since", "never printed"):
        assert english not in answer.text
    assert "काग़ज़" in paper(counter_1).text


# --- Blank slips ----------------------------------------------------------------------------------------------------


def test_blank_slips_go_to_a_named_ward(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in("meena")
    form = visitor.get("/supervisor").page.form("count", "issued_to")
    answer = visitor.send(form, count="2", issued_to=" ")
    assert "kept with your name" in answer.says
    assert installation.ledger.db().execute("SELECT count(*) FROM pad").fetchone() == (0,)
    assert visitor.send(form, count="2", issued_to="Ward 5").content.startswith(b"%PDF")
    assert visitor.get("/records/account").text.count("Ward 5") == 2
