"""The tables that screens read: a fold of the journal's lines, in the same transaction, which any replay recreates.

The fold does not depend on the order in which chains arrive: rows are unions, or the line with the greater stamp wins.
A stamp counts the lines before a line, in its own chain and in those that this one had merged by then, never the wall
clock: so what is written with another chain's word in view comes after it, also in a chain that has just begun.
"""

import json
from typing import Any

from sqlite_utils import Database

from fallback.ledger import (
    after_view,
    alike_view,
    card_view,
    delivery_view,
    doubt_view,
    identity_view,
    kin_view,
    match_view,
    money_view,
    pace_view,
    page_view,
    practice_view,
    print_view,
    proof_view,
    queue_view,
    ready_view,
    service_view,
    shift_view,
    statement_view,
    stay_view,
    target_view,
    trust_view,
)
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.slip import SERIAL_LIMIT, Kind, Slip, SlipNumber

_SCHEMA = """
CREATE TABLE heard (chain TEXT NOT NULL, of TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (chain, of)) STRICT;
CREATE TABLE installation (root TEXT PRIMARY KEY, drill INTEGER NOT NULL, supervisors TEXT NOT NULL) STRICT;
CREATE TABLE downtime (key TEXT PRIMARY KEY, started TEXT NOT NULL DEFAULT '', ended TEXT,
    reason TEXT NOT NULL DEFAULT '', drill INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE desk (series INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '', certificate TEXT NOT NULL DEFAULT '',
    enrolled TEXT NOT NULL DEFAULT '', retired INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE user (login TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, pin_hash TEXT NOT NULL,
    active INTEGER NOT NULL, temporary INTEGER NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE shift (key TEXT PRIMARY KEY, series INTEGER NOT NULL, login TEXT NOT NULL, opened TEXT NOT NULL,
    closed TEXT, opening_float INTEGER NOT NULL, opening_notes TEXT NOT NULL DEFAULT '{}', counted_cash INTEGER,
    counted_notes TEXT NOT NULL DEFAULT '{}', handed_to TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
    end_chain TEXT, end_sequence INTEGER, end_hash BLOB, begun TEXT NOT NULL) STRICT;
CREATE TABLE counter (series INTEGER PRIMARY KEY, next_serial INTEGER NOT NULL) STRICT;
CREATE TABLE token (series INTEGER NOT NULL, clinic INTEGER NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (series, clinic, day)) STRICT;
CREATE TABLE version (digest TEXT PRIMARY KEY, number TEXT NOT NULL, revision INTEGER NOT NULL, replaces TEXT NOT NULL,
    kind TEXT NOT NULL, record TEXT NOT NULL, payload BLOB NOT NULL, journalled INTEGER NOT NULL,
    shift TEXT NOT NULL, login TEXT NOT NULL, receipt TEXT NOT NULL, cut TEXT NOT NULL, chain TEXT NOT NULL,
    sequence INTEGER NOT NULL) STRICT;
CREATE INDEX version_number ON version (number);
CREATE INDEX version_shift ON version (shift);
CREATE INDEX version_token ON version (record ->> '$.token', record ->> '$.clinic', record ->> '$.token_series',
    coalesce(nullif(record ->> '$.day', ''), substr(record ->> '$.issued', 1, 10)), number, kind)
    WHERE record ->> '$.token' > 0;
CREATE TABLE slip (number TEXT PRIMARY KEY, series INTEGER NOT NULL, serial INTEGER NOT NULL, head TEXT NOT NULL,
    content TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL, voided INTEGER NOT NULL,
    conflict INTEGER NOT NULL, clinic INTEGER NOT NULL, day TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,
    name_hindi TEXT NOT NULL, mobile TEXT NOT NULL, drill INTEGER NOT NULL, journalled INTEGER NOT NULL,
    strange INTEGER NOT NULL) STRICT;
CREATE INDEX slip_person ON slip (person);
CREATE INDEX slip_mobile ON slip (mobile) WHERE mobile <> '';
CREATE INDEX slip_name ON slip (name);
CREATE INDEX slip_series ON slip (series, serial);
CREATE INDEX slip_conflict ON slip (number) WHERE conflict = 1;
CREATE INDEX slip_strange ON slip (number) WHERE strange = 1;
CREATE INDEX slip_paper ON slip (series, serial) WHERE journalled = 0;
CREATE INDEX slip_day ON slip (day, clinic, series, voided, kind);
CREATE TABLE form (key TEXT PRIMARY KEY, number TEXT NOT NULL, digest TEXT NOT NULL) STRICT;
CREATE TABLE reprint (line TEXT PRIMARY KEY, number TEXT NOT NULL, count INTEGER NOT NULL, at TEXT NOT NULL,
    login TEXT NOT NULL) STRICT;
CREATE INDEX reprint_number ON reprint (number);
CREATE TABLE pad (number TEXT PRIMARY KEY, series INTEGER NOT NULL, serial INTEGER NOT NULL,
    payload BLOB NOT NULL, day TEXT NOT NULL, issued_to TEXT NOT NULL) STRICT;
CREATE TABLE spent (number TEXT PRIMARY KEY, outcome TEXT NOT NULL, reason TEXT NOT NULL, login TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
CREATE TABLE target (name TEXT PRIMARY KEY, url TEXT NOT NULL, software TEXT NOT NULL, fingerprint TEXT NOT NULL,
    certificate TEXT NOT NULL, organisation TEXT NOT NULL, pages INTEGER NOT NULL, stamp TEXT NOT NULL) STRICT;
"""

# Rooms that fold alike, each the facts that it names: also those that something above folds besides.
_ROOMS = (
    after_view,
    alike_view,
    card_view,
    delivery_view,
    kin_view,
    match_view,
    money_view,
    pace_view,
    practice_view,
    proof_view,
    queue_view,
    ready_view,
    service_view,
    stay_view,
    target_view,
)

VIEWS: tuple[str, ...] = (
    "heard", "installation", "downtime", "desk", "user", "shift", "counter", "token", "version", "slip",
    "form", "reprint", "pad", "spent", *page_view.TABLES, "target", "print", "sheet_print", "statement",
    "void_told", *trust_view.TABLES, *identity_view.TABLES, *doubt_view.TABLES,
    *(name for room in _ROOMS for name in room.TABLES),
)  # fmt: skip

_SPENT = {
    FactKind.NUMBER_UNUSED: "unused",
    FactKind.NUMBER_SPOILED: "spoiled",
    FactKind.NUMBER_MISSING: "missing",
}

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def create(db: Database) -> None:
    """Makes the empty tables, inside the caller's transaction."""
    rooms = (page_view, print_view, statement_view, trust_view, identity_view, doubt_view, *_ROOMS)
    for statement in (_SCHEMA + "".join(room.SCHEMA for room in rooms)).split(";\n"):
        if statement.strip():
            db.execute(statement)


def drop(db: Database) -> None:
    """Removes the tables, to be made again by a replay."""
    for name in VIEWS:
        db.execute(f"DROP TABLE IF EXISTS {name}")


def stamp(db: Database, line: Line) -> str:
    """Orders lines: after all that their writer had, and else somehow, but always alike."""
    heard = db.execute("SELECT coalesce(sum(sequence), 0) FROM heard WHERE chain = ?", (line.chain,)).fetchone()
    return f"{line.sequence + heard[0]:012d} {line.chain}"


def _key(line: Line) -> str:
    """The identity of a line."""
    return f"{line.sequence:012d} {line.chain}"


def fold(db: Database, line: Line) -> None:
    """Brings the tables up to date with one line. Unknown kinds of a later version change nothing."""
    content = line.content
    match line.fact:
        case FactKind.CHAIN_MERGED if content["chain"] != line.chain:
            db.execute(
                "INSERT INTO heard VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "sequence = max(sequence, excluded.sequence)",
                (line.chain, content["chain"], int(content["sequence"])),
            )
        case FactKind.INSTALLATION_MADE:
            made = (content["root"], int(content["drill"]), content.get("supervisors", ""))
            sets = "supervisors = excluded.supervisors WHERE installation.supervisors = ''"  # one made from paper first
            db.execute(f"INSERT INTO installation VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET {sets}", made)
        case FactKind.DOWNTIME_STARTED | FactKind.DOWNTIME_ENDED:
            shift_view.fold_downtime(db, line, _key(line))
        case FactKind.DESK_ENROLLED | FactKind.DESK_RETIRED | FactKind.USER_SET:
            _fold_people(db, line)
        case FactKind.SHIFT_OPENED | FactKind.SHIFT_CLOSED:
            shift_view.fold_shift(db, line, _key(line))
        case FactKind.SLIP_ISSUED | FactKind.SLIP_REVISED | FactKind.SLIP_VOIDED | FactKind.SLIP_READ:
            _fold_slip(db, line)
            identity_view.fold_rest(db, line)
            if content.get("prints"):
                print_view.fold_asked(db, line, stamp(db, line))
        case FactKind.SLIP_REPRINTED:
            db.execute(
                "INSERT OR IGNORE INTO reprint VALUES (?, ?, ?, ?, ?)",
                (_key(line), content["number"], content["count"], line.at.isoformat(), line.by),
            )
            if "digest" in content:
                print_view.fold_asked(db, line, stamp(db, line))
        case (
            FactKind.SLIP_PRINTED
            | FactKind.PRINT_SENT
            | FactKind.PRINT_FAILED
            | FactKind.PRINT_LOST
            | FactKind.PRINT_DONE
        ):
            print_view.fold_told(db, line, stamp(db, line))
        case FactKind.SHEET_PRINTED:
            print_view.fold_sheet(db, line, _key(line))
        case FactKind.STATEMENT_READ:
            for number in doubt_view.fold_sheet(db, line):
                _count(db, number)
                _refresh(db, number.text)
            for text in doubt_view.covered(db, line):
                _refresh(db, text)
        case FactKind.SLIP_JUDGED:
            doubt_view.fold_judged(db, line, stamp(db, line))
            _refresh(db, content["number"])
        case FactKind.DESK_REVOKED:
            trust_view.fold(db, line, _key(line))
            strange = doubt_view.fold_revoked(db, line, _key(line))
            for text in strange:
                _refresh(db, text)
            for series in {SlipNumber.parse(text).series for text in strange}:
                _count_again(db, series)
        case FactKind.PADS_PRINTED:
            _fold_pads(db, line)
        case FactKind.NUMBER_UNUSED | FactKind.NUMBER_SPOILED | FactKind.NUMBER_MISSING:
            row = (content["number"], _SPENT[line.fact], content["reason"], line.by, stamp(db, line))
            _latest(db, "spent", "number", ("number", "outcome", "reason", "login", "stamp"), row)
        case FactKind.NUMBER_REOPENED:
            row = (content["number"], "", "", line.by, stamp(db, line))
            _latest(db, "spent", "number", ("number", "outcome", "reason", "login", "stamp"), row)
        case FactKind.TARGET_PINNED:
            columns = ("name", "url", "software", "fingerprint", "certificate", "organisation", "pages", "stamp")
            says = (content.get(name, "") for name in columns[1:-2])
            pages = int(content.get("pages", False))
            _latest(db, "target", "name", columns, (content["target"], *says, pages, stamp(db, line)))
        case fact if fact in page_view.FACTS:
            page_view.fold(db, line, stamp(db, line))
        case FactKind.IDENTITY_RELEASED:
            identity_view.fold_released(db, line, stamp(db, line))
            trust_view.fold(db, line, _key(line))
        case fact if fact in trust_view.FACTS:
            trust_view.fold(db, line, _key(line))
        case _:
            pass
    asked = [room for room in _ROOMS if line.fact in room.FACTS]
    stands = stamp(db, line) if asked else ""  # once for all of them: a registration is folded by most
    for room in asked:
        room.fold(db, line, stands)


def _latest(db: Database, table: str, key: str, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
    """Writes a row unless a line with a greater stamp wrote it already."""
    places = ", ".join("?" for _ in columns)
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    db.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) "
        f"ON CONFLICT ({key}) DO UPDATE SET {sets} WHERE excluded.stamp > {table}.stamp",
        row,
    )


def _fold_people(db: Database, line: Line) -> None:
    content = line.content
    if line.fact is FactKind.DESK_ENROLLED:
        trust_view.fold_enrolled(db, line, _key(line))
    elif line.fact is FactKind.DESK_RETIRED:
        db.execute(
            "INSERT INTO desk (series, retired) VALUES (?, 1) ON CONFLICT DO UPDATE SET retired = 1",
            (content["series"],),
        )
    else:
        columns = ("login", "name", "role", "pin_hash", "active", "temporary", "stamp")
        user = (content["login"], content["name"], content["role"], content["pin_hash"], int(content["active"]))
        _latest(db, "user", "login", columns, (*user, int(content.get("temporary", False)), stamp(db, line)))


def _fold_slip(db: Database, line: Line) -> None:
    record = line.content["slip"]
    slip, text = Slip.from_record(record), _JSON.encode(record)
    journalled = line.fact is not FactKind.SLIP_READ
    number, receipt = slip.number.text, line.content.get("receipt", "")
    row = (
        line.content["digest"],
        number,
        slip.revision,
        slip.replaces.hex(),
        slip.kind.value,
        text,
        line.payload,
        int(journalled),
        line.shift if journalled else "",
        line.by if journalled else "",
        receipt,
        " ".join(line.content.get("cut", ())),
        line.chain if journalled else "",
        line.sequence if journalled else 0,
    )
    # What a desk typed is never cut, so its own line wins over the same fact read from paper; and of two desks that
    # wrote the same (one card in two journals) the same one everywhere.
    db.execute(
        f"INSERT INTO version VALUES ({', '.join('?' * 14)}) "
        "ON CONFLICT (digest) DO UPDATE SET record = excluded.record, journalled = excluded.journalled, "
        "shift = excluded.shift, "
        "login = excluded.login, receipt = excluded.receipt, cut = excluded.cut, chain = excluded.chain, "
        "sequence = excluded.sequence WHERE (version.journalled, excluded.sequence, excluded.chain) < "
        "(excluded.journalled, version.sequence, version.chain)",
        row,
    )
    if not journalled:
        doubt_view.fold_reading(db, line)
    if journalled or doubt_view.is_believed(db, line.content["digest"], slip.signer):
        _count(db, slip.number)  # else a thief's number would make a thousand gaps
    if slip.visit.token:
        day = _day(record)
        db.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = max(count, excluded.count)",
            (slip.visit.token_series, slip.visit.clinic, day, slip.visit.token),
        )
    if form := line.content.get("form", ""):
        db.execute(
            "INSERT INTO form VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number, "
            "digest = excluded.digest WHERE excluded.digest < form.digest",
            (form, number, line.content["digest"]),
        )
    _refresh(db, number, (record, text, slip))


def _count(db: Database, number: SlipNumber) -> None:
    db.execute(
        "INSERT INTO counter VALUES (?, ?) "
        "ON CONFLICT DO UPDATE SET next_serial = max(next_serial, excluded.next_serial)",
        (number.series, number.serial + 1),
    )


def _count_again(db: Database, series: int) -> None:
    """The same from all that is known, when some of it counts no more."""
    first, last = SlipNumber(series, 1).text, SlipNumber(series, SERIAL_LIMIT).text
    known = db.execute(
        "SELECT max(serial) FROM (SELECT serial FROM pad WHERE series = ?1 UNION ALL SELECT record ->> '$.last' "
        "FROM statement WHERE type = 'shift' AND record ->> '$.series' = ?1)",
        (series,),
    ).fetchone()[0]
    voids = db.execute("SELECT max(number) FROM void_told WHERE number BETWEEN ? AND ?", (first, last)).fetchone()[0]
    versions = db.execute(
        "SELECT slip.serial, version.journalled, version.digest, version.record ->> '$.signer' FROM slip "
        "JOIN version USING (number) WHERE slip.series = ? ORDER BY slip.serial DESC",
        (series,),
    ).fetchall()
    counted = (row[0] for row in versions if row[1] or doubt_view.is_believed(db, row[2], row[3]))
    highest = max(known or 0, SlipNumber.parse(voids).serial if voids else 0, next(counted, 0))
    db.execute("DELETE FROM counter WHERE series = ?", (series,))
    if highest:
        _count(db, SlipNumber(series, highest))


def _day(record: dict[str, Any]) -> str:
    """The day of the visit, "" where the clock was not trusted."""
    return str(record.get("day") or (record["issued"] or "")[:10])


def _refresh(db: Database, number: str, known: tuple[dict[str, Any], str, Slip] | None = None) -> None:
    """Works out the one row of a number from all its versions: head, conflict, void, and what is shown.

    `known` is a record that was parsed already, its text, and its slip.
    """
    weighed = doubt_view.weigh(db, number)
    if not weighed.versions:  # a shift's sheet names a number of which nothing else is known yet
        return
    head = weighed.versions[-1]
    told = [each for each in weighed.versions if each.kind not in (Kind.VOID, Kind.PAD)] or [head]
    content = told[-1]
    record = known[0] if known and known[1] == content.record else json.loads(content.record)
    slip = known[2] if known and record is known[0] else Slip.from_record(record)
    void_slip = any(each.kind == Kind.VOID for each in weighed.versions)
    void_told = not void_slip and statement_view.is_void(db, number)
    row = (
        number,
        slip.number.series,
        slip.number.serial,
        head.digest,
        content.digest,
        head.revision + void_told,  # the void is a revision, also where only the shift's sheet tells of it
        content.kind,
        int(void_slip or void_told),
        int(weighed.conflict),
        slip.visit.clinic,
        _day(record),
        slip.person,
        slip.patient.name.casefold(),
        slip.patient.name_hindi,
        slip.patient.mobile,
        int(slip.drill),
        int(any(each.journalled for each in weighed.versions)),
        int(weighed.strange),
    )
    db.execute(f"INSERT OR REPLACE INTO slip VALUES ({', '.join('?' * 18)})", row)
    void = void_slip or void_told
    queue_view.refresh(db, slip, content.digest, counts=not (void or weighed.strange))


def _fold_pads(db: Database, line: Line) -> None:
    content = line.content
    for offset, payload in enumerate(content["payloads"]):
        number = SlipNumber(content["series"], content["first"] + offset)
        issued_to = content.get("issued_to", "")
        row = (number.text, number.series, number.serial, bytes.fromhex(payload), line.local[:10], issued_to)
        db.execute(
            "INSERT INTO pad VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET payload = excluded.payload, "
            "day = excluded.day, issued_to = excluded.issued_to WHERE "
            "(excluded.day, excluded.issued_to, excluded.payload) < (pad.day, pad.issued_to, pad.payload)",
            row,
        )
        _count(db, number)
