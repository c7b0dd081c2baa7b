"""The outpatient day: the register's lines, the census that adds up, and the files that other programs open."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import openpyxl
from hypothesis import given, strategies as st

from fallback import opd
from fallback.frontdesk import Counter, correct, opd_papers, open_shift, register, void
from fallback.frontdesk.stays import Admission, admit
from fallback.language import LANGUAGES, translate
from fallback.ledger import queries
from fallback.slip import Age, AgeUnit, FeeStatus, Kind, Patient, Sex, Slip, SlipNumber, Visit
from fallback.spreadsheet import Sheet, csv_of, xlsx_of
from tests import factories
from tests.test_printing import pictures, text_of

DAY = date(2026, 11, 23)
HOSPITAL = factories.hospital()
EVIL = ("=1+1", "+91 98100", "-5", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "#REF!")


def slip(serial: int = 1, **more: object) -> Slip:
    made = Slip(
        number=SlipNumber(1, serial),
        issued=datetime(2026, 11, 23, 4, 11, tzinfo=UTC),
        patient=factories.patient(),
        visit=Visit(clinic=1, token=serial, token_series=1, fee=10),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def patient(**more: Any) -> Patient:
    return factories.patient(**more)


def test_the_census_counts_each_patient_once_and_a_void_slip_as_void_only() -> None:
    entries = [
        (slip(1), False),
        (slip(2, patient=patient(sex=Sex.MALE, age=Age(value=8, unit=AgeUnit.MONTHS)), uhid="123456789"), False),
        (slip(3, patient=patient(sex=Sex.UNKNOWN, age=Age(value=60)), kind=Kind.CASUALTY, medico_legal=True), False),
        (slip(4, visit=Visit(clinic=1, fee_status=FeeStatus.EXEMPT)), False),
        (slip(5, patient=patient(age=None, birth_date=date(1966, 11, 24))), False),
        (slip(6, patient=patient(age=None, birth_date=date(1966, 11, 23))), True),
        (slip(7, visit=Visit(clinic=21)), False),
    ]
    found = opd.census(entries, DAY)
    assert found[1] == opd.ClinicCount(
        new=4, old=1, female=3, male=1, other=1, children=1, aged=1, emergency=1, medico_legal=1, exempt=1, rupees=40,
        void=1,
    )  # fmt: skip
    assert (found[21].all, opd.total(found.values()).all) == (1, 6)


def test_the_register_says_no_more_than_the_paper() -> None:
    discreet = next(each for each in HOSPITAL.clinics if each.discreet)
    alias = patient(name="Lotus-27", name_hindi="", guardian="Secret", mobile="9810000001", district="Secret")
    entries = [
        (slip(2, visit=Visit(clinic=discreet.number, token=1, token_series=1)), False),
        (slip(1, emergency=True, medico_legal=True), True),
        (slip(3, patient=alias, sealed=b"x" * 80, uhid=""), False),
    ]
    for language in LANGUAGES:
        lines = opd.register(entries, HOSPITAL, language)
        assert all(len(line) == len(opd.REGISTER) for line in lines)
        text = " ".join(str(cell) for line in lines for cell in line)
        assert discreet.name not in text and discreet.name_hindi not in text
        assert "9810000001" not in text and "Secret" not in text
        assert [line[1] for line in lines] == [SlipNumber(1, each).grouped for each in (1, 3, 2)]
        assert lines[0][2] == "09:41"
        assert lines[0][-1] == ", ".join(translate(each, language) for each in ("Void", "Emergency", "Medico-legal"))


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=1), max_size=5))
def test_no_text_becomes_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    sheet = Sheet(title="a/b", header=["=name"], rows=[*rows, *([each] for each in EVIL)])
    read = list(csv.reader(io.StringIO(csv_of(sheet).decode("utf-8-sig"), newline="")))
    assert len(read) == 1 + len(sheet.rows)
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in read for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of([sheet])))
    cells = [row[0] for row in book.active.iter_rows()]
    assert {cell.data_type for cell in cells} <= {"s", "n"}, "n: an empty one"
    assert cells[-len(EVIL)].value == EVIL[0]


def test_numbers_and_days_stay_what_they_are() -> None:
    made = xlsx_of([Sheet(title="x" * 50, header=["n", "d", "e"], rows=[[-5, DAY, None]])])
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert [cell.value for cell in book.active[2]] == [-5, datetime(2026, 11, 23), None]  # noqa: DTZ001
    assert book.active.freeze_panes == "A2" and book.active["A1"].font.b
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
            assert b"<f>" not in archive.read(name)


def test_the_papers_of_a_day(counter: Counter) -> None:
    shift = open_shift(counter, series=1, login="asha")
    numbers = [
        register(counter, shift.key, factories.registration(f"Sunita {letter}", clinic=clinic)).row.slip.number
        for letter, clinic in (("A", "MED"), ("B", "DEN"), ("C", "MED"), ("D", "DEN"))
    ]
    void(counter, shift.key, numbers[3], "twice", allowed_by="meena")
    correct(counter, shift.key, numbers[2], factories.registration("Sunita Z", clinic="DEN"), "clinic")
    book = opd_papers.opd_register(counter, DAY)
    assert len(pictures(book, 20)) == 2, "a page for each clinic"
    first, second = text_of(book, 0), text_of(book, 1)
    assert "Sunita A" in first and "Sunita C" not in first
    assert "Sunita B" in second and "Sunita Z" in second
    text = text_of(opd_papers.opd_census(counter, DAY, factories.START))
    assert "General Medicine" in text and "Dental Surgery" in text and "23-11-2026" in text
    empty = date(2026, 11, 1)
    assert len(pictures(opd_papers.opd_register(counter, empty), 20)) == 1
    assert "No slip on this day" in text_of(opd_papers.opd_census(counter, empty, factories.START))


def test_who_was_given_a_bed_is_no_outpatient(counter: Counter) -> None:
    shift = open_shift(counter, series=1, login="asha")
    told = replace(factories.registration(), kind=Kind.ADMISSION)
    admit(counter, shift.key, Admission(registration=told, ward=2, bed="7"))
    admit(counter, shift.key, Admission(registration=replace(told, clinic=0), ward=2, bed="8", in_bed=True))
    number = register(counter, shift.key, factories.registration("Asha Lata")).row.slip.number
    db = counter.ledger.db()
    assert [found.number for found, _ in opd_papers.entries_of(db, DAY)] == [number]
    assert [row.slip.number for row in queries.clinic_slips(db, told.clinic, DAY.isoformat())] == [number]
