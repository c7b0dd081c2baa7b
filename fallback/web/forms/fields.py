"""The registration form's fields. They take any text: what is wrong with one is said in words of our own."""

import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField

from fallback.errors import FieldWrong, FormWrong, ParchiError
from fallback.language import say
from fallback.language.fields import LABELS
from fallback.language.labels import label
from fallback.money import Mode
from fallback.slip import AgeUnit, Category, FeeStatus, Relation, Sex
from fallback.states import STATES
from fallback.web.place import here, language, why

# The Latin letter that picks a choice of a list by one key; English words begin with theirs already.
KEYS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Sex: {Sex.FEMALE: "F", Sex.MALE: "M", Sex.OTHER: "O", Sex.UNKNOWN: "N"},
    AgeUnit: {AgeUnit.YEARS: "Y", AgeUnit.MONTHS: "M", AgeUnit.DAYS: "D"},
    Relation: {
        Relation.FATHER: "F",
        Relation.HUSBAND: "H",
        Relation.MOTHER: "M",
        Relation.WIFE: "W",
        Relation.SON: "S",
        Relation.DAUGHTER: "D",
        Relation.GUARDIAN: "G",
    },
    Mode: {Mode.CASH: "C", Mode.UPI: "U", Mode.CARD: "D"},
    FeeStatus: {FeeStatus.PAID: "P", FeeStatus.EXEMPT: "E", FeeStatus.LATER: "T"},
    Category: {
        Category.GENERAL: "G",
        Category.BPL: "B",
        Category.PMJAY: "P",
        Category.CGHS: "C",
        Category.ECHS: "E",
        Category.ESI: "I",
        Category.SENIOR_CITIZEN: "S",
        Category.DISABLED: "D",
        Category.PREGNANT: "W",
        Category.FREEDOM_FIGHTER: "F",
        Category.STAFF: "T",
        Category.STUDENT: "U",
        Category.PRISONER: "J",
        Category.OTHER: "O",
    },
}


def choices(kind: type[StrEnum], *, empty: bool = False) -> list[tuple[str, str]]:
    """The choices of a list in the language of this request; each begins with the letter of its key."""
    return list(_choices(kind, language(), empty))


@cache
def _choices(kind: type[StrEnum], spoken: str, empty: bool) -> Sequence[tuple[str, str]]:
    keys, named = KEYS.get(kind, {}), {each: label(each, spoken) for each in kind}
    speaks = all(name.casefold().startswith(keys.get(each, "").casefold()) for each, name in named.items())
    found = [(str(each.value), name if speaks else f"{keys[each]} {name}") for each, name in named.items()]
    return [("", "–"), *found] if empty else found


def mode_choices() -> list[tuple[str, str]]:
    """The ways in which this hospital takes money, the usual one first."""
    named = dict(choices(Mode))
    return [(each.value, named[each.value]) for each in here().hospital.modes]


def exemption_choices() -> list[tuple[str, str]]:
    """The reasons to ask no fee, each begins with its code."""
    hindi = language() == "hi"
    listed = here().hospital.exemptions
    return [("", "–"), *((each.code, f"{each.code} {each.name_hindi if hindi else each.name}") for each in listed)]


def state_choices() -> list[tuple[str, str]]:
    """States and union territories by their name in the language of this request."""
    return list(_states(language() == "hi"))


@cache
def _states(hindi: bool) -> Sequence[tuple[str, str]]:
    named = sorted((each.name_hindi if hindi else each.name, str(each.code)) for each in STATES.values())
    return [("", "–"), *((code, name) for name, code in named)]


def _line(name: str) -> Any:
    return StringField(LABELS[name])


def _list(name: str) -> Any:
    return SelectField(LABELS[name], validate_choice=False)


class Typed(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A form of ours. `wrong` holds, by field, the sentence that stands beside it."""

    class Meta:
        """The gate has looked at the token of every form before any view (access.py)."""

        csrf = False

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.wrong: dict[str, str] = {}
        self._refused = ""

    def typed(self, name: str) -> str:
        """What stands in a text field or list; "" when it was not sent."""
        return str(self[name].data or "")

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self[name].data)

    @property
    def first_wrong(self) -> str:
        """The name of the first field with a sentence beside it, or of the login or PIN that was refused: the cursor
        goes there. "" when there is none."""
        return next((field.name for field in self if field.name in self.wrong), self._refused)

    def mark(self, error: ParchiError | None) -> str:
        """Puts an error beside its field, or beside each of its fields; returns the sentence for the whole form."""
        if error is None:
            return ""
        if isinstance(error, FormWrong):
            self.wrong = {name: why(found) for name, found in error.fields.items()}
        elif isinstance(error, FieldWrong) and error.values["field"] in self:
            self.wrong = {str(error.values["field"]): why(error)}
            return say(FormWrong(), language())
        if "pin" in self and "login" in self and self["login"].raw_data:  # the next name typed is no part of a reason
            self._refused = "pin" if self.typed("login") else "login"
        return say(error, language())


class RegistrationForm(Typed):
    """A registration as it is typed: a new patient, a next visit, a correction, or a blank slip filled in.

    `form` is a random key that makes a form sent twice one slip. `kept`: its name is a confidential patient's alias,
    and who it is stays sealed where it is.
    """

    name = _line("name")
    name_hindi = _line("name_hindi")
    sex = _list("sex")
    age = _line("age")
    age_unit = _list("age_unit")
    birth_date = _line("birth_date")
    guardian = _line("guardian")
    relation = _list("relation")
    mobile = _line("mobile")
    locality = _line("locality")
    district = _line("district")
    state = _list("state")
    pin_code = _line("pin_code")
    clinic = _line("clinic")
    visit_day = _list("visit_day")
    overbooked = _line("overbooked")
    category = _list("category")
    scheme_id = _line("scheme_id")
    fee_status = _list("fee_status")
    mode = _list("mode")
    reference = _line("reference")
    book = _line("book")
    exemption = _list("exemption")
    uhid = _line("uhid")
    abha = _line("abha")
    booking = _line("booking")
    medico_legal_number = _line("medico_legal_number")
    found_at = _line("found_at")
    brought_by = _line("brought_by")
    police_station = _line("police_station")
    identification_marks = _line("identification_marks")
    brought_dead = BooleanField()
    birth_order = _line("birth_order")
    birth_time = _line("birth_time")
    emergency = BooleanField()
    medico_legal = BooleanField()
    alias = BooleanField()
    confidential = BooleanField()
    reason = _line("reason")
    form = HiddenField()
    patient_number = HiddenField()
    previous = HiddenField()
    mother = HiddenField()
    kept = HiddenField()
    shown = HiddenField()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.sex.choices = choices(Sex, empty=True)
        self.age_unit.choices = choices(AgeUnit)
        self.relation.choices = choices(Relation, empty=True)
        self.category.choices = choices(Category)
        self.fee_status.choices = choices(FeeStatus)
        self.mode.choices = mode_choices()
        self.exemption.choices = exemption_choices()
        self.state.choices = state_choices()
        self.visit_day.choices = []
        if not self.form.data:
            self.renew()

    def renew(self) -> None:
        """Gives the form a new key: what is sent next is a registration of its own."""
        self.form.data = secrets.token_urlsafe(16)
