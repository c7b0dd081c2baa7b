"""Tables in a browser: made, fetched as often as they are lost, and the return sheet read back."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from fallback import recovery
from fallback.enrolment import Installation
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.spreadsheet import Sheet, csv_of
from fallback.web import close, create_app
from tests import factories
from tests.backlog import cleared
from tests.test_returns import COLUMNS
from tests.web.visitor import Answer, Visitor

TARGET = "records"


@pytest.fixture
def taking(installation: Installation, tmp_path: Path) -> Iterator[Flask]:
    file = tmp_path / "columns.toml"
    file.write_text(COLUMNS, encoding="utf-8")
    target = Target(name=TARGET, url=f"sheet:{TARGET}", test=True, kind="sheet", file=str(file))
    made = create_app(installation, replace(factories.hospital(), targets=(target,)), clock=factories.clock())
    yield made
    close(made)


@pytest.fixture
def ravi(taking: Flask, installation: Installation) -> Visitor:
    clerk = Visitor(taking).at_desk()
    for name in ("Sunita Devi", "Mohan Lal"):
        clerk.register(name=name, mobile="")
    recovery.approve(installation.ledger, TARGET, by="meena")
    visitor = Visitor(taking)
    visitor.log_in("ravi")
    return visitor


def make(visitor: Visitor) -> Answer:
    return visitor.send(visitor.get("/records/tables").page.form("limit"))


def fetch(visitor: Visitor, installation: Installation) -> bytes:
    (table,) = recovery.open_tables(installation.ledger.db(), TARGET)
    answer = visitor.client.get(f"/records/tables/{table.run}?to={TARGET}")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    return bytes(answer.data)


def hand_in(visitor: Visitor, content: bytes, name: str = "return.csv") -> Answer:
    form = visitor.get("/records/tables").page.form("to", action="back")
    data = {"csrf_token": form.fields["csrf_token"], "to": TARGET, "files": (io.BytesIO(content), name)}
    return visitor.post("/records/tables/back", data, content_type="multipart/form-data")


def sheet(installation: Installation, *uhids: str) -> bytes:
    rows = [
        (row.slip.number.text, row.slip.patient.name, row.slip.patient.sex.value[:1].upper(), uhid)
        for row, uhid in zip(queries.slips(installation.ledger.db()), uhids, strict=True)
    ]
    return csv_of(Sheet(title="A", header=("Slip No", "Patient Name", "Sex", "New CR No"), rows=rows))


def test_nothing_is_made_before_the_check_list_is_signed(ravi: Visitor, installation: Installation) -> None:
    assert "check list" in make(ravi).says
    assert recovery.open_tables(installation.ledger.db(), TARGET) == []


def test_the_import_leads_to_the_tables(ravi: Visitor) -> None:
    for page in ("import", "short"):
        assert f"/records/tables?to={TARGET}" in ravi.get(f"/records/{page}?to={TARGET}").text


def test_a_table_is_made_fetched_and_comes_back(ravi: Visitor, installation: Installation) -> None:
    cleared(installation.ledger, TARGET)
    assert "Tables that are not all back" in make(ravi).text
    first = fetch(ravi, installation)
    rows = list(load_workbook(io.BytesIO(first))["New"].iter_rows(values_only=True))
    assert len(rows) == 3 and rows[1][2] == "Sunita Devi"
    again = list(load_workbook(io.BytesIO(fetch(ravi, installation)))["New"].iter_rows(values_only=True))
    assert again == rows, "a lost table is fetched once more"
    answer = hand_in(ravi, sheet(installation, "100000001", "12"))
    assert "1 confirmed" in answer.text and "is no UHID of this hospital" in answer.text
    answer = hand_in(ravi, sheet(installation, "100000001", "100000002"))
    assert "1 confirmed, 1 known before" in answer.text
    assert recovery.open_tables(installation.ledger.db(), TARGET) == []
    assert ravi.get(f"/records/tables/none?to={TARGET}").status == 404


def test_a_file_that_is_none_is_told_and_changes_nothing(ravi: Visitor, installation: Installation) -> None:
    cleared(installation.ledger, TARGET)
    make(ravi)
    assert "cannot be taken as a return sheet" in hand_in(ravi, b"PK\x03\x04 nothing", "r.xlsx").text
    assert "Choose the return sheet first" in hand_in(ravi, b"", "").text
    assert fetch(ravi, installation)


def test_csv_of_several_sheets_is_one_zip(
    ravi: Visitor, taking: Flask, installation: Installation, tmp_path: Path
) -> None:
    cleared(installation.ledger, TARGET)
    (tmp_path / "columns.toml").write_text(COLUMNS.replace('"xlsx"', '"csv"'), encoding="utf-8")
    make(ravi)
    hand_in(ravi, sheet(installation, "12", "13"))
    clerk = Visitor(taking)
    clerk.log_in("asha")
    clerk.register(name="Asha Rani", mobile="")
    recovery.approve(installation.ledger, TARGET, recovery.Choice(again=True), by="meena")
    make(ravi)
    with zipfile.ZipFile(io.BytesIO(fetch(ravi, installation))) as archive:
        assert [name.rpartition("-")[2] for name in archive.namelist()] == ["new.csv", "first.csv"]
        assert [archive.read(name).count(b"\n") for name in archive.namelist()] == [2, 3]


def test_who_has_no_such_system_is_told(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.log_in("ravi")
    assert "takes no table" in visitor.get("/records/tables").text
