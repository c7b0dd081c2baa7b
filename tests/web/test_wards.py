"""The wards in a browser: admissions, beds, the round, the census, sets for casualty."""

import re

import pytest
from flask import Flask

from fallback import enrolment, names
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import stays
from fallback.slip import Kind, SlipNumber
from tests import factories
from tests.web.visitor import Visitor

ADMIT = {
    "name": "Sunita Devi",
    "sex": "female",
    "age": "34",
    "ward": "FMW",
    "bed": "7",
    "ipd_number": "ipd/26/104",
    "guardian": "Ram Prasad",
    "relation": "husband",
}


@pytest.fixture
def nurse(app: Flask, installation: Installation) -> Visitor:
    enrolment.set_user(installation.ledger, "lata", "Lata Bai", Role.COUNTER, factories.PIN)
    visitor = Visitor(app)
    visitor.log_in("lata")
    return visitor


def beds(installation: Installation, ward: int) -> dict[str, str]:
    return {each.bed: each.slip.patient.name for each in stays.in_ward(installation.ledger.db(), ward)}


def admit(desk: Visitor, **typed: str) -> str:
    """The slip number of who was admitted."""
    answer = desk.send(desk.get("/admit").page.form("ward", "bed", action="admit"), **ADMIT | typed)
    assert answer.path.startswith("/slips/"), answer.says
    return answer.path.rpartition("/")[2]


def test_nobody_whom_nobody_knows_has_another_ones_name(desk: Visitor, installation: Installation) -> None:
    form = desk.get("/wards/1/round").page.form("name-0", action="/wards/1/round")
    key = f"{form.fields['form']}.0"
    taken = {names.alias(key)[0], names.alias(f"{key} 0")[0]}
    for bed, each in enumerate(taken, 1):
        admit(desk, name=each, ward="ICU", bed=str(bed))
    for _ in range(2):  # the form once more changes nothing
        desk.send(form, **{"age-0": "40"})
        (name,) = beds(installation, 1).values()
        assert name.startswith("Unidentified") and name not in taken


def test_another_bed_of_the_ward_keeps_the_unit(desk: Visitor, installation: Installation) -> None:
    admit(desk, unit="II")
    for to_ward, unit in (("", "II"), ("icu", "")):
        form = desk.get("/wards/2").page.form("bed", "what", action="/wards/2")
        desk.send(
            form, bed="7" if not to_ward else "9", what="moved", to_ward=to_ward, to_bed="9" if not to_ward else "HDU-1"
        )
        (lying,) = stays.in_ward(installation.ledger.db(), 6 if to_ward else 2)
        assert lying.unit == unit


def test_a_patient_is_admitted_moved_and_leaves(desk: Visitor, nurse: Visitor, installation: Installation) -> None:
    number = admit(desk)
    row = queries.slip(installation.ledger.db(), SlipNumber.parse(number))
    assert row is not None
    assert (row.slip.kind, row.slip.visit.ward, row.slip.visit.ipd_number) == (Kind.ADMISSION, 2, "IPD/26/104")
    assert "Sunita Devi" in nurse.get("/wards/2").text
    form = nurse.get("/wards/2").page.form("bed", "what", action="/wards/2")
    moved = nurse.send(form, bed="7", what="moved", to_ward="icu", to_bed="HDU-1")
    assert moved.path == "/wards/2"
    assert (beds(installation, 2), beds(installation, 6)) == ({}, {"HDU-1": "Sunita Devi"})
    form = nurse.get("/wards/6").page.form("bed", "what", action="/wards/6")
    nurse.send(form, bed=number, what="lama", note="The family took her home")
    assert beds(installation, 6) == {}
    page = nurse.get(f"/stays/{number}")
    assert "Left against advice" in page.text
    back = nurse.send(page.page.form("reason", action="reopen"), reason="She came back within the hour")
    assert back.path == f"/stays/{number}"
    assert beds(installation, 6) == {"HDU-1": "Sunita Devi"}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"bed": "99", "what": "died"}, "Nobody lies in bed 99"),
        ({"bed": "7", "what": ""}, "Choose one from the list"),
        ({"bed": "", "what": "died"}, "Write the bed, or the slip number"),
        ({"bed": "7", "what": "moved", "to_ward": "XXX", "to_bed": "1"}, "Choose a ward from the list"),
        ({"bed": "7", "what": "moved"}, "Write the bed that the patient lies in now"),
        ({"bed": "7", "what": "died", "at": "half past nine"}, "Write the time as 9:40"),
        ({"bed": "7", "what": "died", "at": "01-01-2026 9:40"}, "before the patient came to that bed"),
        ({"bed": "00100000211", "what": "died"}, "not known"),
        ({"bed": "7", "what": "resurrected"}, "Choose one from the list"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_changes_nothing(
    typed: dict[str, str], says: str, desk: Visitor, nurse: Visitor, installation: Installation
) -> None:
    admit(desk)
    answer = nurse.send(nurse.get("/wards/2").page.form("bed", "what", action="/wards/2"), **typed)
    assert re.search(says, answer.text), answer.says
    assert beds(installation, 2) == {"7": "Sunita Devi"}
    if typed["bed"] == "7":
        assert answer.page.form("bed", "what", action="/wards/2").fields["bed"] == "7"


def test_the_round_admits_good_rows_and_keeps_wrong_ones(desk: Visitor, installation: Installation) -> None:
    visit = desk.register()
    known = visit.path.rpartition("/")[2]
    form = desk.get("/wards/1/round").page.form("name-0", "bed-0", action="round")
    typed = {
        "name-0": "Ram Singh", "sex-0": "male", "age-0": "61", "uhid-0": "104729385", "admitted_on-0": "19-11-2026",
        "name-1": "Mohan Lal", "sex-1": "male", "age-1": "old",
        "age-3": "40",
        "number-4": known,
        "name-5": "Hari Om", "sex-5": "", "age-5": "30",
        "number-6": SlipNumber(1, 999).text,
    }  # fmt: skip
    answer = desk.send(form, **typed)
    lying = beds(installation, 1)
    assert set(lying) == {"1", "4", "5"}
    assert (lying["1"], lying["5"]) == ("Ram Singh", "Sunita Devi")
    assert lying["4"].startswith("Unidentified ")
    left = answer.page.form("name-1", action="round")
    assert left.fields["name-1"] == "Mohan Lal"
    assert "name-0" not in left.fields
    for sentence in ("Write an age", "Choose the sex", "No slip that counts has this number"):
        assert sentence in answer.text
    row = next(each for each in stays.in_ward(installation.ledger.db(), 1) if each.bed == "1")
    assert (row.slip.visit.in_bed, row.slip.visit.admitted_on, row.slip.uhid) == (True, "2026-11-19", "104729385")
    # The same rows again, by a double Enter or the back button: nobody twice, and a changed one is said.
    again = desk.send(form, **typed | {"name-0": "Somebody Else"})
    assert beds(installation, 1) == lying
    assert "gave slip" in again.text
    mended = desk.send(left, **{"age-1": "55", "sex-5": "male", "number-6": ""})
    assert set(beds(installation, 1)) == {"1", "2", "4", "5", "6"}
    assert mended.status == 200


def test_a_rounds_slips_are_printed_once_and_its_wristbands_as_often_as_needed(desk: Visitor) -> None:
    form = desk.get("/wards/1/round").page.form("name-0", action="round")
    answer = desk.send(form, **{"name-0": "Ram Singh", "sex-0": "male", "age-0": "61", "age-1": "20"})
    slips = answer.page.form("numbers", action="slips")
    assert desk.send(slips).content.startswith(b"%PDF")
    assert "printed already" in desk.send(slips).text
    bands = answer.page.form("numbers", action="wristbands")
    for _ in range(2):
        assert desk.send(bands).content.startswith(b"%PDF")
    assert "None of these numbers" in desk.send(bands, numbers=SlipNumber(1, 999).text).text


def test_the_census_counts_whoever_lay_there_before(desk: Visitor) -> None:
    form = desk.get("/wards/1/round").page.form("name-0", action="round")
    desk.send(form, **{"name-0": "Ram Singh", "sex-0": "male", "age-0": "61", "admitted_on-0": "19-11-2026"})
    admit(desk, ward="MMW", bed="9")
    page = desk.get("/census")
    row = re.search(r"Male Medical Ward</th>(.*?)</tr>", page.text, re.DOTALL)
    assert row
    assert re.findall(r">([–\d]+)<", row[1]) == ["30", "1", "1", "–", "–", "–", "–", "–", "–", "2", "28"]
    csv = desk.get("/census/csv").text
    assert "2026-11-23,1,MMW,Male Medical Ward,30,1,1,0,0,0,0,0,0,2" in csv
    assert desk.get("/census/sheet").content.startswith(b"%PDF")
    before = desk.get("/census?day=19-11-2026").text
    assert re.findall(r">([–\d]+)<", re.search(r"Male Medical Ward</th>(.*?)</tr>", before, re.DOTALL)[1])[2] == "1"  # type: ignore[index]
    for wrong in ("31-02-2026", "24-11-2026", "x" * 5000):
        assert "Write the day as 25-11-2026" in desk.get(f"/census?day={wrong}").text


def test_an_admission_is_corrected_on_its_own_page(desk: Visitor, installation: Installation) -> None:
    number = admit(desk)
    page = desk.get(f"/slips/{number}/correct")
    assert page.path == f"/admissions/{number}/correct"
    form = page.page.form("reason", "bed", action="correct")
    assert (form.fields["bed"], form.fields["ward"], form.fields["name"]) == ("7", "FMW", "Sunita Devi")
    done = desk.send(form, bed="8", reason="Bed misread")
    assert done.path == f"/slips/{number}"
    row = queries.slip(installation.ledger.db(), SlipNumber.parse(number))
    assert row is not None
    assert (row.slip.kind, row.slip.revision, row.slip.visit.bed) == (Kind.ADMISSION, 1, "8")


def test_twenty_sets_by_one_key_and_the_one_that_is_used_is_registered(
    desk: Visitor, installation: Installation
) -> None:
    answer = desk.send(desk.get("/casualty").page.form("count", action="casualty"))
    assert "20 sets" in answer.text
    for name in ("pad", "wristband", "sticker-24"):
        form = answer.page.form("numbers", action=f"casualty/{name}")
        assert desk.send(form).content.startswith(b"%PDF")
    db = installation.ledger.db()
    assert queries.slip(db, SlipNumber(1, 1)) is None  # twenty sets are not twenty patients
    form = desk.get("/pads/" + SlipNumber(1, 3).text).page.form("name", "form", action="pads")
    assert form.fields["name"].startswith("Unidentified ")
    sent = desk.send(form)
    assert sent.path.startswith("/issued/"), sent.says
    row = queries.slip(db, SlipNumber(1, 3))
    assert row is not None
    assert (row.slip.kind, row.slip.alias, row.slip.emergency) == (Kind.CASUALTY, True, True)
    assert row.slip.patient.name == form.fields["name"]
    for wrong in ("0", "101", "x", "-1", "9" * 400):
        page = desk.send(desk.get("/casualty").page.form("count", action="casualty"), count=wrong)
        assert "Write a number from 1 to 100" in page.text


def test_wards_that_are_not_there(desk: Visitor, nurse: Visitor) -> None:
    for path in ("/wards/99", "/wards/99/round", "/wards/99/sheet"):
        assert desk.get(path).status == 404
    assert nurse.get("/stays/00100000114").status in (404, 409)
