"""The print queue: an original once and never twice, over jams, power cuts and kill -9; what is stuck is shown."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from fallback import frontdesk, payload
from fallback.downtime import Shift
from fallback.enrolment import Installation, open_installation
from fallback.errors import (
    LayoutWrong,
    ParchiError,
    PrinterOff,
    PrinterOutOfPaper,
    PrinterRefused,
    PrintSettled,
    PrintUncertain,
    SlipIsVoid,
)
from fallback.frontdesk import Counter, prints
from fallback.ledger import Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.ledger.queries.prints import PrintState, open_prints, print_of, waiting_prints
from fallback.printing.spool import JobState
from fallback.slip import SlipNumber
from tests import factories, journals
from tests.printers import NAME, RoomPrinter, queue, served, until

TOP = Path(__file__).parent.parent
FIRST = SlipNumber(1, 1)


@pytest.fixture
def shift(counter: Counter) -> Shift:
    return frontdesk.open_shift(counter, series=1, login="asha")


def issue(counter: Counter, shift: Shift) -> SlipNumber:
    return frontdesk.register(counter, shift.key, factories.registration()).row.slip.number


def state(counter: Counter, number: SlipNumber = FIRST) -> PrintState | None:
    row = print_of(counter.ledger.db(), number)
    return row.state if row else None


def facts(counter: Counter) -> list[FactKind]:
    """What was journalled of prints, in order."""
    told = {
        FactKind.SLIP_PRINTED,
        FactKind.PRINT_SENT,
        FactKind.PRINT_FAILED,
        FactKind.PRINT_LOST,
        FactKind.PRINT_DONE,
        FactKind.SLIP_REPRINTED,
    }
    return [line.fact for line in counter.ledger.lines() if line.fact in told]


# --- The first print ------------------------------------------------------------------------------------------------


def test_of_many_who_ask_for_the_original_exactly_one_gets_it(counter: Counter, shift: Shift) -> None:
    number = issue(counter, shift)
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: frontdesk.take_first(counter, number), range(16)))
    taken = [each for each in got if each is not None]
    assert len(taken) == 1
    assert taken[0].card
    assert taken[0].reprint is None
    assert facts(counter) == [FactKind.SLIP_PRINTED]


def test_an_original_that_cannot_be_drawn_stays_one(counter: Counter, shift: Shift, tmp_path: Path) -> None:
    """A layout that is wrong for a minute must not make the patient's original a reprint."""
    number = issue(counter, shift)
    wrong = replace(counter, hospital=replace(counter.hospital, layouts=tmp_path))
    (tmp_path / "slip-a4.toml").write_text("sheet = 7", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(LayoutWrong):
            frontdesk.first_sheet(wrong, number)
        assert state(counter) is PrintState.WAITING
    (tmp_path / "slip-a4.toml").unlink()
    assert frontdesk.first_sheet(wrong, number)
    assert frontdesk.first_sheet(wrong, number) is None
    assert facts(counter) == [FactKind.SLIP_PRINTED, FactKind.PRINT_FAILED] * 2 + [FactKind.SLIP_PRINTED]


def test_the_original_of_a_slip_is_what_was_issued(counter: Counter, shift: Shift) -> None:
    issued = frontdesk.register(counter, shift.key, factories.registration())
    taken = frontdesk.take_first(counter, issued.row.slip.number)
    assert taken is not None
    assert frontdesk.sheet(counter, taken) == frontdesk.sheet(counter, issued)


def test_every_version_has_a_first_print_and_a_voids_is_the_void(counter: Counter, shift: Shift) -> None:
    number = issue(counter, shift)
    assert frontdesk.take_first(counter, number) is not None
    frontdesk.correct(counter, shift.key, number, factories.registration("Sunita Kumari"), "misheard")
    corrected = frontdesk.take_first(counter, number)
    assert corrected is not None
    assert (corrected.row.slip.revision, corrected.card) == (1, False)
    voided = frontdesk.void(counter, shift.key, number, "twice")
    taken = frontdesk.take_first(counter, number)
    assert taken is not None
    assert (taken.row.slip, taken.row.payload) == (voided.row.slip, voided.row.payload)
    assert frontdesk.take_first(counter, number) is None


def test_a_pad_typed_in_waits_and_a_blank_does_not(counter: Counter, shift: Shift) -> None:
    numbers, _ = frontdesk.print_pads(counter, series=1, count=2, issued_to="Ward 5")
    assert state(counter, numbers[0]) is None
    frontdesk.fill_pad(counter, shift.key, numbers[0], factories.registration())
    assert state(counter, numbers[0]) is PrintState.WAITING
    taken = frontdesk.take_first(counter, numbers[0])
    assert taken is not None
    assert taken.card


def test_what_a_newer_version_or_a_reprint_replaced_waits_no_more(counter: Counter, shift: Shift) -> None:
    number = issue(counter, shift)
    frontdesk.correct(counter, shift.key, number, factories.registration("Sunita Kumari"), "misheard")
    assert [row.number for row in open_prints(counter.ledger.db())] == [number]
    frontdesk.reprint(counter, number, by="asha")
    assert open_prints(counter.ledger.db()) == []
    assert frontdesk.take_first(counter, number) is None
    assert waiting_prints(counter.ledger.db(), 1) == 0


def test_a_line_of_an_older_version_counts_as_printed(tmp_path: Path) -> None:
    with journals.make(tmp_path / "data") as ledger:
        number = ledger.write(journals.issue(101))  # its content has no key `prints`
        assert print_of(ledger.db(), number) is None
        assert open_prints(ledger.db()) == []


def test_an_older_journal_is_folded_again_and_nothing_waits(tmp_path: Path) -> None:
    with journals.make(tmp_path / "data") as ledger:
        ledger.write(journals.issue(101))

        def undo(tx: Transaction) -> None:
            tx.db.execute("DROP TABLE print")
            tx.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'journal_2'")

        ledger.write(undo)
    with journals.again(tmp_path / "data") as ledger:
        assert open_prints(ledger.db()) == []
        assert ledger.rebuild_views()


def test_chains_that_meet_in_any_order_give_the_same_and_never_a_second_original(
    tmp_path: Path, counter: Counter, shift: Shift, installation: Installation
) -> None:
    numbers = [issue(counter, shift) for _ in range(5)]
    for _ in numbers[1:]:
        taken = prints.take_next(counter, NAME, [1])
        assert taken is not None
    rows = [row for number in numbers if (row := print_of(counter.ledger.db(), number))]
    prints.give_back(counter, rows[1], NAME, "off")
    frontdesk.done(counter, rows[2], by="asha")
    frontdesk.lost(counter, rows[3], by="asha")
    frontdesk.reprint(counter, numbers[3], by="asha", series=1, printer=NAME)
    lines = list(installation.ledger.lines())
    parts = _chains(lines)
    views = []
    for place, order in enumerate(permutations(parts)):
        folder = tmp_path / str(place)
        with journals.sibling(installation.ledger, folder) as other:
            for part in order:
                other.merge(part)
            columns = "digest, reprint, number, series, handed, failed, lost, done, printer, state, open"
            found = other.db().execute(f"SELECT {columns} FROM print ORDER BY digest, reprint").fetchall()
            views.append(found)
            assert other.rebuild_views()
            assert open_prints(other.db()) == [], "what another installation issued is printed there"
    assert all(view == views[0] for view in views)
    states = {row[2]: row[-2] for row in views[0] if row[1] == 0}
    assert [states[number.text] for number in numbers] == ["handed", "waiting", "done", "lost", "waiting"]


def _chains(lines: list[Line]) -> list[list[Line]]:
    """The same lines as if three installations had written them: each part a chain of its own."""
    found: list[list[Line]] = []
    for place in range(3):
        part: list[Line] = []
        for line in lines[place::3]:
            previous = part[-1].hash if part else bytes(32)
            part.append(replace(line, chain=f"{place + 1:016x}", sequence=len(part) + 1, previous=previous))
        found.append(part)
    return found


# --- The queue ------------------------------------------------------------------------------------------------------


def test_what_is_issued_comes_out_once_in_order(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter()
    with queue(counter, printer) as running:
        numbers = [issue(counter, shift) for _ in range(5)]
        running.wake()
        until(lambda: all(state(counter, number) is PrintState.DONE for number in numbers))
    assert printer.titles == [number.text for number in numbers]
    assert all(pdf.startswith(b"%PDF") for pdf in printer.pdfs)
    assert counter.ledger.verify().ok
    assert counter.ledger.rebuild_views()


def test_a_desk_without_a_printer_is_left_to_its_browser(counter: Counter, shift: Shift) -> None:
    other = frontdesk.open_shift(counter, series=2, login="meena")
    printer = RoomPrinter()
    with queue(counter, printer) as running:
        theirs, ours = issue(counter, other), issue(counter, shift)
        running.wake()
        until(lambda: state(counter, ours) is PrintState.DONE)
        assert (running.printer_of(1), running.printer_of(2), running.printer_of(9)) == (NAME, "", "")
    assert state(counter, theirs) is PrintState.WAITING
    assert printer.titles == [ours.text]


@pytest.mark.parametrize(("way", "why"), [("off", PrinterOff), ("empty", PrinterOutOfPaper)])
def test_a_printer_that_cannot_print_is_waited_for_and_then_prints_the_original_once(
    counter: Counter, shift: Shift, way: str, why: type[ParchiError]
) -> None:
    printer = RoomPrinter(way)
    with queue(counter, printer) as running:
        number = issue(counter, shift)
        running.wake()
        row = print_of(counter.ledger.db(), number)
        assert row is not None
        until(lambda: isinstance(running.why(row, NAME), why))
        assert state(counter) is PrintState.WAITING
        assert facts(counter) == [], "a printer that is off all night does not fill the journal"
        printer.way = "on"
        running.wake()
        until(lambda: state(counter) is PrintState.DONE)
        assert running.why(row, NAME) is None
    assert printer.titles == [number.text]
    assert facts(counter) == [FactKind.SLIP_PRINTED, FactKind.PRINT_SENT, FactKind.PRINT_DONE]


def test_a_queue_looks_again_by_itself(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter("off")
    issue(counter, shift)
    with queue(counter, printer):
        until(lambda: printer.looked >= 2, "nobody woke it")


def test_a_sheet_that_is_refused_does_not_hold_up_the_others(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter()
    numbers = [issue(counter, shift) for _ in range(3)]
    printer.picked = numbers[0].text
    with queue(counter, printer) as running:
        until(lambda: all(state(counter, number) is PrintState.DONE for number in numbers[1:]))
        row = print_of(counter.ledger.db(), numbers[0])
        assert row is not None
        assert isinstance(running.why(row, NAME), PrinterRefused)
        assert row.state is PrintState.WAITING
        assert "does not like it" in row.reason
        printer.picked = ""
        until(lambda: state(counter) is PrintState.DONE)
        assert running.why(row, NAME) is None
    assert printer.titles == [numbers[1].text, numbers[2].text, numbers[0].text]


def test_a_break_while_sending_is_stuck_until_a_person_looks(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter("breaks")
    with queue(counter, printer) as running:
        number = issue(counter, shift)
        running.wake()
        until(lambda: printer.titles)
        row = print_of(counter.ledger.db(), number)
        assert row is not None
        until(lambda: not running.moving(row))
        assert state(counter) is PrintState.HANDED
        printer.way = "on"
        second = issue(counter, shift)
        running.wake()
        until(lambda: state(counter, second) is PrintState.DONE)  # the others go on
        assert printer.titles.count(number.text) == 1, "never a second original"
        frontdesk.lost(counter, row, by="asha")
        again = frontdesk.reprint(counter, number, by="asha", card=True, series=1, printer=NAME)
        running.wake()
        until(lambda: state(counter) is PrintState.DONE)
    assert again.reprint is not None
    assert printer.titles == [number.text, second.text, f"{number.text} reprint 1"]
    assert frontdesk.take_first(counter, number) is None
    assert printer.pdfs[-1] == frontdesk.sheet(served(counter), again), (
        "it says REPRINT 1, when and by whom it was asked"
    )


def test_a_printer_that_breaks_off_on_each_sheet_does_not_eat_the_whole_queue(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter("breaks")
    numbers = [issue(counter, shift) for _ in range(5)]
    with queue(counter, printer) as running:
        running.wake()
        until(lambda: len(printer.titles) == 2)
        printer.way = "on"  # it would print now, but nobody has looked yet
        rows = [print_of(counter.ledger.db(), number) for number in numbers]
        last = rows[-1]
        assert last is not None
        until(lambda: isinstance(running.why(last, NAME), PrintUncertain))
        assert [state(counter, number) for number in numbers] == [PrintState.HANDED] * 2 + [PrintState.WAITING] * 3
        assert rows[0] is not None
        prints.done(counter, rows[0], by="asha")
        running.wake()
        until(lambda: state(counter, numbers[-1]) is PrintState.DONE)
    assert printer.titles == [number.text for number in numbers]


def test_a_person_says_it_once(counter: Counter, shift: Shift) -> None:
    number = issue(counter, shift)
    waiting = print_of(counter.ledger.db(), number)
    assert waiting is not None
    with pytest.raises(PrintSettled):
        frontdesk.done(counter, waiting, by="asha")  # nobody has it yet
    frontdesk.take_first(counter, number, NAME)
    frontdesk.lost(counter, waiting, by="asha")
    for say in (frontdesk.lost, frontdesk.done):
        with pytest.raises(PrintSettled):
            say(counter, waiting, by="meena")
    assert facts(counter) == [FactKind.SLIP_PRINTED, FactKind.PRINT_LOST]


def test_a_jam_holds_the_queue_and_the_spooler_may_yet_bring_the_paper(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter("jams")
    with queue(counter, printer) as running:
        first = issue(counter, shift)
        running.wake()
        row = print_of(counter.ledger.db(), first)
        assert row is not None
        until(lambda: running.why(row, NAME) is not None)
        assert not running.moving(print_of(counter.ledger.db(), first) or row)
        second = issue(counter, shift)
        running.wake()
        until(lambda: running.why(row, NAME) is not None)
        assert state(counter, second) is PrintState.WAITING, "it stays an original while the printer is jammed"
        printer.way, printer.states["1"] = "on", JobState.DONE
        running.wake()
        until(lambda: state(counter, second) is PrintState.DONE)
        assert state(counter, first) is PrintState.DONE
    assert printer.titles == [first.text, second.text]


def test_a_spooler_gets_few_sheets_ahead(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter("slow")
    numbers = [issue(counter, shift) for _ in range(5)]
    with queue(counter, printer) as running:
        until(lambda: len(printer.titles) == 3)
        rows = open_prints(counter.ledger.db())
        until(lambda: [row.state for row in open_prints(counter.ledger.db())].count(PrintState.HANDED) == 3)
        assert running.moving(rows[0])
        for job in "123":
            printer.states[job] = JobState.DONE
        printer.way = "on"
        running.wake()
        until(lambda: all(state(counter, number) is PrintState.DONE for number in numbers))
    assert printer.titles == [number.text for number in numbers]


def test_a_job_that_the_spooler_forgot_needs_a_person(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter("slow")
    with queue(counter, printer) as running:
        number = issue(counter, shift)
        running.wake()
        until(lambda: printer.states)
        printer.states.clear()
        running.wake()
        row = print_of(counter.ledger.db(), number)
        assert row is not None
        until(lambda: not running.moving(print_of(counter.ledger.db(), number) or row))
        assert state(counter) is PrintState.HANDED
        printer.way = "on"
        second = issue(counter, shift)
        running.wake()
        until(lambda: state(counter, second) is PrintState.DONE)


def test_a_fault_of_a_driver_ends_no_queue(counter: Counter, shift: Shift, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(RoomPrinter):
        def check(self) -> None:
            super().check()
            if self.way == "mad":
                raise ZeroDivisionError("Sunita Devi")

        def send(self, title: str, pdf: bytes) -> str:
            if self.way == "madder":
                self.picked = title
                raise ZeroDivisionError("Sunita Devi")
            return super().send(title, pdf)

    printer = Broken("mad")
    with queue(counter, printer) as running:
        first = issue(counter, shift)
        running.wake()
        until(lambda: printer.looked)
        printer.way = "madder"
        running.wake()
        until(lambda: printer.picked)  # nobody knows what the driver did with it: a person looks
        printer.way, printer.picked = "on", ""
        second = issue(counter, shift)
        running.wake()
        until(lambda: state(counter, second) is PrintState.DONE)
    assert state(counter, first) is PrintState.HANDED
    assert printer.titles == [second.text]
    assert "ZeroDivisionError" in caplog.text
    assert "Sunita" not in caplog.text


def test_a_sheet_that_cannot_be_drawn_never_left_this_machine(
    counter: Counter, shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = frontdesk.sheet
    number = issue(counter, shift)

    def sometimes(counter: Counter, issued: frontdesk.Issued) -> bytes:
        if issued.row.slip.number == number:
            raise ValueError("no such paper")
        return draw(counter, issued)

    monkeypatch.setattr("fallback.frontdesk.print_queue.sheet", sometimes)
    printer = RoomPrinter()
    with queue(counter, printer):
        second = issue(counter, shift)
        until(lambda: state(counter, second) is PrintState.DONE)
        until(lambda: state(counter, number) is PrintState.WAITING)
        monkeypatch.setattr("fallback.frontdesk.print_queue.sheet", draw)
        until(lambda: state(counter, number) is PrintState.DONE)
    assert printer.titles == [second.text, number.text]


def test_a_reprint_waits_for_the_printer_and_the_next_takes_its_place(counter: Counter, shift: Shift) -> None:
    number = issue(counter, shift)
    frontdesk.take_first(counter, number)
    for _ in range(2):
        frontdesk.reprint(counter, number, by="asha", series=1, printer=NAME)
    row = print_of(counter.ledger.db(), number)
    assert row is not None
    assert (row.state, row.reprint, row.wanted) == (PrintState.WAITING, 2, NAME)
    printer = RoomPrinter()
    with queue(counter, printer):
        until(lambda: state(counter) is PrintState.DONE)
    assert printer.titles == [f"{number.text} reprint 2"]


def test_a_void_whose_paper_was_lost_is_printed_again_and_says_so(counter: Counter, shift: Shift) -> None:
    number = issue(counter, shift)
    voided = frontdesk.void(counter, shift.key, number, "twice")
    frontdesk.take_first(counter, number, NAME)
    with pytest.raises(SlipIsVoid):
        frontdesk.reprint(counter, number, by="asha")
    row = print_of(counter.ledger.db(), number)
    assert row is not None
    frontdesk.lost(counter, row, by="asha")
    again = frontdesk.reprint(counter, number, by="asha", series=1, printer=NAME)
    assert again.row.payload == voided.row.payload
    assert again.reprint is not None
    printer = RoomPrinter()
    with queue(counter, printer):
        until(lambda: state(counter) is PrintState.DONE)
    assert printer.titles == [f"{number.text} reprint 1"]


# --- Power cuts -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_kill_while_printing_leaves_it_stuck_and_never_makes_a_second_original(tmp_path: Path) -> None:
    installation = factories.installation(tmp_path / "data")
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    numbers = [issue(counter, shift) for _ in range(2)]
    installation.close()
    words = [sys.executable, "-m", "tests.printers", str(tmp_path / "data")]
    killed = subprocess.run(words, cwd=TOP, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    installation = open_installation(tmp_path / "data", factories.PASSPHRASE, clock=lambda: datetime.now(UTC))
    counter = factories.counter(installation)
    printer = RoomPrinter()
    with queue(counter, printer) as running:
        until(lambda: state(counter, numbers[1]) is PrintState.DONE, "it goes on with what waits")
        row = print_of(counter.ledger.db(), numbers[0])
        assert row is not None
        assert (row.state, row.printer, row.job) == (PrintState.HANDED, NAME, "")
        assert not running.moving(row)
    assert printer.titles == [numbers[1].text]
    assert frontdesk.take_first(counter, numbers[0]) is None
    installation.close()


def test_what_was_sent_is_followed_after_a_restart(counter: Counter, shift: Shift) -> None:
    printer = RoomPrinter("slow")
    number = issue(counter, shift)
    with queue(counter, printer):
        until(lambda: FactKind.PRINT_SENT in facts(counter))
    printer.states["1"] = JobState.DONE
    with queue(counter, printer):
        until(lambda: state(counter, number) is PrintState.DONE)
    assert printer.titles == [number.text]


def test_a_restored_journal_reprints_and_gives_no_originals(
    tmp_path: Path, counter: Counter, shift: Shift, installation: Installation
) -> None:
    """The old machine may have printed after its last line came here."""
    number = issue(counter, shift)
    with journals.sibling(installation.ledger, tmp_path / "spare") as spare:
        spare.merge(list(installation.ledger.lines()))
        other = replace(counter, ledger=spare)
        assert frontdesk.take_first(other, number) is None
        assert prints.take_next(other, NAME, [1]) is None
        again = frontdesk.reprint(other, number, by="asha", series=1, printer=NAME)
        assert again.reprint is not None
        taken = prints.take_next(other, NAME, [1])
        assert taken is not None
        assert taken[0].reprint == 1
        row = queries.slip(spare.db(), number)
        assert row is not None
        assert taken[1].row.payload == row.payload
        assert payload.digest(row.payload).hex() == taken[0].digest


# --- Pads -----------------------------------------------------------------------------------------------------------


def test_a_missing_pad_says_who_had_it(counter: Counter, installation: Installation) -> None:
    from fallback import recovery

    numbers, _ = frontdesk.print_pads(counter, series=1, count=2, issued_to="Ward 5")
    rows = {row.number: row.issued_to for row in queries.numbers(counter.ledger.db(), "")}
    assert rows == dict.fromkeys(numbers, "Ward 5")
    account = recovery.account_of(counter.ledger.db(), "")
    record = recovery.account_record(
        counter.ledger,
        account,
        counter.hospital,
        target="",
        now=factories.START,
        signer="the hospital's root",
        sign=installation.sign_as_hospital,
    )
    assert [gap["issued_to"] for gap in record["missing"]] == ["Ward 5", "Ward 5"]
    assert recovery.account_pdf(record, counter.hospital, queries.desks(counter.ledger.db())).startswith(b"%PDF")
