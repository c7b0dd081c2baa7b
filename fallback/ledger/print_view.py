"""The table of prints: of each version of a slip its first print (reprint 0) and its reprints, and what became of them.

What became of a print is counted, never overwritten: a print may be tried again only when each time that it was handed
over is matched by a failure. So chains that meet in any order give the same, and never a second original.
"""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE print (digest TEXT NOT NULL, reprint INTEGER NOT NULL, number TEXT NOT NULL,
    chain TEXT NOT NULL DEFAULT '', series INTEGER NOT NULL DEFAULT 0, wanted TEXT NOT NULL DEFAULT '',
    card INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL DEFAULT '', login TEXT NOT NULL DEFAULT '',
    asked TEXT NOT NULL DEFAULT '', handed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,
    printer TEXT NOT NULL DEFAULT '', job TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    since TEXT NOT NULL DEFAULT '', told TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL GENERATED ALWAYS AS (CASE WHEN done > 0 THEN 'done' WHEN lost > 0 THEN 'lost'
        WHEN handed > failed OR asked = '' THEN 'handed' ELSE 'waiting' END) VIRTUAL,
    open INTEGER NOT NULL GENERATED ALWAYS AS (done = 0 AND lost = 0 AND asked <> ''
        AND (handed <= failed OR printer <> '')) VIRTUAL,
    PRIMARY KEY (digest, reprint)) STRICT;
CREATE INDEX print_open ON print (asked) WHERE open = 1;
CREATE TABLE sheet_print (line TEXT PRIMARY KEY, number TEXT NOT NULL, sheet TEXT NOT NULL,
    last_tube INTEGER NOT NULL) STRICT;
CREATE INDEX sheet_print_number ON sheet_print (number);
"""

_COUNTED = {
    FactKind.SLIP_PRINTED: "handed",
    FactKind.PRINT_FAILED: "failed",
    FactKind.PRINT_LOST: "lost",
    FactKind.PRINT_DONE: "done",
}
_ASKED = ("number", "chain", "series", "wanted", "card", "at", "login", "asked")
_TOLD = ("printer", "job", "reason", "since", "told")


def fold_asked(db: Database, line: Line, stamp: str) -> None:
    """A print that a line asks for: a version's first, or a reprint, which is handed over at once to a browser."""
    content = line.content
    reprint = content["count"] if line.fact is FactKind.SLIP_REPRINTED else 0
    printer = content.get("printer", "")
    number = content["number"] if reprint else content["slip"]["number"]
    card = int(content.get("card", False))
    asked = (number, line.chain, line.series, printer, card, line.at.isoformat(), line.by, stamp)
    sets = [f"{name} = CASE WHEN excluded.asked > asked THEN excluded.{name} ELSE {name} END" for name in _ASKED]
    db.execute(
        f"INSERT INTO print (digest, reprint, handed, {', '.join(_ASKED)}) VALUES ({', '.join('?' * 11)}) "
        f"ON CONFLICT DO UPDATE SET handed = handed + excluded.handed, {', '.join(sets)}",
        (content["digest"], reprint, int(reprint > 0 and not printer), *asked),
    )


def fold_told(db: Database, line: Line, stamp: str) -> None:
    """What a line says of a print: counted; where and when is what the newest of them says."""
    content, counted = line.content, _COUNTED.get(line.fact)
    told = (content["printer"], content.get("job", ""), content.get("reason", ""), line.at.isoformat(), stamp)
    sets = [f"{name} = {name} + excluded.{name}" for name in _COUNTED.values()]
    sets += [f"{name} = CASE WHEN excluded.told > told THEN excluded.{name} ELSE {name} END" for name in _TOLD]
    db.execute(
        f"INSERT INTO print (digest, reprint, number, {', '.join((*_COUNTED.values(), *_TOLD))}) "
        f"VALUES ({', '.join('?' * 12)}) ON CONFLICT DO UPDATE SET {', '.join(sets)}",
        (
            content["digest"],
            content.get("reprint", 0),
            content["number"],
            *(int(name == counted) for name in _COUNTED.values()),
            *told,
        ),
    )


def fold_sheet(db: Database, line: Line, key: str) -> None:
    """A receipt, a wristband, stickers: each time that one was made is a row."""
    content = line.content
    row = (key, content["number"], content["sheet"], content["last_tube"])
    db.execute("INSERT OR IGNORE INTO sheet_print VALUES (?, ?, ?, ?)", row)
