"""Pages of the scan that hold no slip but another signed paper: read, never a registration, never in the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fallback import payload
from fallback.errors import FieldWrong
from fallback.keys import SigningKey
from fallback.ledger import queries
from fallback.recovery import accept_scan
from fallback.recovery.account import account_of
from fallback.scanning import ReadCode, ReadPage
from fallback.statement import RootStatement
from fallback.web import onebox
from tests import golden_statements
from tests.backlog import HOSPITAL, Backlog


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 1)
    yield found
    found.ledger.close()


def page(name: str, *codes: bytes) -> ReadPage:
    box = (0, 0, 1, 1)
    texts = tuple(ReadCode(text=payload.to_digits(code), symbology="qr", box=box) for code in codes)
    return ReadPage(file=name, page=1, picture_hash=name, texts=texts)


def sheet(backlog: Backlog, name: str, **more: Any) -> bytes:
    statement: Any = replace(
        golden_statements.statements()[name],
        hospital=backlog.keys.hospital,
        **more,  # type: ignore[call-arg]
    )
    return payload.encode_statement(statement, backlog.desk.sign)


def scan(backlog: Backlog, *pages: ReadPage) -> Any:
    return accept_scan(backlog.ledger, pages, backlog.keys, drill=False)


def test_a_page_of_statements_is_read_and_brings_no_slip(backlog: Backlog) -> None:
    certificate = payload.encode_certificate(backlog.keys.certificates[0], backlog.keys.hospital)
    sheets = [sheet(backlog, name) for name in ("shift-plain", "day-plain", "box-plain")]
    report = scan(backlog, page("shift", certificate, sheets[0]), page("day", sheets[1]), page("box", sheets[2]))
    assert report.outcomes == {"read": 3}
    assert (report.work, dict(report.verdicts), report.repeats) == ([], {}, 0)
    assert list(queries.slips(backlog.ledger.db())) == []
    assert scan(backlog, page("day", sheets[1])).repeats == 1


def test_a_statement_beside_a_slip_is_no_obstacle(backlog: Backlog) -> None:
    slip = backlog.draft(5)
    report = scan(backlog, page("pad", sheet(backlog, "box-plain"), backlog.sign(slip)))
    assert report.outcomes == {"read": 1}
    assert [row.slip for row in queries.slips(backlog.ledger.db())] == [slip]


def test_a_statement_that_is_not_ours_needs_a_person(backlog: Backlog) -> None:
    other = SigningKey.new()
    forged: Any = replace(golden_statements.SHIFT, hospital=backlog.keys.hospital)
    poster = payload.encode_root(RootStatement(public=other.public, name="Sadar Hospital"), other.sign)
    report = scan(
        backlog,
        page("forged", payload.encode_statement(forged, other.sign)),
        page("poster", poster),
        page("other desk", sheet(backlog, "day-plain", signer=2)),
        page("drill", sheet(backlog, "day-plain", drill=True)),
        page("later", b"\xf9" + sheet(backlog, "day-plain")[1:]),
    )
    assert [item.outcome for item in report.work] == [
        "forged",
        "other_hospital",
        "unknown_desk",
        "drill",
        "wrong_version",
    ]


def test_a_statement_in_the_one_box_is_told_apart_from_a_slip(backlog: Backlog) -> None:
    digits = payload.to_digits(sheet(backlog, "shift-plain"))
    with pytest.raises(FieldWrong, match="a poster, a desk's card or a list"):
        onebox.Box(backlog.ledger.db(), HOSPITAL, backlog.keys).look(digits)


@pytest.mark.parametrize("sheet_first", [False, True])
def test_a_rebuild_from_paper_alone_does_not_revive_a_slip_that_its_shift_voided(
    backlog: Backlog, sheet_first: bool
) -> None:
    voided, kept = backlog.draft(5), backlog.draft(6)
    pages = [
        page("5", backlog.sign(voided)),
        page("6", backlog.sign(kept)),
        page("shift", sheet(backlog, "shift-plain", voids=(voided.number,), first=5, last=9)),
    ]
    scan(backlog, *(reversed(pages) if sheet_first else pages))
    rows = {row.number.serial: row for row in queries.numbers(backlog.ledger.db(), "")}
    assert rows[5].voided and rows[5].has_content
    assert not rows[6].voided
    assert sorted(rows) == list(range(1, 10)), "the sheet says how far the shift's numbers went"
    found = queries.slip(backlog.ledger.db(), voided.number)
    assert found is not None and found.voided and found.revision == 1
    assert backlog.ledger.rebuild_views()


def test_a_void_of_which_only_the_sheet_tells_is_accounted_for(backlog: Backlog) -> None:
    number = backlog.draft(3).number
    scan(backlog, page("shift", sheet(backlog, "shift-plain", voids=(number,), first=1, last=3)))
    account = account_of(backlog.ledger.db(), "")
    assert account.total.record()["voided"] == 1
    assert [gap.number.serial for gap in account.gaps] == [1, 2]


def test_a_forged_sheet_voids_nothing(backlog: Backlog) -> None:
    number = backlog.draft(3).number
    statement: Any = replace(
        golden_statements.statements()["shift-plain"],
        hospital=backlog.keys.hospital,
        voids=(number,),  # type: ignore[call-arg]
    )
    forged = payload.encode_statement(statement, SigningKey.new().sign)
    scan(backlog, page("3", backlog.sign(backlog.draft(3))))
    report = scan(backlog, page("shift", forged))
    assert report.outcomes == {"forged": 1}
    row = queries.slip(backlog.ledger.db(), number)
    assert row is not None and not row.voided
