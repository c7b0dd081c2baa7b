"""What most commands need: the data folder opened, the hospital's file read, a counter to act at."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fallback import hospital_file, names
from fallback.enrolment import Installation, open_installation
from fallback.errors import ClinicUnknown, PassphraseMissing
from fallback.frontdesk import Counter
from fallback.hospital import Hospital
from fallback.keys import hospital_id
from fallback.settings import Settings
from fallback.slip import TEXT_LIMIT

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value, for a script.")


class Words(click.ParamType[str]):
    """A text for the record: what a name may hold is kept, what no paper could print is dropped."""

    name = "text"

    def __init__(self, *, empty: bool = False) -> None:
        self._empty = empty

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, normalised; exit code 2 when nothing is left of it, or when it is too long for the journal."""
        text = names.normalise(str(value))
        if not text and not self._empty:
            self.fail("it is empty. Write a few words.", param, ctx)
        if len(text) > TEXT_LIMIT:
            self.fail(f"it has {len(text)} letters; at most {TEXT_LIMIT} are taken. Shorten it.", param, ctx)
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

    def hospital(self) -> Hospital:
        """The hospital's file, read and validated."""
        return hospital_file.load(self.settings.hospital)

    def passphrase(self, *, confirm: bool = False) -> str:
        """The passphrase, from its file, or asked without an echo. Raises PassphraseMissing."""
        path = self.settings.passphrase_file
        if path is None:
            return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            raise PassphraseMissing(file=path.name) from wrong
        if not text:
            raise PassphraseMissing(file=path.name)
        return text

    @contextmanager
    def installation(self) -> Iterator[Installation]:
        """The installation, opened and closed again; its second copy is followed when one is set."""
        installation = open_installation(self.folder, self.passphrase(), clock=self.clock)
        try:
            if self.settings.copy:
                installation.ledger.copy_to(self.settings.copy)
            yield installation
        finally:
            installation.close()

    def counter(self, installation: Installation) -> Counter:
        """The counter of an installation."""
        return Counter(
            ledger=installation.ledger,
            hospital=self.hospital(),
            hospital_id=hospital_id(installation.root),
            drill=installation.drill,
            sign=installation.sign,
        )


def clinic_of(hospital: Hospital, code: str) -> int:
    """The number of the clinic with a code. Raises ClinicUnknown."""
    found = next((each.number for each in hospital.clinics if each.code == code.upper()), None)
    if found is None:
        raise ClinicUnknown(code=code[:20] if code.isprintable() else "?")
    return found


def show(value: Any, *, as_json: bool, text: str = "") -> None:
    """Prints a result: as one JSON value for a script, else as text for a person."""
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
