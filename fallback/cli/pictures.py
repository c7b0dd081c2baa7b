"""The commands `pages`: the batches, and what leaves or ends the store of pictures: export, copy, destroy."""

from pathlib import Path

import click

from fallback import custody, recovery
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.recover import by_option, progress
from fallback.cli.spoken import _, table
from fallback.ledger import queries
from fallback.reconcile import PageState, page_state
from fallback.recovery import ExportReport
from fallback.slip import SlipNumber

_WAITING = "waiting"
LABELS = {
    PageState.READ: "read",
    PageState.REPEAT: "repeats",
    PageState.BLANK: "blank",
    PageState.FOREIGN: "foreign",
    PageState.FORGED: "forged",
    PageState.NEEDS_EYES: "need eyes",
    _WAITING: "waiting",
}
KEPT_LABELS = {
    recovery.Kept.WAITS: "a person has yet to look at it",
    recovery.Kept.MEDICO_LEGAL: "it is, or may become, medico-legal",
    recovery.Kept.UNLOOKED: "no hospital copy of its slip was read or looked at",
    recovery.Kept.FORGED: "forged",
    recovery.Kept.SET_ASIDE: "set aside, or too damaged",
    recovery.Kept.NOT_IMPORTED: "its slip is not in the hospital system",
    recovery.Kept.NO_SLIP: "nobody has said what it is",
    recovery.Kept.YOUNG: "the rule's days are not over",
}


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
    words = table(
        [_("pages"), *(_(LABELS[name]) for name in names), _("batch")],
        *([each["pages"], *(each[name] for name in names), each["batch"]] for each in value),
    )
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
        ledger, store, tell = installation.ledger, installation.pages, progress(_("pages"))
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
        raise click.UsageError(_("Say either --to or --from, and a folder."))
    with data.installation() as installation:
        report = custody.copy_pages(
            installation.ledger, installation.pages, folder, back=source is not None, progress=progress(_("pictures"))
        )
    counts = {"copied": report.copied, "there": report.there, "damaged": len(report.damaged)}
    words = [_("{copied} pictures copied, {there} were there, {damaged} damaged.", **counts)]
    words += ["  " + _("damaged: {picture}", picture=picture) for picture in report.damaged]
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
    count = len(report.pictures)
    words = [_("{count} pictures were destroyed.", count=count)]
    if dry_run:
        words = [_("{count} pictures would be destroyed.", count=count)]
    words += [
        "  " + _("{count} kept: {why}", count=report.kept[why], why=KEPT_LABELS[why])
        for why in recovery.Kept
        if report.kept[why]
    ]
    show(value, as_json=as_json, text="\n".join(words))


def _told(report: ExportReport) -> list[str]:
    counts = {"pages": report.pages, "written": report.written, "there": report.there}
    words = [_("{pages} pages: {written} written, {there} were there. They are not encrypted there.", **counts)]
    if report.destroyed:
        words.append("  " + _("{count} were destroyed by rule.", count=report.destroyed))
    words += ["  " + _("missing: {picture}", picture=picture) for picture in report.missing]
    words += ["  " + _("damaged: {picture}", picture=picture) for picture in report.damaged]
    return words
