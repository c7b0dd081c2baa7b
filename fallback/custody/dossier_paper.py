"""The report that lies with evidence, on paper: its hash report is what the certificate encloses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fallback.hospital import Hospital
from fallback.language import format_moment, grouped
from fallback.printing import Column, Report, Table, render_report
from fallback.printing.labels import DRILL
from fallback.printing.papers.duty_labels import DOSSIER
from fallback.printing.papers.paper import in_fours


def dossier_pdf(record: Mapping[str, Any], files: Mapping[str, str], hospital: Hospital) -> bytes:
    """The record of evidence as PDF; `files` are its files with their SHA-256 in hex."""
    machine = record["machine"]
    made = [machine["make"], machine["model"], machine["serial"], machine["name"], machine["system"], machine["mac"]]
    told = record["verified"]
    drill = f"{DRILL.both} · " if record["drill"] else ""
    return render_report(
        Report(
            title=f"{hospital.name}: {DOSSIER['evidence from the registration journal'].both}",
            subtitle=(
                hospital.name_hindi,
                f"{drill}{_moment(record['made'])} · {record['for']}",
                "Made on: " + " · ".join(part for part in made if part),
                f"{grouped(told['lines'])} lines were verified; "
                + ("every hash fits" if told["ok"] else f"{len(told['troubles'])} places are NOT as they were written"),
            ),
            tables=[
                _table(
                    "Hash report",
                    {"File": 1.0, "Hash": 3.2},
                    [[name, in_fours(value)] for name, value in files.items()],
                ),
                _table(
                    "Chains and their heads",
                    {"Chain": 1.2, "Line": 0.6, "Hash": 3.6},
                    [
                        [in_fours(each["chain"]), grouped(each["sequence"]), in_fours(each["hash"])]
                        for each in record["export"]["heads"]
                    ],
                ),
                *([_troubles(told["troubles"])] if told["troubles"] else []),
                _printed(record),
                _desks(record),
                _shifts(record),
                _presence(record),
                _clock(record),
                _log(record),
            ],
            footer=f"SHA-256 of {record['export']['file']}: {record['export']['sha256']}",
        )
    )


def _table(title: str, columns: Mapping[str, float], rows: list[list[str]]) -> Table:
    heads = [Column(DOSSIER[name].both, share) for name, share in columns.items()]
    return Table(title=DOSSIER[title].both, columns=heads, rows=rows)


def _troubles(troubles: list[dict[str, Any]]) -> Table:
    rows = [[in_fours(each["chain"]), grouped(each["sequence"]), f"{each['kind']}: {each['why']}"] for each in troubles]
    return _table("Verification", {"Chain": 1.2, "Line": 0.6, "Found": 3.0}, rows)


def _printed(record: Mapping[str, Any]) -> Table:
    """The shift's closing line is printed on its sheet: whoever has the sheet can hold it against the export."""
    rows = []
    for each in record["shifts"]:
        if each["head"] is None:
            continue
        back = "yes" if each["paper_proves"] else "it says ANOTHER hash" if each["paper_read"] else "no"
        head = each["head"]
        where = [in_fours(head["chain"]), grouped(head["sequence"]), in_fours(head["hash"][:32])]
        rows.append([each["shift"], _moment(each["closed"]), *where, back])
    columns = {"Shift sheet": 0.8, "Closed": 1.1, "Chain": 1.3, "Line": 0.6, "Hash": 2.4, "Paper read back": 0.8}
    return _table("Where the journal's head was printed", columns, rows)


def _desks(record: Mapping[str, Any]) -> Table:
    gone = {each["series"]: each for each in record["revoked"]}
    rows = []
    for each in record["desks"]:
        told = gone.get(each["series"])
        name = f"{each['series']:03d} {each['name']}" + (f" (revoked {_moment(told['at'])})" if told else "")
        rows.append([name, in_fours(each["machine"]) or "-", _moment(each["at"]), in_fours(each["chain"])])
    return _table("Desks and computers", {"Desk": 1.6, "Computer": 1.3, "Enrolled": 1.0, "Chain": 1.3}, rows)


def _shifts(record: Mapping[str, Any]) -> Table:
    rows = [
        [each["shift"], f"{each['name']} ({each['login']})", _moment(each["opened"]), _moment(each["closed"] or "")]
        for each in record["shifts"]
    ]
    return _table("Who sat where", {"Shift": 0.7, "Person": 2.0, "From": 1.0, "To": 1.0}, rows)


def _presence(record: Mapping[str, Any]) -> Table:
    rows = [
        [
            each["day"],
            f"{each['login']} {each['role']}".strip(),
            each["address"],
            each["first"][11:19],
            each["last"][11:19],
            grouped(each["requests"]),
        ]
        for each in record["presence"]
    ]
    columns = {"Day": 1.0, "Login": 1.6, "Address": 1.3, "From": 0.8, "To": 0.8, "Requests": 0.8}
    return _table("Logins by the access log", columns, rows)


def _clock(record: Mapping[str, Any]) -> Table:
    rows = [
        [each["local"], each["by"] or each["source"], "-" if (told := each["offset_seconds"]) is None else f"{told:+d}"]
        for each in record["clock"]
    ]
    return _table("The clock", {"Told": 1.6, "By": 1.2, "Seconds to add": 1.0}, rows)


def _log(record: Mapping[str, Any]) -> Table:
    rows = [[each["day"], grouped(each["lines"]), in_fours(each["sha256"])] for each in record["access_log"]]
    return _table("Access log", {"Day": 0.7, "Lines": 0.6, "Hash": 3.6}, rows)


def _moment(iso: str) -> str:
    return format_moment(datetime.fromisoformat(iso)) if iso else ""
