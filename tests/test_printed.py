"""Paper proves the file: an insider with the data key who cuts, changes or writes the journal anew is found."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fallback import custody, frontdesk
from fallback.enrolment import Installation, open_installation
from fallback.enrolment.rebuilt import make_from_paper
from fallback.errors import PrintedHeadWrong
from fallback.frontdesk import Counter
from fallback.ledger import Head, TroubleKind
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import ZEROS, Line
from fallback.ledger.queries import papers
from fallback.printing.papers.paper import journal
from fallback.statement import ShiftStatement
from fallback.vault import Vault
from tests import factories

Change = Callable[[list[Line]], list[Line]]


def rewrite(folder: Path, change: Change) -> None:
    """What an insider does who has the key: every line as they like, every hash right, the heads too."""
    made = open_installation(folder, factories.PASSPHRASE, clock=factories.clock())
    chain, lines = made.ledger.chain, list(made.ledger.lines())
    made.close()
    forged, previous = [], ZEROS
    for sequence, line in enumerate(change(lines), 1):
        again = replace(line, sequence=sequence, previous=previous)
        forged.append((chain, sequence, again.hash, again.text))
        previous = again.hash
    connection = Vault.open(folder, factories.PASSPHRASE).connect(folder / "journal.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM line")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'line'")
    connection.executemany("INSERT INTO line (chain, sequence, hash, text) VALUES (?, ?, ?, ?)", forged)
    connection.execute("UPDATE chain SET sequence = ?, head = ? WHERE id = ?", (len(forged), previous, chain))
    connection.commit()
    connection.close()


def a_shift(counter: Counter) -> str:
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    for letter in "ABCD":
        frontdesk.register(counter, shift.key, factories.registration(f"Patient {letter}"))
    frontdesk.close_shift(counter, shift.key, counted_cash=0, note="", by="asha")
    return shift.key


def sheet_came_back(made: Installation, key: str, head: bytes | None = None) -> None:
    """The shift's sheet was scanned: what its code says is a fact."""
    end = papers.shift_end(made.ledger.db(), key)
    assert end is not None
    told = ShiftStatement(
        hospital=1, drill=False, series=1, ordinal=1, opened=None, closed=None, issued=4, first=1, last=4,
        corrections=0, reprints=0, receipts=0, receipts_rupees=0, refunded_rupees=0, exempt=0, later=0,
        opening_float=0, counted_cash=0, head_sequence=end.sequence, head=head or end.hash[:8],
    )  # fmt: skip
    content = {"statement": told.record(), "digest": "ab" * 32}
    made.ledger.write(lambda tx: tx.append(FactKind.STATEMENT_READ, content, payload=b"x"))


def _of_slips(lines: list[Line]) -> list[int]:
    return [place for place, line in enumerate(lines) if line.fact is FactKind.SLIP_ISSUED]


def _changed(lines: list[Line]) -> list[Line]:
    place = _of_slips(lines)[1]
    lines[place] = replace(lines[place], by="ravi")
    return lines


def _dropped(lines: list[Line]) -> list[Line]:
    del lines[_of_slips(lines)[1]]
    return lines


def _reordered(lines: list[Line]) -> list[Line]:
    one, two = _of_slips(lines)[1:3]
    lines[one], lines[two] = lines[two], lines[one]
    return lines


def _invented(lines: list[Line]) -> list[Line]:
    place = _of_slips(lines)[1]
    made = replace(lines[place], fact=FactKind.DOWNTIME_STARTED, content={"reason": "x", "drill": False}, payload=b"")
    return [*lines[:place], made, *lines[place:]]


def _cut(lines: list[Line]) -> list[Line]:
    return lines[: _of_slips(lines)[2]]


REWRITTEN: dict[str, Change] = {
    "changed": _changed, "dropped": _dropped, "reordered": _reordered, "invented": _invented, "cut": _cut,
}  # fmt: skip


@pytest.mark.parametrize("what", REWRITTEN)
def test_a_journal_written_anew_with_the_key_is_found_by_what_is_typed_from_paper(
    installation: Installation, counter: Counter, what: str
) -> None:
    key = a_shift(counter)
    end = papers.shift_end(installation.ledger.db(), key)
    assert end is not None
    printed = custody.printed_head(journal(end.chain, end.sequence, end.hash.hex()[:32]))
    short = custody.printed_head(f"{end.chain}:{end.sequence}:{end.hash.hex()[:16]}")
    assert custody.verify(installation.ledger, printed=(printed, short)).ok
    installation.close()
    rewrite(installation.folder, REWRITTEN[what])
    forged = open_installation(installation.folder, factories.PASSPHRASE, clock=factories.clock())
    try:
        forged.ledger.rebuild_views()
        assert custody.verify(forged.ledger).ok, "in itself it is whole: that is what the paper is for"
        for head in (printed, short):
            found = custody.verify(forged.ledger, printed=(head,)).troubles
            assert [(each.chain, each.sequence) for each in found] == [(end.chain, end.sequence)]
            assert found[0].kind is (TroubleKind.MISSING if what in ("cut", "dropped") else TroubleKind.CHANGED)
    finally:
        forged.close()


@pytest.mark.parametrize("what", ["changed", "dropped", "reordered", "invented"])
def test_a_sheet_that_was_scanned_finds_it_by_itself(installation: Installation, counter: Counter, what: str) -> None:
    key = a_shift(counter)
    sheet_came_back(installation, key)
    assert custody.verify(installation.ledger).ok
    (told,) = custody.sheet_heads(installation.ledger.db())
    assert (told.shift, told.proved) == (key, installation.ledger.chain)
    installation.close()
    rewrite(installation.folder, REWRITTEN[what])
    forged = open_installation(installation.folder, factories.PASSPHRASE, clock=factories.clock())
    try:
        forged.ledger.rebuild_views()
        found = custody.verify(forged.ledger).troubles
        assert [each.sequence for each in found] == [told.sequence]
        assert f"the sheet of shift {key}" in found[0].why
    finally:
        forged.close()


def test_a_sheet_that_came_back_after_the_journal_was_cut_says_so(installation: Installation, counter: Counter) -> None:
    key = a_shift(counter)
    end = papers.shift_end(installation.ledger.db(), key)
    assert end is not None
    sheet_came_back(installation, key, b"\0" * 8)
    (told,) = custody.sheet_heads(installation.ledger.db())
    assert told.proved == ""
    assert [each.kind for each in custody.verify(installation.ledger).troubles] == [TroubleKind.CHANGED]


def test_a_rebuild_from_paper_says_nothing_of_a_journal_that_it_never_had(
    installation: Installation, counter: Counter, tmp_path: Path
) -> None:
    key = a_shift(counter)
    sheet_came_back(installation, key)
    (line,) = (line for line in installation.ledger.lines() if line.fact is FactKind.STATEMENT_READ)
    rebuilt, _, _ = make_from_paper(
        tmp_path / "rebuilt", "another", installation.keys(), clock=factories.clock(), cost=factories.CHEAP
    )
    try:
        rebuilt.ledger.write(lambda tx: tx.append(FactKind.STATEMENT_READ, line.content, payload=line.payload))
        (told,) = custody.sheet_heads(rebuilt.ledger.db())
        assert told.proved is None
        assert custody.verify(rebuilt.ledger).ok
    finally:
        rebuilt.close()


@pytest.mark.parametrize(
    "typed",
    [
        "", "x", "1f0c8ab2d3e4f560:2741", "1f0c8ab2d3e4f560:2741:9c41d07e5b2a8f3",
        "1f0c8ab2d3e4f560:0:9c41d07e5b2a8f36",
        "zz0c8ab2d3e4f560:2741:9c41d07e5b2a8f36", "a:b:c:d", "\0:\0:\0",
        "1f0c8ab2d3e4f560:२:9c41d07e5b2a8f36", "1f0c8ab2d3e4f560:2741:" + "9c" * 33,
    ],
)  # fmt: skip
def test_what_is_no_head_is_told(typed: str) -> None:
    with pytest.raises(PrintedHeadWrong):
        custody.printed_head(typed)


def test_a_head_is_typed_as_it_is_printed() -> None:
    head = Head(chain="1f0c8ab2d3e4f560", sequence=2741, hash=bytes.fromhex("9c41d07e5b2a8f36c7e90d14a2b85f63"))
    assert custody.printed_head("1f0c 8ab2 d3e4 f560 · 2,741 · 9c41 d07e 5b2a 8f36 c7e9 0d14 a2b8 5f63") == head
    assert custody.printed_head("1F0C8AB2D3E4F560:2741:9C41-D07E-5B2A-8F36-c7e90d14a2b85f63") == head
