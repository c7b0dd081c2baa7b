"""The patient index in a browser: a look with a reason, a patient taken over into the form, and who browses."""

from pathlib import Path

import pytest

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.patients import Columns, PatientIndex
from tests.web.visitor import Answer, Visitor

FILE = """uhid,name,sex,birth_date,guardian,mobile,locality
100000000001,Sunita Devi,F,1984-05-31,Ramesh Kumar,9876501234,Karol Bagh
100000000002,<b>Aslam</b>,M,1971,,9876501234,Seelampur
"""


@pytest.fixture
def loaded(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(FILE, encoding="utf-8")
    frontdesk.load_index(installation.ledger, PatientIndex(installation.folder, installation.vault), path, Columns())


def look(desk: Visitor, wanted: str, why: str = "card") -> Answer:
    return desk.send(desk.get("/index").page.form("wanted"), wanted=wanted, why_looked=why)


def test_without_an_index_the_page_says_where(desk: Visitor) -> None:
    text = desk.get("/index").text
    assert "holds no copy" in text and 'name="wanted"' not in text


@pytest.mark.usefixtures("loaded")
def test_a_patient_is_looked_up_and_taken_over(desk: Visitor) -> None:
    answer = look(desk, "98765 01234")
    assert (
        "Sunita Devi" in answer.text
        and "······1234" in answer.text
        and "9876501234" not in answer.text.split("<table")[1]
    )
    assert "<b>Aslam" not in answer.text and "no-store" in answer.headers["Cache-Control"]
    taken = desk.send(answer.page.form("uhid", action="take"))
    form = taken.page.form("name", "form", action="register")
    assert form.fields["name"] == "Sunita Devi" and form.fields["uhid"] == "100000000001"
    assert form.fields["sex"] == "female" and form.fields["age"] == "31-05-1984"


@pytest.mark.usefixtures("loaded")
def test_a_look_needs_a_reason_and_keeps_what_was_typed(desk: Visitor) -> None:
    answer = look(desk, "Sunita", why="")
    assert answer.status == 422 or answer.status == 400
    assert "Sunita Devi" not in answer.text and 'value="Sunita"' in answer.text
    assert look(desk, "  ").status >= 400


@pytest.mark.usefixtures("loaded")
def test_the_supervisor_sees_who_browses(desk: Visitor) -> None:
    for _ in range(3):
        look(desk, "Sunita")
    assert desk.get("/supervisor/looks").status == 403
    chief = Visitor(desk.client.application)
    chief.log_in("meena")
    text = chief.get("/supervisor/looks").text
    assert "asha" in text and "Sunita" not in text
    assert "<td>3</td>" in text
