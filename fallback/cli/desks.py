"""Commands on desks: enrol, list, retire."""

import click

from fallback import enrolment
from fallback.cli.data import Data, Words, json_option, show
from fallback.ledger import queries


@click.group()
def desk() -> None:
    """Enrols, lists and retires desks. Example: python -m fallback desk list"""


@desk.command("enrol")
@click.argument("name", type=Words())
@json_option
@click.pass_obj
def desk_enrol(data: Data, name: str, as_json: bool) -> None:
    """Gives a desk a series of numbers and a certified key.

    Example: python -m fallback desk enrol "Counter 7"
    """
    with data.installation() as installation:
        made = enrolment.enrol_desk(installation, name)
        text = f"Desk {made.series:03d} {made.name} is enrolled."
        show({"series": made.series, "name": made.name}, as_json=as_json, text=text)


@desk.command("list")
@json_option
@click.pass_obj
def desk_list(data: Data, as_json: bool) -> None:
    """Lists every desk ever enrolled.

    Example: python -m fallback desk list --json
    """
    with data.installation() as installation:
        found = queries.desks(installation.ledger.db())
        value = [{"series": each.series, "name": each.name, "retired": each.retired} for each in found]
        lines = [f"{each.series:03d}  {each.name}{'  (retired)' if each.retired else ''}" for each in found]
        show(value, as_json=as_json, text="\n".join(lines) or "No desk is enrolled.")


@desk.command("retire")
@click.argument("series", type=int)
@click.option("--reason", type=Words(), required=True, help="Why, for the record.")
@click.pass_obj
def desk_retire(data: Data, series: int, reason: str) -> None:
    """Ends a desk: what it signed stays genuine, it signs nothing more.

    Example: python -m fallback desk retire 7 --reason "laptop stolen"
    """
    with data.installation() as installation:
        enrolment.retire_desk(installation, series, reason)
        click.echo(f"Desk {series:03d} is retired.")
