"""drill: an outage rehearsed end to end in a throw-away data folder."""

from dataclasses import replace
from pathlib import Path

import click

from fallback.cli.data import Data, json_option, show
from fallback.cli.recover import progress, token_from
from fallback.cli.spoken import _
from fallback.language import grouped
from fallback.rehearsal import drill as rehearsal

LABELS = {"registered": "registered", "scanned": "scanned", "imported": "imported"}
REPORT_LABELS = {
    "issued": "slips issued",
    "printed": "copies printed",
    "pages": "pages scanned",
    "read": "pages read",
    "unread": "pages not read",
    "repeats": "pages that came twice",
    "blank": "blank pages",
    "imported": "slips imported",
    "voided": "void slips",
    "missing": "numbers missing",
    "unused": "numbers unused",
    "not_read": "slips of which no page was read",
    "no_form": "pages whose form was not found",
    "wrong_pages": "pages given to a wrong slip",
    "wrong_reads": "codes read wrong",
    "boxes": "boxes looked at",
    "boxes_doubtful": "boxes doubtful",
    "boxes_wrong": "boxes read wrong",
    "answers": "answers given on the worklist",
    "open_pages": "pages left open",
    "pads": "blank slips typed in",
    "visits_wrong": "visits told wrong",
    "sheets_compared": "sheets compared",
    "sheets_wrong": "sheets that differ",
    "pictures": "pictures stored",
    "pictures_wrong": "pictures stored wrong",
    "returning": "returning patients",
    "corrected": "slips corrected",
    "sent_twice": "forms sent twice",
    "reprinted": "slips reprinted",
    "field_errors": "fields that differ",
    "duplicates_on_target": "slips twice on the target",
    "second_import_changed": "changed by a second import",
    "account_closed": "account closed",
    "seconds": "seconds",
    "ok": "all as it must be",
}


@click.command()
@click.option("--patients", type=click.IntRange(1, 20_000), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same patients.")
@click.option("--desks", type=click.IntRange(1, 20), default=2, show_default=True)
@click.option("--to", default="", help="A FHIR server on this machine, or a test system of hospital.toml.")
@click.option("--token-file", type=click.Path(path_type=Path), help="A file with that server's access token.")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="An empty folder for what the drill made."
)
@json_option
@click.pass_context
def drill(
    context: click.Context,
    patients: int,
    seed: int,
    desks: int,
    to: str,
    token_file: Path | None,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Rehearses an outage: registers, prints, scans, reconciles, imports, reads back, compares. Exits 4 if not ok.

    Example: python -m fallback drill --patients 60 --seed 1 --desks 2 --json
    """
    data: Data = context.obj
    hospital = data.hospital()
    target = rehearsal.allowed(to, hospital) if to else None
    tellers = {what: progress(_(words)) for what, words in LABELS.items()}
    report = rehearsal.run(
        replace(hospital, targets=()),
        patients=patients,
        seed=seed,
        desks=desks,
        tell=lambda what, done, total: tellers[what](done, total),
        target=target,
        token=token_from(token_file),
        keep=keep,
    )
    told = report.record() | {"seconds": round(sum(report.seconds.values()))}
    words = [f"{_(REPORT_LABELS[name])}: {_said(told[name])}" for name in REPORT_LABELS]
    words += [_("differs: {what}", what=each) for each in report.differences]
    show(report.record(), as_json=as_json, text="\n".join(words))
    if not report.ok:
        context.exit(4)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return grouped(int(str(value)))
