"""sheet: every sheet but the slip, as a PDF: poster, cards, shift, day and box sheets, registers, stickers."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from fallback import enrolment, frontdesk
from fallback.cli.data import DAY, Data, clinic_of
from fallback.cli.spoken import _
from fallback.disk import write_file
from fallback.errors import WardUnknown
from fallback.frontdesk import STICKERS, Counter, ward_papers
from fallback.slip import INDIA, SlipNumber
from fallback.statement import TOKENS_A_PAGE

F = TypeVar("F", bound=Callable[..., Any])


out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF to write."
)
desk_option = click.option("--desk", "series", type=int, required=True, help="The desk's series: it signs the sheet.")


def clinic_options(command: F) -> F:
    """A clinic's code, and a day."""
    with_day = click.option("--date", "day", type=DAY, help="The day, else today.")
    return click.option("--clinic", required=True, help="The clinic's code, as in hospital.toml.")(with_day(command))


@click.group()
def sheet() -> None:
    """Makes sheets as PDF. Example: python -m fallback sheet poster --out poster.pdf"""


@sheet.command("poster")
@out_option
@click.pass_obj
def sheet_poster(data: Data, out: Path) -> None:
    """The poster for the wall: the six rules, and the hospital's root key as a code.

    Example: python -m fallback sheet poster --out poster.pdf
    """
    with data.installation() as installation:
        counter = data.counter(installation)
        known = enrolment.known_certificate(installation.vault, installation.folder)
        authority = known.fingerprint if known else ""
        _write(out, frontdesk.poster(counter, installation.root, installation.sign_as_hospital, authority))


@sheet.command("desk-card")
@desk_option
@out_option
@click.pass_obj
def sheet_desk_card(data: Data, series: int, out: Path) -> None:
    """A desk's card: its certificate as a code, for the safe.

    Example: python -m fallback sheet desk-card --desk 1 --out counter-1.pdf
    """
    _made(data, out, lambda counter: frontdesk.desk_card(counter, series))


@sheet.command("shift")
@click.argument("key")
@out_option
@click.pass_obj
def sheet_shift(data: Data, key: str, out: Path) -> None:
    """The sheet of a closed shift, with its signed codes.

    Example: python -m fallback sheet shift 001.3 --out shift.pdf
    """
    _made(data, out, lambda counter: frontdesk.shift_sheet(counter, key))


@sheet.command("day")
@clinic_options
@desk_option
@click.option("--pages", type=click.IntRange(1, 100), default=1, show_default=True, help="Pages of 25 tokens.")
@out_option
@click.pass_obj
def sheet_day(data: Data, clinic: str, day: datetime | None, series: int, pages: int, out: Path) -> None:
    """A clinic's day sheet: a desk's tokens with a tick each, and whoever is known here beside them.

    Example: python -m fallback sheet day --clinic ENT --date 25-11-2026 --desk 1 --pages 4 --out ent.pdf
    """

    def make(counter: Counter) -> bytes:
        number = clinic_of(counter.hospital, clinic)
        tokens = pages * TOKENS_A_PAGE
        return frontdesk.day_sheets(counter, clinic=number, day=_day(data, day), series=series, tokens=tokens)

    _made(data, out, make)


@sheet.command("box")
@clinic_options
@desk_option
@click.option("--box", type=click.IntRange(1, 1000), default=1, show_default=True, help="Which box of that day.")
@click.option("--count", type=click.IntRange(0), default=0, help="How many slips are in it; else a hand writes it.")
@out_option
@click.pass_obj
def sheet_box(data: Data, clinic: str, day: datetime | None, series: int, box: int, count: int, out: Path) -> None:
    """The sheet on a box of hospital copies.

    Example: python -m fallback sheet box --clinic ENT --date 25-11-2026 --desk 1 --box 2 --out box.pdf
    """

    def make(counter: Counter) -> bytes:
        number = clinic_of(counter.hospital, clinic)
        return frontdesk.box_sheet(counter, clinic=number, day=_day(data, day), series=series, box=box, count=count)

    _made(data, out, make)


@sheet.command("register")
@clinic_options
@out_option
@click.pass_obj
def sheet_register(data: Data, clinic: str, day: datetime | None, out: Path) -> None:
    """The department register: a clinic's slips of a day.

    Example: python -m fallback sheet register --clinic ENT --date 25-11-2026 --out ent.pdf
    """

    def make(counter: Counter) -> bytes:
        number = clinic_of(counter.hospital, clinic)
        return frontdesk.register_sheets(counter, clinic=number, day=_day(data, day))

    _made(data, out, make)


@sheet.command("round")
@click.argument("ward")
@out_option
@click.pass_obj
def sheet_round(data: Data, ward: str, out: Path) -> None:
    """A ward bed by bed, by its code: who is known to lie there, and lines for a pen.

    Example: python -m fallback sheet round FMW --out round.pdf
    """

    def make(counter: Counter) -> bytes:
        found = next((each for each in counter.hospital.wards if each.code.casefold() == ward.casefold()), None)
        if found is None:
            raise WardUnknown(ward=ward[:12])
        return ward_papers.round_sheet(counter, found, data.clock())

    _made(data, out, make)


@sheet.command("census")
@click.option("--date", "day", type=DAY, help="The day, else today until now.")
@out_option
@click.pass_obj
def sheet_census(data: Data, day: datetime | None, out: Path) -> None:
    """The census of the wards: who lay there, came, went, and lies there now.

    Example: python -m fallback sheet census --date 25-11-2026 --out census.pdf
    """
    _made(data, out, lambda counter: ward_papers.census_sheet(counter, _day(data, day), data.clock()))


@sheet.command("labels")
@click.argument("number")
@click.option("--count", type=click.IntRange(1, 99), default=4, show_default=True, help="How many tubes.")
@click.option(
    "--first-tube", type=click.IntRange(1, 99), help="The first tube's number; else the next that has no sticker yet."
)
@click.option("--start", type=click.IntRange(1, 40), default=1, show_default=True, help="The first free sticker.")
@click.option("--layout", type=click.Choice(STICKERS), default=STICKERS[0], show_default=True)
@out_option
@click.pass_obj
def sheet_labels(
    data: Data, number: str, count: int, first_tube: int | None, start: int, layout: str, out: Path
) -> None:
    """Stickers for the tubes of a slip, with its number as Code 128.

    Example: python -m fallback sheet labels 10100012384 --count 4 --start 5 --out stickers.pdf
    """
    _made(
        data,
        out,
        lambda counter: frontdesk.slip_sheet(
            counter, SlipNumber.parse(number), layout, count=count, first_tube=first_tube or 0, start=start
        ),
    )


def _of_a_slip(name: str, words: str) -> click.Command:
    """The command of a sheet that needs no more than the slip."""

    @click.command(name, help=f"{words}\n\nExample: python -m fallback sheet {name} 10100012384 --out {name}.pdf")
    @click.argument("number")
    @out_option
    @click.pass_obj
    def command(data: Data, number: str, out: Path) -> None:
        _made(data, out, lambda counter: frontdesk.slip_sheet(counter, SlipNumber.parse(number), name))

    return command


for _command in (
    _of_a_slip("wristband", "A patient's wristband."),
    _of_a_slip("receipt", "The receipt for the fee of a slip."),
    _of_a_slip("token", "The token stub of a slip."),
    _of_a_slip("referral", "A referral to another department."),
):
    sheet.add_command(_command)


def _made(data: Data, out: Path, make: Callable[[Counter], bytes]) -> None:
    with data.installation() as installation:
        _write(out, make(data.counter(installation)))


def _write(out: Path, pdf: bytes) -> None:
    write_file(out, pdf)
    click.echo(_("{file}: print it at 100 %.", file=out))


def _day(data: Data, day: datetime | None) -> date:
    return day.date() if day else data.clock().astimezone(INDIA).date()
