"""The records room: scans handed in and watched, pictures shown, numbers declared, the account."""

import io
import json
import re
import tempfile
import time
from html import unescape

import pytest

from fallback import enrolment, frontdesk, recovery
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.errors import DiskFull
from fallback.keys import is_genuine
from fallback.ledger import queries
from fallback.recovery import batches
from tests import factories
from tests.web.visitor import Answer, Visitor

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def room(visitor: Visitor) -> Visitor:
    visitor.log_in("ravi")
    return visitor


def send(room: Visitor, path: str, *files: tuple[bytes, str], batch: str = "", **more: object) -> Answer:
    token = room.get("/records").page.form(action="scans").fields["csrf_token"]
    data = {"csrf_token": token, "batch": batch, "files": [(io.BytesIO(content), name) for content, name in files]}
    return room.post(path, data, content_type="multipart/form-data", **more)


def hand_in(room: Visitor, *files: tuple[bytes, str], batch: str = "") -> Answer:
    """Hands files in and looks again, as the page itself does, until the batch is over."""
    answer = send(room, "/records/scans", *files, batch=batch)
    while found := re.search(r'data-watch="([^"]+)"', answer.text):
        time.sleep(0.05)
        answer = room.get(unescape(found[1]))
    return answer


def a_slip(installation: Installation) -> bytes:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    return frontdesk.sheet(counter, frontdesk.register(counter, shift.key, factories.registration()))


def count(answer: Answer, state: str) -> int:
    found = re.search(rf'class="state-{state}"><span>[^<]*</span> <strong>([\d,]+)', answer.text)
    assert found
    return int(found[1].replace(",", ""))


def test_scans_become_slips_and_pages_that_need_eyes(room: Visitor, installation: Installation) -> None:
    answer = hand_in(room, (a_slip(installation), "box 1.pdf"), (b"no scan at all", "../../notes.pdf"), batch="Box 1")
    assert answer.path == "/records/batch"
    assert count(answer, "read") + count(answer, "repeat") >= 1
    assert count(answer, "needs_eyes") == 1
    assert "notes.pdf" in answer.text
    assert "Files with problems" in answer.text
    assert "Pages that need eyes: 1" in " ".join(answer.text.split())
    assert "Refresh" not in answer.headers
    again = room.send(answer.page.form("back", action="language"), language="hi")
    assert again.path == "/records/batch" and "Box 1" in again.text, "the other language keeps the batch's name"
    room.send(again.page.form("back", action="language"), language="en")
    incoming = installation.folder / "incoming"
    assert not list(incoming.iterdir()), "what is read lies nowhere but in the store"
    found = queries.pages(installation.ledger.db())
    assert {page.file for page in found} == {"box 1.pdf", "notes.pdf"}
    assert {page.batch for page in found} == {"Box 1"}
    assert "Box 1" in room.get("/records/batches").text
    work = room.get("/records/pages")
    assert "notes.pdf" in work.text
    assert "box 1.pdf" not in work.text
    assert "notes.pdf" not in room.get("/records/pages?outcome=unread").text


def test_no_plain_file_is_ever_written(
    room: Visitor, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Werkzeug keeps uploads of more than 500 kB in temporary files: not here."""

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", refused)
    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refused)
    monkeypatch.setattr("werkzeug.formparser.TemporaryFile", refused, raising=False)
    monkeypatch.setattr(recovery.Intake, "_go", lambda _self: None)
    secret = b"%PDF-1.7 Sunita Devi " * 100_000
    before = {path for path in installation.folder.parent.rglob("*") if path.is_file()}
    answer = send(room, "/records/scans", (secret, "box.pdf"), (b"%PDF-1.7 second", "two.pdf"))
    assert answer.status == 200
    made = {path for path in installation.folder.parent.rglob("*") if path.is_file()} - before
    incoming = [path for path in made if path.is_relative_to(installation.folder / "incoming")]
    assert len(incoming) == 3, "two files and their order"
    assert not any(b"Sunita" in path.read_bytes() for path in made)
    assert sum(path.stat().st_size for path in incoming) > len(secret)


def test_a_batch_is_stopped_and_let_go_on(
    room: Visitor, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery.Intake, "_go", lambda _self: None)
    answer = send(room, "/records/scans", (a_slip(installation), "box.pdf"), batch="Box 2")
    assert "It waits for the one before it" in answer.text
    answer = room.send(answer.page.form(action="/stop"))
    assert "stopped" in answer.text
    assert "data-watch" not in answer.text
    form = answer.page.form(action="/go-on")
    monkeypatch.undo()
    room.send(form)
    answer = room.get("/records/batch?name=Box+2")
    while "data-watch" in answer.text:
        time.sleep(0.05)
        answer = room.get("/records/batch?name=Box+2")
    assert count(answer, "read") + count(answer, "repeat") >= 1
    assert room.post("/records/scans/nothing/stop", {"csrf_token": form.fields["csrf_token"]}).status == 404


def test_no_file_is_told(room: Visitor) -> None:
    answer = hand_in(room, batch="Box 9")
    assert "Choose one or more files" in answer.says
    assert answer.page.form("batch").fields["batch"] == "Box 9", "what was typed is there again"
    assert room.get("/records/batch?name=nothing").status == 404
    assert room.get("/records/batch").status == 404


def test_an_upload_that_is_none_or_breaks_off_is_told_and_leaves_nothing(
    room: Visitor, installation: Installation
) -> None:
    token = room.get("/records").page.form(action="scans").fields["csrf_token"]
    plain = room.post("/records/scans", {"csrf_token": token})
    assert "cannot be read" in plain.says
    head = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (
        b"",
        b"--x",
        b"--x\r\nnonsense\r\n\r\n",
        b"--x\r\nContent-Disposition: form-data; name=files\r\n\r\nabc",
    ):
        assert room.post("/records/scans", headers=head, input_stream=io.BytesIO(body)).status == 400
    part = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    many = (part * 21 + "--x--\r\n").encode()  # of one name, which a count of names would not see
    assert "cannot be read" in room.post("/records/scans", headers=head, input_stream=io.BytesIO(many)).says
    cut = f'{part}--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF'
    assert "cannot be read" in room.post("/records/scans", headers=head, input_stream=io.BytesIO(cut.encode())).says
    incoming = installation.folder / "incoming"
    assert not incoming.exists() or not list(incoming.iterdir())


def test_what_is_too_large_is_told_before_it_is_read(room: Visitor) -> None:
    token = room.get("/records").page.form(action="scans").fields["csrf_token"]
    assert 'data-limit="1000"' in room.get("/records").text
    large = {"CONTENT_LENGTH": str(2 << 30)}
    answer = room.post(
        "/records/scans", {"csrf_token": token}, content_type="multipart/form-data", environ_overrides=large
    )
    assert answer.status == 413
    assert "larger than 1000 MB" in answer.says


def test_a_form_with_files_needs_our_proof(room: Visitor, installation: Installation) -> None:
    data = {"csrf_token": "forged", "files": [(io.BytesIO(b"%PDF"), "a.pdf")]}
    answer = room.post("/records/scans", data, content_type="multipart/form-data")
    assert answer.status == 400
    assert "opened before you logged in" in answer.says
    assert not (installation.folder / "incoming").exists()


def test_a_scan_that_cannot_be_finished_says_so(room: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFull(folder="data")

    monkeypatch.setattr(batches, "accept_scan", full)
    answer = hand_in(room, (b"x", "a.pdf"))
    assert "is full" in answer.says
    assert "failed" in answer.text
    monkeypatch.undo()
    room.send(answer.page.form(action="/go-on"))
    answer = room.get("/records/batches")
    while "being read" in answer.text:
        time.sleep(0.05)
        answer = room.get("/records/batches")
    assert "failed" not in answer.text


def test_a_phone_sends_a_picture_and_is_told_what_it_was(room: Visitor, installation: Installation) -> None:
    assert 'capture="environment"' in room.get("/records/camera").text
    head = {"Accept": "application/json"}
    told = json.loads(send(room, "/records/camera", (a_slip(installation), "image.jpg"), headers=head).content)

    def until_over(look: str) -> dict[str, object]:
        while not (now := json.loads(room.get(look).content))["over"]:
            time.sleep(0.05)
        return dict(now)

    now = until_over(told["look"])
    assert now["kind"] == "good"
    assert "001 000 001 14" in str(now["says"]).replace("\N{NO-BREAK SPACE}", " ")
    told = json.loads(send(room, "/records/camera", (b"no picture", "image.jpg"), headers=head).content)
    assert until_over(told["look"])["kind"] == "failed"
    answer = room.get("/records/camera")
    assert "001\N{NO-BREAK SPACE}000" in answer.text, "also without JavaScript"
    assert {page.batch for page in queries.pages(installation.ledger.db())} == {"phone 2026-11-23 ravi"}
    assert send(room, "/records/camera").status == 400


def test_a_picture_is_shown_as_it_is_stored(room: Visitor, app: object, installation: Installation) -> None:
    hand_in(room, (a_slip(installation), "box.pdf"))
    picture = queries.pages(installation.ledger.db())[0].picture
    answer = room.get(f"/records/pages/{picture}/picture")
    assert answer.content == installation.pages.get(picture)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    for path in (f"/records/pages/{'0' * 64}/picture", "/records/pages/x/picture", "/records/pages/..%2fx/picture"):
        assert room.get(path).status == 404
    clerk = Visitor(room.client.application)
    clerk.log_in("asha")
    assert clerk.get(f"/records/pages/{picture}/picture").status == 403


def test_what_is_no_picture_is_not_shown_as_one(room: Visitor, installation: Installation) -> None:
    """A store that was filled with something else: the browser never gets a page or a script of it."""
    installation.pages.put([("a" * 64, b"<script>alert(1)</script>")])
    answer = room.get(f"/records/pages/{'a' * 64}/picture")
    assert answer.status == 500
    assert "damaged in the store" in answer.says
    assert "alert(1)" not in answer.text


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
    enrolment.set_user(installation.ledger, "anil", "Anil Rao", Role.AUDITOR, factories.PIN)
    visitor.log_in("anil")
    answer = visitor.get("/records/account")
    assert answer.status == 200
    for path in ("/records", "/records/pages", "/records/batches"):
        assert visitor.get(path).status == 200
    for path in ("/records/work", "/records/camera"):
        assert visitor.get(path).status == 403
    token = answer.page.forms[0].fields["csrf_token"]
    for path in (
        "/records/scans", "/records/camera", "/records/scans/x/stop", "/records/scans/x/go-on", "/records/declare",
        "/records/work/x/decide", "/records/work/x/marks", "/records/work/x/enter", "/records/work/x/choose",
        "/records/work/x/finish", "/records/work/skip", "/records/work/undo", "/find", "/register",
    ):  # fmt: skip
        assert visitor.post(path, {"csrf_token": token}).status == 403, path
