"""Being ready: what a check finds, the sheet that proves printer and scanner, the stock list, paper that runs short."""

import ctypes
import platform
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from fallback import computer, enrolment, frontdesk
from fallback.computer import Power, PowerWatch, linux_power, windows_power
from fallback.enrolment import Installation, readiness
from fallback.enrolment.readiness import Finding, Level, Told, Trouble, of_people, sheet_code, stock, tried, worst
from fallback.enrolment.readiness.proof import LENGTH, proves
from fallback.errors import FieldWrong, HospitalFileWrong, LoadUnknown, PrinterOff
from fallback.frontdesk import Counter, Issued
from fallback.hospital import PAPERS, DowntimeComputer, Hospital, Printer, PrinterWay, Ready
from fallback.hospital_file import load
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import ready
from fallback.patients import Columns, PatientIndex
from fallback.printing.test_sheet import render_test_sheet
from fallback.scanning import read_files
from fallback.slip import INDIA
from tests import factories

EXAMPLE = Path(__file__).parent.parent / "hospital.toml"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
FULL = Power(mains=True, percent=90)
HALL = Printer(name="hall", way=PrinterWay.CUPS, address="lp", paper="a4", desks=("Counter 1",), laser=True)
ROOT = bytes(range(32))
DAY = date(2026, 11, 23)


def hospital(**more: object) -> Hospital:
    return replace(factories.hospital(), **more)  # type: ignore[arg-type]


def points(installation: Installation, where: Hospital | None = None, power: Power | None = FULL) -> dict[str, Finding]:
    found = readiness.look(installation, where or factories.hospital(), NOW, power=lambda: power)
    return {each.what: each for each in found.points}


# --- hospital.toml -------------------------------------------------------------------------------------------------


def _file(folder: Path, more: str) -> Path:
    path = folder / "hospital.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8") + more, encoding="utf-8")
    return path


def test_what_the_example_proposes_is_right(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    start, end = text.index("# [ready]"), text.index("# A printer that prints by itself")
    shown = text[start:end].replace("\n# ", "\n").replace("\n#\n", "\n").removeprefix("# ")
    path = tmp_path / "hospital.toml"
    path.write_text(text[:start] + shown + text[end:], encoding="utf-8")
    found = load(path).ready
    assert (found.visits_a_day, found.hours, found.rota) == (4000, 72, ("Counter 1", "Counter 2", "Casualty"))
    assert found.computer("downtime-1") == found.computers[0]
    assert found.computers[0].counter == "Counter 1"
    assert found.computer("another") is None
    assert load(EXAMPLE).ready == Ready()


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("ready = 3", "ready"),
        ("[ready]\nvisits_a_day = 0", "ready.visits_a_day"),
        ("[ready]\nhours = true", "ready.hours"),
        ('[ready]\nrota = "Counter 1"', "ready.rota"),
        ('[ready]\nrota = ["A", "a"]', "ready.rota"),
        ("[ready]\ncomputers = 1", "ready.computers"),
        ('[[ready.computers]]\nname = "A B"\nplace = "x"', "ready.computers.name"),
        ('[[ready.computers]]\nname = "ABCDEFGHIJKLMNOP"\nplace = "x"', "ready.computers.name"),
        ('[[ready.computers]]\nname = "A"', "ready.computers.place"),
        ('[[ready.computers]]\nname = "A"\nplace = "x"\n[[ready.computers]]\nname = "a"\nplace = "y"',
         "ready.computers.name"),
        ("[ready]\nvisit_a_day = 3", "ready.visit_a_day"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(more: str, key: str, tmp_path: Path) -> None:
    where = _file(tmp_path, "\n" + more) if more.startswith("[") else _file(tmp_path, "")
    if not more.startswith("["):
        where.write_text(more + "\n" + where.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(HospitalFileWrong) as caught:
        load(where)
    assert caught.value.values["key"] == key
    assert int(str(caught.value.values["line"])) > 0


def test_a_printer_may_be_a_laser(tmp_path: Path) -> None:
    table = '\n[[printer]]\nname = "hall"\nway = "cups"\naddress = "hall"\npaper = "a4"\n'
    found = load(_file(tmp_path, table + "laser = true\npages_a_cartridge = 2400\n")).printers[0]
    assert (found.laser, found.pages_a_cartridge) == (True, 2400)
    with pytest.raises(HospitalFileWrong, match="laser"):
        load(_file(tmp_path, table + 'laser = "yes"\n'))


# --- The computer --------------------------------------------------------------------------------------------------


def _supplies(folder: Path, **each: dict[str, str]) -> Path:
    for name, files in each.items():
        (folder / name).mkdir(parents=True)
        for file, text in files.items():
            (folder / name / file).write_text(text + "\n")
    return folder


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({}, None),
        ({"AC": {"type": "Mains", "online": "1"}}, Power(mains=True, percent=None)),
        ({"AC": {"type": "Mains", "online": "0"}, "BAT0": {"type": "Battery", "capacity": "17"}},
         Power(mains=False, percent=17)),
        ({"BAT0": {"type": "Battery", "capacity": "80", "status": "Discharging"}}, Power(mains=False, percent=80)),
        ({"BAT0": {"type": "Battery", "capacity": "80", "status": "Full"}}, Power(mains=True, percent=80)),
        ({"hid": {"type": "Battery", "scope": "Device", "capacity": "3"}}, None),  # a mouse's
        ({"AC": {"type": "Mains", "online": "1"}, "BAT0": {"type": "Battery", "capacity": "?"}},
         Power(mains=True, percent=None)),
        ({"ucsi": {"type": "USB", "online": "0"}}, Power(mains=True, percent=None)),  # a desk computer's USB-C socket
    ],
)  # fmt: skip
def test_linux_tells_of_its_power(supplies: dict[str, dict[str, str]], expected: Power | None, tmp_path: Path) -> None:
    assert linux_power(_supplies(tmp_path / "power", **supplies)) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((1, 8, 100), Power(mains=True, percent=100)),
        ((0, 1, 12), Power(mains=False, percent=12)),
        ((1, 0x80, 255), Power(mains=True, percent=None)),
        ((255, 255, 255), None),
        ((0, 0, 255), Power(mains=False, percent=None)),
    ],
)
def test_windows_tells_of_its_power(told: tuple[int, int, int], expected: Power | None) -> None:
    assert windows_power(*told) == expected


class Dll:
    """What our questions of Windows are answered with; `kind` is how it is joined (3: a domain), `flags` the disk's."""

    def __init__(self, kind: int, flags: int, refuses: int = 0) -> None:
        self.kernel32 = self.netapi32 = self
        self._kind, self._flags, self._refuses = kind, flags, refuses

    def GetSystemPowerStatus(self, status: Any) -> int:
        status._obj.line, status._obj.flags, status._obj.percent = 0, 1, 44
        return 1

    def NetGetJoinInformation(self, _server: None, _place: Any, kind: Any) -> int:
        kind._obj.value = self._kind
        return self._refuses

    def NetApiBufferFree(self, _place: Any) -> int:
        return 0

    def GetVolumeInformationW(self, *asked: Any) -> int:
        asked[5]._obj.value = self._flags
        return 1


@pytest.mark.parametrize(
    ("dll", "joined", "locked"),
    [(Dll(3, 0x80000), True, True), (Dll(2, 0x1), False, False), (Dll(3, 0, refuses=5), False, False)],
)
def test_windows_is_asked_for_power_domain_and_lock(
    dll: Dll, joined: bool, locked: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", dll, raising=False)
    spec = spec_from_file_location("computer_on_windows", computer.__file__)
    assert spec
    assert spec.loader
    windows = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, windows)  # dataclasses look their module up
    spec.loader.exec_module(windows)
    power = windows.power()
    assert (power.mains, power.percent) == (False, 44)
    assert (windows.domain(), windows.is_locked(tmp_path)) == (joined, locked)


def test_a_battery_that_does_not_answer_holds_nobody_up() -> None:
    asked, answer = threading.Event(), threading.Event()

    def read() -> Power:
        asked.set()
        assert answer.wait(10)
        return FULL

    watch = PowerWatch(read)
    assert watch.now() is None
    assert asked.wait(10)
    assert watch.now() is None, "it hangs, and nobody waits"
    answer.set()
    for _ in range(1000):
        if watch.now() is not None:
            break
        threading.Event().wait(0.01)
    assert watch.now() == FULL


# --- Findings ------------------------------------------------------------------------------------------------------


def test_one_trial_that_fails_stops_no_other() -> None:
    def raises(wrong: Exception) -> Callable[[], str]:
        def act() -> str:
            raise wrong

        return act

    found = [
        tried("printers", raises(PrinterOff(printer="hall"))),
        tried("disk", raises(OSError("{no} such disk"))),
        tried("keys", raises(Trouble("no desk", "enrol one", Level.AMBER))),
        tried("clock", lambda: "well"),
    ]
    assert [each.level for each in found] == [Level.RED, Level.RED, Level.AMBER, Level.GREEN]
    assert "hall" in found[0].words
    assert worst(found) is Level.RED
    assert worst(found[2:]) is Level.AMBER
    assert worst(found[3:]) is worst([]) is Level.GREEN


def test_a_fresh_computer_lacks_its_second_copy_cards_and_pads(installation: Installation, tmp_path: Path) -> None:
    found = points(installation)
    assert [what for what, each in found.items() if each.level is Level.RED] == ["second copy"]
    assert {what for what, each in found.items() if each.level is Level.AMBER} == {
        "enrolment cards",
        "blank slips",
        "stick",
    }
    assert "Counter 2" in found["blank slips"].words
    (tmp_path / "stick").mkdir()
    installation.ledger.copy_to(tmp_path / "stick")
    enrolment.make_cards(installation, 3, lambda _: None)
    counter = factories.counter(installation)
    frontdesk.print_pads(counter, series=1, count=3, issued_to="Counter 1")
    frontdesk.print_pads(counter, series=1, count=2, issued_to="counter 2")
    built = {"sums": "0" * 64, "version": "1.0.0", "index": ""}
    installation.ledger.write(lambda tx: tx.append(FactKind.KIT_BUILT, built))
    found = points(installation)
    assert worst(found.values()) is Level.GREEN, [each for each in found.values() if each.level is not Level.GREEN]
    assert "5 " in found["blank slips"].words


def test_the_newest_stick_grows_old_though_none_is_plugged_in(installation: Installation) -> None:
    built = {"sums": "0" * 64, "version": "1.0.0", "index": ""}
    installation.ledger.write(lambda tx: tx.append(FactKind.KIT_BUILT, built))
    for days, level in ((30, Level.GREEN), (40, Level.AMBER)):
        now = NOW + timedelta(days=days)
        found = readiness.look(installation, factories.hospital(), now, power=lambda: FULL).points
        assert next(each for each in found if each.what == "stick").level is level


def test_blanks_that_were_written_or_declared_lie_nowhere(installation: Installation) -> None:
    counter = factories.counter(installation)
    numbers, _ = frontdesk.print_pads(counter, series=1, count=3, issued_to="Ward 5")
    assert ready.blanks(installation.ledger.db()) == {"Ward 5": 3}
    frontdesk.declare(counter, numbers[:1], "missing", "lost", by="meena")
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    frontdesk.fill_pad(counter, shift.key, numbers[1], factories.registration())
    assert ready.blanks(installation.ledger.db()) == {"Ward 5": 1}


def test_the_computer_its_battery_and_its_lasers_are_judged(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "node", lambda: "DOWNTIME-1.hospital.example")
    kept = Ready(computers=(DowntimeComputer(name="downtime-1", place="the cupboard"),))
    found = points(installation, hospital(ready=kept))
    assert found["computer"].level is Level.GREEN
    assert "the cupboard" in found["computer"].words
    other = Ready(computers=(DowntimeComputer(name="DOWNTIME-2", place="the safe"),))
    assert points(installation, hospital(ready=other))["computer"].level is Level.AMBER
    levels = [
        points(installation, power=power)["battery"].level
        for power in (None, Power(mains=False, percent=9), Power(mains=True, percent=30), FULL)
    ]
    assert levels == [Level.AMBER, Level.RED, Level.AMBER, Level.GREEN]
    monkeypatch.setattr(computer, "domain", lambda: True)
    found = points(installation, hospital(printers=(HALL,)))
    assert found["domain"].level is found["lasers"].level is Level.AMBER
    thermal = Printer(name="roll", way=PrinterWay.ESCPOS, address="/dev/none", paper="roll", dpi=203)
    assert points(installation, hospital(printers=(HALL, thermal)))["lasers"].level is Level.GREEN


def test_an_index_is_as_old_as_itself_whatever_another_computer_loaded(
    installation: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("uhid,name,sex\n100000000000001,Sunita Devi,F\n")
    index = PatientIndex(installation.folder, installation.vault)
    report = index.load(path, Columns())  # no fact tells of it here
    told = {"index": "another", "rows": 9, "left_out": 0, "file": "patients.csv"}
    installation.ledger.write(lambda tx: tx.append(FactKind.INDEX_LOADED, told))
    assert points(installation)["patient index"].level is Level.AMBER
    installation.ledger.write(lambda tx: tx.append(FactKind.INDEX_LOADED, told | {"index": report.index}))
    assert points(installation)["patient index"].level is Level.GREEN


def test_what_only_people_know_is_asked(installation: Installation) -> None:
    where = hospital(printers=(HALL,))
    found = readiness.look(installation, where, NOW, power=lambda: FULL).points
    digits = sheet_code(installation.root, NOW.astimezone(INDIA).date(), Random(1).randrange)

    def asked(**told: object) -> dict[str, Level]:
        said = of_people(found, Told(**told), installation, where, NOW)  # type: ignore[arg-type]
        return {each.what: each.level for each in said}

    nothing = asked()
    assert nothing["test sheet"] is Level.RED
    assert nothing["clock"] is nothing["blank slips"] is nothing["lasers"] is Level.AMBER
    good = asked(scanned=f"]Q1{digits}\r", clock=True, pads=True, mains=True)
    assert {good[what] for what in ("test sheet", "clock", "blank slips", "lasers")} == {Level.GREEN}
    bad = asked(scanned=digits[:-1], clock=False, pads=False, mains=False)
    assert {bad[what] for what in ("test sheet", "clock", "blank slips", "lasers")} == {Level.RED}
    french = digits.translate(str.maketrans("1234567890", "&é\"'(-è_çà"))
    assert asked(scanned=french)["test sheet"] is Level.AMBER, "it was read, by a keyboard that is set wrong"
    assert len(asked()) == len(found) + 1, "no point is lost"


def test_a_person_cannot_talk_a_clock_right_that_the_journal_knows_to_be_wrong(installation: Installation) -> None:
    early = NOW - timedelta(days=20)  # the journal has lines of the 23rd
    found = readiness.look(installation, factories.hospital(), early, power=lambda: FULL).points
    assert next(each for each in found if each.what == "clock").level is Level.RED, "nor does it take a person"
    said = of_people(found, Told(clock=True), installation, factories.hospital(), early)
    assert next(each for each in said if each.what == "clock").level is Level.RED


# --- The test sheet ------------------------------------------------------------------------------------------------


def test_a_sheet_proves_its_own_day_and_hospital_alone() -> None:
    digits = sheet_code(ROOT, DAY, Random(1).randrange)
    assert len(digits) == LENGTH
    assert digits != sheet_code(ROOT, DAY, Random(2).randrange)
    assert proves(digits, ROOT, DAY) == ""
    assert proves(digits, ROOT, DAY + timedelta(days=1)) is None
    assert proves(digits, bytes(32), DAY) is None


@pytest.mark.parametrize("typed", ["", "9000", "9" * LENGTH, "9000" * 60, "\x00", "<script>", "१" * LENGTH, "x" * 5000])
def test_what_is_typed_into_the_box_is_hostile(typed: str) -> None:
    assert proves(typed, ROOT, DAY) is None


@pytest.mark.parametrize("paper", PAPERS)
def test_the_sheet_is_read_from_every_paper(paper: str, tmp_path: Path) -> None:
    digits = sheet_code(ROOT, DAY, Random(1).randrange)
    (tmp_path / "sheet.pdf").write_bytes(render_test_sheet(digits, factories.hospital(), NOW, paper=paper))
    pages = list(read_files([tmp_path / "sheet.pdf"], workers=1))
    assert [[code.text for code in page.texts] for page in pages] == [[digits]]


# --- Stock ---------------------------------------------------------------------------------------------------------


def test_the_stock_follows_from_the_day(installation: Installation) -> None:
    db = installation.ledger.db()
    with pytest.raises(LoadUnknown):
        stock(db, factories.hospital())
    counters = tuple(replace(each, stickers="sticker-24") for each in factories.hospital().counters[:1])
    printer = replace(HALL, desks=("Counter 1", "Counter 2"), pages_a_cartridge=2000)
    where = hospital(ready=Ready(visits_a_day=1000), printers=(printer,), counters=counters, clinics=())
    found = stock(db, where)
    lines = {each.what: each for each in found.lines}
    assert found.slips == 3000
    sheets = 3000 * 1.5 + 2 * 3000 / 25 + 3 * 2 * 3
    assert lines["Paper A4"].count == ceil(sheets * 1.1 / 500)
    assert lines["Toner"].count == ceil(3000 * 1.5 * 1.1 / 2000) + 1
    assert lines["Stickers"].count == ceil(3000 * 0.2 * 3 * 1.1 / 24)
    assert (lines["Blank slips"].count, lines["Blank slips"].have) == (334, 0)
    assert "Ribbon" not in lines
    frontdesk.print_pads(factories.counter(installation), series=1, count=7, issued_to="Counter 1")
    assert {each.what: each.have for each in stock(db, where).lines}["Blank slips"] == 7


def test_rolls_ribbons_and_a_journal_that_knows_a_busier_day(installation: Installation) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    for place in range(3):
        frontdesk.register(counter, shift.key, factories.registration(f"Ram {place}"))
    roll = Printer(name="roll", way=PrinterWay.ESCPOS, address="/dev/none", paper="roll", desks=("Counter 1",))
    where = hospital(ready=Ready(visits_a_day=2, hours=24), printers=(roll,))
    found = stock(installation.ledger.db(), where)
    assert (found.load, found.slips) == (3, 3)
    assert {"Thermal rolls 80 mm", "Ribbon", "Paper A4", "Pens"} <= {each.what for each in found.lines}


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_stock_list_is_a_page(language: str, installation: Installation) -> None:
    where = hospital(ready=Ready(visits_a_day=1000))
    found = stock(installation.ledger.db(), where)
    pdf = readiness.stock_report(found, where, NOW, language)
    assert pdf == readiness.stock_report(found, where, NOW, language)
    assert len(PdfDocument(pdf)) == 1


# --- Paper at the desk ---------------------------------------------------------------------------------------------


def _pages(pdf: bytes | None) -> int:
    return len(PdfDocument(pdf)) if pdf else 0


def test_sheets_are_counted_down_and_told_again(installation: Installation) -> None:
    counter, db = factories.counter(installation), installation.ledger.db()
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    assert frontdesk.sheets_left(counter, db, 1) is None
    first = frontdesk.register(counter, shift.key, factories.registration())
    assert _pages(frontdesk.first_sheet(counter, first.row.slip.number)) == 2, "with a card"
    frontdesk.tell_sheets(counter, 1, 100, by="asha")
    assert frontdesk.sheets_left(counter, db, 1) == 100, "what was printed before was counted with it"
    second = frontdesk.register(counter, shift.key, factories.registration("Ram Lal"))
    assert frontdesk.sheets_left(counter, db, 1) == 100, "not printed yet"
    frontdesk.first_sheet(counter, second.row.slip.number)
    assert frontdesk.sheets_left(counter, db, 1) == 98
    frontdesk.reprint(counter, second.row.slip.number, by="asha", series=1)
    assert frontdesk.sheets_left(counter, db, 1) == 97
    assert frontdesk.sheets_left(counter, db, 2) is None
    frontdesk.tell_sheets(counter, 1, 0, by="asha")
    assert frontdesk.sheets_left(counter, db, 1) == 0
    for count in (-1, 50_001):
        with pytest.raises(FieldWrong):
            frontdesk.tell_sheets(counter, 1, count, by="asha")


def _printed(counter: Counter, key: str, form: str) -> tuple[Issued, int]:
    issued = frontdesk.register(counter, key, factories.registration(f"Ram {form}"))
    return issued, _pages(frontdesk.first_sheet(counter, issued.row.slip.number))


def test_a_desk_that_saves_paper_prints_one_sheet(installation: Installation) -> None:
    counter = replace(factories.counter(installation), hospital=hospital(paper="a5"))
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    frontdesk.tell_sheets(counter, 1, 100, by="asha")
    issued, pages = _printed(counter, shift.key, "a")
    db = installation.ledger.db()
    assert (pages, frontdesk.sheets_left(counter, db, 1)) == (3, 97)
    for _ in range(2):  # a key that is pressed twice
        frontdesk.set_economy(counter, 1, on=True, by="asha")
    assert frontdesk.sheets_left(counter, db, 1) == 97, "what was used stays used"
    assert (_printed(counter, shift.key, "b")[1], frontdesk.sheets_left(counter, db, 1)) == (1, 96)
    again = frontdesk.reprint(counter, issued.row.slip.number, by="asha", card=True, series=1)
    assert _pages(frontdesk.sheet(counter, again)) == 2, "a card that somebody asks for is printed"
    frontdesk.set_economy(counter, 1, on=False, by="asha")
    assert _printed(counter, shift.key, "c")[1] == 3
    told = [line.fact for line in installation.ledger.lines() if line.fact is FactKind.ECONOMY_SET]
    assert len(told) == 2


def test_a_check_is_kept_by_its_computer_and_the_views_can_be_made_again(installation: Installation) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    frontdesk.tell_sheets(counter, 1, 40, by="asha")
    frontdesk.set_economy(counter, 1, on=True, by="asha")
    _printed(counter, shift.key, "a")
    check = readiness.look(installation, factories.hospital(), NOW, power=lambda: FULL)
    readiness.write_check(installation, check, by="asha")
    last = ready.last_checks(installation.ledger.db())[computer.name()]
    assert last.login == "asha"
    assert last.content["points"]["second copy"] == "red"
    assert last.content["kit"] == ""
    assert installation.ledger.rebuild_views()
