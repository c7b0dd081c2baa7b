"""Files of patients as hospitals send them: every encoding and form, what is wrong in them named, nothing else lost."""

import gzip
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from fallback.enrolment import Installation
from fallback.errors import IndexBusy, IndexColumnsWrong, IndexFileWrong
from fallback.patients import (
    BadRow,
    Columns,
    IndexedPatient,
    IndexReader,
    LoadReport,
    LookField,
    PatientIndex,
    read_columns,
)
from fallback.person import Person
from fallback.slip import Sex
from fallback.spreadsheet import Sheet, xlsx_of

HEAD = "uhid,name,sex,birth_date,guardian,mobile,locality\n"


@pytest.fixture
def index(installation: Installation) -> PatientIndex:
    return PatientIndex(installation.folder, installation.vault)


def load(index: PatientIndex, path: Path, content: str | bytes, columns: Columns | None = None) -> LoadReport:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return index.load(path, columns or Columns())


def one(index: PatientIndex, uhid: str) -> IndexedPatient:
    return index.look(LookField.UHID, uhid)[0]


def told(report: LoadReport) -> list[tuple[int, str, bool]]:
    return [(row.line, row.column, row.kept) for row in report.bad]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_usual_encoding_is_read(index: PatientIndex, tmp_path: Path, encoding: str) -> None:
    text = HEAD + "".join(f"{n},सुनीता देवी,F,,,,करोल बाग़\n" for n in range(1, 40))
    report = load(index, tmp_path / "a.csv", text.encode(encoding))
    assert report.rows == 39 and not report.bad and one(index, "7").name == "सुनीता देवी"


def test_a_western_file_is_read_and_a_row_of_another_encoding_is_named(index: PatientIndex, tmp_path: Path) -> None:
    rows = [f"{n},José Lobo,M,,,,".encode("cp1252") for n in range(1, 6)]
    rows.insert(2, "9,सुनीता,F,,,,".encode())
    report = load(index, tmp_path / "w.csv", HEAD.encode() + b"\n".join(rows) + b"\n")
    assert report.rows == 5 and told(report) == [(4, "", False)] and one(index, "1").name == "José Lobo"
    rows = [f"{n},सुनीता,F,,,,".encode() for n in range(1, 6)]
    rows.insert(2, "9,José,M,,,,".encode("cp1252"))
    report = load(index, tmp_path / "m.csv", HEAD.encode() + b"\n".join(rows) + b"\n")
    assert report.rows == 5 and told(report) == [(4, "", False)] and one(index, "1").name == "सुनीता"


def test_quotes_that_are_never_closed_swallow_nothing(index: PatientIndex, tmp_path: Path) -> None:
    text = (
        HEAD
        + '1,"Asha Rani,F,,,,Okhla\n'  # never closed
        + "2,Ram Lal,M,,,,Okhla\n"
        + '3,Sita,F,,,,"Gali 3,\nnear the temple\nKarol Bagh"\n'
        + '4,Gita,F,,,,Flat 5" B\n'  # an inch
        + '5,"Mo"hd,M,,,,x\n'  # wrong
        + '6,"Devi ""Munni""",F,,,,y\n'
    )
    report = load(index, tmp_path / "q.csv", text)
    assert told(report) == [(2, "", False), (8, "", False)] and report.rows == 4
    assert one(index, "3").locality == "Gali 3, near the temple Karol Bagh"
    assert one(index, "4").locality == 'Flat 5" B' and one(index, "6").name == 'Devi "Munni"'


def test_a_row_with_a_cell_too_many_is_named_for_its_columns_have_shifted(index: PatientIndex, tmp_path: Path) -> None:
    report = load(index, tmp_path / "s.csv", HEAD + "1,A B,F,,,9876501234,12, Gali 3\n2,C D,F,,,,x,,,\n3,E F\n\n,,,\n")
    assert told(report) == [(2, "", False)] and report.rows == 2 and one(index, "2").locality == "x"


def test_three_hundred_columns_titles_nuls_and_a_line_without_end(index: PatientIndex, tmp_path: Path) -> None:
    many = [f"c{n}" for n in range(300)]
    many[7], many[250] = "UHID", "Name"
    cells = ["x"] * 300
    cells[7], cells[250] = "77", "Asha"
    text = "Patient master report\nPrinted on 26 Nov\n\n" + ";".join(many) + "\n" + ";".join(cells) + "\n"
    text += ";".join(cells).replace("77", "7\0") + "\n" + "z" * 3_000_000 + "\n" + ";".join(cells).replace("77", "78")
    report = load(index, tmp_path / "wide.csv", text, Columns(uhid="uhid", name="NAME"))
    assert report.rows == 2 and len(report.unused) == 298 and told(report) == [(6, "", False), (7, "", False)]


def test_the_first_of_a_number_counts_and_the_rest_is_told_apart(index: PatientIndex, tmp_path: Path) -> None:
    text = (
        HEAD + "1,Sunita Devi,F,1980,,,\n2,Ram,M,,,,\n1,SUNEETA,F,1981,,9876501234,\n1,Ram Lal,M,1950,,,\n2,Ram,M,,,,\n"
    )
    report = load(index, tmp_path / "d.csv", text)
    assert (report.rows, report.double, report.other_person) == (2, 3, 1) and one(index, "1").name == "Sunita Devi"
    assert [(row.line, "another person" in row.why) for row in report.bad] == [(4, False), (5, True), (6, False)]
    assert index.look(LookField.MOBILE, "9876501234") == (), "what does not count finds nobody"


@pytest.mark.parametrize(
    ("written", "kept", "bad"),
    [
        ("05/06/1980", "1980", True),
        ("06/06/1980", "1980-06-06", False),
        ("31-MAY-1980", "1980-05-31", False),
        ("31 May 80", "1980-05-31", False),
        ("May 31, 1980", "1980-05-31", False),
        ("1980-05-31 00:00:00", "1980-05-31", False),
        ("1980-05-31T18:30:00Z", "1980-05-31", False),
        ("19800531", "1980-05-31", False),
        ("31051980", "1980-05-31", False),
        ("31/05/1980", "1980-05-31", False),
        ("29372", "", True),
        ("1980-05", "1980", False),
    ],
)
def test_a_date_is_taken_as_far_as_it_is_sure(
    index: PatientIndex, tmp_path: Path, written: str, kept: str, bad: bool
) -> None:
    text = f'uhid,name,birth_date\n1,A B,"{written}"\n'
    report = load(index, tmp_path / "b.csv", text, Columns(as_of=date(2026, 11, 20)))
    assert one(index, "1").birth == kept and (report.lost == 1) is bad


def test_the_file_or_the_mapping_says_which_is_the_day(index: PatientIndex, tmp_path: Path) -> None:
    text = "uhid,name,birth_date\n1,A B,05/06/1980\n2,C D,05/31/1980\n3,E F,31/05/1980\n"
    load(index, tmp_path / "1.csv", text.replace("31/05/1980", "06/05/1980"))
    assert [one(index, n).birth for n in "123"] == ["1980-05-06", "1980-05-31", "1980-06-05"]
    report = load(index, tmp_path / "2.csv", text)
    assert [one(index, n).birth for n in "123"] == ["1980", "1980-05-31", "1980-05-31"] and report.lost == 1
    report = load(index, tmp_path / "3.csv", text, Columns(dates="dmy"))
    assert [one(index, n).birth for n in "123"] == ["1980-06-05", "1980", "1980-05-31"] and report.lost == 1
    load(index, tmp_path / "4.csv", "uhid,name,birth_date\n1,A B,29372\n", Columns(dates="excel"))
    assert one(index, "1").birth == "1980-05-31"


@pytest.mark.parametrize(
    ("written", "last4", "lost"),
    [
        ("+91 98765-01234", "1234", False),
        ("09876501234 / 9811122233", "1234", False),
        ("९८७६५०१२३४", "1234", False),
        ("9876501234.0", "1234", False),
        ("9.8765E+09", "", True),
        ("011-23456789", "", True),
        ("9999999999", "", True),
        ("NA", "", False),
    ],
)
def test_a_mobile_is_one_or_it_is_told(
    index: PatientIndex, tmp_path: Path, written: str, last4: str, lost: bool
) -> None:
    report = load(index, tmp_path / "m.csv", f'uhid,name,mobile\n1,A B,"{written}"\n')
    assert one(index, "1").last4 == last4 and (report.lost == 1) is lost
    if "/" in written:
        assert index.look(LookField.MOBILE, "9811122233")[0].uhid == "1"


def test_what_a_spreadsheet_does_to_numbers_is_told(index: PatientIndex, tmp_path: Path) -> None:
    text = HEAD + "1.0E+11,A B,F,,,,\n'100000002,C D,F,,,,\n100000003.0,E F,F,,,,\n4,#N/A,F,,,,\n5,=B2,F,,,,\n"
    report = load(index, tmp_path / "x.csv", text)
    assert [row.line for row in report.bad] == [2, 5, 6] and report.rows == 2
    assert one(index, "100000002").name == "C D" and one(index, "100000003").name == "E F"


def test_a_spreadsheet_is_read_with_its_dates_and_numbers(index: PatientIndex, tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["All patients"])
    page.append(["UHID", "Name", "DOB", "Mobile", "ABHA"])
    page.append([100000001, "Asha Rani", date(1980, 5, 31), 9876501234, 12345678901234])
    page.append([100000002.0, "Ram", "31/05/1980", "98765 01234", 1.23e20])
    page.append(["=1+1", "Formula", None, None, None])
    page.append([None, None, None, None, None])
    page.append([123456789012345678, "Long", None, None, None])
    book.save(tmp_path / "p.xlsx")
    columns = Columns(uhid="UHID", name="Name", birth="DOB", mobile="Mobile", abha="ABHA")
    report = index.load(tmp_path / "p.xlsx", columns)
    assert report.rows == 2 and told(report) == [(4, "abha", True), (5, "uhid", False), (7, "uhid", False)]
    assert one(index, "100000001").birth == "1980-05-31" and len(index.look(LookField.MOBILE, "9876501234")) == 2
    found = index.candidates(Person(abha="12345678901234"))
    assert [(patient.uhid, person.abha) for patient, person in found] == [("100000001", "12345678901234")]


def test_a_zip_that_is_no_spreadsheet_is_refused(index: PatientIndex, tmp_path: Path) -> None:
    with pytest.raises(IndexFileWrong, match="spreadsheet"):
        load(index, tmp_path / "p.xlsx", b"PK\x03\x04 and then nothing")
    sheet = Sheet(title="A", header=("x",), rows=())
    with pytest.raises(IndexFileWrong, match="no column"):
        load(index, tmp_path / "q.xlsx", xlsx_of([sheet]))


def test_parquet_is_read_where_the_package_is(
    index: PatientIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "p.parquet"
    duckdb.sql(
        "SELECT 100 + i AS uhid, 'Asha Rani' AS name, DATE '1980-05-31' AS birth_date, 9876501234 AS mobile "
        "FROM range(5) t(i)"
    ).write_parquet(str(path))
    assert index.load(path, Columns()).rows == 5 and one(index, "103").birth == "1980-05-31"
    path.write_bytes(path.read_bytes()[:80])
    with pytest.raises(IndexFileWrong, match="Parquet"):
        index.load(path, Columns())
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(IndexFileWrong, match="duckdb, which is not installed"):
        index.load(path, Columns())


def patient(uhid: str, **more: Any) -> dict[str, Any]:
    mr = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
    number = {"type": mr, "system": "https://his.example/uhid", "value": uhid}
    return {"resourceType": "Patient", "identifier": [number], "name": [{"text": "Asha Rani"}]} | more


def test_a_fhir_bulk_export_is_read(index: PatientIndex, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    whole = patient(
        "100",
        name=[{"text": "आशा रानी"}, {"given": ["Asha", "Devi"], "family": "Rani"}, {"text": "Old", "use": "old"}],
        gender="female",
        birthDate="1980-05",
        telecom=[{"system": "phone", "value": "+919876501234"}, {"system": "email", "value": "a@example.org"}],
        contact=[
            {"relationship": [{"coding": [{"code": "N"}]}], "name": {"text": "Next"}},
            {"relationship": [{"coding": [{"code": "FTH"}]}], "name": {"text": "Ram Lal"}},
        ],
        address=[{"line": ["12, Gali 3"], "city": "Karol Bagh", "district": "Central"}],
    )
    link = {"link": [{"type": "replaced-by", "other": {"identifier": {"value": "100"}}}]}
    lines = [json.dumps(each) for each in (whole, patient("101", **link), patient(""), {"resourceType": "Group"})]
    with gzip.open(folder / "Patient.000.ndjson.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join([*lines, '{"resourceType": "Patient", ', '{"resourceType":"Patient","name":3}']) + "\n")
    (folder / "Encounter.ndjson").write_text('{"resourceType": "Encounter"}\n')
    (folder / "manifest.json").write_text("{}")
    report = index.load(folder, Columns())
    assert report.rows == 1 and report.merged == 1 and report.passed_over == ("Encounter.ndjson", "manifest.json")
    assert [(row.line, row.file) for row in report.bad] == [(n, "Patient.000.ndjson.gz") for n in (3, 4, 5, 6)]
    assert one(index, "100") == one(index, "101") == IndexedPatient(
        uhid="100", name="Asha Devi Rani", name_hindi="आशा रानी", sex=Sex.FEMALE, birth="1980", guardian="Ram Lal",
        locality="12, Gali 3, Karol Bagh", district="Central", last4="1234",
    )  # fmt: skip


def test_a_folder_of_files_is_one_index_and_each_row_keeps_its_file(index: PatientIndex, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "a.csv").write_text(HEAD + "1,A B,F,,,,\n,bad,F,,,,\n")
    with gzip.open(folder / "b.csv.gz", "wt") as file:
        file.write("name;uhid\nC D;2\nE F;1\n;3\n")
    (folder / "c.txt").write_text("read me")
    report = index.load(folder, Columns())
    assert (report.rows, report.double, report.passed_over) == (2, 1, ("c.txt",))
    assert [(row.file, row.line) for row in report.bad] == [("a.csv", 3), ("b.csv.gz", 3), ("b.csv.gz", 4)]
    with gzip.open(folder / "d.csv.gz", "wb") as packed:
        packed.write(HEAD.encode() + b"5,G H,F,,,,\n" * 20_000)
    (folder / "d.csv.gz").write_bytes((folder / "d.csv.gz").read_bytes()[:-20])
    assert "d.csv.gz" in index.load(folder, Columns()).passed_over, "half a file is none, and is named"


MAPPING = """
[columns]
uhid = "CR No"
name = ["First", "Last"]
name_hindi = "नाम"
sex = "G"
birth = "DOB"
locality = ["House", "Village"]
district = "District"
former = "Old CR"
merged_into = "Merged"
dates = "mdy"

[sexes]
1 = "male"
2 = "female"
"""


def test_the_mapping_says_how_the_hospital_writes(index: PatientIndex, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    text = (
        "CR No,First,Last,नाम,G,DOB,House,Village,District,Old CR,Merged\n"
        "1,Kiran,Bala,किरण बाला,2,05/06/1980,H 12,Rampur,Meerut,9 8,\n"
        "3,Kiran,,,2,,,,,,1\n4,Raj,Singh,,3,,,,,,\n5,Ram,Lal,,1,,,,,,zz!\n"
    )
    report = load(index, tmp_path / "p.csv", text, read_columns(tmp_path / "map.toml"))
    found = one(index, "1")
    assert (found.name, found.name_hindi, found.birth) == ("Kiran Bala", "किरण बाला", "1980-05-06")
    assert (found.sex, found.locality, found.district) == (Sex.FEMALE, "H 12, Rampur", "Meerut")
    assert one(index, "9") == one(index, "8") == one(index, "3") == found and report.merged == 1
    assert told(report) == [(4, "sex", False), (5, "merged_into", True)] and one(index, "5").sex is Sex.MALE


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[columns]\nuhid = 'u'\nname = []\n", 3),
        ("[columns]\nuhid = ['u', 'v']\nname = 'n'\n", 2),
        ("[columns]\nuhid = 'u'\nname = 'n'\ndates = 'ymd'\n", 4),
        ("[columns]\nuhid = 'u'\nname = 'n'\n[sexes]\n1 = 'man'\n", 5),
        ("sexes = 1\n[columns]\nuhid = 'u'\nname = 'n'\n", 1),
    ],
)
def test_a_wrong_mapping_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(IndexColumnsWrong) as wrong:
        read_columns(tmp_path / "map.toml")
    assert wrong.value.values["line"] == line


def test_a_name_is_found_by_either_script(index: PatientIndex, tmp_path: Path) -> None:
    text = "uhid,name,name_hindi,birth_date\n1,Zubaida Khatoon,ज़ुबैदा ख़ातून,1980\n2,Lily,सुनीता देवी,1980\n"
    load(index, tmp_path / "h.csv", text)
    assert [each.uhid for each in index.look(LookField.NAME, "सुनीता")] == ["2"]
    for asked in (Person(name_hindi="सुनीता", birth="1981"), Person(name="Suneeta Devi", birth="1980")):
        assert [found.uhid for found, _ in index.candidates(asked)] == ["2"]


def test_a_common_key_is_cut_and_says_so_and_a_worker_reads_the_same(index: PatientIndex, tmp_path: Path) -> None:
    rows = "".join(f"{n},Sunita Devi,F,1980,,9876501234,\n" for n in range(1, 200))
    load(index, tmp_path / "c.csv", HEAD + rows + "500,Ramdulari,F,1950,,,\n")
    asked = Person(name="Sunita", birth="1980", mobiles=("9876501234",), uhid="150")
    found = index.search(asked)
    assert "mobile" in found.cut and any(each.uhid == "150" for each, _ in found.people) and len(found.people) <= 120
    assert index.search(Person(name="Ramdulari")).cut == ()
    key = index.reader_key()
    assert key.key.hex() not in repr(key) and repr(key.key) not in repr(key)
    reader = IndexReader(key)
    assert reader.search(asked) == found
    kept = reader.patient("150")
    assert kept is not None and kept.uhid == "150" and reader.patient("999") is None
    reader.close()


def test_a_load_stopped_while_filing_goes_on(index: PatientIndex, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(HEAD + "".join(f"{n},Asha {n % 7},F,,,,\n" for n in range(1, 300)) + "5,Other,M,,,,\n")

    def stop(done: int, total: int) -> None:
        if done == total // 2 + 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.load(path, Columns(), filing=stop)
    assert not index.here
    steps: list[int] = []
    report = index.load(path, Columns(), filing=lambda done, _: steps.append(done))
    assert report.rows == 299 and report.double == 1 and len(steps) == 29 and one(index, "5").name == "Asha 5"
    assert sorted(each.name for each in index.folder.iterdir() if each.name.startswith(".index")) == []


def test_a_second_load_beside_the_first_is_refused_and_hurts_nothing(
    index: PatientIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fallback.patients.loading.BATCH", 2_500)
    monkeypatch.setattr("fallback.patients.loading.LOCK_SECONDS", 0)
    path = tmp_path / "two.csv"
    path.write_text("uhid,name\n" + "".join(f"{n},Asha Rani\n" for n in range(1, 6_001)))
    told: list[str] = []

    def beside(done: int, _total: int) -> None:
        if not told:
            told.append("")
            with pytest.raises(IndexBusy) as wrong:
                PatientIndex(index.folder, index._vault).load(path, Columns())
            told.append(str(wrong.value))

    assert index.load(path, Columns(), progress=beside).rows == 6_000 and "Another program" in told[1]


def test_power_cut_between_the_two_files_loses_and_doubles_nothing(
    index: PatientIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fallback.patients.loading.BATCH", 2_500)
    path = tmp_path / "many.csv"
    path.write_text("uhid,name\n" + "".join(f"{n},Asha Rani\n" for n in range(1, 10_001)) + ",bad\n")
    from fallback.patients import loading

    real, count = loading._written, 0

    def cut(db: Any) -> Any:
        nonlocal count
        count += 1
        if count == 4:  # the second batch: its keys are written, its patients are not
            raise KeyboardInterrupt
        return real(db)

    monkeypatch.setattr(loading, "_written", cut)
    with pytest.raises(KeyboardInterrupt):
        index.load(path, Columns())
    report = index.load(path, Columns())
    assert report.rows == 10_000 and report.double == 0 and report.bad_rows == 1
    assert [each.line for each in index.troubles()] == [10_002]
    seeks = index._reader().db.execute("SELECT count(*) FROM seek").fetchone()[0]
    assert seeks == 10_000 * 4, "a number, the given name, both names, the second name"
    assert isinstance(next(index.troubles()), BadRow)


def test_a_pipe_is_not_waited_for(index: PatientIndex, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "patients.csv")
    with pytest.raises(IndexFileWrong, match="neither a file nor a folder"):
        index.load(tmp_path / "patients.csv", Columns())


@pytest.mark.parametrize("encoding", ["hex", "rot13", "undefined", "utf\0", "nothing"])
def test_an_encoding_that_is_none_of_texts_is_told(index: PatientIndex, tmp_path: Path, encoding: str) -> None:
    with pytest.raises(IndexFileWrong, match="encoding"):
        load(index, tmp_path / "a.csv", HEAD + "1,Asha,F,,,,\n", Columns(encoding=encoding))
