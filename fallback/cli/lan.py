"""Commands on the other desks of the network: who is there, and an invitation for one more."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from fallback import enrolment, serving
from fallback.cli.data import Data, json_option, show
from fallback.cli.spoken import _, told
from fallback.custody.network.link import Link
from fallback.custody.network.neighbours import Computer
from fallback.errors import InvitationOver, NetworkMissing, ParchiError
from fallback.lan import Way

_LOOK = 4.0  # seconds: two beacons
_AFTER = 300.0  # seconds for the lines to go over, once somebody has joined
_TICK = 0.5


@click.group()
def lan() -> None:
    """Shows the other desks of the network, and invites one more. Example: python -m fallback lan status"""


@lan.command("status")
@json_option
@click.pass_obj
def status(data: Data, as_json: bool) -> None:
    """Listens for four seconds, and shows each computer: its desks, address and three words, and who lacks what.

    Example: python -m fallback lan status
    """
    with data.installation() as installation:
        link = Link(installation.ledger, port=0, certificate="")
        found = link.look(_LOOK)
    show(
        [_record(each) for each in found],
        as_json=as_json,
        text="\n".join(map(_words, found)) or _("No other computer was heard yet."),
    )


@lan.command("invite")
@click.option("--card-file", type=click.Path(path_type=Path, dir_okay=False), help="A spare card's text to give away.")
@click.option("--address", help="Which of this computer's addresses the words name (else its first).")
@json_option
@click.pass_obj
def invite(data: Data, card_file: Path | None, address: str | None, as_json: bool) -> None:
    """Shows six words and a code for one more computer, and waits until it has joined, ten minutes at most.

    With the passphrase a new card is made for it; without, a spare card is given away. Ctrl-C ends the invitation.

    Example: python -m fallback lan invite
    """
    with data.installation() as installation, serving.lan_door(installation) as link:
        addresses = link.addresses()
        if not addresses or (address and address not in addresses):
            raise NetworkMissing()
        if card_file:
            card = data.secret(card_file)
            series = enrolment.unused_card(installation, card).series
        else:
            made = enrolment.make_cards(installation, 1, lambda _made: None)[0]
            series, card = made.certificate.series, made.text
        way = link.invitations.make(address or _said_aloud(addresses, link.port), link.port, series, card).way
        words = (
            _("Six words: {words}", words=way.words)
            if way.words
            else _("This network's address has no words. Without a scanner, type the code's text.")
        )
        text = words + "\n" + _("The code's text: {code}", code=way.code)
        show({"words": way.words, "code": way.code, "series": series}, as_json=as_json, text=text)
        _wait(installation, link, card)
    if not as_json:
        click.echo(_("The computer has joined."))


def _said_aloud(addresses: Sequence[str], port: int) -> str:
    """The first address that has words, for they can be read aloud; else the first."""
    return next((each for each in addresses if Way(address=each, port=port).words), addresses[0])


def _wait(installation: enrolment.Installation, link: Link, card: str) -> None:
    """Until the card's use has come back to us. Raises InvitationOver when nobody came."""
    ends: float | None = None
    while True:
        try:
            enrolment.unused_card(installation, card)
        except ParchiError:
            return
        if link.invitations.current() is None:
            if link.invitations.spare() is not None:
                raise InvitationOver()
            ends = ends or time.monotonic() + _AFTER
            if time.monotonic() > ends:
                raise InvitationOver()
        time.sleep(_TICK)


def _record(each: Computer) -> dict[str, Any]:
    return {
        "names": each.names,
        "address": each.address,
        "port": each.port,
        "words": Way(address=each.address, port=each.port).words,
        "serves": each.serves,
        "behind": each.behind,
        "ahead": each.ahead,
        "clock": round(each.offset),
        "forks": sorted(each.forks),
        "trouble": str(each.trouble) if each.trouble else "",
    }


def _words(each: Computer) -> str:
    words = Way(address=each.address, port=each.port).words
    line = _(
        "{names}  {address}:{port}  {words}  it lacks {ahead} lines, we lack {behind}",
        names=", ".join(each.names) or _("unknown"), address=each.address, port=str(each.port), words=words,
        ahead=each.ahead, behind=each.behind,
    )  # fmt: skip
    more = [_("serves browsers")] if each.serves else []
    more += [_("clock {seconds} s off", seconds=round(each.offset))] if each.clock_differs else []
    more += [_("CONFLICT")] if each.forks else []
    more += [told(each.trouble)] if each.trouble else []
    return "  ".join([line, *more])
