"""Commands on users: set, list."""

import click

from fallback import enrolment
from fallback.cli.data import Data, Words, json_option, show
from fallback.downtime import Role
from fallback.ledger import queries


@click.group()
def user() -> None:
    """Adds and lists users. Example: python -m fallback user list"""


@user.command("set")
@click.argument("login")
@click.option("--name", type=Words(), required=True, help="The name as it is printed.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.CLERK.value, show_default=True)
@click.pass_obj
def user_set(data: Data, login: str, name: str, role: str) -> None:
    """Adds a user, or gives one a new PIN, which is printed once.

    Example: python -m fallback user set asha --name "Asha Rani" --role clerk
    """
    with data.installation() as installation:
        pin = enrolment.set_user(installation.ledger, login, name, Role(role))
        click.echo(f"{login} ({role})  PIN: {pin}")


@user.command("list")
@json_option
@click.pass_obj
def user_list(data: Data, as_json: bool) -> None:
    """Lists the users.

    Example: python -m fallback user list
    """
    with data.installation() as installation:
        found = queries.users(installation.ledger.db())
        value = [
            {"login": each.login, "name": each.name, "role": each.role.value, "active": each.active} for each in found
        ]
        show(value, as_json=as_json, text="\n".join(f"{each.login}  {each.role.value}  {each.name}" for each in found))
