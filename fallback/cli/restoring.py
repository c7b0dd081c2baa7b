"""What brings a hospital back onto an empty machine: restore from a copy, rebuild from paper alone."""

from pathlib import Path
from typing import Any

import click

from fallback import custody, enrolment, names, recovery
from fallback.cli.data import Data, json_option, show
from fallback.cli.journal import heads_record
from fallback.cli.scan import progress
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
    words = f"{report.lines} lines are restored in {data.folder}, with {report.pages.copied} pictures of pages. "
    if report.damaged:
        words += f"{report.damaged} lines are damaged; {report.saved} slips were saved from behind them. "
    value |= {"hospital_file": report.hospital}
    if not report.hospital:
        words += f"No file of the hospital lay beside the copy: put its hospital.toml into {data.folder} first. "
    show(value, as_json=as_json, text=words + "Enrol its desks now, then scan what was printed since that copy.")
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
        click.echo(f"Recovery key (print it, seal it, keep it elsewhere): {recovery_key}", err=as_json)
        click.echo(f"First login: {enrolment.FIRST_LOGIN}   PIN: {pin}", err=as_json)
        installation.ledger.copy_to(*data.settings.copies)
        report = recovery.scan(
            installation, hospital, list(papers), batch="rebuild", workers=workers, progress=progress()
        )
        desks = recovery.paper_only(installation.ledger.db())
    finally:
        installation.close()
    name = f", {names.normalise(found.poster.name)}" if found.poster else ""
    words = [f"Hospital {found.keys.hospital:08x}{name}: compare the id with the hospital's own papers."]
    words.append(f"{report.pages} pages: {report.read} read, {report.repeats} twice, {report.unread} need a person.")
    words += [_told(each) for each in desks]
    if report.outcomes["unknown_desk"]:
        words.append(
            f"{report.outcomes['unknown_desk']} pages are of desks that no key proves. Name scans of their cards or "
            "shift sheets with --keys, and rebuild into another empty folder."
        )
    known = all(each.voids_known for each in desks)
    value = {"hospital": f"{found.keys.hospital:08x}", "scan": report.record(), "desks": [e.record() for e in desks]}
    show(value, as_json=as_json, text="\n".join(words))
    if report.work or not known:
        context.exit(4)


def _told(desk: PaperOnly) -> str:
    """A desk in one line."""
    line = f"desk {desk.series:03d}: {desk.slips} slips, {desk.voids} of them void, {desk.gaps} numbers are missing; "
    if desk.voids_known:
        return line + "every shift sheet is here."
    lost = f", the sheets of shifts {', '.join(map(str, desk.missing))} are missing" if desk.missing else ""
    seen = f"sheets of {len(desk.ended)} shifts are here{lost}" if desk.ended else "no shift sheet is here"
    return line + f"VOIDS UNKNOWN: {seen}. Its slips are held until somebody approves them once more."


COMMANDS = (restore, rebuild)
