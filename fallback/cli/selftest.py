"""check: can this machine register, print, read and keep? A line each. And what must lie in the cupboard."""

from collections.abc import Sequence
from pathlib import Path

import click

from fallback.cli.data import Data, json_option, show
from fallback.cli.spoken import OK, RED, _, table
from fallback.disk import write_file
from fallback.enrolment import KEYS_FILE, readiness
from fallback.enrolment.readiness import Level, Stock
from fallback.kit.ready import findings_of_kit, stick_of
from fallback.settings import language

_LAMPS = {Level.GREEN: OK, Level.AMBER: "due", Level.RED: RED}


@click.command()
@click.option(
    "--stock", "wants_stock", is_flag=True, help="What must lie in the cupboard for 72 hours; checks nothing."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="With --stock: write the list as PDF.")
@json_option
@click.pass_context
def check(context: click.Context, wants_stock: bool, out: Path | None, as_json: bool) -> None:
    """Tries everything that a downtime needs on this machine; exits 4 when something is red.

    With --stock it lists the paper, toner, ribbon, stickers and blank slips for the hours in hospital.toml instead. The
    page /check of the desk asks a person, too, and keeps what was found.

    Example: python -m fallback check --stock --out stock.pdf
    """
    data: Data = context.obj
    if out and not wants_stock:
        raise click.UsageError(_("--out needs --stock."))
    kit = data.settings.kit
    if kit and not wants_stock and not (data.folder / KEYS_FILE).is_file():
        _show(context, findings_of_kit(kit, now=data.clock()), as_json=as_json)  # no desk yet: what can be tried
        return
    hospital = data.hospital()
    with data.installation() as installation:
        now = data.clock()
        if wants_stock:
            found = readiness.stock(installation.ledger.db(), hospital)
            if out:
                write_file(out, readiness.stock_report(found, hospital, now, language()))
            show(_record(found), as_json=as_json, text=_stock(found))
            return
        points = readiness.look(installation, hospital, now, stick=stick_of(installation, kit) if kit else None).points
    _show(context, points, as_json=as_json)


def _show(context: click.Context, points: Sequence[readiness.Finding], *, as_json: bool) -> None:
    value = [
        {"what": each.what, "well": each.level is not Level.RED, "level": each.level, "words": _say(each.words),
         "do": _say(each.do)}
        for each in points
    ]  # fmt: skip
    lines = [f"{_LAMPS[each.level]}  {_(each.what)}: {_told(each)}" for each in points]
    show(value, as_json=as_json, text="\n".join(lines))
    if readiness.worst(points) is Level.RED:
        context.exit(4)


def _told(point: readiness.Finding) -> str:
    words, do = _say(point.words), _say(point.do)
    return f"{words}{'' if words.endswith(('.', '।')) else ';'} {do}" if do else words


def _say(text: str) -> str:
    return _(text)


def _stock(found: Stock) -> str:
    head = (_("What"), _("Needed"), _("Unit"), _("Lies there"), _("Because"))
    rows = [
        (_say(each.what), each.count, _say(each.unit), "" if each.have is None else str(each.have), _say(each.why))
        for each in found.lines
    ]
    return "\n".join([_say(readiness.headline(found)), "", *table(head, *rows)])


def _record(found: Stock) -> dict[str, object]:
    lines = [
        {"what": each.what, "count": each.count, "unit": each.unit, "why": each.why, "have": each.have}
        for each in found.lines
    ]
    return {"hours": found.hours, "load": found.load, "slips": found.slips, "lines": lines}
