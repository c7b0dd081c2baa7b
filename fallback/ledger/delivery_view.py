"""What became of each slip at each target: approved, sent, confirmed, held or failed, or left for the live counter."""

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE delivery (number TEXT NOT NULL, target TEXT NOT NULL, revision INTEGER NOT NULL, stage TEXT NOT NULL,
    reason TEXT NOT NULL, patient TEXT NOT NULL, encounter TEXT NOT NULL, uhid TEXT NOT NULL, attempts INTEGER NOT NULL,
    confirmed INTEGER NOT NULL, known TEXT NOT NULL, stamp TEXT NOT NULL, told TEXT NOT NULL, hold TEXT NOT NULL,
    login TEXT NOT NULL, at TEXT NOT NULL, linked INTEGER NOT NULL, run TEXT NOT NULL, person TEXT NOT NULL,
    air TEXT NOT NULL, PRIMARY KEY (number, target)) STRICT;
CREATE INDEX delivery_stage ON delivery (target, stage, number);
CREATE INDEX delivery_went ON delivery (target, number) WHERE attempts > 0;
CREATE INDEX delivery_uhid ON delivery (target, uhid) WHERE uhid <> '';
CREATE INDEX delivery_sending ON delivery (target, person) WHERE stage = 'sending';
"""
TABLES = ("delivery",)

_STAGES = {
    FactKind.SLIP_APPROVED: "approved",
    FactKind.SLIP_SENDING: "sending",
    FactKind.SLIP_CONFIRMED: "confirmed",
    FactKind.SLIP_HELD: "held",
    FactKind.SLIP_FAILED: "failed",
    FactKind.SLIP_DEFERRED: "on_return",
}
FACTS = frozenset(_STAGES)


def fold(db: Database, line: Line, stamp: str) -> None:
    """The newest line says the stage; the newest that names the target's own ids says those, in whatever order."""
    content, stage = line.content, _STAGES[line.fact]
    named = content.get("encounter") or (line.fact is FactKind.SLIP_CONFIRMED and content.get("uhid"))
    told = stamp if named else ""
    newer = (("revision", "stage", "reason", "hold", "login", "at", "run", "person"), "excluded.stamp > stamp")
    known = (("patient", "encounter", "uhid", "linked"), "excluded.known > known")
    sets = [
        f"{name} = CASE WHEN {rule} THEN excluded.{name} ELSE {name} END"
        for names, rule in (newer, known)
        for name in names
    ]
    sets += [f"{name} = max({name}, excluded.{name})" for name in ("confirmed", "known", "stamp", "told", "air")]
    db.execute(
        f"INSERT INTO delivery VALUES ({', '.join('?' * 20)}) ON CONFLICT (number, target) DO UPDATE SET "
        "attempts = attempts + excluded.attempts, " + ", ".join(sets),
        (
            content["number"],
            content["target"],
            content["revision"],
            stage,
            content.get("reason", ""),
            content.get("patient", ""),
            content.get("encounter", ""),
            content.get("uhid", ""),
            int(line.fact is FactKind.SLIP_SENDING),
            content["revision"] if line.fact is FactKind.SLIP_CONFIRMED else -1,
            told,
            stamp,
            f"{stamp}\n{_told(content)}" if line.fact is FactKind.SLIP_CONFIRMED else "",  # the newest is the greatest
            content.get("hold", ""),
            line.by,
            line.at.isoformat(),
            int(content.get("linked", False)),
            content.get("run", ""),
            content.get("person", ""),
            _air(content, stamp) if stage == "sending" else "",
        ),
    )


def _air(content: Mapping[str, Any], stamp: str) -> str:
    """What left the house last, and as whom: of two lines the newest is the greatest."""
    return "\n".join((stamp, str(content["revision"]), content.get("person", ""), content.get("told", "")))


def _told(content: Mapping[str, Any]) -> str:
    """What the target was told of the visit besides the slip; a line that names a stay alone is older."""
    if content.get("stay"):
        return json.dumps({"stay": content["stay"]}, ensure_ascii=False)
    return str(content.get("told", ""))
