"""After the import, in a browser: repairs, the cross-walk, UHIDs that the system does not know, the closing."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import after
from fallback.recovery import repairs
from fallback.slip import Slip, SlipNumber
from fallback.web import words
from tests import factories
from tests.web.visitor import Visitor

TARGET = factories.hospital().targets[0].name
UHID = "200000001"


@pytest.fixture
def slip(desk: Visitor, installation: Installation) -> Slip:
    """A slip that the target has, under a UHID of its own."""
    assert desk.register().status == 200
    row = next(queries.slips(installation.ledger.db()))
    confirm(installation, row.slip.number, UHID)
    return row.slip


@pytest.fixture
def ravi(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.log_in("ravi")
    return visitor


@pytest.fixture
def meena(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.log_in("meena")
    return visitor


def write(installation: Installation, fact: FactKind, number: SlipNumber, **content: Any) -> None:
    told = {"number": number.text, "revision": 0, "target": TARGET, "told": ""} | content
    installation.ledger.write(lambda tx: tx.append(fact, told, series=number.series, by="ravi"))


def confirm(installation: Installation, number: SlipNumber, uhid: str) -> None:
    write(installation, FactKind.SLIP_SENDING, number)
    more = {"patient": "p7", "encounter": "e7", "uhid": uhid, "created": True}
    write(installation, FactKind.SLIP_CONFIRMED, number, **more)


def test_a_department_gets_its_file_and_confirms_it(slip: Slip, ravi: Visitor, installation: Installation) -> None:
    page = ravi.get("/records/crosswalk")
    assert page.status == 200 and "Blood bank" in page.text
    form = page.page.form("department", action="give")
    file = ravi.post(form.action, form.fields | {"form": "csv", "department": "Laboratory"})
    assert UHID in file.content.decode("utf-8-sig") and slip.patient.name not in file.text
    given = after.given(installation.ledger.db(), TARGET)[0]
    assert (given.department, given.count, given.login) == ("Laboratory", 1, "ravi")
    assert f"crosswalk-{given.sha256[:8]}.csv" in file.headers["Content-Disposition"], "they confirm by its mark"
    page = ravi.get("/records/crosswalk")
    assert given.sha256[:16] in page.text and "not confirmed" in page.text
    receipt = page.page.form("sha256", action="received")
    wrong = ravi.send(receipt, department="Pharmacy", sha256=given.sha256[:16], receipt="R. Nair, 41")
    assert "No file with this SHA-256 was given to Pharmacy" in wrong.says
    done = ravi.send(receipt, department="Laboratory", sha256=given.sha256[:16], receipt="R. Nair, 41")
    assert done.path == "/records/crosswalk" and "R. Nair, 41" in done.text
    again = ravi.post(form.action, form.fields | {"form": "hl7", "department": "Laboratory"})
    assert "has everything already" in again.says


def test_a_day_is_indias() -> None:
    assert [words.day(each) for each in ("", "2026-11-25", "2026-11-25T20:00:00+00:00")] == [
        "",
        "25-11-2026",
        "26-11-2026",
    ]


def test_lists_and_stickers_are_pdf(slip: Slip, ravi: Visitor) -> None:
    for path in ("crosswalk.pdf", "crosswalk.pdf?by=uhid&clinic=1", "crosswalk-stickers.pdf?skip=99"):
        assert ravi.get(f"/records/{path}").content.startswith(b"%PDF")
    assert "Write the day like" in ravi.get("/records/crosswalk.pdf?day=yesterday").says


def test_a_repair_is_told_and_confirmed(slip: Slip, ravi: Visitor, meena: Visitor, installation: Installation) -> None:
    installation.ledger.write(
        lambda tx: repairs.open(tx, slip.number, right="uhid:200000002", reason="two of one name", by="meena")
    )
    page = ravi.get("/records/repairs")
    assert slip.number.grouped in page.text and UHID in page.text
    assert "Repairs: 1" in ravi.get("/records/account").text
    one = ravi.get(f"/records/repairs/{slip.number}?target={TARGET}")
    assert "Nobody yet" in one.text
    assert ravi.get(f"/records/repairs/{slip.number}/order.pdf?target={TARGET}").content.startswith(b"%PDF")
    assert "Write something here" in ravi.send(one.page.form("who"), who="").text
    told = ravi.send(one.page.form("who"), who="Ward 5, Sister Joseph")
    assert "Ward 5, Sister Joseph" in told.text
    wrong = ravi.send(told.page.form("uhid"), uhid=UHID, proof="looked")
    assert "wrong patient still" in wrong.text
    done = ravi.send(told.page.form("uhid"), uhid="200000002", proof="looked at it on the screen")
    assert done.path == "/records/repairs" and "done" in done.text
    assert after.open_repairs(installation.ledger.db(), TARGET) == 0
    assert ravi.get(f"/records/repairs/{slip.number}?target=another").status == 409


def test_the_account_is_signed_by_a_supervisor_when_nothing_is_left(
    slip: Slip, desk: Visitor, ravi: Visitor, meena: Visitor, installation: Installation
) -> None:
    assert "Close and sign" not in ravi.get("/records/closing").text
    page = meena.get("/records/closing")
    assert "nothing is left: sign it" in page.text
    done = meena.send(page.page.form("note", action="account"), note="all is there")
    assert "closed and signed" in done.text
    assert meena.get("/records/closing/account").content.startswith(b"%PDF")
    assert '"parchi-account-1"' in meena.get("/records/closing/account?form=json").text
    desk.register(name="Asha Rani", mobile="9810000009")
    late = meena.get("/records/closing")
    assert "changed after it was signed" in late.text and "1 slip waits for the import" in late.text
    refused = meena.send(late.page.form("note", action="account"), note="again")
    assert "The account cannot be closed yet" in refused.says
    assert ravi.post("/records/closing/account").status == 403


def test_old_visits_without_a_word_are_closed_as_unknown(
    slip: Slip, meena: Visitor, installation: Installation
) -> None:
    path = "/records/closing/visits"
    token = meena.get("/records/closing").page.form("note").fields["csrf_token"]
    wrong = meena.post(path, {"csrf_token": token, "days": "0", "reason": "lost", "clinic": ""})
    assert "Write how many days" in wrong.text
    meena.post(path, {"csrf_token": token, "days": "1", "reason": "lost", "clinic": ""})
    assert after.closed_outcomes(installation.ledger.db()) == {}  # it is of today


def test_uhids_that_the_system_does_not_know_are_listed_and_cards_noted(
    slip: Slip, ravi: Visitor, installation: Installation
) -> None:
    write(installation, FactKind.SLIP_HELD, slip.number, reason="not there", hold="uhid_missing")
    page = ravi.get("/records/uhids")
    assert "the system does not have this UHID" in page.text and slip.patient.name not in page.text
    assert slip.patient.name in ravi.get("/records/uhids.csv").content.decode("utf-8-sig")
    form = page.page.form("uhid", action="seen")
    assert "not a UHID of this hospital" in ravi.send(form, uhid="12").text
    assert UHID in ravi.send(form, uhid=UHID).text
    assert after.uhids_seen(installation.ledger.db(), slip.number.text)[0][:2] == (UHID, True)


def test_of_several_systems_the_pages_are_about_the_one_that_was_chosen(
    slip: Slip, app: Flask, meena: Visitor, installation: Installation
) -> None:
    place = app.extensions["parchi"]
    other = replace(place.hospital.targets[0], name="second-his")
    app.extensions["parchi"] = replace(
        place, hospital=replace(place.hospital, targets=(*place.hospital.targets, other))
    )
    write(installation, FactKind.SLIP_HELD, slip.number, target="second-his", reason="looked", hold="uhid_missing")
    page = meena.get("/records/closing")
    assert "Other systems are not finished: second-his" in page.text
    form = page.page.form("back", action="records/system")
    chosen = meena.send(form, system="second-his")
    assert chosen.path == "/records/closing" and "Other systems are not finished" not in chosen.text
    assert slip.number.grouped in meena.get("/records/uhids").text
    assert slip.number.grouped not in meena.send(form, system=TARGET, back="/records/uhids").text
    assert meena.send(form, system="no such", back="//elsewhere").path == "/records"
