"""The command line: one group, its options, and the one place where a failure becomes a sentence and an exit code."""

import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from getpass import GetPassWarning
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from fallback import __version__
from fallback.cli import after, during, gates, imports, journal, record, recover, restoring, tables
from fallback.cli.archive import archive
from fallback.cli.copies import copy
from fallback.cli.data import Data
from fallback.cli.identity import identity
from fallback.cli.index import index
from fallback.cli.keys import key
from fallback.cli.layouts import layout
from fallback.cli.match import match
from fallback.cli.pictures import pages
from fallback.cli.printer import printer
from fallback.cli.read import read
from fallback.cli.rehearse import drill
from fallback.cli.scan import scan
from fallback.cli.sheets import sheet
from fallback.cli.spoken import told
from fallback.disk import disk_error
from fallback.errors import NotPrinted, ParchiError, Stopped, Unanswered
from fallback.settings import Settings


class Sentences(click.Group):
    """A group whose failures are told in one sentence, on stderr, with the failure's own exit code."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Runs a command; ParchiError becomes its sentence and its exit code."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a console without Hindi must not end a command
        if sys.stdin is None:  # closed by whoever started us: a question must end in a sentence, not in a fault
            sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
        warnings.simplefilter("ignore", GetPassWarning)  # getpass says it in words, too
        try:
            return super().main(args, *rest, **more)
        except ParchiError as error:
            click.echo(told(error), err=True)
            sys.exit(error.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; Ctrl-C and an output that is gone become failures with a sentence, too."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, EOFError, click.Abort) as wrong:
            if isinstance(wrong, EOFError) or isinstance(wrong.__context__, EOFError):
                raise Unanswered() from wrong
            raise Stopped() from wrong
        except OSError as wrong:
            if wrong.filename is not None:
                raise disk_error(wrong, Path(str(wrong.filename)).parent) from wrong
            raise NotPrinted(why=wrong.strerror or type(wrong).__name__) from wrong


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="parchi")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (else PARCHI_DATA, else ./data).")
@click.option("--hospital", type=click.Path(path_type=Path), help="The hospital's file (else PARCHI_HOSPITAL).")
@click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="A file with the passphrase; else it is asked."
)
@click.pass_context
def group(context: click.Context, data: Path | None, hospital: Path | None, passphrase_file: Path | None) -> None:
    """Parchi keeps a hospital's registration running when its computers are dead, and gives everything back.

    Example: python -m fallback --data /media/stick/parchi serve
    """
    settings = Settings.read(data=data)
    if hospital:
        settings = replace(settings, hospital=hospital)
    if passphrase_file:
        settings = replace(settings, passphrase_file=passphrase_file)
    context.obj = Data(settings, lambda: datetime.now(UTC))


for command in (
    *during.COMMANDS, scan, match, *recover.COMMANDS, *gates.COMMANDS, *imports.COMMANDS, *tables.COMMANDS,
    *after.COMMANDS, archive, *journal.COMMANDS, *restoring.COMMANDS, copy, *record.COMMANDS, pages, read, drill,
    printer, layout, sheet, key, index, identity,
):  # fmt: skip
    group.add_command(command)


def main() -> None:
    """The entry point."""
    group.main(prog_name="python -m fallback")
