"""kit: the stick that starts a desk on any computer. Each of its commands is loaded when it is asked for."""

from collections.abc import Mapping
from importlib import import_module

import click

# Whoever watches over a desk came by `kit start`, and must not hold all day what builds a stick.
_WHERE: Mapping[str, str] = {"build": "kit_build", "verify": "kit_build", "start": "kit_start"}


class _Kit(click.Group):
    """A group that loads a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- as click calls it
        """Every command's name."""
        return sorted(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, its module loaded; None where there is none."""
        if module := _WHERE.get(cmd_name):
            found = vars(import_module(f"fallback.cli.{module}")).values()
            return next(each for each in found if isinstance(each, click.Command) and each.name == cmd_name)
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Kit)
def kit() -> None:
    """The stick: built beforehand, checked, started. Example: python -m fallback kit verify /media/stick"""
