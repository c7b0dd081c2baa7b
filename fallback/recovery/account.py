"""The account of a downtime: built from the ledger, as JSON with a signature and the journal's heads, and as PDF."""

import hashlib
import json
from collections import Counter
from datetime import date, datetime
from typing import Any

from fallback.downtime import Desk
from fallback.hospital import Hospital
from fallback.keys import Sign
from fallback.language import format_date, format_moment
from fallback.ledger import Ledger, queries
from fallback.ledger.queries import Database, NumberRow
from fallback.printing.report import Column, Report, Table, render_report
from fallback.reconcile import Account, Bucket, NumberState, reconcile
from fallback.slip import INDIA, SlipNumber

FORMAT = "parchi-account-1"
# The account is read by people of two languages, as slips are.
_HINDI = {
    "account of the downtime": "कंप्यूटर बंद रहने का लेखा",
    "CLOSED": "बंद",
    "OPEN": "खुला",
    "Every number that was handed out is accounted for.": "दी गई हर संख्या का हिसाब मिल गया है।",
    "Registrations": "पंजीकरण",
    "Hospital copies": "अस्पताल की प्रतियाँ",
    "Missing numbers": "गुम संख्याएँ",
    "Scanned pages": "स्कैन किए पन्ने",
    "Proof": "प्रमाण",
    "Desk · day": "काउंटर · दिन",
    "Desk": "काउंटर",
    "Clinic": "विभाग",
    "All": "कुल",
    "issued": "जारी",
    "imported": "आयात",
    "voided": "रद्द",
    "spoiled": "ख़राब",
    "unused": "बची",
    "held": "रोकी",
    "failed": "विफल",
    "waiting": "बाक़ी",
    "missing": "गुम",
    "printed": "छपी",
    "back": "लौटी",
    "not back": "नहीं लौटी",
    "Number": "संख्या",
    "Last known before it": "इससे पहले की अंतिम जानकारी",
    "Reason": "कारण",
    "nobody has said": "किसी ने नहीं बताया",
    "Outcome": "परिणाम",
    "Pages": "पन्ने",
    "still need a person": "किसी को देखना है",
    "What": "क्या",
    "Value": "मान",
}


_ALL_THERE = "Every number that was handed out is accounted for."


def _both(english: str) -> str:
    return f"{english} · {_HINDI[english]}"


def account_of(db: Database, target: str) -> Account:
    """Both accounts of every number that was ever handed out, as it stands with a target ("" for none yet)."""
    return reconcile(_state(row) for row in queries.numbers(db, target))


def account_record(
    ledger: Ledger, account: Account, hospital: Hospital, *, target: str, now: datetime, signer: str, sign: Sign
) -> dict[str, Any]:
    """The account as JSON values, signed. `signer` says whose key `sign` is; what is signed is `message` of the rest.

    It names the heads of all chains, so that the journal it was made from can be told from any other.
    """
    db = ledger.db()
    record: dict[str, Any] = {
        "format": FORMAT,
        "hospital": hospital.name,
        "target": target,
        "at": now.astimezone(INDIA).isoformat(timespec="seconds"),
        "heads": [
            {"chain": head.chain, "sequence": head.sequence, "hash": head.hash.hex()}
            for head in ledger.heads().values()
        ],
    }
    record |= account.record()
    for gap in record["missing"]:
        gap |= _last_known(db, gap["before"])
    record["pages"] = dict(sorted(Counter(page.outcome for page in queries.pages(db)).items()))
    record["open_pages"] = len(queries.pages(db, open_only=True))
    record["signer"] = signer
    return record | {"signature": sign(message(record)).hex()}


def message(record: dict[str, Any]) -> bytes:
    """The bytes that are signed: canonical JSON of everything but the signature."""
    body = {name: value for name, value in record.items() if name != "signature"}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def account_pdf(record: dict[str, Any], hospital: Hospital, desks: list[Desk]) -> bytes:
    """The signed record on paper. Raises CodeTooLong or CodeNotDigits never in practice: it prints no code."""
    names = {desk.series: desk.name for desk in desks}
    total = record["total"]
    closed = "CLOSED" if record["closed"] else "OPEN"
    open_now = ", ".join(f"{total[each]} {each}" for each in ("held", "failed", "waiting") if total[each])
    unexplained = sum(1 for gap in record["missing"] if not gap["reason"])
    if unexplained:
        open_now = ", ".join(part for part in (open_now, f"{unexplained} missing without a reason") if part)
    tables = [_registrations(record, hospital), _paper(record, names)]
    if record["missing"]:
        tables.append(_missing(record, names))
    tables += [_pages(record), _proof(record)]
    return render_report(
        Report(
            title=f"{hospital.name}: {_both('account of the downtime')}",
            subtitle=(
                hospital.name_hindi,
                f"{_both(closed)} · {_moment(record['at'])} · imported into {record['target'] or 'nothing yet'}",
                f"Still open: {open_now}" if open_now else _both(_ALL_THERE),
                "issued = imported + voided + spoiled + unused + held + failed + waiting + missing",
            ),
            tables=tables,
            footer=f"Signed by {record['signer']} · SHA-256 {hashlib.sha256(message(record)).hexdigest()[:32]}",
        )
    )


def _state(row: NumberRow) -> NumberState:
    return NumberState(
        number=row.number,
        clinic=row.clinic,
        day=row.day,
        has_content=row.has_content,
        voided=row.voided,
        conflict=row.conflict,
        stage=row.stage,
        sent=row.sent,
        spent=row.spent,
        reason=row.spent_reason,
        printed=row.has_content or row.pad,
        back=row.paper_back,
        issued_to=row.issued_to,
    )


def _last_known(db: Database, before: str | None) -> dict[str, str]:
    """Who registered the nearest number before a gap, when, and in which shift: they may remember."""
    row = queries.slip(db, SlipNumber.parse(before)) if before else None
    if row is None:
        return {"last_day": "", "last_login": "", "last_shift": ""}
    day = row.slip.issued.astimezone(INDIA).isoformat(timespec="minutes") if row.slip.issued else ""
    return {"last_day": day, "last_login": row.login, "last_shift": row.shift}


def _registrations(record: dict[str, Any], hospital: Hospital) -> Table:
    """Twelve figures a row leave no room for names: desks stand by their series here, by name in the next table."""
    columns = [Column(_both("Desk · day"), 25), Column(_both("Clinic"), 14), Column(_both("issued"), 16, align="right")]
    columns += [Column(_both(each.value), 16, align="right") for each in Bucket]
    rows = []
    for part in record["parts"]:
        clinic = hospital.clinic(part["clinic"])
        day = format_date(date.fromisoformat(part["day"])) if part["day"] else "?"
        where = [f"{part['series']:03d} · {day}", clinic.shown_code if clinic else "?"]
        rows.append([*where, str(part["issued"]), *(str(part[each.value]) for each in Bucket)])
    total = record["total"]
    rows.append([_both("All"), "", str(total["issued"]), *(str(total[each.value]) for each in Bucket)])
    return Table(title=_both("Registrations"), columns=columns, rows=rows, strong=frozenset({len(rows) - 1}))


def _paper(record: dict[str, Any], names: dict[int, str]) -> Table:
    by_desk: dict[int, list[int]] = {}
    for part in record["parts"]:
        sums = by_desk.setdefault(part["series"], [0, 0, 0])
        for place, name in enumerate(("printed", "back", "not_back")):
            sums[place] += part[name]
    rows = [[_desk(series, names), *(str(count) for count in sums)] for series, sums in by_desk.items()]
    rows.append([_both("All"), *(str(record["total"][name]) for name in ("printed", "back", "not_back"))])
    columns = [Column(_both("Desk"), 2.0)]
    columns += [Column(_both(name), align="right") for name in ("printed", "back", "not back")]
    return Table(title=_both("Hospital copies"), columns=columns, rows=rows, strong=frozenset({len(rows) - 1}))


def _missing(record: dict[str, Any], names: dict[int, str]) -> Table:
    rows = []
    for gap in record["missing"]:
        number = SlipNumber.parse(gap["number"])
        before = " ".join(part for part in (_moment(gap["last_day"]), gap["last_login"], gap["last_shift"]) if part)
        place = " → ".join(part for part in (_desk(number.series, names), gap["issued_to"]) if part)
        rows.append([number.grouped, place, before or "?", gap["reason"] or _both("nobody has said")])
    titles = (("Number", 1.3), ("Desk", 1.6), ("Last known before it", 2.0), ("Reason", 2.2))
    columns = [Column(_both(name), share) for name, share in titles]
    return Table(title=_both("Missing numbers"), columns=columns, rows=rows)


def _pages(record: dict[str, Any]) -> Table:
    rows = [[name.replace("_", " "), str(count)] for name, count in record["pages"].items()]
    rows.append([_both("still need a person"), str(record["open_pages"])])
    columns = [Column(_both("Outcome"), 3.0), Column(_both("Pages"), align="right")]
    return Table(title=_both("Scanned pages"), columns=columns, rows=rows)


def _proof(record: dict[str, Any]) -> Table:
    rows = [[f"journal {head['chain']}", f"line {head['sequence']}: {head['hash']}"] for head in record["heads"]]
    rows.append([f"signature of {record['signer']}", record["signature"]])
    return Table(title=_both("Proof"), columns=[Column(_both("What"), 1.0), Column(_both("Value"), 3.6)], rows=rows)


def _desk(series: int, names: dict[int, str]) -> str:
    return f"{series:03d} {names.get(series, '')}".strip()


def _moment(iso: str) -> str:
    return format_moment(datetime.fromisoformat(iso)) if iso else ""
