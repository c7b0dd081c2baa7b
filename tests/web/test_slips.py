"""A slip's page: as read, its history, reprinted, corrected, voided; and blanks filled in."""

from fallback import frontdesk, payload
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow
from fallback.slip import Kind, SlipNumber
from tests import factories
from tests.web.visitor import NEW, Visitor

FIRST = SlipNumber(1, 1)


def known(installation: Installation, number: SlipNumber = FIRST) -> SlipRow:
    row = queries.slip(installation.ledger.db(), number)
    assert row is not None
    return row


def correct(desk: Visitor, **typed: str) -> str:
    form = desk.get(f"/slips/{FIRST}/correct").page.form("reason", "name", action="correct")
    return desk.send(form, **typed).path


def test_the_page_tells_everything_that_was_told(desk: Visitor) -> None:
    desk.register()
    text = desk.get(f"/slips/{FIRST}").text
    for told in (
        "001 000 001 14",
        "Sunita Devi",
        "सुनीता देवी",
        "Ram Prasad",
        "9810000001",
        "General Medicine",
        "110017",
    ):
        assert told in text


def test_a_number_that_nobody_knows_has_no_page(desk: Visitor) -> None:
    answer = desk.get(f"/slips/{SlipNumber(9, 9)}")
    assert answer.status == 404
    assert "not known here" in answer.says


def test_a_correction_keeps_the_number_and_says_what_changed(desk: Visitor, installation: Installation) -> None:
    desk.register(uhid="", booking="ORS-1")
    desk.get(f"/slips/{FIRST}/print")
    assert correct(desk, name="Sunita Kumari", reason="name misheard") == f"/issued/{FIRST}"
    row = known(installation)
    assert (row.revision, row.slip.patient.name, row.slip.reason) == (1, "Sunita Kumari", "name misheard")
    assert row.slip.visit.booking == "ORS-1"
    text = desk.get(f"/slips/{FIRST}").text
    assert "<del>Sunita Devi</del> → <ins>Sunita Kumari</ins>" in text
    assert "name misheard" in text
    assert desk.get(f"/slips/{FIRST}/print").content.startswith(b"%PDF"), (
        "the corrected slip has a first print of its own"
    )


def test_a_corrected_next_visit_stays_a_next_visit(desk: Visitor, installation: Installation) -> None:
    desk.register()
    desk.send(desk.find(FIRST.text).page.form("name", "form", action="register"), clinic="ENT")
    second = SlipNumber(1, 2)
    form = desk.get(f"/slips/{second}/correct").page.form("reason", "name", action="correct")
    desk.send(form, age="35", reason="age")
    slip = known(installation, second).slip
    assert (slip.patient_number, slip.previous, slip.revision) == (FIRST, FIRST, 1)


def test_a_correction_needs_a_reason_and_loses_nothing_without_one(desk: Visitor, installation: Installation) -> None:
    desk.register()
    form = desk.get(f"/slips/{FIRST}/correct").page.form("reason", "name", action="correct")
    answer = desk.send(form, name="Sunita Kumari")
    assert answer.status == 400
    assert "kept with your name" in answer.says
    assert answer.page.form("reason", "name").fields["name"] == "Sunita Kumari"
    assert known(installation).revision == 0


def test_a_correction_sent_twice_is_one(desk: Visitor, installation: Installation) -> None:
    desk.register()
    form = desk.get(f"/slips/{FIRST}/correct").page.form("reason", "name", action="correct")
    for _ in range(2):
        desk.send(form, name="Sunita Kumari", reason="misheard")
    assert known(installation).revision == 1


def test_a_void_has_a_reason_and_a_paper_of_its_own(desk: Visitor, installation: Installation) -> None:
    desk.register()
    form = desk.get(f"/slips/{FIRST}/void").page.form("reason", action="void")
    answer = desk.send(form, reason="")
    assert "kept with your name" in answer.says
    assert not known(installation).voided
    answer = desk.send(form, reason="registered twice")
    assert answer.path == f"/slips/{FIRST}"
    assert known(installation).voided
    assert "registered twice" in answer.text
    assert desk.get(f"/slips/{FIRST}/print").content.startswith(b"%PDF")
    for path in ("reprint", "correct", "void"):
        again = desk.post(f"/slips/{FIRST}/{path}", answer.page.forms[0].fields | NEW | {"reason": "x"})
        assert again.status in (400, 409), path
    assert desk.get(f"/slips/{FIRST}/correct").status == 409


def test_a_void_slips_patient_is_registered_anew_with_nothing_typed_again(
    desk: Visitor, installation: Installation
) -> None:
    desk.register()
    desk.send(desk.get(f"/slips/{FIRST}/void").page.form("reason"), reason="wrong person")
    answer = desk.find(FIRST.text)
    assert "is void" in answer.text
    form = answer.page.form("name", "form", action="register")
    assert (form.fields["name"], form.fields["patient_number"]) == ("Sunita Devi", "")
    desk.send(form, clinic="MED")
    assert known(installation, SlipNumber(1, 2)).slip.patient_number is None


def test_money_needs_a_supervisors_word(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="DEN")
    form = desk.get(f"/slips/{FIRST}/void").page.form("reason", "login", "pin")
    answer = desk.send(form, reason="left")
    assert answer.status == 403
    assert "supervisor" in answer.says
    assert "Login or PIN is wrong" in desk.send(form, reason="left", login="meena", pin="000000").says
    answer = desk.send(form, reason="left", login="asha", pin=factories.PIN)
    assert "supervisor" in answer.says, "a clerk's own word is not enough"
    assert answer.page.form("reason", "login").fields["reason"] == "left"
    assert not known(installation).voided
    assert desk.send(form, reason="left", login="meena", pin=factories.PIN).path == f"/slips/{FIRST}"
    assert known(installation).voided


def test_a_supervisor_at_the_desk_needs_no_second_word(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="DEN")
    chief = Visitor(desk.client.application).at_desk("meena", series=2)
    form = chief.get(f"/slips/{FIRST}/void").page.form("reason", action="void")
    assert "login" not in form.fields
    chief.send(form, reason="left")
    assert known(installation).voided


def test_a_medico_legal_slip_is_never_void(desk: Visitor, installation: Installation) -> None:
    desk.register(medico_legal="y", medico_legal_number="MLC-1")
    answer = desk.send(desk.get(f"/slips/{FIRST}/void").page.form("reason"), reason="left")
    assert "medico-legal" in answer.says
    assert not known(installation).voided


def test_a_reprint_can_bring_the_card(desk: Visitor, installation: Installation) -> None:
    desk.register()
    forms = [form for form in desk.get(f"/slips/{FIRST}").page.forms if form.action.endswith("/reprint")]
    assert [form.fields.get("card") for form in forms] == [None, "yes"]
    plain, with_card = (desk.send(form).content for form in forms)
    assert plain.startswith(b"%PDF")
    assert with_card.startswith(b"%PDF")
    assert len(with_card) != len(plain)
    assert known(installation).reprints == 2


def test_the_records_room_reads_and_changes_nothing(desk: Visitor, installation: Installation) -> None:
    desk.register()
    reader = Visitor(desk.client.application)
    reader.log_in("ravi")
    answer = reader.get(f"/slips/{FIRST}")
    assert answer.status == 200
    assert not [form for form in answer.page.forms if "reprint" in form.action]
    assert reader.post(f"/slips/{FIRST}/reprint", answer.page.forms[0].fields).status == 403
    assert known(installation).reprints == 0


def test_a_pads_number_opens_its_form_and_keeps_its_number(desk: Visitor, installation: Installation) -> None:
    numbers, _ = frontdesk.print_pads(factories.counter(installation), series=2, count=2, issued_to="Ward 5")
    answer = desk.find(numbers[0].text)
    assert answer.path == f"/pads/{numbers[0]}"
    form = answer.page.form("name", "form", action="/pads/")
    assert desk.send(form, **NEW | {"age": "150"}).page.form("name").fields["name"] == "Sunita Devi"
    assert desk.send(form, **NEW).path == f"/issued/{numbers[0]}"
    row = known(installation, numbers[0])
    assert (row.slip.number, row.slip.revision, row.slip.kind, row.slip.patient.name) == (
        numbers[0],
        1,
        Kind.OPD,
        "Sunita Devi",
    )
    answer = desk.post(form.action, form.fields | NEW | {"form": "another"})
    assert "filled in already" in answer.says
    assert desk.find(numbers[0].text).path == f"/slips/{numbers[0]}/next"
    assert "not a blank slip" in desk.get(f"/pads/{SlipNumber(1, 77)}").says


def test_a_pads_code_opens_its_form_too(desk: Visitor, installation: Installation) -> None:
    numbers, _ = frontdesk.print_pads(factories.counter(installation), series=1, count=1, issued_to="Ward 5")
    blank = queries.pad_payload(installation.ledger.db(), numbers[0])
    assert blank is not None
    assert desk.find(payload.to_digits(blank)).path == f"/pads/{numbers[0]}"


def test_the_history_says_which_supervisor_allowed_a_void(desk: Visitor) -> None:
    desk.register()
    form = desk.get(f"/slips/{FIRST}/void").page.form("reason", action="void")
    told = desk.send(form, reason="wrong clinic", login="meena", pin=factories.PIN).text
    assert "allowed by meena" in told
