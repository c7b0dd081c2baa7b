"""The reports that the law asks for after an attack, filled in from the journal as far as it knows.

CERT-In: within six hours of noticing (directions of 28 April 2022, para. ii). Data Protection Board: without delay, and
in detail within 72 hours of becoming aware (DPDP Rules 2025, rule 7(2)). No patient is named on either.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from fallback import logbook
from fallback.custody.carriers import verify
from fallback.custody.logs import closed_logs, hash_list
from fallback.hospital import Hospital
from fallback.language import format_date, format_moment, grouped
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.cards import revoked, uses
from fallback.ledger.queries.events import clock_state, events
from fallback.ledger.queries.record import holdings
from fallback.logbook import FOLDER_NAME, LogDay
from fallback.printing import IncidentSheet, PersonalDataSheet, render_paper
from fallback.printing.papers.duties import both_times
from fallback.printing.papers.paper import in_fours, journal

INCIDENT_HOURS = 6
PERSONAL_DATA_HOURS = 72
_FEW = 6  # desks, addresses: what is more is counted
_SEALED = "Journal, copies, pictures: encrypted (AES-256), opened by the hospital's passphrase"


def incident_sheet(
    ledger: Ledger, folder: Path, hospital: Hospital, *, noticed: datetime, now: datetime, drill: bool = False
) -> bytes:
    """The sheet for CERT-In as PDF; `folder` is the data folder. Raises LayoutWrong."""
    due = noticed + timedelta(hours=INCIDENT_HOURS)
    known = known_of(ledger, folder, now)
    sheet = IncidentSheet(noticed=noticed, due=due, made=now, known=known, drill=drill)
    return render_paper(sheet, hospital)


def personal_data_sheet(
    ledger: Ledger, folder: Path, hospital: Hospital, *, noticed: datetime, now: datetime, drill: bool = False
) -> bytes:
    """The sheet for the Data Protection Board and the people concerned as PDF. Raises LayoutWrong."""
    due = noticed + timedelta(hours=PERSONAL_DATA_HOURS)
    known = known_of(ledger, folder, now)
    sheet = PersonalDataSheet(noticed=noticed, due=due, made=now, known=known, drill=drill)
    return render_paper(sheet, hospital)


def known_of(ledger: Ledger, folder: Path, now: datetime) -> Mapping[str, str]:
    """What the journal and the log say, by the name of the sheets' lines. What only a person knows is not in it."""
    db = ledger.db()
    head, gone = ledger.head(), revoked(db).values()
    downtimes = queries.downtimes(db)
    down = next((each for each in reversed(downtimes) if each.ended is None), downtimes[-1] if downtimes else None)
    found = {
        "sector": "Health",
        "sealed": _SEALED,
        "desks": _desks(ledger),
        "holdings": _holdings(ledger),
        "revoked": "; ".join(f"desk {each.series:03d}, {format_moment(each.at)}" for each in gone) or "none",
        "looked": _looked(ledger),
        "copies": _copies(ledger, now),
        "head": journal(head.chain, head.sequence, head.hash.hex()[:32]),
        "verified": _verified(ledger, now),
        "clock": _clock(ledger, now),
    } | _logs(ledger, folder / FOLDER_NAME)
    if down is not None:
        found["downtime"] = both_times(down.started)
        found["occurred"] = f"{both_times(down.started)}, or before"
        found["description"] = down.reason
    return found


def _desks(ledger: Ledger) -> str:
    found = uses(ledger.db())
    machines = {each.machine for each in found if each.machine}
    words = [f"desks: {len({each.series for each in found})}; computers: {len(machines) or 'not recorded'}"]
    words += [
        f"{each.series:03d} {each.name}: computer {in_fours(each.machine) or 'not recorded'}" for each in found[:_FEW]
    ]
    if len(found) > _FEW:
        words.append(f"and {len(found) - _FEW} more: see `desk list`")
    return "\n".join(words)


def _holdings(ledger: Ledger) -> str:
    held = holdings(ledger.db())
    return (
        f"{grouped(held.slips)} slips of {grouped(held.patients)} patients, {grouped(held.voided)} void; "
        f"{grouped(held.pictures)} pictures of pages; {grouped(held.pads)} blank slips"
    )


def _looked(ledger: Ledger) -> str:
    opened, looked = (len(events(ledger.db(), fact)) for fact in (FactKind.IDENTITY_OPENED, FactKind.PATIENT_LOOKED_UP))
    return f"{opened} identities opened, {looked} looks into the index"


def _copies(ledger: Ledger, now: datetime) -> str:
    words = []
    for copy in ledger.copies(now):
        state = "stopped at" if copy.behind else "up to"
        words.append(f"{copy.label or copy.stick or 'a folder'}: {state} line {grouped(copy.sequence)}")
    return "\n".join(words[:_FEW]) or "none"


def _verified(ledger: Ledger, now: datetime) -> str:
    report = verify(ledger)
    words = "every hash fits" if report.ok else f"{len(report.troubles)} places are NOT as they were written"
    return f"{format_moment(now)}: {grouped(report.lines)} lines, {words}"


def _clock(ledger: Ledger, now: datetime) -> str:
    state = clock_state(ledger.db(), ledger.chain, now)
    if state.told is None or state.offset is None:
        return "not known: nobody has compared it"
    return f"{state.offset:+d} (told by {state.source}, {format_moment(state.told)})"


def _logs(ledger: Ledger, folder: Path) -> dict[str, str]:
    """The log's days and the hash of its hash list; who was refused, from where. Nothing where it cannot be read."""
    try:
        days: list[LogDay] = [logbook.look(folder, day) for day in logbook.days(folder)]
        refused = Counter[str]()
        sources = Counter[str]()
        for day in days:
            for row in logbook.rows(folder, day.day):
                if row["event"] in (logbook.REFUSED_LOGIN, logbook.REFUSED_HOST):
                    refused[row["event"]] += 1
                    sources[row["address"]] += 1
    except OSError:
        return {}
    if not days:
        return {"logs": "none", "refused": "none"}
    digest = hashlib.sha256(hash_list(days, closed_logs(ledger)).encode()).hexdigest()
    first, last = (format_date(datetime.fromisoformat(each.day[:10])) for each in (days[0], days[-1]))
    told = f"logins: {refused[logbook.REFUSED_LOGIN]}; host names: {refused[logbook.REFUSED_HOST]}"
    if sources:
        told += "; from " + ", ".join(address for address, _ in sources.most_common(_FEW))
    return {"logs": f"{first} to {last}, files: {len(days)} · {in_fours(digest[:32])}", "refused": told}
