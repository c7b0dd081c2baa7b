"""The queue board for a television on the local network: tokens and rooms, never a name; it renews itself."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fallback.errors import PageUnknown
from fallback.hospital import Clinic
from fallback.ledger import queries
from fallback.ledger.queries import queue
from fallback.ledger.queries.queue import QueueCount, QueueRow
from fallback.roster import DayWord, sitting
from fallback.slip import INDIA
from fallback.web.access import public
from fallback.web.forms import whole_number
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.place import db, here, today

LAST_CALLED = 6  # of all rooms, large
LINES = 11  # clinics on one screen; more take turns
SECONDS = 8  # between two looks
_MOST_CALLED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """A clinic on the board: who is called there, the last first, how many wait, and where it sits."""

    clinic: Clinic
    room: str
    called: Sequence[QueueRow]
    count: QueueCount


def board_key() -> str:
    """What the board's address holds, so that nobody finds it who was not given it; another one each downtime.

    "" while there is no downtime, and so no board.
    """
    downtime = queries.current_downtime(db())
    if downtime is None:
        return ""
    secret = here().installation.vault.key("web session")
    return hmac.new(secret, f"queue board {downtime.key}".encode(), hashlib.sha256).hexdigest()[:20]


@blueprint.get("/board/<key>")
@public
def board(key: str) -> ResponseReturnValue:
    """The board: a television is nobody's login, so its address is its key. Only some clinics: `?c=1&c=21`.

    Raises PageUnknown for another key than this downtime's.
    """
    own = board_key()
    if not own or not hmac.compare_digest(own.encode(), key.encode()):
        raise PageUnknown()
    day, now = today(), here().clock().astimezone(INDIA)
    only = {whole_number(each) for each in request.args.getlist("c")[:255]}
    called = [row for row in queue.called(db(), day, _MOST_CALLED) if not only or row.clinic in only]
    lines = _lines(called, only)
    pages = max(1, -(-len(lines) // LINES))
    shown = _turn(now, pages)
    rooms = {line.clinic.number: line for line in lines}
    return render_template(
        "frontdesk/board.html",
        last=[(rooms[row.clinic], row) for row in called if row.clinic in rooms][:LAST_CALLED],
        lines=lines[shown * LINES : (shown + 1) * LINES],
        pages=pages,
        shown=shown,
        now=now,
        seconds=SECONDS,
        desks=[each.name for each in queries.desks(db()) if not each.retired],
    )


def _lines(called: Sequence[QueueRow], only: set[int | None]) -> list[BoardLine]:
    """The clinics that sit today, or have somebody waiting or called."""
    day, counts, words = today(), queue.counts(db(), today()), queue.rosters(db(), today())
    found = []
    for clinic in here().hospital.clinics:
        plan, count = sitting(clinic, day, words.get(clinic.number, DayWord())), counts.get(clinic.number, QueueCount())
        if (only and clinic.number not in only) or not (count.waiting or count.called):
            continue
        inside = [row for row in called if row.clinic == clinic.number]
        found.append(BoardLine(clinic=clinic, room=plan.room, called=inside, count=count))
    return found


def _turn(now: datetime, pages: int) -> int:
    """Which screen is shown now, where the clinics do not fit on one."""
    return int(now.timestamp() // SECONDS) % pages
