"""The table in the hospital's own columns, and its return sheet: each UHID to exactly its slip, all else held."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from fallback.ehospital.sheet import SheetConnector
from fallback.enrolment import Installation
from fallback.errors import (
    CanaryWaits,
    CheckListOpen,
    NothingToHandOver,
    ReturnWrong,
    SentByTable,
    SheetColumnsMissing,
    SheetColumnsWrong,
    TableUnknown,
)
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.ledger.queries import Delivery
from fallback.patients import Columns, PatientIndex
from fallback.recovery import (
    Choice,
    HandedOver,
    TakenBack,
    approve,
    gates,
    hand_over,
    handed_over,
    run_import,
    take_back,
)
from fallback.slip import Sex, SlipNumber
from fallback.spreadsheet import Cell, Sheet, csv_of, xlsx_of
from tests.backlog import HOSPITAL, SUNITA, Backlog, cleared

TARGET = "table"
COLUMNS = """
[sheet]
format = "xlsx"
unlink = ["Ask the team to move the visit."]

[[column]]
heading = "Slip No"
value = "{number}"

[[column]]
heading = "CR No"
value = "{uhid}"

[[column]]
heading = "Patient Name"
value = "{name}"
needed = true
longest = 40

[[column]]
heading = "Sex"
value = "{sex}"
codes = { female = "F", male = "M", other = "O", unknown = "U" }

[[column]]
heading = "DOB"
value = "{birth_date}"
date = "%d/%m/%Y"

[[column]]
heading = "Visit"
value = "{visit_date}"
date = "excel"

[[column]]
heading = "Mobile"
value = "{mobile}"

[return]
uhid = "New CR No"
same = ["Patient Name", "Sex"]
"""
NAMES = ("Sunita Devi", "Mohan Lal", "Asha Rani", "Ram Singh", "Gita Kumari")
BACK = ("Slip No", "Patient Name", "Sex", "New CR No")


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    made = Backlog(tmp_path / "ledger", 1)
    yield made
    made.ledger.close()


def way(folder: Path, text: str = COLUMNS) -> SheetConnector:
    file = folder / "columns.toml"
    file.write_text(text, encoding="utf-8")
    return SheetConnector(Target(name=TARGET, url="sheet:table", test=True, kind="sheet", file=str(file)), HOSPITAL)


@pytest.fixture
def connector(tmp_path: Path) -> SheetConnector:
    return way(tmp_path)


def ready(backlog: Backlog, count: int = 3, **more: Any) -> list[SlipNumber]:
    slips = [backlog.issue(replace(SUNITA, name=NAMES[at]), **more) for at in range(count)]
    approve(backlog.ledger, TARGET, by="meena")
    cleared(backlog.ledger, TARGET)
    return [each.number for each in slips]


def stands(backlog: Backlog, number: SlipNumber) -> Delivery:
    delivery = queries.delivery(backlog.ledger.db(), number, TARGET)
    assert delivery is not None
    return delivery


def over(backlog: Backlog, connector: SheetConnector, **more: Any) -> HandedOver:
    return hand_over(backlog.ledger, connector, by="meena", **more)


def cells(made: HandedOver, sheet: str = "New") -> list[tuple[Any, ...]]:
    (content,) = made.files.values()
    return list(load_workbook(io.BytesIO(content))[sheet].iter_rows(values_only=True))


def back(
    backlog: Backlog, connector: SheetConnector, path: Path, rows: Sequence[Sequence[Cell]], **more: Any
) -> TakenBack:
    path.write_bytes(csv_of(Sheet(title="A", header=BACK, rows=rows)))
    return take_back(backlog.ledger, connector, path, pattern=HOSPITAL.uhid_pattern, by="meena", **more)


def row(number: SlipNumber, at: int, uhid: str) -> list[Cell]:
    return [number.text, NAMES[at].upper(), "F", uhid]


def test_a_slip_stands_in_the_hospitals_columns(backlog: Backlog, connector: SheetConnector) -> None:
    first, *_ = ready(backlog)
    made = over(backlog, connector)
    heading, one, *rest = cells(made)
    assert heading == ("Slip No", "CR No", "Patient Name", "Sex", "DOB", "Visit", "Mobile") and len(rest) == 2
    assert one[:5] == (first.text, None, "Sunita Devi", "F", None) and one[5].date() == date(2026, 11, 23)
    assert made.counts == {"New": 3} and stands(backlog, first).stage == "sending"
    assert handed_over(backlog.ledger, connector, made.run).counts == made.counts, "a lost table is made once more"
    with pytest.raises(NothingToHandOver):
        over(backlog, connector)
    with pytest.raises(TableUnknown):
        handed_over(backlog.ledger, connector, "table-x")


def test_uhids_come_back_to_their_slips_and_twice_changes_nothing(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path
) -> None:
    numbers = ready(backlog)
    over(backlog, connector)
    rows: list[list[Cell]] = [
        row(numbers[0], 0, "100000001"),
        row(numbers[1], 1, ""),
        [numbers[2].grouped, "asha  RANI", "f", " '100000003"],
    ]
    report = back(backlog, connector, tmp_path / "r.csv", rows)
    assert (report.confirmed, report.waiting, report.held) == (2, 1, [])
    assert [stands(backlog, each).stage for each in numbers] == ["confirmed", "sending", "confirmed"]
    assert stands(backlog, numbers[2]).uhid == "100000003" and stands(backlog, numbers[0]).confirmed == 0
    rows[1] = row(numbers[1], 1, "100000002")
    report = back(backlog, connector, tmp_path / "r.csv", rows)
    assert (report.confirmed, report.again, report.held) == (1, 2, [])
    before = backlog.ledger.db().execute("SELECT count(*) FROM line").fetchone()
    assert back(backlog, connector, tmp_path / "r.csv", rows).again == 3
    assert backlog.ledger.db().execute("SELECT count(*) FROM line").fetchone() == before


def test_a_wrong_swapped_or_reused_uhid_is_held_with_its_row(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path
) -> None:
    numbers = ready(backlog, 5)
    stranger = backlog.issue(replace(SUNITA, name="Never Sent"))
    over(backlog, connector)
    report = back(
        backlog,
        connector,
        tmp_path / "r.csv",
        [
            row(numbers[0], 0, "12345"),  # no UHID
            row(numbers[1], 2, "100000002"),  # speaks of somebody else
            row(numbers[2], 2, "100000003"),
            row(numbers[3], 3, "100000003"),  # two patients, one number
            row(numbers[4], 4, "100000005"),
            ["17000000199", "X", "F", "100000009"],  # wrong check digits
            ["", "X", "F", "100000009"],
            row(stranger.number, 0, "100000008"),
        ],
    )
    assert report.confirmed == 1 and [each.line for each in report.held] == [2, 3, 4, 5, 7, 8, 9]
    assert [stands(backlog, each).stage for each in numbers] == ["held", "held", "held", "held", "confirmed"]
    assert [stands(backlog, each).hold for each in numbers[:4]] == ["other", "differs", "uhid_another", "uhid_another"]
    assert "Row 3" in stands(backlog, numbers[1]).reason and "Patient Name" in stands(backlog, numbers[1]).reason
    good = [row(each, at, f"10000001{at}") for at, each in enumerate(numbers[:4])]
    report = back(backlog, connector, tmp_path / "r.csv", good)
    assert report.confirmed == 4 and not report.held, "a sheet put right takes the holds away"
    report = back(backlog, connector, tmp_path / "r.csv", [row(numbers[0], 0, "100000005")])
    assert "another UHID came back" in report.held[0].why and stands(backlog, numbers[0]).uhid == "100000010"


def test_a_uhid_that_is_another_slips_already_is_held(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path
) -> None:
    numbers = ready(backlog, 2)
    over(backlog, connector)
    back(backlog, connector, tmp_path / "r.csv", [row(numbers[0], 0, "100000001")])
    report = back(backlog, connector, tmp_path / "s.csv", [row(numbers[1], 1, "100000001")])
    assert numbers[0].grouped in report.held[0].why and stands(backlog, numbers[1]).hold == "uhid_another"


def test_the_uhid_of_a_card_is_nobody_elses(backlog: Backlog, connector: SheetConnector, tmp_path: Path) -> None:
    backlog.issue(replace(SUNITA, name=NAMES[1], name_hindi=""), uhid="100000001")
    numbers = ready(backlog, 2)
    over(backlog, connector)
    rows = [row(numbers[0], 0, "100000001"), row(numbers[1], 1, "100000001")]
    report = back(backlog, connector, tmp_path / "r.csv", rows[:1])
    assert "is already that of slip" in report.held[0].why and stands(backlog, numbers[0]).hold == "uhid_another"
    report = back(backlog, connector, tmp_path / "r.csv", rows[1:])
    assert report.confirmed == 1, "the patient of the card, registered once more without it"


def test_one_slip_with_two_uhids_is_held(backlog: Backlog, connector: SheetConnector, tmp_path: Path) -> None:
    (number,) = ready(backlog, 1)
    over(backlog, connector)
    rows = [row(number, 0, "100000001"), row(number, 0, "100000002")]
    assert len(back(backlog, connector, tmp_path / "r.csv", rows).held) == 2 and stands(backlog, number).stage == "held"


def test_a_column_that_slipped_is_noticed_by_the_patients_who_are_known(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path
) -> None:
    numbers = [
        backlog.issue(replace(SUNITA, name=NAMES[at]), uhid=f"20000000{at + 1}" if at < 3 else "").number
        for at in range(5)
    ]
    approve(backlog.ledger, TARGET, by="meena")
    cleared(backlog.ledger, TARGET)
    over(backlog, connector)
    slipped = ["200000002", "200000003", "100000001", "100000002", "200000001"]
    rows = [row(each, at, slipped[at]) for at, each in enumerate(numbers)]
    with pytest.raises(ReturnWrong, match="row 2"):
        back(backlog, connector, tmp_path / "r.csv", rows)
    assert {stands(backlog, each).stage for each in numbers} == {"sending"}, "nothing was changed"
    rows = [row(each, at, f"20000000{at + 1}") for at, each in enumerate(numbers[:3])]
    rows[1][3] = "200000009"
    report = back(backlog, connector, tmp_path / "r.csv", rows)
    assert report.confirmed == 2 and "has another UHID" in report.held[0].why


def test_the_index_knows_whose_number_it_is(
    backlog: Backlog, connector: SheetConnector, installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "p.csv").write_text("uhid,name,sex\n100000001,Abdul Karim,M\n100000002,Mohan Lall,M\n")
    index = PatientIndex(installation.folder, installation.vault)
    index.load(tmp_path / "p.csv", Columns())
    one = backlog.issue(replace(SUNITA, name=NAMES[0])).number
    two = backlog.issue(replace(SUNITA, name=NAMES[1], sex=Sex.MALE)).number
    approve(backlog.ledger, TARGET, by="meena")
    cleared(backlog.ledger, TARGET)
    over(backlog, connector)
    rows: list[list[Cell]] = [row(one, 0, "100000001"), [two.text, "Mohan Lal", "M", "100000002"]]
    report = back(backlog, connector, tmp_path / "r.csv", rows, index=index)
    assert report.confirmed == 1 and "patient index" in report.held[0].why and stands(backlog, one).stage == "held"


def test_a_later_visit_waits_for_the_first_ones_number(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path
) -> None:
    (first,) = ready(backlog, 1)
    later = backlog.issue(replace(SUNITA, name=NAMES[0]), patient_number=first).number
    approve(backlog.ledger, TARGET, by="meena")
    made = over(backlog, connector)
    assert made.counts == {"New": 1} and made.waiting == 1
    back(backlog, connector, tmp_path / "r.csv", [row(first, 0, "100000001")])
    made = over(backlog, connector)
    assert cells(made)[1][:2] == (later.text, "100000001")
    report = back(backlog, connector, tmp_path / "r.csv", [row(later, 0, "100000009")])
    assert "has another UHID" in report.held[0].why
    assert back(backlog, connector, tmp_path / "r.csv", [row(later, 0, "100000001")]).confirmed == 1


def test_what_was_handed_over_before_changed_or_is_void_stands_on_its_own_sheet(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path
) -> None:
    numbers = ready(backlog, 3)
    over(backlog, connector)
    back(
        backlog,
        connector,
        tmp_path / "r.csv",
        [row(numbers[0], 0, "100000001"), row(numbers[1], 1, "bad"), row(numbers[2], 2, "100000003")],
    )
    slips = [queries.slip(backlog.ledger.db(), each) for each in numbers]
    assert slips[0] is not None and slips[2] is not None
    backlog.correct(slips[0].slip, patient=replace(SUNITA, name=NAMES[0], mobile="9811111111"))
    backlog.void(slips[2].slip)
    approve(backlog.ledger, TARGET, Choice(again=True), by="meena")
    made = over(backlog, connector)
    assert made.counts == {"Look first": 1, "Changed": 1, "Withdrawn": 1}
    assert (
        cells(made, "Changed")[1][:2] == (numbers[0].text, "100000001") and cells(made, "Withdrawn")[1][2] == NAMES[2]
    )
    rows = [row(each, at, f"10000000{at + 1}") for at, each in enumerate(numbers)]
    assert back(backlog, connector, tmp_path / "r.csv", rows).confirmed == 3
    assert stands(backlog, numbers[0]).confirmed == 1


def test_an_xlsx_with_all_its_sheets_comes_back(backlog: Backlog, connector: SheetConnector, tmp_path: Path) -> None:
    numbers = ready(backlog, 2)
    over(backlog, connector)
    rows: list[list[Cell]] = [[int(numbers[0].text), "Sunita Devi", "F", 100000001]]
    more: list[list[Cell]] = [[numbers[1].text, "Mohan Lal", "F", "100000002"]]
    notes = Sheet(title="Notes", header=("Read me",), rows=[["done by IT"]])
    sheets = [notes, Sheet(title="New", header=BACK, rows=rows), Sheet(title="Changed", header=BACK, rows=more)]
    (tmp_path / "r.xlsx").write_bytes(xlsx_of(sheets))
    report = take_back(backlog.ledger, connector, tmp_path / "r.xlsx", pattern=HOSPITAL.uhid_pattern, by="meena")
    assert report.confirmed == 2 and not report.held


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Slip No,New CR No\n",
        b"Slip No,Patient Name,Sex\n1,a,F\n",
        b"Slip No,New CR No,Sex\n1,2,F\n",
        b"PK\x03\x04rubbish",
        b"\xff\xfe\x00\x01",
    ],
    ids=["empty", "no rows", "no uhid", "no name", "no zip", "binary"],
)
def test_a_file_that_is_no_return_sheet_changes_nothing(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path, content: bytes
) -> None:
    (number,) = ready(backlog, 1)
    over(backlog, connector)
    (tmp_path / "r").write_bytes(content)
    with pytest.raises(ReturnWrong):
        take_back(backlog.ledger, connector, tmp_path / "r", pattern=HOSPITAL.uhid_pattern, by="meena")
    assert stands(backlog, number).stage == "sending"


def test_the_gates_stand_before_the_first_table(backlog: Backlog, connector: SheetConnector, tmp_path: Path) -> None:
    for at in range(12):
        backlog.issue(replace(SUNITA, name=f"Asha {'abcdefghijkl'[at]}"))
    approve(backlog.ledger, TARGET, by="meena")
    with pytest.raises(CheckListOpen):
        over(backlog, connector)
    for point, answers in gates.ANSWERS.items():
        gates.check(backlog.ledger, TARGET, point, answers.good[-1], "as agreed", by="meena")
    assert over(backlog, connector).counts == {"New": gates.CANARY}
    with pytest.raises(CanaryWaits):
        over(backlog, connector)
    with pytest.raises(SentByTable):
        run_import(backlog.ledger, connector, by="meena")


def test_what_the_table_has_no_room_or_word_for_is_held_and_no_formula_goes_out(
    backlog: Backlog, tmp_path: Path
) -> None:
    text = COLUMNS.replace('format = "xlsx"', 'format = "csv"\ndelimiter = ";"').replace(', unknown = "U"', "")
    connector = way(tmp_path, text)
    long = backlog.issue(replace(SUNITA, name="A" * 41)).number
    odd = backlog.issue(replace(SUNITA, sex=Sex.UNKNOWN)).number
    good = backlog.issue(replace(SUNITA, name="-Asha")).number
    approve(backlog.ledger, TARGET, by="meena")
    cleared(backlog.ledger, TARGET)
    made = over(backlog, connector)
    assert made.held == 2 and {stands(backlog, each).hold for each in (long, odd)} == {"lacks"}
    (name,) = made.files
    assert name.endswith("-new.csv") and f"{good.text};;'-Asha;F" in made.files[name].decode("utf-8-sig")
    assert back(backlog, connector, tmp_path / "r.csv", [[good.text, "'-ASHA", "F", "100000001"]]).confirmed == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('value = "{number}"', 'value = "{token}"'),
        ('same = ["Patient Name", "Sex"]', 'same = ["Sex"]'),
        ('same = ["Patient Name", "Sex"]', 'same = ["Patient"]'),
        ('heading = "Sex"', 'heading = "mobile"'),
        ('date = "%d/%m/%Y"', ""),
        ('date = "excel"', 'date = "yesterday"'),
        ('value = "{mobile}"', 'value = "{mobil}"'),
        ('value = "{mobile}"', 'value = "{mobile"'),
        ('uhid = "New CR No"', ""),
        ("longest = 40", "longest = 0"),
    ],
)
def test_a_wrong_file_of_columns_is_told(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(SheetColumnsWrong):
        way(tmp_path, COLUMNS.replace(old, new, 1))


def test_the_example_of_the_documents_is_right(backlog: Backlog, tmp_path: Path) -> None:
    connector = way(tmp_path, (Path(__file__).parent.parent / "docs/targets/columns/example.toml").read_text("utf-8"))
    told = connector.preview(backlog.issue())
    assert connector.objection(backlog.issue()) == "" and told["Visit date"] == "23/11/2026 10:01"
    assert (told["Age"], told["Address"], told["Department"]) == ("34 years", "Tajganj Agra 282001", "ENT")


def test_without_a_file_of_columns_there_is_no_way() -> None:
    with pytest.raises(SheetColumnsMissing):
        SheetConnector(Target(name=TARGET, url="sheet:table", test=True, kind="sheet"), HOSPITAL)


def test_a_sheet_without_end_is_refused_and_changes_nothing(
    backlog: Backlog, connector: SheetConnector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = ready(backlog, 1)
    over(backlog, connector)
    monkeypatch.setattr("fallback.recovery.returns._MOST_ROWS", 2)
    with pytest.raises(ReturnWrong, match="more than 2 rows"):
        back(backlog, connector, tmp_path / "b.csv", [row(number, 0, "100000001")] * 3)
    assert stands(backlog, number).stage == "sending"
