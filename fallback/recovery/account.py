"""The account of a downtime: built from the ledger, as JSON with a signature and the journal's heads, and as PDF."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from fallback.downtime import Desk
from fallback.hospital import Hospital
from fallback.keys import Sign
from fallback.language import format_date, format_moment
from fallback.ledger import Ledger, queries
from fallback.ledger.queries import Database, NumberRow, after
from fallback.printing.papers.labels import ACCOUNT
from fallback.printing.report import Column, Report, Table, render_report
from fallback.reconcile import Account, Bucket, NumberState, reconcile
from fallback.recovery.contradictions import contradictions
from fallback.recovery.doubts import voids_unknown
from fallback.recovery.sheets import comparisons, visits
from fallback.slip import INDIA, SlipNumber, letters

FORMAT = "parchi-account-1"
_ALL_THERE = "Every number that was handed out is accounted for."


def account_of(db: Database, target: str) -> Account:
    """Both accounts of every number that was ever handed out, as it stands with a target ("" for none yet)."""
    return reconcile(states_of(db, target, alike=True), repairs=after.open_repairs(db, target))


def states_of(db: Database, target: str, *, alike: bool = False) -> Iterator[NumberState]:
    """What is known of every number that was ever handed out, by number; `alike` as in `queries.numbers`."""
    unknown = voids_unknown(db)
    return (_state(row, unknown) for row in queries.numbers(db, target, alike=alike))


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
    record["pages"] = queries.page_outcomes(db)
    record["open_pages"] = queries.open_pages(db)
    record["visits"] = visits(db).record() | {"closed_unknown": len(after.closed_outcomes(db))}
    record["sheets"] = [each.record() for each in comparisons(db)]
    record["contradictions"] = contradictions(db).record()
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
    if record.get("repairs"):
        open_now = ", ".join(part for part in (open_now, f"{record['repairs']} repairs") if part)
    tables = [_registrations(record, hospital), _paper(record, names)]
    if record["missing"]:
        tables.append(_missing(record, names))
    tables += [_seen(record["visits"])] if "visits" in record else []
    tables += [_sheets(record["sheets"], hospital)] if record.get("sheets") else []
    tables += [_contradictions(found)] if any((found := record.get("contradictions", {})).values()) else []
    tables += [_pages(record), _proof(record)]
    return render_report(
        Report(
            title=f"{hospital.name}: {ACCOUNT['account of the downtime'].both}",
            subtitle=(
                hospital.name_hindi,
                f"{ACCOUNT[closed].both} · {_moment(record['at'])} · imported into {record['target'] or 'nothing yet'}",
                f"Still open: {open_now}" if open_now else ACCOUNT[_ALL_THERE].both,
                "issued = imported + on return + voided + spoiled + unused + held + failed + waiting + missing",
            ),
            tables=tables,
            footer=f"Signed by {record['signer']} · SHA-256 {hashlib.sha256(message(record)).hexdigest()[:32]}",
        )
    )


def _state(row: NumberRow, unknown: set[int]) -> NumberState:
    voids = not row.journalled and row.number.series in unknown
    doubtful = row.stage == "ready" and (row.strange or voids)
    return NumberState(
        number=row.number,
        clinic=row.clinic,
        day=row.day,
        has_content=row.has_content,
        voided=row.voided,
        conflict=row.conflict,
        stage="held" if doubtful else row.stage,
        sent=row.sent,
        spent=row.spent,
        reason=row.spent_reason,
        printed=row.has_content or row.pad,
        back=row.paper_back,
        issued_to=row.issued_to,
        times=row.times,
        before=row.before,
    )


def _last_known(db: Database, before: str | None) -> dict[str, str]:
    """Who registered the nearest number before a gap, when, and in which shift: they may remember."""
    row = queries.slip(db, SlipNumber.parse(before)) if before else None
    if row is None:
        return {"last_day": "", "last_login": "", "last_shift": ""}
    day = row.slip.issued.astimezone(INDIA).isoformat(timespec="minutes") if row.slip.issued else ""
    return {"last_day": day, "last_login": row.login, "last_shift": row.shift}


def _registrations(record: dict[str, Any], hospital: Hospital) -> Table:
    """Thirteen figures a row leave no room for names: desks stand by their series here, by name in the next table."""
    columns = [
        Column(ACCOUNT["Desk · day"].both, 25),
        Column(ACCOUNT["Clinic"].both, 14),
        Column(ACCOUNT["issued"].both, 14, align="right"),
    ]
    wide = {Bucket.IMPORTED: 17}  # else its word is broken
    columns += [
        Column(ACCOUNT[each.value.replace("_", " ")].both, wide.get(each, 15), align="right") for each in Bucket
    ]
    rows = []
    for part in record["parts"]:
        clinic = hospital.clinic(part["clinic"])
        day = format_date(date.fromisoformat(part["day"])) if part["day"] else "?"
        where = [f"{part['series']:03d} · {day}", clinic.shown_code if clinic else "?"]
        rows.append([*where, str(part["issued"]), *(str(part[each.value]) for each in Bucket)])
    total = record["total"]
    rows.append([ACCOUNT["All"].both, "", str(total["issued"]), *(str(total[each.value]) for each in Bucket)])
    return Table(title=ACCOUNT["Registrations"].both, columns=columns, rows=rows, strong=frozenset({len(rows) - 1}))


def _paper(record: dict[str, Any], names: dict[int, str]) -> Table:
    by_desk: dict[int, list[int]] = {}
    for part in record["parts"]:
        sums = by_desk.setdefault(part["series"], [0, 0, 0])
        for place, name in enumerate(("printed", "back", "not_back")):
            sums[place] += part[name]
    rows = [[_desk(series, names), *(str(count) for count in sums)] for series, sums in by_desk.items()]
    rows.append([ACCOUNT["All"].both, *(str(record["total"][name]) for name in ("printed", "back", "not_back"))])
    columns = [Column(ACCOUNT["Desk"].both, 2.0)]
    columns += [Column(ACCOUNT[name].both, align="right") for name in ("printed", "back", "not back")]
    return Table(title=ACCOUNT["Hospital copies"].both, columns=columns, rows=rows, strong=frozenset({len(rows) - 1}))


def _missing(record: dict[str, Any], names: dict[int, str]) -> Table:
    rows = []
    for gap in record["missing"]:
        number = SlipNumber.parse(gap["number"])
        before = " ".join(part for part in (_moment(gap["last_day"]), gap["last_login"], gap["last_shift"]) if part)
        place = " → ".join(part for part in (_desk(number.series, names), gap["issued_to"]) if part)
        rows.append([number.grouped, place, before or "?", gap["reason"] or ACCOUNT["nobody has said"].both])
    titles = (("Number", 1.3), ("Desk", 1.6), ("Last known before it", 2.0), ("Reason", 2.2))
    columns = [Column(ACCOUNT[name].both, share) for name, share in titles]
    return Table(title=ACCOUNT["Missing numbers"].both, columns=columns, rows=rows)


def _seen(found: dict[str, Any]) -> Table:
    by, told = found["by"], found["told"]
    rows = [
        ("visits, void ones left out", found["visits"]),
        ("seen", found["seen"]),
        ("said by the nurse", by["nurse"]),
        ("said by the day sheet", by["day_sheet"]),
        ("said by the hospital copy", by["copy"]),
        ("not seen", found["not_seen"]),
        ("nobody says", found["unknown"]),
        ("of these contradictory", len(found["contradictions"])),
        ("closed as unknown", found.get("closed_unknown", 0)),
        ("admitted", told["admitted"]),
        ("referred", told["referred"]),
        ("investigations asked", told["investigations"]),
        ("medico-legal", told["medico_legal"]),
    ]
    return Table(
        title=ACCOUNT["Who was seen"].both,
        columns=[Column(ACCOUNT["What"].both, 3.0), Column(ACCOUNT["Visits"].both, align="right")],
        rows=[[ACCOUNT[name].both, str(count)] for name, count in rows],
        strong=frozenset({1}),
    )


# What each figure of a sheet that came back is called.
COUNTED = {
    ("box", "copies"): "copies in the boxes",
    ("day", "slips"): "ticked tokens that have a slip",
    ("day", "copies"): "ticked tokens whose copy is back",
    ("shift", "issued"): "slips issued",
    ("shift", "voids"): "void slips",
    ("shift", "first"): "first number",
    ("shift", "last"): "last number",
    ("shift", "receipts"): "receipts",
    ("shift", "taken"): "fees received, ₹",
}


def _sheets(found: list[dict[str, Any]], hospital: Hospital) -> Table:
    """What agrees is counted; what differs, or is not said, is told."""
    differing = [each for each in found if each["difference"] != 0]
    counts = {
        "figures that agree": len(found) - len(differing),
        "figures that differ, or are not said": len(differing),
    }
    rows = [[ACCOUNT[name].both, "", "", str(count), "", ""] for name, count in counts.items()]
    for each in differing:
        said = ACCOUNT["not said"].both if each["said"] is None else str(each["said"])
        difference = "" if each["difference"] is None else f"{each['difference']:+d}"
        what = ACCOUNT[COUNTED[each["sheet"], each["figure"]]].both
        rows.append([_sheet(each, hospital), what, said, str(each["found"]), difference, str(each["eyes"] or "")])
    titles = (
        ("Sheet", 2.0),
        ("What", 2.6),
        ("said", 0.9),
        ("found", 0.9),
        ("difference", 0.9),
        ("to be looked at", 1.1),
    )
    return Table(
        title=ACCOUNT["Sheets that came back"].both,
        columns=[
            Column(ACCOUNT[name].both, share, align="right" if place > 1 else "left")
            for place, (name, share) in enumerate(titles)
        ],
        rows=rows,
        strong=frozenset({0, 1}),
    )


def _contradictions(found: dict[str, Any]) -> Table:
    """CONFLICT in so many words: what no machine may decide."""
    rows = []
    for card in found["cards"]:
        where = " · ".join(f"{use['name']} ({use['machine'] or use['chain']})" for use in card["uses"])
        rows.append([ACCOUNT["CONFLICT: one card, used in several places"].both, f"{card['series']:03d}: {where}"])
    rows += [
        [ACCOUNT["CONFLICT: one number, several contents"].both, SlipNumber.parse(number).grouped]
        for number in found["numbers"]
    ]
    rows += [[ACCOUNT["revoked"].both, f"{each['series']:03d}: {each['reason']}"] for each in found["revoked"]]
    rows += [
        [
            ACCOUNT["done twice at counters"].both,
            f"{SlipNumber.parse(each['number']).grouped}: {each['counter']}, {each['what']} ({', '.join(each['by'])})",
        ]
        for each in found.get("twice", ())
    ]
    return Table(
        title=ACCOUNT["What contradicts itself"].both,
        columns=[Column(ACCOUNT["What"].both, 2.0), Column(ACCOUNT["Where"].both, 3.0)],
        rows=rows,
    )


def _sheet(found: dict[str, Any], hospital: Hospital) -> str:
    if found["sheet"] == "shift":
        return f"{ACCOUNT['shift'].both} {found['shift']}"
    clinic = hospital.clinic(found["clinic"])
    tokens = f" · {letters(found['series'])}" if found["series"] else ""
    where = f"{clinic.shown_code if clinic else '?'} · {format_date(date.fromisoformat(found['day']))}{tokens}"
    return f"{ACCOUNT[found['sheet']].both}: {where}"


def _pages(record: dict[str, Any]) -> Table:
    rows = [[name.replace("_", " "), str(count)] for name, count in record["pages"].items()]
    rows.append([ACCOUNT["still need a person"].both, str(record["open_pages"])])
    columns = [Column(ACCOUNT["Outcome"].both, 3.0), Column(ACCOUNT["Pages"].both, align="right")]
    return Table(title=ACCOUNT["Scanned pages"].both, columns=columns, rows=rows)


def _proof(record: dict[str, Any]) -> Table:
    rows = [[f"journal {head['chain']}", f"line {head['sequence']}: {head['hash']}"] for head in record["heads"]]
    rows.append([f"signature of {record['signer']}", record["signature"]])
    return Table(
        title=ACCOUNT["Proof"].both,
        columns=[Column(ACCOUNT["What"].both, 1.0), Column(ACCOUNT["Value"].both, 3.6)],
        rows=rows,
    )


def _desk(series: int, names: dict[int, str]) -> str:
    return f"{series:03d} {names.get(series, '')}".strip()


def _moment(iso: str) -> str:
    return format_moment(datetime.fromisoformat(iso)) if iso else ""
