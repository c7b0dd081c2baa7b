"""The day in pictures and its files: drawn charts with their figures, the register and census as PDF, CSV and XLSX."""

import csv
import io
import re
from datetime import date
from xml.etree import ElementTree

import openpyxl
import pytest

from fallback.enrolment import Installation
from fallback.ledger.queries import today as days
from fallback.web.charts import HALF, WIDE, Chart, Value, bars, columns
from fallback.web.frontdesk.picture import picture
from tests import factories
from tests.web.visitor import Visitor

DAY = "2026-11-23"


@pytest.fixture
def chief(desk: Visitor) -> Visitor:
    visitor = Visitor(desk.client.application)
    visitor.log_in("meena")
    return visitor


def within(chart: Chart) -> bool:
    return all(
        each.x >= 0 and each.y >= -0.01 and each.x + each.width <= chart.width and each.y + each.height <= chart.height
        for each in chart.shapes
    )


@pytest.mark.parametrize("figures", [[0], [1], [0, 0, 0], [7, 250, 3], [1] * 96, [99_999, 1], []])
def test_a_chart_stays_in_its_frame_and_every_figure_is_text(figures: list[int]) -> None:
    values = [Value(name=f"{place:02d}:00", value=each, part=each // 2) for place, each in enumerate(figures)]
    for chart, width in ((columns(values, named_every=4), WIDE), (bars(values), HALF)):
        assert within(chart) and chart.width == width
    assert [each.text for each in bars(values).labels if each.strong] == [str(each) for each in figures]
    lines = [each.text for each in columns(values).labels if each.anchor == "end"]
    assert 2 <= len(lines) <= 6 and int(lines[-1]) >= max(figures, default=0)


def test_a_part_is_never_more_than_its_whole() -> None:
    chart = bars([Value(name="x", value=2, part=9)])
    assert within(chart) and sum(each.width for each in chart.shapes if each.hatched) <= HALF
    assert max(len(each.text) for each in bars([Value(name="W" * 300, value=1)]).labels) < 60


def test_slips_are_counted_by_the_quarter_whatever_becomes_of_them(desk: Visitor, installation: Installation) -> None:
    for _ in range(3):
        desk.register()
    desk.send(desk.get("/slips/00100000114/void").page.form("reason"), reason="twice")
    db = installation.ledger.db()
    [quarter] = days.pace(db, DAY)
    assert (quarter.of, quarter.issued) == (38, 3), "09:30"
    assert installation.ledger.rebuild_views()
    assert days.pace(installation.ledger.db(), DAY) == [quarter]


def test_the_picture_is_drawn_and_told(desk: Visitor, chief: Visitor) -> None:
    for clinic in ("MED", "DEN", "PSY"):
        desk.register(clinic=clinic)
    page = chief.get("/supervisor/day")
    assert 'data-live="30"' in page.text and '<noscript><meta http-equiv="refresh" content="30">' in page.text
    drawn = re.findall(r"<svg viewBox.*?</svg>", page.text, re.DOTALL)
    assert len(drawn) == 3
    for each in drawn:
        ElementTree.fromstring(each)
    assert "style=" not in page.text and "Room 112" in page.text and "Psychiatry" not in page.text
    assert "₹10" in page.text
    old = chief.get("/supervisor/day?day=22-11-2026")
    assert "No slip today yet" in old.text and "http-equiv" not in old.text and "data-live" not in old.text
    for wrong in ("x", "24-11-2026", "2019-01-01", "9" * 500):
        assert chief.get(f"/supervisor/day?day={wrong}").status == 400


def test_a_picture_of_an_empty_day_has_nothing_to_draw(chief: Visitor) -> None:
    assert "No slip today yet" in chief.get("/supervisor").text
    assert chief.get("/supervisor/day").status == 200


def test_register_and_census_leave_as_files(desk: Visitor, chief: Visitor) -> None:
    desk.register(clinic="DEN", name="Sunita Devi")
    desk.register(clinic="MED", name="Rekha Kumari", sex="female", age="8")
    for name in ("register", "opd-census"):
        answer = chief.get(f"/{name}/pdf?day=23-11-2026")
        assert answer.content.startswith(b"%PDF")
        told = chief.get(f"/{name}/csv")
        assert told.headers["Content-Disposition"] == f'attachment; filename="{name}-{DAY}.csv"'
        rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"), newline="")))
        book = openpyxl.load_workbook(io.BytesIO(chief.get(f"/{name}/xlsx").content))
        cells = [["" if cell is None else str(cell) for cell in row] for row in book.active.values]
        assert cells == rows and len(rows) == (3 if name == "register" else 4)
        assert ("Rekha Kumari" in str(rows)) is (name == "register")
        assert "9810000001" not in str(rows)
        assert chief.get(f"/{name}/exe").status == 404
        assert chief.get(f"/{name}/csv?day=1-1-2999").status == 400


def test_files_that_name_patients_are_the_supervisors(desk: Visitor, installation: Installation) -> None:
    officer = Visitor(desk.client.application)
    officer.log_in("ravi")
    assert officer.get("/opd-census/csv").status == 200
    assert officer.get("/register/csv").status == 403
    assert desk.get("/register/csv").status == 403
    assert factories.PIN not in officer.get("/opd-census/csv").content.decode()


def test_what_has_no_bar_of_its_own_is_in_the_last_one(desk: Visitor) -> None:
    for clinic in ("MED", "MED", "DEN", "ENT"):
        desk.register(clinic=clinic)
    with desk.client.application.test_request_context():
        made = picture(date.fromisoformat(DAY), most=1)
        whole = picture(date.fromisoformat(DAY))
    assert [(each.name, each.value, each.part) for each in made.clinics] == [
        ("General Medicine", 2, 2),
        ("2 more", 2, 2),
    ]
    assert [each.value for each in whole.clinics] == [2, 1, 1] and made.issued == whole.issued == 4
