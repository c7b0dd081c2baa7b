"""Evidence: what a court or an investigator asks for, in one folder: a sealed export, and what proves and explains it.

The certificate of section 63(4)(c) of the Bharatiya Sakshya Adhiniyam 2023 has the export's SHA-256 in both parts. Both
are for persons to sign: who was in charge of the machine, and an expert who has checked the hash. Nobody's name and no
slip stands in the papers but those of the staff; the export opens with the hospital's passphrase alone.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fallback import logbook
from fallback.custody.carriers import export, verify
from fallback.custody.dossier_paper import dossier_pdf
from fallback.custody.logs import close_logs, closed_logs, hash_list
from fallback.custody.printed import sheet_heads
from fallback.disk import disk_error, write_file
from fallback.errors import EvidencePlaceWrong, LogUnreadable
from fallback.hospital import Hospital
from fallback.keys import PublicKeys
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import papers
from fallback.ledger.queries.cards import revoked, uses
from fallback.ledger.queries.events import events
from fallback.ledger.queries.record import shifts_in_order
from fallback.logbook import FOLDER_NAME, LogDay
from fallback.particulars import particulars
from fallback.printing import Certificate63, render_paper
from fallback.slip import INDIA

FORMAT = "parchi-evidence-1"
EXPORT, RECORD, REPORT = "journal.parchi", "evidence.json", "evidence.pdf"
CERTIFICATE, KEYS, LOG_HASHES, HASHES = "certificate.pdf", "keys.json", "access-log-hashes.csv", "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReport:
    """What was made: the folder, the export's SHA-256 (hex) and lines, and whether the journal is as it was written."""

    folder: Path
    sha256: str
    lines: int
    ok: bool


def make_evidence(
    ledger: Ledger,
    folder: Path,
    hospital: Hospital,
    keys: PublicKeys,
    out: Path,
    *,
    purpose: str,
    now: datetime,
    by: str = "",
    drill: bool = False,
) -> EvidenceReport:
    """Makes the evidence of a data folder in a new folder `out`; `purpose` says for whom and what. It is a fact.

    A journal that is not as it was written is exported all the same, and the papers say so: that, too, is evidence.
    Raises EvidencePlaceWrong when `out` holds anything, DiskFull, FolderReadOnly or DiskFailed, LayoutWrong.
    """
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(out.iterdir()):
            raise EvidencePlaceWrong(folder=out)
    except OSError as wrong:
        raise disk_error(wrong, out) from wrong
    days, presence = _log(ledger, folder / FOLDER_NAME, now)  # first: the export holds what closes the log's days
    checked = verify(ledger)
    made = export(ledger, out / EXPORT)
    digest = _sha256(out / EXPORT)
    heads = [{"chain": each.chain, "sequence": each.sequence, "hash": each.hash.hex()} for each in made.heads]
    content = {"file": EXPORT, "sha256": digest, "lines": made.lines, "heads": heads, "for": purpose}
    ledger.write(lambda tx: tx.append(FactKind.EVIDENCE_MADE, content, by=by))
    record: dict[str, Any] = {
        "format": FORMAT,
        "hospital": hospital.name,
        "for": purpose,
        "by": by,
        "made": now.astimezone(INDIA).isoformat(timespec="seconds"),
        "drill": drill,
        "export": {"file": EXPORT, "sha256": digest, "lines": made.lines, "heads": heads},
        "own_chain": ledger.chain,
        "verified": {
            "ok": checked.ok,
            "lines": checked.lines,
            "troubles": [asdict(each) | {"kind": each.kind.value, "why": str(each.why)} for each in checked.troubles],
        },
        "access_log": [
            {"day": each.day, "lines": each.lines, "sha256": each.sha256, "closed": each.closed} for each in days
        ],
        "presence": presence,
        "machine": asdict(particulars()),
    } | _record(ledger)
    write_file(out / KEYS, keys.to_json().encode())
    write_file(out / LOG_HASHES, hash_list(days, closed_logs(ledger)).encode())
    write_file(out / RECORD, json.dumps(record, ensure_ascii=False, indent=1).encode())
    write_file(out / CERTIFICATE, _certificate(hospital, digest, drill=drill))
    files = {path.name: _sha256(path) for path in sorted(out.iterdir())}
    write_file(out / REPORT, dossier_pdf(record, files, hospital))
    files[REPORT] = _sha256(out / REPORT)
    write_file(out / HASHES, "".join(f"{value}  {name}\n" for name, value in sorted(files.items())).encode())
    return EvidenceReport(folder=out, sha256=digest, lines=made.lines, ok=checked.ok)


def _record(ledger: Ledger) -> dict[str, Any]:
    """Who held the machines, and where the journal's end was printed at the time, from the journal."""
    db = ledger.db()
    names = {each.login: each.name for each in queries.users(db)}
    read = {each.shift: each for each in sheet_heads(db)}
    shifts = []
    for shift in shifts_in_order(db):
        end, sheet = papers.shift_end(db, shift.key), read.get(shift.key)
        shifts.append(
            {
                "shift": shift.key,
                "series": shift.series,
                "login": shift.login,
                "name": names.get(shift.login, ""),
                "opened": shift.opened.astimezone(INDIA).isoformat(),
                "closed": shift.closed.astimezone(INDIA).isoformat() if shift.closed else None,
                "head": {"chain": end.chain, "sequence": end.sequence, "hash": end.hash.hex()} if end else None,
                "paper_read": sheet is not None,
                "paper_proves": bool(sheet and sheet.proved),
            }
        )
    return {
        "desks": [asdict(each) | {"at": each.at.astimezone(INDIA).isoformat()} for each in uses(db)],
        "revoked": [asdict(each) | {"at": each.at.astimezone(INDIA).isoformat()} for each in revoked(db).values()],
        "shifts": shifts,
        "clock": [
            {"local": each.local, "chain": each.chain, "line": each.sequence, "by": each.login} | each.content
            for each in events(db, FactKind.CLOCK_TOLD)
        ],
    }


def _log(ledger: Ledger, folder: Path, now: datetime) -> tuple[list[LogDay], list[dict[str, Any]]]:
    """The days of the access log, and who was logged in from where; both empty where it cannot be read."""
    try:
        close_logs(ledger, folder, now)
        days = [logbook.look(folder, day) for day in logbook.days(folder)]
        return days, list(_presence(folder, days))
    except (LogUnreadable, OSError):
        return [], []


def _presence(folder: Path, days: list[LogDay]) -> Iterator[dict[str, Any]]:
    for day in days:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for row in logbook.rows(folder, day.day):
            if row["login"] and row["event"] != logbook.REFUSED_LOGIN:
                who = row["login"], row["address"]
                first = {"day": day.day, "login": row["login"], "role": row["role"], "address": row["address"]}
                told = found.setdefault(who, first | {"first": row["local"], "requests": 0})
                told["last"], told["requests"] = row["local"], told["requests"] + 1
        yield from found.values()


def _certificate(hospital: Hospital, digest: str, *, drill: bool) -> bytes:
    machine = particulars()
    return render_paper(
        Certificate63(
            hash=digest,
            make_model=machine.make_model,
            serial=machine.serial,
            device_id=f"MAC {machine.mac}" if machine.mac else "",
            more=f"{machine.name}, {machine.system}: sealed export of the registration journal, file {EXPORT}",
            drill=drill,
        ),
        hospital,
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as wrong:
        raise disk_error(wrong, path.parent) from wrong
