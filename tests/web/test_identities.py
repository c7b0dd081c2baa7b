"""A confidential patient in the browser: registered, revisited, corrected, opened; the name is nowhere else."""

import json

import pytest
from flask import Flask

from fallback import enrolment, frontdesk, payload
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import identities
from fallback.slip import Patient, Sex, Slip, SlipNumber
from tests import factories
from tests.web.visitor import NEW, Answer, Visitor
from tests.worked import accept, page

SECRET = {"name": "Zohra Qureshi", "name_hindi": "ज़ोहरा कुरैशी", "guardian": "Wahid Qureshi", "mobile": "9876501234"}
ONE = "1" * 64
SECRETS = (*SECRET.values(), "98765 01234", "Zohra", "Qureshi", "क़ुरैशी", "ज़ोहरा")


def register(desk: Visitor, **typed: object) -> Answer:
    return desk.register(**(SECRET | {"confidential": "y"} | typed))


def number_of(answer: Answer) -> SlipNumber:
    return SlipNumber.parse(answer.path.rpartition("/")[2])


def tells(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_after_issuing_every_page_shows_the_alias_alone(app: Flask, desk: Visitor, installation: Installation) -> None:
    number = number_of(register(desk))
    row = queries.slip(installation.ledger.db(), number)
    assert row is not None
    supervisor = Visitor(app)
    supervisor.log_in("meena")
    records = Visitor(app)
    records.log_in("ravi")
    alias = row.slip.patient.name
    for path in (f"/issued/{number}", f"/slips/{number}", f"/slips/{number}/next", f"/slips/{number}/correct",
                 f"/slips/{number}/void", "/", f"/slips/{number}/identity"):  # fmt: skip
        shown = desk.get(path)
        assert shown.status == 200, path
        assert tells(shown.text) == [], path
        assert alias in shown.text or path == "/slips", path
    for path in ("/supervisor", "/prints", "/sheets", "/supervisor/identities", f"/slips/{number}/identity"):
        assert tells(supervisor.get(path).text) == [], path
    assert tells(records.get(f"/slips/{number}").text) == []
    for typed in (SECRET["name"], SECRET["mobile"], SECRET["name_hindi"], "Zohra"):
        found = desk.find(typed)
        assert alias not in found.page.form("name", "form", action="register").fields.values()
        assert "found only by the slip" in found.text


def test_the_patients_next_slip_carries_the_alias_on(desk: Visitor, installation: Installation) -> None:
    number = number_of(register(desk))
    first = queries.slip(installation.ledger.db(), number)
    assert first is not None
    form = desk.find(number.text).page.form("form", action="register")
    later = number_of(desk.send(form, clinic="ENT"))
    row = queries.slip(installation.ledger.db(), later)
    assert row is not None
    assert (row.slip.patient.name, row.slip.sealed) == (first.slip.patient.name, b"\x00")
    assert row.slip.patient_number == number


def test_a_correction_leaves_the_identity_as_it_is_or_seals_a_new_one(
    desk: Visitor, installation: Installation
) -> None:
    number = number_of(register(desk))
    db = installation.ledger.db()
    first = queries.slip(db, number)
    assert first is not None
    page = desk.get(f"/slips/{number}/correct")
    desk.send(page.page.form("reason", action="correct"), reason="Zohra goes to ENT", clinic="ENT")
    moved = queries.slip(db, number)
    assert moved is not None
    assert (moved.revision, moved.slip.sealed, moved.slip.reason) == (1, first.slip.sealed, "")
    page = desk.get(f"/slips/{number}/correct?identity=new")
    form = page.page.form("reason", "name", action="correct")
    typed = {**NEW, "name": "Zohra Begum", "clinic": "ENT", "reason": "name misheard", "confidential": None}
    desk.send(form, **typed)  # the tick is taken out: it is sealed all the same
    again = queries.slip(db, number)
    assert again is not None
    assert again.revision == 2
    assert again.slip.sealed not in (b"", first.slip.sealed)
    assert again.slip.patient.name == first.slip.patient.name
    assert tells(json.dumps(again.slip.record(), ensure_ascii=False)) == []


def test_an_open_slip_cannot_be_hidden_afterwards(desk: Visitor) -> None:
    number = number_of(desk.register())
    page = desk.get(f"/slips/{number}/correct")
    answer = desk.send(page.page.form("reason", action="correct"), reason="she asked", confidential="y")
    assert "Void the slip, take the paper back" in answer.text


def test_what_is_too_long_is_refused_at_its_field(desk: Visitor, installation: Installation) -> None:
    before = len(list(queries.slips(installation.ledger.db())))
    answer = register(desk, name="Rajarajeshwari " * 6)
    assert "never cut" in answer.text
    assert "Rajarajeshwari Rajarajeshwari" in answer.text, "what was typed stands in the form, to be shortened"
    answer = register(desk, medico_legal_number="MLC/2026/11/00417")
    assert "at most 14 letters" in answer.text
    answer = register(desk, alias="y")
    assert "nothing to seal" in answer.text
    assert len(list(queries.slips(installation.ledger.db()))) == before


def test_a_clerk_opens_it_with_a_supervisors_word_and_it_is_written_down_first(
    desk: Visitor, installation: Installation
) -> None:
    number = number_of(register(desk, uhid="106543217"))
    page = desk.get(f"/slips/{number}/identity")
    form = page.page.form("reason", "login", "pin")
    without = desk.send(form, reason="police ask")
    assert "Only a supervisor" in without.says
    clerks = desk.send(form, reason="police ask", login="asha", pin=factories.PIN)
    assert "not a supervisor" in clerks.says
    wrong = desk.send(form, reason="police ask", login="meena", pin="000111")
    assert tells(without.text + clerks.text + wrong.text) == []
    assert identities.openings(installation.ledger.db()) == []
    assert desk.send(form, reason="", login="meena", pin=factories.PIN).status == 400
    opened = desk.send(form, reason="police ask", login="meena", pin=factories.PIN)
    assert set(SECRET.values()) <= {each for each in SECRETS if each in opened.text}
    assert "106543217" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    (told,) = identities.openings(installation.ledger.db())
    assert (told.number, told.by, told.allowed_by, told.reason) == (number, "asha", "meena", "police ask")
    assert tells(desk.get(f"/slips/{number}/identity").text) == [], "shown once"


def test_a_supervisor_releases_it_and_sees_who_opened_what(app: Flask, desk: Visitor) -> None:
    number = number_of(register(desk))
    supervisor = Visitor(app)
    supervisor.log_in("meena")
    page = supervisor.get(f"/slips/{number}/identity")
    opened = supervisor.send(page.page.form("reason", action="identity"), reason="discharge")
    assert SECRET["name"] in opened.text
    for path in ("/supervisor", "/supervisor/identities"):
        listed = supervisor.get(path)
        assert number.grouped in listed.text
        assert "discharge" in listed.text
    path = f"/slips/{number}/identity/release"
    token = page.page.form("reason", action="release").fields["csrf_token"]
    assert supervisor.post(path, {"csrf_token": token, "reason": "court", "sent_as": "nobody"}).status == 400
    assert supervisor.post(path, {"csrf_token": token, "reason": "", "sent_as": "alias"}).status == 400
    done = supervisor.post(path, {"csrf_token": token, "reason": "she agrees", "sent_as": "identity"})
    assert "Goes under the true name" in done.text
    assert desk.post(path, {"csrf_token": desk.get("/").page.form("typed").fields["csrf_token"]}).status == 403


def test_only_sealed_slips_have_an_identity_to_open(desk: Visitor) -> None:
    number = number_of(desk.register())
    answer = desk.get(f"/slips/{number}/identity")
    assert answer.status == 409
    assert "not confidential" in answer.text


def test_a_form_sent_twice_is_one_slip(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    typed = NEW | SECRET | {"confidential": "y"}
    first, second = desk.send(form, **typed), desk.send(form, **typed)
    assert first.path == second.path
    assert len(list(queries.slips(installation.ledger.db()))) == 1


@pytest.mark.parametrize("field", ["name", "sex"])
def test_a_kept_form_that_was_changed_on_its_way_changes_nobody(
    desk: Visitor, installation: Installation, field: str
) -> None:
    number = number_of(register(desk))
    first = queries.slip(installation.ledger.db(), number)
    assert first is not None
    form = desk.find(number.text).page.form("form", action="register")
    later = number_of(desk.send(form, clinic="ENT", **{field: "other"}))
    row = queries.slip(installation.ledger.db(), later)
    assert row is not None
    assert row.slip.patient == first.slip.patient


def test_a_slip_of_a_desk_that_cannot_be_seen_is_known_by_its_paper(desk: Visitor, installation: Installation) -> None:
    strange = SlipNumber(2, 500)
    slip = Slip(
        number=strange, hospital=installation.keys().hospital, signer=2, issued=factories.START,
        patient=Patient(name="Copper Heron", sex=Sex.MALE), sealed=payload.in_slip(bytes(88)),
    )  # fmt: skip
    found = desk.find(payload.to_digits(payload.encode(slip, installation.sign(2))))
    form = found.page.form("form", action="register")
    assert (form.fields["kept"], form.fields["name"]) == ("y", "Copper Heron")
    later = number_of(desk.send(form, clinic="MED"))
    row = queries.slip(installation.ledger.db(), later)
    assert row is not None
    assert (row.slip.patient.name, row.slip.sealed, row.slip.patient_number) == ("Copper Heron", b"\x00", strange)
    form = desk.get(f"/slips/{later}/identity").page.form("reason", "login", "pin")
    answer = desk.send(form, reason="police ask", login="meena", pin=factories.PIN)
    assert "not known here" in answer.text


def test_after_a_void_who_it_is_is_asked_again_and_sealed_again(desk: Visitor, installation: Installation) -> None:
    number = number_of(register(desk))
    desk.send(desk.get(f"/slips/{number}/void").page.form("reason"), reason="wrong clinic")
    page = desk.get(f"/slips/{number}/next")
    form = page.page.form("name", "form", action="register")
    assert (form.fields["confidential"], form.fields["name"], form.fields.get("kept", "")) == ("y", "", "")
    assert tells(page.text) == []
    anew = number_of(desk.send(form, **(NEW | SECRET)))
    row = queries.slip(installation.ledger.db(), anew)
    assert row is not None
    assert row.slip.sealed


def test_an_auditor_reads_the_list_and_no_identity(app: Flask, desk: Visitor, installation: Installation) -> None:
    number = number_of(register(desk))
    enrolment.set_user(installation.ledger, "anil", "Anil Rao", Role.AUDITOR, factories.PIN)
    auditor = Visitor(app)
    auditor.log_in("anil")
    assert auditor.get(f"/slips/{number}/identity").status == 403
    assert tells(auditor.get(f"/slips/{number}").text) == []
    assert auditor.get("/supervisor/identities").status == 200


def test_the_page_speaks_hindi(desk: Visitor) -> None:
    number = number_of(register(desk))
    desk.send(desk.get(f"/slips/{number}/identity").page.form(action="language"), language="hi")
    assert "पहचान खोलें" in desk.get(f"/slips/{number}/identity").text


# --- Pads that came back --------------------------------------------------------------------------------------------


def test_a_confidential_pad_is_read_once_with_a_supervisor_looking_on(app: Flask, installation: Installation) -> None:
    (pad,), _ = frontdesk.print_pads(factories.counter(installation), series=1, count=1, issued_to="Ward 5")
    accept(installation.ledger, page(ONE, "pad", ("genuine", pad)))
    room = Visitor(app)
    room.log_in("ravi")
    form = room.get("/records/work").page.form("name", "day", action="/enter")
    typed = SECRET | {
        "sex": "female", "age": "31", "relation": "husband", "clinic": "MED", "day": "23-11-2026", "confidential": "y",
    }  # fmt: skip
    answer = room.send(form, **typed)
    assert "Only a supervisor" in answer.says
    form = answer.page.form("name", "login", "pin", action="/enter")
    assert "not a supervisor" in room.send(form, login="asha", pin=factories.PIN).says
    done = room.send(form, login="meena", pin=factories.PIN)
    assert "The worklist is empty" in done.text
    row = queries.slip(installation.ledger.db(), pad)
    assert row is not None
    assert row.slip.sealed
    assert row.slip.patient.name != SECRET["name"]
    assert tells("\n".join(line.text for line in installation.ledger.lines())) == []
    assert "Filled in" in room.get(f"/slips/{pad}").text


def test_a_supervisor_does_not_look_on_at_their_own_reading(app: Flask, installation: Installation) -> None:
    (pad,), _ = frontdesk.print_pads(factories.counter(installation), series=1, count=1, issued_to="Ward 5")
    accept(installation.ledger, page(ONE, "pad", ("genuine", pad)))
    room = Visitor(app)
    room.log_in("meena")
    form = room.get("/records/work").page.form("name", "day", action="/enter")
    typed = SECRET | {"sex": "female", "age": "31", "relation": "husband", "clinic": "MED", "day": "23-11-2026"}
    answer = room.send(form, **typed, confidential="y")
    form = answer.page.form("name", "login", "pin", action="/enter")
    room.send(form, login="meena", pin=factories.PIN)
    assert queries.slip(installation.ledger.db(), pad) is None
