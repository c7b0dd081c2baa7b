"""The records room: scans handed in and watched, pages decided, numbers declared, the account."""

import io
import json
from pathlib import Path

import pytest

from fallback import frontdesk, recovery
from fallback.enrolment import Installation
from fallback.keys import is_genuine
from fallback.ledger import queries
from fallback.web.place import NAME
from tests import factories
from tests.web.visitor import Answer, Visitor


@pytest.fixture
def room(visitor: Visitor) -> Visitor:
    visitor.log_in("ravi")
    return visitor


def hand_in(room: Visitor, *files: tuple[bytes, str]) -> Answer:
    token = room.get("/records").page.form(action="scans").fields["csrf_token"]
    data = {"csrf_token": token, "files": [(io.BytesIO(content), name) for content, name in files]}
    answer = room.post("/records/scans", data, content_type="multipart/form-data")
    while 'http-equiv="refresh"' in answer.text:
        answer = room.get(answer.path)
    return answer


def test_scans_become_slips_and_pages_that_need_eyes(room: Visitor, installation: Installation) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    sheet = frontdesk.sheet(counter, frontdesk.register(counter, shift.key, factories.registration()))
    answer = hand_in(room, (sheet, "box 1.pdf"), (b"no scan at all", "../../notes.pdf"))
    assert answer.path.startswith("/records/scans/")
    assert "The scan is read" in answer.text
    assert not (installation.folder / "incoming").exists() or not list((installation.folder / "incoming").iterdir())
    found = queries.pages(installation.ledger.db())
    assert {page.file for page in found} == {"box 1.pdf", "notes.pdf"}
    assert {page.outcome for page in found} >= {"read", "problem"}
    work = room.get("/records/pages")
    assert "notes.pdf" in work.text
    form = work.page.form("reason", action="/records/pages/")
    answer = room.send(form, decision="not_ours", reason="")
    assert "kept with your name" in answer.says
    assert "Choose one from the list" in room.send(form, decision="burn", reason="x").says
    answer = room.send(form, decision="not_ours", reason="a letter")
    assert "notes.pdf" not in answer.text
    assert "not among those" in room.send(form, decision="not_ours", reason="again").says


def test_no_file_is_told(room: Visitor) -> None:
    assert "Choose one or more scan files" in hand_in(room).says
    assert room.get("/records/scans/nothing").status == 404


def test_a_scan_that_cannot_be_finished_says_so(
    room: Visitor, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise recovery_error()

    monkeypatch.setattr(recovery, "accept_scan", full)
    answer = hand_in(room, (b"x", "a.pdf"))
    assert "The scan stopped" in answer.text
    assert "is full" in answer.says


def recovery_error() -> Exception:
    from fallback.errors import DiskFull

    return DiskFull(folder="data")


def test_the_account_names_every_gap_until_somebody_says_what_became_of_it(
    room: Visitor, installation: Installation
) -> None:
    numbers, _ = frontdesk.print_pads(factories.counter(installation), series=1, count=2, issued_to="Ward 5")
    answer = room.get("/records/account")
    assert numbers[0].grouped in answer.text
    form = answer.page.form("numbers", "outcome")
    wrong = room.send(form, numbers="12", outcome="spoiled", reason="torn")
    assert "11 digits" in wrong.says
    assert wrong.page.form("numbers").fields["reason"] == "torn"
    assert "11 digits" in room.send(form, numbers=" , ", outcome="spoiled", reason="torn").says
    assert "Choose one" in room.send(form, numbers=numbers[0].text, outcome="eaten", reason="torn").says
    typed = ", ".join(number.grouped for number in numbers)
    answer = room.send(form, numbers=typed, outcome="spoiled", reason="torn in the printer")
    assert answer.path == "/records/account"
    assert {row.spent for row in queries.numbers(installation.ledger.db(), "")} == {"spoiled"}


def test_the_signed_account_comes_as_pdf_and_json(room: Visitor, installation: Installation) -> None:
    answer = room.get("/records/account.json")
    record = json.loads(answer.content)
    assert is_genuine(installation.root, recovery.message(record), bytes.fromhex(record["signature"]))
    assert room.get("/records/account.pdf").content.startswith(b"%PDF")


def test_an_auditor_reads_and_changes_nothing(visitor: Visitor, installation: Installation) -> None:
    from fallback import enrolment
    from fallback.downtime import Role

    enrolment.set_user(installation.ledger, "anil", "Anil Rao", Role.AUDITOR, factories.PIN)
    visitor.log_in("anil")
    answer = visitor.get("/records/account")
    assert answer.status == 200
    token = answer.page.forms[0].fields["csrf_token"]
    for path in ("/records/scans", "/records/declare", "/records/pages/x", "/find", "/register"):
        assert visitor.post(path, {"csrf_token": token}).status == 403


def test_a_file_keeps_its_own_name_and_nothing_of_its_path(visitor: Visitor, tmp_path: Path) -> None:
    scans = visitor.client.application.extensions[NAME].scans
    assert scans.get("x") is None
    from fallback.web.scans import _name

    assert _name("C:\\scans\\box 1.pdf") == "box 1.pdf"
    assert _name("../../etc/passwd") == "passwd"
    assert _name("..") == "scan"
    assert _name("a\x00b\n.pdf") == "ab.pdf"
    assert len(_name("म" * 500).encode()) <= 150
