"""The merged accounts for people and programs: JSON, CSV, XLSX, and a PDF."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fallback.central.accounts import COUNTS, Merged
from fallback.language import format_date, format_moment
from fallback.printing.labels import Words
from fallback.printing.papers.labels import ACCOUNT
from fallback.printing.report import Column, Report, Table, render_report
from fallback.reconcile import Bucket
from fallback.slip import INDIA
from fallback.spreadsheet import Sheet, csv_of, xlsx_of

FORMAT = "parchi-merged-accounts-1"
_SHOWN = ("issued", *(each.value for each in Bucket))
_TITLE = Words("Accounts of several hospitals", "कई अस्पतालों का लेखा")
_HOSPITAL = Words("Hospital", "अस्पताल")
_STATE = Words("Account", "लेखा")
_DAY = Words("Day", "दिन")
_ABSENT = Words("No account came from", "जिनसे लेखा नहीं आया")
_REFUSED = Words("Files that do not count", "जो फ़ाइलें गिनी नहीं गईं")
_FILE = Words("File", "फ़ाइल")
_NUMBER = Words("Hospital id", "अस्पताल संख्या")


def merged_record(merged: Merged, now: datetime) -> dict[str, Any]:
    """All of it as JSON values. It is not signed: the accounts are, and each is named by its SHA-256."""
    return {
        "format": FORMAT,
        "at": now.astimezone(INDIA).isoformat(timespec="seconds"),
        "total": merged.total,
        "days": merged.days,
        "hospitals": [
            {
                "code": each.root.code, "name": each.root.name, "hospital_id": each.root.hospital_id,
                "at": each.at.isoformat(timespec="seconds"), "closed": each.closed, "total": dict(each.counts),
                "repairs": each.repairs, "open_pages": each.pages, "sha256": each.digest,
            }
            for each in merged.accounts
        ],
        "absent": [{"code": each.code, "name": each.name, "hospital_id": each.hospital_id} for each in merged.absent],
        "refused": [{"file": each.file, "why": str(each.error)} for each in merged.refused],
    }  # fmt: skip


def merged_csv(merged: Merged) -> bytes:
    """A line for each hospital, as CSV."""
    return csv_of(_hospitals(merged))


def merged_xlsx(merged: Merged) -> bytes:
    """Hospitals, days, who is absent and what was refused, as XLSX."""
    days = [(date.fromisoformat(day) if day else "", *sums.values()) for day, sums in merged.days.items()]
    return xlsx_of(
        [
            _hospitals(merged),
            Sheet(title="days", header=("day", *COUNTS), rows=[*days, ("all", *merged.total.values())]),
            Sheet(
                title="absent", header=("code", "name", "hospital_id"),
                rows=[(each.code, each.name, each.hospital_id) for each in merged.absent],
            ),
            Sheet(
                title="refused", header=("file", "why"),
                rows=[(each.file, str(each.error)) for each in merged.refused],
            ),
        ]
    )  # fmt: skip


def merged_pdf(merged: Merged, now: datetime) -> bytes:
    """The same on paper."""
    rows = []
    for each in merged.accounts:
        state = ACCOUNT["CLOSED" if each.closed else "OPEN"].both
        rows.append([each.root.code, state, *_figures(each.counts)])
    rows.append([ACCOUNT["All"].both, f"{len(merged.accounts)}", *_figures(merged.total)])
    wide = {Bucket.IMPORTED.value: 1.25}  # else its word is broken
    sums = [Column(ACCOUNT[name.replace("_", " ")].both, wide.get(name, 1.0), align="right") for name in _SHOWN]
    tables = [
        Table(
            title=ACCOUNT["Registrations"].both, columns=[Column(_HOSPITAL.both, 1.6), Column(_STATE.both, 1.8), *sums],
            rows=rows, strong=frozenset({len(rows) - 1}),
        ),
        Table(
            title=_DAY.both, columns=[Column(_DAY.both, 1.8), *sums],
            rows=[[_day(day), *_figures(counts)] for day, counts in merged.days.items()],
        ),
    ]  # fmt: skip
    if merged.absent:
        columns = [Column(_HOSPITAL.both, 1.0), Column(_NUMBER.both, 1.0), Column("", 3.0)]
        gone = [[each.code, each.hospital_id, each.name] for each in merged.absent]
        tables.append(Table(title=_ABSENT.both, columns=columns, rows=gone))
    if merged.refused:
        columns = [Column(_FILE.both, 1.2), Column(ACCOUNT["Reason"].both, 3.0)]
        told = [[each.file, str(each.error)] for each in merged.refused]
        tables.append(Table(title=_REFUSED.both, columns=columns, rows=told))
    digests = "".join(sorted(each.digest for each in merged.accounts))
    return render_report(
        Report(
            title=_TITLE.both,
            subtitle=(
                format_moment(now.astimezone(INDIA)),
                "issued = imported + on return + voided + spoiled + unused + held + failed + waiting + missing",
            ),
            tables=tables,
            footer=f"SHA-256 {hashlib.sha256(digests.encode()).hexdigest()[:32]}",
        )
    )


def _hospitals(merged: Merged) -> Sheet:
    header = ("code", "name", "hospital_id", "account_of", "closed", *COUNTS, "repairs", "open_pages", "sha256")
    rows = [
        (
            each.root.code, each.root.name, each.root.hospital_id, each.at.isoformat(timespec="seconds"),
            "yes" if each.closed else "no", *each.counts.values(), each.repairs, each.pages, each.digest,
        )
        for each in merged.accounts
    ]  # fmt: skip
    return Sheet(title="hospitals", header=header, rows=rows)


def _figures(counts: Mapping[str, int]) -> list[str]:
    return [str(counts[name]) for name in _SHOWN]


def _day(day: str) -> str:
    return format_date(date.fromisoformat(day)) if day else "?"
