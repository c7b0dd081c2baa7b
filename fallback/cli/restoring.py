"""What brings a hospital back onto an empty machine: restore from a copy, rebuild from paper alone."""

from pathlib import Path
from typing import Any

import click

from fallback import custody, enrolment, names, recovery
from fallback.cli.data import Data, json_option, show
from fallback.cli.journal import heads_record
from fallback.cli.keys import tell_once
from fallback.cli.scan import progress
from fallback.cli.spoken import _
from fallback.cli.trusted import trusted
from fallback.recovery import PaperOnly


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--damaged", is_flag=True, help="Take a damaged copy as far as it goes, when there is no other.")
@json_option
@click.pass_obj
def restore(data: Data, source: Path, damaged: bool, as_json: bool) -> None:
    """Makes a new data folder from a second copy or an export. The passphrase, the recovery key or a card opens it.

    What was issued after the copy's last line is on paper: scan it afterwards. Desks are enrolled anew, for no copy
    holds a desk's key.

    A copy with a damaged line is refused: take the other stick. Where there is none, --damaged takes all lines up to
    the damage, and every slip after it as if its paper were read. Exits 4 when anything is damaged in the copy.

    Example: python -m fallback --data /srv/new restore /media/stick/parchi
    """
    report = custody.restore(source, data.folder, data.passphrase(), clock=data.clock, damaged=damaged)
    value: dict[str, Any] = {"lines": report.lines, "chains": heads_record(report.chains), "chain": report.chain}
    value |= {"pages": report.pages.copied, "damaged": report.pages.damaged}
    value |= {"damaged_lines": report.damaged, "saved": report.saved}
    counts = {"count": report.lines, "pictures": report.pages.copied, "folder": data.folder}
    words = [_("{count} lines are restored in {folder}, with {pictures} pictures of pages.", **counts)]
    if report.damaged:
        lost = {"count": report.damaged, "saved": report.saved}
        words.append(_("{count} lines are damaged; {saved} slips were saved from behind them.", **lost))
    value |= {"hospital_file": report.hospital}
    if not report.hospital:
        words.append(
            _(
                "No file of the hospital lay beside the copy: put its hospital.toml into {folder} first.",
                folder=data.folder,
            )
        )
    words.append(_("Enrol its desks now, then scan what was printed since that copy."))
    show(value, as_json=as_json, text=" ".join(words))
    if report.pages.damaged or report.damaged:
        click.get_current_context().exit(4)


@click.command()
@click.argument("papers", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--keys",
    "keys_from",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="Verifies who signed: keys.json, or a scan of the poster, of desks' cards, of shift sheets. May be repeated.",
)
@click.option("--workers", type=click.IntRange(1), help="How many processes read; as many as there are cores.")
@json_option
@click.pass_context
def rebuild(
    context: click.Context, papers: tuple[Path, ...], keys_from: tuple[Path, ...], workers: int | None, as_json: bool
) -> None:
    """Makes a new data folder from paper alone, when every computer and every copy is lost.

    PAPERS are scans of slips and of shift sheets, files or folders. The folder gets a passphrase, a recovery key and a
    first supervisor of its own: both are shown once. It verifies, takes in more scans and imports; it issues nothing
    until the root's key is put back from its parts and desks are enrolled anew.

    Of a desk without all of its shift sheets the voids are unknown: nothing of it is imported until somebody approves
    it once more (approve --again). Exits 4 when that is so, or when pages need a person.

    Example: python -m fallback --data /srv/new rebuild scans/ --keys poster.pdf --keys shift-sheets.pdf
    """
    data: Data = context.obj
    hospital = data.hospital()
    found = trusted(keys_from)
    passphrase = data.passphrase(confirm=True)
    installation, recovery_key, pin = enrolment.make_from_paper(data.folder, passphrase, found.keys, clock=data.clock)
    try:
        # First of all: they are shown once, and whatever fails below must not take them along.
        tell_once(recovery_key, pin, err=as_json)
        installation.ledger.copy_to(*data.settings.copies)
        report = recovery.scan(
            installation, hospital, list(papers), batch="rebuild", workers=workers, progress=progress()
        )
        desks = recovery.paper_only(installation.ledger.db())
    finally:
        installation.close()
    hospital_id = f"{found.keys.hospital:08x}" + (f", {names.normalise(found.poster.name)}" if found.poster else "")
    words = [_("Hospital {hospital}: compare the id with the hospital's own papers.", hospital=hospital_id)]
    counts = {"pages": report.pages, "read": report.read, "twice": report.repeats, "unread": report.unread}
    words.append(_("{pages} pages: {read} read, {twice} twice, {unread} need a person.", **counts))
    words += [_told(each) for each in desks]
    if report.outcomes["unknown_desk"]:
        words.append(
            _(
                "{count} pages are of desks that no key proves. Name scans of their cards or shift sheets with --keys, "
                "and rebuild into another empty folder.",
                count=report.outcomes["unknown_desk"],
            )
        )
    known = all(each.voids_known for each in desks)
    value = {"hospital": f"{found.keys.hospital:08x}", "scan": report.record(), "desks": [e.record() for e in desks]}
    show(value, as_json=as_json, text="\n".join(words))
    if report.work or not known:
        context.exit(4)


def _told(desk: PaperOnly) -> str:
    """A desk in one line."""
    counts = {"slips": desk.slips, "voids": desk.voids, "gaps": desk.gaps, "series": f"{desk.series:03d}"}
    words = [_("desk {series}: {slips} slips, {voids} of them void, {gaps} numbers are missing.", **counts)]
    if desk.voids_known:
        words.append(_("Every shift sheet is here."))
    else:
        words.append(_("VOIDS UNKNOWN: its slips are held until somebody approves them once more."))
        words.append(
            _("Sheets of {count} shifts are here.", count=len(desk.ended))
            if desk.ended
            else _("No shift sheet is here.")
        )
        if desk.ended and desk.missing:
            lost = ", ".join(map(str, desk.missing))
            words.append(_("The sheets of these shifts are missing: {shifts}.", shifts=lost))
    return " ".join(words)
