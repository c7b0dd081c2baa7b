"""Pads typed in: once whole, what identifies a person once more by somebody else, and differences chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from fallback import frontdesk, names, recovery
from fallback.errors import FieldWrong, FormWrong, PageNotOpen, ParchiError, SamePerson
from fallback.frontdesk import Registration
from fallback.language.fields import LABELS
from fallback.recovery import Item, Prefill, WorkKind
from fallback.recovery.transcription import FIELDS, IDENTITY, Entries
from fallback.slip import SlipNumber
from fallback.web.access import records, shown_again
from fallback.web.forms import to_registration
from fallback.web.forms.pad import PadForm, moment, typed_fields
from fallback.web.frontdesk import clinic_days
from fallback.web.frontdesk.page import offered
from fallback.web.place import _, db, here, today, user
from fallback.web.recovery.blueprint import blueprint
from fallback.web.recovery.holding import around, done, held
from fallback.web.recovery.pictures import cutouts
from fallback.web.word import typed_word


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people read differently: its name, its label, both texts as a person reads them."""

    name: str
    label: str
    first: str
    second: str


def page(item: Item, typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    """The page of a pad, by what is to be done with it. What the first wrote is shown where both are compared alone."""
    number, place = pad_of(item), place_of(item)
    machine = recovery.prefill(item.forms if item.kind is WorkKind.PAD else (), place)
    form = _form(typed, machine)
    sentence = form.mark(error)
    entered = recovery.entries(db(), number)
    compared = item.kind is WorkKind.PAD_DIFFERS and entered is not None
    return render_template(
        "recovery/pad.html",
        item=item,
        number=number,
        place=place,
        form=form,
        sentence=sentence,
        machine=machine,
        cutouts=cutouts(item.page.picture, place),
        differences=_differences(entered, form) if compared and entered else [],
        agreed=_agreed(entered, form) if item.kind is WorkKind.PAD_READY and entered else [],
        offered=offered(clinic_days.as_they_stand()),
        sent=dict(typed or {}),
        **around(item),
    )


def pad_of(item: Item) -> SlipNumber:
    """The number of an item's pad. Raises PageNotOpen for an item that is none."""
    if item.number is None:
        raise PageNotOpen()
    return item.number


def place_of(item: Item) -> int:
    """The place of the pad's code on its page: two pads may lie on one glass."""
    return next((code.place for code in item.codes if item.number and code.number == item.number.text), 0)


def _again(typed: Mapping[str, str], error: ParchiError | None, key: str) -> ResponseReturnValue:
    return page(held(key), typed, error)


@blueprint.post("/records/work/<key>/enter")
@records
@shown_again(_again)
def enter(key: str) -> ResponseReturnValue:
    """What one person read on a pad: all of it, or once more what identifies a person."""
    item = held(key)
    number, form = pad_of(item), PadForm()
    ledger, picture, login = here().installation.ledger, item.page.picture, user().login
    match item.kind:
        case WorkKind.PAD if form.confidential.data:
            _confidential(number, form)
        case WorkKind.PAD:
            recovery.enter_first(ledger, picture, number, _first(number, form), by=login)
        case WorkKind.PAD_SECOND:
            identity = typed_fields(form, IDENTITY)
            _checked(number, identity)
            if not recovery.enter_second(ledger, picture, number, identity, by=login):
                _make(number)
        case _:
            raise PageNotOpen()
    return done()


@blueprint.post("/records/work/<key>/choose")
@records
@shown_again(_again)
def choose(key: str) -> ResponseReturnValue:
    """Which of two readings is right, for each field that differs."""
    item = held(key)
    number = pad_of(item)
    entered = recovery.entries(db(), number)
    if entered is None:
        raise PageNotOpen()
    choices = {name: request.form.get(f"choice-{name}", "") for name in entered.differences}
    recovery.choose(here().installation.ledger, item.page.picture, number, choices, by=user().login)
    _make(number)
    return done()


@blueprint.post("/records/work/<key>/finish")
@records
@shown_again(_again)
def finish(key: str) -> ResponseReturnValue:
    """Both agree and the slip is not made yet: it is made now."""
    _make(pad_of(held(key)))
    return done()


@blueprint.post("/records/work/<key>/again")
@records
@shown_again(_again)
def enter_again(key: str) -> ResponseReturnValue:
    """What was entered is taken back: the pad is read once more from the beginning."""
    item = held(key)
    recovery.reopen_page(here().installation.ledger, item.page.picture, "entered again", by=user().login)
    return done()


def _first(number: SlipNumber, form: PadForm) -> dict[str, str]:
    """The first entry's fields. Raises FormWrong with the reason of each that cannot be taken."""
    wrong: dict[str, FieldWrong] = {}
    try:
        fields = typed_fields(form, FIELDS)
    except FieldWrong as found:
        wrong[str(found.values["field"])] = found
        fields = typed_fields(form, set(FIELDS) - {"day", "time"}) | {"day": today().isoformat()}
    try:
        _registration(number, fields)
    except FormWrong as found:
        wrong |= found.fields
    if wrong:
        raise FormWrong(fields=wrong)
    return fields


def _confidential(number: SlipNumber, form: PadForm) -> None:
    """A confidential patient's pad: read once, with a supervisor looking on, for a reading is journalled in the open.

    Raises FormWrong, SamePerson, and as `typed_word`.
    """
    fields = _first(number, form)
    word = typed_word(form)
    if word == user().login:
        raise SamePerson(number=number.grouped)
    asked = replace(_registration(number, fields), confidential=True)
    day, at = moment(fields)
    frontdesk.transcribe_pad(here().counter, number, asked, day=day, at=at, by=user().login, checked_by=word)


def _make(number: SlipNumber) -> None:
    entered = recovery.entries(db(), number)
    if entered is None or not entered.ready:
        return
    day, at = moment(entered.agreed)
    frontdesk.transcribe_pad(
        here().counter,
        number,
        _registration(number, entered.agreed),
        day=day,
        at=at,
        by=entered.first.login,
        checked_by=entered.checked_by,
    )


def _registration(number: SlipNumber, fields: Mapping[str, str]) -> Registration:
    """What an entry asks for, on its own day. Raises FormWrong."""
    form = PadForm(formdata=MultiDict(fields))
    day, _at = moment(fields)
    return to_registration(form, here().hospital, day, lambda: names.alias(number.text))


def _checked(number: SlipNumber, identity: Mapping[str, str]) -> None:
    """Raises FormWrong for what cannot be so, of these fields alone: no word of the first entry is told."""
    entered = recovery.entries(db(), number)
    if entered is None:
        raise PageNotOpen()
    rest = {name: text for name, text in entered.first.fields.items() if name not in IDENTITY}
    try:
        _registration(number, rest | dict(identity))
    except FormWrong as wrong:
        raise FormWrong(fields={name: why for name, why in wrong.fields.items() if name in IDENTITY}) from wrong


def _form(typed: Mapping[str, str] | None, machine: Prefill) -> PadForm:
    if typed is not None:
        return PadForm(formdata=MultiDict(typed))
    hospital = here().hospital
    home = {"state": str(hospital.state), "district": hospital.district}
    return PadForm(formdata=None, data=home | dict(machine.fields))


def _differences(entered: Entries, form: PadForm) -> list[Difference]:
    first, second = entered.first.fields, entered.second.fields if entered.second else {}
    return [
        Difference(
            name,
            _(LABELS[name]),
            _read_as(form, name, first),
            _read_as(form, name, second),
        )
        for name in entered.differences
    ]


def _read_as(form: PadForm, name: str, fields: Mapping[str, str]) -> str:
    unit = f" {_shown(form, 'age_unit', fields.get('age_unit', 'years'))}" if name == "age" and fields.get(name) else ""
    return _shown(form, name, fields.get(name, "")) + unit


def _agreed(entered: Entries, form: PadForm) -> list[tuple[str, str]]:
    return [
        (_(LABELS[name]), _shown(form, name, text)) for name, text in entered.agreed.items() if name in LABELS and text
    ]


def _shown(form: PadForm, name: str, text: str) -> str:
    choices: dict[str, str] = dict(getattr(form[name], "choices", None) or ())
    return _("yes") if text == "y" else choices.get(text, text)
