"""What most commands need: the data folder opened, the hospital's file read, a counter to act at."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fallback.cli.spoken import _, told
from fallback.errors import ClinicUnknown, PartMistyped, PartsMixed, PassphraseMissing, PassphraseShort
from fallback.settings import Settings

if TYPE_CHECKING:  # each is loaded where it is used: a command that serves uses none, and stays all day
    from fallback.enrolment import Installation
    from fallback.frontdesk import Counter
    from fallback.hospital import Hospital

SHORTEST_PASSPHRASE = 12  # letters

DAY = click.DateTime(["%d-%m-%Y", "%Y-%m-%d"])  # as it is written in India, and as a script writes it

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value, for a script.")


class Words(click.ParamType[str]):
    """A text for the record: what a name may hold is kept, what no paper could print is dropped."""

    name = "text"

    def __init__(self, *, empty: bool = False) -> None:
        self._empty = empty

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, normalised; exit code 2 when nothing is left of it, or when it is too long for the journal."""
        from fallback import names
        from fallback.slip import TEXT_LIMIT

        text = names.normalise(str(value))
        if not text and not self._empty:
            self.fail(_("it is empty. Write a few words."), param, ctx)
        if len(text) > TEXT_LIMIT:
            why = _("it has {count} letters; at most {limit} are taken. Shorten it.", count=len(text), limit=TEXT_LIMIT)
            self.fail(why, param, ctx)
        return text


@dataclass(frozen=True, slots=True)
class Data:
    """The settings, with the options before the command already in them, and the clock."""

    settings: Settings
    clock: Callable[[], datetime]

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.settings.data

    def hospital(self) -> "Hospital":
        """The hospital's file, read and validated."""
        from fallback import hospital_file

        return hospital_file.load(self.settings.hospital)

    def passphrase(self, *, confirm: bool = False) -> str:
        """What opens the vault, from its file, or asked without an echo: passphrase, recovery key, a desk's card.

        Where the first part of a recovery key is typed, the others are asked for. `confirm`: it is a new one, asked
        twice. Raises PassphraseMissing, PassphraseShort and PartMistyped.
        """
        if self.settings.passphrase_file:
            text = self.secret(self.settings.passphrase_file)
            return strong(text) if confirm else text
        typed = asked(_("Passphrase") if confirm else _("Passphrase or card"), confirm=confirm)
        if confirm:
            return strong(typed)
        from fallback.parts import read_parts

        first = read_parts(typed)
        return "\n".join(self.other_parts(first)) if first else typed

    def other_parts(self, parts: list[str]) -> list[str]:
        """These parts of a key and as many others as are needed, asked for; a mistyped one is told and asked again."""
        from fallback.parts import missing, read_parts

        while missing(parts):
            typed = asked(_("Part {number}", number=len(parts) + 1))
            try:
                more = read_parts(typed) or no_part(len(parts) + 1)
                missing(parts + more)
            except (PartMistyped, PartsMixed) as wrong:
                click.echo(told(wrong), err=True)
                continue
            parts = list(dict.fromkeys(parts + more))
        return parts

    def secret(self, path: Path) -> str:
        """The text of a file that holds a passphrase or parts of a key. Raises PassphraseMissing."""
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            raise PassphraseMissing(file=path) from wrong
        if not text:
            raise PassphraseMissing(file=path)
        return text

    @contextmanager
    def installation(self, secret: str = "") -> "Iterator[Installation]":
        """The installation, opened and closed again; its second copies follow where they are set.

        `secret` opens it, where a command has it already; else it is asked for.
        """
        from fallback.enrolment import open_installation

        installation = open_installation(
            self.folder,
            secret or self.passphrase(),
            clock=self.clock,
            state=self.settings.state,
            copies=self.settings.copies,
        )
        try:
            self._note(installation)
            installation.ledger.copy_to(*self.settings.copies)
            yield installation
        finally:
            installation.close()

    def _note(self, installation: "Installation") -> None:
        """A line of the access log: which command opened the installation, under which account of this computer."""
        from fallback.ledger.queries.events import clock_offset
        from fallback.logbook import FOLDER_NAME, Logbook

        ledger, context = installation.ledger, click.get_current_context(silent=True)
        log = Logbook(self.folder / FOLDER_NAME, self.clock, lambda: clock_offset(ledger.db(), ledger.chain))
        command = context.command_path.partition("fallback ")[2] if context else ""
        try:
            account = f"os:{getuser()}"
        except (OSError, KeyError, ImportError):  # an account without a name
            account = "os:?"
        log.write("command", command or "?", login=account)

    def counter(self, installation: "Installation") -> "Counter":
        """The counter of an installation."""
        from fallback.frontdesk import Counter
        from fallback.keys import hospital_id

        return Counter(
            ledger=installation.ledger,
            hospital=self.hospital(),
            hospital_id=hospital_id(installation.root),
            drill=installation.drill,
            sign=installation.sign,
        )


def no_part(place: int) -> list[str]:
    """Raises PartMistyped, for a text that is no part of a key at all."""
    raise PartMistyped(part=place, why="it is not made of words of the list")


def asked(what: str, *, confirm: bool = False) -> str:
    """A secret that is typed without an echo; twice, where it is a new one."""
    again = _("The same once more") if confirm else False
    return str(click.prompt(what, hide_input=True, confirmation_prompt=again, err=True))


def strong(passphrase: str) -> str:
    """A new passphrase that may guard a stick. Raises PassphraseShort; an empty one is told by the vault."""
    if 0 < len(passphrase.strip()) < SHORTEST_PASSPHRASE:
        raise PassphraseShort(least=SHORTEST_PASSPHRASE)
    return passphrase


def clinic_of(hospital: "Hospital", code: str) -> int:
    """The number of the clinic with a code. Raises ClinicUnknown."""
    found = next((each.number for each in hospital.clinics if each.code == code.upper()), None)
    if found is None:
        raise ClinicUnknown(code=code[:20] if code.isprintable() else "?")
    return found


def show(value: Any, *, as_json: bool, text: str = "") -> None:
    """Prints a result: as one JSON value for a script, else as text for a person."""
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
