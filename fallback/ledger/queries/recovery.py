"""What recovery asks: every number, and where each slip stands with a hospital system."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from fallback.ledger.queries.pages import NUMBERS_BACK
from fallback.slip import Slip, SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """What is known of one number, for the accounts. `day` is an ISO date, "" when unknown; `clinic` 0 when unknown.

    `stage` is where the newest revision stands with the target (`ready` before any delivery fact), "" without content.
    `sent` is True when any revision of it may have reached the target.
    `spent` is unused, spoiled, missing or "". `issued_to` is the ward or counter that got it as a blank, "" if unknown.
    So many of its desk, day and clinic stand alike as `times` says, and this is the first. `before` is, of a number
    without content, the nearest lower one of its desk with content.
    """

    number: SlipNumber
    clinic: int
    day: str
    has_content: bool
    pad: bool
    voided: bool
    conflict: bool
    strange: bool
    stage: str
    sent: bool
    journalled: bool
    paper_back: bool
    spent: str = ""
    spent_reason: str = ""
    issued_to: str = ""
    times: int = 1
    before: SlipNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where a slip stands with a target. `patient`, `encounter`, `uhid` are the target's own, "" until it said so.

    `confirmed` is the highest revision that was confirmed, -1 when none was; `attempts` counts the sendings. `told` is
    what the target was told last of what became of the visit (see `episode.Learnt.text`). `hold` names the kind of
    reason for which it is held, `login` and `at` (ISO, UTC) who wrote the stage and when. `linked`: the visit was in
    the target already, typed by hand, and a person said that it is this slip's. While it is `sending`, `run` is the run
    that sends it. `air` is what was sent last: the revision, as whom (see `Slip.person`, "": an older line does not
    say), and what was told of the visit; None where nothing was. `silent`: its way takes nothing but the slip itself.
    """

    number: SlipNumber
    target: str
    revision: int
    stage: str
    reason: str
    patient: str
    encounter: str
    uhid: str
    attempts: int
    confirmed: int
    told: str = ""
    hold: str = ""
    login: str = ""
    at: str = ""
    linked: bool = False
    run: str = ""
    air: tuple[int, str, str] | None = None
    silent: bool = False

    @property
    def deaf(self) -> bool:
        """Whether the visit there cannot be told what became of it: its own id is not known, or its way takes none."""
        return not self.encounter or self.silent


# The numbers with content, as `numbers` tells them: those that stand alike together, or each by itself.
_CONTENT = f"""SELECT min(number), day, clinic, voided, conflict, strange, journalled, stage, sent, back, count(*)
    FROM (SELECT slip.number AS number, series, day, clinic, slip.conflict AS conflict, strange, journalled,
        slip.voided OR slip.number IN (SELECT number FROM void_told) AS voided,
        CASE WHEN delivery.attempts = 0 AND delivery.confirmed = slip.revision THEN 'confirmed'
            WHEN delivery.revision IS slip.revision OR delivery.stage IN ('held', 'failed', 'on_return')
            THEN delivery.stage ELSE 'ready' END AS stage,
        coalesce(delivery.attempts, 0) > 0 AS sent, slip.number IN ({NUMBERS_BACK}) AS back
        FROM slip LEFT JOIN delivery ON delivery.number = slip.number AND delivery.target = ? WHERE kind <> 'pad')
    GROUP BY {{}}"""
# The + keeps SQLite from going through an index of the day, and so through the whole file in no order.
_ALIKE = "series, +day, clinic, voided, conflict, strange, journalled, stage, sent, back"


def numbers(db: Database, target: str, *, alike: bool = False) -> list[NumberRow]:
    """Every number that was ever handed out, by series and serial: with content, as a pad, or a gap between. `alike`
    takes those with content together that stand alike, for an account of 150,000 in half a second.

    A series is counted from 1 to the highest serial that any fact of any carrier names; beyond it only what a person
    read on paper is a number: one that was read wrong must not become a thousand gaps.
    """
    pads = {row[0] for row in db.execute("SELECT number FROM pad")}
    rows = db.execute(_CONTENT.format(_ALIKE if alike else "number"), (target,)).fetchall()
    found = [
        NumberRow(
            number=SlipNumber.parse(row[0]),
            day=row[1],
            clinic=row[2],
            has_content=True,
            pad=row[0] in pads,
            voided=bool(row[3]),
            conflict=bool(row[4]),
            strange=bool(row[5]),
            journalled=bool(row[6]),
            stage=row[7],
            sent=bool(row[8]),
            paper_back=bool(row[9]),
            times=row[10],
        )
        for row in rows
    ]
    return sorted([*found, *_empty(db)], key=lambda row: row.number)


def _empty(db: Database) -> Iterator[NumberRow]:
    """The numbers without content: blanks, and gaps."""
    blank = set(_texts(db.execute("SELECT number FROM slip WHERE kind = 'pad'")))
    hollow = {(each.series, each.serial) for each in map(SlipNumber.parse, blank)}
    content: dict[int, list[int]] = {}
    for place in db.execute("SELECT series, serial FROM slip ORDER BY series, serial"):
        if place not in hollow:
            content.setdefault(place[0], []).append(place[1])
    ends = dict(db.execute("SELECT series, next_serial FROM counter").fetchall())
    full = {series: frozenset(serials) for series, serials in content.items()}
    empty = {
        SlipNumber(series, serial)
        for series, end in ends.items()
        for serial in range(1, end)
        if serial not in full.get(series, ())
    }
    told = _texts(db.execute("SELECT DISTINCT number FROM decision WHERE number <> '' AND decision <> ''"))
    beyond = map(SlipNumber.parse, blank.union(told))
    empty |= {each for each in beyond if each.serial not in full.get(each.series, ())}
    pads = {row[0]: row[1:] for row in db.execute("SELECT number, day, issued_to FROM pad")}
    spent = {row[0]: row[1:] for row in db.execute("SELECT number, outcome, reason FROM spent")}
    known = {row[0]: row[1:] for row in db.execute(
        "SELECT number, clinic, day, voided, conflict, strange, journalled FROM slip WHERE kind = 'pad'"
    )}  # fmt: skip
    void_told = set(_texts(db.execute("SELECT number FROM void_told")))
    is_back = f"SELECT 1 FROM ({NUMBERS_BACK}) WHERE number = ?"
    for number in empty:
        text, before = number.text, content.get(number.series, [])
        day, issued_to = pads.get(text, ("", ""))
        clinic, day, voided, conflict, strange, journalled = known.get(text, (0, day, 0, 0, 0, 0))
        outcome, reason = spent.get(text, ("", ""))
        place = bisect_left(before, number.serial)
        yield NumberRow(
            number=number,
            clinic=clinic,
            day=day,
            has_content=False,
            pad=text in pads,
            voided=bool(voided) or text in void_told,
            conflict=bool(conflict),
            strange=bool(strange),
            stage="",
            sent=False,
            spent=outcome,
            spent_reason=reason,
            journalled=bool(journalled),
            paper_back=db.execute(is_back, (text,)).fetchone() is not None,
            issued_to=issued_to,
            before=SlipNumber(number.series, before[place - 1]) if place else None,
        )


def _texts(rows: Iterable[tuple[str]]) -> Iterator[str]:
    return (text for (text,) in rows)


def was_handed_out(db: Database, number: SlipNumber) -> bool:
    """Whether a number is one of `numbers`."""
    asked = (
        "SELECT EXISTS (SELECT 1 FROM counter WHERE series = ?1 AND next_serial > ?2) OR EXISTS (SELECT 1 FROM slip "
        "WHERE number = ?3) OR EXISTS (SELECT 1 FROM decision WHERE number = ?3 AND number <> '' AND decision <> '')"
    )
    return bool(db.execute(asked, (number.series, number.serial, number.text)).fetchone()[0])


def has_statement(db: Database, digest: str) -> bool:
    """Whether a paper that is no slip was read before, by its digest in hex."""
    return db.execute("SELECT 1 FROM statement WHERE digest = ?", (digest,)).fetchone() is not None


UNTOLD = "-"  # what a target was told of a visit whose way takes nothing but the slip itself
_DELIVERY = (
    "SELECT number, target, revision, stage, reason, patient, encounter, uhid, attempts, confirmed, told, "
    "hold, login, at, linked, run, air FROM delivery "
)


def _delivery(row: tuple[Any, ...]) -> Delivery:
    last = row[10].partition("\n")[2]
    _stamp, revision, person, said = row[16].split("\n", 3) if row[16] else ("", "", "", "")
    return Delivery(
        number=SlipNumber.parse(row[0]),
        target=row[1],
        revision=row[2],
        stage=row[3],
        reason=row[4],
        patient=row[5],
        encounter=row[6],
        uhid=row[7],
        attempts=row[8],
        confirmed=row[9],
        told="" if last == UNTOLD else last,
        hold=row[11],
        login=row[12],
        at=row[13],
        linked=bool(row[14]),
        run=row[15],
        air=(int(revision), person, said) if revision else None,
        silent=last == UNTOLD,
    )


def deliveries(db: Database, target: str) -> dict[str, Delivery]:
    """Where each slip stands with a target, by number."""
    return {row[0]: _delivery(row) for row in db.execute(_DELIVERY + "WHERE target = ?", (target,))}


def in_the_air(db: Database, target: str) -> list[Delivery]:
    """The slips that are being sent to a target, or were when a run ended."""
    return [_delivery(row) for row in db.execute(_DELIVERY + "WHERE target = ? AND stage = 'sending'", (target,))]


def delivery(db: Database, number: SlipNumber, target: str) -> Delivery | None:
    """Where one slip stands with a target."""
    row = db.execute(_DELIVERY + "WHERE number = ? AND target = ?", (number.text, target)).fetchone()
    return _delivery(row) if row else None


def told(db: Database, target: str) -> dict[str, str]:
    """What a target was told last of what became of each visit that it has, by number.

    Visits that cannot be told of it are left out: see `Delivery.deaf`.
    """
    asked = "SELECT number, told FROM delivery WHERE +target = ? AND confirmed >= 0 AND encounter <> ''"  # one pass
    found = ((number, text.partition("\n")[2]) for number, text in db.execute(asked, (target,)))
    return {number: text for number, text in found if text != UNTOLD}


def version(db: Database, number: SlipNumber, revision: int) -> Slip | None:
    """One revision of a slip, as it was; None when there is none, or two that contradict each other."""
    rows = db.execute(
        "SELECT record FROM version WHERE number = ? AND revision = ?", (number.text, revision)
    ).fetchall()
    return Slip.from_record(json.loads(rows[0][0])) if len(rows) == 1 else None


def targets(db: Database) -> dict[str, dict[str, str]]:
    """The pinned targets: name to url, software, fingerprint, certificate and organisation ("" where it had none)."""
    columns = ("url", "software", "fingerprint", "certificate", "organisation")
    rows = db.execute(f"SELECT name, {', '.join(columns)} FROM target")
    return {name: dict(zip(columns, told, strict=True)) for name, *told in rows}


def takes_pages(db: Database, target: str) -> bool:
    """Whether a target was sent pictures of pages when it was looked at last; of one that was never pinned False."""
    row = db.execute("SELECT pages FROM target WHERE name = ?", (target,)).fetchone()
    return bool(row and row[0])
