"""Commands on the record of what happened: access log, clock, reports after an attack, what is kept for how long."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click

from fallback import custody, recovery
from fallback.cli.data import DAY, Data, Words, json_option, show
from fallback.cli.sheets import out_option
from fallback.cli.spoken import _
from fallback.disk import write_file
from fallback.frontdesk.clock import ask_time_server, offset_of, right_time, tell_clock
from fallback.language import format_date, format_moment
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.events import clock_state, events
from fallback.logbook import FOLDER_NAME


@click.group()
def logs() -> None:
    """Proves, exports and destroys the access log. Example: python -m fallback logs verify"""


@logs.command("verify")
@json_option
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Holds every day of the access log against the journal, and the order of its lines. Exits 4 when it is not so.

    Example: python -m fallback logs verify
    """
    data: Data = context.obj
    with data.installation() as installation:
        custody.close_logs(installation.ledger, data.folder / FOLDER_NAME, data.clock())
        report = custody.verify_logs(installation.ledger, data.folder / FOLDER_NAME)
    value = {
        "ok": report.ok,
        "days": [{"day": each.day, "lines": each.lines, "sha256": each.sha256, "closed": each.closed, "torn": each.torn}
                 for each in report.days],
        "destroyed": report.destroyed,
        "troubles": [{"day": each.day, "why": each.why} for each in report.troubles],
    }  # fmt: skip
    count = sum(each.lines for each in report.days)
    words = [_("{days} days, {count} lines; NOT as they were written.", days=len(report.days), count=count)]
    if report.ok:
        words = [_("{days} days, {count} lines; all as written.", days=len(report.days), count=count)]
    words += [_("{day}: {why}", day=_shown(each.day), why=each.why) for each in report.troubles]
    if report.destroyed:
        words.append(_("{count} days were destroyed by the rule.", count=report.destroyed))
    show(value, as_json=as_json, text="\n".join(words))
    if not report.ok:
        context.exit(4)


@logs.command("export")
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write into."
)
@json_option
@click.pass_obj
def export(data: Data, first: datetime, last: datetime, out: Path, as_json: bool) -> None:
    """Copies days of the access log into a folder, for CERT-In or the police, with a list of their hashes.

    Example: python -m fallback logs export --from 23-11-2026 --to 26-11-2026 --out /media/stick/logs
    """
    with data.installation() as installation:
        folder = data.folder / FOLDER_NAME
        custody.close_logs(installation.ledger, folder, data.clock())
        found = custody.export_logs(installation.ledger, folder, out, first.date(), last.date())
    value = {"folder": str(out), "days": [{"day": each.day, "sha256": each.sha256} for each in found]}
    made = {"count": len(found), "folder": out, "file": custody.HASHES}
    show(value, as_json=as_json, text=_("{count} days are in {folder}, their hashes in {file}.", **made))


@logs.command("destroy")
@click.option("--by", type=Words(), required=True, help="The login of the supervisor who does this.")
@click.option("--dry-run", is_flag=True, help="Show which days it would be; change nothing.")
@json_option
@click.pass_obj
def destroy(data: Data, by: str, dry_run: bool, as_json: bool) -> None:
    """Destroys days of the access log that are older than the hospital's rule says ([logs] in hospital.toml).

    Example: python -m fallback logs destroy --dry-run --by meena
    """
    hospital = data.hospital()
    with data.installation() as installation:
        days = custody.destroy_logs(
            installation.ledger, data.folder / FOLDER_NAME, hospital, data.clock(), by=by, dry_run=dry_run
        )
    counts = {"count": len(days), "kept": hospital.keep_logs}
    text = _("{count} days were destroyed. The rule: {kept} days.", **counts)
    if dry_run:
        text = _("{count} days would be destroyed. The rule: {kept} days.", **counts)
    show({"days": days, "dry_run": dry_run}, as_json=as_json, text=text)


@click.command()
@click.option("--right", "typed", default="", help='What a phone shows now, like "26-11-2026 06:10".')
@click.option("--from-ntp", "server", default="", help="Ask this time server, once. Nothing else ever calls out.")
@click.option("--by", type=Words(empty=True), default="", help="The login of who says so.")
@json_option
@click.pass_obj
def clock(data: Data, typed: str, server: str, by: str, as_json: bool) -> None:
    """Writes down how far this computer's clock is off. It is not corrected: that is the operating system's.

    Without an option it shows what is known.

    Example: python -m fallback clock --right "26-11-2026 06:10" --by meena
    """
    if typed and server:
        raise click.UsageError(_("Say either --right or --from-ntp."))
    with data.installation() as installation:
        now, ledger = data.clock(), installation.ledger
        if typed:
            tell_clock(ledger, offset_of(right_time(typed), now), by=by)
        elif server:
            tell_clock(ledger, ask_time_server(server, now), source=server[:60], by=by)
        state = clock_state(ledger.db(), ledger.chain, now)
    value = {
        "clock": now.isoformat(),
        "offset_seconds": state.offset,
        "told": state.told.isoformat() if state.told else None,
        "source": state.source,
        "trouble": state.trouble.value if state.trouble else None,
    }
    words = [_("This computer says {moment} in India.", moment=format_moment(now))]
    if state.told is not None and state.offset is not None:
        heard = {"moment": format_moment(state.told), "source": state.source, "seconds": f"{state.offset:+d}"}
        words.append(_("Told {moment} by {source}: {seconds} seconds are to be added.", **heard))
    else:
        words.append(_("Nobody has told how far it is off."))
    if state.trouble:
        words.append(_("It is NOT RIGHT: correct it in the operating system."))
    show(value, as_json=as_json, text=" ".join(words))


@click.group()
def incident() -> None:
    """Makes the reports that the law asks for after an attack. Example: python -m fallback incident sheet --help"""


_noticed = click.option("--noticed", required=True, help='When it was noticed, like "26-11-2026 06:10", in India.')


@incident.command("sheet")
@_noticed
@out_option
@click.pass_obj
def incident_sheet(data: Data, noticed: str, out: Path) -> None:
    """The report to CERT-In, due six hours after noticing, as far as the journal knows; a person fills in the rest.

    Example: python -m fallback incident sheet --noticed "26-11-2026 06:10" --out incident.pdf
    """
    _duty(data, noticed, out, custody.incident_sheet)


@incident.command("personal-data")
@_noticed
@out_option
@click.pass_obj
def incident_personal_data(data: Data, noticed: str, out: Path) -> None:
    """The report to the Data Protection Board, due within 72 hours, and what each affected person must be told.

    Example: python -m fallback incident personal-data --noticed "26-11-2026 06:10" --out breach.pdf
    """
    _duty(data, noticed, out, custody.personal_data_sheet)


def _duty(data: Data, noticed: str, out: Path, make: Callable[..., bytes]) -> None:
    when, hospital = right_time(noticed), data.hospital()
    with data.installation() as installation:
        now, drill = data.clock(), installation.drill
        pdf = make(installation.ledger, data.folder, hospital, noticed=when, now=now, drill=drill)
    write_file(out, pdf)
    click.echo(_("{file}: what only a person knows is left empty. Print it, fill it in, send it.", file=out))


@click.command()
@json_option
@click.pass_obj
def retention(data: Data, as_json: bool) -> None:
    """Shows what the hospital's rules keep and for how long, and what is due to be destroyed. It destroys nothing.

    Example: python -m fallback retention
    """
    hospital = data.hospital()
    with data.installation() as installation:
        ledger = installation.ledger
        days = custody.due_logs(ledger, data.folder / FOLDER_NAME, hospital, data.clock())
        pictures = recovery.due_pictures(ledger, hospital, data.clock())
        gone = {fact: len(events(ledger.db(), fact)) for fact in (FactKind.LOGS_DESTROYED, FactKind.INDEX_DESTROYED)}
        destroyed = len(queries.destroyed(ledger.db()))
    value = {
        "logs": {"keep_days": hospital.keep_logs, "due": days, "destroyed_times": gone[FactKind.LOGS_DESTROYED]},
        "pictures": {"keep_days": hospital.keep_pages, "due": pictures, "destroyed": destroyed},
        "journal": {"keep_days": None},
        "index": {"destroyed_times": gone[FactKind.INDEX_DESTROYED]},
    }
    keep = _("for ever ([pages] keep_days is not set)")
    if hospital.keep_pages:
        keep = _("{days} days", days=hospital.keep_pages)
    counts = {"kept": keep, "due": pictures, "destroyed": destroyed}
    words = [
        _("access log: kept {kept} days; {due} days are due (logs destroy).", kept=hospital.keep_logs, due=len(days)),
        _("pictures of pages: kept {kept}; {due} are due (pages destroy), {destroyed} were destroyed.", **counts),
        _("journal: kept for ever; no command destroys it."),
        _("patient index: until it is destroyed (index destroy)."),
    ]
    show(value, as_json=as_json, text="\n".join(words))


def _shown(day: str) -> str:
    """A day of the access log, as printed; what is no day, as it stands."""
    try:
        return format_date(date.fromisoformat(day))
    except ValueError:
        return day
