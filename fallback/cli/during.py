"""Commands before and during a downtime: init, example, check, downtime, pad."""

import os
import secrets
from dataclasses import replace
from pathlib import Path
from shutil import copyfile, copytree

import click

from fallback import enrolment, frontdesk, language
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.keys import SHEET_BYTES, print_it, tell_once, write_sheets
from fallback.cli.serve import make_authority, serve
from fallback.cli.spoken import _
from fallback.disk import disk_error, needs_room, write_file
from fallback.groups import read_recovery
from fallback.keys import HospitalKey
from fallback.ledger import queries
from fallback.parts import split

_COVER_BYTES, _BLANK_BYTES = 600_000, 6_000  # of the PDF of blank slips, at most; the cover with a logo


@click.command()
@click.option(
    "--drill", is_flag=True, help="A root of its own for drills: every slip says DRILL, no real import takes it."
)
@click.option(
    "--recovery-sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A PDF with the recovery key as code and words: print it at once, then delete it.",
)
@click.pass_obj
def init(data: Data, drill: bool, recovery_sheet: Path | None) -> None:
    """Makes an installation: keys, encrypted journal, a first supervisor and a first desk.

    Prints the recovery key and the supervisor's PIN once: write both down.

    Example: python -m fallback --data /srv/parchi --hospital hospital.toml init
    """
    hospital = data.hospital()
    if recovery_sheet:
        needs_room(recovery_sheet, SHEET_BYTES)
    passphrase = data.passphrase(confirm=True)
    installation, recovery_key, pin = enrolment.init(data.folder, passphrase, clock=data.clock, drill=drill)
    try:
        # First of all: they are shown once, and whatever fails below must not take them along.
        known = f"{installation.keys().hospital:08x}"
        click.echo(_("Installation made in {folder}; hospital id {hospital}.", folder=data.folder, hospital=known))
        tell_once(recovery_key, pin)
        make_authority(data, installation)
        key = read_recovery(recovery_key) if recovery_sheet else None
        if key and recovery_sheet:
            words = split(key, 1, 1)
            write_sheets(installation, hospital, data, HospitalKey.RECOVERY, key, words, 1, recovery_sheet)
            click.echo(_("{file}: the recovery key.", file=recovery_sheet))
            click.echo(print_it())
        _keep_hospital(data)
        enrolment.enrol_desk(installation, "Counter 1")
    finally:
        installation.close()


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), help="The port (else PARCHI_PORT, else 8000).")
@click.pass_context
def example(context: click.Context, port: int | None) -> None:
    """A working desk for the example hospital: made at the first call, served at every call.

    Example: python -m fallback example
    """
    data: Data = context.obj
    secret, first_pin = data.folder / "passphrase.txt", data.folder / "first-pin.txt"
    if not first_pin.exists():
        data.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not secret.exists():
            _write_private(secret, secrets.token_urlsafe(24))
        installation, recovery_key, pin = enrolment.init(data.folder, secret.read_text("utf-8"), clock=data.clock)
        make_authority(data, installation)
        _keep_hospital(data)
        for name in ("Counter 1", "Counter 2", "Casualty"):
            enrolment.enrol_desk(installation, name)
        frontdesk.start_downtime(data.counter(installation), _("Example: the servers are down"))
        installation.close()
        _write_private(first_pin, pin)
        _write_private(data.folder / "recovery-key.txt", recovery_key)
    settings = replace(data.settings, passphrase_file=secret, hospital=data.folder / "hospital.toml")
    words = _(
        "Login: {login}   PIN: {pin} at first, then the one that you chose",
        login=enrolment.FIRST_LOGIN,
        pin=first_pin.read_text("utf-8"),
    )
    click.echo(words)
    context.obj = Data(settings, data.clock)
    context.invoke(serve, port=port)


def _keep_hospital(data: Data) -> None:
    """Puts the hospital's file, its layouts' folder and its ways' files into the data folder, unless they are there."""
    kept = data.folder / "hospital.toml"
    layouts = data.hospital().layouts
    try:
        if not (kept.exists() and kept.samefile(data.settings.hospital)):
            if layouts:
                copytree(layouts, data.folder / layouts.name, copy_function=copyfile, dirs_exist_ok=True)
            for beside in {target.file for target in data.hospital().targets if target.file}:
                copyfile(beside, data.folder / Path(beside).name)
            copyfile(data.settings.hospital, kept)
    except OSError as wrong:
        raise disk_error(wrong, data.folder) from wrong


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


@click.group()
def downtime() -> None:
    """Starts, ends and shows the downtime. Example: python -m fallback downtime status"""


@downtime.command("start")
@click.option("--reason", type=Words(), required=True, help="Why the hospital's computers are down, for the record.")
@click.pass_obj
def downtime_start(data: Data, reason: str) -> None:
    """Declares a downtime: from now on desks issue slips.

    Example: python -m fallback downtime start --reason "e-Hospital is down since 07:00"
    """
    with data.installation() as installation:
        started = frontdesk.start_downtime(data.counter(installation), reason)
        time = language.format_time(started.started)
        click.echo(_("Drill started {time}.", time=time) if started.drill else _("Downtime started {time}.", time=time))


@downtime.command("end")
@click.pass_obj
def downtime_end(data: Data) -> None:
    """Ends the downtime; every shift must be closed.

    Example: python -m fallback downtime end
    """
    with data.installation() as installation:
        frontdesk.end_downtime(data.counter(installation))
        click.echo(_("The downtime has ended. Scan the slips, reconcile, import."))


@downtime.command("status")
@json_option
@click.pass_obj
def downtime_status(data: Data, as_json: bool) -> None:
    """Shows whether a downtime lasts and which shifts are open.

    Example: python -m fallback downtime status --json
    """
    with data.installation() as installation:
        db = installation.ledger.db()
        lasting = queries.current_downtime(db)
        busy = [each.series for each in queries.shifts(db) if each.closed is None]
        value = {
            "lasts": lasting is not None,
            "drill": installation.drill,
            "started": lasting.started.isoformat() if lasting else None,
            "reason": lasting.reason if lasting else None,
            "open_shifts_at": busy,
        }
        text = _("No downtime.")
        if lasting:
            since = language.format_moment(lasting.started)
            text = _("A downtime lasts since {since}: {reason}", since=since, reason=lasting.reason)
        desks = ", ".join(f"{series:03d}" for series in busy) or _("none")
        show(value, as_json=as_json, text=text + "  " + _("Open shifts at desks: {desks}", desks=desks))


@click.command()
@click.option("--desk", "series", type=int, required=True, help="The series whose numbers the blanks take.")
@click.option("--count", type=click.IntRange(1, frontdesk.MOST_PADS), default=3, show_default=True)
@click.option("--to", "issued_to", type=Words(), required=True, help="The ward or counter that gets them.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF to write.")
@json_option
@click.pass_obj
def pad(data: Data, series: int, count: int, issued_to: str, out: Path, as_json: bool) -> None:
    """Prints numbered blank slips with a signed QR, for writing by pen.

    Example: python -m fallback pad --desk 1 --count 30 --to "Ward 5" --out pads.pdf
    """
    with data.installation() as installation:
        # Numbers are never given twice: none is taken for a sheet that cannot be written.
        needs_room(out, _COVER_BYTES + count * _BLANK_BYTES)
        numbers, pdf = frontdesk.print_pads(data.counter(installation), series=series, count=count, issued_to=issued_to)
        write_file(out, pdf)
        value = {"file": str(out), "numbers": [number.text for number in numbers], "issued_to": issued_to}
        ends = {"first": numbers[0].grouped, "last": numbers[-1].grouped}
        says = _(
            "{count} blanks for {ward}, {first} to {last}, are in {file}.",
            count=count,
            ward=issued_to,
            file=out,
            **ends,
        )
        show(value, as_json=as_json, text=says)
