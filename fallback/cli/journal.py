"""Commands on the journal itself: export, merge, verify, views, compare."""

from dataclasses import asdict, replace
from pathlib import Path

import click

from fallback import custody, recovery
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.spoken import _, table
from fallback.ledger import Head, Trouble, TroubleKind

LABELS = {"missing_here": "missing here", "missing_there": "missing there", "different": "different"}
KIND_LABELS = {
    TroubleKind.CHANGED: "changed",
    TroubleKind.MISSING: "missing",
    TroubleKind.MOVED: "moved",
    TroubleKind.INVENTED: "invented",
    TroubleKind.DAMAGED: "damaged",
}


@click.group()
def journal() -> None:
    """Exports, merges, verifies and compares the journal. Example: python -m fallback journal verify"""


@journal.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(data: Data, file: Path) -> None:
    """Writes every line of every chain, sealed, into one file.

    Example: python -m fallback journal export counter-1.parchi
    """
    with data.installation() as installation:
        report = custody.export(installation.ledger, file)
        says = _(
            "{count} lines are in {file}; the vault's header lies beside it.", count=report.lines, file=report.file
        )
        click.echo(says)


@journal.command("merge")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def merge(data: Data, file: Path, as_json: bool) -> None:
    """Takes another desk's export, or a second copy, into this journal. Doing it twice changes nothing.

    Example: python -m fallback journal merge counter-2.parchi
    """
    with data.installation() as installation:
        report = custody.merge(installation.ledger, file)
        forks = [{"chain": each.chain, "sequence": each.sequence} for each in report.conflicts]
        value = {"lines": report.lines, "chains": heads_record(report.chains), "conflicts": forks}
        words = [_("{count} new lines were taken in.", count=report.lines)]
        words += [
            _("CONFLICT: chain {chain} differs at line {line}", chain=each.chain, line=each.sequence)
            for each in report.conflicts
        ]
        found = recovery.contradictions(installation.ledger.db())
        value |= {"contradictions": found.record()}
        for uses in found.cards:
            where = ", ".join(_("{desk} (machine {machine})", desk=use.name, machine=use.machine) for use in uses)
            used = {"series": f"{uses[0].series:03d}", "count": len(uses), "where": where}
            words.append(_("CONFLICT: card {series} was used in {count} places: {where}", **used))
        if found.numbers:
            words.append(
                _(
                    "CONFLICT: {count} numbers have several contents; all are kept, none is imported. "
                    "Say which stands: python -m fallback judge",
                    count=len(found.numbers),
                )
            )
        for each in found.twice:
            done = {"number": each.number.grouped, "counter": each.counter, "done": each.what}
            words.append(_("Done twice: slip {number}, {counter}, {done}, by {by}", by=", ".join(each.logins), **done))
        show(value, as_json=as_json, text="\n".join(words))
        if report.conflicts or found.cards or found.numbers:
            click.get_current_context().exit(4)


@journal.command("verify")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--printed", multiple=True, help="What a paper says of the journal's end: CHAIN:LINE:HASH.")
@json_option
@click.pass_obj
def verify(data: Data, file: Path | None, printed: tuple[str, ...], as_json: bool) -> None:
    """Finds any line changed, dropped, reordered or invented, in the journal, an export or a second copy.

    A journal that somebody wrote anew with the key is found by paper: shift sheets that were scanned are held against
    it by themselves, and --printed does so with what is typed from one; of the hash, 16 digits are enough.

    Example: python -m fallback journal verify --printed 1f0c8ab2d3e4f560:2741:9c41d07e5b2a8f36
    """
    heads = tuple(custody.printed_head(each) for each in printed)
    with data.installation() as installation:
        report = custody.verify(installation.ledger, file, printed=heads)
        sheets = custody.sheet_heads(installation.ledger.db())
        troubles = [
            {"kind": each.kind.value, "chain": each.chain, "sequence": each.sequence, "why": each.why}
            for each in report.troubles
        ]
        value = {"ok": report.ok, "lines": report.lines, "chains": heads_record(report.heads), "troubles": troubles}
        value["papers"] = [
            {"shift": each.shift, "line": each.sequence, "head": each.hash.hex(), "chain": each.proved}
            for each in sheets
        ]
        words = [_("{count} lines; NOT as it was written.", count=report.lines)]
        if report.ok:
            words = [_("{count} lines; every hash fits.", count=report.lines)]
        words += [
            _("chain {chain}: line {line}, head {head}", chain=each.chain, line=each.sequence, head=each.hash.hex())
            for each in report.heads
        ]
        proved = sum(1 for each in sheets if each.proved)
        if sheets:
            counts = {"count": len(sheets), "proved": proved}
            words.append(
                _("{count} shift sheets were read; {proved} of them prove the journal as it stands.", **counts)
            )
        words += map(_trouble, report.troubles)
        show(value, as_json=as_json, text="\n".join(words))
        if not report.ok:
            click.get_current_context().exit(4)


@journal.command("views")
@json_option
@click.pass_obj
def views(data: Data, as_json: bool) -> None:
    """Makes every view anew from the journal and compares: they must be identical. Exits 4 when they were not.

    Example: python -m fallback journal views
    """
    with data.installation() as installation:
        same = custody.rebuild_views(installation.ledger)
        text = _("The views were made anew and are identical.")
        if not same:
            text = _("The views differed and were made right.")
        show({"identical": same}, as_json=as_json, text=text)
        if not same:
            click.get_current_context().exit(4)


@journal.command("compare")
@click.argument("other", type=click.Path(path_type=Path))
@click.option(
    "--other-passphrase-file",
    type=click.Path(path_type=Path),
    help="A file with the other's passphrase, where it has one of its own; else it is asked.",
)
@json_option
@click.pass_context
def compare(context: click.Context, other: Path, other_passphrase_file: Path | None, as_json: bool) -> None:
    """Compares this journal with another, fact by fact: a data folder, a second copy, an export, a rebuild from paper.

    A slip is the same where the bytes of its code are the same, whichever carrier brought it; any other fact where its
    line is. Of a journal that was rebuilt from paper only the slips are compared. Exits 4 when anything is missing on
    either side, or differs.

    Example: python -m fallback journal compare /media/stick/parchi
    """
    data: Data = context.obj
    with data.installation() as installation:
        secret = replace(data, settings=replace(data.settings, passphrase_file=other_passphrase_file)).passphrase
        lines = custody.read_other(other, installation.vault, secret)
        report = custody.compare(installation.ledger.lines(), lines)
    kinds = {kind: asdict(count) for kind, count in sorted(report.kinds.items())}
    value = {"equal": report.equal, "paper": report.paper, "kinds": kinds}
    value |= {"differences": [asdict(each) for each in report.differences]}
    words = table(
        [_("fact"), _("same"), *map(_, LABELS.values())],
        *(
            [kind, count.same, count.missing_here, count.missing_there, count.different]
            for kind, count in sorted(report.kinds.items())
        ),
    )
    words += [f"{_(LABELS[each.standing])}: {each.kind} {each.place}" for each in report.differences]
    if report.paper:
        words.append(_("They have no chain in common, as after a rebuild from paper: only slips were compared."))
    words.append(_("Nothing is missing and nothing differs.") if report.equal else _("They are NOT the same."))
    show(value, as_json=as_json, text="\n".join(words))
    if not report.equal:
        context.exit(4)


@journal.command("evidence")
@click.option("--for", "purpose", type=Words(), required=True, help="For whom and in which matter, for the record.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new folder.")
@click.option("--by", type=Words(empty=True), default="", help="The login of who does this, for the journal.")
@json_option
@click.pass_obj
def evidence(data: Data, purpose: str, out: Path, by: str, as_json: bool) -> None:
    """Makes what a court or the police ask for: the sealed export, its hashes, who held the machines, the certificate.

    The certificate (Bharatiya Sakshya Adhiniyam 2023, section 63(4)) has the hash in both parts; persons fill in and
    sign the rest. The export opens with the passphrase alone. Exits 4 when the journal is not as it was written.

    Example: python -m fallback journal evidence --for "FIR 123/2026, Cyber Cell" --out /media/stick/evidence --by meena
    """
    hospital = data.hospital()
    with data.installation() as installation:
        report = custody.make_evidence(
            installation.ledger,
            data.folder,
            hospital,
            installation.keys(),
            out,
            purpose=purpose,
            now=data.clock(),
            by=by,
            drill=installation.drill,
        )
    value = {"folder": str(report.folder), "sha256": report.sha256, "lines": report.lines, "ok": report.ok}
    words = [_("{count} lines are in {folder}.", count=report.lines, folder=report.folder), f"SHA-256 {report.sha256}"]
    words.append(_("Print certificate.pdf and evidence.pdf; both parts of the certificate are for persons to sign."))
    if not report.ok:
        words.append(_("The journal is NOT as it was written; the papers say so."))
    show(value, as_json=as_json, text="\n".join(words))
    if not report.ok:
        click.get_current_context().exit(4)


def _trouble(each: Trouble) -> str:
    """What is wrong at one place of the journal, in a line."""
    told = {"kind": _(KIND_LABELS[each.kind]), "why": each.why}
    if not each.chain:
        return _("{kind}: {why}", **told)
    return _("{kind}: line {line} of chain {chain}: {why}", line=each.sequence, chain=each.chain, **told)


def heads_record(heads: tuple[Head, ...]) -> dict[str, dict[str, object]]:
    """Where chains end, as JSON values."""
    return {each.chain: {"line": each.sequence, "head": each.hash.hex()} for each in heads}
