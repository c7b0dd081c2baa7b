"""The commands `pages`: the batches, and what leaves or ends the store of pictures: export, copy, destroy."""

from pathlib import Path

import click

from fallback import custody, recovery
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.recover import by_option, progress
from fallback.ledger import queries
from fallback.reconcile import PageState, page_state
from fallback.recovery import ExportReport
from fallback.slip import SlipNumber

_WAITING = "waiting"


@click.group()
def pages() -> None:
    """Lists, exports, copies and destroys the pictures of scanned pages. Example: python -m fallback pages list"""


@pages.command("list")
@json_option
@click.pass_obj
def list_(data: Data, as_json: bool) -> None:
    """Shows every batch: how many pages it has, and where they ended. `waiting` are stored and not read yet.

    Example: python -m fallback pages list
    """
    with data.installation() as installation:
        rows = queries.batches(installation.ledger.db())
    names = [*(state.value for state in PageState), _WAITING]
    value = []
    for row in rows:
        counts = dict.fromkeys(names, 0)
        for outcome, count in row.outcomes.items():
            counts[outcome if outcome == _WAITING else page_state(outcome).value] += count
        value.append({"batch": row.batch, "pages": row.pages} | counts)
    words = [f"{'pages':>7} " + " ".join(f"{name:>10}" for name in names) + "  batch"]
    words += [
        f"{each['pages']:>7} " + " ".join(f"{each[name]:>10}" for name in names) + f"  {each['batch']}"
        for each in value
    ]
    show(value, as_json=as_json, text="\n".join(words))


@pages.command("export")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="The folder to write into.")
@click.option("--fhir", is_flag=True, help="As FHIR R4: DocumentReference.ndjson and Binary.ndjson.")
@click.option("--batch", type=Words(empty=True), default="", help="Only the pages of this batch.")
@click.option("--number", default="", help="Only the pages of this slip.")
@by_option
@json_option
@click.pass_context
def export(context: click.Context, to: Path, fhir: bool, batch: str, number: str, by: str, as_json: bool) -> None:
    """Writes pictures into a folder by slip number, or as FHIR documents. They are NOT encrypted there.

    Stop it at any moment and run it again: what is there and whole is left alone. Exits 4 when pictures are missing or
    damaged in the store.

    Example: python -m fallback pages export --to /media/disk/slips --by meena
    """
    data: Data = context.obj
    of = SlipNumber.parse(number) if number else None
    hospital = data.hospital()
    with data.installation() as installation:
        ledger, store, tell = installation.ledger, installation.pages, progress("pages")
        if fhir:
            report = recovery.export_fhir(ledger, store, hospital, to, batch=batch, number=of, by=by, progress=tell)
        else:
            report = recovery.export_folder(ledger, store, to, batch=batch, number=of, by=by, progress=tell)
    show(report.record(), as_json=as_json, text="\n".join(_told(report)))
    if report.missing or report.damaged:
        context.exit(4)


@pages.command("copy")
@click.option("--to", type=click.Path(path_type=Path), help="Bring this folder up to date: a second copy's.")
@click.option("--from", "source", type=click.Path(path_type=Path), help="Bring back what is lost or damaged here.")
@json_option
@click.pass_context
def copy(context: click.Context, to: Path | None, source: Path | None, as_json: bool) -> None:
    """Copies the pictures, encrypted as they are, onto another disk or back. Only what is missing is copied.

    `restore` brings them back by itself when they lie beside the journal's copy. Exits 4 when pictures are
    damaged where they come from.

    Example: python -m fallback pages copy --to /media/stick/parchi
    """
    data: Data = context.obj
    folder = source or to
    if folder is None or (source and to):
        raise click.UsageError("Say either --to or --from, and a folder.")
    with data.installation() as installation:
        report = custody.copy_pages(
            installation.ledger, installation.pages, folder, back=source is not None, progress=progress("pictures")
        )
    words = [f"{report.copied} pictures copied, {report.there} were there, {len(report.damaged)} damaged."]
    words += [f"  damaged: {picture}" for picture in report.damaged]
    value = {"copied": report.copied, "there": report.there, "damaged": report.damaged}
    show(value, as_json=as_json, text="\n".join(words))
    if report.damaged:
        context.exit(4)


@pages.command("destroy")
@click.option("--reason", type=Words(), required=True, help="Why, for the journal.")
@click.option("--by", type=Words(), required=True, help="The login of the supervisor who does this.")
@click.option("--dry-run", is_flag=True, help="Show how many pictures it would be; change nothing.")
@json_option
@click.pass_obj
def destroy(data: Data, reason: str, by: str, dry_run: bool, as_json: bool) -> None:
    """Destroys pictures that are older than the hospital's rule says ([pages] in hospital.toml), for ever.

    Only pages of slips that are in the hospital system, void, or a drill's, and pages that a person called not ours or
    blank. What is or may become medico-legal is always kept, with every page of that patient. Copies on other disks
    follow with `pages copy --to`.

    Example: python -m fallback pages destroy --dry-run --reason "five years are over" --by meena
    """
    hospital = data.hospital()
    with data.installation() as installation:
        report = recovery.destroy(
            installation.ledger, installation.pages, hospital, by=by, reason=reason, dry_run=dry_run
        )
    value = report.record() | {"dry_run": dry_run}
    words = [f"{len(report.pictures)} pictures {'would be' if dry_run else 'were'} destroyed."]
    words += [f"  {report.kept[why]} kept: {why.value}" for why in recovery.Kept if report.kept[why]]
    show(value, as_json=as_json, text="\n".join(words))


def _told(report: ExportReport) -> list[str]:
    words = [
        f"{report.pages} pages: {report.written} written, {report.there} were there. They are not encrypted there."
    ]
    if report.destroyed:
        words.append(f"  {report.destroyed} were destroyed by rule.")
    words += [f"  missing: {picture}" for picture in report.missing]
    words += [f"  damaged: {picture}" for picture in report.damaged]
    return words
