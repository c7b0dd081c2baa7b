"""A counter's page: scan, done by a key in the same box, warned when it was done, taken back, stickers, the picture."""

import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fallback import custody, enrolment, frontdesk, payload
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import services
from fallback.slip import SlipNumber
from fallback.web import close, create_app
from tests import factories
from tests.test_services import LABORATORY, TAKEN, sibling
from tests.web.visitor import Answer, Visitor

FIRST = SlipNumber(1, 1)


@pytest.fixture
def lata(installation: Installation, desk: Visitor, app: Flask) -> Visitor:
    """Whoever sits at the laboratory, beside a desk that registers."""
    return at_counter(Visitor(app), installation)


def at_counter(visitor: Visitor, made: Installation, counter: str = LABORATORY.name) -> Visitor:
    enrolment.set_user(made.ledger, "lata", "Lata Bai", Role.COUNTER, factories.PIN)
    answer = visitor.log_in("lata")
    assert answer.path == "/counter"
    visitor.post("/counter/at", answer.page.forms[-1].fields | {"counter": counter})
    return visitor


def code(made: Installation, number: SlipNumber = FIRST) -> str:
    row = queries.slip(made.ledger.db(), number)
    assert row is not None
    return payload.to_digits(row.payload)


def scan(visitor: Visitor, typed: str, at: Answer | None = None) -> Answer:
    """What a scanner types into the box of the page that is shown."""
    return visitor.send((at or visitor.get("/counter")).page.form("typed"), typed=typed)


def lines(made: Installation, number: SlipNumber = FIRST) -> list[tuple[bool, str, str]]:
    return [(row.done, row.what, row.login) for row in services.of_slip(made.ledger.db(), number)]


def test_a_scan_shows_a_verified_record_and_a_key_in_the_same_box_does_it(
    desk: Visitor, lata: Visitor, installation: Installation
) -> None:
    desk.register()
    shown = scan(lata, code(installation))
    for told in ("001 000 001 14", "Sunita Devi", "34", "Ram Prasad", "General Medicine", "Genuine", "as of now"):
        assert told in shown.text
    for hidden in ("9810000001", "Devli Village"):
        assert hidden not in shown.text
    done = scan(lata, "1", shown)
    assert "lata" in done.text
    assert lines(installation) == [(True, TAKEN, "lata")]
    (row,) = services.of_slip(installation.ledger.db(), FIRST)
    assert row.digest, "of which paper it was done"
    assert re.search(rf"{TAKEN}</span> <strong>1<", lata.get("/counter").text)
    assert f"{LABORATORY.name}: {TAKEN}" in desk.get(f"/slips/{FIRST}").text, "the desk sees it, too"


def test_what_was_done_is_warned_of_and_done_once_more_only_on_purpose(
    desk: Visitor, lata: Visitor, installation: Installation
) -> None:
    desk.register()
    shown = scan(lata, "1", scan(lata, FIRST.text))
    again = scan(lata, "1", shown)
    assert again.status == 409
    assert "done here already" in again.says
    assert len(lines(installation)) == 1
    lata.send(again.page.form("again"))
    assert len(lines(installation)) == 2
    assert services.twice(installation.ledger.db()) == []


def test_taken_back_with_a_reason_and_never_without(desk: Visitor, lata: Visitor, installation: Installation) -> None:
    desk.register()
    shown = scan(lata, "1", scan(lata, FIRST.text))
    form = shown.page.form("reason", "what")
    assert lata.send(form).status == 400
    after = lata.send(form, reason="the tube broke")
    assert "the tube broke" in after.text
    assert lines(installation) == [(True, TAKEN, "lata"), (False, TAKEN, "lata")]


def test_the_next_scan_never_falls_on_a_button(desk: Visitor, lata: Visitor, installation: Installation) -> None:
    """A scanner types while the page of the last patient stands there: the box has the focus, and shows the next."""
    desk.register()
    desk.register(name="Kamla Devi", mobile="")
    shown = scan(lata, code(installation))
    assert re.search(r'<input id="typed"[^>]* autofocus', shown.text)
    assert len(re.findall(r"\bautofocus\b", shown.text)) == 1
    following = scan(lata, code(installation, SlipNumber(1, 2)), shown)
    assert "Kamla Devi" in following.text
    assert lines(installation) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Scan the slip's code"),
        ("Sunita", "Scan the slip's code"),
        ("00100000115", "check digits"),
        ("9", "11 digits of its number"),
        ("234123412346", "Aadhaar"),
        ("9" * 1500, "Scan the slip's code"),
        ("4006381333931", "barcode of goods"),
        ("7" * 300, "no whole code"),
        ("<script>alert(1)</script>", "another program"),
    ],
)
def test_what_is_no_slip_is_told(lata: Visitor, typed: str, says: str) -> None:
    answer = scan(lata, typed)
    assert answer.status == 400
    assert says in answer.says
    assert "<script>alert" not in answer.text
    assert "234123412346" not in answer.says


def test_a_number_on_a_button_that_is_not_there_is_told(desk: Visitor, lata: Visitor) -> None:
    desk.register()
    answer = scan(lata, "7", scan(lata, FIRST.text))
    assert "No button has this number" in answer.says
    assert "Sunita Devi" in answer.text, "the slip is still there"


def test_only_a_number_is_said_so(desk: Visitor, lata: Visitor, installation: Installation) -> None:
    desk.register()
    assert "compare name and age" in scan(lata, f"{FIRST}07").text
    unknown = scan(lata, SlipNumber(9, 9).text)
    assert "Nothing is known here of this number" in unknown.text
    scan(lata, "1", unknown)
    assert lines(installation, SlipNumber(9, 9)) == [(True, TAKEN, "lata")]


def test_void_and_older_papers_are_told(desk: Visitor, lata: Visitor, installation: Installation) -> None:
    desk.register()
    old = code(installation)
    desk.send(desk.get(f"/slips/{FIRST}/correct").page.form("reason", "name"), name="Sunita Kumari", reason="misheard")
    shown = scan(lata, old)
    assert "earlier version" in shown.text
    assert "Sunita Kumari" in shown.text
    desk.send(desk.get(f"/slips/{FIRST}/void").page.form("reason"), reason="registered twice")
    void = scan(lata, old)
    assert "This slip is void" in void.text
    answer = scan(lata, "1", void)
    assert answer.status == 409
    assert lines(installation) == []


def test_confidential_and_discreet_stay_so(desk: Visitor, lata: Visitor, installation: Installation) -> None:
    desk.register(confidential="y", clinic="ART", name="Rekha Sharma", name_hindi="")
    text = scan(lata, code(installation)).text
    assert "Rekha" not in text
    assert "ART Centre" not in text
    assert "Room G-05" in text
    assert "Confidential" in text


def test_stickers_are_the_counters_own(desk: Visitor, lata: Visitor, installation: Installation) -> None:
    desk.register()
    shown = scan(lata, code(installation))
    made = lata.send(shown.page.form("count"), count="2")
    assert made.content.startswith(b"%PDF")
    found = installation.ledger.db().execute("SELECT sheet, last_tube FROM sheet_print").fetchall()
    assert found == [(LABORATORY.stickers, LABORATORY.tubes.start + 1)]
    assert lata.send(shown.page.form("count"), count="99").status == 400
    lata.post("/counter/at", shown.page.forms[0].fields | {"counter": "Pharmacy"})
    assert "Print stickers" not in lata.get(f"/counter/slips/{FIRST}").text


def test_the_counter_is_asked_for_once_and_stays_after_a_logout(
    desk: Visitor, lata: Visitor, installation: Installation
) -> None:
    lata.post("/logout", lata.get("/counter").page.forms[0].fields)
    assert lata.log_in("lata").text.count("Laboratory") >= 2
    fresh = Visitor(lata.client.application)
    fresh.log_in("lata")
    answer = fresh.get(f"/counter/slips/{FIRST}")
    assert "at which counter" in answer.text
    assert fresh.post("/counter/at", fresh.get("/counter").page.forms[-1].fields | {"counter": "Bar"}).status == 400


def test_whoever_only_reads_slips_issues_none(desk: Visitor, lata: Visitor) -> None:
    desk.register()
    proof = lata.get("/counter").page.forms[0].fields
    for path in ("/register", f"/slips/{FIRST}/void", f"/slips/{FIRST}/correct", f"/slips/{FIRST}/reprint", "/find"):
        assert lata.post(path, proof).status == 403, path


# --- A laptop without any link --------------------------------------------------------------------------------------


@pytest.fixture
def apart(installation: Installation, tmp_path: Path) -> Iterator[tuple[Installation, Visitor]]:
    """A laptop at the laboratory: no desk is enrolned on it, no downtime was started there."""
    made = sibling(installation, tmp_path / "laboratory")
    app = create_app(made, factories.hospital(), clock=factories.clock())
    yield made, at_counter(Visitor(app), made)
    close(app)
    made.close()


def test_a_laptop_without_a_link_says_genuine_and_as_of_when(
    desk: Visitor, apart: tuple[Installation, Visitor], installation: Installation, tmp_path: Path
) -> None:
    desk.register()
    made, lata = apart
    shown = scan(lata, code(installation))
    assert "Genuine" in shown.text
    assert re.search(
        r"Status as of \d\d:\d\d, the last that is known here of its desk; the slip is younger", shown.text
    )
    scan(lata, "1", shown)
    back = tmp_path / "back.parchi"
    custody.export(made.ledger, back)
    custody.merge(installation.ledger, back)
    assert lines(installation) == [(True, TAKEN, "lata")]


def test_done_at_two_places_is_a_line_for_the_supervisor(
    desk: Visitor, apart: tuple[Installation, Visitor], installation: Installation, tmp_path: Path
) -> None:
    desk.register()
    made, lata = apart
    scan(lata, "1", scan(lata, code(installation)))
    frontdesk.do(factories.counter(installation), FIRST, LABORATORY, TAKEN, by="mala")
    custody.export(made.ledger, tmp_path / "back.parchi")
    custody.merge(installation.ledger, tmp_path / "back.parchi")
    boss = Visitor(desk.client.application)
    boss.log_in("meena")
    page = boss.get("/supervisor/done-twice").text
    assert "001 000 001 14" in page
    assert "lata" in page
    assert "mala" in page


def sent(visitor: Visitor, paper: bytes) -> dict[str, object]:
    """A picture sent from a slip's page, as its script does, until it is known what it was."""
    token = visitor.get("/counter").page.forms[0].fields["csrf_token"]
    data = {"csrf_token": token, "files": [(io.BytesIO(paper), "image.jpg")]}
    head = {"Accept": "application/json"}
    told = visitor.post("/records/camera", data, content_type="multipart/form-data", headers=head)
    assert told.status == 200, told.says
    look = json.loads(told.content)["look"]
    while not (now := json.loads(visitor.get(look).content))["over"]:
        time.sleep(0.05)
    return dict(now)


def test_the_patients_copy_is_photographed_where_most_patients_stop_and_joins_the_slip(
    desk: Visitor, apart: tuple[Installation, Visitor], installation: Installation, tmp_path: Path
) -> None:
    desk.register()
    counter = factories.counter(installation)
    paper = frontdesk.sheet(counter, frontdesk.reprint(counter, FIRST, by="asha"))
    made, lata = apart
    now = sent(lata, paper)
    assert now["kind"] == "good"
    (page,) = queries.pages_of(made.ledger.db(), FIRST.text)
    custody.export(made.ledger, tmp_path / "back.parchi")
    custody.copy_pages(made.ledger, made.pages, tmp_path / "stick")
    custody.merge(installation.ledger, tmp_path / "back.parchi")
    custody.copy_pages(installation.ledger, installation.pages, tmp_path / "stick", back=True)
    boss = Visitor(desk.client.application)
    boss.log_in("meena")
    assert page.picture in boss.get(f"/slips/{FIRST}").text
    assert installation.pages.get(page.picture) == made.pages.get(page.picture)


def test_nobody_looks_at_the_picture_that_another_sent(
    desk: Visitor, apart: tuple[Installation, Visitor], installation: Installation
) -> None:
    _, lata = apart
    data: dict[str, Any] = {"csrf_token": lata.get("/counter").page.forms[0].fields["csrf_token"]}
    data |= {"files": [(io.BytesIO(b"no picture"), "image.jpg")]}
    told = lata.post(
        "/records/camera", data, content_type="multipart/form-data", headers={"Accept": "application/json"}
    )
    enrolment.set_user(apart[0].ledger, "mala", "Mala", Role.COUNTER, factories.PIN)
    mala = Visitor(lata.client.application)
    mala.log_in("mala")
    assert mala.get(json.loads(told.content)["look"]).status == 404


def test_a_laptop_that_a_card_opened_serves_and_says_what_a_picture_needs(
    desk: Visitor, installation: Installation, tmp_path: Path
) -> None:
    (card,) = enrolment.make_cards(installation, 1, lambda _: None)
    desk.register()
    (tmp_path / "copy").mkdir()
    custody.export(installation.ledger, tmp_path / "copy")
    folder, state = tmp_path / "laptop", tmp_path / "state"
    custody.restore(tmp_path / "copy", folder, card.text, clock=factories.clock(), state=state)
    made = enrolment.open_installation(folder, card.text, clock=factories.clock(), state=state)
    app = create_app(made, factories.hospital(), clock=factories.clock())
    lata = at_counter(Visitor(app), made)
    scan(lata, "1", scan(lata, code(installation)))
    assert lines(made) == [(True, TAKEN, "lata")]
    token = lata.get("/counter").page.forms[0].fields["csrf_token"]
    data = {"csrf_token": token, "files": [(io.BytesIO(b"picture"), "image.jpg")]}
    answer = lata.post("/records/camera", data, content_type="multipart/form-data")
    assert "passphrase" in answer.says
    close(app)
    made.close()
