"""The cross-walk: what departments are told, again after late decisions, and what a lost file does; repairs in it."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from fallback.ehospital import Found
from fallback.errors import (
    CrosswalkEmpty,
    CrosswalkUnknown,
    DepartmentUnknown,
    FieldWrong,
    RepairNotThere,
    RepairUnknown,
)
from fallback.hospital import Target
from fallback.ledger import Ledger
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import after
from fallback.printing.walks import render_walk_stickers
from fallback.recovery import crosswalk, repairs
from fallback.recovery.crosswalk import Change, Form
from fallback.recovery.repair_order import repair_pdf
from fallback.slip import Slip
from tests.backlog import HOSPITAL, SUNITA, Backlog
from tests.fake_target import FakeTarget
from tests.journals import again, sibling

NOW = datetime(2026, 12, 9, 6, 0, tzinfo=UTC)
TARGET, LAB = "main", "Laboratory"


@pytest.fixture
def backlog(tmp_path: Path) -> Backlog:
    return Backlog(tmp_path / "data", 21)


def confirm(ledger: Ledger, slip: Slip, uhid: str = "", patient: str = "", *, revision: int = 0, **more: Any) -> None:
    """The slip went to the target, and was read back there."""
    content = {"number": slip.number.text, "revision": revision, "target": TARGET}
    told = {"patient": patient or f"p{uhid}", "encounter": f"e{slip.number}", "uhid": uhid, "created": True, "told": ""}

    def job(tx: Any) -> None:
        tx.append(FactKind.SLIP_SENDING, content | {"told": ""}, series=slip.number.series, by="asha")
        tx.append(FactKind.SLIP_CONFIRMED, content | told | more, series=slip.number.series, by="asha")

    ledger.write(job)


def give(ledger: Ledger, form: Form = Form.CSV, department: str = LAB) -> crosswalk.File:
    return crosswalk.give(ledger, HOSPITAL, TARGET, department, form, by="ravi", now=NOW)


def rows(file: crosswalk.File) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1:]


def received(ledger: Ledger, file: crosswalk.File, department: str = LAB) -> None:
    crosswalk.receive(ledger, TARGET, department, file.sha256[:12], "Lab register 41, R. Nair", by="ravi")


def test_a_department_is_told_all_and_then_only_what_changed(backlog: Backlog) -> None:
    one, two, three = (backlog.issue() for _ in range(3))
    for slip, uhid in ((one, "100000001"), (two, "100000002")):
        confirm(backlog.ledger, slip, uhid)
    first = give(backlog.ledger)
    assert [row[:5] for row in rows(first)] == [
        [one.number.text, one.number.grouped, "100000001", "", "new"],
        [two.number.text, two.number.grouped, "100000002", "", "new"],
    ]
    received(backlog.ledger, first)
    with pytest.raises(CrosswalkEmpty):
        give(backlog.ledger)
    confirm(backlog.ledger, three, "100000003")
    confirm(backlog.ledger, two, "100000002")  # said again, and nothing is new in it
    confirm(backlog.ledger, one, "100000009")  # a late decision: another patient
    assert [row[2:5] for row in rows(give(backlog.ledger))] == [
        ["100000009", "100000001", "changed"],
        ["100000003", "", "new"],
    ]


def test_a_file_that_nobody_confirmed_is_told_again(backlog: Backlog) -> None:
    slip = backlog.issue()
    confirm(backlog.ledger, slip, "100000001")
    lost = give(backlog.ledger)
    other = give(backlog.ledger, department="Pharmacy")
    received(backlog.ledger, other, "Pharmacy")
    assert rows(give(backlog.ledger)) == rows(lost)  # what the pharmacy confirmed says nothing of the laboratory
    standing = {each.department: each for each in crosswalk.standings(backlog.ledger.db(), HOSPITAL, TARGET)}
    assert (standing[LAB].waiting, standing["Pharmacy"].waiting) == (1, 0)
    assert standing[LAB].given is not None and standing[LAB].received is None


def test_a_slip_that_is_void_there_is_told_as_void_once(backlog: Backlog) -> None:
    slip, never = backlog.issue(), backlog.issue()
    confirm(backlog.ledger, slip, "100000001")
    received(backlog.ledger, give(backlog.ledger))
    backlog.void(slip)
    assert crosswalk.changes(backlog.ledger.db(), TARGET, LAB) == []  # not taken back there yet
    confirm(backlog.ledger, slip, revision=1, patient="p100000001")
    confirm(backlog.ledger, never, "100000007")
    backlog.void(never)
    confirm(backlog.ledger, never, "100000007", revision=1)
    told = crosswalk.changes(backlog.ledger.db(), TARGET, LAB)
    assert [(each.row.number, each.change) for each in told] == [(slip.number, Change.VOID)]
    file = give(backlog.ledger, Form.HL7)
    assert "|ADT^A11^ADT_A09|" in file.content.decode()
    received(backlog.ledger, file)
    assert crosswalk.changes(backlog.ledger.db(), TARGET, LAB) == []


def test_hl7_moves_a_number_once_and_a_visit_after_that(backlog: Backlog) -> None:
    slip = backlog.issue(SUNITA)
    confirm(backlog.ledger, slip, "10^0|001")  # a system's number is hostile, too
    first = give(backlog.ledger, Form.HL7)
    text = first.content.decode()
    assert "Sunita" not in text and "9810012345" not in text
    lines = text.split("\r")
    assert [line[:3] for line in lines if line] == ["MSH", "EVN", "PID", "MRG"]
    assert f"MRG|{slip.number.text}^^^PARCHI^VN" in lines
    assert lines[2] == "PID|||10\\S\\0\\F\\001^^^HOSPITAL^MR||^^^^^^U"
    target = Target(name=TARGET, url="", test=False)
    same = crosswalk.messages(crosswalk.changes(backlog.ledger.db(), TARGET, LAB), target, now=NOW)
    assert same == text  # the same message has the same id
    received(backlog.ledger, first)
    confirm(backlog.ledger, slip, "100000002")
    moved = give(backlog.ledger, Form.HL7).content.decode()
    assert "|ADT^A45^ADT_A45|" in moved and f"PV1||U|||||||||||||||||{slip.number.text}^" in moved
    assert moved.split("|")[9] != text.split("|")[9]


def test_who_is_confidential_does_not_travel(backlog: Backlog) -> None:
    slip = backlog.issue(sealed=b"s" * 60, alias=False)
    confirm(backlog.ledger, slip, "", patient="secret-77")
    file = give(backlog.ledger)
    assert rows(file)[0][2] == "CONFIDENTIAL" and b"secret-77" not in file.content
    assert b"secret-77" not in give(backlog.ledger, Form.HL7).content


def test_by_uhid_the_place_of_who_is_confidential_tells_nothing(backlog: Backlog) -> None:
    hidden = [backlog.issue(sealed=b"s" * 60, alias=False) for _ in range(2)]
    for slip, uhid in zip(hidden, ("100000005", "100000002"), strict=True):
        confirm(backlog.ledger, slip, uhid)
    others = [backlog.issue() for _ in range(3)]
    for slip, uhid in zip(others, ("100000006", "100000001", "100000004"), strict=True):
        confirm(backlog.ledger, slip, uhid)
    listed = [each.number for each in after.walk(backlog.ledger.db(), TARGET, by_uhid=True)]
    assert listed == [others[1].number, others[2].number, others[0].number, hidden[0].number, hidden[1].number]


def test_receipts_name_a_file_that_was_given(backlog: Backlog) -> None:
    confirm(backlog.ledger, backlog.issue(), "100000001")
    file = give(backlog.ledger)
    for mark in ("", file.sha256[:4], "0" * 64):
        with pytest.raises(CrosswalkUnknown):
            crosswalk.receive(backlog.ledger, TARGET, LAB, mark, "somebody", by="ravi")
    with pytest.raises(CrosswalkUnknown):
        received(backlog.ledger, file, "Pharmacy")
    with pytest.raises(FieldWrong):
        crosswalk.receive(backlog.ledger, TARGET, LAB, file.sha256, "  ", by="ravi")
    with pytest.raises(DepartmentUnknown):
        give(backlog.ledger, department="../../etc")


def test_what_another_desk_sent_is_told_when_its_journal_comes(backlog: Backlog, tmp_path: Path) -> None:
    here, there = backlog.issue(), backlog.issue()
    away = sibling(backlog.ledger, tmp_path / "away")
    away.merge(backlog.ledger.lines())
    confirm(backlog.ledger, here, "100000001")
    received(backlog.ledger, give(backlog.ledger))
    confirm(away, there, "100000002")  # its line has a lower place than ours, and is new all the same
    backlog.ledger.merge(away.lines(away.chain))
    told = crosswalk.changes(backlog.ledger.db(), TARGET, LAB)
    assert [(each.row.number, each.uhid) for each in told] == [(there.number, "100000002")]
    away.close()


def test_the_list_is_printed_by_number_and_by_uhid(backlog: Backlog) -> None:
    slips = [backlog.issue() for _ in range(3)]
    for slip, uhid in zip(slips, ("300000000", "100000000", "200000000"), strict=True):
        confirm(backlog.ledger, slip, uhid)
    db = backlog.ledger.db()

    def text(**asked: Any) -> str:
        page = pdfium.PdfDocument(crosswalk.listed(db, HOSPITAL, TARGET, **asked))[0]
        return str(page.get_textpage().get_text_bounded())

    said = text()
    assert said.index("300000000") < said.index("100000000") < said.index("200000000")
    said = text(by_uhid=True)
    assert said.index("100000000") < said.index("200000000") < said.index("300000000")
    assert "100000000" not in text(clinic=2)
    stickers = render_walk_stickers(crosswalk.pairs_of(after.walk(db, TARGET)), hospital=HOSPITAL.name, skip=23)
    assert len(pdfium.PdfDocument(stickers)) == 2


def order(backlog: Backlog, slip: Slip, right: str) -> int:
    return backlog.ledger.write(
        lambda tx: repairs.open(tx, slip.number, right=right, reason="two women of one name", by="meena")
    )


def test_a_repair_stands_open_until_it_is_confirmed_there(backlog: Backlog) -> None:
    slip = backlog.issue()
    assert order(backlog, slip, "uhid:100000002") == 0  # never sent: there is nothing to repair
    confirm(backlog.ledger, slip, "100000001")
    received(backlog.ledger, give(backlog.ledger))
    assert order(backlog, slip, "uhid:100000001") == 0  # it is there as it should be
    assert order(backlog, slip, "uhid:100000002") == 1
    assert order(backlog, slip, "uhid:100000002") == 0  # said already
    db = backlog.ledger.db()
    found = after.repairs(db)[0]
    assert (found.wrong, found.right, found.open) == ("uhid:100000001", "uhid:100000002", True)
    assert found.sent["encounter"] == f"e{slip.number}"
    paper = repair_pdf(db, found, HOSPITAL)
    printed = pdfium.PdfDocument(paper)[0].get_textpage().get_text_bounded()
    assert "Patient's record" in printed and "encounter" not in printed and "+00:00" not in printed
    assert after.open_repairs(db, TARGET) == 1
    repairs.tell(backlog.ledger, slip.number, TARGET, "Ward 5, Sister Joseph", by="ravi")
    for wrong in ("100000001", "100000008", ""):
        with pytest.raises(FieldWrong):
            repairs.close(backlog.ledger, slip.number, TARGET, "unlinked", uhid=wrong, by="ravi")
    with pytest.raises(FieldWrong):
        repairs.close(backlog.ledger, slip.number, TARGET, "ok", uhid="1|^~ EVN", by="ravi", pattern=r"[0-9]{9}")
    repairs.close(backlog.ledger, slip.number, TARGET, "unlinked, read back on the screen", uhid="100000002", by="ravi")
    done = after.repairs(db, open_only=False)[0]
    assert (done.open, done.closed_by, done.told[0].who) == (False, "ravi", "Ward 5, Sister Joseph")
    assert after.open_repairs(db, TARGET) == 0 and after.repairs(db) == []
    told = crosswalk.changes(db, TARGET, LAB)  # and the departments hear of it
    assert [(each.uhid, each.former, each.row.how) for each in told] == [("100000002", "100000001", "repaired")]
    with pytest.raises(RepairUnknown):
        repairs.tell(backlog.ledger, slip.number, TARGET, "Ward 5", by="ravi")


def test_repairs_and_files_are_the_same_in_any_order_of_chains(backlog: Backlog, tmp_path: Path) -> None:
    slip = backlog.issue()
    confirm(backlog.ledger, slip, "100000001")
    order(backlog, slip, "uhid:100000002")
    away = sibling(backlog.ledger, tmp_path / "away")
    away.merge(backlog.ledger.lines())
    repairs.close(away, slip.number, TARGET, "done", uhid="100000002", by="ravi")
    received(away, give(away))
    backlog.ledger.merge(away.lines(away.chain))
    last = sibling(backlog.ledger, tmp_path / "last")
    for chain in (away.chain, backlog.ledger.chain):
        last.merge(backlog.ledger.lines(chain))
    for table in ("repair", "repair_told", "walk", "walk_given", "walk_received"):
        asked = f"SELECT * FROM {table} ORDER BY 1, 2"
        assert last.db().execute(asked).fetchall() == backlog.ledger.db().execute(asked).fetchall()
    assert not after.repairs(last.db(), open_only=True)
    away.close()
    last.close()


def test_the_tables_come_back_from_the_lines(backlog: Backlog) -> None:
    slip = backlog.issue()
    confirm(backlog.ledger, slip, "100000001")
    order(backlog, slip, repairs.NEW)
    give(backlog.ledger)
    assert backlog.ledger.rebuild_views()
    folder = backlog.ledger.vault.folder
    backlog.ledger.close()
    ledger = again(folder)
    assert after.open_repairs(ledger.db(), TARGET) == 1
    ledger.close()


def test_the_system_is_asked_before_a_repair_is_confirmed(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    slip = backlog.issue()
    confirm(backlog.ledger, slip, "100000001", patient="p1")
    order(backlog, slip, "uhid:100000002")
    target = FakeTarget()

    def close() -> None:
        repairs.close(backlog.ledger, slip.number, TARGET, "moved", uhid="100000002", by="ravi", connector=target)

    answers: list[Found | None] = [
        None,
        Found(patient="p1", encounter="e"),
        Found(patient="p2", encounter="e", doubled=True),
    ]
    for answer in answers:
        monkeypatch.setattr(target, "find", lambda _slip, answer=answer: answer)
        with pytest.raises(RepairNotThere):
            close()
    assert after.open_repairs(backlog.ledger.db(), TARGET) == 1
    monkeypatch.setattr(target, "find", lambda _slip: Found(patient="p2", encounter="e"))
    close()
    row = after.walk_of(backlog.ledger.db(), slip.number, TARGET)
    assert row is not None and (row.uhid, row.patient, row.how) == ("100000002", "p2", "repaired")
