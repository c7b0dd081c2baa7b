"""The short forms: login, shift, reasons, desks, users, pads."""

from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField

from fallback.downtime import Role
from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed, choices
from fallback.web.place import _


class LoginForm(Typed):
    """Login and PIN; `next` is where to go, `kept` a form that was sent after the last login had ended."""

    login = StringField(LABELS["login"])
    pin = PasswordField(LABELS["pin"])
    next = HiddenField()
    kept = HiddenField()


class OpenShiftForm(Typed):
    """Which desk, how much money lies in the drawer, and that the clock is right."""

    desk = RadioField(LABELS["desk"], validate_choice=False)
    opening_float = StringField(LABELS["opening_float"])
    clock = BooleanField(LABELS["clock"])


class CloseShiftForm(Typed):
    """What was counted, and what the next shift should know."""

    counted_cash = StringField(LABELS["counted_cash"])
    note = StringField(LABELS["note"])


class VoidForm(Typed):
    """Why a slip is voided, and the supervisor's word where money was taken."""

    reason = StringField(LABELS["reason"])
    login = StringField(LABELS["login"])
    pin = PasswordField(LABELS["pin"])


class ReasonForm(Typed):
    """A reason, for the record."""

    reason = StringField(LABELS["reason"])


class DeskForm(Typed):
    """A desk to be enrolled."""

    desk = StringField(LABELS["desk"])


class UserForm(Typed):
    """A user to be added, or given a new PIN; an empty PIN is chosen by the program."""

    login = StringField(LABELS["login"])
    name = StringField(LABELS["name"])
    role = SelectField(LABELS["role"], validate_choice=False)
    pin = PasswordField(LABELS["pin"])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.role.choices = choices(Role)


class PadsForm(Typed):
    """Blank slips to be printed, and the ward or counter that gets them."""

    desk = SelectField(LABELS["desk"], validate_choice=False)
    count = StringField(LABELS["count"])
    issued_to = StringField(LABELS["issued_to"])


class ScanForm(Typed):
    """Scan files, which the browser gives beside the form, and what they are called together."""

    batch = StringField(LABELS["batch"])
    files = StringField(LABELS["files"])


class DeclareForm(Typed):
    """What became of numbers without content."""

    numbers = StringField(LABELS["numbers"])
    outcome = StringField(LABELS["outcome"])
    reason = StringField(LABELS["reason"])


class ClinicSheetForm(Typed):
    """A clinic's sheets for a day: the attendant's day sheet, the sheet on a box, the register."""

    clinic = SelectField(LABELS["clinic"], validate_choice=False)
    day = StringField(LABELS["day"])
    desk = SelectField(LABELS["desk"], validate_choice=False)
    tokens = StringField(LABELS["tokens"])
    box = StringField(LABELS["box"])
    count = StringField(LABELS["count"])


class StickersForm(Typed):
    """Stickers for the tubes of a slip: on which sheet, how many, from which tube and which sticker on."""

    sheet = SelectField(LABELS["sheet"], validate_choice=False)
    count = StringField(LABELS["count"], default="4")
    tubes = StringField(LABELS["tubes"])
    skip = StringField(LABELS["skip"], default="1")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.sheet.choices = [
            ("sticker-24", _("24 on an A4")),
            ("sticker-40", _("40 on an A4")),
            ("label-50x25", _("label printer")),
        ]
