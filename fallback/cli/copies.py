"""Commands on the second copies: how old each is, what it is called, that it is gone."""

from typing import Any

import click

from fallback import custody
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.recover import by_option
from fallback.cli.spoken import _, told
from fallback.ledger import CopyStatus

label_argument = click.argument("label")


@click.group()
def copy() -> None:
    """Shows and names the second copies, the sticks. Example: python -m fallback copy status"""


@copy.command("status")
@json_option
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Shows every stick that is known: whether it is plugged in, up to which line it goes, how old it is.

    Exits 4 when none is plugged in and up to date.

    Example: python -m fallback copy status
    """
    data: Data = context.obj
    with data.installation() as installation:
        sticks = installation.ledger.copies(data.clock())
    show(
        [_record(each) for each in sticks],
        as_json=as_json,
        text="\n".join(map(_words, sticks)) or _("No stick is known."),
    )
    if not any(each.stick and not each.behind for each in sticks):
        context.exit(4)


@copy.command("label")
@label_argument
@click.argument("new")
@click.pass_obj
def label(data: Data, label: str, new: str) -> None:
    """Gives the plugged-in stick LABEL the label NEW, as it is written on it: a letter, a colour.

    Example: python -m fallback copy label A red
    """
    with data.installation() as installation:
        called = custody.label_stick(installation.ledger, label, new, now=data.clock())
        click.echo(_("It is called {label} now.", label=called))


@copy.command("gone")
@label_argument
@click.option("--reason", type=Words(), required=True, help="Why, for the journal: lost, stolen, broken.")
@by_option
@click.pass_obj
def gone(data: Data, label: str, reason: str, by: str) -> None:
    """Says that the stick LABEL is lost or broken: no bar waits for it any more. Put in a new one instead.

    Its content opens with the passphrase, the recovery key or a card only; one that was stolen belongs into the report.

    Example: python -m fallback copy gone B --reason "lost in the casualty ward" --by meena
    """
    with data.installation() as installation:
        custody.stick_is_gone(installation.ledger, label, reason, now=data.clock(), by=by)
        click.echo(_("Nobody waits for {label} any more.", label=label))


def _record(each: CopyStatus) -> dict[str, Any]:
    return {
        "stick": each.stick, "label": each.label, "folder": str(each.folder) if each.folder else None,
        "up_to_date": not each.behind, "line": each.sequence, "age_seconds": each.age_seconds,
        "problem": str(each.problem) if each.problem else None,
    }  # fmt: skip


def _words(each: CopyStatus) -> str:
    known: dict[str, object] = {"label": each.label or "?", "line": each.sequence}
    if not each.behind:
        return _("{label}: up to date, up to line {line}, in {folder}", folder=each.folder, **known)
    known["problem"] = told(each.problem) if each.problem else _("It is not plugged in.")
    if each.age_seconds is None:
        return _("{label}: nobody knows how old, up to line {line}. {problem}", **known)
    minutes = int(each.age_seconds) // 60
    return _("{label}: {minutes} minutes old, up to line {line}. {problem}", minutes=minutes, **known)
