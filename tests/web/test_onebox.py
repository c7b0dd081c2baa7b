"""The one box: whatever a scanner, a hand or a camera gives it leads somewhere, or is named in a sentence."""

import html
import io
import sys
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from fallback import frontdesk, payload
from fallback.enrolment import Installation
from fallback.errors import SettingWrong
from fallback.ledger import queries
from fallback.patients import Columns, PatientIndex
from fallback.slip import Sample, SlipNumber
from fallback.web import close, create_app
from fallback.wedge import keyboards
from tests import factories, idcards, scans
from tests.web.visitor import Answer, Visitor

FIRST = SlipNumber(1, 1)
INDEX = """uhid,name,sex,birth_date,guardian,mobile,locality
100000001,Sunita Devi,F,1984-05-31,Ramesh Kumar,9876501234,Karol Bagh
100000002,Aslam,M,1971,,9876501234,Seelampur
"""


def qr(installation: Installation, number: SlipNumber = FIRST) -> str:
    row = queries.slip(installation.ledger.db(), number)
    assert row is not None
    return payload.to_digits(row.payload)


def through(keyboard: str, text: str) -> str:
    """A text as it comes out where the keyboard is set to another language."""
    table = {meant: given for given, meant in keyboards._TABLES[keyboard].items()}
    return text.translate({ord(str(meant)): given for meant, given in table.items()})


def form(answer: Answer) -> dict[str, str]:
    return answer.page.form("name", "form", action="register").fields


def cursor(answer: Answer) -> str:
    """The field that the cursor stands in."""
    found = [part for part in answer.text.split("<") if " autofocus" in part]
    assert len(found) == 1, found
    return found[0].split('id="')[1].split('"')[0]


def seen(answer: Answer) -> str:
    return html.unescape(answer.text)


# --- Cards that patients carry


def test_an_abha_card_fills_a_new_registration(desk: Visitor, installation: Installation) -> None:
    answer = desk.find(idcards.abha() + "\r\n")
    assert "From the ABHA card" in answer.text and "check digit" not in answer.text
    fields = form(answer)
    assert (fields["name"], fields["sex"], fields["age"]) == ("Sunita Devi", "female", "05-11-1990")
    assert (fields["mobile"], fields["abha"], fields["pin_code"]) == ("9810000001", "22722548295255", "110062")
    assert (fields["state"], fields["district"]) == ("7", "South East Delhi")
    assert cursor(answer) == "clinic", "all that is missing"
    done = desk.send(answer.page.form("name", "form", action="register"), clinic="ENT")
    assert done.path == f"/issued/{FIRST}", done.says
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None and row.slip.patient.abha == "22722548295255"


def test_a_check_digit_that_does_not_fit_is_said_and_taken(desk: Visitor) -> None:
    answer = desk.find(idcards.abha(hidn="91-1234-5678-9012"))
    assert "check digit does not fit" in answer.text
    assert form(answer)["abha"] == "91123456789012"
    assert "check digit does not fit" in desk.find("91 1234 5678 9012").text
    assert "check digit" not in desk.find("22-7225-4829-5255").text


def test_a_card_without_a_sex_puts_the_cursor_there(desk: Visitor) -> None:
    assert cursor(desk.find(idcards.abha(gender="-"))) == "sex"
    assert cursor(desk.find(idcards.abha(dob=""))) == "age"
    assert cursor(desk.find("Rekha Kumari")) == "sex", "nobody of that name: the form goes on after it"


def test_an_aadhaar_fills_the_form_and_leaves_four_digits(desk: Visitor, installation: Installation) -> None:
    answer = desk.find(idcards.aadhaar())
    assert "last four digits (5234)" in answer.text and "was not checked" in seen(answer)
    fields = form(answer)
    assert (fields["name"], fields["age"], fields["guardian"]) == ("Sunita Devi", "05-11-1990", "Ram Prasad")
    assert fields["relation"] == "husband" and fields["pin_code"] == "110062"
    assert idcards.AADHAAR["reference"] not in answer.text and idcards.aadhaar()[:40] not in answer.text
    done = desk.send(answer.page.form("name", "form", action="register"), clinic="ENT")
    assert done.path == f"/issued/{FIRST}", done.says
    assert "signature not checked" in desk.get(f"/slips/{FIRST}").text
    issued = installation.ledger.db().execute("SELECT text FROM line ORDER BY place DESC LIMIT 3").fetchall()
    assert '"last4":"5234"' in str(issued).replace(" ", "")
    assert idcards.AADHAAR["reference"][4:] not in str(issued)


def test_the_old_aadhaar_is_refused_and_not_shown_again(desk: Visitor) -> None:
    text = '<?xml version="1.0"?><PrintLetterBarcodeData uid="999941057058" name="Sunita Devi" gender="F"/>'
    answer = desk.find(text)
    assert "nothing of it was taken or kept" in answer.says
    assert "999941057058" not in answer.text


@pytest.mark.parametrize("typed", ["9999 4105 7058", idcards.aadhaar()[:-3], "9999410570589999"])
def test_an_aadhaar_number_never_stands_on_the_page_again(desk: Visitor, typed: str) -> None:
    answer = desk.find(typed)
    assert answer.status == 400 and answer.says
    assert typed[:30] not in answer.text


def test_a_signature_is_checked_where_the_certificate_is_installed(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "uidai.cer"
    file.write_bytes(idcards.certificate(idcards.uidai(0)))
    app = create_app(installation, factories.hospital(), clock=factories.clock(), uidai=file)
    desk = Visitor(app).at_desk()
    assert "was checked and is genuine" in seen(desk.find(idcards.aadhaar(key=idcards.uidai(0))))
    answer = desk.find(idcards.aadhaar(key=idcards.uidai(1)))
    assert "may be false" in answer.text and form(answer)["name"] == "Sunita Devi"
    close(app)


@pytest.mark.parametrize(("content", "says"), [(b"nonsense", "no certificate"), (None, "cannot be opened")])
def test_a_certificate_that_cannot_be_used_is_told_at_the_start(
    installation: Installation, tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "uidai.cer"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingWrong, match=says):
        create_app(installation, factories.hospital(), uidai=file)


def test_an_abha_that_a_slip_has_is_found_by_it(desk: Visitor) -> None:
    desk.register(abha="22-7225-4829-5255")
    assert "Who is it?" in desk.find("22-7225-4829-5255").text
    assert "Who is it?" in desk.find("22722548295255@abdm").text
    answer = desk.find(idcards.abha(name="S Devi", dob="", mobile=""))
    beside = desk.post("/alike", form(answer))
    assert f"{FIRST.grouped}" in beside.text, "the one number that nobody else has: she stands beside the form"


# --- Scanners, and how they go wrong


@pytest.mark.parametrize("keyboard", [*keyboards._ELSEWHERE, "caps"])
def test_a_scan_through_another_keyboard_is_put_right_and_said(
    desk: Visitor, installation: Installation, keyboard: str
) -> None:
    desk.register()
    card = idcards.abha(address="H.No. 14, Devli Village")
    answer = desk.find(card.swapcase() if keyboard == "caps" else through(keyboard, card))
    assert form(answer)["name"] == "Sunita Devi", answer.says
    assert ("Caps Lock is on" if keyboard == "caps" else f"keyboard is set to {keyboard}") in answer.text
    assert "keyboard is set" not in desk.get("/").text and "Caps Lock" not in desk.get("/").text, "said once"


@pytest.mark.parametrize("keyboard", ["French (AZERTY)", "Hindi (InScript)"])
@pytest.mark.parametrize("code", ["number", "qr", "sticker"])
def test_our_own_codes_through_another_keyboard(
    desk: Visitor, installation: Installation, keyboard: str, code: str
) -> None:
    desk.register()
    text = {"number": FIRST.text, "qr": qr(installation), "sticker": Sample(FIRST, 2).text}[code]
    answer = desk.find(through(keyboard, text))
    assert answer.path == f"/slips/{FIRST}/next", answer.says
    assert (keyboard in answer.text) is (keyboard == "French (AZERTY)"), "digits in Hindi are digits: nothing is wrong"


def test_letters_that_look_like_digits_are_read_as_digits(desk: Visitor) -> None:
    desk.register()
    for typed in ("OO1OOOOO114", "001 OOO 0O1 l4"):
        assert desk.find(typed).path == f"/slips/{FIRST}/next"


@pytest.mark.parametrize("around", ["]Q1{}", "]C0{}", "\t{}\r\n", "\x02{}\x03", "\ufeff{}", "Sunita{}", "{}Sun"])
def test_what_stands_around_a_scan_does_not_matter(desk: Visitor, installation: Installation, around: str) -> None:
    desk.register()
    for text in (FIRST.text, qr(installation)):
        assert desk.find(around.format(text)).path == f"/slips/{FIRST}/next"


def test_one_slip_scanned_twice_is_one(desk: Visitor, installation: Installation) -> None:
    desk.register()
    code = qr(installation)
    for text in (FIRST.text * 2, code * 2, FIRST.text + code, code + FIRST.text, FIRST.text * 3):
        assert desk.find(text).path == f"/slips/{FIRST}/next", text


def test_two_slips_in_one_go_are_told_apart(desk: Visitor, installation: Installation) -> None:
    desk.register()
    desk.register(name="Rekha Kumari")
    second = SlipNumber(1, 2)
    for text in (
        FIRST.text + second.text,
        qr(installation) + qr(installation, second),
        FIRST.text + qr(installation, second),
    ):
        assert "Two codes were scanned in one go" in desk.find(text).says, text
    assert "Two codes were scanned in one go" in desk.find(FIRST.text + idcards.abha()).says
    assert "two codes were scanned in one go" in desk.find(idcards.abha() + idcards.abha(name="Rekha")).says


@pytest.mark.parametrize("field", ["name", "guardian", "locality", "district", "uhid", "booking", "scheme_id"])
@pytest.mark.parametrize("code", ["number", "sticker", "qr", "card"])
def test_a_slow_scan_into_a_field_of_the_form_registers_nobody(
    desk: Visitor, installation: Installation, field: str, code: str
) -> None:
    desk.register()
    text = {"number": FIRST.text, "sticker": Sample(FIRST, 2).text, "qr": qr(installation), "card": idcards.abha()}[
        code
    ]
    answer = desk.register(**{"name": "Rekha Kumari", field: f"Gali 3 {text}"})
    assert answer.status == 400 and "scanned into this field" in answer.text
    assert queries.slip(installation.ledger.db(), SlipNumber(1, 2)) is None


def test_numbers_of_an_address_are_no_scan(desk: Visitor) -> None:
    answer = desk.register(locality="Plot 12345678901, Ph 09810000001, 2nd floor", booking="12345678901")
    assert answer.path == f"/issued/{FIRST}", answer.says


WRONG = {
    "half a slip's code": ("{half}", "no whole code"),
    "the other half": ("{rest}", "no whole code"),
    "a digit is missing": ("{qr-}", "could not be read as a slip"),
    "half a card": (idcards.abha()[:80], "only a part of it was scanned"),
    "half an Aadhaar": (idcards.aadhaar()[:1500], "damaged, or only a part"),
    "the other half of one": ("2" + idcards.aadhaar()[1500:1700], "no whole code"),
    "a digit read wrong": ("00100000115", "not a slip number"),
    "an article": ("8901063092730", "barcode of goods"),
    "a medicine": ("(01)08901063092730(17)271130(10)A1", "barcode of goods"),
    "a web page": ("https://example.org/q?x=1", "web address"),
    "Scan and Share": ("https://phrsbx.abdm.gov.in/share-profile?hip-id=IN07&counter-id=2", "Scan and Share"),
    "a payment": ("upi://pay?pa=hospital@sbi&am=10", "payments"),
    "a contact": ("BEGIN:VCARD\nFN:Sunita\nEND:VCARD", "contact"),
    "a network": ("WIFI:T:WPA;S:ward;P:secret;;", "Wi-Fi"),
    "a boarding pass": ("M1DEVI/SUNITA         EABC123 DELBOMAI 0834 326F001A0025 100", "boarding pass"),
    "an invoice": ("eyJhbGciOiJSUzI1NiIsImtpZCI6I.eyJkYXRhIjoi.c2ln", "signed certificate"),
    "a PAN": ("ABCDE1234F", "PAN"),
    "another program's data": ('{"type":"lab","id":7}', "another program"),
    "an ABHA address": ("sunita@abdm", "only with the internet"),
    "gibberish": ("~#^%$@!&*(){}|<>~#^%$", "make no sense"),
    "a key of a phone": ("356938035643809", "no whole code"),
    "a page of text": ("Discharge summary. " * 600, "whole page"),
    "some lines of text": ("The patient was seen today, and again. " * 10, "whole page"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_patient_s_code_is_named_and_nothing_is_lost(
    desk: Visitor, installation: Installation, what: str
) -> None:
    desk.register()
    text, says = WRONG[what]
    code = qr(installation)
    text = text.replace("{half}", code[:150]).replace("{rest}", code[180:]).replace("{qr-}", code[:60] + code[61:])
    answer = desk.find(text)
    assert answer.status in (400, 409), answer.path
    assert says in html.unescape(answer.says), answer.says
    assert cursor(answer) == "typed"
    assert queries.slip(installation.ledger.db(), SlipNumber(1, 2)) is None


def test_numbers_as_people_write_them(desk: Visitor) -> None:
    desk.register()
    for typed in ("9810000001", "+91 98100 00001", "09810000001", "९८१०००0001"):
        assert "Sunita Devi" in desk.find(typed).text and "Who is it?" in desk.find(typed).text, typed


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("+91 98100 00001", "mobile", "9810000001"),
        ("09810000001", "mobile", "9810000001"),
        ("22-7225-4829-5255", "abha", "22722548295255"),
        ("22722548295255@abdm", "abha", "22722548295255"),
        ("Sunita", "name", "Sunita"),
        ("सुनीता", "name_hindi", "सुनीता"),
    ],
)
def test_none_of_those_who_are_found_begins_with_what_was_looked_for(
    desk: Visitor, typed: str, field: str, value: str
) -> None:
    desk.register(abha="22722548295255")
    found = desk.find(typed)
    assert "Who is it?" in found.text
    answer = desk.send(found.page.form("typed", action="/new"))
    assert form(answer)[field] == value


def test_an_abha_address_that_is_the_number_is_one(desk: Visitor) -> None:
    assert form(desk.find("22722548295255@abdm"))["abha"] == "22722548295255"


def test_a_booking_that_nobody_can_check_goes_into_the_form(desk: Visitor, installation: Installation) -> None:
    answer = desk.find("ors/2026-778")
    assert "nobody can check now" in answer.text
    assert form(answer)["booking"] == "ORS/2026-778"
    done = desk.send(
        answer.page.form("name", "form", action="register"), name="Asha", sex="female", age="30", clinic="ENT"
    )
    assert done.path == f"/issued/{FIRST}", done.says
    assert "Unverified booking" in desk.get(f"/slips/{FIRST}").text


# --- The hospital's own index


@pytest.fixture
def indexed(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(INDEX, encoding="utf-8")
    frontdesk.load_index(installation.ledger, PatientIndex(installation.folder, installation.vault), path, Columns())


def looks(installation: Installation) -> int:
    return int(
        installation.ledger.db().execute("SELECT count(*) FROM line WHERE fact = 'patient_looked_up'").fetchone()[0]
    )


@pytest.mark.usefixtures("indexed")
def test_a_uhid_is_looked_up_and_gives_a_visit_alone(desk: Visitor, installation: Installation) -> None:
    answer = desk.find("100000001")
    assert "From the patient index: ask name and age" in answer.text and "Next visit" in answer.text
    fields = form(answer)
    assert (fields["name"], fields["sex"], fields["age"]) == ("Sunita Devi", "female", "31-05-1984")
    assert (fields["uhid"], fields["guardian"]) == ("100000001", "Ramesh Kumar")
    assert cursor(answer) == "clinic"
    assert looks(installation) == 1
    desk.send(answer.page.form("name", "form", action="register"), clinic="ENT", guardian="", relation="")
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert (row.slip.person, row.slip.patient_number, row.slip.visit.fee) == ("uhid:100000001", None, 0)
    assert desk.find("100000001").path == f"/slips/{FIRST}/next", "now a slip has it: no second look"
    assert looks(installation) == 1


@pytest.mark.usefixtures("indexed")
def test_a_uhid_that_the_index_does_not_know_is_a_visit_all_the_same(desk: Visitor) -> None:
    answer = desk.find("100000009")
    assert "was not seen in this downtime" in answer.text
    assert form(answer)["uhid"] == "100000009" and cursor(answer) == "name"


@pytest.mark.usefixtures("indexed")
def test_when_the_looks_are_used_up_the_queue_goes_on(
    desk: Visitor, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["fallback.frontdesk.look_up"], "looks_since", lambda *_: 10**6)
    answer = desk.find("100000001")
    assert "which is the limit" in answer.text
    assert form(answer)["uhid"] == "100000001" and form(answer)["name"] == ""
    assert looks(installation) == 0


# --- The camera


def jpeg(text: str, *, size: int = 600) -> bytes:
    """A photo of a QR, somewhat askew."""
    code = scans.qr_picture(text).convert("L").resize((size, size))
    page = Image.new("L", (1280, 960), 200)
    page.paste(code, (300, 180))
    buffer = io.BytesIO()
    page.rotate(4, fillcolor=200).save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def shot(desk: Visitor, content: bytes, *, script: bool = True) -> Answer:
    token = desk.get("/").page.form("typed").fields["csrf_token"]
    data = {"csrf_token": token, "picture": (io.BytesIO(content), "frame.jpg")}
    headers = {"Accept": "application/json"} if script else {}
    return desk.post("/find/picture", data, content_type="multipart/form-data", headers=headers)


def test_a_camera_s_picture_is_read_by_our_own_server(desk: Visitor, installation: Installation) -> None:
    desk.register()
    code = qr(installation)
    before = sorted(path.name for path in installation.folder.iterdir())
    answer = shot(desk, jpeg(code))
    assert answer.status == 200 and f'"typed":"{code}"' in answer.text.replace(" ", "")
    assert shot(desk, jpeg(code), script=False).path == f"/slips/{FIRST}/next", (
        "without JavaScript it goes on by itself"
    )
    assert '"typed":""' in shot(desk, _white()).text.replace(" ", "")
    assert sorted(path.name for path in installation.folder.iterdir()) == before, "no picture is kept"


def _white() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (640, 480), 255).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff" + bytes(200), b"%PDF-1.4\n", b"PK\x03\x04"])
def test_a_picture_that_is_none_is_told(desk: Visitor, content: bytes) -> None:
    answer = shot(desk, content, script=False)
    assert answer.status == 400 and answer.says
    assert cursor(answer) == "typed"


def test_only_the_desk_s_pages_may_use_a_camera(desk: Visitor) -> None:
    assert "camera=(self)" in desk.get("/").headers["Permissions-Policy"]
    for path in ("/users", "/records", "/trust"):
        assert "camera=()" in desk.get(path).headers["Permissions-Policy"], path


def test_no_scan_stands_in_the_access_log(app: Flask, desk: Visitor, installation: Installation) -> None:
    desk.find(idcards.aadhaar())
    shot(desk, jpeg(idcards.abha()))
    for path in installation.folder.rglob("*"):
        if path.is_file():
            assert b"Devli" not in path.read_bytes()
