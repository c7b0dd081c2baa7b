"""Sticks for all hospitals of a table: keys of their own, a bad row named, ended anywhere and begun again."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fallback import custody, enrolment, hospital_file, printing
from fallback.cli import group
from fallback.enrolment import hospital_keys
from fallback.errors import DiskFull, KitForeign, KitsBusy, TableWrong, VaultLocked
from fallback.keys import HospitalKey
from fallback.kit import build as building, many, seal, secret_papers, sums
from fallback.kit.build import Shared, shared
from fallback.kit.table import HospitalRow, RowWrong, read_table, with_values
from fallback.spreadsheet import Sheet, xlsx_of
from tests import factories

HOME = Path(__file__).parent.parent
HEAD = ("code", "name", "name_hindi", "address", "state", "district", "phone", "clinics")
SMALL = Shared(made={"program/start.py": b"print(1)\n", "START.sh": b"echo\n"})
WISHES = many.Wishes(cards=2, pads=2, cost=factories.CHEAP)


def row(code: str, **other: str) -> tuple[str, ...]:
    told = {
        "code": code, "name": f"Hospital {code}", "name_hindi": "अस्पताल", "address": "Civil Lines",
        "state": "Uttar Pradesh", "district": "Gorakhpur", "phone": "0551-2200000", "clinics": "",
    }  # fmt: skip
    return tuple((told | other).values())


def table(folder: Path, *rows: Sequence[str], head: Sequence[str] = HEAD) -> Path:
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return folder / "table.csv"


def made(folder: Path, file: Path, *, same: Shared = SMALL, wishes: many.Wishes = WISHES) -> list[many.Step]:
    rows = list(read_table(file))
    return list(many.build_all(rows, folder, same, HOME / "hospital.toml", wishes, clock=factories.clock()))


def outcomes(steps: list[many.Step]) -> list[str]:
    return [step.outcome for step in steps]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("many")
    assert outcomes(made(home / "out", table(home, row("UP1"), row("UP2")))) == ["made", "made"]
    return home / "out"


def test_each_hospital_has_a_stick_and_apart_from_it_its_secrets(two: Path) -> None:
    kits = {code: seal.verify(two / code / "stick") for code in ("UP1", "UP2")}
    assert kits["UP1"].root != kits["UP2"].root
    assert [kit.hospital for kit in kits.values()] == ["Hospital UP1", "Hospital UP2"]
    for code in kits:
        assert sorted(path.name for path in (two / code).iterdir()) == ["row.sha256", "secrets", "stick"]
        assert sorted(path.name for path in (two / code / "secrets").iterdir()) == [
            "READ-FIRST.txt", "cards.pdf", "first-pin.txt", "passphrase.txt", "recovery-key.pdf", "root-key.pdf",
            "supervisors-key.pdf",
        ]  # fmt: skip
        assert (two / code / "secrets").stat().st_mode & 0o077 == 0
        secrets = [(two / code / "secrets" / name).read_text().split()[-1] for name in ("first-pin.txt",)]
        secrets.append((two / code / "secrets" / "passphrase.txt").read_text().strip())
        for path in (two / code / "stick").rglob("*"):
            assert not path.is_file() or not [each for each in secrets if each.encode() in path.read_bytes()]
    assert not [path for path in two.iterdir() if path.name.startswith(".building")]


def test_nothing_of_one_opens_in_another(two: Path, tmp_path: Path) -> None:
    other = (two / "UP2" / "secrets" / "passphrase.txt").read_text().strip()
    with pytest.raises(VaultLocked):
        custody.restore(two / "UP1/stick/hospital", tmp_path / "new", other, clock=factories.clock())
    with pytest.raises(KitForeign):
        seal.read(two / "UP1" / "stick", root=seal.read(two / "UP2" / "stick").root)


def test_what_a_hospital_gets_starts_its_desk(two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own sheets and cards, as they were printed, on a laptop that knows nothing."""
    printed: dict[str, list[str]] = {}
    paper = printing.render_paper

    def seen(sheet: Any, hospital: Any) -> bytes:
        if hasattr(sheet, "parts"):
            printed[sheet.key] = list(sheet.parts)
        else:
            printed["cards"] = [text for _, text in sheet.cards]
        return bytes(paper(sheet, hospital))

    monkeypatch.setattr(secret_papers, "render_paper", seen)
    assert outcomes(made(tmp_path / "out", table(tmp_path, row("UP3")))) == ["made"]
    home, clock, state = tmp_path / "out" / "UP3", factories.clock(), tmp_path / "laptop"
    card = printed["cards"][1]
    assert custody.restore(home / "stick/hospital", tmp_path / "data", card, clock=clock, state=state).hospital
    desk = enrolment.open_installation(tmp_path / "data", card, clock=clock, state=state)
    enrolment.enrol_with_card(desk, "Counter 1", card)
    desk.close()
    passphrase = (home / "secrets/passphrase.txt").read_text().strip()
    login, pin = (home / "secrets/first-pin.txt").read_text().split()
    whole = enrolment.open_installation(tmp_path / "data", passphrase, clock=clock, state=state)
    try:
        assert f"{whole.keys().hospital:08x}" == seal.read(home / "stick").hospital_id
        assert whole.may_issue(2)
        assert enrolment.log_in(whole.ledger, login, pin, "here").login == login
        for key in (HospitalKey.ROOT, HospitalKey.SUPERVISORS):
            assert not hospital_keys.is_here(whole, key)
            hospital_keys.put_back(whole, key, printed[key][1:])
            assert hospital_keys.is_here(whole, key)
        named = hospital_file.load(tmp_path / "data" / "hospital.toml")
        assert (named.name, named.state, named.phone) == ("Hospital UP3", 9, "0551-2200000")
        assert named.uhid_system == f"urn:parchi:{whole.keys().hospital:08x}:uhid"
    finally:
        whole.close()


def test_the_table_of_roots_is_for_the_central_office(two: Path) -> None:
    rows = list(csv.DictReader((two / many.ROOTS).read_text(encoding="utf-8-sig").splitlines()))
    for told in rows:
        kit = seal.read(two / told["code"] / "stick")
        assert (told["root"], told["hospital_id"], told["drill"]) == (kit.root.hex(), kit.hospital_id, "no")
    assert [told["code"] for told in rows] == ["UP1", "UP2"]


def test_what_is_finished_stays_and_a_changed_row_is_told(two: Path) -> None:
    before = {code: seal.read(two / code / "stick") for code in ("UP1", "UP2")}
    file = table(two.parent, row("UP2", phone="1"), row("UP1"))
    steps = made(two, file)
    assert outcomes(steps) == ["changed", "there"]
    assert {code: seal.read(two / code / "stick") for code in ("UP1", "UP2")} == before


BAD = [
    (row("B1", name=""), "name", "empty"),
    (row("B2", phone=" \t"), "phone", "empty"),
    (row("../UP1"), "code", "folder"),
    (row("NUL"), "code", "folder"),
    (row("-rf"), "code", "folder"),
    (row("यूपी"), "code", "folder"),
    (row("U" * 41), "code", "folder"),
    (row("B3", name="x" * 121), "name", "121 letters"),
    (row("B4", name="St. Mary\x07"), "name", "paper"),
    (row("B5", name="right\u202eleft"), "name", "paper"),
    (row("B6", state="Uttar Pradseh"), "state", "Did you mean Uttar Pradesh"),
    (row("B7", state="26"), "state", "no state"),
    (row("B8", state="٩"), "state", "no state"),
    (row("B9", clinics="../../etc/passwd"), "clinics", "no such file"),
    (row("B10", clinics="/etc/passwd"), "clinics", "no such file"),
    (row("B11", clinics=".."), "clinics", "no such file"),
    (row("B12", clinics="table.csv"), "clinics", "table.csv, line"),
    ((*row("B13"), "one more"), "code", "more cells"),
]  # fmt: skip


def test_each_bad_row_is_named_and_the_others_are_made(tmp_path: Path) -> None:
    file = table(tmp_path, *(cells for cells, _, _ in BAD), row("UP2"))
    steps = made(tmp_path / "out", file, wishes=many.Wishes(cards=1, pads=0, cost=factories.CHEAP))
    assert outcomes(steps) == ["wrong"] * len(BAD) + ["made"]
    for line, ((_, column, why), step) in enumerate(zip(BAD, steps, strict=False), 2):
        assert isinstance(step.row, RowWrong)
        assert (step.row.line, step.row.column) == (line, column)
        assert why in step.row.why
    assert sorted(path.name for path in (tmp_path / "out").glob("[!.]*")) == ["UP2", many.ROOTS]


def test_hindi_that_a_spreadsheet_lost_is_no_name(tmp_path: Path) -> None:
    """Excel's plain CSV writes a question mark for each letter; keys would be made, and every slip be wrong."""
    lost, good, blank = row("UP1", name_hindi="??????? ?"), row("UP2", name="Why?"), (" ",) * len(HEAD)
    rows = list(read_table(table(tmp_path, lost, good, blank)))
    assert [isinstance(each, HospitalRow) for each in rows] == [False, True]
    assert isinstance(rows[0], RowWrong)
    assert (rows[0].line, rows[0].column) == (2, "name_hindi")
    assert "UTF-8" in rows[0].why


def test_a_code_stands_once_whatever_its_capitals(tmp_path: Path) -> None:
    rows = list(read_table(table(tmp_path, row("UP1"), row("up1"), row("UP2"))))
    assert [isinstance(each, HospitalRow) for each in rows] == [True, False, True]
    assert isinstance(rows[1], RowWrong)
    assert "line 2" in rows[1].why


@pytest.mark.parametrize("value", ['"', "\\", '"""', "a = [hospital]", "# no", "\x7f", "{x}", "= 1 + 1", "🏥", "'''"])
def test_whatever_a_name_holds_is_a_name(tmp_path: Path, value: str) -> None:
    (found,) = read_table(table(tmp_path, row("UP1", name=f"A {value} B")))
    if isinstance(found, RowWrong):
        assert found.column == "name"
        return
    text = with_values((HOME / "hospital.toml").read_text(encoding="utf-8"), found.values("0" * 8))
    (tmp_path / "hospital.toml").write_text(text, encoding="utf-8")
    named = hospital_file.load(tmp_path / "hospital.toml")
    assert named.name == f"A {value} B"
    assert named.clinics == factories.hospital().clinics


def test_a_spreadsheet_is_read_as_well_and_headings_as_people_write_them(tmp_path: Path) -> None:
    head = ("Sl. No.", "Code", "NAME", "Name Hindi", "Address", "State", "District", "Phone")
    sheet = Sheet(title="x", header=head, rows=[(1, "UP1", "A", "अ", "x", 9, "gorakhpur", 5512200000)])
    (tmp_path / "table.xlsx").write_bytes(xlsx_of([sheet]))
    (found,) = read_table(tmp_path / "table.xlsx")
    assert isinstance(found, HospitalRow)
    assert (found.state, found.district, found.phone) == (9, "Gorakhpur", "5512200000")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"code,name\nUP1,x\n", "no column address"),
        (b"code,name,address,state,district,phone,phone\n", "no column phone"),
        (b"PK\x03\x04 torn", "cannot be read.*save it as XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel. Save it as XLSX"),
        (b"\x00" * 100, "table"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "table.csv").write_bytes(content)
    with pytest.raises(TableWrong, match=says):
        list(read_table(tmp_path / "table.csv"))
    with pytest.raises(TableWrong, match="cannot be read"):
        list(read_table(tmp_path / "none.csv"))


def test_own_clinics_and_layouts_come_from_the_file_beside_the_table(tmp_path: Path) -> None:
    text = (HOME / "hospital.toml").read_text(encoding="utf-8").replace('# layouts = "layouts"', 'layouts = "papers"')
    (tmp_path / "district.toml").write_text(text, encoding="utf-8")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "logo.png").write_bytes(b"png")
    steps = made(tmp_path / "out", table(tmp_path, row("UP1", clinics="district.toml"), row("UP2")))
    assert outcomes(steps) == ["made", "made"]
    listed = {code: sums.listed(tmp_path / "out" / code / "stick") for code in ("UP1", "UP2")}
    assert [("hospital/papers/logo.png" in each) for each in listed.values()] == [True, False]


def test_the_program_lies_on_the_disk_once(tmp_path: Path) -> None:
    made(tmp_path / "out", table(tmp_path, row("UP1"), row("UP2")), same=shared([], None))
    one, two = (tmp_path / "out" / code / "stick/program/fallback/keys.py" for code in ("UP1", "UP2"))
    assert one.samefile(two)
    assert not one.samefile(HOME / "fallback/keys.py")
    assert seal.verify(tmp_path / "out/UP1/stick").root != seal.verify(tmp_path / "out/UP2/stick").root


def test_a_disk_without_links_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_link)
    made(tmp_path / "out", table(tmp_path, row("UP1")))
    assert seal.verify(tmp_path / "out/UP1/stick").hospital == "Hospital UP1"


def test_a_full_disk_ends_it_and_the_same_call_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = table(tmp_path, row("UP1"), row("UP2"), row("UP3"))
    real, calls = building.build, 0

    def full(*words: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise DiskFull(folder=tmp_path)
        return real(*words, **named)

    monkeypatch.setattr(many, "build", full)
    with pytest.raises(DiskFull):
        made(tmp_path / "out", file)
    kit = seal.read(tmp_path / "out/UP1/stick")
    assert "UP1" in (tmp_path / "out" / many.ROOTS).read_text()
    assert outcomes(made(tmp_path / "out", file)) == ["there", "made", "made"]
    assert seal.read(tmp_path / "out/UP1/stick") == kit


def test_two_at_once_do_not_make_two_sets_of_keys(tmp_path: Path) -> None:
    file = table(tmp_path, row("UP1"), row("UP2"))
    first = many.build_all(
        list(read_table(file)), tmp_path / "out", SMALL, HOME / "hospital.toml", WISHES, clock=factories.clock()
    )
    next(first)
    with pytest.raises(KitsBusy):
        made(tmp_path / "out", file)
    assert outcomes(list(first)) == ["made"]


def test_a_strangers_folder_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out" / "UP1").mkdir(parents=True)
    (tmp_path / "out" / "UP1" / "thesis.doc").write_text("x")
    steps = made(tmp_path / "out", table(tmp_path, row("UP1")))
    assert outcomes(steps) == ["wrong"]
    assert (tmp_path / "out" / "UP1" / "thesis.doc").read_text() == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_killed_in_the_middle_it_goes_on_without_a_trace(tmp_path: Path) -> None:
    file = table(tmp_path, *(row(f"UP{number}") for number in range(4)))
    words = [
        "from pathlib import Path; from tests.test_kit_many import *",
        f"print(outcomes(made(Path({str(tmp_path / 'out')!r}), Path({str(file)!r}))))",
    ]
    begun = subprocess.Popen([sys.executable, "-c", "\n".join(words)], cwd=HOME, stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while not (tmp_path / "out" / "UP1").exists() and time.monotonic() < until:
        time.sleep(0.01)
    begun.send_signal(signal.SIGKILL)
    begun.communicate()
    there = {path.name: seal.verify(path / "stick") for path in (tmp_path / "out").glob("UP*")}
    assert "UP1" in there
    steps = made(tmp_path / "out", file)
    assert set(outcomes(steps)) <= {"there", "made"}
    assert outcomes(steps).count("there") == len(there)
    for code, kit in there.items():
        assert seal.verify(tmp_path / "out" / code / "stick") == kit
    assert not list((tmp_path / "out").glob(".building*"))
    roots = {seal.verify(path / "stick").root for path in (tmp_path / "out").glob("UP*")}
    assert len(roots) == 4


def test_the_commands_say_what_they_did(two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In this process: the command line itself is started by many other tests."""

    def run(*words: str | Path) -> int:
        with pytest.raises(SystemExit) as end:
            group.main(["--data", str(tmp_path / "data"), "kit", *map(str, words)])
        return int(end.value.code or 0)

    assert run("verify", two / "UP1/stick", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["hospital"], told["known"]) == ("Hospital UP1", False)
    copy = Path(shutil.copytree(two / "UP1/stick", tmp_path / "copy"))
    (copy / "START.sh").write_text("evil")
    assert run("verify", copy) == 3
    assert "START.sh was changed" in capsys.readouterr().err
    (tmp_path / "data").mkdir()
    shutil.copy(two / "UP2/stick/hospital/keys.json", tmp_path / "data")
    assert run("verify", two / "UP1/stick") == 3
    assert "another hospital: Hospital UP1" in capsys.readouterr().err
    (tmp_path / "python.zip").touch()
    assert run("build", "--out", tmp_path / "x", "--python-windows", tmp_path / "python.zip") == 2
    assert "go together" in capsys.readouterr().err
    empty = tmp_path / "wheels"
    empty.mkdir()
    assert run("build", "--all", tmp_path / "none.csv", "--out", tmp_path / "x", "--wheels", empty) == 2
    assert "has no wheel of" in capsys.readouterr().err


def test_the_command_names_refused_rows_and_ends_with_four(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(building, "needed_wheels", lambda *_: [])
    monkeypatch.setattr(building, "shared", lambda *_: SMALL)
    file = table(tmp_path, row("UP1"), row("UP2", state="Nowhere"))
    words = ["kit", "build", "--all", str(file), "--out", str(tmp_path / "out"), "--cards", "1", "--pads", "0"]
    with pytest.raises(SystemExit) as end:
        group.main(["--data", str(tmp_path / "data"), "--hospital", str(HOME / "hospital.toml"), *words])
    assert end.value.code == 4
    out, err = capsys.readouterr()
    assert "Line 3, state: no state is called so" in out
    assert "1 hospitals were made" in out
    assert "UP1 (" in err
