"""Commands for a system that takes a table: made of the approved slips, and its return sheet read back."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fallback import recovery
from fallback.cli.data import Data, json_option, show
from fallback.cli.imports import clinic_option, day_option, desk_option, filtered, number_option
from fallback.cli.recover import by_option, target_of, target_option
from fallback.cli.spoken import _, table
from fallback.disk import needs_room, write_file
from fallback.ehospital.sheet import SheetConnector
from fallback.errors import NoTableWay
from fallback.language import format_moment
from fallback.patients import PatientIndex

_HELD_SHOWN = 50


@click.command("hand-over")
@target_option
@filtered(clinic_option, day_option, desk_option, number_option)
@click.option("--limit", type=click.IntRange(1), help="At most so many slips.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=".", help="The folder for the table.")
@click.option("--again", "run", default="", help="Make this table once more, as far as its slips are not back.")
@click.option("--open", "only_open", is_flag=True, help="List the tables that are not all back; make none.")
@by_option
@json_option
@click.pass_obj
def hand_over(
    data: Data,
    to: str,
    choice: recovery.Choice,
    limit: int | None,
    out: Path,
    run: str,
    only_open: bool,
    by: str,
    as_json: bool,
) -> None:
    """Makes a table of the approved slips, in the hospital's own columns, for the team that enters it.

    Each slip stands in one table; a lost one is made again with --again. The file holds patients in plain: carry it as
    you would carry their papers, and destroy it afterwards.

    Example: python -m fallback hand-over --to records --out /media/stick --by meena
    """
    with data.installation() as installation:
        connector = _way(data, to)
        if only_open:
            _show_open(recovery.open_tables(installation.ledger.db(), connector.target.name), as_json=as_json)
            return
        if run:
            made = recovery.handed_over(installation.ledger, connector, run)
        else:
            needs_room(out / "table")
            made = recovery.hand_over(installation.ledger, connector, choice, by=by, limit=limit)
    for name, content in made.files.items():
        write_file(out / name, content)
    value: dict[str, Any] = {"table": made.run, "files": sorted(made.files), "slips": dict(made.counts)}
    value |= {"held": made.held, "waiting": made.waiting}
    words = [_("{count} slips in the table {run}.", count=sum(made.counts.values()), run=made.run)]
    words += [f"  {name}" for name in sorted(made.files)]
    if made.held:
        words.append(_("{count} are held: see stages --stage held.", count=made.held))
    if made.waiting:
        words.append(_("{count} wait until the patient's first slip is back.", count=made.waiting))
    show(value, as_json=as_json, text="\n".join(words))


@click.command("take-back")
@target_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@by_option
@json_option
@click.pass_context
def take_back(context: click.Context, to: str, file: Path, by: str, as_json: bool) -> None:
    """Reads the return sheet: each row's UHID goes to exactly the slip that it names; the rest stays sent.

    CSV or XLSX, whole or in parts, also twice. A row that is wrong holds its slip and is named; put the sheet right and
    read it again. Exits 4 when rows are held.

    Example: python -m fallback take-back return.xlsx --to records --by meena
    """
    data: Data = context.obj
    hospital = data.hospital()
    with data.installation() as installation:
        connector = _way(data, to)
        index = PatientIndex(installation.folder, installation.vault) if installation.vault.whole else None
        report = recovery.take_back(
            installation.ledger, connector, file, pattern=hospital.uhid_pattern, by=by, index=index
        )
    value: dict[str, Any] = {"confirmed": report.confirmed, "known_before": report.again, "waiting": report.waiting}
    value |= {"held": [[each.line, each.number, str(each.why)] for each in report.held]}
    counts = {"confirmed": report.confirmed, "again": report.again, "waiting": report.waiting}
    words = [_("{confirmed} confirmed, {again} known before, {waiting} rows without a UHID yet.", **counts)]
    words += [
        _("Row {line} {number}: {why}", line=each.line, number=each.number, why=_(each.why))
        for each in report.held[:_HELD_SHOWN]
    ]
    if len(report.held) > _HELD_SHOWN:
        words.append(_("and {count} rows more, see --json", count=len(report.held) - _HELD_SHOWN))
    show(value, as_json=as_json, text="\n".join(words))
    if report.held:
        context.exit(4)


def _way(data: Data, to: str) -> SheetConnector:
    hospital = data.hospital()
    target = target_of(hospital, to)
    if target.kind != "sheet":
        raise NoTableWay(target=target.name)
    return SheetConnector(target, hospital)


def _show_open(tables: list[recovery.OpenTable], *, as_json: bool) -> None:
    value = [{"table": each.run, "slips": each.count, "since": each.at} for each in tables]
    rows = [(each.run, each.count, format_moment(datetime.fromisoformat(each.at))) for each in tables]
    lines = table((_("Table"), _("Slips not back"), _("Since")), *rows) if rows else [_("All tables are back.")]
    show(value, as_json=as_json, text="\n".join(lines))
