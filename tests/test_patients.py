"""The frozen patient index: what of a file is kept, what is left out, who is found, and where it may lie."""

from datetime import date
from pathlib import Path

import pytest

from fallback import frontdesk
from fallback.downtime import LookReason
from fallback.enrolment import Installation
from fallback.errors import (
    IndexColumnsWrong,
    IndexDamaged,
    IndexFileWrong,
    IndexMissing,
    LooksUsedUp,
    LookTooWide,
)
from fallback.frontdesk import Counter
from fallback.ledger.facts import FactKind
from fallback.patients import Columns, LookField, PatientIndex, read_columns, read_left_out
from fallback.slip import Sex

TODAY = date(2026, 11, 26)
_TABLES = ("about", "patient", "seek", "former", "trouble", "gone")
FILE = """UHID No,Patient Name,Gender,DOB,Father/Husband,Mobile No,Address
100000001,Sunita Devi,F,31-05-1984,Ramesh Kumar,9876501234,"12, Gali 3, Karol Bagh"
100000002,Mohd. Aslam,Male,1971,Abdul Karim,+91 98765 01234,Seelampur
100000003,SUNITA KUMARI,Female,1990-01-02,,,Okhla
100000004,Ram Lal,M,,,12345,
"""
NAMED = Columns(
    uhid="UHID No", name="Patient Name", sex="Gender", birth="DOB", age="", guardian="Father/Husband",
    locality="Address", mobile="Mobile No",
)  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "patients.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def index(installation: Installation, source: Path) -> PatientIndex:
    made = PatientIndex(installation.folder, installation.vault)
    made.load(source, NAMED)
    return made


def uhids(index: PatientIndex, by: LookField, value: str, sex: Sex | None = None, age: int | None = None) -> list[str]:
    return [each.uhid for each in index.look(by, value, sex=sex, age=age, today=TODAY)]


def test_a_patient_is_found_by_number_phone_and_name(index: PatientIndex) -> None:
    assert uhids(index, LookField.UHID, " 100000001 ") == ["100000001"]
    assert uhids(index, LookField.MOBILE, "9876501234") == ["100000001", "100000002"]
    assert uhids(index, LookField.NAME, "sunitha") == ["100000001", "100000003"]
    assert uhids(index, LookField.NAME, "सुनीता देवी") == ["100000001"]
    assert uhids(index, LookField.NAME, "Muhammed Aslam") == ["100000002"]
    assert uhids(index, LookField.UHID, "100000009") == uhids(index, LookField.NAME, "...") == []


def test_a_name_is_narrowed_by_sex_and_age(index: PatientIndex) -> None:
    assert uhids(index, LookField.NAME, "Sunita", age=42) == ["100000001"]
    assert uhids(index, LookField.NAME, "Sunita", age=36) == ["100000003"]
    assert uhids(index, LookField.NAME, "Sunita", sex=Sex.MALE) == []
    assert uhids(index, LookField.NAME, "Ram Lal", sex=Sex.MALE, age=60) == ["100000004"], "no age is known of him"


def test_the_whole_mobile_is_nowhere(index: PatientIndex) -> None:
    found = index.look(LookField.UHID, "100000001")[0]
    assert found.last4 == "1234" and found.age_on(TODAY) == 42 and "98765" not in repr(found)
    database = index._vault.connect(index.path, "index")
    dump = repr([database.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES])
    database.close()
    assert "Sunita" in dump and "9876501234" not in dump


def test_the_file_shows_nothing(index: PatientIndex) -> None:
    content = index.path.read_bytes()
    assert b"Sunita" not in content and b"100000001" not in content and not content.startswith(b"SQLite")


def test_persons_on_the_list_are_not_in_it(installation: Installation, source: Path, tmp_path: Path) -> None:
    protected = tmp_path / "protected.txt"
    protected.write_text("# by order of the superintendent\n100000003\n\n", encoding="utf-8")
    index = PatientIndex(installation.folder, installation.vault)
    report = index.load(source, NAMED, left_out=read_left_out(protected))
    assert (report.rows, report.left_out, index.status().left_out) == (3, 1, 1)
    assert uhids(index, LookField.UHID, "100000003") == [] and uhids(index, LookField.NAME, "Sunita Kumari") == []


def test_bad_rows_are_named_and_the_rest_is_loaded(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "uhid;name;sex;birth_date;age\n1;A B;F;;\n;No number;F;;\n2;;F;;\n3;C D;X;;\n4;E F;M;31-02-1980;\n"
        "5;G H;M;;200\n1;Again;F;;\n6;I J;M;;40\n",
        encoding="utf-8",
    )
    index = PatientIndex(installation.folder, installation.vault)
    report = index.load(path, Columns(as_of=TODAY))
    assert report.rows == 2 and (report.double, report.other_person) == (1, 1) and report.bad_rows == 5
    assert [(row.line, row.column) for row in report.bad] == [
        (3, "uhid"), (4, "name"), (5, "sex"), (6, "birth"), (7, "birth"), (8, "uhid"),
    ]  # fmt: skip
    assert index.look(LookField.UHID, "6")[0].age_on(TODAY) == 40


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"name,sex\nA,F\n",
        b"uhid,name\n",
        b'uhid,name\n1,"never closed\n',
    ],
    ids=["empty", "binary", "no uhid", "no rows", "open quote"],
)
def test_a_wrong_file_leaves_the_old_index(index: PatientIndex, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(IndexFileWrong):
        index.load(path, Columns())
    assert uhids(index, LookField.UHID, "100000001") == ["100000001"]


def test_a_load_that_was_stopped_goes_on(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fallback.patients.loading.BATCH", 5_000)
    path = tmp_path / "many.csv"
    path.write_text("uhid,name\n" + "".join(f"{n},Asha Rani\n" for n in range(1, 12_001)), encoding="utf-8")
    index, told = PatientIndex(installation.folder, installation.vault), list[int]()

    def stop(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.load(path, Columns(), progress=stop)
    assert not index.here, "half an index is none"
    assert index.load(path, Columns(), progress=stop).rows == 12_000
    assert told == [5_000, 10_000, 12_000]
    with pytest.raises(LookTooWide):
        index.look(LookField.NAME, "Asha Rani")


def test_another_list_begins_anew(installation: Installation, source: Path) -> None:
    index = PatientIndex(installation.folder, installation.vault)
    first = index.load(source, NAMED)
    second = index.load(source, NAMED, left_out={"100000001"})
    assert first.index != second.index and second.rows == 3


def test_no_copy_has_it(index: PatientIndex, installation: Installation, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    installation.ledger.copy_to(stick)
    installation.ledger.write(lambda tx: tx.append(FactKind.DOWNTIME_STARTED, {"reason": "r", "drill": False}))
    assert index.here and not (stick / index.path.name).exists()


def test_a_damaged_index_says_so_and_can_be_destroyed(index: PatientIndex, installation: Installation) -> None:
    index.path.write_bytes(b"\0" * 8192)
    with pytest.raises(IndexDamaged):
        index.look(LookField.UHID, "1")
    frontdesk.destroy_index(installation.ledger, index, "damaged", by="meena")
    assert not index.here
    with pytest.raises(IndexMissing):
        index.destroy()


def look(counter: Counter, index: PatientIndex, login: str = "asha", value: str = "9876501234") -> int:
    by = LookField.MOBILE if value.isdigit() else LookField.NAME
    return len(frontdesk.look_up(counter, index, by, value, LookReason.CARD, login=login, today=TODAY))


def test_each_look_is_a_fact_without_the_patient(counter: Counter, index: PatientIndex) -> None:
    assert look(counter, index) == 2
    line = list(counter.ledger.lines())[-1]
    assert line.fact is FactKind.PATIENT_LOOKED_UP and line.by == "asha"
    assert line.content == {"index": index.status().index, "field": "mobile", "found": 2, "reason": "card"}


def test_looks_are_limited_for_each_clerk(counter: Counter, index: PatientIndex) -> None:
    for _ in range(counter.hospital.looks_an_hour):
        look(counter, index)
    with pytest.raises(LooksUsedUp):
        look(counter, index)
    assert look(counter, index, login="meena") == 2


def test_without_an_index_there_is_no_look(counter: Counter, installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        look(counter, PatientIndex(tmp_path, installation.vault))
    assert list(counter.ledger.lines())[-1].fact is not FactKind.PATIENT_LOOKED_UP


def test_which_column_is_which(tmp_path: Path, source: Path, installation: Installation) -> None:
    path = tmp_path / "columns.toml"
    path.write_text('[columns]\nuhid = "UHID No"\nname = "Patient Name"\nage = "Age"\nas_of = 2026-11-20\n')
    found = read_columns(path)
    assert (found.uhid, found.mobile, found.as_of) == ("UHID No", "", date(2026, 11, 20))
    report = PatientIndex(installation.folder, installation.vault).load(source, found)
    assert report.rows == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[columns]\nname = 'a'\n", 1),
        ("[columns]\nuhid = 'u'\nname = 'n'\nas_of = 'x'\n", 4),
        ("[columns]\nuhd = 'u'\n", 2),
        ("x", 1),
    ],
)
def test_wrong_columns_are_told_with_their_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "columns.toml"
    path.write_text(text)
    with pytest.raises(IndexColumnsWrong) as told:
        read_columns(path)
    assert told.value.values["line"] == line


def test_a_column_that_nothing_is_taken_from_is_told(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("uhid,name,D.O.B.,mobile,ward\n1,A B,1980-01-01,,5\n", encoding="utf-8")
    index = PatientIndex(installation.folder, installation.vault)
    assert index.load(path, Columns()).unused == ("D.O.B.", "ward")
    with pytest.raises(IndexFileWrong):
        index.load(tmp_path / "nowhere.csv", Columns())


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("100000001\nSunita Devi!\n")
    with pytest.raises(IndexFileWrong, match="line 2"):
        read_left_out(path)
