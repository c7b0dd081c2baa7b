"""Commands on desks and their enrolment cards: make cards, enrol, list, retire, revoke."""

from collections.abc import Sequence
from pathlib import Path

import click

from fallback import enrolment
from fallback.cli.data import Data, Words, asked, json_option, show
from fallback.cli.sheets import out_option
from fallback.cli.spoken import _
from fallback.disk import needs_room, write_file
from fallback.enrolment import Installation, NewCard
from fallback.errors import PassphraseNeeded, SecretMissing
from fallback.keys import hospital_id
from fallback.ledger import queries
from fallback.ledger.queries import cards as queries_cards
from fallback.printing import EnrolmentCards, render_paper
from fallback.slip import INDIA, SERIES_LIMIT

_CARD_BYTES = 60_000  # of a card on paper, at most, with a logo
_ASK = "-"


@click.group()
def desk() -> None:
    """Makes enrolment cards; enrols, lists, retires and revokes desks. Example: python -m fallback desk list"""


@desk.command("cards")
@click.option("--count", type=click.IntRange(1, SERIES_LIMIT), default=100, show_default=True, help="How many cards.")
@out_option
@click.pass_obj
def desk_cards(data: Data, count: int, out: Path) -> None:
    """Makes numbered enrolment cards, four on a page: each enrols one desk, once, without administrator or passphrase.

    Seal them in two places. Needs the passphrase and the root's key.

    Example: python -m fallback desk cards --count 100 --out cards.pdf
    """
    hospital = data.hospital()
    with data.installation() as installation:
        needs_room(out, count * _CARD_BYTES)

        def publish(made: Sequence[NewCard]) -> None:
            paper = EnrolmentCards(
                cards=[(card.certificate.series, card.text) for card in made],
                hospital_id=hospital_id(installation.root),
                day=data.clock().astimezone(INDIA).date(),
                drill=installation.drill,
            )
            write_file(out, render_paper(paper, hospital))

        made = enrolment.make_cards(installation, count, publish)
    first, last = made[0].certificate.series, made[-1].certificate.series
    numbers = {"first": f"{first:03d}", "last": f"{last:03d}"}
    click.echo(
        _(
            "{file}: cards {first} to {last}. Print it at once and delete the file: each card is a key.",
            file=out,
            **numbers,
        )
    )
    click.echo(_("Seal each card in an envelope, and keep half of them in another place."))
    click.echo(_("A stick that is not attached now does not open with them, until it is attached again."))


@desk.command("enrol")
@click.argument("name", type=Words())
@click.option(
    "--card",
    is_flag=False,
    flag_value=_ASK,
    help="The card's text; without a text it is asked for without an echo, and a scanner types it.",
)
@json_option
@click.pass_obj
def desk_enrol(data: Data, name: str, card: str | None, as_json: bool) -> None:
    """Gives a desk a series of numbers and a certified key: with an enrolment card, which also opens the journal.

    Without a card it needs the passphrase and the root's key.

    Example: python -m fallback desk enrol "Counter 7" --card
    """
    if card == _ASK:
        card = asked(_("Card"))
    with data.installation(card or "") as installation:
        try:
            made = (
                enrolment.enrol_with_card(installation, name, card)
                if card
                else enrolment.enrol_desk(installation, name)
            )
        except (PassphraseNeeded, SecretMissing):
            click.echo(_("With an enrolment card no other key is needed: add --card."), err=True)
            raise
        text = _("Desk {series} {name} is enrolled on this computer.", series=f"{made.series:03d}", name=made.name)
        show({"series": made.series, "name": made.name}, as_json=as_json, text=text)


@desk.command("list")
@click.option("--cards", is_flag=True, help="The enrolment cards and what became of them, in place of the desks.")
@json_option
@click.pass_obj
def desk_list(data: Data, cards: bool, as_json: bool) -> None:
    """Lists every desk ever enrolled, or every enrolment card.

    Example: python -m fallback desk list --json
    """
    with data.installation() as installation:
        if cards:
            _list_cards(installation, as_json=as_json)
            return
        db = installation.ledger.db()
        found, gone = queries.desks(db), queries_cards.revoked(db)
        here = {each.series: installation.may_issue(each.series) for each in found}
        value = [
            {
                "series": each.series,
                "name": each.name,
                "retired": each.retired,
                "revoked": each.series in gone,
                "here": here[each.series],
            }
            for each in found
        ]
        lines = [
            "  ".join(
                filter(
                    None,
                    (
                        f"{each.series:03d}",
                        each.name,
                        _("(REVOKED)") if each.series in gone else _("(retired)") if each.retired else "",
                        "" if here[each.series] or each.retired else _("(issues nothing on this computer)"),
                    ),
                )
            )
            for each in found
        ]
        show(value, as_json=as_json, text="\n".join(lines) or _("No desk is enrolled."))


@desk.command("retire")
@click.argument("series", type=int)
@click.option("--reason", type=Words(), required=True, help="Why, for the record.")
@click.pass_obj
def desk_retire(data: Data, series: int, reason: str) -> None:
    """Ends a desk in good order: what it signed stays genuine, it signs nothing more.

    Example: python -m fallback desk retire 7 --reason "counter closed"
    """
    with data.installation() as installation:
        enrolment.retire_desk(installation, series, reason)
        click.echo(_("Desk {series} is retired.", series=f"{series:03d}"))


@desk.command("revoke")
@click.argument("series", type=int)
@click.option("--reason", type=Words(), required=True, help="Why, for the record.")
@click.pass_obj
def desk_revoke(data: Data, series: int, reason: str) -> None:
    """Says that a desk's laptop was stolen, or that a card is lost: what is known stays valid, the rest needs a person.

    With the passphrase the card opens nothing here any more; a copy or stick of before still opens with it.

    Example: python -m fallback desk revoke 7 --reason "laptop stolen"
    """
    with data.installation() as installation:
        whole = enrolment.revoke(installation, series, reason)
        click.echo(
            _(
                "{series} is revoked. What the journal did not know of it by now waits for a person.",
                series=f"{series:03d}",
            )
        )
        if whole:
            click.echo(
                _("Its card opens nothing here any more. A copy or stick that is not attached now still opens with it.")
            )
        else:
            click.echo(_("Its card still opens this journal: do the same once more where the passphrase is typed."))


def _list_cards(installation: Installation, *, as_json: bool) -> None:
    found = queries_cards.cards(installation.ledger.db())
    value = [
        {"card": card.series, "made": card.made, "revoked": card.revoked, "used_for": [use.name for use in card.uses]}
        for card in found
    ]
    lines = []
    for card in found:
        used = ", ".join(use.name for use in card.uses)
        state = _("used for {desks}", desks=used) if used else _("not used")
        if len(card.uses) > 1:
            state = _("CONFLICT: used for {desks}", desks=used)
        lines.append(f"{card.series:03d}  {state}  {_('(REVOKED)') if card.revoked else ''}".rstrip())
    show(
        value,
        as_json=as_json,
        text="\n".join(lines) or _("No card was made yet: python -m fallback desk cards --out cards.pdf"),
    )
