"""Commands on the journal itself: export, merge, verify, rebuild, restore."""

from pathlib import Path

import click

from fallback import custody
from fallback.cli.data import Data, json_option, show
from fallback.ledger import Head


@click.group()
def journal() -> None:
    """Exports, merges, verifies and rebuilds the journal. Example: python -m fallback journal verify"""


@journal.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(data: Data, file: Path) -> None:
    """Writes every line of every chain, sealed, into one file.

    Example: python -m fallback journal export counter-1.parchi
    """
    with data.installation() as installation:
        report = custody.export(installation.ledger, file)
        click.echo(f"{report.lines} lines are in {report.file}; the vault's header lies beside it.")


@journal.command("merge")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_obj
def merge(data: Data, file: Path, as_json: bool) -> None:
    """Takes another desk's export, or a second copy, into this journal. Doing it twice changes nothing.

    Example: python -m fallback journal merge counter-2.parchi
    """
    with data.installation() as installation:
        report = custody.merge(installation.ledger, file)
        forks = [{"chain": each.chain, "sequence": each.sequence} for each in report.conflicts]
        value = {"lines": report.lines, "chains": _heads(report.chains), "conflicts": forks}
        words = "".join(f"\nCONFLICT: chain {each.chain} differs at line {each.sequence}" for each in report.conflicts)
        show(value, as_json=as_json, text=f"{report.lines} new lines were taken in.{words}")
        if report.conflicts:
            click.get_current_context().exit(4)


@journal.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@json_option
@click.pass_obj
def verify(data: Data, file: Path | None, as_json: bool) -> None:
    """Finds any line changed, dropped, reordered or invented, in the journal or in an export.

    Example: python -m fallback journal verify
    """
    with data.installation() as installation:
        report = custody.verify(installation.ledger, file)
        troubles = [
            {"kind": each.kind.value, "chain": each.chain, "sequence": each.sequence, "why": each.why}
            for each in report.troubles
        ]
        value = {"ok": report.ok, "lines": report.lines, "chains": _heads(report.heads), "troubles": troubles}
        words = [f"{report.lines} lines; {'every hash fits' if report.ok else 'NOT as it was written'}."]
        words += [f"chain {each.chain}: line {each.sequence}, head {each.hash.hex()}" for each in report.heads]
        words += [
            f"{each.kind.value}: line {each.sequence} of chain {each.chain}: {each.why}" for each in report.troubles
        ]
        show(value, as_json=as_json, text="\n".join(words))
        if not report.ok:
            click.get_current_context().exit(4)


@journal.command("rebuild")
@json_option
@click.pass_obj
def rebuild(data: Data, as_json: bool) -> None:
    """Makes every view anew from the journal and compares: they must be identical. Exits 4 when they were not.

    Example: python -m fallback journal rebuild
    """
    with data.installation() as installation:
        same = custody.rebuild(installation.ledger)
        text = "The views were rebuilt and are identical." if same else "The views differed and were made right."
        show({"identical": same}, as_json=as_json, text=text)
        if not same:
            click.get_current_context().exit(4)


@journal.command("restore")
@click.argument("source", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def restore(data: Data, source: Path, as_json: bool) -> None:
    """Makes a new data folder from a second copy or an export; desks are enrolled anew in it.

    Example: python -m fallback --data /srv/new journal restore /media/stick/parchi
    """
    report = custody.restore(source, data.folder, data.passphrase(), clock=data.clock)
    value = {"lines": report.lines, "chains": _heads(report.chains), "chain": report.chain}
    value |= {"pages": report.pages.copied, "damaged": report.pages.damaged}
    words = f"{report.lines} lines are restored in {data.folder}, with {report.pages.copied} pictures of pages. "
    show(value, as_json=as_json, text=words + "Enrol its desks now.")
    if report.pages.damaged:
        click.get_current_context().exit(4)


def _heads(heads: tuple[Head, ...]) -> dict[str, dict[str, object]]:
    return {each.chain: {"line": each.sequence, "head": each.hash.hex()} for each in heads}


COMMANDS = (journal,)
