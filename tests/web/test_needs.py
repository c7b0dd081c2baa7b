"""What the hospital's own system needs is asked for while the patient stands there, and nobody is kept out for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fallback import frontdesk, hospital_file, needs
from fallback.ehospital.fhir import FhirConnector
from fallback.enrolment import Installation
from fallback.errors import HospitalFileWrong
from fallback.hospital import Hospital, Target
from fallback.ledger import queries
from fallback.slip import Patient, Slip, SlipNumber
from fallback.web import close, create_app
from tests import factories
from tests.web.visitor import NEW, Visitor

FIRST = SlipNumber(1, 1)
Open = Callable[..., Visitor]


def hospital(*asked: str) -> Hospital:
    """The example hospital with two systems, of which the second insists on something."""
    more = Target(name="his", url="https://his.example/fhir", test=False, needs=frozenset(asked))
    return replace(factories.hospital(), targets=(*factories.hospital().targets, more))


@pytest.fixture
def desk_of(installation: Installation) -> Iterator[Open]:
    apps = []

    def opened(*asked: str) -> Visitor:
        apps.append(create_app(installation, hospital(*asked), clock=factories.clock()))
        return Visitor(apps[-1]).at_desk()

    yield opened
    for app in apps:
        close(app)


def test_the_hospital_needs_what_any_of_its_systems_needs() -> None:
    assert factories.hospital().needed == set()
    assert hospital("mobile", "guardian").needed == {"mobile", "guardian"}
    assert all(
        needs.is_told(factories.patient(), field) for field in needs.LABELS if field not in ("birth_date", "abha")
    )
    assert not any(needs.is_told(Patient(name="Asha"), field) for field in needs.LABELS)


@pytest.mark.parametrize(
    ("need", "typed", "field", "says", "none"),
    [
        ("mobile", {"mobile": ""}, "mobile", "needs a mobile number", {"mobile": "-"}),
        ("guardian", {"guardian": "", "relation": ""}, "guardian", "needs the name of father", {"guardian": "-"}),
        ("locality", {"locality": " "}, "locality", "needs the address", {"locality": "–"}),
        ("district", {"district": ""}, "district", "needs the district", {"district": "-"}),
        ("pin_code", {"pin_code": ""}, "pin_code", "needs the PIN code", {"pin_code": "-"}),
        ("abha", {}, "abha", "needs the ABHA number", {"abha": "-"}),
        ("birth_date", {"age": "34"}, "age", "needs a date of birth", {"age": "34 -"}),
        ("surname", {"name": "Sunita"}, "name", "needs a second name", {"name": "Sunita -"}),
    ],
)
def test_what_is_missing_stands_at_its_field_and_a_hyphen_says_that_there_is_none(
    desk_of: Open,
    installation: Installation,
    need: str,
    typed: dict[str, str],
    field: str,
    says: str,
    none: dict[str, str],
) -> None:
    desk = desk_of(need)
    answer = desk.register(**NEW | typed)
    assert answer.status == 400
    assert f'id="{field}-error"' in answer.text
    assert says in answer.says
    form = answer.page.form("name", "form", action="register")
    assert desk.send(form, **none).path == f"/issued/{FIRST}"
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert "-" not in row.slip.patient.name
    assert row.slip.patient.mobile in ("", "9810000001")
    if need != "birth_date":
        assert not needs.is_told(row.slip.patient, need), "nothing is invented"


@pytest.mark.parametrize(
    "excepted", [{"emergency": "y"}, {"clinic": "CAS"}, {"alias": "y", "name": "", "name_hindi": ""}]
)
def test_nobody_in_need_is_kept_out(desk_of: Open, excepted: dict[str, str]) -> None:
    desk = desk_of("mobile", "abha", "birth_date")
    assert desk.register(**NEW | {"mobile": ""} | excepted).path == f"/issued/{FIRST}"


def test_a_system_holds_a_slip_that_lacks_what_it_needs() -> None:
    target = hospital("mobile").targets[-1]
    connector = FhirConnector(target, hospital("mobile"))
    slip = frontdesk_slip(mobile="")
    assert str(connector.objection(slip)) == (
        "The system needs what the slip does not have: Mobile number. Correct the slip."
    )
    assert connector.objection(frontdesk_slip(mobile="9810000001")) == ""
    connector.close()


def frontdesk_slip(**told: str) -> Slip:
    return Slip(number=FIRST, patient=factories.patient(**told))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('needs = ["shoe size"]', "One of these was expected"),
        ("needs = 3", "A list of fields"),
        ('needs = [["mobile"]]', "One of these was expected"),
        ('kind = "fax"', "One of these was expected"),
    ],
)
def test_the_file_is_told_what_may_be_needed(tmp_path: Path, line: str, says: str) -> None:
    text = (Path(__file__).parent.parent.parent / "hospital.toml").read_text(encoding="utf-8")
    good = text.replace("test = true\n", 'test = true\nneeds = ["mobile", "abha"]\nkind = "fhir"\n', 1)
    (tmp_path / "hospital.toml").write_text(good, encoding="utf-8")
    assert hospital_file.load(tmp_path / "hospital.toml").needed == {"mobile", "abha"}
    (tmp_path / "hospital.toml").write_text(
        text.replace("test = true\n", f"test = true\n{line}\n", 1), encoding="utf-8"
    )
    with pytest.raises(HospitalFileWrong, match=says):
        hospital_file.load(tmp_path / "hospital.toml")


def test_a_slip_typed_by_other_means_is_not_held_up(installation: Installation) -> None:
    counter = replace(factories.counter(installation), hospital=hospital("mobile"))
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    asked = factories.registration()
    bare = replace(asked, patient=replace(asked.patient, mobile=""))
    assert frontdesk.register(counter, shift.key, bare).row.slip.number == FIRST
