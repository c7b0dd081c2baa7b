"""The archive of the cross-walk on one enquiry PC: made once, asked for years, changed by nobody."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from fallback.cli.after import name_of, to_option
from fallback.cli.data import Data, asked, json_option, show, strong
from fallback.cli.spoken import _
from fallback.keys import PublicKeys
from fallback.language import format_date
from fallback.logbook import FOLDER_NAME, Logbook
from fallback.recovery.archive import Archive, Found, Kept, make_archive

_SAYS = {
    Kept.UHID: "slip {number}: UHID {uhid}",
    Kept.VOID: "slip {number}: void, it counts for nothing",
    Kept.OPEN: "slip {number}: it was not in the hospital system when this archive was made. Ask the records room.",
    Kept.NO_SLIP: "slip {number}: the number was handed out, and no slip was made with it",
    Kept.UNKNOWN: "slip {number}: this hospital never gave out this number",
    Kept.UNTRUSTED: "This code was not signed by this hospital. Do not trust the paper: ask the records room.",
    Kept.UNREADABLE: "Neither a slip number nor a slip's code. Scan it again, or type the 11 digits.",
}
_LOGGED = "archive ask"  # as the access log names it


@click.group()
def archive() -> None:
    """Slip number to UHID on one enquiry PC, without the journal and without any key: read only.

    Example: python -m fallback archive ask D:/archive
    """


@archive.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--archive-passphrase-file", type=click.Path(path_type=Path), help="The archive's own; else it is asked.")
@to_option
@click.pass_obj
def make(data: Data, folder: Path, archive_passphrase_file: Path | None, to: str) -> None:
    """Makes an archive in a new folder, with a passphrase of its own. It holds numbers and no names.

    Example: python -m fallback archive make D:/archive
    """
    hospital = data.hospital()
    with data.installation() as installation:
        if archive_passphrase_file:
            own = strong(data.secret(archive_passphrase_file))
        else:
            own = strong(asked(_("Passphrase of the archive"), confirm=True))
        keys = PublicKeys.load(data.folder / "keys.json")
        ledger, name = installation.ledger, name_of(hospital, to)
        made = make_archive(ledger, hospital, keys, name, folder, own, now=data.clock())
    click.echo(
        _("{count} numbers are in {folder}, {uhids} with a UHID.", count=made.slips, folder=folder, uhids=made.uhids)
    )


@archive.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("slips", nargs=-1)
@json_option
@click.pass_obj
def ask(data: Data, folder: Path, slips: tuple[str, ...], as_json: bool) -> None:
    """Says which UHID a slip became: for each slip that is named, else for each that is scanned or typed, until an
    empty line. Only the access log beside the archive is written.

    Example: python -m fallback archive ask D:/archive "017 000 001 42"
    """
    secret = data.secret(data.settings.passphrase_file) if data.settings.passphrase_file else asked(_("Passphrase"))
    found = Archive.open(folder, secret)
    log = Logbook(folder / FOLDER_NAME, data.clock)
    log.write("command", _LOGGED)
    made = format_date(datetime.fromisoformat(found.made))
    if not as_json:
        click.echo(_("{hospital}: as it stood on {day}.", hospital=found.hospital, day=made), err=True)
    for typed in slips or _typed():
        answer = found.ask(typed)
        log.write("lookup", answer.kept.value)  # that it was asked, never what was
        show(_record(answer), as_json=as_json, text=_said(answer))


def _typed() -> Iterator[str]:
    while True:
        click.echo(f"{_('Slip number')}: ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line.strip():
            return
        yield line


def _said(answer: Found) -> str:
    number = answer.number.grouped if answer.number else ""
    return _(_SAYS[answer.kept], number=number, uhid=answer.uhid)


def _record(answer: Found) -> dict[str, str]:
    return {
        "number": answer.number.text if answer.number else "",
        "kept": answer.kept.value,
        "uhid": answer.uhid,
    }
