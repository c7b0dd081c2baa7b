"""The short forms after the import: who was told, what stands there now, receipts, what closes."""

from wtforms import HiddenField, PasswordField, SelectField, StringField

from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed


class ToldForm(Typed):
    """Who was told of a repair, and what was said."""

    target = HiddenField()
    who = StringField(LABELS["who"])
    note = StringField(LABELS["note"])


class RepairedForm(Typed):
    """The UHID under which a visit stands now, how that was looked at, and what the system is asked with, if it is."""

    target = HiddenField()
    uhid = StringField(LABELS["uhid"])
    proof = StringField(LABELS["proof"])
    secret = PasswordField(LABELS["secret"])


class ReceiptForm(Typed):
    """A department that confirms a file, by the mark on its receipt."""

    department = SelectField(LABELS["department"], validate_choice=False)
    sha256 = StringField(LABELS["sha256"])
    receipt = StringField(LABELS["receipt"])


class VisitsForm(Typed):
    """Old visits that are closed as unknown: of which clinic, how many days they have waited, why."""

    clinic = SelectField(LABELS["clinic"], validate_choice=False)
    days = StringField(LABELS["days"])
    reason = StringField(LABELS["reason"])


class AccountForm(Typed):
    """A note that is kept with the signed account, or the reason why it is opened again."""

    note = StringField(LABELS["note"])


class SeenForm(Typed):
    """The UHID that stands on a patient's card."""

    uhid = StringField(LABELS["uhid"])
