"""Commands on the journal itself: export, merge, verify, rebuild, restore."""

from pathlib import Path

import click

from fallback import custody
from fallback.cli.data import Data, show

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value, for a script.")


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
        lines = custody.export(installation.ledger, file)
        click.echo(f"{lines} lines are in {file}.")


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
        value = {"chains": list(report.chains), "added": report.added, "known": report.known}
        show(value, as_json=as_json, text=f"{report.added} lines added, {report.known} were known already.")


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
        value = {"lines": report.lines, "chains": dict(report.heads)}
        heads = "\n".join(f"chain {chain}: head {head}" for chain, head in report.heads.items())
        show(value, as_json=as_json, text=f"{report.lines} lines, every hash fits.\n{heads}")


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


COMMANDS = (journal,)
