"""Downtimes and shifts, folded from the lines.

A card that was used in two journals has shifts of one key in both; whichever journal arrives first, the same one wins.
"""

import json
from typing import Any

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.money import Cash

_END = ("closed", "counted_cash", "counted_notes", "handed_to", "note", "end_chain", "end_sequence", "end_hash")


def fold_downtime(db: Database, line: Line, key: str) -> None:
    """A downtime begins, or ends; `key` is the line's identity."""
    if line.fact is FactKind.DOWNTIME_STARTED:
        row = (key, line.at.isoformat(), line.content["reason"], int(line.content["drill"]))
        db.execute(
            "INSERT INTO downtime (key, started, reason, drill) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "started = excluded.started, reason = excluded.reason, drill = excluded.drill",
            row,
        )
    else:
        db.execute(
            "INSERT INTO downtime (key, ended) VALUES (?, ?) ON CONFLICT DO UPDATE SET "
            "ended = min(coalesce(ended, excluded.ended), excluded.ended)",
            (line.content["downtime"], line.at.isoformat()),
        )


def fold_shift(db: Database, line: Line, key: str) -> None:
    """A shift is opened, or closed; `key` is the line's identity."""
    content = line.content
    if line.fact is FactKind.SHIFT_OPENED:
        db.execute(
            "INSERT INTO shift (key, series, login, opened, opening_float, opening_notes, begun) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET login = excluded.login, opened = excluded.opened, "
            "opening_float = excluded.opening_float, opening_notes = excluded.opening_notes, begun = excluded.begun "
            "WHERE shift.begun = '' OR excluded.begun < shift.begun",
            (
                content["shift"],
                line.series,
                line.by,
                line.at.isoformat(),
                content["opening_float"],
                _notes(content),
                key,
            ),
        )
    else:  # it may have been opened in a journal that has not come yet: then `begun` is ""
        counted = (content["counted_cash"], _notes(content))
        told = (content.get("handed_to", ""), content["note"])
        end = (line.at.isoformat(), *counted, *told, line.chain, line.sequence, line.hash)
        sets = ", ".join(f"{name} = excluded.{name}" for name in _END)
        db.execute(
            f"INSERT INTO shift (key, series, login, opened, opening_float, begun, {', '.join(_END)}) "
            f"VALUES (?, ?, '', '', 0, '', {', '.join('?' * len(_END))}) ON CONFLICT DO UPDATE SET {sets} "
            "WHERE closed IS NULL OR ? < printf('%012d ', end_sequence) || end_chain",
            (content["shift"], line.series, *end, key),
        )


def _notes(content: dict[str, Any]) -> str:
    """A drawer counted, as it is kept. What cannot be read is refused here: later no desk could open a shift."""
    notes = content.get("notes", {})
    Cash.from_record(notes)
    return json.dumps(notes, sort_keys=True)
