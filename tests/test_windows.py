"""Windows, as far as it can be simulated here: its disk, names, modules and wheels. The rest: docs/windows.md."""

import ast
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from fallback import custody, disk, enrolment, frontdesk
from fallback.errors import ClockUnset, DiskFailed, DiskFull, FileHeld, FolderReadOnly, NameUnfit
from fallback.kit.wheels import Target
from fallback.ledger.carrier import FILE_NAME
from fallback.patients import Columns, LookField, PatientIndex
from tests import factories, windows
from tests.test_supply_chain import _pins
from tests.wheels import RegistryAway, resolved, wanted

HOUSE = Path(__file__).parent.parent
PROGRAM = [HOUSE / "app.py", *sorted((HOUSE / "fallback").rglob("*.py"))]
# What a user's own folder is called at most (20 letters is the longest name of an account).
HOME = len(r"C:\Users\abcdefghijklmnopqrst\AppData\Local\Parchi") + 1


# --- The disk ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["NUL", "con.txt", "Lpt1.pdf", "AUX .md", "a:b", "a?", 'a"', "a|b", "a.", "a ", "a\n"])
def test_a_name_that_windows_cannot_write_is_told(tmp_path: Path, name: str) -> None:
    with windows.disk(), pytest.raises(NameUnfit):
        disk.write_file(tmp_path / name, b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["console.txt", "COM0", "lpt", "पर्ची.pdf", "a.b.c", ".hidden", "a b", "null.csv"])
def test_a_name_like_those_is_fine(tmp_path: Path, name: str) -> None:
    with windows.disk() as refused:
        disk.write_file(tmp_path / name, b"x")
    assert (tmp_path / name).read_bytes() == b"x"
    assert refused == []


def test_a_path_that_is_too_long_is_no_missing_folder() -> None:
    wrong = windows.Refused(2, "The system cannot find the path specified", "C:\\" + "a" * 260)
    wrong.winerror = 3
    assert isinstance(disk.disk_error(wrong, Path("x")), NameUnfit)
    wrong.filename = "C:\\a"
    assert isinstance(disk.disk_error(wrong, Path("x")), FolderReadOnly)


@pytest.mark.parametrize(
    ("number", "code", "error"),
    [
        (13, 5, FolderReadOnly),  # access denied: no rights
        (13, 19, FolderReadOnly),  # write-protected
        (13, 32, FileHeld),
        (13, 33, FileHeld),
        (28, 112, DiskFull),
        (22, 123, NameUnfit),
        (2, 206, NameUnfit),
        (22, 1117, DiskFailed),
    ],
)
def test_what_windows_says_of_a_disk(number: int, code: int, error: type[Exception]) -> None:
    wrong = windows.Refused(number, "", "C:\\a")
    wrong.winerror = code
    assert type(disk.disk_error(wrong, Path("x"))) is error


def test_a_file_that_a_scanner_looks_into_is_replaced_when_it_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    disk.write_file(path, b"old")
    held = path.open("rb")
    with windows.disk() as refused:
        threading.Timer(0.15, held.close).start()
        disk.write_file(path, b"new")
    assert (path.read_bytes(), bool(refused)) == (b"new", True)


def test_a_file_that_stays_open_is_told_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_PATIENCE", 0.1)
    path = tmp_path / "keys.json"
    disk.write_file(path, b"old")
    with windows.disk(), path.open("rb"), pytest.raises(FileHeld) as told:
        disk.write_file(path, b"new")
    assert "keys.json is open in another program" in str(told.value)
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_a_folder_with_an_open_file_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "batch").mkdir()
    with windows.disk() as refused, (tmp_path / "batch" / "1").open("wb"):
        assert windows.is_open(tmp_path / "batch")
        assert not windows.is_open(tmp_path / "batch" / "2")
    assert not windows.is_open(tmp_path / "batch")
    assert refused == []


def test_another_process_that_has_a_file_open_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_PATIENCE", 0.1)
    path = tmp_path / "x"
    path.write_bytes(b"old")
    code = f"file = open({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline()
        with windows.disk(), pytest.raises(FileHeld):
            disk.write_file(path, b"new")
        other.communicate(b"\n")


# --- A desk's day, on that disk ---------------------------------------------------------------------------------------


def test_a_desk_works_copies_and_is_restored_on_windows(tmp_path: Path, windows_disk: list[str]) -> None:
    """Nothing of ours replaces what we still have open, nor gives a file a name that Windows cannot write."""
    (tmp_path / "stick").mkdir()
    made = factories.installation(tmp_path / "data")
    made.ledger.copy_to(tmp_path / "stick")
    counter = factories.counter(made)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    for name in ("Sunita", "Ravi"):
        frontdesk.register(counter, shift.key, factories.registration(name))
    enrolment.write_keys(made)
    longest = windows.longest(tmp_path / "data")
    made.close()
    custody.restore(tmp_path / "stick" / FILE_NAME, tmp_path / "fresh", factories.PASSPHRASE, clock=factories.clock())
    again = enrolment.open_installation(tmp_path / "fresh", factories.PASSPHRASE, clock=factories.clock())
    assert again.ledger.db().execute("SELECT count(*) FROM slip").fetchone()[0] == 2
    again.close()
    assert windows_disk == []
    assert HOME + len("desk-0123abcd\\data\\") + longest + len(".12345678") <= windows.LONGEST_PATH


def test_an_index_that_a_desk_looks_into_is_kept_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_PATIENCE", 0.1)
    made = factories.installation(tmp_path / "data")
    path = tmp_path / "patients.csv"
    path.write_text("uhid,name\n1,Asha Rani\n", encoding="utf-8")
    desk, office = (PatientIndex(made.folder, made.vault) for _ in range(2))
    office.load(path, Columns())
    assert desk.look(LookField.UHID, "1")
    path.write_text("uhid,name\n1,Asha Rani\n2,Ravi Das\n", encoding="utf-8")
    with windows.disk():
        with pytest.raises(FileHeld):
            office.load(path, Columns())
        assert desk.look(LookField.UHID, "1")
        desk._forget()  # as the desk's server does when it ends
        assert office.load(path, Columns()).rows == 2
    assert desk.look(LookField.UHID, "2")
    made.close()


def test_the_program_unpacked_on_a_pc_has_no_path_that_is_too_long() -> None:
    """`start` lays the wheels into a folder of the user's: whatever that is called, each file can be opened."""
    where = HOME + len("programs\\0123456789ab\\.12345678\\")
    for name in _pins((HOUSE / "requirements.txt").read_text(encoding="utf-8")):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:  # Windows' own
            continue
        inside = [str(each) for each in files if not str(each).startswith("..")]
        assert where + max(map(len, inside)) <= windows.LONGEST_PATH, f"{name}: {max(inside, key=len)}"


def test_a_laptop_that_slept_and_one_whose_clock_was_set_back_go_on(tmp_path: Path) -> None:
    """A lid that was shut for nine hours, a dead CMOS battery: numbers go on, and the shift is the same."""
    now = [datetime(2026, 11, 26, 4, 30, tzinfo=UTC)]
    made = factories.installation(tmp_path / "data", ticking=lambda: now[0])
    counter = factories.counter(made)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    serials = []
    for jump in (timedelta(), timedelta(hours=9), timedelta(days=-2), timedelta(seconds=-1)):
        now[0] += jump
        serials.append(frontdesk.register(counter, shift.key, factories.registration()).row.slip.number.serial)
    now[0] = datetime(2009, 1, 1, tzinfo=UTC)  # the board's own date, when its battery is flat
    with pytest.raises(ClockUnset):
        frontdesk.register(counter, shift.key, factories.registration())
    assert serials == sorted(set(serials))
    assert made.ledger.verify().troubles == ()
    made.close()


# --- Modules, text and names ------------------------------------------------------------------------------------------

UNIX = {"fcntl", "termios", "tty", "pty", "pwd", "grp", "resource", "syslog", "curses", "readline", "crypt", "nis"}
OF_WINDOWS = {"msvcrt", "winreg", "winsound", "_winapi", "win32gui", "win32print", "pywintypes"}


def _one_sided(source: str) -> list[str]:
    """The modules of one system that a text imports without asking first on which it runs."""
    found: list[str] = []

    def look(node: ast.AST, asked: bool) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found.extend(name for name in names if name in UNIX | OF_WINDOWS and not asked)
        asks = isinstance(node, ast.If) and ast.unparse(node.test).startswith("sys.platform ")
        for each in ast.iter_child_nodes(node):
            look(each, asked or asks)

    look(ast.parse(source), False)
    return found


@pytest.mark.parametrize("path", PROGRAM, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_of_one_system_has_its_twin(path: Path) -> None:
    if path.name == "windows.py":  # the spooler's: chosen by its way in hospital.toml, refused elsewhere
        return
    assert _one_sided(path.read_text(encoding="utf-8")) == []


def test_an_import_without_its_twin_is_found() -> None:
    assert _one_sided("def f():\n    import pwd") == ["pwd"]
    assert _one_sided("import sys\nif sys.platform == 'win32':\n    import msvcrt\nelse:\n    import fcntl") == []


def _unsaid(source: str) -> list[int]:
    """Lines that read or write text without saying in which code page: Windows would take its own, cp1252."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _is_unsaid(node)]


def _is_unsaid(call: ast.Call) -> bool:
    said = {each.arg: each.value for each in call.keywords}
    if "encoding" in said:
        return False
    words = [each.value for each in [*call.args, said.get("mode")] if isinstance(each, ast.Constant)]
    modes = [each for each in words if isinstance(each, str) and set(each) <= set("rwaxbt+")]
    match call.func:
        case ast.Attribute(attr="read_text" | "write_text"):
            return len(call.args) < (1 if call.func.attr == "read_text" else 2)
        case ast.Attribute(attr="run" | "Popen" | "check_output"):
            return "text" in said or "universal_newlines" in said
        case ast.Name(id="open") | ast.Attribute(attr="fdopen"):
            return not any("b" in each for each in modes)
        case ast.Attribute(value=ast.Name(id="source"), attr="open"):  # a file that is sealed, or a plain one by "rb"
            return False
        case ast.Attribute(attr="open"):
            return not (call.args or said) or any("b" not in each for each in modes)
    return False


@pytest.mark.parametrize("path", PROGRAM, ids=lambda path: str(path.relative_to(HOUSE)))
def test_text_is_written_in_a_code_page_that_is_named(path: Path) -> None:
    assert _unsaid(path.read_text(encoding="utf-8")) == []


def test_text_without_a_code_page_is_found() -> None:
    assert _unsaid("a.read_text()\nopen('x', 'w')\nopen('x', 'rb')\na.open(encoding='utf-8')") == [1, 2]


AS_WINDOWS = """
import importlib, pkgutil, sys, types, ctypes
import asyncio, subprocess, multiprocessing, tempfile, socket, select, shutil, signal, concurrent.futures.process
import flask, reportlab.pdfgen.canvas, sqlite_utils, httpx, openpyxl, babel, PIL.ImageWin, click, wtforms, flask_wtf
for name in UNIX: sys.modules[name] = None
for name in ("msvcrt", "winreg", "win32print", "win32gui", "pywintypes"): sys.modules[name] = types.ModuleType(name)
import pypdfium2, zxingcpp, uharfbuzz, sqlcipher3
sys.platform = "win32"
import fallback
for each in pkgutil.walk_packages(fallback.__path__, "fallback."):
    if not each.name.endswith("__main__"):
        importlib.import_module(each.name)
from fallback.machine import state_folder
print(state_folder({"LOCALAPPDATA": "C:/x"}))
"""


def test_every_module_can_be_imported_where_windows_runs() -> None:
    code = AS_WINDOWS.replace("UNIX", repr(UNIX))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=HOUSE, check=False)
    assert done.stdout.strip().endswith("Parchi"), done.stderr


# --- Wheels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_pin_has_a_wheel_for_windows(python: str) -> None:
    goal = Target(python=python, system="windows")
    needed = wanted(goal)
    assert {"pywin32", "colorama"} <= {pin.name for pin in needed}, "what only Windows needs was left out"
    try:
        found = resolved(goal, needed)
    except RegistryAway as why:
        pytest.skip(f"no package registry can be reached from here: {why}")
    assert len(found) == len(needed)
    assert any("win_amd64" in file for file in found.values())


def test_a_package_without_a_windows_wheel_is_found() -> None:
    goal = Target(python="3.11", system="windows")
    needed = [pin for pin in wanted(goal) if pin.name == "click"]
    wrong = type(needed[0])(name="click", version="8.5.1", marker="", hashes=frozenset({"0" * 64}))
    with pytest.raises((ValueError, RegistryAway)):
        resolved(goal, [wrong])
