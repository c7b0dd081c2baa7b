"""The short forms: login, shift, reasons, desks, users, pads."""

from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField

from fallback.downtime import LookReason, Role
from fallback.language.fields import LABELS
from fallback.slip import Sex
from fallback.web.forms.fields import Typed, choices
from fallback.web.place import _

_BY_ITSELF = (LookReason.TYPING, LookReason.REVIEW)  # no reason that somebody gives


class LoginForm(Typed):
    """Login and PIN; `next` is where to go, `kept` a form that was sent after the last login had ended."""

    login = StringField(LABELS["login"])
    pin = PasswordField(LABELS["pin"])
    next = HiddenField()
    kept = HiddenField()


class OwnPinForm(Typed):
    """A user's own new PIN, typed twice, and the old one."""

    pin = PasswordField(LABELS["pin"])
    new_pin = PasswordField(LABELS["new_pin"])
    new_pin_again = PasswordField(LABELS["new_pin_again"])


class DrawerForm(Typed):
    """A drawer counted: how many pieces of each denomination (see money.NOTES)."""

    n500 = StringField("₹500")
    n200 = StringField("₹200")
    n100 = StringField("₹100")
    n50 = StringField("₹50")
    n20 = StringField("₹20")
    n10 = StringField("₹10")
    n5 = StringField("₹5")
    n2 = StringField("₹2")
    n1 = StringField("₹1")


class OpenShiftForm(DrawerForm):
    """Which desk, how much money lies in the drawer, and that the clock is right, or what it should say."""

    desk = RadioField(LABELS["desk"], validate_choice=False)
    opening_float = StringField(LABELS["opening_float"])
    clock = BooleanField(LABELS["clock"])
    right_time = StringField(LABELS["right_time"])


class CloseShiftForm(DrawerForm):
    """What was counted, what the next shift should know, and who takes the second copy away."""

    carrier = StringField(LABELS["carrier"])
    counted_cash = StringField(LABELS["counted_cash"])
    note = StringField(LABELS["note"])


class HandOverForm(CloseShiftForm):
    """A shift that is closed for another, and the login and PIN of who takes over, or of who allows it."""

    login = StringField(LABELS["login"])
    pin = PasswordField(LABELS["pin"])


class ReasonForm(Typed):
    """A reason, for the record."""

    reason = StringField(LABELS["reason"])


class IdentifyForm(ReasonForm):
    """Who an unidentified patient turned out to be, by slip number or UHID, and how that is known."""

    wanted = StringField(LABELS["wanted"])


class WordForm(ReasonForm):
    """A reason, and the login and PIN of a supervisor who says yes at somebody else's screen."""

    login = StringField(LABELS["login"])
    pin = PasswordField(LABELS["pin"])


class RosterForm(ReasonForm):
    """A supervisor's word for a clinic and day; what is left empty is as in the hospital's file."""

    sits = SelectField(LABELS["sits"], validate_choice=False)
    room = StringField(LABELS["room"])
    unit = StringField(LABELS["unit"])
    cap = StringField(LABELS["cap"])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.sits.choices = [("", _("as in the hospital's file")), ("yes", _("yes")), ("no", _("no"))]


class ComputersForm(Typed):
    """A card for an invitation and the address that it names; or the three words of a computer that is not heard."""

    card = PasswordField(LABELS["card"])
    address = StringField(LABELS["network_address"])
    words = StringField(LABELS["three_words"])


class DeskForm(Typed):
    """A desk to be enrolled, with a card or by the root's key."""

    desk = StringField(LABELS["desk"])
    card = PasswordField(LABELS["card"])


class UserForm(Typed):
    """A user to be added, or given a new PIN; an empty PIN is chosen by the program."""

    login = StringField(LABELS["login"])
    name = StringField(LABELS["name"])
    role = SelectField(LABELS["role"], validate_choice=False)
    pin = PasswordField(LABELS["pin"])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.role.choices = choices(Role)


class LookForm(Typed):
    """A look into the patient index: for whom, what narrows a name, and why."""

    wanted = StringField(LABELS["wanted"])
    sex = SelectField(LABELS["sex"], validate_choice=False)
    age = StringField(LABELS["age"])
    why_looked = RadioField(LABELS["why_looked"], validate_choice=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.sex.choices = choices(Sex, empty=True)
        self.why_looked.choices = [each for each in choices(LookReason) if each[0] not in _BY_ITSELF]


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
    noticed = StringField(LABELS["noticed"])


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
