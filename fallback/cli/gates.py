"""Commands that stand before an import: its check list, its first slips, and its pauses."""

import click

from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.recover import by_option, target_of, target_option
from fallback.cli.spoken import _, table
from fallback.ehospital import Abilities
from fallback.ledger.queries import gates as words
from fallback.recovery import gates


@click.command()
@target_option
@click.option("--point", type=click.Choice([each.value for each in gates.Point]), help="The point to answer.")
@click.option("--answer", type=Words(empty=True), default="", help="The answer: without one, all points are listed.")
@click.option("--note", type=Words(empty=True), default="", help="The named field, or who approved it and when.")
@by_option
@json_option
@click.pass_context
def checklist(
    context: click.Context, to: str, point: str | None, answer: str, note: str, by: str, as_json: bool
) -> None:
    """Answers for what the system does by itself when it is told of visits: nothing is sent before all is signed.

    Exits 4 while a point is open.

    Example: python -m fallback checklist --point sms --answer off --by meena
    """
    data: Data = context.obj
    with data.installation() as installation:
        target, db = target_of(data.hospital(), to), installation.ledger.db()
        if point:
            gates.check(installation.ledger, target.name, gates.Point(point), answer, note, by=by)
        said = words.checks(db, target.name)
        left = gates.open_points(db, target, Abilities())
        listed = gates.points(target, drill=installation.drill)
    value = {each.value: said[each].answer if each in said else "" for each in listed}
    rows = [
        [each.value, _(gates.POINT_LABELS[each]), value[each.value] or "/".join(gates.ANSWERS[each].good)]
        + ([said[each].login, said[each].note] if each in said else [_("open"), ""])
        for each in listed
    ]
    show(value, as_json=as_json, text="\n".join(table(*rows)))
    if left:
        context.exit(4)


@click.command()
@target_option
@click.option("--note", type=Words(), required=True, help="Who looked, and at what.")
@by_option
@click.pass_obj
def canary(data: Data, to: str, note: str, by: str) -> None:
    """Says that the first slips are right in the system: the rest may go.

    Example: python -m fallback canary --note "looked at all ten with Dr Rao" --by meena
    """
    with data.installation() as installation:
        target = target_of(data.hospital(), to).name
        count = gates.confirm_canary(installation.ledger, target, note=note, by=by)
        click.echo(_("{count} slips are confirmed as right; the rest may go.", count=count))


@click.command()
@target_option
@click.option("--reason", type=Words(), required=True, help="Why, for those who will want to let it go on.")
@by_option
@click.pass_obj
def pause(data: Data, to: str, reason: str, by: str) -> None:
    """Stops every run into the system before its next slip, also those of other computers with this data folder.

    Example: python -m fallback pause --reason "patients get text messages" --by meena
    """
    with data.installation() as installation:
        gates.pause(installation.ledger, target_of(data.hospital(), to).name, reason=reason, by=by)
        click.echo(_("The import is paused."))


@click.command()
@target_option
@by_option
@click.pass_obj
def resume(data: Data, to: str, by: str) -> None:
    """Lets imports into the system start again. Example: python -m fallback resume --by meena"""
    with data.installation() as installation:
        gates.resume(installation.ledger, target_of(data.hospital(), to).name, by=by)
        click.echo(_("The import may go on."))
