"""The journal's keeping: what was tampered with is found, what was merged is whole, what was lost comes back."""

import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fallback import custody
from fallback.errors import (
    CopyForeign,
    FolderReadOnly,
    FolderTaken,
    LineWrong,
    MergeStopped,
    ParchiError,
    VaultDamaged,
    VaultLocked,
)
from fallback.ledger import Carrier, Head, Ledger, Transaction, TroubleKind, chains, views
from fallback.ledger.carrier import FILE_NAME, write_export
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import ZEROS, Line, next_line
from fallback.slip import Slip
from fallback.vault import Vault
from tests.journals import CHEAP, PASSPHRASE, START, again, clock, issue, make, note, sibling


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with make(tmp_path / "data") as made:
        for _ in range(6):
            made.write(issue(101))
        yield made


@pytest.fixture
def second(ledger: Ledger, tmp_path: Path) -> Iterator[Ledger]:
    with sibling(ledger, tmp_path / "second") as made:
        for _ in range(4):
            made.write(issue(102, "Ramesh Kumar"))
        yield made


def _views(ledger: Ledger) -> dict[str, list[Any]]:
    """All but what each chain has merged: that differs by installation."""
    names = [name for name in views.VIEWS if name != "heard"]
    return {name: sorted(ledger.db().execute(f"SELECT * FROM {name}").fetchall()) for name in names}


def _kinds(ledger: Ledger) -> set[TroubleKind]:
    return {trouble.kind for trouble in ledger.verify().troubles}


# --- Verify: the database -------------------------------------------------------------------------------------------

TAMPER: dict[str, tuple[str, TroubleKind]] = {
    "a letter": ("UPDATE line SET text = replace(text, 'Sunita', 'Sumita') WHERE sequence = 3", TroubleKind.CHANGED),
    "a hash": ("UPDATE line SET hash = randomblob(32) WHERE sequence = 3", TroubleKind.CHANGED),
    "a first line": ("DELETE FROM line WHERE sequence = 1", TroubleKind.MISSING),
    "a middle line": ("DELETE FROM line WHERE sequence = 3", TroubleKind.MISSING),
    "the last line": ("DELETE FROM line WHERE sequence = 6", TroubleKind.MISSING),
    "the last two": ("DELETE FROM line WHERE sequence > 4", TroubleKind.MISSING),
    "all lines": ("DELETE FROM line", TroubleKind.MISSING),
    "the end and its head": (
        "DELETE FROM line WHERE sequence > 4; "
        "UPDATE chain SET sequence = 4, head = (SELECT hash FROM line WHERE sequence = 4)",
        TroubleKind.MISSING,
    ),
    "everything, chain and all": ("DELETE FROM line; DELETE FROM chain", TroubleKind.MISSING),
    "two lines swapped": (
        "UPDATE line SET sequence = 99, text = json_set(text, '$.sequence', 99) WHERE sequence = 2; "
        "UPDATE line SET sequence = 2, text = json_set(text, '$.sequence', 2) WHERE sequence = 3; "
        "UPDATE line SET sequence = 3, text = json_set(text, '$.sequence', 3) WHERE sequence = 99",
        TroubleKind.CHANGED,
    ),
    "a line put in at the end": (
        "INSERT INTO line (chain, sequence, hash, text) SELECT chain, 7, randomblob(32), "
        "json_set(text, '$.sequence', 7) FROM line WHERE sequence = 6",
        TroubleKind.INVENTED,
    ),
    "a chain put in": (
        "PRAGMA foreign_keys = OFF; INSERT INTO line (chain, sequence, hash, text) "
        "SELECT 'ffffffffffffffff', 1, randomblob(32), json_set(text, '$.chain', 'ffffffffffffffff') "
        "FROM line WHERE sequence = 1",
        TroubleKind.INVENTED,
    ),
    "a line that is no JSON": (
        "PRAGMA ignore_check_constraints = ON; "
        "UPDATE line SET text = json_object('fact', 1, 'at', 1, 'local', 1) WHERE sequence = 2",
        TroubleKind.CHANGED,
    ),
}


def _tamper(folder: Path, sql: str) -> None:
    """What somebody does who has the key and a SQLite shell: triggers first, then the lines."""
    connection = Vault.open(folder, PASSPHRASE).connect(folder / "journal.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.executescript(sql)
    connection.close()


@pytest.mark.parametrize("what", TAMPER)
def test_tampering_is_found(ledger: Ledger, tmp_path: Path, what: str) -> None:
    assert custody.verify(ledger).ok
    sql, kind = TAMPER[what]
    _tamper(tmp_path / "data", sql)
    report = custody.verify(ledger)
    assert not report.ok
    assert kind in {trouble.kind for trouble in report.troubles}


def test_a_rewritten_history_is_found_by_paper_and_by_the_copy(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    custody.export(ledger, tmp_path / "stick" / "evidence.parchi")
    printed = ledger.head()
    other_chain = ledger.chain
    ledger.close()
    # With the key and patience a whole chain can be written anew, every hash right.
    forged = tmp_path / "forged"
    with sibling(ledger, forged):
        _tamper(forged, f"UPDATE chain SET own = 0; INSERT INTO chain VALUES ('{other_chain}', 1, 0, zeroblob(32))")
    with again(forged) as other:
        assert other.chain == printed.chain
        for _ in range(6):
            other.write(issue(101, "Somebody Else"))
        assert custody.verify(other).ok  # in itself it is whole
        assert [each.kind for each in custody.verify(other, printed=(printed,)).troubles] == [TroubleKind.CHANGED]
        found = custody.verify(other, tmp_path / "stick" / "evidence.parchi")
        assert [each.sequence for each in found.troubles] == [1, 2, 3, 4, 5, 6]


def test_the_head_on_paper_proves_the_file(ledger: Ledger) -> None:
    printed = ledger.head()
    ledger.write(issue(101))
    assert custody.verify(ledger, printed=(printed,)).ok
    later = Head(chain=printed.chain, sequence=99, hash=printed.hash)
    assert [each.kind for each in custody.verify(ledger, printed=(later,)).troubles] == [TroubleKind.MISSING]


def test_a_merged_chain_is_proved_by_our_word_for_it(ledger: Ledger, second: Ledger, tmp_path: Path) -> None:
    custody.export(second, tmp_path / "b.parchi")
    custody.merge(ledger, tmp_path / "b.parchi")
    assert custody.verify(ledger).ok
    sql = (
        "DELETE FROM line WHERE chain = '{0}' AND sequence > 2; UPDATE chain SET sequence = 2, "
        "head = (SELECT hash FROM line WHERE chain = '{0}' AND sequence = 2) WHERE id = '{0}'"
    )
    _tamper(tmp_path / "data", sql.format(second.chain))
    assert TroubleKind.MISSING in _kinds(ledger)


# --- Verify: a file -------------------------------------------------------------------------------------------------


def _swap(lines: list[bytes]) -> None:
    lines[2], lines[3] = lines[3], lines[2]


def _flip(lines: list[bytes]) -> None:
    chain, sequence, body = lines[3].split(b" ")
    sealed = bytearray(b64decode(body))
    sealed[40] ^= 4
    lines[3] = b" ".join((chain, sequence, b64encode(sealed)))


def _renumber(lines: list[bytes]) -> None:
    chain, _, body = lines[3].split(b" ")
    lines[3] = b" ".join((chain, b"4", body))


DAMAGES: dict[str, Callable[[list[bytes]], Any]] = {
    "a bit": _flip,
    "a number": _renumber,
    "swapped": _swap,
    "dropped": lambda lines: lines.pop(3),
    "first dropped": lambda lines: lines.pop(1),
    "last dropped": lambda lines: lines.pop(-3),
    "the last three dropped": lambda lines: lines.__delitem__(slice(-5, -2)),
    "no end": lambda lines: lines.pop(-2),
    "nothing but the end": lambda lines: lines.__delitem__(slice(1, -2)),
    "a line twice": lambda lines: lines.insert(3, lines[3]),
    "a line after the end": lambda lines: lines.insert(-1, lines[3]),
    "cut off": lambda lines: (lines.pop(), lines.__setitem__(-1, lines[-1][:-9])),
    "garbage": lambda lines: lines.__setitem__(3, b"\xff\x00 not a line"),
    "empty line": lambda lines: lines.insert(3, b""),
    "a copy instead": lambda lines: lines.__setitem__(0, lines[0].replace(b"export", b"copy")),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_tampered_export_is_found_and_never_merged(ledger: Ledger, second: Ledger, tmp_path: Path, what: str) -> None:
    path = tmp_path / "export.parchi"
    custody.export(second, path)
    assert custody.verify(second, path).ok
    lines = path.read_bytes().split(b"\n")
    DAMAGES[what](lines)
    path.write_bytes(b"\n".join(lines))
    assert not custody.verify(second, path).ok
    before = list(ledger.lines())
    with pytest.raises(LineWrong, match=r"export\.parchi, line \d"):
        custody.merge(ledger, path)
    assert list(ledger.lines()) == before
    with pytest.raises(LineWrong):
        custody.restore(path, tmp_path / "restored", PASSPHRASE, clock=clock())
    assert not (tmp_path / "restored").exists() or not list((tmp_path / "restored").iterdir())


def test_one_bad_line_does_not_hide_the_others(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "export.parchi"
    custody.export(ledger, path)
    lines = path.read_bytes().split(b"\n")
    lines[2], lines[5] = b"x", b"y"
    path.write_bytes(b"\n".join(lines))
    report = custody.verify(ledger, path)
    damaged = [each.why for each in report.troubles if each.kind is TroubleKind.DAMAGED]
    assert ["line 3" in damaged[0], "line 6" in damaged[1], report.lines] == [True, True, 6]


def test_a_line_that_only_the_file_has_is_missing_in_the_journal(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "export.parchi"
    custody.export(ledger, path)
    _tamper(
        tmp_path / "data",
        "DELETE FROM line WHERE sequence = 6; UPDATE chain SET sequence = 5, "
        "head = (SELECT hash FROM line WHERE sequence = 5); UPDATE sqlite_sequence SET seq = 5 WHERE name = 'line'",
    )
    assert custody.verify(ledger).ok  # whoever has the key can hide it inside the database, but not from a copy
    assert [each.kind for each in custody.verify(ledger, path).troubles] == [TroubleKind.MISSING]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"PK\x03\x04", b"parchi-journal 1 export 0000000000000000\n", b"\x00" * 99]
)
def test_a_file_of_somebody_else_says_so(ledger: Ledger, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "found.parchi"
    path.write_bytes(content)
    for act in (custody.merge, custody.verify):
        with pytest.raises(CopyForeign, match=r"found\.parchi"):
            act(ledger, path)
        with pytest.raises(CopyForeign):
            act(ledger, tmp_path / "nowhere")


# --- Export and merge -----------------------------------------------------------------------------------------------


def test_an_export_holds_every_line_and_shows_no_name(ledger: Ledger, tmp_path: Path) -> None:
    report = custody.export(ledger, tmp_path)
    assert (report.file, report.lines, report.heads) == (tmp_path / "journal.parchi", 6, (ledger.head(),))
    assert list(Carrier(tmp_path, ledger.vault)) == list(ledger.lines())
    assert b"Sunita" not in report.file.read_bytes()
    assert Vault.open(tmp_path, PASSPHRASE).key_id == ledger.vault.key_id
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data", "journal.parchi", "vault.json"]


def test_an_export_follows_no_link_off_the_stick(ledger: Ledger, tmp_path: Path) -> None:
    stick, precious = tmp_path / "found", tmp_path / "precious"
    stick.mkdir()
    precious.write_text("precious")
    for name in (FILE_NAME, f".{FILE_NAME}.new", "vault.json"):
        (stick / name).symlink_to(precious)
    with suppress(ParchiError):
        custody.export(ledger, stick)
    assert precious.read_text() == "precious"
    assert custody.verify(ledger, stick).ok


def test_an_export_never_replaces_another_vaults_header(ledger: Ledger, tmp_path: Path) -> None:
    other = tmp_path / "other"
    make(other).close()
    before = Vault.header_file(other).read_bytes()
    with pytest.raises(CopyForeign):
        custody.export(ledger, other / "x.parchi")
    assert Vault.header_file(other).read_bytes() == before
    assert sorted(each.name for each in other.iterdir()) == ["journal.db", "vault.json"]
    with pytest.raises(FolderReadOnly):
        custody.export(ledger, tmp_path / "nowhere" / "x.parchi")


def test_a_desk_with_a_passphrase_of_its_own_keeps_it(ledger: Ledger, second: Ledger, tmp_path: Path) -> None:
    second.vault.change_passphrase("desk two's own", cost=CHEAP)
    custody.export(ledger, tmp_path / "second" / "from-one.parchi")
    Vault.open(tmp_path / "second", "desk two's own")


def test_merging_is_whole_idempotent_and_in_any_order(ledger: Ledger, second: Ledger, tmp_path: Path) -> None:
    custody.export(ledger, tmp_path / "a.parchi")
    custody.export(second, tmp_path / "b.parchi")
    report = custody.merge(ledger, tmp_path / "b.parchi")
    assert (report.lines, report.chains, report.conflicts) == (4, (second.head(),), ())
    last = list(ledger.lines(ledger.chain))[-1]
    assert last.fact is FactKind.CHAIN_MERGED
    assert last.content == {"chain": second.chain, "sequence": 4, "head": second.head().hash.hex()}
    assert [line.text for line in ledger.lines(second.chain)] == [line.text for line in second.lines()]
    head, shown = ledger.head(), _views(ledger)
    again_ = custody.merge(ledger, tmp_path / "b.parchi")
    assert (again_.lines, again_.chains, ledger.head(), _views(ledger)) == (0, (), head, shown)
    custody.merge(second, tmp_path / "a.parchi")
    assert _views(second) == shown  # the other way round: the same tables
    assert custody.rebuild_views(ledger) and custody.rebuild_views(second)
    second.write(issue(102))
    custody.export(second, tmp_path / "b.parchi")
    assert custody.merge(ledger, tmp_path / "b.parchi").lines == 2  # its own word for our chain, and the slip
    assert custody.verify(ledger).ok and custody.verify(second).ok


def test_our_own_export_brings_nothing(ledger: Ledger, tmp_path: Path) -> None:
    custody.export(ledger, tmp_path / "a.parchi")
    head = ledger.head()
    report = custody.merge(ledger, tmp_path / "a.parchi")
    assert (report.lines, report.chains, report.conflicts, ledger.head()) == (0, (), (), head)


def test_a_merge_that_was_killed_is_finished_by_the_next(ledger: Ledger, second: Ledger, tmp_path: Path) -> None:
    foreign = list(second.lines())

    def first_batch(tx: Transaction) -> None:
        for line in foreign[:3]:
            chains.store(tx.db, line)

    ledger.write(first_batch)
    custody.export(second, tmp_path / "b.parchi")
    assert custody.merge(ledger, tmp_path / "b.parchi").lines == 1
    ledger.write(note())
    assert [line.fact for line in ledger.lines(ledger.chain)].count(FactKind.CHAIN_MERGED) == 1


def test_newest_lines_only_are_merged_when_they_join(ledger: Ledger, second: Ledger) -> None:
    assert ledger.merge(second.lines()).lines == 4
    second.write(issue(102))
    second.write(issue(102))
    assert ledger.merge(second.lines(second.chain, since=4)).lines == 2
    second.write(issue(102))
    second.write(issue(102))
    with pytest.raises(LineWrong, match="missing"):
        ledger.merge(second.lines(second.chain, since=7))
    assert ledger.heads()[second.chain].sequence == 6


def test_a_broken_chain_is_refused_whole(ledger: Ledger, second: Ledger) -> None:
    lines = list(second.lines())
    for wrong in (lines[1:], [lines[0], *lines[2:]], [lines[1], lines[0]], [lines[0], lines[0]]):
        with pytest.raises(LineWrong, match=second.chain):
            ledger.merge(wrong)
    assert second.chain not in ledger.heads()


def test_a_clone_is_a_conflict_and_nothing_is_lost(ledger: Ledger, second: Ledger, tmp_path: Path) -> None:
    ledger.close()
    shutil.copytree(tmp_path / "data", tmp_path / "clone")
    with again(tmp_path / "data") as one, again(tmp_path / "clone") as two:
        mine = one.write(issue(101, "Ramesh"))
        assert two.write(issue(101, "Suresh")) == mine  # two laptops, one card: the same number twice
        two.merge(second.lines())
        custody.export(two, tmp_path / "clone.parchi")
        head = one.head()
        report = custody.merge(one, tmp_path / "clone.parchi")
        assert [(fork.chain, fork.sequence) for fork in report.conflicts] == [(one.chain, 7)]
        assert report.lines == 4  # the other chain in the same file came in
        assert list(one.lines(one.chain))[: head.sequence][-1].hash == head.hash
        assert custody.verify(one).ok and custody.verify(two).ok
        third = tmp_path / "third"
        with sibling(one, third) as neutral:
            custody.export(one, tmp_path / "one.parchi")
            custody.merge(neutral, tmp_path / "one.parchi")
            assert len(custody.merge(neutral, tmp_path / "clone.parchi").conflicts) == 1
            assert custody.verify(neutral).ok


def test_content_of_another_shape_is_refused(ledger: Ledger, second: Ledger) -> None:
    lines = list(second.lines())
    end = lines[-1]
    odd = Line(
        chain=end.chain,
        sequence=5,
        previous=end.hash,
        at=end.at,
        local=end.local,
        fact=FactKind.SLIP_ISSUED,
        content={"slip": {"number": "DROP TABLE line"}},
    )
    with pytest.raises(LineWrong, match="line 5"):
        ledger.merge([*lines, odd])
    assert custody.verify(ledger).ok and custody.rebuild_views(ledger)


def test_a_late_line_of_another_shape_stops_the_merge_and_tells_what_was_stored(ledger: Ledger, tmp_path: Path) -> None:
    lines: list[Line] = []
    for sequence in range(250):
        odd = sequence == 240
        fact, content = (FactKind.DESK_RETIRED, {"nothing": 1}) if odd else (FactKind.CLOCK_TOLD, {"source": "person"})
        head = lines[-1].hash if lines else ZEROS
        lines.append(next_line("ab" * 8, sequence, head, START, fact, content, payload=b"", series=0, shift="", by=""))
    with pytest.raises(MergeStopped, match="200 lines before it were taken over"):
        ledger.merge(lines)
    assert ledger.heads()["ab" * 8].sequence == 200
    assert custody.verify(ledger).ok
    told = [line.content for line in ledger.lines(ledger.chain) if line.fact is FactKind.CHAIN_MERGED]
    assert [(each["chain"], each["sequence"]) for each in told] == [("ab" * 8, 200)], "our chain vouches for them"
    with pytest.raises(LineWrong, match="Nothing of it was taken over"):
        ledger.merge(lines)
    (tmp_path / "out").mkdir()
    write_export(tmp_path / "out" / FILE_NAME, ledger.vault, lines)
    with pytest.raises(LineWrong, match="Nothing of it was taken over"):  # it is removed with the folder
        custody.restore(tmp_path / "out", tmp_path / "fresh", PASSPHRASE, clock=clock())
    assert list((tmp_path / "fresh").iterdir()) == []


# --- Rebuild --------------------------------------------------------------------------------------------------------


def test_rebuild_gives_the_same_tables(ledger: Ledger, second: Ledger) -> None:
    ledger.merge(second.lines())
    shown = _views(ledger)
    assert len(shown["slip"]) == 10
    assert custody.rebuild_views(ledger)
    assert _views(ledger) == shown
    assert ledger.write(issue(101)).serial == 7


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE slip SET voided = 1 WHERE serial = 2",
        "DELETE FROM version",
        "DROP TABLE token",
        "UPDATE counter SET next_serial = 1",
    ],
)
def test_rebuild_mends_and_says_that_a_table_was_not_the_journals(ledger: Ledger, tmp_path: Path, sql: str) -> None:
    shown = _views(ledger)
    _tamper(tmp_path / "data", sql)
    assert not custody.rebuild_views(ledger)
    assert _views(ledger) == shown
    assert custody.rebuild_views(ledger)


# --- Restore --------------------------------------------------------------------------------------------------------


@pytest.fixture
def stick(ledger: Ledger, second: Ledger, tmp_path: Path) -> Path:
    path = tmp_path / "stick"
    path.mkdir()
    ledger.merge(second.lines())
    ledger.copy_to(path)
    return path


def test_a_fresh_laptop_restores_from_the_copy_alone(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    shown, lines = _views(ledger), {line.text for line in ledger.lines()}
    ledger.close()
    shutil.rmtree(tmp_path / "data")
    new = tmp_path / "new laptop"
    report = custody.restore(stick, new, PASSPHRASE, clock=clock())
    assert report.lines == len(lines)
    assert report.chain not in {head.chain for head in report.chains}
    with again(new) as restored:
        assert restored.chain == report.chain != ledger.chain
        assert {line.text for line in restored.lines() if line.chain != restored.chain} == lines
        assert _views(restored) == shown
        assert custody.verify(restored).ok and custody.verify(restored, stick).ok and custody.rebuild_views(restored)
        old_head = restored.heads()[ledger.chain]
        assert restored.write(issue(101)).serial == 7  # never a number that was given out
        assert restored.heads()[ledger.chain] == old_head  # the old chain is closed for ever
        restored.copy_to(stick)
        assert not restored.copy_status().behind


def test_the_last_word_counts_also_in_a_chain_that_has_just_begun(
    ledger: Ledger, stick: Path, second: Ledger, tmp_path: Path
) -> None:
    """A restored journal's own chain begins at 1: what was decided before must be undone, and told anew, in it."""

    def told(of: Ledger, outcome: str) -> None:
        of.write(lambda tx: tx.append(FactKind.VISIT_SEEN, {"number": "x", "outcome": outcome}, by="asha"))

    def seen(of: Ledger) -> tuple[str]:
        row: tuple[str] = of.db().execute("SELECT outcome FROM seen WHERE number = 'x'").fetchone()
        return row

    told(ledger, "seen")
    custody.restore(stick, tmp_path / "new", PASSPHRASE, clock=clock())
    with again(tmp_path / "new") as restored:
        told(restored, "not_seen")
        assert seen(restored) == ("not_seen",)
        custody.export(restored, tmp_path / "new.parchi")
    custody.merge(ledger, tmp_path / "new.parchi")
    assert seen(ledger) == ("not_seen",), "there too, whichever chain came first"
    told(ledger, "seen")
    custody.export(ledger, tmp_path / "all.parchi")
    custody.merge(second, tmp_path / "all.parchi")
    assert seen(ledger) == seen(second) == ("seen",)
    assert custody.rebuild_views(ledger) and custody.rebuild_views(second)
    assert _views(ledger) == _views(second)


def test_the_recovery_key_restores_too(tmp_path: Path) -> None:
    data, stick = tmp_path / "data", tmp_path / "stick"
    data.mkdir()
    stick.mkdir()
    vault, recovery_key = Vault.create(data, PASSPHRASE, cost=CHEAP)
    with Ledger.open(data, vault, clock=clock()) as ledger:
        ledger.copy_to(stick)
        ledger.write(issue(101))
    assert custody.restore(stick, tmp_path / "new", recovery_key, clock=clock()).lines == 2


def test_a_torn_copy_restores_to_its_last_whole_line(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    ledger.copy_to(None)
    path = stick / "journal.parchi"
    path.write_bytes(path.read_bytes()[:-20])
    assert custody.restore(stick, tmp_path / "new", PASSPHRASE, clock=clock()).lines == len(list(ledger.lines())) - 1


def test_restore_refuses_with_a_sentence_and_leaves_nothing(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"

    def refuse(kind: type[Exception], source: Path, folder: Path = new, secret: str = PASSPHRASE) -> None:
        with pytest.raises(kind):
            custody.restore(source, folder, secret, clock=clock())

    refuse(VaultLocked, stick, secret="wrong")
    refuse(CopyForeign, tmp_path / "data")  # it may have been copied while it was written
    (tmp_path / "empty").mkdir()
    refuse(VaultDamaged, tmp_path / "empty")
    shutil.copy(stick / "vault.json", tmp_path / "empty")
    refuse(CopyForeign, tmp_path / "empty")
    refuse(FolderReadOnly, stick, stick / "vault.json" / "new")
    assert not new.exists()
    new.mkdir()
    (new / "thesis.odt").write_text("mine")
    refuse(FolderTaken, stick)
    assert [each.name for each in new.iterdir()] == ["thesis.odt"]


def test_slips_are_the_same_field_by_field(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    custody.restore(stick, tmp_path / "new", PASSPHRASE, clock=clock())
    with again(tmp_path / "new") as restored:
        for mine, theirs in zip(ledger.lines(ledger.chain), restored.lines(ledger.chain), strict=False):
            assert mine == theirs
            if "slip" in mine.content:
                assert Slip.from_record(mine.content["slip"]) == Slip.from_record(theirs.content["slip"])
