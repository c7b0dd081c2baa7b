"""Somebody with the key changes, drops, moves, invents lines of the journal; flips bits of its files; writes it anew.

Let in is what `journal verify` does not find. A journal that was written anew as a whole, every hash right, is whole in
itself: it is held against the head that was printed on paper, and against the second copy. Views are held against the
lines by `journal views`.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from bench.siege import Tried
from bench.siege.town import Town, registration
from fallback import frontdesk
from fallback.custody import export
from fallback.errors import ParchiError
from fallback.ledger import Carrier
from fallback.ledger.carrier import FILE_NAME
from fallback.ledger.complaints import JournalDatabase
from fallback.ledger.journal import Line, digest
from fallback.ledger.verifying import verify_journal
from fallback.ledger.views import VIEWS
from fallback.vault import Vault

Row = tuple[int, str, int, bytes, str]  # place, chain, sequence, hash, text
_DATABASE = "journal.db"


class Journal:
    """A journal of a day with its second copy and its export, and copies of it to be spoiled."""

    def __init__(self, town: Town, folder: Path, slips: int) -> None:
        self.folder, self.vault = folder, town.installation.vault
        ledger = town.installation.ledger
        stick = folder / "stick"
        stick.mkdir()
        ledger.copy_to(stick)
        for _ in range(slips):
            number = frontdesk.register(town.counter, town.shift, registration()).row.slip.number
            if number.serial % 9 == 0:
                frontdesk.void(town.counter, town.shift, number, "went away", allowed_by="meena")
        ledger.copy_to()
        export(ledger, folder / "export.parchi")
        self.printed = ledger.head()
        frontdesk.register(town.counter, town.shift, registration())  # the paper is not of the last line
        self.stick, self.exported = stick / FILE_NAME, folder / "export.parchi"
        self.lines = [line.text for line in ledger.lines()]
        shutil.copy(Vault.header_file(town.folder), folder)
        self._kept = folder / "kept.db"
        connection = self.vault.connect(town.folder / _DATABASE)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(town.folder / _DATABASE, self._kept)
        self.rows: list[Row] = self.open().execute("SELECT place, chain, sequence, hash, text FROM line").fetchall()

    def open(self) -> Any:
        """A connection to a fresh copy, with nothing in its way."""
        for end in ("", "-wal", "-shm"):
            (self.folder / f"{_DATABASE}{end}").unlink(missing_ok=True)
        shutil.copy(self._kept, self.folder / _DATABASE)
        connection = self.vault.connect(self.folder / _DATABASE)
        connection.execute("PRAGMA synchronous = OFF")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        return connection

    def found(self, connection: Any, *, printed: bool = False) -> tuple[bool, bool]:
        """Whether we find what was done to the copy, and whether SQLite's own check finds it."""
        theirs = connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        heads = (self.printed,) if printed else ()
        ours = not verify_journal(JournalDatabase(connection, self.folder / _DATABASE), printed=heads).ok
        connection.close()
        return ours, theirs


def _text(record: dict[str, Any]) -> str:
    """A line's text, canonical as ours are."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _moved(text: str, chance: Random) -> str:
    """The text with one value changed, still canonical."""
    record = json.loads(text)
    name = chance.choice(("by", "local", "at", "series", "shift", "content"))
    match record[name]:
        case int(number):
            record[name] = number + 1
        case str(words):
            record[name] = (words[:-1] + ("7" if words[-1] != "7" else "8")) if words else "ravi"
        case _:
            record["content"] = record["content"] | {"reason": "another"}
    return _text(record)


def _changed(connection: Any, row: Row, chance: Random) -> None:
    connection.execute("UPDATE line SET text = ? WHERE place = ?", (_moved(row[4], chance), row[0]))


def _changed_with_hash(connection: Any, row: Row, chance: Random) -> None:
    text = _moved(row[4], chance)
    connection.execute("UPDATE line SET text = ?, hash = ? WHERE place = ?", (text, digest(text), row[0]))


def _dropped(connection: Any, row: Row, _: Random) -> None:
    connection.execute("DELETE FROM line WHERE place = ?", (row[0],))


def _closed_up(connection: Any, row: Row, _: Random) -> None:
    """Dropped, and those after it moved up, their hashes as they were."""
    connection.execute("DELETE FROM line WHERE place = ?", (row[0],))
    later = connection.execute(
        "SELECT place, sequence, text FROM line WHERE chain = ? AND sequence > ? ORDER BY sequence", (row[1], row[2])
    ).fetchall()
    for place, sequence, text in later:
        record = json.loads(text) | {"sequence": sequence - 1}
        text = _text(record)
        connection.execute("UPDATE line SET sequence = ?, text = ? WHERE place = ?", (sequence - 1, text, place))


def _swapped(connection: Any, row: Row, _: Random) -> None:
    other = connection.execute(
        "SELECT place, chain, sequence, hash, text FROM line WHERE chain = ? AND sequence <> ? "
        "ORDER BY abs(sequence - ?) LIMIT 1",
        (row[1], row[2], row[2]),
    ).fetchone()
    connection.execute("DELETE FROM line WHERE place IN (?, ?)", (row[0], other[0]))
    for mine, place in ((row, other), (other, row)):
        record = json.loads(mine[4]) | {"sequence": place[2]}
        text = _text(record)
        put = "INSERT INTO line (place, chain, sequence, hash, text) VALUES (?, ?, ?, ?, ?)"
        connection.execute(put, (place[0], row[1], place[2], digest(text), text))


def _invented(connection: Any, row: Row, _: Random) -> None:
    """A line more at the end, made as ours are, after this one's likeness."""
    end = connection.execute(
        "SELECT sequence, hash FROM line WHERE chain = ? ORDER BY sequence DESC LIMIT 1", (row[1],)
    ).fetchone()
    record = json.loads(row[4]) | {"sequence": end[0] + 1, "previous": end[1].hex()}
    text = _text(record)
    put = "INSERT INTO line (chain, sequence, hash, text) VALUES (?, ?, ?, ?)"
    connection.execute(put, (row[1], end[0] + 1, digest(text), text))


_KINDS: dict[str, Callable[[Any, Row, Random], None]] = {
    "changed": _changed, "changed with its hash": _changed_with_hash, "dropped": _dropped,
    "dropped and closed up": _closed_up, "swapped": _swapped, "invented": _invented,
}  # fmt: skip


def lines(journal: Journal, step: int) -> Tried:
    """Each line, or every so-manieth: changed, dropped, moved, and one invented after its likeness."""
    told, theirs, chance = Tried("lines of the journal changed, dropped, moved, invented"), 0, Random(1)
    for name, act in _KINDS.items():
        for row in journal.rows[::step]:
            connection = journal.open()
            act(connection, row, chance)
            ours, sqlite = journal.found(connection)
            theirs += sqlite
            told.count(let_in=not ours, as_told=f"{name}: line {row[2]} of {len(journal.rows)}")
    told.beside = {"found by SQLite's own check": theirs}
    return told


def anew(journal: Journal, count: int) -> Tried:
    """The whole history written anew from some line on, every hash right, and the head, too."""
    told, alone, chance = Tried("the journal written anew, against the printed head"), 0, Random(2)
    places = [place for place, row in enumerate(journal.rows) if row[1] == journal.printed.chain]
    before_paper = [place for place in places if journal.rows[place][2] <= journal.printed.sequence]
    for turn in range(count):
        first = before_paper[chance.randrange(len(before_paper))]
        for printed in (False, True):
            connection = journal.open()
            _rewrite(connection, journal, first, drop=turn % 2 == 1, chance=Random(turn))
            ours, _ = journal.found(connection, printed=printed)
            if printed:
                told.count(let_in=not ours, as_told=f"from line {journal.rows[first][2]} on")
            else:
                alone += ours
    told.beside = {"found without the paper": alone}
    return told


def _rewrite(connection: Any, journal: Journal, first: int, *, drop: bool, chance: Random) -> None:
    chain, sequence = journal.rows[first][1], journal.rows[first][2]
    own = [row for row in journal.rows if row[1] == chain and row[2] >= sequence]
    previous = json.loads(own[0][4])["previous"]
    connection.execute("DELETE FROM line WHERE chain = ? AND sequence >= ?", (chain, sequence))
    texts = [row[4] for row in own]
    texts = texts[1:] if drop else [_moved(texts[0], chance), *texts[1:]]
    for place, text in enumerate(texts, own[0][0]):
        record = json.loads(text) | {"sequence": sequence, "previous": previous}
        text = _text(record)
        put = "INSERT INTO line (place, chain, sequence, hash, text) VALUES (?, ?, ?, ?, ?)"
        connection.execute(put, (place, chain, sequence, digest(text), text))
        previous, sequence = digest(text).hex(), sequence + 1
    connection.execute("UPDATE sqlite_sequence SET seq = (SELECT max(place) FROM line) WHERE name = 'line'")
    connection.execute(
        "UPDATE chain SET sequence = ?, head = ? WHERE id = ?", (sequence - 1, bytes.fromhex(previous), chain)
    )


def bits(journal: Journal, count: int) -> Tried:
    """Bits flipped in the database, in the second copy and in an export: nothing is read that was not written."""
    told, chance = Tried("bits flipped in the journal's files"), Random(3)
    for source in (journal.stick, journal.exported):
        good = source.read_bytes()
        first = good.index(b"\n") + 1
        spoiled = journal.folder / "spoiled.parchi"
        for _ in range(count):
            place = chance.randrange(first, len(good))
            changed = bytearray(good)
            changed[place] ^= 1 << chance.randrange(8)
            spoiled.write_bytes(changed)
            told.count(let_in=not _honest(journal, spoiled), as_told=f"{source.name}, byte {place} of {len(good)}")
    told.beside = {"taken from lines that are not sealed": sum(_taken_in_plain(journal, chance) for _ in range(count))}
    good = journal._kept.read_bytes()
    for _ in range(count):
        place = chance.randrange(len(good))
        changed = bytearray(good)
        changed[place] ^= 1 << chance.randrange(8)
        (journal.folder / _DATABASE).write_bytes(changed)
        for end in ("-wal", "-shm"):
            (journal.folder / f"{_DATABASE}{end}").unlink(missing_ok=True)
        told.count(let_in=not _same_or_refused(journal), as_told=f"journal.db, byte {place} of {len(good)}")
    return told


def _taken_in_plain(journal: Journal, chance: Random) -> bool:
    """The peer: whether JSON with a bit flipped is read as something else."""
    good = chance.choice(journal.lines)
    changed = bytearray(good.encode())
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    try:
        return bool(json.loads(changed) != json.loads(good))
    except ValueError:
        return False


def _honest(journal: Journal, file: Path) -> bool:
    """Whether a copy says what was written, or that it does not."""
    try:
        found = list(Carrier(file, journal.vault).read())
    except ParchiError:
        return True
    if any(not isinstance(each, Line) for each in found):
        return True
    texts = [each.text for each in found if isinstance(each, Line)]
    return texts == journal.lines[: len(texts)] and len(texts) >= len(journal.lines) - 2


def _same_or_refused(journal: Journal) -> bool:
    connection = journal.vault.connect(journal.folder / _DATABASE)
    db = JournalDatabase(connection, journal.folder / _DATABASE)
    try:
        if not verify_journal(db).ok:
            return True
        rows = db.execute("SELECT text FROM line ORDER BY place").fetchall()
        return [text for (text,) in rows] == journal.lines
    except Exception:  # not opened at all
        return True
    finally:
        connection.close()


def views(town: Town, journal: Journal, count: int) -> Tried:
    """A row of a view changed, behind the journal's back: `journal views` says so and makes it as the lines say."""
    told, chance, theirs = Tried("views changed behind the journal's back"), Random(4), 0
    ledger = town.installation.ledger
    connection = journal.vault.connect(town.folder / _DATABASE)
    tables = [each for each in VIEWS if connection.execute(f"SELECT count(*) FROM {each}").fetchone()[0]]
    for turn in range(count):
        table = tables[turn % len(tables)]
        columns = [each[1] for each in connection.execute(f"PRAGMA table_info({table})").fetchall() if not each[5]]
        if not columns:
            continue
        try:
            name = chance.choice(columns)
            other = f"CASE typeof({name}) WHEN 'integer' THEN {name} + 1 WHEN 'blob' THEN x'00' ELSE {name} || 'x' END"
            where = f"WHERE rowid = (SELECT min(rowid) FROM {table}) AND {name} IS NOT NULL"
            connection.execute(f"UPDATE {table} SET {name} = {other} {where}")
            moved = connection.execute("SELECT changes()").fetchone()[0]
        except Exception:  # the table's own rules do not take it
            continue
        if moved:
            theirs += connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
            same = ledger.rebuild_views()
            told.count(let_in=same, as_told=f"{table}.{name}")
    connection.close()
    told.beside = {"found by SQLite's own check": theirs}
    return told
