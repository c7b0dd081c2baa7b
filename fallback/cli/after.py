"""Commands after the import: crosswalk, repair, uhids, close-visits, close-account."""

import json
from datetime import datetime
from pathlib import Path

import click

from fallback import recovery
from fallback.cli.data import DAY, Data, Words, clinic_of, json_option, show
from fallback.cli.recover import by_option
from fallback.cli.spoken import _, table
from fallback.disk import write_file
from fallback.errors import RepairUnknown, TargetUnnamed
from fallback.hospital import Hospital
from fallback.language import format_date
from fallback.ledger import queries
from fallback.ledger.queries import after
from fallback.printing.walks import render_walk_stickers
from fallback.recovery import closing, crosswalk as walks, repairs, uhids as evidence
from fallback.recovery.repair_order import repair_pdf, said
from fallback.slip import INDIA, SlipNumber
from fallback.spreadsheet import csv_of, xlsx_of

to_option = click.option("--to", "to", default="", help="The hospital system, by its name; else the file's first.")
out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file that is written."
)
_SIGNER = "the hospital's root"  # as it stands in what is signed


def name_of(hospital: Hospital, to: str) -> str:
    """The hospital system that is meant: the file's first where none is said. Raises TargetUnnamed."""
    if to:
        return to
    if not hospital.targets:
        raise TargetUnnamed()
    return hospital.targets[0].name


@click.group()
def crosswalk() -> None:
    """Tells which slip became which UHID: on paper, on stickers, and to each department.

    Example: python -m fallback crosswalk give Laboratory --form hl7 --out lab.hl7 --by ravi
    """


@crosswalk.command("print")
@to_option
@click.option("--by-uhid", is_flag=True, help="Sort by UHID; else by slip number.")
@click.option("--stickers", is_flag=True, help="Stickers for the old paper, 24 on an A4, in place of the list.")
@click.option("--skip", type=click.IntRange(0, 23), default=0, help="So many stickers of the first sheet are gone.")
@click.option("--clinic", default="", help="Only this clinic, by its code.")
@click.option("--day", type=DAY, help="Only this day, as 24-11-2026.")
@out_option
@click.pass_obj
def print_(
    data: Data, to: str, by_uhid: bool, stickers: bool, skip: int, clinic: str, day: datetime | None, out: Path
) -> None:
    """Writes the list, or stickers, as PDF for the file room.

    Example: python -m fallback crosswalk print --day 24-11-2026 --out cross-walk.pdf
    """
    hospital = data.hospital()
    number, iso = clinic_of(hospital, clinic) if clinic else 0, day.date().isoformat() if day else ""
    with data.installation() as installation:
        db, name = installation.ledger.db(), name_of(hospital, to)
        if stickers:
            rows = after.walk(db, name, by_uhid=by_uhid, clinic=number, day=iso)
            pdf = render_walk_stickers(walks.pairs_of(rows), hospital=hospital.name, skip=skip)
        else:
            words = " · ".join(part for part in (name, clinic.upper(), format_date(day.date()) if day else "") if part)
            pdf = walks.listed(db, hospital, name, by_uhid=by_uhid, clinic=number, day=iso, words=words)
    write_file(out, pdf)
    click.echo(_("{file} is written.", file=out))


@crosswalk.command()
@to_option
@json_option
@click.pass_obj
def departments(data: Data, to: str, as_json: bool) -> None:
    """Lists the departments: what each was given, what it confirmed, and how many slips it does not know yet.

    Example: python -m fallback crosswalk departments
    """
    hospital = data.hospital()
    with data.installation() as installation:
        found = walks.standings(installation.ledger.db(), hospital, name_of(hospital, to))
    value = [
        {
            "department": each.department,
            "given": each.given.at if each.given else None,
            "sha256": each.given.sha256 if each.given else None,
            "confirmed": each.received.receipts[-1][2] if each.received else None,
            "waiting": each.waiting,
        }
        for each in found
    ]
    rows: list[list[object]] = [[_("department"), _("given"), _("confirmed"), _("to be told")]]
    rows += [[each["department"], _day(each["given"]), _day(each["confirmed"]), each["waiting"]] for each in value]
    show(value, as_json=as_json, text="\n".join(table(*rows)))


@crosswalk.command()
@click.argument("department")
@to_option
@click.option("--form", type=click.Choice([each.value for each in walks.Form]), default="csv", help="As what.")
@out_option
@by_option
@click.pass_obj
def give(data: Data, department: str, to: str, form: str, out: Path, by: str) -> None:
    """Writes what a department does not know yet, and that it was given. It is given again until it is confirmed.

    Example: python -m fallback crosswalk give "Blood bank" --out blood-bank.csv --by ravi
    """
    hospital = data.hospital()
    with data.installation() as installation:
        name = name_of(hospital, to)
        file = walks.give(installation.ledger, hospital, name, department, walks.Form(form), by=by, now=data.clock())
    write_file(out, file.content)
    words = _(
        "{count} slips are in {file}. Its mark, for the receipt: {mark}.",
        count=file.count,
        file=out,
        mark=file.sha256[:16],
    )
    click.echo(words)


@crosswalk.command()
@click.argument("department")
@click.argument("mark")
@click.option("--receipt", type=Words(), required=True, help="Who has it, and the number of their receipt.")
@to_option
@by_option
@click.pass_obj
def received(data: Data, department: str, mark: str, receipt: str, to: str, by: str) -> None:
    """Writes down that a department has a file, by its mark. What it holds is not given again.

    Example: python -m fallback crosswalk received Laboratory 3fa2b81c9d004e77 --receipt "R. Nair, 41" --by ravi
    """
    hospital = data.hospital()
    with data.installation() as installation:
        walks.receive(installation.ledger, name_of(hospital, to), department, mark, receipt, by=by)
    click.echo(_("{department} has it.", department=department))


@click.group()
def repair() -> None:
    """Visits that were sent under the wrong patient: each stays open until it is confirmed in the hospital system.

    Example: python -m fallback repair list
    """


@repair.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are done.")
@json_option
@click.pass_obj
def list_(data: Data, everything: bool, as_json: bool) -> None:
    """Lists the repairs. Exits 4 while one is open.

    Example: python -m fallback repair list --all
    """
    with data.installation() as installation:
        found = after.repairs(installation.ledger.db(), open_only=not everything)
    value = [
        {
            "number": each.number.text,
            "target": each.target,
            "wrong": each.wrong,
            "right": each.right,
            "reason": each.reason,
            "open": each.open,
            "told": [word.who for word in each.told],
        }
        for each in found
    ]
    lines = table(
        *(
            [
                each.number.grouped,
                each.target,
                f"{said(each.wrong)} > {said(each.right) or _('a new patient')}",
                _("open") if each.open else _("done"),
            ]
            for each in found
        )
    )
    show(value, as_json=as_json, text="\n".join(lines) or _("No repair is open."))
    if any(each.open for each in found):
        click.get_current_context().exit(4)


@repair.command()
@click.argument("number")
@to_option
@out_option
@click.pass_obj
def order(data: Data, number: str, to: str, out: Path) -> None:
    """Writes a repair order as PDF.

    Example: python -m fallback repair order "017 000 001 42" --out repair.pdf
    """
    hospital, parsed = data.hospital(), SlipNumber.parse(number)
    with data.installation() as installation:
        db = installation.ledger.db()
        found = after.repair(db, parsed, name_of(hospital, to))
        if found is None:
            raise RepairUnknown(number=parsed.grouped)
        pdf = repair_pdf(db, found, hospital)
    write_file(out, pdf)
    click.echo(_("{file} is written.", file=out))


@repair.command()
@click.argument("number")
@click.option("--who", type=Words(), required=True, help="Who was told: the ward, the laboratory, the patient.")
@click.option("--note", type=Words(empty=True), default="", help="What was said.")
@to_option
@by_option
@click.pass_obj
def tell(data: Data, number: str, who: str, note: str, to: str, by: str) -> None:
    """Writes down who was told of a wrong merge.

    Example: python -m fallback repair tell "017 000 001 42" --who "Ward 5, Sister Joseph" --by ravi
    """
    hospital, parsed = data.hospital(), SlipNumber.parse(number)
    with data.installation() as installation:
        repairs.tell(installation.ledger, parsed, name_of(hospital, to), who, note, by=by)
    click.echo(_("It is written down."))


@repair.command()
@click.argument("number")
@click.option("--uhid", default="", help="The UHID under which the visit stands there now.")
@click.option("--note", type=Words(), required=True, help="What was done, and how it was looked at.")
@to_option
@by_option
@click.pass_obj
def done(data: Data, number: str, uhid: str, note: str, to: str, by: str) -> None:
    """Confirms that a visit stands under the right patient in the hospital system.

    Example: python -m fallback repair done "017 000 001 42" --uhid 100200300 --note "read on the screen" --by ravi
    """
    hospital, parsed = data.hospital(), SlipNumber.parse(number)
    with data.installation() as installation:
        ledger, target, pattern = installation.ledger, name_of(hospital, to), hospital.uhid_pattern
        repairs.close(ledger, parsed, target, note, uhid=uhid.strip(), by=by, pattern=pattern)
    click.echo(_("The repair of slip {number} is confirmed.", number=parsed.grouped))


@click.command()
@to_option
@out_option
@click.pass_obj
def uhids(data: Data, to: str, out: Path) -> None:
    """Writes the slips whose UHID the system does not have, or has for somebody else, for the hospital's own team.

    The file names patients: hand it to whoever answers for the system. CSV, or XLSX by the file's name.

    Example: python -m fallback uhids --out uhids.xlsx
    """
    hospital = data.hospital()
    with data.installation() as installation:
        found = evidence.doubted(installation.ledger.db(), name_of(hospital, to))
    sheet = evidence.table(found)
    write_file(out, xlsx_of([sheet]) if out.suffix.lower() == ".xlsx" else csv_of(sheet))
    click.echo(_("{count} slips are in {file}. It names patients.", count=len(found), file=out))


@click.command("close-visits")
@click.option("--days", type=click.IntRange(1, 366), default=closing.DAYS, help="How long a visit waits for its paper.")
@click.option("--clinic", default="", help="Only this clinic, by its code.")
@click.option("--reason", type=Words(empty=True), default="", help="Why; without it they are only listed.")
@by_option
@json_option
@click.pass_obj
def close_visits(data: Data, days: int, clinic: str, reason: str, by: str, as_json: bool) -> None:
    """Closes old visits of which nobody says whether the patient was seen: as unknown, never as finished.

    Example: python -m fallback close-visits --reason "the room's papers were lost" --by meena
    """
    hospital = data.hospital()
    number = clinic_of(hospital, clinic) if clinic else 0
    until = closing.last_day(data.clock().astimezone(INDIA).date(), days)
    with data.installation() as installation:
        if reason:
            done, left = closing.close_visits(installation.ledger, until, reason, by=by, clinic=number)
            words = _("{count} visits are closed as unknown, {left} have evidence after all.", count=done, left=left)
            show({"closed": done, "left": left}, as_json=as_json, text=words)
            return
        found = [each for each in closing.unsaid(installation.ledger.db(), until) if number in (0, each.clinic)]
    value = [{"clinic": each.clinic, "day": each.day, "visits": each.count} for each in found]
    show(value, as_json=as_json, text=_("{count} visits wait for a word.", count=sum(each.count for each in found)))


@click.command("close-account")
@to_option
@click.option("--note", type=Words(), required=True, help="What is to be kept with it.")
@click.option("--out", type=click.Path(path_type=Path), help="Writes OUT.pdf and OUT.json.")
@click.option("--reopen", is_flag=True, help="Open a closed account again; the note says why.")
@by_option
@click.pass_obj
def close_account(data: Data, to: str, note: str, out: Path | None, reopen: bool, by: str) -> None:
    """Signs the account when nothing is left, with the journal's heads. Exits 4 while something is.

    Example: python -m fallback close-account --note "all is there" --out account --by meena
    """
    hospital = data.hospital()
    with data.installation() as installation:
        ledger, name = installation.ledger, name_of(hospital, to)
        if reopen:
            closing.reopen_account(ledger, name, note, by=by)
            click.echo(_("The account is open."))
            return
        record = closing.close_account(
            ledger,
            hospital,
            name,
            note,
            now=data.clock(),
            by=by,
            signer=_SIGNER,
            sign=installation.sign_as_hospital,
        )
        pdf = recovery.account_pdf(record, hospital, queries.desks(ledger.db()))
    if out:
        write_file(out.with_name(out.name + ".json"), json.dumps(record, ensure_ascii=False, indent=1).encode())
        write_file(out.with_name(out.name + ".pdf"), pdf)
        click.echo(_("{file}.pdf and {file}.json are written.", file=out))
    click.echo(_("The account is closed."))


def _day(iso: object) -> str:
    return format_date(datetime.fromisoformat(iso)) if isinstance(iso, str) else "-"
