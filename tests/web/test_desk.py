"""The desk: the one box, a registration, the slip that comes of it, and that no form gives two."""

from pathlib import Path

import pytest
from flask import Flask

from fallback import frontdesk, payload
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.slip import AgeUnit, Category, FeeStatus, Kind, Relation, Sex, SlipNumber
from fallback.web import create_app
from tests import factories
from tests.web.visitor import NEW, Visitor

FIRST = SlipNumber(1, 1)


def qr(installation: Installation, number: SlipNumber) -> str:
    row = queries.slip(installation.ledger.db(), number)
    assert row is not None
    return payload.to_digits(row.payload)


def count(installation: Installation) -> int:
    return int(installation.ledger.db().execute("SELECT count(*) FROM slip").fetchone()[0])


def test_a_registration_is_what_was_typed(desk: Visitor, installation: Installation) -> None:
    typed = {
        "name": "  Harpreet   Kaur ", "name_hindi": "हरप्रीत कौर", "sex": "female", "age": "",
        "birth_date": "०५/११/1965", "guardian": "Balwinder Singh", "relation": "husband", "mobile": "+91 98100-00004",
        "locality": "22/4 Tilak Nagar", "district": "West Delhi", "state": "7", "pin_code": "११००१८",
        "category": "pmjay", "scheme_id": "pmj-12", "clinic": "den", "fee_status": "paid",
        "abha": "12-3456-7890-1234", "booking": "ORS/7", "emergency": "y", "medico_legal_number": "mlc-9",
    }  # fmt: skip
    answer = desk.register(**typed)
    assert answer.path == f"/issued/{FIRST}"
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    slip, patient = row.slip, row.slip.patient
    assert (patient.name, patient.name_hindi, patient.sex) == ("Harpreet Kaur", "हरप्रीत कौर", Sex.FEMALE)
    assert (str(patient.birth_date), patient.age) == ("1965-11-05", None)
    assert (patient.guardian, patient.relation) == ("Balwinder Singh", Relation.HUSBAND)
    assert (patient.mobile, patient.pin_code, patient.abha) == ("9810000004", "110018", "12345678901234")
    assert (patient.state, patient.district, patient.category) == (7, "West Delhi", Category.PMJAY)
    assert patient.scheme_id == "PMJ-12"
    assert (slip.visit.clinic, slip.visit.fee, slip.visit.fee_status) == (23, 10, FeeStatus.PAID)
    assert (slip.visit.booking, slip.visit.medico_legal_number) == ("ORS/7", "MLC-9")
    assert slip.emergency
    assert slip.medico_legal, "a number given says it"
    assert row.receipt == "001.1-1"
    assert "001 000 001 14" in answer.text
    assert "A-1" in answer.text


@pytest.mark.parametrize(
    ("age", "unit", "value"),
    [("34", AgeUnit.YEARS, 34), ("6m", AgeUnit.MONTHS, 6), ("12 days", AgeUnit.DAYS, 12), ("३४", AgeUnit.YEARS, 34)],
)
def test_an_age_may_carry_its_unit(
    desk: Visitor, installation: Installation, age: str, unit: AgeUnit, value: int
) -> None:
    desk.register(age=age)
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert row.slip.patient.age is not None
    assert (row.slip.patient.age.value, row.slip.patient.age.unit) == (value, unit)


@pytest.mark.parametrize(
    "typed", ["ENT", "ent", "Ear, Nose and Throat", "ear, n", "कान, नाक, गला", "कान", " ENT · Ear"]
)
def test_a_clinic_is_known_by_its_code_and_names(desk: Visitor, installation: Installation, typed: str) -> None:
    desk.register(clinic=typed)
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert row.slip.visit.clinic == 21


def test_a_casualty_clinic_makes_a_casualty_slip(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="CAS")
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert row.slip.kind is Kind.CASUALTY


def test_somebody_without_a_name_gets_one_that_can_be_called_out(desk: Visitor, installation: Installation) -> None:
    answer = desk.register(name="", name_hindi="", sex="", alias="y", guardian="", relation="", age="40")
    assert answer.path == f"/issued/{FIRST}", answer.says
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert row.slip.alias
    assert len(row.slip.patient.name.split()) == 3
    assert row.slip.patient.name_hindi.startswith("अज्ञात ")


def test_double_enter_gives_one_slip(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    paths = [desk.send(form, **NEW).path for _ in range(3)]
    assert paths == [f"/issued/{FIRST}"] * 3
    assert count(installation) == 1


def test_the_back_button_and_another_patient_is_no_silent_loss(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    desk.send(form, **NEW)
    answer = desk.send(form, **NEW | {"name": "Rekha Kumari"})
    assert answer.status == 409
    assert "001 000 001 14" in answer.says
    assert count(installation) == 1
    again = answer.page.form("name", "form", action="register")
    assert again.fields["name"] == "Rekha Kumari"
    assert again.fields["form"] != form.fields["form"]
    assert desk.send(again).path == f"/issued/{SlipNumber(1, 2)}"


def test_the_first_print_is_had_once_and_then_reprinted(desk: Visitor) -> None:
    answer = desk.register()
    assert f"/slips/{FIRST}/print" in answer.page.links
    assert desk.client.head(f"/slips/{FIRST}/print").status_code == 200, "looking does not take it"
    paper = desk.get(f"/slips/{FIRST}/print")
    assert paper.content.startswith(b"%PDF")
    assert paper.headers["Content-Disposition"] == f'inline; filename="slip-{FIRST}.pdf"'
    assert paper.headers["Cache-Control"] == "no-store"
    again = desk.get(f"/slips/{FIRST}/print")
    assert again.status == 409
    assert "Use Reprint" in again.says
    answer = desk.get(f"/issued/{FIRST}")
    assert f"/slips/{FIRST}/print" not in answer.page.links
    reprint = desk.send(answer.page.form(action="reprint"))
    assert reprint.content.startswith(b"%PDF")
    assert reprint.content != paper.content


def test_after_a_reprint_no_original_comes_out(desk: Visitor) -> None:
    answer = desk.register()
    desk.send(answer.page.form(action="reprint"))
    assert desk.get(f"/slips/{FIRST}/print").status == 409


def test_the_last_five_slips_stand_beside_the_form(desk: Visitor) -> None:
    for place in range(7):
        desk.register(name=f"Patient {'ABCDEFG'[place]}")
    page = desk.get("/").page
    reprints = [form.action for form in page.forms if form.action.endswith("/reprint")]
    assert reprints == [f"/slips/{SlipNumber(1, serial)}/reprint" for serial in (7, 6, 5, 4, 3)]


@pytest.mark.parametrize("typed", ["00100000114", "001 000 001 14", "००१०००००११४", "001-000-001-14"])
def test_the_box_takes_a_slip_number(desk: Visitor, typed: str) -> None:
    desk.register()
    answer = desk.find(typed)
    assert answer.path == f"/slips/{FIRST}/next"
    fields = answer.page.form("name", "form", action="register").fields
    assert fields["name"] == "Sunita Devi"
    assert fields["patient_number"] == fields["previous"] == FIRST.text
    assert fields["clinic"] == "MED", "the same clinic again, until another is typed"


def test_a_returning_patient_gets_a_new_slip_and_no_new_patient_number(
    desk: Visitor, installation: Installation
) -> None:
    desk.register()
    answer = desk.send(desk.find(FIRST.text).page.form("name", "form", action="register"), clinic="ENT")
    second = SlipNumber(1, 2)
    assert answer.path == f"/issued/{second}"
    row = queries.slip(installation.ledger.db(), second)
    assert row is not None
    assert (row.slip.patient_number, row.slip.previous, row.slip.person) == (FIRST, FIRST, FIRST.text)
    third = desk.send(desk.find(second.text).page.form("name", "form", action="register"), clinic="EYE")
    row = queries.slip(installation.ledger.db(), SlipNumber(1, 3))
    assert third.path.endswith(SlipNumber(1, 3).text)
    assert row is not None
    assert (row.slip.patient_number, row.slip.previous) == (FIRST, second)


def test_a_scanned_qr_opens_the_patient(desk: Visitor, installation: Installation) -> None:
    desk.register()
    assert desk.find(qr(installation, FIRST) + "\r\n").path == f"/slips/{FIRST}/next"


def test_the_paper_of_a_desk_that_this_ledger_never_met_fills_the_form(
    desk: Visitor, installation: Installation
) -> None:
    counter = factories.counter(installation)
    slip = frontdesk.register(
        counter, frontdesk.open_shift(counter, series=2, login="meena").key, factories.registration("Rekha Kumari")
    ).row.slip
    far = SlipNumber(2, 777)
    digits = payload.to_digits(
        payload.encode(type(slip).from_record(slip.record() | {"number": far.text}), installation.sign(2))
    )
    answer = desk.find(digits)
    assert "its record comes from the paper" in answer.text
    form = answer.page.form("name", "form", action="register")
    assert form.fields["name"] == "Rekha Kumari"
    assert form.fields["patient_number"] == far.text
    issued = desk.send(form, clinic="ENT")
    row = queries.slip(installation.ledger.db(), SlipNumber.parse(issued.path[-11:]))
    assert row is not None
    assert row.slip.person == far.text


def test_a_forged_slip_is_named_and_fills_nothing(desk: Visitor, installation: Installation) -> None:
    desk.register()
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    forged = payload.encode(row.slip, lambda message: bytes(64))
    answer = desk.find(payload.to_digits(forged))
    assert "not a genuine slip of this hospital" in answer.says
    assert answer.page.form("name", "form").fields["name"] == ""


def test_another_hospitals_slip_is_named(desk: Visitor, tmp_path: Path) -> None:
    other = factories.installation(tmp_path / "other")
    try:
        counter = factories.counter(other)
        shift = frontdesk.open_shift(counter, series=1, login="asha")
        row = frontdesk.register(counter, shift.key, factories.registration()).row
    finally:
        other.close()
    assert "belongs to another hospital" in desk.find(payload.to_digits(row.payload)).says


def test_a_damaged_code_is_named(desk: Visitor, installation: Installation) -> None:
    desk.register()
    digits = qr(installation, FIRST)
    for wrong in (digits[:-7], digits + "123"):
        assert "could not be read as a slip" in desk.find(wrong).says


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("00100000115", "is not a slip number"),
        (SlipNumber(7, 7).text, "not known here"),
        ("12345", "no slip number"),
        ("", "Type or scan"),
        ("   ", "Type or scan"),
        ("x" * 150, "another program"),
        ("Ram\x07", "control character"),
        ("‮madhu", "right-to-left"),
        ("😀", "cannot stand here"),
        ("'; DROP TABLE slip;--", "cannot stand here"),
        ("%", "cannot stand here"),
    ],
)
def test_what_the_box_cannot_take_is_told_under_it_and_stays(desk: Visitor, typed: str, says: str) -> None:
    desk.register()
    answer = desk.find(typed)
    assert answer.status in (400, 404)
    assert says in answer.says
    assert answer.page.form("typed").fields["typed"] == typed


def test_a_question_mark_opens_the_keys(desk: Visitor) -> None:
    assert desk.find("?").path == "/keys"


@pytest.mark.parametrize("typed", ["9810000001", "Sunita", "sunita d", "Devi", "सुनीता", "देवी", "98100 00001"])
def test_a_mobile_or_a_name_gives_a_list_even_of_one(desk: Visitor, typed: str) -> None:
    desk.register()
    answer = desk.find(typed)
    assert "Who is it?" in answer.text
    assert f"/slips/{FIRST}/next" in answer.page.links
    assert answer.page.form("typed").fields["typed"] == typed


def test_the_list_has_each_person_once_and_leaves_out_who_is_void(desk: Visitor) -> None:
    desk.register()
    desk.send(desk.find(FIRST.text).page.form("name", "form", action="register"), clinic="ENT")
    desk.register(name="Ramesh Prasad", sex="male")
    desk.register(name="Void Prasad", sex="male")
    desk.send(desk.get(f"/slips/{SlipNumber(1, 4)}/void").page.form("reason"), reason="registered twice")
    links = [link for link in desk.find("9810000001").page.links if link.endswith("/next")]
    assert links == [f"/slips/{SlipNumber(1, serial)}/next" for serial in (3, 2)]


def test_nobody_of_the_list_is_a_new_patient_with_what_was_typed(desk: Visitor) -> None:
    desk.register()
    for typed, field in (("9810000001", "mobile"), ("Sunita", "name"), ("सुनीता", "name_hindi")):
        form = desk.find(typed).page.form("typed", action="/new")
        assert desk.send(form).page.form("name", "form").fields[field] == typed


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("9999999999", "mobile"),
        ("Nobody", "name"),
        ("कोई नहीं", "name_hindi"),
        ("123456789", "uhid"),
        ("12345678901234", "abha"),
    ],
)
def test_whom_nobody_knows_begins_a_registration(desk: Visitor, typed: str, field: str) -> None:
    assert desk.find(typed).page.form("name", "form").fields[field] == typed


def test_a_uhid_makes_a_visit_and_then_finds_it(desk: Visitor, installation: Installation) -> None:
    desk.register(uhid="123456789")
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert (row.slip.uhid, row.slip.patient_number, row.slip.person) == ("123456789", None, "uhid:123456789")
    answer = desk.find("123456789")
    assert answer.path == f"/slips/{FIRST}/next"
    fields = answer.page.form("name", "form", action="register").fields
    assert (fields["uhid"], fields["patient_number"], fields["previous"]) == ("123456789", "", FIRST.text)


def test_the_bar_says_where_and_when(desk: Visitor) -> None:
    text = desk.get("/").text
    for fact in ("Rajdhani General Hospital", "Counter 1", "001.1", "Asha Rani", "9,99,999", "Second copy"):
        assert fact in text
    assert "DRILL" not in text


def test_a_drill_says_so_on_every_page(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "drill", drill=True)
    try:
        visitor = Visitor(create_app(made, factories.hospital()))
        assert "DRILL" in visitor.get("/login").text
        visitor.at_desk()
        assert "DRILL" in visitor.register().text
    finally:
        made.close()


def test_a_second_copy_that_stopped_is_told_in_red(desk: Visitor, installation: Installation, tmp_path: Path) -> None:
    installation.ledger.copy_to(tmp_path / "stick" / "that" / "is" / "not" / "there", deadline=0.2)
    text = desk.get("/").text
    assert 'class="act"' in text


def test_few_numbers_left_are_told_in_red(desk: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'class="act"' not in desk.get("/").text
    monkeypatch.setattr("fallback.web.bar.FEW_NUMBERS", 1_000_000)
    assert 'class="act"' in desk.get("/").text


def test_without_javascript_the_desk_has_all_it_needs(app: Flask) -> None:
    text = Visitor(app).at_desk().get("/").text
    assert '<input id="clinic" name="clinic" type="text"' in text
    assert '<option value="ENT"' in text
    assert "autofocus" in text
