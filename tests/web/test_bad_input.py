"""Whatever is typed: a clear sentence beside its field, in the clerk's language; nothing lost, nothing issued."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fallback.enrolment import Installation
from fallback.language import translate
from fallback.ledger import queries
from fallback.slip import Age, AgeUnit, SlipNumber
from fallback.web import create_app
from tests import factories
from tests.web.visitor import NEW, Answer, Visitor

TEXTS = ("name", "name_hindi", "guardian", "district", "locality")
NUMBERS = ("age", "mobile", "pin_code", "abha")
CODES = ("uhid", "scheme_id", "booking", "medico_legal_number")
LISTS = ("sex", "relation", "state", "category", "fee_status")
EVERYTHING = (*TEXTS, *NUMBERS, *CODES, *LISTS, "clinic")

LONG = "a" * 5000
EMOJI = "Sunita 😀"
CONTROL = "Sunita\x07Devi"
NUL = "Sunita\x00"
TABLE = "'; DROP TABLE slip; --"
RIGHT_TO_LEFT = "Sunita\u202eiveD"
TAMIL = "சுனிதா"
MARKUP = "<script>alert(1)</script>"


def shown(value: str) -> str:
    """A short name for a test."""
    return ascii(value[:16])


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Visitor, Installation]]:
    """A desk at which nothing is ever issued: what cannot be taken leaves it as it was."""
    made = factories.installation(tmp_path_factory.mktemp("still") / "data")
    yield Visitor(create_app(made, factories.hospital(), clock=factories.clock())).at_desk(), made
    made.close()


@pytest.fixture
def desk(still: tuple[Visitor, Installation]) -> Visitor:
    return still[0]


@pytest.fixture
def installation(still: tuple[Visitor, Installation]) -> Installation:
    return still[1]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[tuple[Visitor, Installation]]:
    """A desk of one test's own, at which slips are issued."""
    made = factories.installation(tmp_path / "data")
    yield Visitor(create_app(made, factories.hospital(), clock=factories.clock())).at_desk(), made
    made.close()


def beside(answer: Answer, field: str) -> str:
    """The sentence that stands beside a field and that the field points to; "" when there is none."""
    found = re.search(rf'id="{field}-error">([^<]+)<', answer.text)
    if found is None:
        return ""
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true" aria-describedby="{field}-error"', answer.text, re.DOTALL)
    return html.unescape(found[1])


def nothing_issued(installation: Installation) -> bool:
    counted = installation.ledger.db().execute("SELECT (SELECT count(*) FROM slip) + (SELECT count(*) FROM counter)")
    return bool(counted.fetchone() == (0,))


def is_kept(answer: Answer, typed: dict[str, str]) -> bool:
    fields = answer.page.form("name", "form", action="register").fields
    return all(fields[name].replace("\ufffd", "\x00") == value for name, value in typed.items() if name not in LISTS)


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("value", [LONG, EMOJI, CONTROL, NUL, RIGHT_TO_LEFT, TAMIL], ids=shown)
def test_a_text_that_cannot_be_taken(desk: Visitor, installation: Installation, field: str, value: str) -> None:
    typed = NEW | {field: value}
    answer = desk.register(**typed)
    assert answer.status == 400
    assert beside(answer, field)
    assert is_kept(answer, typed)
    assert nothing_issued(installation)


@pytest.mark.parametrize("field", ["name", "name_hindi", "guardian"])
@pytest.mark.parametrize("value", [TABLE, MARKUP], ids=["table", "markup"])
def test_a_name_holds_no_sign_that_means_something_to_machines(
    desk: Visitor, installation: Installation, field: str, value: str
) -> None:
    typed = NEW | {field: value}
    answer = desk.register(**typed)
    assert beside(answer, field)
    assert is_kept(answer, typed)
    assert nothing_issued(installation)
    assert "<script>alert" not in answer.text


def test_an_address_may_hold_any_sign_of_a_keyboard(fresh: tuple[Visitor, Installation]) -> None:
    desk, installation = fresh
    number = SlipNumber(1, 1)
    assert desk.register(locality=TABLE, district=MARKUP).path == f"/issued/{number}"
    row = queries.slip(installation.ledger.db(), number)
    assert row is not None
    assert (row.slip.patient.locality, row.slip.patient.district) == (TABLE, MARKUP)
    for path in (f"/slips/{number}", f"/slips/{number}/next", f"/slips/{number}/correct"):
        assert "<script>alert" not in desk.get(path).text


@pytest.mark.parametrize("field", [*NUMBERS, *CODES, "clinic"])
@pytest.mark.parametrize(
    "value", ["x" * 5000, "९" * 4999, EMOJI, CONTROL, NUL, TABLE, RIGHT_TO_LEFT, "-1", "1.5"], ids=shown
)
def test_a_number_that_is_none(desk: Visitor, installation: Installation, field: str, value: str) -> None:
    typed = NEW | {field: value}
    answer = desk.register(**typed)
    assert answer.status == 400
    assert beside(answer, field)
    assert is_kept(answer, typed)
    assert nothing_issued(installation)


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize("value", ["nonsense", TABLE, "999", EMOJI, "x" * 5000], ids=shown)
def test_a_choice_that_no_list_offers(desk: Visitor, installation: Installation, field: str, value: str) -> None:
    answer = desk.register(**{field: value})
    assert answer.status == 400
    assert "Choose one from the list" in beside(answer, field)
    assert nothing_issued(installation)


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"name": ""}, "name", "Latin letters"),
        ({"name": "सुनीता"}, "name", "not a Latin letter"),
        ({"name": "12"}, "name", "no letter in it"),
        ({"name_hindi": "Sunita"}, "name_hindi", "not a Hindi letter"),
        ({"sex": ""}, "sex", "Choose the sex"),
        ({"age": ""}, "age", "the age, or the date of birth"),
        ({"age": "150"}, "age", "0 to 125"),
        ({"age": "40m"}, "age", "too high for its unit"),
        ({"age": "24-11-2026"}, "age", "in the future"),
        ({"age": "31-02-2001"}, "age", "not a date"),
        ({"age": "31022001"}, "age", "not a date"),
        ({"age": "05-11-90"}, "age", "not a date"),
        ({"age": "05-11-1890"}, "age", "more than 125 years"),
        ({"age": "1990"}, "age", "not a date"),
        ({"age": "34 xyz"}, "age", "like 34, 6m or 12d"),
        ({"age": "15w"}, "age", "too high for its unit"),
        ({"age": "99 w"}, "age", "0 to 125"),
        ({"guardian": ""}, "guardian", "both"),
        ({"relation": ""}, "guardian", "both"),
        ({"mobile": "12345"}, "mobile", "10 digits"),
        ({"mobile": "1810000001"}, "mobile", "starts with 6"),
        ({"pin_code": "010017"}, "pin_code", "does not start with 0"),
        ({"uhid": "12"}, "uhid", "UHIDs look"),
        ({"abha": "123"}, "abha", "14 digits"),
        ({"clinic": ""}, "clinic", "Choose a clinic"),
        ({"clinic": "XYZ"}, "clinic", "Choose a clinic"),
        ({"clinic": "Paediatric"}, "clinic", "Choose a clinic"),
        ({"booking": "a b"}, "booking", "letters and digits"),
        ({"mobile": "--"}, "mobile", "10 digits"),
        ({"name": "-"}, "name", "Latin letters"),
    ],
)
def test_each_field_has_its_own_sentence(
    desk: Visitor, installation: Installation, typed: dict[str, str], field: str, says: str
) -> None:
    answer = desk.register(**typed)
    assert says in beside(answer, field)
    assert answer.text.count('class="error" id=') == 1, "one mistake, one sentence"
    assert is_kept(answer, NEW | typed)
    assert nothing_issued(installation)


def test_an_empty_form_says_everything_at_once(desk: Visitor, installation: Installation) -> None:
    answer = desk.register(**dict.fromkeys(EVERYTHING, ""))
    assert [name for name in EVERYTHING if beside(answer, name)] == ["name", "age", "sex", "clinic"]
    assert nothing_issued(installation)


def test_a_form_without_any_field_is_no_fault_of_ours(desk: Visitor, installation: Installation) -> None:
    token = desk.new_form().fields["csrf_token"]
    assert desk.post("/register", {"csrf_token": token}).status == 400
    assert nothing_issued(installation)


def test_the_sentences_are_in_the_clerks_language(fresh: tuple[Visitor, Installation]) -> None:
    desk, _ = fresh
    page = desk.get("/keys").page
    desk.send(page.form("back", action="language"), language="hi")
    answer = desk.register(name="Ram;", sex="", mobile="12")
    assert beside(answer, "name") == "स्थान 4 का चिह्न ; यहाँ नहीं लिखा जा सकता। उसे हटा दें।"
    assert beside(answer, "sex") == translate("Choose the sex. If it is not known, choose that.", "hi")
    assert "अभी कुछ दर्ज नहीं हुआ" in answer.says


def test_the_cursor_goes_to_the_first_wrong_field(desk: Visitor) -> None:
    answer = desk.register(mobile="12", name_hindi="x")
    focused = re.findall(r'<(?:input|select) id="(\w+)"[^>]*autofocus', answer.text)
    assert focused == ["name_hindi"]


def test_what_the_page_itself_put_into_the_form_is_not_trusted(desk: Visitor, installation: Installation) -> None:
    for hidden in ("patient_number", "previous"):
        answer = desk.register(**{hidden: "00100000199"})
        assert answer.status == 400
        assert "changed on its way" in answer.says
    assert nothing_issued(installation)


def test_the_longest_texts_that_are_taken_still_print(fresh: tuple[Visitor, Installation]) -> None:
    desk, _ = fresh
    long = {name: ("Wahidunnissa " * 10)[:120].strip() for name in ("name", "guardian", "district", "locality")}
    answer = desk.register(**long, name_hindi=("वहीदुन्निसा " * 10)[:120].strip())
    assert answer.path == f"/issued/{SlipNumber(1, 1)}", answer.says
    assert desk.get(f"/slips/{SlipNumber(1, 1)}/print").content.startswith(b"%PDF")


def test_bytes_that_are_no_text_are_refused(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    for body in (b"\xff\xfe\x00", b"name=%ff%fe&csrf_token=" + form.fields["csrf_token"].encode(), b"=" * 5000):
        answer = desk.client.post("/register", data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400
    answer = desk.client.post("/register", data=b"--x\r\nbroken", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400
    assert nothing_issued(installation)


def test_a_form_of_a_hundred_thousand_fields_is_not_taken_apart(
    desk: Visitor, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_apart(*_: object, **__: object) -> None:
        raise AssertionError("every desk would wait")

    monkeypatch.setattr("werkzeug.formparser.parse_qsl", taken_apart)
    for path in ("/register", "/login", "/nothing"):
        answer = desk.client.post(path, data=b"a=&" * 100_000, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400
    assert nothing_issued(installation)


def test_methods_and_addresses_that_no_page_has(desk: Visitor) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert desk.client.open("/", method=method).status_code in (400, 404)
    for path in ("/slips/0", "/slips/00100000114/../../etc", "/slips/٠٠١٠٠٠٠٠١١٤", "/shifts/%2e%2e"):
        assert desk.get(path).status == 404


@pytest.mark.parametrize(
    ("typed", "age", "unit"),
    [
        ("34y", 34, AgeUnit.YEARS),
        ("34 Years", 34, AgeUnit.YEARS),
        ("6mo", 6, AgeUnit.MONTHS),
        ("3w", 21, AgeUnit.DAYS),
        ("2 weeks", 14, AgeUnit.DAYS),
        ("३४ वर्ष", 34, AgeUnit.YEARS),
        ("6 माह", 6, AgeUnit.MONTHS),
        ("१२ दिन", 12, AgeUnit.DAYS),
        ("0d", 0, AgeUnit.DAYS),
    ],
)
def test_an_age_is_what_was_meant(fresh: tuple[Visitor, Installation], typed: str, age: int, unit: AgeUnit) -> None:
    desk, installation = fresh
    assert desk.register(age=typed).path == f"/issued/{SlipNumber(1, 1)}"
    row = queries.slip(installation.ledger.db(), SlipNumber(1, 1))
    assert row is not None
    assert row.slip.patient.age == Age(value=age, unit=unit)


@pytest.mark.parametrize("typed", ["05-11-1990", "5/11/1990", "05111990", "५.११.१९९०", " 05 11 1990 "])
def test_a_date_of_birth_stands_in_the_field_of_the_age(fresh: tuple[Visitor, Installation], typed: str) -> None:
    desk, installation = fresh
    desk.register(age=typed)
    row = queries.slip(installation.ledger.db(), SlipNumber(1, 1))
    assert row is not None
    assert (str(row.slip.patient.birth_date), row.slip.patient.age) == ("1990-11-05", None)
    for path in ("next", "correct"):
        fields = desk.get(f"/slips/{SlipNumber(1, 1)}/{path}").page.form("name", "form").fields
        assert fields["age"] == "05-11-1990"


def test_small_letters_alone_get_capitals_and_others_stay(fresh: tuple[Visitor, Installation]) -> None:
    desk, installation = fresh
    desk.register(name="sunita d'souza (devi)", guardian="RAM PRASAD", locality="h.no. 3b, gali-4 sector 9")
    row = queries.slip(installation.ledger.db(), SlipNumber(1, 1))
    assert row is not None
    assert row.slip.patient.name == "Sunita D'souza (Devi)"
    assert row.slip.patient.guardian == "RAM PRASAD"
    assert row.slip.patient.locality == "H.No. 3b, Gali-4 Sector 9"
