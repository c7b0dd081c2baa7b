"""kit start: the page that makes or opens a desk from a stick, and the desk itself. START on the stick runs it."""

from pathlib import Path

import click

from fallback.cli.data import Data
from fallback.cli.spoken import _
from fallback.kit import starting
from fallback.kit.start_words import said


@click.command("start")
@click.option(
    "--kit", "stick", type=click.Path(path_type=Path, file_okay=False),
    help="The stick; without one the desk that is on this computer is opened.",
)  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Only say the page's address.")
@click.option(
    "--sticks", type=click.Path(path_type=Path, exists=True, file_okay=False), multiple=True,
    help="Where another stick is, else where this system puts them. May be repeated.",
)  # fmt: skip
@click.pass_obj
def kit_start(data: Data, stick: Path | None, no_browser: bool, sticks: tuple[Path, ...]) -> None:
    """Starts a desk on this computer: from a stick, or the one that is here. A page in the browser asks the rest.

    START on the stick runs this. The desk's data lie in this account's own folder for a program's state, not on the
    stick. A second start leads to the first. Ctrl-C, or closing the window, closes the desk.

    Example: python -m fallback kit start --kit /media/stick
    """
    starting.start(
        stick.absolute() if stick else None,
        data.settings,
        _tell,
        browser=not no_browser,
        roots=sticks or None,
    )


def _tell(what: str, address: str) -> None:
    match what:
        case "page":
            click.echo(_("The start page: {address}  (Ctrl-C ends it)", address=address))
        case "desk":
            click.echo(_("The desk is open at {address}  (Ctrl-C closes it)", address=address))
        case _:  # as all that START says: nobody was asked for a language
            for line in said("running", address=address) if address else said("mute"):
                click.echo(line)
