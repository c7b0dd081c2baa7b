"""The command line: one group, its options, and the one place where a failure becomes a sentence and an exit code."""

import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from getpass import GetPassWarning
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from fallback import __version__
from fallback.cli.data import Data
from fallback.cli.spoken import told
from fallback.disk import disk_error
from fallback.errors import NotPrinted, ParchiError, Stopped, Unanswered
from fallback.settings import Settings

# Which module of this room has which commands. Each is loaded when it is asked for: a desk opens a second sooner, and
# what watches over it holds a third of the memory.
_WHERE: Mapping[str, Sequence[str]] = {
    "during": ("init", "example", "downtime", "pad"),
    "selftest": ("check",),
    "serve": ("serve", "trust"),
    "desks": ("desk",),
    "users": ("user",),
    "scan": ("scan",),
    "match": ("match",),
    "recover": ("reconcile", "declare", "judge", "account"),
    "gates": ("checklist", "canary", "pause", "resume"),
    "imports": ("approve", "import", "stages", "defer", "link", "returned"),
    "tables": ("hand-over", "take-back"),
    "after": ("crosswalk", "repair", "uhids", "close-visits", "close-account"),
    "archive": ("archive",),
    "journal": ("journal",),
    "restoring": ("restore", "rebuild"),
    "copies": ("copy",),
    "record": ("logs", "clock", "incident", "retention"),
    "pictures": ("pages",),
    "read": ("read",),
    "rehearse": ("drill",),
    "practise": ("practise", "practice"),
    "printer": ("printer",),
    "layouts": ("layout",),
    "sheets": ("sheet",),
    "keys": ("key",),
    "index": ("index",),
    "identity": ("identity",),
    "kit": ("kit",),
    "lan": ("lan",),
    "central": ("central",),
}


class Sentences(click.Group):
    """A group whose failures are told in one sentence, on stderr, with the failure's own exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- as click calls it
        """Every command's name."""
        return sorted(name for names in _WHERE.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, its module loaded; None where there is none."""
        for module, names in _WHERE.items():
            if cmd_name in names and cmd_name not in self.commands:
                for each in vars(import_module(f"fallback.cli.{module}")).values():
                    if isinstance(each, click.Command) and each.name == cmd_name:
                        self.add_command(each)
        return super().get_command(ctx, cmd_name)

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


def main() -> None:
    """The entry point."""
    group.main(prog_name="python -m fallback")
