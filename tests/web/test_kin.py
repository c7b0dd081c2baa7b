"""Newborns from their mother's slip, somebody whom nobody knows, and who it turned out to be."""

import pytest

from fallback import names
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow, kin
from fallback.slip import Age, Kind, Relation, Sex, SlipNumber
from tests.web.visitor import Answer, Visitor

MOTHER, SECOND, THIRD = SlipNumber(1, 1), SlipNumber(1, 2), SlipNumber(1, 3)


def row(installation: Installation, number: SlipNumber) -> SlipRow:
    found = queries.slip(installation.ledger.db(), number)
    assert found is not None
    return found


def send(desk: Visitor, path: str, **typed: str) -> Answer:
    return desk.send(desk.get(path).page.form("form", action="register"), **typed)


def test_a_newborn_is_called_after_its_mother() -> None:
    assert names.newborn("Sunita Devi", "सुनीता देवी", Sex.FEMALE, 1) == (
        "Baby girl 1 of Sunita Devi", "सुनीता देवी की पहली बेटी",
    )  # fmt: skip
    assert names.newborn("Sunita", "", Sex.MALE, 0) == ("Baby boy of Sunita", "")
    assert names.newborn("Sunita", "सुनीता", Sex.UNKNOWN, 2) == ("Baby 2 of Sunita", "सुनीता का दूसरा शिशु")
    latin, hindi = names.newborn("S" * 119, "स" * 119, Sex.MALE, 9)
    assert (len(latin), hindi) == (120, "")


def test_twins_one_after_the_other(desk: Visitor, installation: Installation) -> None:
    desk.register()
    assert f"/slips/{MOTHER}/newborn" in desk.get(f"/slips/{MOTHER}").page.links
    answer = send(desk, f"/slips/{MOTHER}/newborn", sex="female", birth_time="9:40", clinic="LAB")
    assert answer.path == f"/issued/{SECOND}", answer.says
    first = row(installation, SECOND).slip
    assert (first.patient.name, first.patient.name_hindi) == ("Baby girl 1 of Sunita Devi", "सुनीता देवी की पहली बेटी")
    assert (first.mother, first.patient.birth_time, first.patient.birth_order) == (MOTHER, "09:40", 1)
    assert (first.patient.guardian, first.patient.relation) == ("Sunita Devi", Relation.MOTHER)
    assert first.patient.birth_date is not None
    assert first.kind is Kind.CASUALTY
    assert first.patient_number is None, "a newborn is a patient of its own"
    assert f"/slips/{MOTHER}/newborn" in answer.page.links, "the next of twins is one key away"
    answer = send(desk, f"/slips/{MOTHER}/newborn", sex="male", birth_time="0952", clinic="LAB")
    second = row(installation, THIRD).slip
    assert (second.patient.name, second.patient.birth_order) == ("Baby boy 2 of Sunita Devi", 2)
    found = kin.newborns(installation.ledger.db(), MOTHER)
    assert [each.slip.number for each in found] == [SECOND, THIRD]
    assert "Baby boy 2" in desk.get(f"/slips/{MOTHER}").text


def test_a_newborns_form_keeps_its_mother_when_something_is_wrong(desk: Visitor, installation: Installation) -> None:
    desk.register()
    wrong = {"birth_time": "25:00", "birth_order": "ten", "age": "31-02-2026"}
    answer = send(desk, f"/slips/{MOTHER}/newborn", sex="", clinic="LAB", **wrong)
    assert answer.status == 400
    for words in ("hours and minutes", "which baby", "not a date", "Choose the sex"):
        assert words in answer.says
    form = answer.page.form("form", "mother", action="register")
    assert {name: form.fields[name] for name in wrong} == wrong
    assert desk.send(form, sex="male", birth_time="", birth_order="", age="0d").path == f"/issued/{SECOND}"
    assert row(installation, SECOND).slip.patient.name == "Baby boy of Sunita Devi"


def test_a_newborn_whose_mothers_slip_is_not_here_gets_a_sentence(desk: Visitor) -> None:
    desk.register()
    form = desk.get(f"/slips/{MOTHER}/newborn").page.form("form", "mother", action="register")
    answer = desk.send(form, sex="male", mother=SlipNumber(7, 1).text)
    assert answer.status == 404
    assert "007 000 001" in answer.text
    assert "changed on its way" in desk.send(form, sex="male", mother="12").says


def test_a_correction_keeps_mother_and_birth(desk: Visitor, installation: Installation) -> None:
    desk.register()
    send(desk, f"/slips/{MOTHER}/newborn", sex="female", birth_time="9:40", clinic="LAB")
    form = desk.get(f"/slips/{SECOND}/correct").page.form("reason")
    desk.send(form, reason="the mobile was missing", mobile="9810000009")
    slip = row(installation, SECOND).slip
    assert (slip.revision, slip.mother, slip.patient.mobile) == (1, MOTHER, "9810000009")
    assert (slip.patient.birth_time, slip.patient.birth_order) == ("09:40", 1)


def test_unidentified_by_one_key_and_what_can_be_seen(desk: Visitor, installation: Installation) -> None:
    assert "/unidentified" in desk.get("/").page.links
    form = desk.get("/unidentified").page.form("form", action="register")
    name = form.fields["name"]
    assert name.startswith("Unidentified ")
    told = {"age": "40", "sex": "male", "found_at": "Under the Ashram flyover", "brought_by": "PCR van 12"}
    answer = desk.send(form, **told)
    assert answer.path == f"/issued/{MOTHER}", answer.says
    slip = row(installation, MOTHER).slip
    assert (slip.alias, slip.emergency, slip.kind, slip.patient.name) == (True, True, Kind.CASUALTY, name)
    assert (slip.visit.found_at, slip.visit.brought_by) == ("Under the Ashram flyover", "PCR van 12")
    assert slip.patient.age == Age(value=40)
    assert slip.patient.name_hindi.startswith("अज्ञात ")


def test_unidentified_without_a_guess_at_the_age(desk: Visitor, installation: Installation) -> None:
    assert send(desk, "/unidentified").path == f"/issued/{MOTHER}"
    assert row(installation, MOTHER).slip.patient.age is None


def test_an_unidentified_form_stays_one_when_something_is_wrong(desk: Visitor) -> None:
    answer = send(desk, "/unidentified", age="old", found_at="Gate 3")
    form = answer.page.form("form", "alias", action="register")
    assert (form.fields["found_at"], form.fields["age"]) == ("Gate 3", "old")
    assert desk.send(form, age="60").path == f"/issued/{MOTHER}"


def test_no_two_unidentified_have_one_name(desk: Visitor, installation: Installation) -> None:
    for _ in range(25):  # of 400 names two in 25 would be alike in every second shift
        send(desk, "/unidentified", age="40")
    found = [each.slip.patient.name for each in queries.slips(installation.ledger.db())]
    assert len(set(found)) == 25


def test_who_it_turned_out_to_be(desk: Visitor, installation: Installation) -> None:
    desk.register()
    send(desk, "/unidentified", age="34")
    assert f"/slips/{SECOND}/identify" in desk.get(f"/slips/{SECOND}").page.links
    form = desk.get(f"/slips/{SECOND}/identify").page.form("wanted")
    answer = desk.send(form, wanted=MOTHER.grouped, reason="her brother came")
    assert answer.path == f"/slips/{SECOND}"
    assert "Turned out to be" in answer.text
    link = kin.link_of(installation.ledger.db(), SECOND)
    assert link is not None
    assert (link.person, link.reason, link.login) == (MOTHER.text, "her brother came", "asha")
    assert SECOND.grouped in desk.get(f"/slips/{MOTHER}").text
    assert row(installation, SECOND).slip.revision == 0, "the printed slip stays as it is"
    desk.send(form, wanted="200000001", reason="the UHID card was found")
    link = kin.link_of(installation.ledger.db(), SECOND)
    assert link is not None
    assert link.person == "uhid:200000001"
    desk.send(form, wanted="", reason="it was somebody else")
    assert kin.link_of(installation.ledger.db(), SECOND) is None


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("12", "no slip number"),
        ("x" * 400, "no slip number"),
        (SECOND.text, "the same patient"),
        (SlipNumber(7, 7).text, "007 000 007"),
        ("uhid:200000001", "no slip number"),
    ],
)
def test_who_cannot_be_meant(desk: Visitor, installation: Installation, wanted: str, says: str) -> None:
    desk.register()
    send(desk, "/unidentified", age="34")
    form = desk.get(f"/slips/{SECOND}/identify").page.form("wanted")
    answer = desk.send(form, wanted=wanted, reason="a guess")
    assert answer.status >= 400
    assert says in answer.says
    assert kin.link_of(installation.ledger.db(), SECOND) is None
    assert (
        "never unidentified"
        in desk.send(
            desk.get(f"/slips/{MOTHER}/identify").page.form("wanted"), wanted=SECOND.text, reason="the wrong way round"
        ).says
    )
