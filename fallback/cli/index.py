"""The commands `index`: the frozen copy of the hospital's patient index on this computer."""

from pathlib import Path

import click

from fallback import frontdesk
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.recover import by_option, progress
from fallback.cli.spoken import _
from fallback.disk import write_file
from fallback.errors import IndexMissing
from fallback.patients import Columns, LoadReport, PatientIndex, read_columns, read_left_out
from fallback.spreadsheet import Cell, Sheet, csv_of

_BAD_SHOWN = 20
_KINDS_SHOWN = 12


@click.group()
def index() -> None:
    """Loads, shows and destroys the copy of the hospital's patient index. Example: python -m fallback index status"""


@index.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), help="A TOML file that says which column is which.")
@click.option("--leave-out", type=click.Path(path_type=Path), help="UHIDs, one a line, that must not stand in it.")
@click.option("--bad", type=click.Path(path_type=Path, dir_okay=False), help="Writes what was left out into this CSV.")
@by_option
@json_option
@click.pass_context
def load(
    context: click.Context,
    file: Path,
    columns: Path | None,
    leave_out: Path | None,
    bad: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Loads the hospital's patients, encrypted; only what finds a patient is kept.

    FILE is CSV in any usual encoding, XLSX, Parquet, a FHIR bulk export (NDJSON), packed with gzip or not, or a folder
    of such files. Needs the hospital's passphrase. Stop it at any moment and run it again: it goes on. Exits 4 when
    rows were left out because of what stands in them; --bad names each by file, line and column, never the patient.

    Example: python -m fallback index load patients.csv --columns columns.toml --leave-out protected.txt --by asha
    """
    data: Data = context.obj
    which = read_columns(columns) if columns else Columns()
    with data.installation() as installation:
        held = PatientIndex(installation.folder, installation.vault)
        report = frontdesk.load_index(
            installation.ledger,
            held,
            file,
            which,
            left_out=read_left_out(leave_out) if leave_out else frozenset(),
            by=by,
            progress=progress(_("rows")),
            filing=progress(_("steps of the filing")),
        )
        if bad:
            write_file(bad, _bad_rows(held, which))
    value = {"index": report.index, "patients": report.rows, "left_out": report.left_out, "double": report.double}
    value |= {"double_of_another": report.other_person, "merged": report.merged, "cells_left_out": report.lost}
    value |= {"unused_columns": list(report.unused), "passed_over": list(report.passed_over)}
    value |= {"bad": report.bad_rows, "bad_rows": [[row.line, row.column, row.why] for row in report.bad]}
    value |= {"kinds": [list(each) for each in report.kinds]}
    show(value, as_json=as_json, text="\n".join(_words(report, which)))
    if report.bad_rows:
        context.exit(4)


def _words(report: LoadReport, which: Columns) -> list[str]:
    """What a load brought, in sentences."""
    counts = {"patients": report.rows, "left": report.left_out, "double": report.double}
    words = [_("{patients} patients are in the index; {left} left out by the list, {double} twice.", **counts)]
    if report.other_person:
        words.append(_("{count} numbers stand with two different people; the first counts.", count=report.other_person))
    if report.merged:
        words.append(_("{count} numbers were merged into others, and lead to them.", count=report.merged))
    if report.passed_over:
        words.append(_("Nothing was taken from the files {names}.", names=", ".join(report.passed_over)))
    if report.unused:
        names = ", ".join(report.unused)
        words.append(
            _("Nothing was taken from the columns {names}: say in a file which is which (--columns).", names=names)
        )
    words += [f"{count} {which.in_file(column)}: {_(why)}" for column, why, count in report.kinds[:_KINDS_SHOWN]]
    words += [
        _("line {line}, {column}: {why}", line=row.line, column=which.in_file(row.column), why=_(row.why))
        for row in report.bad[:_BAD_SHOWN]
    ]
    left = report.bad_rows + report.lost + report.double - min(len(report.bad), _BAD_SHOWN)
    if left > 0:
        words.append(_("and {count} rows more, see --bad", count=left))
    return words


def _bad_rows(held: PatientIndex, which: Columns) -> bytes:
    header = [_("File"), _("Line"), _("Column"), _("Why"), _("The row")]
    state = {True: _("kept without this"), False: _("left out")}
    rows: list[list[Cell]] = [
        [each.file, each.line, which.in_file(each.column), _(each.why), state[each.kept]] for each in held.troubles()
    ]
    return csv_of(Sheet(title=_("Left out"), header=header, rows=rows))


@index.command("status")
@json_option
@click.pass_obj
def status(data: Data, as_json: bool) -> None:
    """Says whether this computer holds the index, and how many patients.

    Example: python -m fallback index status
    """
    with data.installation() as installation:
        held = PatientIndex(installation.folder, installation.vault)
        if not held.here:
            show({"here": False}, as_json=as_json, text=_("This computer holds no patient index."))
            return
        told = held.status()
    value = {"here": True, "index": told.index, "patients": told.rows, "left_out": told.left_out, "bytes": told.size}
    size = (
        _("{megabytes} MB", megabytes=told.size // 1_000_000)
        if told.size >= 1_000_000
        else _("{kilobytes} kB", kilobytes=-(-told.size // 1_000))
    )
    text = _("{patients} patients, {size}, encrypted, in no copy.", patients=told.rows, size=size)
    show(value, as_json=as_json, text=text)


@index.command("destroy")
@click.option("--reason", type=Words(), required=True, help="Why, for the record.")
@by_option
@click.pass_obj
def destroy(data: Data, reason: str, by: str) -> None:
    """Removes the index from this computer, for instance when the hospital's own system is back.

    Example: python -m fallback index destroy --reason "e-Hospital is back" --by asha
    """
    with data.installation() as installation:
        held = PatientIndex(installation.folder, installation.vault)
        if not held.here:
            raise IndexMissing()
        frontdesk.destroy_index(installation.ledger, held, reason, by=by)
        click.echo(_("The patient index is gone from this computer."))
