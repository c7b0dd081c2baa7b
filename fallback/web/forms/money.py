"""The forms of money: a drawer counted by denomination, a fee taken later, a refund, what goes to the bank."""

from typing import Any

from wtforms import SelectField, StringField

from fallback.errors import FieldWrong, Sentence
from fallback.language.fields import LABELS
from fallback.money import MOST_PIECES, NOTES, Cash
from fallback.web.forms.fields import Typed, mode_choices
from fallback.web.forms.reading import whole_number, whole_rupees
from fallback.web.forms.small import WordForm


def counted(form: Typed, field: str) -> tuple[int, Cash]:
    """A drawer as it was counted: its rupees, and its notes and coins; or its sum alone.

    `field` is where the sum is typed; a sum beside notes must be theirs. Raises FieldWrong.
    """
    pieces = []
    for worth in NOTES:
        typed = form.typed(f"n{worth}").strip()
        count = whole_number(typed) if typed else 0
        if count is None or count > MOST_PIECES:
            why = Sentence("Write in digits how many pieces of ₹{worth} there are.", worth=worth)
            raise FieldWrong(field=field, why=why)
        pieces.append((worth, count))
    cash, typed = Cash.of(pieces), form.typed(field).strip()
    told = whole_rupees(field, typed)
    if typed and cash.pieces and told != cash.rupees:
        why = Sentence(
            "The notes and coins come to ₹{rupees}. Count again, or leave the sum empty.", rupees=cash.rupees
        )
        raise FieldWrong(field=field, why=why)
    return (cash.rupees if cash.pieces else told), cash


class FeeForm(Typed):
    """A fee that is paid now."""

    mode = SelectField(LABELS["mode"], validate_choice=False)
    reference = StringField(LABELS["reference"])
    book = StringField(LABELS["book"])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.mode.choices = mode_choices()


class RefundForm(WordForm):
    """What is given back, against which receipt, why, and a supervisor's word."""

    receipt = StringField(LABELS["receipt"])


class BankForm(Typed):
    """A challan: the bank and its number. The rupees of each shift have fields of their own."""

    bank = StringField(LABELS["bank"])
    challan = StringField(LABELS["challan"])
    rupees = StringField(LABELS["rupees"])
