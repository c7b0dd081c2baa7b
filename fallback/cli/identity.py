"""Commands on confidential patients: open, list, release."""

import click

from fallback import enrolment
from fallback.cli.data import Data, Words, asked, json_option, show
from fallback.cli.spoken import _, in_words
from fallback.enrolment.identities import ALIAS, IDENTITY, open_identity, release_identity
from fallback.language import format_date, format_moment
from fallback.ledger.queries import identities
from fallback.slip import Category, FeeStatus, Relation, SlipNumber

_by = click.option("--by", required=True, help="The login of the supervisor who does this; the PIN is asked.")


@click.group()
def identity() -> None:
    """Confidential patients: who they are, and who looked. Example: python -m fallback identity list"""


def _word(installation: enrolment.Installation, login: str) -> str:
    """The supervisor's login, when the PIN that is asked is theirs."""
    pin = asked(_("PIN"))
    return enrolment.word_of(installation.ledger, login, pin)


@identity.command("open")
@click.argument("number")
@click.option("--reason", type=Words(), required=True, help="Why it must be known, for the record.")
@_by
@json_option
@click.pass_obj
def identity_open(data: Data, number: str, reason: str, by: str, as_json: bool) -> None:
    """Shows who the patient of a confidential slip is; that it was opened is in the journal first.

    Example: python -m fallback identity open "001 000 017 44" --reason "discharge summary" --by meena
    """
    wanted = SlipNumber.parse(number)
    with data.installation() as installation:
        word = _word(installation, by)
        found = open_identity(installation, wanted, reason, by=word, allowed_by=word)
    who = found.identity
    value = {
        "number": found.number.text,
        "sealed_in": found.home.text,
        "name": who.name,
        "sex": who.sex.value,
        "birth_date": who.birth_date.isoformat() if who.birth_date else None,
        "age": who.age.value if who.age else None,
        "age_unit": who.age.unit.value if who.age else None,
        "mobile": who.mobile,
        "uhid": who.uhid,
        "rest": {name: text for name, text in who.rest.items() if name != "reason"},
    }
    told = {name: text for name, text in value.items() if name != "rest"} | {
        "number": found.number.grouped,
        "sealed_in": found.home.grouped,
        "sex": in_words(who.sex),
        "birth_date": format_date(who.birth_date),
        "age_unit": in_words(who.age.unit) if who.age else "",
    }
    told |= {name: _choice(name, text) for name, text in who.rest.items() if name != "reason"}
    lines = [_("{field}: {text}", field=name, text=str(text)) for name, text in told.items() if text]
    show(value, as_json=as_json, text="\n".join(lines))


def _choice(name: str, text: str) -> str:
    """A field's text as a person reads it: the category by its name."""
    kinds = {"category": Category, "relation": Relation, "fee_status": FeeStatus}
    return in_words(kinds[name](text)) if name in kinds and text in set(kinds[name]) else text


@identity.command("list")
@json_option
@click.pass_obj
def identity_list(data: Data, as_json: bool) -> None:
    """Lists who opened whose identity, when and why, newest first.

    Example: python -m fallback identity list --json
    """
    with data.installation() as installation:
        found = identities.openings(installation.ledger.db())
    value = [
        {
            "number": each.number.text,
            "at": each.at.isoformat(),
            "by": each.by,
            "allowed_by": each.allowed_by,
            "reason": each.reason,
        }
        for each in found
    ]
    words = [
        f"{format_moment(each.at)}  {each.number.grouped}  {each.by}  {each.allowed_by}  {each.reason}"
        for each in found
    ]
    show(value, as_json=as_json, text="\n".join(words) or _("Nobody has opened one."))


@identity.command("release")
@click.argument("number")
@click.option("--as", "sent_as", type=click.Choice([IDENTITY, ALIAS]), required=True, help="Under which name it goes.")
@click.option("--reason", type=Words(), required=True, help="Why, for the record.")
@_by
@click.pass_obj
def identity_release(data: Data, number: str, sent_as: str, reason: str, by: str) -> None:
    """Lets a confidential patient's slips into the hospital system: under the true name, or under the alias.

    Example: python -m fallback identity release "001 000 017 44" --as alias --reason "she wants it so" --by meena
    """
    wanted = SlipNumber.parse(number)
    with data.installation() as installation:
        release_identity(installation, wanted, sent_as, reason, by=_word(installation, by))
    if sent_as == IDENTITY:
        click.echo(_("{number} goes under the true name, once approved.", number=wanted.grouped))
    else:
        click.echo(_("{number} goes under the alias, once approved.", number=wanted.grouped))
