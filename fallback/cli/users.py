"""Commands on users: set, unlock, list."""

import click

from fallback import enrolment
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.spoken import _, in_words, table
from fallback.downtime import Role
from fallback.ledger import queries


@click.group()
def user() -> None:
    """Adds, switches off, unlocks and lists users. Example: python -m fallback user list"""


@user.command("set")
@click.argument("login")
@click.option("--name", type=Words(), help="The name as it is printed; needed, but to switch a user off or on.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.CLERK.value, show_default=True)
@click.option("--inactive", is_flag=True, help="Switch the user off: they enter no more, and their logins end.")
@click.option("--active", is_flag=True, help="Switch the user on again, with the PIN that they had.")
@click.pass_obj
def user_set(data: Data, login: str, name: str | None, role: str, inactive: bool, active: bool) -> None:
    """Adds a user, or gives one a new PIN, which is printed once and changed by its owner at the first login.

    Example: python -m fallback user set asha --name "Asha Rani" --role clerk
    """
    switched = inactive or active
    if inactive and active:
        raise click.UsageError(_("--inactive and --active exclude each other."))
    if switched == (name is not None):
        raise click.UsageError(_("Give --name, or one of --inactive and --active."))
    with data.installation() as installation:
        if name is None:
            enrolment.set_active(installation.ledger, login, active=active)
            click.echo(f"{login}  {_('switched on') if active else _('switched off')}")
        else:
            pin = enrolment.set_user(installation.ledger, login, name, Role(role), temporary=True)
            click.echo(_("{login} ({role})  PIN: {pin}", login=login, role=in_words(Role(role)), pin=pin))


@user.command("unlock")
@click.argument("login")
@click.pass_obj
def user_unlock(data: Data, login: str) -> None:
    """Lifts the waits of a login after wrong PINs, at every computer; a desk that is being served hears of it.

    Example: python -m fallback user unlock supervisor
    """
    with data.installation() as installation:
        enrolment.free_login(installation.ledger, login)
        click.echo(_("{login} may try again now.", login=login))


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
            {
                "login": each.login,
                "name": each.name,
                "role": each.role.value,
                "active": each.active,
                "temporary": each.temporary,
            }
            for each in found
        ]
        lines = (
            [each.login, in_words(each.role), each.name, "" if each.active else _("(switched off)")] for each in found
        )
        show(value, as_json=as_json, text="\n".join(table(*lines)))
